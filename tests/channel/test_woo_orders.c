/* Orders against a running simulator: none missed while the list moves, acknowledged as asked. */
#include "tests/channel/sim.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/base/table.h"

static const char *sim_program;
static struct sim sim;

/* What was told over many pages: id -> how often. */
struct told {
    struct table *ids;
    size_t pages, total, unreadable;
    char cursor[256];
};

static void told_init(struct told *t) {
    memset(t, 0, sizeof *t);
    t->ids = table_new();
}

static void told_free(struct told *t) {
    table_free(t->ids, mem_free);
}

static void note(struct told *t, const char *id) {
    int *n = table_get(t->ids, id);
    if (!n) {
        n = MEM_NEW(int);
        table_put(t->ids, id, n);
    }
    (*n)++;
    t->total++;
}

/* One page; tells whether there are more. */
static bool read_page(struct sim_channel *c, struct told *t) {
    struct order_page page;
    struct err err;
    if (chan_orders_since(c->channel, t->cursor, 0, &page, &err))
        fail_msg("page %zu: %s: %s", t->pages, rc_name(err.rc), err.text);
    for (size_t i = 0; i < page.count; i++) {
        struct order *o;
        assert_int_equal(strlen(page.orders[i].raw), page.orders[i].raw_len);
        if (chan_order_parse(c->channel, page.orders[i].raw, page.orders[i].raw_len, &o, &err))
            fail_msg("%s", err.text);
        assert_string_equal(o->remote_id, page.orders[i].remote_id);
        assert_int_equal(o->modified_ms, page.orders[i].modified_ms);
        order_free(o);
        note(t, page.orders[i].remote_id);
    }
    t->unreadable += page.unreadable_count;
    str_copy(t->cursor, sizeof t->cursor, page.cursor);
    t->pages++;
    bool more = page.more;
    order_page_free_fields(&page);
    assert_true(t->pages < 200);
    return more;
}

static void read_window(struct sim_channel *c, struct told *t) {
    while (read_page(c, t))
        ;
}

/* Every order that is in the shop now (not in its trash) must have been told. */
static void check_all_told(const struct told *t) {
    char *text = sim_get(&sim, "dump/orders.ndjson");
    size_t n = 0;
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        struct json *o;
        struct buf id;
        buf_init(&id, 64);
        assert_int_equal(json_parse(line, (size_t)(end - line), &o, NULL), RC_OK);
        assert_true(json_text_lax(o, "id", &id));
        if (!str_eq(json_str(o, "status", ""), "trash")) {
            if (!table_get(t->ids, id.data))
                fail_msg("order %s was not told", id.data);
            n++;
        }
        buf_free(&id);
        json_free(o);
        line = end + 1;
    }
    assert_true(n > 0);
    mem_free(text);
}

static void more_orders(int n) {
    sim_tellf(&sim, "orders/random", "{\"count\":%d}", n);
}

/* --- reading --- */

static void each_order_once(void **state) {
    (void)state;
    struct sim_channel c;
    struct told t;
    sim_channel_open(&c, &sim, "page_size", "10", NULL);
    told_init(&t);
    more_orders(37); /* all in one second or two */
    read_window(&c, &t);
    check_all_told(&t);
    assert_int_equal(t.total, table_count(t.ids));
    assert_int_equal(t.unreadable, 0);
    /* The next window tells the overlap again and what is new. */
    size_t before = table_count(t.ids);
    more_orders(3);
    read_window(&c, &t);
    check_all_told(&t);
    assert_int_equal(table_count(t.ids), before + 3);
    told_free(&t);
    sim_channel_close(&c);
}

/* Together they are more than is taken of one answer. */
static void large_orders_are_read_in_smaller_pages(void **state) {
    (void)state;
    struct sim_channel c;
    struct told t;
    const size_t size = (size_t)7 * 1024 * 1024;
    char *note_text = mem_alloc(size + 1);
    memset(note_text, 'x', size);
    note_text[size] = '\0';
    for (int i = 0; i < 5; i++) {
        char *body = mem_printf("{\"orders\":[{\"id\":1,\"number\":\"1\",\"date_created_gmt\":\"2026-01-01T00:00:00\","
                                "\"date_modified_gmt\":\"2026-01-01T00:00:00\",\"status\":\"processing\",\"currency\":"
                                "\"EUR\",\"total\":\"0.00\","
                                "\"total_tax\":\"0.00\",\"line_items\":[],\"shipping_lines\":[],\"fee_lines\":[],"
                                "\"tax_lines\":[],\"customer_note\":\"%s\"}]}",
                                note_text);
        sim_tell(&sim, "orders", body);
        mem_free(body);
    }
    mem_free(note_text);
    sim_channel_open(&c, &sim, NULL);
    told_init(&t);
    read_window(&c, &t);
    check_all_told(&t);
    assert_int_equal(t.unreadable, 0);
    told_free(&t);
    sim_channel_close(&c);
}

