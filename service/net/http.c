#include "service/net/http.h"

#include <curl/curl.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/net/budget.h"
#include "service/net/http_text.h"
#include "service/net/redact.h"

#define HEADERS_MAX    (64 * 1024)
#define PARALLEL_LIMIT 16
#define STOP_SLICE_MS  100 /* how often a wait looks at stop */
#define IDLE_MAX_AGE_S 60  /* an older idle connection is not used again: shops close them silently */

/* One request under way. */
struct transfer {
    struct http_client *client;
    struct transfer *next; /* in `active` or in `finished` */
    CURL *easy;
    struct curl_slist *headers;
    void (*done)(void *ctx, struct http_answer *answer);
    void *ctx;
    const char *body;
    size_t body_len;
    size_t body_read; /* how much libcurl took from us */
    bool header_overflow;
    char *method; /* for the log */
    char *url;    /* for the log: redacted there */
    int64_t started_us;
    struct http_answer answer;
    char detail[CURL_ERROR_SIZE];
};

struct http_client {
    CURLM *multi;
    struct http_options options;
    char *user_agent;
    char *ca_file;
    struct budget budget;
    struct transfer *active;
    struct transfer *finished; /* answered before libcurl saw them, or broken off by stop */
    size_t running;            /* both lists */
    uint64_t sent;
    CURL *spare[PARALLEL_LIMIT];
    size_t spare_count;
};

void http_answer_init(struct http_answer *a) {
    memset(a, 0, sizeof *a);
    buf_init(&a->headers, HEADERS_MAX);
    buf_init(&a->body, 1);
    a->retry_after_s = -1;
    a->date_ms = -1;
}

void http_answer_free(struct http_answer *a) {
    buf_free(&a->headers);
    buf_free(&a->body);
}

void http_answer_take(struct http_answer *to, struct http_answer *from) {
    *to = *from;
    buf_init(&from->headers, 1);
    buf_init(&from->body, 1);
}

bool http_answer_header(const struct http_answer *a, const char *name, char *out, size_t size) {
    size_t len = strlen(name);
    for (const char *line = a->headers.data; *line;) {
        const char *end = strchr(line, '\n');
        if (!end)
            break;
        if (strncmp(line, name, len) == 0 && line[len] == ':') {
            const char *value = line + len + 1;
            while (*value == ' ' || *value == '\t')
                value++;
            size_t n = (size_t)(end - value);
            if (n >= size)
                n = size - 1;
            memcpy(out, value, n);
            out[n] = '\0';
            return true;
        }
        line = end + 1;
    }
    return false;
}

/* --- callbacks of libcurl --- */

static size_t on_body(char *data, size_t one, size_t count, void *ctx) {
    (void)one;
    struct transfer *t = ctx;
    buf_add(&t->answer.body, data, count);
    return t->answer.body.full ? 0 : count;
}

static size_t on_header(char *data, size_t one, size_t count, void *ctx) {
    (void)one;
    struct transfer *t = ctx;
    struct buf *b = &t->answer.headers;
    if (count >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        buf_clear(b); /* a new answer begins: what came before was 1xx */
        return count;
    }
    size_t n = count;
    while (n > 0 && (data[n - 1] == '\r' || data[n - 1] == '\n'))
        n--;
    const char *colon = memchr(data, ':', n);
    if (!colon)
        return count;
    for (const char *p = data; p < colon; p++)
        buf_addc(b, *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p);
    buf_add(b, colon, n - (size_t)(colon - data));
    buf_addc(b, '\n');
    t->header_overflow = b->full;
    return b->full ? 0 : count;
}

/* The body comes through here and not through CURLOPT_POSTFIELDS, so that libcurl cannot rewind it: on a connection
 * that dies without an answer it would otherwise send a write a second time without telling anyone. */
static size_t on_read(char *out, size_t one, size_t count, void *ctx) {
    (void)one;
    struct transfer *t = ctx;
    size_t n = t->body_len - t->body_read;
    if (n > count)
        n = count;
    memcpy(out, t->body + t->body_read, n);
    t->body_read += n;
    return n;
}

