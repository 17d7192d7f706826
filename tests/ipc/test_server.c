/* Server and client over a real pipe: answers, events, abandoning, ceilings, time limits, the end. */
#include "tests/ipc/rig.h"

#include "tests/ipc/platform.h"

static void questions_get_answers(void **state) {
    (void)state;
    struct rig r;
    char text[300];
    rig_start(&r, NULL);
    struct ipc_client *c = rig_client(&r);
    assert_string_equal(ipc_client_server(c), "rig 1");
    /* We are the account the service runs as. */
    assert_int_equal(ipc_client_level(c), IPC_ADMINISTRATOR);
    rig_ask(c, "status", NULL, text, sizeof text);
    assert_string_equal(text, "{\"ok\":1}");
    rig_ask(c, "lease", "{\"company\":\"Zażółć\",\"link\":\"x\"}", text, sizeof text);
    assert_true(str_starts(text, "{\"level\":\"administrator\",\"who\":\""));
    print_message("%s\n", text);
    assert_true(strlen(text) > strlen("{\"level\":\"administrator\",\"who\":\"\"}"));
    rig_refused(c, "links", NULL, RC_NOT_FOUND);
    rig_refused(c, "shutdown", NULL, RC_UNSUPPORTED);
    rig_refused(c, "lease", "{\"company\":\"x\"}", RC_INVALID);
    rig_refused(c, "status", "{\"more\":1}", RC_INVALID);
    rig_refused(c, "why", "{\"sku\":\"x\"}", RC_INTERNAL);
    rig_refused(c, "history", NULL, RC_TOO_BIG);
    rig_ask(c, "secret_set", "{\"company\":\"x\",\"link\":\"y\",\"key\":\"k\",\"value\":\"secret\"}", text,
            sizeof text);
    rig_ask(c, "status", NULL, text, sizeof text); /* after all that it is as good as new */
    ipc_client_close(c);
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    rig_until(&r, RIG_FIELD(calls), 0, 0);
    rig_stop(&r);
}

static void large_things_go_through(void **state) {
    (void)state;
    struct rig r;
    rig_start(&r, NULL);
    struct ipc_client *c = rig_client(&r);
    size_t size = 7 * 1024 * 1024;
    char *text = mem_alloc(size), *args = mem_alloc(size);
    for (int round = 0; round < 2; round++) {
        rig_ask(c, "settings_get", NULL, text, size);
        assert_int_equal(strlen(text), 6 * 1024 * 1024 + 8);
        memset(args, 'y', size);
        static const char begin[] = "{\"revision\":\"1\",\"settings\":{\"x\":\"";
        memcpy(args, begin, sizeof begin - 1);
        memcpy(args + 5000000, "\"}}", 4);
        rig_ask(c, "settings_put", args, text, size);
        char expected[60];
        str_fmt(expected, sizeof expected, "{\"bytes\":%zu}", 5000000 - (sizeof begin - 1) + strlen("{\"x\":\"\"}"));
        assert_string_equal(text, expected);
    }
    /* Above the ceiling of its operation, which an administrator's frames may reach: refused in words. */
    memset(args, 'z', 20000);
    memcpy(args, "{\"order\":\"", 10);
    memcpy(args + 20000, "\"}", 3);
    rig_refused(c, "where", args, RC_TOO_BIG);
    mem_free(text);
    mem_free(args);
    ipc_client_close(c);
    rig_stop(&r);
}

struct seen {
    int count, enough;
    int64_t lost;
};

static bool count_event(void *ctx, const struct json *event, int64_t lost) {
    struct seen *s = ctx;
    int64_t n = 0;
    assert_true(json_i64_lax(event, "n", &n) || json_get(event, "lines"));
    s->count++;
    s->lost += lost;
    return s->count < s->enough;
}

struct publisher {
    struct rig *rig;
    int count;
};

static void publish(void *arg) {
    struct publisher *p = arg;
    rig_until(p->rig, RIG_FIELD(following), 1, 1);
    for (int i = 0; i < p->count; i++) {
        char event[60];
        str_fmt(event, sizeof event, "{\"n\":%d}", i);
        ipc_server_publish(p->rig->server, "progress", "a", "shop", event);
        ipc_server_publish(p->rig->server, "progress", "b", "shop", "{\"n\":-1}"); /* not asked for */
        ipc_server_publish(p->rig->server, "log", NULL, NULL, "{\"n\":-1}");
    }
}

