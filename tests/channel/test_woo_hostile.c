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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nul_inside_an_order_is_refused),
        cmocka_unit_test(what_cannot_be_read_is_handed_over_under_its_id),
        cmocka_unit_test(each_entry_is_counted_once),
    };
    return cmocka_run_group_tests_name("channel/woo_hostile", tests, NULL, NULL);
}
