#include "tests/engine/scenarios.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

static void two_items(struct world *w) {
    fake_erp_item(w->erp, "A", "Apple", 1230, 100);
    fake_erp_item(w->erp, "B", "Brush", 1230, 100);
}

static void only_orders(struct world *w) {
    two_items(w);
    w->options.fetch_orders = true;
}

static void place(struct world *w, const char *sku, const char *status) {
    struct fake_order o = one_line(sku, 2, status);
    fake_shop_order(w->shop, &o);
}

static void set_status(struct world *w, const char *number, const char *status) {
    struct fake_order *o = fake_shop_find_order(w->shop, number);
    str_copy(o->status, sizeof o->status, status);
    fake_shop_touch(w->shop, o);
}

static void orders_new(struct world *w, int phase) {
    for (int i = 0; i < 3 - phase; i++)
        place(w, i % 2 ? "B" : "A", "processing");
}

static void orders_pages(struct world *w, int phase) {
    (void)phase;
    w->shop->page_size = 3;
    for (int i = 0; i < 8; i++)
        place(w, "A", "processing");
}

static void orders_pending(struct world *w, int phase) {
    if (phase == 0) {
        place(w, "A", "pending");
        place(w, "B", "pending");
        place(w, "A", "pending");
    } else if (phase == 1) {
        set_status(w, "1000", "processing");
        set_status(w, "1001", "cancelled");
    } else {
        set_status(w, "1002", "processing");
    }
}

static void orders_edited(struct world *w, int phase) {
    if (phase == 0) {
        place(w, "A", "processing");
        place(w, "B", "pending");
        return;
    }
    for (const char *number = "1000"; number; number = str_eq(number, "1000") ? "1001" : NULL) {
        struct fake_order *o = fake_shop_find_order(w->shop, number);
        o->lines[0].quantity = 3000;
        o->lines[0].net = 3000;
        o->lines[0].vat = 690;
        o->total = 3690;
        fake_shop_touch(w->shop, o);
    }
    set_status(w, "1001", "processing");
}

static void orders_parked(struct world *w, int phase) {
    if (phase == 0) {
        place(w, "LATER", "processing");
        place(w, "A", "processing");
        place(w, "NEVER", "processing");
        return;
    }
    fake_erp_item(w->erp, "LATER", "Came later", 1230, 10);
    w->clock.now_ms += w->rules.parked_again_ms + 1;
}

static void orders_linked(struct world *w, int phase) {
    (void)phase;
    place(w, "A", "processing");
    place(w, "B", "processing");
    place(w, "B", "processing");
    fake_erp_foreign(w->erp, "other program", "", "1000", 2460);
    fake_erp_foreign(w->erp, "other program", "1001", "", 777); /* doubtful: another amount */
}

static void catalogue(struct world *w) {
    fake_erp_group(w->erp, "g1", "Fruit", NULL);
    fake_erp_group(w->erp, "g2", "Apples", "g1");
    two_items(w);
    for (size_t i = 0; i < w->erp->item_count; i++)
        w->erp->items[i].group_key = mem_strdup(i % 2 ? "g1" : "g2");
    fake_erp_item(w->erp, "C", "Cherry", 500, 7);
    fake_erp_item(w->erp, "D", "Date", 300, 0);
}

static void only_offer(struct world *w) {
    catalogue(w);
    w->options.send_offer = true;
    w->rules.fetch_orders = false;
}

static void offer_changes(struct world *w, int phase) {
    if (phase == 1) {
        struct item *a = fake_erp_find(w->erp, "A");
        a->price.regular = 1500;
        fake_erp_touch(w->erp, a);
        struct item *b = fake_erp_find(w->erp, "B");
        b->stock.on_hand = 5000;
        fake_erp_touch(w->erp, b);
        fake_erp_item(w->erp, "E", "Elder", 900, 3);
    } else if (phase == 2) {
        struct item *c = fake_erp_find(w->erp, "C");
        c->published = false;
        fake_erp_touch(w->erp, c);
        struct item *d = fake_erp_find(w->erp, "D");
        mem_free(d->name);
        d->name = mem_strdup("Date, dried");
        fake_erp_touch(w->erp, d);
    }
}

static void give(struct world *w, size_t at, const char *sku, const char *name) {
    struct item *item = &w->erp->items[at];
    mem_free(item->sku);
    item->sku = mem_strdup(sku);
    mem_free(item->name);
    item->name = mem_strdup(name);
    fake_erp_touch(w->erp, item);
}

/* A and B swap their SKUs, C hands its own on to D; then all goes back. */
static void swaps(struct world *w, int phase) {
    if (phase == 0)
        return;
    give(w, 0, phase == 1 ? "B" : "A", "Apple");
    give(w, 1, phase == 1 ? "A" : "B", "Brush");
    give(w, 2, phase == 1 ? "C2" : "D", "Cherry");
    give(w, 3, phase == 1 ? "C" : "D2", "Date");
}

/* The shop does not take one of the two; later it does. */
static void swaps_refused(struct world *w, int phase) {
    if (phase == 0)
        return;
    give(w, 0, "B", phase == 1 ? FAKE_REFUSED : "Apple");
    give(w, 1, "A", "Brush");
    give(w, 2, "D", "Cherry");
    give(w, 3, "C", phase == 1 ? FAKE_REFUSED : "Date");
}

/* The same the other way round: which of two gets the temporary SKU is nobody's business. */
static void swaps_refused_too(struct world *w, int phase) {
    if (phase == 0)
        return;
    give(w, 0, "B", "Apple");
    give(w, 1, "A", phase == 1 ? FAKE_REFUSED : "Brush");
}

