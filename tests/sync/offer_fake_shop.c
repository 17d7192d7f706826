#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/sync/offer_fake.h"

static struct fake_shop *self(struct channel *c) {
    return (struct fake_shop *)c;
}

static bool same_sku(const struct fake_shop *s, const char *a, const char *b) {
    if (!s->vt.caps.sku_ignores_case)
        return strcmp(a, b) == 0;
    struct buf fa, fb;
    buf_init(&fa, 1000);
    buf_init(&fb, 1000);
    sku_collation_key(&fa, a);
    sku_collation_key(&fb, b);
    bool same = strcmp(fa.data, fb.data) == 0;
    buf_free(&fa);
    buf_free(&fb);
    return same;
}

struct fake_product *fake_product_by_sku(struct fake_shop *s, const char *sku) {
    for (size_t i = 0; i < s->count; i++)
        if (!s->products[i].gone && same_sku(s, s->products[i].sku, sku))
            return &s->products[i];
    return NULL;
}

static struct fake_product *by_id(struct fake_shop *s, const char *id, const char *parent) {
    for (size_t i = 0; i < s->count; i++)
        if (!s->products[i].gone && strcmp(s->products[i].id, id) == 0 && strcmp(s->products[i].parent, parent) == 0)
            return &s->products[i];
    return NULL;
}

struct fake_product *fake_product_add(struct fake_shop *s, const char *sku, const char *name) {
    mem_grow((void **)&s->products, &s->capacity, s->count, sizeof *s->products);
    struct fake_product *p = &s->products[s->count++];
    memset(p, 0, sizeof *p);
    str_fmt(p->id, sizeof p->id, "%lld", (long long)++s->ids);
    str_copy(p->sku, sizeof p->sku, sku);
    str_copy(p->name, sizeof p->name, name);
    return p;
}

void fake_shop_reset_counts(struct fake_shop *s) {
    s->requests = s->lines = s->group_requests = s->find_requests = s->attribute_requests = s->puts = s->most_lines = 0;
    s->aspects_seen = 0;
}

/* --- one line --- */

static void reject(struct verdict *v, enum verdict_kind kind, const char *text) {
    v->kind = kind;
    str_copy(v->text, sizeof v->text, text);
}

static void write_fields(struct fake_product *p, const struct offer_line *line) {
    if (line->unpublish) {
        p->hidden = true;
        if (line->sku_too)
            str_copy(p->sku, sizeof p->sku, line->item->sku);
        return;
    }
    if (line->aspects & ASPECT_MASTER) {
        str_copy(p->sku, sizeof p->sku, line->item->sku);
        str_trim(p->sku);
        str_copy(p->name, sizeof p->name, line->name);
        str_copy(p->group, sizeof p->group, line->remote_group);
        p->hidden = false;
    }
    if (line->aspects & ASPECT_TEXT)
        str_copy(p->text, sizeof p->text, line->item->description ? line->item->description : "");
    if (line->aspects & ASPECT_PRICE) {
        p->regular = line->regular;
        p->sale = line->sale;
    }
    if (line->aspects & ASPECT_STOCK)
        p->stock = line->available;
    p->writes++;
}

/* What stands against the line before anything is written; false: its verdict is made. */
static bool acceptable(struct fake_shop *s, struct offer_line *line, const char *parent) {
    if ((s->refuse_sku && str_eq(line->item->sku, s->refuse_sku)) ||
        (s->refuse_key && str_eq(line->item->key, s->refuse_key))) {
        reject(&line->verdict, VERDICT_REJECTED, s->refuse_text ? s->refuse_text : "No.");
        str_copy(line->verdict.field, sizeof line->verdict.field, "name");
        return false;
    }
    if (parent[0] && !by_id(s, parent, ""))
        reject(&line->verdict, VERDICT_NOT_FOUND, "No such parent.");
    else if (line->remote_id[0] && !by_id(s, line->remote_id, parent))
        reject(&line->verdict, VERDICT_NOT_FOUND, "No such product.");
    else
        return true;
    return false;
}