/* --- life --- */

static enum rc check_ca_file(const char *path, struct err *err) {
    FILE *f = os_open_read(path, err);
    if (!f)
        return err_set(err, RC_INVALID, REACH_LINK,
                       "The file with the certificates to trust, %s, cannot be read. Correct the link's CA file "
                       "setting or clear it.",
                       path);
    fclose(f);
    return RC_OK;
}

enum rc http_open(const struct http_options *options, struct http_client **out, struct err *err) {
    if (!str_empty(options->ca_file)) {
        enum rc rc = check_ca_file(options->ca_file, err);
        if (rc)
            return rc;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT))
        return err_set(err, RC_INTERNAL, REACH_SERVICE, "The network library could not be started.");
    struct http_client *c = MEM_NEW(struct http_client);
    c->options = *options;
    c->user_agent = mem_strdup(options->user_agent ? options->user_agent : "shopferry");
    c->ca_file = str_empty(options->ca_file) ? NULL : mem_strdup(options->ca_file);
    int parallel = options->parallel < 1 ? 1 : options->parallel;
    budget_init(&c->budget, options->clock, parallel > PARALLEL_LIMIT ? PARALLEL_LIMIT : parallel);
    c->multi = curl_multi_init();
    if (!c->multi) {
        http_close(c);
        return err_set(err, RC_INTERNAL, REACH_SERVICE, "The network library could not be started.");
    }
    curl_multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)c->budget.parallel_max);
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)c->budget.parallel_max);
    *out = c;
    return RC_OK;
}

static void transfer_free(struct transfer *t) {
    struct http_client *c = t->client;
    curl_slist_free_all(t->headers);
    if (t->easy && c->spare_count < PARALLEL_LIMIT)
        c->spare[c->spare_count++] = t->easy;
    else
        curl_easy_cleanup(t->easy);
    http_answer_free(&t->answer);
    mem_free(t->method);
    mem_free(t->url);
    mem_free(t);
}

void http_close(struct http_client *c) {
    if (!c)
        return;
    while (c->active) {
        struct transfer *t = c->active;
        c->active = t->next;
        curl_multi_remove_handle(c->multi, t->easy);
        transfer_free(t);
    }
    while (c->finished) {
        struct transfer *t = c->finished;
        c->finished = t->next;
        transfer_free(t);
    }
    while (c->spare_count > 0)
        curl_easy_cleanup(c->spare[--c->spare_count]);
    if (c->multi)
        curl_multi_cleanup(c->multi);
    curl_global_cleanup();
    mem_free(c->user_agent);
    mem_free(c->ca_file);
    mem_free(c);
}

size_t http_running(const struct http_client *c) {
    return c->running;
}

bool http_may_start(const struct http_client *c) {
    return c->running < (size_t)c->budget.parallel;
}

uint64_t http_requests_sent(const struct http_client *c) {
    return c->sent;
}

/* --- starting --- */

static void add_header(struct transfer *t, const char *name, const char *value) {
    char *line = mem_printf("%s: %s", name, value);
    t->headers = curl_slist_append(t->headers, line);
    mem_free(line);
}

static void set_security(struct http_client *c, CURL *easy) {
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    if (c->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, c->ca_file);
        /* An own certificate authority publishes no revocation lists; Schannel would refuse it for that alone. */
        curl_easy_setopt(easy, CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_NO_REVOKE);
    } else {
        curl_easy_setopt(easy, CURLOPT_SSL_OPTIONS, (long)CURLSSLOPT_REVOKE_BEST_EFFORT);
    }
}

static void set_request(struct transfer *t, const struct http_request *r) {
    CURL *easy = t->easy;
    curl_easy_setopt(easy, CURLOPT_URL, r->url);
    for (size_t i = 0; i < r->header_count; i++)
        add_header(t, r->headers[i].name, r->headers[i].value);
    if (r->user) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, r->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, r->password ? r->password : "");
    }
    if (r->body) {
        t->body = r->body;
        t->body_len = r->body_len;
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(easy, CURLOPT_READDATA, t);
        add_header(t, "Content-Type", r->content_type ? r->content_type : "application/json");
        t->headers = curl_slist_append(t->headers, "Expect:"); /* no waiting for 100-continue */
    }
    if (!str_eq(r->method, r->body ? "POST" : "GET"))
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
}

