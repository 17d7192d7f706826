/* Random edits of a company, random answers of the shop, a crash now and then: at the end the shop equals the
 * company; and as long as nothing goes wrong, the number of requests is the least there can be. Seeds are fixed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/base/table.h"
#include "tests/sync/offer_world.h"

#define ITEMS    230
#define FAMILIES 6

struct model {
    struct world *w;
    struct rng rng;
    size_t next;
};

static size_t pick(struct model *m, size_t n) {
    return (size_t)rng_below(&m->rng, n);
}

static void populate(struct model *m) {
    char sku[32], key[64], option[16];
    for (size_t i = 0; i < ITEMS; i++) {
        str_fmt(sku, sizeof sku, "S%zu", ++m->next);
        fake_item(&m->w->erp, m->next, sku);
    }
    for (size_t f = 0; f < FAMILIES; f++) {
        str_fmt(sku, sizeof sku, "S%zu", ++m->next);
        struct fake_row *parent = fake_item(&m->w->erp, m->next, sku);
        parent->item.kind = ITEM_VARIANT_PARENT;
        str_copy(key, sizeof key, parent->item.key);
        for (size_t v = 0; v < 5; v++) {
            str_fmt(sku, sizeof sku, "S%zu", ++m->next);
            str_fmt(option, sizeof option, "o%zu", v);
            fake_variant(&m->w->erp, m->next, sku, key, option);
        }
    }
}

/* Half of the items may swap their SKUs; they leave the offer and come back like all others. */
static bool swaps(const struct model *m, const struct fake_row *row) {
    size_t at = (size_t)(row - m->w->erp.rows);
    return at < ITEMS && at % 4 < 2;
}

/* Two neighbours, always the same two: rings of three are told, not resolved. */
static void swap_skus(struct model *m, struct fake_row *row) {
    struct fake_erp *erp = &m->w->erp;
    size_t other = (size_t)(row - erp->rows) ^ 1;
    if (!swaps(m, row) || other >= ITEMS)
        return;
    char text[64];
    str_copy(text, sizeof text, row->item.sku);
    fake_text(&row->item.sku, erp->rows[other].item.sku);
    fake_text(&erp->rows[other].item.sku, text);
    fake_touch(erp, row, ASPECT_MASTER);
    fake_touch(erp, &erp->rows[other], ASPECT_MASTER);
}

static void edit(struct model *m) {
    struct fake_erp *erp = &m->w->erp;
    struct fake_row *row = &erp->rows[pick(m, erp->count)];
    char text[64];
    switch (pick(m, 10)) {
    case 0:
    case 1:
    case 2:
        row->item.stock.on_hand = (int64_t)pick(m, 5) * 1000;
        fake_touch(erp, row, ASPECT_STOCK);
        break;
    case 3:
    case 4:
        row->item.price.regular = 1 + (int64_t)pick(m, 5);
        fake_touch(erp, row, ASPECT_PRICE);
        break;
    case 5:
        str_fmt(text, sizeof text, "Name %zu", pick(m, 4));
        fake_text(&row->item.name, text);
        fake_touch(erp, row, ASPECT_MASTER);
        break;
    case 6:
        if (row->item.kind == ITEM_SIMPLE) {
            row->item.published = !row->item.published;
            fake_touch(erp, row, ASPECT_MASTER);
        }
        break;
    case 7:
        str_fmt(text, sizeof text, "S%zu", ++m->next);
        fake_text(&row->item.sku, text);
        fake_touch(erp, row, ASPECT_MASTER);
        break;
    case 8: swap_skus(m, row); break;
    default: str_fmt(text, sizeof text, "S%zu", ++m->next); fake_item(erp, m->next, text);
    }
}

static void edit_meanwhile(void *ctx) {
    struct model *m = ctx;
    edit(m);
}

static const char *any_flow(struct model *m) {
    static const char *const flows[] = {"offer", "stock", "prices", "offer"};
    return flows[pick(m, 4)];
}

/* The program ends while requests are under way: the store is what it was at the last commit, the shop has them. Here:
 * a step of that kind is left open, and the shop's content of its item is anything. */
static void crash(struct model *m) {
    struct world *w = m->w;
    const struct fake_row *row = &w->erp.rows[pick(m, w->erp.count)];
    struct map_row map;
    if (store_map_get(w->store, w->run.link, MAP_ITEM, row->item.key, &map, NULL) != RC_OK)
        return;
    for (size_t i = 0; i < w->shop.count; i++)
        if (strcmp(w->shop.products[i].id, map.remote_id) == 0 && !w->shop.products[i].hidden)
            w->shop.products[i].stock = 123456;
    char payload[256];
    int64_t step = 0;
    str_fmt(payload, sizeof payload, "%u\n%s\t%s\n", (unsigned)ASPECT_STOCK, row->item.key, map.sku);
    assert_int_equal(
        store_step_intent(w->store, w->run.run_id, w->run.link, "stock", "", "1 items", payload, &step, NULL), RC_OK);
    world_reopen(w);
}

