/* URLs, credentials, sending. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "service/channel/woo/driver.h"

void woo_reply_free(struct woo_reply *r) {
    http_answer_free(&r->http);
}

void woo_query_add(struct buf *query, const char *name, const char *value) {
    if (query->len)
        buf_addc(query, '&');
    buf_add_url(query, name);
    buf_addc(query, '=');
    buf_add_url(query, value);
}

void woo_query_add_i64(struct buf *query, const char *name, int64_t value) {
    char text[32];
    str_fmt(text, sizeof text, "%lld", (long long)value);
    woo_query_add(query, name, text);
}

/* A request on its way; lives until its answer was handed over. */
struct pending {
    struct woo *w;
    struct woo_request request; /* texts owned */
    enum woo_auth auth;         /* how this attempt showed its keys */
    void (*done)(void *ctx, struct woo_reply *reply, enum rc rc, const struct err *err);
    void *ctx;
};

static void pending_free(struct pending *p) {
    mem_free((char *)p->request.method);
    mem_free((char *)p->request.path);
    mem_free((char *)p->request.query);
    mem_free(p);
}

static void build_url(struct woo *w, const struct pending *p, struct buf *url) {
    const struct woo_request *r = &p->request;
    buf_adds(url, w->set.base);
    buf_adds(url, r->from_root ? "/wp-json/" : "/wp-json/wc/v3/");
    buf_adds(url, r->path);
    struct buf query;
    buf_init(&query, WOO_URL_MAX);
    if (r->anonymous || p->auth == WOO_AUTH_BASIC) {
        buf_adds(&query, r->query);
    } else if (p->auth == WOO_AUTH_QUERY) {
        buf_adds(&query, r->query);
        woo_query_add(&query, "consumer_key", w->key);
        woo_query_add(&query, "consumer_secret", w->secret);
    } else {
        char nonce[37];
        os_token(nonce);
        woo_oauth_sign(&query, r->method, url->data, r->query, w->key, w->secret, nonce,
                       clock_wall_ms(w->clock) / 1000);
    }
    if (query.len) {
        buf_addc(url, '?');
        buf_add(url, query.data, query.len);
    }
    mem_wipe(query.data, query.len);
    buf_free(&query);
}

static void on_answer(void *ctx, struct http_answer *answer);

static void launch(struct pending *p) {
    struct woo *w = p->w;
    const struct woo_request *r = &p->request;
    /* Asking for JSON makes WordPress tell its own failures in JSON too (hazard 2). */
    static const struct http_header accept = {"Accept", "application/json"};
    struct buf url;
    buf_init(&url, WOO_URL_MAX);
    build_url(w, p, &url);
    bool basic = p->auth == WOO_AUTH_BASIC && !r->anonymous;
    struct http_request request = {
        .method = r->method,
        .url = url.data,
        .user = basic ? w->key : NULL,
        .password = basic ? w->secret : NULL,
        .headers = &accept,
        .header_count = 1,
        .body = r->body ? r->body->data : NULL,
        .body_len = r->body ? r->body->len : 0,
    };
    http_start(w->http, &request, on_answer, p);
    mem_wipe(url.data, url.len);
    buf_free(&url);
}

/* Some hosts take the Authorization header away. Then the keys are tried once in the address. Nothing was done: an
 * answer of 401 changes nothing. */
static bool try_other_way(struct pending *p, const struct woo_reply *reply) {
    struct woo *w = p->w;
    if (w->auth_settled || p->request.anonymous || reply->kind != WOO_NO_KEY || p->auth != WOO_AUTH_BASIC)
        return false;
    p->auth = WOO_AUTH_QUERY;
    return true;
}

static void settle(struct pending *p, enum rc rc) {
    struct woo *w = p->w;
    if (rc == RC_OK && !w->auth_settled && !p->request.anonymous) {
        w->auth = p->auth;
        w->auth_settled = true;
    }
}

static void on_answer(void *ctx, struct http_answer *answer) {
    struct pending *p = ctx;
    struct woo *w = p->w;
    struct woo_reply reply = {0};
    struct err err;
    err_clear(&err);
    http_answer_take(&reply.http, answer);
    enum rc rc = woo_judge(&reply, p->request.write, &err);
    if (rc && try_other_way(p, &reply)) {
        woo_reply_free(&reply);
        launch(p);
        return;
    }
    settle(p, rc);
    if (rc == RC_OK && reply.dirty)
        log_line(w->log, LOG_WARNING, &w->about,
                 "The shop printed other text around its data (a PHP notice of a plugin); the data were taken. Ask "
                 "whoever maintains the shop to switch the display of PHP errors off.");
    p->done(p->ctx, &reply, rc, &err);
    woo_reply_free(&reply);
    pending_free(p);
}

void woo_start(struct woo *w, const struct woo_request *request,
               void (*done)(void *ctx, struct woo_reply *reply, enum rc rc, const struct err *err), void *ctx) {
    struct pending *p = MEM_NEW(struct pending);
    p->w = w;
    p->request = *request;
    p->request.method = mem_strdup(request->method);
    p->request.path = mem_strdup(request->path);
    p->request.query = mem_strdup(request->query ? request->query : "");
    p->auth = w->auth;
    p->done = done;
    p->ctx = ctx;
    launch(p);
}

struct waiting {
    struct woo_reply *reply;
    struct err *err;
    enum rc rc;
    bool done;
};

static void on_done(void *ctx, struct woo_reply *reply, enum rc rc, const struct err *err) {
    struct waiting *waiting = ctx;
    *waiting->reply = *reply;
    http_answer_take(&waiting->reply->http, &reply->http); /* the slices point into the same bytes */
    waiting->rc = rc;
    if (rc && waiting->err)
        *waiting->err = *err;
    waiting->done = true;
}

enum rc woo_call(struct woo *w, const struct woo_request *request, struct woo_reply *reply, struct err *err) {
    struct waiting waiting = {.reply = reply, .err = err};
    woo_start(w, request, on_done, &waiting);
    while (!waiting.done)
        http_poll(w->http, 60000);
    return waiting.rc;
}
