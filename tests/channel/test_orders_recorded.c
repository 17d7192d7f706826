/* The 67 orders of a real WooCommerce: what is understood equals what the recording computed, to the cent. */
#include "tests/channel/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"
#include "service/channel/woo/woo.h"

static const char *const vat_keys[] = {"billing_nip", "_billing_nip", "_billing_vat_number", NULL};
static const char *const pickup_keys[] = {"_parcel_machine_id", "_paczkomat", NULL};
static const struct woo_settings set = {.vat_number_meta = vat_keys, .pickup_meta = pickup_keys};

struct seen {
    int orders, held, shared, discounted;
};

static enum rc parse(const struct json *order, struct order **out, struct err *err) {
    struct buf raw;
    buf_init(&raw, 1024 * 1024);
    json_add(&raw, order);
    enum rc rc = woo_order_parse(&set, raw.data, raw.len, out, err);
    buf_free(&raw);
    return rc;
}

static int64_t money(const struct json *j, const char *key, int decimals) {
    struct buf text;
    int64_t value;
    bool exact;
    buf_init(&text, 64);
    assert_true(json_text_lax(j, key, &text));
    assert_true(decimal_parse(text.data, decimals, &value, &exact) && exact);
    buf_free(&text);
    return value;
}

static void check_rate(const struct order *o, const struct json *want) {
    struct buf id, percent;
    int64_t rate, net = 0, vat = 0, listed = 0;
    buf_init(&id, 32);
    buf_init(&percent, 32);
    assert_true(json_text_lax(want, "rate_id", &id));
    assert_true(json_text_lax(want, "rate_percent", &percent) && decimal_parse(percent.data, 4, &rate, NULL));
    for (size_t i = 0; i < o->line_count; i++) {
        if (o->lines[i].rate == rate) {
            net += o->lines[i].net;
            vat += o->lines[i].vat;
        }
    }
    for (size_t i = 0; i < o->tax_count; i++)
        listed += str_eq(o->taxes[i].remote_id, id.data) ? o->taxes[i].vat : 0;
    assert_int_equal(net, money(want, "net_of_parts", o->decimals));
    assert_int_equal(vat, money(want, "vat_of_parts", o->decimals));
    assert_int_equal(listed, money(want, "vat_of_tax_lines", o->decimals));
    buf_free(&id);
    buf_free(&percent);
}

static void check_summary(const struct order *o, const struct json *summary) {
    int64_t untaxed = 0, parts = 0;
    assert_int_equal(o->total, money(summary, "gross", o->decimals));
    assert_int_equal(o->total_vat, money(summary, "vat", o->decimals));
    assert_int_equal(o->paid_ms != 0, json_bool(summary, "paid", false));
    assert_int_equal(o->remark[0] != '\0', json_bool(summary, "has_remark", false));
    for (const struct json *r = json_first(json_get(summary, "per_rate")); r; r = json_next(r))
        check_rate(o, r);
    for (size_t i = 0; i < o->line_count; i++) {
        untaxed += o->lines[i].rate == RATE_UNTAXED ? o->lines[i].net : 0;
        parts += o->lines[i].net + o->lines[i].vat;
    }
    assert_int_equal(untaxed, money(summary, "net_untaxed", o->decimals));
    assert_int_equal(parts - o->total, money(summary, "parts_minus_total", o->decimals));
}

static void check_refunds(const struct order *o, const struct json *order) {
    int64_t refunded = 0;
    for (const struct json *r = json_first(json_get(order, "refunds")); r; r = json_next(r))
        refunded -= money(r, "total", o->decimals);
    assert_int_equal(o->refunded, refunded);
}

static void visit(void *ctx, const struct json *record) {
    struct seen *seen = ctx;
    const struct json *order = json_get(record, "order");
    const char *name = json_str(record, "name", "");
    struct order *o;
    struct err err;
    seen->orders++;
    if (parse(order, &o, &err)) {
        /* Yen with cents: the shop's decimals do not fit the currency. */
        assert_string_equal(name, "currency_JPY");
        assert_non_null(strstr(err.text, "fraction of the smallest unit of JPY"));
        assert_int_equal(err.reach, REACH_ITEM);
        seen->held++;
        return;
    }
    check_summary(o, json_get(record, "summary"));
    check_refunds(o, order);
    assert_string_equal(o->currency, json_str(order, "currency", ""));
    assert_string_equal(o->number, json_str(order, "number", ""));
    for (size_t i = 0; i < o->line_count; i++) {
        seen->shared += o->lines[i].part > 0;
        seen->discounted += o->lines[i].discount != 0;
    }
    order_free(o);
}

