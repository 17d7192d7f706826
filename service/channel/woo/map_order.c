/* An order as the shop wrote it -> struct order. What is understood must add up: the engine checks; here nothing is
 * guessed and nothing is rounded but what a shop itself left unrounded (hazard 24).
 *
 * Each order is read here twice, when it is kept and when it is imported, so no tree is made: the text is checked as
 * strictly as the tree's reader does, and then walked. */
#include <string.h>

#include "common/base/civil.h"
#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/channel/woo/map_order_int.h"

#define TEXT_MAX        (1024 * 1024)
#define META_KEY_MAX    511
#define AMOUNT_TEXT_MAX 256
#define COUPONS_MAX     1000

enum rc reading_invalid(struct reading *r, const char *what) {
    return err_set(r->err, RC_INVALID, REACH_ITEM, "The shop's order %s cannot be read: %s.",
                   r->order->number[0] ? r->order->number : "(no number)", what);
}

enum rc reading_members(struct reading *r, struct slice object, const struct scan_field *fields, size_t n) {
    if (scan_fields(object, fields, n) || !slice_is_object(object))
        return RC_OK;
    return reading_invalid(r, "a name stands twice in one object");
}

/* --- texts --- */

void reading_text(char **field, struct slice value) {
    if (slice_is_plain(value) && value.len - 2 <= TEXT_MAX) {
        mem_free(*field);
        *field = str_trim(mem_strndup(value.p + 1, value.len - 2));
        return;
    }
    struct buf text;
    buf_init(&text, TEXT_MAX);
    slice_add_text(value, &text);
    order_set(field, str_trim(text.data));
    buf_free(&text);
}

void reading_id(char **field, struct slice value) {
    int64_t id;
    reading_text(field, value);
    if (slice_i64_lax(value, &id) && id == 0)
        order_set(field, "");
}

static bool valid_country(const char *c) {
    return strlen(c) == 2 && c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z';
}

static enum rc read_address(struct reading *r, struct order_address *a, struct slice from) {
    struct slice first_name, last_name, company, street, street2, city, postcode, state, country, email, phone;
    const struct scan_field fields[] = {{"first_name", &first_name}, {"last_name", &last_name}, {"company", &company},
                                        {"address_1", &street},      {"address_2", &street2},   {"city", &city},
                                        {"postcode", &postcode},     {"state", &state},         {"country", &country},
                                        {"email", &email},           {"phone", &phone}};
    enum rc rc = MEMBERS(r, from, fields);
    if (rc)
        return rc;
    reading_text(&a->first_name, first_name);
    reading_text(&a->last_name, last_name);
    reading_text(&a->company, company);
    reading_text(&a->street, street);
    reading_text(&a->street2, street2);
    reading_text(&a->city, city);
    reading_text(&a->postcode, postcode);
    reading_text(&a->state, state);
    reading_text(&a->country, country);
    reading_text(&a->email, email);
    reading_text(&a->phone, phone);
    a->country_valid = valid_country(a->country);
    return RC_OK;
}

/* A shipping address of which nothing says where to means "the same as billing". */
static void complete_shipping(struct order *o) {
    struct order_address *s = &o->shipping;
    const struct order_address *b = &o->billing;
    bool empty = !s->first_name[0] && !s->last_name[0] && !s->company[0] && !s->street[0] && !s->street2[0] &&
                 !s->city[0] && !s->postcode[0];
    if (!empty) {
        if (!s->phone[0])
            order_set(&s->phone, b->phone);
        if (!s->email[0])
            order_set(&s->email, b->email);
        return;
    }
    order_set(&s->first_name, b->first_name);
    order_set(&s->last_name, b->last_name);
    order_set(&s->company, b->company);
    order_set(&s->street, b->street);
    order_set(&s->street2, b->street2);
    order_set(&s->city, b->city);
    order_set(&s->postcode, b->postcode);
    order_set(&s->state, b->state);
    order_set(&s->country, b->country);
    order_set(&s->email, b->email);
    order_set(&s->phone, b->phone);
    s->country_valid = b->country_valid;
}

/* Which of the keys it is; `none` when it is none before that one. */
static size_t key_index(struct slice key, const char *const *keys, size_t none) {
    char text[META_KEY_MAX + 1];
    if (key.p == NULL || key.p[0] != '"' || !slice_text(key, text, sizeof text))
        return none;
    for (size_t i = 0; i < none; i++) {
        if (str_eq(text, keys[i]))
            return i;
    }
    return none;
}

