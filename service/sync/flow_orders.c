/* Orders in, first and last part: from the shop into the inbox, and back to the shop that they arrived. What is between
 * stands in flow_orders_import.c. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/sync/flows.h"
#include "service/sync/order_change.h"
#include "service/sync/order_check.h"
#include "service/sync/order_match.h"
#include "service/sync/order_unreadable.h"

#define CURSOR_STREAM "orders"
#define CURSOR_MAX    256
#define GOODS_MAX     2000 /* lines of one order whose goods are counted as sold */

/* --- reading --- */

static enum rc read_page(struct run *r, const char *cursor, struct order_page *page, struct err *err) {
    int64_t start = r->rules->orders_from_ms;
    if (start == 0)
        start = clock_wall_ms(r->clock) - r->rules->lookback_ms;
    unsigned attempts = 0;
    for (;;) {
        struct err local;
        err_clear(&local);
        memset(page, 0, sizeof *page);
        enum rc rc = chan_orders_since(r->channel, cursor, start, page, &local);
        if (rc == RC_OK)
            return RC_OK;
        if (!run_try_again(r, &local, &attempts)) {
            if (err)
                *err = local;
            return rc;
        }
    }
}

/* Goods of an order. Lines of which neither item nor SKU can be told count nowhere: they will be parked at import. */
static enum rc keep_goods(struct run *r, int64_t inbox, bool fresh, const struct order *order, bool sold,
                          struct err *err) {
    struct names {
        char key[64], sku[SKU_MAX + 1];
    };
    size_t most = order->line_count < GOODS_MAX ? order->line_count : GOODS_MAX;
    struct names *names = mem_zalloc(most + 1, sizeof *names);
    struct goods *goods = mem_zalloc(most + 1, sizeof *goods);
    size_t n = 0;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < order->line_count && n < most; i++) {
        const struct order_line *line = &order->lines[i];
        if (line->kind != LINE_GOODS || line->quantity <= 0)
            continue;
        rc = order_line_goods(r, line, names[n].key, names[n].sku, err);
        if (rc != RC_OK || (names[n].key[0] == '\0' && names[n].sku[0] == '\0'))
            continue;
        if (sold && names[n].key[0] != '\0')
            rc = store_map_mark_sold(r->store, r->link, names[n].key, err);
        goods[n] = (struct goods){names[n].key, names[n].sku, line->quantity};
        n++;
    }
    if (rc == RC_OK && inbox != 0)
        rc = store_unimported_set(r->store, inbox, fresh, goods, n, err);
    mem_free(goods);
    mem_free(names);
    return rc;
}

static enum rc order_event(struct run *r, const char *remote_id, const char *what, struct err *err) {
    char object[96];
    str_fmt(object, sizeof object, EVENT_ORDER "%s", remote_id);
    return store_event(r->store, r->link, object, what, err);
}

static bool is_imported(enum inbox_state state) {
    return state == INBOX_CREATED || state == INBOX_ACKNOWLEDGED;
}

static const char *event_of(const struct inbox_put *put, bool dead) {
    if (is_imported(put->after))
        return NULL; /* tell_change() speaks of it */
    if (!put->known)
        return put->after == INBOX_STORED    ? "Seen in the shop and stored."
               : put->after == INBOX_IGNORED ? "Seen in the shop; given up there, so there is nothing to import."
                                             : "Seen in the shop and stored; its status is not one to import yet.";
    if (put->after == put->before)
        return put->content_changed ? "Changed in the shop before it was imported." : NULL;
    if (dead)
        return "Given up in the shop before it was imported.";
    return put->after == INBOX_STORED ? "Its status in the shop is one to import now."
                                      : "Its status is not one to import.";
}

static struct inbox_order order_in(const struct run *r, const struct order_raw *raw, const struct order *order,
                                   bool early) {
    bool dead = early || rule_list_has(r->rules->dead_statuses, raw->status);
    struct inbox_order in = {.remote_id = raw->remote_id, .number = raw->number, .status = raw->status};
    in.modified_ms = raw->modified_ms;
    in.raw = raw->raw;
    in.raw_len = raw->raw_len;
    in.take = rule_list_has(r->rules->take_statuses, raw->status);
    in.dead = dead;
    in.change = order_change_of(r->rules, raw->status, order);
    in.content = order ? order_content(order, dead) : digest_of(raw->raw, raw->raw_len);
    return in;
}

/* The document stays as it is, so a person must hear of it before the goods leave. */
static enum rc tell_change(struct run *r, const char *remote_id, const char *number, const char *document,
                           const char *change, struct err *err) {
    struct buf text;
    buf_init(&text, ERR_TEXT_MAX);
    order_change_say(change, number, document, &text);
    run_note(r, change, number, text.data);
    enum rc rc = order_event(r, remote_id, text.data, err);
    buf_free(&text);
    return rc;
}

