/* The proxies stand before every slot of a driver, and a dry run lets nothing through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/engine/world.h"

/* The functions of a vtable stand together at its end (channel) or behind its name (ERP): looked at as an array, so
 * that a slot added later and forgotten in the proxy is found. */
typedef void (*any_function)(void);

static void each_slot_differs(const void *ours, const void *theirs, size_t first, size_t size) {
    assert_int_equal((size - first) % sizeof(any_function), 0);
    for (size_t at = first; at < size; at += sizeof(any_function)) {
        any_function a, b;
        memcpy(&a, (const char *)ours + at, sizeof a);
        memcpy(&b, (const char *)theirs + at, sizeof b);
        assert_true(a != NULL);
        if (a == b)
            fail_msg("the slot at offset %d is not wrapped", (int)at);
    }
}

static void every_slot_is_wrapped(void **state) {
    (void)state;
    struct world *w = world_new(NULL);
    world_open(w);
    each_slot_differs(w->channel->vt, w->shop->channel.vt, offsetof(struct channel_vt, open),
                      sizeof(struct channel_vt));
    each_slot_differs(w->erp_proxy->vt, w->erp->erp.vt, offsetof(struct erp_vt, close), sizeof(struct erp_vt));
    assert_string_equal(w->channel->vt->kind, "fake");
    assert_int_equal(chan_caps(w->channel)->batch_max, 100);
    assert_true(erp_caps(w->erp_proxy)->versions);
    world_free(w);
}

struct calls {
    int before, after, writes;
    char last[32];
    enum rc refuse;
};

static enum rc before(void *ctx, const char *slot, bool writes, struct err *err) {
    struct calls *c = ctx;
    c->before++;
    c->writes += writes;
    str_copy(c->last, sizeof c->last, slot);
    return c->refuse == RC_OK ? RC_OK : err_set(err, c->refuse, REACH_LINK, "refused by a test");
}

static enum rc after(void *ctx, const char *slot, bool writes, enum rc rc, struct err *err) {
    (void)slot;
    (void)writes;
    (void)err;
    ((struct calls *)ctx)->after++;
    return rc;
}

static void hooks_see_calls_and_can_refuse_them(void **state) {
    (void)state;
    struct world *w = world_new(NULL);
    struct calls c = {0};
    w->channel_hooks.before = before;
    w->channel_hooks.after = after;
    w->channel_hooks.hook_ctx = &c;
    world_open(w);
    struct channel_report report;
    struct err err;
    assert_int_equal(chan_probe(w->channel, &report, &err), RC_OK);
    assert_int_equal(c.before, 1);
    assert_int_equal(c.after, 1);
    assert_int_equal(c.writes, 0);
    struct order_ack ack = {.remote_id = "1"};
    assert_int_equal(chan_orders_ack(w->channel, &ack, 1, &err), RC_OK);
    assert_int_equal(c.writes, 1);
    assert_string_equal(c.last, "orders_ack");
    c.refuse = RC_LATER;
    int64_t calls = w->shop->calls;
    assert_int_equal(chan_orders_ack(w->channel, &ack, 1, &err), RC_LATER);
    assert_int_equal(w->shop->calls, calls);
    assert_int_equal(c.after, 2);
    world_free(w);
}

struct planned {
    struct buf text;
};

static void plan(void *ctx, const struct planned_change *change) {
    struct planned *p = ctx;
    buf_addf(&p->text, "%s %s %s: %s -> %s\n", change->what, change->object, change->field,
             change->old_value ? change->old_value : "?", change->new_value);
}

static void a_preview_of_an_offer_tells_old_and_new(void **state) {
    (void)state;
    struct world *w = world_new(NULL);
    fake_erp_item(w->erp, "A", "Apple", 1230, 5);
    fake_erp_item(w->erp, "B", "Brush", 990, 7);
    w->rules.fetch_orders = false;
    w->options.send_offer = true;
    assert_int_equal(world_sync(w), RC_OK);
    assert_string_equal(w->run.result, "done");
    struct item *a = fake_erp_find(w->erp, "A");
    a->price.regular = 1500;
    a->stock.on_hand = 4000;
    fake_erp_touch(w->erp, a);
    fake_erp_item(w->erp, "C", "Cherry", 100, 1);
    struct planned p;
    buf_init(&p.text, 10000);
    w->channel_hooks.planned = plan;
    w->channel_hooks.planned_ctx = &p;
    world_open(w);
    int64_t writes = w->shop->writes;
    assert_int_equal(world_sync(w), RC_OK);
    assert_int_equal(w->shop->writes, writes);
    assert_non_null(strstr(p.text.data, "update A regular_price: 12.30 -> 15.00\n"));
    assert_non_null(strstr(p.text.data, "update A stock: 5.000 -> 4.000\n"));
    assert_non_null(strstr(p.text.data, "create C regular_price: ? -> 1.00\n"));
    assert_null(strstr(p.text.data, " B "));
    buf_free(&p.text);
    world_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slot_is_wrapped),
        cmocka_unit_test(hooks_see_calls_and_can_refuse_them),
        cmocka_unit_test(a_preview_of_an_offer_tells_old_and_new),
    };
    return cmocka_run_group_tests_name("engine/proxy", tests, NULL, NULL);
}