/* With no overlap asked for, orders of the second at which reading stopped are still not lost. */
static void equal_seconds_are_not_lost(void **state) {
    (void)state;
    struct sim_channel c;
    struct told t;
    sim_channel_open(&c, &sim, "order_overlap_minutes", "0", NULL);
    told_init(&t);
    for (int i = 0; i < 10; i++) {
        more_orders(2);
        read_window(&c, &t);
        check_all_told(&t);
    }
    told_free(&t);
    sim_channel_close(&c);
}

static void with_fault(const char *rule) {
    struct sim_channel c;
    struct told t;
    sim_channel_open(&c, &sim, "page_size", "10", NULL);
    told_init(&t);
    more_orders(5);
    sim_faults(&sim, rule);
    read_window(&c, &t);
    sim_faults(&sim, "");
    read_window(&c, &t); /* what came in behind us is the next window's */
    check_all_told(&t);
    told_free(&t);
    sim_channel_close(&c);
}

static void the_list_may_move(void **state) {
    (void)state;
    more_orders(30);
    with_fault("{\"match\":\"GET .*orders\\\\?.*offset\",\"action\":\"wrong_page\",\"every\":3}");
    with_fault("{\"match\":\"GET .*orders\\\\?.*offset\",\"action\":\"repeat_page\",\"every\":3}");
    with_fault("{\"match\":\"GET .*orders\\\\?.*offset\",\"action\":\"insert\",\"every\":2}");
    with_fault("{\"match\":\"GET .*orders\\\\?.*offset\",\"action\":\"remove\",\"every\":2}");
    with_fault("{\"match\":\"GET .*orders\\\\?.*offset\",\"action\":\"bom\",\"every\":2}");
    with_fault("{\"match\":\"GET .*orders\\\\?.*offset\",\"action\":\"warning\",\"every\":2}");
    with_fault("{\"match\":\"GET .*orders\\\\?.*offset\",\"action\":\"notice\",\"every\":2}");
}

/* Orders before us are deleted while we read: everything behind moves up. */
static void deletions_between_pages(void **state) {
    (void)state;
    struct sim_channel c;
    struct told t;
    sim_channel_open(&c, &sim, "page_size", "10", NULL);
    told_init(&t);
    more_orders(40);
    for (int round = 0; read_page(&c, &t) && round < 100; round++) {
        sim_faults(&sim, "{\"match\":\"GET .*products\",\"action\":\"remove\",\"times\":1}");
        struct http_answer answer;
        char *url = mem_printf("%s/wp-json/wc/v3/products?per_page=1", sim.http);
        struct http_request request = {.method = "GET", .url = url};
        http_send(sim.client, &request, &answer);
        http_answer_free(&answer);
        mem_free(url);
    }
    sim_faults(&sim, "");
    check_all_told(&t);
    told_free(&t);
    sim_channel_close(&c);
}

