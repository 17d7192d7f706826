#include "common/ipc/client.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/frame.h"
#include "common/ipc/pipe.h"

#define OPEN_MS 10000

struct ipc_client {
    struct pipe_dial *dial;
    struct stop *stop;
    enum ipc_trust trust;
    enum ipc_level level;
    char server[IPC_PROGRAM_MAX + 1];
    int64_t last_id;
    bool broken;
    struct ipc_frames frames;
    char in[PIPE_READ_MAX]; /* what was read and not looked at yet: in_len bytes from in_at */
    size_t in_at, in_len;
};

static int64_t now_ms(void) {
    return clock_monotonic_us(os_clock()) / 1000;
}

/* The next message; end: when it must be here, in ms of now_ms(), -1 for ever. */
static enum rc next_message(struct ipc_client *c, int64_t end, struct ipc_message *out, struct err *err) {
    for (;;) {
        const char *at = c->in + c->in_at;
        size_t left = c->in_len;
        enum rc rc = ipc_frames_take(&c->frames, &at, &left, err);
        c->in_at = (size_t)(at - c->in);
        c->in_len = left;
        if (rc == RC_OK && c->frames.whole)
            rc = ipc_message_from_server(c->frames.body.data, c->frames.body.len, out, err);
        else if (rc == RC_OK) {
            int64_t wait = end < 0 ? -1 : end - now_ms();
            rc =
                pipe_dial_read(c->dial, c->in, sizeof c->in, end >= 0 && wait < 0 ? 0 : wait, c->stop, &c->in_len, err);
            c->in_at = 0;
            if (rc == RC_OK)
                continue;
        }
        c->broken |= rc != RC_OK;
        return rc;
    }
}

static enum rc send_frame(struct ipc_client *c, struct buf *frame, int64_t end, struct err *err) {
    int64_t wait = end < 0 ? -1 : end > now_ms() ? end - now_ms() : 0;
    enum rc rc = pipe_dial_write(c->dial, frame->data, frame->len, wait, c->stop, err);
    c->broken |= rc != RC_OK;
    return rc;
}

/* Takes over what the server says is wrong. */
static enum rc server_error(const struct ipc_message *m, struct err *err) {
    if (err)
        *err = m->error;
    return m->error.rc;
}

static enum rc prove(struct ipc_client *c, const struct ipc_client_options *o, struct err *err) {
    struct ipc_server_facts facts;
    pipe_dial_server(c->dial, o->service, &facts);
    c->trust = ipc_server_trust(&facts);
    if (c->trust == IPC_IMPOSTOR)
        return err_set(err, RC_DENIED, REACH_SERVICE,
                       "Another program pretends to be the service of Shopferry. Nothing was said to it. Look which "
                       "programs run on this machine, and start the service again.");
    if (c->trust == IPC_UNPROVEN && !o->accept_unproven)
        return err_set(err, RC_DENIED, REACH_SERVICE,
                       "It could not be made sure that the service of Shopferry stands behind its pipe, so nothing was "
                       "said to it.");
    return RC_OK;
}

static enum rc greet(struct ipc_client *c, const struct ipc_client_options *o, int64_t end, struct err *err) {
    struct ipc_message m;
    struct buf frame;
    buf_init(&frame, IPC_FRAME_HELLO_MAX);
    enum rc rc = ipc_write_hello(&frame, o->program, err);
    if (rc == RC_OK)
        rc = send_frame(c, &frame, end, err);
    buf_free(&frame);
    /* A server that refuses at once may close before our hello is through: its farewell says more than that. */
    if (rc == RC_OK || rc == RC_IO)
        rc = next_message(c, end, &m, err);
    if (rc != RC_OK)
        return rc;
    if (m.kind == IPC_FAREWELL || m.kind == IPC_FAILURE)
        rc = server_error(&m, err);
    else if (m.kind != IPC_WELCOME || m.version != IPC_VERSION)
        rc = err_set(err, RC_UNSUPPORTED, REACH_SERVICE,
                     "The service is of another release. Install the same release of both.");
    c->level = m.level;
    str_copy(c->server, sizeof c->server, m.program);
    ipc_message_free(&m);
    return rc;
}

