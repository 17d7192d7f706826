/* Keyed hashes by their published examples; random numbers that are not all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"

struct example {
    const char *key, *data, *sha1, *sha256;
};

/* RFC 2202 (SHA-1) and RFC 4231 (SHA-256), test case 2; the empty pair is widely published. */
static const struct example examples[] = {
    {"Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"", "", "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d",
     "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    {"key", "The quick brown fox jumps over the lazy dog", "de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9",
     "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"},
};

static void assert_hmac(enum os_hash kind, const void *key, size_t key_len, const void *data, size_t len,
                        const char *expected) {
    unsigned char out[32];
    struct buf hex;
    buf_init(&hex, 128);
    hex_add(&hex, out, os_hmac(kind, key, key_len, data, len, out));
    assert_string_equal(hex.data, expected);
    buf_free(&hex);
}

static void published_examples(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        const struct example *e = &examples[i];
        assert_hmac(OS_SHA1, e->key, strlen(e->key), e->data, strlen(e->data), e->sha1);
        assert_hmac(OS_SHA256, e->key, strlen(e->key), e->data, strlen(e->data), e->sha256);
    }
    assert_hmac(OS_SHA1, NULL, 0, "", 0, examples[1].sha1);
    /* RFC 4231 case 6: a key longer than the block. */
    char key[131];
    memset(key, 0xaa, sizeof(key));
    const char *data = "Test Using Larger Than Block-Size Key - Hash Key First";
    assert_hmac(OS_SHA256, key, sizeof(key), data, strlen(data),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void random_bytes_differ(void **state) {
    (void)state;
    unsigned char seen[256] = {0};
    unsigned char *bytes = mem_zalloc(3 << 20, 1);
    os_random(bytes, 3 << 20);
    for (size_t i = (3 << 20) - 65536; i < (3 << 20); i++) {
        seen[bytes[i]] = 1;
    }
    for (size_t i = 0; i < 256; i++) {
        assert_int_equal(seen[i], 1);
    }
    mem_free(bytes);
    os_random(NULL, 0);
}

static void tokens_are_random_uuids(void **state) {
    (void)state;
    char a[37];
    char b[37];
    os_token(a);
    os_token(b);
    assert_int_equal(strlen(a), 36);
    assert_int_equal(a[8], '-');
    assert_int_equal(a[14], '4');
    assert_non_null(strchr("89ab", a[19]));
    assert_string_not_equal(a, b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(published_examples), cmocka_unit_test(random_bytes_differ),
                                       cmocka_unit_test(tokens_are_random_uuids)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
