/* The channel trait: what a place that sells (shop, marketplace, hub) can do for us.
 *
 * A driver is a const struct channel_vt and a struct that starts with struct channel. The engine sees only this header.
 * Nothing outside a driver's folder compares kinds: differences are capabilities.
 *
 * Answers are per line (struct verdict), never per call: a call returns RC_OK when every line has a verdict, whatever
 * the verdicts are. A call that fails as a whole has reach LINK (shop down, keys refused, stopped) and leaves lines
 * that got no answer with VERDICT_NONE or, when they were sent, VERDICT_UNKNOWN.
 * Drivers never retry by themselves and never wait but for answers: trying again is the engine's decision (retry.c).
 * A driver may look things up (adoption by SKU, re-bind) as part of one call.
 * All calls on one channel come from one thread. Every blocking call leaves within 5 s after `stop` is set. */
#ifndef SERVICE_CHANNEL_CHANNEL_H
#define SERVICE_CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "common/conf/conf.h"
#include "common/os/os.h"
#include "service/model/item.h"
#include "service/model/order.h"
#include "service/model/price.h"

#define REMOTE_ID_SIZE 64

struct channel;

enum verdict_kind {
    VERDICT_NONE,      /* not attempted */
    VERDICT_DONE,      /* the channel confirmed it */
    VERDICT_LATER,     /* passing fault or limit; nothing happened */
    VERDICT_REJECTED,  /* understood and refused: field, text */
    VERDICT_NOT_FOUND, /* the remote id is gone and no other holds the SKU */
    VERDICT_CONFLICT,  /* another remote thing holds the key and may not be taken: text says which */
    VERDICT_UNKNOWN,   /* sent, no answer, and a look-up could not tell either */
    VERDICT_PENDING    /* a remote job; `handle` survives a restart */
};

struct verdict {
    enum verdict_kind kind;
    char remote_id[REMOTE_ID_SIZE]; /* DONE: the id that now holds the thing (new, adopted or re-bound) */
    bool adopted;                   /* DONE: an existing remote thing was taken over instead of creating one */
    long retry_after_s;             /* LATER: the channel's wish, -1 none */
    char code[64];                  /* the channel's own code */
    char field[64];                 /* REJECTED: the field, if told */
    char handle[128];               /* PENDING */
    char text[ERR_TEXT_MAX];        /* plain sentence */
};

/* What a driver can do; data, so that dialog and engine read the same truth. */
struct channel_caps {
    size_t batch_max;              /* most lines the channel takes in one write */
    bool variants_batch_by_parent; /* lines of one batch must share their parent */
    bool has_groups;
    bool has_attributes;      /* attributes are things of their own that must exist before they are used */
    bool has_modified_filter; /* orders_since sees edits, not only new orders */
    bool sku_ignores_case;    /* the channel's unique SKU ignores case and accents: see sku_collation_key */
    bool can_acknowledge_status;
    bool can_acknowledge_meta;
    bool has_points;  /* can carry loyalty points */
    unsigned aspects; /* which aspects can be written */
};

/* One entry of a probe: what was asked of the shop, and what came of it. */
struct probe_line {
    char what[48]; /* "dns", "tls", "login", "read", "write", "version", "clock", "units", "currency", "tax" */
    bool ok;
    bool blocking; /* !ok and nothing can run */
    char text[ERR_TEXT_MAX];
};
#define PROBE_LINES_MAX 24
struct channel_report {
    struct probe_line lines[PROBE_LINES_MAX];
    size_t line_count;
    char version[64];
    char currency[4];
    int currency_decimals;
    int shown_decimals; /* the shop's own number of decimals; -1 untold */
    enum shop_tax prices_tax;
    char weight_unit[8];   /* "kg", "g", "lbs", "oz" */
    int64_t clock_skew_ms; /* shop minus ours */
    /* The statuses an order may have there, each with a blank before and behind: " pending processing ". "" when the
     * shop does not tell. */
    char order_statuses[2048];
    char tax_classes[1024]; /* the same of tax classes: " standard reduced-rate zero-rate " */
};

/* --- writing the offer --- */

struct group_line {
    const struct item_group *group; /* borrowed */
    char remote_id[REMOTE_ID_SIZE]; /* "" = not bound yet */
    char remote_parent[REMOTE_ID_SIZE];
    struct verdict verdict;
};
struct attribute_line {
    const char *name; /* borrowed */
    char **options;
    size_t option_count;
    char remote_id[REMOTE_ID_SIZE];
    struct verdict verdict;
};

