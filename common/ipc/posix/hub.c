/* The listening side over a Unix socket: one thread, poll(), no pause anywhere. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/pipe.h"
#include "common/ipc/posix/caller.h"
#include "common/ipc/posix/endpoint.h"
#include "common/os/os.h"
#include "common/os/posix/posix.h"

#define BACKLOG 128
#define ACCEPT_PAUSE_US \
    1000000 /* after the system had no more handles: otherwise poll() would return at once, for ever */

struct pipe_conn {
    struct pipe_hub *hub;
    int fd;
    void *owner;
    bool want_read, writing;
    size_t out_len, out_at;
    char out[PIPE_WRITE_MAX];
};

struct pipe_hub {
    int listener, waker;
    char *endpoint;
    struct os_lock *lock; /* the right to this endpoint */
    struct caller_groups groups;
    struct pipe_conn **conns;
    struct pollfd *polls; /* two more than conns: listener and waker first */
    size_t count, capacity, polls_capacity;
    size_t turn; /* the connection looked at first: each gets its turn */
    int64_t accept_after_us;
    char in[PIPE_READ_MAX];
};

static enum rc prepare_folder(const char *endpoint, const struct caller_groups *g, struct err *err) {
    const char *slash = strrchr(endpoint, '/');
    if (!slash || slash == endpoint)
        return err_set(err, RC_INVALID, REACH_SERVICE, "%s is no path a socket can have.", endpoint);
    char *folder = mem_strndup(endpoint, (size_t)(slash - endpoint));
    enum rc rc = os_mkdirs(folder, err);
    /* Where no group is let in the folder is shut; otherwise each caller is judged by its credentials. */
    mode_t mode = g->has_readers || g->has_operators || g->has_administrators ? 0711 : 0700;
    if (rc == RC_OK && chmod(folder, mode) != 0)
        rc = posix_fail(err, errno, folder, "protected");
    mem_free(folder);
    return rc;
}

static enum rc bind_socket(struct pipe_hub *hub, struct err *err) {
    struct socket_address address;
    enum rc rc = socket_address_make(hub->endpoint, &address, err);
    if (rc != RC_OK)
        return rc;
    /* We hold the lock: a socket that lies there is a dead one's. */
    (void)unlink(hub->endpoint);
    bool open_to_groups = hub->groups.has_readers || hub->groups.has_operators || hub->groups.has_administrators;
    hub->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (hub->listener < 0 || bind(hub->listener, (const struct sockaddr *)&address.name, sizeof address.name) != 0 ||
        chmod(hub->endpoint, open_to_groups ? 0666 : 0600) != 0 || listen(hub->listener, BACKLOG) != 0)
        rc = posix_fail(err, errno, hub->endpoint, "opened for listening");
    socket_address_free(&address);
    return rc;
}

static enum rc take_lock(struct pipe_hub *hub, struct err *err) {
    char *path = mem_printf("%s.lock", hub->endpoint);
    enum rc rc = os_lock_take(path, &hub->lock, err);
    if (rc == RC_CONFLICT)
        err_set(err, rc, REACH_SERVICE, "Another Shopferry listens at %s already.", hub->endpoint);
    mem_free(path);
    return rc;
}

enum rc pipe_hub_open(const char *endpoint, const struct ipc_groups *groups, struct log *log, struct pipe_hub **out,
                      struct err *err) {
    struct pipe_hub *hub = MEM_NEW(struct pipe_hub);
    hub->endpoint = mem_strdup(endpoint);
    hub->listener = -1;
    hub->waker = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    caller_groups_find(groups, log, &hub->groups);
    enum rc rc = hub->waker < 0 ? posix_fail(err, errno, endpoint, "opened for listening") : RC_OK;
    if (rc == RC_OK)
        rc = prepare_folder(endpoint, &hub->groups, err);
    if (rc == RC_OK)
        rc = take_lock(hub, err);
    if (rc == RC_OK)
        rc = bind_socket(hub, err);
    if (rc != RC_OK) {
        pipe_hub_close(hub);
        return rc;
    }
    *out = hub;
    return RC_OK;
}

static void accept_one(struct pipe_hub *hub, struct pipe_event *out) {
    int fd = accept4(hub->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            hub->accept_after_us = clock_monotonic_us(os_clock()) + ACCEPT_PAUSE_US;
        return;
    }
    struct pipe_conn *conn = MEM_NEW(struct pipe_conn);
    conn->hub = hub;
    conn->fd = fd;
    mem_grow((void **)&hub->conns, &hub->capacity, hub->count, sizeof(struct pipe_conn *));
    hub->conns[hub->count++] = conn;
    *out = (struct pipe_event){.kind = PIPE_CONNECTED, .conn = conn};
}

