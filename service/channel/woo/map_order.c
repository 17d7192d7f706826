/* An order as the shop wrote it -> struct order. What is understood must add up: the engine checks; here nothing is
 * guessed and nothing is rounded but what a shop itself left unrounded (hazard 24). */
#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

#define TEXT_MAX  (1024 * 1024)
#define PARTS_MAX 32 /* taxes on one line */
/* Bounds that no order of a shop comes near, so that no sum over an order can leave 64 bits. */
#define LINES_MAX    10000
#define AMOUNT_MAX   10000000000000LL /* minor units */
#define QUANTITY_MAX 1000000000000LL  /* thousandths */

/* One order being read. */
struct reading {
    const struct woo_settings *set;
    const struct json *root;
    struct order *order;
    struct err *err;
};

static enum rc invalid(struct reading *r, const char *what) {
    return err_set(r->err, RC_INVALID, REACH_ITEM, "The shop's order %s cannot be read: %s.",
                   r->order->number[0] ? r->order->number : "(no number)", what);
}

/* --- texts --- */

static void set_text(char **field, const struct json *j, const char *key) {
    struct buf text;
    buf_init(&text, TEXT_MAX);
    json_text_lax(j, key, &text);
    order_set(field, str_trim(text.data));
    buf_free(&text);
}

static bool valid_country(const char *c) {
    return strlen(c) == 2 && c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z';
}