static void set_transfer(struct http_client *c, struct transfer *t) {
    CURL *easy = t->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* a slow name server must not delay a stop */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, c->user_agent);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* whatever this libcurl can unpack */
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)c->options.connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)c->options.timeout_ms);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_MAX_AGE_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->detail);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
}

static CURL *take_easy(struct http_client *c) {
    if (c->spare_count == 0)
        return curl_easy_init();
    CURL *easy = c->spare[--c->spare_count];
    curl_easy_reset(easy);
    return easy;
}

static void finish_unsent(struct transfer *t, enum http_fault fault) {
    struct http_client *c = t->client;
    t->answer.fault = fault;
    http_fault_text(t->answer.text, sizeof t->answer.text, fault, t->url, "", t->answer.retry_after_s);
    t->next = c->finished;
    c->finished = t;
}

void http_start(struct http_client *c, const struct http_request *request,
                void (*done)(void *ctx, struct http_answer *answer), void *ctx) {
    struct transfer *t = MEM_NEW(struct transfer);
    t->client = c;
    t->done = done;
    t->ctx = ctx;
    t->method = mem_strdup(request->method);
    t->url = mem_strdup(request->url);
    t->started_us = clock_monotonic_us(c->options.clock);
    http_answer_init(&t->answer);
    buf_free(&t->answer.body);
    buf_init(&t->answer.body, c->options.answer_max);
    c->running++;
    long wait_s = budget_wait_s(&c->budget);
    if (stop_is_set(c->options.stop)) {
        finish_unsent(t, HTTP_FAULT_STOPPED);
        return;
    }
    if (wait_s > 0) {
        t->answer.retry_after_s = wait_s;
        finish_unsent(t, HTTP_FAULT_BLOCKED);
        return;
    }
    t->easy = take_easy(c);
    set_security(c, t->easy);
    set_transfer(c, t);
    set_request(t, request);
    if (curl_multi_add_handle(c->multi, t->easy) != CURLM_OK) {
        finish_unsent(t, HTTP_FAULT_OTHER);
        return;
    }
    t->next = c->active;
    c->active = t;
    c->sent++;
}

/* --- finishing --- */

static enum http_fault fault_of(const struct transfer *t, CURLcode code) {
    curl_off_t connected = 0;
    switch (code) {
    case CURLE_OK: return HTTP_FAULT_NONE;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return HTTP_FAULT_URL;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return HTTP_FAULT_DNS;
    case CURLE_COULDNT_CONNECT: return HTTP_FAULT_CONNECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CRL_BADFILE: return HTTP_FAULT_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
        return connected > 0 ? HTTP_FAULT_TIMEOUT : HTTP_FAULT_CONNECT;
    case CURLE_WRITE_ERROR: return t->answer.body.full || t->header_overflow ? HTTP_FAULT_TOO_BIG : HTTP_FAULT_OTHER;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return HTTP_FAULT_GARBAGE;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_FAIL_REWIND: return HTTP_FAULT_CUT;
    default: return HTTP_FAULT_OTHER;
    }
}

static void read_times(struct http_client *c, struct http_answer *a) {
    char value[64];
    if (http_answer_header(a, "date", value, sizeof value) && !http_date_parse(value, &a->date_ms))
        a->date_ms = -1;
    if (!http_answer_header(a, "retry-after", value, sizeof value))
        return;
    int64_t number;
    if (str_to_i64(str_trim(value), &number)) {
        a->retry_after_s = number >= 0 && number < 10 * 86400 ? (long)number : -1;
    } else if (http_date_parse(value, &number)) {
        int64_t now = a->date_ms >= 0 ? a->date_ms : clock_wall_ms(c->options.clock);
        int64_t seconds = (number - now + 999) / 1000;
        a->retry_after_s = seconds > 0 && seconds < 10 * 86400 ? (long)seconds : 0;
    }
}

