/* Availability: a table in which each term alone decides a row, so that dropping any of them fails one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/rng.h"
#include "service/model/availability.h"

#define NO_CAP (-1)
static char A[] = "A", B[] = "B"; /* SKUs of components */

struct row {
    const char *what;
    struct stock_parts stock;
    struct availability_rule rule;
    int64_t expected;
    const char *said;
};

static const struct row ROWS[] = {
    {"on hand", {.on_hand = 12000}, {.cap = NO_CAP}, 12000, "12 on hand = 12"},
    {"minus reserved", {12000, 3000, 0, 0}, {.cap = NO_CAP}, 9000, "12 on hand - 3 reserved = 9"},
    {"incoming does not count", {12000, 0, 5000, 0}, {.cap = NO_CAP}, 12000, "12 on hand = 12"},
    {"incoming counts",
     {12000, 0, 5000, 0},
     {.include_incoming = true, .cap = NO_CAP},
     17000,
     "12 on hand + 5 incoming = 17"},
    {"minus unimported",
     {12000, 0, 0, 4000},
     {.cap = NO_CAP},
     8000,
     "12 on hand - 4 in shop orders not imported yet = 8"},
    {"minus buffer",
     {12000, 3000, 0, 0},
     {.buffer = 2000, .cap = NO_CAP},
     7000,
     "12 on hand - 3 reserved - 2 buffer = 7"},
    {"cap", {12000, 0, 0, 0}, {.cap = 5000}, 5000, "12 on hand = 12, never more than 5"},
    {"cap of nothing", {12000, 0, 0, 0}, {.cap = 0}, 0, "12 on hand = 12, never more than 0"},
    {"cap not reached", {4000, 0, 0, 0}, {.cap = 5000}, 4000, "4 on hand = 4"},
    {"floor", {0, 3000, 0, 0}, {.cap = NO_CAP, .floor = 2000}, 2000, "0 on hand - 3 reserved = -3, never less than 2"},
    {"never below zero", {1000, 3000, 0, 0}, {.cap = NO_CAP}, 0, "1 on hand - 3 reserved = -2, never less than 0"},
    {"floor above cap",
     {9000, 0, 0, 0},
     {.cap = 1000, .floor = 2000},
     2000,
     "9 on hand = 9, never more than 1, never less than 2"},
    {"whole steps", {2999, 0, 0, 0}, {.cap = NO_CAP, .step = 1000}, 2000, "2.999 on hand = 2.999, in steps of 1: 2"},
    {"fractions", {2500, 0, 0, 0}, {.cap = NO_CAP}, 2500, "2.5 on hand = 2.5"},
    {"step before cap",
     {9999, 0, 0, 0},
     {.cap = 4500, .step = 1000},
     4500,
     "9.999 on hand = 9.999, in steps of 1: 9, never more than 4.5"},
    {"step of a shortage",
     {500, 1000, 0, 0},
     {.cap = NO_CAP, .step = 1000},
     0,
     "0.5 on hand - 1 reserved = -0.5, in steps of 1: -1, never less than 0"},
    {"all together",
     {20000, 3000, 4500, 1000},
     {true, 2000, 17000, 1000, 1000},
     17000,
     "20 on hand - 3 reserved + 4.5 incoming - 1 in shop orders not imported yet - 2 buffer = 18.5, in steps of 1: 18, "
     "never more than 17"},
};

static void check(const char *what, const struct item *item, const struct availability_rule *rule, int64_t expected,
                  const char *said) {
    struct buf words;
    buf_init(&words, 2000);
    int64_t got = availability(item, rule);
    availability_explain(&words, item, rule);
    if (got != expected || strcmp(words.data, said) != 0)
        fail_msg("%s: %lld \"%s\"", what, (long long)got, words.data);
    buf_free(&words);
}

static void each_term(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const struct item item = {.kind = ITEM_SIMPLE, .stock = ROWS[i].stock};
        check(ROWS[i].what, &item, &ROWS[i].rule, ROWS[i].expected, ROWS[i].said);
    }
}

struct set_row {
    const char *what;
    struct set_component parts[2];
    size_t count;
    struct stock_parts own;
    struct availability_rule rule;
    int64_t expected;
    const char *said;
};

