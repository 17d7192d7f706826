/* GET /products: filters, order, pages. And the other methods of /products. */
#include "tests/sim/list.h"
#include "tests/sim/product.h"

#include "tests/sim/tax.h"
#include "tests/sim/terms.h"
#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>

/* The filters of one request, read once. */
struct filter {
    const cJSON *params;
    const char *status, *type, *search, *slug, *search_sku, *stock_status, *tax_class;
    struct ids include, exclude, category, tag, parent, not_parent, ship_class, attribute_term;
    bool has_include, has_exclude, has_category, has_tag, has_parent, has_sku, has_min, has_max;
    char **skus;
    int n_skus;
    double min, max;
    struct span dates;
    const char *gtin; /* NULL: any */
    bool plain;       /* the table of ids decides alone: nothing but modified_after and the usual status */
};

static void read_skus(struct filter *f) {
    const char *s = js_str(f->params, "sku");
    char *clean;

    if (!*s || !strcmp(s, "0"))
        return;
    f->has_sku = true;
    clean = text_clean(s);
    f->skus = xalloc((strlen(clean) + 2) * sizeof *f->skus);
    for (const char *p = clean; *p || p == clean;) {
        size_t n = strcspn(p, ",");
        char *one = xdupn(p, n), *trimmed = text_clean(one);

        f->skus[f->n_skus++] = text_fold(trimmed, true);
        xfree(one);
        xfree(trimmed);
        p += n;
        if (!*p)
            break;
        p++;
    }
    if (f->n_skus > 1)
        f->skus[f->n_skus++] = text_fold(clean, true);
    xfree(clean);
}

/* Does anything need a look at the product itself. */
static bool has_more(const struct filter *f) {
    const char *texts[] = {f->type, f->search, f->slug, f->search_sku, f->stock_status, f->tax_class};
    const bool flags[] = {f->has_include,
                          f->has_exclude,
                          f->has_category,
                          f->has_tag,
                          f->has_parent,
                          f->not_parent.n > 0,
                          f->ship_class.n > 0,
                          f->attribute_term.n > 0,
                          js_has(f->params, "featured"),
                          js_has(f->params, "on_sale"),
                          f->gtin != NULL,
                          f->has_sku,
                          f->has_min,
                          f->has_max,
                          f->dates.after != NO_TIME,
                          f->dates.before != NO_TIME,
                          f->dates.mod_before != NO_TIME};
    bool more = false;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        more |= *texts[i] != 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        more |= flags[i];
    return more;
}

static void filter_read(struct filter *f, const cJSON *params) {
    memset(f, 0, sizeof *f);
    f->params = params;
    f->status = *js_str(params, "status") ? js_str(params, "status") : "any";
    f->type = js_str(params, "type");
    f->search = js_str(params, "search");
    f->slug = js_str(params, "slug");
    f->search_sku = js_str(params, "search_sku");
    f->stock_status = js_str(params, "stock_status");
    f->tax_class = js_str(params, "tax_class");
    f->has_include = param_ids(params, "include", &f->include);
    f->has_exclude = param_ids(params, "exclude", &f->exclude);
    f->has_category = param_ids(params, "category", &f->category);
    f->has_tag = param_ids(params, "tag", &f->tag);
    f->has_parent = param_ids(params, "parent", &f->parent);
    param_ids(params, "parent_exclude", &f->not_parent);
    param_ids(params, "shipping_class", &f->ship_class);
    if (attribute_by_slug(js_str(params, "attribute")))
        param_ids(params, "attribute_term", &f->attribute_term);
    if (*js_str(params, "global_unique_id") && !wc_before(901))
        f->gtin = js_str(params, "global_unique_id");
    f->has_min = *js_str(params, "min_price") != 0;
    f->has_max = *js_str(params, "max_price") != 0;
    f->min = js_double(js_get(params, "min_price"));
    f->max = js_double(js_get(params, "max_price"));
    span_read(&f->dates, params, false);
    read_skus(f);
    f->plain = !strcmp(f->status, "any") && !has_more(f);
}