/* What of an order is kept beside it. `early`: placed before the day from which this link reads. */
static enum rc keep_consequences(struct run *r, const struct inbox_put *put, const struct inbox_order *in,
                                 const struct order *order, bool early, struct err *err) {
    /* Sold, given up, edited: the shop has moved its stock by itself. */
    bool moved = put->content_changed && !early;
    bool imported = is_imported(put->after);
    enum rc rc = RC_OK;
    if (order && (moved || !imported))
        rc = keep_goods(r, imported || in->dead ? 0 : put->id, !put->known, order, moved, err);
    const char *what = rc == RC_OK ? event_of(put, in->dead) : NULL;
    if (what) {
        rc = order_event(r, in->remote_id, what, err);
        run_log(r, LOG_INFO, in->number, "%s", what);
    }
    if (rc == RC_OK && put->change_is_new)
        rc = tell_change(r, in->remote_id, in->number, put->document_number, in->change, err);
    return rc;
}

/* One order of a page, inside the page's transaction. */
static enum rc keep_order(struct run *r, const struct order_raw *raw, struct err *err) {
    struct order *order = NULL;
    if (chan_order_parse(r->channel, raw->raw, raw->raw_len, &order, NULL) != RC_OK)
        order = NULL; /* kept all the same; its import will say what is wrong with it */
    int64_t from = r->rules->orders_from_ms;
    bool early = order && from > 0 && order->created_ms < from;
    struct inbox_order in = order_in(r, raw, order, early);
    struct inbox_put put = {0};
    enum rc rc = store_inbox_put(r->store, r->link, &in, &put, err);
    if (rc == RC_OK && put.changed)
        rc = keep_consequences(r, &put, &in, order, early, err);
    order_free(order);
    return rc;
}

/* The whole page and the cursor behind it: one transaction (rule R1). */
static enum rc keep_page(struct run *r, const struct order_page *page, struct err *err) {
    enum rc rc = store_begin(r->store, err);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < page->count; i++)
        rc = keep_order(r, &page->orders[i], err);
    if (rc == RC_OK)
        rc = order_unreadable_keep(r, page, err);
    if (rc == RC_OK)
        rc = store_cursor_put(r->store, r->link, CURSOR_STREAM, page->cursor, err);
    if (rc != RC_OK) {
        store_rollback(r->store);
        return rc;
    }
    return store_commit(r->store, err);
}

static enum rc next_page(struct run *r, struct buf *cursor, bool *more, int64_t *seen, struct err *err) {
    struct order_page page;
    enum rc rc = read_page(r, cursor->data, &page, err);
    if (rc != RC_OK)
        return rc;
    rc = keep_page(r, &page, err);
    if (rc == RC_OK) {
        *more = page.more;
        *seen += (int64_t)(page.count + page.unreadable_count);
        if (page.more && str_eq(page.cursor, cursor->data))
            rc = err_set(err, RC_LATER, REACH_FLOW,
                         "The shop tells the same page of orders again and again. What it told is stored; the rest is "
                         "read in the next run.");
        buf_clear(cursor);
        buf_adds(cursor, page.cursor);
        run_progress(r, "reading orders", *seen, -1);
    }
    order_page_free_fields(&page);
    return rc;
}

enum rc flow_orders_read(struct run *r, struct err *err) {
    struct buf cursor;
    buf_init(&cursor, CURSOR_MAX);
    bool more = true;
    int64_t seen = 0;
    int64_t begun_us = clock_monotonic_us(r->clock);
    enum rc rc = store_cursor_get(r->store, r->link, CURSOR_STREAM, &cursor, err);
    while (rc == RC_OK && more) {
        rc = run_check_stop(r, err);
        if (rc == RC_OK)
            rc = next_page(r, &cursor, &more, &seen, err);
    }
    if (rc == RC_OK)
        r->orders_read_us = begun_us; /* the moment before the first request: what came later is not known */
    buf_free(&cursor);
    return rc;
}

enum rc flow_orders_refresh(struct run *r, struct err *err) {
    if (!r->rules->fetch_orders)
        return RC_OK;
    int64_t now = clock_monotonic_us(r->clock);
    if (r->orders_read_us != INT64_MIN && now - r->orders_read_us < r->rules->refresh_orders_ms * 1000)
        return RC_OK;
    const char *flow = r->flow;
    r->flow = "orders";
    enum rc rc = flow_orders_read(r, err);
    r->flow = flow;
    return rc;
}

/* --- telling the shop that they arrived --- */

#define ACKS_MAX 100

struct ack_page {
    struct order_ack acks[ACKS_MAX];
    struct inbox_row rows[ACKS_MAX]; /* raw and reason are not kept */
    size_t count;
};

static enum rc collect_ack(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct ack_page *page = ctx;
    struct inbox_row *mine = &page->rows[page->count++];
    *mine = *row;
    mine->raw = mine->reason = NULL;
    return RC_OK;
}

