#include <windows.h>

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/pipe.h"
#include "common/os/win/wide.h"

#define PLACE_BYTES 8

/* Two data folders are two services, so each has a pipe of its own. The name is no secret: who stands behind it is
 * proven otherwise. Windows does not tell capital letters in paths apart, hence the folding. */
enum rc pipe_endpoint(const char *data_folder, char *out, size_t size, struct err *err) {
    static const char key[] = "shopferry pipe";
    unsigned char hash[32];
    struct buf name;
    wchar_t *path = wide_path(data_folder, err);
    if (!path)
        return RC_INVALID;
    size_t len = wcslen(path);
    while (len > 0 && path[len - 1] == L'\\')
        path[--len] = L'\0';
    (void)CharLowerBuffW(path, (DWORD)len);
    (void)os_hmac(OS_SHA256, key, sizeof key - 1, path, len * sizeof *path, hash);
    mem_free(path);
    buf_init(&name, 100);
    buf_adds(&name, "\\\\.\\pipe\\Shopferry-");
    hex_add(&name, hash, PLACE_BYTES);
    bool fits = str_copy(out, size, name.data);
    buf_free(&name);
    return fits ? RC_OK : err_set(err, RC_TOO_BIG, REACH_SERVICE, "The name of the pipe is too long.");
}