static void filter_free(struct filter *f) {
    struct ids *lists[] = {&f->include, &f->exclude,    &f->category,   &f->tag,
                           &f->parent,  &f->not_parent, &f->ship_class, &f->attribute_term};

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        ids_free(lists[i]);
    for (int i = 0; i < f->n_skus; i++)
        xfree(f->skus[i]);
    xfree(f->skus);
}

static bool in_category(const struct filter *f, const struct product *p) {
    for (int i = 0; i < f->category.n; i++) {
        for (int k = 0; k < p->cats.n; k++) {
            if (category_within(p->cats.v[k], f->category.v[i]))
                return true;
        }
    }
    return false;
}

static bool sku_matches(const struct filter *f, const struct product *p) {
    for (int i = 0; i < f->n_skus; i++) {
        if (!strcmp(f->skus[i], p->fold))
            return true;
    }
    return false;
}

static bool any_of(const struct ids *wanted, const struct ids *have) {
    for (int i = 0; i < wanted->n; i++) {
        if (ids_has(have, wanted->v[i]))
            return true;
    }
    return false;
}

static bool has_term(const struct filter *f, const struct product *p) {
    for (int i = 0; i < p->attrs.n; i++) {
        if (any_of(&f->attribute_term, &p->attrs.v[i].terms))
            return true;
    }
    return false;
}

static bool flags_match(const struct filter *f, const struct product *p) {
    const cJSON *featured = js_get(f->params, "featured"), *sale = js_get(f->params, "on_sale");

    if (f->gtin && strcmp(f->gtin, p->gtin) != 0)
        return false;
    return (!featured || js_truth(featured) == p->featured) && (!sale || js_truth(sale) == product_on_sale(p));
}

static bool ids_match(const struct filter *f, const struct product *p) {
    if (f->has_include && !ids_has(&f->include, p->id))
        return false;
    if (f->has_exclude && ids_has(&f->exclude, p->id))
        return false;
    if (f->has_category && !in_category(f, p))
        return false;
    if (f->has_parent && !ids_has(&f->parent, p->parent_id))
        return false;
    if (ids_has(&f->not_parent, p->parent_id) || (f->ship_class.n && !ids_has(&f->ship_class, p->ship_class)))
        return false;
    if (f->attribute_term.n && !has_term(f, p))
        return false;
    return !f->has_tag || any_of(&f->tag, &p->tags);
}

static bool texts_match(const struct filter *f, const struct product *p) {
    static const char *const types[] = {"simple", "grouped", "external", "variable", "variation"};

    if (*f->type && strcmp(f->type, types[p->type]))
        return false;
    if (*f->stock_status && strcmp(f->stock_status, p->stock_status))
        return false;
    if (*f->tax_class && strcmp(strcmp(f->tax_class, "standard") ? f->tax_class : "", p->tax_class))
        return false;
    if (*f->slug && strcmp(f->slug, p->slug))
        return false;
    if (*f->search_sku) {
        char *part = text_fold(f->search_sku, true);
        bool found = strstr(p->fold, part) != NULL;

        xfree(part);
        if (!found)
            return false;
    }
    return !*f->search || text_search(p->name, f->search) || text_search(p->description, f->search);
}

static bool prices_match(const struct filter *f, const struct product *p) {
    double price;

    if (!f->has_min && !f->has_max)
        return true;
    price = strtod(p->price, NULL);
    if (f->has_min && price < f->min)
        return false;
    return !f->has_max || price <= f->max;
}

static bool status_matches(const struct filter *f, const struct product *p) {
    if (!strcmp(f->status, "any"))
        return !p->trashed && strcmp(p->status, "auto-draft");
    return !strcmp(f->status, p->status);
}

