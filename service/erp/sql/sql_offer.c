/* The offer: items a page at a time. */
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/erp/sql/sql_erp_int.h"

#define PAGE_MAX      10000
#define PARENT_PAGE   500
#define ATTRIBUTE_MAX 1000 /* options of one item, over all attributes */
#define COMPONENT_MAX 1000
#define SKU_LIST_MAX  (1024 * 1024) /* bytes of a list of ERP_SKUS_MAX */

/* In the order of OFFER_COLUMNS and OFFER_EXTRAS of statements.def. */
enum offer_column {
    OFFER_KEY,
    OFFER_SKU,
    OFFER_KIND,
    OFFER_PUBLISHED,
    OFFER_VERSION,
    OFFER_PARENT,
    OFFER_NAME,
    OFFER_EAN,
    OFFER_UNIT,
    OFFER_WEIGHT,
    OFFER_GROUP,
    OFFER_VAT_CODE,
    OFFER_VAT_RATE,
    OFFER_DESCRIPTION,
    OFFER_SHORT_DESCRIPTION,
    OFFER_PRICE,
    OFFER_SALE_PRICE,
    OFFER_SALE_FROM,
    OFFER_SALE_TO,
    OFFER_DISCOUNT,
    OFFER_POINTS,
    OFFER_ON_HAND,
    OFFER_RESERVED,
    OFFER_INCOMING
};

static unsigned version_word(const struct sql_erp *e, unsigned aspects) {
    if (!e->profile->caps.aspect_versions)
        return WORD_BY_ANY;
    if (aspects == ASPECT_STOCK)
        return WORD_BY_STOCK;
    if (aspects == ASPECT_PRICE)
        return WORD_BY_PRICE;
    if (!(aspects & (ASPECT_STOCK | ASPECT_PRICE)))
        return WORD_BY_MASTER;
    return WORD_BY_ANY;
}

static unsigned words_of(const struct sql_erp *e, unsigned aspects) {
    return aspects | version_word(e, aspects) | e->warehouse_word;
}

/* --- one row --- */

static enum rc read_kind(struct sql_stmt *st, struct item *item, struct err *err) {
    const char *name = sql_text(st, OFFER_KIND);
    for (enum item_kind kind = ITEM_SIMPLE; kind <= ITEM_SET; kind++) {
        if (str_eq(name, item_kind_name(kind))) {
            item->kind = kind;
            return RC_OK;
        }
    }
    return err_set(err, RC_INVALID, REACH_LINK, "The profile gave \"%.40s\" as the kind of item %s.", name ? name : "",
                   item->key ? item->key : "?");
}

static enum rc read_master(const struct sql_erp *e, struct page *page, struct sql_stmt *st, struct item *item,
                           struct err *err) {
    item->name = page_text(page, st, OFFER_NAME);
    item->ean = page_text(page, st, OFFER_EAN);
    item->unit = page_text(page, st, OFFER_UNIT);
    item->weight_g = sql_null(st, OFFER_WEIGHT) ? -1 : sql_int(st, OFFER_WEIGHT);
    item->group_key = page_text(page, st, OFFER_GROUP);
    item->vat_code = page_text(page, st, OFFER_VAT_CODE);
    return sql_rate(e, st, OFFER_VAT_RATE, -1, &item->vat_rate, err);
}

static enum rc read_price(const struct sql_erp *e, struct sql_stmt *st, struct item *item, struct err *err) {
    struct price_parts *p = &item->price;
    p->includes_tax = e->includes_tax;
    (void)str_copy(p->currency, sizeof p->currency, e->currency);
    p->has_price = !sql_null(st, OFFER_PRICE);
    p->has_sale = !sql_null(st, OFFER_SALE_PRICE);
    p->sale_from_ms = sql_null(st, OFFER_SALE_FROM) ? INT64_MIN : sql_int(st, OFFER_SALE_FROM);
    p->sale_to_ms = sql_null(st, OFFER_SALE_TO) ? INT64_MAX : sql_int(st, OFFER_SALE_TO);
    p->points = sql_int(st, OFFER_POINTS);
    enum rc rc = sql_amount(e, st, OFFER_PRICE, 0, &p->regular, err);
    if (rc == RC_OK)
        rc = sql_amount(e, st, OFFER_SALE_PRICE, 0, &p->sale, err);
    if (rc == RC_OK)
        rc = sql_rate(e, st, OFFER_DISCOUNT, 0, &p->discount, err);
    return rc;
}

