/* Ten thousand orders arriving at random while one call in five fails in every way the fakes know: afterwards the
 * orders of the shop and of the ERP are the same set, each once (rules R1, R2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/str.h"
#include "tests/engine/world.h"

#define ORDERS 10000

struct arrivals {
    struct rng rng;
    int left;
};

/* Before each call of the shop some orders arrive, some pending ones are paid, some are given up. */
static void arrive(void *ctx, struct fake_shop *shop) {
    struct arrivals *a = ctx;
    shop->clock->now_ms += (int64_t)rng_below(&a->rng, 3000);
    for (uint64_t n = rng_below(&a->rng, 120); n > 0 && a->left > 0; n--, a->left--) {
        struct fake_order o = one_line(rng_below(&a->rng, 2) ? "A" : "B", 1 + (int)rng_below(&a->rng, 5),
                                       rng_below(&a->rng, 10) == 0 ? "pending" : "processing");
        fake_shop_order(shop, &o);
    }
    for (int i = 0; i < 3 && shop->order_count > 0; i++) {
        struct fake_order *o = &shop->orders[rng_below(&a->rng, shop->order_count)];
        if (!str_eq(o->status, "pending"))
            continue;
        str_copy(o->status, sizeof o->status, rng_below(&a->rng, 4) == 0 ? "cancelled" : "processing");
        fake_shop_touch(shop, o);
    }
}

static void none_lost_none_double(void **state) {
    (void)state;
    struct world *w = world_new(NULL);
    fake_erp_item(w->erp, "A", "Apple", 1230, 100000);
    fake_erp_item(w->erp, "B", "Brush", 1230, 100000);
    w->options.fetch_orders = true;
    struct arrivals a = {.left = ORDERS};
    rng_seed(&a.rng, 7);
    w->shop->meanwhile = arrive;
    w->shop->meanwhile_ctx = &a;
    w->shop->faults.percent = w->erp->faults.percent = 20;
    int runs = 0;
    for (; runs < 2000 && a.left > 0; runs++)
        (void)world_sync(w);
    assert_int_equal(a.left, 0);
    w->shop->faults.percent = w->erp->faults.percent = 0;
    w->shop->meanwhile = NULL;
    w->clock.now_ms += w->rules.parked_again_ms + 1;
    for (int i = 0; i < 3; i++)
        assert_int_equal(world_sync(w), RC_OK);
    assert_string_equal(w->run.result, "nothing");
    size_t wanted = 0;
    for (size_t i = 0; i < w->shop->order_count; i++) {
        const struct fake_order *o = &w->shop->orders[i];
        if (str_eq(o->status, "pending"))
            continue;
        char id[24];
        str_fmt(id, sizeof id, "%lld", (long long)o->id);
        const struct fake_document *d = fake_erp_document(w->erp, id);
        if (!d && str_eq(o->status, "cancelled"))
            continue;
        assert_non_null(d);
        assert_int_equal(d->total, o->total);
        assert_string_equal(d->token, o->token);
        wanted++;
    }
    assert_int_equal(w->erp->document_count, wanted);
    assert_true(wanted > ORDERS * 8 / 10);
    print_message("%d orders, %d documents, %d runs, %d calls of the shop\n", (int)w->shop->order_count, (int)wanted,
                  runs, (int)w->shop->calls);
    world_free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(none_lost_none_double)};
    return cmocka_run_group_tests_name("engine/storm", tests, NULL, NULL);
}
