#include "common/os/os.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/os/common.h"

size_t os_hmac(enum os_hash kind, const void *key, size_t key_len, const void *data, size_t len,
               unsigned char out[32]) {
    const EVP_MD *md = kind == OS_SHA1 ? EVP_sha1() : EVP_sha256();
    unsigned int written = 0;
    /* OpenSSL takes a NULL key as "keep the last one". */
    const void *k = key == NULL ? "" : key;
    if (key_len > INT_MAX || HMAC(md, k, (int)key_len, data, len, out, &written) == NULL) {
        os_common_abort("a keyed hash could not be computed");
    }
    return written;
}
