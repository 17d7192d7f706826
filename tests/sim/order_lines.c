/* Lines of orders as a request gives them, and what they add up to. */
#include "tests/sim/order.h"
#include "tests/sim/product.h"
#include "tests/sim/settings.h"
#include "tests/sim/tax.h"
#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>

#define RATES_MAX 8

/* ---- which taxes ---- */

struct place {
    const char *country, *state, *postcode, *city;
};

static struct place base_place(void) {
    static char country[3];
    const char *s = setting("default_country");
    struct place p = {country, strchr(s, ':') ? strchr(s, ':') + 1 : "", "", ""};

    country[0] = s[0];
    country[1] = *s ? s[1] : 0;
    return p;
}

static struct place tax_place(const struct order *o) {
    const char *based = setting("tax_based_on");
    char *const *a = !strcmp(based, "billing") || !*o->ship[AD_COUNTRY] ? o->bill : o->ship;

    for (int i = 0; i < o->lines[LINE_SHIPPING].n; i++) {
        if (!strcmp(o->lines[LINE_SHIPPING].v[i].method_id, "local_pickup"))
            return base_place();
    }
    if (!strcmp(based, "base") || !*a[AD_COUNTRY])
        return base_place();
    return (struct place){a[AD_COUNTRY], a[AD_STATE], a[AD_POST], a[AD_CITY]};
}

static int rates_for(const struct place *p, const char *class, bool shipping, const struct tax_rate **out) {
    if (!setting_yes("calc_taxes"))
        return 0;
    return taxes_find(p->country, p->state, p->postcode, p->city, class, shipping, out, RATES_MAX);
}

static micro tax_of(micro net, const struct tax_rate *r) {
    return micro_scale(net, strtod(r->rate, NULL) / 100.0);
}

/* Rounded per line unless the shop rounds at the end. */
static micro line_round(micro m) {
    return setting_yes("tax_round_at_subtotal") ? m : micro_round(m, shop_decimals());
}

/* What a line keeps of a tax: older shops round only the sums. */
static micro kept(micro m) {
    return wc_before(900) ? m : line_round(m);
}

static void set_taxes(struct oline *l, const struct tax_rate **rates, int n) {
    l->taxes = xgrow(l->taxes, ((size_t)n + 1) * sizeof *l->taxes);
    l->n_taxes = n;
    l->total_tax = l->subtotal_tax = 0;
    for (int i = 0; i < n; i++) {
        l->taxes[i].rate = rates[i]->id;
        l->taxes[i].total = kept(tax_of(l->total, rates[i]));
        l->taxes[i].subtotal = kept(tax_of(l->subtotal, rates[i]));
        l->total_tax += line_round(l->taxes[i].total);
        l->subtotal_tax += line_round(l->taxes[i].subtotal);
    }
}

static const struct product *line_product(const struct oline *l) {
    return product_get(l->variation_id ? l->variation_id : l->product_id);
}

/* Shipping is taxed like the goods: the first class in the shop's order that occurs among them. NULL: not at all. */
static const char *shipping_class(const struct order *o) {
    const char *fixed = setting("shipping_tax_class");

    if (strcmp(fixed, "inherit"))
        return fixed;
    for (int k = 0; k < S.n_classes; k++) {
        const char *slug = k ? S.classes[k].slug : "";

        for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
            const struct oline *l = &o->lines[LINE_ITEM].v[i];
            const struct product *p = line_product(l);

            if (!strcmp(l->tax_class, slug) && (!p || strcmp(p->tax_status, "none")))
                return slug;
        }
    }
    return NULL;
}

static void add_tax(struct oline *l, long rate, micro amount) {
    for (int i = 0; i < l->n_taxes; i++) {
        if (l->taxes[i].rate == rate) {
            l->taxes[i].total += amount;
            return;
        }
    }
    l->taxes = xgrow(l->taxes, ((size_t)l->n_taxes + 1) * sizeof *l->taxes);
    l->taxes[l->n_taxes].rate = rate;
    l->taxes[l->n_taxes].subtotal = 0;
    l->taxes[l->n_taxes++].total = amount;
}

