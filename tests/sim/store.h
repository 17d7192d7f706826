/* Everything the shop knows, in memory. One lock (store_lock) around all of it; nobody sleeps while holding it. */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include "tests/sim/json.h"
#include "tests/sim/wptime.h"

enum post_kind { POST_NONE, POST_PRODUCT, POST_VARIATION, POST_ORDER, POST_REFUND, POST_COUPON, POST_MEDIA };

/* Products, variations, orders, refunds, coupons and media share one sequence of ids, as in WordPress. */
struct post {
    void *p;
    int64_t modified;
    unsigned char kind;
    bool hidden; /* in the trash: not in lists unless asked for */
};

struct meta {
    long id;
    char *key;
    char *json; /* the value as JSON text */
};

struct metas {
    struct meta *v;
    int n;
};

/* An attribute of a product: a global one (id > 0, values are term ids) or its own (values are texts). */
struct pattr {
    long id;
    char *name;
    int position;
    bool visible, variation;
    struct ids terms;
    char **options;
    int n_options;
    /* for variations and defaults */
    char *key, *value;
};

struct pattrs {
    struct pattr *v;
    int n;
};

enum ptype { PT_SIMPLE, PT_GROUPED, PT_EXTERNAL, PT_VARIABLE, PT_VARIATION };

struct product {
    long id, parent_id;
    enum ptype type;
    bool trashed, featured, is_virtual, downloadable, manage, sold_individually, has_stock, reviews;
    const char *status, *before_trash; /* from the table of statuses */
    const char *stock_status, *backorders, *visibility, *tax_status;
    char *name, *slug, *sku, *fold, *gtin, *description, *short_description;
    char *regular, *sale, *price, *tax_class, *weight, *length, *width, *height, *purchase_note, *url, *button;
    long long stock, low_stock;
    bool has_low;
    long ship_class, total_sales;
    int menu_order, download_limit, download_expiry;
    int64_t created, modified, sale_from, sale_to;
    struct ids cats, tags, brands, images, upsell, cross, grouped, children;
    struct pattrs attrs, defaults;
    struct metas meta;
    struct product *sku_next;
};

enum line_kind { LINE_ITEM, LINE_TAX, LINE_SHIPPING, LINE_FEE, LINE_COUPON, LINE_KINDS };

/* Money of orders: millionths. */
typedef long long micro;

struct line_tax {
    long rate;
    micro total, subtotal;
};

struct oline {
    long id, product_id, variation_id, rate_id;
    char *name, *tax_class, *method_id, *instance_id, *tax_status, *rate_code;
    long long qty;
    double percent, nominal, price;
    bool compound, no_product, has_price;
    char *discount_type;
    micro subtotal, subtotal_tax, total, total_tax, ship_tax;
    struct line_tax *taxes;
    int n_taxes;
    struct metas meta;
};

struct olines {
    struct oline *v;
    int n;
};

struct note {
    long id;
    int64_t at;
    char *text, *author;
    bool customer;
};

enum addr {
    AD_FIRST,
    AD_LAST,
    AD_COMPANY,
    AD_1,
    AD_2,
    AD_CITY,
    AD_STATE,
    AD_POST,
    AD_COUNTRY,
    AD_EMAIL,
    AD_PHONE,
    AD_COUNT
};

struct order {
    long id, customer_id, parent_id, refunded_by;
    char *number, *status, *before_trash, *currency, *key, *payment, *payment_title, *transaction, *customer_note, *via;
    char *version, *reason, *ip, *agent, *cart_hash;
    char *bill[AD_COUNT], *ship[AD_COUNT];
    bool prices_incl, stock_reduced, sales_counted, refunded_payment, trashed;
    int64_t created, modified, paid, completed;
    micro discount, discount_tax, shipping, shipping_tax, cart_tax, total, total_tax, amount;
    struct olines lines[LINE_KINDS];
    struct metas meta;
    struct ids refunds;
    struct note *notes;
    int n_notes;
    char *raw; /* an injected body, served as it is but for what changed since */
};

