/* Products as the API shows them. */
#include "tests/sim/product.h"

#include "tests/sim/terms.h"

#include <stdlib.h>
#include <string.h>

static void put_terms(struct sbuf *b, const char *key, const struct ids *l) {
    jw_open(b, key, '[');
    for (int i = 0; i < l->n; i++) {
        const struct term *t = term_get(l->v[i], 0);

        if (!t)
            continue;
        jw_open(b, NULL, '{');
        jw_int(b, "id", t->id);
        jw_str(b, "name", t->name);
        jw_str(b, "slug", t->slug);
        jw_close(b, '}');
    }
    jw_close(b, ']');
}

/* What a variation shows of one of its attributes. */
static void put_choice(struct sbuf *b, const struct pattr *a, const struct product *parent, bool slug) {
    const struct attribute *global = a->id ? attribute_get(a->id) : NULL;
    const struct term *t = global ? term_by_slug('a', a->id, a->value) : NULL;
    const char *name = global ? global->name : a->name;

    for (int i = 0; !global && parent && i < parent->attrs.n; i++) {
        if (!strcmp(parent->attrs.v[i].key, a->key))
            name = parent->attrs.v[i].name;
    }
    jw_open(b, NULL, '{');
    jw_int(b, "id", a->id);
    jw_str(b, "name", name);
    if (slug && !wc_before(804))
        jw_str(b, "slug", a->key);
    jw_str(b, "option", t ? t->name : a->value);
    jw_close(b, '}');
}

static const char *choice_text(const struct pattr *a) {
    const struct term *t = a->id ? term_by_slug('a', a->id, a->value) : NULL;

    return t ? t->name : a->value;
}

/* The choices in the order of the parent's attributes. */
static const struct pattr *choice_at(const struct product *v, const struct product *parent, int i) {
    for (int k = 0; k < v->attrs.n; k++) {
        if (!strcmp(v->attrs.v[k].key, parent->attrs.v[i].key))
            return &v->attrs.v[k];
    }
    return NULL;
}

char *variation_values(const struct product *v) {
    const struct product *parent = product_parent(v);
    struct sbuf b = {0};

    for (int i = 0; parent && i < parent->attrs.n; i++) {
        const struct pattr *a = choice_at(v, parent, i);

        if (a && *a->value)
            sb_printf(&b, "%s%s", b.n ? ", " : "", choice_text(a));
    }
    return sb_take(&b);
}

char *variation_title(const struct product *v) {
    const struct product *parent = product_parent(v);
    char *values = variation_values(v), *out;

    out = xfmt("%s%s%s", parent ? parent->name : "", *values && v->attrs.n < 3 ? " - " : "",
               v->attrs.n < 3 ? values : "");
    xfree(values);
    return out;
}

static void put_variation_attrs(struct sbuf *b, const struct product *v) {
    const struct product *parent = product_parent(v);

    jw_open(b, "attributes", '[');
    for (int i = 0; parent && i < parent->attrs.n; i++) {
        const struct pattr *a = choice_at(v, parent, i);

        if (a && *a->value)
            put_choice(b, a, parent, true);
    }
    jw_close(b, ']');
}

static void put_attr(struct sbuf *b, const struct pattr *a) {
    const struct attribute *global = a->id ? attribute_get(a->id) : NULL;
    const char **names;

    if (a->id && !global)
        return;
    jw_open(b, NULL, '{');
    jw_int(b, "id", a->id);
    jw_str(b, "name", global ? global->name : a->name);
    if (!wc_before(804))
        jw_str(b, "slug", global ? global->slug : a->name);
    jw_int(b, "position", a->position);
    jw_bool(b, "visible", a->visible);
    jw_bool(b, "variation", a->variation);
    jw_open(b, "options", '[');
    if (global) {
        names = xalloc(((size_t)a->terms.n + 1) * sizeof *names);
        term_names(&a->terms, names);
        for (int i = 0; i < a->terms.n; i++) {
            if (names[i])
                jw_str(b, NULL, names[i]);
        }
        xfree(names);
    }
    for (int i = 0; i < a->n_options; i++)
        jw_str(b, NULL, a->options[i]);
    jw_close(b, ']');
    jw_close(b, '}');
}

