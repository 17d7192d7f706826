#include "tests/base/check.h"

#include "common/base/buf.h"
#include "common/base/mem.h"

static void grows_and_stays_terminated(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1000000);
    assert_string_equal(b.data, "");
    for (int i = 0; i < 100000; i++) {
        buf_addc(&b, (char)('a' + i % 26));
        CHECK(b.data[b.len] == '\0');
    }
    assert_int_equal(b.len, 100000);
    assert_int_equal(b.data[99999], 'a' + 99999 % 26);
    assert_int_equal(buf_rc(&b, "It", NULL), RC_OK);
    buf_free(&b);
}

static void holds_zero_bytes(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_add(&b, "a\0b", 3);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.data, "a\0b\0", 4);
    buf_free(&b);
}

static void ceiling_is_exact(void **state) {
    (void)state;
    for (size_t max = 0; max < 300; max++) {
        struct buf b;
        buf_init(&b, max);
        for (size_t i = 0; i < max; i++)
            buf_addc(&b, 'x');
        CHECK(!b.full && b.len == max);
        buf_addc(&b, 'y');
        CHECK(b.full && b.len == max && strlen(b.data) == max);
        buf_free(&b);
    }
}

static void full_keeps_what_it_had(void **state) {
    (void)state;
    struct buf b;
    struct err err;
    buf_init(&b, 5);
    buf_adds(&b, "abc");
    buf_adds(&b, "def");
    buf_adds(&b, "g");
    buf_addf(&b, "%d", 1);
    buf_add_i64(&b, 1);
    assert_string_equal(b.data, "abc");
    assert_int_equal(buf_rc(&b, "The answer", &err), RC_TOO_BIG);
    assert_int_equal(err.rc, RC_TOO_BIG);
    assert_string_equal(err.text, "The answer is larger than the limit of 5 bytes.");
    buf_clear(&b);
    buf_adds(&b, "12345");
    assert_string_equal(b.data, "12345");
    assert_int_equal(buf_rc(&b, "The answer", &err), RC_OK);
    buf_free(&b);
}

static void formats(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    for (int i = 0; i < 200; i++)
        buf_addf(&b, "%d,%s;", i, "some text that is longer than the rest");
    assert_int_equal(b.len, strlen(b.data));
    assert_memory_equal(b.data, "0,some", 6);
    size_t before = b.len;
    buf_addf(&b, "%0*d", 20000, 1);
    assert_true(b.full);
    assert_int_equal(b.len, before);
    assert_int_equal(strlen(b.data), before);
    buf_free(&b);

    buf_init(&b, 6);
    buf_addf(&b, "%s", "123456");
    assert_string_equal(b.data, "123456");
    assert_false(b.full);
    buf_clear(&b);
    buf_addf(&b, "%s", "1234567");
    assert_string_equal(b.data, "");
    assert_true(b.full);
    buf_free(&b);
}

static void numbers(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_add_i64(&b, 0);
    buf_addc(&b, ' ');
    buf_add_i64(&b, INT64_MAX);
    buf_addc(&b, ' ');
    buf_add_i64(&b, INT64_MIN);
    assert_string_equal(b.data, "0 9223372036854775807 -9223372036854775808");
    buf_free(&b);
}

static void take_hands_over(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_adds(&b, "mine");
    char *text = buf_take(&b);
    assert_string_equal(text, "mine");
    assert_int_equal(b.len, 0);
    buf_adds(&b, "again");
    assert_string_equal(b.data, "again");
    assert_string_equal(text, "mine");
    mem_free(text);
    buf_free(&b);
}

static void huge_ceiling_does_not_overflow(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, SIZE_MAX - 1);
    for (int i = 0; i < 1000; i++)
        buf_adds(&b, "0123456789");
    assert_int_equal(b.len, 10000);
    buf_adds(&b, NULL);
    assert_int_equal(b.len, 10000);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_stays_terminated),
        cmocka_unit_test(holds_zero_bytes),
        cmocka_unit_test(ceiling_is_exact),
        cmocka_unit_test(full_keeps_what_it_had),
        cmocka_unit_test(formats),
        cmocka_unit_test(numbers),
        cmocka_unit_test(take_hands_over),
        cmocka_unit_test(huge_ceiling_does_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
