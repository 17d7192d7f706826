/* What a shop is told of a price: a row for each rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/money.h"
#include "common/base/str.h"
#include "service/model/price.h"

#define OPEN_FROM INT64_MIN
#define OPEN_TO   INT64_MAX
#define PERCENT   RATE_SCALE

struct row {
    const char *what;
    bool has_price;
    int64_t regular;
    bool has_sale;
    int64_t sale, from, to, discount;
    struct effective_price expected;
};

static const struct row ROWS[] = {
    {"no price", false, 999, true, 5, 1, 2, 10 * PERCENT, {-1, -1, OPEN_FROM, OPEN_TO}},
    {"regular only", true, 999, false, 5, 1, 2, 0, {999, -1, OPEN_FROM, OPEN_TO}},
    {"a price of nothing is a price", true, 0, false, 0, 1, 2, 50 * PERCENT, {0, -1, OPEN_FROM, OPEN_TO}},
    {"sale with its period", true, 999, true, 500, 1, 2, 0, {999, 500, 1, 2}},
    {"open sale", true, 999, true, 500, OPEN_FROM, OPEN_TO, 0, {999, 500, OPEN_FROM, OPEN_TO}},
    {"sale equal to the regular price is none", true, 999, true, 999, 1, 2, 0, {999, -1, OPEN_FROM, OPEN_TO}},
    {"sale above it is none", true, 999, true, 1000, 1, 2, 0, {999, -1, OPEN_FROM, OPEN_TO}},
    {"free sale", true, 999, true, 0, 1, 2, 0, {999, 0, 1, 2}},
    {"discount alone has no period", true, 1000, false, 0, 1, 2, 10 * PERCENT, {1000, 900, OPEN_FROM, OPEN_TO}},
    {"sale lower than the discount", true, 1000, true, 800, 1, 2, 10 * PERCENT, {1000, 800, 1, 2}},
    {"discount lower than the sale", true, 1000, true, 950, 1, 2, 10 * PERCENT, {1000, 900, OPEN_FROM, OPEN_TO}},
    {"both the same: the one without a period",
     true,
     1000,
     true,
     900,
     1,
     2,
     10 * PERCENT,
     {1000, 900, OPEN_FROM, OPEN_TO}},
    {"sale above regular leaves the discount",
     true,
     1000,
     true,
     1500,
     1,
     2,
     10 * PERCENT,
     {1000, 900, OPEN_FROM, OPEN_TO}},
    {"half a cent of discount is rounded away from zero",
     true,
     999,
     false,
     0,
     1,
     2,
     50 * PERCENT,
     {999, 499, OPEN_FROM, OPEN_TO}},
    {"less than half a cent is nothing", true, 4, false, 0, 1, 2, 10 * PERCENT, {4, -1, OPEN_FROM, OPEN_TO}},
    {"a third", true, 100, false, 0, 1, 2, 333333, {100, 67, OPEN_FROM, OPEN_TO}},
    {"all of it", true, 100, false, 0, 1, 2, 100 * PERCENT, {100, 0, OPEN_FROM, OPEN_TO}},
    {"big",
     true,
     INT64_C(9000000000000000),
     false,
     0,
     1,
     2,
     5 * PERCENT,
     {INT64_C(9000000000000000), INT64_C(8550000000000000), OPEN_FROM, OPEN_TO}},
};

static void each_rule(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const struct row *r = &ROWS[i];
        const struct price_parts parts = {.has_price = r->has_price,
                                          .regular = r->regular,
                                          .has_sale = r->has_sale,
                                          .sale = r->sale,
                                          .sale_from_ms = r->from,
                                          .sale_to_ms = r->to,
                                          .discount = r->discount,
                                          .currency = "PLN"};
        struct effective_price p = price_effective(&parts);
        if (p.regular != r->expected.regular || p.sale != r->expected.sale ||
            p.sale_from_ms != r->expected.sale_from_ms || p.sale_to_ms != r->expected.sale_to_ms)
            fail_msg("%s: %lld, %lld", r->what, (long long)p.regular, (long long)p.sale);
    }
}

/* Worked out by hand: 123.00 / 1.23 = 100.00; 9.99 / 1.23 = 8.1219...; 0.50 / 1.25 = 0.40; 10.00 / 1.08 = 9.2592...;
 * 0.63 / 1.05 = 0.60; 1.00 * 1.23; 0.50 * 1.05 = 0.525 and 0.50 * 1.25 = 0.625 are halves of a cent; 1250 / 1.25 = 1000
 * pennies are whole crowns, 12.49 / 1.25 = 9.992. */
