/* The pipe itself: bytes, connections and who is at the other end. Two implementations with the same file names: named
 * pipes (win/) and Unix sockets (posix/). Nothing here decides: who may do what is access.h, what is said message.h.
 *
 * A hub is the listening side with all its connections, driven by one thread that asks it for the next event. A dial is
 * one connection from the other side, used by one thread at a time. */
#ifndef COMMON_IPC_PIPE_H
#define COMMON_IPC_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/log.h"
#include "common/ipc/access.h"
#include "common/os/os.h"

#define PIPE_READ_MAX  (16 * 1024) /* bytes of one PIPE_DATA */
#define PIPE_WRITE_MAX (32 * 1024) /* bytes taken by one pipe_conn_write */

/* The place of the pipe that belongs to that data folder (PROTOCOL.md, "Where"). TOO_BIG when it does not fit. */
enum rc pipe_endpoint(const char *data_folder, char *out, size_t size, struct err *err);

/* --- the listening side --- */
struct pipe_hub;
struct pipe_conn;

enum pipe_event_kind {
    PIPE_QUIET,     /* time is up, or pipe_hub_wake was called */
    PIPE_CONNECTED, /* conn is new; nothing is read before pipe_conn_read */
    PIPE_DATA,      /* data, len: valid until the next call of pipe_hub_next; read again with pipe_conn_read */
    PIPE_WRITTEN,   /* what pipe_conn_write took is gone */
    PIPE_ENDED      /* the other end is gone; pipe_conn_close it */
};
struct pipe_event {
    enum pipe_event_kind kind;
    struct pipe_conn *conn;
    void *owner; /* as set by pipe_conn_own, NULL before */
    char *data;  /* may be wiped */
    size_t len;
};

/* Listens. CONFLICT: somebody listens there already. DENIED: the place belongs to someone else. A group that the system
 * does not know carries no level; log (may be NULL) gets a warning. groups NULL: none. */
enum rc pipe_hub_open(const char *endpoint, const struct ipc_groups *groups, struct log *log, struct pipe_hub **out,
                      struct err *err);
/* Waits at most timeout_ms (-1: for ever) for one event. */
void pipe_hub_next(struct pipe_hub *hub, int64_t timeout_ms, struct pipe_event *out);
/* Makes pipe_hub_next return, from any thread; one call may stand for many. */
void pipe_hub_wake(struct pipe_hub *hub);
/* Stops listening and closes every connection. NULL allowed. */
void pipe_hub_close(struct pipe_hub *hub);

void pipe_conn_own(struct pipe_conn *conn, void *owner);
/* Asks for one PIPE_DATA or PIPE_ENDED. */
void pipe_conn_read(struct pipe_conn *conn);
/* Begins to write; returns how much of it was taken (copied), at most PIPE_WRITE_MAX. One at a time: PIPE_WRITTEN or
 * PIPE_ENDED comes before the next. */
size_t pipe_conn_write(struct pipe_conn *conn, const void *data, size_t len);
/* No event of it comes any more. What was written can still be read at the other end. */
void pipe_conn_close(struct pipe_conn *conn);
/* Facts about the other end. On Windows only once something was read. What cannot be learnt leaves known false. */
void pipe_conn_caller(struct pipe_conn *conn, struct ipc_caller *out);

/* --- the calling side --- */
struct pipe_dial;
/* NOT_FOUND: nobody listens; DENIED: this account may not open it; LATER: all places were taken for timeout_ms;
 * STOPPED. stop may be NULL. */
enum rc pipe_dial_open(const char *endpoint, int64_t timeout_ms, struct stop *stop, struct pipe_dial **out,
                       struct err *err);
/* Facts about the server, for ipc_server_trust. service: its name for the service manager, NULL when it is not to be
 * asked. Before anything was said. */
void pipe_dial_server(struct pipe_dial *dial, const char *service, struct ipc_server_facts *out);
/* Writes all of it. LATER: not taken within timeout_ms (-1: for ever); STOPPED; IO: the other end is gone. After any
 * failure the connection is of no more use. */
enum rc pipe_dial_write(struct pipe_dial *dial, const void *data, size_t len, int64_t timeout_ms, struct stop *stop,
                        struct err *err);
/* Reads at least one byte, at most size. Failures as above, but after LATER and STOPPED it may be asked again. */
enum rc pipe_dial_read(struct pipe_dial *dial, void *data, size_t size, int64_t timeout_ms, struct stop *stop,
                       size_t *got, struct err *err);
void pipe_dial_close(struct pipe_dial *dial); /* NULL allowed */

#endif
