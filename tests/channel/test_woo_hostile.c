/* What a shop, a plugin or a server in front of it may answer and no shop should: bytes that no text may hold, lists
 * that are not the page asked for, orders of which not everything can be read, refusals of one order only. */
#include "tests/channel/support.h"

#include <string.h>
#include <sys/socket.h>

#include "common/base/buf.h"
#include "common/base/digest.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/woo.h"
#include "tests/net/raw_server.h"

#define ORDER(id, rest) "{\"id\":" id ",\"number\":\"7\",\"status\":\"processing\"" rest "}"
#define MODIFIED        ",\"date_modified_gmt\":\"2026-01-01T00:00:00\""

/* Answers by what stands in the first line of a request; the first that fits. */
struct answer {
    const char *when, *status, *body;
    size_t len; /* 0: up to the NUL */
    int asked;
};
struct shop {
    struct answer answers[8];
    int total; /* 0: that header is not sent */
    struct raw_server *server;
    struct link_conf conf;
    struct two_keys keys;
    struct fixed_clock clock;
    struct channel *channel;
};

static void send_all(int fd, const char *p, size_t len) {
    while (len > 0) {
        ssize_t sent = send(fd, p, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        p += sent;
        len -= (size_t)sent;
    }
}

static void serve(void *ctx, struct raw_server *server, int fd) {
    struct shop *s = ctx;
    char request[RAW_REQUEST_MAX], head[300];
    while (raw_read_request(server, fd, request)) {
        char *end = strstr(request, "\r\n");
        if (end)
            *end = '\0';
        struct answer *a = s->answers;
        while (a->when && !strstr(request, a->when))
            a++;
        a->asked++;
        const char *body = a->body ? a->body : "{}";
        size_t len = a->len ? a->len : strlen(body);
        str_fmt(head, sizeof head,
                "HTTP/1.1 %s\r\nContent-Type: application/json\r\nX-WP-Total: %d\r\nContent-Length: %zu\r\n\r\n",
                a->status ? a->status : "200 OK", s->total, len);
        send_all(fd, head, strlen(head));
        send_all(fd, body, len);
    }
}

static void shop_open(struct shop *s) {
    char text[64];
    struct err err;
    s->server = raw_server_start(serve, s);
    fixed_clock_init(&s->clock, 1800000000000);
    str_fmt(text, sizeof text, "http://127.0.0.1:%d", raw_server_port(s->server));
    link_conf_make(&s->conf, text);
    link_conf_set(&s->conf, "page_size", "10");
    s->keys = (struct two_keys){"ck_1", "cs_1"};
    struct channel_open_args args = {.link = s->conf.link,
                                     .secret = two_keys_get,
                                     .secret_ctx = &s->keys,
                                     .clock = &s->clock.clock,
                                     .company = "x",
                                     .link_name = "y",
                                     .user_agent = "test"};
    if (woo_vt.open(&args, &s->channel, &err))
        fail_msg("%s", err.text);
}

static void shop_close(struct shop *s) {
    chan_close(s->channel);
    link_conf_free(&s->conf);
    raw_server_stop(s->server);
}

/* --- bytes --- */

static void a_nul_inside_an_order_is_refused(void **state) {
    (void)state;
    static const char body[] = "[" ORDER("1", MODIFIED ",\"x\":\"a\0bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"") "]";
    struct shop s = {.answers = {{.when = "/orders", .body = body, .len = sizeof body - 1}}, .total = 1};
    struct order_page page;
    struct err err;
    shop_open(&s);
    assert_int_equal(chan_orders_since(s.channel, "", 0, &page, &err), RC_LATER);
    assert_non_null(strstr(err.text, "control character"));
    shop_close(&s);
}

/* --- entries that cannot be read --- */

#define UNREADABLE                                                                     \
    "[" ORDER("1", ",\"date_modified_gmt\":null") "," ORDER(                           \
        "2", MODIFIED ",\"status\":\"on-hold\"") ","                                   \
                                                 "{\"id\":3,\"number\":\"x\"" MODIFIED \
                                                 "}," ORDER("null", MODIFIED) "," ORDER("\"005\"", MODIFIED) "]"

static void what_cannot_be_read_is_handed_over_under_its_id(void **state) {
    (void)state;
    static const char *const ids[] = {"1", "2", "3", ""};
    static const char *const whys[] = {"last change", "twice", "no status", "no id"};
    struct shop s = {.answers = {{.when = "/orders", .body = UNREADABLE}}, .total = 5};
    struct order_page page;
    struct err err;
    shop_open(&s);
    assert_int_equal(chan_orders_since(s.channel, "", 0, &page, &err), RC_OK);
    assert_int_equal(page.count, 1);
    assert_string_equal(page.orders[0].remote_id, "5");
    assert_int_equal(page.unreadable_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct order_unreadable *u = &page.unreadable[i];
        assert_string_equal(u->remote_id, ids[i]);
        assert_non_null(strstr(u->why, whys[i]));
        assert_string_equal(u->number, i == 2 ? "x" : "7");
        assert_true(u->raw[0] == '{' && strlen(u->raw) == u->raw_len);
    }
    order_page_free_fields(&page);
    shop_close(&s);
}

/* The field of a cursor's text; the first is number 0. */
static int64_t cursor_field(const char *cursor, int field) {
    int64_t value = -1;
    char text[256];
    for (int i = 0; i <= field; i++)
        cursor = strchr(cursor, ':') + 1;
    str_copy(text, sizeof text, cursor);
    if (strchr(text, ':'))
        *strchr(text, ':') = '\0';
    assert_true(str_to_i64(text, &value));
    return value;
}

static void each_entry_is_counted_once(void **state) {
    (void)state;
    struct shop s = {.answers = {{.when = "offset=2", .body = "[" ORDER("null", MODIFIED) "," ORDER("4", MODIFIED) "]"},
                                 {.when = "/orders",
                                  .body = "[" ORDER("1", "") "," ORDER("2", MODIFIED) "," ORDER("null", MODIFIED) "]"}},
                     .total = 9};
    struct order_page page;
    struct err err;
    char cursor[256];
    shop_open(&s);
    assert_int_equal(chan_orders_since(s.channel, "", 0, &page, &err), RC_OK);
    str_copy(cursor, sizeof cursor, page.cursor);
    assert_int_equal(cursor_field(cursor, 7), 3);
    order_page_free_fields(&page);
    assert_int_equal(chan_orders_since(s.channel, cursor, 0, &page, &err), RC_OK);
    assert_int_equal(page.count, 1);
    assert_int_equal(cursor_field(page.cursor, 7), 4);
    order_page_free_fields(&page);
    shop_close(&s);
}

/* --- bounds --- */

static void a_list_of_more_than_asked_for_is_no_page(void **state) {
    (void)state;
    struct buf list;
    struct order_page page;
    struct err err;
    buf_init(&list, 1024 * 1024);
    buf_addc(&list, '[');
    for (int i = 1; i <= 11; i++)
        buf_addf(&list, "%s" ORDER("%d", MODIFIED), i > 1 ? "," : "", i);
    buf_addc(&list, ']');
    struct shop s = {.answers = {{.when = "/orders", .body = list.data}}, .total = 11};
    shop_open(&s);
    assert_int_equal(chan_orders_since(s.channel, "", 0, &page, &err), RC_OK); /* one more than asked for */
    assert_int_equal(page.count, 11);
    order_page_free_fields(&page);
    list.data[list.len - 1] = ',';
    buf_adds(&list, "1]");
    s.answers[0].body = list.data;
    assert_int_equal(chan_orders_since(s.channel, "", 0, &page, &err), RC_LATER);
    assert_non_null(strstr(err.text, "not the page asked for"));
    shop_close(&s);
    buf_free(&list);
}

/* An order of which one list has n entries. */
static enum rc parse_many(struct shop *s, const char *list, const char *entry, int n, char text[ERR_TEXT_MAX]) {
    static const char *const lists[] = {"tax_lines", "coupon_lines", "line_items", "shipping_lines", "fee_lines"};
    struct buf b;
    struct order *order = NULL;
    struct err err;
    err_clear(&err);
    buf_init(&b, 4 * 1024 * 1024);
    buf_adds(&b, "{\"id\":1,\"number\":\"1\",\"status\":\"processing\",\"currency\":\"EUR\",\"total\":\"0\","
                 "\"total_tax\":\"0\",\"date_created_gmt\":\"2026-01-01T00:00:00\"");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        buf_addf(&b, ",\"%s\":[", lists[i]);
        for (int k = 0; str_eq(lists[i], list) && k < n; k++)
            buf_addf(&b, "%s%s", k ? "," : "", entry);
        buf_addc(&b, ']');
    }
    buf_addc(&b, '}');
    enum rc rc = chan_order_parse(s->channel, b.data, b.len, &order, &err);
    str_copy(text, ERR_TEXT_MAX, rc ? err.text : "");
    if (rc == RC_OK)
        order_free(order);
    buf_free(&b);
    return rc;
}

