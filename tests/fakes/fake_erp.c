#include "tests/fakes/fake_erp.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/fakes/state.h"

static struct fake_erp *self(struct erp *e) {
    return (struct fake_erp *)(void *)e;
}

static void fake_close(struct erp *e) {
    (void)e;
}

static const struct erp_caps *fake_caps(const struct erp *e) {
    return &((const struct fake_erp *)(const void *)e)->caps;
}

static enum rc fake_probe(struct erp *e, struct err *err) {
    (void)e;
    (void)err;
    return RC_OK;
}

static enum rc fake_version(struct erp *e, int64_t *out, struct err *err) {
    (void)err;
    *out = self(e)->version;
    return RC_OK;
}

static enum rc fake_groups_changed(struct erp *e, int64_t since, erp_group_visit visit, void *ctx, struct err *err) {
    struct fake_erp *f = self(e);
    for (size_t i = 0; i < f->group_count; i++) {
        if (f->groups[i].version <= since)
            continue;
        enum rc rc = visit(ctx, &f->groups[i], err);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static bool wanted(const struct offer_query *q, const struct item *item) {
    if ((item->kind == ITEM_VARIANT) != q->variants)
        return false;
    if (q->sku && !str_eq(q->sku, item->sku))
        return false;
    if (q->changed_only && (item->version <= q->since || item->version > q->until))
        return false;
    if (q->changed_only) {
        if (item->version < q->after_version)
            return false;
        return item->version > q->after_version || strcmp(item->key, q->after_key) > 0;
    }
    return strcmp(item->key, q->after_key) > 0;
}

static bool changed_order = false;

static int by_place(const void *a, const void *b) {
    const struct item *const *x = a, *const *y = b;
    if (changed_order && (*x)->version != (*y)->version)
        return (*x)->version < (*y)->version ? -1 : 1;
    return strcmp((*x)->key, (*y)->key);
}

/* The item as a reader of these aspects sees it. */
static void view(const struct item *item, unsigned aspects, struct item *out) {
    item_copy(out, item);
    out->read = aspects;
}

static enum rc fake_offer_read(struct erp *e, struct offer_query *q, erp_item_visit visit, void *ctx, size_t *count,
                               struct err *err) {
    struct fake_erp *f = self(e);
    const struct item **found = mem_zalloc(f->item_count + 1, sizeof *found);
    size_t n = 0;
    for (size_t i = 0; i < f->item_count; i++)
        if (wanted(q, &f->items[i]))
            found[n++] = &f->items[i];
    changed_order = q->changed_only;
    qsort(found, n, sizeof *found, by_place);
    n = n < q->limit ? n : q->limit;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct item seen;
        memset(&seen, 0, sizeof seen);
        view(found[i], q->aspects, &seen);
        q->after_version = found[i]->version;
        str_copy(q->after_key, sizeof q->after_key, found[i]->key);
        rc = visit(ctx, &seen, err);
        item_free_fields(&seen);
    }
    *count = n;
    mem_free(found);
    return rc;
}

static enum rc fake_offer_count(struct erp *e, const struct offer_query *q, int64_t *out, struct err *err) {
    (void)e;
    (void)q;
    (void)err;
    *out = -1;
    return RC_OK;
}

struct item *fake_erp_find(struct fake_erp *erp, const char *sku) {
    for (size_t i = 0; i < erp->item_count; i++)
        if (str_eq(erp->items[i].sku, sku))
            return &erp->items[i];
    return NULL;
}

static enum rc fake_item_by_sku(struct erp *e, const char *sku, unsigned aspects, struct item *out, struct err *err) {
    struct fake_erp *f = self(e);
    size_t n = 0;
    const struct item *found = NULL;
    for (size_t i = 0; i < f->item_count; i++)
        if (str_eq(f->items[i].sku, sku)) {
            found = &f->items[i];
            n++;
        }
    if (n == 0)
        return err_set(err, RC_NOT_FOUND, REACH_ITEM, "No item has the SKU %s.", sku);
    if (n > 1)
        return err_set(err, RC_CONFLICT, REACH_ITEM, "%zu items have the SKU %s.", n, sku);
    memset(out, 0, sizeof *out);
    view(found, aspects, out);
    return RC_OK;
}

static enum rc fake_items_by_parent(struct erp *e, const char *parent_key, unsigned aspects, erp_item_visit visit,
                                    void *ctx, struct err *err) {
    struct fake_erp *f = self(e);
    for (size_t i = 0; i < f->item_count; i++) {
        if (!str_eq(f->items[i].parent_key, parent_key))
            continue;
        struct item seen;
        memset(&seen, 0, sizeof seen);
        view(&f->items[i], aspects, &seen);
        enum rc rc = visit(ctx, &seen, err);
        item_free_fields(&seen);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc fake_check_items(struct erp *e, erp_finding_visit visit, void *ctx, struct err *err) {
    (void)e;
    (void)visit;
    (void)ctx;
    (void)err;
    return RC_OK;
}

static enum rc fake_operator_check(struct erp *e, const char *operator_name, struct err *err) {
    struct fake_erp *f = self(e);
    for (size_t i = 0; i < 4; i++)
        if (str_eq(f->operators[i], operator_name))
            return RC_OK;
    return err_set(err, RC_NOT_FOUND, REACH_FLOW, "The ERP has no operator %s.", operator_name);
}

static enum rc fake_vat_code(struct erp *e, const char *country, int64_t rate, char out[32], struct err *err) {
    struct fake_erp *f = self(e);
    for (size_t i = 0; f->known_rates[i] >= 0; i++)
        if (f->known_rates[i] == rate) {
            str_fmt(out, 32, "%s-%lld", country, (long long)rate);
            return RC_OK;
        }
    return err_set(err, RC_NOT_FOUND, REACH_ITEM, "The ERP has no such rate.");
}

static enum rc fake_customer_match(struct erp *e, const struct order *order, char out[64], struct err *err) {
    struct fake_erp *f = self(e);
    if (f->blocked_email && str_eq(order->billing.email, f->blocked_email))
        return err_set(err, RC_REJECTED, REACH_ITEM, "The customer %s is blocked in the ERP.", f->blocked_email);
    size_t fit = 0;
    for (size_t i = 0; i < f->document_count; i++)
        fit += !str_empty(order->billing.email) && str_eq(f->documents[i].made_customer, order->billing.email);
    if (fit > 1)
        return err_set(err, RC_CONFLICT, REACH_ITEM, "%zu customers of the ERP fit the buyer.", fit);
    str_copy(out, 64, fit ? order->billing.email : "");
    return RC_OK;
}

/* --- orders --- */

struct fake_document *fake_erp_document(struct fake_erp *erp, const char *internet_number) {
    for (size_t i = 0; i < erp->document_count; i++)
        if (str_eq(erp->documents[i].internet, internet_number))
            return &erp->documents[i];
    return NULL;
}

static struct fake_document *add_document(struct fake_erp *f) {
    mem_grow((void **)&f->documents, &f->document_capacity, f->document_count, sizeof *f->documents);
    struct fake_document *d = &f->documents[f->document_count++];
    memset(d, 0, sizeof *d);
    str_fmt(d->key, sizeof d->key, "%zu", f->document_count);
    str_fmt(d->number, sizeof d->number, "ZK/%zu/11/2026", f->document_count);
    d->created_ms = clock_wall_ms(f->clock);
    return d;
}

struct fake_document *fake_erp_foreign(struct fake_erp *erp, const char *channel, const char *internet_number,
                                       const char *customer_number, int64_t total) {
    struct fake_document *d = add_document(erp);
    str_copy(d->channel, sizeof d->channel, channel);
    str_copy(d->internet, sizeof d->internet, internet_number);
    str_copy(d->customer, sizeof d->customer, customer_number);
    str_copy(d->currency, sizeof d->currency, "PLN");
    d->total = d->lines_gross = total;
    return d;
}

static void add_vat(struct fake_document *d, int64_t rate, int64_t vat) {
    for (size_t i = 0; i < d->rate_count; i++)
        if (d->rates[i] == rate) {
            d->vat_by_rate[i] += vat;
            return;
        }
    if (d->rate_count == 16)
        return;
    d->rates[d->rate_count] = rate;
    d->vat_by_rate[d->rate_count++] = vat;
}

static void reserve(struct fake_erp *f, const struct erp_order_line *line) {
    for (size_t i = 0; i < f->item_count; i++)
        if (str_eq(f->items[i].key, line->item_key)) {
            f->items[i].stock.reserved += line->line->quantity;
            fake_erp_touch(f, &f->items[i]);
        }
}

static void write_order(struct fake_erp *f, const struct erp_order *order, struct erp_document *out) {
    struct fake_document *d = add_document(f);
    str_copy(d->token, sizeof d->token, order->token);
    str_copy(d->channel, sizeof d->channel, order->channel);
    str_copy(d->internet, sizeof d->internet, order->order->remote_id);
    str_copy(d->customer, sizeof d->customer, order->order->number);
    str_copy(d->operator_name, sizeof d->operator_name, order->operator_name);
    str_copy(d->currency, sizeof d->currency, order->order->currency);
    d->total = order->order->total;
    if (!order->customer_key)
        str_copy(d->made_customer, sizeof d->made_customer, order->order->billing.email);
    for (size_t i = 0; i < order->line_count; i++) {
        const struct order_line *line = order->lines[i].line;
        d->lines_gross += line->net + line->vat;
        add_vat(d, line->rate, line->vat);
        if (order->lines[i].item_key)
            reserve(f, &order->lines[i]);
    }
    str_copy(out->key, sizeof out->key, d->key);
    str_copy(out->number, sizeof out->number, d->number);
}

static void maybe_die(const struct fake_erp *f, const struct erp_order *order) {
    for (size_t i = 0; f->killer && i < order->line_count; i++)
        if (str_eq(order->lines[i].item_key, "k-KILLER"))
            f->killer(f->killer_ctx);
}

static enum rc fake_order_create(struct erp *e, const struct erp_order *order, struct erp_document *out,
                                 struct err *err) {
    struct fake_erp *f = self(e);
    f->creates++;
    maybe_die(f, order);
    unsigned way = fake_faults_draw(&f->faults, 3);
    if (way == 1)
        return err_set(err, RC_LATER, REACH_ITEM, "The ERP is busy.");
    if (way == 2)
        return err_set(err, RC_UNKNOWN_OUTCOME, REACH_ITEM, "The ERP did not answer.");
    for (size_t i = 0; i < f->document_count; i++) {
        const struct fake_document *d = &f->documents[i];
        if (str_eq(d->token, order->token) ||
            (str_eq(d->channel, order->channel) && str_eq(d->internet, order->order->remote_id)))
            return err_set(err, RC_CONFLICT, REACH_ITEM, "The ERP has this order already as %s.", d->number);
    }
    struct erp_document made;
    write_order(f, order, &made);
    if (way == 3)
        return err_set(err, RC_UNKNOWN_OUTCOME, REACH_ITEM, "The ERP did not answer.");
    *out = made;
    return RC_OK;
}

static enum rc fake_order_find(struct erp *e, const char *token, const char *internet_number,
                               const char *customer_number, int64_t since_ms, struct erp_order_match *out, size_t max,
                               size_t *count, struct err *err) {
    (void)err;
    struct fake_erp *f = self(e);
    size_t n = 0;
    for (size_t i = 0; i < f->document_count; i++) {
        const struct fake_document *d = &f->documents[i];
        struct erp_order_match m = {.created_ms = d->created_ms, .total = d->total};
        bool recent = d->created_ms >= since_ms;
        m.by_token = !str_empty(token) && str_eq(d->token, token);
        m.by_internet_number = recent && !str_empty(internet_number) && str_eq(d->internet, internet_number);
        m.by_customer_number = recent && !str_empty(customer_number) && str_eq(d->customer, customer_number);
        if (!m.by_token && !m.by_internet_number && !m.by_customer_number)
            continue;
        str_copy(m.document.key, sizeof m.document.key, d->key);
        str_copy(m.document.number, sizeof m.document.number, d->number);
        str_copy(m.currency, sizeof m.currency, d->currency);
        m.ours = str_eq(d->channel, "shop");
        str_copy(m.channel, sizeof m.channel, d->channel);
        if (n < max)
            out[n] = m;
        n++;
    }
    *count = n;
    return RC_OK;
}

static const struct erp_vt fake_vt = {
    .kind = "fake",
    .close = fake_close,
    .caps = fake_caps,
    .probe = fake_probe,
    .version = fake_version,
    .groups_changed = fake_groups_changed,
    .offer_read = fake_offer_read,
    .offer_count = fake_offer_count,
    .item_by_sku = fake_item_by_sku,
    .items_by_parent = fake_items_by_parent,
    .check_items = fake_check_items,
    .operator_check = fake_operator_check,
    .vat_code = fake_vat_code,
    .customer_match = fake_customer_match,
    .order_create = fake_order_create,
    .order_find = fake_order_find,
};

struct fake_erp *fake_erp_new(struct clock *clock) {
    struct fake_erp *f = MEM_NEW(struct fake_erp);
    f->erp.vt = &fake_vt;
    f->clock = clock;
    f->version = 1;
    f->operators[0] = "ADMIN";
    static const int64_t rates[] = {0, 50000, 80000, 90000, 120000, 190000, 230000, 250000, -1};
    memcpy(f->known_rates, rates, sizeof rates);
    f->caps = (struct erp_caps){.versions = true,
                                .reservations = true,
                                .variants = true,
                                .groups = true,
                                .both_order_keys = true,
                                .aspects = ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK};
    rng_seed(&f->faults.rng, 2);
    return f;
}

void fake_erp_free(struct fake_erp *erp) {
    if (!erp)
        return;
    for (size_t i = 0; i < erp->item_count; i++)
        item_free_fields(&erp->items[i]);
    for (size_t i = 0; i < erp->group_count; i++)
        item_group_free_fields(&erp->groups[i]);
    mem_free(erp->items);
    mem_free(erp->groups);
    mem_free(erp->documents);
    mem_free(erp);
}

void fake_erp_touch(struct fake_erp *erp, struct item *item) {
    item->version = ++erp->version;
}

struct item *fake_erp_item(struct fake_erp *erp, const char *sku, const char *name, int64_t price, int64_t pieces) {
    mem_grow((void **)&erp->items, &erp->item_capacity, erp->item_count, sizeof *erp->items);
    struct item *item = &erp->items[erp->item_count++];
    memset(item, 0, sizeof *item);
    item->key = mem_printf("k-%s", sku);
    item->sku = mem_strdup(sku);
    item->name = mem_strdup(name);
    item->description = mem_strdup("");
    item->short_description = mem_strdup("");
    item->unit = mem_strdup("szt.");
    item->ean = mem_strdup("");
    item->vat_code = mem_strdup("PL-230000");
    item->vat_rate = 230000;
    item->weight_g = -1;
    item->published = true;
    item->price.has_price = true;
    item->price.regular = price;
    item->price.sale_from_ms = INT64_MIN;
    item->price.sale_to_ms = INT64_MAX;
    item->price.includes_tax = true;
    str_copy(item->price.currency, sizeof item->price.currency, "PLN");
    item->stock.on_hand = pieces * 1000;
    fake_erp_touch(erp, item);
    return item;
}

struct item_group *fake_erp_group(struct fake_erp *erp, const char *key, const char *name, const char *parent) {
    mem_grow((void **)&erp->groups, &erp->group_capacity, erp->group_count, sizeof *erp->groups);
    struct item_group *g = &erp->groups[erp->group_count++];
    memset(g, 0, sizeof *g);
    g->key = mem_strdup(key);
    g->name = mem_strdup(name);
    g->parent_key = mem_strdup(parent);
    g->published = true;
    g->version = ++erp->version;
    return g;
}

/* --- state --- */

void fake_erp_save(const struct fake_erp *erp, struct buf *out) {
    struct json_writer w;
    jw_init(&w, out);
    jw_object(&w, NULL);
    jw_i64(&w, "version", erp->version);
    jw_array(&w, "items");
    for (size_t i = 0; i < erp->item_count; i++) {
        jw_object(&w, NULL);
        jw_str(&w, "sku", erp->items[i].sku);
        jw_i64(&w, "version", erp->items[i].version);
        jw_i64(&w, "reserved", erp->items[i].stock.reserved);
        jw_end(&w, '}');
    }
    jw_end(&w, ']');
    jw_array(&w, "documents");
    for (size_t i = 0; i < erp->document_count; i++) {
        const struct fake_document *d = &erp->documents[i];
        jw_object(&w, NULL);
        jw_str(&w, "key", d->key);
        jw_str(&w, "number", d->number);
        jw_str(&w, "token", d->token);
        jw_str(&w, "channel", d->channel);
        jw_str(&w, "internet", d->internet);
        jw_str(&w, "customer", d->customer);
        jw_str(&w, "operator", d->operator_name);
        jw_str(&w, "currency", d->currency);
        jw_i64(&w, "total", d->total);
        jw_i64(&w, "gross", d->lines_gross);
        jw_i64(&w, "created", d->created_ms);
        jw_end(&w, '}');
    }
    jw_end(&w, ']');
    jw_end(&w, '}');
}

void fake_erp_load(struct fake_erp *erp, const char *json, size_t len) {
    struct json *root = state_parse(json, len);
    erp->version = state_number(root, "version");
    for (const struct json *j = json_first(json_get(root, "items")); j; j = json_next(j)) {
        struct item *item = fake_erp_find(erp, json_str(j, "sku", ""));
        if (!item)
            continue;
        item->version = state_number(j, "version");
        item->stock.reserved = state_number(j, "reserved");
    }
    erp->document_count = 0;
    for (const struct json *j = json_first(json_get(root, "documents")); j; j = json_next(j)) {
        mem_grow((void **)&erp->documents, &erp->document_capacity, erp->document_count, sizeof *erp->documents);
        struct fake_document *d = &erp->documents[erp->document_count++];
        memset(d, 0, sizeof *d);
        state_text(d->key, sizeof d->key, j, "key");
        state_text(d->number, sizeof d->number, j, "number");
        state_text(d->token, sizeof d->token, j, "token");
        state_text(d->channel, sizeof d->channel, j, "channel");
        state_text(d->internet, sizeof d->internet, j, "internet");
        state_text(d->customer, sizeof d->customer, j, "customer");
        state_text(d->operator_name, sizeof d->operator_name, j, "operator");
        state_text(d->currency, sizeof d->currency, j, "currency");
        d->total = state_number(j, "total");
        d->lines_gross = state_number(j, "gross");
        d->created_ms = state_number(j, "created");
    }
    json_free(root);
}

void fake_erp_dump(const struct fake_erp *erp, struct buf *out) {
    char **lines = mem_zalloc(erp->document_count + erp->item_count + 1, sizeof *lines);
    size_t n = 0;
    for (size_t i = 0; i < erp->document_count; i++) {
        const struct fake_document *d = &erp->documents[i];
        lines[n++] = mem_printf("document of %s %s %s total %lld lines %lld %s\n", d->channel, d->internet, d->customer,
                                (long long)d->total, (long long)d->lines_gross, d->operator_name);
    }
    for (size_t i = 0; i < erp->item_count; i++)
        lines[n++] = mem_printf("item %s reserved %lld\n", erp->items[i].sku, (long long)erp->items[i].stock.reserved);
    state_add_sorted(out, lines, n);
}