static void read_some(struct pipe_conn *conn, struct pipe_event *out) {
    ssize_t n = recv(conn->fd, conn->hub->in, sizeof conn->hub->in, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    conn->want_read = false;
    *out = (struct pipe_event){.kind = n > 0 ? PIPE_DATA : PIPE_ENDED,
                               .conn = conn,
                               .owner = conn->owner,
                               .data = conn->hub->in,
                               .len = n > 0 ? (size_t)n : 0};
}

static void write_some(struct pipe_conn *conn, struct pipe_event *out) {
    ssize_t n = send(conn->fd, conn->out + conn->out_at, conn->out_len - conn->out_at, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        conn->out_at += (size_t)n;
    if (n > 0 && conn->out_at < conn->out_len)
        return;
    conn->writing = false;
    *out = (struct pipe_event){
        .kind = n > 0 ? PIPE_WRITTEN : PIPE_ENDED, .conn = conn, .owner = conn->owner, .len = conn->out_at};
}

static short wanted(const struct pipe_conn *conn) {
    return (short)((conn->want_read ? POLLIN : 0) | (conn->writing ? POLLOUT : 0));
}

/* Waits until something can be done; false when only time passed. */
static bool wait_for_work(struct pipe_hub *hub, int64_t timeout_us) {
    while (hub->polls_capacity < hub->count + 2)
        mem_grow((void **)&hub->polls, &hub->polls_capacity, hub->polls_capacity, sizeof *hub->polls);
    int64_t pause_us = hub->accept_after_us - clock_monotonic_us(os_clock());
    hub->polls[0] = (struct pollfd){.fd = hub->waker, .events = POLLIN};
    hub->polls[1] = (struct pollfd){.fd = pause_us > 0 ? -1 : hub->listener, .events = POLLIN};
    for (size_t i = 0; i < hub->count; i++) {
        /* Who is asked for nothing is not polled: a dead end would report itself for ever. */
        short events = wanted(hub->conns[i]);
        hub->polls[i + 2] = (struct pollfd){.fd = events ? hub->conns[i]->fd : -1, .events = events};
    }
    if (pause_us > 0 && (timeout_us < 0 || timeout_us > pause_us))
        timeout_us = pause_us;
    int ms = timeout_us < 0 ? -1 : timeout_us / 1000 >= INT_MAX ? INT_MAX : (int)((timeout_us + 999) / 1000);
    return poll(hub->polls, hub->count + 2, ms) > 0;
}

/* Looks at each connection once, from the one whose turn it is. */
static void serve_conns(struct pipe_hub *hub, struct pipe_event *out) {
    size_t count = hub->count;
    for (size_t k = 0; k < count && out->kind == PIPE_QUIET; k++) {
        size_t i = (hub->turn + k) % count;
        struct pipe_conn *conn = hub->conns[i];
        short ready = hub->polls[i + 2].revents;
        if (ready && conn->writing)
            write_some(conn, out);
        if (ready && out->kind == PIPE_QUIET && conn->want_read)
            read_some(conn, out);
        if (out->kind != PIPE_QUIET)
            hub->turn = i + 1;
    }
}

void pipe_hub_next(struct pipe_hub *hub, int64_t timeout_ms, struct pipe_event *out) {
    int64_t end_us = clock_monotonic_us(os_clock()) + timeout_ms * 1000;
    memset(out, 0, sizeof *out);
    for (;;) {
        int64_t left_us = timeout_ms < 0 ? -1 : end_us - clock_monotonic_us(os_clock());
        if (wait_for_work(hub, timeout_ms < 0 ? -1 : left_us > 0 ? left_us : 0)) {
            uint64_t woken;
            if (hub->polls[0].revents && read(hub->waker, &woken, sizeof woken) == (ssize_t)sizeof woken)
                return;
            serve_conns(hub, out);
            if (out->kind == PIPE_QUIET && hub->polls[1].revents)
                accept_one(hub, out);
            if (out->kind != PIPE_QUIET)
                return;
        }
        if (timeout_ms >= 0 && clock_monotonic_us(os_clock()) >= end_us)
            return;
    }
}

void pipe_hub_wake(struct pipe_hub *hub) {
    uint64_t one = 1;
    ssize_t n = write(hub->waker, &one, sizeof one); /* full means that it is awake already */
    (void)n;
}

void pipe_hub_close(struct pipe_hub *hub) {
    if (!hub)
        return;
    while (hub->count > 0)
        pipe_conn_close(hub->conns[hub->count - 1]);
    if (hub->listener >= 0) {
        (void)unlink(hub->endpoint);
        (void)close(hub->listener);
    }
    if (hub->waker >= 0)
        (void)close(hub->waker);
    os_lock_release(hub->lock);
    mem_free(hub->conns);
    mem_free(hub->polls);
    mem_free(hub->endpoint);
    mem_free(hub);
}

void pipe_conn_own(struct pipe_conn *conn, void *owner) {
    conn->owner = owner;
}

void pipe_conn_read(struct pipe_conn *conn) {
    conn->want_read = true;
}

size_t pipe_conn_write(struct pipe_conn *conn, const void *data, size_t len) {
    size_t take = len < PIPE_WRITE_MAX ? len : PIPE_WRITE_MAX;
    memcpy(conn->out, data, take);
    conn->out_len = take;
    conn->out_at = 0;
    conn->writing = true;
    return take;
}

void pipe_conn_close(struct pipe_conn *conn) {
    struct pipe_hub *hub = conn->hub;
    for (size_t i = 0; i < hub->count; i++) {
        if (hub->conns[i] == conn) {
            hub->conns[i] = hub->conns[--hub->count];
            break;
        }
    }
    (void)close(conn->fd);
    mem_free(conn);
}

void pipe_conn_caller(struct pipe_conn *conn, struct ipc_caller *out) {
    caller_ask(conn->fd, &conn->hub->groups, out);
}