static void put_line(struct fake_shop *s, struct offer_line *line, const char *parent) {
    struct verdict *v = &line->verdict;
    s->lines++;
    s->aspects_seen |= line->aspects;
    if (!acceptable(s, line, parent))
        return;
    char sku[128];
    str_copy(sku, sizeof sku, line->item->sku ? line->item->sku : "");
    str_trim(sku);
    struct fake_product *holder = sku[0] ? fake_product_by_sku(s, sku) : NULL;
    struct fake_product *p = line->remote_id[0] ? by_id(s, line->remote_id, parent) : NULL;
    if (!p && holder && strcmp(holder->sku, sku) == 0 && strcmp(holder->parent, parent) == 0) {
        p = holder;
        v->adopted = true;
    }
    if (holder && holder != p && (line->aspects & ASPECT_MASTER) && (!line->unpublish || line->sku_too)) {
        reject(v, VERDICT_CONFLICT, "Another product has this SKU.");
        return;
    }
    if (!p) {
        p = fake_product_add(s, sku, "");
        str_copy(p->parent, sizeof p->parent, parent);
    }
    write_fields(p, line);
    v->kind = VERDICT_DONE;
    str_copy(v->remote_id, sizeof v->remote_id, p->id);
}

/* --- a batch --- */

static bool chance(struct fake_shop *s, unsigned percent) {
    return percent > 0 && rng_below(&s->rng, 100) < percent;
}

static bool spoiled(const struct fake_shop *s, const struct offer_batch *batch) {
    for (size_t i = 0; i < batch->line_count && s->spoils_sku; i++)
        if (str_eq(batch->lines[i].item->sku, s->spoils_sku))
            return true;
    return false;
}

static void put_batch(struct fake_shop *s, struct offer_batch *batch) {
    s->requests++;
    if (batch->line_count > s->most_lines)
        s->most_lines = batch->line_count;
    s->clock->now_ms += s->request_ms;
    if (s->on_request)
        s->on_request(s->on_request_ctx);
    enum fake_fault fault = chance(s, s->fault_percent) ? (enum fake_fault)(1 + rng_below(&s->rng, 3)) : FAULT_NONE;
    if (s->always != FAULT_NONE)
        fault = s->always;
    if (spoiled(s, batch))
        fault = FAULT_LOST_BEFORE;
    for (size_t i = 0; i < batch->line_count; i++) {
        struct offer_line *line = &batch->lines[i];
        enum fake_fault one = fault == FAULT_NONE && chance(s, s->fault_percent / 4) ? FAULT_LATER : fault;
        if (one == FAULT_NONE || one == FAULT_LOST_AFTER)
            put_line(s, line, batch->remote_parent);
        if (one == FAULT_LATER)
            reject(&line->verdict, VERDICT_LATER, "Busy.");
        if (one == FAULT_LOST_BEFORE || one == FAULT_LOST_AFTER)
            reject(&line->verdict, VERDICT_UNKNOWN, "The answer was lost.");
    }
}

struct flight {
    struct offer_batch *at[16];
    size_t count;
};

static enum rc land(struct fake_shop *s, const struct offer_stream *stream, struct flight *f, struct err *err) {
    size_t which = rng_below(&s->rng, f->count);
    struct offer_batch *batch = f->at[which];
    f->at[which] = f->at[--f->count];
    put_batch(s, batch);
    return stream->done(stream->ctx, batch, err);
}

