/* Opening a link and checking it: keys, rights, certificates, signatures, what the shop tells about itself. */
#include "tests/channel/sim.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/registry.h"
#include "service/channel/woo/woo.h"

static const char *sim_program;
static struct sim sim;

static const struct probe_line *line_of(const struct channel_report *r, const char *what) {
    for (size_t i = 0; i < r->line_count; i++) {
        if (str_eq(r->lines[i].what, what))
            return &r->lines[i];
    }
    return NULL;
}

static bool blocked(const struct channel_report *r) {
    for (size_t i = 0; i < r->line_count; i++) {
        if (r->lines[i].blocking)
            return true;
    }
    return false;
}

static void expect(const struct channel_report *r, const char *what, bool ok, const char *says) {
    const struct probe_line *line = line_of(r, what);
    if (!line || line->ok != ok || !strstr(line->text, says))
        fail_msg("%s: %s \"%s\"", what, !line ? "missing" : line->ok ? "ok" : "not ok", line ? line->text : "");
}

static void probe(struct sim_channel *c, struct channel_report *r) {
    struct err err;
    if (chan_probe(c->channel, r, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < r->line_count; i++) {
        assert_true(r->lines[i].text[0] != '\0');
        assert_null(strstr(r->lines[i].text, "cs_"));
        assert_null(strstr(r->lines[i].text, "ck_"));
    }
}

static void a_good_link(void **state) {
    (void)state;
    struct sim_channel c;
    struct channel_report r;
    sim_channel_open(&c, &sim, NULL);
    size_t before = sim_product_count(&sim);
    probe(&c, &r);
    assert_false(blocked(&r));
    static const char *const whats[] = {"dns",     "tls",   "clock", "login", "read",    "write",
                                        "version", "units", "tax",   "stock", "currency"};
    for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++)
        expect(&r, whats[i], true, "");
    assert_string_equal(r.version, "10.0.2");
    assert_string_equal(r.currency, "EUR");
    assert_int_equal(r.currency_decimals, 2);
    assert_string_equal(r.weight_unit, "kg");
    assert_non_null(strstr(r.order_statuses, " on-hold ")); /* what acknowledge_status and order_statuses may name */
    assert_null(strstr(r.order_statuses, " wc-"));
    assert_true(r.clock_skew_ms > -60000 && r.clock_skew_ms < 60000);
    assert_int_equal(sim_product_count(&sim), before); /* the test of the write right writes nothing */
    sim_channel_close(&c);
}

/* What decides about the amounts that are sent, in two requests that read. */
static void money_is_told_alone(void **state) {
    (void)state;
    struct sim_channel c;
    struct shop_money money;
    struct err err;
    sim_channel_open(&c, &sim, NULL);
    sim_reset_requests(&sim);
    assert_int_equal(chan_money(c.channel, &money, &err), RC_OK);
    assert_string_equal(money.currency, "EUR");
    assert_true(money.has_decimals);
    assert_int_equal(money.decimals, 2);
    assert_int_equal(money.tax, SHOP_TAX_NET);
    assert_int_equal(sim_count_requests(&sim, "GET", ""), 2);
    assert_int_equal(sim_count_requests(&sim, "POST", ""), 0);
    struct channel_report r;
    probe(&c, &r);
    assert_int_equal(r.prices_tax, SHOP_TAX_NET);
    assert_int_equal(r.shown_decimals, 2);
    assert_string_equal(r.tax_classes, " standard reduced-rate zero-rate ");
    sim_channel_close(&c);
    sim_channel_open(&c, &sim, "url", "https://127.0.0.1:1", NULL); /* nobody there: that is not "untold" */
    assert_int_not_equal(chan_money(c.channel, &money, &err), RC_OK);
    sim_channel_close(&c);
}

static void wrong_keys(void **state) {
    (void)state;
    struct sim_channel c;
    struct channel_report r;
    sim_channel_open(&c, &sim, "key", "ck_0000000000000000000000000000000000000000", NULL);
    probe(&c, &r);
    expect(&r, "login", false, "does not accept the consumer key");
    assert_true(blocked(&r));
    sim_channel_close(&c);
    sim_channel_open(&c, &sim, "secret", "cs_0000000000000000000000000000000000000000", NULL);
    probe(&c, &r);
    expect(&r, "login", false, "secret is wrong");
    assert_true(blocked(&r));
    sim_channel_close(&c);
    sim_channel_open(&c, &sim, "key", sim.ro_key, "secret", sim.ro_secret, NULL);
    probe(&c, &r);
    expect(&r, "login", true, "");
    expect(&r, "write", false, "may only read");
    assert_true(blocked(&r));
    sim_channel_close(&c);
}

static void wrong_certificate(void **state) {
    (void)state;
    struct sim_channel c;
    struct channel_report r;
    sim_channel_open(&c, &sim, "ca_file", "", NULL);
    probe(&c, &r);
    expect(&r, "tls", false, "not trusted");
    assert_true(blocked(&r));
    assert_null(line_of(&r, "login"));
    sim_channel_close(&c);
}