struct term {
    long id, parent, attribute;
    char tax; /* c category, t tag, s shipping class, b brand, a attribute's term */
    char *name, *slug, *description, *display;
    long image;
    int menu_order;
    long count;
    bool dead;
};

struct attribute {
    long id;
    char *name, *slug, *type, *order_by;
    bool archives, dead;
};

struct tax_rate {
    long id;
    char *country, *state, *rate, *name, *class;
    struct cJSON *postcodes, *cities;
    int priority, order;
    bool compound, shipping;
};

struct tax_class {
    char *slug, *name;
};

struct customer {
    long id;
    char *email, *first, *last, *username, *role;
    char *bill[AD_COUNT], *ship[AD_COUNT];
    int64_t created, modified;
    struct metas meta;
    bool dead;
};

struct coupon {
    long id;
    char *code, *type, *amount, *description;
    int64_t created, modified;
    long usage, limit;
    bool has_limit, individual, free_shipping;
    struct metas meta;
    char **used_by;
    int n_used;
};

struct media {
    long id;
    char *file, *title, *alt, *mime, *slug, *caption;
    int64_t created, modified;
    size_t bytes;
};

struct store {
    struct post *posts; /* index is the id */
    long n_posts, cap_posts;
    struct product **skus; /* buckets by folded sku */
    size_t n_buckets, n_skus;
    struct term *terms;
    long n_terms, cap_terms;
    struct attribute *attributes;
    int n_attributes;
    struct tax_rate *rates;
    int n_rates;
    struct tax_class *classes;
    int n_classes;
    struct customer *customers;
    long n_customers;
    long next_rate, next_meta, next_item, next_note, next_term;
    long n_products, n_orders;
    struct slug **slugs; /* texts in use for addresses */
    const char *wc, *wp; /* the versions of WooCommerce and WordPress it answers as */
    int wc_at, wp_at;    /* their first two numbers: 1000 is 10.0, 709 is 7.9 */
    bool legacy;         /* orders are kept as posts, not in tables of their own (HPOS) */
    bool counts_stale;   /* terms' counts have to be made anew */
};

struct slug {
    char *text;
    int used;
    struct slug *next;
};

extern struct store S;

void store_init(void);
void store_lock(void);
void store_unlock(void);

/* Takes a version such as "9.4.2" in both forms. */
void store_version(const char *text, const char **at, int *number);
/* Does it answer as a WooCommerce older than that: 806 is 8.6. */
bool wc_before(int version);

/* A new id for a thing; store_touch marks it changed now. */
long post_new(enum post_kind kind, void *p);
void *post_get(long id, enum post_kind kind);
void post_drop(long id);
void post_touch(long id, int64_t when);

/* Replaces a text; takes a copy. */
void set_text(char **at, const char *s);
void set_owned(char **at, char *s);

/* Meta data as the API writes it: by id or key, null deletes, the last of equal keys wins. */
void meta_apply(struct metas *m, const cJSON *list);
/* Adds one as it is. id 0: a new one. */
void meta_add(struct metas *m, long id, const char *key, const char *json);
void meta_set(struct metas *m, const char *key, const char *json);
const char *meta_value(const struct metas *m, const char *key);
void meta_remove(struct metas *m, const char *key);
/* sorted: by key, as orders show them. */
void jw_metas(struct sbuf *b, const struct metas *m, bool sorted);
void metas_free(struct metas *m);

/* SKUs: equal without case and accents. */
void sku_link(struct product *p);
void sku_unlink(struct product *p);
/* The next holder after `after` (NULL: first). */
struct product *sku_next(const char *fold, const struct product *after);

/* A slug nobody has: slug, slug-2, ... */
char *slug_unique(const char *slug);

struct product *product_get(long id); /* products and variations */
struct order *order_get(long id);

#endif
