/* Two items that swap their SKUs. The shop allows no SKU twice, so one of them has a temporary SKU there for a moment:
 *
 *   out    it is sent whole, but with the temporary SKU: a refusal of its content comes before anything has moved
 *   away   the shop has it so; the other one takes the SKU that became free, then this one is sent as it is
 *   back   the other one could not be sent: this one gets its old SKU again and is put aside
 *
 * Each of them is a line of an ordinary batch with its INTENT. The temporary SKU is made of the old one: an item that
 * has one in the id map may have any of its SKUs in the shop, and what it had is known. Until that is put right, a note
 * CODE_SWAP brings the item into every run, and a refusal because of an SKU is not final: it may be this item that has
 * it. */
#include <string.h>

#include "common/base/digest.h"
#include "common/base/mem.h"
#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"

#define MARK "~swap-"

/* Nobody types it, and it is another one for each item. false: the SKU is too long to be prolonged. */
static bool temporary_sku(char out[SKU_MAX + 1], const char *old, const char *key) {
    return str_fmt(out, SKU_MAX + 1, "%s" MARK "%08x", old, (unsigned)(hash_of(key, strlen(key)) & 0xffffffffu));
}

/* The SKU before the temporary one; false: it is none of ours. */
static bool without_mark(const char *sku, const char *key, char old[SKU_MAX + 1]) {
    char again[SKU_MAX + 1];
    size_t len = strlen(sku), tail = strlen(MARK) + 8;
    if (len <= tail || len > SKU_MAX)
        return false;
    memcpy(old, sku, len - tail);
    old[len - tail] = '\0';
    return temporary_sku(again, old, key) && strcmp(again, sku) == 0;
}

static void prepare(struct offer_work *w, enum swap_state state, const char *sku) {
    if (!w->swap)
        w->swap = MEM_NEW(struct offer_swap);
    w->swap->state = state;
    str_copy(w->swap->sku, sizeof w->swap->sku, sku);
    w->swap->item = w->item; /* its texts stay the work's */
    w->swap->item.sku = w->swap->sku;
}

static void send(struct offer *o, struct offer_work *w) {
    if (!w->counted)
        run_expect(o->r, 1);
    w->counted = true;
    offer_queue(o, w);
}

static bool may_move(const struct offer_work *w) {
    return w->deferred && w->bound && !w->line.unpublish && w->item.published && (w->line.aspects & ASPECT_MASTER);
}

