#include "tests/base/check.h"

#include "common/base/buf.h"
#include "common/base/digest.h"
#include "common/base/str.h"

static void hex_is(const char *text, const char *expected) {
    struct digest d = digest_of(text, strlen(text));
    struct buf b;
    buf_init(&b, 100);
    hex_add(&b, d.bytes, sizeof d.bytes);
    assert_string_equal(b.data, expected);
    buf_free(&b);
}

/* The values xxhsum -H128 prints: stored digests have to mean the same on every machine and after every update. */
static void canonical_bytes(void **state) {
    (void)state;
    hex_is("", "99aa06d3014798d86001c324468d497f");
    hex_is("abc", "06b05ab6733a618578af5f94892f3950");
    assert_true(hash_of("", 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(hash_of("abc", 3) == UINT64_C(0x78AF5F94892F3950));
}

static void equal_and_zero(void **state) {
    (void)state;
    struct digest zero = {{0}};
    struct digest a = digest_of("a", 1);
    struct digest b = digest_of("b", 1);
    struct digest again = digest_of("a", 1);
    assert_true(digest_is_zero(&zero));
    assert_false(digest_is_zero(&a));
    assert_true(digest_eq(&a, &again));
    assert_false(digest_eq(&a, &b));
    for (int i = 0; i < DIGEST_SIZE; i++) {
        again = a;
        again.bytes[i] ^= 1;
        assert_false(digest_eq(&a, &again));
    }
}

/* All lengths over the borders where XXH3 changes its way, each byte counts. */
static void every_byte_counts(void **state) {
    (void)state;
    char data[600] = {0};
    for (size_t len = 1; len < sizeof data; len++) {
        struct digest before = digest_of(data, len);
        struct digest shorter = digest_of(data, len - 1);
        CHECK(!digest_eq(&before, &shorter));
        for (size_t i = 0; i < len; i += 7) {
            data[i] ^= 1;
            struct digest after = digest_of(data, len);
            CHECK(!digest_eq(&before, &after));
            data[i] ^= 1;
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_bytes),
        cmocka_unit_test(equal_and_zero),
        cmocka_unit_test(every_byte_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
