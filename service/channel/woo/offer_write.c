/* One write of some lines, and what its answer says about each of them (rule R24). */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/offer.h"

#define LOST_IN_A_ROW_MAX 3
#define BATCH_LIMIT_MIN   5

/* What we want to know of one entry of the answer. */
struct entry {
    char id[REMOTE_ID_SIZE];
    char sku[SKU_MAX + 1];
    char status[32];
    char type[32];
    struct slice error; /* len 0: none */
    bool taken;
};

/* --- reading the answer --- */

/* An entry that cannot be read is left empty: it is told of no line, and each line asks what became of it. */
static bool next_entry(struct scan *list, struct entry *e) {
    struct slice item, id, sku, status, type, error;
    bool whole;
    const struct scan_field fields[] = {
        {"id", &id}, {"sku", &sku}, {"status", &status}, {"type", &type}, {"error", &error}};
    if (!scan_item_fields(list, &item, fields, sizeof fields / sizeof fields[0], &whole))
        return false;
    memset(e, 0, sizeof *e);
    if (!whole)
        return true;
    slice_text(id, e->id, sizeof e->id);
    slice_text(sku, e->sku, sizeof e->sku);
    slice_text(status, e->status, sizeof e->status);
    slice_text(type, e->type, sizeof e->type);
    e->error = error;
    return true;
}

static size_t read_entries(struct slice answer, const char *name, struct entry *entries, size_t max) {
    struct scan s;
    struct slice list;
    size_t n = 0;
    if (!scan_find(answer, name, &list) || !scan_array(&s, list))
        return 0;
    while (n < max && next_entry(&s, &entries[n]))
        n++;
    return n;
}

/* --- one line --- */

static void look_up(struct job *job, size_t line, enum why why) {
    struct line_state *s = &job->states[line];
    s->why = why;
    if (s->id[0] && (why == WHY_ODD || why == WHY_SLOW || why == WHY_BROKE))
        s->need = NEED_READ;
    else if (!s->sku[0]) /* nothing to look for */
        offer_refuse(job, line, VERDICT_NOT_FOUND, "", "", "The shop no longer has the product.");
    else
        s->need = NEED_FIND;
}

static bool is_gone(const char *code) {
    return str_eq(code, "woocommerce_rest_product_invalid_id") ||
           str_eq(code, "woocommerce_rest_product_variation_invalid_id") ||
           str_eq(code, "woocommerce_rest_invalid_product_id");
}

static bool is_duplicate(const struct woo_reply *e) {
    return str_eq(e->code, "product_invalid_sku") || str_eq(e->code, "woocommerce_rest_product_sku_already_exists") ||
           (str_eq(e->code, "woocommerce_rest_product_not_created") && strstr(e->message, "lookup table"));
}

static void ean_refused(struct job *job, size_t line, const struct woo_reply *e) {
    char text[ERR_TEXT_MAX];
    const char *ean = job->batch->lines[line].item->ean;
    str_fmt(text, sizeof text, "EAN %s is already used by another product of the shop (number %lld), or is not valid.",
            ean ? ean : "", (long long)e->resource_id);
    offer_refuse(job, line, VERDICT_CONFLICT, "ean", e->code, text);
}

/* The shop refused this one line inside an answered batch. */
static void line_refused(struct job *job, size_t line, struct slice error) {
    struct line_state *s = &job->states[line];
    struct woo_reply e = {0};
    woo_error_read(error, &e);
    str_copy(s->code, sizeof s->code, e.code);
    str_copy(s->field, sizeof s->field, e.field);
    str_fmt(s->text, sizeof s->text, "The shop refused it: %s", e.message[0] ? e.message : e.code);
    bool create = s->id[0] == '\0';
    if (is_gone(e.code) && !create && !s->find_done) {
        look_up(job, line, WHY_GONE);
    } else if (is_gone(e.code)) {
        offer_refuse(job, line, VERDICT_NOT_FOUND, "", e.code,
                     job->variants ? "The variation or its parent is not in the shop any more."
                                   : "The product is not in the shop any more.");
    } else if (is_duplicate(&e) && create && !s->find_done) {
        look_up(job, line, WHY_DUPLICATE);
    } else if (is_duplicate(&e)) {
        char text[ERR_TEXT_MAX];
        str_fmt(text, sizeof text, "SKU %s is already used by another product of the shop (number %lld).", s->sku,
                (long long)e.resource_id);
        offer_refuse(job, line, VERDICT_CONFLICT, "sku", e.code, text);
    } else if (str_eq(e.code, "product_invalid_global_unique_id")) {
        ean_refused(job, line, &e);
    } else if (create && !s->find_done && !e.field[0]) {
        look_up(job, line, WHY_REFUSED);
    } else {
        offer_refuse(job, line, VERDICT_REJECTED, e.field, e.code, s->text);
    }
}

