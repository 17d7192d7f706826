/* Telling the shop that an order was taken over: its status and our reference in its meta data. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

/* What the shop says about the order now. */
struct now {
    bool known;
    char status[64];
    char reference[128], document[128];
    bool gone; /* it said so itself; an order missing in a list may be the list's fault */
    bool write_status, write_meta;
};

/* The order statuses this shop knows, plugins' own included: " pending processing ... ". A batch does not check them:
 * an unknown status silently becomes "pending" and puts the stock back (hazard 8). */
enum rc woo_need_statuses(struct woo *w, struct err *err) {
    if (w->statuses)
        return RC_OK;
    struct woo_reply reply;
    struct woo_request request = {.method = "GET", .path = "reports/orders/totals"};
    struct scan s;
    struct slice item;
    char slug[64];
    struct buf list;
    buf_init(&list, 16 * 1024);
    buf_addc(&list, ' ');
    enum rc rc = woo_call(w, &request, &reply, err);
    if (rc == RC_OK && scan_array(&s, reply.json)) {
        while (scan_item(&s, &item)) {
            if (scan_text(item, "slug", slug, sizeof slug))
                buf_addf(&list, "%s ", slug);
        }
    }
    woo_reply_free(&reply);
    if (rc == RC_OK || rc == RC_DENIED || rc == RC_NOT_FOUND || rc == RC_REJECTED) {
        w->statuses = mem_strdup(list.data); /* not allowed to know: then every status goes the checked way */
        rc = RC_OK;
    }
    buf_free(&list);
    return rc;
}

/* Did the shop tell its statuses? It may not be allowed to. */
static bool told_statuses(const struct woo *w) {
    return w->statuses && w->statuses[0] && w->statuses[1];
}

static bool knows_status(const struct woo *w, const char *status) {
    char word[72];
    str_fmt(word, sizeof word, " %s ", status);
    return strstr(w->statuses, word) != NULL;
}

static void set_verdict(struct order_ack *a, enum verdict_kind kind, const char *code, const char *text) {
    a->verdict.kind = kind;
    str_copy(a->verdict.code, sizeof a->verdict.code, code);
    str_copy(a->verdict.text, sizeof a->verdict.text, text);
    if (kind == VERDICT_DONE)
        str_copy(a->verdict.remote_id, sizeof a->verdict.remote_id, a->remote_id);
}

static void set_refused(struct order_ack *a, const struct woo_reply *reply) {
    bool gone = reply->kind == WOO_NO_THING || str_eq(reply->code, "woocommerce_rest_shop_order_invalid_id");
    set_verdict(a, gone ? VERDICT_NOT_FOUND : VERDICT_REJECTED, reply->code, reply->message);
    if (!gone)
        str_copy(a->verdict.field, sizeof a->verdict.field, reply->field);
}

/* --- what the shop says now --- */

/* An id is a number; a shop may write it as a text, with zeros before it. */
static bool is_order(struct slice order, const char *remote_id) {
    int64_t asked, told;
    return str_to_i64(remote_id, &asked) && scan_i64(order, "id", &told) && asked == told;
}

static void read_now(const struct woo *w, struct slice order, struct now *now) {
    struct scan s;
    struct slice meta, entry;
    char key[128];
    memset(now, 0, sizeof *now);
    now->known = scan_text(order, "status", now->status, sizeof now->status);
    if (!scan_find(order, "meta_data", &meta) || !scan_array(&s, meta))
        return;
    while (scan_item(&s, &entry)) {
        if (!scan_text(entry, "key", key, sizeof key))
            continue;
        if (str_eq(key, w->set.reference_meta))
            scan_text(entry, "value", now->reference, sizeof now->reference);
        else if (str_eq(key, w->set.document_meta))
            scan_text(entry, "value", now->document, sizeof now->document);
    }
}

static void assign_orders(const struct woo *w, struct slice list, const struct order_ack *acks, struct now *now,
                          size_t n) {
    struct scan s;
    struct slice item;
    if (!scan_array(&s, list))
        return;
    while (scan_item(&s, &item)) {
        for (size_t i = 0; i < n; i++) {
            if (is_order(item, acks[i].remote_id))
                read_now(w, item, &now[i]);
        }
    }
}