static enum rc read_stock(const struct sql_erp *e, struct sql_stmt *st, struct item *item, struct err *err) {
    enum rc rc = sql_quantity(e, st, OFFER_ON_HAND, &item->stock.on_hand, err);
    if (rc == RC_OK)
        rc = sql_quantity(e, st, OFFER_RESERVED, &item->stock.reserved, err);
    if (rc == RC_OK)
        rc = sql_quantity(e, st, OFFER_INCOMING, &item->stock.incoming, err);
    return rc;
}

static enum rc read_row(const struct sql_erp *e, struct page *page, struct sql_stmt *st, unsigned aspects,
                        struct err *err) {
    struct item *item = page_add(page);
    item->weight_g = -1;
    item->vat_rate = -1;
    item->price.sale_from_ms = INT64_MIN;
    item->price.sale_to_ms = INT64_MAX;
    item->read = aspects;
    item->key = page_text(page, st, OFFER_KEY);
    item->parent_key = page_text(page, st, OFFER_PARENT);
    item->sku = page_text(page, st, OFFER_SKU);
    item->published = sql_int(st, OFFER_PUBLISHED) != 0;
    item->version = sql_int(st, OFFER_VERSION);
    if (!item->key || strlen(item->key) > 63)
        return err_set(err, RC_INVALID, REACH_LINK, "The profile gave an item without a key, or with one too long.");
    enum rc rc = read_kind(st, item, err);
    if (rc == RC_OK && aspects & ASPECT_MASTER)
        rc = read_master(e, page, st, item, err);
    if (aspects & ASPECT_TEXT) {
        item->description = page_text(page, st, OFFER_DESCRIPTION);
        item->short_description = page_text(page, st, OFFER_SHORT_DESCRIPTION);
    }
    if (rc == RC_OK && aspects & ASPECT_PRICE)
        rc = read_price(e, st, item, err);
    if (rc == RC_OK && aspects & ASPECT_STOCK)
        rc = read_stock(e, st, item, err);
    return rc;
}

static enum rc read_rows(const struct sql_erp *e, struct page *page, struct sql_stmt *st, unsigned aspects,
                         struct err *err) {
    bool row = true;
    enum rc rc = RC_OK;
    while (rc == RC_OK) {
        rc = sql_step(st, &row, err);
        if (rc != RC_OK || !row)
            break;
        rc = read_row(e, page, st, aspects, err);
    }
    db_reset(st->s);
    return rc;
}

/* --- what only some kinds have --- */

enum attribute_column { ATTRIBUTE_NAME, ATTRIBUTE_OPTION };

/* Rows come ordered by attribute: a new name starts a new one. */
static void add_option(struct page *page, struct item *item, char *name, char *option, size_t room) {
    struct item_attribute *a = item->attribute_count ? &item->attributes[item->attribute_count - 1] : NULL;
    if (!a || !str_eq(a->name, name)) {
        a = &item->attributes[item->attribute_count++];
        a->name = name;
        a->options = page_alloc(page, room * sizeof *a->options);
    }
    a->options[a->option_count++] = option;
}

static enum rc read_attributes(struct sql_erp *e, struct page *page, struct item *item, struct err *err) {
    struct {
        char *name, *option;
    } *rows = NULL;
    size_t count = 0, capacity = 0;
    struct sql_stmt *st = NULL;
    bool row = true;
    enum rc rc = sql_get(e, item->kind == ITEM_VARIANT ? SQL_VARIANT_ATTRIBUTES : SQL_PARENT_ATTRIBUTES,
                         e->warehouse_word, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "item_key", item->key);
    while ((rc = sql_step(st, &row, err)) == RC_OK && row && count < ATTRIBUTE_MAX) {
        mem_grow((void **)&rows, &capacity, count, sizeof *rows);
        rows[count].name = page_text(page, st, ATTRIBUTE_NAME);
        rows[count++].option = page_text(page, st, ATTRIBUTE_OPTION);
    }
    db_reset(st->s);
    if (rc == RC_OK && count) {
        item->attributes = page_alloc(page, count * sizeof *item->attributes);
        for (size_t i = 0; i < count; i++)
            add_option(page, item, rows[i].name, rows[i].option, count - i);
    }
    mem_free(rows);
    return rc;
}

