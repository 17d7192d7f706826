/* Orders and refunds as the API shows them. */
#include "tests/sim/order.h"
#include "tests/sim/product.h"
#include "tests/sim/settings.h"
#include "tests/sim/terms.h"
#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>

static int decimals(const struct call *c) {
    return js_has(c->params, "dp") && !c->is_batch ? (int)js_id(c->params, "dp") : shop_decimals();
}

/* What people read of a choice: the names of the attribute and its value where the product has them. */
static void put_display(struct sbuf *b, const struct meta *m, const struct product *p) {
    const struct attribute *global = attribute_by_slug(m->key);
    cJSON *value = cJSON_Parse(m->json);
    const char *text = cJSON_IsString(value) ? value->valuestring : "", *label = m->key;
    const struct term *t = global ? term_by_slug('a', global->id, text) : NULL;
    char *clean = text_clean(t ? t->name : text);

    for (int i = 0; p && i < p->attrs.n; i++) {
        if (!strcmp(p->attrs.v[i].key, m->key))
            label = p->attrs.v[i].name;
    }
    jw_str(b, "display_key", *text && global ? global->name : *text ? label : m->key);
    if (cJSON_IsString(value))
        jw_str(b, "display_value", clean);
    else
        jw_raw(b, "display_value", m->json);
    xfree(clean);
    cJSON_Delete(value);
}

static void put_line_metas(struct sbuf *b, const struct oline *l) {
    const struct product *p = product_get(l->product_id);

    jw_open(b, "meta_data", '[');
    for (int i = 0; i < l->meta.n; i++) {
        jw_open(b, NULL, '{');
        jw_int(b, "id", l->meta.v[i].id);
        jw_str(b, "key", l->meta.v[i].key);
        jw_raw(b, "value", l->meta.v[i].json);
        put_display(b, &l->meta.v[i], p);
        jw_close(b, '}');
    }
    jw_close(b, ']');
}

/* Up to six decimals, without the zeros behind. */
static void put_trimmed(struct sbuf *b, const char *key, micro m) {
    struct sbuf t = {0};
    size_t n;

    jw_micro(&t, NULL, m, 6);
    n = t.n - 1;
    while (n > 2 && t.p[n - 1] == '0')
        n--;
    if (t.p[n - 1] == '.')
        n--;
    t.p[n] = 0;
    jw_str(b, key, t.p + 1);
    sb_free(&t);
}

/* Older shops show what they reckon with. */
static void put_tax(struct sbuf *b, const char *key, micro m, int dp) {
    if (wc_before(900))
        put_trimmed(b, key, m);
    else
        jw_micro(b, key, m, dp);
}

static void put_taxes(struct sbuf *b, const struct oline *l, enum line_kind kind, int dp) {
    jw_open(b, "taxes", '[');
    for (int i = 0; i < l->n_taxes; i++) {
        jw_open(b, NULL, '{');
        jw_int(b, "id", l->taxes[i].rate);
        put_tax(b, "total", l->taxes[i].total, dp);
        if (kind == LINE_ITEM)
            put_tax(b, "subtotal", l->taxes[i].subtotal, dp);
        else
            jw_str(b, "subtotal", "");
        jw_close(b, '}');
    }
    jw_close(b, ']');
}

static void put_image(struct sbuf *b, const struct call *c, const struct product *p) {
    const struct product *parent = p ? product_parent(p) : NULL;
    long id = p && p->images.n ? p->images.v[0] : parent && parent->images.n ? parent->images.v[0] : 0;
    char *url = id ? media_url(c, id) : NULL;

    jw_open(b, "image", '{');
    if (id)
        jw_int(b, "id", id);
    else if (p && p->type != PT_VARIATION)
        jw_str(b, "id", "");
    else
        jw_int(b, "id", 0);
    jw_str(b, "src", url ? url : "");
    jw_close(b, '}');
    xfree(url);
}

