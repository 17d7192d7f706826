/* A server with a handler made for tests, on an endpoint of its own, and ways to talk to it, politely and not. */
#ifndef TESTS_IPC_RIG_H
#define TESTS_IPC_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/client.h"
#include "common/ipc/frame.h"
#include "common/ipc/message.h"
#include "common/ipc/pipe.h"
#include "common/ipc/server.h"
#include "common/os/os.h"

struct rig {
    char folder[512], endpoint[600];
    struct ipc_server *server;
    atomic_int begun, stopped; /* handlers that wait for stop, and those that saw it */
    atomic_int wait_ms;        /* how long they wait; 60,000 unless told */
};

/* The handler:
 *   status        {"ok":1}                     links     the error not_found
 *   why           says nothing at all          history   an answer above its ceiling
 *   probe         waits for stop, then fails   lease     the caller's level and account
 *   settings_get  6 MiB                        settings_put  {"bytes":N} of its settings' text
 *   progress      follows                      log       one event, then {"ok":1}
 *   anything else {"ok":1} */
void rig_start(struct rig *r, const struct ipc_server_options *options); /* endpoint, program, handler are filled in */
void rig_stop(struct rig *r);

struct ipc_client *rig_client(struct rig *r);
/* Asks and expects RC_OK; the answer's text into out (size bytes). */
void rig_ask(struct ipc_client *c, const char *op, const char *args, char *out, size_t size);
/* Asks and expects that error. */
void rig_refused(struct ipc_client *c, const char *op, const char *args, enum rc expected);

/* Bytes, as they are. */
struct pipe_dial *rig_dial(struct rig *r);
bool rig_send(struct pipe_dial *d, const void *data, size_t len);
bool rig_send_frame(struct pipe_dial *d, const char *json);
/* Reads one frame's body; false when the connection ended first, or after 20 s. f lives as long as the connection. */
bool rig_receive(struct pipe_dial *d, struct ipc_frames *f, char *out, size_t size);
/* Nothing but the end comes, within 20 s. */
bool rig_ended(struct pipe_dial *d);

/* Waits until field of the counts is at least (at most) n; fails after 20 s. */
void rig_until(struct rig *r, size_t offset, size_t least, size_t most);
#define RIG_FIELD(name) offsetof(struct ipc_server_counts, name)

#endif