static void who_follows_gets_events_until_it_has_enough(void **state) {
    (void)state;
    struct rig r;
    struct ipc_message answer;
    struct err err;
    rig_start(&r, NULL);
    struct ipc_client *c = rig_client(&r);
    for (int round = 0; round < 3; round++) {
        struct seen seen = {.enough = 100};
        const struct ipc_follower follower = {count_event, &seen};
        struct publisher p = {.rig = &r, .count = 100};
        struct os_thread *t = os_thread_start(publish, &p);
        assert_int_equal(ipc_client_call(c, "progress", "{\"company\":\"a\"}", 20000, &follower, &answer, &err),
                         RC_STOPPED);
        os_thread_join(t);
        assert_int_equal(seen.count, 100);
        assert_int_equal(seen.lost, 0);
        rig_until(&r, RIG_FIELD(following), 0, 0);
    }
    struct seen seen = {.enough = 100};
    const struct ipc_follower follower = {count_event, &seen};
    assert_int_equal(ipc_client_call(c, "log", NULL, 20000, &follower, &answer, &err), RC_OK);
    ipc_message_free(&answer);
    assert_int_equal(seen.count, 1);
    ipc_client_close(c);
    rig_stop(&r);
}

/* How many events were lost before this one, as it says; 0 when it says nothing. */
static int64_t lost_of(const char *text) {
    struct json *j = NULL;
    int64_t lost = 0;
    assert_int_equal(json_parse(text, strlen(text), &j, NULL), RC_OK);
    (void)json_i64_lax(j, "lost", &lost);
    json_free(j);
    return lost;
}

static void a_slow_reader_loses_events_and_is_told(void **state) {
    (void)state;
    struct rig r;
    char text[2000];
    struct ipc_frames frames;
    rig_start(&r, NULL);
    struct pipe_dial *d = rig_dial(&r);
    ipc_frames_init(&frames, IPC_FRAME_MAX);
    assert_true(rig_send_frame(d, "{\"hello\":{\"versions\":[1],\"program\":\"slow\"}}"));
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_true(rig_send_frame(d, "{\"id\":7,\"op\":\"progress\"}"));
    rig_until(&r, RIG_FIELD(following), 1, 1);
    char event[1100] = "{\"text\":\"";
    memset(event + 9, 'x', 1000);
    memcpy(event + 1009, "\"}", 3);
    for (int i = 0; i < 3000; i++)
        ipc_server_publish(r.server, "progress", NULL, NULL, event);
    struct ipc_server_counts counts;
    ipc_server_counts(r.server, &counts);
    print_message("%d events of 3000 were lost\n", (int)counts.events_lost);
    assert_true(counts.events_lost > 1000 && counts.events_lost < 2900);
    /* An answer is never lost. And the first event that has room again says how many were; the queue may have had some
     * for a moment in the middle, so it is the sum that counts. */
    assert_true(rig_send_frame(d, "{\"id\":8,\"op\":\"status\"}"));
    int events = 0;
    int64_t told = 0;
    while (rig_receive(d, &frames, text, sizeof text) && str_starts(text, "{\"id\":7,")) {
        events++;
        told += lost_of(text);
    }
    assert_string_equal(text, "{\"id\":8,\"ok\":{\"ok\":1}}");
    assert_int_equal(events + counts.events_lost, 3000);
    ipc_server_publish(r.server, "progress", NULL, NULL, "{}");
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_true(str_starts(text, "{\"id\":7,\"event\":{}"));
    assert_int_equal(told + lost_of(text), counts.events_lost);
    pipe_dial_close(d);
    ipc_frames_free(&frames);
    rig_until(&r, RIG_FIELD(following), 0, 0);
    rig_stop(&r);
}

/* A polite start, byte by byte. */
static struct pipe_dial *greeted(struct rig *r, struct ipc_frames *frames) {
    char text[300];
    struct pipe_dial *d = rig_dial(r);
    ipc_frames_init(frames, IPC_FRAME_MAX);
    assert_true(rig_send_frame(d, "{\"hello\":{\"versions\":[99,1],\"program\":\"raw\"}}"));
    assert_true(rig_receive(d, frames, text, sizeof text));
    assert_true(str_starts(text, "{\"welcome\":{\"version\":1,"));
    return d;
}

