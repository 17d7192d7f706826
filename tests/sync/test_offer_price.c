/* Prices in the shop's terms: converted where list and shop differ in VAT, refused where the money is another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"
#include "tests/sync/offer_world.h"

static int setup(void **state) {
    struct world *w = world_new();
    for (size_t i = 1; i <= 5; i++) {
        char sku[32];
        str_fmt(sku, sizeof sku, "SKU-%zu", i);
        struct item *item = &fake_item(&w->erp, i, sku)->item;
        item->price.regular = 12300;
        item->price.has_sale = true;
        item->price.sale = 999;
        item->price.includes_tax = true;
    }
    *state = w;
    return 0;
}
static int teardown(void **state) {
    world_free(*state);
    return 0;
}

static const struct fake_product *product(struct world *w, const char *sku) {
    const struct fake_product *p = fake_product_by_sku(&w->shop, sku);
    assert_non_null(p);
    return p;
}

static void gross_prices_become_net(void **state) {
    struct world *w = *state;
    w->rules.shop.tax = SHOP_TAX_NET;
    w->erp.rows[1].item.vat_rate = 80000;
    world_must(w, "offer");
    assert_int_equal(product(w, "SKU-1")->regular, 10000);
    assert_int_equal(product(w, "SKU-1")->sale, 812);
    assert_int_equal(product(w, "SKU-2")->regular, 11389); /* 113.888... */
    world_must(w, "offer");
    assert_int_equal(w->shop.requests, 0);
    world_must(w, "prices");
    assert_int_equal(w->shop.requests, 0);
}

/* In a run for prices alone too, which reads no master data otherwise. */
static void another_rate_is_another_price(void **state) {
    struct world *w = *state;
    w->rules.shop.tax = SHOP_TAX_NET;
    world_must(w, "offer");
    w->erp.rows[0].item.vat_rate = 0;
    fake_touch(&w->erp, &w->erp.rows[0], ASPECT_MASTER);
    world_must(w, "prices");
    assert_int_equal(w->shop.lines, 1);
    assert_int_equal(w->shop.aspects_seen, ASPECT_PRICE);
    assert_int_equal(product(w, "SKU-1")->regular, 12300);
}

static void what_the_shop_says_now_counts(void **state) {
    struct world *w = *state;
    world_must(w, "offer");
    assert_int_equal(product(w, "SKU-1")->regular, 12300);
    w->rules.shop.tax = SHOP_TAX_GROSS;
    world_must(w, "offer");
    assert_int_equal(w->shop.lines, 0);
    w->rules.shop.tax = SHOP_TAX_NET;
    world_must(w, "offer");
    assert_int_equal(w->shop.lines, 5);
    assert_int_equal(product(w, "SKU-1")->regular, 10000);
}

static void without_a_rate_no_price_is_sent(void **state) {
    struct world *w = *state;
    char code[48];
    w->rules.shop.tax = SHOP_TAX_NET;
    w->erp.rows[2].item.vat_rate = -1;
    world_must(w, "offer");
    assert_null(fake_product_by_sku(&w->shop, "SKU-3"));
    world_parked_code(w, w->erp.rows[2].item.key, code);
    assert_string_equal(code, "price_vat");
    assert_int_equal(w->shop.count, 4);
    w->erp.rows[2].item.vat_rate = 230000;
    fake_touch(&w->erp, &w->erp.rows[2], ASPECT_MASTER);
    world_must(w, "offer");
    assert_int_equal(product(w, "SKU-3")->regular, 10000);
    assert_int_equal(world_parked(w), 0);
}

/* Stock goes on; nothing is created without its price; once the money is clear everything follows. */
static void refused_prices_stop_nothing_else(void **state) {
    struct world *w = *state;
    w->erp.rows[4].item.published = false;
    world_must(w, "offer");
    w->rules.shop_silent = true;
    struct fake_row *row = &w->erp.rows[0];
    row->item.price.regular = 5000;
    fake_touch(&w->erp, row, ASPECT_PRICE);
    row->item.stock.on_hand = 7000;
    fake_touch(&w->erp, row, ASPECT_STOCK);
    w->erp.rows[4].item.published = true;
    fake_touch(&w->erp, &w->erp.rows[4], ASPECT_MASTER);
    world_must(w, "offer");
    assert_int_equal(product(w, "SKU-1")->stock, 7000);
    assert_int_equal(product(w, "SKU-1")->regular, 12300);
    assert_null(fake_product_by_sku(&w->shop, "SKU-5"));
    w->rules.shop_silent = false;
    world_must(w, "offer");
    assert_int_equal(product(w, "SKU-1")->regular, 5000);
    assert_non_null(fake_product_by_sku(&w->shop, "SKU-5"));
}

static void another_currency_is_refused(void **state) {
    const struct world *w = *state;
    struct link_rules rules = w->rules;
    char text[ERR_TEXT_MAX] = "";
    assert_false(rules_refuse_prices(&rules, "PLN", text, sizeof text));
    str_copy(rules.shop.currency, sizeof rules.shop.currency, "EUR");
    assert_true(rules_refuse_prices(&rules, "PLN", text, sizeof text));
    assert_non_null(strstr(text, "in PLN"));
    assert_non_null(strstr(text, "sells in EUR"));
    assert_false(rules_refuse_prices(&rules, "EUR", NULL, 0));
    assert_false(rules_refuse_prices(&rules, "", NULL, 0));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void) {
    const struct CMUnitTest tests[] = {T(gross_prices_become_net),          T(another_rate_is_another_price),
                                       T(what_the_shop_says_now_counts),    T(without_a_rate_no_price_is_sent),
                                       T(refused_prices_stop_nothing_else), T(another_currency_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
