#include "tests/engine/world.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/support/temp_folder.h"

static bool no_wait(void *ctx, int64_t ms) {
    struct world *w = ctx;
    w->clock.now_ms += ms;
    return false;
}

struct world *world_new(const char *folder) {
    struct world *w = MEM_NEW(struct world);
    w->own_folder = folder == NULL;
    if (folder)
        str_copy(w->folder, sizeof w->folder, folder);
    else
        temp_folder_make(w->folder, sizeof w->folder);
    os_path_join(w->store_path, sizeof w->store_path, w->folder, "state.db");
    fixed_clock_init(&w->clock, 1700000000000);
    w->stop = stop_new();
    w->shop = fake_shop_new(&w->clock);
    w->shop->stop = w->stop;
    w->erp = fake_erp_new(&w->clock.clock);
    w->link_name = "shop";
    link_rules_defaults(&w->rules);
    w->rules.currency = "PLN";
    w->rules.sale_country = "PL";
    w->rules.ack_status = "sent-to-erp";
    return w;
}

void world_close(struct world *w) {
    chan_close(w->channel);
    erp_close(w->erp_proxy);
    store_close(w->store);
    w->channel = NULL;
    w->erp_proxy = NULL;
    w->store = NULL;
}

void world_free(struct world *w) {
    world_close(w);
    fake_shop_free(w->shop);
    fake_erp_free(w->erp);
    stop_free(w->stop);
    if (w->own_folder)
        temp_folder_remove(w->folder);
    mem_free(w);
}

void world_open(struct world *w) {
    world_close(w);
    if (store_open(w->store_path, &w->clock.clock, &w->store, &w->err) != RC_OK) {
        fprintf(stderr, "%s\n", w->err.text);
        os_die_now(3);
    }
    w->channel = channel_proxy_new(&w->shop->channel, &w->channel_hooks);
    w->erp_proxy = erp_proxy_new(&w->erp->erp, &w->erp_hooks);
}

enum rc world_sync(struct world *w) {
    if (!w->store)
        world_open(w);
    memset(&w->run, 0, sizeof w->run);
    struct run *r = &w->run;
    r->store = w->store;
    err_clear(&w->err);
    enum rc rc = store_link(w->store, w->link_name, &r->link, &w->err);
    if (rc != RC_OK)
        return rc;
    r->company = "Company";
    r->link_name = w->link_name;
    r->channel = w->channel;
    r->erp = w->erp_proxy;
    r->clock = &w->clock.clock;
    r->stop = w->stop;
    r->rules = &w->rules;
    r->options = &w->options;
    r->trigger = w->trigger ? w->trigger : "manual";
    r->lease = w->lease;
    r->wait = no_wait;
    r->wait_ctx = w;
    return sync_run(r, &w->err);
}

struct found {
    int state;
    char code[48];
};

static enum rc look(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct found *f = ctx;
    f->state = (int)row->state;
    str_copy(f->code, sizeof f->code, row->reason_code);
    return RC_OK;
}

int world_order_state(struct world *w, const char *remote_id, char code[48]) {
    struct found f = {.state = -1};
    (void)store_inbox_find(w->store, w->run.link, remote_id, look, &f, NULL);
    if (code)
        str_copy(code, 48, f.code);
    return f.state;
}

static enum rc count(void *ctx, const char *key, const char *sku, struct err *err) {
    (void)key;
    (void)sku;
    (void)err;
    (*(int64_t *)ctx)++;
    return RC_OK;
}

int64_t world_sold(struct world *w) {
    int64_t n = 0;
    (void)store_map_sold(w->store, w->run.link, "", 1000, count, &n, NULL);
    return n;
}

struct fake_order one_line(const char *sku, int pieces, const char *status) {
    struct fake_order o;
    memset(&o, 0, sizeof o);
    str_copy(o.status, sizeof o.status, status);
    struct fake_order_line *l = &o.lines[0];
    o.line_count = 1;
    str_copy(l->sku, sizeof l->sku, sku);
    str_copy(l->name, sizeof l->name, "Goods");
    l->kind = LINE_GOODS;
    l->quantity = (int64_t)pieces * 1000;
    l->net = (int64_t)pieces * 1000;
    l->vat = (int64_t)pieces * 230;
    l->rate = 230000;
    return o;
}