static void put_item(struct sbuf *b, const struct call *c, const struct oline *l, int dp) {
    const struct product *p = product_get(l->variation_id ? l->variation_id : l->product_id);
    const struct product *parent = p ? product_parent(p) : NULL;

    jw_str(b, "name", l->name);
    jw_int(b, "product_id", p ? l->product_id : 0);
    jw_int(b, "variation_id", p ? l->variation_id : 0);
    jw_int(b, "quantity", l->qty);
    jw_str(b, "tax_class", l->tax_class);
    jw_micro(b, "subtotal", l->subtotal, dp);
    jw_micro(b, "subtotal_tax", l->subtotal_tax, dp);
    jw_micro(b, "total", l->total, dp);
    jw_micro(b, "total_tax", l->total_tax, dp);
    put_taxes(b, l, LINE_ITEM, dp);
    put_line_metas(b, l);
    jw_str(b, "sku", p ? p->sku : NULL);
    if (l->qty && l->total)
        jw_num(b, "price", (double)l->total / 1e6 / (double)l->qty);
    else
        jw_int(b, "price", 0);
    put_image(b, c, p);
    jw_str(b, "parent_name", parent ? parent->name : NULL);
}

static void put_tax_line(struct sbuf *b, const struct oline *l, int dp) {
    jw_str(b, "rate_code", l->rate_code);
    jw_int(b, "rate_id", l->rate_id);
    jw_str(b, "label", l->name);
    jw_bool(b, "compound", l->compound);
    jw_micro(b, "tax_total", l->total, dp);
    jw_micro(b, "shipping_tax_total", l->ship_tax, dp);
    jw_num(b, "rate_percent", l->percent);
    put_line_metas(b, l);
}

static void put_shipping(struct sbuf *b, const struct oline *l, int dp) {
    jw_str(b, "method_title", l->name);
    jw_str(b, "method_id", l->method_id);
    jw_str(b, "instance_id", l->instance_id);
    jw_micro(b, "total", l->total, dp);
    jw_micro(b, "total_tax", l->total_tax, dp);
    put_taxes(b, l, LINE_SHIPPING, dp);
    if (!wc_before(806))
        jw_str(b, "tax_status", l->tax_status);
    put_line_metas(b, l);
}

static void put_fee(struct sbuf *b, const struct oline *l, int dp) {
    jw_str(b, "name", l->name);
    jw_str(b, "tax_class", l->tax_class);
    jw_str(b, "tax_status", l->tax_status);
    jw_str(b, "amount", "");
    jw_micro(b, "total", l->total, dp);
    jw_micro(b, "total_tax", l->total_tax, dp);
    put_taxes(b, l, LINE_FEE, dp);
    put_line_metas(b, l);
}

static void put_coupon(struct sbuf *b, const struct oline *l) {
    jw_str(b, "code", l->name);
    put_trimmed(b, "discount", l->total);
    put_trimmed(b, "discount_tax", l->total_tax);
    put_line_metas(b, l);
    if (wc_before(807))
        return;
    jw_str(b, "discount_type", l->discount_type);
    jw_num(b, "nominal_amount", l->nominal);
    jw_bool(b, "free_shipping", l->compound);
}

void jw_lines(struct sbuf *b, struct call *c, const struct order *o, enum line_kind kind, int dp) {
    static const char *const keys[LINE_KINDS] = {"line_items", "tax_lines", "shipping_lines", "fee_lines",
                                                 "coupon_lines"};

    jw_open(b, keys[kind], '[');
    for (int i = 0; i < o->lines[kind].n; i++) {
        const struct oline *l = &o->lines[kind].v[i];

        jw_open(b, NULL, '{');
        jw_int(b, "id", l->id);
        switch (kind) {
        case LINE_ITEM: put_item(b, c, l, dp); break;
        case LINE_TAX: put_tax_line(b, l, dp); break;
        case LINE_SHIPPING: put_shipping(b, l, dp); break;
        case LINE_FEE: put_fee(b, l, dp); break;
        default: put_coupon(b, l); break;
        }
        jw_close(b, '}');
    }
    jw_close(b, ']');
}