static void all_recorded_orders(void **state) {
    (void)state;
    struct seen seen = {0};
    each_recorded("orders-a.jsonl", visit, &seen);
    assert_int_equal(seen.orders, 67);
    assert_int_equal(seen.held, 1);
    assert_true(seen.shared >= 2);     /* the negative fees */
    assert_true(seen.discounted >= 5); /* the coupons */
}

/* --- single orders --- */

struct wanted {
    const char *name;
    struct order *order;
};

static void pick(void *ctx, const struct json *record) {
    struct wanted *w = ctx;
    if (str_eq(json_str(record, "name", ""), w->name))
        assert_int_equal(parse(json_get(record, "order"), &w->order, NULL), RC_OK);
}

static struct order *recorded(const char *name) {
    struct wanted w = {.name = name};
    each_recorded("orders-a.jsonl", pick, &w);
    assert_non_null(w.order);
    return w.order;
}

static void people_and_places(void **state) {
    (void)state;
    struct order *o = recorded("company_nip");
    assert_string_equal(o->vat_number, "525-000-12-46");
    assert_string_equal(o->billing.company, "Żółw i Spółka Sp. z o.o. sp. k.");
    assert_true(o->billing.country_valid);
    assert_string_equal(o->customer_id, "");
    order_free(o);
    o = recorded("note_spaces");
    assert_string_equal(o->remark, "");
    order_free(o);
    o = recorded("deleted_product");
    assert_string_equal(o->lines[0].sku, "");
    assert_string_equal(o->lines[0].product_id, "");
    order_free(o);
    o = recorded("variations_excl");
    assert_true(o->lines[0].variant_id[0] != '\0');
    order_free(o);
}

static void coupons_are_told(void **state) {
    (void)state;
    struct order *o = recorded("nine99_x7_p10_excl");
    assert_int_equal(o->coupon_count, 1);
    order_free(o);
}

/* --- orders nobody should book --- */

static const char good[] =
    "{\"id\":5,\"number\":\"5\",\"status\":\"processing\",\"currency\":\"EUR\",\"total\":\"12.30\",\"total_tax\":\"2."
    "30\","
    "\"date_created_gmt\":\"2026-01-01T10:00:00\",\"line_items\":[{\"id\":1,\"name\":\"A\",\"product_id\":7,"
    "\"variation_id\":0,\"quantity\":1,\"subtotal\":\"10.00\",\"total\":\"10.00\",\"total_tax\":\"2.30\",\"sku\":\"A\","
    "\"taxes\":[{\"id\":3,\"total\":\"2.30\"}]}],\"shipping_lines\":[],\"fee_lines\":[],\"coupon_lines\":[],"
    "\"tax_lines\":[{\"rate_id\":3,\"rate_percent\":23,\"compound\":false,\"tax_total\":\"2.30\","
    "\"shipping_tax_total\":\"0.00\"}],\"refunds\":[],\"meta_data\":[]}";

/* `good` with one piece replaced. */
static enum rc parse_with(const char *from, const char *to, struct order **out, struct err *err) {
    struct buf text;
    const char *at = strstr(good, from);
    assert_non_null(at);
    buf_init(&text, 4096);
    buf_add(&text, good, (size_t)(at - good));
    buf_adds(&text, to);
    buf_adds(&text, at + strlen(from));
    enum rc rc = woo_order_parse(&set, text.data, text.len, out, err);
    buf_free(&text);
    return rc;
}

