#include <windows.h>

#include <bcrypt.h>

#include "common/os/common.h"
#include "common/os/os.h"

/* BCrypt takes its input as plain pointers but does not write through them. */
static PUCHAR unconst(const void *p) {
    union {
        const void *in;
        PUCHAR out;
    } u = {.in = p};
    return u.out;
}

size_t os_hmac(enum os_hash kind, const void *key, size_t key_len, const void *data, size_t len,
               unsigned char out[32]) {
    BCRYPT_ALG_HANDLE algorithm = NULL;
    BCRYPT_HASH_HANDLE hash = NULL;
    ULONG size = kind == OS_SHA1 ? 20 : 32;
    const wchar_t *name = kind == OS_SHA1 ? BCRYPT_SHA1_ALGORITHM : BCRYPT_SHA256_ALGORITHM;
    bool done = key_len <= MAXLONG && len <= MAXLONG &&
                BCryptOpenAlgorithmProvider(&algorithm, name, NULL, BCRYPT_ALG_HANDLE_HMAC_FLAG) == 0 &&
                BCryptCreateHash(algorithm, &hash, NULL, 0, unconst(key_len == 0 ? "" : key), (ULONG)key_len, 0) == 0 &&
                BCryptHashData(hash, unconst(data), (ULONG)len, 0) == 0 && BCryptFinishHash(hash, out, size, 0) == 0;
    if (hash != NULL) {
        (void)BCryptDestroyHash(hash);
    }
    if (algorithm != NULL) {
        (void)BCryptCloseAlgorithmProvider(algorithm, 0);
    }
    if (!done) {
        os_common_abort("a keyed hash could not be computed");
    }
    return size;
}
