/* Reads what may differ: what was put aside before, what was sold, and the pages of the stream. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/flow_offer_int.h"

#define FILL_US       20000 /* reading at a stretch, then requests under way are looked after */
#define BATCHES_AHEAD 16
#define SOLD_AT_ONCE  100

static enum rc read_family(struct offer *o, const char *parent_key, bool noted, bool forced, struct err *err) {
    struct offer_origin *origin = NULL;
    if (noted) {
        origin = offer_origin_new(o, false);
        str_copy(origin->family, sizeof origin->family, parent_key);
    } else {
        origin = o->s.pages_last;
    }
    struct offer_consider c = {.o = o, .origin = origin, .forced = forced, .no_pull = true};
    enum rc rc = erp_items_by_parent(o->r->erp, parent_key, o->read, offer_consider, &c, err);
    if (rc == RC_OK)
        rc = offer_settle_all(o, err);
    if (rc == RC_OK && noted)
        rc = offer_origin_close(o, origin, err);
    return rc;
}

static enum rc one_not_there(struct offer *o, struct offer_again *a, enum rc why, const struct err *said,
                             struct err *err) {
    bool asked = o->s.mode == MODE_ONE;
    if (why == RC_NOT_FOUND && asked)
        return err_set(err, RC_NOT_FOUND, REACH_FLOW, "The ERP has no item with the SKU %s.", a->sku);
    if (why == RC_NOT_FOUND && !a->code[0])
        return RC_OK; /* was sold under a SKU it no longer has */
    if (why == RC_NOT_FOUND)
        return store_parked_clear(o->r->store, o->r->link, o->r->flow, a->key, err);
    if (why == RC_CONFLICT)
        return asked ? err_set(err, RC_CONFLICT, REACH_FLOW, "%s", said->text) : RC_OK;
    if (err)
        *err = *said;
    return why;
}

/* What was noted or sold under a SKU was found. */
static enum rc one_there(struct offer *o, struct offer_again *a, const struct item *item, bool forced, const char *code,
                         struct err *err) {
    enum rc rc = RC_OK;
    a->variant = item->kind == ITEM_VARIANT;
    a->plain = !a->variant;
    struct offer_consider c = {.o = o, .forced = forced, .retry_code = code};
    if (a->variant == o->s.variants)
        rc = offer_consider(&c, item, err);
    if (rc == RC_OK && o->s.mode == MODE_ONE && item->kind == ITEM_VARIANT_PARENT) {
        a->family = true;
        str_copy(a->key, sizeof a->key, item->key);
    }
    /* An item amid a swap may be noted under the SKU of the other one. */
    if (rc == RC_OK && code[0] && strcmp(code, CODE_SWAP) != 0 && a->key[0] && strcmp(item->key, a->key) != 0)
        rc = store_parked_clear(o->r->store, o->r->link, o->r->flow, a->key, err);
    return rc == RC_OK ? offer_settle_all(o, err) : rc;
}

static enum rc read_one(struct offer *o, struct offer_again *a, bool forced, const char *code, struct err *err) {
    struct item item = {0};
    struct err said = {0};
    enum rc rc = erp_item_by_sku(o->r->erp, a->sku, o->read, &item, &said);
    if (rc != RC_OK)
        return one_not_there(o, a, rc, &said, err);
    rc = one_there(o, a, &item, forced, code, err);
    item_free_fields(&item);
    return rc;
}

static enum rc read_again(struct offer *o, struct err *err) {
    struct offer_stream_state *s = &o->s;
    if (s->again_at == o->again_count) {
        s->source = s->mode == MODE_ONE ? SOURCE_END : SOURCE_SOLD;
        return RC_OK;
    }
    struct offer_again *a = &o->again[s->again_at++];
    bool one = s->mode == MODE_ONE;
    if (s->variants && a->family)
        return read_family(o, a->key, !one, true, err);
    if (a->family || (s->variants ? a->plain : a->variant))
        return RC_OK;
    return read_one(o, a, one, a->code, err);
}

struct sold {
    struct offer *o;
    size_t count, from;
    struct offer_again rows[OFFER_PAGE_MAX];
    const char *skus[OFFER_PAGE_MAX];
};
_Static_assert(SOLD_AT_ONCE <= ERP_SKUS_MAX, "the ERP is asked for no more");
static enum rc visit_sold(void *ctx, const char *key, const char *sku, struct err *err) {
    (void)err;
    struct sold *list = ctx;
    struct offer_again *a = &list->rows[list->count];
    memset(a, 0, sizeof *a);
    str_copy(a->key, sizeof a->key, key);
    str_copy(a->sku, sizeof a->sku, sku);
    list->skus[list->count++] = a->sku;
    return RC_OK;
}

/* One that is not there was sold under a SKU that it, or it alone, no longer has. */
static enum rc sold_there(void *ctx, size_t index, enum rc found, const struct item *item, struct err *err) {
    struct sold *list = ctx;
    if (found != RC_OK)
        return RC_OK;
    store_snapshot(list->o->r->store); /* again after an item of which something was noted */
    return one_there(list->o, &list->rows[list->from + index], item, false, "", err);
}