/* A negative fee takes its tax from the classes of the goods, by their share. */
static void share_fee(struct order *o, struct oline *fee, const struct place *p) {
    const struct tax_rate *rates[RATES_MAX];
    micro all = 0;

    fee->n_taxes = 0;
    fee->total_tax = 0;
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++)
        all += o->lines[LINE_ITEM].v[i].total;
    for (int i = 0; i < o->lines[LINE_SHIPPING].n; i++)
        all += o->lines[LINE_SHIPPING].v[i].total;
    for (int k = 0; all && k < S.n_classes; k++) {
        const char *slug = k ? S.classes[k].slug : "", *ship = shipping_class(o);
        micro share = 0;
        int n;

        for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
            const struct oline *l = &o->lines[LINE_ITEM].v[i];

            if (!strcmp(l->tax_class, slug) && l->n_taxes)
                share += l->total;
        }
        for (int i = 0; ship && !strcmp(ship, slug) && i < o->lines[LINE_SHIPPING].n; i++)
            share += o->lines[LINE_SHIPPING].v[i].total;
        n = share ? rates_for(p, slug, false, rates) : 0;
        for (int i = 0; i < n; i++)
            add_tax(fee, rates[i]->id, tax_of(micro_scale(fee->total, (double)share / (double)all), rates[i]));
    }
    for (int i = 0; i < fee->n_taxes; i++) {
        fee->taxes[i].total = kept(fee->taxes[i].total);
        fee->total_tax += line_round(fee->taxes[i].total);
    }
}

static void tax_lines(struct order *o) {
    struct place place = tax_place(o);
    const struct tax_rate *rates[RATES_MAX];
    const char *ship = shipping_class(o);

    for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
        struct oline *l = &o->lines[LINE_ITEM].v[i];
        const struct product *p = line_product(l);
        int n = p && strcmp(p->tax_status, "taxable") ? 0 : rates_for(&place, l->tax_class, false, rates);

        set_taxes(l, rates, n);
    }
    for (int i = 0; i < o->lines[LINE_SHIPPING].n; i++)
        set_taxes(&o->lines[LINE_SHIPPING].v[i], rates, ship ? rates_for(&place, ship, true, rates) : 0);
    for (int i = 0; i < o->lines[LINE_FEE].n; i++) {
        struct oline *l = &o->lines[LINE_FEE].v[i];
        bool taxable = !strcmp(l->tax_status, "taxable");

        if (taxable && l->total < 0)
            share_fee(o, l, &place);
        else
            set_taxes(l, rates, taxable ? rates_for(&place, l->tax_class, false, rates) : 0);
    }
}

/* ---- totals ---- */

static struct oline *tax_line(struct order *o, long rate) {
    const struct tax_rate *r = tax_get(rate);
    struct oline *l;

    for (int i = 0; i < o->lines[LINE_TAX].n; i++) {
        if (o->lines[LINE_TAX].v[i].rate_id == rate)
            return &o->lines[LINE_TAX].v[i];
    }
    l = line_add(o, LINE_TAX);
    l->rate_id = rate;
    if (r) {
        set_owned(&l->rate_code, tax_code(r));
        set_text(&l->name, r->name);
        l->percent = strtod(r->rate, NULL);
        l->compound = r->compound;
    }
    return l;
}

static void collect_taxes(struct order *o) {
    for (int i = 0; i < o->lines[LINE_TAX].n; i++) {
        o->lines[LINE_TAX].v[i].total = 0;
        o->lines[LINE_TAX].v[i].ship_tax = 0;
        o->lines[LINE_TAX].v[i].qty = 0;
    }
    for (int k = LINE_ITEM; k <= LINE_FEE; k++) {
        for (int i = 0; k != LINE_TAX && i < o->lines[k].n; i++) {
            const struct oline *l = &o->lines[k].v[i];

            for (int t = 0; t < l->n_taxes; t++) {
                struct oline *sum = tax_line(o, l->taxes[t].rate);

                sum->qty = 1;
                if (k == LINE_SHIPPING)
                    sum->ship_tax += line_round(l->taxes[t].total);
                else
                    sum->total += line_round(l->taxes[t].total);
            }
        }
    }
    for (int i = o->lines[LINE_TAX].n - 1; i >= 0; i--) {
        if (!o->lines[LINE_TAX].v[i].qty)
            line_remove(o, LINE_TAX, &o->lines[LINE_TAX].v[i]);
    }
}

