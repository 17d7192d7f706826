/* Reads what may differ, compares it with what the shop confirmed, and hands on the differences. Where the reading
 * stands is kept as a low-water mark: pages finish in any order, the cursor only passes pages of which every line
 * was dealt with. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"

#define FILL_US        20000 /* reading at a stretch, then requests under way are looked after */
#define CURSOR_SAVE_US 2000000
#define PAGE_MAX       500
#define PAGE_FIRST     60 /* of variants with their quantities, see fit_page */
#define BATCHES_AHEAD  16

/* --- one item --- */

struct consider {
    struct offer *o;
    struct offer_origin *origin;
    const char *retry_code; /* NULL: not from the list of parked things */
    bool forced, no_pull;
};

static unsigned differing(const struct offer_view *v, const struct map_row *row, unsigned need) {
    unsigned mask = 0;
    for (unsigned bit = 0; bit < ASPECT_COUNT; bit++)
        if ((need & (1u << bit)) && (digest_is_zero(&v->digest[bit]) || !digest_eq(&v->digest[bit], &row->digest[bit])))
            mask |= 1u << bit;
    if (row->dirty_stock)
        mask |= need & ASPECT_STOCK;
    return mask;
}

/* An item that the shop has and that is not published (any more). */
static enum rc compare_leaving(struct offer *o, const struct item *item, struct offer_view *v, unsigned *aspects,
                               struct err *err) {
    if (!o->r->rules->hide_unpublished)
        return RC_OK;
    enum rc rc = offer_view_make(o, item, 0, v, err);
    v->line.unpublish = true;
    v->digest[0] = canonical_unpublished();
    *aspects = ASPECT_MASTER;
    return rc;
}

/* What is to be sent of the item; 0: nothing. Fills the view. */
static enum rc compare(const struct consider *c, const struct item *item, const struct map_row *row,
                       struct offer_view *v, unsigned *aspects, struct err *err) {
    struct offer *o = c->o;
    const struct digest out_of_offer = canonical_unpublished();
    bool bound = row->remote_id[0] != '\0';
    bool hidden = bound && digest_eq(&row->digest[0], &out_of_offer);
    unsigned need = o->aspects & (item->read ? item->read : ASPECT_ALL);
    *aspects = 0;
    if (!item->published) {
        if (bound && (!hidden || c->forced) && (need & ASPECT_MASTER))
            return compare_leaving(o, item, v, aspects, err);
        return RC_OK;
    }
    if ((hidden && !(need & ASPECT_MASTER)) || (!bound && !o->creates && !offer_adopts(o)))
        return RC_OK;
    enum rc rc = offer_view_make(o, item, need, v, err);
    *aspects = c->forced || !bound ? need : differing(v, row, need);
    return rc;
}

/* Visits inside a reading of the ERP: no other question to the ERP, no request. */
static enum rc consider(void *ctx, const struct item *item, struct err *err) {
    struct consider *c = ctx;
    struct offer *o = c->o;
    o->s.seen++;
    if (table_get(o->under_way, item->key))
        return RC_OK;
    struct map_row row;
    enum rc rc = store_map_get(o->r->store, o->r->link, MAP_ITEM, item->key, &row, err);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    struct offer_view view;
    unsigned aspects = 0;
    rc = compare(c, item, &row, &view, &aspects, err);
    if (rc != RC_OK || aspects == 0)
        return rc == RC_OK && o->any_parked ? offer_unpark(o, item->key, err) : rc;
    struct offer_work *w = offer_work_new(&view);
    w->bound = row.remote_id[0] != '\0';
    w->have = o->aspects & (item->read ? item->read : ASPECT_ALL);
    w->line.aspects = aspects;
    w->tax_missing = view.tax_missing;
    w->forced = c->forced;
    w->no_pull = c->no_pull;
    w->origin = c->origin;
    w->orders_epoch = o->orders_epoch;
    w->old_stock = row.stock_told;
    str_copy(w->line.remote_id, sizeof w->line.remote_id, row.remote_id);
    str_copy(w->old_sku, sizeof w->old_sku, row.sku);
    str_copy(w->parent_remote, sizeof w->parent_remote, row.remote_parent);
    str_copy(w->retry_code, sizeof w->retry_code, c->retry_code ? c->retry_code : "");
    if (w->origin)
        w->origin->left++;
    offer_take(o, w);
    offer_candidate(o, w);
    return RC_OK;
}

