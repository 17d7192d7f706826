#include "common/ipc/win/caller.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/win/wide.h"

struct token_user {
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } u;
};

static void find_group(const char *name, struct log *log, struct caller_group *out) {
    wchar_t domain[256];
    DWORD size = sizeof out->sid, domain_size = 256;
    SID_NAME_USE use;
    if (str_empty(name))
        return;
    wchar_t *wide = wide_from_utf8(name);
    out->known = wide && LookupAccountNameW(NULL, wide, &out->sid, &size, domain, &domain_size, &use);
    mem_free(wide);
    if (!out->known)
        log_line(log, LOG_WARNING, NULL,
                 "This machine has no group %s, so nobody is let in by it. Correct the setting or make the group.",
                 name);
}

void caller_groups_find(const struct ipc_groups *names, struct log *log, struct caller_groups *out) {
    memset(out, 0, sizeof *out);
    if (!names)
        return;
    find_group(names->readers, log, &out->readers);
    find_group(names->operators, log, &out->operators);
    find_group(names->administrators, log, &out->administrators);
}

static bool sid_text(PSID sid, char *out, size_t size) {
    wchar_t *wide = NULL;
    if (!ConvertSidToStringSidW(sid, &wide))
        return false;
    char *text = utf8_from_wide(wide);
    bool ok = text && str_copy(out, size, text);
    mem_free(text);
    (void)LocalFree(wide);
    return ok;
}

static bool token_user(HANDLE token, struct token_user *out) {
    DWORD size = 0;
    return GetTokenInformation(token, TokenUser, &out->u, sizeof out->u, &size);
}

static bool own_user(struct token_user *out) {
    HANDLE token = NULL;
    bool ok = OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) && token_user(token, out);
    if (token)
        (void)CloseHandle(token);
    return ok;
}

static void add_group(struct buf *sddl, struct caller_group *group) {
    char text[200];
    if (group->known && sid_text(&group->sid, text, sizeof text))
        buf_addf(sddl, "(A;;0x%lx;;;%s)", (unsigned long)CLIENT_RIGHTS, text);
}

bool caller_sddl(const struct caller_groups *groups, struct buf *out) {
    struct token_user own;
    struct caller_groups g = *groups;
    char text[200];
    if (!own_user(&own) || !sid_text(own.u.user.User.Sid, text, sizeof text))
        return false;
    /* P: nothing is inherited. What denies comes first. NU: from the network, AN: anonymous, BG: guests. */
    buf_adds(out, "D:P(D;;FA;;;NU)(D;;FA;;;AN)(D;;FA;;;BG)");
    buf_addf(out, "(A;;FA;;;%s)", text);
    buf_addf(out, "(A;;0x%lx;;;SY)(A;;0x%lx;;;BA)", (unsigned long)CLIENT_RIGHTS, (unsigned long)CLIENT_RIGHTS);
    add_group(out, &g.readers);
    add_group(out, &g.operators);
    add_group(out, &g.administrators);
    return !out->full;
}

/* --- the facts --- */

/* Is that SID in the token and enabled? A group that can only deny is not. */
static bool member(HANDLE token, PSID sid) {
    BOOL is = FALSE;
    return CheckTokenMembership(token, sid, &is) && is;
}

static bool member_of(HANDLE token, WELL_KNOWN_SID_TYPE type) {
    union caller_sid sid;
    DWORD size = sizeof sid;
    return CreateWellKnownSid(type, NULL, &sid, &size) && member(token, &sid);
}

static bool member_of_group(HANDLE token, const struct caller_group *group) {
    union caller_sid sid = group->sid;
    return group->known && member(token, &sid);
}

/* A token whose level cannot be read is taken for a low one. */
static bool low_integrity(HANDLE token) {
    union {
        TOKEN_MANDATORY_LABEL label;
        BYTE bytes[sizeof(TOKEN_MANDATORY_LABEL) + SECURITY_MAX_SID_SIZE];
    } u;
    DWORD size = 0, contained = 0;
    if (!GetTokenInformation(token, TokenIntegrityLevel, &u, sizeof u, &size))
        return true;
    PSID sid = u.label.Label.Sid;
    DWORD level = *GetSidSubAuthority(sid, (DWORD)(*GetSidSubAuthorityCount(sid) - 1));
    /* Before Windows 8 there are no containers, and the question fails. */
    bool in_container =
        GetTokenInformation(token, TokenIsAppContainer, &contained, sizeof contained, &size) && contained != 0;
    return level < SECURITY_MANDATORY_MEDIUM_RID || in_container;
}

/* The token of the client, at whatever level it allows; identification is enough to look at it. */
static HANDLE client_token(HANDLE pipe) {
    HANDLE token = NULL;
    if (!ImpersonateNamedPipeClient(pipe))
        return NULL;
    bool opened = OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token);
    /* Going on as somebody else would be worse than not going on. */
    if (!RevertToSelf())
        abort();
    return opened ? token : NULL;
}

void caller_ask(HANDLE pipe, const struct caller_groups *groups, struct ipc_caller *out) {
    struct token_user user, own;
    memset(out, 0, sizeof *out);
    HANDLE token = client_token(pipe);
    if (!token)
        return;
    if (token_user(token, &user) && sid_text(user.u.user.User.Sid, out->who, sizeof out->who)) {
        PSID sid = user.u.user.User.Sid;
        out->known = true;
        out->anonymous = IsWellKnownSid(sid, WinAnonymousSid) || member_of(token, WinBuiltinGuestsSid);
        out->network = member_of(token, WinNetworkSid);
        out->low_integrity = low_integrity(token);
        out->system = IsWellKnownSid(sid, WinLocalSystemSid);
        out->machine_administrator = member_of(token, WinBuiltinAdministratorsSid);
        out->own_account = own_user(&own) && EqualSid(sid, own.u.user.User.Sid);
        out->in_readers = member_of_group(token, &groups->readers);
        out->in_operators = member_of_group(token, &groups->operators);
        out->in_administrators = member_of_group(token, &groups->administrators);
    }
    (void)CloseHandle(token);
}
