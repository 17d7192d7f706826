/* Looking up: who holds a SKU, what a product says now, and what that means for a line. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/offer.h"

#define QUERY_BYTES_MAX 3000 /* of the list of SKUs or ids: web servers refuse long addresses */
#define ROWS_MAX        300

static const char short_fields[] = "id,sku,type,status,parent_id";
static const char all_fields[] =
    "id,sku,type,status,parent_id,name,regular_price,sale_price,date_on_sale_from_gmt,date_on_sale_to_gmt,manage_stock,"
    "stock_quantity,tax_class,weight,description,short_description,categories,global_unique_id,meta_data";

/* One product as found. */
struct row {
    char id[REMOTE_ID_SIZE], parent[REMOTE_ID_SIZE];
    char sku[SKU_MAX + 1]; /* normal form; "" when it has none */
    char type[32];
    struct slice raw;
};

/* What an answer shows. `spoilt`: an entry cannot be read, so what is not there may be there all the same. */
struct rows {
    struct row list[ROWS_MAX];
    size_t count;
    bool spoilt;
};

static bool read_row(struct slice item, struct row *row) {
    char sku[8 * SKU_MAX];
    memset(row, 0, sizeof *row);
    row->raw = item;
    if (!scan_text(item, "id", row->id, sizeof row->id) || str_eq(row->id, "0"))
        return false;
    if (!scan_text(item, "sku", sku, sizeof sku) || !sku_normal(row->sku, sku))
        row->sku[0] = '\0';
    scan_text(item, "parent_id", row->parent, sizeof row->parent);
    scan_text(item, "type", row->type, sizeof row->type);
    return true;
}

static void read_rows(struct slice answer, struct rows *rows) {
    struct scan s;
    struct slice item;
    rows->count = 0;
    rows->spoilt = !scan_array(&s, answer);
    while (!rows->spoilt && rows->count < ROWS_MAX && scan_item(&s, &item)) {
        if (read_row(item, &rows->list[rows->count]))
            rows->count++;
        else
            rows->spoilt = true;
    }
    rows->spoilt = rows->spoilt || s.broken;
}

/* --- what a result means --- */

static bool was_sent(enum why why) {
    return why == WHY_ODD || why == WHY_SLOW || why == WHY_BROKE;
}

/* Does the product already say what we wanted to say? */
static bool is_written(struct job *job, size_t line, const struct row *row) {
    struct line_state *s = &job->states[line];
    struct buf body;
    buf_init(&body, WOO_BODY_MAX);
    struct json_writer out;
    jw_init(&out, &body);
    woo_map_line(job->offer->w, &job->batch->lines[line], row->id, s->flags, &out);
    bool same = woo_map_same((struct slice){body.data, body.len}, row->raw);
    buf_free(&body);
    return same;
}

static void later(struct job *job, size_t line, const char *text) {
    struct err err;
    err_set(&err, RC_LATER, REACH_ITEM, "%s", text);
    offer_line_later(job, line, &err);
}

/* It was sent, there was no answer, and it did not happen. */
static void not_written(struct job *job, size_t line) {
    struct line_state *s = &job->states[line];
    if (s->why == WHY_BROKE && !s->alone)
        s->need = NEED_WRITE; /* in smaller parts, so that one bad line does not hold up the others */
    else if (s->why == WHY_BROKE)
        later(job, line, "The shop fails with an internal error on this item. Its own error log tells the reason.");
    else if (s->why == WHY_ODD)
        later(job, line, "The shop's answer did not say anything about this item, and it was not written.");
    else
        later(job, line, "The shop did not answer in time, and a look showed that this item was not written.");
}

