/* The data checks of capabilities S-05 to S-07 over every published item.
 *
 * Equal and alike SKUs are found by hashes. A first pass only marks which of many places they fall on: what is alone on
 * its place has no double. A second one collects the hashes of the others, sorted they tell which occur twice, and the
 * pass over the items then names these. Memory is bounded: when there are more hashes than HASHES_MAX, only a share of
 * the SKUs is looked at in one pass, and there are more passes. */
#include <stdlib.h>
#include <string.h>

#include "common/base/digest.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "common/base/table.h"
#include "service/erp/sql/sql_erp_int.h"
#include "service/model/item_name.h"

#define CHECK_PAGE_SIZE 1000
#define HASHES_MAX      (1u << 19)
#define PLACES          (1u << 23) /* a bit each: of 1,000,000 SKUs one in nine shares its place with another */
#define FIRSTS_MAX      10000      /* doubles whose first item is remembered, to name it at the second */
#define DETAIL_MAX      512

struct sku_hash {
    uint64_t alike, exact;
};
struct hash_list {
    uint64_t *list;
    size_t count, capacity;
};
struct checks {
    struct sql_erp *e;
    erp_finding_visit visit;
    void *ctx;
    uint8_t *taken, *shared; /* places on which a SKU falls, and more than one */
    struct sku_hash *hashes;
    size_t hash_count, hash_capacity;
    uint64_t shares, share;        /* this pass looks at SKUs of one share of so many */
    struct hash_list exact, alike; /* occur more than once; sorted when the items are looked at */
    struct table *firsts;
    struct buf key, detail;
};

/* --- which SKUs occur twice --- */

static struct sku_hash hash_sku(struct checks *c, const char *normal) {
    buf_clear(&c->key);
    sku_collation_key(&c->key, normal);
    return (struct sku_hash){.alike = hash_of(c->key.data, c->key.len), .exact = hash_of(normal, strlen(normal))};
}

/* Too many: from now on only half of those looked at so far. */
static void halve_share(struct checks *c) {
    size_t kept = 0;
    c->shares *= 2;
    for (size_t i = 0; i < c->hash_count; i++) {
        if (c->hashes[i].alike % c->shares == c->share)
            c->hashes[kept++] = c->hashes[i];
    }
    c->hash_count = kept;
}

static bool bit_get(const uint8_t *bits, uint64_t hash) {
    uint64_t place = hash % PLACES;
    return bits[place / 8] >> place % 8 & 1;
}

static void bit_set(uint8_t *bits, uint64_t hash) {
    uint64_t place = hash % PLACES;
    bits[place / 8] |= (uint8_t)(1u << place % 8);
}

static void mark_place(struct checks *c, struct sku_hash h) {
    if (bit_get(c->taken, h.alike))
        bit_set(c->shared, h.alike);
    bit_set(c->taken, h.alike);
}

static void note_hash(struct checks *c, struct sku_hash h) {
    if (!bit_get(c->shared, h.alike))
        return;
    while (h.alike % c->shares == c->share && c->hash_count == HASHES_MAX && c->share == 0 && c->shares < 1u << 20)
        halve_share(c);
    if (h.alike % c->shares != c->share || c->hash_count == HASHES_MAX)
        return;
    mem_grow((void **)&c->hashes, &c->hash_capacity, c->hash_count, sizeof *c->hashes);
    c->hashes[c->hash_count++] = h;
}

static int by_alike_then_exact(const void *a, const void *b) {
    const struct sku_hash *x = a, *y = b;
    if (x->alike != y->alike)
        return x->alike < y->alike ? -1 : 1;
    return (x->exact > y->exact) - (x->exact < y->exact);
}

