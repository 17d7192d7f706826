/* Companies and links come, go and are found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/conf/kinds.h"

static void adding_and_finding(void **state) {
    (void)state;
    struct conf *c = conf_new(&test_kinds);
    struct conf_section *company = NULL;
    struct conf_section *link = NULL;
    struct conf_section *other = NULL;
    assert_int_equal(conf_company_add(c, "Zażółć sp. z o.o.", &company, NULL), RC_OK);
    assert_int_equal(conf_company_add(c, "Handel Nord AB", &other, NULL), RC_OK);
    assert_int_equal(conf_link_add(company, "sklep.example", "parrot", &link, NULL), RC_OK);
    assert_int_equal(conf_link_add(other, "sklep.example", "stone", &other, NULL), RC_OK);
    assert_ptr_equal(conf_company(c, "Zażółć sp. z o.o."), company);
    assert_ptr_equal(conf_company_at(c, 0), company);
    assert_ptr_equal(conf_link(company, "sklep.example"), link);
    assert_ptr_equal(conf_link_at(company, 0), link);
    assert_null(conf_link_at(company, 1));
    assert_null(conf_company_at(c, 2));
    assert_null(conf_company(c, "zażółć sp. z o.o."));
    assert_null(conf_company(c, ""));
    assert_null(conf_link(company, "other"));
    assert_int_equal(conf_company_count(c), 2);
    assert_int_equal(conf_link_count(company), 1);
    assert_int_equal(conf_scope(link), SETTING_LINK);
    assert_ptr_equal(conf_parent(link), company);
    assert_null(conf_parent(company));
    assert_null(conf_parent(conf_program(c)));
    assert_string_equal(conf_name(link), "sklep.example");
    assert_string_equal(conf_text(link, "kind"), "parrot");
    assert_string_equal(conf_name(conf_program(c)), "");
    conf_free(c);
    conf_free(NULL);
}

static void names_are_unique_and_plain(void **state) {
    (void)state;
    struct conf *c = conf_new(&test_kinds);
    struct conf_section *company = NULL;
    struct conf_section *s = NULL;
    struct err err;
    char longest[CONF_NAME_MAX * 2 + 3] = "";
    for (size_t i = 0; i < CONF_NAME_MAX; i++) {
        memcpy(longest + i * 2, "ż", 2);
    }
    assert_int_equal(conf_company_add(c, longest, &s, &err), RC_OK);
    memcpy(longest + (size_t)CONF_NAME_MAX * 2, "ż", 3);
    assert_int_equal(conf_company_add(c, longest, &s, &err), RC_INVALID);
    assert_int_equal(conf_company_add(c, "Firma", &company, &err), RC_OK);
    const char *const bad[] = {"", " ", "a\nb", " a", "a ", "\xff", "tab\there"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(conf_company_add(c, bad[i], &s, &err), RC_INVALID);
        assert_int_equal(conf_link_add(company, bad[i], "stone", &s, &err), RC_INVALID);
    }
    assert_int_equal(conf_company_add(c, "FIRMA", &s, &err), RC_CONFLICT);
    assert_string_equal(err.text, "There is a company named \"Firma\" already.");
    assert_int_equal(conf_link_add(company, "a", "stone", &s, &err), RC_OK);
    assert_int_equal(conf_link_add(company, "A", "stone", &s, &err), RC_CONFLICT);
    assert_int_equal(conf_link_add(company, "b", "dinosaur", &s, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "parrot, stone"));
    assert_int_equal(conf_link_add(company, "b", "", &s, &err), RC_INVALID);
    assert_int_equal(conf_link_count(company), 1);
    assert_int_equal(conf_company_count(c), 2);
    conf_free(c);
}

static void removing(void **state) {
    (void)state;
    struct conf *c = conf_new(&test_kinds);
    struct conf_section *s[3];
    struct conf_section *link = NULL;
    struct err err;
    assert_int_equal(conf_company_add(c, "a", &s[0], NULL), RC_OK);
    assert_int_equal(conf_company_add(c, "b", &s[1], NULL), RC_OK);
    assert_int_equal(conf_company_add(c, "c", &s[2], NULL), RC_OK);
    assert_int_equal(conf_link_add(s[1], "l", "stone", &link, NULL), RC_OK);
    assert_int_equal(conf_link_remove(s[1], "m", &err), RC_NOT_FOUND);
    assert_int_equal(conf_link_remove(s[1], "l", &err), RC_OK);
    assert_int_equal(conf_link_add(s[1], "l", "stone", &link, NULL), RC_OK);
    assert_int_equal(conf_company_remove(c, "b", &err), RC_OK);
    assert_int_equal(conf_company_remove(c, "b", &err), RC_NOT_FOUND);
    assert_ptr_equal(conf_company_at(c, 0), s[0]);
    assert_ptr_equal(conf_company_at(c, 1), s[2]);
    conf_free(c);
}

static void enabled_needs_the_company_too(void **state) {
    (void)state;
    struct conf *c = conf_new(&test_kinds);
    struct conf_section *company = NULL;
    struct conf_section *link = NULL;
    assert_int_equal(conf_company_add(c, "a", &company, NULL), RC_OK);
    assert_int_equal(conf_link_add(company, "l", "stone", &link, NULL), RC_OK);
    assert_true(conf_enabled(company));
    assert_false(conf_enabled(link)); /* a new link does nothing until it is switched on */
    assert_int_equal(conf_set(link, "enabled", "true", NULL), RC_OK);
    assert_true(conf_enabled(link));
    assert_int_equal(conf_set(company, "enabled", "false", NULL), RC_OK);
    assert_false(conf_enabled(link));
    conf_free(c);
}

