/* Inside the SQL driver only. */
#ifndef SERVICE_ERP_SQL_SQL_ERP_INT_H
#define SERVICE_ERP_SQL_SQL_ERP_INT_H

#include "service/erp/sql/db.h"
#include "service/erp/sql/profile.h"
#include "service/erp/sql/sql_erp.h"

#define SQL_COLUMNS_MAX 32
/* Each statement with each set of words that can be asked for: a bound, not a wish. */
#define SQL_CACHE_MAX 256

/* A prepared statement of the profile. Columns are numbered as statements.def lists them. */
struct sql_stmt {
    struct db_stmt *s;
    enum sql_id id;
    unsigned words;
    int columns[SQL_COLUMNS_MAX]; /* place in the result, -1: not given */
};

struct page;

struct sql_erp {
    struct erp erp;
    struct db *db;
    struct profile *profile;
    struct clock *clock;
    struct log *log;
    /* The view, as the ERP's own keys. */
    char *price_list;
    char *country;
    char *channel;
    char *warehouses;     /* JSON list of keys: ["1","3"] */
    char *warehouse_list; /* ",1,3," */
    char *warehouse;      /* where orders reserve */
    unsigned warehouse_word;
    char currency[4];
    int decimals;
    bool includes_tax;
    int64_t fence; /* epoch that writes carry; 0: none */
    char today[11];
    struct sql_stmt cache[SQL_CACHE_MAX];
    size_t cached;
    struct page *spare; /* a page nobody reads now */
};

static inline struct sql_erp *sql_of(struct erp *e) {
    return (struct sql_erp *)e;
}

/* --- sql_stmt.c --- */

/* The statement with these words on, parameters of the view and of now bound, others as last bound. Owned by the cache.
 * UNSUPPORTED: the profile has no such statement; INVALID: it does not give a column it must. */
enum rc sql_get(struct sql_erp *e, enum sql_id id, unsigned words, struct sql_stmt **out, struct err *err);
void sql_cache_free(struct sql_erp *e);
bool sql_has(const struct sql_erp *e, enum sql_id id);

void sql_bind_text(struct sql_stmt *st, const char *name, const char *value);
void sql_bind_or_null(struct sql_stmt *st, const char *name, const char *value); /* "" is bound as null */
void sql_bind_int(struct sql_stmt *st, const char *name, int64_t value);
/* Values in the profile's own form (minor units or decimal text ...). The text lives in buf, at least 32 bytes, until
 * the statement is reset. */
void sql_bind_amount(const struct sql_erp *e, struct sql_stmt *st, const char *name, int64_t value, int decimals,
                     char buf[32]);
void sql_bind_quantity(const struct sql_erp *e, struct sql_stmt *st, const char *name, int64_t value, char buf[32]);
void sql_bind_rate(const struct sql_erp *e, struct sql_stmt *st, const char *name, int64_t value, char buf[32]);

bool sql_null(struct sql_stmt *st, int column); /* a column that is not given is null */
int64_t sql_int(struct sql_stmt *st, int column);
const char *sql_text(struct sql_stmt *st, int column); /* NULL for null */
/* INVALID when the text is no number. Null gives `none`. */
enum rc sql_amount(const struct sql_erp *e, struct sql_stmt *st, int column, int64_t none, int64_t *out,
                   struct err *err);
enum rc sql_quantity(const struct sql_erp *e, struct sql_stmt *st, int column, int64_t *out, struct err *err);
enum rc sql_rate(const struct sql_erp *e, struct sql_stmt *st, int column, int64_t none, int64_t *out, struct err *err);
/* Steps once and resets at the end: *row false when there was none. */
enum rc sql_step(struct sql_stmt *st, bool *row, struct err *err);

/* --- sql_page.c: items of one call, in memory of their own --- */
struct page {
    struct item *items;
    size_t count, capacity;
    struct chunk *chunks, *current;
};
struct page *page_take(struct sql_erp *e);
void page_give_back(struct sql_erp *e, struct page *page);
void page_free(struct page *page);                                   /* NULL allowed */
struct item *page_add(struct page *page);                            /* zeroed; earlier items may move */
void *page_alloc(struct page *page, size_t size);                    /* zeroed, lives as long as the page's content */
char *page_text(struct page *page, struct sql_stmt *st, int column); /* NULL for null */

/* --- slots, by subject --- */
enum rc sql_offer_read(struct erp *erp, struct offer_query *query, erp_item_visit visit, void *ctx, size_t *count,
                       struct err *err);
enum rc sql_offer_count(struct erp *erp, const struct offer_query *query, int64_t *out, struct err *err);
enum rc sql_item_by_sku(struct erp *erp, const char *sku, unsigned aspects, struct item *out, struct err *err);
enum rc sql_items_by_sku(struct erp *erp, const char *const *skus, size_t n, unsigned aspects, erp_sku_visit visit,
                         void *ctx, struct err *err);
enum rc sql_items_by_parent(struct erp *erp, const char *parent_key, unsigned aspects, erp_item_visit visit, void *ctx,
                            struct err *err);
enum rc sql_check_items(struct erp *erp, erp_finding_visit visit, void *ctx, struct err *err);
enum rc sql_operator_check(struct erp *erp, const char *operator_name, struct err *err);
enum rc sql_vat_code(struct erp *erp, const char *country, int64_t rate, char out[32], struct err *err);
enum rc sql_customer_match(struct erp *erp, const struct order *order, char out[64], struct err *err);
enum rc sql_order_create(struct erp *erp, const struct erp_order *order, struct erp_document *out, struct err *err);
enum rc sql_order_find(struct erp *erp, const char *token, const char *internet_number, const char *customer_number,
                       int64_t since_ms, struct erp_order_match *out, size_t max, size_t *count, struct err *err);

/* --- sql_lease.c --- */
enum rc sql_lease_take(struct erp *erp, const char *link, const struct lease_claim *claim, const struct lease *dead,
                       struct lease *out, struct err *err);
enum rc sql_lease_renew(struct erp *erp, const char *link, int64_t epoch, const char *doing, struct lease *out,
                        struct err *err);
enum rc sql_lease_release(struct erp *erp, const char *link, int64_t epoch, struct err *err);
enum rc sql_lease_read(struct erp *erp, const char *link, struct lease *out, struct err *err);
enum rc sql_lease_ask_stop(struct erp *erp, const char *link, int64_t epoch, const char *by, struct err *err);
void sql_fence(struct erp *erp, int64_t epoch);
/* Inside the caller's writing transaction, before anything is written: RC_OK, or lease_rule_fence's refusal. The row
 * stays as it was read until that transaction ends. */
enum rc sql_fence_check(struct sql_erp *e, struct err *err);

/* --- sql_customers.c --- */
/* Writes a customer from the order's billing address, inside the caller's transaction. */
enum rc sql_customer_insert(struct sql_erp *e, const struct erp_order *order, char out[64], struct err *err);
/* A tax number as it is compared: upper case letters and digits only. */
#define TAX_NUMBER_MAX 32
void sql_tax_number(char out[TAX_NUMBER_MAX], const char *s);

#endif
