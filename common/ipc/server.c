/* The server's life, and the thread that moves the bytes. */
#include "common/ipc/server.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/server_parts.h"

static int64_t now(void) {
    return clock_monotonic_us(os_clock());
}

/* Attends every connection; returns how long nothing has to be done, in ms, -1 for ever. */
static int64_t attend_all(struct ipc_server *server) {
    int64_t now_us = now(), next = INT64_MAX;
    for (struct conn *conn = server->conns, *after; conn; conn = after) {
        after = conn->next;
        int64_t until = conn_attend(conn, now_us);
        if (until > 0 && until < next)
            next = until;
    }
    if (next == INT64_MAX)
        return -1;
    return next > now_us ? (next - now_us + 999) / 1000 : 0;
}

static void take_event(struct ipc_server *server, const struct pipe_event *event) {
    struct conn *conn = event->owner;
    switch (event->kind) {
    case PIPE_QUIET: break;
    case PIPE_CONNECTED: conn_new(server, event->conn); break;
    case PIPE_DATA: conn_data(conn, event->data, event->len); break;
    case PIPE_WRITTEN: conn->writing = 0; break;
    case PIPE_ENDED: conn_end(conn); break;
    }
}

/* No worker is left: everyone is told, and gets a moment to read it. */
static void begin_to_leave(struct ipc_server *server) {
    for (struct conn *conn = server->conns; conn; conn = conn->next)
        conn_farewell(conn, RC_STOPPED, "The service is stopping.", -1);
}

/* Says what is to be logged, without the mutex: the log may well publish the line to those who follow it. */
static void tell_log(struct ipc_server *server) {
    if (server->to_log.len == 0)
        return;
    char *lines = buf_take(&server->to_log);
    os_mutex_unlock(server->mutex);
    for (char *line = lines, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        log_line(server->options.log, LOG_WARNING, NULL, "%s", line);
    }
    mem_free(lines);
    os_mutex_lock(server->mutex);
}

static void io_main(void *arg) {
    struct ipc_server *server = arg;
    bool left = false;
    os_mutex_lock(server->mutex);
    for (;;) {
        tell_log(server);
        int64_t wait_ms = attend_all(server);
        struct pipe_event event;
        if (left && !server->conns)
            break;
        os_mutex_unlock(server->mutex);
        pipe_hub_next(server->hub, wait_ms, &event);
        os_mutex_lock(server->mutex);
        if (left && event.kind == PIPE_CONNECTED)
            pipe_conn_close(event.conn); /* too late */
        else
            take_event(server, &event);
        if (server->leaving && !left) {
            begin_to_leave(server);
            left = true;
        }
    }
    os_mutex_unlock(server->mutex);
}

static void set_defaults(struct ipc_server_options *o) {
    o->workers = o->workers > 0 ? o->workers : SERVER_WORKERS;
    o->connections = o->connections > 0 ? o->connections : SERVER_CONNECTIONS;
    o->account_connections = o->account_connections > 0 ? o->account_connections : SERVER_PER_ACCOUNT;
    o->hello_ms = o->hello_ms > 0 ? o->hello_ms : SERVER_HELLO_MS;
    o->frame_ms = o->frame_ms > 0 ? o->frame_ms : SERVER_FRAME_MS;
    o->write_ms = o->write_ms > 0 ? o->write_ms : SERVER_WRITE_MS;
}

enum rc ipc_server_start(const struct ipc_server_options *options, struct ipc_server **out, struct err *err) {
    struct pipe_hub *hub;
    enum rc rc = pipe_hub_open(options->endpoint, &options->groups, options->log, &hub, err);
    if (rc != RC_OK)
        return rc;
    struct ipc_server *server = MEM_NEW(struct ipc_server);
    server->options = *options;
    server->options.endpoint = server->options.program = NULL;
    memset(&server->options.groups, 0, sizeof server->options.groups);
    set_defaults(&server->options);
    str_copy(server->program, sizeof server->program, options->program);
    server->hub = hub;
    server->mutex = os_mutex_new();
    server->work = os_cond_new();
    buf_init(&server->to_log, LOG_LINE_MAX * SERVER_REFUSALS_LOGGED);
    server->workers = mem_zalloc((size_t)server->options.workers, sizeof(struct os_thread *));
    server->io = os_thread_start(io_main, server);
    for (int i = 0; i < server->options.workers; i++)
        server->workers[i] = os_thread_start(call_worker, server);
    *out = server;
    return RC_OK;
}

void ipc_server_stop(struct ipc_server *server) {
    if (!server)
        return;
    os_mutex_lock(server->mutex);
    server->stopping = true;
    calls_stop(server);
    os_cond_wake_all(server->work);
    os_mutex_unlock(server->mutex);
    for (int i = 0; i < server->options.workers; i++)
        os_thread_join(server->workers[i]);
    os_mutex_lock(server->mutex);
    server->leaving = true;
    pipe_hub_wake(server->hub);
    os_mutex_unlock(server->mutex);
    os_thread_join(server->io);
    pipe_hub_close(server->hub);
    os_cond_free(server->work);
    buf_free(&server->to_log);
    os_mutex_free(server->mutex);
    mem_free(server->workers);
    mem_free(server);
}

void ipc_server_counts(struct ipc_server *server, struct ipc_server_counts *out) {
    os_mutex_lock(server->mutex);
    *out = server->counts;
    os_mutex_unlock(server->mutex);
}