/* A fault stops a read; the same cursor later goes on, and nothing is missing. */
static void failures_between_pages(void **state) {
    (void)state;
    static const char *const actions[] = {"cut_before", "cut_after", "cut_body", "500", "502", "503", "db", "login"};
    struct sim_channel c;
    struct told t;
    told_init(&t);
    more_orders(20);
    bool more = true;
    for (int i = 0; more; i++) {
        char rule[256];
        struct order_page page;
        struct err err;
        sim_channel_open(&c, &sim, "page_size", "7", NULL);
        str_fmt(rule, sizeof rule, "{\"match\":\"GET .*orders\",\"action\":\"%s\",\"times\":1}",
                actions[(size_t)i % (sizeof actions / sizeof actions[0])]);
        sim_faults(&sim, rule);
        if (chan_orders_since(c.channel, t.cursor, 0, &page, &err) == RC_OK) {
            /* a broken keep-alive connection may be replaced for a read */
            for (size_t k = 0; k < page.count; k++)
                note(&t, page.orders[k].remote_id);
            str_copy(t.cursor, sizeof t.cursor, page.cursor);
            more = page.more;
            order_page_free_fields(&page);
        } else {
            assert_int_equal(err.rc, RC_LATER);
            sim_faults(&sim, "");
            sim_channel_close(&c); /* a pause the shop asked for is this channel's: the next run does not wait */
            sim_channel_open(&c, &sim, "page_size", "7", NULL);
            more = read_page(&c, &t);
        }
        sim_faults(&sim, "");
        sim_channel_close(&c);
        assert_true(i < 200);
    }
    check_all_told(&t);
    told_free(&t);
}

/* The shop's clock is hours away from ours, and is put right while we read: only its own counts. */
static void the_shops_clock_counts(void **state) {
    (void)state;
    static const int skews[] = {-7200, 5400, 0, 3600, -3600, 60, 0};
    struct sim_channel c;
    struct told t;
    sim_channel_open(&c, &sim, "order_overlap_minutes", "0", NULL);
    told_init(&t);
    for (size_t i = 0; i < sizeof skews / sizeof skews[0]; i++) {
        sim_tellf(&sim, "clock", "{\"skew\":%d}", skews[i]);
        for (int round = 0; round < 3; round++) {
            more_orders(4);
            read_window(&c, &t);
            check_all_told(&t);
        }
    }
    told_free(&t);
    sim_channel_close(&c);
}

static void one_order(void **state) {
    (void)state;
    struct sim_channel c;
    struct told t;
    struct order_raw raw;
    struct err err;
    sim_channel_open(&c, &sim, NULL);
    told_init(&t);
    more_orders(1);
    read_window(&c, &t);
    char *text = sim_get(&sim, "dump/orders.ndjson");
    char *last = strrchr(text, '{');
    (void)last;
    mem_free(text);
    assert_int_equal(chan_order_get(c.channel, "99999999", &raw, &err), RC_NOT_FOUND);
    assert_int_equal(err.reach, REACH_ITEM);
    assert_int_equal(chan_order_get(c.channel, "../products", &raw, &err), RC_NOT_FOUND);
    told_free(&t);
    sim_channel_close(&c);
}

static void a_broken_cursor_is_refused(void **state) {
    (void)state;
    static const char *const cursors[] = {"x",
                                          "1:",
                                          "1:1:2:3",
                                          "1:0:0:0:0:0:0:0:0:0",
                                          "1:a:0:0:0:0:0:0:0:0:0",
                                          "1:-5:0:0:0:0:0:0:0:0:0",
                                          "2:0:0:0:0:0:0:0:0:0:0",
                                          "1:0:0:0:0:0:0:0:0:0:0:0:0"};
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        struct order_page page;
        assert_int_equal(chan_orders_since(c.channel, cursors[i], 0, &page, NULL), RC_INVALID);
    }
    sim_channel_close(&c);
}

/* --- acknowledging --- */

/* A few fresh orders; their ids. */
static size_t fresh_orders(char ids[][REMOTE_ID_SIZE], size_t want) {
    char *text = sim_get(&sim, "dump/orders.ndjson");
    size_t lines = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    mem_free(text);
    more_orders((int)want);
    text = sim_get(&sim, "dump/orders.ndjson");
    size_t n = 0, at = 0;
    for (char *line = text; *line; at++) {
        char *end = strchr(line, '\n');
        struct json *o;
        struct buf id;
        if (at >= lines && n < want) {
            buf_init(&id, 64);
            assert_int_equal(json_parse(line, (size_t)(end - line), &o, NULL), RC_OK);
            assert_true(json_text_lax(o, "id", &id));
            str_copy(ids[n++], REMOTE_ID_SIZE, id.data);
            buf_free(&id);
            json_free(o);
        }
        line = end + 1;
    }
    mem_free(text);
    return n;
}