enum component_column {
    COMPONENT_SKU,
    COMPONENT_QUANTITY,
    COMPONENT_ON_HAND,
    COMPONENT_RESERVED,
    COMPONENT_INCOMING,
    COMPONENT_KEY
};

static enum rc read_component(const struct sql_erp *e, struct page *page, struct sql_stmt *st,
                              struct set_component *out, struct err *err) {
    *out = (struct set_component){.sku = page_text(page, st, COMPONENT_SKU), .key = page_text(page, st, COMPONENT_KEY)};
    enum rc rc = sql_quantity(e, st, COMPONENT_QUANTITY, &out->quantity, err);
    if (rc == RC_OK)
        rc = sql_quantity(e, st, COMPONENT_ON_HAND, &out->stock.on_hand, err);
    if (rc == RC_OK)
        rc = sql_quantity(e, st, COMPONENT_RESERVED, &out->stock.reserved, err);
    if (rc == RC_OK)
        rc = sql_quantity(e, st, COMPONENT_INCOMING, &out->stock.incoming, err);
    return rc;
}

static enum rc read_components(struct sql_erp *e, struct page *page, struct item *item, struct err *err) {
    struct set_component *rows = NULL;
    size_t count = 0, capacity = 0;
    struct sql_stmt *st = NULL;
    bool row = true;
    enum rc rc = sql_get(e, SQL_SET_COMPONENTS, e->warehouse_word, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "item_key", item->key);
    while (rc == RC_OK && (rc = sql_step(st, &row, err)) == RC_OK && row && count < COMPONENT_MAX) {
        mem_grow((void **)&rows, &capacity, count, sizeof *rows);
        rc = read_component(e, page, st, &rows[count++], err);
    }
    db_reset(st->s);
    if (rc == RC_OK && count) {
        item->components = page_alloc(page, count * sizeof *rows);
        memcpy(item->components, rows, count * sizeof *rows);
        item->component_count = count;
    }
    mem_free(rows);
    return rc;
}

static enum rc complete_items(struct sql_erp *e, struct page *page, unsigned aspects, struct err *err) {
    enum rc rc = RC_OK;
    for (size_t i = 0; i < page->count && rc == RC_OK; i++) {
        struct item *item = &page->items[i];
        bool variants = item->kind == ITEM_VARIANT || item->kind == ITEM_VARIANT_PARENT;
        if (variants && aspects & ASPECT_MASTER && e->profile->caps.variants)
            rc = read_attributes(e, page, item, err);
        else if (item->kind == ITEM_SET && aspects & ASPECT_STOCK && e->profile->caps.sets)
            rc = read_components(e, page, item, err);
    }
    return rc;
}

static enum rc read_page(struct sql_erp *e, struct page *page, struct sql_stmt *st, unsigned aspects, struct err *err) {
    /* One snapshot for the rows and what belongs to them, over before anything is visited. */
    enum rc rc = db_begin_read(e->db, err);
    if (rc == RC_OK)
        rc = read_rows(e, page, st, aspects, err);
    if (rc == RC_OK)
        rc = complete_items(e, page, aspects, err);
    db_rollback(e->db);
    return rc;
}

static enum rc visit_page(const struct page *page, erp_item_visit visit, void *ctx, struct err *err) {
    enum rc rc = RC_OK;
    for (size_t i = 0; i < page->count && rc == RC_OK; i++)
        rc = visit(ctx, &page->items[i], err);
    return rc;
}

/* --- several SKUs --- */

struct by_sku {
    char sku[SKU_MAX + 1]; /* normal form */
    const struct item *item;
};

static int compare_sku(const void *a, const void *b) {
    return strcmp(((const struct by_sku *)a)->sku, ((const struct by_sku *)b)->sku);
}

/* Items without a SKU that could be asked for are left out. */
static size_t list_by_sku(const struct page *page, struct by_sku *list) {
    size_t n = 0;
    for (size_t i = 0; i < page->count; i++) {
        if (sku_normal(list[n].sku, page->items[i].sku))
            list[n++].item = &page->items[i];
    }
    qsort(list, n, sizeof *list, compare_sku);
    return n;
}