static int by_value(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void list_add(struct hash_list *l, uint64_t hash) {
    mem_grow((void **)&l->list, &l->capacity, l->count, sizeof *l->list);
    l->list[l->count++] = hash;
}

static bool hash_known(const struct hash_list *l, uint64_t hash) {
    return l->count && bsearch(&hash, l->list, l->count, sizeof *l->list, by_value) != NULL;
}

/* Sorted hashes of one share: those that stand there twice. */
static void find_doubles(struct checks *c) {
    const struct sku_hash *h = c->hashes;
    if (c->hash_count == 0)
        return;
    qsort(c->hashes, c->hash_count, sizeof *c->hashes, by_alike_then_exact);
    for (size_t i = 1; i < c->hash_count; i++) {
        if (h[i].alike != h[i - 1].alike)
            continue;
        struct hash_list *l = h[i].exact == h[i - 1].exact ? &c->exact : &c->alike;
        uint64_t hash = l == &c->exact ? h[i].exact : h[i].alike;
        if (!l->count || l->list[l->count - 1] != hash)
            list_add(l, hash);
    }
}

/* One page of a check's statement, into the arena; *last: the key to go on behind. */
typedef void (*read_check_row)(const struct sql_erp *e, struct page *page, struct sql_stmt *st);

static enum rc read_check_page(struct sql_erp *e, enum sql_id id, struct page *page, read_check_row read, char last[64],
                               struct err *err) {
    struct sql_stmt *st = NULL;
    bool row = true;
    enum rc rc = sql_get(e, id, e->warehouse_word, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "after_key", last);
    sql_bind_int(st, "limit", CHECK_PAGE_SIZE);
    while ((rc = sql_step(st, &row, err)) == RC_OK && row)
        read(e, page, st);
    db_reset(st->s);
    if (rc == RC_OK && page->count)
        (void)str_copy(last, 64, page->items[page->count - 1].key);
    return rc;
}

static void read_sku_row(const struct sql_erp *e, struct page *page, struct sql_stmt *st) {
    (void)e;
    struct item *item = page_add(page);
    item->key = page_text(page, st, 0);
    item->sku = page_text(page, st, 1);
}

static enum rc each_sku(struct checks *c, void (*note)(struct checks *c, struct sku_hash h), struct err *err) {
    char last[64] = "", normal[SKU_MAX + 1];
    size_t count = CHECK_PAGE_SIZE;
    enum rc rc = RC_OK;
    while (rc == RC_OK && count == CHECK_PAGE_SIZE) {
        struct page *page = page_take(c->e);
        rc = read_check_page(c->e, SQL_CHECK_SKUS, page, read_sku_row, last, err);
        count = page->count;
        for (size_t i = 0; i < count && rc == RC_OK; i++)
            if (sku_normal(normal, page->items[i].sku))
                note(c, hash_sku(c, normal));
        page_give_back(c->e, page);
    }
    return rc;
}

static enum rc collect_share(struct checks *c, struct err *err) {
    c->hash_count = 0;
    enum rc rc = each_sku(c, note_hash, err);
    if (rc == RC_OK)
        find_doubles(c);
    return rc;
}

static enum rc collect_doubles(struct checks *c, struct err *err) {
    c->taken = mem_zalloc(PLACES / 8, 1);
    c->shared = mem_zalloc(PLACES / 8, 1);
    enum rc rc = each_sku(c, mark_place, err);
    mem_free(c->taken);
    c->shares = 1;
    for (c->share = 0; c->share < c->shares && rc == RC_OK; c->share++)
        rc = collect_share(c, err);
    mem_free(c->shared);
    mem_free(c->hashes);
    if (c->exact.count)
        qsort(c->exact.list, c->exact.count, sizeof *c->exact.list, by_value);
    if (c->alike.count)
        qsort(c->alike.list, c->alike.count, sizeof *c->alike.list, by_value);
    return rc;
}

/* --- one item --- */

static enum rc tell(struct checks *c, enum item_problem problem, const struct item *item, const char *detail,
                    struct err *err) {
    const struct item_finding f = {.problem = problem,
                                   .item_key = item->key,
                                   .sku = item->sku ? item->sku : "",
                                   .name = item->name ? item->name : "",
                                   .detail = detail};
    return c->visit(c->ctx, &f, err);
}

static void free_first(void *first) {
    item_free_fields(first);
    mem_free(first);
}

static const char *describe(struct checks *c, const struct item *other) {
    buf_clear(&c->detail);
    buf_addf(&c->detail, "item %s (SKU \"%s\")", other->key, other->sku);
    return c->detail.data;
}

static struct item *remember(const struct item *item) {
    struct item *copy = MEM_NEW(struct item);
    const struct item small = {.key = item->key, .sku = item->sku, .name = item->name};
    item_copy(copy, &small);
    return copy;
}

/* The first of a group waits until the second can be named at it; its flag `published` says that it was told. */
static enum rc tell_double(struct checks *c, enum item_problem problem, uint64_t hash, const struct item *item,
                           struct err *err) {
    char key[32];
    (void)str_fmt(key, sizeof key, "%d %016llx", (int)problem, (unsigned long long)hash);
    struct item *first = table_get(c->firsts, key);
    if (!first && table_count(c->firsts) < FIRSTS_MAX) {
        (void)table_put(c->firsts, key, remember(item));
        return RC_OK;
    }
    if (!first)
        return tell(c, problem, item, "another item", err);
    enum rc rc = RC_OK;
    if (!first->published) {
        first->published = true; /* told */
        rc = tell(c, problem, first, describe(c, item), err);
    }
    return rc == RC_OK ? tell(c, problem, item, describe(c, first), err) : rc;
}

static enum rc check_sku(struct checks *c, const struct item *item, struct err *err) {
    char normal[SKU_MAX + 1];
    enum rc rc = RC_OK;
    if (str_blank(item->sku))
        return tell(c, PROBLEM_SKU_EMPTY, item, "", err);
    if (!sku_normal(normal, item->sku))
        return tell(c, PROBLEM_SKU_MALFORMED, item,
                    strlen(item->sku) > SKU_MAX ? "longer than 100 bytes" : "contains a control character", err);
    struct sku_hash h = hash_sku(c, normal);
    if (hash_known(&c->exact, h.exact))
        rc = tell_double(c, PROBLEM_SKU_DUPLICATE, h.exact, item, err);
    if (rc == RC_OK && hash_known(&c->alike, h.alike))
        rc = tell_double(c, PROBLEM_SKU_ALIKE, h.alike, item, err);
    return rc;
}

static enum rc check_name(struct checks *c, const struct item *item, struct err *err) {
    uint32_t bad = 0;
    int place = 0;
    if (str_blank(item->name))
        return tell(c, PROBLEM_NAME_EMPTY, item, "", err);
    if (!item_name_disallowed(item->name, &bad, &place))
        return RC_OK;
    buf_clear(&c->detail);
    buf_addf(&c->detail, "U+%04X at place %d", (unsigned)bad, place);
    return tell(c, PROBLEM_NAME_CHARACTERS, item, c->detail.data, err);
}

static enum rc check_vat(struct checks *c, const struct item *item, struct err *err) {
    if (str_blank(item->vat_code))
        return tell(c, PROBLEM_VAT_MISSING, item, "", err);
    if (item->vat_rate >= 0)
        return RC_OK;
    buf_clear(&c->detail);
    buf_addf(&c->detail, "%s in %s", item->vat_code, c->e->country);
    return tell(c, PROBLEM_VAT_RATE_UNKNOWN, item, c->detail.data, err);
}

static enum rc check_item(struct checks *c, const struct item *item, struct err *err) {
    enum rc rc = check_sku(c, item, err);
    if (rc == RC_OK)
        rc = check_vat(c, item, err);
    if (rc == RC_OK)
        rc = check_name(c, item, err);
    /* What a variant costs stands at the variant. */
    if (rc == RC_OK && !item->price.has_price && item->kind != ITEM_VARIANT_PARENT)
        rc = tell(c, PROBLEM_PRICE_MISSING, item, "", err);
    return rc;
}

enum check_column { CHECK_KEY, CHECK_SKU, CHECK_KIND, CHECK_NAME, CHECK_VAT_CODE, CHECK_VAT_RATE, CHECK_HAS_PRICE };

static void read_item_row(const struct sql_erp *e, struct page *page, struct sql_stmt *st) {
    struct item *item = page_add(page);
    item->key = page_text(page, st, CHECK_KEY);
    item->sku = page_text(page, st, CHECK_SKU);
    item->name = page_text(page, st, CHECK_NAME);
    item->vat_code = page_text(page, st, CHECK_VAT_CODE);
    if (sql_rate(e, st, CHECK_VAT_RATE, -1, &item->vat_rate, NULL) != RC_OK)
        item->vat_rate = -1;
    item->price.has_price = sql_int(st, CHECK_HAS_PRICE) != 0;
    const char *kind = sql_text(st, CHECK_KIND);
    item->kind = str_eq(kind, item_kind_name(ITEM_VARIANT_PARENT)) ? ITEM_VARIANT_PARENT : ITEM_SIMPLE;
}

static enum rc check_all(struct checks *c, struct err *err) {
    char last[64] = "";
    size_t count = CHECK_PAGE_SIZE;
    enum rc rc = RC_OK;
    while (rc == RC_OK && count == CHECK_PAGE_SIZE) {
        struct page *page = page_take(c->e);
        rc = read_check_page(c->e, SQL_CHECK_PAGE, page, read_item_row, last, err);
        count = page->count;
        for (size_t i = 0; i < count && rc == RC_OK; i++)
            rc = check_item(c, &page->items[i], err);
        page_give_back(c->e, page);
    }
    return rc;
}

enum rc sql_check_items(struct erp *erp, erp_finding_visit visit, void *ctx, struct err *err) {
    struct checks c = {.e = sql_of(erp), .visit = visit, .ctx = ctx, .firsts = table_new()};
    buf_init(&c.key, 4 * SKU_MAX);
    buf_init(&c.detail, DETAIL_MAX);
    enum rc rc = collect_doubles(&c, err);
    if (rc == RC_OK)
        rc = check_all(&c, err);
    buf_free(&c.key);
    buf_free(&c.detail);
    table_free(c.firsts, free_first);
    mem_free(c.exact.list);
    mem_free(c.alike.list);
    return rc;
}
