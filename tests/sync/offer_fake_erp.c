#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/base/table.h"
#include "tests/sync/offer_fake.h"

void fake_text(char **field, const char *value) {
    char *copy = mem_strdup(value);
    mem_free(*field);
    *field = copy;
}

static struct fake_erp *self(struct erp *e) {
    return (struct fake_erp *)e;
}

void fake_touch(struct fake_erp *e, struct fake_row *row, enum aspect one) {
    int at = one == ASPECT_PRICE ? 1 : one == ASPECT_STOCK ? 2 : 0;
    row->version[at] = ++e->version;
    row->changed_ms = clock_wall_ms(e->clock);
}

static struct fake_row *add_row(struct fake_erp *e, size_t n, const char *sku) {
    mem_grow((void **)&e->rows, &e->capacity, e->count, sizeof *e->rows);
    struct fake_row *row = &e->rows[e->count++];
    memset(row, 0, sizeof *row);
    struct item *item = &row->item;
    item->key = mem_printf("k%06zu", n);
    item->sku = mem_strdup(sku);
    item->published = true;
    item->name = mem_printf("Towar %zu ż", n);
    item->description = mem_printf("Opis %zu", n);
    item->weight_g = -1;
    item->vat_rate = 230000;
    item->vat_code = mem_strdup("23");
    item->price = (struct price_parts){.has_price = true,
                                       .regular = 1000 + (int64_t)n,
                                       .sale_from_ms = INT64_MIN,
                                       .sale_to_ms = INT64_MAX,
                                       .currency = "PLN"};
    item->stock.on_hand = (int64_t)(n % 50) * 1000;
    row->changed_ms = clock_wall_ms(e->clock);
    row->version[0] = ++e->version;
    row->version[1] = ++e->version;
    row->version[2] = ++e->version;
    return row;
}

struct fake_row *fake_item(struct fake_erp *e, size_t n, const char *sku) {
    return add_row(e, n, sku);
}

struct fake_row *fake_variant(struct fake_erp *e, size_t n, const char *sku, const char *parent_key,
                              const char *option) {
    struct fake_row *row = add_row(e, n, sku);
    row->item.kind = ITEM_VARIANT;
    row->item.parent_key = mem_strdup(parent_key);
    row->item.attributes = mem_zalloc(1, sizeof *row->item.attributes);
    row->item.attribute_count = 1;
    row->item.attributes->name = mem_strdup("Size");
    row->item.attributes->options = mem_zalloc(1, sizeof(char *));
    row->item.attributes->options[0] = mem_strdup(option);
    row->item.attributes->option_count = 1;
    return row;
}

void fake_group(struct fake_erp *e, const char *key, const char *parent, const char *name) {
    mem_grow((void **)&e->groups, &e->group_capacity, e->group_count, sizeof *e->groups);
    struct item_group *g = &e->groups[e->group_count++];
    *g = (struct item_group){.key = mem_strdup(key),
                             .parent_key = mem_strdup(parent),
                             .name = mem_strdup(name),
                             .published = true,
                             .version = ++e->version};
}

struct fake_row *fake_row_by_sku(struct fake_erp *e, const char *sku) {
    for (size_t i = 0; i < e->count; i++)
        if (str_eq(e->rows[i].item.sku, sku))
            return &e->rows[i];
    return NULL;
}

/* --- the trait --- */

static int64_t row_version(const struct fake_row *row, unsigned aspects) {
    int64_t v = 0;
    if ((aspects & (ASPECT_MASTER | ASPECT_TEXT)) && row->version[0] > v)
        v = row->version[0];
    if ((aspects & ASPECT_PRICE) && row->version[1] > v)
        v = row->version[1];
    if ((aspects & ASPECT_STOCK) && row->version[2] > v)
        v = row->version[2];
    return v;
}

/* The item as this reading sees it: fields of aspects not asked for are empty. Shallow. */
static struct item seen(struct fake_erp *e, const struct fake_row *row, unsigned aspects) {
    struct item item = row->item;
    e->aspects_read |= aspects;
    if (!(aspects & ASPECT_MASTER)) {
        item.name = item.ean = item.unit = item.group_key = item.vat_code = NULL;
        item.vat_rate = item.weight_g = -1;
        item.attributes = NULL;
        item.attribute_count = 0;
    }
    if (!(aspects & ASPECT_TEXT))
        item.description = item.short_description = NULL;
    if (!(aspects & ASPECT_PRICE))
        memset(&item.price, 0, sizeof item.price);
    if (!(aspects & ASPECT_STOCK)) {
        memset(&item.stock, 0, sizeof item.stock);
        item.components = NULL;
        item.component_count = 0;
    }
    item.read = aspects;
    item.version = row_version(row, aspects);
    return item;
}

static void fake_close(struct erp *e) {
    (void)e;
}
static const struct erp_caps *fake_caps(const struct erp *e) {
    return &((const struct fake_erp *)e)->caps;
}
static enum rc fake_version(struct erp *e, int64_t *out, struct err *err) {
    (void)err;
    *out = self(e)->version;
    return RC_OK;
}
static enum rc fake_groups(struct erp *e, int64_t since, erp_group_visit visit, void *ctx, struct err *err) {
    struct fake_erp *f = self(e);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < f->group_count && rc == RC_OK; i++)
        if (f->groups[i].version > since)
            rc = visit(ctx, &f->groups[i], err);
    return rc;
}

static bool behind(const struct fake_row *row, const struct offer_query *q) {
    if (!q->changed_only)
        return strcmp(row->item.key, q->after_key) > 0;
    int64_t v = row_version(row, q->aspects);
    if (v <= q->since || v > q->until)
        return false;
    return v > q->after_version || (v == q->after_version && strcmp(row->item.key, q->after_key) > 0);
}