static bool nothing_to_tell(const struct run *r) {
    const struct channel_caps *caps = chan_caps(r->channel);
    bool status = !str_empty(r->rules->ack_status) && caps->can_acknowledge_status;
    bool meta = r->rules->ack_meta && caps->can_acknowledge_meta;
    return !status && !meta;
}

static void fill_acks(const struct run *r, struct ack_page *page) {
    const struct channel_caps *caps = chan_caps(r->channel);
    for (size_t i = 0; i < page->count; i++) {
        struct order_ack *ack = &page->acks[i];
        const struct inbox_row *row = &page->rows[i];
        memset(ack, 0, sizeof *ack);
        str_copy(ack->remote_id, sizeof ack->remote_id, row->remote_id);
        if (!str_empty(r->rules->ack_status) && caps->can_acknowledge_status)
            ack->status = r->rules->ack_status;
        ack->unless_status = r->rules->ack_unless;
        if (r->rules->ack_meta && caps->can_acknowledge_meta) {
            ack->document_number = row->document_number;
            ack->token = row->token[0] != '\0' ? row->token : NULL;
        }
    }
}

static enum rc send_acks(struct run *r, struct ack_page *page, struct err *err) {
    unsigned attempts = 0;
    for (;;) {
        struct err local;
        err_clear(&local);
        fill_acks(r, page);
        enum rc rc = chan_orders_ack(r->channel, page->acks, page->count, &local);
        if (rc == RC_OK || !run_try_again(r, &local, &attempts)) {
            if (rc != RC_OK && err)
                *err = local;
            return rc;
        }
    }
}

static enum rc settle_ack(struct run *r, const struct order_ack *ack, const struct inbox_row *row, struct err *err) {
    const char *what = "The shop was told that it arrived.";
    switch (ack->verdict.kind) {
    case VERDICT_DONE: run_done(r, 1); break;
    case VERDICT_NOT_FOUND:
        what = "It is gone from the shop, so there was nothing to tell.";
        run_skip(r, "gone", row->number, what);
        if (store_inbox_gone(r->store, row->id, ORDER_CHANGE_GONE, err) != RC_OK)
            return RC_IO;
        if (tell_change(r, row->remote_id, row->number, row->document_number, ORDER_CHANGE_GONE, err) != RC_OK)
            return RC_IO;
        break;
    case VERDICT_REJECTED:
    case VERDICT_CONFLICT: run_fail(r, "ack_refused", row->number, ack->verdict.text); return RC_OK;
    case VERDICT_NONE:
    case VERDICT_LATER:
    case VERDICT_UNKNOWN:
    case VERDICT_PENDING:
        run_fail(r, "ack_later", row->number,
                 str_empty(ack->verdict.text) ? "The shop could not be told yet; the next run tells it."
                                              : ack->verdict.text);
        return RC_OK;
    }
    enum rc rc = store_inbox_acknowledged(r->store, row->id, err);
    return rc == RC_OK ? order_event(r, row->remote_id, what, err) : rc;
}

/* Answers that came are kept even when the call failed as a whole. */
static enum rc settle_acks(struct run *r, const struct ack_page *page, struct err *err) {
    enum rc rc = store_begin(r->store, err);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < page->count; i++)
        rc = settle_ack(r, &page->acks[i], &page->rows[i], err);
    if (rc != RC_OK) {
        store_rollback(r->store);
        return rc;
    }
    return store_commit(r->store, err);
}

static enum rc mark_all_told(struct run *r, const struct ack_page *page, struct err *err) {
    enum rc rc = store_begin(r->store, err);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < page->count; i++)
        rc = store_inbox_acknowledged(r->store, page->rows[i].id, err);
    if (rc != RC_OK) {
        store_rollback(r->store);
        return rc;
    }
    return store_commit(r->store, err);
}

enum rc flow_orders_acknowledge(struct run *r, struct err *err) {
    struct ack_page *page = mem_zalloc(1, sizeof *page);
    size_t most = chan_caps(r->channel)->batch_max;
    if (most == 0 || most > ACKS_MAX)
        most = ACKS_MAX;
    int64_t after = 0;
    enum rc rc = RC_OK;
    while (rc == RC_OK) {
        rc = run_check_stop(r, err);
        page->count = 0;
        if (rc == RC_OK)
            rc = store_inbox_in_state(r->store, r->link, INBOX_CREATED, after, most, collect_ack, page, err);
        if (rc != RC_OK || page->count == 0)
            break;
        after = page->rows[page->count - 1].id;
        if (nothing_to_tell(r)) {
            rc = mark_all_told(r, page, err);
            continue;
        }
        run_expect(r, (int64_t)page->count);
        rc = send_acks(r, page, err);
        enum rc kept = settle_acks(r, page, rc == RC_OK ? err : NULL);
        rc = rc == RC_OK ? kept : rc;
    }
    mem_free(page);
    return rc;
}
