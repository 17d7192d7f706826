#include "tests/ipc/rig.h"

#include "tests/support/temp_folder.h"

#define LIMIT_MS 20000

static void fail_with(struct ipc_call *call, enum rc rc, const char *text) {
    struct err error;
    err_set(&error, rc, REACH_FLOW, "%s", text);
    ipc_call_fail(call, &error);
}

static void wait_for_stop(struct rig *r, struct ipc_call *call) {
    atomic_fetch_add(&r->begun, 1);
    if (os_wait(ipc_call_stop(call), atomic_load(&r->wait_ms)))
        atomic_fetch_add(&r->stopped, 1);
    fail_with(call, RC_STOPPED, "stopped");
}

static void long_answer(struct ipc_call *call, size_t bytes) {
    char *text = mem_alloc(bytes + 20);
    memcpy(text, "{\"x\":\"", 6);
    memset(text + 6, 'x', bytes);
    memcpy(text + 6 + bytes, "\"}", 3);
    ipc_call_done(call, text);
    mem_free(text);
}

static void count_settings(struct ipc_call *call) {
    struct buf text;
    char answer[60];
    buf_init(&text, IPC_FRAME_MAX);
    json_add(&text, json_get(ipc_call_args(call), "settings"));
    str_fmt(answer, sizeof answer, "{\"bytes\":%zu}", text.len);
    ipc_call_done(call, answer);
    buf_free(&text);
}

static void say_who(struct ipc_call *call) {
    char answer[300];
    str_fmt(answer, sizeof answer, "{\"level\":\"%s\",\"who\":\"%s\"}", ipc_level_name(ipc_call_level(call)),
            ipc_call_who(call));
    ipc_call_done(call, answer);
}

static void handle(void *ctx, struct ipc_call *call) {
    const char *op = ipc_call_operation(call)->name;
    if (str_eq(op, "links")) {
        fail_with(call, RC_NOT_FOUND, "There is no such company.");
    } else if (str_eq(op, "probe")) {
        wait_for_stop(ctx, call);
    } else if (str_eq(op, "settings_get")) {
        long_answer(call, 6 * 1024 * 1024);
    } else if (str_eq(op, "history")) {
        long_answer(call, 2 * 1024 * 1024);
    } else if (str_eq(op, "settings_put")) {
        count_settings(call);
    } else if (str_eq(op, "lease")) {
        say_who(call);
    } else if (str_eq(op, "progress")) {
        ipc_call_follow(call);
    } else if (!str_eq(op, "why")) {
        if (str_eq(op, "log"))
            (void)ipc_call_event(call, "{\"lines\":[\"one\"]}");
        ipc_call_done(call, "{\"ok\":1}");
    }
}

void rig_start(struct rig *r, const struct ipc_server_options *options) {
    struct ipc_server_options o = {0};
    struct err err;
    memset(r, 0, sizeof *r);
    atomic_init(&r->wait_ms, 60000);
    temp_folder_make(r->folder, sizeof r->folder);
    assert_int_equal(pipe_endpoint(r->folder, r->endpoint, sizeof r->endpoint, NULL), RC_OK);
    if (options)
        o = *options;
    o.endpoint = r->endpoint;
    o.program = "rig 1";
    o.handle = handle;
    o.ctx = r;
    if (ipc_server_start(&o, &r->server, &err) != RC_OK)
        fail_msg("%s", err.text);
}

void rig_stop(struct rig *r) {
    char path[700];
    ipc_server_stop(r->server);
    str_fmt(path, sizeof path, "%s/pipe/service.lock", r->folder);
    (void)os_remove(path, NULL);
    str_fmt(path, sizeof path, "%s/pipe", r->folder);
    (void)os_remove(path, NULL);
    temp_folder_remove(r->folder);
}

