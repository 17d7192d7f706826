/* The operations a client can ask for: one table of names, levels, ceilings and arguments (operations.def). */
#ifndef COMMON_IPC_OPERATIONS_H
#define COMMON_IPC_OPERATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/base/json.h"
#include "common/ipc/access.h"

#define IPC_NUMBER_MAX   INT64_C(9007199254740991) /* 2^53 - 1: whole numbers that every reader of JSON keeps */
#define IPC_OP_NAME_MAX  31
#define IPC_LIST_TEXT    100 /* bytes of one entry of a list */
#define IPC_FOLLOWS      1   /* gets events until it is abandoned */
#define IPC_SECRET       2   /* its request holds a secret: wiped after use, never logged */
#define IPC_SLOW         4   /* asks a shop or a database: never takes the last worker */
#define IPC_OP_ARGS_MAX  8
#define IPC_FRAME_MARGIN 1024 /* what a connection may receive above the largest request, to be refused in words */

enum ipc_arg_type { IPC_ARG_TEXT, IPC_ARG_INT, IPC_ARG_BOOL, IPC_ARG_LIST, IPC_ARG_OBJECT };

struct ipc_arg {
    const char *name; /* NULL ends the list */
    enum ipc_arg_type type;
    bool optional;
    int64_t min, max; /* INT: the number; TEXT: max bytes, at least one; LIST: max entries */
};

struct ipc_operation {
    const char *name;
    enum ipc_level level; /* the least that may ask for it */
    size_t request_max;   /* bytes of the request's frame, without its head */
    size_t answer_max;    /* bytes of the answer's object, and of each event's */
    unsigned flags;
    struct ipc_arg args[IPC_OP_ARGS_MAX + 1];
};

/* By number; NULL behind the last. Borrowed for ever. */
const struct ipc_operation *ipc_operation_at(size_t index);
/* NULL when there is none of that name. */
const struct ipc_operation *ipc_operation(const char *name);
/* RC_OK, or INVALID with a sentence that names the argument but never repeats what was sent. args NULL is the empty
 * object. */
enum rc ipc_operation_check(const struct ipc_operation *op, const struct json *args, struct err *err);
/* The largest frame a caller of that level may send once it was welcomed. */
size_t ipc_request_max(enum ipc_level level);

#endif