/* The shop says the line is done; does what it says fit? */
static void line_accepted(struct job *job, size_t line, const struct entry *e) {
    const struct offer_line *wanted = &job->batch->lines[line];
    char text[ERR_TEXT_MAX];
    if (str_eq(e->status, "trash")) {
        offer_refuse(job, line, VERDICT_NOT_FOUND, "status", "",
                     "The product is in the shop's trash. A full send of the item takes it out again.");
        return;
    }
    bool variable = str_eq(e->type, "variable");
    if (!job->variants && variable && wanted->item->kind != ITEM_VARIANT_PARENT) {
        str_fmt(text, sizeof text,
                "In the shop this is a product with variations (number %s), in the ERP it has none. Turning it into a "
                "simple product would delete the variations; do that in the shop, or make a new SKU.",
                e->id);
        offer_refuse(job, line, VERDICT_REJECTED, "type", "", text);
        return;
    }
    offer_done(job, line, e->id);
}

/* Is this entry about this line? An update answers with the id, a create with the SKU. */
static bool is_of(const struct job *job, size_t line, const struct entry *e, bool create) {
    const struct line_state *s = &job->states[line];
    if (!create)
        return str_eq(e->id, s->id);
    char normal[SKU_MAX + 1];
    return e->error.len == 0 && str_eq(e->id, "0") == false && e->id[0] && sku_normal(normal, e->sku) &&
           str_eq(normal, s->sku);
}

static void take(struct job *job, size_t line, struct entry *e) {
    e->taken = true;
    if (e->error.len)
        line_refused(job, line, e->error);
    else
        line_accepted(job, line, e);
}

/* Do the entries stand where they should? Then even an error entry without id or SKU is known by its position. */
static bool in_order(const struct job *job, const size_t *lines, size_t count, const struct entry *entries, size_t n,
                     bool create) {
    if (n != count)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (create && entries[i].error.len)
            continue;
        if (!is_of(job, lines[i], &entries[i], create))
            return false;
    }
    return true;
}

static void judge_list(struct job *job, const size_t *lines, size_t count, struct entry *entries, size_t n,
                       bool create) {
    if (in_order(job, lines, count, entries, n, create)) {
        for (size_t i = 0; i < n; i++)
            take(job, lines[i], &entries[i]);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t k = 0;
        while (k < n && (entries[k].taken || !is_of(job, lines[i], &entries[k], create)))
            k++;
        if (k < n)
            take(job, lines[i], &entries[k]);
        else
            look_up(job, lines[i], WHY_ODD);
    }
}

static void judge_answer(struct task *t, struct slice answer) {
    struct job *job = t->job;
    struct entry *entries = mem_zalloc(t->count + 1, sizeof *entries);
    size_t n = read_entries(answer, "create", entries, t->creates + 1);
    judge_list(job, t->lines, t->creates, entries, n, true);
    n = read_entries(answer, "update", entries, t->count - t->creates + 1);
    judge_list(job, t->lines + t->creates, t->count - t->creates, entries, n, false);
    mem_free(entries);
}

/* --- the whole request failed --- */

/* Its content may be the reason: again, in halves; a line alone gets the verdict. */
static void split(struct task *t, const struct woo_reply *reply, const struct err *err) {
    struct job *job = t->job;
    job->broke = t->count > job->broke ? t->count : job->broke;
    for (size_t i = 0; t->count > 1 && i < t->count; i++)
        job->states[t->lines[i]].need = NEED_WRITE;
    if (t->count == 1)
        offer_refuse(job, t->lines[0], VERDICT_REJECTED, reply->field, reply->code, err->text);
}

static void lost(struct task *t, enum why why) {
    for (size_t i = 0; i < t->count; i++)
        look_up(t->job, t->lines[i], why);
}

/* The shop does not finish in time: fewer lines a request from now on. */
static void slow_down(struct woo *w, size_t count) {
    size_t half = count / 2 > BATCH_LIMIT_MIN ? count / 2 : BATCH_LIMIT_MIN;
    if (half < w->batch_limit)
        w->batch_limit = half;
}

