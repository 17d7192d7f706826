/* /products/{id}/variations */
#include "tests/sim/product.h"

#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>

/* The variation of the path, if it belongs to the product of the path. */
static struct product *own(struct call *c) {
    struct product *v = post_get(c->ids[1], POST_VARIATION);

    if (!v || (v->parent_id != c->ids[0] && !wc_before(805))) {
        fail(c, 404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.");
        return NULL;
    }
    return v;
}

static bool get(struct call *c, struct sbuf *out) {
    struct product *v = own(c);

    if (v)
        jw_variation(out, c, v);
    return v != NULL;
}

static bool create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    struct product *parent = post_get(c->ids[0], POST_PRODUCT), *v;
    char *title, *slug;

    if (!parent)
        return fail(c, 404, "woocommerce_rest_product_variation_invalid_parent", "Invalid parent ID.");
    v = product_new(PT_VARIATION, parent);
    if (!product_apply(c, v, in, true)) {
        product_delete(v);
        return false;
    }
    title = variation_title(v);
    slug = text_slug(title);
    set_owned(&v->slug, slug_unique(slug));
    xfree(title);
    xfree(slug);
    *id = v->id;
    jw_variation(out, c, v);
    return true;
}

static bool update(struct call *c, const cJSON *in, struct sbuf *out) {
    struct product *v = own(c);

    if (!v || !product_apply(c, v, in, false))
        return false;
    jw_variation(out, c, v);
    return true;
}

static bool remove_variation(struct call *c, bool force, struct sbuf *out) {
    struct product *v = own(c);

    if (!v)
        return false;
    if (!force && v->trashed)
        return fail(c, 410, "woocommerce_rest_already_trashed", "The product variation has already been deleted.");
    jw_variation(out, c, v);
    if (force)
        product_delete(v);
    else
        product_trash(v);
    return true;
}

static bool chosen(const struct call *c, const struct product *v) {
    struct ids ids;
    bool ok = true;

    if (param_ids(c->params, "include", &ids))
        ok = ids_has(&ids, v->id);
    ids_free(&ids);
    if (param_ids(c->params, "exclude", &ids))
        ok = ok && !ids_has(&ids, v->id);
    ids_free(&ids);
    if (*js_str(c->params, "stock_status"))
        ok = ok && !strcmp(js_str(c->params, "stock_status"), v->stock_status);
    if (js_has(c->params, "on_sale"))
        ok = ok && js_truth(js_get(c->params, "on_sale")) == product_on_sale(v);
    return ok;
}

static bool shown(const struct call *c, const struct product *v) {
    const char *status = js_str(c->params, "status"), *sku = js_str(c->params, "sku"),
               *search = js_str(c->params, "search");
    bool ok = true;

    if (*status && strcmp(status, "any") ? strcmp(status, v->status) != 0 : v->trashed)
        return false;
    if (*sku) {
        char *clean = text_clean(sku), *fold = text_fold(clean, true);

        ok = !strcmp(fold, v->fold);
        xfree(clean);
        xfree(fold);
    }
    if (*search) {
        char *title = variation_title(v);

        ok = ok && (text_search(title, search) || text_search(v->description, search));
        xfree(title);
    }
    return ok && chosen(c, v);
}

static int by_menu_order(const void *a, const void *b) {
    const struct product *x = product_get(*(const long *)a), *y = product_get(*(const long *)b);

    if (x->menu_order != y->menu_order)
        return x->menu_order < y->menu_order ? -1 : 1;
    return x->id < y->id ? -1 : 1;
}

static bool list(struct call *c) {
    struct product *parent = post_get(c->ids[0], POST_PRODUCT);
    struct ids found = {0};
    struct page page;
    long from, to;

    for (int i = 0; parent && i < parent->children.n; i++) {
        const struct product *v = product_get(parent->children.v[i]);

        if (v && shown(c, v))
            ids_add(&found, v->id);
    }
    page_read(c, &page, "date", true);
    if (!strcmp(page.orderby, "menu_order") && found.n)
        qsort(found.v, (size_t)found.n, sizeof *found.v, by_menu_order);
    page_reply(c, &page, found.n, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++)
        jw_variation(&c->out, c, product_get(found.v[page.desc ? found.n - 1 - i : i]));
    jw_close(&c->out, ']');
    ids_free(&found);
    return true;
}

/* The original forgets to fill in the pattern. */
static char *location(struct call *c, long id) {
    return call_url(c, "products/(?P<product_id>[\\d]+)/variations/%ld", id);
}

static const char *const write_statuses[] = {"draft", "pending", "private", "publish", NULL};
static const char *const statuses[] = {"any", "draft", "pending", "private", "publish", "trash", "future", NULL};
static const char *const stocked[] = {"instock", "outofstock", "onbackorder", NULL};
static const char *const orders[] = {"asc", "desc", NULL};
static const struct arg list_args[] = {{.name = "page", .type = 'i', .min = 1},
                                       {.name = "per_page", .type = 'i', .min = 1, .max = 100},
                                       {.name = "order", .type = 's', .one_of = orders},
                                       {.name = "status", .type = 's', .one_of = statuses},
                                       {.name = "stock_status", .type = 's', .one_of = stocked},
                                       {.name = "on_sale", .type = 'b'},
                                       {0}};
static const char *const taxed[] = {"taxable", "shipping", "none", NULL};
static const char *const back[] = {"no", "notify", "yes", NULL};
static const struct arg dims[] = {
    {.name = "length", .type = 's'}, {.name = "width", .type = 's'}, {.name = "height", .type = 's'}, {0}};
static const struct arg image[] = {{.name = "id", .type = 'i'},
                                   {.name = "src", .type = 's'},
                                   {.name = "name", .type = 's'},
                                   {.name = "alt", .type = 's'},
                                   {0}};
static const struct arg meta[] = {{.name = "id", .type = 'i'}, {.name = "key", .type = 's'}, {0}};
static const struct arg attr[] = {
    {.name = "id", .type = 'i'}, {.name = "name", .type = 's'}, {.name = "option", .type = 's'}, {0}};
static const struct arg write_args[] = {{.name = "description", .type = 's'},
                                        {.name = "sku", .type = 's'},
                                        {.name = "global_unique_id", .type = 's'},
                                        {.name = "regular_price", .type = 's'},
                                        {.name = "sale_price", .type = 's'},
                                        {.name = "status", .type = 's', .one_of = write_statuses},
                                        {.name = "virtual", .type = 'b'},
                                        {.name = "downloadable", .type = 'b'},
                                        {.name = "tax_status", .type = 's', .one_of = taxed},
                                        {.name = "tax_class", .type = 's'},
                                        {.name = "manage_stock", .type = 'x'},
                                        {.name = "stock_quantity", .type = 'i'},
                                        {.name = "stock_status", .type = 's', .one_of = stocked},
                                        {.name = "low_stock_amount", .type = 'i'},
                                        {.name = "backorders", .type = 's', .one_of = back},
                                        {.name = "weight", .type = 's'},
                                        {.name = "dimensions", .type = 'o', .sub = dims},
                                        {.name = "shipping_class", .type = 's'},
                                        {.name = "image", .type = 'o', .sub = image},
                                        {.name = "attributes", .type = 'a', .sub = attr},
                                        {.name = "menu_order", .type = 'i'},
                                        {.name = "meta_data", .type = 'a', .sub = meta},
                                        {0}};

const struct resource variations_resource = {list,      get,        create,     update,   remove_variation,
                                             list_args, write_args, write_args, location, 1};
