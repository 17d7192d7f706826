/* The pipe under attack: a thousand callers that never finish, and for a while everything a hostile program can think
 * of sending. The service lives, serves who is polite, leaks nothing and gives nothing away. Usage: test_ipc_attack
 * [SECONDS [SEED]]; tests/ipc/attack.sh is the long form. */
#include "tests/ipc/rig.h"

#include <stdio.h>

#include "common/base/rng.h"
#include "tests/ipc/platform.h"

#define HALF_OPEN 1000
#define ATTACKERS 3
#define SECRET    "the-secret-nobody-may-see"

static int64_t seconds = 2, seed = 1;

static int64_t now_ms(void) {
    return clock_monotonic_us(os_clock()) / 1000;
}

/* How long a polite caller needs to come in and be answered. */
static int64_t visit_ms(struct rig *r) {
    char text[100];
    int64_t start = now_ms();
    struct ipc_client *c = rig_client(r);
    rig_ask(c, "status", NULL, text, sizeof text);
    assert_string_equal(text, "{\"ok\":1}");
    ipc_client_close(c);
    return now_ms() - start;
}

static void a_thousand_half_open(void **state) {
    (void)state;
    struct rig r;
    struct pipe_dial **dials = mem_zalloc(HALF_OPEN, sizeof *dials);
    struct ipc_server_counts counts;
    int64_t longest = 0;
    size_t most = 0;
    test_many_handles();
    rig_start(&r, NULL);
    (void)visit_ms(&r);
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    long before = test_handles();
    for (int i = 0; i < HALF_OPEN; i++) {
        dials[i] = rig_dial(&r);
        if (i % 3 == 1) /* who was sent away already cannot send any more: that is all right */
            (void)rig_send(dials[i], "\x40\0\0\0{\"hel", 9);
        else if (i % 3 == 2)
            (void)rig_send(dials[i], "\x40", 1);
        if (i % 100 == 99) {
            int64_t took = visit_ms(&r);
            longest = took > longest ? took : longest;
            ipc_server_counts(r.server, &counts);
            most = counts.connections > most ? counts.connections : most;
        }
    }
    int64_t took = visit_ms(&r);
    longest = took > longest ? took : longest;
    long during = test_handles();
    for (int i = 0; i < HALF_OPEN; i++)
        pipe_dial_close(dials[i]);
    mem_free(dials);
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    assert_true(visit_ms(&r) < 5000);
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    long after = test_handles();
    ipc_server_counts(r.server, &counts);
    print_message(
        "%d half-open callers: at most %d connections at once, a polite one was answered within %d ms, handles "
        "%ld before, %ld during, %ld after\n",
        HALF_OPEN, (int)most, (int)longest, before, during, after);
    assert_true(most <= 65);
    assert_true(longest < 5000);
    assert_int_equal(counts.accepted, HALF_OPEN + 13);
    assert_int_equal(after, before);
    assert_int_equal(counts.half_open, 0);
    rig_stop(&r);
}

/* --- hostile frames --- */

struct attacker {
    struct rig *rig;
    struct rng rng;
    int64_t end_ms;
    int64_t sent, connections, answers;
    bool leaked, nonsense; /* what came back held the secret; was no message of the protocol */
};