static void what_is_abandoned_stops(void **state) {
    (void)state;
    struct rig r;
    char text[300];
    struct ipc_frames frames;
    static const char probe[] = "{\"id\":%d,\"op\":\"probe\",\"args\":{\"company\":\"x\",\"link\":\"y\"}}";
    rig_start(&r, &(struct ipc_server_options){.workers = 1});
    struct pipe_dial *d = greeted(&r, &frames);
    for (int id = 1; id <= 8; id++) { /* one runs, seven wait */
        str_fmt(text, sizeof text, probe, id);
        assert_true(rig_send_frame(d, text));
    }
    rig_until(&r, RIG_FIELD(calls), 8, 8);
    str_fmt(text, sizeof text, probe, 9);
    assert_true(rig_send_frame(d, text));
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_true(str_starts(text, "{\"id\":9,\"error\":{\"code\":\"later\""));
    assert_true(rig_send_frame(d, "{\"id\":3,\"abandon\":true}")); /* in the queue */
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_true(str_starts(text, "{\"id\":3,\"error\":{\"code\":\"stopped\""));
    assert_true(rig_send_frame(d, "{\"id\":77,\"abandon\":true}")); /* no mistake */
    str_fmt(text, sizeof text, probe, 4);
    assert_true(rig_send_frame(d, text)); /* in use */
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_true(str_starts(text, "{\"id\":4,\"error\":{\"code\":\"invalid\""));
    while (atomic_load(&r.begun) == 0)
        (void)os_wait(NULL, 2);
    assert_true(rig_send_frame(d, "{\"id\":1,\"abandon\":true}")); /* running */
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_true(str_starts(text, "{\"id\":1,\"error\":{\"code\":\"stopped\""));
    while (atomic_load(&r.begun) < 2)
        (void)os_wait(NULL, 2);
    pipe_dial_close(d); /* the end of the connection abandons the rest */
    rig_until(&r, RIG_FIELD(calls), 0, 0);
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    ipc_frames_free(&frames);
    rig_stop(&r);
    assert_int_equal(r.begun, 2);
    assert_int_equal(r.stopped, 2);
}

static void what_takes_long_leaves_room_for_what_does_not(void **state) {
    (void)state;
    struct rig r;
    char text[300];
    struct ipc_frames frames;
    rig_start(&r, &(struct ipc_server_options){.workers = 3});
    struct pipe_dial *d = greeted(&r, &frames);
    for (int id = 1; id <= 8; id++) {
        str_fmt(text, sizeof text, "{\"id\":%d,\"op\":\"probe\",\"args\":{\"company\":\"x\",\"link\":\"y\"}}", id);
        assert_true(rig_send_frame(d, text));
    }
    rig_until(&r, RIG_FIELD(calls), 8, 8);
    struct ipc_client *c = rig_client(&r);
    rig_ask(c, "status", NULL, text, sizeof text);
    assert_int_equal(r.begun, 2);
    ipc_client_close(c);
    pipe_dial_close(d);
    ipc_frames_free(&frames);
    rig_stop(&r);
}

static void large_answers_nobody_reads_have_a_ceiling(void **state) {
    (void)state;
    struct rig r;
    struct pipe_dial *d[6];
    struct ipc_frames frames[6];
    rig_start(&r, NULL);
    for (int i = 0; i < 6; i++) { /* 6 MiB each, 32 MiB for all */
        d[i] = greeted(&r, &frames[i]);
        assert_true(rig_send_frame(d[i], "{\"id\":1,\"op\":\"settings_get\"}"));
        rig_until(&r, RIG_FIELD(requests), (size_t)i + 1, (size_t)i + 1);
        rig_until(&r, RIG_FIELD(calls), 0, 0);
    }
    char text[300];
    assert_true(rig_receive(d[5], &frames[5], text, sizeof text));
    assert_true(str_starts(text, "{\"id\":1,\"error\":{\"code\":\"later\""));
    for (int i = 0; i < 6; i++) {
        pipe_dial_close(d[i]);
        ipc_frames_free(&frames[i]);
    }
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    struct ipc_client *c = rig_client(&r);
    rig_refused(c, "links", NULL, RC_NOT_FOUND);
    ipc_client_close(c);
    rig_stop(&r);
}

struct echo_log {
    struct log log;
    struct rig *rig;
    atomic_int lines;
};

/* A log as the service has one: whoever follows it gets each line. */
static void echo_line(struct log *log, enum log_level level, const struct log_context *about, const char *text) {
    struct echo_log *e = (struct echo_log *)log;
    struct buf event;
    (void)level;
    (void)about;
    buf_init(&event, 2 * LOG_LINE_MAX);
    buf_adds(&event, "{\"lines\":[");
    buf_add_json(&event, text);
    buf_adds(&event, "]}");
    ipc_server_publish(e->rig->server, "progress", NULL, NULL, event.data);
    buf_free(&event);
    atomic_fetch_add(&e->lines, 1);
}

