/* HTTP client of one link: one pool of connections, kept alive, over libcurl's multi interface.
 *
 * What it never does: turn certificate checks off, follow redirects, use TLS below 1.2, take a proxy from the
 * environment (a service must not change its route because of a variable; loopback never uses one), repeat a request
 * that carries a body, log a secret, wait without looking at `stop`.
 * Not for several threads at once. */
#ifndef SERVICE_NET_HTTP_H
#define SERVICE_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "common/os/os.h"

struct http_client;

/* What kept an answer from coming. */
enum http_fault {
    HTTP_FAULT_NONE,    /* there is a whole answer, whatever its status */
    HTTP_FAULT_BLOCKED, /* not sent: the budget says to stay away, see retry_after_s */
    HTTP_FAULT_STOPPED,
    HTTP_FAULT_URL, /* malformed or of another protocol */
    HTTP_FAULT_DNS,
    HTTP_FAULT_CONNECT, /* refused, unreachable, or not connected in time */
    HTTP_FAULT_TLS,     /* no common protocol, or a certificate that is not to be trusted */
    HTTP_FAULT_TIMEOUT, /* connected, but no whole answer in time */
    HTTP_FAULT_CUT,     /* the connection broke, or the answer is shorter than announced */
    HTTP_FAULT_TOO_BIG, /* the answer passes answer_max */
    HTTP_FAULT_GARBAGE, /* what came is not HTTP */
    HTTP_FAULT_OTHER
};
const char *http_fault_name(enum http_fault fault); /* "dns", "tls", ... */

struct http_options {
    const char *user_agent;
    const char *ca_file; /* PEM; NULL or "": the system's certificates */
    int parallel;        /* requests under way at once; also the connections kept; 1 to 16 */
    int64_t connect_timeout_ms;
    int64_t timeout_ms; /* of a whole request */
    size_t answer_max;  /* bytes of an answer's body after decompression */
    struct clock *clock;
    struct stop *stop;
    struct log *log;                 /* one line a request at LOG_DEBUG, redacted; may be NULL */
    const struct log_context *about; /* borrowed for the client's life; may be NULL */
};

struct http_header {
    const char *name, *value;
};
/* Everything is borrowed until the request's answer has been given. */
struct http_request {
    const char *method; /* "GET", "POST", "PUT", "DELETE" */
    const char *url;
    const char *user, *password; /* HTTP Basic; NULL: none */
    const struct http_header *headers;
    size_t header_count;
    const char *content_type; /* of the body; NULL: application/json */
    const void *body;         /* NULL: none */
    size_t body_len;
};

struct http_answer {
    enum http_fault fault;
    int status;         /* 0 when no status line came */
    bool maybe_acted;   /* the other side may have received the whole request. false: certainly nothing happened */
    struct buf headers; /* "name: value\n", names in lower case, of the final answer */
    struct buf body;
    int64_t duration_us;
    long retry_after_s;      /* Retry-After, seconds or date, in seconds from now by the answer's own Date; -1 none */
    int64_t date_ms;         /* the answer's Date header; -1 none */
    char text[ERR_TEXT_MAX]; /* with a fault: what happened, one plain sentence, redacted; else "" */
};
void http_answer_init(struct http_answer *a);
void http_answer_free(struct http_answer *a);
/* Copies the value of a header (lower-case name) into out; false when it is not there. Cut to size. */
bool http_answer_header(const struct http_answer *a, const char *name, char *out, size_t size);

/* INVALID when the CA file cannot be read. */
enum rc http_open(const struct http_options *options, struct http_client **out, struct err *err);
/* Ends what is under way without calling back. NULL allowed. */
void http_close(struct http_client *c);

/* Starts a request; done() is called from http_poll (or http_send) with the answer, exactly once. done() may start
 * other requests; the answer is freed after it returns, so it takes what it wants to keep (http_answer_take). */
void http_start(struct http_client *c, const struct http_request *request,
                void (*done)(void *ctx, struct http_answer *answer), void *ctx);
/* Moves an answer out of a callback. */
void http_answer_take(struct http_answer *to, struct http_answer *from);
size_t http_running(const struct http_client *c);
/* May another request leave now, by the budget's number of parallel requests? */
bool http_may_start(const struct http_client *c);
/* Lets things happen until at least one request was answered, none is under way, or wait_ms have passed. When stop is
 * set, everything under way is answered with HTTP_FAULT_STOPPED at once. */
void http_poll(struct http_client *c, int64_t wait_ms);
/* One request, start to end; what else is under way goes on meanwhile. Frees nothing: the caller frees the answer. */
void http_send(struct http_client *c, const struct http_request *request, struct http_answer *out);

/* Requests sent since http_open, for tests and reports. */
uint64_t http_requests_sent(const struct http_client *c);

#endif
