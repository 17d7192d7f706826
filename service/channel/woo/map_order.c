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
#include "service/channel/woo/driver.h"

#define TEXT_MAX        (1024 * 1024)
#define PARTS_MAX       32 /* taxes on one line */
#define META_KEY_MAX    511
#define AMOUNT_TEXT_MAX 256
/* Bounds that no order of a shop comes near, so that no sum over an order can leave 64 bits. */
#define LINES_MAX    10000
#define AMOUNT_MAX   10000000000000LL /* minor units */
#define QUANTITY_MAX 1000000000000LL  /* thousandths */

/* The members of an order that are looked at. */
struct root {
    struct slice id, number, status, created, modified, paid, currency, total, total_tax, refunds, tax_lines;
    struct slice line_items, shipping_lines, fee_lines, coupon_lines, customer_note, customer_id, billing, shipping;
    struct slice payment_method, payment_title, transaction_id, meta_data;
};

/* One order being read. */
struct reading {
    const struct woo_settings *set;
    struct root root;
    struct order *order;
    struct err *err;
};

static enum rc invalid(struct reading *r, const char *what) {
    return err_set(r->err, RC_INVALID, REACH_ITEM, "The shop's order %s cannot be read: %s.",
                   r->order->number[0] ? r->order->number : "(no number)", what);
}

/* The members asked for; none of what is no object. */
static enum rc members(struct reading *r, struct slice object, const struct scan_field *fields, size_t n) {
    if (scan_fields(object, fields, n) || !slice_is_object(object))
        return RC_OK;
    return invalid(r, "a name stands twice in one object");
}

#define MEMBERS(r, object, fields) members(r, object, fields, sizeof(fields) / sizeof(fields)[0])

/* --- texts --- */

