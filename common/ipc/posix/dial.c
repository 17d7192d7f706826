/* The calling side over a Unix socket. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/ipc/pipe.h"
#include "common/ipc/posix/endpoint.h"
#include "common/os/posix/posix.h"
#include "common/os/posix/stop.h"

#define CONNECT_SLICE_MS 500 /* connect() cannot wait for stop as well: it looks up this often */

struct pipe_dial {
    int fd;
    char *endpoint;
};

static int64_t now_ms(void) {
    return clock_monotonic_us(os_clock()) / 1000;
}

static enum rc connect_failed(int code, const char *endpoint, struct err *err) {
    if (code == ENOENT || code == ECONNREFUSED)
        return err_set(err, RC_NOT_FOUND, REACH_SERVICE, "The service does not run: nobody listens at %s.", endpoint);
    return posix_fail(err, code, endpoint, "opened");
}

enum rc pipe_dial_open(const char *endpoint, int64_t timeout_ms, struct stop *stop, struct pipe_dial **out,
                       struct err *err) {
    struct socket_address address;
    enum rc rc = socket_address_make(endpoint, &address, err);
    if (rc != RC_OK)
        return rc;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* A full backlog makes connect() wait; this bounds it. */
    struct timeval slice = {.tv_usec = CONNECT_SLICE_MS * 1000};
    int64_t end = now_ms() + timeout_ms;
    bool connected = false;
    int code = fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &slice, sizeof slice) != 0 ? errno : EAGAIN;
    while (!connected && (code == EAGAIN || code == EINTR) && !stop_is_set(stop) && now_ms() <= end) {
        connected = connect(fd, (const struct sockaddr *)&address.name, sizeof address.name) == 0;
        code = errno;
    }
    socket_address_free(&address);
    if (connected) {
        struct pipe_dial *dial = MEM_NEW(struct pipe_dial);
        dial->fd = fd;
        dial->endpoint = mem_strdup(endpoint);
        *out = dial;
        return RC_OK;
    }
    if (fd >= 0)
        (void)close(fd);
    if (stop_is_set(stop))
        return err_set(err, RC_STOPPED, REACH_SERVICE, "Stopped while waiting for the service.");
    if (code == EAGAIN || code == EINTR)
        return err_set(err, RC_LATER, REACH_SERVICE, "The service has too many callers. Try again in a moment.");
    return connect_failed(code, endpoint, err);
}

/* The account that owns the folder of the socket is the one the service runs as: nobody else could have put it there.
 */
static bool owns_folder(const char *endpoint, uid_t account) {
    const char *slash = strrchr(endpoint, '/');
    char *folder = mem_strndup(endpoint, slash ? (size_t)(slash - endpoint) : 0);
    struct stat info;
    bool owns = stat(folder, &info) == 0 && info.st_uid == account && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    mem_free(folder);
    return owns;
}

void pipe_dial_server(struct pipe_dial *dial, const char *service, struct ipc_server_facts *out) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    (void)service;
    memset(out, 0, sizeof *out);
    if (getsockopt(dial->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer)
        return;
    out->process_known = true;
    out->process = peer.pid;
    out->account_known = true;
    out->account_trusted = peer.uid == 0 || peer.uid == geteuid() || owns_folder(dial->endpoint, peer.uid);
}

/* Waits until the socket is ready for `events`. */
static enum rc wait_ready(const struct pipe_dial *dial, short events, int64_t end, struct stop *stop, struct err *err) {
    for (;;) {
        struct pollfd polls[2] = {{.fd = dial->fd, .events = events}, {.fd = stop_fd(stop), .events = POLLIN}};
        int64_t left = end < 0 ? -1 : end - now_ms();
        int n = poll(polls, 2, end < 0 ? -1 : left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left);
        if (polls[1].revents && n > 0)
            return err_set(err, RC_STOPPED, REACH_FLOW, "Stopped while waiting for the service.");
        if (polls[0].revents && n > 0)
            return RC_OK;
        if (end >= 0 && now_ms() >= end)
            return err_set(err, RC_LATER, REACH_FLOW, "The service did not answer in time.");
    }
}

static enum rc gone(struct err *err) {
    return err_set(err, RC_IO, REACH_FLOW, "The service ended the connection.");
}

enum rc pipe_dial_write(struct pipe_dial *dial, const void *data, size_t len, int64_t timeout_ms, struct stop *stop,
                        struct err *err) {
    int64_t end = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    const char *at = data;
    while (len > 0) {
        enum rc rc = wait_ready(dial, POLLOUT, end, stop, err);
        if (rc != RC_OK)
            return rc;
        ssize_t n = send(dial->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return gone(err);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return RC_OK;
}

enum rc pipe_dial_read(struct pipe_dial *dial, void *data, size_t size, int64_t timeout_ms, struct stop *stop,
                       size_t *got, struct err *err) {
    int64_t end = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    for (;;) {
        enum rc rc = wait_ready(dial, POLLIN, end, stop, err);
        if (rc != RC_OK)
            return rc;
        ssize_t n = recv(dial->fd, data, size, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return gone(err);
        if (n > 0) {
            *got = (size_t)n;
            return RC_OK;
        }
    }
}

void pipe_dial_close(struct pipe_dial *dial) {
    if (!dial)
        return;
    (void)close(dial->fd);
    mem_free(dial->endpoint);
    mem_free(dial);
}