static void with_attribute(struct item *item, const char *const *options, size_t n) {
    item->attributes = mem_zalloc(1, sizeof *item->attributes);
    item->attribute_count = 1;
    item->attributes[0].name = mem_strdup("Colour");
    item->attributes[0].options = mem_zalloc(n, sizeof(char *));
    item->attributes[0].option_count = n;
    for (size_t i = 0; i < n; i++)
        item->attributes[0].options[i] = mem_strdup(options[i]);
}

static void variants(struct world *w) {
    static const char *const colours[] = {"red", "blue", "green"};
    struct item *parent = fake_erp_item(w->erp, "SHIRT", "Shirt", 5000, 0);
    parent->kind = ITEM_VARIANT_PARENT;
    with_attribute(parent, colours, 3);
    for (size_t i = 0; i < 3; i++) {
        char sku[32];
        str_fmt(sku, sizeof sku, "SHIRT-%s", colours[i]);
        struct item *v = fake_erp_item(w->erp, sku, "Shirt", 5000, 4);
        v->kind = ITEM_VARIANT;
        v->parent_key = mem_strdup("k-SHIRT");
        with_attribute(v, &colours[i], 1);
    }
    w->options.send_offer = true;
    w->rules.fetch_orders = false;
}

static void variant_changes(struct world *w, int phase) {
    if (phase == 1) {
        struct item *v = fake_erp_find(w->erp, "SHIRT-blue");
        v->stock.on_hand = 1000;
        fake_erp_touch(w->erp, v);
    }
}

static void everything(struct world *w) {
    catalogue(w);
    w->rules.availability.cap = 5000; /* so that a sale leaves the figure as it was: it must be sent all the same */
}

/* A sale lowers the shop's own stock, as a shop does. */
static void sell(struct world *w, const char *sku, const char *status) {
    place(w, sku, status);
    struct fake_product *p = fake_shop_find(w->shop, sku);
    if (p)
        p->stock -= 2000;
}

static void mixed(struct world *w, int phase) {
    if (phase == 0)
        return;
    sell(w, phase == 1 ? "A" : "B", "processing");
    sell(w, "C", phase == 1 ? "pending" : "processing");
    if (phase == 1)
        sell(w, "MISSING", "processing");
    else
        set_status(w, "1001", "processing");
    offer_changes(w, phase);
}

static void stock_only(struct world *w) {
    catalogue(w);
    w->rules.availability.cap = 5000;
}

static void stock_changes(struct world *w, int phase) {
    memset(&w->options, 0, sizeof w->options);
    if (phase == 0) {
        w->options.send_offer = true;
        return;
    }
    w->options.stock_only = true;
    struct item *b = fake_erp_find(w->erp, "B");
    b->stock.on_hand = 3000 * phase;
    fake_erp_touch(w->erp, b);
    sell(w, "A", "processing"); /* not imported by this run: subtracted */
}

/* Sold and not imported, and the SKU moves: renamed, then handed on to an item that sold nothing. */
static void renamed(struct world *w, int phase) {
    memset(&w->options, 0, sizeof w->options);
    w->options.send_offer = w->options.fetch_orders = true;
    if (phase == 1) {
        sell(w, "A", "pending");
        give(w, 0, "A2", "Apple");
    } else if (phase == 2) {
        give(w, 1, "A", "Brush");
    } else if (phase == 3) {
        set_status(w, "1000", "processing");
    }
}

/* A leaves the offer with another SKU, B takes the one it had; then A comes back. */
static void leaving(struct world *w, int phase) {
    if (phase == 0)
        return;
    w->erp->items[0].published = phase == 2;
    give(w, 0, "A-OLD", "Apple");
    give(w, 1, "A", "Brush");
}

const struct scenario scenarios[] = {
    {"orders_new", 2, only_orders, orders_new},
    {"orders_pages", 1, only_orders, orders_pages},
    {"orders_pending", 3, only_orders, orders_pending},
    {"orders_edited", 2, only_orders, orders_edited},
    {"orders_parked", 2, only_orders, orders_parked},
    {"orders_linked", 1, only_orders, orders_linked},
    {"offer", 3, only_offer, offer_changes},
    {"variants", 2, variants, variant_changes},
    {"swaps", 3, only_offer, swaps},
    {"swaps_refused", 3, only_offer, swaps_refused},
    {"swaps_refused_too", 3, only_offer, swaps_refused_too},
    {"leaving", 3, only_offer, leaving},
    {"stock", 3, stock_only, stock_changes},
    {"mixed", 3, everything, mixed},
    {"renamed", 4, catalogue, renamed},
};
const size_t scenario_count = sizeof scenarios / sizeof scenarios[0];

static void poison(struct world *w) {
    only_orders(w);
    fake_erp_item(w->erp, "KILLER", "Killer", 1230, 100);
}

static void poison_orders(struct world *w, int phase) {
    (void)phase;
    for (int i = 0; i < 5; i++)
        place(w, i == 2 ? "KILLER" : "A", "processing");
}

const struct scenario scenario_poison = {"poison", 1, poison, poison_orders};

const struct scenario *scenario_find(const char *name) {
    if (str_eq(name, scenario_poison.name))
        return &scenario_poison;
    for (size_t i = 0; i < scenario_count; i++)
        if (str_eq(scenarios[i].name, name))
            return &scenarios[i];
    return NULL;
}
