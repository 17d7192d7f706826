#include "tests/sim/order.h"

#include "tests/sim/product.h"
#include "tests/sim/settings.h"
#include "tests/sim/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const order_statuses[] = {"auto-draft", "pending",  "processing", "on-hold",        "completed",
                                      "cancelled",  "refunded", "failed",     "checkout-draft", NULL};
const char *const addr_keys[AD_COUNT] = {"first_name", "last_name", "company", "address_1", "address_2", "city",
                                         "state",      "postcode",  "country", "email",     "phone"};

const char *order_status_name(const char *status) {
    static const char *const names[][2] = {{"pending", "Pending payment"}, {"processing", "Processing"},
                                           {"on-hold", "On hold"},         {"completed", "Completed"},
                                           {"cancelled", "Cancelled"},     {"refunded", "Refunded"},
                                           {"failed", "Failed"},           {"checkout-draft", "Draft"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!strcmp(names[i][0], status))
            return names[i][1];
    }
    return status;
}

static void random_key(struct order *o) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    unsigned long long x = (unsigned long long)o->id * 6364136223846793005ULL + 1442695040888963407ULL;
    char key[32] = "wc_order_";

    for (int i = 9; i < 22; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        key[i] = letters[x % 62];
    }
    set_text(&o->key, key);
}

struct order *order_new(void) {
    struct order *o = xalloc(sizeof *o);
    char **texts[] = {&o->number, &o->payment, &o->payment_title, &o->transaction, &o->customer_note, &o->before_trash,
                      &o->reason, &o->ip,      &o->agent,         &o->cart_hash};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = xdup("");
    for (int i = 0; i < AD_COUNT; i++) {
        o->bill[i] = xdup("");
        o->ship[i] = xdup("");
    }
    o->status = xdup("pending");
    o->currency = xdup(setting("currency"));
    o->version = xdup(S.wc);
    o->via = xdup("rest-api");
    o->prices_incl = setting_yes("prices_include_tax");
    o->created = o->modified = wp_now();
    o->paid = o->completed = NO_TIME;
    o->id = post_new(POST_ORDER, o);
    set_owned(&o->number, xfmt("%ld", o->id));
    random_key(o);
    return o;
}

static void line_free(struct oline *l) {
    char *texts[] = {l->name,       l->tax_class, l->method_id,    l->instance_id,
                     l->tax_status, l->rate_code, l->discount_type};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        xfree(texts[i]);
    xfree(l->taxes);
    metas_free(&l->meta);
}

