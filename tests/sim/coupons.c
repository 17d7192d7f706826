/* Coupons: kept, and taken off an order in the simple cases (percent, fixed_product, fixed_cart on net prices). */
#include "tests/sim/order.h"
#include "tests/sim/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct coupon *by_code(const char *code) {
    char *fold = text_fold(code, true);
    struct coupon *found = NULL;

    for (long id = 0; id < S.n_posts && !found; id++) {
        struct coupon *x = S.posts[id].kind == POST_COUPON ? S.posts[id].p : NULL;

        if (x && !strcmp(x->code, fold))
            found = x;
    }
    xfree(fold);
    return found;
}

static void put_coupon(struct sbuf *b, struct call *c, const struct coupon *x) {
    char *self = xfmt("coupons/%ld", x->id);

    jw_open(b, NULL, '{');
    jw_int(b, "id", x->id);
    jw_str(b, "code", x->code);
    jw_micro(b, "amount", micro_parse(x->amount), -1);
    jw_str(b, "status", "publish");
    jw_times(b, "date_created", x->created);
    jw_times(b, "date_modified", x->modified);
    jw_str(b, "discount_type", x->type);
    jw_str(b, "description", x->description);
    jw_times(b, "date_expires", NO_TIME);
    jw_int(b, "usage_count", x->usage);
    jw_bool(b, "individual_use", x->individual);
    jw_raw(b, "product_ids", "[]");
    jw_raw(b, "excluded_product_ids", "[]");
    if (x->has_limit)
        jw_int(b, "usage_limit", x->limit);
    else
        jw_null(b, "usage_limit");
    jw_null(b, "usage_limit_per_user");
    jw_null(b, "limit_usage_to_x_items");
    jw_bool(b, "free_shipping", x->free_shipping);
    jw_raw(b, "product_categories", "[]");
    jw_raw(b, "excluded_product_categories", "[]");
    jw_bool(b, "exclude_sale_items", false);
    jw_str(b, "minimum_amount", "0.00");
    jw_str(b, "maximum_amount", "0.00");
    jw_raw(b, "email_restrictions", "[]");
    jw_open(b, "used_by", '[');
    for (int i = 0; i < x->n_used; i++)
        jw_str(b, NULL, x->used_by[i]);
    jw_close(b, ']');
    jw_metas(b, &x->meta, false);
    jw_links(b, c, self, "coupons", NULL, ALLOW_ALL);
    jw_close(b, '}');
    xfree(self);
}

static void fields(struct coupon *x, const cJSON *in) {
    if (*js_str(in, "discount_type"))
        set_text(&x->type, js_str(in, "discount_type"));
    if (js_has(in, "amount"))
        set_owned(&x->amount, js_text(js_get(in, "amount")));
    if (js_has(in, "description"))
        set_text(&x->description, js_str(in, "description"));
    if (js_has(in, "usage_limit")) {
        x->has_limit = true;
        x->limit = js_id(in, "usage_limit");
    }
    if (js_has(in, "individual_use"))
        x->individual = js_truth(js_get(in, "individual_use"));
    if (js_has(in, "free_shipping"))
        x->free_shipping = js_truth(js_get(in, "free_shipping"));
    if (js_has(in, "meta_data"))
        meta_apply(&x->meta, js_get(in, "meta_data"));
    x->modified = wp_now();
}

static bool create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    struct coupon *x;

    if (by_code(js_str(in, "code")))
        return fail(c, 400, "woocommerce_rest_coupon_code_already_exists", "The coupon code already exists");
    x = xalloc(sizeof *x);
    x->code = text_fold(js_str(in, "code"), true);
    x->type = xdup("fixed_cart");
    x->amount = xdup("0");
    x->description = xdup("");
    x->created = wp_now();
    x->id = *id = post_new(POST_COUPON, x);
    fields(x, in);
    put_coupon(out, c, x);
    return true;
}

static struct coupon *own(struct call *c) {
    struct coupon *x = post_get(c->ids[0], POST_COUPON);

    if (!x)
        fail(c, 404, "woocommerce_rest_shop_coupon_invalid_id", "Invalid ID.");
    return x;
}

static bool get(struct call *c, struct sbuf *out) {
    const struct coupon *x = own(c);

    if (x)
        put_coupon(out, c, x);
    return x != NULL;
}

static bool update(struct call *c, const cJSON *in, struct sbuf *out) {
    struct coupon *x = own(c);

    if (!x)
        return false;
    fields(x, in);
    put_coupon(out, c, x);
    return true;
}