static const char *const corpus[] = {
    "{\"hello\":{\"versions\":[1],\"program\":\"x\"}}",
    "{\"id\":1,\"op\":\"status\"}",
    "{\"id\":2,\"op\":\"links\",\"args\":{\"company\":\"a\",\"after\":\"b\",\"limit\":10}}",
    "{\"id\":3,\"op\":\"progress\",\"args\":{\"company\":\"a\"}}",
    "{\"id\":4,\"op\":\"where\",\"args\":{\"order\":\"1234\"}}",
    "{\"id\":5,\"op\":\"log\",\"args\":{\"lines\":100,\"follow\":true}}",
    "{\"id\":6,\"op\":\"probe\",\"args\":{\"company\":\"a\",\"link\":\"b\"}}",
    "{\"id\":7,\"op\":\"run\",\"args\":{\"company\":\"a\",\"link\":\"b\",\"flows\":[\"stock\",\"orders\"],\"full\":"
    "true}}",
    "{\"id\":8,\"op\":\"settings_put\",\"args\":{\"settings\":{\"a\":[{\"b\":[1,2,null]}]},\"revision\":\"1\"}}",
    "{\"id\":9,\"op\":\"secret_set\",\"args\":{\"company\":\"a\",\"link\":\"b\",\"key\":\"k\",\"value\":\"v\"}}",
    "{\"id\":10,\"op\":\"history\"}",
    "{\"id\":11,\"op\":\"why\",\"args\":{\"sku\":\"\\ud83d\\ude00\"}}",
    "{\"id\":12,\"op\":\"settings_get\"}",
    "{\"id\":3,\"abandon\":true}",
    "{\"id\":9007199254740991,\"op\":\"lease\",\"args\":{\"company\":\"a\",\"link\":\"b\"}}",
};

static void mutate(struct rng *rng, struct buf *body) {
    static const char pieces[] = "{}[]\",:\\\0\x7f\xff\xc3\xa9-1e9.";
    for (uint64_t n = rng_below(rng, 4); n > 0 && body->len > 0; n--) {
        size_t at = (size_t)rng_below(rng, body->len);
        switch (rng_below(rng, 4)) {
        case 0: body->data[at] = (char)(unsigned char)rng_next(rng); break;
        case 1: body->data[at] = pieces[rng_below(rng, sizeof pieces - 1)]; break;
        case 2: body->len = at; break;
        default:
            buf_add(body, body->data + at, 0);
            buf_addc(body, pieces[rng_below(rng, sizeof pieces - 1)]);
            break;
        }
    }
    for (uint64_t n = rng_below(rng, 30) == 0 ? rng_below(rng, 5000) : 0; n > 0; n--)
        buf_addc(body, '[');
}

/* One hostile frame: a head that may lie, and a body that was true once. */
static void hostile_frame(struct rng *rng, struct buf *out) {
    struct buf body;
    buf_init(&body, 20000);
    buf_adds(&body, corpus[rng_below(rng, sizeof corpus / sizeof corpus[0])]);
    if (rng_below(rng, 3) != 0)
        mutate(rng, &body);
    uint32_t n = (uint32_t)body.len;
    uint64_t lie = rng_below(rng, 40);
    if (lie == 0)
        n = (uint32_t)rng_next(rng);
    else if (lie == 1)
        n += (uint32_t)rng_below(rng, 9) - 4;
    for (int i = 0; i < 4; i++)
        buf_addc(out, (char)(unsigned char)(n >> (8 * i)));
    buf_add(out, body.data, body.len);
    buf_free(&body);
}

/* Reads what is there; false when the connection ended. */
static bool look_at_answers(struct attacker *a, struct pipe_dial *d, struct ipc_frames *frames, int64_t wait_ms) {
    char bytes[4096];
    size_t got;
    enum rc rc = RC_OK;
    while (rc == RC_OK && (rc = pipe_dial_read(d, bytes, sizeof bytes, wait_ms, NULL, &got, NULL)) == RC_OK) {
        const char *at = bytes;
        while (got > 0) {
            struct ipc_message m;
            if (ipc_frames_take(frames, &at, &got, NULL) != RC_OK) {
                a->nonsense = true;
                return false;
            }
            if (!frames->whole)
                continue;
            a->answers++;
            a->leaked |= strstr(frames->body.data, SECRET) != NULL;
            if (ipc_message_from_server(frames->body.data, frames->body.len, &m, NULL) == RC_OK)
                ipc_message_free(&m);
            else
                a->nonsense = true;
        }
    }
    return rc != RC_IO;
}