void order_delete(struct order *o) {
    char *texts[] = {o->number,        o->status,      o->before_trash,  o->currency, o->key,     o->payment,
                     o->payment_title, o->transaction, o->customer_note, o->via,      o->version, o->reason,
                     o->raw,           o->ip,          o->agent,         o->cart_hash};

    for (int i = 0; i < o->refunds.n; i++) {
        struct order *r = post_get(o->refunds.v[i], POST_REFUND);

        if (r)
            order_delete(r);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        xfree(texts[i]);
    for (int i = 0; i < AD_COUNT; i++) {
        xfree(o->bill[i]);
        xfree(o->ship[i]);
    }
    for (int k = 0; k < LINE_KINDS; k++) {
        for (int i = 0; i < o->lines[k].n; i++)
            line_free(&o->lines[k].v[i]);
        xfree(o->lines[k].v);
    }
    for (int i = 0; i < o->n_notes; i++) {
        xfree(o->notes[i].text);
        xfree(o->notes[i].author);
    }
    xfree(o->notes);
    metas_free(&o->meta);
    ids_free(&o->refunds);
    post_drop(o->id);
    xfree(o);
}

struct oline *line_add(struct order *o, enum line_kind kind) {
    struct olines *l = &o->lines[kind];
    struct oline *x;

    l->v = xgrow(l->v, (size_t)(l->n + 1) * sizeof *l->v);
    x = &l->v[l->n++];
    memset(x, 0, sizeof *x);
    x->id = S.next_item++;
    x->name = xdup("");
    x->tax_class = xdup("");
    x->method_id = xdup("");
    x->instance_id = xdup("");
    x->tax_status = xdup("taxable");
    x->rate_code = xdup("");
    x->discount_type = xdup("");
    return x;
}

struct oline *line_find(struct order *o, enum line_kind kind, long id) {
    for (int i = 0; i < o->lines[kind].n; i++) {
        if (o->lines[kind].v[i].id == id)
            return &o->lines[kind].v[i];
    }
    return NULL;
}

void line_remove(struct order *o, enum line_kind kind, struct oline *l) {
    struct olines *all = &o->lines[kind];

    line_free(l);
    memmove(l, l + 1, (size_t)(all->v + all->n - l - 1) * sizeof *l);
    all->n--;
}

struct note *order_note(struct order *o, const char *text, const char *author, bool customer) {
    struct note *n;

    o->notes = xgrow(o->notes, (size_t)(o->n_notes + 1) * sizeof *o->notes);
    n = &o->notes[o->n_notes++];
    n->id = S.next_note++;
    n->at = wp_now();
    n->text = xdup(text);
    n->author = xdup(author);
    n->customer = customer;
    return n;
}

void order_touch(struct order *o) {
    o->modified = wp_now();
    post_touch(o->id, o->modified);
}

bool order_needs_processing(const struct order *o) {
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
        const struct oline *l = &o->lines[LINE_ITEM].v[i];
        const struct product *p = product_get(l->variation_id ? l->variation_id : l->product_id);

        if (p && !(p->is_virtual && p->downloadable))
            return true;
    }
    return false;
}

bool order_needs_payment(const struct order *o) {
    return (!strcmp(o->status, "pending") || !strcmp(o->status, "failed")) && o->total > 0;
}

/* ---- stock ---- */

static struct product *line_product(const struct oline *l) {
    return product_get(l->variation_id ? l->variation_id : l->product_id);
}

static char *formatted_name(const struct product *p, const char *name) {
    const char *tail = p->type == PT_VARIATION ? "<span class=\"description\"></span>" : "";

    return *p->sku ? xfmt("%s (%s)%s", name, p->sku, tail) : xfmt("%s (#%ld)%s", name, p->id, tail);
}

static void set_reduced(struct oline *l, long long qty) {
    char *text = xfmt("\"%lld\"", qty);

    meta_set(&l->meta, "_reduced_stock", text);
    xfree(text);
}

static long long reduced(const struct oline *l) {
    const char *json = meta_value(&l->meta, "_reduced_stock");

    return json ? strtoll(json + (*json == '"'), NULL, 10) : 0;
}

static void count_sales(struct order *o) {
    if (o->sales_counted)
        return;
    o->sales_counted = true;
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
        struct product *p = post_get(o->lines[LINE_ITEM].v[i].product_id, POST_PRODUCT);

        if (p)
            p->total_sales += (long)o->lines[LINE_ITEM].v[i].qty;
    }
}

static void stock_note(struct sbuf *b, const struct product *p, const struct oline *l, long long before,
                       long long after) {
    char *name = formatted_name(p, l->name);

    sb_printf(b, "%s%s %lld&rarr;%lld", b->n ? ", " : "", name, before, after);
    xfree(name);
}

void order_stock_reduce(struct order *o) {
    struct sbuf b = {0};

    if (o->stock_reduced)
        return;
    o->stock_reduced = true;
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
        struct oline *l = &o->lines[LINE_ITEM].v[i];
        struct product *p = line_product(l);
        long long before, after;

        if (!p || reduced(l) || !product_stock_add(p, -l->qty, &before, &after))
            continue;
        set_reduced(l, l->qty);
        stock_note(&b, p, l, before, after);
    }
    if (b.n) {
        char *text = xfmt("Stock levels reduced: %s", b.p);

        order_note(o, text, "WooCommerce", false);
        xfree(text);
    }
    sb_free(&b);
}

