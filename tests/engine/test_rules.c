/* The pure parts of the engine: retry, balance and content of orders, the summary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "service/sync/order_check.h"
#include "service/sync/retry.h"
#include "service/sync/summary.h"

/* --- retry --- */

static void every_answer_has_its_class(void **state) {
    (void)state;
    static const struct {
        enum rc rc;
        enum reach reach;
        enum retry_act act;
    } table[] = {
        {RC_OK, REACH_ITEM, RETRY_NONE},
        {RC_INVALID, REACH_ITEM, RETRY_PARK},
        {RC_INVALID, REACH_LINK, RETRY_END},
        {RC_NOT_FOUND, REACH_ITEM, RETRY_PARK},
        {RC_CONFLICT, REACH_ITEM, RETRY_PARK},
        {RC_REJECTED, REACH_ITEM, RETRY_PARK},
        {RC_REJECTED, REACH_LINK, RETRY_END},
        {RC_DENIED, REACH_LINK, RETRY_END},
        {RC_LATER, REACH_ITEM, RETRY_WAIT},
        {RC_LATER, REACH_LINK, RETRY_WAIT},
        {RC_UNKNOWN_OUTCOME, REACH_ITEM, RETRY_LOOK_UP},
        {RC_TOO_BIG, REACH_ITEM, RETRY_PARK},
        {RC_UNSUPPORTED, REACH_ITEM, RETRY_PARK},
        {RC_STOPPED, REACH_LINK, RETRY_END},
        {RC_IO, REACH_LINK, RETRY_END},
        {RC_INTERNAL, REACH_LINK, RETRY_END},
    };
    struct rng rng;
    rng_seed(&rng, 1);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct err err;
        err_set(&err, table[i].rc, table[i].reach, "x");
        assert_int_equal(retry_of_error(&err, 0, &rng).act, table[i].act);
    }
    static const enum retry_act verdicts[] = {RETRY_WAIT, RETRY_NONE, RETRY_WAIT,    RETRY_PARK,
                                              RETRY_PARK, RETRY_PARK, RETRY_LOOK_UP, RETRY_NEXT_RUN};
    for (int kind = VERDICT_NONE; kind <= VERDICT_PENDING; kind++) {
        struct verdict v = {.kind = (enum verdict_kind)kind, .retry_after_s = -1};
        assert_int_equal(retry_of_verdict(&v, 0, &rng).act, verdicts[kind]);
    }
}

static void waits_grow_with_jitter_and_end(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 2);
    struct err err;
    err_set(&err, RC_LATER, REACH_LINK, "busy");
    int64_t most = RETRY_BASE_MS;
    for (unsigned attempts = 0; attempts + 1 < RETRY_TRIES_MAX; attempts++, most *= 2)
        for (int i = 0; i < 200; i++) {
            struct retry r = retry_of_error(&err, attempts, &rng);
            assert_int_equal(r.act, RETRY_WAIT);
            assert_true(r.wait_ms >= most / 2 && r.wait_ms <= most);
        }
    assert_int_equal(retry_of_error(&err, RETRY_TRIES_MAX - 1, &rng).act, RETRY_NEXT_RUN);
    assert_true(retry_of_error(&err, 1000, &rng).wait_ms <= RETRY_CAP_MS);
}

static void the_shops_wish_is_honoured(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 3);
    struct err err;
    err_set(&err, RC_LATER, REACH_LINK, "busy");
    err.retry_after_s = 30;
    struct retry r = retry_of_error(&err, 0, &rng);
    assert_int_equal(r.act, RETRY_WAIT);
    assert_true(r.wait_ms >= 30000 && r.wait_ms < 31000);
    err.retry_after_s = 600; /* maintenance: not slept through, but not asked before either */
    r = retry_of_error(&err, 0, &rng);
    assert_int_equal(r.act, RETRY_NEXT_RUN);
    assert_true(r.wait_ms >= 600000);
}

/* --- balance --- */

static const int64_t rates[] = {230000, 80000, 50000, 0, RATE_UNTAXED};

/* A cart as a shop computes it: VAT of each line rounded, VAT of each rate rounded from the sum, the total from that.
 */
