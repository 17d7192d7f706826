/* Requests: from the queue to a worker to the handler, and the answers back. */
#include <assert.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/server_parts.h"

size_t conn_waiting(const struct conn *conn) {
    return conn->out.len - conn->out_at;
}

/* --- with the mutex held --- */

static void wake_io(struct ipc_server *server) {
    pipe_hub_wake(server->hub);
}

static void answer_error(struct conn *conn, int64_t id, const struct err *error) {
    if (ipc_write_error(&conn->out, id, error, NULL) != RC_OK)
        conn->broken = true; /* not even that fits: it does not read */
    wake_io(conn->server);
}

static void call_free(struct ipc_call *call) {
    if (call->op->flags & IPC_SECRET)
        ipc_message_wipe(&call->request);
    else
        ipc_message_free(&call->request);
    stop_free(call->stop);
    mem_free(call);
}

static void unlink_call(struct ipc_call *call) {
    struct conn *conn = call->conn;
    if (!conn)
        return;
    struct ipc_call **at = &conn->calls;
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    call->conn = NULL;
    conn->call_count--;
    conn->server->counts.calls--;
    conn->server->counts.following -= call->state == CALL_FOLLOWING;
}

static void unqueue(struct ipc_call *call) {
    struct ipc_server *server = call->server;
    struct ipc_call *before = NULL;
    for (struct ipc_call *c = server->first; c; before = c, c = c->later) {
        if (c != call)
            continue;
        if (before)
            before->later = c->later;
        else
            server->first = c->later;
        if (server->last == c)
            server->last = before;
        server->queued--;
        return;
    }
}

static struct err no_answer(enum rc rc, const char *text) {
    struct err error;
    err_set(&error, rc, REACH_FLOW, "%s", text);
    return error;
}

static bool number_in_use(const struct conn *conn, int64_t id) {
    for (const struct ipc_call *c = conn->calls; c; c = c->next) {
        if (c->id == id)
            return true;
    }
    return false;
}

static size_t queued_of(const struct ipc_server *server, const char *who) {
    size_t count = 0;
    for (const struct ipc_call *c = server->first; c; c = c->later)
        count += strcmp(c->who, who) == 0;
    return count;
}

/* Bytes of all connections that wait to be read. */
static size_t all_waiting(const struct ipc_server *server) {
    size_t sum = 0;
    for (const struct conn *c = server->conns; c; c = c->next)
        sum += conn_waiting(c);
    return sum;
}

static bool too_many(const struct conn *conn) {
    return conn->call_count >= SERVER_CALLS_PER_CONN || conn->server->queued >= SERVER_QUEUE ||
           queued_of(conn->server, conn->caller.who) >= SERVER_QUEUE_ACCOUNT;
}

/* The one place where it is decided whether a request goes on; the level comes before everything else about it. */
static enum rc judge(struct conn *conn, const struct ipc_message *m, const struct ipc_operation *op, struct err *err) {
    if (!op)
        return err_set(err, RC_UNSUPPORTED, REACH_FLOW,
                       "This service does not know that request. Install the same release of both programs.");
    enum rc rc = ipc_allowed(conn->level, op->level, err);
    if (rc != RC_OK)
        return rc;
    if (conn->frames.body.len > op->request_max)
        return err_set(err, RC_TOO_BIG, REACH_FLOW, "The request \"%s\" is larger than the %zu bytes allowed.",
                       op->name, op->request_max);
    rc = ipc_operation_check(op, m->body, err);
    if (rc == RC_OK && number_in_use(conn, m->id))
        rc = err_set(err, RC_INVALID, REACH_FLOW, "The number of this request is in use.");
    if (rc == RC_OK && too_many(conn)) {
        rc = err_set(err, RC_LATER, REACH_FLOW,
                     "Too many requests are waiting for their answer. Try again in a moment.");
        if (err)
            err->retry_after_s = 1;
    }
    return rc;
}

