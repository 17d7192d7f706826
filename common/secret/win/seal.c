/* DPAPI for this machine (see secret.h for why not for one user). The secret's name is the entropy, so bytes sealed
 * under one name do not open under another. */
#include <windows.h>
#include <wincrypt.h>

#include <string.h>

#include "common/base/mem.h"
#include "common/secret/seal.h"

/* DPAPI takes its input as plain pointers but does not write through them. */
static DATA_BLOB blob(const void *data, size_t len) {
    union {
        const void *in;
        BYTE *out;
    } u = {.in = data};
    return (DATA_BLOB){.cbData = (DWORD)len, .pbData = u.out};
}

static void give(DATA_BLOB *from, struct buf *out) {
    buf_add(out, from->pbData, from->cbData);
    mem_wipe(from->pbData, from->cbData);
    (void)LocalFree(from->pbData);
}

enum rc seal(const char *name, const void *data, size_t len, struct buf *out, struct err *err) {
    DATA_BLOB in = blob(data, len);
    DATA_BLOB entropy = blob(name, strlen(name));
    DATA_BLOB sealed = {0};
    if (!CryptProtectData(&in, L"Shopferry", &entropy, NULL, NULL,
                          CRYPTPROTECT_UI_FORBIDDEN | CRYPTPROTECT_LOCAL_MACHINE, &sealed)) {
        long code = (long)GetLastError();
        (void)err_set(err, RC_DENIED, REACH_LINK, "Windows would not seal the secret (error %ld).", code);
        if (err != NULL) {
            err->os_code = code;
        }
        return RC_DENIED;
    }
    give(&sealed, out);
    return buf_rc(out, "A secret", err);
}

enum rc unseal(const char *name, const void *sealed, size_t len, struct buf *out, struct err *err) {
    DATA_BLOB in = blob(sealed, len);
    DATA_BLOB entropy = blob(name, strlen(name));
    DATA_BLOB plain = {0};
    if (!CryptUnprotectData(&in, NULL, &entropy, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &plain)) {
        long code = (long)GetLastError();
        (void)err_set(err, RC_DENIED, REACH_LINK,
                      "The stored secret cannot be opened: it was entered on another machine or belongs to another "
                      "link. Enter it again.");
        if (err != NULL) {
            err->os_code = code;
        }
        return RC_DENIED;
    }
    give(&plain, out);
    return buf_rc(out, "A secret", err);
}
