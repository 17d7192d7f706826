/* Notes and refunds of orders. */
#include "tests/sim/order.h"
#include "tests/sim/product.h"
#include "tests/sim/tax.h"
#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>

static struct order *own(struct call *c) {
    struct order *o = order_get(c->ids[0]);

    if (!o)
        fail(c, 404, "woocommerce_rest_shop_order_invalid_id", "Invalid order ID.");
    return o;
}

static void put_note(struct sbuf *b, struct call *c, const struct note *n) {
    char *list = xfmt("orders/%ld/notes", c->ids[0]), *self = xfmt("%s/%ld", list, n->id),
         *up = xfmt("orders/%ld", c->ids[0]);

    jw_open(b, NULL, '{');
    jw_int(b, "id", n->id);
    jw_str(b, "author", n->author);
    jw_times(b, "date_created", n->at);
    jw_str(b, "note", n->text);
    jw_bool(b, "customer_note", n->customer);
    jw_links(b, c, self, list, up, "[\"GET\",\"DELETE\"]");
    jw_close(b, '}');
    xfree(list);
    xfree(self);
    xfree(up);
}

static struct note *own_note(struct call *c) {
    struct order *o = own(c);

    for (int i = 0; o && i < o->n_notes; i++) {
        if (o->notes[i].id == c->ids[1])
            return &o->notes[i];
    }
    if (o)
        fail(c, 404, "woocommerce_rest_invalid_id", "Invalid resource ID.");
    return NULL;
}

static bool note_list(struct call *c) {
    const char *type = js_str(c->params, "type");
    const struct order *o = own(c);

    if (!o)
        return false;
    jw_open(&c->out, NULL, '[');
    for (int i = o->n_notes - 1; i >= 0; i--) {
        if (*type && strcmp(type, "any") && o->notes[i].customer != !strcmp(type, "customer"))
            continue;
        put_note(&c->out, c, &o->notes[i]);
    }
    jw_close(&c->out, ']');
    return true;
}

static bool note_get(struct call *c, struct sbuf *out) {
    const struct note *n = own_note(c);

    if (n)
        put_note(out, c, n);
    return n != NULL;
}

static bool note_create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    struct order *o = own(c);
    struct note *n;

    if (!o)
        return false;
    n = order_note(o, js_str(in, "note"), js_truth(js_get(in, "added_by_user")) ? "admin" : "WooCommerce",
                   js_truth(js_get(in, "customer_note")));
    *id = n->id;
    put_note(out, c, n);
    return true;
}

