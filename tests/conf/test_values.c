/* Each type: what it takes, what it refuses, its default, its text form there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "tests/conf/kinds.h"

static struct conf *conf;
static struct conf_section *link_;

static int setup(void **state) {
    (void)state;
    struct conf_section *company = NULL;
    conf = conf_new(&test_kinds);
    assert_int_equal(conf_company_add(conf, "c", &company, NULL), RC_OK);
    assert_int_equal(conf_link_add(company, "l", "parrot", &link_, NULL), RC_OK);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    conf_free(conf);
    return 0;
}

static void takes(const char *key, const char *text, const char *form) {
    struct err err;
    struct buf b;
    err_clear(&err);
    if (conf_set(link_, key, text, &err) != RC_OK) {
        fail_msg("%s = %s: %s", key, text, err.text);
    }
    assert_true(conf_is_set(link_, key));
    buf_init(&b, 100000);
    conf_format(link_, key, &b);
    assert_string_equal(b.data, form);
    /* the form itself is taken and gives the same */
    char *copy = mem_strdup(b.data);
    assert_int_equal(conf_set(link_, key, copy, NULL), RC_OK);
    buf_clear(&b);
    conf_format(link_, key, &b);
    assert_string_equal(b.data, copy);
    mem_free(copy);
    buf_free(&b);
}

/* Refused with a sentence that has `why`, and the value from before stays. */
static void refuses(const char *key, const char *text, const char *why) {
    struct err err;
    struct buf before;
    struct buf after;
    buf_init(&before, 100000);
    buf_init(&after, 100000);
    conf_format(link_, key, &before);
    assert_int_equal(conf_set(link_, key, text, &err), RC_INVALID);
    if (strstr(err.text, why) == NULL) {
        fail_msg("%s = %s: \"%s\" is not in: %s", key, text, why, err.text);
    }
    conf_format(link_, key, &after);
    assert_string_equal(before.data, after.data);
    buf_free(&before);
    buf_free(&after);
}

static void int_(void **state) {
    (void)state;
    assert_int_equal(conf_i64(link_, "volume"), 5);
    assert_false(conf_is_set(link_, "volume"));
    takes("volume", "-10", "-10");
    takes("volume", " 10 ", "10");
    assert_int_equal(conf_i64(link_, "volume"), 10);
    refuses("volume", "11", "must be a whole number from -10 to 10, but is \"11\".");
    refuses("volume", "-11", "-10 to 10");
    refuses("volume", "1.5", "whole number");
    refuses("volume", "", "whole number");
    refuses("volume", "five", "whole number");
    refuses("volume", "99999999999999999999", "whole number");
    conf_unset(link_, "volume");
    assert_int_equal(conf_i64(link_, "volume"), 5);
    takes("interval_seconds", "10", "10");
    takes("interval_seconds", "86400", "86400");
    refuses("interval_seconds", "9", "10 to 86400");
    refuses("interval_seconds", "86401", "10 to 86400");
}

static void bool_(void **state) {
    (void)state;
    assert_false(conf_bool(link_, "loud"));
    takes("loud", "true", "true");
    assert_true(conf_bool(link_, "loud"));
    takes("loud", " false\n", "false");
    refuses("loud", "yes", "must be true or false, but is \"yes\".");
    refuses("loud", "", "true or false");
}

static void choice(void **state) {
    (void)state;
    assert_string_equal(conf_text(link_, "colour"), "green");
    takes("colour", "blue", "blue");
    assert_string_equal(conf_text(link_, "colour"), "blue");
    refuses("colour", "blu", "must be one of these words: green, red, blue, but is \"blu\".");
    refuses("colour", "green|red", "one of these words");
    refuses("colour", "", "one of these words");
    refuses("colour", "Blue", "one of these words");
}

static void text_and_path(void **state) {
    (void)state;
    assert_string_equal(conf_text(link_, "cage"), "");
    takes("cage", "  C:\\Dane firmy\\Zażółć ", "C:\\Dane firmy\\Zażółć");
    takes("short_text", "żż", "żż");
    takes("short_text", "", "");
    refuses("short_text", "a", "from 2 to 4");
    refuses("short_text", "abcde", "from 2 to 4");
    refuses("cage", "a\nb", "control character");
    refuses("cage", "a\xff", "not UTF-8");
    takes("base_url", "https://sklep.example/ścieżka", "https://sklep.example/ścieżka");
    refuses("base_url", "http://sklep.example", "must start with https://, but is \"http://sklep.example\".");
    char *big = mem_zalloc(3000, 1);
    memset(big, 'x', 2999);
    refuses("cage", big, "characters");
    mem_free(big);
}

