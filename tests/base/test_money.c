#include "tests/base/check.h"

#include "common/base/money.h"
#include "common/base/rng.h"
#include "common/base/str.h"

__extension__ typedef __int128 wide;

#define ROUNDS 1000000

/* Numbers of every magnitude, not just huge ones. */
static int64_t any(struct rng *r) {
    uint64_t bits = rng_next(r) >> rng_below(r, 63);
    int64_t v = (int64_t)(bits >> 1);
    return rng_below(r, 2) ? v : -v;
}

static void decimals_of_currencies(void **state) {
    (void)state;
    static const char *const two[] = {"EUR", "PLN", "RON", "SEK", "NOK", "DKK", "CZK",
                                      "HUF", "GBP", "USD", "CHF", "BGN", "AED", "ZWL"};
    for (size_t i = 0; i < sizeof two / sizeof two[0]; i++)
        assert_int_equal(currency_decimals(two[i]), 2);
    assert_int_equal(currency_decimals("JPY"), 0);
    assert_int_equal(currency_decimals("ISK"), 0);
    assert_int_equal(currency_decimals("XPF"), 0);
    assert_int_equal(currency_decimals("BIF"), 0);
    assert_int_equal(currency_decimals("KWD"), 3);
    assert_int_equal(currency_decimals("TND"), 3);
    assert_int_equal(currency_decimals("BHD"), 3);
    assert_int_equal(currency_decimals("CLF"), 4);
    static const char *const unknown[] = {"", "eur", "EU", "EURO", "XXX", "XAU", "AAA", "ZZZ"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_int_equal(currency_decimals(unknown[i]), -1);
}

static void parses(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int decimals;
        int64_t value;
        bool exact;
    } cases[] = {
        {"12.30", 2, 1230, true},
        {"12.3", 2, 1230, true},
        {"12", 2, 1200, true},
        {"+12.30", 2, 1230, true},
        {"-12.30", 2, -1230, true},
        {"0012.30", 2, 1230, true},
        {"12.3000000000000000000000000000", 2, 1230, true},
        {"12.345", 2, 1235, false},
        {"12.344", 2, 1234, false},
        {"-12.345", 2, -1235, false},
        {"-12.3449999", 2, -1234, false},
        {"0.004", 2, 0, false},
        {"-0.005", 2, -1, false},
        {"0.5", 0, 1, false},
        {"1.5", 0, 2, false},
        {"2.5", 0, 3, false},
        {"-2.5", 0, -3, false},
        {"1.2345", 3, 1235, false},
        {".5", 2, 50, true},
        {"5.", 2, 500, true},
        {"-.5", 1, -5, true},
        {"99.995", 2, 10000, false},
        {"9223372036854775807", 0, INT64_MAX, true},
        {"-9223372036854775808", 0, INT64_MIN, true},
        {"92233720368547758.07", 2, INT64_MAX, true},
        {"92233720368547758.074", 2, INT64_MAX, false},
        {"0", 18, 0, true},
        {"-0.00", 2, 0, true},
        {"1", 18, INT64_C(1000000000000000000), true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t v = 0;
        bool exact = !cases[i].exact;
        if (!decimal_parse(cases[i].text, cases[i].decimals, &v, &exact))
            fail_msg("refused %s", cases[i].text);
        assert_true(v == cases[i].value);
        if (exact != cases[i].exact)
            fail_msg("exactness of %s", cases[i].text);
        assert_true(decimal_parse(cases[i].text, cases[i].decimals, &v, NULL));
    }
}

static void refuses(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int decimals;
    } cases[] = {{"", 2},
                 {".", 2},
                 {"-", 2},
                 {"+", 2},
                 {"-.", 2},
                 {" 1", 2},
                 {"1 ", 2},
                 {"1,5", 2},
                 {"1.2.3", 2},
                 {"1e3", 2},
                 {"0x1", 2},
                 {"--1", 2},
                 {"+-1", 2},
                 {"1-", 2},
                 {"abc", 2},
                 {"1.5a", 2},
                 {"NaN", 2},
                 {"1 000", 2},
                 {"１", 2},
                 {"$1", 2},
                 {"9223372036854775808", 0},
                 {"-9223372036854775809", 0},
                 {"92233720368547758.08", 2},
                 {"92233720368547758.075", 2},
                 {"10", 18},
                 {"99999999999999999999999999", 0}};
    int64_t v = 77;
    bool exact = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (decimal_parse(cases[i].text, cases[i].decimals, &v, &exact))
            fail_msg("accepted %s", cases[i].text);
    }
    assert_int_equal(v, 77);
    assert_true(exact);
}

