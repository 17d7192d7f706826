#include "tests/sim/http.h"

#include "tests/sim/faults.h"
#include "tests/sim/route.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define BODY_MAX  (64u << 20)
#define LOG_MAX   1000
#define LOG_BODY  (256u << 10)
#define LOG_BATCH 20000

struct pending {
    char *uri;
    struct sbuf body;
    bool started, too_big;
};

static struct MHD_Daemon *plain, *secure;
static struct http_options opt;

/* ---- log of requests ---- */

struct entry {
    char *line, *body, *fault;
    int status;
    size_t in, out;
    long ms;
};

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry entries[LOG_MAX];
static long n_logged, bytes_in, bytes_out;
static struct {
    char *name;
    long n;
} * counters;
static int n_counters;
static struct {
    const char *route;
    int create, update, remove;
} * batches;
static long n_batches;

static void count_route(const char *method, const char *route) {
    char *name = xfmt("%s %s", method, route);

    for (int i = 0; i < n_counters; i++) {
        if (!strcmp(counters[i].name, name)) {
            counters[i].n++;
            xfree(name);
            return;
        }
    }
    counters = xgrow(counters, (size_t)(n_counters + 1) * sizeof *counters);
    counters[n_counters].name = name;
    counters[n_counters++].n = 1;
}

static int length(const cJSON *params, const char *key) {
    const cJSON *v = js_get(params, key);

    return cJSON_IsArray(v) ? cJSON_GetArraySize(v) : 0;
}

static void count_batch(const struct call *c) {
    if (!c->is_batch || n_batches == LOG_BATCH)
        return;
    if (!batches)
        batches = xalloc(LOG_BATCH * sizeof *batches);
    batches[n_batches].route = c->route;
    batches[n_batches].create = length(c->params, "create");
    batches[n_batches].update = length(c->params, "update");
    batches[n_batches++].remove = length(c->params, "delete");
}

static void log_request(const struct call *c, const struct fault_plan *plan, long ms) {
    struct entry *e;

    pthread_mutex_lock(&log_lock);
    e = &entries[n_logged++ % LOG_MAX];
    set_owned(&e->line, xfmt("%s %s", c->method, c->raw_uri));
    set_owned(&e->body, xdupn(c->raw ? c->raw : "", c->raw_len < LOG_BODY ? c->raw_len : LOG_BODY));
    set_text(&e->fault, plan->name);
    e->status = c->status;
    e->in = c->raw_len;
    e->out = c->out.n;
    e->ms = ms;
    bytes_in += (long)c->raw_len;
    bytes_out += (long)c->out.n;
    count_route(c->method, c->route && *c->route ? c->route : "-");
    count_batch(c);
    pthread_mutex_unlock(&log_lock);
}

void log_reset(void) {
    pthread_mutex_lock(&log_lock);
    n_logged = bytes_in = bytes_out = n_batches = 0;
    for (int i = 0; i < n_counters; i++)
        xfree(counters[i].name);
    n_counters = 0;
    pthread_mutex_unlock(&log_lock);
}

static void put_entry(struct sbuf *b, const struct entry *e) {
    jw_open(b, NULL, '{');
    jw_str(b, "request", e->line);
    jw_str(b, "body", e->body);
    jw_int(b, "status", e->status);
    jw_int(b, "bytes_in", (long long)e->in);
    jw_int(b, "bytes_out", (long long)e->out);
    jw_int(b, "ms", e->ms);
    jw_str(b, "fault", e->fault);
    jw_close(b, '}');
}

void log_write(struct sbuf *b, long last) {
    long from;

    pthread_mutex_lock(&log_lock);
    jw_open(b, NULL, '{');
    jw_int(b, "total", n_logged);
    jw_int(b, "bytes_in", bytes_in);
    jw_int(b, "bytes_out", bytes_out);
    jw_open(b, "counts", '{');
    for (int i = 0; i < n_counters; i++)
        jw_int(b, counters[i].name, counters[i].n);
    jw_close(b, '}');
    jw_open(b, "batches", '[');
    for (long i = 0; i < n_batches; i++) {
        jw_open(b, NULL, '{');
        jw_str(b, "route", batches[i].route);
        jw_int(b, "create", batches[i].create);
        jw_int(b, "update", batches[i].update);
        jw_int(b, "delete", batches[i].remove);
        jw_close(b, '}');
    }
    jw_close(b, ']');
    faults_counts(b, "faults");
    jw_open(b, "last", '[');
    from = n_logged - (last < LOG_MAX ? last : LOG_MAX);
    for (long i = from < 0 ? 0 : from; i < n_logged; i++)
        put_entry(b, &entries[i % LOG_MAX]);
    jw_close(b, ']');
    jw_close(b, '}');
    pthread_mutex_unlock(&log_lock);
}

/* ---- a place among the workers ---- */

static pthread_mutex_t slot_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t slot_free = PTHREAD_COND_INITIALIZER;
static int busy;