/* A negative fee takes off at most what goods, shipping and the fees before it cost. */
static void cap_fees(struct order *o) {
    int dp = shop_decimals();
    micro sum = 0;

    for (int i = 0; i < o->lines[LINE_ITEM].n; i++)
        sum += micro_round(o->lines[LINE_ITEM].v[i].total, dp);
    for (int i = 0; i < o->lines[LINE_SHIPPING].n; i++)
        sum += micro_round(o->lines[LINE_SHIPPING].v[i].total, dp);
    for (int i = 0; i < o->lines[LINE_FEE].n; i++) {
        struct oline *fee = &o->lines[LINE_FEE].v[i];

        if (fee->total < -sum && sum > 0)
            fee->total = -sum;
        sum += fee->total;
    }
}

void order_totals(struct order *o) {
    int dp = shop_decimals();
    micro items = 0, fees = 0, before = 0, before_tax = 0, tax = 0, items_exact = 0;

    cap_fees(o);
    tax_lines(o);
    collect_taxes(o);
    o->shipping = o->shipping_tax = o->cart_tax = 0;
    for (int i = 0; i < o->lines[LINE_ITEM].n; i++) {
        const struct oline *l = &o->lines[LINE_ITEM].v[i];

        items += micro_round(l->total, dp);
        items_exact += l->total;
        before += l->subtotal;
        before_tax += l->subtotal_tax;
        tax += l->total_tax;
    }
    for (int i = 0; i < o->lines[LINE_SHIPPING].n; i++)
        o->shipping += micro_round(o->lines[LINE_SHIPPING].v[i].total, dp);
    for (int i = 0; i < o->lines[LINE_FEE].n; i++)
        fees += micro_round(o->lines[LINE_FEE].v[i].total, dp);
    for (int i = 0; i < o->lines[LINE_TAX].n; i++) {
        o->cart_tax += micro_round(o->lines[LINE_TAX].v[i].total, dp);
        o->shipping_tax += micro_round(o->lines[LINE_TAX].v[i].ship_tax, dp);
    }
    o->discount = micro_round(before - items_exact, dp);
    o->discount_tax = micro_round(before_tax - tax, dp);
    o->total_tax = o->cart_tax + o->shipping_tax;
    o->total = items + fees + o->shipping + o->total_tax;
}

/* ---- lines of a request ---- */

/* Price of so many pieces without tax. Prices that include tax lose the base country's. */
static micro net_price(const struct product *p, long long qty) {
    micro all = micro_parse(p->price) * (qty > 0 ? qty : 0);
    const struct product *parent = product_parent(p);
    const char *class = !strcmp(p->tax_class, "parent") ? (parent ? parent->tax_class : "") : p->tax_class;
    const struct tax_rate *rates[RATES_MAX];
    struct place base = base_place();
    double sum = 0;
    int n;

    if (!setting_yes("prices_include_tax") || strcmp(p->tax_status, "taxable"))
        return all;
    n = rates_for(&base, class, false, rates);
    for (int i = 0; i < n; i++)
        sum += strtod(rates[i]->rate, NULL);
    return micro_scale(all, 1.0 / (1.0 + sum / 100.0));
}

static void add_choice_meta(struct oline *l, const struct product *v) {
    for (int i = 0; i < v->attrs.n; i++) {
        struct sbuf b = {0};

        jw_str(&b, NULL, v->attrs.v[i].value);
        meta_set(&l->meta, v->attrs.v[i].key, b.p);
        sb_free(&b);
    }
}

static void bind_product(struct oline *l, const cJSON *in) {
    char *sku = js_text(js_get(in, "sku")), *fold = text_fold(sku, true);
    struct product *p = *fold ? sku_next(fold, NULL) : NULL;
    const struct product *parent;

    while (p && p->trashed)
        p = sku_next(fold, p);
    if (!*fold)
        p = product_get(js_id(in, "variation_id") ? js_id(in, "variation_id") : js_id(in, "product_id"));
    xfree(sku);
    xfree(fold);
    if (!p)
        return;
    parent = product_parent(p);
    l->product_id = parent ? parent->id : p->id;
    l->variation_id = parent ? p->id : 0;
    set_owned(&l->name, parent ? variation_title(p) : xdup(p->name));
    set_text(&l->tax_class, !strcmp(p->tax_class, "parent") ? (parent ? parent->tax_class : "") : p->tax_class);
    l->subtotal = l->total = net_price(p, l->qty);
    if (parent)
        add_choice_meta(l, p);
}