static void nobody_there(void **state) {
    (void)state;
    struct sim_channel c;
    struct channel_report r;
    sim_channel_open(&c, &sim, "url", "https://127.0.0.1:1", NULL);
    probe(&c, &r);
    expect(&r, "connection", false, "No connection");
    assert_true(blocked(&r));
    sim_channel_close(&c);
}

static void no_shop_there(void **state) {
    (void)state;
    struct sim_channel c;
    struct channel_report r;
    char url[128];
    str_fmt(url, sizeof url, "%s/not-a-shop", sim.https);
    sim_channel_open(&c, &sim, "url", url, NULL);
    probe(&c, &r);
    assert_true(blocked(&r));
    sim_channel_close(&c);
}

/* Over plain http nothing but signed requests leave. */
static void signed_over_plain_http(void **state) {
    (void)state;
    struct sim_channel c;
    struct channel_report r;
    sim_channel_open(&c, &sim, "url", sim.http, NULL);
    sim_reset_requests(&sim);
    probe(&c, &r);
    assert_false(blocked(&r));
    expect(&r, "tls", true, "not encrypted");
    expect(&r, "write", true, "");
    char *log = sim_get(&sim, "requests?last=100");
    assert_null(strstr(log, sim.secret));
    mem_free(log);
    sim_channel_close(&c);
    sim_channel_open(&c, &sim, "url", sim.http, "secret", "cs_0000000000000000000000000000000000000000", NULL);
    probe(&c, &r);
    expect(&r, "login", false, "signature");
    sim_channel_close(&c);
}

static void keys_in_the_address(void **state) {
    (void)state;
    struct sim_channel c;
    struct channel_report r;
    sim_channel_open(&c, &sim, "auth", "query", NULL);
    probe(&c, &r);
    assert_false(blocked(&r));
    sim_channel_close(&c);
}

/* --- opening --- */

static enum rc open_with(const char *url, const char *auth, const char *key, const char *secret, struct err *err) {
    struct link_conf conf;
    struct two_keys keys = {key, secret};
    struct channel *channel = NULL;
    link_conf_make(&conf, "https://shop.example");
    if (conf_set(conf.link, "url", url, NULL) != RC_OK)
        conf_unset(conf.link, "url");
    link_conf_set(&conf, "auth", auth);
    struct channel_open_args args = {.link = conf.link,
                                     .secret = two_keys_get,
                                     .secret_ctx = &keys,
                                     .clock = os_clock(),
                                     .company = "x",
                                     .link_name = "y"};
    enum rc rc = woo_vt.open(&args, &channel, err);
    chan_close(channel);
    link_conf_free(&conf);
    return rc;
}

static void what_is_missing_is_told(void **state) {
    (void)state;
    struct err err;
    assert_int_equal(open_with("https://shop.example/", "auto", "ck_1", "cs_1", &err), RC_OK);
    assert_int_equal(open_with("https://shop.example", "auto", NULL, "cs_1", &err), RC_INVALID);
    assert_non_null(strstr(err.text, "consumer key"));
    assert_int_equal(open_with("https://shop.example", "auto", "ck_1", "", &err), RC_INVALID);
    assert_int_equal(open_with("ftp://shop.example", "auto", "ck_1", "cs_1", &err), RC_INVALID);
    assert_non_null(strstr(err.text, "address"));
    assert_int_equal(open_with("https://u:p@shop.example", "auto", "ck_1", "cs_1", &err), RC_INVALID);
    assert_int_equal(open_with("http://shop.example", "basic", "ck_1", "cs_1", &err), RC_INVALID);
    assert_non_null(strstr(err.text, "plain http"));
    assert_int_equal(open_with("http://shop.example", "auto", "ck_1", "cs_1", &err), RC_OK);
}

static void kinds_are_found_by_name(void **state) {
    (void)state;
    assert_null(channel_kind_find("woocommerce"));
    channel_kind_add(&woo_vt);
    channel_kind_add(&woo_vt);
    assert_ptr_equal(channel_kind_find("woocommerce"), &woo_vt);
    assert_ptr_equal(channel_kind_at(0), &woo_vt);
    assert_null(channel_kind_at(1));
    assert_null(channel_kind_find("other"));
}

/* Stop leaves a call within the promised time, and says so. */
static void stop_is_heeded(void **state) {
    (void)state;
    struct sim_channel c;
    struct order_page page;
    struct err err;
    sim_channel_open(&c, &sim, NULL);
    stop_set(c.stop);
    assert_int_equal(chan_orders_since(c.channel, "", 0, &page, &err), RC_STOPPED);
    sim_channel_close(&c);
}

static int set_up(void **state) {
    (void)state;
    sim_start(&sim, sim_program);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    sim_stop(&sim);
    return 0;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_link),
        cmocka_unit_test(money_is_told_alone),
        cmocka_unit_test(wrong_keys),
        cmocka_unit_test(wrong_certificate),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(no_shop_there),
        cmocka_unit_test(signed_over_plain_http),
        cmocka_unit_test(keys_in_the_address),
        cmocka_unit_test(what_is_missing_is_told),
        cmocka_unit_test(kinds_are_found_by_name),
        cmocka_unit_test(stop_is_heeded),
    };
    if (argc < 2) {
        print_error("usage: %s SHOP_SIM\n", argv[0]);
        return 2;
    }
    sim_program = argv[1];
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
