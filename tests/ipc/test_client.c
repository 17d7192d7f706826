/* The client against servers that misbehave, and a path longer than a socket's address. */
#include "tests/ipc/rig.h"

#include "tests/support/temp_folder.h"

struct liar {
    char folder[512], endpoint[600];
    struct pipe_hub *hub;
    struct os_thread *thread;
    struct buf answer;
    atomic_bool over;
};

/* Takes every caller, waits for its first bytes, says its piece and ends. */
static void lie(void *arg) {
    struct liar *l = arg;
    while (!atomic_load(&l->over)) {
        struct pipe_event e;
        pipe_hub_next(l->hub, -1, &e);
        if (e.kind == PIPE_CONNECTED)
            pipe_conn_read(e.conn);
        else if (e.kind == PIPE_DATA && l->answer.len > 0)
            (void)pipe_conn_write(e.conn, l->answer.data, l->answer.len);
        else if (e.kind == PIPE_WRITTEN || (e.kind == PIPE_ENDED))
            pipe_conn_close(e.conn);
    }
}

static enum rc meet(const void *says, size_t len, int64_t timeout_ms, struct err *err) {
    struct liar l;
    struct ipc_client *c = NULL;
    char path[700];
    memset(&l, 0, sizeof l);
    temp_folder_make(l.folder, sizeof l.folder);
    assert_int_equal(pipe_endpoint(l.folder, l.endpoint, sizeof l.endpoint, NULL), RC_OK);
    assert_int_equal(pipe_hub_open(l.endpoint, NULL, NULL, &l.hub, NULL), RC_OK);
    buf_init(&l.answer, PIPE_WRITE_MAX);
    buf_add(&l.answer, says, len);
    l.thread = os_thread_start(lie, &l);
    const struct ipc_client_options o = {
        .endpoint = l.endpoint, .program = "test", .accept_unproven = true, .timeout_ms = timeout_ms};
    enum rc rc = ipc_client_open(&o, &c, err);
    ipc_client_close(c);
    atomic_store(&l.over, true);
    pipe_hub_wake(l.hub);
    os_thread_join(l.thread);
    pipe_hub_close(l.hub);
    buf_free(&l.answer);
    str_fmt(path, sizeof path, "%s/pipe/service.lock", l.folder);
    (void)os_remove(path, NULL);
    str_fmt(path, sizeof path, "%s/pipe", l.folder);
    (void)os_remove(path, NULL);
    temp_folder_remove(l.folder);
    return rc;
}

static void a_server_that_lies_is_not_believed(void **state) {
    (void)state;
    struct err err;
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(meet("\xff\xff\xff\xff", 4, 10000, &err), RC_TOO_BIG);
    assert_int_equal(meet("\2\0\0\0{}", 6, 10000, &err), RC_INVALID);
    assert_int_equal(meet("\x05\0\0\0hello", 9, 10000, &err), RC_INVALID);
    assert_int_equal(ipc_write_answer(&b, 1, "{}", NULL), RC_OK);
    assert_int_equal(meet(b.data, b.len, 10000, &err), RC_UNSUPPORTED);
    assert_int_equal(meet(b.data, b.len - 3, 10000, &err), RC_IO); /* half a message, then the end */
    buf_clear(&b);
    struct err said;
    err_set(&said, RC_DENIED, REACH_FLOW, "Not you.");
    assert_int_equal(ipc_write_error(&b, 0, &said, NULL), RC_OK);
    assert_int_equal(meet(b.data, b.len, 10000, &err), RC_DENIED);
    assert_string_equal(err.text, "Not you.");
    assert_int_equal(meet("", 0, 300, &err), RC_LATER); /* says nothing at all */
    buf_free(&b);
}

struct stopper {
    struct stop *stop;
    struct rig *rig;
};

static void stop_soon(void *arg) {
    struct stopper *s = arg;
    while (atomic_load(&s->rig->begun) == 0)
        (void)os_wait(NULL, 2);
    stop_set(s->stop);
}

static void who_waits_can_be_stopped(void **state) {
    (void)state;
    struct rig r;
    struct ipc_client *c = NULL;
    struct ipc_message answer;
    struct err err;
    rig_start(&r, NULL);
    struct stopper s = {stop_new(), &r};
    const struct ipc_client_options o = {
        .endpoint = r.endpoint, .program = "test", .accept_unproven = true, .stop = s.stop};
    assert_int_equal(ipc_client_open(&o, &c, &err), RC_OK);
    struct os_thread *t = os_thread_start(stop_soon, &s);
    assert_int_equal(ipc_client_call(c, "probe", "{\"company\":\"x\",\"link\":\"y\"}", -1, NULL, &answer, &err),
                     RC_STOPPED);
    os_thread_join(t);
    assert_int_equal(ipc_client_call(c, "status", NULL, -1, NULL, &answer, &err), RC_IO);
    ipc_client_close(c);
    /* And one that waits for too long gives up by itself. */
    c = rig_client(&r);
    assert_int_equal(ipc_client_call(c, "probe", "{\"company\":\"x\",\"link\":\"y\"}", 100, NULL, &answer, &err),
                     RC_LATER);
    ipc_client_close(c);
    rig_until(&r, RIG_FIELD(calls), 0, 0);
    rig_stop(&r);
    stop_free(s.stop);
}

static void each_data_folder_has_a_place_of_its_own(void **state) {
    (void)state;
    char a[600], b[600], again[600], small[10], folder[512], deep[700];
    temp_folder_make(folder, sizeof folder);
    str_fmt(deep, sizeof deep,
            "%s/a-folder-with-a-long-name-a-folder-with-a-long-name-a-folder-with-a-long-name-a-folder", folder);
    assert_int_equal(pipe_endpoint(folder, a, sizeof a, NULL), RC_OK);
    assert_int_equal(pipe_endpoint(deep, b, sizeof b, NULL), RC_OK);
    assert_int_equal(pipe_endpoint(folder, again, sizeof again, NULL), RC_OK);
    assert_int_equal(pipe_endpoint(folder, small, sizeof small, NULL), RC_TOO_BIG);
    assert_string_equal(a, again);
    assert_string_not_equal(a, b);
    /* However long the path is, one can listen and call there. */
    struct pipe_hub *hub = NULL;
    struct pipe_dial *dial = NULL;
    struct pipe_event e;
    assert_int_equal(pipe_hub_open(b, NULL, NULL, &hub, NULL), RC_OK);
    assert_int_equal(pipe_dial_open(b, 5000, NULL, &dial, NULL), RC_OK);
    pipe_hub_next(hub, 5000, &e);
    assert_int_equal(e.kind, PIPE_CONNECTED);
    pipe_dial_close(dial);
    pipe_hub_close(hub);
    static const char *const left[] = {"/pipe/service.lock", "/pipe", ""};
    for (size_t i = 0; i < 3; i++) {
        str_fmt(b, sizeof b, "%s%s", deep, left[i]);
        (void)os_remove(b, NULL);
    }
    temp_folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_lies_is_not_believed),
        cmocka_unit_test(who_waits_can_be_stopped),
        cmocka_unit_test(each_data_folder_has_a_place_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
