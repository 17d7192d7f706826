/* GET /orders: filters, order, pages. And the other methods of /orders. */
#include "tests/sim/list.h"
#include "tests/sim/order.h"
#include "tests/sim/settings.h"
#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>

struct filter {
    const cJSON *params;
    struct ids include, exclude, product, parent;
    bool has_include, has_exclude, has_product, has_parent, has_customer, any_status;
    long customer;
    const char *search;
    struct span dates;
};

static void filter_read(struct filter *f, const cJSON *params) {
    memset(f, 0, sizeof *f);
    f->params = params;
    f->any_status = param_allows(params, "status", "any");
    f->has_include = param_ids(params, "include", &f->include);
    f->has_exclude = param_ids(params, "exclude", &f->exclude);
    f->has_product = param_ids(params, "product", &f->product);
    f->has_parent = param_ids(params, "parent", &f->parent);
    f->has_customer = js_has(params, "customer");
    f->customer = js_id(params, "customer");
    f->search = js_str(params, "search");
    span_read(&f->dates, params, !S.legacy);
}

static bool status_matches(const struct filter *f, const struct order *o) {
    if (f->any_status)
        return !o->trashed && strcmp(o->status, "auto-draft") && strcmp(o->status, "checkout-draft");
    return param_allows(f->params, "status", o->status);
}

static bool has_product(const struct filter *f, const struct order *o) {
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
        const struct oline *l = &o->lines[LINE_ITEM].v[i];

        if (ids_has(&f->product, l->product_id)) /* a variation's own id finds nothing */
            return true;
    }
    return false;
}

static bool search_matches(const struct filter *f, const struct order *o) {
    bool found = !strcmp(o->number, f->search);

    for (int i = 0; !found && i < AD_COUNT; i++)
        found = text_search(o->bill[i], f->search) || text_search(o->ship[i], f->search);
    for (int i = 0; !found && i < o->lines[LINE_ITEM].n; i++)
        found = text_search(o->lines[LINE_ITEM].v[i].name, f->search);
    return found;
}

static bool matches(const struct filter *f, const struct order *o) {
    if (!span_has(&f->dates, o->created, o->modified) || !status_matches(f, o))
        return false;
    if (f->has_include && !ids_has(&f->include, o->id))
        return false;
    if (f->has_exclude && ids_has(&f->exclude, o->id))
        return false;
    if (f->has_customer && f->customer != o->customer_id)
        return false;
    if (f->has_product && !has_product(f, o))
        return false;
    if (f->has_parent && !ids_has(&f->parent, o->parent_id))
        return false;
    return !*f->search || search_matches(f, o);
}

static const char *sort_key;
static bool sort_desc;
static const struct ids *sort_include;

static int64_t sort_value(const struct order *o) {
    if (!strcmp(sort_key, "modified"))
        return o->modified;
    if (!strcmp(sort_key, "include") && sort_include)
        return ids_place(sort_include, o->id);
    return !strcmp(sort_key, "date") ? o->created : o->id;
}

static int compare(const void *a, const void *b) {
    const struct order *x = *(struct order *const *)a, *y = *(struct order *const *)b;
    int64_t m = sort_value(x), n = sort_value(y);
    int c = m < n ? -1 : m > n;

    if (!c)
        c = x->id < y->id ? -1 : x->id > y->id;
    return sort_desc && sort_key[1] != 'n' ? -c : c;
}

static long collect(struct order **v, const struct filter *f) {
    long n = 0;

    for (long id = 0; id < S.n_posts; id++) {
        if (S.posts[id].kind == POST_ORDER &&
            (f->dates.mod_after == NO_TIME || S.posts[id].modified > f->dates.mod_after) && matches(f, S.posts[id].p))
            v[n++] = S.posts[id].p;
    }
    return n;
}

static bool list(struct call *c) {
    struct order **v = xalloc(((size_t)S.n_orders + 1) * sizeof *v);
    struct filter f;
    struct page page;
    long n, from, to;
    bool sorted = true;

    filter_read(&f, c->params);
    page_read(c, &page, "date", true);
    n = collect(v, &f);
    sort_key = page.orderby;
    sort_desc = page.desc;
    sort_include = f.has_include ? &f.include : NULL;
    for (long i = 1; sorted && i < n; i++)
        sorted = compare(&v[i - 1], &v[i]) <= 0;
    if (!sorted)
        qsort(v, (size_t)n, sizeof *v, compare);
    page_reply(c, &page, n, !S.legacy, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++)
        jw_order(&c->out, c, v[i]);
    jw_close(&c->out, ']');
    xfree(v);
    ids_free(&f.include);
    ids_free(&f.exclude);
    ids_free(&f.product);
    ids_free(&f.parent);
    return true;
}

/* ---- one order ---- */

static struct order *own(struct call *c, int status) {
    struct order *o = order_get(c->ids[0]);

