#include "common/ipc/frame.h"

#include <assert.h>
#include <string.h>

#define BODY_MIN 2 /* {} */

void ipc_frames_init(struct ipc_frames *f, size_t max) {
    assert(max >= BODY_MIN && max <= IPC_FRAME_MAX);
    memset(f, 0, sizeof *f);
    f->max = max;
    buf_init(&f->body, max);
}

void ipc_frames_free(struct ipc_frames *f) {
    buf_free(&f->body);
}

static void start_next(struct ipc_frames *f) {
    f->head_len = 0;
    f->need = 0;
    f->whole = false;
    /* A large body was the exception: its memory is not kept for small ones. */
    buf_free(&f->body);
    buf_init(&f->body, f->max);
}

void ipc_frames_limit(struct ipc_frames *f, size_t max) {
    assert(max >= BODY_MIN && max <= IPC_FRAME_MAX && (f->whole || f->head_len == 0));
    f->max = max; /* the body of a whole frame stays until the next one begins */
    if (!f->whole)
        start_next(f);
}

bool ipc_frames_begun(const struct ipc_frames *f) {
    return f->head_len > 0 && !f->whole;
}

static enum rc read_head(struct ipc_frames *f, struct err *err) {
    f->need = (size_t)f->head[0] | (size_t)f->head[1] << 8 | (size_t)f->head[2] << 16 | (size_t)f->head[3] << 24;
    if (f->need >= BODY_MIN && f->need <= f->max)
        return RC_OK;
    f->broken = true;
    if (f->need < BODY_MIN)
        return err_set(err, RC_INVALID, REACH_FLOW, "A message on the pipe is too short to be one.");
    return err_set(err, RC_TOO_BIG, REACH_FLOW, "A message on the pipe is larger than the %zu bytes allowed.", f->max);
}

enum rc ipc_frames_take(struct ipc_frames *f, const char **data, size_t *len, struct err *err) {
    if (f->broken)
        return err_set(err, RC_INVALID, REACH_FLOW, "What arrived on the pipe is not part of the protocol.");
    if (f->whole)
        start_next(f);
    while (*len > 0 && f->head_len < IPC_FRAME_HEAD) {
        f->head[f->head_len++] = (unsigned char)**data;
        (*data)++;
        (*len)--;
        if (f->head_len == IPC_FRAME_HEAD) {
            enum rc rc = read_head(f, err);
            if (rc != RC_OK)
                return rc;
        }
    }
    if (f->head_len < IPC_FRAME_HEAD)
        return RC_OK;
    size_t take = f->need - f->body.len < *len ? f->need - f->body.len : *len;
    buf_add(&f->body, *data, take);
    *data += take;
    *len -= take;
    f->whole = f->body.len == f->need;
    return RC_OK;
}

size_t ipc_frame_begin(struct buf *out) {
    size_t begun = out->len;
    buf_add(out, "\0\0\0\0", IPC_FRAME_HEAD);
    return begun;
}

enum rc ipc_frame_end(struct buf *out, size_t begun, struct err *err) {
    size_t len = out->len - begun;
    if (out->full || len > IPC_FRAME_MAX + IPC_FRAME_HEAD) {
        out->len = begun;
        out->data[begun] = '\0';
        out->full = false;
        return err_set(err, RC_TOO_BIG, REACH_FLOW, "A message is too large for the pipe.");
    }
    assert(len >= IPC_FRAME_HEAD + BODY_MIN);
    len -= IPC_FRAME_HEAD;
    for (int i = 0; i < IPC_FRAME_HEAD; i++)
        out->data[begun + (size_t)i] = (char)(unsigned char)(len >> (8 * i) & 0xff);
    return RC_OK;
}