void jw_pattrs(struct sbuf *b, const struct product *p) {
    if (p->type == PT_VARIATION) {
        put_variation_attrs(b, p);
        return;
    }
    jw_open(b, "attributes", '[');
    for (int i = 0; i < p->attrs.n; i++)
        put_attr(b, &p->attrs.v[i]);
    jw_close(b, ']');
}

static void put_defaults(struct sbuf *b, const struct product *p) {
    jw_open(b, "default_attributes", '[');
    for (int i = 0; p->type == PT_VARIABLE && i < p->defaults.n; i++)
        put_choice(b, &p->defaults.v[i], p, false);
    jw_close(b, ']');
}

static void put_dimensions(struct sbuf *b, const struct product *p) {
    jw_str(b, "weight", p->weight);
    jw_open(b, "dimensions", '{');
    jw_str(b, "length", p->length);
    jw_str(b, "width", p->width);
    jw_str(b, "height", p->height);
    jw_close(b, '}');
}

static void put_shipping_class(struct sbuf *b, const struct product *p) {
    const struct term *t = term_get(p->ship_class, 's');

    jw_str(b, "shipping_class", t ? t->slug : "");
    jw_int(b, "shipping_class_id", t ? t->id : 0);
}

static void put_prices(struct sbuf *b, const struct product *p) {
    bool own = p->type != PT_VARIABLE && p->type != PT_GROUPED;

    jw_str(b, "price", p->price);
    jw_str(b, "regular_price", own ? p->regular : "");
    jw_str(b, "sale_price", own ? p->sale : "");
    jw_times(b, "date_on_sale_from", p->sale_from);
    jw_times(b, "date_on_sale_to", p->sale_to);
    jw_bool(b, "on_sale", product_on_sale(p));
}

static void put_stock_quantity(struct sbuf *b, const struct product *p) {
    if (p && p->manage)
        jw_int(b, "stock_quantity", p->stock);
    else
        jw_null(b, "stock_quantity");
}

static void put_backorders(struct sbuf *b, const struct product *p, const struct product *owner) {
    const char *words = owner ? owner->backorders : p->backorders;
    bool allowed = strcmp(words, "no") != 0;

    jw_str(b, "backorders", words);
    jw_bool(b, "backorders_allowed", allowed);
    jw_bool(b, "backordered", owner && allowed && owner->stock <= 0);
    if (p->has_low)
        jw_int(b, "low_stock_amount", p->low_stock);
    else
        jw_null(b, "low_stock_amount");
}

/* The picture a variation shows: its own, else the parent's; to who edits it only its own (older shops: the parent's
 * too). */
static long variation_image(const struct call *c, const struct product *v) {
    const struct product *parent = product_parent(v);

    if (v->images.n)
        return v->images.v[0];
    return parent && parent->images.n && (wc_before(803) || !c->edit) ? parent->images.v[0] : 0;
}

static void put_images(struct sbuf *b, struct call *c, const struct product *p) {
    long shared = p->type == PT_VARIATION && !p->images.n ? variation_image(c, p) : 0;

    jw_open(b, "images", '[');
    if (shared)
        jw_image(b, NULL, c, shared);
    for (int i = 0; i < p->images.n; i++)
        jw_image(b, NULL, c, p->images.v[i]);
    jw_close(b, ']');
}

static void put_price_html(struct sbuf *b, const struct product *p) {
    char *html;

    if (!*p->price) {
        jw_str(b, "price_html", "");
        return;
    }
    html = xfmt("<span class=\"woocommerce-Price-amount amount\"><bdi><span class=\"woocommerce-Price-currencySymbol\">"
                "&euro;</span>%s</bdi></span>",
                p->price);
    jw_str(b, "price_html", html);
    xfree(html);
}