static enum rc visit_skus(const struct page *page, const char *const *skus, size_t n, erp_sku_visit visit, void *ctx,
                          struct err *err) {
    struct by_sku *list = mem_zalloc(page->count + 1, sizeof *list);
    size_t count = list_by_sku(page, list);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        struct by_sku key = {.item = NULL};
        const struct by_sku *at = NULL;
        if (str_copy(key.sku, sizeof key.sku, skus[i]))
            at = bsearch(&key, list, count, sizeof *list, compare_sku);
        bool twice =
            at && ((at > list && str_eq(at[-1].sku, key.sku)) || (at + 1 < list + count && str_eq(at[1].sku, key.sku)));
        rc = visit(ctx, i, !at ? RC_NOT_FOUND : twice ? RC_CONFLICT : RC_OK, at && !twice ? at->item : NULL, err);
    }
    mem_free(list);
    return rc;
}

/* --- the slots --- */

static enum sql_id statement_of(const struct offer_query *q) {
    if (q->sku)
        return SQL_OFFER_BY_SKU;
    if (q->changed_at_ms > 0)
        return SQL_OFFER_CHANGED_AT;
    return q->changed_only ? SQL_OFFER_CHANGED : SQL_OFFER_PAGE;
}

static void bind_query(struct sql_stmt *st, const struct offer_query *q) {
    sql_bind_text(st, "sku", q->sku);
    sql_bind_int(st, "changed_at_ms", q->changed_at_ms);
    sql_bind_int(st, "since", q->since);
    sql_bind_int(st, "until", q->until);
    sql_bind_int(st, "after_version", q->after_version > q->since ? q->after_version : q->since);
    sql_bind_text(st, "after_key", q->after_key);
    sql_bind_int(st, "variants", q->variants);
    sql_bind_int(st, "limit", (int64_t)q->limit);
}

/* A SKU finds what has it in normal form, whatever the statement's own idea of equal is. */
static void keep_exact_sku(struct page *page, const char *sku) {
    size_t kept = 0;
    char normal[SKU_MAX + 1];
    for (size_t i = 0; i < page->count; i++) {
        if (sku_normal(normal, page->items[i].sku) && str_eq(normal, sku))
            page->items[kept++] = page->items[i];
    }
    page->count = kept;
}

enum rc sql_offer_read(struct erp *erp, struct offer_query *query, erp_item_visit visit, void *ctx, size_t *count,
                       struct err *err) {
    struct sql_erp *e = sql_of(erp);
    struct sql_stmt *st = NULL;
    unsigned aspects = query->aspects & e->profile->caps.aspects;
    if (query->limit == 0 || query->limit > PAGE_MAX)
        return err_set(err, RC_INVALID, REACH_FLOW, "A page of items is between 1 and %d.", PAGE_MAX);
    enum rc rc = sql_get(e, statement_of(query), words_of(e, aspects), &st, err);
    if (rc != RC_OK)
        return rc;
    struct page *page = page_take(e);
    bind_query(st, query);
    rc = read_page(e, page, st, aspects, err);
    size_t read = page->count;
    if (rc == RC_OK && read) {
        const struct item *last = &page->items[read - 1];
        query->after_version = last->version;
        (void)str_copy(query->after_key, sizeof query->after_key, last->key);
        if (query->sku)
            keep_exact_sku(page, query->sku);
        rc = visit_page(page, visit, ctx, err);
    }
    page_give_back(e, page);
    if (rc == RC_OK)
        *count = read;
    return rc;
}

enum rc sql_offer_count(struct erp *erp, const struct offer_query *query, int64_t *out, struct err *err) {
    struct sql_erp *e = sql_of(erp);
    enum sql_id id = query->changed_only ? SQL_OFFER_COUNT_CHANGED : SQL_OFFER_COUNT;
    struct sql_stmt *st = NULL;
    bool row = false;
    if (query->sku || query->changed_at_ms > 0 || !sql_has(e, id)) {
        *out = -1;
        return RC_OK;
    }
    enum rc rc = sql_get(e, id, words_of(e, query->aspects & e->profile->caps.aspects), &st, err);
    if (rc != RC_OK)
        return rc;
    bind_query(st, query);
    rc = sql_step(st, &row, err);
    if (rc == RC_OK)
        *out = row ? sql_int(st, 0) : -1;
    db_reset(st->s);
    return rc;
}