/* The first of these order meta fields that is filled. */
static enum rc read_meta(struct reading *r, char **field, const char *const *keys) {
    struct scan_list list;
    struct slice item, key, value;
    const struct scan_field fields[] = {{"key", &key}, {"value", &value}};
    size_t best = 0;
    while (keys && keys[best])
        best++;
    if (best == 0)
        return RC_OK;
    scan_list(&list, r->root.meta_data);
    char *text = mem_strdup("");
    enum rc rc = RC_OK;
    while (!rc && scan_list_item(&list, &item)) {
        rc = MEMBERS(r, item, fields);
        size_t i = rc ? best : key_index(key, keys, best);
        if (i == best)
            continue;
        reading_text(&text, value);
        if (!text[0])
            continue;
        order_set(field, text);
        best = i;
    }
    mem_free(text);
    return rc;
}

static int64_t read_time(struct slice value) {
    int64_t ms;
    char text[64];
    return value.p && value.p[0] == '"' && slice_text(value, text, sizeof text) && iso_parse(text, &ms) ? ms : 0;
}

/* --- money --- */

bool reading_amount(struct reading *r, struct slice value, int64_t *out, bool *exact) {
    char text[AMOUNT_TEXT_MAX + 1];
    bool whole = true;
    bool ok = slice_lax(value, text, sizeof text) && decimal_parse(str_trim(text), r->order->decimals, out, &whole);
    if (exact)
        *exact = whole;
    return ok && *out >= -ORDER_AMOUNT_MAX && *out <= ORDER_AMOUNT_MAX;
}

int64_t reading_amount_or(struct reading *r, struct slice value, int64_t fallback) {
    int64_t amount_read;
    return reading_amount(r, value, &amount_read, NULL) ? amount_read : fallback;
}

static enum rc read_refunds(struct reading *r) {
    struct scan_list list;
    struct slice item, total;
    const struct scan_field fields[] = {{"total", &total}};
    scan_list(&list, r->root.refunds);
    for (int count = 0; scan_list_item(&list, &item); count++) {
        int64_t refund;
        if (count == ORDER_LINES_MAX)
            return reading_invalid(r, "it has too many refunds");
        enum rc rc = MEMBERS(r, item, fields);
        if (rc)
            return rc;
        if (!reading_amount(r, total, &refund, NULL))
            return reading_invalid(r, "a refund has no amount");
        r->order->refunded += refund < 0 ? -refund : refund;
    }
    return RC_OK;
}

static void read_currency(struct reading *r) {
    struct buf text;
    buf_init(&text, TEXT_MAX);
    if (r->root.currency.p && r->root.currency.p[0] == '"')
        slice_add_text(r->root.currency, &text);
    str_copy(r->order->currency, sizeof r->order->currency, text.data);
    buf_free(&text);
}

static enum rc read_totals(struct reading *r) {
    struct order *o = r->order;
    bool whole;
    char text[160];
    read_currency(r);
    o->decimals = currency_decimals(o->currency);
    if (o->decimals < 0) {
        str_fmt(text, sizeof text, "its currency \"%s\" is not known", o->currency);
        return reading_invalid(r, text);
    }
    if (!reading_amount(r, r->root.total, &o->total, &whole))
        return reading_invalid(r, "it has no total");
    if (!whole) {
        /* Hazard 22: money has the shop's decimals, not the currency's. */
        str_fmt(text, sizeof text,
                "its total has a fraction of the smallest unit of %s; set the shop's number of decimals to %d",
                o->currency, o->decimals);
        return reading_invalid(r, text);
    }
    if (!reading_amount(r, r->root.total_tax, &o->total_vat, NULL))
        return reading_invalid(r, "it has no total of taxes");
    return read_refunds(r);
}

static enum rc read_coupons(struct reading *r) {
    struct order *o = r->order;
    struct scan_list list;
    struct slice item, code;
    const struct scan_field fields[] = {{"code", &code}};
    size_t capacity = 0;
    enum rc rc = RC_OK;
    scan_list(&list, r->root.coupon_lines);
    while (!rc && scan_list_item(&list, &item)) {
        if (o->coupon_count == COUPONS_MAX)
            return reading_invalid(r, "it has too many coupons");
        rc = MEMBERS(r, item, fields);
        if (rc)
            break;
        mem_grow((void **)&o->coupons, &capacity, o->coupon_count, sizeof *o->coupons);
        o->coupons[o->coupon_count] = mem_strdup("");
        reading_text(&o->coupons[o->coupon_count++], code);
    }
    return rc;
}