static enum rc read_sold(struct offer *o, struct err *err) {
    struct offer_stream_state *s = &o->s;
    if (!(o->aspects & ASPECT_STOCK)) {
        s->source = SOURCE_PAGES;
        return RC_OK;
    }
    struct sold *list = MEM_NEW(struct sold);
    list->o = o;
    size_t limit = s->page_limit;
    enum rc rc = store_map_sold(o->r->store, o->r->link, s->sold_after, limit, visit_sold, list, err);
    for (list->from = 0; list->from < list->count && rc == RC_OK; list->from += SOLD_AT_ONCE) {
        size_t left = list->count - list->from;
        /* Before the ERP is read: an order that is imported meanwhile counts twice, not never. */
        store_snapshot(o->r->store);
        rc = erp_items_by_sku(o->r->erp, list->skus + list->from, left < SOLD_AT_ONCE ? left : SOLD_AT_ONCE, o->read,
                              sold_there, list, err);
    }
    store_snapshot_end(o->r->store);
    if (rc == RC_OK && list->count > 0)
        str_copy(s->sold_after, sizeof s->sold_after, list->rows[list->count - 1].key);
    if (rc == RC_OK && list->count < limit)
        s->source = SOURCE_PAGES;
    mem_free(list);
    return rc;
}

static enum rc note_parent(void *ctx, const struct item *item, struct err *err) {
    (void)err;
    struct offer_consider *c = ctx;
    struct offer *o = c->o;
    o->s.seen++;
    if (item->kind != ITEM_VARIANT_PARENT)
        return RC_OK;
    mem_grow((void **)&o->families, &o->family_capacity, o->family_count, sizeof *o->families);
    str_copy(o->families[o->family_count++], OFFER_KEY_SIZE, item->key);
    return RC_OK;
}

static size_t batches_ahead(const struct offer *o) {
    size_t n = 0;
    for (const struct offer_bucket *b = o->buckets; b; b = b->next)
        n++;
    return n;
}

/* Long texts must not fill the memory: pages get shorter where items are fat. And a quantity that waits its turn grows
 * old, for sales made meanwhile are not in it: variants need a batch for each parent, so a page of them stays short. */
static void fit_page(struct offer *o, size_t bytes) {
    struct offer_stream_state *s = &o->s;
    size_t ahead = o->aspects & ASPECT_STOCK ? batches_ahead(o) : 0;
    if ((bytes > OFFER_HELD_BYTES_MAX / 4 || ahead > BATCHES_AHEAD) && s->page_limit > 16)
        s->page_limit /= 2;
    else if (bytes < OFFER_HELD_BYTES_MAX / 16 && ahead <= BATCHES_AHEAD / 4 && s->page_limit < OFFER_PAGE_MAX)
        s->page_limit *= 2;
    if (s->page_limit > OFFER_PAGE_MAX)
        s->page_limit = OFFER_PAGE_MAX;
}

static enum rc read_rows(struct offer *o, struct offer_origin *page, size_t *count, struct err *err) {
    struct offer_stream_state *s = &o->s;
    bool parents = s->mode == MODE_FORCE && s->variants;
    struct offer_consider c = {.o = o,
                               .origin = page,
                               .forced = s->mode == MODE_FORCE || s->mode == MODE_SINCE,
                               .no_pull = s->mode == MODE_SINCE};
    struct err said = {0};
    unsigned attempts = 0;
    enum rc rc;
    do {
        o->family_count = 0;
        store_snapshot(o->r->store);
        rc = erp_offer_read(o->r->erp, &s->query, parents ? note_parent : offer_consider, &c, count, &said);
        store_snapshot_end(o->r->store);
    } while (rc == RC_LATER && run_try_again(o->r, &said, &attempts));
    if (rc != RC_OK && err)
        *err = said;
    return rc;
}

static enum rc read_page(struct offer *o, struct err *err) {
    struct offer_stream_state *s = &o->s;
    if (s->idle || (s->mode == MODE_CHANGED && s->low_version >= o->upto && !s->low_key[0])) {
        s->source = SOURCE_END;
        return RC_OK;
    }
    struct offer_origin *page = offer_origin_new(o, true);
    page->left = 1; /* the reading itself, so that it is not passed before it is closed */
    s->query.limit = s->page_limit;
    size_t count = 0, bytes = o->held_bytes;
    enum rc rc = read_rows(o, page, &count, err);
    bytes = o->held_bytes - bytes;
    if (rc == RC_OK)
        rc = offer_settle_all(o, err);
    for (size_t i = 0; i < o->family_count && rc == RC_OK; i++)
        rc = read_family(o, o->families[i], false, true, err);
    o->family_count = 0;
    if (rc != RC_OK)
        return rc;
    page->version = s->query.after_version;
    str_copy(page->key, sizeof page->key, s->query.after_key);
    page->closed = true;
    page->left--;
    if (count < s->query.limit)
        s->source = SOURCE_END;
    fit_page(o, bytes);
    run_progress(o->r, s->variants ? "variants" : "items", s->seen, s->total);
    return offer_cursor_move(o, false, err);
}

static enum rc read_some(struct offer *o, struct err *err) {
    switch (o->s.source) {
    case SOURCE_AGAIN: return read_again(o, err);
    case SOURCE_SOLD: return read_sold(o, err);
    case SOURCE_PAGES: return read_page(o, err);
    case SOURCE_END: break;
    }
    return RC_OK;
}

/* All there is to do is done, or there is no room to read on, as long as those that wait for a SKU fill the window. */
static bool nothing_else(const struct offer *o) {
    return (o->s.source == SOURCE_END || offer_full(o)) && o->in_flight == 0 && !o->later && !o->buckets &&
           !o->waiting && !o->candidates;
}

enum rc offer_fill(struct offer *o, struct err *err) {
    int64_t begun = clock_monotonic_us(o->r->clock);
    enum rc rc = offer_settle_all(o, err);
    while (rc == RC_OK && o->s.source != SOURCE_END && !o->pause && !offer_batch_ready(o, false) && !offer_full(o) &&
           clock_monotonic_us(o->r->clock) - begun < FILL_US)
        rc = read_some(o, err);
    if (rc == RC_OK && nothing_else(o) && o->deferred)
        rc = offer_undefer(o, err);
    return rc;
}