enum rc sql_item_by_sku(struct erp *erp, const char *sku, unsigned aspects, struct item *out, struct err *err) {
    struct sql_erp *e = sql_of(erp);
    struct sql_stmt *st = NULL;
    aspects &= e->profile->caps.aspects;
    enum rc rc = sql_get(e, SQL_OFFER_BY_SKU, words_of(e, aspects), &st, err);
    if (rc != RC_OK)
        return rc;
    const struct offer_query query = {.sku = sku, .limit = 100};
    struct page *page = page_take(e);
    bind_query(st, &query);
    rc = read_page(e, page, st, aspects, err);
    if (rc == RC_OK) {
        keep_exact_sku(page, sku);
        if (page->count == 1)
            item_copy(out, &page->items[0]);
        else if (page->count == 0)
            rc = err_set(err, RC_NOT_FOUND, REACH_ITEM, "The company has no item with the SKU \"%s\".", sku);
        else
            rc = err_set(err, RC_CONFLICT, REACH_ITEM,
                         "Several items of the company have the SKU \"%s\" (items %s and %s); give each its own.", sku,
                         page->items[0].key, page->items[1].key);
    }
    page_give_back(e, page);
    return rc;
}

enum rc sql_items_by_sku(struct erp *erp, const char *const *skus, size_t n, unsigned aspects, erp_sku_visit visit,
                         void *ctx, struct err *err) {
    struct sql_erp *e = sql_of(erp);
    struct sql_stmt *st = NULL;
    size_t limit = 2 * n + 100;
    if (n < 2 || !sql_has(e, SQL_OFFER_BY_SKUS))
        return erp_items_one_by_one(erp, skus, n, aspects, visit, ctx, err);
    aspects &= e->profile->caps.aspects;
    enum rc rc = sql_get(e, SQL_OFFER_BY_SKUS, words_of(e, aspects), &st, err);
    if (rc != RC_OK)
        return rc;
    struct buf list;
    struct json_writer w;
    buf_init(&list, SKU_LIST_MAX);
    jw_init(&w, &list);
    jw_array(&w, NULL);
    for (size_t i = 0; i < n; i++)
        jw_str(&w, NULL, skus[i]);
    jw_end(&w, ']');
    struct page *page = page_take(e);
    sql_bind_text(st, "skus", list.data);
    sql_bind_int(st, "limit", (int64_t)limit);
    rc = read_page(e, page, st, aspects, err);
    bool all = page->count < limit;
    if (rc == RC_OK && all)
        rc = visit_skus(page, skus, n, visit, ctx, err);
    page_give_back(e, page);
    buf_free(&list);
    if (rc == RC_OK && !all) /* one SKU stands on very many items: what came may lack others */
        rc = erp_items_one_by_one(erp, skus, n, aspects, visit, ctx, err);
    return rc;
}

enum rc sql_items_by_parent(struct erp *erp, const char *parent_key, unsigned aspects, erp_item_visit visit, void *ctx,
                            struct err *err) {
    struct sql_erp *e = sql_of(erp);
    char after[64] = "";
    aspects &= e->profile->caps.aspects;
    for (;;) {
        struct sql_stmt *st = NULL;
        enum rc rc = sql_get(e, SQL_OFFER_BY_PARENT, words_of(e, aspects), &st, err);
        if (rc != RC_OK)
            return rc;
        struct page *page = page_take(e);
        sql_bind_text(st, "parent_key", parent_key);
        sql_bind_text(st, "after_key", after);
        sql_bind_int(st, "limit", PARENT_PAGE);
        rc = read_page(e, page, st, aspects, err);
        size_t count = page->count;
        if (rc == RC_OK && count)
            (void)str_copy(after, sizeof after, page->items[count - 1].key);
        if (rc == RC_OK)
            rc = visit_page(page, visit, ctx, err);
        page_give_back(e, page);
        if (rc != RC_OK || count < PARENT_PAGE)
            return rc;
    }
}
