#include "service/sync/why.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"
#include "service/sync/sku_guard.h"

#define EVENTS_SHOWN 10

struct why {
    struct offer o; /* the same rules, asked of the same structure as in a run */
    struct run run;
    void (*line)(void *ctx, const char *text);
    void *ctx;
    struct item item;
    char sku[SKU_MAX + 1];
    struct map_row row;
    char key[OFFER_KEY_SIZE];
    char reason[ERR_TEXT_MAX], code[48];
    int64_t parked_since_ms;
    struct {
        int64_t at_ms;
        char text[256];
    } events[EVENTS_SHOWN];
    size_t event_count;
};

static void say(const struct why *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(const struct why *w, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    char *text = mem_vprintf(fmt, args);
    va_end(args);
    w->line(w->ctx, text);
    mem_free(text);
}

static void instant(int64_t ms, char out[ISO_SIZE]) {
    iso_utc(ms, out);
}

/* --- facts --- */

static void note_parked(void *ctx, const struct parked_row *row) {
    struct why *w = ctx;
    if (strcmp(row->key, w->key) != 0 || strcmp(row->flow, FLOW_FAMILY_NAME) == 0)
        return;
    str_copy(w->reason, sizeof w->reason, row->reason);
    str_copy(w->code, sizeof w->code, row->code);
    w->parked_since_ms = row->since_ms;
}

static void note_event(void *ctx, int64_t at_ms, const char *what) {
    struct why *w = ctx;
    size_t at = w->event_count++ % EVENTS_SHOWN;
    w->events[at].at_ms = at_ms;
    str_copy(w->events[at].text, sizeof w->events[at].text, what);
}

static enum rc gather(struct why *w, struct err *err) {
    struct run *r = &w->run;
    char object[96];
    str_copy(w->key, sizeof w->key, w->item.key);
    enum rc rc = store_map_get(r->store, r->link, MAP_ITEM, w->key, &w->row, err);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    rc = store_parked_each(r->store, r->link, note_parked, w, err);
    str_fmt(object, sizeof object, EVENT_ITEM "%s", w->key);
    return rc == RC_OK ? store_events(r->store, r->link, object, note_event, w, err) : rc;
}

/* --- the answer --- */

static void say_events(const struct why *w) {
    char at[ISO_SIZE];
    size_t first = w->event_count > EVENTS_SHOWN ? w->event_count - EVENTS_SHOWN : 0;
    for (size_t i = first; i < w->event_count; i++) {
        instant(w->events[i % EVENTS_SHOWN].at_ms, at);
        say(w, "  %s  %s", at, w->events[i % EVENTS_SHOWN].text);
    }
}

static enum rc ask_rules(struct why *w, bool *held, struct err *err) {
    struct offer_view view;
    enum rc rc = offer_view_make(&w->o, &w->item, ASPECT_MASTER | ASPECT_PRICE, &view, err);
    const struct map_row *parent = NULL;
    if (rc == RC_OK && w->item.kind == ITEM_VARIANT && w->item.parent_key)
        rc = offer_parent_row(&w->o, w->item.parent_key, &parent, err);
    bool bound = w->row.remote_id[0] != '\0';
    struct judge_case c = {.o = &w->o,
                           .item = &w->item,
                           .sku = view.sku,
                           .bound = bound,
                           .tax_missing = view.tax_missing,
                           .rate_missing = view.rate_missing,
                           .sku_moves = !bound || strcmp(w->row.sku, view.sku) != 0,
                           .aspects = ASPECT_MASTER | (w->run.rules->owned & ASPECT_PRICE),
                           .have = w->run.rules->owned & ~(unsigned)ASPECT_IMAGES,
                           .remote_id = w->row.remote_id,
                           .parent_remote = parent ? parent->remote_id : ""};
    for (size_t i = 0; i < offer_rule_count() && rc == RC_OK && !*held; i++) {
        enum judgement verdict = JUDGE_PASS;
        rc = offer_rule_ask(i, &c, &verdict, err);
        *held = verdict != JUDGE_PASS;
        if (rc == RC_OK)
            say(w, "  %s %s", verdict == JUDGE_PASS ? "yes" : "NO ", offer_rule_name(i));
    }
    if (rc == RC_OK && *held)
        say(w, "%s", c.text);
    return rc;
}

static void say_flows(const struct why *w) {
    struct buf names;
    buf_init(&names, 200);
    offer_name_aspects(w->run.rules->owned & (ASPECT_ALL & ~(unsigned)ASPECT_IMAGES), &names);
    say(w, "This link may write: %s.", names.len > 0 ? names.data : "nothing");
    buf_free(&names);
    if (!w->run.rules->send_offer)
        say(w, "Sending the offer is switched off on this link: nothing new gets into the shop by itself.");
}

static enum rc say_stock(struct why *w, struct err *err) {
    struct offer_view view;
    enum rc rc = offer_view_make(&w->o, &w->item, ASPECT_STOCK, &view, err);
    if (rc != RC_OK)
        return rc;
    struct buf sum;
    buf_init(&sum, 4000);
    availability_explain(&sum, &view.item, &w->run.rules->availability);
    say(w, "Stock: %s", sum.data);
    buf_free(&sum);
    if (w->row.remote_id[0] && w->row.stock_told != INT64_MIN)
        say(w, "Last told to the shop: %lld.%03lld%s", (long long)(w->row.stock_told / 1000),
            (long long)(w->row.stock_told % 1000), w->row.dirty_stock ? "; sold there since, so it is sent again" : "");
    return RC_OK;
}

static void say_state(const struct why *w) {
    struct digest out_of_offer = canonical_unpublished();
    char at[ISO_SIZE];
    if (!w->row.remote_id[0])
        say(w, "It is not in the shop, as far as this program knows.");
    else if (digest_eq(&w->row.digest[0], &out_of_offer))
        say(w, "It is in the shop as product %s, but taken out of the offer (hidden).", w->row.remote_id);
    else
        say(w, "It is in the shop as product %s, as far as this program knows; the shop was not asked now.",
            w->row.remote_id);
    if (w->reason[0]) {
        instant(w->parked_since_ms, at);
        say(w, "Put aside since %s (%s): %s", at, w->code, w->reason);
    }
}

static enum rc answer(struct why *w, struct err *err) {
    bool held = false;
    enum rc rc = gather(w, err);
    if (rc != RC_OK)
        return rc;
    say(w, "%s: \"%s\", key %s, a %s item of the ERP.", w->sku[0] ? w->sku : "(no usable SKU)",
        w->item.name ? w->item.name : "", w->item.key, item_kind_name(w->item.kind));
    say_state(w);
    rc = ask_rules(w, &held, err);
    if (rc != RC_OK)
        return rc;
    if (!held && !w->reason[0] && !w->row.remote_id[0])
        say(w, "Nothing keeps it back: the next run that sends the offer creates it.");
    say_flows(w);
    rc = say_stock(w, err);
    if (w->event_count > 0)
        say(w, "What happened last:");
    say_events(w);
    return rc;
}

static enum rc not_in_erp(struct why *w, enum rc rc, const struct err *said, struct err *err) {
    char key[OFFER_KEY_SIZE];
    if (rc == RC_CONFLICT) {
        say(w, "%s", said->text);
        say(w, "Items that share a SKU are not sent until each has its own.");
        return RC_OK;
    }
    if (rc != RC_NOT_FOUND) {
        if (err)
            *err = *said;
        return rc;
    }
    say(w, "The ERP has no item with the SKU %s that this link could see.", w->sku);
    rc = store_map_by_sku(w->run.store, w->run.link, w->sku, key, err);
    if (rc == RC_OK)
        say(w, "The shop was sent an item under this SKU before (%s in the ERP); it has another SKU or is gone since.",
            key);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* --- which item --- */

#define PAGE 500
struct by_key {
    const char *key;
    struct item *out;
    bool found;
};

static enum rc take_key(void *ctx, const struct item *item, struct err *err) {
    (void)err;
    struct by_key *search = ctx;
    if (!search->found && str_eq(item->key, search->key)) {
        item_copy(search->out, item);
        search->found = true;
    }
    return RC_OK;
}

/* Nothing reads one item by its key: seldom asked for, so all are read until it comes. */
static enum rc find_key(struct why *w, const char *key, unsigned aspects, bool *found, struct err *err) {
    struct by_key search = {.key = key, .out = &w->item};
    enum rc rc = RC_OK;
    int streams = erp_caps(w->run.erp)->variants ? 2 : 1;
    for (int i = 0; i < streams && rc == RC_OK && !search.found; i++) {
        struct offer_query query = {.aspects = aspects, .variants = i == 1, .limit = PAGE};
        size_t count = PAGE;
        while (rc == RC_OK && count == PAGE && !search.found)
            rc = erp_offer_read(w->run.erp, &query, take_key, &search, &count, err);
    }
    *found = search.found;
    return rc;
}

static enum rc answer_key(struct why *w, const char *key, unsigned aspects, struct err *err) {
    bool found = false;
    enum rc rc = find_key(w, key, aspects, &found, err);
    if (rc != RC_OK)
        return rc;
    if (!found)
        return err_set(err, RC_NOT_FOUND, REACH_ITEM, "The ERP has no item with the key %s that this link could see.",
                       key);
    if (!w->item.sku || !sku_normal(w->sku, w->item.sku))
        w->sku[0] = '\0';
    return answer(w, err);
}

static enum rc answer_sku(struct why *w, const char *sku, unsigned aspects, struct err *err) {
    struct err said = {0};
    if (!sku_normal(w->sku, sku))
        return err_set(err, RC_INVALID, REACH_ITEM,
                       "\"%s\" is not a usable SKU: empty, too long, or with control characters. An item without a "
                       "usable SKU is asked for by its key in the ERP: `shopferry why --item KEY`.",
                       sku);
    enum rc rc = erp_item_by_sku(w->run.erp, w->sku, aspects, &w->item, &said);
    return rc == RC_OK ? answer(w, err) : not_in_erp(w, rc, &said, err);
}

enum rc why_sku(struct store *store, int64_t link, struct erp *erp, const struct link_rules *rules, const char *sku,
                const char *key, void (*line)(void *ctx, const char *text), void *ctx, struct err *err) {
    static const struct channel_caps caps = {.batch_max = 1, .aspects = ASPECT_ALL};
    struct why *w = MEM_NEW(struct why);
    w->line = line;
    w->ctx = ctx;
    w->run = (struct run){.store = store, .link = link, .erp = erp, .rules = rules};
    w->o = (struct offer){.r = &w->run, .caps = &caps, .creates = true, .aspects = rules->owned};
    buf_init(&w->o.scratch, CANONICAL_MAX);
    buf_init(&w->o.name, 1 << 20);
    w->o.guard = sku_guard_new(erp, false, false);
    const unsigned aspects = ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK;
    enum rc rc = key ? answer_key(w, key, aspects, err) : answer_sku(w, sku, aspects, err);
    item_free_fields(&w->item);
    sku_guard_free(w->o.guard);
    mem_free(w->o.components);
    buf_free(&w->o.scratch);
    buf_free(&w->o.name);
    mem_free(w);
    return rc;
}
