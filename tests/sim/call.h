/* One request and its answer, apart from the HTTP library. */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "tests/sim/store.h"

enum who { WHO_NONE, WHO_RW, WHO_RO, WHO_APP };

struct header {
    char *name, *value;
};

struct call {
    /* the request */
    const char *method; /* after overrides */
    char *path;         /* decoded, without query */
    const char *raw_uri, *raw_query;
    const char *host, *authorization, *accept, *content_type, *disposition, *override;
    bool https;
    const char *raw;
    size_t raw_len;
    cJSON *query;  /* of the URL */
    cJSON *body;   /* NULL: none */
    cJSON *params; /* both, the body wins */
    bool bad_json, bad_utf8;
    bool query_route; /* ?rest_route=: the keys of the shop are not looked at there */
    enum who who;
    long ids[4]; /* numbers in the path */
    char word[2][64];
    const char *route; /* the pattern it matched, "" if none */
    bool edit;         /* context=edit: writes and ?context=edit */
    bool nested;       /* dotted _fields mean something here */
    bool is_batch;
    int fatal_after; /* fault: a fatal error after so many items of a batch; 0 none */
    /* the answer */
    int status;
    struct sbuf out;
    struct header *headers;
    int n_headers;
    const char *type; /* content type */
    /* an error in the making */
    int err_status;
    const char *err_code;
    char *err_message, *err_extra;
    bool err_plain; /* data is a number */
};

void call_free(struct call *c);
/* Parses URL query and body into params. */
void call_parse(struct call *c);
void call_header(struct call *c, const char *name, const char *value);

/* Notes an error; returns false so that handlers can return it. extra: JSON members for data, or NULL; taken over. */
bool fail(struct call *c, int status, const char *code, const char *message);
bool fail_with(struct call *c, int status, const char *code, char *message, char *extra);
/* {"code":..,"message":..,"data":..} of the noted error; forgets it. */
void jw_error(struct call *c, struct sbuf *b, const char *key);

/* "https://127.0.0.1:8443" */
char *call_base(const struct call *c);
/* "https://.../wp-json/wc/v3/" plus a path by format. */
char *call_url(const struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* self (NULL: none) and collection, paths below wc/v3/. allow: JSON list for targetHints. up may be NULL. */
void jw_links(struct sbuf *b, const struct call *c, const char *self, const char *collection, const char *up,
              const char *allow);
#define ALLOW_ALL "[\"GET\",\"POST\",\"PUT\",\"PATCH\",\"DELETE\"]"

/* Lists. */
struct page {
    long page, per_page, offset;
    bool desc;
    const char *orderby;
};
void page_read(const struct call *c, struct page *p, const char *default_orderby, bool default_desc);
/* Which part of `total` found things to show, and the headers for it. beyond_is_zero: an orders list past its end says
 * 0. */
void page_reply(struct call *c, const struct page *p, long total, bool beyond_is_zero, long *from, long *to);
/* Ids of a list parameter ("1,2" or [1,2]); false if it is not there. */
bool param_ids(const cJSON *params, const char *key, struct ids *out);
/* Is `s` in the list parameter (texts); true as well if the parameter is missing. */
bool param_allows(const cJSON *params, const char *key, const char *s);

#endif