/* What the engine wants true of one item. Only `aspects` may appear in a request (rule R21). */
struct offer_line {
    const struct item *item; /* borrowed until the batch is done */
    unsigned aspects;
    char remote_id[REMOTE_ID_SIZE]; /* "" = create, or adopt the remote thing with exactly this SKU */
    char remote_group[REMOTE_ID_SIZE];
    int64_t regular, sale; /* effective prices, minor units; sale -1 = none (price.h computed them) */
    int64_t sale_from_ms, sale_to_ms;
    int64_t available;     /* thousandths (availability.h computed it) */
    const char *tax_class; /* borrowed; the channel's class, "" = standard */
    const char *name;      /* borrowed; the name after the link's replacement rule */
    bool unpublish;        /* take it out of the offer (hide, not delete) */
    bool sku_too;          /* with unpublish: it gets the item's SKU, so that another product can have the one it had */
    const char (*attribute_ids)[REMOTE_ID_SIZE]; /* parallel to item->attributes; NULL where caps lack attributes */
    struct verdict verdict;
};
struct offer_batch {
    struct offer_line *lines;
    size_t line_count;
    char remote_parent[REMOTE_ID_SIZE]; /* variants: the parent they share, else "" */
    void *engine;                       /* the engine's own */
};
/* Where offer_put takes its batches from and gives them back, so that up to `parallel` requests are always under way.
 */
struct offer_stream {
    void *ctx;
    /* Next batch to send. *out NULL and *wait_ms < 0: no more. *out NULL and *wait_ms >= 0: none now, ask again after
     * that time or when a batch is done, whichever is first. The batch stays the engine's, borrowed until done(). */
    enum rc (*next)(void *ctx, struct offer_batch **out, int64_t *wait_ms, struct err *err);
    /* The batch has its verdicts. A failure ends the stream: no further next(); what is under way is still finished
     * and given back. */
    enum rc (*done)(void *ctx, struct offer_batch *batch, struct err *err);
};

/* --- reading --- */

/* One remote product as the shop tells it, for adoption and verification. Owned texts. */
struct remote_product {
    char remote_id[REMOTE_ID_SIZE], remote_parent[REMOTE_ID_SIZE];
    char *sku, *name;
    char *price, *sale_price; /* as told, decimal text */
    bool has_stock;
    int64_t stock; /* thousandths */
    char status[32];
};
void remote_product_free_fields(struct remote_product *p);

/* One order as received. `raw` is the bytes that were stored, never shortened. Owned by the page. */
struct order_raw {
    char remote_id[REMOTE_ID_SIZE];
    char number[64];
    char status[64];
    int64_t modified_ms; /* the shop's own clock */
    char *raw;
    size_t raw_len;
};
/* An entry of the shop's list of orders of which something is missing or malformed that reading on needs. */
struct order_unreadable {
    char remote_id[REMOTE_ID_SIZE]; /* "" = not even that can be read */
    char number[64];                /* as far as it can be read */
    const char *why;                /* the middle of a sentence; lives as long as the program */
    char *raw;
    size_t raw_len;
};
struct order_page {
    struct order_raw *orders;
    size_t count;
    char cursor[256];                    /* opaque, the driver's: where to go on; stored by the engine with the page */
    bool more;                           /* false: the window is read to its end */
    struct order_unreadable *unreadable; /* kept whole as well, told, never skipped silently */
    size_t unreadable_count;
};
void order_page_free_fields(struct order_page *page);

struct order_ack {
    char remote_id[REMOTE_ID_SIZE];
    const char *status;               /* NULL: leave */
    const char *const *unless_status; /* NULL-ended list or NULL: statuses in which the shop's order is left alone */
    const char *document_number;      /* NULL: none; goes into order meta data */
    const char *token;                /* our reference in order meta data */
    struct verdict verdict;
};

struct channel_open_args {
    const struct conf_section *link; /* settings, borrowed for the channel's life */
    /* Secrets of the link by setting key; returns a new text (caller wipes and frees) or NULL. */
    char *(*secret)(void *ctx, const char *key);
    void *secret_ctx;
    const char *company, *link_name;
    struct clock *clock;
    struct stop *stop;
    struct log *log; /* trace of requests at LOG_DEBUG, redacted */
    const char *user_agent;
};

struct channel_vt {
    const char *kind; /* stable, lower case, stored in settings */
    const char *display_name;
    struct channel_caps caps;
    const char *identity;               /* the setting that says which shop it is; NULL: none does */
    const struct setting_def *settings; /* what a link of this kind must be told, ended by a NULL key */
    /* The channel's words for orders that ended without goods going out (cancelled, refunded, ...), ended by NULL:
     * never imported, and never given another status by us. */
    const char *const *ended_statuses;
    unsigned mapping_version; /* raised when the driver maps the same item differently: everything is compared anew */

