#include "tests/base/check.h"

#include "common/base/err.h"
#include "common/base/str.h"

static void fills_every_field(void **state) {
    (void)state;
    struct err err;
    memset(&err, 0x5A, sizeof err);
    assert_int_equal(err_set(&err, RC_LATER, REACH_LINK, "Wait %d s, %s.", 30, "please"), RC_LATER);
    assert_int_equal(err.rc, RC_LATER);
    assert_int_equal(err.reach, REACH_LINK);
    assert_int_equal(err.http, 0);
    assert_int_equal(err.os_code, 0);
    assert_int_equal(err.retry_after_s, -1);
    assert_string_equal(err.code, "");
    assert_string_equal(err.text, "Wait 30 s, please.");
}

static void works_without_an_err(void **state) {
    (void)state;
    assert_int_equal(err_set(NULL, RC_IO, REACH_FLOW, "Nobody %s.", "listens"), RC_IO);
    err_clear(NULL);
}

static void may_quote_its_own_text(void **state) {
    (void)state;
    struct err err;
    err_set(&err, RC_IO, REACH_ITEM, "disk full");
    err_set(&err, RC_INTERNAL, REACH_FLOW, "Saving failed: %s.", err.text);
    assert_string_equal(err.text, "Saving failed: disk full.");
}

static void long_text_is_cut_at_a_character(void **state) {
    (void)state;
    char text[ERR_TEXT_MAX * 2];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', shift);
        size_t len = shift;
        while (len + 4 < sizeof text) {
            memcpy(text + len, "\xF0\x9F\x8D\x8E", 4);
            len += 4;
        }
        text[len] = '\0';
        struct err err;
        err_set(&err, RC_INVALID, REACH_ITEM, "%s", text);
        size_t kept = strlen(err.text);
        assert_true(kept < ERR_TEXT_MAX && kept >= ERR_TEXT_MAX - 4);
        assert_true(utf8_valid(err.text, kept));
    }
}

static void clear_means_ok(void **state) {
    (void)state;
    struct err err;
    err_set(&err, RC_IO, REACH_SERVICE, "x");
    err_clear(&err);
    assert_int_equal(err.rc, RC_OK);
    assert_int_equal(err.retry_after_s, -1);
    assert_string_equal(err.text, "");
}

static void names_are_stable_and_different(void **state) {
    (void)state;
    assert_string_equal(rc_name(RC_OK), "ok");
    assert_string_equal(rc_name(RC_UNKNOWN_OUTCOME), "unknown_outcome");
    assert_string_equal(rc_name(RC_INTERNAL), "internal");
    assert_string_equal(rc_name((enum rc)99), "unnamed");
    assert_string_equal(reach_name(REACH_LINK), "link");
    assert_string_equal(reach_name((enum reach)99), "unnamed");
    for (int i = RC_OK; i <= RC_INTERNAL; i++) {
        for (int k = RC_OK; k < i; k++)
            assert_string_not_equal(rc_name((enum rc)i), rc_name((enum rc)k));
    }
}

static void a_cut_or_malformed_argument_leaves_a_valid_text(void **state) {
    (void)state;
    struct err err;
    err_set(&err, RC_INVALID, REACH_ITEM, "the name \"%.3s\" and %s", "zż\xc3\xb3", "bad \xff byte");
    assert_string_equal(err.text, "the name \"zż\" and bad \xef\xbf\xbd byte");
    err_set(&err, RC_INVALID, REACH_ITEM, "%.2s", "zż");
    assert_string_equal(err.text, "z\xef\xbf\xbd");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_or_malformed_argument_leaves_a_valid_text),
        cmocka_unit_test(fills_every_field),
        cmocka_unit_test(works_without_an_err),
        cmocka_unit_test(may_quote_its_own_text),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(clear_means_ok),
        cmocka_unit_test(names_are_stable_and_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