struct ipc_client *rig_client(struct rig *r) {
    const struct ipc_client_options o = {
        .endpoint = r->endpoint, .program = "test 1", .accept_unproven = true, .timeout_ms = LIMIT_MS};
    struct ipc_client *c = NULL;
    struct err err;
    if (ipc_client_open(&o, &c, &err) != RC_OK)
        fail_msg("%s", err.text);
    return c;
}

void rig_ask(struct ipc_client *c, const char *op, const char *args, char *out, size_t size) {
    struct ipc_message answer;
    struct err err;
    struct buf text;
    if (ipc_client_call(c, op, args, LIMIT_MS, NULL, &answer, &err) != RC_OK)
        fail_msg("%s: %s", op, err.text);
    buf_init(&text, IPC_FRAME_MAX);
    json_add(&text, answer.body);
    str_copy(out, size, text.data);
    buf_free(&text);
    ipc_message_free(&answer);
}

void rig_refused(struct ipc_client *c, const char *op, const char *args, enum rc expected) {
    struct ipc_message answer;
    struct err err;
    assert_int_equal(ipc_client_call(c, op, args, LIMIT_MS, NULL, &answer, &err), expected);
    assert_true(err.text[0] != '\0');
}

struct pipe_dial *rig_dial(struct rig *r) {
    struct pipe_dial *d = NULL;
    struct err err;
    if (pipe_dial_open(r->endpoint, LIMIT_MS, NULL, &d, &err) != RC_OK)
        fail_msg("%s", err.text);
    return d;
}

bool rig_send(struct pipe_dial *d, const void *data, size_t len) {
    return pipe_dial_write(d, data, len, LIMIT_MS, NULL, NULL) == RC_OK;
}

bool rig_send_frame(struct pipe_dial *d, const char *json) {
    struct buf frame;
    buf_init(&frame, IPC_FRAME_MAX + IPC_FRAME_HEAD);
    size_t begun = ipc_frame_begin(&frame);
    buf_adds(&frame, json);
    bool sent = ipc_frame_end(&frame, begun, NULL) == RC_OK && rig_send(d, frame.data, frame.len);
    buf_free(&frame);
    return sent;
}

/* Reads what this frame still lacks and no more: nothing of the next one is taken. */
bool rig_receive(struct pipe_dial *d, struct ipc_frames *f, char *out, size_t size) {
    char bytes[4096];
    size_t got;
    for (;;) {
        size_t lacks = IPC_FRAME_HEAD;
        if (!f->whole)
            lacks = f->head_len < IPC_FRAME_HEAD ? IPC_FRAME_HEAD - f->head_len : f->need - f->body.len;
        if (pipe_dial_read(d, bytes, lacks < sizeof bytes ? lacks : sizeof bytes, LIMIT_MS, NULL, &got, NULL) != RC_OK)
            return false;
        const char *at = bytes;
        if (ipc_frames_take(f, &at, &got, NULL) != RC_OK)
            return false;
        if (f->whole) {
            str_copy(out, size, f->body.data);
            return true;
        }
    }
}

bool rig_ended(struct pipe_dial *d) {
    char bytes[100];
    size_t got;
    enum rc rc;
    while ((rc = pipe_dial_read(d, bytes, sizeof bytes, LIMIT_MS, NULL, &got, NULL)) == RC_OK)
        ;
    return rc == RC_IO;
}

void rig_until(struct rig *r, size_t offset, size_t least, size_t most) {
    int64_t end = clock_monotonic_us(os_clock()) + LIMIT_MS * 1000;
    for (;;) {
        struct ipc_server_counts counts;
        size_t value;
        ipc_server_counts(r->server, &counts);
        memcpy(&value, (const char *)&counts + offset, sizeof value);
        if (value >= least && value <= most)
            return;
        if (clock_monotonic_us(os_clock()) > end)
            fail_msg("still %d, wanted %d to %d", (int)value, (int)least, (int)most);
        (void)os_wait(NULL, 2);
    }
}
