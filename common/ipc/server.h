/* The server: takes connections, knows its callers, hands on what they may ask for, and carries the answers back. It
 * decides nothing about shops or runs: that is the handler's business.
 *
 * One thread moves the bytes, a few workers call the handler. All ceilings and time limits of PROTOCOL.md are kept
 * here. The handler is called on a worker's thread, by several at once, only with an operation of the table, with
 * arguments that passed ipc_operation_check, and for a caller who may do it. Before it returns it says exactly one of
 * ipc_call_done, ipc_call_fail and ipc_call_follow; whatever may take long watches ipc_call_stop. */
#ifndef COMMON_IPC_SERVER_H
#define COMMON_IPC_SERVER_H

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/ipc/access.h"
#include "common/ipc/operations.h"
#include "common/os/os.h"

struct ipc_call;
struct ipc_server;

/* Zero in a number means the protocol's own limit; tests set smaller ones. Texts are borrowed for the call of
 * ipc_server_start only; log and ctx live as long as the server. */
struct ipc_server_options {
    const char *endpoint; /* pipe_endpoint() */
    const char *program;  /* "shopferry 0.3.0" */
    struct ipc_groups groups;
    struct log *log; /* may be NULL; told who was refused and why, never what was sent */
    void (*handle)(void *ctx, struct ipc_call *call);
    void *ctx;
    int workers;                /* 4 */
    size_t connections;         /* 64 */
    size_t account_connections; /* 16 */
    int64_t hello_ms, frame_ms, write_ms;
};

/* RC_OK: it listens. CONFLICT: somebody listens there already. */
enum rc ipc_server_start(const struct ipc_server_options *options, struct ipc_server **out, struct err *err);
/* Sets the stop of every call, waits for the handlers, says farewell and frees. NULL allowed. Not from a handler. */
void ipc_server_stop(struct ipc_server *server);

/* Tells everyone who follows `op` ("progress", "log"); an event for a company or link reaches those who asked for it or
 * for no particular one. company and link may be NULL. json: the text of an object, trusted. From any thread. */
void ipc_server_publish(struct ipc_server *server, const char *op, const char *company, const char *link,
                        const char *json);

/* How things stand, for status and tests. */
struct ipc_server_counts {
    size_t connections, half_open, calls, following;
    int64_t accepted, refused, requests, events_lost;
};
void ipc_server_counts(struct ipc_server *server, struct ipc_server_counts *out);

/* --- one request, for the handler --- */
const struct ipc_operation *ipc_call_operation(const struct ipc_call *call);
const struct json *ipc_call_args(const struct ipc_call *call); /* NULL: none */
enum ipc_level ipc_call_level(const struct ipc_call *call);
const char *ipc_call_who(const struct ipc_call *call); /* for the log: "S-1-5-..." or "uid 1000" */
/* Set when the request was abandoned, its connection ended or the server stops. */
struct stop *ipc_call_stop(struct ipc_call *call);
/* One event before the answer; only for operations that follow. false: nobody listens any more. */
bool ipc_call_event(struct ipc_call *call, const char *json);
/* The answer: the text of an object, trusted. One above the operation's ceiling becomes the error too_big. */
void ipc_call_done(struct ipc_call *call, const char *json);
void ipc_call_fail(struct ipc_call *call, const struct err *error);
/* From now on ipc_server_publish reaches this call, until it is abandoned. */
void ipc_call_follow(struct ipc_call *call);

#endif
