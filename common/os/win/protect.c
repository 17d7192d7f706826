#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "common/os/win/wide.h"

#define SID_SIZE 256

/* Adds "(A;OICI;FA;;;S-1-...)": full access for one account, inherited by files and folders. */
static void add_account(struct buf *sddl, PSID sid) {
    wchar_t *text = NULL;
    if (!ConvertSidToStringSidW(sid, &text))
        return;
    char *utf8 = utf8_from_wide(text);
    if (utf8)
        buf_addf(sddl, "(A;OICI;FA;;;%s)", utf8);
    mem_free(utf8);
    (void)LocalFree(text);
}

static void add_this_account(struct buf *sddl) {
    HANDLE token = NULL;
    union {
        TOKEN_USER user;
        BYTE bytes[SID_SIZE + sizeof(TOKEN_USER)];
    } answer;
    DWORD size = 0;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return;
    if (GetTokenInformation(token, TokenUser, &answer, sizeof(answer), &size))
        add_account(sddl, answer.user.User.Sid);
    (void)CloseHandle(token);
}

static bool add_named_account(struct buf *sddl, const char *account) {
    union {
        BYTE bytes[SID_SIZE];
        DWORD align;
    } sid;
    wchar_t domain[256];
    DWORD sid_size = sizeof(sid), domain_size = 256;
    SID_NAME_USE use;
    wchar_t *wide = wide_from_utf8(account);
    bool found = wide && LookupAccountNameW(NULL, wide, &sid, &sid_size, domain, &domain_size, &use);
    if (found)
        add_account(sddl, &sid);
    mem_free(wide);
    return found;
}

/* The owner may always change the rights back, so the owner becomes the administrators; an account that may not give a
 * folder away can only set the rights. */
static bool set_security(const wchar_t *path, PSECURITY_DESCRIPTOR descriptor) {
    SECURITY_INFORMATION rights = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    return SetFileSecurityW(path, OWNER_SECURITY_INFORMATION | rights, descriptor) ||
           SetFileSecurityW(path, rights, descriptor);
}

static DWORD apply(const char *path, const char *sddl) {
    wchar_t *folder = wide_path(path, NULL), *wide_sddl = wide_from_utf8(sddl);
    PSECURITY_DESCRIPTOR descriptor = NULL;
    DWORD code = ERROR_SUCCESS;
    if (!folder || !wide_sddl ||
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(wide_sddl, SDDL_REVISION_1, &descriptor, NULL) ||
        !set_security(folder, descriptor))
        code = GetLastError();
    if (descriptor)
        (void)LocalFree(descriptor);
    mem_free(folder);
    mem_free(wide_sddl);
    return code;
}

enum rc os_folder_protect(const char *path, const char *account, struct err *err) {
    struct buf sddl;
    buf_init(&sddl, 4096);
    /* P: nothing is inherited from the parent, where every user may read. SY: the system, BA: administrators. */
    buf_adds(&sddl, "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");
    add_this_account(&sddl);
    enum rc rc = RC_OK;
    if (account && !add_named_account(&sddl, account))
        rc = err_set(err, RC_NOT_FOUND, REACH_SERVICE, "Windows knows no account %s.", account);
    DWORD code = rc == RC_OK ? apply(path, sddl.data) : ERROR_SUCCESS;
    if (code != ERROR_SUCCESS)
        rc = err_set(err, RC_DENIED, REACH_SERVICE,
                     "The rights of the folder %s could not be set (error %lu). Run this as an administrator.", path,
                     code);
    buf_free(&sddl);
    return rc;
}
