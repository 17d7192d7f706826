/* The ERP trait: what a company database can do for us. The engine sees only this header; SQL, schemas and products'
 * names live behind it. All calls on one erp come from one thread. Reads are short: rows are handed out a page at a
 * time (keyset), and no statement or transaction stays open between two calls, so that none is open during a network
 * call (rule R35). */
#ifndef SERVICE_ERP_ERP_H
#define SERVICE_ERP_ERP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "common/os/os.h"
#include "service/model/item.h"
#include "service/model/lease.h"
#include "service/model/order.h"
#include "service/model/price.h"

struct erp;

/* What a profile can do; data from its header. */
struct erp_caps {
    bool versions;        /* knows "changed since version"; else every run compares everything */
    bool aspect_versions; /* stock and price have row versions of their own */
    bool reservations, incoming, price_lists, points, discounts, sets, variants, groups;
    bool both_order_keys; /* has columns for the internet order number and the customer's order number (W-05, W-09) */
    bool leases;          /* keeps who may run on a link, where every machine sees it; see erp_lease_meaning() */
    unsigned aspects;     /* which aspects it can give */
};

/* How a link sees the company: chosen once, at open. Borrowed texts, copied by open. */
struct erp_view {
    const char *price_list;        /* code; "" = the company's default */
    const char *const *warehouses; /* codes; NULL or empty = all */
    size_t warehouse_count;
    const char *sale_country; /* ISO 3166 alpha-2, for VAT rates; "" = the company's own */
    const char *channel;      /* link name: publish flags of this link; ERPs without such flags publish all */
};

struct erp_open_args {
    const char *profile;  /* name of a profile, e.g. "reference" */
    const char *database; /* path or connection text from the company's settings */
    struct erp_view view;
    struct clock *clock;
    struct stop *stop;
    struct log *log;
};

/* Which items to read. */
struct offer_query {
    unsigned aspects;  /* read only tables these need (capability G-18) */
    bool changed_only; /* versions above `since` and at most `until`, ordered by (version, key) */
    int64_t since, until;
    int64_t changed_at_ms; /* > 0: instead rows changed at or after that instant (capability M-10), ordered by key */
    bool variants;         /* true: only variants; false: only simple items, parents and sets */
    const char *sku;       /* only this SKU (with its variants' parent left to the caller); NULL = all */
    /* Keyset: start behind this place. Zero/"" at first; the call leaves the last row's place here. */
    int64_t after_version;
    char after_key[64];
    size_t limit; /* at most so many items in this call */
};

/* Visits one item; the struct is borrowed for the call (copy with item_copy). Not RC_OK stops and is returned. */
typedef enum rc (*erp_item_visit)(void *ctx, const struct item *item, struct err *err);
/* What was found of one of several SKUs, by its place in the list: RC_OK with the item, borrowed for the call;
 * NOT_FOUND or CONFLICT (several items have it) with NULL. Not RC_OK stops and is returned. */
typedef enum rc (*erp_sku_visit)(void *ctx, size_t index, enum rc found, const struct item *item, struct err *err);
typedef enum rc (*erp_group_visit)(void *ctx, const struct item_group *group, struct err *err);

/* What is written as one order into the ERP. All borrowed. */
struct erp_order_line {
    const struct order_line *line;
    const char *item_key; /* NULL: a line without item (shipping, fee) goes on the service item of the profile */
    const char *vat_code; /* ERP's code for line->rate in the order's country; NULL: untaxed */
};
struct erp_order {
    const struct order *order;
    const struct erp_order_line *lines;
    size_t line_count;
    const char *customer_key; /* existing customer; NULL: create from the order's billing address */
    const char *operator_name;
    const char *channel; /* link name */
    const char *token;   /* our step token, kept in the ERP's row */
};
struct erp_document {
    char key[64];
    char number[64]; /* what people see: "ZK/1/11/2026" */
};
/* An order in the ERP found by one of its keys. */
struct erp_order_match {
    struct erp_document document;
    int64_t created_ms;
    bool by_token, by_internet_number, by_customer_number;
    bool ours;        /* written by this link's channel name */
    char channel[64]; /* the channel name it was written by, "" when none; a longer one is cut */
    int64_t total;    /* minor units */
    char currency[4];
};