/* May our line live in this product of the shop? Tells why not. */
static bool fits(struct job *job, size_t line, const struct row *row) {
    struct line_state *s = &job->states[line];
    const struct item *item = job->batch->lines[line].item;
    bool variation = str_eq(row->type, "variation");
    char text[ERR_TEXT_MAX];
    if (job->variants ? !variation || !str_eq(row->parent, job->batch->remote_parent) : variation) {
        str_fmt(text, sizeof text,
                "SKU %s is used in the shop by %s number %s%s%s. It cannot be taken over from there.", s->sku,
                variation ? "the variation" : "the product", row->id, variation ? " of product " : "",
                variation ? row->parent : "");
        offer_refuse(job, line, VERDICT_CONFLICT, "sku", "", text);
        return false;
    }
    bool variable = str_eq(row->type, "variable");
    if (!job->variants && variable && item->kind != ITEM_VARIANT_PARENT) {
        str_fmt(
            text, sizeof text,
            "In the shop SKU %s is a product with variations (number %s), in the ERP it has none. Turning it into a "
            "simple product would delete the variations.",
            s->sku, row->id);
        offer_refuse(job, line, VERDICT_REJECTED, "type", "", text);
        return false;
    }
    if (!job->variants && !variable && item->kind == ITEM_VARIANT_PARENT)
        s->flags |= WOO_MAP_RETYPE;
    return true;
}

/* Two items of ours must never share one product of theirs. */
static bool taken_by_other(const struct job *job, size_t line, const char *id) {
    for (size_t i = 0; i < job->batch->line_count; i++) {
        if (i != line && (str_eq(job->states[i].id, id) || str_eq(job->batch->lines[i].verdict.remote_id, id)))
            return true;
    }
    return false;
}

static void found_one(struct job *job, size_t line, const struct row *row, enum need kind) {
    struct line_state *s = &job->states[line];
    if (taken_by_other(job, line, row->id)) {
        offer_refuse(job, line, VERDICT_CONFLICT, "sku", "", "Two items of the ERP have this SKU.");
        return;
    }
    if (!fits(job, line, row))
        return;
    if (was_sent(s->why) && kind == NEED_FIND && is_written(job, line, row)) {
        offer_done(job, line, row->id);
        return;
    }
    bool was_bound = s->id[0] != '\0';
    if (was_sent(s->why) && was_bound) {
        not_written(job, line);
        return;
    }
    str_copy(s->id, sizeof s->id, row->id);
    s->adopted = !was_bound;
    s->rebound = was_bound;
    if (kind == NEED_TRASH)
        s->flags |= WOO_MAP_RESTORE;
    s->need = NEED_WRITE;
}

static void found_twin(struct job *job, size_t line, const struct row *row) {
    struct line_state *s = &job->states[line];
    char text[ERR_TEXT_MAX];
    str_fmt(
        text, sizeof text,
        "The shop takes SKU %s for the same as \"%s\" (number %s): it does not tell capital letters and accents apart. "
        "Change one of the two.",
        s->sku, row->sku, row->id);
    offer_refuse(job, line, VERDICT_CONFLICT, "sku", s->code, text);
}

static void found_none(struct job *job, size_t line, enum need kind) {
    struct line_state *s = &job->states[line];
    s->need = NEED_NOTHING;
    if (was_sent(s->why)) {
        not_written(job, line);
    } else if (s->why == WHY_DUPLICATE && kind == NEED_FIND && !job->variants) {
        s->need = NEED_TRASH;
    } else if (s->why == WHY_DUPLICATE) {
        offer_refuse(job, line, VERDICT_CONFLICT, "sku", s->code,
                     "The shop says this SKU is taken, but shows no product that has it, not even in its trash.");
    } else if (s->why == WHY_REFUSED) {
        offer_refuse(job, line, VERDICT_REJECTED, s->field, s->code, s->text);
    } else {
        offer_refuse(job, line, VERDICT_NOT_FOUND, "", s->code, "The shop has no product with this SKU (any more).");
    }
}

static void judge_found(struct job *job, size_t line, const struct rows *found, enum need kind) {
    const struct row *rows = found->list;
    struct line_state *s = &job->states[line];
    const struct row *exact = NULL, *twin = NULL;
    size_t matches = 0;
    struct buf ours, theirs;
    buf_init(&ours, 4 * SKU_MAX);
    sku_collation_key(&ours, s->sku);
    for (size_t i = 0; i < found->count; i++) {
        if (str_eq(rows[i].sku, s->sku)) {
            exact = &rows[i];
            matches++;
            continue;
        }
        buf_init(&theirs, 4 * SKU_MAX);
        sku_collation_key(&theirs, rows[i].sku);
        if (rows[i].sku[0] && str_eq(ours.data, theirs.data))
            twin = &rows[i];
        buf_free(&theirs);
    }
    buf_free(&ours);
    s->need = NEED_NOTHING;
    s->find_done = true;
    if (matches == 0 && found->spoilt)
        later(job, line, "The shop's answer about this SKU could not be read.");
    else if (matches > 1)
        offer_refuse(job, line, VERDICT_CONFLICT, "sku", "",
                     "Several products of the shop have this SKU. Remove it from all but one.");
    else if (exact)
        found_one(job, line, exact, kind);
    else if (twin)
        found_twin(job, line, twin);
    else
        found_none(job, line, kind);
}