static void set_text(char **field, struct slice value) {
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
    set_text(&a->first_name, first_name);
    set_text(&a->last_name, last_name);
    set_text(&a->company, company);
    set_text(&a->street, street);
    set_text(&a->street2, street2);
    set_text(&a->city, city);
    set_text(&a->postcode, postcode);
    set_text(&a->state, state);
    set_text(&a->country, country);
    set_text(&a->email, email);
    set_text(&a->phone, phone);
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
        set_text(&text, value);
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

/* An amount in minor units of the order's currency. `exact` may be NULL: then a fraction of a minor unit is rounded
 * (older shops leave tax parts unrounded). */
static bool amount(struct reading *r, struct slice value, int64_t *out, bool *exact) {
    char text[AMOUNT_TEXT_MAX + 1];
    bool whole = true;
    bool ok = slice_lax(value, text, sizeof text) && decimal_parse(str_trim(text), r->order->decimals, out, &whole);
    if (exact)
        *exact = whole;
    return ok && *out >= -AMOUNT_MAX && *out <= AMOUNT_MAX;
}

static int64_t amount_or(struct reading *r, struct slice value, int64_t fallback) {
    int64_t amount_read;
    return amount(r, value, &amount_read, NULL) ? amount_read : fallback;
}

static enum rc read_refunds(struct reading *r) {
    struct scan_list list;
    struct slice item, total;
    const struct scan_field fields[] = {{"total", &total}};
    scan_list(&list, r->root.refunds);
    for (int count = 0; scan_list_item(&list, &item); count++) {
        int64_t refund;
        if (count == LINES_MAX)
            return invalid(r, "it has too many refunds");
        enum rc rc = MEMBERS(r, item, fields);
        if (rc)
            return rc;
        if (!amount(r, total, &refund, NULL))
            return invalid(r, "a refund has no amount");
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
        return invalid(r, text);
    }
    if (!amount(r, r->root.total, &o->total, &whole))
        return invalid(r, "it has no total");
    if (!whole) {
        /* Hazard 22: money has the shop's decimals, not the currency's. */
        str_fmt(text, sizeof text,
                "its total has a fraction of the smallest unit of %s; set the shop's number of decimals to %d",
                o->currency, o->decimals);
        return invalid(r, text);
    }
    if (!amount(r, r->root.total_tax, &o->total_vat, NULL))
        return invalid(r, "it has no total of taxes");
    return read_refunds(r);
}

/* --- taxes --- */

static enum rc read_tax(struct reading *r, struct slice line) {
    struct slice percent, id, compound, tax, shipping_tax;
    const struct scan_field fields[] = {{"rate_percent", &percent},
                                        {"rate_id", &id},
                                        {"compound", &compound},
                                        {"tax_total", &tax},
                                        {"shipping_tax_total", &shipping_tax}};
    enum rc rc = MEMBERS(r, line, fields);
    if (rc)
        return rc;
    struct order_tax *t = order_add_tax(r->order);
    char text[65];
    bool known = slice_lax(percent, text, sizeof text) && decimal_parse(text, 4, &t->rate, NULL);
    set_text(&t->remote_id, id);
    if (!known || t->rate < 0 || t->rate > 100 * RATE_SCALE)
        return invalid(r, "a tax has no rate");
    if (slice_is(compound, "true"))
        return invalid(r, "it has a tax on top of another tax, which is not supported");
    t->vat = amount_or(r, tax, 0) + amount_or(r, shipping_tax, 0);
    return RC_OK;
}

static enum rc read_taxes(struct reading *r) {
    struct scan_list list;
    struct slice line;
    enum rc rc = RC_OK;
    scan_list(&list, r->root.tax_lines);
    while (!rc && scan_list_item(&list, &line))
        rc = read_tax(r, line);
    return rc;
}

static const struct order_tax *find_tax(const struct order *o, const char *id) {
    for (size_t i = 0; i < o->tax_count; i++) {
        if (str_eq(o->taxes[i].remote_id, id))
            return &o->taxes[i];
    }
    return NULL;
}

/* The taxes on one line. */
struct part {
    int64_t rate, vat, net;
    bool exact; /* the shop had rounded it */
};

static int64_t size_of(int64_t amount) {
    return amount < 0 ? -amount : amount;
}

/* Older shops tell the parts of a line's tax unrounded (13.7931) and the line's tax rounded; the total is built from
 * the rounded one. What rounding the parts by themselves would miss goes to the largest part (hazard 24). */
static void round_parts(struct reading *r, struct slice line_tax, struct part *parts, size_t count) {
    int64_t total, sum = 0;
    size_t largest = 0;
    bool exact = true;
    for (size_t i = 0; i < count; i++) {
        exact = exact && parts[i].exact;
        sum += parts[i].vat;
        if (size_of(parts[i].vat) > size_of(parts[largest].vat))
            largest = i;
    }
    if (exact || count == 0 || !amount(r, line_tax, &total, NULL))
        return;
    int64_t miss = total - sum;
    if (miss >= -(int64_t)count && miss <= (int64_t)count)
        parts[largest].vat += miss;
}

/* Entries with an empty amount stand there for rates that do not apply. */
static enum rc read_parts(struct reading *r, struct slice taxes, struct part *parts, size_t *count) {
    struct scan_list list;
    struct slice item, total, id_value;
    const struct scan_field fields[] = {{"total", &total}, {"id", &id_value}};
    char *id = mem_strdup("");
    enum rc rc = RC_OK;
    *count = 0;
    scan_list(&list, taxes);
    while (!rc && scan_list_item(&list, &item)) {
        int64_t vat;
        bool exact;
        rc = MEMBERS(r, item, fields);
        if (rc || !amount(r, total, &vat, &exact))
            continue;
        set_text(&id, id_value);
        const struct order_tax *tax = find_tax(r->order, id);
        if (!tax)
            rc = invalid(r, "a line has a tax that the order does not list");
        else if (*count == PARTS_MAX)
            rc = invalid(r, "a line has too many taxes");
        else
            parts[(*count)++] = (struct part){.rate = tax->rate, .vat = vat, .exact = exact};
    }
    mem_free(id);
    return rc;
}

/* Shares a line's net out over its taxes by what each tax says its net was (hazard 25: a negative fee is shared over
 * the rates of the cart). */
static bool share_net(struct part *parts, size_t count, int64_t net) {
    int64_t weights[PARTS_MAX], shares[PARTS_MAX];
    for (size_t i = 0; i < count; i++) {
        int64_t vat = size_of(parts[i].vat), rate = parts[i].rate;
        if (vat > AMOUNT_MAX / 100 || (rate > 0 && rate < RATE_SCALE / 10))
            return false; /* the weights would leave 64 bits */
        weights[i] = rate > 0 ? mul_div_round(vat, 100LL * RATE_SCALE * 1000, rate) : 0;
    }
    money_split(net, weights, count, shares);
    for (size_t i = 0; i < count; i++)
        parts[i].net = shares[i];
    return true;
}

/* --- lines --- */

/* The members of a line that are looked at. */
struct line {
    struct slice id, name, tax_class, sku, product_id, variation_id, quantity, taxes, total, subtotal, total_tax;
};

static void set_id(char **field, struct slice value) {
    int64_t id;
    set_text(field, value);
    if (slice_i64_lax(value, &id) && id == 0)
        order_set(field, "");
}

static enum rc read_quantity(struct reading *r, struct slice value, int64_t *out) {
    char text[65];
    bool whole = true;
    bool ok = slice_lax(value, text, sizeof text) && decimal_parse(text, 3, out, &whole);
    if (!ok || !whole || *out < 0 || *out > QUANTITY_MAX)
        return invalid(r, "a line has no usable quantity");
    return RC_OK;
}

static void fill_line(struct order_line *l, const struct line *from, enum order_line_kind kind) {
    l->kind = kind;
    set_text(&l->remote_id, from->id);
    set_text(&l->name, from->name);
    if (kind != LINE_SHIPPING)
        set_text(&l->tax_class, from->tax_class);
    if (kind == LINE_GOODS) {
        set_text(&l->sku, from->sku);
        set_id(&l->product_id, from->product_id);
        set_id(&l->variant_id, from->variation_id);
    }
}

/* The line's amounts by tax, one at the least. */
static enum rc read_amounts(struct reading *r, const struct line *from, struct part *parts, size_t *count,
                            int64_t *net) {
    enum rc rc = read_parts(r, from->taxes, parts, count);
    if (rc)
        return rc;
    if (!amount(r, from->total, net, NULL))
        return invalid(r, "a line has no amount");
    round_parts(r, from->total_tax, parts, *count);
    if (*count == 0) {
        if (amount_or(r, from->total_tax, 0) != 0)
            return invalid(r, "a line has a tax without a rate");
        parts[(*count)++] = (struct part){.rate = RATE_UNTAXED, .net = *net};
    } else if (*count == 1) {
        parts[0].net = *net;
    } else if (!share_net(parts, *count, *net)) {
        return invalid(r, "a line's taxes cannot be shared out");
    }
    return RC_OK;
}

static enum rc add_line(struct reading *r, const struct line *from, enum order_line_kind kind) {
    struct part parts[PARTS_MAX];
    size_t count;
    int64_t net, quantity = QUANTITY_SCALE, subtotal;
    enum rc rc = read_amounts(r, from, parts, &count, &net);
    if (rc == RC_OK && kind == LINE_GOODS)
        rc = read_quantity(r, from->quantity, &quantity);
    if (rc)
        return rc;
    int64_t discount = kind == LINE_GOODS && amount(r, from->subtotal, &subtotal, NULL) ? subtotal - net : 0;
    for (size_t i = 0; i < count; i++) {
        struct order_line *l = order_add_line(r->order);
        fill_line(l, from, kind);
        l->part = (unsigned)i;
        l->quantity = i == 0 ? quantity : 0;
        l->net = parts[i].net;
        l->vat = parts[i].vat;
        l->rate = parts[i].rate;
        l->discount = i == 0 ? discount : 0;
    }
    return RC_OK;
}

static enum rc read_line(struct reading *r, struct slice item, enum order_line_kind kind) {
    struct line from;
    const struct scan_field fields[] = {{"id", &from.id},
                                        {kind == LINE_SHIPPING ? "method_title" : "name", &from.name},
                                        {"product_id", &from.product_id},
                                        {"variation_id", &from.variation_id},
                                        {"quantity", &from.quantity},
                                        {"tax_class", &from.tax_class},
                                        {"subtotal", &from.subtotal},
                                        {"total", &from.total},
                                        {"total_tax", &from.total_tax},
                                        {"taxes", &from.taxes},
                                        {"sku", &from.sku}};
    if (!slice_is_object(item))
        return invalid(r, "a line is malformed");
    enum rc rc = MEMBERS(r, item, fields);
    if (rc == RC_OK)
        rc = add_line(r, &from, kind);
    if (rc == RC_OK && r->order->line_count > LINES_MAX)
        rc = invalid(r, "it has too many lines");
    return rc;
}

static enum rc read_list(struct reading *r, struct slice list, enum order_line_kind kind) {
    struct scan s;
    struct slice item;
    enum rc rc = RC_OK;
    if (!scan_array(&s, list))
        return invalid(r, "a list of lines is missing");
    while (!rc && scan_item(&s, &item))
        rc = read_line(r, item, kind);
    return rc;
}

static enum rc read_lines(struct reading *r) {
    enum rc rc = read_list(r, r->root.line_items, LINE_GOODS);
    if (rc == RC_OK)
        rc = read_list(r, r->root.shipping_lines, LINE_SHIPPING);
    return rc == RC_OK ? read_list(r, r->root.fee_lines, LINE_FEE) : rc;
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
        rc = MEMBERS(r, item, fields);
        if (rc)
            break;
        mem_grow((void **)&o->coupons, &capacity, o->coupon_count, sizeof *o->coupons);
        o->coupons[o->coupon_count] = mem_strdup("");
        set_text(&o->coupons[o->coupon_count++], code);
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
        return invalid(r, "it is not an order");
    return MEMBERS(r, text, fields);
}

static enum rc read_head(struct reading *r) {
    struct order *o = r->order;
    int64_t id;
    if (!slice_i64_lax(r->root.id, &id) || id <= 0)
        return invalid(r, "it has no number");
    set_text(&o->remote_id, r->root.id);
    set_text(&o->number, r->root.number);
    if (!o->number[0])
        order_set(&o->number, o->remote_id);
    set_text(&o->status, r->root.status);
    if (!o->status[0])
        return invalid(r, "it has no status");
    o->created_ms = read_time(r->root.created);
    o->modified_ms = read_time(r->root.modified);
    o->paid_ms = read_time(r->root.paid);
    if (o->created_ms == 0)
        return invalid(r, "it has no date");
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
    set_id(&o->customer_id, r->root.customer_id);
    enum rc rc = read_address(r, &o->billing, r->root.billing);
    if (rc == RC_OK)
        rc = read_address(r, &o->shipping, r->root.shipping);
    if (rc)
        return rc;
    complete_shipping(o);
    set_text(&o->payment_method, r->root.payment_method);
    set_text(&o->payment_title, r->root.payment_title);
    set_text(&o->transaction_id, r->root.transaction_id);
    rc = read_meta(r, &o->vat_number, r->set->vat_number_meta);
    return rc == RC_OK ? read_meta(r, &o->pickup_point, r->set->pickup_meta) : rc;
}

static enum rc read_order(struct reading *r, struct slice text) {
    enum rc (*const steps[])(struct reading *) = {read_head,  read_totals, read_taxes,
                                                  read_lines, read_people, read_coupons};
    enum rc rc = read_root(r, text);
    for (size_t i = 0; rc == RC_OK && i < sizeof steps / sizeof steps[0]; i++)
        rc = steps[i](r);
    return rc;
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