static void what_the_log_is_told_may_be_published(void **state) {
    (void)state;
    static const struct log_vt vt = {echo_line};
    struct rig r;
    struct echo_log e = {.log = {&vt}, .rig = &r};
    struct ipc_frames frames;
    char text[600];
    rig_start(&r, &(struct ipc_server_options){.log = &e.log});
    struct pipe_dial *d = greeted(&r, &frames);
    assert_true(rig_send_frame(d, "{\"id\":1,\"op\":\"progress\"}"));
    rig_until(&r, RIG_FIELD(following), 1, 1);
    for (int i = 0; i < 30; i++) {
        struct pipe_dial *bad = rig_dial(&r);
        assert_true(rig_send_frame(bad, "nonsense"));
        assert_true(rig_ended(bad));
        pipe_dial_close(bad);
    }
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_string_equal(text, "{\"id\":1,\"event\":{\"lines\":[\"A program was turned away from the pipe: what it sent "
                              "is not part of the protocol.\"]}}");
    assert_int_equal(e.lines, 10); /* nobody fills the log by knocking */
    struct ipc_server_counts counts;
    ipc_server_counts(r.server, &counts);
    assert_int_equal(counts.refused, 30);
    pipe_dial_close(d);
    ipc_frames_free(&frames);
    rig_stop(&r);
}

static void half_a_frame_is_not_waited_for(void **state) {
    (void)state;
    struct rig r;
    struct ipc_frames frames;
    rig_start(&r, &(struct ipc_server_options){.hello_ms = 300, .frame_ms = 300});
    struct pipe_dial *silent = rig_dial(&r);
    struct pipe_dial *half = greeted(&r, &frames);
    assert_true(rig_send(half, "\x20\0\0\0{\"id\"", 9));
    assert_true(rig_ended(half));
    assert_true(rig_ended(silent));
    pipe_dial_close(silent);
    pipe_dial_close(half);
    ipc_frames_free(&frames);
    /* One that said hello may be silent as long as it likes. */
    struct ipc_client *c = rig_client(&r);
    (void)os_wait(NULL, 700);
    char text[100];
    rig_ask(c, "status", NULL, text, sizeof text);
    ipc_client_close(c);
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    rig_stop(&r);
}

static void who_breaks_the_rules_is_sent_away(void **state) {
    (void)state;
    static const char *const before[] = {"{}", "[]", "nonsense", "{\"id\":1,\"op\":\"status\"}",
                                         "{\"hello\":{\"versions\":[0],\"program\":\"x\"}}"};
    static const char *const behind[] = {"{}", "{\"hello\":{\"versions\":[1],\"program\":\"again\"}}", "{\"id\":0}",
                                         "{\"id\":1,\"ok\":{}}"};
    static const char farewell[] =
        "{\"error\":{\"code\":\"invalid\",\"text\":\"The connection was ended: what arrived is "
        "not part of the protocol.\"}}";
    struct rig r;
    char text[300];
    struct ipc_frames frames;
    rig_start(&r, NULL);
    for (size_t i = 0; i < sizeof before / sizeof before[0] + sizeof behind / sizeof behind[0]; i++) {
        bool hello = i >= sizeof before / sizeof before[0];
        struct pipe_dial *d = NULL;
        if (hello) {
            d = greeted(&r, &frames);
        } else {
            d = rig_dial(&r);
            ipc_frames_init(&frames, IPC_FRAME_MAX);
        }
        assert_true(rig_send_frame(d, hello ? behind[i - sizeof before / sizeof before[0]] : before[i]));
        assert_true(rig_receive(d, &frames, text, sizeof text));
        assert_string_equal(text, farewell);
        assert_true(rig_ended(d));
        pipe_dial_close(d);
        ipc_frames_free(&frames);
    }
    struct pipe_dial *d = rig_dial(&r); /* a head that promises 2 KiB before the welcome */
    ipc_frames_init(&frames, IPC_FRAME_MAX);
    assert_true(rig_send(d, "\0\x08\0\0", 4));
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_string_equal(text, farewell);
    pipe_dial_close(d);
    ipc_frames_free(&frames);
    d = rig_dial(&r); /* no version in common */
    ipc_frames_init(&frames, IPC_FRAME_MAX);
    assert_true(rig_send_frame(d, "{\"hello\":{\"versions\":[2,3],\"program\":\"x\"}}"));
    assert_true(rig_receive(d, &frames, text, sizeof text));
    assert_true(str_starts(text, "{\"error\":{\"code\":\"unsupported\""));
    pipe_dial_close(d);
    ipc_frames_free(&frames);
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    rig_stop(&r);
}