static bool before(const struct fake_row *a, const struct fake_row *b, const struct offer_query *q) {
    if (q->changed_only) {
        int64_t va = row_version(a, q->aspects), vb = row_version(b, q->aspects);
        if (va != vb)
            return va < vb;
    }
    return strcmp(a->item.key, b->item.key) < 0;
}

static bool wanted(const struct fake_row *row, const struct offer_query *q) {
    if ((row->item.kind == ITEM_VARIANT) != q->variants)
        return false;
    if (q->changed_at_ms > 0 && row->changed_ms < q->changed_at_ms)
        return false;
    return behind(row, q);
}

static const struct offer_query *sorting; /* qsort hands no context on */
static int compare_rows(const void *a, const void *b) {
    const struct fake_row *ra = *(struct fake_row *const *)a, *rb = *(struct fake_row *const *)b;
    return before(ra, rb, sorting) ? -1 : 1;
}

static enum rc fake_read(struct erp *e, struct offer_query *q, erp_item_visit visit, void *ctx, size_t *count,
                         struct err *err) {
    struct fake_erp *f = self(e);
    f->reads++;
    struct fake_row **found = mem_zalloc(f->count + 1, sizeof(struct fake_row *));
    size_t n = 0;
    for (size_t i = 0; i < f->count; i++)
        if (wanted(&f->rows[i], q))
            found[n++] = &f->rows[i];
    sorting = q;
    qsort(found, n, sizeof *found, compare_rows);
    if (n > q->limit)
        n = q->limit;
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        struct item item = seen(f, found[i], q->aspects);
        rc = visit(ctx, &item, err);
    }
    if (rc == RC_OK && n > 0) {
        q->after_version = row_version(found[n - 1], q->aspects);
        str_copy(q->after_key, sizeof q->after_key, found[n - 1]->item.key);
    }
    *count = n;
    mem_free(found);
    return rc;
}

static enum rc fake_count(struct erp *e, const struct offer_query *q, int64_t *out, struct err *err) {
    (void)e;
    (void)q;
    (void)err;
    *out = -1;
    return RC_OK;
}

static enum rc fake_by_sku(struct erp *e, const char *sku, unsigned aspects, struct item *out, struct err *err) {
    struct fake_erp *f = self(e);
    struct fake_row *found = NULL;
    for (size_t i = 0; i < f->count; i++) {
        char normal[SKU_MAX + 1];
        if (!f->rows[i].item.sku || !sku_normal(normal, f->rows[i].item.sku) || strcmp(normal, sku) != 0)
            continue;
        if (found && f->rows[i].item.published && found->item.published)
            return err_set(err, RC_CONFLICT, REACH_ITEM, "Several items have the SKU %s.", sku);
        if (!found || f->rows[i].item.published)
            found = &f->rows[i];
    }
    if (!found)
        return err_set(err, RC_NOT_FOUND, REACH_ITEM, "No item has the SKU %s.", sku);
    struct item item = seen(f, found, aspects);
    memset(out, 0, sizeof *out);
    item_copy(out, &item);
    return RC_OK;
}

static enum rc fake_by_parent(struct erp *e, const char *parent_key, unsigned aspects, erp_item_visit visit, void *ctx,
                              struct err *err) {
    struct fake_erp *f = self(e);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < f->count && rc == RC_OK; i++)
        if (str_eq(f->rows[i].item.parent_key, parent_key)) {
            struct item item = seen(f, &f->rows[i], aspects);
            rc = visit(ctx, &item, err);
        }
    return rc;
}

static enum rc fake_check(struct erp *e, erp_finding_visit visit, void *ctx, struct err *err) {
    struct fake_erp *f = self(e);
    struct table *keys = table_new();
    enum rc rc = RC_OK;
    for (size_t i = 0; i < f->count && rc == RC_OK; i++) {
        struct item *item = &f->rows[i].item;
        char normal[SKU_MAX + 1];
        if (!item->published || !item->sku || !sku_normal(normal, item->sku))
            continue;
        struct buf folded;
        buf_init(&folded, 1000);
        sku_collation_key(&folded, normal);
        struct item *other = table_get(keys, folded.data);
        if (!other)
            table_put(keys, folded.data, item);
        buf_free(&folded);
        if (!other)
            continue;
        enum item_problem problem = str_eq(other->sku, item->sku) ? PROBLEM_SKU_DUPLICATE : PROBLEM_SKU_ALIKE;
        struct item_finding a = {problem, item->key, item->sku, item->name, other->key};
        struct item_finding b = {problem, other->key, other->sku, other->name, item->key};
        rc = visit(ctx, &a, err);
        if (rc == RC_OK)
            rc = visit(ctx, &b, err);
    }
    table_free(keys, NULL);
    return rc;
}

static const struct erp_vt vt = {
    .kind = "fake",
    .close = fake_close,
    .caps = fake_caps,
    .version = fake_version,
    .groups_changed = fake_groups,
    .offer_read = fake_read,
    .offer_count = fake_count,
    .item_by_sku = fake_by_sku,
    .items_by_parent = fake_by_parent,
    .check_items = fake_check,
};

void fake_erp_init(struct fake_erp *e, struct clock *clock) {
    memset(e, 0, sizeof *e);
    e->erp.vt = &vt;
    e->clock = clock;
    e->caps = (struct erp_caps){
        .versions = true, .aspect_versions = true, .variants = true, .groups = true, .aspects = ASPECT_ALL};
}

void fake_erp_free(struct fake_erp *e) {
    for (size_t i = 0; i < e->count; i++)
        item_free_fields(&e->rows[i].item);
    for (size_t i = 0; i < e->group_count; i++)
        item_group_free_fields(&e->groups[i]);
    mem_free(e->rows);
    mem_free(e->groups);
}