static void check_order(const char *id, const char *status, const char *reference) {
    struct json *o = sim_order(&sim, id);
    const char *have = NULL;
    assert_non_null(o);
    assert_string_equal(json_str(o, "status", ""), status);
    for (const struct json *m = json_first(json_get(o, "meta_data")); m; m = json_next(m)) {
        if (str_eq(json_str(m, "key", ""), "_shopferry_reference"))
            have = json_str(m, "value", "");
    }
    if (reference ? !str_eq(have, reference) : have != NULL)
        fail_msg("order %s: reference %s", id, have ? have : "(none)");
    json_free(o);
}

static void set_status(struct sim_channel *c, const char *id, const char *status) {
    struct order_ack ack = {.status = status};
    str_copy(ack.remote_id, sizeof ack.remote_id, id);
    assert_int_equal(chan_orders_ack(c->channel, &ack, 1, NULL), RC_OK);
    assert_int_equal(ack.verdict.kind, VERDICT_DONE);
}

static void acknowledge(void **state) {
    (void)state;
    static const char *const ended[] = {"cancelled", "refunded", NULL};
    struct sim_channel c;
    struct err err;
    char ids[4][REMOTE_ID_SIZE];
    sim_channel_open(&c, &sim, NULL);
    assert_int_equal(fresh_orders(ids, 4), 4);
    set_status(&c, ids[1], "cancelled"); /* the buyer was faster */
    struct order_ack acks[5];
    memset(acks, 0, sizeof acks);
    for (size_t i = 0; i < 5; i++) {
        str_copy(acks[i].remote_id, REMOTE_ID_SIZE, i < 4 ? ids[i] : "99999999");
        acks[i].status = "completed";
        acks[i].unless_status = ended;
        acks[i].token = "T-1";
        acks[i].document_number = "ZO/1/2026 ą";
    }
    acks[2].status = NULL;          /* only the reference */
    acks[3].status = "shipped-xyz"; /* no shop knows it: a batch would make the order pending */
    assert_int_equal(chan_orders_ack(c.channel, acks, 5, &err), RC_OK);
    assert_int_equal(acks[0].verdict.kind, VERDICT_DONE);
    check_order(ids[0], "completed", "T-1");
    assert_int_equal(acks[1].verdict.kind, VERDICT_DONE);
    assert_string_equal(acks[1].verdict.code, "left_alone");
    check_order(ids[1], "cancelled", NULL);
    assert_int_equal(acks[2].verdict.kind, VERDICT_DONE);
    assert_int_equal(acks[3].verdict.kind, VERDICT_REJECTED);
    struct json *o = sim_order(&sim, ids[3]);
    assert_string_not_equal(json_str(o, "status", ""), "pending");
    json_free(o);
    assert_int_equal(acks[4].verdict.kind, VERDICT_NOT_FOUND);
    /* Again: nothing is written. */
    sim_reset_requests(&sim);
    assert_int_equal(chan_orders_ack(c.channel, acks, 3, &err), RC_OK);
    assert_int_equal(acks[0].verdict.kind, VERDICT_DONE);
    assert_int_equal(sim_count_requests(&sim, "POST", "orders"), 0);
    assert_int_equal(sim_count_requests(&sim, "PUT", "orders"), 0);
    sim_channel_close(&c);
}

/* A status that only the settings have: asked once a call, and told with the setting's name and what the shop has. */
static void acknowledge_with_an_unknown_status(void **state) {
    (void)state;
    struct sim_channel c;
    struct err err;
    char ids[3][REMOTE_ID_SIZE];
    sim_channel_open(&c, &sim, NULL);
    assert_int_equal(fresh_orders(ids, 3), 3);
    struct order_ack acks[3];
    memset(acks, 0, sizeof acks);
    for (size_t i = 0; i < 3; i++) {
        str_copy(acks[i].remote_id, REMOTE_ID_SIZE, ids[i]);
        acks[i].status = i < 2 ? "shipped-xyz" : "completed";
        acks[i].token = "T-4";
    }
    sim_reset_requests(&sim);
    assert_int_equal(chan_orders_ack(c.channel, acks, 3, &err), RC_OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(acks[i].verdict.kind, VERDICT_REJECTED);
        assert_string_equal(acks[i].verdict.field, "status");
        assert_non_null(strstr(acks[i].verdict.text, "no order status \"shipped-xyz\""));
        assert_non_null(strstr(acks[i].verdict.text, "setting acknowledge_status"));
        assert_non_null(strstr(acks[i].verdict.text, "The shop has: pending processing "));
    }
    assert_int_equal(sim_count_requests(&sim, "PUT", "orders"), 1);
    assert_int_equal(acks[2].verdict.kind, VERDICT_DONE); /* the others are told as usual */
    sim_channel_close(&c);
}