void call_take(struct conn *conn, struct ipc_message *m) {
    struct ipc_server *server = conn->server;
    const struct ipc_operation *op = ipc_operation(m->op);
    struct err error;
    server->counts.requests++;
    conn->secret_seen |= op && (op->flags & IPC_SECRET);
    enum rc rc = server->stopping ? err_set(&error, RC_STOPPED, REACH_FLOW, "The service is stopping.")
                                  : judge(conn, m, op, &error);
    if (rc != RC_OK) {
        answer_error(conn, m->id, &error);
        if (conn->secret_seen)
            ipc_message_wipe(m);
        else
            ipc_message_free(m);
        return;
    }
    struct ipc_call *call = MEM_NEW(struct ipc_call);
    call->server = server;
    call->conn = conn;
    call->id = m->id;
    call->op = op;
    call->request = *m;
    call->level = conn->level;
    str_copy(call->who, sizeof call->who, conn->caller.who);
    call->next = conn->calls;
    conn->calls = call;
    conn->call_count++;
    server->counts.calls++;
    if (server->last)
        server->last->later = call;
    else
        server->first = call;
    server->last = call;
    server->queued++;
    os_cond_wake_all(server->work);
}

static void end_call(struct ipc_call *call, const struct err *why) {
    if (call->state == CALL_RUNNING) {
        call->abandoned = true;
        stop_set(call->stop);
        return; /* its worker answers and frees it */
    }
    if (call->state == CALL_QUEUED)
        unqueue(call);
    if (call->conn && why)
        answer_error(call->conn, call->id, why);
    unlink_call(call);
    call_free(call);
}

void call_abandon(struct conn *conn, int64_t id) {
    const struct err why = no_answer(RC_STOPPED, "The request was abandoned.");
    for (struct ipc_call *c = conn->calls; c; c = c->next) {
        if (c->id == id) {
            end_call(c, &why);
            return;
        }
    }
}

void calls_drop(struct conn *conn) {
    while (conn->calls) {
        struct ipc_call *call = conn->calls;
        bool running = call->state == CALL_RUNNING;
        end_call(call, NULL);
        if (running)
            unlink_call(call);
    }
}

void calls_stop(struct ipc_server *server) {
    const struct err why = no_answer(RC_STOPPED, "The service is stopping.");
    for (struct conn *conn = server->conns; conn; conn = conn->next) {
        for (struct ipc_call *c = conn->calls, *next; c; c = next) {
            next = c->next;
            end_call(c, &why);
        }
    }
}

/* --- workers --- */

/* The first in the queue that may run now: what may take long leaves one worker to what does not. */
static struct ipc_call *first_ready(struct ipc_server *server) {
    int slow_max = server->options.workers > 1 ? server->options.workers - 1 : 1;
    struct ipc_call *call = server->first;
    while (call && (call->op->flags & IPC_SLOW) && server->slow >= slow_max)
        call = call->later;
    return call;
}

/* Takes the next call off the queue; NULL when the server stops. */
static struct ipc_call *next_call(struct ipc_server *server) {
    struct ipc_call *call;
    while ((call = first_ready(server)) == NULL) {
        if (server->stopping)
            return NULL;
        os_cond_wait(server->work, server->mutex);
    }
    unqueue(call);
    call->state = CALL_RUNNING;
    call->stop = stop_new();
    server->slow += (call->op->flags & IPC_SLOW) != 0;
    return call;
}

/* The handler returned: what is left of the call is decided. */
static void handled(struct ipc_call *call) {
    if (call->state == CALL_RUNNING && call->conn) {
        if (call->follow && !call->abandoned) {
            call->state = CALL_FOLLOWING;
            call->server->counts.following++;
            return; /* lives on until it is abandoned */
        }
        struct err error = call->abandoned ? no_answer(RC_STOPPED, "The request was abandoned.")
                                           : no_answer(RC_INTERNAL, "The service gave no answer. This is its mistake.");
        answer_error(call->conn, call->id, &error);
    }
    unlink_call(call);
    call_free(call);
}

void call_worker(void *arg) {
    struct ipc_server *server = arg;
    struct ipc_call *call;
    os_mutex_lock(server->mutex);
    while ((call = next_call(server)) != NULL) {
        os_mutex_unlock(server->mutex);
        server->options.handle(server->options.ctx, call);
        os_mutex_lock(server->mutex);
        if (call->op->flags & IPC_SLOW) {
            server->slow--;
            os_cond_wake_all(server->work);
        }
        handled(call);
    }
    os_mutex_unlock(server->mutex);
}