static void put_head(struct sbuf *b, struct call *c, const struct product *p, const char *base) {
    static const char *const types[] = {"simple", "grouped", "external", "variable", "variation"};
    char *title = p->type == PT_VARIATION ? variation_title(p) : NULL, *url = xfmt("%s/product/%s/", base, p->slug);

    (void)c;
    jw_int(b, "id", p->id);
    jw_str(b, "name", title ? title : p->name);
    jw_str(b, "slug", p->slug);
    jw_str(b, "permalink", url);
    jw_times(b, "date_created", p->created);
    jw_times(b, "date_modified", p->modified);
    jw_str(b, "type", types[p->type]);
    jw_str(b, "status", p->status);
    jw_bool(b, "featured", p->featured);
    jw_str(b, "catalog_visibility", p->visibility);
    jw_str(b, "description", p->description);
    jw_str(b, "short_description", p->short_description);
    jw_str(b, "sku", p->sku);
    xfree(title);
    xfree(url);
}

static void put_download(struct sbuf *b, const struct product *p) {
    jw_bool(b, "virtual", p->is_virtual);
    jw_bool(b, "downloadable", p->downloadable);
    jw_raw(b, "downloads", "[]");
    jw_int(b, "download_limit", p->download_limit);
    jw_int(b, "download_expiry", p->download_expiry);
}

static const char *shown_tax_class(const struct call *c, const struct product *p) {
    const struct product *parent = product_parent(p);

    if (p->type == PT_VARIATION && !strcmp(p->tax_class, "parent") && (wc_before(803) || !c->edit))
        return parent ? parent->tax_class : "";
    return p->tax_class;
}

static void put_middle(struct sbuf *b, struct call *c, const struct product *p) {
    const struct product *owner = product_stock_owner((struct product *)p);

    jw_str(b, "external_url", p->url);
    jw_str(b, "button_text", p->button);
    jw_str(b, "tax_status", p->tax_status);
    jw_str(b, "tax_class", shown_tax_class(c, p));
    jw_bool(b, "manage_stock", owner != NULL);
    put_stock_quantity(b, owner);
    put_backorders(b, p, owner);
    jw_bool(b, "sold_individually", p->sold_individually);
    put_dimensions(b, p);
    jw_bool(b, "shipping_required", !p->is_virtual);
    jw_bool(b, "shipping_taxable", !p->is_virtual && strcmp(p->tax_status, "none"));
    put_shipping_class(b, p);
    jw_bool(b, "reviews_allowed", p->type != PT_VARIATION && p->reviews);
    jw_str(b, "average_rating", c->edit ? "0" : "0.00");
    jw_int(b, "rating_count", 0);
    jw_ids(b, "upsell_ids", &p->upsell);
    jw_ids(b, "cross_sell_ids", &p->cross);
    jw_int(b, "parent_id", p->parent_id);
    jw_str(b, "purchase_note", p->purchase_note);
}

static void put_children(struct sbuf *b, const struct product *p) {
    jw_open(b, "variations", '[');
    for (int i = 0; p->type == PT_VARIABLE && i < p->children.n; i++) {
        const struct product *v = product_get(p->children.v[i]);

        if (v && !v->trashed)
            jw_int(b, NULL, v->id);
    }
    jw_close(b, ']');
}

