/* Connections: from the first byte to the last, with their ceilings and time limits. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/server_parts.h"

#define COMPACT_AT (64 * 1024)

static int64_t now(void) {
    return clock_monotonic_us(os_clock());
}

/* --- coming and going --- */

static void log_refusal(struct ipc_server *server, const char *what, const char *who) {
    int64_t at = now();
    if (at - server->refusals_since_us > INT64_C(60000000)) {
        server->refusals_since_us = at;
        server->refusals = 0;
    }
    server->counts.refused++;
    if (++server->refusals <= SERVER_REFUSALS_LOGGED)
        buf_addf(&server->to_log, "A program was turned away from the pipe: %s%s%s.%s\n", what,
                 *who != '\0' ? ", account " : "", who,
                 server->refusals == SERVER_REFUSALS_LOGGED ? " More of them are not told for a minute." : "");
}

/* The connection that has been half open the longest, but for the newest. */
static struct conn *oldest_half_open(struct ipc_server *server, const struct conn *newest) {
    struct conn *oldest = NULL;
    for (struct conn *c = server->conns; c; c = c->next) {
        if (c != newest && c->state != CONN_OPEN && (!oldest || c->since_us <= oldest->since_us))
            oldest = c;
    }
    return oldest;
}

void conn_new(struct ipc_server *server, struct pipe_conn *pipe) {
    struct conn *conn = MEM_NEW(struct conn);
    conn->server = server;
    conn->pipe = pipe;
    conn->since_us = now();
    ipc_frames_init(&conn->frames, IPC_FRAME_HELLO_MAX);
    buf_init(&conn->out, SERVER_OUT_MAX);
    conn->next = server->conns;
    server->conns = conn;
    server->counts.accepted++;
    server->counts.half_open++;
    pipe_conn_own(pipe, conn);
    if (++server->counts.connections > server->options.connections) {
        struct conn *victim = oldest_half_open(server, conn);
        log_refusal(server, "all places are taken", "");
        conn_end(victim ? victim : conn);
    }
}

void conn_end(struct conn *conn) {
    struct ipc_server *server = conn->server;
    calls_drop(conn);
    struct conn **at = &server->conns;
    while (*at != conn)
        at = &(*at)->next;
    *at = conn->next;
    server->counts.connections--;
    server->counts.half_open -= conn->state == CONN_HALF_OPEN;
    pipe_conn_close(conn->pipe);
    ipc_frames_free(&conn->frames);
    buf_free(&conn->out);
    mem_free(conn);
}

void conn_farewell(struct conn *conn, enum rc rc, const char *text, long retry_after_s) {
    struct err error;
    if (conn->state == CONN_LEAVING)
        return;
    err_set(&error, rc, REACH_FLOW, "%s", text);
    error.retry_after_s = retry_after_s;
    calls_drop(conn);
    (void)ipc_write_error(&conn->out, 0, &error, NULL); /* if it does not fit, it ends without */
    conn->server->counts.half_open -= conn->state == CONN_HALF_OPEN;
    conn->state = CONN_LEAVING;
    conn->leave_by_us = now() + SERVER_LEAVE_MS * INT64_C(1000);
}

/* --- what comes in --- */

static size_t connections_of(const struct ipc_server *server, const char *who) {
    size_t count = 0;
    for (const struct conn *c = server->conns; c; c = c->next)
        count += c->state == CONN_OPEN && strcmp(c->caller.who, who) == 0;
    return count;
}

static bool knows_our_version(const struct ipc_message *m) {
    for (size_t i = 0; i < m->version_count; i++) {
        if (m->versions[i] == IPC_VERSION)
            return true;
    }
    return false;
}

static void hello(struct conn *conn, const struct ipc_message *m) {
    struct ipc_server *server = conn->server;
    struct err error;
    pipe_conn_caller(conn->pipe, &conn->caller);
    conn->level = ipc_level_of(&conn->caller);
    if (ipc_allowed(conn->level, IPC_READER, &error) != RC_OK) {
        log_refusal(server, "it may not use it", conn->caller.who);
        conn_farewell(conn, RC_DENIED, error.text, -1);
    } else if (!knows_our_version(m)) {
        conn_farewell(
            conn, RC_UNSUPPORTED,
            "This program and the service know no common version of the protocol. Install the same release of "
            "both.",
            -1);
    } else if (connections_of(server, conn->caller.who) >= server->options.account_connections) {
        log_refusal(server, "its account has too many connections", conn->caller.who);
        conn_farewell(conn, RC_LATER, "This account has too many connections to the service. Close some of them.", 5);
    } else {
        conn->state = CONN_OPEN;
        server->counts.half_open--;
        ipc_frames_limit(&conn->frames, ipc_request_max(conn->level));
        (void)ipc_write_welcome(&conn->out, server->program, conn->level, NULL);
    }
}