static void formats(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        int decimals;
        const char *text;
    } cases[] = {{1230, 2, "12.30"},
                 {5, 2, "0.05"},
                 {0, 2, "0.00"},
                 {-5, 2, "-0.05"},
                 {-1230, 2, "-12.30"},
                 {1230, 0, "1230"},
                 {0, 0, "0"},
                 {1, 3, "0.001"},
                 {INT64_MAX, 2, "92233720368547758.07"},
                 {INT64_MIN, 0, "-9223372036854775808"},
                 {INT64_MIN, 18, "-9.223372036854775808"},
                 {7, 18, "0.000000000000000007"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[24];
        decimal_fmt(text, sizeof text, cases[i].value, cases[i].decimals);
        assert_string_equal(text, cases[i].text);
        struct buf b;
        buf_init(&b, 100);
        decimal_add(&b, cases[i].value, cases[i].decimals);
        assert_string_equal(b.data, cases[i].text);
        buf_free(&b);
    }
}

static void text_goes_round(void **state) {
    (void)state;
    static const int classes[] = {0, 2, 3};
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t v = any(&r), back = 0;
        bool exact = false;
        char text[24];
        decimal_fmt(text, sizeof text, v, classes[i % 3]);
        CHECK(decimal_parse(text, classes[i % 3], &back, &exact) && back == v && exact);
    }
}

/* Half away from zero by another road: floor(x + 1/2) of the magnitude, doubled to stay whole. */
static wide oracle(int64_t a, int64_t b, int64_t c) {
    wide product = (wide)a * b;
    wide divisor = c;
    int sign = 1;
    if (product < 0) {
        product = -product;
        sign = -sign;
    }
    if (divisor < 0) {
        divisor = -divisor;
        sign = -sign;
    }
    wide whole = product / divisor;
    wide rest = product - whole * divisor;
    return sign * (rest >= divisor - rest ? whole + 1 : whole);
}

static void mul_div_agrees_with_the_oracle(void **state) {
    (void)state;
    struct rng r;
    rng_seed(&r, 2);
    int done = 0;
    while (done < ROUNDS) {
        int64_t a = any(&r), b = any(&r), c = any(&r);
        if (c == 0)
            continue;
        wide expected = oracle(a, b, c);
        if (expected > INT64_MAX || expected < INT64_MIN)
            continue;
        CHECK(mul_div_round(a, b, c) == (int64_t)expected);
        done++;
    }
    assert_true(mul_div_round(INT64_MIN, INT64_MIN, INT64_MIN) == INT64_MIN);
    assert_true(mul_div_round(INT64_MAX, INT64_MAX, INT64_MAX) == INT64_MAX);
    assert_true(mul_div_round(INT64_MIN, 1, 1) == INT64_MIN);
    assert_true(mul_div_round(1, 1, 2) == 1);
    assert_true(mul_div_round(-1, 1, 2) == -1);
    assert_true(mul_div_round(1, 1, -2) == -1);
    assert_true(mul_div_round(-1, -1, 2) == 1);
    assert_true(mul_div_round(1, 1, 3) == 0);
    assert_true(mul_div_round(2, 1, 3) == 1);
    assert_true(mul_div_round(0, 5, -7) == 0);
    assert_true(mul_div_round(1, 1, INT64_MIN) == 0);
    assert_true(mul_div_round(INT64_MIN, 1, INT64_MIN) == 1);
}

static void vat(void **state) {
    (void)state;
    assert_int_equal(vat_of_net(10000, 230000), 2300);
    assert_int_equal(net_of_gross(12300, 230000), 10000);
    assert_int_equal(net_of_gross(9999, 230000), 8129); /* 8129.27 */
    assert_int_equal(vat_of_net(8129, 230000), 1870);   /* 1869.67 */
    assert_int_equal(vat_of_net(50, 50000), 3);         /* 2.5 goes up */
    assert_int_equal(vat_of_net(-50, 50000), -3);
    assert_int_equal(vat_of_net(12345, 0), 0);
    assert_int_equal(net_of_gross(12345, 0), 12345);
    assert_int_equal(vat_of_net(1000, 55000), 55); /* 5.5 %, France */
    /* Net of gross and VAT on it lead back to the gross but for a cent of rounding. */
    static const int64_t rates[] = {0, 50000, 80000, 190000, 210000, 230000, 250000};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        for (int64_t gross = -20000; gross <= 20000; gross++) {
            int64_t net = net_of_gross(gross, rates[i]);
            int64_t off = gross - net - vat_of_net(net, rates[i]);
            CHECK(off >= -1 && off <= 1);
        }
    }
}