    /* Makes the channel; no network. Fails (INVALID) when settings or secrets are missing. */
    enum rc (*open)(const struct channel_open_args *args, struct channel **out, struct err *err);
    void (*close)(struct channel *c);
    /* Asks the shop everything that must be true before a run. Repeatable; reads only, but for a harmless write-right
     * test. RC_OK when the report was made, even a bad one. */
    enum rc (*probe)(struct channel *c, struct channel_report *out, struct err *err);
    /* Creates or updates; parents come before children in `lines`. Repeatable: natural keys are adopted. */
    enum rc (*groups_put)(struct channel *c, struct group_line *lines, size_t n, struct err *err);
    enum rc (*attributes_put)(struct channel *c, struct attribute_line *lines, size_t n, struct err *err);
    /* Creates or updates items. Repeatable: a line without remote_id whose SKU exists adopts it. */
    enum rc (*offer_put)(struct channel *c, const struct offer_stream *stream, struct err *err);
    /* Products of the shop, a page a call, by the driver's opaque cursor ("" = from the start). Repeatable. */
    enum rc (*products_page)(struct channel *c, const char *cursor, struct remote_product **out, size_t *count,
                             char next_cursor[256], bool *more, struct err *err);
    /* Products by SKU, at most caps.batch_max; found[i].remote_id "" when none. Repeatable. */
    enum rc (*products_find)(struct channel *c, const char *const *skus, size_t n, struct remote_product *found,
                             struct err *err);
    /* Orders changed since the cursor ("" = since `start_ms`), a page a call; every order is told at least once, maybe
     * more often. Repeatable. The caller stores page and cursor in one transaction before it asks for the next. */
    enum rc (*orders_since)(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                            struct err *err);
    enum rc (*order_get)(struct channel *c, const char *remote_id, struct order_raw *out, struct err *err);
    /* Understands a stored order; no network. INVALID (reach ITEM) with the field when something required is missing or
     * malformed. */
    enum rc (*order_parse)(struct channel *c, const char *raw, size_t len, struct order **out, struct err *err);
    /* Sets status and reference of orders. Repeatable. */
    enum rc (*orders_ack)(struct channel *c, struct order_ack *acks, size_t n, struct err *err);
    /* How the shop counts its money, in as few requests as possible; what this key may not know stays untold. Fails
     * when the shop does not answer now. NULL: the kind cannot tell. Repeatable. */
    enum rc (*money)(struct channel *c, struct shop_money *out, struct err *err);
    /* How many requests left since open, for the run history. NULL: the kind does not count. */
    int64_t (*requests)(const struct channel *c);
};

struct channel {
    const struct channel_vt *vt;
};

static inline const struct channel_caps *chan_caps(const struct channel *c) {
    return &c->vt->caps;
}
static inline void chan_close(struct channel *c) {
    if (c)
        c->vt->close(c);
}
static inline enum rc chan_probe(struct channel *c, struct channel_report *out, struct err *err) {
    return c->vt->probe(c, out, err);
}
static inline enum rc chan_money(struct channel *c, struct shop_money *out, struct err *err) {
    *out = (struct shop_money){.tax = SHOP_TAX_UNTOLD};
    return c->vt->money ? c->vt->money(c, out, err) : RC_OK;
}
static inline enum rc chan_groups_put(struct channel *c, struct group_line *lines, size_t n, struct err *err) {
    return c->vt->groups_put(c, lines, n, err);
}
static inline enum rc chan_attributes_put(struct channel *c, struct attribute_line *lines, size_t n, struct err *err) {
    return c->vt->attributes_put(c, lines, n, err);
}
static inline enum rc chan_offer_put(struct channel *c, const struct offer_stream *stream, struct err *err) {
    return c->vt->offer_put(c, stream, err);
}
static inline enum rc chan_products_page(struct channel *c, const char *cursor, struct remote_product **out,
                                         size_t *count, char next_cursor[256], bool *more, struct err *err) {
    return c->vt->products_page(c, cursor, out, count, next_cursor, more, err);
}
static inline enum rc chan_products_find(struct channel *c, const char *const *skus, size_t n,
                                         struct remote_product *found, struct err *err) {
    return c->vt->products_find(c, skus, n, found, err);
}
static inline enum rc chan_orders_since(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                                        struct err *err) {
    return c->vt->orders_since(c, cursor, start_ms, out, err);
}
static inline enum rc chan_order_get(struct channel *c, const char *remote_id, struct order_raw *out, struct err *err) {
    return c->vt->order_get(c, remote_id, out, err);
}
static inline enum rc chan_order_parse(struct channel *c, const char *raw, size_t len, struct order **out,
                                       struct err *err) {
    return c->vt->order_parse(c, raw, len, out, err);
}
static inline int64_t chan_requests(const struct channel *c) {
    return c->vt->requests ? c->vt->requests(c) : 0;
}
static inline enum rc chan_orders_ack(struct channel *c, struct order_ack *acks, size_t n, struct err *err) {
    return c->vt->orders_ack(c, acks, n, err);
}

#endif