static bool note_remove(struct call *c, bool force, struct sbuf *out) {
    struct note *n = own_note(c);
    struct order *o = order_get(c->ids[0]);

    if (!n)
        return false;
    if (!force)
        return fail(c, 501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.");
    put_note(out, c, n);
    xfree(n->text);
    xfree(n->author);
    memmove(n, n + 1, (size_t)(o->notes + o->n_notes - n - 1) * sizeof *n);
    o->n_notes--;
    return true;
}

static char *note_location(struct call *c, long id) {
    return call_url(c, "orders/%ld/notes/%ld", c->ids[0], id);
}

static const char *const kinds[] = {"any", "customer", "internal", NULL};
static const struct arg note_list_args[] = {{.name = "type", .type = 's', .one_of = kinds}, {0}};
static const struct arg note_args[] = {{.name = "note", .type = 's', .required = true},
                                       {.name = "customer_note", .type = 'b'},
                                       {.name = "added_by_user", .type = 'b'},
                                       {0}};
const struct resource notes_resource = {note_list,      note_get,  note_create, NULL,          note_remove,
                                        note_list_args, note_args, NULL,        note_location, 1};

/* ---- refunds ---- */

static bool refund_list(struct call *c) {
    struct order *o = own(c);
    struct page page;
    long from, to;

    if (!o)
        return false;
    page_read(c, &page, "date", true);
    page_reply(c, &page, o->refunds.n, !S.legacy, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++) {
        struct order *r = post_get(o->refunds.v[page.desc ? o->refunds.n - 1 - i : i], POST_REFUND);

        if (r)
            jw_refund(&c->out, c, r);
    }
    jw_close(&c->out, ']');
    return true;
}

static struct order *own_refund(struct call *c) {
    struct order *r = own(c) ? post_get(c->ids[1], POST_REFUND) : NULL;

    if (!r && !c->err_code)
        fail(c, 404, "woocommerce_rest_shop_order_refund_invalid_id", "Invalid ID.");
    return r;
}

static bool refund_get(struct call *c, struct sbuf *out) {
    struct order *r = own_refund(c);

    if (r)
        jw_refund(out, c, r);
    return r != NULL;
}

static bool refuse(struct call *c, const char *code, const char *message, const char *data) {
    fail_with(c, 500, code, xdup(message), xdup(data));
    c->err_plain = true;
    return false;
}

static void copy_taxes(struct oline *to, struct order *r, const cJSON *taxes) {
    const cJSON *i;

    cJSON_ArrayForEach(i, taxes) {
        const struct tax_rate *rate = tax_get(js_id(i, "id"));
        micro amount = -micro_of(js_get(i, "refund_total"));
        struct oline *t = NULL;

        to->taxes = xgrow(to->taxes, ((size_t)to->n_taxes + 1) * sizeof *to->taxes);
        to->taxes[to->n_taxes].rate = js_id(i, "id");
        to->taxes[to->n_taxes].total = to->taxes[to->n_taxes].subtotal = amount;
        to->n_taxes++;
        to->total_tax += amount;
        to->subtotal_tax += amount;
        for (int k = 0; k < r->lines[LINE_TAX].n; k++) {
            if (r->lines[LINE_TAX].v[k].rate_id == js_id(i, "id"))
                t = &r->lines[LINE_TAX].v[k];
        }
        if (!t) {
            t = line_add(r, LINE_TAX);
            t->rate_id = js_id(i, "id");
            if (rate) {
                set_owned(&t->rate_code, tax_code(rate));
                set_text(&t->name, rate->name);
                t->percent = strtod(rate->rate, NULL);
            }
        }
        t->total += amount;
    }
}

static void restock(struct order *o, struct oline *line, long long qty) {
    struct product *p = product_get(line->variation_id ? line->variation_id : line->product_id);
    const char *json = meta_value(&line->meta, "_reduced_stock");
    long long before, after, held = json ? strtoll(json + 1, NULL, 10) : 0;
    char *text;

    if (!p || !json || !product_stock_add(p, qty, &before, &after))
        return;
    text = xfmt("\"%lld\"", held - qty);
    meta_set(&line->meta, "_reduced_stock", text);
    xfree(text);
    text = xfmt("\"%lld\"", qty);
    meta_set(&line->meta, "_restock_refunded_items", text);
    xfree(text);
    text = xfmt("Item #%ld stock increased from %lld to %lld.", p->id, before, after);
    order_note(o, text, "WooCommerce", false);
    xfree(text);
}

static void refund_line(struct order *o, struct order *r, const cJSON *in, bool give_back) {
    struct oline *line = line_find(o, LINE_ITEM, js_id(in, "id")), *l;
    long long qty = js_int(js_get(in, "quantity"));
    char *text;

    if (!line)
        return;
    l = line_add(r, LINE_ITEM);
    set_text(&l->name, line->name);
    set_text(&l->tax_class, line->tax_class);
    l->product_id = line->product_id;
    l->variation_id = line->variation_id;
    l->qty = -qty;
    l->total = l->subtotal = -micro_of(js_get(in, "refund_total"));
    text = xfmt("\"%ld\"", line->id);
    meta_set(&l->meta, "_refunded_item_id", text);
    xfree(text);
    copy_taxes(l, r, js_get(in, "refund_tax"));
    if (give_back && qty)
        restock(o, line, qty);
}

static bool refund_create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    struct order *o = own(c), *r;
    micro amount, done = 0;
    const cJSON *i;

    if (!o)
        return false;
    amount = micro_of(js_get(in, "amount"));
    for (int k = 0; k < o->refunds.n; k++) {
        const struct order *x = post_get(o->refunds.v[k], POST_REFUND);

        done += x ? x->amount : 0;
    }
    if (amount < 0)
        return refuse(c, "woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero.", "400");
    if (amount > o->total - done)
        return refuse(c, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.", "500");
    if (!js_has(in, "api_refund") || js_truth(js_get(in, "api_refund")))
        return refuse(c, "woocommerce_rest_cannot_create_order_refund",
                      "The payment gateway for this order does not support automatic refunds.", "500");
    r = order_new();
    S.posts[r->id].kind = POST_REFUND;
    S.n_orders--;
    r->parent_id = o->id;
    r->amount = amount;
    r->refunded_by = 1;
    set_text(&r->reason, js_str(in, "reason"));
    cJSON_ArrayForEach(i, js_get(in, "line_items")) {
        refund_line(o, r, i, !js_has(in, "api_restock") || js_truth(js_get(in, "api_restock")));
    }
    if (js_has(in, "meta_data"))
        meta_apply(&r->meta, js_get(in, "meta_data"));
    ids_add(&o->refunds, r->id);
    if (amount > 0 && done + amount >= o->total)
        order_set_status(o, "refunded");
    order_touch(o);
    *id = r->id;
    jw_refund(out, c, r);
    return true;
}

static bool refund_remove(struct call *c, bool force, struct sbuf *out) {
    struct order *r = own_refund(c);

    if (!r)
        return false;
    if (!force)
        return fail(c, 501, "woocommerce_rest_trash_not_supported", "The shop_order_refund does not support trashing.");
    jw_refund(out, c, r);
    ids_remove(&order_get(c->ids[0])->refunds, r->id);
    order_touch(order_get(c->ids[0]));
    order_delete(r);
    return true;
}

/* The original forgets to fill in the pattern. */
static char *refund_location(struct call *c, long id) {
    return call_url(c, "orders/(?P<order_id>[\\d]+)/refunds/%ld", id);
}

static const struct arg refund_args[] = {
    {.name = "amount", .type = 's'}, {.name = "reason", .type = 's'}, {.name = "api_refund", .type = 'b'}, {0}};
const struct resource refunds_resource = {refund_list, refund_get, refund_create,   NULL, refund_remove, NULL,
                                          refund_args, NULL,       refund_location, 1};
