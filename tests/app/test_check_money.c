/* What `check` says about prices and taxes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"
#include "service/app/check_money.h"

struct heard {
    int levels[3];
    char text[4096];
};

static void hear(void *ctx, enum finding_level level, const char *what, const char *text) {
    struct heard *h = ctx;
    size_t at = strlen(h->text);
    h->levels[level]++;
    str_fmt(h->text + at, sizeof h->text - at, "%s: %s\n", what, text);
}

static struct heard ask(const struct link_rules *rules, const struct list_money *list, enum shop_tax tax) {
    struct heard h = {.text = ""};
    const struct finding_sink sink = {.tell = hear, .ctx = &h};
    struct channel_report shop = {.prices_tax = tax, .tax_classes = " standard reduced-rate zero-rate "};
    check_money(&sink, rules, list, &shop);
    return h;
}

static void the_way_of_prices_is_said(void **state) {
    (void)state;
    const struct link_rules rules = {.owned = ASPECT_ALL};
    struct list_money list = {.known = true, .includes_tax = true};
    struct heard h = ask(&rules, &list, SHOP_TAX_NET);
    assert_int_equal(h.levels[FINDING_NOTE], 1);
    assert_non_null(strstr(h.text, "each price is sent without VAT"));
    assert_non_null(strstr(h.text, "by a cent"));
    list.includes_tax = false;
    h = ask(&rules, &list, SHOP_TAX_GROSS);
    assert_int_equal(h.levels[FINDING_NOTE], 1);
    assert_non_null(strstr(h.text, "each price is sent with VAT"));
    h = ask(&rules, &list, SHOP_TAX_NET);
    assert_int_equal(h.levels[FINDING_OK], 1);
    h = ask(&rules, &list, SHOP_TAX_UNTOLD);
    assert_non_null(strstr(h.text, "does not tell"));
    list.known = false;
    h = ask(&rules, &list, SHOP_TAX_GROSS);
    assert_string_equal(h.text, "");
}

static void codes_that_share_the_standard_class_are_named(void **state) {
    (void)state;
    struct link_rules rules = {.owned = ASPECT_MASTER};
    struct list_money list = {.vats = {{"A", 230000}, {"B", 75000}, {"X", -1}}, .vat_count = 3};
    struct heard h = ask(&rules, &list, SHOP_TAX_NET);
    assert_int_equal(h.levels[FINDING_NOTE], 1);
    assert_non_null(strstr(h.text, "A (23 %), B (7.5 %), X."));
    list.vat_count = 1; /* one rate for everything may well be the standard one */
    h = ask(&rules, &list, SHOP_TAX_NET);
    assert_string_equal(h.text, "");
}

static void a_class_that_the_shop_does_not_have_blocks(void **state) {
    (void)state;
    const struct tax_class_rule classes[] = {
        {"A", RATE_UNTAXED, ""}, {"B", RATE_UNTAXED, "reduced-rate"}, {"C", RATE_UNTAXED, "nix"}};
    struct link_rules rules = {.owned = ASPECT_ALL, .tax_classes = classes, .tax_class_count = 3};
    struct list_money list = {.vats = {{"A", 230000}, {"D", 0}}, .vat_count = 2};
    struct heard h = ask(&rules, &list, SHOP_TAX_NET);
    assert_int_equal(h.levels[FINDING_BLOCKER], 1);
    assert_non_null(strstr(h.text, "no tax class \"nix\" (for the VAT code C)"));
    assert_non_null(strstr(h.text, "does not name VAT codes that items have: D (0 %)."));
    rules.tax_class_count = 2;
    h = ask(&rules, &list, SHOP_TAX_NET);
    assert_int_equal(h.levels[FINDING_BLOCKER], 0);
    assert_int_equal(h.levels[FINDING_OK], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_way_of_prices_is_said),
                                       cmocka_unit_test(codes_that_share_the_standard_class_are_named),
                                       cmocka_unit_test(a_class_that_the_shop_does_not_have_blocks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