/* --- for the handler --- */

const struct ipc_operation *ipc_call_operation(const struct ipc_call *call) {
    return call->op;
}

const struct json *ipc_call_args(const struct ipc_call *call) {
    return call->request.body;
}

enum ipc_level ipc_call_level(const struct ipc_call *call) {
    return call->level;
}

const char *ipc_call_who(const struct ipc_call *call) {
    return call->who;
}

struct stop *ipc_call_stop(struct ipc_call *call) {
    return call->stop;
}

/* Is there room for one more event? It counts the ones there is none for. */
static void add_event(struct ipc_call *call, const char *json, size_t len) {
    struct conn *conn = call->conn;
    if (len > call->op->answer_max || conn_waiting(conn) > SERVER_EVENTS_PENDING || conn->state != CONN_OPEN ||
        ipc_write_event(&conn->out, call->id, json, call->lost, NULL) != RC_OK) {
        call->lost++;
        call->server->counts.events_lost++;
        return;
    }
    call->lost = 0;
    wake_io(call->server);
}

bool ipc_call_event(struct ipc_call *call, const char *json) {
    assert(call->op->flags & IPC_FOLLOWS);
    os_mutex_lock(call->server->mutex);
    bool listened_to = call->conn && !call->abandoned;
    if (listened_to)
        add_event(call, json, strlen(json));
    os_mutex_unlock(call->server->mutex);
    return listened_to;
}

static void answered(struct ipc_call *call) {
    assert(call->state == CALL_RUNNING && !call->follow); /* exactly one answer */
    unlink_call(call);
    call->state = CALL_ANSWERED;
}

void ipc_call_fail(struct ipc_call *call, const struct err *error) {
    os_mutex_lock(call->server->mutex);
    if (call->conn)
        answer_error(call->conn, call->id, error);
    answered(call);
    os_mutex_unlock(call->server->mutex);
}

void ipc_call_done(struct ipc_call *call, const char *json) {
    size_t len = strlen(json);
    os_mutex_lock(call->server->mutex);
    struct conn *conn = call->conn;
    if (conn && len > call->op->answer_max) {
        const struct err error = no_answer(RC_TOO_BIG, "The answer is too large for the pipe. Ask for less of it.");
        answer_error(conn, call->id, &error);
    } else if (conn && ((len > SERVER_EVENTS_PENDING && all_waiting(call->server) + len > SERVER_OUT_TOTAL) ||
                        ipc_write_answer(&conn->out, call->id, json, NULL) != RC_OK)) {
        const struct err error = no_answer(RC_LATER, "Too many answers wait to be read. Read them first.");
        answer_error(conn, call->id, &error);
    }
    if (conn)
        wake_io(call->server);
    answered(call);
    os_mutex_unlock(call->server->mutex);
}

void ipc_call_follow(struct ipc_call *call) {
    assert(call->op->flags & IPC_FOLLOWS);
    os_mutex_lock(call->server->mutex);
    assert(call->state == CALL_RUNNING && !call->follow);
    call->follow = true;
    os_mutex_unlock(call->server->mutex);
}

static bool asked_for(const struct ipc_call *call, const char *company, const char *link) {
    const char *wanted_company = json_str(call->request.body, "company", NULL);
    const char *wanted_link = json_str(call->request.body, "link", NULL);
    return (!wanted_company || str_eq(wanted_company, company)) && (!wanted_link || str_eq(wanted_link, link));
}

void ipc_server_publish(struct ipc_server *server, const char *op, const char *company, const char *link,
                        const char *json) {
    size_t len = strlen(json);
    os_mutex_lock(server->mutex);
    for (struct conn *conn = server->conns; conn; conn = conn->next) {
        for (struct ipc_call *c = conn->calls; c; c = c->next) {
            if (c->follow && !c->abandoned && strcmp(c->op->name, op) == 0 && asked_for(c, company, link))
                add_event(c, json, len);
        }
    }
    os_mutex_unlock(server->mutex);
}
