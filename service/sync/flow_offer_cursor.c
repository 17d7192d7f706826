/* Where the reading stands: origins of what is under way, and the cursor as a low-water mark. Pages finish in any
 * order; the cursor only passes pages of which every line was dealt with. From the cursor follows how a stream is
 * read. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/flow_offer_int.h"

#define CURSOR_SAVE_US 2000000

/* --- origins --- */

struct offer_origin *offer_origin_new(struct offer *o, bool page) {
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

enum rc offer_origin_close(struct offer *o, struct offer_origin *origin, struct err *err) {
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

/* --- the cursor --- */

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
    *s = (struct offer_stream_state){.variants = variants, .upto = o->upto, .page_limit = OFFER_PAGE_MAX};
    if (variants && (o->aspects & ASPECT_STOCK))
        s->page_limit = OFFER_PAGE_FIRST;
    s->query.aspects = o->read;
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