static bool remove_coupon(struct call *c, bool force, struct sbuf *out) {
    struct coupon *x = own(c);

    (void)force;
    if (!x)
        return false;
    put_coupon(out, c, x);
    post_drop(x->id);
    xfree(x->code);
    xfree(x->type);
    xfree(x->amount);
    xfree(x->description);
    for (int i = 0; i < x->n_used; i++)
        xfree(x->used_by[i]);
    xfree(x->used_by);
    metas_free(&x->meta);
    xfree(x);
    return true;
}

static bool list(struct call *c) {
    const char *code = js_str(c->params, "code");
    const struct coupon *only = *code ? by_code(code) : NULL;
    struct ids found = {0};
    struct page page;
    long from, to;

    for (long id = 0; id < S.n_posts; id++) {
        if (S.posts[id].kind == POST_COUPON && (!*code || S.posts[id].p == only))
            ids_add(&found, id);
    }
    page_read(c, &page, "date", true);
    page_reply(c, &page, found.n, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++)
        put_coupon(&c->out, c, post_get(found.v[page.desc ? found.n - 1 - i : i], POST_COUPON));
    jw_close(&c->out, ']');
    ids_free(&found);
    return true;
}

static char *location(struct call *c, long id) {
    return call_url(c, "coupons/%ld", id);
}

static const struct arg args[] = {
    {.name = "code", .type = 's', .required = true}, {.name = "amount", .type = 's'}, {0}};
const struct resource coupons_resource = {list, get, create, update, remove_coupon, NULL, args, args + 1, location, 0};

/* ---- in orders ---- */

static micro line_discount(const struct coupon *x, const struct oline *l, micro cart) {
    micro amount = micro_parse(x->amount), d;

    if (!strcmp(x->type, "percent"))
        d = micro_round(micro_scale(l->subtotal, (double)amount / 1e8), 2);
    else if (!strcmp(x->type, "fixed_product"))
        d = amount * l->qty;
    else
        d = cart ? micro_round(micro_scale(amount < cart ? amount : cart, (double)l->subtotal / (double)cart), 2) : 0;
    return d < l->total ? d : l->total;
}

/* What newer shops keep of a coupon with the order: number, code, kind, amount. */
static void note_short(struct oline *line, const struct coupon *x) {
    struct sbuf info = {0}, json = {0};

    sb_printf(&info, "[%ld,", x->id);
    jw_str(&json, NULL, x->code);
    sb_printf(&info, "%s,", json.p);
    sb_free(&json);
    if (strcmp(x->type, "fixed_cart"))
        sb_printf(&info, "\"%s\",", x->type);
    else
        sb_puts(&info, "null,");
    sb_double(&info, line->nominal);
    sb_puts(&info, "]");
    jw_str(&json, NULL, info.p);
    meta_set(&line->meta, "coupon_info", json.p);
    sb_free(&json);
    sb_free(&info);
}

static void put_stamp(struct sbuf *b, const char *key, int64_t t) {
    char text[24], *s;

    wp_format(text, t, false);
    text[10] = ' ';
    s = xfmt("%s.000000", text);
    jw_open(b, key, '{');
    jw_str(b, "date", s);
    jw_int(b, "timezone_type", 3);
    jw_str(b, "timezone", wp_zone_name());
    jw_close(b, '}');
    xfree(s);
}

/* Older shops keep the whole coupon. */
static void note_whole(struct oline *line, const struct coupon *x) {
    static const char *const lists[] = {"product_ids", "excluded_product_ids"};
    struct sbuf b = {0};

    jw_open(&b, NULL, '{');
    jw_int(&b, "id", x->id);
    jw_str(&b, "code", x->code);
    jw_str(&b, "amount", x->amount);
    jw_str(&b, "status", "publish");
    put_stamp(&b, "date_created", x->created);
    put_stamp(&b, "date_modified", x->modified);
    jw_null(&b, "date_expires");
    jw_str(&b, "discount_type", x->type);
    jw_str(&b, "description", x->description);
    jw_int(&b, "usage_count", x->usage);
    jw_bool(&b, "individual_use", x->individual);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        jw_raw(&b, lists[i], "[]");
    jw_int(&b, "usage_limit", x->has_limit ? x->limit : 0);
    jw_int(&b, "usage_limit_per_user", 0);
    jw_null(&b, "limit_usage_to_x_items");
    jw_bool(&b, "free_shipping", x->free_shipping);
    jw_raw(&b, "product_categories", "[]");
    jw_raw(&b, "excluded_product_categories", "[]");
    jw_bool(&b, "exclude_sale_items", false);
    jw_str(&b, "minimum_amount", "");
    jw_str(&b, "maximum_amount", "");
    jw_raw(&b, "email_restrictions", "[]");
    jw_bool(&b, "virtual", false);
    jw_raw(&b, "meta_data", "[]");
    jw_close(&b, '}');
    meta_set(&line->meta, "coupon_data", b.p);
    sb_free(&b);
}

