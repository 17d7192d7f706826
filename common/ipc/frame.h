/* Frames: how messages are cut out of a stream of bytes (PROTOCOL.md, "Frames"). Knows nothing of what is in them. */
#ifndef COMMON_IPC_FRAME_H
#define COMMON_IPC_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/err.h"

#define IPC_FRAME_HEAD      4
#define IPC_FRAME_HELLO_MAX 1024              /* bytes of a body before the welcome */
#define IPC_FRAME_MAX       (8 * 1024 * 1024) /* bytes of a body, ever */

/* Collects one frame at a time. It holds what arrived, not what a head promised: a lying head costs nothing. */
struct ipc_frames {
    unsigned char head[IPC_FRAME_HEAD];
    size_t head_len;
    size_t need;     /* bytes of the body, known once head_len is 4 */
    struct buf body; /* a whole frame once ipc_frames_take said so */
    size_t max;
    bool whole;
    bool broken;
};

/* max: ceiling of a body, at most IPC_FRAME_MAX. */
void ipc_frames_init(struct ipc_frames *f, size_t max);
void ipc_frames_free(struct ipc_frames *f);
/* Another ceiling from the next frame on; only where a frame is whole or none has begun. */
void ipc_frames_limit(struct ipc_frames *f, size_t max);
/* Takes bytes from *data (which moves on, *len shrinks) until a frame is whole or there are none left. RC_OK: look at
 * f->whole; the body is f->body.data, f->body.len until the next call, which begins the next frame. TOO_BIG or INVALID
 * when the head promises more than the ceiling or too little to be a message; then the stream is lost, every further
 * call says INVALID. Reach is REACH_FLOW. */
enum rc ipc_frames_take(struct ipc_frames *f, const char **data, size_t *len, struct err *err);
/* Has a frame begun that is not whole yet? */
bool ipc_frames_begun(const struct ipc_frames *f);

/* Writing: begin leaves room for the head, end fills it in. What is appended between is the body. A body above
 * IPC_FRAME_MAX, or an `out` that became full, is TOO_BIG, and `out` is then as it was before begin. */
size_t ipc_frame_begin(struct buf *out);
enum rc ipc_frame_end(struct buf *out, size_t begun, struct err *err);

#endif