void order_stock_return(struct order *o) {
    struct sbuf b = {0};

    if (!o->stock_reduced)
        return;
    o->stock_reduced = false;
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
        struct oline *l = &o->lines[LINE_ITEM].v[i];
        struct product *p = line_product(l);
        long long before, after, qty = reduced(l);

        if (!p || !qty || !product_stock_add(p, qty, &before, &after))
            continue;
        meta_remove(&l->meta, "_reduced_stock");
        stock_note(&b, p, l, before, after);
    }
    if (b.n) {
        char *text = xfmt("Stock levels increased: %s", b.p);

        order_note(o, text, "WooCommerce", false);
        xfree(text);
    }
    sb_free(&b);
}

/* The quantity of a line changed while its stock is taken: the difference moves. */
void order_line_stock(struct order *o, struct oline *l, long long qty, bool quiet) {
    struct product *p = line_product(l);
    long long before, after, delta = reduced(l) - qty;
    char *text;

    if (wc_before(806) || !o->stock_reduced || !p || !delta || !product_stock_add(p, delta, &before, &after))
        return;
    set_reduced(l, qty);
    if (quiet)
        return;
    text = xfmt("Adjusted stock: %s (%lld&rarr;%lld)", l->name, before, after);
    order_note(o, text, "admin", false);
    xfree(text);
}

/* ---- status ---- */

static bool is(const struct order *o, const char *status) {
    return !strcmp(o->status, status);
}

static const char *paid_status(const struct order *o) {
    if (!strcmp(o->payment, "cod"))
        return "completed";
    return o->raw || order_needs_processing(o) ? "processing" : "completed";
}

static void set_dates(struct order *o) {
    if (is(o, "completed"))
        o->completed = wp_now();
    if (o->paid != NO_TIME)
        return;
    if (is(o, paid_status(o)) || (is(o, "completed") && !strcmp(paid_status(o), "processing")))
        o->paid = wp_now();
}

static void refund_rest(struct order *o) {
    micro left = o->total;
    struct order *r;

    for (int i = 0; i < o->refunds.n; i++) {
        const struct order *x = post_get(o->refunds.v[i], POST_REFUND);

        left -= x ? x->amount : 0;
    }
    if (left <= 0 || o->raw)
        return;
    r = order_new();
    S.posts[r->id].kind = POST_REFUND;
    S.n_orders--;
    r->parent_id = o->id;
    r->amount = left;
    set_text(&r->reason, "Order fully refunded.");
    ids_add(&o->refunds, r->id);
}

void order_set_status(struct order *o, const char *status) {
    char *note;

    if (!strncmp(status, "wc-", 3))
        status += 3;
    for (int i = 0;; i++) {
        if (!order_statuses[i]) {
            status = "pending";
            break;
        }
        if (!strcmp(order_statuses[i], status))
            break;
    }
    if (is(o, status))
        return;
    if (o->trashed) {
        o->trashed = false;
        set_text(&o->status, status);
        return;
    }
    note = xfmt("Order status changed from %s to %s.", order_status_name(o->status), order_status_name(status));
    set_text(&o->status, status);
    set_dates(o);
    if (is(o, "processing") || is(o, "completed") || is(o, "on-hold")) {
        order_stock_reduce(o);
        count_sales(o);
    }
    if (is(o, "cancelled") || is(o, "pending"))
        order_stock_return(o);
    if (is(o, "refunded"))
        refund_rest(o);
    order_note(o, note, "WooCommerce", false);
    xfree(note);
}

void order_payment_complete(struct order *o) {
    if (!is(o, "pending") && !is(o, "failed") && !is(o, "on-hold") && !is(o, "cancelled"))
        return;
    if (o->paid == NO_TIME)
        o->paid = wp_now();
    order_set_status(o, paid_status(o));
}

