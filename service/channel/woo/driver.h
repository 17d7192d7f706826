/* What the files of this folder share. Nobody outside includes it (but the tests of this folder). */
#ifndef SERVICE_CHANNEL_WOO_DRIVER_H
#define SERVICE_CHANNEL_WOO_DRIVER_H

#include "common/base/json.h"
#include "service/channel/channel.h"
#include "service/channel/woo/scan.h"
#include "service/net/http.h"

#define WOO_BATCH_MAX  100 /* hazard 7: one more and nothing is done */
#define WOO_ANSWER_MAX (32 * 1024 * 1024)
#define WOO_BODY_MAX   (32 * 1024 * 1024)
#define WOO_URL_MAX    (16 * 1024)

enum woo_auth { WOO_AUTH_BASIC, WOO_AUTH_QUERY, WOO_AUTH_OAUTH };

/* A link's settings, read once in woo_settings_read. Texts are borrowed from the settings but for those marked. */
struct woo_settings {
    char *base; /* owned: "https://shop.example/sub", no slash at the end */
    const char *ca_file;
    const char *auth; /* "auto", "basic", "query", "oauth" */
    int parallel;
    int64_t timeout_ms;
    int64_t page_size;
    int64_t overlap_s;
    int64_t batch_size;
    const char *weight_unit;            /* "auto", "kg", "g", "lbs", "oz" */
    const char *points_meta;            /* "": points are not sent */
    const char *set_meta;               /* "": components are not sent */
    const char *const *vat_number_meta; /* order meta keys, first that is there wins; ended by NULL */
    const char *const *pickup_meta;
    const char *reference_meta;
    const char *document_meta;
};

/* What the shop told about itself; asked once, when first needed. */
struct woo_facts {
    bool known;
    int major, minor;    /* 0.0 when it would not tell */
    char weight_unit[8]; /* "" when it would not tell */
};

struct woo {
    struct channel channel; /* first */
    struct woo_settings set;
    char *key, *secret; /* wiped and freed on close */
    struct http_client *http;
    struct clock *clock;
    struct stop *stop;
    struct log *log;
    struct log_context about;
    enum woo_auth auth;
    bool auth_settled; /* an answer proved that this way works (or the settings say which) */
    struct woo_facts facts;
    size_t batch_limit; /* learned: fewer lines a request for a shop that does not finish in time */
    bool orders_read;   /* orders_since was called on this channel */
    char *statuses;     /* the shop's order statuses as " a b c ", NULL until asked */
};

static inline struct woo *woo_of(struct channel *c) {
    return (struct woo *)c; /* channel is its first member */
}

/* --- api.c: requests --- */

struct woo_request {
    const char *method;
    const char *path;       /* under wc/v3, no slash at either end: "products/batch"; with `from_root` under wp-json */
    const char *query;      /* "a=b&c=d", names and values percent-encoded by buf_add_url; NULL: none */
    const struct buf *body; /* JSON; NULL: none. Borrowed until answered */
    bool write;             /* changes something: decides what a lost answer means */
    bool from_root, anonymous;
};

/* What an answer is, in the shop's terms; rc in struct err says what may be tried next. */
enum woo_kind {
    WOO_OK,
    WOO_NO_ANSWER, /* http.fault says why */
    WOO_NOT_JSON,  /* 2xx, but a page, nothing, or a broken text */
    WOO_SPOILT,    /* 2xx and data, but with a byte in them that no JSON text holds */
    WOO_REDIRECT,
    WOO_BAD_REQUEST, /* 400 and its like, with a code of the shop */
    WOO_NO_KEY,      /* 401: the shop does not know these keys, or they did not reach it */
    WOO_BAD_SECRET,
    WOO_READ_ONLY,
    WOO_BAD_SIGNATURE, /* OAuth: clock, nonce, signature */
    WOO_NO_RIGHT,      /* the keys' user may not do this */
    WOO_FIREWALL,
    WOO_NO_ROUTE,  /* 404: no REST API there */
    WOO_NO_THING,  /* 404: the API is there, the thing is not */
    WOO_TOO_MANY,  /* 413: more lines than the shop takes */
    WOO_TOO_LARGE, /* 413, 414, 431: more bytes than the web server takes */
    WOO_RATE_LIMIT,
    WOO_MAINTENANCE,
    WOO_SHOP_FAILED, /* 500: it broke while working on it */
    WOO_GATEWAY,     /* 502, 504 and their like: someone in between gave up */
    WOO_UNAVAILABLE, /* 503 and its like: it did not take the request */
    WOO_ODD          /* anything else */
};

/* An answer, judged. */
struct woo_reply {
    struct http_answer http;
    struct slice json;   /* the JSON value inside http.body; len 0: there is none */
    bool dirty;          /* other text stood around it (PHP notices, a byte order mark) */
    char code[64];       /* of an error body */
    char message[512];   /* the same, as plain text, redacted */
    char field[64];      /* the first field complained about */
    int64_t resource_id; /* data.resource_id, 0 if none */
    enum woo_kind kind;
};