static void log_transfer(struct transfer *t) {
    struct http_client *c = t->client;
    if (!c->options.log)
        return;
    char url[512];
    redact(url, sizeof url, t->url);
    struct http_answer *a = &t->answer;
    if (a->fault)
        log_line(c->options.log, LOG_DEBUG, c->options.about, "%s %s: %s after %lld ms", t->method, url,
                 http_fault_name(a->fault), (long long)(a->duration_us / 1000));
    else
        log_line(c->options.log, LOG_DEBUG, c->options.about, "%s %s: %d in %lld ms, %zu bytes out, %zu in", t->method,
                 url, a->status, (long long)(a->duration_us / 1000), t->body_len, a->body.len);
}

static void tell_budget(struct http_client *c, const struct http_answer *a) {
    if (a->status == 429)
        budget_limited(&c->budget, a->retry_after_s);
    else if (a->status == 503 && a->retry_after_s > 0)
        budget_limited(&c->budget, a->retry_after_s);
    else if (a->fault == HTTP_FAULT_NONE && a->status < 500)
        budget_good(&c->budget);
}

/* The transfer is out of every list; gives its answer. */
static void deliver(struct transfer *t) {
    struct http_client *c = t->client;
    t->answer.duration_us = clock_monotonic_us(c->options.clock) - t->started_us;
    c->running--;
    log_transfer(t);
    t->done(t->ctx, &t->answer);
    transfer_free(t);
}

static void unlink_active(struct http_client *c, struct transfer *t) {
    struct transfer **at = &c->active;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    curl_multi_remove_handle(c->multi, t->easy);
}

static void fill_answer(struct transfer *t, enum http_fault fault) {
    struct http_answer *a = &t->answer;
    long value = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &value);
    a->status = (int)value;
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &value);
    a->maybe_acted = value > 0 && t->body_read == t->body_len;
    a->fault = fault;
    read_times(t->client, a);
    if (fault)
        http_fault_text(a->text, sizeof a->text, fault, t->url, t->detail, -1);
    tell_budget(t->client, a);
}

static bool deliver_finished(struct http_client *c) {
    bool any = false;
    while (c->finished) {
        struct transfer *t = c->finished;
        c->finished = t->next;
        deliver(t);
        any = true;
    }
    return any;
}

static bool reap(struct http_client *c) {
    bool any = deliver_finished(c);
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(c->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        struct transfer *t = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        fill_answer(t, fault_of(t, code));
        unlink_active(c, t);
        deliver(t);
        any = true;
    }
    return any;
}

static void break_off(struct http_client *c) {
    struct transfer *stopped = c->active;
    for (struct transfer *t = stopped; t; t = t->next) {
        fill_answer(t, HTTP_FAULT_STOPPED);
        curl_multi_remove_handle(c->multi, t->easy);
    }
    c->active = NULL;
    while (stopped) {
        struct transfer *t = stopped;
        stopped = t->next;
        deliver(t);
    }
}

void http_poll(struct http_client *c, int64_t wait_ms) {
    int64_t end_us = clock_monotonic_us(c->options.clock) + wait_ms * 1000;
    for (;;) {
        int still = 0;
        curl_multi_perform(c->multi, &still);
        bool any = reap(c);
        if (stop_is_set(c->options.stop))
            break_off(c);
        int64_t left_ms = (end_us - clock_monotonic_us(c->options.clock)) / 1000;
        if (any || c->running == 0 || left_ms <= 0)
            return;
        curl_multi_poll(c->multi, NULL, 0, left_ms < STOP_SLICE_MS ? (int)left_ms : STOP_SLICE_MS, NULL);
    }
}

struct waiting {
    struct http_answer *out;
    bool done;
};

static void on_sent(void *ctx, struct http_answer *answer) {
    struct waiting *w = ctx;
    http_answer_take(w->out, answer);
    w->done = true;
}

void http_send(struct http_client *c, const struct http_request *request, struct http_answer *out) {
    struct waiting w = {.out = out};
    http_start(c, request, on_sent, &w);
    while (!w.done)
        http_poll(c, 60000);
}
