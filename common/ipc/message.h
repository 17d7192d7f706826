/* Messages: what is in a frame (PROTOCOL.md, "A conversation"). Reading checks the shape; whether an operation exists
 * and its arguments are right is the business of operations.h. */
#ifndef COMMON_IPC_MESSAGE_H
#define COMMON_IPC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/base/json.h"
#include "common/ipc/access.h"
#include "common/ipc/operations.h"

#define IPC_VERSION      1
#define IPC_VERSIONS_MAX 8
#define IPC_PROGRAM_MAX  100

enum ipc_message_kind {
    IPC_HELLO,    /* client: versions, program */
    IPC_REQUEST,  /* client: id, op, body (the arguments, may be NULL) */
    IPC_ABANDON,  /* client: id */
    IPC_WELCOME,  /* server: version, program, level, frame_max */
    IPC_ANSWER,   /* server: id, body */
    IPC_FAILURE,  /* server: id, error */
    IPC_EVENT,    /* server: id, body, lost */
    IPC_FAREWELL, /* server: error; the connection ends */
};

struct ipc_message {
    enum ipc_message_kind kind;
    int64_t id;
    char op[IPC_OP_NAME_MAX + 1];
    const struct json *body; /* part of root */
    int64_t lost;            /* events that were dropped before this one */
    int64_t versions[IPC_VERSIONS_MAX];
    size_t version_count;
    int64_t version;
    char program[IPC_PROGRAM_MAX + 1];
    enum ipc_level level;
    int64_t frame_max;
    struct err error; /* rc, text and retry_after_s */
    struct json *root;
};

/* Reads a frame's body that a client (or the server) sent. INVALID, with a sentence that repeats nothing of it, when it
 * is none of that side's messages; `out` is then untouched. Free with ipc_message_free. */
enum rc ipc_message_from_client(const char *text, size_t len, struct ipc_message *out, struct err *err);
enum rc ipc_message_from_server(const char *text, size_t len, struct ipc_message *out, struct err *err);
void ipc_message_free(struct ipc_message *m);
/* The same, and the texts of the arguments are wiped before. */
void ipc_message_wipe(struct ipc_message *m);

/* Each appends one whole frame. Bodies are the text of JSON objects, trusted; NULL leaves arguments out. TOO_BIG leaves
 * `out` as it was. */
enum rc ipc_write_hello(struct buf *out, const char *program, struct err *err);
enum rc ipc_write_request(struct buf *out, int64_t id, const char *op, const char *args, struct err *err);
enum rc ipc_write_abandon(struct buf *out, int64_t id, struct err *err);
enum rc ipc_write_welcome(struct buf *out, const char *program, enum ipc_level level, struct err *err);
enum rc ipc_write_answer(struct buf *out, int64_t id, const char *body, struct err *err);
enum rc ipc_write_event(struct buf *out, int64_t id, const char *body, int64_t lost, struct err *err);
/* id 0 is a farewell. */
enum rc ipc_write_error(struct buf *out, int64_t id, const struct err *error, struct err *err);

/* The code of an error by its name; RC_INTERNAL for one we do not know. */
enum rc ipc_rc_from(const char *name);

#endif
