/* All 67 orders recorded from a real WooCommerce go through the whole way in: read, checked, balanced, written. Gross
 * and VAT per rate equal what the recording computed, to the cent; each that must not be imported is parked, with the
 * right reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"
#include "tests/engine/world.h"

#define BIG    (32 * 1024 * 1024)
#define ORDERS 67

/* Why an order of the recording is not imported; those not named here are. */
struct expected {
    const char *name;
    enum inbox_state state;
    const char *code;
};
static const struct expected held[] = {
    {"cancelled", INBOX_IGNORED, ""},
    {"failed", INBOX_IGNORED, ""},
    {"trashed", INBOX_IGNORED, ""},
    {"refund_status_only", INBOX_IGNORED, ""},
    {"deleted_product", INBOX_PARKED, "sku_missing"}, /* the shop no longer knows what it sold */
    {"no_lines", INBOX_PARKED, "no_lines"},           /* a fee alone */
    {"currency_JPY", INBOX_PARKED, "unreadable"},     /* amounts in hundredths of a yen, which do not exist */
};

struct recording {
    struct json *all[ORDERS];
    size_t count;
};
static struct recording recording;

static void load(void) {
    struct buf text;
    struct err err;
    if (os_read_file(SF_SOURCE_DIR "/tests/conformance/woo/orders-a.jsonl", BIG, &text, &err) != RC_OK)
        fail_msg("%s", err.text);
    char *line = text.data;
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        assert_true(recording.count < ORDERS);
        if (json_parse(line, (size_t)(end - line), &recording.all[recording.count++], &err) != RC_OK)
            fail_msg("%s", err.text);
    }
    buf_free(&text);
}

/* The shop tells all of them in one page. */
static enum rc recorded_page(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                             struct err *err) {
    (void)c;
    (void)start_ms;
    (void)err;
    memset(out, 0, sizeof *out);
    str_copy(out->cursor, sizeof out->cursor, "read");
    if (str_eq(cursor, "read"))
        return RC_OK;
    out->orders = mem_zalloc(recording.count, sizeof *out->orders);
    out->count = recording.count;
    for (size_t i = 0; i < recording.count; i++) {
        const struct json *order = json_get(recording.all[i], "order");
        struct order_raw *raw = &out->orders[i];
        struct buf b;
        buf_init(&b, BIG);
        json_add(&b, order);
        raw->raw_len = b.len;
        raw->raw = buf_take(&b);
        buf_free(&b);
        buf_init(&b, 64);
        assert_true(json_text_lax(order, "id", &b));
        str_copy(raw->remote_id, sizeof raw->remote_id, b.data);
        buf_free(&b);
        str_copy(raw->number, sizeof raw->number, json_str(order, "number", ""));
        str_copy(raw->status, sizeof raw->status, json_str(order, "status", ""));
    }
    return RC_OK;
}

static enum rc recorded_parse(struct channel *c, const char *raw, size_t len, struct order **out, struct err *err) {
    static const char *const none[] = {NULL};
    static const struct woo_settings set = {.vat_number_meta = none, .pickup_meta = none};
    (void)c;
    return woo_order_parse(&set, raw, len, out, err);
}

static enum rc recorded_ack(struct channel *c, struct order_ack *acks, size_t n, struct err *err) {
    (void)c;
    (void)err;
    for (size_t i = 0; i < n; i++)
        acks[i].verdict = (struct verdict){.kind = VERDICT_DONE, .retry_after_s = -1};
    return RC_OK;
}

/* The company has every item that any of the lines names. */
static void stock_company(struct world *w) {
    for (size_t i = 0; i < recording.count; i++) {
        const struct json *order = json_get(recording.all[i], "order");
        for (const struct json *l = json_first(json_get(order, "line_items")); l; l = json_next(l)) {
            const char *sku = json_str(l, "sku", "");
            char normal[SKU_MAX + 1];
            if (sku_normal(normal, sku) && !fake_erp_find(w->erp, normal))
                fake_erp_item(w->erp, normal, json_str(l, "name", ""), 100, 1000);
        }
    }
    static const int64_t rates[] = {0, 50000, 60000, 80000, 90000, 120000, 150000, 190000, 230000, 250000, -1};
    memcpy(w->erp->known_rates, rates, sizeof rates);
}

static const struct expected *expected_of(const char *name) {
    static const struct expected imported = {"", INBOX_ACKNOWLEDGED, ""};
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        if (str_eq(held[i].name, name))
            return &held[i];
    return &imported;
}

static int64_t money(const struct json *j, const char *key, int decimals) {
    struct buf text;
    int64_t value = 0;
    bool exact = false;
    buf_init(&text, 64);
    assert_true(json_text_lax(j, key, &text));
    assert_true(decimal_parse(text.data, decimals, &value, &exact) && exact);
    buf_free(&text);
    return value;
}

static int64_t vat_of(const struct fake_document *d, int64_t rate) {
    for (size_t i = 0; i < d->rate_count; i++)
        if (d->rates[i] == rate)
            return d->vat_by_rate[i];
    return 0;
}

static void check_document(const struct fake_document *d, const struct json *record) {
    const struct json *summary = json_get(record, "summary");
    int decimals = currency_decimals(json_str(json_get(record, "order"), "currency", ""));
    assert_int_equal(d->total, money(summary, "gross", decimals));
    assert_int_equal(d->lines_gross, d->total);
    for (const struct json *r = json_first(json_get(summary, "per_rate")); r; r = json_next(r)) {
        struct buf percent;
        int64_t rate = 0;
        buf_init(&percent, 32);
        assert_true(json_text_lax(r, "rate_percent", &percent) && decimal_parse(percent.data, 4, &rate, NULL));
        assert_int_equal(vat_of(d, rate), money(r, "vat_of_tax_lines", decimals));
        buf_free(&percent);
    }
}

static void every_recorded_order_ends_right(void **state) {
    (void)state;
    load();
    assert_int_equal(recording.count, ORDERS);
    struct world *w = world_new(NULL);
    stock_company(w);
    w->shop->vt.orders_since = recorded_page;
    w->shop->vt.order_parse = recorded_parse;
    w->shop->vt.orders_ack = recorded_ack;
    static const char *const take[] = {"processing", "completed", "on-hold", "pending", NULL};
    w->rules.take_statuses = take;
    w->rules.currency = "";
    w->options.fetch_orders = true;
    if (world_sync(w) != RC_OK)
        fail_msg("%s", w->err.text);
    size_t documents = 0;
    int wrong = 0;
    for (size_t i = 0; i < recording.count; i++) {
        const struct json *record = recording.all[i];
        const char *name = json_str(record, "name", "");
        const struct expected *e = expected_of(name);
        char code[48];
        struct buf id;
        buf_init(&id, 64);
        assert_true(json_text_lax(json_get(record, "order"), "id", &id));
        int is = world_order_state(w, id.data, code);
        if (is != (int)e->state || !str_eq(code, e->code)) {
            print_error("%s: is %s %s\n", name, is < 0 ? "absent" : inbox_state_name((enum inbox_state)is), code);
            wrong++;
        }
        const struct fake_document *d = fake_erp_document(w->erp, id.data);
        if (d) {
            check_document(d, record);
            documents++;
        }
        buf_free(&id);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(w->erp->document_count, documents);
    assert_int_equal(documents, ORDERS - sizeof held / sizeof held[0]);
    world_free(w);
    for (size_t i = 0; i < recording.count; i++)
        json_free(recording.all[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_recorded_order_ends_right)};
    return cmocka_run_group_tests_name("engine/recorded_orders", tests, NULL, NULL);
}
