#include "tests/sync/offer_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/model/price.h"
#include "tests/support/temp_folder.h"

static bool no_wait(void *ctx, int64_t ms) {
    struct world *w = ctx;
    w->clock.now_ms += ms;
    return false;
}

static void open_store(struct world *w) {
    struct err err = {0};
    assert_int_equal(store_open(w->path, &w->clock.clock, &w->store, &err), RC_OK);
    assert_int_equal(store_link(w->store, "shop", &w->run.link, &err), RC_OK);
    w->run.store = w->store;
}

struct world *world_new(void) {
    struct world *w = MEM_NEW(struct world);
    temp_folder_make(w->folder, sizeof w->folder);
    str_fmt(w->path, sizeof w->path, "%s/state.db", w->folder);
    fixed_clock_init(&w->clock, 1700000000000);
    fake_erp_init(&w->erp, &w->clock.clock);
    fake_shop_init(&w->shop, &w->clock);
    link_rules_defaults(&w->rules);
    w->rules.fetch_orders = false;
    w->stop = stop_new();
    w->run = (struct run){.company = "c",
                          .link_name = "shop",
                          .channel = &w->shop.channel,
                          .erp = &w->erp.erp,
                          .clock = &w->clock.clock,
                          .stop = w->stop,
                          .rules = &w->rules,
                          .options = &w->options,
                          .trigger = "manual",
                          .wait = no_wait,
                          .wait_ctx = w,
                          .orders_read_us = INT64_MIN};
    rng_seed(&w->run.rng, 7);
    open_store(w);
    return w;
}

void world_free(struct world *w) {
    store_close(w->store);
    temp_folder_remove(w->folder);
    fake_erp_free(&w->erp);
    fake_shop_free(&w->shop);
    stop_free(w->stop);
    mem_free(w);
}

void world_reopen(struct world *w) {
    store_close(w->store);
    open_store(w);
}

enum rc world_run(struct world *w, const char *flow) {
    struct err err = {0};
    fake_shop_reset_counts(&w->shop);
    w->erp.reads = 0;
    w->erp.aspects_read = 0;
    w->clock.now_ms += 1000;
    w->run.summary = summary_new();
    w->run.flow = flow;
    assert_int_equal(store_run_begin(w->store, w->run.link, flow, "manual", &w->run.run_id, &err), RC_OK);
    enum rc rc = strcmp(flow, "stock") == 0    ? flow_stock(&w->run, &err)
                 : strcmp(flow, "prices") == 0 ? flow_prices(&w->run, &err)
                                               : flow_offer(&w->run, &err);
    w->counts = summary_counts(w->run.summary);
    struct buf text;
    buf_init(&text, 100000);
    summary_text(w->run.summary, &text);
    if (rc != RC_OK)
        print_message("%s: %s (%s)\n", flow, err.text, text.data);
    buf_free(&text);
    summary_free(w->run.summary);
    w->run.summary = NULL;
    return rc;
}

void world_must(struct world *w, const char *flow) {
    assert_int_equal(world_run(w, flow), RC_OK);
}

/* --- comparing --- */

static struct fake_product *find(struct world *w, const char *sku, const char *parent) {
    for (size_t i = 0; i < w->shop.count; i++) {
        struct fake_product *p = &w->shop.products[i];
        if (!p->gone && strcmp(p->sku, sku) == 0 && strcmp(p->parent, parent) == 0)
            return p;
    }
    return NULL;
}

static const char *parent_id(struct world *w, const struct item *item) {
    struct map_row row;
    if (!item->parent_key || store_map_get(w->store, w->run.link, MAP_ITEM, item->parent_key, &row, NULL) != RC_OK)
        return "";
    for (size_t i = 0; i < w->shop.count; i++)
        if (strcmp(w->shop.products[i].id, row.remote_id) == 0)
            return w->shop.products[i].id;
    return "?";
}

void world_in_step(struct world *w) {
    for (size_t i = 0; i < w->erp.count; i++) {
        const struct item *item = &w->erp.rows[i].item;
        struct fake_product *p = find(w, item->sku, parent_id(w, item));
        if (!item->published) {
            struct map_row row;
            if (store_map_get(w->store, w->run.link, MAP_ITEM, item->key, &row, NULL) == RC_OK && p &&
                strcmp(row.remote_id, p->id) == 0)
                assert_true(p->hidden);
            continue;
        }
        if (!p)
            fail_msg("%s (%s) is not in the shop", item->key, item->sku);
        if (p->hidden)
            fail_msg("%s (%s) is hidden in the shop", item->key, item->sku);
        assert_string_equal(p->name, item->name);
        assert_string_equal(p->text, item->description);
        assert_int_equal(p->regular, price_effective(&item->price).regular);
        int64_t available = availability(item, &w->rules.availability);
        if (p->stock != available)
            fail_msg("%s (%s): %lld in the shop, %lld available", item->key, item->sku, (long long)p->stock,
                     (long long)available);
    }
}

int64_t world_parked(struct world *w) {
    int64_t count = -1;
    assert_int_equal(store_parked_count(w->store, w->run.link, &count, NULL), RC_OK);
    return count;
}

struct search {
    const char *key;
    char *out;
};
static void look(void *ctx, const struct parked_row *row) {
    struct search *s = ctx;
    if (strcmp(row->key, s->key) == 0)
        str_copy(s->out, 48, row->code);
}
void world_parked_code(struct world *w, const char *key, char out[48]) {
    struct search s = {key, out};
    out[0] = '\0';
    assert_int_equal(store_parked_each(w->store, w->run.link, look, &s, NULL), RC_OK);
}