/* --- judging the differences --- */

static void wait_for_pause(struct offer *o, struct offer_work *w) {
    w->next = o->waiting;
    o->waiting = w;
    o->pause = true;
}

/* A variant lives below its parent's present product; if that one was made anew, the variant has to be as well. */
static enum rc find_parent(struct offer *o, struct offer_work *w, struct err *err) {
    if (w->item.kind != ITEM_VARIANT || !w->item.parent_key)
        return RC_OK;
    const struct map_row *parent = NULL;
    enum rc rc = offer_parent_row(o, w->item.parent_key, &parent, err);
    if (rc != RC_OK)
        return rc;
    if (w->bound && parent->remote_id[0] && strcmp(parent->remote_id, w->parent_remote) != 0) {
        w->bound = false;
        w->line.remote_id[0] = '\0';
        w->line.aspects = w->have;
    }
    if (parent->remote_id[0] || !w->bound)
        str_copy(w->parent_remote, sizeof w->parent_remote, parent->remote_id);
    return RC_OK;
}

static enum rc hold_back(struct offer *o, struct offer_work *w, const struct judge_case *c, enum judgement how,
                         struct err *err) {
    const char *object = w->sku[0] ? w->sku : w->item.key;
    enum rc rc = RC_OK;
    if (how == JUDGE_PARK && strcmp(c->code, CODE_SKU_HELD) == 0 && !w->held_back) {
        w->held_back = true;
        w->next = o->deferred;
        o->deferred = w;
        return RC_OK;
    }
    if (how == JUDGE_PARK)
        rc = offer_park(o, w, c->code, c->text, err);
    else if (o->creates) {
        if (!w->counted)
            run_expect(o->r, 1);
        run_skip(o->r, c->code, object, c->text);
    }
    return rc == RC_OK ? offer_finish(o, w, false, err) : rc;
}

static enum rc settle(struct offer *o, struct offer_work *w, struct err *err) {
    enum rc rc = find_parent(o, w, err);
    if (rc != RC_OK)
        return rc;
    if (!w->bound && offer_adopts(o) && !w->looked_up && w->sku[0]) {
        wait_for_pause(o, w);
        return RC_OK;
    }
    bool sku_moves = !w->bound || ((w->line.aspects & ASPECT_MASTER) && strcmp(w->sku, w->old_sku) != 0);
    struct judge_case c = {.o = o,
                           .item = &w->item,
                           .sku = w->sku,
                           .bound = w->bound,
                           .tax_missing = w->tax_missing,
                           .sku_moves = sku_moves,
                           .aspects = w->line.aspects,
                           .parent_remote = w->parent_remote};
    enum judgement verdict = JUDGE_PASS;
    const char *rule = NULL;
    if (!w->line.unpublish)
        rc = offer_judge(&c, &verdict, &rule, err);
    if (rc != RC_OK)
        return rc;
    if (verdict != JUDGE_PASS)
        return hold_back(o, w, &c, verdict, err);
    if (w->attributes_missing && (w->line.aspects & ASPECT_MASTER) && !w->line.unpublish) {
        wait_for_pause(o, w);
        return RC_OK;
    }
    if (!w->counted)
        run_expect(o->r, 1);
    w->counted = true;
    offer_queue(o, w);
    return RC_OK;
}

/* Its brothers and sisters that differ too go with it in one request. */
static enum rc pull_family(struct offer *o, const struct offer_work *w, struct err *err) {
    if (w->no_pull || w->item.kind != ITEM_VARIANT || !w->item.parent_key ||
        strcmp(o->last_pulled, w->item.parent_key) == 0)
        return RC_OK;
    str_copy(o->last_pulled, sizeof o->last_pulled, w->item.parent_key);
    struct consider c = {.o = o, .origin = w->origin, .no_pull = true};
    return erp_items_by_parent(o->r->erp, w->item.parent_key, o->aspects, consider, &c, err);
}

static enum rc settle_all(struct offer *o, struct err *err) {
    enum rc rc = RC_OK;
    while (o->candidates && rc == RC_OK) {
        struct offer_work *w = o->candidates;
        rc = pull_family(o, w, err);
        o->candidates = w->next;
        if (!o->candidates)
            o->candidates_last = NULL;
        w->next = NULL;
        if (rc == RC_OK)
            rc = settle(o, w, err);
        else
            offer_drop(o, w);
    }
    return rc;
}