static bool matches(const struct filter *f, const struct product *p) {
    return status_matches(f, p) && span_has(&f->dates, p->created, p->modified) && (!f->has_sku || sku_matches(f, p)) &&
           ids_match(f, p) && texts_match(f, p) && prices_match(f, p) && flags_match(f, p);
}

/* ---- order ---- */

static const char *sort_key;
static const struct ids *sort_include;

static int sign(double d) {
    return d < 0 ? -1 : d > 0;
}

static int folded(const char *a, const char *b) {
    char *x = text_fold(a, true), *y = text_fold(b, true);
    int c = strcmp(x, y);

    xfree(x);
    xfree(y);
    return c;
}

static int by_key(const struct product *x, const struct product *y) {
    switch (*sort_key) {
    case 'd': return sign((double)(x->created - y->created));
    case 'm': return sort_key[1] == 'o' ? sign((double)(x->modified - y->modified)) : x->menu_order - y->menu_order;
    case 't': return folded(x->name, y->name);
    case 's': return sort_key[1] == 'l' ? strcmp(x->slug, y->slug) : sign((double)(x->total_sales - y->total_sales));
    case 'p':
        return sort_key[1] == 'r' ? sign(strtod(x->price, NULL) - strtod(y->price, NULL))
                                  : sign((double)(x->total_sales - y->total_sales));
    default: return 0;
    }
}

static int compare(const void *a, const void *b) {
    const struct product *x = *(struct product *const *)a, *y = *(struct product *const *)b;
    int c;

    if (!strcmp(sort_key, "include") && sort_include)
        return sign((double)(ids_place(sort_include, x->id) - ids_place(sort_include, y->id)));
    c = by_key(x, y);
    if (!c)
        c = x->id < y->id ? -1 : x->id > y->id;
    return c;
}

struct rows {
    struct product **v;
    long n, cap;
};

static void add_row(struct rows *r, struct product *p) {
    if (r->n == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 256;
        r->v = xgrow(r->v, (size_t)r->cap * sizeof *r->v);
    }
    r->v[r->n++] = p;
}

static void turn_round(struct rows *r) {
    for (long i = 0; i < r->n / 2; i++) {
        struct product *p = r->v[i];

        r->v[i] = r->v[r->n - 1 - i];
        r->v[r->n - 1 - i] = p;
    }
}

/* Rows come by id, which mostly is the order asked for, or its reverse. */
static void sort_rows(struct rows *r, const struct page *page, const struct filter *f) {
    bool sorted = true;

    sort_key = page->orderby;
    sort_include = f->has_include ? &f->include : NULL;
    for (long i = 1; sorted && i < r->n && !(f->plain && !strcmp(sort_key, "id")); i++)
        sorted = compare(&r->v[i - 1], &r->v[i]) <= 0;
    if (!sorted)
        qsort(r->v, (size_t)r->n, sizeof *r->v, compare);
    if (page->desc && !(sort_include && !strcmp(sort_key, "include")))
        turn_round(r);
}

static void collect_skus(struct rows *r, const struct filter *f) {
    for (int i = 0; i < f->n_skus; i++) {
        bool again = false;

        for (int k = 0; k < i; k++)
            again |= !strcmp(f->skus[k], f->skus[i]);
        for (struct product *p = again ? NULL : sku_next(f->skus[i], NULL); p; p = sku_next(f->skus[i], p)) {
            if (matches(f, p))
                add_row(r, p);
        }
    }
}

static void collect_included(struct rows *r, const struct filter *f) {
    for (int i = 0; i < f->include.n; i++) {
        struct product *p = post_get(f->include.v[i], POST_PRODUCT);

        if (p && matches(f, p))
            add_row(r, p);
    }
}