static void secret_names_cannot_be_mixed_up(void **state) {
    (void)state;
    struct conf *c = conf_new(&test_kinds);
    struct conf_section *company = NULL;
    struct conf_section *link = NULL;
    struct buf name;
    buf_init(&name, 1000);
    assert_int_equal(conf_company_add(c, "a/b", &company, NULL), RC_OK);
    assert_int_equal(conf_link_add(company, "100%", "parrot", &link, NULL), RC_OK);
    conf_secret_name(link, "consumer_key", &name);
    assert_string_equal(name.data, "a%2Fb/100%25/consumer_key");
    buf_free(&name);
    conf_free(c);
}

/* Limits hold, and a thousand companies are handled at once. */
static void a_thousand_companies(void **state) {
    (void)state;
    struct conf *c = conf_new(&test_kinds);
    struct conf_section *company = NULL;
    struct conf_section *link = NULL;
    for (int i = 0; i < 1000; i++) {
        char name[64];
        (void)str_fmt(name, sizeof(name), "Firma %d sp. z o.o.", i);
        assert_int_equal(conf_company_add(c, name, &company, NULL), RC_OK);
        assert_int_equal(conf_set(company, "database", "/srv/db", NULL), RC_OK);
        for (int k = 0; k < 3; k++) {
            (void)str_fmt(name, sizeof(name), "sklep-%d.example", k);
            assert_int_equal(conf_link_add(company, name, "parrot", &link, NULL), RC_OK);
            assert_int_equal(conf_set(link, "base_url", "https://sklep.example", NULL), RC_OK);
            assert_int_equal(conf_set(link, "tax_classes", "A=standard, B=reduced", NULL), RC_OK);
        }
    }
    assert_int_equal(conf_check(c, NULL), RC_OK);
    struct buf first;
    struct buf second;
    struct conf *again = NULL;
    buf_init(&first, CONF_FILE_MAX);
    buf_init(&second, CONF_FILE_MAX);
    assert_int_equal(conf_write(c, &first, NULL), RC_OK);
    assert_int_equal(conf_parse(first.data, first.len, &test_kinds, &again, NULL), RC_OK);
    assert_int_equal(conf_company_count(again), 1000);
    assert_int_equal(conf_write(again, &second, NULL), RC_OK);
    assert_string_equal(first.data, second.data);
    assert_string_equal(
        conf_map_get(conf_link(conf_company(again, "Firma 999 sp. z o.o."), "sklep-2.example"), "tax_classes", "B"),
        "reduced");
    buf_free(&first);
    buf_free(&second);
    conf_free(again);
    conf_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(adding_and_finding),
                                       cmocka_unit_test(names_are_unique_and_plain),
                                       cmocka_unit_test(removing),
                                       cmocka_unit_test(enabled_needs_the_company_too),
                                       cmocka_unit_test(secret_names_cannot_be_mixed_up),
                                       cmocka_unit_test(a_thousand_companies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