/* As shops do it: the variants of a deleted product are deleted with it (hazard 17). */
static void delete_in_shop(struct world *w, struct fake_product *p) {
    p->gone = true;
    for (size_t i = 0; i < w->shop.count; i++)
        if (strcmp(w->shop.products[i].parent, p->id) == 0)
            w->shop.products[i].gone = true;
}

static void one_history(uint64_t seed, unsigned faults) {
    struct model m = {.w = world_new()};
    rng_seed(&m.rng, seed);
    rng_seed(&m.w->shop.rng, seed + 1000);
    populate(&m);
    m.w->shop.fault_percent = faults;
    m.w->shop.on_request_ctx = &m;
    for (size_t round = 0; round < 12; round++) {
        m.w->shop.on_request = pick(&m, 2) ? edit_meanwhile : NULL;
        for (size_t n = pick(&m, 40); n > 0; n--)
            edit(&m);
        if (faults && pick(&m, 4) == 0)
            crash(&m);
        if (faults && pick(&m, 3) == 0 && m.w->shop.count > 0)
            delete_in_shop(m.w, &m.w->shop.products[pick(&m, m.w->shop.count)]);
        world_run(m.w, any_flow(&m));
    }
    m.w->shop.fault_percent = 0;
    m.w->shop.on_request = NULL;
    /* Deleted behind our back and not touched since: found by the comparison of a forced run, as documented. */
    m.w->options.force_full = true;
    world_must(m.w, "offer");
    m.w->options.force_full = false;
    world_must(m.w, "offer");
    world_must(m.w, "offer");
    world_in_step(m.w);
    assert_int_equal(world_parked(m.w), 0);
    assert_int_equal(m.w->shop.requests, 0);
    world_free(m.w);
}

static void any_history_ends_in_step(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 25; seed++)
        one_history(seed, 20);
}

/* Without losses behind our back no forced run is needed. */
static void faults_alone_need_no_forced_run(void **state) {
    (void)state;
    for (uint64_t seed = 100; seed < 120; seed++) {
        struct model m = {.w = world_new()};
        rng_seed(&m.rng, seed);
        rng_seed(&m.w->shop.rng, seed);
        populate(&m);
        m.w->shop.fault_percent = 30;
        m.w->shop.on_request_ctx = &m;
        m.w->shop.on_request = edit_meanwhile;
        for (size_t round = 0; round < 10; round++) {
            if (pick(&m, 3) == 0)
                crash(&m);
            world_run(m.w, any_flow(&m));
        }
        m.w->shop.on_request = NULL;
        m.w->shop.fault_percent = 0;
        world_must(m.w, "offer");
        world_must(m.w, "offer");
        world_in_step(m.w);
        assert_int_equal(world_parked(m.w), 0);
        world_must(m.w, "offer");
        assert_int_equal(m.w->shop.requests, 0);
        world_free(m.w);
    }
}

/* --- the least number of requests --- */

struct wanted {
    size_t plain;
    struct table *families;
    size_t requests;
};

static void count_wanted(struct model *m, struct wanted *out, const bool *changed, size_t n) {
    out->families = table_new();
    for (size_t i = 0; i < n; i++) {
        const struct item *item = &m->w->erp.rows[i].item;
        if (!changed[i])
            continue;
        if (item->kind == ITEM_VARIANT)
            table_put(out->families, item->parent_key, m);
        else
            out->plain++;
    }
    out->requests = (out->plain + 99) / 100 + table_count(out->families);
    table_free(out->families, NULL);
}

static void requests_are_the_least_there_can_be(void **state) {
    (void)state;
    for (uint64_t seed = 200; seed < 230; seed++) {
        struct model m = {.w = world_new()};
        rng_seed(&m.rng, seed);
        rng_seed(&m.w->shop.rng, seed);
        populate(&m);
        world_must(m.w, "offer");
        size_t n = m.w->erp.count;
        bool *changed = mem_zalloc(n, sizeof *changed);
        size_t edits = pick(&m, 200);
        for (size_t i = 0; i < edits; i++) {
            size_t at = pick(&m, n);
            struct fake_row *row = &m.w->erp.rows[at];
            row->item.stock.on_hand += 1000; /* many changes of one item are still one line */
            row->item.price.regular += pick(&m, 2) ? 1 : 0;
            fake_touch(&m.w->erp, row, ASPECT_STOCK);
            fake_touch(&m.w->erp, row, ASPECT_PRICE);
            changed[at] = true;
        }
        struct wanted least = {0};
        count_wanted(&m, &least, changed, n);
        world_must(m.w, "offer");
        assert_int_equal(m.w->shop.requests, least.requests);
        world_in_step(m.w);
        mem_free(changed);
        world_free(m.w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_history_ends_in_step),
        cmocka_unit_test(faults_alone_need_no_forced_run),
        cmocka_unit_test(requests_are_the_least_there_can_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