static void line_texts(struct oline *l, const cJSON *in, enum line_kind kind) {
    const char *title = kind == LINE_SHIPPING ? "method_title" : "name";

    if (js_has(in, title))
        set_owned(&l->name, js_text(js_get(in, title)));
    if (js_has(in, "method_id"))
        set_owned(&l->method_id, js_text(js_get(in, "method_id")));
    if (js_has(in, "instance_id"))
        set_owned(&l->instance_id, js_text(js_get(in, "instance_id")));
    if (js_has(in, "tax_status"))
        set_owned(&l->tax_status, js_text(js_get(in, "tax_status")));
    if (js_has(in, "tax_class") && kind != LINE_SHIPPING)
        set_owned(&l->tax_class, js_text(js_get(in, "tax_class")));
    if (js_has(in, "total")) {
        l->total = micro_of(js_get(in, "total"));
        if (kind != LINE_ITEM)
            l->subtotal = 0;
    }
    if (js_has(in, "subtotal"))
        l->subtotal = micro_of(js_get(in, "subtotal"));
    if (js_has(in, "meta_data"))
        meta_apply(&l->meta, js_get(in, "meta_data"));
}

static bool new_line(struct call *c, struct order *o, const cJSON *in, enum line_kind kind, bool fresh) {
    struct oline *l;

    if (kind == LINE_ITEM && js_empty(js_get(in, "sku")) && js_empty(js_get(in, "product_id")) &&
        js_empty(js_get(in, "variation_id")))
        return fail(c, 400, "woocommerce_rest_required_product_reference", "Product ID or SKU is required.");
    if (kind == LINE_SHIPPING && js_empty(js_get(in, "method_id")))
        return fail(c, 400, "woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.");
    if (kind == LINE_FEE && js_empty(js_get(in, "name")))
        return fail(c, 400, "woocommerce_rest_invalid_fee_item", "Fee name is required.");
    l = line_add(o, kind);
    l->qty = js_has(in, "quantity") ? js_int(js_get(in, "quantity")) : 1;
    if (kind == LINE_ITEM)
        bind_product(l, in);
    line_texts(l, in, kind);
    if (kind == LINE_ITEM && !fresh && o->stock_reduced)
        order_line_stock(o, l, l->qty, false);
    return true;
}

static bool one_line(struct call *c, struct order *o, const cJSON *in, enum line_kind kind, bool fresh) {
    long id = js_id(in, "id");
    const char *title = kind == LINE_SHIPPING ? "method_id" : kind == LINE_FEE ? "name" : "product_id";
    struct oline *l = id ? line_find(o, kind, id) : NULL;
    const cJSON *gone = js_get(in, title);

    if (!id)
        return new_line(c, o, in, kind, fresh);
    if (!l)
        return fail(c, 400, "woocommerce_rest_invalid_item_id", "Order item ID provided is not associated with order.");
    if ((js_get(in, "quantity") && js_int(js_get(in, "quantity")) == 0 && kind == LINE_ITEM) ||
        (gone && cJSON_IsNull(gone))) {
        if (kind == LINE_ITEM)
            order_line_stock(o, l, 0, true);
        line_remove(o, kind, l);
        return true;
    }
    if (js_has(in, "quantity"))
        l->qty = js_int(js_get(in, "quantity"));
    line_texts(l, in, kind);
    if (kind == LINE_ITEM)
        order_line_stock(o, l, l->qty, false);
    return true;
}

bool order_apply_lines(struct call *c, struct order *o, const cJSON *in, bool *changed) {
    static const struct {
        const char *key;
        enum line_kind kind;
    } kinds[] = {{"line_items", LINE_ITEM}, {"shipping_lines", LINE_SHIPPING}, {"fee_lines", LINE_FEE}};
    bool fresh = *changed && !o->lines[LINE_ITEM].n && !o->n_notes;
    const cJSON *i;

    for (int k = 0; k < 3; k++) {
        cJSON_ArrayForEach(i, js_get(in, kinds[k].key)) {
            *changed = true;
            if (!cJSON_IsNull(i) && !one_line(c, o, i, kinds[k].kind, fresh))
                return false;
        }
    }
    return true;
}
