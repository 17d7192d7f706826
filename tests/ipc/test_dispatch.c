/* The access matrix once more, through the code that dispatches: each operation asked for by a connection of each
 * level, allowed and refused. Works on every system, for the level is set here and not by a system that may enforce
 * nothing. */
#include "tests/ipc/rig.h"

#include "common/ipc/server_parts.h"
#include "tests/support/temp_folder.h"

struct bench {
    char folder[512], endpoint[600];
    struct ipc_server server; /* without its threads: what is let through stays in the queue */
    struct conn conn;
};

static void bench_open(struct bench *b) {
    memset(b, 0, sizeof *b);
    temp_folder_make(b->folder, sizeof b->folder);
    assert_int_equal(pipe_endpoint(b->folder, b->endpoint, sizeof b->endpoint, NULL), RC_OK);
    assert_int_equal(pipe_hub_open(b->endpoint, NULL, NULL, &b->server.hub, NULL), RC_OK);
    b->server.work = os_cond_new();
    b->conn.server = &b->server;
    b->conn.state = CONN_OPEN;
    ipc_frames_init(&b->conn.frames, IPC_FRAME_MAX);
    buf_init(&b->conn.out, IPC_FRAME_MAX);
}

static void bench_close(struct bench *b) {
    char path[700];
    calls_drop(&b->conn);
    pipe_hub_close(b->server.hub);
    os_cond_free(b->server.work);
    ipc_frames_free(&b->conn.frames);
    buf_free(&b->conn.out);
    str_fmt(path, sizeof path, "%s/pipe/service.lock", b->folder);
    (void)os_remove(path, NULL);
    str_fmt(path, sizeof path, "%s/pipe", b->folder);
    (void)os_remove(path, NULL);
    temp_folder_remove(b->folder);
}

/* Hands one request in; the code of the error it got at once, or "queued". */
static const char *ask(struct bench *b, enum ipc_level level, const char *op, const char *args, char *out,
                       size_t size) {
    struct buf frame;
    struct ipc_message m;
    buf_init(&frame, 10000);
    buf_clear(&b->conn.out);
    b->conn.level = level;
    assert_int_equal(ipc_write_request(&frame, 1, op, args, NULL), RC_OK);
    conn_data(&b->conn, frame.data, frame.len);
    buf_free(&frame);
    if (b->conn.calls) {
        assert_int_equal(b->conn.out.len, 0);
        calls_drop(&b->conn);
        str_copy(out, size, "queued");
        return out;
    }
    assert_int_equal(ipc_message_from_server(b->conn.out.data + 4, b->conn.out.len - 4, &m, NULL), RC_OK);
    assert_int_equal(m.kind, IPC_FAILURE);
    str_copy(out, size, rc_name(m.error.rc));
    ipc_message_free(&m);
    return out;
}

static const struct {
    const char *op, *args, *may;
} rows[] = {
    {"status", NULL, "roa"},
    {"links", NULL, "roa"},
    {"progress", NULL, "roa"},
    {"parked", "{\"company\":\"x\",\"link\":\"y\"}", "roa"},
    {"differences", "{\"company\":\"x\",\"link\":\"y\"}", "roa"},
    {"where", "{\"order\":\"1\"}", "roa"},
    {"why", "{\"sku\":\"1\"}", "roa"},
    {"history", NULL, "roa"},
    {"log", NULL, "roa"},
    {"lease", "{\"company\":\"x\",\"link\":\"y\"}", "roa"},
    {"check", NULL, "oa"},
    {"probe", "{\"company\":\"x\",\"link\":\"y\"}", "oa"},
    {"run", "{\"company\":\"x\",\"link\":\"y\"}", "oa"},
    {"cancel", "{\"company\":\"x\",\"link\":\"y\",\"run\":1}", "oa"},
    {"stop_request", "{\"company\":\"x\",\"link\":\"y\"}", "oa"},
    {"retry", "{\"company\":\"x\",\"link\":\"y\"}", "oa"},
    {"approve", "{\"company\":\"x\",\"link\":\"y\",\"run\":1}", "oa"},
    {"undo", "{\"company\":\"x\",\"link\":\"y\",\"run\":1}", "oa"},
    {"settings_get", NULL, "oa"},
    {"settings_put", "{\"settings\":{},\"revision\":\"1\"}", "a"},
    {"secret_set", "{\"company\":\"x\",\"link\":\"y\",\"key\":\"k\"}", "a"},
};

static void every_operation_from_every_level(void **state) {
    (void)state;
    struct bench b;
    char code[40];
    int allowed = 0, refused = 0;
    bench_open(&b);
    assert_null(ipc_operation_at(sizeof rows / sizeof rows[0]));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int level = IPC_NONE; level <= IPC_ADMINISTRATOR; level++) {
            bool may = level > IPC_NONE && strchr(rows[i].may, "-roa"[level]);
            ask(&b, (enum ipc_level)level, rows[i].op, rows[i].args, code, sizeof code);
            assert_string_equal(code, may ? "queued" : "denied");
            /* Who may not is not even told that his arguments were wrong. */
            ask(&b, (enum ipc_level)level, rows[i].op, "{\"nonsense\":1}", code, sizeof code);
            assert_string_equal(code, may ? "invalid" : "denied");
            allowed += may;
            refused += !may;
        }
    }
    print_message("%d allowed, %d refused\n", allowed, refused);
    bench_close(&b);
}

static void what_a_level_may_send_is_bounded(void **state) {
    (void)state;
    struct bench b;
    char code[40], args[6000];
    bench_open(&b);
    memset(args, 'x', sizeof args);
    memcpy(args, "{\"order\":\"", 10);
    memcpy(args + 4200, "\"}", 3);
    ask(&b, IPC_READER, "where", args, code, sizeof code);
    assert_string_equal(code, "too_big");
    ask(&b, IPC_ADMINISTRATOR, "no_such_thing", NULL, code, sizeof code);
    assert_string_equal(code, "unsupported");
    b.server.stopping = true;
    ask(&b, IPC_ADMINISTRATOR, "status", NULL, code, sizeof code);
    assert_string_equal(code, "stopped");
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_from_every_level),
        cmocka_unit_test(what_a_level_may_send_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