/* The deferred item that holds w's SKU, if that waits for w's. */
static enum rc partner_of(struct offer *o, const struct offer_work *w, struct offer_work **out, struct err *err) {
    char key[OFFER_KEY_SIZE];
    struct run *r = o->r;
    *out = NULL;
    enum rc rc = store_map_by_sku(r->store, r->link, w->sku, key, err);
    struct offer_work *other = rc == RC_OK ? table_get(o->under_way, key) : NULL;
    if (!other || other == w || !may_move(other) || other->swap)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    rc = store_map_by_sku(r->store, r->link, other->sku, key, err);
    if (rc == RC_OK && strcmp(key, w->item.key) == 0)
        *out = other;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc try_begin(struct offer *o, struct offer_work *w, bool alone, bool *moved, struct err *err) {
    struct offer_work *other = NULL;
    char sku[SKU_MAX + 1], old[SKU_MAX + 1];
    *moved = false;
    bool unsure = without_mark(w->old_sku, w->item.key, old);
    const char *base = unsure ? old : w->old_sku;
    if (!may_move(w) || w->swap || !temporary_sku(sku, base, w->item.key))
        return RC_OK;
    enum rc rc = alone ? RC_OK : partner_of(o, w, &other, err);
    if (rc != RC_OK || !(alone ? unsure : other != NULL))
        return rc;
    *moved = true;
    w->deferred = false;
    if (w->attributes_missing) { /* made first; then it comes here again */
        offer_wait_for_pause(o, w);
        return RC_OK;
    }
    prepare(w, SWAP_OUT, sku);
    o->swaps = true;
    run_log(o->r, LOG_INFO, w->sku, "Two items swap their SKUs: this one has the SKU %s in the shop for a moment.",
            sku);
    send(o, w);
    return RC_OK;
}

/* A product out of the offer gets a temporary SKU for good: the item has it no more, or gets its own when it is offered
 * again. It may be gone from the ERP, so all that is said of it stands in the id map. */
static void free_sku(struct offer *o, struct offer_work *w, const char *key, const struct map_row *row, char *sku) {
    struct offer_view view;
    char own_key[OFFER_KEY_SIZE];
    memset(&view, 0, sizeof view);
    str_copy(own_key, sizeof own_key, key);
    view.item.key = own_key;
    view.item.sku = sku;
    view.item.kind = row->remote_parent[0] ? ITEM_VARIANT : ITEM_SIMPLE;
    view.line.name = view.line.tax_class = "";
    view.line.unpublish = view.line.sku_too = true;
    view.line.aspects = ASPECT_MASTER;
    view.digest[0] = canonical_unpublished();
    str_copy(view.sku, sizeof view.sku, sku);
    str_copy(view.line.remote_id, sizeof view.line.remote_id, row->remote_id);
    struct offer_work *hidden = offer_work_new(&view);
    hidden->bound = true;
    hidden->orders_epoch = o->orders_epoch;
    str_copy(hidden->old_sku, sizeof hidden->old_sku, row->sku);
    str_copy(hidden->parent_remote, sizeof hidden->parent_remote, row->remote_parent);
    run_log(o->r, LOG_INFO, w->label, "The product with its SKU is out of the offer and gets the SKU %s.", sku);
    offer_take(o, hidden);
    send(o, hidden);
}

static enum rc try_free(struct offer *o, struct offer_work *w, bool *begun, struct err *err) {
    char key[OFFER_KEY_SIZE], sku[SKU_MAX + 1];
    struct map_row row;
    struct run *r = o->r;
    if (w->freed || !w->deferred || w->swap)
        return RC_OK;
    enum rc rc = store_map_by_sku(r->store, r->link, w->sku, key, err);
    if (rc == RC_OK)
        rc = store_map_get(r->store, r->link, MAP_ITEM, key, &row, err);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    const struct digest out_of_offer = canonical_unpublished();
    if (!digest_eq(&row.digest[0], &out_of_offer) || table_get(o->under_way, key) || !temporary_sku(sku, row.sku, key))
        return RC_OK;
    w->freed = *begun = true;
    free_sku(o, w, key, &row, sku);
    return RC_OK;
}

enum rc offer_swap_begin(struct offer *o, bool alone, bool *begun, struct err *err) {
    enum rc rc = RC_OK;
    struct offer_work **at = &o->deferred;
    *begun = false;
    while (*at && rc == RC_OK) {
        struct offer_work *w = *at, *next = w->next;
        bool moved = false;
        rc = try_begin(o, w, alone, &moved, err);
        if (rc == RC_OK && !moved && !alone)
            rc = try_free(o, w, begun, err);
        if (moved)
            *at = next;
        else
            at = &w->next;
        *begun = *begun || moved;
    }
    return rc;
}

enum rc offer_swap_back(struct offer *o, struct offer_work *w, const char *code, const char *text, bool *sent,
                        struct err *err) {
    char old[SKU_MAX + 1], key[OFFER_KEY_SIZE];
    *sent = false;
    if (!without_mark(w->old_sku, w->item.key, old) || !w->bound || w->attributes_missing ||
        !(w->line.aspects & ASPECT_MASTER))
        return RC_OK;
    enum rc rc = store_map_by_sku(o->r->store, o->r->link, old, key, err);
    if (rc == RC_OK && strcmp(key, w->item.key) != 0)
        return RC_OK; /* somebody has it by now */
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    prepare(w, SWAP_BACK, old);
    str_copy(w->swap->code, sizeof w->swap->code, code);
    str_copy(w->swap->text, sizeof w->swap->text, text);
    send(o, w);
    *sent = true;
    return RC_OK;
}

bool offer_swap_frees(struct offer *o, struct offer_work *w) {
    if (w->swap && w->swap->state == SWAP_BACK) { /* so the other one has that SKU after all, and this one's is free */
        w->swap->state = SWAP_AWAY;
        offer_queue(o, w);
        return true;
    }
    if (!o->swaps || w->conflicted || offer_swap_sending(w))
        return false;
    w->conflicted = true;
    offer_defer(o, w);
    return true;
}

bool offer_swap_sending(const struct offer_work *w) {
    return w->swap && w->swap->state != SWAP_AWAY;
}

void offer_swap_end(struct offer_work *w) {
    mem_free(w->swap);
    w->swap = NULL;
}

enum rc offer_swap_note(struct offer *o, const struct offer_work *w, struct err *err) {
    return store_parked_put(o->r->store, o->r->link, o->r->flow, w->item.key, w->sku, CODE_SWAP,
                            "Two items swap their SKUs; the shop has a temporary one for this item until that is done. "
                            "The next run goes on with it.",
                            err);
}

bool offer_swap_marked(const char *sku, const char *key) {
    char old[SKU_MAX + 1];
    return without_mark(sku, key, old);
}

void offer_swap_mark(struct map_row *row, const char *key) {
    char sku[SKU_MAX + 1];
    if (!offer_swap_marked(row->sku, key) && temporary_sku(sku, row->sku, key))
        str_copy(row->sku, sizeof row->sku, sku);
}

enum rc offer_swap_doubt(struct offer *o, struct offer_work *w, struct err *err) {
    struct run *r = o->r;
    struct map_row row;
    enum rc rc = store_map_get(r->store, r->link, MAP_ITEM, w->item.key, &row, err);
    if (rc != RC_OK)
        return rc;
    offer_swap_mark(&row, w->item.key);
    offer_forget_content(&row, w->line.aspects);
    str_copy(w->old_sku, sizeof w->old_sku, row.sku);
    rc = store_map_put(r->store, r->link, MAP_ITEM, w->item.key, &row, err);
    return rc == RC_OK ? offer_swap_note(o, w, err) : rc;
}

enum rc offer_swap_done(struct offer *o, struct offer_work *w, struct err *err) {
    struct run *r = o->r;
    struct map_row row;
    enum rc rc = store_map_get(r->store, r->link, MAP_ITEM, w->item.key, &row, err);
    if (rc != RC_OK)
        return rc;
    str_copy(row.sku, sizeof row.sku, w->swap->sku);
    offer_forget_content(&row, w->line.aspects); /* what it has is not what it should have: its SKU */
    rc = store_map_put(r->store, r->link, MAP_ITEM, w->item.key, &row, err);
    if (rc != RC_OK)
        return rc;
    str_copy(w->old_sku, sizeof w->old_sku, w->swap->sku);
    if (w->swap->state == SWAP_OUT) {
        w->swap->state = SWAP_AWAY;
        offer_defer(o, w);
        return offer_swap_note(o, w, err);
    }
    w->retry_code[0] = '\0'; /* told again: it moved meanwhile */
    rc = offer_park(o, w, w->swap->code, w->swap->text, err);
    return rc == RC_OK ? offer_finish(o, w, false, err) : rc;
}