/* By the index where there is one, else by going through all. */
static void collect(struct rows *r, const struct filter *f) {
    if (f->has_sku) {
        collect_skus(r, f);
        return;
    }
    if (f->has_include) {
        collect_included(r, f);
        return;
    }
    for (long id = 0; id < S.n_posts; id++) {
        if (S.posts[id].kind != POST_PRODUCT ||
            (f->dates.mod_after != NO_TIME && S.posts[id].modified <= f->dates.mod_after))
            continue;
        if (f->plain ? !S.posts[id].hidden : matches(f, S.posts[id].p))
            add_row(r, S.posts[id].p);
    }
}

static bool list(struct call *c) {
    struct rows rows = {0};
    struct filter f;
    struct page page;
    long from, to;

    filter_read(&f, c->params);
    page_read(c, &page, "date", true);
    collect(&rows, &f);
    sort_rows(&rows, &page, &f);
    page_reply(c, &page, rows.n, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++)
        jw_product(&c->out, c, rows.v[i]);
    jw_close(&c->out, ']');
    xfree(rows.v);
    filter_free(&f);
    return true;
}

/* ---- one product ---- */

static bool invalid(struct call *c, int status) {
    return fail(c, status, "woocommerce_rest_product_invalid_id", "Invalid ID.");
}

static bool is_variation(struct call *c) {
    if (!post_get(c->ids[0], POST_VARIATION))
        return false;
    fail(c, 404, "woocommerce_rest_invalid_product_id",
         "To manipulate product variations you should use the /products/&lt;product_id&gt;/variations/&lt;id&gt; "
         "endpoint.");
    return true;
}

static bool get(struct call *c, struct sbuf *out) {
    struct product *p = product_get(c->ids[0]);

    if (!p)
        return invalid(c, 404);
    jw_product(out, c, p);
    return true;
}

static bool create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    struct product *p = product_new(PT_SIMPLE, NULL);

    if (!product_apply(c, p, in, true)) {
        product_delete(p);
        return false;
    }
    *id = p->id;
    jw_product(out, c, p);
    return true;
}

static bool update(struct call *c, const cJSON *in, struct sbuf *out) {
    struct product *p = post_get(c->ids[0], POST_PRODUCT);

    if (is_variation(c))
        return false;
    if (!p)
        return invalid(c, 400);
    if (!product_apply(c, p, in, false))
        return false;
    jw_product(out, c, p);
    return true;
}

static bool remove_product(struct call *c, bool force, struct sbuf *out) {
    struct product *p = post_get(c->ids[0], POST_PRODUCT);

    if (is_variation(c))
        return false;
    if (!p)
        return invalid(c, 404);
    if (!force && p->trashed)
        return fail(c, 410, "woocommerce_rest_already_trashed", "The product has already been deleted.");
    jw_product(out, c, p);
    if (force)
        product_delete(p);
    else
        product_trash(p);
    return true;
}

static char *location(struct call *c, long id) {
    return call_url(c, "products/%ld", id);
}

static const char *const *statuses(void) {
    return product_statuses;
}

static const char *const list_statuses[] = {"any", "future", "trash", "draft", "pending", "private", "publish", NULL};
static const char *const types[] = {"simple", "grouped", "external", "variable", NULL};
static const char *const orderbys[] = {"date",       "id",         "include",    "title",      "slug",
                                       "modified",   "popularity", "rating",     "post__in",   "price",
                                       "sales",      "menu_order", "random",     "popularity", "rating",
                                       "menu_order", "price",      "popularity", "rating",     NULL};
static const char *const older_orderbys[] = {"date",       "id",    "include",    "title",  "slug", "modified",
                                             "menu_order", "price", "popularity", "rating", NULL};

static const char *const *known_orderbys(void) {
    return wc_before(904) ? older_orderbys : orderbys;
}

static const char *const visible[] = {"visible", "catalog", "search", "hidden", NULL};
static const char *const taxed[] = {"taxable", "shipping", "none", NULL};
static const char *const stocked[] = {"instock", "outofstock", "onbackorder", NULL};
static const char *const back[] = {"no", "notify", "yes", NULL};