enum rc ipc_client_open(const struct ipc_client_options *options, struct ipc_client **out, struct err *err) {
    int64_t limit = options->timeout_ms > 0 ? options->timeout_ms : OPEN_MS, end = now_ms() + limit;
    struct ipc_client *c = MEM_NEW(struct ipc_client);
    c->stop = options->stop;
    ipc_frames_init(&c->frames, IPC_FRAME_MAX);
    enum rc rc = pipe_dial_open(options->endpoint, limit, options->stop, &c->dial, err);
    if (rc == RC_OK)
        rc = prove(c, options, err);
    if (rc == RC_OK)
        rc = greet(c, options, end, err);
    if (rc != RC_OK) {
        ipc_client_close(c);
        return rc;
    }
    *out = c;
    return RC_OK;
}

void ipc_client_close(struct ipc_client *c) {
    if (!c)
        return;
    pipe_dial_close(c->dial);
    ipc_frames_free(&c->frames);
    mem_free(c);
}

enum ipc_level ipc_client_level(const struct ipc_client *c) {
    return c->level;
}

const char *ipc_client_server(const struct ipc_client *c) {
    return c->server;
}

enum ipc_trust ipc_client_trust(const struct ipc_client *c) {
    return c->trust;
}

static enum rc send_request(struct ipc_client *c, const char *op, const char *args, int64_t end, struct err *err) {
    struct buf frame;
    buf_init(&frame, IPC_FRAME_MAX + IPC_FRAME_HEAD);
    enum rc rc = ipc_write_request(&frame, ++c->last_id, op, args, err);
    if (rc == RC_OK)
        rc = send_frame(c, &frame, end, err);
    mem_wipe(frame.data, frame.len); /* it may hold a secret */
    buf_free(&frame);
    return rc;
}

static enum rc send_abandon(struct ipc_client *c, int64_t end, struct err *err) {
    struct buf frame;
    buf_init(&frame, 200);
    enum rc rc = ipc_write_abandon(&frame, c->last_id, err);
    if (rc == RC_OK)
        rc = send_frame(c, &frame, end, err);
    buf_free(&frame);
    return rc;
}

struct wait {
    int64_t end;
    const struct ipc_follower *follower;
    struct ipc_message *answer;
    bool done, abandoned;
};

static enum rc take_event(struct ipc_client *c, const struct ipc_message *m, struct wait *w, struct err *err) {
    if (w->abandoned || !w->follower || w->follower->event(w->follower->ctx, m->body, m->lost))
        return RC_OK;
    w->abandoned = true;
    return send_abandon(c, w->end, err);
}

/* One message that came while we wait for the answer. */
static enum rc take(struct ipc_client *c, struct ipc_message *m, struct wait *w, struct err *err) {
    bool ours = m->id == c->last_id;
    enum rc rc = RC_OK;
    if (m->kind == IPC_ANSWER && ours) {
        w->done = true;
        *w->answer = *m;
        return RC_OK;
    }
    if (m->kind == IPC_FAREWELL || (m->kind == IPC_FAILURE && ours)) {
        rc = server_error(m, err);
        c->broken |= m->kind == IPC_FAREWELL;
    } else if (m->kind == IPC_EVENT && ours) {
        rc = take_event(c, m, w, err);
    } else {
        c->broken = true;
        rc = err_set(err, RC_IO, REACH_FLOW, "The service answered what was not asked.");
    }
    ipc_message_free(m);
    return rc;
}

enum rc ipc_client_call(struct ipc_client *c, const char *op, const char *args, int64_t timeout_ms,
                        const struct ipc_follower *follower, struct ipc_message *answer, struct err *err) {
    struct wait w = {.end = timeout_ms < 0 ? -1 : now_ms() + timeout_ms, .follower = follower, .answer = answer};
    if (c->broken)
        return err_set(err, RC_IO, REACH_FLOW, "The connection to the service is gone.");
    enum rc rc = send_request(c, op, args, w.end, err);
    while (rc == RC_OK && !w.done) {
        struct ipc_message m;
        rc = next_message(c, w.end, &m, err);
        if (rc == RC_OK)
            rc = take(c, &m, &w, err);
    }
    return rc;
}