static struct order *random_cart(struct rng *rng, int64_t *moved) {
    struct order *o = order_new();
    str_copy(o->currency, sizeof o->currency, "PLN");
    o->decimals = 2;
    size_t lines = 1 + rng_below(rng, 12);
    int64_t net_of[5] = {0}, parts_vat = 0;
    for (size_t i = 0; i < lines; i++) {
        struct order_line *l = order_add_line(o);
        size_t rate = rng_below(rng, 5);
        l->kind = i == 0 ? LINE_GOODS : (enum order_line_kind)rng_below(rng, 3);
        l->quantity = 1000;
        l->net = (int64_t)rng_below(rng, 20000);
        l->rate = rates[rate];
        l->vat = rates[rate] > 0 ? vat_of_net(l->net, rates[rate]) : 0;
        net_of[rate] += l->net;
        parts_vat += l->vat;
        o->total += l->net;
    }
    for (size_t r = 0; r < 4; r++) {
        struct order_tax *t = order_add_tax(o);
        t->rate = rates[r];
        t->vat = vat_of_net(net_of[r], rates[r]);
        o->total += t->vat;
        o->total_vat += t->vat;
    }
    o->total += (int64_t)rng_below(rng, 3) - 1; /* and the shop's own cent (hazard 24) */
    *moved = o->total_vat - parts_vat;
    return o;
}

static int64_t vat_at(const struct order *o, int64_t rate) {
    int64_t sum = 0;
    for (size_t i = 0; i < o->line_count; i++)
        sum += o->lines[i].rate == rate ? o->lines[i].vat : 0;
    return sum;
}

static bool has_rate(const struct order *o, int64_t rate) {
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].rate == rate)
            return true;
    return false;
}

static void what_the_buyer_paid_is_law(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 5);
    struct link_rules rules;
    link_rules_defaults(&rules);
    struct hold hold;
    hold_init(&hold);
    int balanced = 0;
    for (int i = 0; i < 200000; i++) {
        int64_t moved = 0;
        struct order *o = random_cart(&rng, &moved);
        hold.code[0] = '\0';
        order_check(o, &rules, &hold);
        if (hold_is_set(&hold))
            fail_msg("%s", hold.text.data);
        order_balance(o);
        assert_int_equal(order_unexplained(o), 0);
        for (size_t r = 0; r < o->tax_count; r++)
            if (has_rate(o, o->taxes[r].rate))
                assert_int_equal(vat_at(o, o->taxes[r].rate), o->taxes[r].vat);
        balanced += moved != 0;
        order_free(o);
    }
    assert_true(balanced > 50000); /* there was something to balance */
    hold_free(&hold);
}

/* Forgetting any one line must hold the order, whatever kind it is of (rule R12). */
static void a_line_not_understood_holds_the_order(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 6);
    struct link_rules rules;
    link_rules_defaults(&rules);
    struct hold hold;
    hold_init(&hold);
    for (int i = 0; i < 20000; i++) {
        int64_t moved = 0;
        struct order *o = random_cart(&rng, &moved);
        struct order_line *l = &o->lines[rng_below(&rng, o->line_count)];
        bool big = l->net + l->vat > 20;
        l->net = l->vat = 0;
        hold.code[0] = '\0';
        order_check(o, &rules, &hold);
        if (big)
            assert_true(str_eq(hold.code, "balance") || str_eq(hold.code, "vat_balance"));
        order_free(o);
    }
    hold_free(&hold);
}

static void the_amount_that_is_missing_is_told(void **state) {
    (void)state;
    struct link_rules rules;
    link_rules_defaults(&rules);
    struct hold hold;
    hold_init(&hold);
    struct order *o = order_new();
    str_copy(o->currency, sizeof o->currency, "PLN");
    o->decimals = 2;
    struct order_line *l = order_add_line(o);
    order_set(&l->name, "Widget");
    l->quantity = 2000;
    l->net = 1000;
    l->vat = 230;
    l->rate = 230000;
    o->total = 1730;
    order_check(o, &rules, &hold);
    assert_string_equal(hold.code, "balance");
    assert_non_null(strstr(hold.text.data, "5.00 PLN are unexplained"));
    assert_non_null(strstr(hold.text.data, "Widget x 2 net 10.00 VAT 2.30"));
    order_free(o);
    hold_free(&hold);
}

static void content_is_what_matters(void **state) {
    (void)state;
    struct rng rng;
    rng_seed(&rng, 8);
    int64_t moved = 0;
    struct order *o = random_cart(&rng, &moved);
    struct digest first = order_content(o, false), now;
    order_set(&o->status, "sent-to-erp");
    o->modified_ms = o->paid_ms = 5;
    now = order_content(o, false);
    assert_true(digest_eq(&first, &now));
    order_set(&o->shipping.city, "Gdynia");
    now = order_content(o, false);
    assert_false(digest_eq(&first, &now));
    now = order_content(o, true);
    struct digest alive = order_content(o, false);
    assert_false(digest_eq(&alive, &now));
    order_free(o);
}

/* --- summary --- */