void woo_reply_free(struct woo_reply *r);
/* Asks and waits. On RC_OK reply->json is a JSON value. On failure err tells; the reply is filled as far as it came, so
 * that the caller may look at kind, code and resource_id. The caller frees the reply either way. */
enum rc woo_call(struct woo *w, const struct woo_request *request, struct woo_reply *reply, struct err *err);
/* The same without waiting: done() comes from http_poll. The request's texts are copied; its body is borrowed. */
void woo_start(struct woo *w, const struct woo_request *request,
               void (*done)(void *ctx, struct woo_reply *reply, enum rc rc, const struct err *err), void *ctx);
/* Appends "&name=value" (or "name=value" at the start), both encoded. */
void woo_query_add(struct buf *query, const char *name, const char *value);
void woo_query_add_i64(struct buf *query, const char *name, int64_t value);

/* --- errors.c: what an answer means --- */

/* Fills json, dirty, kind, code, message, field and resource_id of a reply from its http part; RC_OK, or err set.
 * rc tells the class (rule R36): LATER passes by itself; UNKNOWN_OUTCOME has to be looked up; the rest is permanent. */
enum rc woo_judge(struct woo_reply *reply, bool write, struct err *err);
/* The JSON value in a text that may have PHP notices before and behind it; false when there is none. */
bool woo_salvage(const char *text, size_t len, struct slice *json, bool *dirty);
/* Error object of an answer or of a batch entry: {code, message, data}. */
void woo_error_read(struct slice error, struct woo_reply *reply);

/* --- oauth.c --- */

/* Appends the query of a request signed by OAuth 1.0a one-legged (RFC 5849, HMAC-SHA256): the given query and the
 * oauth_* parameters. Each call must get a fresh nonce: shops refuse one they have seen. */
void woo_oauth_sign(struct buf *out, const char *method, const char *url, const char *query, const char *key,
                    const char *secret, const char *nonce, int64_t now_s);

/* --- woo.c --- */

/* Asks the shop for version and units when they are not known yet. What it refuses to tell stays unknown and is no
 * failure; LATER when it does not answer now. */
enum rc woo_facts_need(struct woo *w, struct err *err);
/* Does the shop know this field? WooCommerce 9.1 brought global_unique_id. */
bool woo_has_ean(const struct woo *w);

/* --- map.c: our words to theirs --- */

#define WOO_MAP_RESTORE (1u << 0) /* take it out of the trash */
#define WOO_MAP_RETYPE  (1u << 1) /* a simple product becomes a variable one */
/* Writes the members of one product (or variation) object, without its braces' neighbours: an object begins and ends
 * here. id NULL: a create. Only what line->aspects allow is written. */
void woo_map_line(const struct woo *w, const struct offer_line *line, const char *id, unsigned flags,
                  struct json_writer *out);
/* Is there anything to say about this line at all? A parent has no stock and no price of its own. */
bool woo_map_has_content(const struct woo *w, const struct offer_line *line);
/* A decimal text of grams in the shop's unit; false when the unit is not known. */
bool woo_map_weight(char *out, size_t size, int64_t grams, const char *unit);
/* Is every field of `sent` (what woo_map_line wrote) what `shop` (the product as told) has? Fields that cannot be
 * compared count as different. */
bool woo_map_same(struct slice sent, struct slice shop);

/* --- products.c --- */
/* A list of products as answered. Entries without an id are left out. */
enum rc woo_products_parse(struct slice answer, struct remote_product **out, size_t *count, struct err *err);

/* --- map_order.c --- */
enum rc woo_order_parse(const struct woo_settings *set, const char *raw, size_t len, struct order **out,
                        struct err *err);

/* --- the slots of the trait, one file each --- */
enum rc woo_probe(struct channel *c, struct channel_report *out, struct err *err);
enum rc woo_money(struct channel *c, struct shop_money *out, struct err *err);
enum rc woo_groups_put(struct channel *c, struct group_line *lines, size_t n, struct err *err);
enum rc woo_attributes_put(struct channel *c, struct attribute_line *lines, size_t n, struct err *err);
enum rc woo_offer_put(struct channel *c, const struct offer_stream *stream, struct err *err);
enum rc woo_products_page(struct channel *c, const char *cursor, struct remote_product **out, size_t *count,
                          char next_cursor[256], bool *more, struct err *err);
enum rc woo_products_find(struct channel *c, const char *const *skus, size_t n, struct remote_product *found,
                          struct err *err);
/* The orders of one answer of the shop, as woo_orders_since takes them from the first page of a window; the cursor is
 * left empty. */
enum rc woo_orders_parse(struct slice answer, struct order_page *out, struct err *err);
enum rc woo_orders_since(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                         struct err *err);
enum rc woo_order_get(struct channel *c, const char *remote_id, struct order_raw *out, struct err *err);
/* Asks for w->statuses unless they are known. " " when this key may not read them. */
enum rc woo_need_statuses(struct woo *w, struct err *err);
enum rc woo_orders_ack(struct channel *c, struct order_ack *acks, size_t n, struct err *err);

#endif
