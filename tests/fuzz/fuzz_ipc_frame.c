/* The pipe from the first byte: frames cut anywhere, messages of either side, arguments. What is taken is written again
 * and reads back the same; what is refused is refused in words that repeat nothing; ceilings hold. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/str.h"
#include "common/ipc/frame.h"
#include "common/ipc/message.h"
#include "common/ipc/operations.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_message(const struct ipc_message *m, struct buf *out) {
    struct buf body;
    enum rc rc = RC_OK;
    buf_init(&body, IPC_FRAME_MAX);
    json_add(&body, m->body);
    switch (m->kind) {
    case IPC_HELLO: rc = ipc_write_hello(out, m->program, NULL); break;
    case IPC_REQUEST: rc = ipc_write_request(out, m->id, m->op, m->body ? body.data : NULL, NULL); break;
    case IPC_ABANDON: rc = ipc_write_abandon(out, m->id, NULL); break;
    case IPC_WELCOME: rc = ipc_write_welcome(out, m->program, m->level, NULL); break;
    case IPC_ANSWER: rc = ipc_write_answer(out, m->id, body.data, NULL); break;
    case IPC_FAILURE:
    case IPC_FAREWELL: rc = ipc_write_error(out, m->id, &m->error, NULL); break;
    case IPC_EVENT: rc = ipc_write_event(out, m->id, body.data, m->lost, NULL); break;
    }
    assert(rc == RC_OK);
    buf_free(&body);
}

/* Written once and twice it is the same, and it stays a message of the same kind. */
static void check_round(const struct ipc_message *m, bool client) {
    struct buf once, twice;
    struct ipc_message again;
    buf_init(&once, IPC_FRAME_MAX + IPC_FRAME_HEAD);
    buf_init(&twice, IPC_FRAME_MAX + IPC_FRAME_HEAD);
    write_message(m, &once);
    const char *body = once.data + IPC_FRAME_HEAD;
    size_t len = once.len - IPC_FRAME_HEAD;
    enum rc rc =
        client ? ipc_message_from_client(body, len, &again, NULL) : ipc_message_from_server(body, len, &again, NULL);
    assert(rc == RC_OK && again.kind == m->kind && again.id == m->id && again.lost == m->lost);
    write_message(&again, &twice);
    assert(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    ipc_message_free(&again);
    buf_free(&once);
    buf_free(&twice);
}

static void check_arguments(const struct ipc_message *m) {
    const struct ipc_operation *op = ipc_operation(m->op);
    struct err err;
    if (!op)
        return;
    if (ipc_operation_check(op, m->body, &err) != RC_OK) {
        assert(err.rc == RC_INVALID && utf8_valid(err.text, strlen(err.text)));
        return;
    }
    for (const struct ipc_arg *arg = op->args; arg->name; arg++) {
        const struct json *value = json_get(m->body, arg->name);
        int64_t number = arg->min;
        assert(value || arg->optional);
        if (value && arg->type == IPC_ARG_TEXT)
            assert(strlen(json_string_value(value)) <= (size_t)arg->max);
        if (value && arg->type == IPC_ARG_INT)
            assert(json_i64_value(value, &number) && number >= arg->min && number <= arg->max);
    }
}

static void one_body(const char *body, size_t len) {
    struct ipc_message m;
    struct err err;
    if (ipc_message_from_client(body, len, &m, &err) == RC_OK) {
        check_round(&m, true);
        if (m.kind == IPC_REQUEST)
            check_arguments(&m);
        ipc_message_wipe(&m);
    } else {
        assert(err.rc == RC_INVALID && str_starts(err.text, "The connection was ended"));
    }
    if (ipc_message_from_server(body, len, &m, &err) == RC_OK) {
        check_round(&m, false);
        ipc_message_free(&m);
    } else {
        assert(err.rc == RC_INVALID && str_starts(err.text, "The connection was ended"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ipc_frames frames;
    /* The first byte says into how large pieces the stream is cut. */
    size_t piece = size > 0 && data[0] > 0 ? data[0] : 4096, at = 1;
    ipc_frames_init(&frames, 64 * 1024);
    while (at < size && !frames.broken) {
        const char *from = (const char *)data + at;
        size_t len = piece < size - at ? piece : size - at;
        at += len;
        while (len > 0 && !frames.broken) {
            enum rc rc = ipc_frames_take(&frames, &from, &len, NULL);
            assert((rc != RC_OK) == frames.broken);
            assert(frames.body.len <= frames.max && frames.body.cap <= 3 * frames.max);
            if (rc == RC_OK && frames.whole)
                one_body(frames.body.data, frames.body.len);
        }
    }
    ipc_frames_free(&frames);
    return 0;
}