static void check_split(int64_t total, const int64_t *weights, size_t n, const int64_t *parts) {
    wide sum = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        sum += parts[i];
        weight += weights[i];
    }
    CHECK(sum == total);
    for (size_t i = 0; i < n; i++) {
        wide w = weight == 0 ? 1 : weights[i];
        wide off = (wide)parts[i] * (weight == 0 ? (wide)n : weight) - (wide)total * w;
        CHECK(off < (weight == 0 ? (wide)n : weight) && -off < (weight == 0 ? (wide)n : weight));
        CHECK(w != 0 || parts[i] == 0);
        for (size_t k = 0; k < i; k++) {
            if (weights[k] != weights[i])
                continue;
            int64_t more = total < 0 ? parts[i] - parts[k] : parts[k] - parts[i];
            CHECK(more == 0 || more == 1);
        }
    }
}

static void splits_add_up(void **state) {
    (void)state;
    struct rng r;
    rng_seed(&r, 3);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t weights[8], parts[8];
        size_t n = 1 + (size_t)rng_below(&r, 8);
        uint64_t few = rng_below(&r, 3);
        for (size_t k = 0; k < n; k++) {
            weights[k] = few ? (int64_t)rng_below(&r, 4) : any(&r) >> 3;
            if (weights[k] < 0)
                weights[k] = -weights[k];
        }
        /* The oracle multiplies too: keep it inside its 128 bits. */
        int64_t total = any(&r);
        money_split(total, weights, n, parts);
        check_split(total, weights, n, parts);
    }
}

static void splits_by_hand(void **state) {
    (void)state;
    int64_t p[5];
    money_split(100, (int64_t[]){1, 1, 1}, 3, p);
    assert_true(p[0] == 34 && p[1] == 33 && p[2] == 33);
    money_split(-100, (int64_t[]){1, 1, 1}, 3, p);
    assert_true(p[0] == -34 && p[1] == -33 && p[2] == -33);
    money_split(2, (int64_t[]){0, 0, 0}, 3, p);
    assert_true(p[0] == 1 && p[1] == 1 && p[2] == 0);
    money_split(5, (int64_t[]){0, 3, 0, 3}, 4, p);
    assert_true(p[0] == 0 && p[1] == 3 && p[2] == 0 && p[3] == 2);
    money_split(10, (int64_t[]){1, 2, 4}, 3, p); /* 1.43 2.86 5.71 */
    assert_true(p[0] == 1 && p[1] == 3 && p[2] == 6);
}

static void splits_at_the_edges(void **state) {
    (void)state;
    int64_t p[5];
    money_split(0, (int64_t[]){7, 8}, 2, p);
    assert_true(p[0] == 0 && p[1] == 0);
    money_split(INT64_MIN, (int64_t[]){1}, 1, p);
    assert_true(p[0] == INT64_MIN);
    money_split(INT64_MAX, (int64_t[]){INT64_MAX, INT64_MAX, INT64_MAX}, 3, p);
    assert_true(p[0] == INT64_MAX / 3 + 1 && p[1] == INT64_MAX / 3 && p[2] == INT64_MAX / 3);
    money_split(0, NULL, 0, NULL);
    int64_t same[] = {1, 2, 1};
    money_split(100, same, 3, same);
    assert_true(same[0] == 25 && same[1] == 50 && same[2] == 25);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimals_of_currencies),
        cmocka_unit_test(parses),
        cmocka_unit_test(refuses),
        cmocka_unit_test(formats),
        cmocka_unit_test(text_goes_round),
        cmocka_unit_test(mul_div_agrees_with_the_oracle),
        cmocka_unit_test(vat),
        cmocka_unit_test(splits_add_up),
        cmocka_unit_test(splits_by_hand),
        cmocka_unit_test(splits_at_the_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
