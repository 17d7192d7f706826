#include "tests/base/check.h"

#include "common/base/str.h"

static void format_and_copy_cut_at_characters(void **state) {
    (void)state;
    char out[8];
    assert_true(str_fmt(out, sizeof out, "%d-%s", 12, "abcd"));
    assert_string_equal(out, "12-abcd");
    assert_false(str_fmt(out, sizeof out, "%d-%s", 12, "abcde"));
    assert_string_equal(out, "12-abcd");
    assert_false(str_fmt(out, sizeof out, "%s", "aaaaażż"));
    assert_string_equal(out, "aaaaaż");
    assert_false(str_fmt(out, sizeof out, "%s", "aaaaaa🍎"));
    assert_string_equal(out, "aaaaaa");
    assert_true(str_copy(out, sizeof out, "aaażż"));
    assert_string_equal(out, "aaażż");
    assert_false(str_copy(out, sizeof out, "aaaażżż"));
    assert_string_equal(out, "aaaaż");
    assert_true(str_copy(out, sizeof out, NULL));
    assert_string_equal(out, "");
    assert_false(str_copy(out, 1, "a"));
    assert_string_equal(out, "");
    assert_false(str_copy(out, 0, "a"));
    assert_false(str_fmt(out, 0, "a"));
}

static void copy_never_splits(void **state) {
    (void)state;
    static const char text[] = "ż中🍎a🍎中żé";
    for (size_t size = 1; size <= sizeof text; size++) {
        char out[64];
        memset(out, 'X', sizeof out);
        bool whole = str_copy(out, size, text);
        assert_int_equal(whole, size == sizeof text);
        assert_true(strlen(out) < size && strlen(out) + 4 >= size);
        assert_true(utf8_valid(out, strlen(out)));
        assert_memory_equal(out, text, strlen(out));
        assert_int_equal(out[size], 'X');
    }
}

static void comparisons(void **state) {
    (void)state;
    assert_true(str_eq("a", "a") && str_eq(NULL, NULL) && str_eq("", ""));
    assert_false(str_eq("a", "b") || str_eq(NULL, "") || str_eq("", NULL) || str_eq("a", "A"));
    assert_true(str_empty(NULL) && str_empty(""));
    assert_false(str_empty(" "));
    assert_true(str_blank(NULL) && str_blank("") && str_blank(" \t\r\n\xC2\xA0\xE3\x80\x80\xE2\x80\xAF"));
    assert_false(str_blank(" a ") || str_blank("\xE2\x80\x8B") || str_blank("\xFF"));
}

static void starts_and_ends(void **state) {
    (void)state;
    assert_true(str_starts("abc", "ab") && str_starts("abc", "") && str_starts("abc", "abc"));
    assert_false(str_starts("ab", "abc") || str_starts("", "a"));
    assert_true(str_ends("abc", "bc") && str_ends("abc", "") && str_ends("abc", "abc"));
    assert_false(str_ends("bc", "abc") || str_ends("abd", "bc"));
}

static void check_trim(const char *in, const char *expected) {
    char text[100];
    assert_true(str_copy(text, sizeof text, in));
    assert_ptr_equal(str_trim(text), text);
    assert_string_equal(text, expected);
}

static void trims_unicode_spaces(void **state) {
    (void)state;
    check_trim("", "");
    check_trim(" \t\n ", "");
    check_trim("a", "a");
    check_trim("  a b  ", "a b");
    check_trim("\xC2\xA0 Łódź\xE3\x80\x80", "Łódź");
    check_trim("\xE2\x80\x83x\xC2\xA0y\xE2\x80\xAF", "x\xC2\xA0y");
    check_trim(" \xFF ", "\xFF");
    check_trim("à", "à"); /* its second byte is A0: a space only to those who look at bytes */
}

static void whole_numbers(void **state) {
    (void)state;
    int64_t v = 7;
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x1",
                                      "--1",
                                      "+-1",
                                      "1e3",
                                      "１",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999999",
                                      "18446744073709551616"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (str_to_i64(bad[i], &v))
            fail_msg("accepted \"%s\"", bad[i]);
    }
    assert_int_equal(v, 7);
    assert_true(str_to_i64("9223372036854775807", &v) && v == INT64_MAX);
    assert_true(str_to_i64("-9223372036854775808", &v) && v == INT64_MIN);
    assert_true(str_to_i64("+0007", &v) && v == 7);
    assert_true(str_to_i64("-0", &v) && v == 0);
    assert_true(str_to_i64("000000000000000000000000000001", &v) && v == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_and_copy_cut_at_characters),
        cmocka_unit_test(copy_never_splits),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(starts_and_ends),
        cmocka_unit_test(trims_unicode_spaces),
        cmocka_unit_test(whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