static enum rc undefer(struct offer *o, struct err *err) {
    while (o->deferred) {
        struct offer_work *w = o->deferred;
        o->deferred = w->next;
        offer_candidate(o, w);
    }
    return settle_all(o, err);
}

/* --- origins and the cursor --- */

static struct offer_origin *origin_new(struct offer *o, bool page) {
    struct offer_origin *origin = MEM_NEW(struct offer_origin);
    origin->page = page;
    if (!page) {
        origin->next = o->notes;
        o->notes = origin;
        return origin;
    }
    if (o->s.pages_last)
        o->s.pages_last->next = origin;
    else
        o->s.pages = origin;
    o->s.pages_last = origin;
    return origin;
}

static enum rc note_done(struct offer *o, struct offer_origin *origin, struct err *err) {
    enum rc rc = RC_OK;
    if (!origin->failed && origin->family[0])
        rc = store_parked_clear(o->r->store, o->r->link, FLOW_FAMILY_NAME, origin->family, err);
    struct offer_origin **at = &o->notes;
    while (*at != origin)
        at = &(*at)->next;
    *at = origin->next;
    mem_free(origin);
    return rc;
}

static enum rc origin_close(struct offer *o, struct offer_origin *origin, struct err *err) {
    origin->closed = true;
    if (origin->page || origin->left > 0)
        return RC_OK;
    return note_done(o, origin, err);
}

enum rc offer_origin_left(struct offer *o, struct offer_origin *origin, bool failed, struct err *err) {
    if (!origin)
        return RC_OK;
    origin->failed |= failed;
    origin->left--;
    return !origin->page && origin->closed && origin->left == 0 ? note_done(o, origin, err) : RC_OK;
}

bool offer_guarded(const struct offer *o, const struct offer_origin *origin) {
    if (!origin)
        return false;
    return !origin->page || o->s.mode == MODE_CHANGED || o->s.mode == MODE_FULL;
}

static void cursor_text(const struct offer *o, char mode, int64_t version, const char *key, char out[192]) {
    str_fmt(out, 192, "%s %c %lld %s", o->fingerprint, mode, (long long)version, key);
}

static enum rc cursor_save(struct offer *o, const char *text, struct err *err) {
    struct offer_stream_state *s = &o->s;
    s->low_moved = false;
    s->saved_us = clock_monotonic_us(o->r->clock);
    if (strcmp(text, s->saved) == 0)
        return RC_OK;
    str_copy(s->saved, sizeof s->saved, text);
    return store_cursor_put(o->r->store, o->r->link, s->cursor_name, text, err);
}

enum rc offer_cursor_move(struct offer *o, bool write, struct err *err) {
    struct offer_stream_state *s = &o->s;
    while (s->pages && s->pages->closed && s->pages->left == 0 && !s->pages->failed) {
        struct offer_origin *head = s->pages;
        s->low_version = head->version;
        str_copy(s->low_key, sizeof s->low_key, head->key);
        s->low_moved = true;
        s->pages = head->next;
        if (!s->pages)
            s->pages_last = NULL;
        mem_free(head);
    }
    if (s->mode != MODE_CHANGED && s->mode != MODE_FULL)
        return RC_OK;
    if (!s->low_moved || (!write && clock_monotonic_us(o->r->clock) - s->saved_us < CURSOR_SAVE_US))
        return RC_OK;
    char text[192];
    if (s->mode == MODE_CHANGED)
        cursor_text(o, 'c', s->low_version, s->low_key, text);
    else
        cursor_text(o, 'f', s->upto, s->low_key, text);
    return cursor_save(o, text, err);
}

/* "<fingerprint> c|f <version> <key>": c = changes behind (version, key); f = a full comparison has come to key, and
 * will end at version. */
static bool cursor_parse(const char *text, const char *fingerprint, char *mode, int64_t *version,
                         char key[OFFER_KEY_SIZE]) {
    size_t len = strlen(fingerprint);
    if (strncmp(text, fingerprint, len) != 0 || text[len] != ' ' || (text[len + 1] != 'c' && text[len + 1] != 'f') ||
        text[len + 2] != ' ')
        return false;
    const char *number = text + len + 3;
    const char *space = strchr(number, ' ');
    char digits[24];
    if (!space || (size_t)(space - number) >= sizeof digits)
        return false;
    memcpy(digits, number, (size_t)(space - number));
    digits[space - number] = '\0';
    *mode = text[len + 1];
    str_copy(key, OFFER_KEY_SIZE, space + 1);
    return str_to_i64(digits, version);
}