static void unknown_outcome(struct task *t, const struct woo_reply *reply, const struct err *err) {
    struct offer *o = t->job->offer;
    if (reply->kind == WOO_SHOP_FAILED) {
        t->job->broke = t->count > t->job->broke ? t->count : t->job->broke;
        lost(t, WHY_BROKE);
        return;
    }
    lost(t, WHY_SLOW);
    if (reply->kind == WOO_GATEWAY || reply->http.fault == HTTP_FAULT_TIMEOUT)
        slow_down(o->w, t->count);
    if (++o->lost_in_a_row >= LOST_IN_A_ROW_MAX)
        offer_fail(o, RC_LATER, err);
}

static bool content_may_be_the_reason(const struct job *job, enum woo_kind kind) {
    return kind == WOO_BAD_REQUEST || kind == WOO_TOO_LARGE || kind == WOO_TOO_MANY ||
           (kind == WOO_FIREWALL && job->canary_passed);
}

static void parent_gone(struct task *t, const struct woo_reply *reply) {
    for (size_t i = 0; i < t->count; i++)
        offer_refuse(t->job, t->lines[i], VERDICT_NOT_FOUND, "parent", reply->code,
                     "The parent of this variation is not in the shop any more.");
}

/* The link as a whole: keys, limits, maintenance, stop. */
static void link_failed(struct task *t, const struct woo_reply *reply, enum rc rc, const struct err *err) {
    /* Stopped after it was sent: nobody looks it up now, so it is unknown. */
    if (rc == RC_STOPPED && reply->http.maybe_acted)
        lost(t, WHY_SLOW);
    for (size_t i = 0; rc == RC_LATER && i < t->count; i++)
        offer_line_later(t->job, t->lines[i], err);
    offer_fail(t->job->offer, rc, err);
}

static void whole_failed(struct task *t, const struct woo_reply *reply, enum rc rc, const struct err *err) {
    struct job *job = t->job;
    if (reply->kind == WOO_NO_THING && job->variants) {
        parent_gone(t, reply);
    } else if (rc == RC_UNKNOWN_OUTCOME) {
        unknown_outcome(t, reply, err);
    } else if (content_may_be_the_reason(job, reply->kind)) {
        split(t, reply, err);
    } else if (reply->kind == WOO_FIREWALL) {
        job->canary_due = true;
        for (size_t i = 0; i < t->count; i++)
            job->states[t->lines[i]].need = NEED_WRITE;
    } else {
        link_failed(t, reply, rc, err);
    }
}

static void on_written(void *ctx, struct woo_reply *reply, enum rc rc, const struct err *err) {
    struct task *t = ctx;
    if (rc == RC_OK) {
        t->job->offer->lost_in_a_row = 0;
        judge_answer(t, reply->json);
    } else {
        whole_failed(t, reply, rc, err);
    }
    offer_task_done(t);
}

/* --- sending --- */

static void write_list(struct task *t, struct json_writer *out, const char *name, size_t from, size_t to) {
    struct job *job = t->job;
    if (from == to)
        return;
    jw_array(out, name);
    for (size_t i = from; i < to; i++) {
        struct line_state *s = &job->states[t->lines[i]];
        woo_map_line(job->offer->w, &job->batch->lines[t->lines[i]], s->id[0] ? s->id : NULL, s->flags, out);
        s->alone = t->count == 1;
    }
    jw_end(out, ']');
}

/* Creates before updates, each in the order of the batch: the shop works and answers in this order. */
static void order_lines(struct task *t, const size_t *lines) {
    size_t at = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (!t->job->states[lines[i]].id[0])
            t->lines[at++] = lines[i];
    }
    t->creates = at;
    for (size_t i = 0; i < t->count; i++) {
        if (t->job->states[lines[i]].id[0])
            t->lines[at++] = lines[i];
    }
}

void offer_write(struct job *job, const size_t *lines, size_t count) {
    struct task *t = offer_task_new(job, NEED_WRITE, lines, count);
    order_lines(t, lines);
    struct json_writer out;
    jw_init(&out, &t->body);
    jw_object(&out, NULL);
    write_list(t, &out, "create", 0, t->creates);
    write_list(t, &out, "update", t->creates, t->count);
    jw_end(&out, '}');
    char path[64 + REMOTE_ID_SIZE] = "products/batch";
    if (job->variants)
        str_fmt(path, sizeof path, "products/%s/variations/batch", job->batch->remote_parent);
    for (size_t i = 0; i < count; i++) {
        job->states[lines[i]].need = NEED_NOTHING;
        job->states[lines[i]].why = WHY_NONE;
    }
    job->round_writes++;
    struct woo_request request = {.method = "POST", .path = path, .body = &t->body, .write = true};
    woo_start(job->offer->w, &request, on_written, t);
}