enum item_problem {
    PROBLEM_SKU_EMPTY,
    PROBLEM_SKU_DUPLICATE,
    PROBLEM_SKU_ALIKE, /* equal but for case, accents or spaces */
    PROBLEM_SKU_MALFORMED,
    PROBLEM_VAT_MISSING,
    PROBLEM_VAT_RATE_UNKNOWN,
    PROBLEM_NAME_EMPTY,
    PROBLEM_NAME_CHARACTERS,
    PROBLEM_PRICE_MISSING
};
/* A finding of the data checks (capabilities S-05 to S-07), one a call; texts borrowed. */
struct item_finding {
    enum item_problem problem;
    const char *item_key, *sku, *name;
    const char *detail; /* the other item, the offending characters, the code */
};
typedef enum rc (*erp_finding_visit)(void *ctx, const struct item_finding *finding, struct err *err);

struct erp_vt {
    const char *kind;
    void (*close)(struct erp *e);
    const struct erp_caps *(*caps)(const struct erp *e);
    /* Code of the currency of the view's price list, "" when there is none; borrowed for the driver's life. May be
     * NULL: the driver does not know. */
    const char *(*currency)(const struct erp *e);
    /* Whether the amounts of the view's price list include VAT. May be NULL: the driver does not know. */
    enum shop_tax (*list_tax)(const struct erp *e);
    /* Is this a database of the profile, readable and writable, of a version we know? What is wrong is told. */
    enum rc (*probe)(struct erp *e, struct err *err);
    /* Highest row version now. Every change committed later has a higher one. */
    enum rc (*version)(struct erp *e, int64_t *out, struct err *err);
    /* All groups changed after `since`, parents first. */
    enum rc (*groups_changed)(struct erp *e, int64_t since, erp_group_visit visit, void *ctx, struct err *err);
    /* One page of items, fully filled for the asked aspects. *count: how many; less than the limit: end. */
    enum rc (*offer_read)(struct erp *e, struct offer_query *query, erp_item_visit visit, void *ctx, size_t *count,
                          struct err *err);
    /* How many items the query would give, for progress; -1 if that costs too much. */
    enum rc (*offer_count)(struct erp *e, const struct offer_query *query, int64_t *out, struct err *err);
    /* One item by SKU (normal form). NOT_FOUND; CONFLICT when several items have it. */
    enum rc (*item_by_sku)(struct erp *e, const char *sku, unsigned aspects, struct item *out, struct err *err);
    /* The same of several SKUs at once, see erp_items_by_sku. May be NULL: then each is read by itself. */
    enum rc (*items_by_sku)(struct erp *e, const char *const *skus, size_t n, unsigned aspects, erp_sku_visit visit,
                            void *ctx, struct err *err);
    enum rc (*items_by_parent)(struct erp *e, const char *parent_key, unsigned aspects, erp_item_visit visit, void *ctx,
                               struct err *err);
    /* Every finding over the published items of the view. One pass. */
    enum rc (*check_items)(struct erp *e, erp_finding_visit visit, void *ctx, struct err *err);
    /* May that operator make orders? DENIED with the missing right, NOT_FOUND. */
    enum rc (*operator_check)(struct erp *e, const char *operator_name, struct err *err);
    /* ERP's VAT code for a rate (RATE_SCALE units) in a country. NOT_FOUND when there is none. */
    enum rc (*vat_code)(struct erp *e, const char *country, int64_t rate, char out[32], struct err *err);
    /* A customer for an order: by e-mail and tax number, only when exactly one fits and is no firm for a private buyer
     * or the other way round. "" in out: none, create one. CONFLICT: several fit, named. REJECTED: blocked */
    enum rc (*customer_match)(struct erp *e, const struct order *order, char out[64], struct err *err);
    /* Writes the order as ONE database transaction: order, lines, customer if new, reservation, both keys, operator,
     * token. CONFLICT when the token or (channel, internet number) exists already: nothing was written.
     * UNKNOWN_OUTCOME: the commit itself failed; look for the token. */
    enum rc (*order_create)(struct erp *e, const struct erp_order *order, struct erp_document *out, struct err *err);
    /* Orders that carry the token (whenever made), or one of the keys since `since_ms`. "" is not asked for and matches
     * nothing. At most max; *count is the true number. */
    enum rc (*order_find)(struct erp *e, const char *token, const char *internet_number, const char *customer_number,
                          int64_t since_ms, struct erp_order_match *out, size_t max, size_t *count, struct err *err);