static enum rc read_orders(struct woo *w, const struct order_ack *acks, struct now *now, size_t n, struct err *err) {
    struct woo_reply reply;
    struct buf query, ids;
    buf_init(&query, WOO_URL_MAX);
    buf_init(&ids, WOO_URL_MAX);
    memset(now, 0, n * sizeof *now);
    for (size_t i = 0; i < n; i++)
        buf_addf(&ids, "%s%s", i ? "," : "", acks[i].remote_id);
    woo_query_add(&query, "include", ids.data);
    woo_query_add_i64(&query, "per_page", WOO_BATCH_MAX);
    woo_query_add(&query, "_fields", "id,status,meta_data");
    struct woo_request request = {.method = "GET", .path = "orders", .query = query.data};
    enum rc rc = woo_call(w, &request, &reply, err);
    if (rc == RC_OK)
        assign_orders(w, reply.json, acks, now, n);
    woo_reply_free(&reply);
    buf_free(&query);
    buf_free(&ids);
    return rc;
}

/* Only an order asked for alone can be said to be gone: nobody would ever tell the shop of it again. */
static enum rc read_alone(struct woo *w, const struct order_ack *a, struct now *now, struct err *err) {
    struct woo_reply reply;
    char path[64 + REMOTE_ID_SIZE];
    str_fmt(path, sizeof path, "orders/%s", a->remote_id);
    struct woo_request request = {.method = "GET", .path = path, .query = "_fields=id%2Cstatus%2Cmeta_data"};
    enum rc rc = woo_call(w, &request, &reply, err);
    if (rc == RC_OK && is_order(reply.json, a->remote_id)) {
        read_now(w, reply.json, now);
        now->gone = str_eq(now->status, "trash"); /* no list shows it; writing would bring it back */
    } else if (rc == RC_NOT_FOUND || str_eq(reply.code, "woocommerce_rest_shop_order_invalid_id")) {
        now->gone = true;
        rc = RC_OK;
    }
    woo_reply_free(&reply);
    return rc;
}

static bool holds(const struct order_ack *a, const struct now *now) {
    return now->known && (!a->status || str_eq(a->status, now->status)) &&
           (!a->token || str_eq(a->token, now->reference)) &&
           (!a->document_number || str_eq(a->document_number, now->document));
}

static bool left_alone(const struct order_ack *a, const struct now *now) {
    for (size_t i = 0; a->unless_status && a->unless_status[i]; i++) {
        if (str_eq(a->unless_status[i], now->status))
            return true;
    }
    return false;
}

/* What is to be written, if anything; a verdict at once where nothing is. */
static void decide(struct order_ack *a, struct now *now) {
    char text[ERR_TEXT_MAX];
    if (now->gone) {
        set_verdict(a, VERDICT_NOT_FOUND, "", "The shop does not have this order any more, or only in its trash.");
    } else if (!now->known) {
        set_verdict(a, VERDICT_LATER, "", "The shop's answer about this order could not be understood.");
    } else if (left_alone(a, now)) {
        str_fmt(text, sizeof text, "The order is now \"%s\" in the shop and was left as it is.", now->status);
        set_verdict(a, VERDICT_DONE, "left_alone", text);
    } else if (holds(a, now)) {
        set_verdict(a, VERDICT_DONE, "", "");
    } else {
        now->write_status = a->status && !str_eq(a->status, now->status);
        now->write_meta = (a->token && !str_eq(a->token, now->reference)) ||
                          (a->document_number && !str_eq(a->document_number, now->document));
    }
}

/* --- writing --- */

static void write_meta(struct json_writer *out, const char *key, const char *value) {
    if (!value)
        return;
    jw_object(out, NULL);
    jw_str(out, "key", key);
    jw_str(out, "value", value);
    jw_end(out, '}');
}

static void write_order(const struct woo *w, struct json_writer *out, const struct order_ack *a, const struct now *now,
                        bool with_id) {
    jw_object(out, NULL);
    if (with_id)
        jw_raw(out, "id", a->remote_id);
    if (now->write_status)
        jw_str(out, "status", a->status);
    if (now->write_meta) {
        jw_array(out, "meta_data");
        write_meta(out, w->set.reference_meta, a->token);
        write_meta(out, w->set.document_meta, a->document_number);
        jw_end(out, ']');
    }
    jw_end(out, '}');
}