static void only_what_was_all_done_is_green(void **state) {
    (void)state;
    struct summary *s = summary_new();
    assert_string_equal(summary_result(s, false), "nothing");
    summary_expect(s, "offer", 3);
    summary_done(s, "offer", 2);
    assert_string_equal(summary_result(s, false), "partly"); /* one is missing */
    summary_not_done(s, "offer", OUTCOME_SKIPPED, "vat", "A", "No VAT rate.");
    assert_string_equal(summary_result(s, false), "done");
    assert_string_equal(summary_result(s, true), "stopped");
    summary_not_done(s, "orders", OUTCOME_PARKED, "sku", "7", "No item.");
    assert_string_equal(summary_result(s, false), "partly");
    summary_free(s);
    s = summary_new();
    summary_expect(s, "offer", 1);
    summary_not_done(s, "offer", OUTCOME_FAILED, "x", "A", "No.");
    assert_string_equal(summary_result(s, false), "failed");
    summary_free(s);
    s = summary_new();
    summary_broken(s, "orders", "The shop is down.");
    assert_string_equal(summary_result(s, false), "failed");
    summary_free(s);
}

static void causes_are_grouped(void **state) {
    (void)state;
    struct summary *s = summary_new();
    summary_expect(s, "offer", 10000);
    for (int i = 0; i < 10000; i++)
        summary_not_done(s, "offer", OUTCOME_SKIPPED, i % 2 ? "vat" : "price", "SKU", i % 2 ? "No VAT." : "No price.");
    struct buf b;
    buf_init(&b, 100000);
    summary_text(s, &b);
    assert_true(b.len < 2000);
    assert_non_null(strstr(b.data, "5000 skipped: No VAT."));
    assert_non_null(strstr(b.data, "5000 skipped: No price."));
    buf_free(&b);
    summary_free(s);
}

static char *told(const struct summary *s) {
    struct buf b;
    buf_init(&b, 100000);
    summary_text(s, &b);
    char *text = buf_take(&b);
    buf_free(&b);
    return text;
}

/* One cause, but each item's own words: a reader of the first alone would mend the wrong thing in the others. */
static void different_reasons_of_a_group_are_told(void **state) {
    (void)state;
    struct summary *s = summary_new();
    summary_not_done(s, "orders", OUTCOME_PARKED, "sku", "7", "No item X.");
    summary_not_done(s, "orders", OUTCOME_PARKED, "sku", "8", "No item X.");
    char *text = told(s);
    assert_non_null(strstr(text, "2 parked: No item X. Which: 7, 8.\n"));
    mem_free(text);
    summary_not_done(s, "orders", OUTCOME_PARKED, "sku", "9", "No item Y.");
    text = told(s);
    assert_non_null(strstr(text, "3 parked: 7, 8, 9. The reasons differ:\n    7: No item X.\n    9: No item Y.\n"));
    mem_free(text);
    for (int i = 0; i < 10; i++) {
        char words[40];
        str_fmt(words, sizeof words, "No item Z%d.", i);
        summary_not_done(s, "orders", OUTCOME_PARKED, "sku", "10", words);
    }
    text = told(s);
    assert_non_null(strstr(text, "13 parked: for example 7, 8, 9, 10, 10. The reasons differ; some of them:\n"));
    assert_non_null(strstr(text, "    10: No item Z0.\n"));
    assert_null(strstr(text, "Z1"));
    mem_free(text);
    summary_free(s);
}

/* "0 found, 0 done" of a run that could not even begin reads as if there had been nothing to do. */
static void a_flow_that_did_not_begin_counts_nothing(void **state) {
    (void)state;
    struct summary *s = summary_new();
    summary_broken(s, "orders", "The shop is down.");
    summary_expect(s, "offer", 2);
    summary_done(s, "offer", 1);
    summary_broken(s, "offer", "The shop is down.");
    char *text = told(s);
    assert_non_null(strstr(text, "orders: nothing was done. The shop is down.\n"));
    assert_non_null(strstr(text, "offer: 2 found, 1 done, 1 not reached. It ended early: The shop is down.\n"));
    mem_free(text);
    summary_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_reasons_of_a_group_are_told),
        cmocka_unit_test(a_flow_that_did_not_begin_counts_nothing),
        cmocka_unit_test(every_answer_has_its_class),
        cmocka_unit_test(waits_grow_with_jitter_and_end),
        cmocka_unit_test(the_shops_wish_is_honoured),
        cmocka_unit_test(what_the_buyer_paid_is_law),
        cmocka_unit_test(a_line_not_understood_holds_the_order),
        cmocka_unit_test(the_amount_that_is_missing_is_told),
        cmocka_unit_test(content_is_what_matters),
        cmocka_unit_test(only_what_was_all_done_is_green),
        cmocka_unit_test(causes_are_grouped),
    };
    return cmocka_run_group_tests_name("engine/rules", tests, NULL, NULL);
}