    /* --- the lease of a link (model/lease.h), by link name: the name as which runs open the ERP (view.channel), the
     * same on every machine. Each is one transaction. UNSUPPORTED without the capability, and in a preview, which
     * writes nothing. A driver without leases leaves these slots NULL. --- */
    /* CONFLICT: held by another; `dead` as in lease_rule_take. *out: what was taken; its epoch goes to `fence`. */
    enum rc (*lease_take)(struct erp *e, const char *link, const struct lease_claim *claim, const struct lease *dead,
                          struct lease *out, struct err *err);
    /* A sign of life. *out: the row now, with who asked for a stop. CONFLICT: lost. */
    enum rc (*lease_renew)(struct erp *e, const char *link, int64_t epoch, const char *doing, struct lease *out,
                           struct err *err);
    enum rc (*lease_release)(struct erp *e, const char *link, int64_t epoch, struct err *err);
    /* Never taken: all zero. */
    enum rc (*lease_read)(struct erp *e, const char *link, struct lease *out, struct err *err);
    enum rc (*lease_ask_stop)(struct erp *e, const char *link, int64_t epoch, const char *by, struct err *err);
    /* From now on every write of this handle checks, inside its own transaction, that the lease of its link
     * (view.channel) is held under this epoch; else CONFLICT with reach LINK and nothing is written. 0: no fence; then
     * a write is refused as soon as that link was ever under a lease. */
    void (*fence)(struct erp *e, int64_t epoch);
};

struct erp {
    const struct erp_vt *vt;
};

static inline void erp_close(struct erp *e) {
    if (e)
        e->vt->close(e);
}
static inline const struct erp_caps *erp_caps(const struct erp *e) {
    return e->vt->caps(e);
}
static inline const char *erp_currency(const struct erp *e) {
    return e->vt->currency ? e->vt->currency(e) : "";
}
static inline enum shop_tax erp_list_tax(const struct erp *e) {
    return e->vt->list_tax ? e->vt->list_tax(e) : SHOP_TAX_UNTOLD;
}
static inline enum rc erp_probe(struct erp *e, struct err *err) {
    return e->vt->probe(e, err);
}
static inline enum rc erp_version(struct erp *e, int64_t *out, struct err *err) {
    return e->vt->version(e, out, err);
}
static inline enum rc erp_groups_changed(struct erp *e, int64_t since, erp_group_visit visit, void *ctx,
                                         struct err *err) {
    return e->vt->groups_changed(e, since, visit, ctx, err);
}
static inline enum rc erp_offer_read(struct erp *e, struct offer_query *query, erp_item_visit visit, void *ctx,
                                     size_t *count, struct err *err) {
    return e->vt->offer_read(e, query, visit, ctx, count, err);
}
static inline enum rc erp_offer_count(struct erp *e, const struct offer_query *query, int64_t *out, struct err *err) {
    return e->vt->offer_count(e, query, out, err);
}
static inline enum rc erp_item_by_sku(struct erp *e, const char *sku, unsigned aspects, struct item *out,
                                      struct err *err) {
    return e->vt->item_by_sku(e, sku, aspects, out, err);
}
/* Items by SKU (normal form), at most ERP_SKUS_MAX: visits once for each SKU, in the order of the list. All were read
 * before the first is visited. */