/* The shop's order after a write. */
static void judge_order(const struct woo *w, struct order_ack *a, struct slice order) {
    struct slice error;
    struct now now;
    char text[ERR_TEXT_MAX];
    if (scan_find(order, "error", &error)) {
        struct woo_reply e = {0};
        woo_error_read(error, &e);
        set_refused(a, &e);
        return;
    }
    read_now(w, order, &now);
    if (holds(a, &now)) {
        set_verdict(a, VERDICT_DONE, "", "");
        return;
    }
    str_fmt(text, sizeof text, "The shop did not keep the change; the order is now \"%s\" there.", now.status);
    set_verdict(a, VERDICT_REJECTED, "not_kept", text);
}

static void judge_batch(const struct woo *w, struct slice answer, struct order_ack *acks, size_t n) {
    struct scan s;
    struct slice list, item;
    if (!scan_find(answer, "update", &list) || !scan_array(&s, list))
        return;
    while (scan_item(&s, &item)) {
        for (size_t i = 0; i < n; i++) {
            if (acks[i].verdict.kind == VERDICT_NONE && is_order(item, acks[i].remote_id)) {
                judge_order(w, &acks[i], item);
                break;
            }
        }
    }
}

/* The shop has no such status: the order is in the ERP and only a setting keeps the shop from being told. */
static void set_unknown_status(const struct woo *w, struct order_ack *a, const char *code) {
    char text[ERR_TEXT_MAX];
    char *copy = mem_strdup(w->statuses);
    const char *known = str_trim(copy);
    str_fmt(
        text, sizeof text,
        "The shop has no order status \"%s\", so the order keeps its status there; in the ERP it is complete. Correct "
        "the setting acknowledge_status of this link, the next run tells the shop then. %s%.*s%s",
        a->status, *known ? "The shop has: " : "", (int)utf8_cut(known, 300), known, *known ? "." : "");
    set_verdict(a, VERDICT_REJECTED, code, text);
    str_copy(a->verdict.field, sizeof a->verdict.field, "status");
    mem_free(copy);
}

/* The shop refused the status, but does not tell which ones it has: it may be this order's matter. */
static void set_refused_status(struct order_ack *a, const struct woo_reply *reply) {
    char text[ERR_TEXT_MAX];
    str_fmt(text, sizeof text,
            "The shop did not take the status \"%s\" for this order, so the order keeps its status there; in the ERP "
            "it is complete. The shop says: %s",
            a->status, reply->message);
    set_verdict(a, VERDICT_REJECTED, reply->code, text);
    str_copy(a->verdict.field, sizeof a->verdict.field, "status");
}

/* A status the shop's list does not know goes alone: a single request is checked by the shop, a batch is not. */
static enum rc write_alone(struct woo *w, struct order_ack *a, const struct now *now, struct err *err) {
    struct woo_reply reply;
    struct buf body;
    struct json_writer out;
    char path[64 + REMOTE_ID_SIZE];
    buf_init(&body, WOO_BODY_MAX);
    jw_init(&out, &body);
    write_order(w, &out, a, now, false);
    str_fmt(path, sizeof path, "orders/%s", a->remote_id);
    struct woo_request request = {.method = "PUT", .path = path, .body = &body, .write = true};
    enum rc rc = woo_call(w, &request, &reply, err);
    if (rc == RC_OK) {
        judge_order(w, a, reply.json);
    } else if (rc == RC_REJECTED || rc == RC_NOT_FOUND) {
        bool status = rc == RC_REJECTED && now->write_status && str_eq(reply.field, "status");
        if (status && told_statuses(w))
            set_unknown_status(w, a, reply.code);
        else if (status)
            set_refused_status(a, &reply);
        else
            set_refused(a, &reply);
        rc = RC_OK;
    } else if (rc == RC_UNKNOWN_OUTCOME) {
        rc = RC_OK; /* looked up with the others */
    }
    woo_reply_free(&reply);
    buf_free(&body);
    return rc;
}