static void broke_the_rules(struct conn *conn) {
    log_refusal(conn->server, "what it sent is not part of the protocol", conn->caller.who);
    conn_farewell(conn, RC_INVALID, "The connection was ended: what arrived is not part of the protocol.", -1);
}

static void one_frame(struct conn *conn) {
    struct ipc_message m;
    if (ipc_message_from_client(conn->frames.body.data, conn->frames.body.len, &m, NULL) != RC_OK) {
        broke_the_rules(conn);
        return;
    }
    if (m.kind == IPC_REQUEST && conn->state == CONN_OPEN) {
        call_take(conn, &m); /* which keeps the message */
        return;
    }
    if (m.kind == IPC_HELLO && conn->state == CONN_HALF_OPEN)
        hello(conn, &m);
    else if (m.kind == IPC_ABANDON && conn->state == CONN_OPEN)
        call_abandon(conn, m.id);
    else
        broke_the_rules(conn); /* before the welcome only a hello is expected, afterwards everything else */
    ipc_message_wipe(&m);
}

void conn_data(struct conn *conn, char *data, size_t len) {
    const char *at = data;
    size_t left = len;
    conn->reading = false;
    while (left > 0 && conn->state != CONN_LEAVING) {
        if (ipc_frames_take(&conn->frames, &at, &left, NULL) != RC_OK) {
            broke_the_rules(conn);
        } else if (conn->frames.whole) {
            one_frame(conn);
            conn->frame_us = 0;
            if (conn->secret_seen)
                mem_wipe(conn->frames.body.data, conn->frames.body.len);
        }
    }
    if (!ipc_frames_begun(&conn->frames))
        conn->frame_us = 0;
    else if (conn->frame_us == 0)
        conn->frame_us = now();
    if (conn->secret_seen)
        mem_wipe(data, len);
}

/* --- what goes out, and what is over time --- */

static void send_on(struct conn *conn, int64_t now_us) {
    if (conn->writing > 0)
        return;
    if (conn_waiting(conn) == 0) {
        if (conn->out.cap > COMPACT_AT) { /* memory of a large answer is not kept */
            buf_free(&conn->out);
            buf_init(&conn->out, SERVER_OUT_MAX);
        }
        buf_clear(&conn->out);
        conn->out_at = 0;
        return;
    }
    conn->writing = pipe_conn_write(conn->pipe, conn->out.data + conn->out_at, conn_waiting(conn));
    conn->out_at += conn->writing;
    conn->written_us = now_us;
    if (conn->out_at > COMPACT_AT) {
        memmove(conn->out.data, conn->out.data + conn->out_at, conn_waiting(conn) + 1);
        conn->out.len -= conn->out_at;
        conn->out_at = 0;
    }
}

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* When the connection is over its time, in us; INT64_MAX: never as things stand. */
static int64_t deadline(const struct conn *conn) {
    const struct ipc_server_options *o = &conn->server->options;
    int64_t at = INT64_MAX;
    if (conn->state == CONN_LEAVING)
        at = conn->leave_by_us;
    if (conn->state == CONN_HALF_OPEN)
        at = conn->since_us + o->hello_ms * 1000;
    if (conn->frame_us != 0)
        at = earlier(at, conn->frame_us + o->frame_ms * 1000);
    if (conn->writing > 0)
        at = earlier(at, conn->written_us + o->write_ms * 1000);
    return at;
}

int64_t conn_attend(struct conn *conn, int64_t now_us) {
    send_on(conn, now_us);
    bool said_all = conn->writing == 0 && conn_waiting(conn) == 0;
    int64_t until = deadline(conn);
    if (conn->broken || (conn->state == CONN_LEAVING && said_all) || now_us >= until) {
        if (now_us >= until && conn->state != CONN_LEAVING)
            log_refusal(conn->server, "it took too long", conn->caller.who);
        conn_end(conn);
        return 0;
    }
    if (!conn->reading && conn->state != CONN_LEAVING && conn_waiting(conn) <= SERVER_READ_PENDING) {
        conn->reading = true;
        pipe_conn_read(conn->pipe);
    }
    return until;
}