static void put_address(struct sbuf *b, const char *key, char *const *a, bool billing) {
    jw_open(b, key, '{');
    for (int i = 0; i < AD_COUNT; i++) {
        if (i != AD_EMAIL || billing)
            jw_str(b, addr_keys[i], a[i]);
    }
    jw_close(b, '}');
}

static void put_refunds(struct sbuf *b, const struct order *o, int dp) {
    jw_open(b, "refunds", '[');
    for (int i = 0; i < o->refunds.n; i++) {
        const struct order *r = post_get(o->refunds.v[i], POST_REFUND);
        struct sbuf t = {0};

        if (!r)
            continue;
        jw_micro(&t, NULL, r->amount, dp);
        jw_open(b, NULL, '{');
        jw_int(b, "id", r->id);
        jw_str(b, "reason", r->reason);
        t.p[0] = '-';
        t.p[t.n - 1] = 0;
        jw_str(b, "total", t.p);
        jw_close(b, '}');
        sb_free(&t);
    }
    jw_close(b, ']');
}

static bool editable(const struct order *o) {
    return !strcmp(o->status, "pending") || !strcmp(o->status, "on-hold") || !strcmp(o->status, "auto-draft");
}

static void put_order_links(struct sbuf *b, const struct call *c, const struct order *o) {
    char *self = xfmt("orders/%ld", o->id);

    jw_links(b, c, self, "orders", NULL, ALLOW_ALL);
    xfree(self);
}

/* ---- an injected body ---- */

static void replace(cJSON *body, const char *key, const struct sbuf *value) {
    cJSON *v = cJSON_Parse(sb_text(value));

    if (v && js_get(body, key))
        cJSON_ReplaceItemInObjectCaseSensitive(body, key, v);
    else
        cJSON_Delete(v);
}

#define REPLACE(key, write)     \
    do {                        \
        struct sbuf t = {0};    \
        write;                  \
        replace(body, key, &t); \
        sb_free(&t);            \
    } while (0)

static void replace_times(cJSON *body, const char *key, int64_t at) {
    char *gmt = xfmt("%s_gmt", key);

    REPLACE(key, jw_time(&t, NULL, at, false));
    REPLACE(gmt, jw_time(&t, NULL, at, true));
    xfree(gmt);
}

static void put_raw(struct sbuf *b, const struct call *c, const struct order *o) {
    cJSON *body = cJSON_Parse(o->raw);
    const cJSON *i;

    REPLACE("id", jw_int(&t, NULL, o->id));
    REPLACE("number", jw_str(&t, NULL, o->number));
    REPLACE("status", jw_str(&t, NULL, o->status));
    REPLACE("transaction_id", jw_str(&t, NULL, o->transaction));
    REPLACE("customer_note", jw_str(&t, NULL, o->customer_note));
    REPLACE("is_editable", jw_bool(&t, NULL, editable(o)));
    REPLACE("needs_payment", jw_bool(&t, NULL, order_needs_payment(o)));
    replace_times(body, "date_created", o->created);
    replace_times(body, "date_modified", o->modified);
    replace_times(body, "date_paid", o->paid);
    replace_times(body, "date_completed", o->completed);
    cJSON_DeleteItemFromObjectCaseSensitive(body, "_links");
    jw_open(b, NULL, '{');
    cJSON_ArrayForEach(i, body) {
        if (!strcmp(i->string, "meta_data"))
            jw_metas(b, &o->meta, true);
        else
            jw_value(b, i->string, i);
    }
    put_order_links(b, c, o);
    jw_close(b, '}');
    cJSON_Delete(body);
}

/* ---- the whole ---- */