    if (!o)
        fail(c, status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.");
    return o;
}

static bool get(struct call *c, struct sbuf *out) {
    struct order *o = own(c, 404);

    if (o)
        jw_order(out, c, o);
    return o != NULL;
}

static bool create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    struct order *o = order_new();

    if (!order_apply(c, o, in, true)) {
        /* A refused coupon leaves a draft behind; in older shops the whole order. */
        if (!c->err_code || !strstr(c->err_code, "coupon"))
            order_delete(o);
        else if (!wc_before(1000))
            set_text(&o->status, "checkout-draft");
        return false;
    }
    *id = o->id;
    jw_order(out, c, o);
    return true;
}

static bool update(struct call *c, const cJSON *in, struct sbuf *out) {
    struct order *o = own(c, 400);

    if (!o || !order_apply(c, o, in, false))
        return false;
    jw_order(out, c, o);
    return true;
}

static bool remove_order(struct call *c, bool force, struct sbuf *out) {
    struct order *o = own(c, 404);

    if (!o)
        return false;
    if (!force && o->trashed)
        return fail(c, 410, "woocommerce_rest_already_trashed", "The order has already been deleted.");
    jw_order(out, c, o);
    if (force)
        order_delete(o);
    else
        order_trash(o);
    return true;
}

static char *location(struct call *c, long id) {
    return call_url(c, "orders/%ld", id);
}

static const char *const list_statuses[] = {"any",        "trash",   "auto-draft",     "pending",
                                            "processing", "on-hold", "completed",      "cancelled",
                                            "refunded",   "failed",  "checkout-draft", NULL};
static const char *const orderbys[] = {"date", "id", "include", "title", "slug", "modified", NULL};
static const struct arg list_args[] = {POST_LIST_ARGS,
                                       {.name = "orderby", .type = 's', .one_of = orderbys},
                                       {.name = "status", .type = 'a', .item = 's', .one_of = list_statuses},
                                       {.name = "customer", .type = 'i'},
                                       {.name = "product", .type = 'i'},
                                       {.name = "dp", .type = 'i'},
                                       {0}};

static const char *const *statuses(void) {
    return order_statuses;
}

#define TEXT(word) \
    { .name = word, .type = 's' }
#define ADDRESS                                                                                                 \
    TEXT("first_name"), TEXT("last_name"), TEXT("company"), TEXT("address_1"), TEXT("address_2"), TEXT("city"), \
        TEXT("state"), TEXT("postcode"), TEXT("country"), TEXT("phone")
static const char *const taxed[] = {"taxable", "none", NULL};
static const struct arg billing[] = {ADDRESS, {.name = "email", .type = 'm'}, {0}};
static const struct arg address[] = {ADDRESS, {0}};
static const struct arg meta[] = {{.name = "id", .type = 'i'}, TEXT("key"), {0}};
static const struct arg item[] = {{.name = "id", .type = 'i'},
                                  {.name = "variation_id", .type = 'i'},
                                  {.name = "quantity", .type = 'i'},
                                  TEXT("tax_class"),
                                  TEXT("subtotal"),
                                  TEXT("total"),
                                  TEXT("sku"),
                                  {.name = "meta_data", .type = 'a', .sub = meta},
                                  {0}};
static const struct arg shipping[] = {{.name = "id", .type = 'i'},
                                      TEXT("instance_id"),
                                      TEXT("total"),
                                      {.name = "meta_data", .type = 'a', .sub = meta},
                                      {0}};
static const struct arg fee[] = {{.name = "id", .type = 'i'},
                                 TEXT("tax_class"),
                                 {.name = "tax_status", .type = 's', .one_of = taxed},
                                 TEXT("total"),
                                 {.name = "meta_data", .type = 'a', .sub = meta},
                                 {0}};
static const struct arg coupon[] = {{.name = "id", .type = 'i'}, {0}};
static const struct arg write_args[] = {{.name = "parent_id", .type = 'i'},
                                        TEXT("created_via"),
                                        {.name = "status", .type = 's', .list = statuses},
                                        {.name = "currency", .type = 's', .list = currency_codes},
                                        {.name = "customer_id", .type = 'i'},
                                        TEXT("customer_note"),
                                        {.name = "billing", .type = 'o', .sub = billing},
                                        {.name = "shipping", .type = 'o', .sub = address},
                                        TEXT("payment_method"),
                                        TEXT("payment_method_title"),
                                        TEXT("transaction_id"),
                                        {.name = "meta_data", .type = 'a', .sub = meta},
                                        {.name = "line_items", .type = 'a', .sub = item},
                                        {.name = "shipping_lines", .type = 'a', .sub = shipping},
                                        {.name = "fee_lines", .type = 'a', .sub = fee},
                                        {.name = "coupon_lines", .type = 'a', .sub = coupon},
                                        {.name = "set_paid", .type = 'b'},
                                        {0}};

const struct resource orders_resource = {list,      get,        create,     update,   remove_order,
                                         list_args, write_args, write_args, location, 0};