static const struct set_row SETS[] = {
    {"the scarcest component",
     {{.sku = A, 1000, {10000, 0, 0, 0}}, {.sku = B, 2000, {9000, 0, 0, 0}}},
     2,
     {0},
     {.cap = NO_CAP},
     4000,
     "4 sets possible (held back by B: 9 on hand, 2 each) = 4"},
    {"the first one",
     {{.sku = A, 3000, {10000, 0, 0, 0}}, {.sku = B, 1000, {9000, 0, 0, 0}}},
     2,
     {0},
     {.cap = NO_CAP},
     3000,
     "3 sets possible (held back by A: 10 on hand, 3 each) = 3"},
    {"reserved parts",
     {{.sku = A, 1000, {10000, 4000, 0, 0}}, {.sku = B, 1000, {9000, 0, 0, 0}}},
     2,
     {0},
     {.cap = NO_CAP},
     6000,
     "6 sets possible (held back by A: 10 on hand - 4 reserved, 1 each) = 6"},
    {"incoming parts",
     {{.sku = A, 1000, {1000, 0, 4000, 0}}, {.sku = B, 1000, {9000, 0, 0, 0}}},
     2,
     {0},
     {.include_incoming = true, .cap = NO_CAP},
     5000,
     "5 sets possible (held back by A: 1 on hand + 4 incoming, 1 each) = 5"},
    {"parts sold in shops",
     {{.sku = A, 1000, {10000, 0, 0, 7000}}, {.sku = B, 1000, {9000, 0, 0, 0}}},
     2,
     {0},
     {.cap = NO_CAP},
     3000,
     "3 sets possible (held back by A: 10 on hand - 7 in shop orders not imported yet, 1 each) = 3"},
    {"sets sold in shops",
     {{.sku = A, 1000, {10000, 0, 0, 0}}, {.sku = B, 1000, {10000, 0, 0, 0}}},
     2,
     {.unimported = 4000},
     {.cap = NO_CAP},
     6000,
     "10 sets possible (held back by A: 10 on hand, 1 each) - 4 in shop orders not imported yet = 6"},
    {"buffer of the set, not of its parts",
     {{.sku = A, 5000, {10000, 0, 0, 0}}, {.sku = B, 1000, {10000, 0, 0, 0}}},
     2,
     {0},
     {.buffer = 1000, .cap = NO_CAP},
     1000,
     "2 sets possible (held back by A: 10 on hand, 5 each) - 1 buffer = 1"},
    {"cap of the set, not of its parts",
     {{.sku = A, 5000, {10000, 0, 0, 0}}, {.sku = B, 1000, {10000, 0, 0, 0}}},
     2,
     {0},
     {.cap = 1000},
     1000,
     "2 sets possible (held back by A: 10 on hand, 5 each) = 2, never more than 1"},
    {"half a set is none",
     {{.sku = A, 2000, {3999, 0, 0, 0}}, {.sku = B, 1000, {9000, 0, 0, 0}}},
     2,
     {0},
     {.cap = NO_CAP},
     1000,
     "1 sets possible (held back by A: 3.999 on hand, 2 each) = 1"},
    {"a shortage",
     {{.sku = A, 2000, {0, 1000, 0, 0}}, {.sku = B, 1000, {9000, 0, 0, 0}}},
     2,
     {0},
     {.cap = NO_CAP},
     0,
     "-1 sets possible (held back by A: 0 on hand - 1 reserved, 2 each) = -1, never less than 0"},
    {"the set's own stock is not asked",
     {{.sku = A, 1000, {2000, 0, 0, 0}}, {.sku = B, 1000, {9000, 0, 0, 0}}},
     2,
     {.on_hand = 50000},
     {.cap = NO_CAP},
     2000,
     "2 sets possible (held back by A: 2 on hand, 1 each) = 2"},
    {"no components",
     {{0}},
     0,
     {.on_hand = 5000},
     {.cap = NO_CAP},
     0,
     "0 sets possible (the set has no components) = 0"},
};

static void sets(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof SETS / sizeof SETS[0]; i++) {
        const struct set_row *r = &SETS[i];
        struct set_component parts[2];
        memcpy(parts, r->parts, sizeof parts);
        const struct item item = {.kind = ITEM_SET, .stock = r->own, .components = parts, .component_count = r->count};
        check(r->what, &item, &r->rule, r->expected, r->said);
    }
}

/* Whatever the numbers: never above the cap (unless the floor is), never below the floor, and never more than there is.
 */
static void bounds(void **state) {
    (void)state;
    struct rng r;
    rng_seed(&r, 5);
    for (int i = 0; i < 200000; i++) {
        const struct item item = {.stock = {.on_hand = (int64_t)rng_below(&r, 20000),
                                            .reserved = (int64_t)rng_below(&r, 20000),
                                            .incoming = (int64_t)rng_below(&r, 20000),
                                            .unimported = (int64_t)rng_below(&r, 5000)}};
        const struct availability_rule rule = {.include_incoming = rng_below(&r, 2) != 0,
                                               .buffer = (int64_t)rng_below(&r, 5000),
                                               .cap = (int64_t)rng_below(&r, 20000) - 1,
                                               .floor = rng_below(&r, 3) ? 0 : (int64_t)rng_below(&r, 3000),
                                               .step = rng_below(&r, 2) ? 1000 : 0};
        int64_t got = availability(&item, &rule);
        const struct stock_parts *s = &item.stock;
        int64_t there =
            s->on_hand - s->reserved - s->unimported - rule.buffer + (rule.include_incoming ? s->incoming : 0);
        bool right = got >= rule.floor && (rule.cap < 0 || got <= rule.cap || got == rule.floor) &&
                     (got <= there || got == rule.floor) &&
                     (got % 1000 == 0 || rule.step == 0 || got == rule.cap || got == rule.floor);
        if (!right)
            fail_msg("round %d: %lld of %lld", i, (long long)got, (long long)there);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_term), cmocka_unit_test(sets), cmocka_unit_test(bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