static void malformed_orders_are_held(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *says;
    } cases[] = {
        {"\"id\":5,", "\"id\":0,", "no number"},
        {"\"id\":5,", "", "no number"},
        {"\"EUR\"", "\"\"", "currency"},
        {"\"EUR\"", "\"XQQ\"", "currency"},
        {"\"total\":\"12.30\"", "\"total\":\"12.305\"", "fraction"},
        {"\"total\":\"12.30\"", "\"total\":\"abc\"", "no total"},
        {"\"total\":\"12.30\"", "\"total\":null", "no total"},
        {"\"status\":\"processing\"", "\"status\":\"\"", "no status"},
        {"\"date_created_gmt\":\"2026-01-01T10:00:00\"", "\"date_created_gmt\":null", "no date"},
        {"\"quantity\":1", "\"quantity\":-1", "quantity"},
        {"\"quantity\":1", "\"quantity\":\"x\"", "quantity"},
        {"\"taxes\":[{\"id\":3", "\"taxes\":[{\"id\":4", "does not list"},
        {"\"compound\":false", "\"compound\":true", "on top of another tax"},
        {"\"rate_percent\":23", "\"rate_percent\":null", "no rate"},
        {"\"fee_lines\":[]", "\"fee_lines\":null", "missing"},
        {"\"fee_lines\":[]", "\"fee_lines\":[7]", "malformed"},
        {"\"taxes\":[{\"id\":3,\"total\":\"2.30\"}]", "\"taxes\":[]", "without a rate"},
        {"\"subtotal\":\"10.00\",\"total\":\"10.00\"", "\"total\":{}", "no amount"},
        {"{\"id\":5", "[{\"id\":5", "cannot be read"},
        {"\"total\":\"12.30\"", "\"total\":\"99999999999999.00\"", "no total"},
        {"\"quantity\":1", "\"quantity\":9000000000", "quantity"},
        {"[{\"id\":3,\"total\":\"2.30\"}]", "[{\"id\":3,\"total\":\"90000000000\"},{\"id\":3,\"total\":\"1\"}]",
         "shared out"},
    };
    struct order *o = NULL;
    struct err err;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum rc rc = parse_with(cases[i].from, cases[i].to, &o, &err);
        if (rc != RC_INVALID || !strstr(err.text, cases[i].says))
            fail_msg("%s -> %s: rc %s, \"%s\"", cases[i].from, cases[i].to, rc_name(rc), rc ? err.text : "");
        assert_null(o);
    }
}

static void numbers_as_texts_and_back(void **state) {
    (void)state;
    struct order *o;
    assert_int_equal(parse_with("\"id\":5,\"number\":\"5\"", "\"id\":\"5\",\"number\":77", &o, NULL), RC_OK);
    assert_string_equal(o->remote_id, "5");
    assert_string_equal(o->number, "77");
    order_free(o);
    assert_int_equal(parse_with("\"total\":\"12.30\"", "\"total\":12.3", &o, NULL), RC_OK);
    assert_int_equal(o->total, 1230);
    order_free(o);
    assert_int_equal(parse_with("\"rate_percent\":23", "\"rate_percent\":\"23.0000\"", &o, NULL), RC_OK);
    assert_int_equal(o->lines[0].rate, 230000);
    order_free(o);
    /* Older shops leave tax parts unrounded (hazard 24). */
    assert_int_equal(parse_with("\"total\":\"2.30\"}]", "\"total\":\"2.2999\"}]", &o, NULL), RC_OK);
    assert_int_equal(o->lines[0].vat, 230);
    order_free(o);
    /* ... and then the line's own, rounded tax is what the total was built from. */
    assert_int_equal(parse_with("\"total_tax\":\"2.30\",\"sku\":\"A\",\"taxes\":[{\"id\":3,\"total\":\"2.30\"}]",
                                "\"total_tax\":\"2.29\",\"sku\":\"A\",\"taxes\":[{\"id\":3,\"total\":\"2.2951\"}]", &o,
                                NULL),
                     RC_OK);
    assert_int_equal(o->lines[0].vat, 229);
    order_free(o);
    assert_int_equal(parse_with("\"quantity\":1", "\"quantity\":1.5", &o, NULL), RC_OK);
    assert_int_equal(o->lines[0].quantity, 1500);
    order_free(o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_recorded_orders),       cmocka_unit_test(people_and_places),
        cmocka_unit_test(coupons_are_told),          cmocka_unit_test(malformed_orders_are_held),
        cmocka_unit_test(numbers_as_texts_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