static void one_connection(struct attacker *a) {
    struct pipe_dial *d = NULL;
    struct ipc_frames frames;
    if (pipe_dial_open(a->rig->endpoint, 5000, NULL, &d, NULL) != RC_OK)
        return;
    a->connections++;
    ipc_frames_init(&frames, IPC_FRAME_MAX);
    bool open = rng_below(&a->rng, 8) == 0 || rig_send_frame(d, corpus[0]);
    for (uint64_t n = rng_below(&a->rng, 60); n > 0 && open && now_ms() < a->end_ms; n--) {
        struct buf frame;
        buf_init(&frame, 40000);
        for (uint64_t k = 1 + rng_below(&a->rng, 4); k > 0; k--)
            hostile_frame(&a->rng, &frame);
        if (rng_below(&a->rng, 10) == 0)
            frame.len = (size_t)rng_below(&a->rng, frame.len);
        a->sent++;
        open = pipe_dial_write(d, frame.data, frame.len, 2000, NULL, NULL) == RC_OK;
        buf_free(&frame);
        if (open && rng_below(&a->rng, 3) == 0)
            open = look_at_answers(a, d, &frames, 0);
    }
    if (open && rng_below(&a->rng, 4) == 0)
        (void)look_at_answers(a, d, &frames, 5);
    ipc_frames_free(&frames);
    pipe_dial_close(d);
}

static void attack(void *arg) {
    struct attacker *a = arg;
    while (now_ms() < a->end_ms)
        one_connection(a);
}

static void hostile_frames(void **state) {
    (void)state;
    struct rig r;
    struct attacker attackers[ATTACKERS];
    struct os_thread *threads[ATTACKERS];
    char text[100];
    rig_start(&r, NULL);
    atomic_store(&r.wait_ms, 5);
    struct ipc_client *polite = rig_client(&r);
    rig_ask(polite, "secret_set", "{\"company\":\"a\",\"link\":\"b\",\"key\":\"k\",\"value\":\"" SECRET "\"}", text,
            sizeof text);
    long before = test_handles();
    int64_t end = now_ms() + seconds * 1000, asked = 0, longest = 0, sent = 0, connections = 0, answers = 0;
    for (int i = 0; i < ATTACKERS; i++) {
        attackers[i] = (struct attacker){.rig = &r, .end_ms = end};
        rng_seed(&attackers[i].rng, (uint64_t)(seed * 100 + i));
        threads[i] = os_thread_start(attack, &attackers[i]);
    }
    for (; now_ms() < end; asked++) {
        int64_t start = now_ms();
        rig_ask(polite, "status", NULL, text, sizeof text);
        longest = now_ms() - start > longest ? now_ms() - start : longest;
        ipc_server_publish(r.server, "progress", "a", "b", "{\"n\":1}");
        (void)os_wait(NULL, 5);
    }
    for (int i = 0; i < ATTACKERS; i++) {
        os_thread_join(threads[i]);
        assert_false(attackers[i].leaked);
        assert_false(attackers[i].nonsense);
        sent += attackers[i].sent;
        connections += attackers[i].connections;
        answers += attackers[i].answers;
    }
    rig_until(&r, RIG_FIELD(connections), 1, 1);
    rig_until(&r, RIG_FIELD(calls), 0, 0);
    rig_ask(polite, "status", NULL, text, sizeof text);
    long after = test_handles();
    print_message("%d s, seed %d: %d hostile writes on %d connections, %d answers, none with the secret; %d polite "
                  "questions answered, the slowest in %d ms; handles %ld before, %ld after; peak memory %d MiB\n",
                  (int)seconds, (int)seed, (int)sent, (int)connections, (int)answers, (int)asked, (int)longest, before,
                  after, (int)(os_peak_memory() / 1024 / 1024));
    /* Threads of the test itself came and went; what the system keeps for them is no leak, growth would be. */
    assert_true(after <= before + 2);
    assert_true(sent > 0 && connections > 0 && answers > 0);
    assert_true(longest < 10000);
    ipc_client_close(polite);
    rig_stop(&r);
}

int main(int argc, char **argv) {
    if (argc > 1)
        (void)str_to_i64(argv[1], &seconds);
    if (argc > 2)
        (void)str_to_i64(argv[2], &seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_half_open),
        cmocka_unit_test(hostile_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
