/* What a shop is told of a price: a row for each rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/money.h"
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

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_rule)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