static void take_off(struct order *o, struct coupon *x) {
    struct oline *line = line_add(o, LINE_COUPON);
    const char *email = o->bill[AD_EMAIL];
    micro cart = 0, all = 0, tax = 0;

    for (int i = 0; i < o->lines[LINE_ITEM].n; i++)
        cart += o->lines[LINE_ITEM].v[i].subtotal;
    order_totals(o);
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++)
        tax += o->lines[LINE_ITEM].v[i].total_tax;
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
        micro d = line_discount(x, &o->lines[LINE_ITEM].v[i], cart);

        o->lines[LINE_ITEM].v[i].total -= d;
        all += d;
    }
    order_totals(o);
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++)
        tax -= o->lines[LINE_ITEM].v[i].total_tax;
    set_text(&line->name, x->code);
    set_text(&line->discount_type, x->type);
    line->nominal = strtod(x->amount, NULL);
    line->compound = x->free_shipping;
    line->total = all;
    line->total_tax = tax;
    if (wc_before(807))
        note_whole(line, x);
    else
        note_short(line, x);
    x->usage++;
    x->used_by = xgrow(x->used_by, (size_t)(x->n_used + 1) * sizeof *x->used_by);
    x->used_by[x->n_used++] = xdup(email);
}

/* A new order stays behind as a draft; newer shops tell its number. */
static bool refuse(struct call *c, const struct order *o, bool fresh, const char *code, char *message) {
    return fail_with(c, 400, code, message,
                     wc_before(1000) || !fresh ? NULL : xfmt("\"new_draft_order_id\":%ld", o->id));
}

static char *unknown_coupon(const char *code) {
    return wc_before(909) ? xfmt("Coupon \"%s\" does not exist!", code)
                          : xfmt("Coupon &quot;%s&quot; cannot be applied because it does not exist.", code);
}

static char *used_up(const char *code) {
    return wc_before(909) ? xdup("Coupon usage limit has been reached.")
                          : xfmt("Usage limit for coupon &quot;%s&quot; has been reached.", code);
}

/* A request names all coupons of an order: those it has go first, and the goods have their prices back. */
static void take_back(struct order *o) {
    while (o->lines[LINE_COUPON].n) {
        struct oline *line = &o->lines[LINE_COUPON].v[0];
        struct coupon *x = by_code(line->name);

        if (x && x->usage > 0)
            x->usage--;
        line_remove(o, LINE_COUPON, line);
        for (int i = 0; i < o->lines[LINE_ITEM].n; i++)
            o->lines[LINE_ITEM].v[i].total = o->lines[LINE_ITEM].v[i].subtotal;
    }
}

/* Does the order use this coupon already: then it is not asked again whether it may. */
static bool in_use(const struct order *o, const char *code) {
    for (int i = 0; i < o->lines[LINE_COUPON].n; i++) {
        if (!strcasecmp(o->lines[LINE_COUPON].v[i].name, code))
            return true;
    }
    return false;
}

static bool coupon_right(struct call *c, const struct order *o, const cJSON *line, bool fresh) {
    static const char invalid[] = "woocommerce_rest_invalid_coupon";
    const char *code = js_str(line, "code");
    const struct coupon *x = by_code(code);

    if (!js_empty(js_get(line, "id")))
        return refuse(c, o, fresh, "woocommerce_rest_coupon_item_id_readonly", xdup("Coupon item ID is readonly."));
    if (!*code)
        return refuse(c, o, fresh, invalid, xdup("Coupon code is required."));
    if (!x)
        return refuse(c, o, fresh, invalid, unknown_coupon(code));
    if (x->has_limit && x->usage >= x->limit && !in_use(o, code))
        return refuse(c, o, fresh, invalid, used_up(code));
    return true;
}

bool coupons_apply(struct call *c, struct order *o, const cJSON *lines, bool fresh) {
    const cJSON *i;

    cJSON_ArrayForEach(i, lines) {
        if (!coupon_right(c, o, i, fresh))
            return false;
    }
    take_back(o);
    cJSON_ArrayForEach(i, lines) {
        take_off(o, by_code(js_str(i, "code")));
    }
    return true;
}