/* --- a stream's beginning and end --- */

static enum rc visit_any(void *ctx, const char *key, const struct map_row *row, struct err *err) {
    (void)key;
    (void)row;
    (void)err;
    *(bool *)ctx = true;
    return RC_OK;
}

static void begin_changed(struct offer *o, int64_t version, const char *key) {
    struct offer_stream_state *s = &o->s;
    s->mode = MODE_CHANGED;
    s->query.changed_only = true;
    s->query.until = o->upto;
    s->query.since = key[0] ? version - 1 : version;
    if (key[0]) {
        s->query.after_version = version;
        str_copy(s->query.after_key, sizeof s->query.after_key, key);
    }
    s->low_version = version;
    str_copy(s->low_key, sizeof s->low_key, key);
    if (version >= o->upto && !key[0])
        s->source = SOURCE_AGAIN; /* and behind that there is nothing: see read_page */
}

static enum rc read_cursor(struct offer *o, struct err *err) {
    struct offer_stream_state *s = &o->s;
    struct buf text;
    buf_init(&text, 4096);
    enum rc rc = store_cursor_get(o->r->store, o->r->link, s->cursor_name, &text, err);
    if (rc == RC_OK)
        str_copy(s->saved, sizeof s->saved, text.data);
    buf_free(&text);
    return rc;
}

static void choose_mode(struct offer *o) {
    struct offer_stream_state *s = &o->s;
    const struct run_options *options = o->r->options;
    char mode = 0, key[OFFER_KEY_SIZE] = "";
    int64_t version = 0;
    bool known = cursor_parse(s->saved, o->fingerprint, &mode, &version, key);
    /* Once is enough: the whole offer, which comes last, compares stock and prices too. */
    bool compare_all = options->compare_all && (o->creates || !options->send_offer);
    known = known && version <= o->upto && !compare_all;
    s->mode = MODE_FULL;
    if (options->sku)
        s->mode = MODE_ONE;
    else if (options->force_full)
        s->mode = MODE_FORCE;
    else if (options->changed_since_ms > 0)
        s->mode = MODE_SINCE;
    else if (known && mode == 'c' && erp_caps(o->r->erp)->versions)
        begin_changed(o, version, key);
    else if (known && mode == 'f') {
        s->upto = version;
        str_copy(s->query.after_key, sizeof s->query.after_key, key);
        str_copy(s->low_key, sizeof s->low_key, key);
    }
    if (s->mode == MODE_SINCE)
        s->query.changed_at_ms = options->changed_since_ms;
}

enum rc offer_stream_begin(struct offer *o, bool variants, struct err *err) {
    struct offer_stream_state *s = &o->s;
    *s = (struct offer_stream_state){.variants = variants, .upto = o->upto, .page_limit = PAGE_MAX};
    if (variants && (o->aspects & ASPECT_STOCK))
        s->page_limit = PAGE_FIRST;
    s->query.aspects = o->aspects;
    s->query.variants = variants;
    str_fmt(s->cursor_name, sizeof s->cursor_name, "%s.%s", o->r->flow, variants ? "variants" : "items");
    o->last_pulled[0] = '\0';
    o->parent_known = false;
    enum rc rc = read_cursor(o, err);
    if (rc != RC_OK)
        return rc;
    choose_mode(o);
    if (s->mode == MODE_FORCE && variants)
        s->query.variants = false; /* their parents are read, and each one's variants with it */
    if (!o->creates && !offer_adopts(o) && s->mode == MODE_FULL) {
        bool any = false;
        rc = store_map_each(o->r->store, o->r->link, MAP_ITEM, "", 1, visit_any, &any, err);
        s->idle = !any;
    }
    s->total = -1;
    if (rc == RC_OK && !s->idle && s->mode != MODE_ONE)
        rc = erp_offer_count(o->r->erp, &s->query, &s->total, err);
    return rc;
}