static const struct arg list_args[] = {POST_LIST_ARGS,
                                       {.name = "orderby", .type = 's', .list = known_orderbys},
                                       {.name = "status", .type = 's', .one_of = list_statuses},
                                       {.name = "type", .type = 's', .one_of = types},
                                       {.name = "featured", .type = 'b'},
                                       {.name = "tax_class", .type = 's', .list = tax_class_slugs},
                                       {.name = "on_sale", .type = 'b'},
                                       {.name = "stock_status", .type = 's', .one_of = stocked},
                                       {0}};

static const struct arg by_id[] = {{.name = "id", .type = 'i'}, {.name = "name", .type = 's'}, {0}};
static const struct arg image[] = {{.name = "id", .type = 'i'},
                                   {.name = "src", .type = 's'},
                                   {.name = "name", .type = 's'},
                                   {.name = "alt", .type = 's'},
                                   {0}};
static const struct arg dims[] = {
    {.name = "length", .type = 's'}, {.name = "width", .type = 's'}, {.name = "height", .type = 's'}, {0}};
static const struct arg attr[] = {{.name = "id", .type = 'i'},
                                  {.name = "name", .type = 's'},
                                  {.name = "position", .type = 'i'},
                                  {.name = "visible", .type = 'b'},
                                  {.name = "variation", .type = 'b'},
                                  {.name = "options", .type = 'a', .item = 's'},
                                  {0}};
static const struct arg meta[] = {{.name = "id", .type = 'i'}, {.name = "key", .type = 's'}, {0}};

static const struct arg write_args[] = {{.name = "name", .type = 's'},
                                        {.name = "slug", .type = 's'},
                                        {.name = "type", .type = 's', .one_of = types},
                                        {.name = "status", .type = 's', .list = statuses},
                                        {.name = "featured", .type = 'b'},
                                        {.name = "catalog_visibility", .type = 's', .one_of = visible},
                                        {.name = "description", .type = 's'},
                                        {.name = "short_description", .type = 's'},
                                        {.name = "sku", .type = 's'},
                                        {.name = "global_unique_id", .type = 's'},
                                        {.name = "regular_price", .type = 's'},
                                        {.name = "sale_price", .type = 's'},
                                        {.name = "virtual", .type = 'b'},
                                        {.name = "downloadable", .type = 'b'},
                                        {.name = "tax_status", .type = 's', .one_of = taxed},
                                        {.name = "tax_class", .type = 's'},
                                        {.name = "manage_stock", .type = 'b'},
                                        {.name = "stock_quantity", .type = 'i'},
                                        {.name = "stock_status", .type = 's', .one_of = stocked},
                                        {.name = "backorders", .type = 's', .one_of = back},
                                        {.name = "low_stock_amount", .type = 'i'},
                                        {.name = "sold_individually", .type = 'b'},
                                        {.name = "weight", .type = 's'},
                                        {.name = "dimensions", .type = 'o', .sub = dims},
                                        {.name = "shipping_class", .type = 's'},
                                        {.name = "reviews_allowed", .type = 'b'},
                                        {.name = "upsell_ids", .type = 'a', .item = 'i'},
                                        {.name = "cross_sell_ids", .type = 'a', .item = 'i'},
                                        {.name = "parent_id", .type = 'i'},
                                        {.name = "purchase_note", .type = 's'},
                                        {.name = "categories", .type = 'a', .sub = by_id},
                                        {.name = "tags", .type = 'a', .sub = by_id},
                                        {.name = "images", .type = 'a', .sub = image},
                                        {.name = "attributes", .type = 'a', .sub = attr},
                                        {.name = "menu_order", .type = 'i'},
                                        {.name = "meta_data", .type = 'a', .sub = meta},
                                        {0}};

const struct resource products_resource = {list,      get,        create,     update,   remove_product,
                                           list_args, write_args, write_args, location, 0};
