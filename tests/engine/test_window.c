/* An absolute figure overwrites a sale made since it was computed (hazard 12). What remains of that window is measured
 * here: a sale is put at every moment of a run that sends much stock, and afterwards one more run must have put it
 * right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/engine/world.h"

#define ITEMS   4000 /* forty batches */
#define CALL_MS 1000 /* what the shop needs for an answer */
#define PAGE    10   /* batches that one page of items read from the ERP fills */

struct watch {
    struct world *w;
    bool on;
    int calls, sale_at; /* the sale comes in that call; 0: none */
    int64_t read_ms, widest_ms;
};

static void sell(struct world *w) {
    struct fake_order o = one_line("S0500", 2, "processing");
    fake_shop_order(w->shop, &o);
    fake_shop_find(w->shop, "S0500")->stock -= 2000; /* the shop counts by itself */
}

/* Before the shop acts: its answer takes its time, and maybe somebody buys meanwhile. */
static void meanwhile(void *ctx, struct fake_shop *shop) {
    struct watch *watch = ctx;
    if (!watch->on)
        return;
    shop->clock->now_ms += CALL_MS / 2;
    if (++watch->calls == watch->sale_at)
        sell(watch->w);
    shop->clock->now_ms += CALL_MS / 2;
}

static enum rc before(void *ctx, const char *slot, bool writes, struct err *err) {
    (void)writes;
    (void)err;
    struct watch *watch = ctx;
    if (str_eq(slot, "orders_since"))
        watch->read_ms = watch->w->clock.now_ms;
    return RC_OK;
}

static enum rc after(void *ctx, const char *slot, bool writes, enum rc rc, struct err *err) {
    (void)writes;
    (void)err;
    struct watch *watch = ctx;
    int64_t open = watch->w->clock.now_ms - watch->read_ms;
    if (watch->on && str_eq(slot, "offer_batch") && open > watch->widest_ms)
        watch->widest_ms = open;
    return rc;
}

static void must_sync(struct world *w) {
    if (world_sync(w) != RC_OK)
        fail_msg("%s", w->err.text);
}

static void every_item_changes(struct world *w) {
    for (size_t i = 0; i < w->erp->item_count; i++) {
        w->erp->items[i].stock.on_hand = 50000;
        fake_erp_touch(w->erp, &w->erp->items[i]);
    }
}

static int64_t truth(struct world *w) {
    int64_t held = 0;
    const struct item *item = fake_erp_find(w->erp, "S0500");
    assert_int_equal(store_unimported(w->store, item->key, "S0500", &held, NULL), RC_OK);
    return item->stock.on_hand - item->stock.reserved - held;
}

/* One story with a sale in that call. Gives how many calls the run made; *wrong: the sale was overwritten for a while.
 */
static int story(int sale_at, bool *wrong, int64_t *widest_ms) {
    struct world *w = world_new(NULL);
    struct watch watch = {.w = w, .sale_at = sale_at};
    for (int i = 0; i < ITEMS; i++) {
        char sku[16];
        str_fmt(sku, sizeof sku, "S%04d", i);
        fake_erp_item(w->erp, sku, "Item", 1000, 10);
    }
    w->shop->meanwhile = meanwhile;
    w->shop->meanwhile_ctx = w->channel_hooks.hook_ctx = &watch;
    w->channel_hooks.before = before;
    w->channel_hooks.after = after;
    w->options.send_offer = true;
    must_sync(w);
    memset(&w->options, 0, sizeof w->options);
    w->options.stock_only = w->options.fetch_orders = true;
    every_item_changes(w);
    watch.on = true;
    must_sync(w);
    watch.on = false;
    *wrong = fake_shop_find(w->shop, "S0500")->stock > 48000 && sale_at > 0 && w->shop->order_count > 0;
    *widest_ms = watch.widest_ms;
    must_sync(w);
    assert_int_equal(fake_shop_find(w->shop, "S0500")->stock, truth(w));
    if (w->shop->order_count > 0)
        assert_int_equal(truth(w), 48000);
    world_free(w);
    return watch.calls;
}

static void a_sale_at_any_moment_is_right_after_the_next_run(void **state) {
    (void)state;
    bool wrong = false;
    int64_t widest = 0;
    int calls = story(0, &wrong, &widest), overwritten = 0, moments = 0;
    assert_true(calls > 10);
    for (int at = 1; at <= calls; at += 2) {
        moments++;
        int64_t now = 0;
        (void)story(at, &wrong, &now);
        overwritten += wrong;
        widest = now > widest ? now : widest;
    }
    struct link_rules rules;
    link_rules_defaults(&rules);
    print_message("of %d moments %d let a sale be overwritten until the next run; widest window %d ms\n", moments,
                  overwritten, (int)widest);
    /* Orders are read again every refresh_orders_ms, between two pages; what was read before that goes out first. */
    assert_true(widest <= rules.refresh_orders_ms + (PAGE + 2) * CALL_MS);
    assert_true(overwritten < moments);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_sale_at_any_moment_is_right_after_the_next_run)};
    return cmocka_run_group_tests_name("engine/stock_window", tests, NULL, NULL);
}