void offer_stream_end(struct offer *o) {
    struct offer_stream_state *s = &o->s;
    while (s->pages) {
        struct offer_origin *next = s->pages->next;
        s->failed = true;
        mem_free(s->pages);
        s->pages = next;
    }
    s->pages_last = NULL;
    while (o->notes) {
        struct offer_origin *next = o->notes->next;
        mem_free(o->notes);
        o->notes = next;
    }
}

static enum rc finish_other(struct offer *o, const char *flow, unsigned aspects, const char *stream, struct err *err) {
    unsigned theirs = aspects & o->r->rules->owned & o->caps->aspects & erp_caps(o->r->erp)->aspects;
    if (!theirs || (theirs & ~o->aspects))
        return RC_OK;
    char fingerprint[2 * DIGEST_SIZE + 1], name[48], text[192], key[OFFER_KEY_SIZE], mode;
    int64_t version;
    offer_fingerprint(o->r, theirs, fingerprint);
    str_fmt(name, sizeof name, "%s.%s", flow, stream);
    struct buf now;
    buf_init(&now, 4096);
    enum rc rc = store_cursor_get(o->r->store, o->r->link, name, &now, err);
    bool behind = rc == RC_OK &&
                  !(cursor_parse(now.data, fingerprint, &mode, &version, key) && mode == 'c' && version >= o->s.upto);
    buf_free(&now);
    if (rc != RC_OK || !behind)
        return rc;
    str_fmt(text, sizeof text, "%s c %lld ", fingerprint, (long long)o->s.upto);
    return store_cursor_put(o->r->store, o->r->link, name, text, err);
}

enum rc offer_stream_finish(struct offer *o, struct err *err) {
    struct offer_stream_state *s = &o->s;
    enum rc rc = offer_cursor_move(o, true, err);
    if (rc != RC_OK || s->pages || s->idle || s->failed || s->mode == MODE_ONE || s->mode == MODE_SINCE)
        return rc;
    char text[192];
    cursor_text(o, 'c', s->upto, "", text);
    rc = cursor_save(o, text, err);
    /* What the whole offer has dealt with, the flows of a single aspect need not read again. */
    const char *stream = s->variants ? "variants" : "items";
    if (rc == RC_OK && strcmp(o->r->flow, FLOW_OFFER_NAME) == 0)
        rc = finish_other(o, FLOW_STOCK_NAME, ASPECT_STOCK, stream, err);
    if (rc == RC_OK && strcmp(o->r->flow, FLOW_OFFER_NAME) == 0)
        rc = finish_other(o, FLOW_PRICES_NAME, ASPECT_PRICE, stream, err);
    return rc;
}

/* --- sources --- */

static enum rc read_family(struct offer *o, const char *parent_key, bool noted, bool forced, struct err *err) {
    struct offer_origin *origin = NULL;
    if (noted) {
        origin = origin_new(o, false);
        str_copy(origin->family, sizeof origin->family, parent_key);
    } else {
        origin = o->s.pages_last;
    }
    struct consider c = {.o = o, .origin = origin, .forced = forced, .no_pull = true};
    enum rc rc = erp_items_by_parent(o->r->erp, parent_key, o->aspects, consider, &c, err);
    if (rc == RC_OK)
        rc = settle_all(o, err);
    if (rc == RC_OK && noted)
        rc = origin_close(o, origin, err);
    return rc;
}

static enum rc one_not_there(struct offer *o, struct offer_again *a, enum rc why, const struct err *said,
                             struct err *err) {
    bool asked = o->s.mode == MODE_ONE;
    if (why == RC_NOT_FOUND && asked)
        return err_set(err, RC_NOT_FOUND, REACH_FLOW, "The ERP has no item with the SKU %s.", a->sku);
    if (why == RC_NOT_FOUND)
        return store_parked_clear(o->r->store, o->r->link, o->r->flow, a->key, err);
    if (why == RC_CONFLICT)
        return asked ? err_set(err, RC_CONFLICT, REACH_FLOW, "%s", said->text) : RC_OK;
    if (err)
        *err = *said;
    return why;
}