static void slot_take(void) {
    if (opt.max_parallel <= 0)
        return;
    pthread_mutex_lock(&slot_lock);
    while (busy >= opt.max_parallel)
        pthread_cond_wait(&slot_free, &slot_lock);
    busy++;
    pthread_mutex_unlock(&slot_lock);
}

static void slot_give(void) {
    if (opt.max_parallel <= 0)
        return;
    pthread_mutex_lock(&slot_lock);
    busy--;
    pthread_cond_signal(&slot_free);
    pthread_mutex_unlock(&slot_lock);
}

/* ---- sending ---- */

struct half {
    char *p;
    size_t n, total;
};

/* Gives half of the body, then breaks off. */
static ssize_t half_read(void *cls, uint64_t pos, char *buf, size_t max) {
    struct half *h = cls;
    size_t left = pos < h->n ? h->n - (size_t)pos : 0;

    if (!left)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (left > max)
        left = max;
    memcpy(buf, h->p + pos, left);
    return (ssize_t)left;
}

/* The same, but ends as if all were well: nothing in the framing tells. */
static ssize_t half_quiet(void *cls, uint64_t pos, char *buf, size_t max) {
    ssize_t n = half_read(cls, pos, buf, max);

    return n == (ssize_t)MHD_CONTENT_READER_END_WITH_ERROR ? (ssize_t)MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void half_free(void *cls) {
    struct half *h = cls;

    xfree(h->p);
    xfree(h);
}

static struct MHD_Response *half_response(struct call *c, enum cut cut) {
    struct half *h = xalloc(sizeof *h);
    struct MHD_Response *r;

    h->n = c->out.n / 2;
    h->total = c->out.n;
    h->p = sb_take(&c->out);
    r = MHD_create_response_from_callback(cut == CUT_LENGTH ? h->total : MHD_SIZE_UNKNOWN, 1024,
                                          cut == CUT_CLOSE ? half_quiet : half_read, h, half_free);
    if (cut == CUT_CLOSE)
        MHD_set_response_options(r, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return r;
}

static void add_headers(struct call *c, struct MHD_Response *r) {
    static const char *const always[][2] = {
        {"Server", "nginx/1.22.1"},
        {"X-Robots-Tag", "noindex"},
        {"X-Content-Type-Options", "nosniff"},
        {"Access-Control-Expose-Headers", "X-WP-Total, X-WP-TotalPages, Link"},
        {"Access-Control-Allow-Headers", "Authorization, X-WP-Nonce, Content-Disposition, Content-MD5, Content-Type"}};
    bool link = false;
    char date[64];

    wp_http_date(date, sizeof date, wp_now());
    MHD_add_response_header(r, "Date", date);
    MHD_add_response_header(r, "Content-Type", c->type);
    for (int i = 0; i < c->n_headers; i++) {
        MHD_add_response_header(r, c->headers[i].name, c->headers[i].value);
        link |= !strcmp(c->headers[i].name, "Link");
    }
    if (strncmp(c->type, "application/json", 16))
        return;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        MHD_add_response_header(r, always[i][0], always[i][1]);
    if (!link) {
        char *base = call_base(c), *root = xfmt("<%s/wp-json/>; rel=\"https://api.w.org/\"", base);

        MHD_add_response_header(r, "Link", root);
        xfree(base);
        xfree(root);
    }
    if (c->who != WHO_NONE)
        MHD_add_response_header(r, "Cache-Control", "no-cache, must-revalidate, max-age=0, no-store, private");
}

static enum MHD_Result send_answer(struct MHD_Connection *conn, struct call *c, enum cut cut) {
    struct MHD_Response *r;
    enum MHD_Result done;

    if (cut >= CUT_LENGTH) {
        r = half_response(c, cut);
    } else {
        size_t n = c->out.n;

        r = n ? MHD_create_response_from_buffer(n, sb_take(&c->out), MHD_RESPMEM_MUST_FREE)
              : MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    add_headers(c, r);
    done = MHD_queue_response(conn, (unsigned)c->status, r);
    MHD_destroy_response(r);
    return done;
}

/* ---- one request ---- */

static void carry_out(struct call *c, struct fault_plan *plan) {
    store_lock();
    if (strcmp(c->method, "GET") && strcmp(c->method, "HEAD"))
        wp_tick();
    faults_before(c, plan);
    c->fatal_after = plan->fatal_after;
    route_answer(c);
    control_trickle();
    store_unlock();
    if (plan->fatal_after && c->is_batch && !c->err_code && c->fatal_after == 0)
        faults_instead(c, plan, "500");
    else if (*plan->instead_after)
        faults_instead(c, plan, plan->instead_after);
    else
        faults_after(c, plan);
}

static bool is_batch_route(const struct call *c) {
    size_t n = strlen(c->path);

    return n > 6 && !strcmp(c->path + n - 6, "/batch");
}

static enum MHD_Result serve(struct MHD_Connection *conn, struct call *c) {
    struct fault_plan plan = {0};
    int64_t from = wp_mono_ms();
    enum MHD_Result done = MHD_NO;

    c->type = "application/json; charset=UTF-8";
    c->status = 200;
    if (!strncmp(c->path, "/_sim/", 6)) {
        store_lock();
        control_answer(c);
        store_unlock();
        return send_answer(conn, c, CUT_NONE);
    }
    faults_plan(c, &plan);
    slot_take();
    wp_sleep_ms(plan.delay_ms + (is_batch_route(c) ? opt.throttle_batch_ms : 0));
    if (plan.cut == CUT_BEFORE)
        c->status = 0;
    else if (*plan.instead)
        faults_instead(c, &plan, plan.instead);
    else
        carry_out(c, &plan);
    slot_give();
    log_request(c, &plan, (long)(wp_mono_ms() - from));
    if (plan.cut != CUT_BEFORE && plan.cut != CUT_AFTER)
        done = send_answer(conn, c, plan.cut);
    return done;
}

static enum MHD_Result too_big(struct MHD_Connection *conn, struct call *c) {
    struct fault_plan plan = {0};

    faults_instead(c, &plan, "413");
    return send_answer(conn, c, CUT_NONE);
}

static char *decode_path(const char *uri) {
    char *p = xdupn(uri, strcspn(uri, "?"));

    MHD_http_unescape(p);
    return p;
}

static const char *get_header(struct MHD_Connection *conn, const char *name) {
    return MHD_lookup_connection_value(conn, MHD_HEADER_KIND, name);
}

static enum MHD_Result process(struct MHD_Connection *conn, struct pending *p, const char *method, bool https) {
    struct call c = {0};
    enum MHD_Result done;

    c.method = method;
    c.https = https;
    c.raw_uri = p->uri;
    c.raw_query = strchr(p->uri, '?') ? strchr(p->uri, '?') + 1 : "";
    c.path = decode_path(p->uri);
    c.raw = sb_text(&p->body);
    c.raw_len = p->body.n;
    c.host = get_header(conn, "Host");
    c.authorization = get_header(conn, "Authorization");
    c.accept = get_header(conn, "Accept");
    c.content_type = get_header(conn, "Content-Type");
    c.disposition = get_header(conn, "Content-Disposition");
    c.override = get_header(conn, "X-HTTP-Method-Override");
    c.route = "";
    if (p->too_big) {
        done = too_big(conn, &c);
    } else {
        call_parse(&c);
        if (!strcmp(c.path, "/") && js_has(c.query, "rest_route")) {
            char *path = xfmt("/wp-json%s", js_str(c.query, "rest_route"));

            set_owned(&c.path, path);
            c.query_route = true;
        }
        done = serve(conn, &c);
    }
    call_free(&c);
    return done;
}

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *conn) {
    struct pending *p = xalloc(sizeof *p);

    (void)cls;
    (void)conn;
    p->uri = xdup(uri);
    return p;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url, const char *method,
                                  const char *version, const char *data, size_t *n, void **state) {
    struct pending *p = *state;

    (void)url;
    (void)version;
    if (!p->started) {
        p->started = true;
        return MHD_YES;
    }
    if (*n) {
        if (p->body.n + *n > BODY_MAX)
            p->too_big = true;
        else
            sb_add(&p->body, data, *n);
        *n = 0;
        return MHD_YES;
    }
    return process(conn, p, method, cls != NULL);
}

static void on_done(void *cls, struct MHD_Connection *conn, void **state, enum MHD_RequestTerminationCode why) {
    struct pending *p = *state;

    (void)cls;
    (void)conn;
    (void)why;
    if (!p)
        return;
    xfree(p->uri);
    sb_free(&p->body);
    xfree(p);
    *state = NULL;
}

/* ---- listening ---- */

static struct MHD_Daemon *listen_on(int *port, bool tls) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
    const union MHD_DaemonInfo *info;
    struct MHD_Daemon *d;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    d = MHD_start_daemon(
        flags | (tls ? (unsigned)MHD_USE_TLS : 0), 0, NULL, NULL, on_request, tls ? &opt : NULL, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&at, MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
        MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_CONNECTION_TIMEOUT, 300u, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
        tls ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END, opt.key, MHD_OPTION_HTTPS_MEM_CERT, opt.cert, MHD_OPTION_END);
    if (!d) {
        fprintf(stderr, "shop_sim: cannot listen on port %d (%s)\n", *port, tls ? "https" : "http");
        return NULL;
    }
    info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT);
    if (info)
        *port = info->port;
    return d;
}

bool http_start(struct http_options *o) {
    opt = *o;
    if (opt.http_port >= 0 && !(plain = listen_on(&opt.http_port, false)))
        return false;
    if (opt.https_port >= 0 && !(secure = listen_on(&opt.https_port, true)))
        return false;
    o->http_port = opt.http_port;
    o->https_port = opt.https_port;
    return true;
}

void http_stop(void) {
    wp_stop();
    if (plain)
        MHD_stop_daemon(plain);
    if (secure)
        MHD_stop_daemon(secure);
}
