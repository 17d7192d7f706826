/* Rule R7 as a property: a small shop whose list moves with every request (orders placed, edited, deleted, all in equal
 * seconds; pages that are not the ones asked for; a clock that jumps). Whatever happens, at the end each order that is
 * alive was told as it is now. No overlap helps: it is set to zero. */
#include "tests/channel/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "service/channel/woo/woo.h"
#include "tests/net/raw_server.h"

#define ORDERS_MAX 400

struct tiny_order {
    int64_t modified; /* seconds of the shop's clock */
    bool deleted;
    int64_t told; /* modification time it was told with last; -1 never */
};

struct tiny_shop {
    struct tiny_order orders[ORDERS_MAX]; /* id = index + 1 */
    int count;
    int64_t now;
    struct rng rng;
    int moves;       /* changes a request, at most */
    int wrong_pages; /* every so many requests; 0 never */
    int damaged;     /* id of an order that is counted but never shown */
    int requests;
};

/* --- the shop --- */

static void place(struct tiny_shop *s) {
    if (s->count < ORDERS_MAX)
        s->orders[s->count++] = (struct tiny_order){.modified = s->now, .told = -1};
}

static void move(struct tiny_shop *s) {
    for (int n = (int)rng_below(&s->rng, (uint64_t)s->moves + 1); n > 0; n--) {
        struct tiny_order *o = &s->orders[rng_below(&s->rng, (uint64_t)s->count)];
        switch (rng_below(&s->rng, 4)) {
        case 0: place(s); break;
        case 1: o->modified = s->now; break;
        case 2: o->deleted = true; break;
        default: s->now += (int64_t)rng_below(&s->rng, 2); break;
        }
    }
}

/* Value of a query parameter; times as seconds. */
static int64_t parameter(const char *request, const char *name, int64_t fallback) {
    char key[64], value[64];
    int64_t number;
    str_fmt(key, sizeof key, "%s=", name);
    const char *at = strstr(request, key);
    if (!at)
        return fallback;
    at += strlen(key);
    size_t n = 0;
    for (; *at && *at != '&' && *at != ' ' && n < sizeof value - 1; at++) {
        if (strncmp(at, "%3A", 3) == 0) {
            value[n++] = ':';
            at += 2;
        } else {
            value[n++] = *at;
        }
    }
    value[n] = '\0';
    if (str_to_i64(value, &number))
        return number;
    return iso_parse(value, &number) ? number / 1000 : fallback;
}

static void add_order(struct buf *body, const struct tiny_shop *s, int index) {
    char time[ISO_SIZE];
    iso_plain(s->orders[index].modified * 1000, time);
    buf_addf(body, "%s{\"id\":%d,\"number\":\"%d\",\"status\":\"processing\",\"date_modified_gmt\":\"%s\"}",
             body->len > 1 ? "," : "", index + 1, index + 1, time);
}

static void answer(struct tiny_shop *s, const char *request, struct buf *out) {
    struct buf body;
    struct civil c;
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t after = parameter(request, "modified_after", 0), before = parameter(request, "modified_before", INT64_MAX);
    int64_t offset = parameter(request, "offset", 0), per_page = parameter(request, "per_page", 10);
    if (s->wrong_pages && ++s->requests % s->wrong_pages == 0)
        offset = rng_below(&s->rng, 2) ? 0 : offset > per_page ? offset - per_page : 0;
    int64_t total = 0;
    buf_init(&body, 1024 * 1024);
    buf_addc(&body, '[');
    for (int i = 0; i < s->count; i++) {
        const struct tiny_order *o = &s->orders[i];
        if (o->deleted || o->modified <= after || o->modified >= before)
            continue;
        if (total >= offset && total < offset + per_page && i + 1 != s->damaged)
            add_order(&body, s, i);
        total++;
    }
    buf_addc(&body, ']');
    civil_from_ms(s->now * 1000, &c);
    buf_addf(out,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: %s, %02d %s %d %02d:%02d:%02d GMT\r\n"
             "X-WP-Total: %lld\r\nContent-Length: %zu\r\n\r\n%s",
             days[civil_weekday(s->now * 1000)], c.day, months[c.month - 1], c.year, c.hour, c.minute, c.second,
             (long long)total, body.len, body.data);
    buf_free(&body);
}

static void serve(void *ctx, struct raw_server *server, int fd) {
    struct tiny_shop *s = ctx;
    char request[RAW_REQUEST_MAX];
    while (raw_read_request(server, fd, request)) {
        struct buf out;
        buf_init(&out, 2 * 1024 * 1024);
        if (s->moves)
            move(s);
        answer(s, request, &out);
        raw_write(fd, out.data);
        buf_free(&out);
    }
}

/* --- the reader --- */

struct reader {
    struct link_conf conf;
    struct two_keys keys;
    struct fixed_clock clock; /* ours: goes with the shop's, but never jumps */
    struct channel *channel;
    char cursor[256];
};

