/* The table itself: every row is whole, every default is allowed by its own row, every text can be shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/conf/kinds.h"

static void assert_row(const struct setting_def *rows, const struct setting_def *def) {
    for (const char *p = def->key; *p != '\0'; p++) {
        assert_true((*p >= 'a' && *p <= 'z') || *p == '_');
    }
    for (const struct setting_def *other = rows; other != def; other++) {
        assert_string_not_equal(other->key, def->key);
    }
    assert_non_null(def->label);
    assert_non_null(def->help);
    assert_true(strlen(def->label) > 2);
    assert_true(strlen(def->help) > 20);
    assert_int_equal(def->help[strlen(def->help) - 1], '.');
    assert_true(def->type != SETTING_INT || def->min < def->max);
    assert_true(def->type != SETTING_CHOICE || def->choices != NULL);
    assert_true((def->flags & SETTING_SECRET) == 0 || def->type == SETTING_TEXT);
}

static void rows_are_whole(void **state) {
    (void)state;
    size_t n = 0;
    for (int scope = SETTING_PROGRAM; scope <= SETTING_LINK; scope++) {
        const struct setting_def *rows = conf_schema((enum setting_scope)scope);
        for (const struct setting_def *def = rows; def->key != NULL; def++, n++) {
            assert_row(rows, def);
        }
    }
    assert_true(n > 40);
}

/* conf_format of an unset setting parses the default; conf_set of that text must be taken. */
static void defaults_are_allowed(void **state) {
    (void)state;
    struct conf *c = conf_new(&test_kinds);
    struct conf_section *company = NULL;
    struct conf_section *link = NULL;
    assert_int_equal(conf_company_add(c, "c", &company, NULL), RC_OK);
    assert_int_equal(conf_link_add(company, "l", "parrot", &link, NULL), RC_OK);
    struct conf_section *const sections[] = {conf_program(c), company, link};
    for (size_t k = 0; k < 3; k++) {
        const struct setting_def *def;
        for (size_t i = 0; (def = conf_def_at(sections[k], i)) != NULL; i++) {
            struct buf b;
            buf_init(&b, 10000);
            assert_ptr_equal(conf_def(sections[k], def->key), def);
            conf_format(sections[k], def->key, &b);
            if ((def->flags & SETTING_SECRET) == 0 && strcmp(def->key, "name") != 0 && strcmp(def->key, "kind") != 0) {
                assert_int_equal(conf_set(sections[k], def->key, b.data, NULL), RC_OK);
            }
            buf_free(&b);
        }
    }
    conf_free(c);
}

static void defaults_of_the_rules(void **state) {
    (void)state;
    struct conf *c = conf_new(NULL);
    struct conf_section *company = NULL;
    struct conf_section *l = NULL;
    assert_int_equal(conf_company_add(c, "c", &company, NULL), RC_OK);
    assert_int_equal(conf_link_add(company, "l", "any", &l, NULL), RC_OK);
    assert_string_equal(conf_text(company, "profile"), "reference");
    assert_string_equal(conf_text(company, "operator"), "ADMIN"); /* C-23 */
    assert_int_equal(conf_i64(l, "order_lookback_days"), 14);     /* W-06 */
    assert_int_equal(conf_i64(l, "order_overlap_minutes"), 15);   /* R1 */
    assert_string_equal(conf_text(l, "match_by"), "both");        /* W-05 */
    assert_string_equal(conf_text(l, "owner_master"), "erp");
    assert_string_equal(conf_text(l, "creation"), "erp_creates"); /* M-04 */
    assert_true(conf_list_has(l, "required_fields", "vat"));
    assert_true(conf_list_has(l, "order_statuses", "processing")); /* M-14 */
    assert_string_equal(conf_text(l, "acknowledge_status"), "");
    conf_free(c);
}

static void descriptions_have_all(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 100000);
    for (int scope = SETTING_PROGRAM; scope <= SETTING_LINK; scope++) {
        conf_describe(conf_schema((enum setting_scope)scope), &b);
    }
    assert_non_null(
        strstr(b.data, "  interval_seconds  (10 to 86400; default: 300)\n      Interval (seconds): How long"));
    assert_non_null(strstr(b.data, "  owner_stock  (erp | shop; default: erp)\n"));
    /* lists and tables as they are written in the file */
    assert_non_null(strstr(b.data, "  required_fields  (list [\"...\", \"...\"] of name | price"));
    assert_non_null(strstr(b.data, "; default: [\"name\",\"price\",\"vat\"])\n"));
    assert_non_null(strstr(b.data, "; default: [\"processing\",\"completed\"])\n"));
    assert_non_null(strstr(b.data, "  tax_classes  (table {\"...\": \"...\", \"...\": \"...\"})\n"));
    assert_non_null(strstr(b.data, "  enabled  (true | false; default: false)\n"));
    assert_non_null(strstr(b.data, "; required)\n"));
    buf_clear(&b);
    conf_describe(test_kinds.settings(NULL, "parrot"), &b);
    assert_non_null(strstr(b.data, "  consumer_key  (secret; required)\n"));
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_whole), cmocka_unit_test(defaults_are_allowed),
                                       cmocka_unit_test(defaults_of_the_rules),
                                       cmocka_unit_test(descriptions_have_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
