#include "common/ipc/operations.h"

#include <string.h>

#include "common/base/str.h"
#include "common/ipc/frame.h"

#define KIB 1024
#define MIB (1024 * 1024)
#define TEXT(name, bytes) \
    { name, IPC_ARG_TEXT, false, 1, bytes }
#define INT(name, least, most) \
    { name, IPC_ARG_INT, false, least, most }
#define OBJECT(name) \
    { name, IPC_ARG_OBJECT, false, 0, 0 }
#define MAY_TEXT(name, bytes) \
    { name, IPC_ARG_TEXT, true, 1, bytes }
#define MAY_INT(name, least, most) \
    { name, IPC_ARG_INT, true, least, most }
#define MAY_BOOL(name) \
    { name, IPC_ARG_BOOL, true, 0, 0 }
#define MAY_LIST(name, entries) \
    { name, IPC_ARG_LIST, true, 1, entries }
#define LINK TEXT("company", 400), TEXT("link", 400)
#define PAGE MAY_TEXT("after", 400), MAY_INT("limit", 1, 1000)
#define END \
    { NULL, IPC_ARG_TEXT, true, 0, 0 }

static const struct ipc_operation operations[] = {
#define OP(name, level, request_max, answer_max, flags, ...) \
    {name, level, request_max, answer_max, flags, {__VA_ARGS__}},
#include "common/ipc/operations.def"
#undef OP
};

const struct ipc_operation *ipc_operation_at(size_t index) {
    return index < sizeof operations / sizeof operations[0] ? &operations[index] : NULL;
}

const struct ipc_operation *ipc_operation(const char *name) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    }
    return NULL;
}

size_t ipc_request_max(enum ipc_level level) {
    size_t most = 0;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (operations[i].level <= level && operations[i].request_max > most)
            most = operations[i].request_max;
    }
    most += IPC_FRAME_MARGIN;
    return most < IPC_FRAME_MAX ? most : IPC_FRAME_MAX;
}

static bool good_text(const struct json *value, int64_t max) {
    const char *s = json_string_value(value);
    size_t len = s ? strlen(s) : 0;
    const char *at = s, *end = s ? s + len : NULL;
    while (at && at < end) {
        if (utf8_is_control(utf8_next(&at, end)))
            return false;
    }
    return len >= 1 && len <= (size_t)max;
}

static bool good_list(const struct json *value, int64_t max) {
    if (!json_is_array(value) || json_count(value) < 1 || json_count(value) > (size_t)max)
        return false;
    for (const struct json *entry = json_first(value); entry; entry = json_next(entry)) {
        if (!good_text(entry, IPC_LIST_TEXT))
            return false;
    }
    return true;
}

static bool good_value(const struct ipc_arg *arg, const struct json *value) {
    int64_t number;
    switch (arg->type) {
    case IPC_ARG_TEXT: return good_text(value, arg->max);
    case IPC_ARG_INT:
        /* A string of digits, which a shop may send, is no number here. */
        return json_is_number(value) && json_i64_value(value, &number) && number >= arg->min && number <= arg->max;
    case IPC_ARG_BOOL: return json_is_bool(value);
    case IPC_ARG_LIST: return good_list(value, arg->max);
    case IPC_ARG_OBJECT: return json_is_object(value);
    }
    return false;
}

static const struct ipc_arg *find_arg(const struct ipc_operation *op, const char *name) {
    for (const struct ipc_arg *arg = op->args; arg->name; arg++) {
        if (strcmp(arg->name, name) == 0)
            return arg;
    }
    return NULL;
}

enum rc ipc_operation_check(const struct ipc_operation *op, const struct json *args, struct err *err) {
    for (const struct json *value = json_first(args); value; value = json_next(value)) {
        const struct ipc_arg *arg = find_arg(op, json_key(value));
        if (!arg)
            return err_set(err, RC_INVALID, REACH_FLOW, "The request \"%s\" carries an argument it does not have.",
                           op->name);
        if (!good_value(arg, value))
            return err_set(err, RC_INVALID, REACH_FLOW,
                           "The argument \"%s\" of the request \"%s\" is not what it has to be.", arg->name, op->name);
    }
    for (const struct ipc_arg *arg = op->args; arg->name; arg++) {
        if (!arg->optional && !json_get(args, arg->name))
            return err_set(err, RC_INVALID, REACH_FLOW, "The request \"%s\" lacks the argument \"%s\".", op->name,
                           arg->name);
    }
    return RC_OK;
}