static void read_address(struct order_address *a, const struct json *j) {
    set_text(&a->first_name, j, "first_name");
    set_text(&a->last_name, j, "last_name");
    set_text(&a->company, j, "company");
    set_text(&a->street, j, "address_1");
    set_text(&a->street2, j, "address_2");
    set_text(&a->city, j, "city");
    set_text(&a->postcode, j, "postcode");
    set_text(&a->state, j, "state");
    set_text(&a->country, j, "country");
    set_text(&a->email, j, "email");
    set_text(&a->phone, j, "phone");
    a->country_valid = valid_country(a->country);
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

/* The first of these order meta fields that is filled. */
static void read_meta(struct reading *r, char **field, const char *const *keys) {
    const struct json *list = json_get(r->root, "meta_data");
    for (size_t i = 0; keys && keys[i]; i++) {
        for (const struct json *m = json_first(list); m; m = json_next(m)) {
            if (!str_eq(json_str(m, "key", NULL), keys[i]))
                continue;
            set_text(field, m, "value");
            if ((*field)[0])
                return;
        }
    }
}

static int64_t read_time(const struct json *j, const char *key) {
    int64_t ms;
    const char *text = json_str(j, key, NULL);
    return text && iso_parse(text, &ms) ? ms : 0;
}

/* --- money --- */

/* The amount of a member in minor units of the order's currency. `exact` may be NULL: then a fraction of a minor unit
 * is rounded (older shops leave tax parts unrounded). */
static bool amount(struct reading *r, const struct json *j, const char *key, int64_t *out, bool *exact) {
    struct buf text;
    bool whole = true;
    buf_init(&text, 256);
    bool ok = json_text_lax(j, key, &text) && decimal_parse(str_trim(text.data), r->order->decimals, out, &whole);
    buf_free(&text);
    if (exact)
        *exact = whole;
    return ok && *out >= -AMOUNT_MAX && *out <= AMOUNT_MAX;
}

static int64_t amount_or(struct reading *r, const struct json *j, const char *key, int64_t fallback) {
    int64_t value;
    return amount(r, j, key, &value, NULL) ? value : fallback;
}

static enum rc read_totals(struct reading *r) {
    struct order *o = r->order;
    bool whole;
    char text[160];
    str_copy(o->currency, sizeof o->currency, json_str(r->root, "currency", ""));
    o->decimals = currency_decimals(o->currency);
    if (o->decimals < 0) {
        str_fmt(text, sizeof text, "its currency \"%s\" is not known", o->currency);
        return invalid(r, text);
    }
    if (!amount(r, r->root, "total", &o->total, &whole))
        return invalid(r, "it has no total");
    if (!whole) {
        /* Hazard 22: money has the shop's decimals, not the currency's. */
        str_fmt(text, sizeof text,
                "its total has a fraction of the smallest unit of %s; set the shop's number of decimals to %d",
                o->currency, o->decimals);
        return invalid(r, text);
    }
    if (!amount(r, r->root, "total_tax", &o->total_vat, NULL))
        return invalid(r, "it has no total of taxes");
    if (json_count(json_get(r->root, "refunds")) > LINES_MAX)
        return invalid(r, "it has too many refunds");
    for (const struct json *j = json_first(json_get(r->root, "refunds")); j; j = json_next(j)) {
        int64_t refund;
        if (!amount(r, j, "total", &refund, NULL))
            return invalid(r, "a refund has no amount");
        o->refunded += refund < 0 ? -refund : refund;
    }
    return RC_OK;
}

/* --- taxes --- */

static enum rc read_taxes(struct reading *r) {
    for (const struct json *j = json_first(json_get(r->root, "tax_lines")); j; j = json_next(j)) {
        struct order_tax *t = order_add_tax(r->order);
        struct buf percent;
        buf_init(&percent, 64);
        bool known = json_text_lax(j, "rate_percent", &percent) && decimal_parse(percent.data, 4, &t->rate, NULL);
        buf_free(&percent);
        set_text(&t->remote_id, j, "rate_id");
        if (!known || t->rate < 0 || t->rate > 100 * RATE_SCALE)
            return invalid(r, "a tax has no rate");
        if (json_bool(j, "compound", false))
            return invalid(r, "it has a tax on top of another tax, which is not supported");
        t->vat = amount_or(r, j, "tax_total", 0) + amount_or(r, j, "shipping_tax_total", 0);
    }
    return RC_OK;
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
static void round_parts(struct reading *r, const struct json *line, struct part *parts, size_t count) {
    int64_t total, sum = 0;
    size_t largest = 0;
    bool exact = true;
    for (size_t i = 0; i < count; i++) {
        exact = exact && parts[i].exact;
        sum += parts[i].vat;
        if (size_of(parts[i].vat) > size_of(parts[largest].vat))
            largest = i;
    }
    if (exact || count == 0 || !amount(r, line, "total_tax", &total, NULL))
        return;
    int64_t miss = total - sum;
    if (miss >= -(int64_t)count && miss <= (int64_t)count)
        parts[largest].vat += miss;
}

/* Entries with an empty amount stand there for rates that do not apply. */
static enum rc read_parts(struct reading *r, const struct json *line, struct part *parts, size_t *count) {
    char *id = mem_strdup("");
    enum rc rc = RC_OK;
    *count = 0;
    for (const struct json *j = json_first(json_get(line, "taxes")); j && !rc; j = json_next(j)) {
        int64_t vat;
        bool exact;
        if (!amount(r, j, "total", &vat, &exact))
            continue;
        set_text(&id, j, "id");
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

/* Which member holds what, by kind of line. */
struct line_kind {
    enum order_line_kind kind;
    const char *list, *name, *tax_class;
};
static const struct line_kind line_kinds[] = {
    {LINE_GOODS, "line_items", "name", "tax_class"},
    {LINE_SHIPPING, "shipping_lines", "method_title", NULL},
    {LINE_FEE, "fee_lines", "name", "tax_class"},
};

static void set_id(char **field, const struct json *j, const char *key) {
    int64_t id;
    set_text(field, j, key);
    if (json_i64_lax(j, key, &id) && id == 0)
        order_set(field, "");
}

static enum rc read_quantity(struct reading *r, const struct json *j, int64_t *out) {
    struct buf text;
    buf_init(&text, 64);
    bool whole = true;
    bool ok = json_text_lax(j, "quantity", &text) && decimal_parse(text.data, 3, out, &whole);
    buf_free(&text);
    if (!ok || !whole || *out < 0 || *out > QUANTITY_MAX)
        return invalid(r, "a line has no usable quantity");
    return RC_OK;
}

static void fill_line(struct order_line *l, const struct json *j, const struct line_kind *kind) {
    l->kind = kind->kind;
    set_text(&l->remote_id, j, "id");
    set_text(&l->name, j, kind->name);
    if (kind->tax_class)
        set_text(&l->tax_class, j, kind->tax_class);
    if (kind->kind == LINE_GOODS) {
        set_text(&l->sku, j, "sku");
        set_id(&l->product_id, j, "product_id");
        set_id(&l->variant_id, j, "variation_id");
    }
}

static enum rc read_line(struct reading *r, const struct json *j, const struct line_kind *kind) {
    struct part parts[PARTS_MAX];
    size_t count;
    int64_t net, quantity = QUANTITY_SCALE, subtotal;
    enum rc rc = read_parts(r, j, parts, &count);
    if (rc)
        return rc;
    if (!amount(r, j, "total", &net, NULL))
        return invalid(r, "a line has no amount");
    round_parts(r, j, parts, count);
    if (kind->kind == LINE_GOODS && (rc = read_quantity(r, j, &quantity)) != RC_OK)
        return rc;
    int64_t discount = kind->kind == LINE_GOODS && amount(r, j, "subtotal", &subtotal, NULL) ? subtotal - net : 0;
    if (count == 0) {
        int64_t vat = amount_or(r, j, "total_tax", 0);
        if (vat != 0)
            return invalid(r, "a line has a tax without a rate");
        parts[count++] = (struct part){.rate = RATE_UNTAXED, .net = net};
    } else if (count == 1) {
        parts[0].net = net;
    } else if (!share_net(parts, count, net)) {
        return invalid(r, "a line's taxes cannot be shared out");
    }
    for (size_t i = 0; i < count; i++) {
        struct order_line *l = order_add_line(r->order);
        fill_line(l, j, kind);
        l->part = (unsigned)i;
        l->quantity = i == 0 ? quantity : 0;
        l->net = parts[i].net;
        l->vat = parts[i].vat;
        l->rate = parts[i].rate;
        l->discount = i == 0 ? discount : 0;
    }
    return RC_OK;
}

static enum rc read_lines(struct reading *r) {
    for (size_t k = 0; k < sizeof line_kinds / sizeof line_kinds[0]; k++) {
        const struct json *list = json_get(r->root, line_kinds[k].list);
        if (!json_is_array(list))
            return invalid(r, "a list of lines is missing");
        for (const struct json *j = json_first(list); j; j = json_next(j)) {
            enum rc rc = json_is_object(j) ? read_line(r, j, &line_kinds[k]) : invalid(r, "a line is malformed");
            if (rc == RC_OK && r->order->line_count > LINES_MAX)
                rc = invalid(r, "it has too many lines");
            if (rc)
                return rc;
        }
    }
    return RC_OK;
}

static void read_coupons(struct reading *r) {
    const struct json *list = json_get(r->root, "coupon_lines");
    struct order *o = r->order;
    o->coupons = mem_zalloc(json_count(list) + 1, sizeof *o->coupons);
    for (const struct json *j = json_first(list); j; j = json_next(j))
        set_text(&o->coupons[o->coupon_count++], j, "code");
}

/* --- the order --- */

static enum rc read_head(struct reading *r) {
    struct order *o = r->order;
    int64_t id;
    if (!json_i64_lax(r->root, "id", &id) || id <= 0)
        return invalid(r, "it has no number");
    set_text(&o->remote_id, r->root, "id");
    set_text(&o->number, r->root, "number");
    if (!o->number[0])
        order_set(&o->number, o->remote_id);
    set_text(&o->status, r->root, "status");
    if (!o->status[0])
        return invalid(r, "it has no status");
    o->created_ms = read_time(r->root, "date_created_gmt");
    o->modified_ms = read_time(r->root, "date_modified_gmt");
    o->paid_ms = read_time(r->root, "date_paid_gmt");
    if (o->created_ms == 0)
        return invalid(r, "it has no date");
    return RC_OK;
}

static void read_people(struct reading *r) {
    struct order *o = r->order;
    struct buf remark;
    buf_init(&remark, TEXT_MAX);
    json_text_lax(r->root, "customer_note", &remark);
    order_set(&o->remark, str_blank(remark.data) ? "" : str_trim(remark.data));
    buf_free(&remark);
    set_id(&o->customer_id, r->root, "customer_id");
    read_address(&o->billing, json_get(r->root, "billing"));
    read_address(&o->shipping, json_get(r->root, "shipping"));
    complete_shipping(o);
    set_text(&o->payment_method, r->root, "payment_method");
    set_text(&o->payment_title, r->root, "payment_method_title");
    set_text(&o->transaction_id, r->root, "transaction_id");
    read_meta(r, &o->vat_number, r->set->vat_number_meta);
    read_meta(r, &o->pickup_point, r->set->pickup_meta);
}

static enum rc read_order(struct reading *r) {
    if (!json_is_object(r->root))
        return invalid(r, "it is not an order");
    enum rc rc = read_head(r);
    if (rc == RC_OK)
        rc = read_totals(r);
    if (rc == RC_OK)
        rc = read_taxes(r);
    if (rc == RC_OK)
        rc = read_lines(r);
    if (rc == RC_OK) {
        read_people(r);
        read_coupons(r);
    }
    return rc;
}

enum rc woo_order_parse(const struct woo_settings *set, const char *raw, size_t len, struct order **out,
                        struct err *err) {
    struct json *root;
    struct err syntax;
    if (json_parse(raw, len, &root, &syntax))
        return err_set(err, RC_INVALID, REACH_ITEM, "The shop's order cannot be read: %s", syntax.text);
    struct reading r = {.set = set, .root = root, .order = order_new(), .err = err};
    enum rc rc = read_order(&r);
    json_free(root);
    if (rc) {
        order_free(r.order);
        return rc;
    }
    *out = r.order;
    return RC_OK;
}