static void acknowledge_through_faults(void **state) {
    (void)state;
    static const char *const actions[] = {"cut_before",  "cut_after", "cut_body", "500",     "502",
                                          "error_after", "warning",   "login",    "partial", "shuffle"};
    struct sim_channel c;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        char ids[3][REMOTE_ID_SIZE], rule[256];
        struct order_ack acks[3];
        struct err err;
        sim_channel_open(&c, &sim, NULL);
        assert_int_equal(fresh_orders(ids, 3), 3);
        memset(acks, 0, sizeof acks);
        for (size_t k = 0; k < 3; k++) {
            str_copy(acks[k].remote_id, REMOTE_ID_SIZE, ids[k]);
            acks[k].status = "completed";
            acks[k].token = "T-2";
        }
        str_fmt(rule, sizeof rule, "{\"match\":\"POST .*orders/batch\",\"action\":\"%s\",\"times\":1}", actions[i]);
        sim_faults(&sim, rule);
        if (chan_orders_ack(c.channel, acks, 3, &err))
            fail_msg("%s: %s", actions[i], err.text);
        sim_faults(&sim, "");
        for (size_t k = 0; k < 3; k++) {
            if (acks[k].verdict.kind == VERDICT_DONE)
                check_order(ids[k], "completed", "T-2");
            else if (acks[k].verdict.kind != VERDICT_LATER)
                fail_msg("%s: verdict %d \"%s\"", actions[i], acks[k].verdict.kind, acks[k].verdict.text);
        }
        assert_int_equal(chan_orders_ack(c.channel, acks, 3, &err), RC_OK);
        for (size_t k = 0; k < 3; k++)
            check_order(ids[k], "completed", "T-2");
        sim_channel_close(&c);
    }
}

/* A list in which an order cannot be recognised is no reason to believe that the order is gone: that is for ever. */
static void a_bad_list_makes_no_order_gone(void **state) {
    (void)state;
    struct sim_channel c;
    struct err err;
    char ids[2][REMOTE_ID_SIZE];
    struct order_ack acks[2];
    sim_channel_open(&c, &sim, NULL);
    assert_int_equal(fresh_orders(ids, 2), 2);
    memset(acks, 0, sizeof acks);
    for (size_t k = 0; k < 2; k++) {
        str_copy(acks[k].remote_id, REMOTE_ID_SIZE, ids[k]);
        acks[k].status = "completed";
        acks[k].token = "T-3";
    }
    sim_faults(&sim, "{\"match\":\"GET .*orders\\\\?include\",\"action\":\"duplicate_keys\",\"times\":1}");
    assert_int_equal(chan_orders_ack(c.channel, acks, 2, &err), RC_OK);
    for (size_t k = 0; k < 2; k++) {
        assert_int_equal(acks[k].verdict.kind, VERDICT_DONE);
        check_order(ids[k], "completed", "T-3");
    }
    sim_channel_close(&c);
}

static int set_up(void **state) {
    (void)state;
    sim_start(&sim, sim_program);
    sim_tell(&sim, "seed", "{\"products\":20,\"seed\":7}");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    sim_stop(&sim);
    return 0;
}

static int fresh(void **state) {
    (void)state;
    sim_faults(&sim, "");
    sim_tell(&sim, "clock", "{\"skew\":0}");
    return 0;
}

#define TEST(function) cmocka_unit_test_setup(function, fresh)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TEST(each_order_once),
        TEST(equal_seconds_are_not_lost),
        TEST(the_list_may_move),
        TEST(deletions_between_pages),
        TEST(failures_between_pages),
        TEST(the_shops_clock_counts),
        TEST(one_order),
        TEST(a_broken_cursor_is_refused),
        TEST(acknowledge),
        TEST(acknowledge_with_an_unknown_status),
        TEST(acknowledge_through_faults),
        TEST(a_bad_list_makes_no_order_gone),
        TEST(large_orders_are_read_in_smaller_pages),
    };
    if (argc < 2) {
        print_error("usage: %s SHOP_SIM\n", argv[0]);
        return 2;
    }
    sim_program = argv[1];
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