static enum rc write_batch(struct woo *w, struct order_ack *acks, const struct now *now, size_t n, struct err *err) {
    struct woo_reply reply;
    struct buf body;
    struct json_writer out;
    size_t count = 0;
    buf_init(&body, WOO_BODY_MAX);
    jw_init(&out, &body);
    jw_object(&out, NULL);
    jw_array(&out, "update");
    for (size_t i = 0; i < n; i++) {
        if (acks[i].verdict.kind != VERDICT_NONE || (now[i].write_status && !knows_status(w, acks[i].status)))
            continue;
        write_order(w, &out, &acks[i], &now[i], true);
        count++;
    }
    jw_end(&out, ']');
    jw_end(&out, '}');
    enum rc rc = RC_OK;
    if (count) {
        struct woo_request request = {.method = "POST", .path = "orders/batch", .body = &body, .write = true};
        rc = woo_call(w, &request, &reply, err);
        if (rc == RC_OK)
            judge_batch(w, reply.json, acks, n);
        woo_reply_free(&reply);
    }
    buf_free(&body);
    return rc == RC_UNKNOWN_OUTCOME ? RC_OK : rc;
}

static bool any_open(const struct order_ack *acks, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (acks[i].verdict.kind == VERDICT_NONE)
            return true;
    }
    return false;
}

/* Lines that were sent and got no word: what does the shop say now? */
static enum rc look_up(struct woo *w, struct order_ack *acks, struct now *now, size_t n, struct err *err) {
    enum rc rc = read_orders(w, acks, now, n, err);
    for (size_t i = 0; i < n; i++) {
        struct order_ack *a = &acks[i];
        if (a->verdict.kind != VERDICT_NONE)
            continue;
        if (rc)
            set_verdict(a, VERDICT_UNKNOWN, "", "It is not known whether the shop took the change.");
        else if (holds(a, &now[i]))
            set_verdict(a, VERDICT_DONE, "", "");
        else
            set_verdict(a, VERDICT_LATER, "", "The shop did not answer, and the change was not made.");
    }
    return rc;
}

/* Must the shop's statuses be known before anything is written? */
static bool any_status(const struct order_ack *acks, const struct now *now, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (acks[i].verdict.kind == VERDICT_NONE && now[i].write_status)
            return true;
    }
    return false;
}

static enum rc write_all(struct woo *w, struct order_ack *acks, const struct now *now, size_t n, struct err *err) {
    enum rc rc = any_status(acks, now, n) ? woo_need_statuses(w, err) : RC_OK;
    const char *refused = NULL; /* asked once is enough of a status that the shop's own list lacks */
    if (rc == RC_OK && any_open(acks, n))
        rc = write_batch(w, acks, now, n, err);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        struct order_ack *a = &acks[i];
        if (a->verdict.kind != VERDICT_NONE || !now[i].write_status || knows_status(w, a->status))
            continue;
        if (refused && str_eq(refused, a->status)) {
            set_unknown_status(w, a, "");
            continue;
        }
        rc = write_alone(w, a, &now[i], err);
        if (told_statuses(w) && a->verdict.kind == VERDICT_REJECTED && str_eq(a->verdict.field, "status"))
            refused = a->status;
    }
    return rc;
}

static enum rc acknowledge(struct woo *w, struct order_ack *acks, size_t n, struct err *err) {
    struct now *now = mem_zalloc(n + 1, sizeof *now);
    enum rc rc = read_orders(w, acks, now, n, err);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        if (!now[i].known)
            rc = read_alone(w, &acks[i], &now[i], err);
        if (rc == RC_OK)
            decide(&acks[i], &now[i]);
    }
    if (rc == RC_OK)
        rc = write_all(w, acks, now, n, err);
    if (rc == RC_OK && any_open(acks, n))
        rc = look_up(w, acks, now, n, err);
    mem_free(now);
    return rc;
}

enum rc woo_orders_ack(struct channel *c, struct order_ack *acks, size_t n, struct err *err) {
    struct woo *w = woo_of(c);
    int64_t id;
    for (size_t i = 0; i < n; i++) {
        memset(&acks[i].verdict, 0, sizeof acks[i].verdict);
        acks[i].verdict.retry_after_s = -1;
        if (!str_to_i64(acks[i].remote_id, &id) || id <= 0)
            return err_set(err, RC_INVALID, REACH_ITEM, "\"%s\" is no number of an order.", acks[i].remote_id);
    }
    for (size_t at = 0; at < n; at += WOO_BATCH_MAX) {
        enum rc rc = acknowledge(w, acks + at, n - at < WOO_BATCH_MAX ? n - at : WOO_BATCH_MAX, err);
        if (rc)
            return rc;
    }
    return RC_OK;
}