/* --- the order --- */

static enum rc read_root(struct reading *r, struct slice text) {
    struct root *o = &r->root;
    const struct scan_field fields[] = {{"id", &o->id},
                                        {"status", &o->status},
                                        {"currency", &o->currency},
                                        {"date_created_gmt", &o->created},
                                        {"date_modified_gmt", &o->modified},
                                        {"date_paid_gmt", &o->paid},
                                        {"total", &o->total},
                                        {"total_tax", &o->total_tax},
                                        {"customer_id", &o->customer_id},
                                        {"billing", &o->billing},
                                        {"shipping", &o->shipping},
                                        {"payment_method", &o->payment_method},
                                        {"payment_method_title", &o->payment_title},
                                        {"transaction_id", &o->transaction_id},
                                        {"customer_note", &o->customer_note},
                                        {"number", &o->number},
                                        {"meta_data", &o->meta_data},
                                        {"line_items", &o->line_items},
                                        {"tax_lines", &o->tax_lines},
                                        {"shipping_lines", &o->shipping_lines},
                                        {"fee_lines", &o->fee_lines},
                                        {"coupon_lines", &o->coupon_lines},
                                        {"refunds", &o->refunds}};
    if (!slice_is_object(text))
        return reading_invalid(r, "it is not an order");
    return MEMBERS(r, text, fields);
}

static enum rc read_head(struct reading *r) {
    struct order *o = r->order;
    int64_t id;
    char text[32];
    if (!slice_i64_lax(r->root.id, &id) || id <= 0)
        return reading_invalid(r, "it has no number");
    str_fmt(text, sizeof text, "%lld", (long long)id); /* as the list's reader does: "007" is the order 7 */
    order_set(&o->remote_id, text);
    reading_text(&o->number, r->root.number);
    if (!o->number[0])
        order_set(&o->number, o->remote_id);
    reading_text(&o->status, r->root.status);
    if (!o->status[0])
        return reading_invalid(r, "it has no status");
    o->created_ms = read_time(r->root.created);
    o->modified_ms = read_time(r->root.modified);
    o->paid_ms = read_time(r->root.paid);
    if (o->created_ms == 0)
        return reading_invalid(r, "it has no date");
    return RC_OK;
}

static void read_remark(struct reading *r) {
    struct buf remark;
    buf_init(&remark, TEXT_MAX);
    slice_add_text(r->root.customer_note, &remark);
    order_set(&r->order->remark, str_trim(remark.data));
    buf_free(&remark);
}

static enum rc read_people(struct reading *r) {
    struct order *o = r->order;
    read_remark(r);
    reading_id(&o->customer_id, r->root.customer_id);
    enum rc rc = read_address(r, &o->billing, r->root.billing);
    if (rc == RC_OK)
        rc = read_address(r, &o->shipping, r->root.shipping);
    if (rc)
        return rc;
    complete_shipping(o);
    reading_text(&o->payment_method, r->root.payment_method);
    reading_text(&o->payment_title, r->root.payment_title);
    reading_text(&o->transaction_id, r->root.transaction_id);
    rc = read_meta(r, &o->vat_number, r->set->vat_number_meta);
    return rc == RC_OK ? read_meta(r, &o->pickup_point, r->set->pickup_meta) : rc;
}

static enum rc read_order(struct reading *r, struct slice text) {
    enum rc rc = read_root(r, text);
    if (rc == RC_OK)
        rc = read_head(r);
    if (rc == RC_OK)
        rc = read_totals(r);
    if (rc == RC_OK)
        rc = reading_taxes(r);
    if (rc == RC_OK)
        rc = reading_lines(r);
    if (rc == RC_OK)
        rc = read_people(r);
    return rc == RC_OK ? read_coupons(r) : rc;
}

enum rc woo_order_parse(const struct woo_settings *set, const char *raw, size_t len, struct order **out,
                        struct err *err) {
    struct err syntax;
    if (json_check(raw, len, &syntax))
        return err_set(err, RC_INVALID, REACH_ITEM, "The shop's order cannot be read: %s", syntax.text);
    struct reading r = {.set = set, .order = order_new(), .err = err};
    enum rc rc = read_order(&r, slice_trim((struct slice){raw, len}));
    if (rc) {
        order_free(r.order);
        return rc;
    }
    *out = r.order;
    return RC_OK;
}