static void put_tail(struct sbuf *b, struct call *c, const struct product *p, const char *base) {
    put_terms(b, "categories", &(struct ids){p->cats.v, p->type == PT_VARIATION ? 0 : p->cats.n, 0});
    if (!wc_before(906))
        put_terms(b, "brands", &p->brands);
    put_terms(b, "tags", &p->tags);
    put_images(b, c, p);
    jw_pattrs(b, p);
    put_defaults(b, p);
    put_children(b, p);
    jw_ids(b, "grouped_products", &p->grouped);
    jw_int(b, "menu_order", p->menu_order);
    put_price_html(b, p);
    jw_raw(b, "related_ids", "[]");
    jw_metas(b, &p->meta, false);
    jw_str(b, "stock_status", p->stock_status);
    jw_bool(b, "has_options", p->type == PT_VARIABLE);
    if (!wc_before(801))
        jw_str(b, "post_password", "");
    if (!wc_before(901))
        jw_str(b, "global_unique_id", p->gtin);
    if (c->edit) {
        char *template = xfmt("%s/product/%%pagename%%/", base), *slug = xdup(p->slug);
        size_t n = strlen(slug);

        if (n > 9 && !strcmp(slug + n - 9, "__trashed"))
            slug[n - 9] = 0;
        jw_str(b, "permalink_template", template);
        jw_str(b, "generated_slug", slug);
        xfree(template);
        xfree(slug);
    }
}

void jw_product(struct sbuf *b, struct call *c, struct product *p) {
    char *base = call_base(c), *self = xfmt("products/%ld", p->id), *up = NULL;

    if (p->parent_id)
        up = xfmt("products/%ld", p->parent_id);
    jw_open(b, NULL, '{');
    put_head(b, c, p, base);
    put_prices(b, p);
    jw_bool(b, "purchasable", product_purchasable(p));
    if (p->type == PT_VARIATION)
        jw_str(b, "total_sales", "0");
    else
        jw_int(b, "total_sales", p->total_sales);
    put_download(b, p);
    put_middle(b, c, p);
    put_tail(b, c, p, base);
    jw_links(b, c, self, "products", up, ALLOW_ALL);
    jw_close(b, '}');
    xfree(base);
    xfree(self);
    xfree(up);
}

static void put_variation_stock(struct sbuf *b, const struct product *v) {
    const struct product *owner = product_stock_owner((struct product *)v);

    if (owner && owner != v)
        jw_str(b, "manage_stock", "parent");
    else
        jw_bool(b, "manage_stock", v->manage);
    put_stock_quantity(b, owner);
    jw_str(b, "stock_status", v->stock_status);
    put_backorders(b, v, owner);
}

static void put_variation_end(struct sbuf *b, struct call *c, const struct product *v) {
    char *values = variation_values(v), *self = xfmt("products/%ld/variations/%ld", v->parent_id, v->id);
    char *list = xfmt("products/%ld/variations", v->parent_id), *up = xfmt("products/%ld", v->parent_id);
    long image = variation_image(c, v);

    if (image)
        jw_image(b, "image", c, image);
    else
        jw_null(b, "image");
    put_variation_attrs(b, v);
    jw_int(b, "menu_order", v->menu_order);
    jw_metas(b, &v->meta, false);
    if (!wc_before(803)) {
        jw_str(b, "name", values);
        jw_int(b, "parent_id", v->parent_id);
    }
    jw_links(b, c, self, list, up, ALLOW_ALL);
    xfree(values);
    xfree(self);
    xfree(list);
    xfree(up);
}

void jw_variation(struct sbuf *b, struct call *c, struct product *v) {
    char *base = call_base(c), *url = xfmt("%s/product/%ld/", base, v->parent_id);

    jw_open(b, NULL, '{');
    jw_int(b, "id", v->id);
    if (!wc_before(900))
        jw_str(b, "type", "variation");
    jw_times(b, "date_created", v->created);
    jw_times(b, "date_modified", v->modified);
    jw_str(b, "description", v->description);
    jw_str(b, "permalink", url);
    jw_str(b, "sku", v->sku);
    if (!wc_before(901))
        jw_str(b, "global_unique_id", v->gtin);
    put_prices(b, v);
    jw_str(b, "status", v->status);
    jw_bool(b, "purchasable", product_purchasable(v));
    put_download(b, v);
    jw_str(b, "tax_status", v->tax_status);
    jw_str(b, "tax_class", shown_tax_class(c, v));
    put_variation_stock(b, v);
    put_dimensions(b, v);
    put_shipping_class(b, v);
    put_variation_end(b, c, v);
    jw_close(b, '}');
    xfree(base);
    xfree(url);
}