static void judge_read(struct job *job, size_t line, const struct rows *found) {
    struct line_state *s = &job->states[line];
    const struct row *rows = found->list;
    s->need = NEED_NOTHING;
    for (size_t i = 0; i < found->count; i++) {
        if (str_eq(rows[i].id, s->id) && is_written(job, line, &rows[i])) {
            offer_done(job, line, s->id);
            return;
        }
    }
    not_written(job, line);
}

/* --- asking --- */

static void on_found(void *ctx, struct woo_reply *reply, enum rc rc, const struct err *err) {
    struct task *t = ctx;
    struct job *job = t->job;
    if (rc == RC_OK) {
        struct rows *rows = MEM_NEW(struct rows);
        read_rows(reply->json, rows);
        for (size_t i = 0; i < t->count; i++) {
            if (t->kind == NEED_READ)
                judge_read(job, t->lines[i], rows);
            else
                judge_found(job, t->lines[i], rows, t->kind);
        }
        mem_free(rows);
    } else if (rc == RC_NOT_FOUND || rc == RC_REJECTED) {
        for (size_t i = 0; i < t->count; i++)
            offer_refuse(job, t->lines[i], rc == RC_NOT_FOUND ? VERDICT_NOT_FOUND : VERDICT_REJECTED, "", reply->code,
                         err->text);
    } else {
        for (size_t i = 0; i < t->count; i++)
            job->states[t->lines[i]].need = t->kind; /* still not known */
        offer_fail(job->offer, rc, err);
    }
    offer_task_done(t);
}

static void send(struct job *job, enum need kind, const size_t *lines, size_t count, const char *list) {
    struct task *t = offer_task_new(job, kind, lines, count);
    struct buf query;
    buf_init(&query, WOO_URL_MAX);
    bool all = false;
    for (size_t i = 0; i < count; i++) {
        all = all || was_sent(job->states[lines[i]].why);
        job->states[lines[i]].need = NEED_NOTHING;
    }
    char path[64 + REMOTE_ID_SIZE] = "products";
    if (kind == NEED_READ && job->variants)
        str_fmt(path, sizeof path, "products/%s/variations", job->batch->remote_parent);
    woo_query_add(&query, kind == NEED_READ ? "include" : "sku", list);
    if (kind == NEED_TRASH)
        woo_query_add(&query, "status", "trash");
    woo_query_add(&query, "per_page", "100");
    woo_query_add(&query, "_fields", all ? all_fields : short_fields);
    struct woo_request request = {.method = "GET", .path = path, .query = query.data};
    woo_start(job->offer->w, &request, on_found, t);
    buf_free(&query);
}

void offer_find(struct job *job, const size_t *lines, size_t count, enum need kind) {
    struct buf list;
    buf_init(&list, WOO_URL_MAX);
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        const struct line_state *s = &job->states[lines[i]];
        const char *key = kind == NEED_READ ? s->id : s->sku;
        bool alone = strchr(key, ',') != NULL; /* a comma separates: such a SKU is only found alone (hazard 14) */
        if (i > from && (alone || 3 * (list.len + strlen(key)) > QUERY_BYTES_MAX)) {
            send(job, kind, lines + from, i - from, list.data);
            buf_clear(&list);
            from = i;
        }
        if (i > from)
            buf_addc(&list, ',');
        buf_adds(&list, key);
        if (alone) {
            send(job, kind, lines + from, i - from + 1, list.data);
            buf_clear(&list);
            from = i + 1;
        }
    }
    if (from < count)
        send(job, kind, lines + from, count - from, list.data);
    buf_free(&list);
}