static void list(void **state) {
    (void)state;
    assert_int_equal(conf_list_count(link_, "words"), 0);
    assert_null(conf_list(link_, "words")[0]);
    takes("words", " one,two ,, three,one", "one, two, three");
    assert_int_equal(conf_list_count(link_, "words"), 3);
    assert_string_equal(conf_list_at(link_, "words", 1), "two");
    assert_null(conf_list_at(link_, "words", 3));
    assert_true(conf_list_has(link_, "words", "three"));
    assert_false(conf_list_has(link_, "words", "thre"));
    assert_string_equal(conf_list(link_, "words")[2], "three");
    assert_null(conf_list(link_, "words")[3]);
    takes("words", "[\"a, b\", \" c\"]", "[\"a, b\",\" c\"]");
    assert_string_equal(conf_list_at(link_, "words", 0), "a, b");
    takes("words", "line\nline two", "line, line two");
    takes("words", "", "");
    refuses("words", "a,b,c,d", "at most 3 entries");
    refuses("words", "[1]", "nothing but texts");
    refuses("words", "[\"a\"", "begins like JSON");
    refuses("words", "[\"a\\nb\"]", "control character");
    takes("required_fields", "name, ean", "name, ean");
    refuses("required_fields", "name, colour", "made of these words: name, price, group, vat, ean, weight");
}

static void map(void **state) {
    (void)state;
    const char *left = NULL;
    const char *right = NULL;
    assert_null(conf_map_get(link_, "translations", "a"));
    assert_int_equal(conf_map_count(link_, "translations"), 0);
    takes("translations", "a=1, b = 2=3 ,c=", "a=1, b=2=3, c=");
    assert_int_equal(conf_map_count(link_, "translations"), 3);
    assert_string_equal(conf_map_get(link_, "translations", "b"), "2=3");
    assert_string_equal(conf_map_get(link_, "translations", "c"), "");
    assert_null(conf_map_get(link_, "translations", "d"));
    assert_true(conf_map_at(link_, "translations", 1, &left, &right));
    assert_string_equal(left, "b");
    assert_string_equal(right, "2=3");
    assert_false(conf_map_at(link_, "translations", 3, &left, &right));
    takes("translations", "{\"=\":\", \",\",\":\" \"}", "{\"=\":\", \",\",\":\" \"}");
    assert_string_equal(conf_map_get(link_, "translations", "="), ", ");
    refuses("translations", "a", "left=right");
    refuses("translations", "=b", "without a left side");
    refuses("translations", "a=1, a=2", "same left side twice");
    refuses("translations", "a=1,b=2,c=3,d=4", "at most 3 entries");
    refuses("translations", "{\"a\":{}}", "nothing but texts");
    refuses("translations", "{\"a\":", "begins like JSON");
    takes("translations", "", "");
}

static void what_cannot_be_set(void **state) {
    (void)state;
    struct err err;
    assert_int_equal(conf_set(link_, "no_such_setting", "x", &err), RC_NOT_FOUND);
    assert_int_equal(conf_set(link_, "consumer_key", "ck_hidden", &err), RC_INVALID);
    assert_null(strstr(err.text, "ck_hidden"));
    assert_int_equal(conf_set(link_, "name", "x", &err), RC_INVALID);
    assert_int_equal(conf_set(link_, "kind", "stone", &err), RC_INVALID);
    conf_unset(link_, "name");
    assert_string_equal(conf_name(link_), "l");
    assert_int_equal(conf_set(conf_program(conf), "log_level", "debug", &err), RC_OK);
    assert_int_equal(conf_set(conf_program(conf), "interval_seconds", "60", &err), RC_NOT_FOUND);
}

static void checks(void **state) {
    (void)state;
    takes("currency", "PLN", "PLN");
    refuses("currency", "pln", "three-letter code");
    refuses("currency", "XQZ", "three-letter code");
    takes("sale_country", "RO", "RO");
    refuses("sale_country", "ro", "two-letter code");
    refuses("sale_country", "R", "two-letter code");
    takes("orders_from", "2028-02-29", "2028-02-29");
    const char *const days[] = {"2027-02-29", "2026-13-01", "2026-1-01", "01.03.2026", "2026-03-0", "2026-03-011"};
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        refuses("orders_from", days[i], "");
    }
    struct conf_section *p = conf_program(conf);
    const char *const paths[] = {"/var/log/x", "D:\\Logs", "d:/logs", "\\\\server\\share", ""};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        assert_int_equal(conf_set(p, "log_folder", paths[i], NULL), RC_OK);
    }
    assert_int_equal(conf_set(p, "log_folder", "logs", NULL), RC_INVALID);
    assert_int_equal(conf_set(p, "log_folder", "D:logs", NULL), RC_INVALID);
    assert_int_equal(conf_set(conf_company(conf, "c"), "profile", "../evil", NULL), RC_INVALID);
}

int main(void) {
#define ONE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        ONE(int_),  ONE(bool_), ONE(choice), ONE(text_and_path), ONE(list), ONE(map), ONE(what_cannot_be_set),
        ONE(checks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