static void reader_open(struct reader *r, int port, int page_size) {
    char text[64];
    struct err err;
    memset(r, 0, sizeof *r);
    fixed_clock_init(&r->clock, 1700000000000);
    str_fmt(text, sizeof text, "http://127.0.0.1:%d", port);
    link_conf_make(&r->conf, text);
    str_fmt(text, sizeof text, "%d", page_size);
    link_conf_set(&r->conf, "page_size", text);
    link_conf_set(&r->conf, "order_overlap_minutes", "0");
    r->keys = (struct two_keys){"ck_1", "cs_1"};
    struct channel_open_args args = {.link = r->conf.link,
                                     .secret = two_keys_get,
                                     .secret_ctx = &r->keys,
                                     .clock = &r->clock.clock,
                                     .company = "x",
                                     .link_name = "y",
                                     .user_agent = "test"};
    if (woo_vt.open(&args, &r->channel, &err))
        fail_msg("%s", err.text);
}

static void reader_close(struct reader *r) {
    chan_close(r->channel);
    link_conf_free(&r->conf);
}

/* Reads up to `pages` pages of a window; false when it gave up for now (and keeps its cursor, as the engine would). */
static bool read_window(struct reader *r, struct tiny_shop *s, int pages) {
    bool more = true;
    for (int i = 0; more && i < pages; i++) {
        struct order_page page;
        struct err err;
        if (chan_orders_since(r->channel, r->cursor, 0, &page, &err)) {
            assert_int_equal(err.rc, RC_LATER);
            return false;
        }
        for (size_t k = 0; k < page.count; k++) {
            int64_t id;
            assert_true(str_to_i64(page.orders[k].remote_id, &id) && id >= 1 && id <= s->count);
            s->orders[id - 1].told = page.orders[k].modified_ms / 1000;
        }
        str_copy(r->cursor, sizeof r->cursor, page.cursor);
        more = page.more;
        order_page_free_fields(&page);
    }
    return !more;
}

static void check(const struct tiny_shop *s, uint64_t seed) {
    for (int i = 0; i < s->count; i++) {
        const struct tiny_order *o = &s->orders[i];
        if (!o->deleted && o->told != o->modified && i + 1 != s->damaged)
            fail_msg("seed %llu: order %d changed at %lld was told at %lld", (unsigned long long)seed, i + 1,
                     (long long)o->modified, (long long)o->told);
    }
}

static void pass_time(struct reader *r, struct tiny_shop *s, int64_t seconds) {
    s->now += seconds;
    r->clock.now_ms += seconds * 1000;
}

/* A life: windows while the list moves, pauses in between; then quiet, one more window, and nothing may be missing. */
static void live(uint64_t seed, int moves, int wrong_pages, int64_t jump, int damaged) {
    struct tiny_shop *s = MEM_NEW(struct tiny_shop);
    struct reader r;
    s->damaged = damaged;
    rng_seed(&s->rng, seed);
    s->now = 1700000000;
    for (int i = 0; i < 25; i++)
        place(s);
    struct raw_server *server = raw_server_start(serve, s);
    reader_open(&r, raw_server_port(server), 5 + (int)rng_below(&s->rng, 6));
    for (int window = 0; window < 6; window++) {
        s->moves = moves;
        s->wrong_pages = wrong_pages;
        read_window(&r, s, 60);
        pass_time(&r, s, (int64_t)rng_below(&s->rng, 5));
        for (int n = (int)rng_below(&s->rng, 4); n > 0; n--)
            place(s);
        if (jump)
            s->now += window % 2 ? -jump : jump;
    }
    s->moves = 0;
    s->wrong_pages = 0;
    pass_time(&r, s, 2);
    for (int tries = 0; tries < 5 && !read_window(&r, s, 400); tries++) {
        chan_close(r.channel); /* as a new run would */
        struct channel_open_args args = {.link = r.conf.link,
                                         .secret = two_keys_get,
                                         .secret_ctx = &r.keys,
                                         .clock = &r.clock.clock,
                                         .company = "x",
                                         .link_name = "y"};
        assert_int_equal(woo_vt.open(&args, &r.channel, NULL), RC_OK);
    }
    assert_true(read_window(&r, s, 400)); /* and the window does end */
    check(s, seed);
    reader_close(&r);
    raw_server_stop(server);
    mem_free(s);
}

static void a_list_that_stands_still(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++)
        live(seed, 0, 0, 0, 0);
}

static void a_list_that_moves(void **state) {
    (void)state;
    for (uint64_t seed = 100; seed < 200; seed++)
        live(seed, 1 + (int)(seed % 4), 0, 0, 0);
}

static void wrong_and_repeated_pages(void **state) {
    (void)state;
    for (uint64_t seed = 200; seed < 260; seed++)
        live(seed, (int)(seed % 3), 2 + (int)(seed % 5), 0, 0);
}

static void a_clock_that_jumps(void **state) {
    (void)state;
    for (uint64_t seed = 300; seed < 360; seed++)
        live(seed, 1, 0, 3600, 0);
}

/* An order that the shop counts but cannot show must not stop the others for ever. */
static void a_damaged_order(void **state) {
    (void)state;
    for (uint64_t seed = 400; seed < 430; seed++)
        live(seed, (int)(seed % 2), 0, 0, 1 + (int)(seed % 25));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_that_stands_still), cmocka_unit_test(a_list_that_moves),
        cmocka_unit_test(wrong_and_repeated_pages), cmocka_unit_test(a_clock_that_jumps),
        cmocka_unit_test(a_damaged_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