static void the_lists_of_an_order_have_bounds(void **state) {
    (void)state;
    static const struct {
        const char *list, *entry, *says;
        int most;
    } bounds[] = {{"tax_lines", "{\"rate_id\":1,\"rate_percent\":23}", "too many taxes", 200},
                  {"coupon_lines", "{\"code\":\"x\"}", "too many coupons", 1000},
                  {"shipping_lines", "{\"total\":\"0\"}", "too many lines", 10000},
                  {"fee_lines", "{\"total\":\"0\"}", "too many lines", 10000}};
    struct shop s = {.answers = {{.when = "/"}}};
    char text[ERR_TEXT_MAX];
    shop_open(&s);
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        if (parse_many(&s, bounds[i].list, bounds[i].entry, bounds[i].most, text))
            fail_msg("%s: %s", bounds[i].list, text);
        assert_int_equal(parse_many(&s, bounds[i].list, bounds[i].entry, bounds[i].most + 1, text), RC_INVALID);
        assert_non_null(strstr(text, bounds[i].says));
    }
    shop_close(&s);
}

/* --- one order --- */

static void another_order_than_asked_for(void **state) {
    (void)state;
    struct shop s = {.answers = {{.when = "orders/5", .body = ORDER("6", MODIFIED)},
                                 {.when = "orders/6", .body = ORDER("\"006\"", MODIFIED)}}};
    struct order_raw raw;
    struct err err;
    shop_open(&s);
    assert_int_equal(chan_order_get(s.channel, "5", &raw, &err), RC_LATER);
    assert_non_null(strstr(err.text, "answered with order 6"));
    assert_int_equal(chan_order_get(s.channel, "6", &raw, &err), RC_OK);
    assert_string_equal(raw.remote_id, "6");
    mem_free(raw.raw);
    shop_close(&s);
}