static enum rc fake_offer_put(struct channel *c, const struct offer_stream *stream, struct err *err) {
    struct fake_shop *s = self(c);
    struct flight f = {.count = 0};
    enum rc rc = RC_OK;
    bool more = true;
    s->puts++;
    while (rc == RC_OK && (more || f.count > 0)) {
        int64_t wait_ms = -1;
        struct offer_batch *batch = NULL;
        if (more && f.count < s->parallel) {
            rc = stream->next(stream->ctx, &batch, &wait_ms, err);
            if (batch)
                f.at[f.count++] = batch;
            if (batch || rc != RC_OK)
                continue;
            more = wait_ms >= 0;
        }
        if (f.count > 0 && wait_ms != 0)
            rc = land(s, stream, &f, err);
        else if (more)
            s->clock->now_ms += wait_ms;
    }
    while (f.count > 0) {
        struct err ignored;
        land(s, stream, &f, &ignored);
    }
    return rc;
}

/* --- the rest --- */

static enum rc fake_groups_put(struct channel *c, struct group_line *lines, size_t n, struct err *err) {
    (void)err;
    struct fake_shop *s = self(c);
    s->group_requests++;
    for (size_t i = 0; i < n; i++) {
        if (s->refuse_group && strcmp(s->refuse_group, lines[i].group->name) == 0) {
            reject(&lines[i].verdict, VERDICT_REJECTED, "No such group, please.");
            continue;
        }
        lines[i].verdict.kind = VERDICT_DONE;
        if (lines[i].remote_id[0])
            str_copy(lines[i].verdict.remote_id, REMOTE_ID_SIZE, lines[i].remote_id);
        else
            str_fmt(lines[i].verdict.remote_id, REMOTE_ID_SIZE, "g%lld", (long long)++s->ids);
    }
    return RC_OK;
}

static enum rc fake_attributes_put(struct channel *c, struct attribute_line *lines, size_t n, struct err *err) {
    (void)err;
    struct fake_shop *s = self(c);
    s->attribute_requests++;
    for (size_t i = 0; i < n; i++) {
        lines[i].verdict.kind = VERDICT_DONE;
        if (lines[i].remote_id[0])
            str_copy(lines[i].verdict.remote_id, REMOTE_ID_SIZE, lines[i].remote_id);
        else
            str_fmt(lines[i].verdict.remote_id, REMOTE_ID_SIZE, "a%lld", (long long)++s->ids);
    }
    return RC_OK;
}

static enum rc fake_find(struct channel *c, const char *const *skus, size_t n, struct remote_product *found,
                         struct err *err) {
    (void)err;
    struct fake_shop *s = self(c);
    s->find_requests++;
    for (size_t i = 0; i < n; i++) {
        struct fake_product *p = fake_product_by_sku(s, skus[i]);
        if (!p || strcmp(p->sku, skus[i]) != 0)
            continue;
        str_copy(found[i].remote_id, REMOTE_ID_SIZE, p->id);
        str_copy(found[i].remote_parent, REMOTE_ID_SIZE, p->parent);
    }
    return RC_OK;
}

static enum rc fake_orders_since(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                                 struct err *err) {
    (void)c;
    (void)start_ms;
    (void)err;
    memset(out, 0, sizeof *out);
    str_copy(out->cursor, sizeof out->cursor, cursor);
    return RC_OK;
}

static void fake_close(struct channel *c) {
    (void)c;
}

void fake_shop_init(struct fake_shop *s, struct fixed_clock *clock) {
    memset(s, 0, sizeof *s);
    s->clock = clock;
    s->parallel = 4;
    s->vt = (struct channel_vt){
        .kind = "fake",
        .display_name = "Fake",
        .caps = {.batch_max = 100,
                 .variants_batch_by_parent = true,
                 .has_groups = true,
                 .sku_ignores_case = true,
                 .aspects = ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK},
        .mapping_version = 1,
        .close = fake_close,
        .groups_put = fake_groups_put,
        .attributes_put = fake_attributes_put,
        .offer_put = fake_offer_put,
        .products_find = fake_find,
        .orders_since = fake_orders_since,
    };
    s->channel.vt = &s->vt;
    rng_seed(&s->rng, 1);
}

void fake_shop_free(struct fake_shop *s) {
    mem_free(s->products);
    mem_free(s->group_names);
}