#define ERP_SKUS_MAX 500
enum rc erp_items_by_sku(struct erp *e, const char *const *skus, size_t n, unsigned aspects, erp_sku_visit visit,
                         void *ctx, struct err *err);
/* The same by one erp_item_by_sku after the other, for drivers. */
enum rc erp_items_one_by_one(struct erp *e, const char *const *skus, size_t n, unsigned aspects, erp_sku_visit visit,
                             void *ctx, struct err *err);
static inline enum rc erp_items_by_parent(struct erp *e, const char *parent_key, unsigned aspects, erp_item_visit visit,
                                          void *ctx, struct err *err) {
    return e->vt->items_by_parent(e, parent_key, aspects, visit, ctx, err);
}
static inline enum rc erp_check_items(struct erp *e, erp_finding_visit visit, void *ctx, struct err *err) {
    return e->vt->check_items(e, visit, ctx, err);
}
static inline enum rc erp_operator_check(struct erp *e, const char *operator_name, struct err *err) {
    return e->vt->operator_check(e, operator_name, err);
}
static inline enum rc erp_vat_code(struct erp *e, const char *country, int64_t rate, char out[32], struct err *err) {
    return e->vt->vat_code(e, country, rate, out, err);
}
static inline enum rc erp_customer_match(struct erp *e, const struct order *order, char out[64], struct err *err) {
    return e->vt->customer_match(e, order, out, err);
}
static inline enum rc erp_order_create(struct erp *e, const struct erp_order *order, struct erp_document *out,
                                       struct err *err) {
    return e->vt->order_create(e, order, out, err);
}
static inline enum rc erp_order_find(struct erp *e, const char *token, const char *internet_number,
                                     const char *customer_number, int64_t since_ms, struct erp_order_match *out,
                                     size_t max, size_t *count, struct err *err) {
    return e->vt->order_find(e, token, internet_number, customer_number, since_ms, out, max, count, err);
}

/* --- leases --- */
static inline enum rc erp_no_leases(struct err *err) {
    return err_set(err, RC_UNSUPPORTED, REACH_LINK, "The company database cannot hold leases.");
}
static inline enum rc erp_lease_take(struct erp *e, const char *link, const struct lease_claim *claim,
                                     const struct lease *dead, struct lease *out, struct err *err) {
    return e->vt->lease_take ? e->vt->lease_take(e, link, claim, dead, out, err) : erp_no_leases(err);
}
static inline enum rc erp_lease_renew(struct erp *e, const char *link, int64_t epoch, const char *doing,
                                      struct lease *out, struct err *err) {
    return e->vt->lease_renew ? e->vt->lease_renew(e, link, epoch, doing, out, err) : erp_no_leases(err);
}
static inline enum rc erp_lease_release(struct erp *e, const char *link, int64_t epoch, struct err *err) {
    return e->vt->lease_release ? e->vt->lease_release(e, link, epoch, err) : erp_no_leases(err);
}
static inline enum rc erp_lease_read(struct erp *e, const char *link, struct lease *out, struct err *err) {
    return e->vt->lease_read ? e->vt->lease_read(e, link, out, err) : erp_no_leases(err);
}
static inline enum rc erp_lease_ask_stop(struct erp *e, const char *link, int64_t epoch, const char *by,
                                         struct err *err) {
    return e->vt->lease_ask_stop ? e->vt->lease_ask_stop(e, link, epoch, by, err) : erp_no_leases(err);
}
static inline void erp_fence(struct erp *e, int64_t epoch) {
    if (e->vt->fence)
        e->vt->fence(e, epoch);
}
/* What `check` has to say about a company whose database holds no leases; NULL: nothing. */
const char *erp_lease_meaning(const struct erp_caps *caps);

#endif