static enum rc read_one(struct offer *o, struct offer_again *a, bool forced, const char *code, struct err *err) {
    struct item item = {0};
    struct err said = {0};
    enum rc rc = erp_item_by_sku(o->r->erp, a->sku, o->aspects, &item, &said);
    if (rc != RC_OK)
        return one_not_there(o, a, rc, &said, err);
    a->variant = item.kind == ITEM_VARIANT;
    a->plain = !a->variant;
    struct consider c = {.o = o, .forced = forced, .retry_code = code};
    if (a->variant == o->s.variants)
        rc = consider(&c, &item, err);
    if (rc == RC_OK && o->s.mode == MODE_ONE && item.kind == ITEM_VARIANT_PARENT) {
        a->family = true;
        str_copy(a->key, sizeof a->key, item.key);
    }
    if (rc == RC_OK && code[0] && a->key[0] && strcmp(item.key, a->key) != 0)
        rc = store_parked_clear(o->r->store, o->r->link, o->r->flow, a->key, err);
    item_free_fields(&item);
    return rc == RC_OK ? settle_all(o, err) : rc;
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
    size_t count;
    struct offer_again rows[PAGE_MAX];
};
static enum rc visit_sold(void *ctx, const char *key, const char *sku, struct err *err) {
    (void)err;
    struct sold *list = ctx;
    struct offer_again *a = &list->rows[list->count++];
    memset(a, 0, sizeof *a);
    str_copy(a->key, sizeof a->key, key);
    str_copy(a->sku, sizeof a->sku, sku);
    return RC_OK;
}

static enum rc read_sold(struct offer *o, struct err *err) {
    struct offer_stream_state *s = &o->s;
    if (!(o->aspects & ASPECT_STOCK)) {
        s->source = SOURCE_PAGES;
        return RC_OK;
    }
    struct sold *list = MEM_NEW(struct sold);
    size_t limit = s->page_limit;
    enum rc rc = store_map_sold(o->r->store, o->r->link, s->sold_after, limit, visit_sold, list, err);
    for (size_t i = 0; i < list->count && rc == RC_OK; i++)
        rc = read_one(o, &list->rows[i], false, "", err);
    if (rc == RC_OK && list->count > 0)
        str_copy(s->sold_after, sizeof s->sold_after, list->rows[list->count - 1].key);
    if (rc == RC_OK && list->count < limit)
        s->source = SOURCE_PAGES;
    mem_free(list);
    return rc;
}

static enum rc note_parent(void *ctx, const struct item *item, struct err *err) {
    (void)err;
    struct consider *c = ctx;
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
    else if (bytes < OFFER_HELD_BYTES_MAX / 16 && ahead <= BATCHES_AHEAD / 4 && s->page_limit < PAGE_MAX)
        s->page_limit *= 2;
    if (s->page_limit > PAGE_MAX)
        s->page_limit = PAGE_MAX;
}

static enum rc read_rows(struct offer *o, struct offer_origin *page, size_t *count, struct err *err) {
    struct offer_stream_state *s = &o->s;
    bool parents = s->mode == MODE_FORCE && s->variants;
    struct consider c = {.o = o,
                         .origin = page,
                         .forced = s->mode == MODE_FORCE || s->mode == MODE_SINCE,
                         .no_pull = s->mode == MODE_SINCE};
    struct err said = {0};
    unsigned attempts = 0;
    enum rc rc;
    do {
        o->family_count = 0;
        store_snapshot(o->r->store);
        rc = erp_offer_read(o->r->erp, &s->query, parents ? note_parent : consider, &c, count, &said);
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
    struct offer_origin *page = origin_new(o, true);
    page->left = 1; /* the reading itself, so that it is not passed before it is closed */
    s->query.limit = s->page_limit;
    size_t count = 0, bytes = o->held_bytes;
    enum rc rc = read_rows(o, page, &count, err);
    bytes = o->held_bytes - bytes;
    if (rc == RC_OK)
        rc = settle_all(o, err);
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

static bool nothing_else(const struct offer *o) {
    return o->s.source == SOURCE_END && o->in_flight == 0 && !o->later && !o->buckets && !o->waiting && !o->candidates;
}

enum rc offer_fill(struct offer *o, struct err *err) {
    int64_t begun = clock_monotonic_us(o->r->clock);
    enum rc rc = settle_all(o, err);
    while (rc == RC_OK && o->s.source != SOURCE_END && !o->pause && !offer_batch_ready(o, false) && !offer_full(o) &&
           clock_monotonic_us(o->r->clock) - begun < FILL_US)
        rc = read_some(o, err);
    if (rc == RC_OK && nothing_else(o) && o->deferred)
        rc = undefer(o, err);
    return rc;
}
