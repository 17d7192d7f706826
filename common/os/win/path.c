#include <windows.h>

#include <shlobj.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/common.h"
#include "common/os/os.h"
#include "common/os/win/wide.h"

const char os_common_separators[] = "\\/";

/* Asked of the system and not of %APPDATA% or %ProgramData%: a service has the environment of the machine, not of its
 * account. */
static enum rc system_folder(int which, const char *what, char *out, size_t size, struct err *err) {
    char value[OS_PATH_SIZE];
    if (os_getenv("SHOPFERRY_HOME", value, sizeof(value)) && value[0] != '\0') {
        return os_common_folder(out, size, value, NULL, err);
    }
    wchar_t folder[MAX_PATH] = L"";
    HRESULT result = SHGetFolderPathW(NULL, which | CSIDL_FLAG_CREATE, NULL, SHGFP_TYPE_CURRENT, folder);
    char *base = result == S_OK ? utf8_from_wide(folder) : NULL;
    if (str_empty(base)) {
        mem_free(base);
        return err_set(err, RC_NOT_FOUND, REACH_SERVICE,
                       "Windows names no folder for %s (error 0x%08lx). Set SHOPFERRY_HOME to the folder Shopferry may "
                       "keep its data in.",
                       what, (unsigned long)result);
    }
    enum rc rc = os_common_folder(out, size, base, "Shopferry", err);
    mem_free(base);
    return rc;
}

enum rc os_data_folder(char *out, size_t size, struct err *err) {
    return system_folder(CSIDL_COMMON_APPDATA, "the programs of this machine", out, size, err);
}

enum rc os_account_folder(char *out, size_t size, struct err *err) {
    return system_folder(CSIDL_APPDATA, "the application data of this account", out, size, err);
}