void order_trash(struct order *o) {
    char *was, *stamp;

    if (o->trashed)
        return;
    set_text(&o->before_trash, o->status);
    set_text(&o->status, "trash");
    o->trashed = true;
    was = xfmt("\"wc-%s\"", o->before_trash);
    stamp = xfmt("\"%lld\"", (long long)wp_now());
    meta_set(&o->meta, "_wp_trash_meta_status", was);
    meta_set(&o->meta, "_wp_trash_meta_time", stamp);
    xfree(was);
    xfree(stamp);
    order_touch(o);
}

/* ---- a request ---- */

static void apply_text(char **at, const cJSON *in, const char *key) {
    if (js_has(in, key))
        set_owned(at, js_text(js_get(in, key)));
}

static void apply_address(char **to, const cJSON *in) {
    for (int i = 0; i < AD_COUNT; i++)
        apply_text(&to[i], in, addr_keys[i]);
}

static bool check(struct call *c, const cJSON *in) {
    const char *email = js_str(js_get(in, "billing"), "email");
    long customer = js_id(in, "customer_id");

    if (customer && !customer_exists(customer))
        return fail(c, 400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.");
    if (*email && !text_email(email))
        return fail(c, 400, "order_invalid_billing_email", "Invalid billing email address");
    return true;
}

static void apply_fields(struct order *o, const cJSON *in) {
    apply_text(&o->currency, in, "currency");
    apply_text(&o->payment, in, "payment_method");
    apply_text(&o->payment_title, in, "payment_method_title");
    apply_text(&o->transaction, in, "transaction_id");
    apply_text(&o->customer_note, in, "customer_note");
    apply_text(&o->via, in, "created_via");
    apply_address(o->bill, js_get(in, "billing"));
    apply_address(o->ship, js_get(in, "shipping"));
    if (js_has(in, "customer_id"))
        o->customer_id = js_id(in, "customer_id");
    if (js_has(in, "parent_id"))
        o->parent_id = js_id(in, "parent_id");
    if (js_has(in, "meta_data"))
        meta_apply(&o->meta, js_get(in, "meta_data"));
}

/* Does it change only what legacy storage does not count as a modification. */
static bool only_unseen(const cJSON *in) {
    static const char *const seen[] = {
        "status",         "currency",  "customer_id",  "customer_note",       "billing",
        "shipping",       "set_paid",  "line_items",   "fee_lines",           "shipping_lines",
        "payment_method", "parent_id", "coupon_lines", "payment_method_title"};

    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        if (js_has(in, seen[i]))
            return false;
    }
    return true;
}

/* Lines, fields, coupons, and what they add up to. A recorded body keeps its own money. */
static bool apply_content(struct call *c, struct order *o, const cJSON *in, bool fresh) {
    bool changed = fresh || js_has(in, "billing") || js_has(in, "shipping") || js_has(in, "coupon_lines");

    if (o->raw) {
        apply_fields(o, in);
        return true;
    }
    if (!order_apply_lines(c, o, in, &changed))
        return false;
    apply_fields(o, in);
    if (js_has(in, "coupon_lines") && !coupons_apply(c, o, js_get(in, "coupon_lines"), fresh))
        return false;
    if (changed)
        order_totals(o);
    return true;
}

/* In a batch nothing makes a boolean of it, and only the boolean counts. */
static bool pays(const struct call *c, const cJSON *set_paid) {
    return c->is_batch ? cJSON_IsTrue(set_paid) : js_truth(set_paid);
}

bool order_apply(struct call *c, struct order *o, const cJSON *in, bool fresh) {
    if (!check(c, in) || !apply_content(c, o, in, fresh))
        return false;
    if (js_has(in, "status"))
        order_set_status(o, js_str(in, "status"));
    if (pays(c, js_get(in, "set_paid")) && (fresh || order_needs_payment(o)))
        order_payment_complete(o);
    if (!S.legacy || fresh || !only_unseen(in))
        order_touch(o);
    return true;
}
