/* The client: connects to the service, proves it, asks and gets answers. One thread at a time may use a client; who
 * wants to follow progress and ask other things meanwhile opens two. */
#ifndef COMMON_IPC_CLIENT_H
#define COMMON_IPC_CLIENT_H

#include "common/base/json.h"
#include "common/ipc/access.h"
#include "common/ipc/message.h"
#include "common/os/os.h"

struct ipc_client;

struct ipc_client_options {
    const char *endpoint; /* pipe_endpoint() */
    const char *program;  /* "shopferry-config 0.3.0" */
    const char *service;  /* Windows: the service that must stand behind the pipe; NULL: it is not proven */
    bool accept_unproven; /* go on where the system does not say who listens (ipc_client_trust tells); never for secrets
                           */
    int64_t timeout_ms;   /* for connecting and the welcome; 0: 10 s */
    struct stop *stop;    /* may be NULL */
};

/* NOT_FOUND: the service does not run. DENIED: this account may not talk to it, or somebody else stands in its place,
 * or it could not be proven. LATER: it is too busy. UNSUPPORTED: of another release. */
enum rc ipc_client_open(const struct ipc_client_options *options, struct ipc_client **out, struct err *err);
void ipc_client_close(struct ipc_client *c); /* NULL allowed */

enum ipc_level ipc_client_level(const struct ipc_client *c);
const char *ipc_client_server(const struct ipc_client *c); /* the server's program and version */
enum ipc_trust ipc_client_trust(const struct ipc_client *c);

/* Takes what a request gets before its answer. event is borrowed for the call; lost: how many events were dropped
 * before it. false: the request is abandoned. */
struct ipc_follower {
    bool (*event)(void *ctx, const struct json *event, int64_t lost);
    void *ctx;
};

/* Asks and waits for the answer, at most timeout_ms (-1: for ever). args: the text of a JSON object, or NULL; follower
 * may be NULL. RC_OK: answer->body is the object; free with ipc_message_free. Otherwise the server's own error (its
 * code and text), or IO: the connection is gone, LATER: no answer in time, STOPPED: the stop given at opening was set,
 * or the follower said so, which abandons the request and leaves the connection good. After IO and LATER and a set stop
 * open another client. */
enum rc ipc_client_call(struct ipc_client *c, const char *op, const char *args, int64_t timeout_ms,
                        const struct ipc_follower *follower, struct ipc_message *answer, struct err *err);

#endif
