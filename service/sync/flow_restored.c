/* Was the company database put back from an older copy? Then documents that we call written are not there, and what was
 * sent is ahead of it. Asked once a run by one read of each side: the newest document of this link, by its token, and
 * the ERP's row version, which never falls by itself. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/sync/flows.h"
#include "service/sync/order_match.h"

#define SEEN_STREAM "erp.version"
#define LOOKED_MAX  5000 /* documents looked up after a restore */

struct written {
    int64_t inbox;
    char remote_id[64], number[64], document[64], token[40], status[64];
    bool found;
};
struct written_list {
    struct written *all; /* newest first */
    size_t count, capacity;
};

static enum rc collect(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct written_list *list = ctx;
    mem_grow((void **)&list->all, &list->capacity, list->count, sizeof *list->all);
    struct written *w = &list->all[list->count++];
    memset(w, 0, sizeof *w);
    w->inbox = row->id;
    str_copy(w->remote_id, sizeof w->remote_id, row->remote_id);
    str_copy(w->number, sizeof w->number, row->number);
    str_copy(w->document, sizeof w->document, row->document_number);
    str_copy(w->token, sizeof w->token, row->token);
    str_copy(w->status, sizeof w->status, row->status);
    return RC_OK;
}

/* The documents written since `since_ms`, newest first, and whether the ERP has each. */
static enum rc look_up(struct run *r, int64_t since_ms, size_t limit, struct written_list *list, struct err *err) {
    list->count = 0;
    enum rc rc = store_inbox_written(r->store, r->link, since_ms, limit, collect, list, err);
    for (size_t i = 0; rc == RC_OK && i < list->count; i++) {
        struct erp_document document;
        rc = order_find_ours(r, list->all[i].token, list->all[i].remote_id, &list->all[i].found, &document, err);
    }
    return rc;
}

static enum rc note(struct run *r, const struct written *w, const char *code, const char *what, struct err *err) {
    char object[96];
    str_fmt(object, sizeof object, EVENT_ORDER "%s", w->remote_id);
    struct buf text;
    buf_init(&text, ERR_TEXT_MAX);
    buf_addf(&text, "Order %s: its document %s is not in the ERP any more. %s", w->number, w->document, what);
    run_note(r, code, w->number, text.data);
    enum rc rc = store_event(r->store, r->link, object, text.data, err);
    buf_free(&text);
    return rc;
}

static enum rc settle(struct run *r, const struct written_list *list, size_t tail, struct err *err) {
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < list->count; i++) {
        const struct written *w = &list->all[i];
        if (w->found)
            continue;
        bool again = i < tail && !rule_list_has(r->rules->dead_statuses, w->status);
        rc = again ? store_inbox_lost(r->store, w->inbox, err) : store_inbox_forget(r->store, w->inbox, err);
        if (rc == RC_OK)
            rc = note(r, w, "lost",
                      again      ? "The company database was restored from an older copy; the order is written again."
                      : i < tail ? "The order was given up in the shop, so it is not written again."
                                 : "It was deleted there, so it is not written again.",
                      err);
    }
    return rc;
}

static enum rc restart_offer(struct run *r, int64_t version, struct err *err) {
    static const char *const streams[] = {"offer.groups",   "offer.items",  "offer.variants", "stock.items",
                                          "stock.variants", "prices.items", "prices.variants"};
    char text[24];
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < sizeof streams / sizeof streams[0]; i++)
        rc = store_cursor_put(r->store, r->link, streams[i], "", err);
    str_fmt(text, sizeof text, "%lld", (long long)version);
    return rc == RC_OK ? store_cursor_put(r->store, r->link, SEEN_STREAM, text, err) : rc;
}

/* Missing ones with none found after them: what an older copy does not have. One alone may be a person's doing. */
static size_t missing_tail(const struct written_list *list, bool fell) {
    size_t tail = 0;
    while (tail < list->count && !list->all[tail].found)
        tail++;
    return tail == 1 && !fell ? 0 : tail;
}

static enum rc act(struct run *r, const struct written_list *list, bool fell, int64_t version, struct err *err) {
    size_t tail = missing_tail(list, fell);
    bool restored = fell || tail > 0;
    enum rc rc = store_begin(r->store, err);
    if (rc != RC_OK)
        return rc;
    if (restored) {
        static const char what[] = "The company database was restored from an older copy: it is behind what this link "
                                   "wrote and read. Orders that it lost are written again, and the whole offer is "
                                   "compared anew.";
        run_note(r, "restored", NULL, what);
        run_log(r, LOG_ERROR, NULL, "%s", what);
        rc = restart_offer(r, version, err);
    }
    if (rc == RC_OK)
        rc = settle(r, list, tail, err);
    if (rc != RC_OK) {
        store_rollback(r->store);
        return rc;
    }
    return store_commit(r->store, err);
}

static enum rc version_fell(struct run *r, int64_t *version, int64_t *seen, struct err *err) {
    struct buf text;
    *version = *seen = 0;
    if (!erp_caps(r->erp)->versions)
        return RC_OK;
    buf_init(&text, 64);
    enum rc rc = erp_version(r->erp, version, err);
    if (rc == RC_OK)
        rc = store_cursor_get(r->store, r->link, SEEN_STREAM, &text, err);
    if (rc == RC_OK && !str_to_i64(text.data, seen))
        *seen = 0;
    buf_free(&text);
    return rc;
}

enum rc flow_restored(struct run *r, struct err *err) {
    struct written_list list = {0};
    int64_t version = 0, seen = 0;
    enum rc rc = version_fell(r, &version, &seen, err);
    bool fell = version < seen;
    if (rc == RC_OK)
        rc = look_up(r, 0, 1, &list, err);
    bool missing = rc == RC_OK && list.count > 0 && !list.all[0].found;
    if (rc == RC_OK && (fell || missing)) {
        rc = look_up(r, clock_wall_ms(r->clock) - r->rules->lookback_ms, LOOKED_MAX, &list, err);
        if (rc == RC_OK && list.count == 0 && missing)
            rc = look_up(r, 0, 1, &list, err);
        if (rc == RC_OK)
            rc = act(r, &list, fell, version, err);
    }
    mem_free(list.all);
    return rc;
}

enum rc flow_restored_seen(struct run *r, struct err *err) {
    int64_t version = 0, seen = 0;
    enum rc rc = version_fell(r, &version, &seen, err);
    if (rc != RC_OK || version <= seen)
        return rc;
    char text[24];
    str_fmt(text, sizeof text, "%lld", (long long)version);
    return store_cursor_put(r->store, r->link, SEEN_STREAM, text, err);
}
