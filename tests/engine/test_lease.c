/* A run under a lease: it ends at its next step when somebody asks or when the lease is lost, and says so; an order
 * that the fence refused is left for the run that has the lease, and is neither lost nor put aside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/str.h"
#include "tests/engine/world.h"
#include "tests/fakes/fake_lease.h"

#define ORDERS 5

struct scene {
    struct world *w;
    struct fake_lease place;
    int orders_until; /* before the order after so many the thing happens */
    bool ask_stop, take_over, fence;
};

static const struct lease_owner us = {.machine = "A", .place = "one", .account = "anna", .process = 1};
static const struct lease_owner them = {.machine = "B", .place = "two", .account = "piotr", .process = 2};

static enum rc before(void *ctx, const char *slot, bool writes, struct err *err) {
    struct scene *s = ctx;
    struct err ignored;
    (void)writes;
    if (!str_eq(slot, "order_create") || s->orders_until-- > 0)
        return RC_OK;
    if (s->ask_stop)
        (void)lease_rule_ask_stop(&s->place.row, s->place.row.epoch, "piotr", &s->place.row, &ignored);
    if (s->take_over || s->fence) {
        const struct lease_claim claim = {.owner = &them, .purpose = "manual", .doing = "", .length_ms = 60000};
        struct lease seen = s->place.row;
        (void)lease_rule_take(&seen, &claim, &seen, &s->place.row, &ignored);
    }
    if (s->ask_stop || s->take_over)
        lease_beat(s->w->lease);
    return s->fence ? lease_rule_fence(&s->place.row, lease_epoch(s->w->lease), err) : RC_OK;
}

static void scene_make(struct scene *s) {
    struct world *w = s->w = world_new(NULL);
    fake_erp_item(w->erp, "A", "Apple", 1230, 1000);
    for (int i = 0; i < ORDERS; i++) {
        struct fake_order o = one_line("A", 1, "processing");
        fake_shop_order(w->shop, &o);
    }
    w->options.fetch_orders = true;
    w->erp_hooks.before = before;
    w->erp_hooks.hook_ctx = s;
    const struct lease_args args = {.place = fake_lease_place(&s->place),
                                    .link = "shop",
                                    .self = &us,
                                    .purpose = "manual",
                                    .clock = &w->clock.clock,
                                    .no_thread = true};
    assert_int_equal(lease_begin(&args, LEASE_WHEN_FREE, 0, &w->lease, NULL, &w->err), RC_OK);
}

/* The other run comes and goes; then ours again finishes what is left. */
static void scene_finish(struct scene *s) {
    struct world *w = s->w;
    lease_end(w->lease);
    w->lease = NULL;
    s->orders_until = 1000;
    w->clock.now_ms += 1000;
    assert_int_equal(world_sync(w), RC_OK);
    assert_int_equal(w->erp->document_count, ORDERS);
    assert_int_equal(w->run.counts.parked, 0);
    world_free(w);
}

static void asked_to_stop(void **state) {
    (void)state;
    struct scene s = {.orders_until = 1, .ask_stop = true};
    scene_make(&s);
    assert_int_equal(world_sync(s.w), RC_STOPPED);
    assert_string_equal(s.w->run.result, "stopped");
    assert_non_null(strstr(s.w->err.text, "piotr asked this run to stop"));
    assert_int_equal(s.w->erp->document_count, 2); /* the step under way was finished */
    scene_finish(&s);
}

static void keep_summary(void *ctx, const struct run_row *row) {
    str_copy(ctx, 2000, row->summary);
}

static void lost_on_the_way(void **state) {
    (void)state;
    char summary[2000] = "";
    struct scene s = {.orders_until = 1, .take_over = true};
    scene_make(&s);
    assert_int_equal(world_sync(s.w), RC_CONFLICT);
    assert_int_equal(s.w->err.reach, REACH_LINK);
    assert_string_equal(s.w->run.result, "partly");
    assert_int_equal(s.w->erp->document_count, 2);
    assert_int_equal(store_runs(s.w->store, s.w->run.link, 1, keep_summary, summary, &s.w->err), RC_OK);
    assert_non_null(strstr(summary, "lost its right to work on the link"));
    assert_non_null(strstr(summary, "piotr on B"));
    scene_finish(&s);
}

static void refused_by_the_fence(void **state) {
    (void)state;
    struct scene s = {.orders_until = 1, .fence = true};
    scene_make(&s);
    assert_int_equal(world_sync(s.w), RC_CONFLICT);
    assert_int_equal(s.w->erp->document_count, 1);
    assert_int_equal(s.w->run.counts.parked, 0);
    scene_finish(&s);
}

static void lost_before_the_first_step(void **state) {
    (void)state;
    struct scene s = {.orders_until = 1000};
    scene_make(&s);
    s.place.row.epoch++;
    s.w->clock.now_ms += 10 * LEASE_LENGTH_MS; /* frozen since it was taken */
    uint64_t calls = (uint64_t)s.w->shop->calls;
    assert_int_equal(world_sync(s.w), RC_CONFLICT);
    assert_string_equal(s.w->run.result, "failed");
    assert_int_equal(s.w->shop->calls, calls);
    assert_int_equal(s.w->erp->document_count, 0);
    scene_finish(&s);
}

/* The wait before a call is made again is a pause like any other. */
static bool sleep_long(void *ctx, int64_t ms) {
    struct scene *s = ctx;
    s->w->clock.now_ms += ms + LEASE_LENGTH_MS;
    return false;
}

static void no_call_is_repeated_without_the_lease(void **state) {
    (void)state;
    struct scene s = {.orders_until = 1000};
    struct err busy;
    unsigned attempts = 0;
    scene_make(&s);
    struct run r = {.lease = s.w->lease, .clock = &s.w->clock.clock, .wait = sleep_long, .wait_ctx = &s};
    rng_seed(&r.rng, 1);
    (void)err_set(&busy, RC_LATER, REACH_LINK, "The shop is busy.");
    assert_true(run_try_again(&r, &busy, &attempts));
    s.place.row.epoch++; /* taken over during the wait */
    assert_false(run_try_again(&r, &busy, &attempts));
    assert_int_equal(run_check_stop(&r, &busy), RC_CONFLICT);
    scene_finish(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asked_to_stop),
        cmocka_unit_test(lost_on_the_way),
        cmocka_unit_test(refused_by_the_fence),
        cmocka_unit_test(lost_before_the_first_step),
        cmocka_unit_test(no_call_is_repeated_without_the_lease),
    };
    return cmocka_run_group_tests_name("engine/lease", tests, NULL, NULL);
}