static void one_account_does_not_take_all_places(void **state) {
    (void)state;
    struct rig r;
    struct err err;
    rig_start(&r, &(struct ipc_server_options){.account_connections = 2});
    struct ipc_client *a = rig_client(&r), *b = rig_client(&r), *third = NULL;
    const struct ipc_client_options o = {.endpoint = r.endpoint, .program = "third", .accept_unproven = true};
    assert_int_equal(ipc_client_open(&o, &third, &err), RC_LATER);
    assert_int_equal(err.retry_after_s, 5);
    ipc_client_close(a);
    rig_until(&r, RIG_FIELD(connections), 1, 1);
    third = rig_client(&r);
    ipc_client_close(third);
    ipc_client_close(b);
    rig_stop(&r);
}

static void stopping_does_not_wait_for_anyone(void **state) {
    (void)state;
    struct rig r;
    char text[300];
    struct ipc_frames frames;
    rig_start(&r, NULL);
    struct pipe_dial *d = greeted(&r, &frames), *half = rig_dial(&r);
    assert_true(rig_send_frame(d, "{\"id\":1,\"op\":\"probe\",\"args\":{\"company\":\"x\",\"link\":\"y\"}}"));
    assert_true(rig_send_frame(d, "{\"id\":2,\"op\":\"progress\"}"));
    rig_until(&r, RIG_FIELD(following), 1, 1);
    while (atomic_load(&r.begun) == 0)
        (void)os_wait(NULL, 2);
    int64_t start = clock_monotonic_us(os_clock());
    rig_stop(&r);
    int64_t took_ms = (clock_monotonic_us(os_clock()) - start) / 1000;
    print_message("stopped in %d ms\n", (int)took_ms);
    assert_true(took_ms < 4000);
    bool farewell = false;
    while (rig_receive(d, &frames, text, sizeof text))
        farewell |= str_eq(text, "{\"error\":{\"code\":\"stopped\",\"text\":\"The service is stopping.\"}}");
    assert_true(farewell);
    assert_true(rig_ended(half));
    pipe_dial_close(d);
    pipe_dial_close(half);
    ipc_frames_free(&frames);
}

static void nobody_there_and_somebody_else_there(void **state) {
    (void)state;
    struct rig r;
    struct err err;
    struct ipc_client *c = NULL;
    rig_start(&r, NULL);
    struct ipc_client_options o = {.endpoint = r.endpoint, .program = "test", .service = "NoSuchService-Shopferry"};
    /* Where the system does not say who listens nothing is said to it, unless that was allowed. */
    enum rc expected = test_server_is_proven() ? RC_OK : RC_DENIED;
    assert_int_equal(ipc_client_open(&o, &c, &err), expected);
    ipc_client_close(c);
    c = rig_client(&r);
    assert_int_equal(ipc_client_trust(c), test_server_is_proven() ? IPC_TRUSTED : IPC_UNPROVEN);
    ipc_client_close(c);
    if (test_second_listener_refused()) {
        struct ipc_server *second = NULL;
        const struct ipc_server_options again = {.endpoint = r.endpoint, .program = "second"};
        assert_int_equal(ipc_server_start(&again, &second, &err), RC_CONFLICT);
    }
    char endpoint[600];
    str_copy(endpoint, sizeof endpoint, r.endpoint);
    rig_stop(&r);
    o.endpoint = endpoint;
    o.accept_unproven = true;
    assert_int_equal(ipc_client_open(&o, &c, &err), RC_NOT_FOUND);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_get_answers),
        cmocka_unit_test(large_things_go_through),
        cmocka_unit_test(who_follows_gets_events_until_it_has_enough),
        cmocka_unit_test(a_slow_reader_loses_events_and_is_told),
        cmocka_unit_test(what_is_abandoned_stops),
        cmocka_unit_test(what_takes_long_leaves_room_for_what_does_not),
        cmocka_unit_test(large_answers_nobody_reads_have_a_ceiling),
        cmocka_unit_test(what_the_log_is_told_may_be_published),
        cmocka_unit_test(half_a_frame_is_not_waited_for),
        cmocka_unit_test(who_breaks_the_rules_is_sent_away),
        cmocka_unit_test(one_account_does_not_take_all_places),
        cmocka_unit_test(stopping_does_not_wait_for_anyone),
        cmocka_unit_test(nobody_there_and_somebody_else_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