static void converts_with_the_rate_of_the_item(void **state) {
    (void)state;
    static const struct {
        const char *currency;
        bool list_gross;
        enum shop_tax shop;
        int decimals;
        int64_t percent, regular, sale, expect_regular, expect_sale;
    } t[] = {
        {"PLN", true, SHOP_TAX_NET, 2, 23, 12300, 999, 10000, 812},
        {"EUR", true, SHOP_TAX_NET, 2, 25, 50, 1, 40, 1},
        {"PLN", true, SHOP_TAX_NET, 2, 8, 1000, 63, 926, 58},
        {"PLN", true, SHOP_TAX_NET, 2, 5, 63, 0, 60, 0},
        {"PLN", true, SHOP_TAX_NET, 2, 0, 999, 998, 999, 998},
        {"PLN", false, SHOP_TAX_GROSS, 2, 23, 100, 99, 123, 122},
        {"PLN", false, SHOP_TAX_GROSS, 2, 5, 50, -1, 53, -1},
        {"SEK", false, SHOP_TAX_GROSS, 2, 25, 50, -1, 63, -1},
        {"SEK", true, SHOP_TAX_NET, 0, 25, 125000, 1249, 100000, 1000},
        {"JPY", true, SHOP_TAX_NET, 0, 10, 1999, 110, 1817, 100},
        {"PLN", true, SHOP_TAX_NET, 4, 23, 999, -1, 812, -1}, /* never finer than the currency */
        {"PLN", true, SHOP_TAX_GROSS, 2, 23, 999, 500, 999, 500},
        {"PLN", false, SHOP_TAX_NET, 2, 23, 999, 500, 999, 500},
        {"PLN", true, SHOP_TAX_UNTOLD, 2, 23, 999, 500, 999, 500},
        {"PLN", true, SHOP_TAX_NET, 2, 23, 2, 1, 2, 1},
        {"PLN", true, SHOP_TAX_NET, 2, 100, 4, 3, 2, -1}, /* 0.015 becomes 0.02, no longer below 0.02 */
    };
    for (size_t i = 0; i < sizeof t / sizeof t[0]; i++) {
        struct price_parts parts = {.has_price = true,
                                    .regular = t[i].regular,
                                    .has_sale = t[i].sale >= 0,
                                    .sale = t[i].sale,
                                    .sale_from_ms = 1,
                                    .sale_to_ms = 2,
                                    .includes_tax = t[i].list_gross};
        str_copy(parts.currency, sizeof parts.currency, t[i].currency);
        const struct shop_money shop = {.has_decimals = true, .decimals = t[i].decimals, .tax = t[i].shop};
        struct effective_price p = {0};
        if (!price_for_shop(&parts, t[i].percent * PERCENT, &shop, &p) || p.regular != t[i].expect_regular ||
            p.sale != t[i].expect_sale || p.sale_from_ms != (p.sale < 0 ? OPEN_FROM : 1))
            fail_msg("row %zu: %lld, %lld", i, (long long)p.regular, (long long)p.sale);
    }
}

static void without_a_rate_nothing_is_converted(void **state) {
    (void)state;
    struct price_parts parts = {.has_price = true, .regular = 1000, .includes_tax = true, .currency = "PLN"};
    struct shop_money shop = {.tax = SHOP_TAX_NET};
    struct effective_price p = {.regular = 77};
    assert_false(price_for_shop(&parts, -1, &shop, &p));
    assert_int_equal(p.regular, 77);
    parts.regular = INT64_MAX;
    assert_false(price_for_shop(&parts, 23 * PERCENT, &shop, &p));
    shop.tax = SHOP_TAX_GROSS; /* nothing to convert, so no rate is needed */
    assert_true(price_for_shop(&parts, -1, &shop, &p));
    shop.tax = SHOP_TAX_NET;
    parts.has_price = false;
    assert_true(price_for_shop(&parts, -1, &shop, &p));
    assert_int_equal(p.regular, -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_rule),
                                       cmocka_unit_test(converts_with_the_rate_of_the_item),
                                       cmocka_unit_test(without_a_rate_nothing_is_converted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