static void put_head(struct sbuf *b, const struct order *o, int dp) {
    jw_int(b, "id", o->id);
    jw_int(b, "parent_id", o->parent_id);
    jw_str(b, "status", o->status);
    jw_str(b, "currency", o->currency);
    jw_str(b, "version", o->version);
    jw_bool(b, "prices_include_tax", o->prices_incl);
    jw_time(b, "date_created", o->created, false);
    jw_time(b, "date_modified", o->modified, false);
    jw_micro(b, "discount_total", o->discount, dp);
    jw_micro(b, "discount_tax", o->discount_tax, dp);
    jw_micro(b, "shipping_total", o->shipping, dp);
    jw_micro(b, "shipping_tax", o->shipping_tax, dp);
    jw_micro(b, "cart_tax", o->cart_tax, dp);
    jw_micro(b, "total", o->total, dp);
    jw_micro(b, "total_tax", o->total_tax, dp);
    jw_int(b, "customer_id", o->customer_id);
    jw_str(b, "order_key", o->key);
    put_address(b, "billing", o->bill, true);
    put_address(b, "shipping", o->ship, false);
    jw_str(b, "payment_method", o->payment);
    jw_str(b, "payment_method_title", o->payment_title);
    jw_str(b, "transaction_id", o->transaction);
    jw_str(b, "customer_ip_address", o->ip);
    jw_str(b, "customer_user_agent", o->agent);
    jw_str(b, "created_via", o->via);
    jw_str(b, "customer_note", o->customer_note);
    jw_time(b, "date_completed", o->completed, false);
    jw_time(b, "date_paid", o->paid, false);
    jw_str(b, "cart_hash", o->cart_hash);
    jw_str(b, "number", o->number);
    jw_metas(b, &o->meta, true);
}

void jw_order(struct sbuf *b, struct call *c, struct order *o) {
    int dp = decimals(c);
    char *base, *url, *symbol;

    if (o->raw) {
        put_raw(b, c, o);
        return;
    }
    base = call_base(c);
    url = xfmt("%s/checkout/order-pay/%ld/?pay_for_order=true&key=%s", base, o->id, o->key);
    symbol = currency_symbol(o->currency);
    jw_open(b, NULL, '{');
    put_head(b, o, dp);
    for (int k = 0; k < LINE_KINDS; k++)
        jw_lines(b, c, o, (enum line_kind)k, dp);
    put_refunds(b, o, dp);
    jw_str(b, "payment_url", url);
    jw_bool(b, "is_editable", editable(o));
    jw_bool(b, "needs_payment", order_needs_payment(o));
    jw_bool(b, "needs_processing", order_needs_processing(o));
    jw_time(b, "date_created_gmt", o->created, true);
    jw_time(b, "date_modified_gmt", o->modified, true);
    jw_time(b, "date_completed_gmt", o->completed, true);
    jw_time(b, "date_paid_gmt", o->paid, true);
    jw_str(b, "currency_symbol", symbol);
    put_order_links(b, c, o);
    jw_close(b, '}');
    xfree(base);
    xfree(url);
    xfree(symbol);
}

void jw_refund(struct sbuf *b, struct call *c, struct order *r) {
    static const enum line_kind kinds[] = {LINE_ITEM, LINE_SHIPPING, LINE_TAX, LINE_FEE};
    char *list = xfmt("orders/%ld/refunds", r->parent_id), *self = xfmt("%s/%ld", list, r->id),
         *up = xfmt("orders/%ld", r->parent_id);
    int dp = decimals(c);

    jw_open(b, NULL, '{');
    jw_int(b, "id", r->id);
    jw_times(b, "date_created", r->created);
    jw_micro(b, "amount", r->amount, dp);
    jw_str(b, "reason", r->reason);
    jw_int(b, "refunded_by", r->refunded_by);
    jw_bool(b, "refunded_payment", r->refunded_payment);
    jw_metas(b, &r->meta, true);
    for (int k = 0; k < 4; k++)
        jw_lines(b, c, r, kinds[k], dp);
    jw_links(b, c, self, list, up, "[\"GET\",\"DELETE\"]");
    jw_close(b, '}');
    xfree(list);
    xfree(self);
    xfree(up);
}