static void an_id_is_a_number_everywhere(void **state) {
    (void)state;
    static const char text[] = "{\"id\":\"007\",\"number\":\"\",\"status\":\"processing\",\"currency\":\"EUR\","
                               "\"total\":\"0\",\"total_tax\":\"0\",\"date_created_gmt\":\"2026-01-01T00:00:00\","
                               "\"line_items\":[],\"shipping_lines\":[],\"fee_lines\":[]}";
    struct shop s = {.answers = {{.when = "/"}}};
    struct order *order;
    struct err err;
    shop_open(&s);
    if (chan_order_parse(s.channel, text, sizeof text - 1, &order, &err))
        fail_msg("%s", err.text);
    assert_string_equal(order->remote_id, "7");
    order_free(order);
    shop_close(&s);
}

/* --- acknowledging --- */

#define REFUSED(field)                                                                                    \
    "{\"code\":\"rest_invalid_param\",\"message\":\"No, not now.\",\"data\":{\"status\":400,\"params\":{" \
    "\"" field "\":\"no\"}}}"
#define TWO_NOW "[{\"id\":\"01\",\"status\":\"processing\",\"meta_data\":[]},{\"id\":2,\"status\":\"processing\"}]"

static void acknowledge_two(struct shop *s, struct order_ack acks[2]) {
    struct err err;
    memset(acks, 0, 2 * sizeof *acks);
    str_copy(acks[0].remote_id, REMOTE_ID_SIZE, "1");
    str_copy(acks[1].remote_id, REMOTE_ID_SIZE, "2");
    acks[0].status = acks[1].status = "in-erp";
    shop_open(s);
    if (chan_orders_ack(s->channel, acks, 2, &err))
        fail_msg("%s", err.text);
    shop_close(s);
}

/* The shop does not tell its statuses, so what it refuses for one order says nothing of the next. */
static void a_status_refused_for_one_order_is_that_orders(void **state) {
    (void)state;
    struct shop s = {
        .answers = {{.when = "reports/orders",
                     .status = "403 Forbidden",
                     .body = "{\"code\":\"woocommerce_rest_cannot_view\",\"message\":\"x\",\"data\":{\"status\":403}}"},
                    {.when = "PUT /wp-json/wc/v3/orders/1", .status = "400 Bad Request", .body = REFUSED("status")},
                    {.when = "PUT /wp-json/wc/v3/orders/2", .body = "{\"id\":2,\"status\":\"in-erp\"}"},
                    {.when = "GET /wp-json/wc/v3/orders?", .body = TWO_NOW}}};
    struct order_ack acks[2];
    acknowledge_two(&s, acks);
    assert_int_equal(acks[0].verdict.kind, VERDICT_REJECTED);
    assert_string_equal(acks[0].verdict.field, "status");
    assert_null(strstr(acks[0].verdict.text, "has no order status"));
    assert_non_null(strstr(acks[0].verdict.text, "for this order"));
    assert_non_null(strstr(acks[0].verdict.text, "No, not now."));
    assert_int_equal(acks[1].verdict.kind, VERDICT_DONE);
    assert_int_equal(s.answers[2].asked, 1);
}

/* The shop's own list lacks it: one refusal is enough for all. */
static void a_status_that_the_list_lacks_is_asked_once(void **state) {
    (void)state;
    struct shop s = {.answers = {{.when = "reports/orders", .body = "[{\"slug\":\"processing\"}]"},
                                 {.when = "PUT ", .status = "400 Bad Request", .body = REFUSED("status")},
                                 {.when = "GET /wp-json/wc/v3/orders?", .body = TWO_NOW}}};
    struct order_ack acks[2];
    acknowledge_two(&s, acks);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(acks[i].verdict.kind, VERDICT_REJECTED);
        assert_non_null(strstr(acks[i].verdict.text, "has no order status"));
    }
    assert_int_equal(s.answers[1].asked, 1);
}

static void a_refusal_keeps_its_field(void **state) {
    (void)state;
    struct shop s = {.answers = {{.when = "reports/orders", .body = "[{\"slug\":\"processing\"}]"},
                                 {.when = "PUT ", .status = "400 Bad Request", .body = REFUSED("post_status_note")},
                                 {.when = "GET /wp-json/wc/v3/orders?", .body = TWO_NOW}}};
    struct order_ack acks[2];
    acknowledge_two(&s, acks);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(acks[i].verdict.kind, VERDICT_REJECTED);
        assert_string_equal(acks[i].verdict.field, "post_status_note");
        assert_null(strstr(acks[i].verdict.text, "has no order status"));
    }
    assert_int_equal(s.answers[1].asked, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nul_inside_an_order_is_refused),
        cmocka_unit_test(what_cannot_be_read_is_handed_over_under_its_id),
        cmocka_unit_test(each_entry_is_counted_once),
        cmocka_unit_test(a_list_of_more_than_asked_for_is_no_page),
        cmocka_unit_test(the_lists_of_an_order_have_bounds),
        cmocka_unit_test(another_order_than_asked_for),
        cmocka_unit_test(an_id_is_a_number_everywhere),
        cmocka_unit_test(a_status_refused_for_one_order_is_that_orders),
        cmocka_unit_test(a_status_that_the_list_lacks_is_asked_once),
        cmocka_unit_test(a_refusal_keeps_its_field),
    };
    return cmocka_run_group_tests_name("channel/woo_hostile", tests, NULL, NULL);
}
