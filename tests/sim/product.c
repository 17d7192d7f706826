#include "tests/sim/product.h"

#include "tests/sim/terms.h"
#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>

const char *const product_statuses[] = {"draft",  "pending",    "private", "publish",
                                        "future", "auto-draft", "trash",   NULL};

static const char *const stock_statuses[] = {"instock", "outofstock", "onbackorder", NULL};
static const char *const backorder_words[] = {"no", "notify", "yes", NULL};
static const char *const visibilities[] = {"visible", "catalog", "search", "hidden", NULL};
static const char *const tax_statuses[] = {"taxable", "shipping", "none", NULL};

static const char *word_of(const char *const *list, const char *s, const char *otherwise) {
    for (; *list; list++) {
        if (!strcmp(*list, s))
            return *list;
    }
    return otherwise;
}

struct product *product_new(enum ptype type, struct product *parent) {
    struct product *p = xalloc(sizeof *p);
    char **texts[] = {
        &p->name,          &p->slug, &p->sku,   &p->fold,   &p->gtin,   &p->description, &p->short_description,
        &p->regular,       &p->sale, &p->price, &p->weight, &p->length, &p->width,       &p->height,
        &p->purchase_note, &p->url,  &p->button};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = xdup("");
    p->type = type;
    p->tax_class = xdup(type == PT_VARIATION ? "parent" : "");
    p->status = "publish";
    p->stock_status = "instock";
    p->backorders = "no";
    p->visibility = "visible";
    p->tax_status = "taxable";
    p->reviews = true;
    p->download_limit = p->download_expiry = -1;
    p->sale_from = p->sale_to = NO_TIME;
    p->created = p->modified = wp_now();
    p->id = post_new(type == PT_VARIATION ? POST_VARIATION : POST_PRODUCT, p);
    if (parent) {
        p->parent_id = parent->id;
        ids_add(&parent->children, p->id);
    } else {
        ids_add(&p->cats, 15);
    }
    return p;
}

struct product *product_parent(const struct product *p) {
    return p->type == PT_VARIATION ? post_get(p->parent_id, POST_PRODUCT) : NULL;
}

bool product_on_sale(const struct product *p) {
    int64_t now = wp_now();

    if (p->type == PT_VARIABLE) {
        for (int i = 0; i < p->children.n; i++) {
            const struct product *v = product_get(p->children.v[i]);

            if (v && !v->trashed && product_on_sale(v))
                return true;
        }
        return false;
    }
    return *p->sale && strtod(p->regular, NULL) > strtod(p->sale, NULL) &&
           (p->sale_from == NO_TIME || p->sale_from <= now) && (p->sale_to == NO_TIME || p->sale_to >= now);
}

bool product_purchasable(const struct product *p) {
    if (p->type == PT_VARIATION) {
        const struct product *parent = product_parent(p);

        return !strcmp(p->status, "publish") && *p->price && parent;
    }
    return p->type != PT_GROUPED && p->type != PT_EXTERNAL && *p->price;
}

/* ---- saving ---- */

static void sync_stock(struct product *p) {
    if (!p->manage) {
        p->has_stock = false;
        p->stock = 0;
        p->has_low = false;
        p->backorders = "no";
        return;
    }
    if (!p->has_stock) {
        p->has_stock = true;
        p->stock = 0;
    }
    if (p->stock > 0)
        p->stock_status = "instock";
    else
        p->stock_status = strcmp(p->backorders, "no") ? "onbackorder" : "outofstock";
}

static void sync_price(struct product *p) {
    if (*p->sale && strtod(p->regular, NULL) <= strtod(p->sale, NULL))
        set_text(&p->sale, "");
    set_text(&p->price, product_on_sale(p) ? p->sale : p->regular);
}

/* A variable product shows the lowest price of its variations, and their stock if it keeps none itself. */
static void sync_variable(struct product *p) {
    const struct product *low = NULL;
    bool any = false, backorder = false;

    for (int i = 0; i < p->children.n; i++) {
        const struct product *v = product_get(p->children.v[i]);

        if (!v || strcmp(v->status, "publish"))
            continue;
        if (*v->price && (!low || strtod(v->price, NULL) < strtod(low->price, NULL)))
            low = v;
        any |= !strcmp(v->stock_status, "instock");
        backorder |= !strcmp(v->stock_status, "onbackorder");
    }
    if (low)
        set_text(&p->price, low->price);
    if (!p->manage)
        p->stock_status = any ? "instock" : backorder ? "onbackorder" : "outofstock";
}

void product_save_at(struct product *p, int64_t when) {
    struct product *parent = product_parent(p);

    sync_stock(p);
    if (p->type == PT_VARIABLE)
        sync_variable(p);
    else
        sync_price(p);
    if (parent && parent->manage && !p->manage)
        p->stock_status = parent->stock_status;
    if (parent)
        sync_variable(parent);
    p->modified = when;
    S.posts[p->id].hidden = p->trashed || !strcmp(p->status, "auto-draft");
    post_touch(p->id, when);
}

void product_save(struct product *p) {
    product_save_at(p, wp_now());
}

/* ---- taking over fields ---- */

static void set_sku(struct product *p, const char *clean) {
    sku_unlink(p);
    set_text(&p->sku, clean);
    set_owned(&p->fold, text_fold(clean, true));
    sku_link(p);
}

/* The first free of sku-1, sku-2, ... */
static char *free_sku(const char *sku) {
    for (int i = 1;; i++) {
        char *t = xfmt("%s-%d", sku, i), *fold = text_fold(t, true);
        bool taken = sku_next(fold, NULL) != NULL;

        xfree(fold);
        if (!taken)
            return t;
        xfree(t);
    }
}

static bool sku_taken(struct call *c, const struct product *holder, const char *sku) {
    struct sbuf extra = {0};
    char *other = free_sku(sku);

    sb_printf(&extra, "\"resource_id\":%ld,", holder->id);
    jw_str(&extra, "unique_sku", other);
    /* jw_str put its comma after ours */
    char *text = xfmt("\"resource_id\":%ld,%s", holder->id, strstr(extra.p, "\"unique_sku\""));

    xfree(other);
    sb_free(&extra);
    return fail_with(c, 400, "product_invalid_sku", xdup("Invalid or duplicated SKU."), text);
}

static bool check_sku(struct call *c, const struct product *p, const cJSON *in, bool fresh) {
    const cJSON *v = js_get(in, "sku");
    struct product *holder = NULL, *trashed = NULL;
    char *raw, *sku, *fold;
    bool ok = true;

    if (!v || cJSON_IsNull(v))
        return true;
    raw = js_text(v);
    sku = text_clean(raw);
    fold = text_fold(sku, true);
    while (*fold && (holder = sku_next(fold, holder))) {
        if (holder == p)
            continue;
        if (!holder->trashed)
            break;
        if (holder->type != PT_VARIATION)
            trashed = holder;
    }
    if (holder)
        ok = sku_taken(c, holder, sku);
    else if (trashed && fresh && !wc_before(903))
        ok = fail_with(
            c, 400, "woocommerce_rest_product_not_created",
            xfmt("The product with SKU (%s) you are trying to insert is already present in the lookup table", sku),
            NULL);
    xfree(raw);
    xfree(sku);
    xfree(fold);
    return ok;
}

static void apply_texts(struct product *p, const cJSON *in) {
    const struct {
        const char *key;
        char **at;
        char *(*how)(const char *);
    } fields[] = {{"name", &p->name, text_kses},
                  {"description", &p->description, text_kses},
                  {"short_description", &p->short_description, text_kses},
                  {"purchase_note", &p->purchase_note, text_kses},
                  {"global_unique_id", &p->gtin, gtin_clean},
                  {"weight", &p->weight, text_decimal},
                  {"external_url", &p->url, text_clean},
                  {"button_text", &p->button, text_clean}};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const cJSON *v = js_get(in, fields[i].key);
        char *s;

        if (!v || cJSON_IsNull(v) || (p->type == PT_VARIATION && fields[i].at == &p->name))
            continue;
        s = js_text(v);
        set_owned(fields[i].at, fields[i].how(s));
        xfree(s);
    }
    gtin_note(p);
}

static void apply_decimal(char **at, const cJSON *v) {
    char *s;

    if (!v || cJSON_IsNull(v))
        return;
    s = js_text(v);
    set_owned(at, text_decimal(s));
    xfree(s);
}

static void apply_words(struct product *p, const cJSON *in) {
    p->backorders = word_of(backorder_words, js_str(in, "backorders"), p->backorders);
    p->visibility = word_of(visibilities, js_str(in, "catalog_visibility"), p->visibility);
    p->tax_status = word_of(tax_statuses, js_str(in, "tax_status"), p->tax_status);
}

static void apply_flag(bool *at, const cJSON *in, const char *key) {
    if (js_has(in, key))
        *at = js_truth(js_get(in, key));
}

static void apply_flags(struct product *p, const cJSON *in) {
    const cJSON *dims = js_get(in, "dimensions");

    apply_flag(&p->featured, in, "featured");
    apply_flag(&p->is_virtual, in, "virtual");
    apply_flag(&p->downloadable, in, "downloadable");
    apply_flag(&p->sold_individually, in, "sold_individually");
    apply_flag(&p->reviews, in, "reviews_allowed");
    if (js_has(in, "menu_order"))
        p->menu_order = (int)js_int(js_get(in, "menu_order"));
    apply_decimal(&p->length, js_get(dims, "length"));
    apply_decimal(&p->width, js_get(dims, "width"));
    apply_decimal(&p->height, js_get(dims, "height"));
}

/* Unknown classes are dropped silently. */
static void apply_classes(struct product *p, const cJSON *in) {
    if (js_has(in, "tax_class")) {
        char *slug = text_slug(js_str(in, "tax_class"));
        bool known = p->type == PT_VARIATION && !strcmp(slug, "parent");

        for (int i = 0; i < S.n_classes; i++)
            known |= !strcmp(S.classes[i].slug, slug) && strcmp(slug, "standard");
        set_text(&p->tax_class, known ? slug : "");
        xfree(slug);
    }
    if (js_has(in, "shipping_class")) {
        const struct term *t = term_by_slug('s', 0, js_str(in, "shipping_class"));

        p->ship_class = t ? t->id : 0;
    }
}

static void apply_date(int64_t *at, const cJSON *in, const char *key, bool gmt) {
    const cJSON *v = js_get(in, key);
    int64_t t;

    if (!v || cJSON_IsNull(v))
        return;
    if (js_empty(v))
        *at = NO_TIME;
    else if (cJSON_IsNumber(v))
        *at = (int64_t)v->valuedouble;
    else if (cJSON_IsString(v) && wp_parse(v->valuestring, gmt, &t))
        *at = t;
}

static void apply_prices(struct product *p, const cJSON *in) {
    apply_date(&p->sale_from, in, "date_on_sale_from", false);
    apply_date(&p->sale_from, in, "date_on_sale_from_gmt", true);
    apply_date(&p->sale_to, in, "date_on_sale_to", false);
    apply_date(&p->sale_to, in, "date_on_sale_to_gmt", true);
    /* What is stored stays when a product becomes variable; it is only not shown. */
    if (p->type == PT_VARIABLE || p->type == PT_GROUPED)
        return;
    apply_decimal(&p->regular, js_get(in, "regular_price"));
    apply_decimal(&p->sale, js_get(in, "sale_price"));
}

static void apply_created(struct product *p, const cJSON *in) {
    int64_t t = NO_TIME;

    /* The site-time form is read as UTC: so does the real one. */
    apply_date(&t, in, "date_created", true);
    apply_date(&t, in, "date_created_gmt", true);
    if (t != NO_TIME)
        p->created = t;
    /* What is to appear later, and when it is later. */
    if (!strcmp(p->status, "future") && p->created <= wp_now())
        p->status = "publish";
    else if (!strcmp(p->status, "publish") && p->created > wp_now())
        p->status = "future";
}

/* In a batch null is 0; alone it says nothing. */
static void apply_stock(struct product *p, const cJSON *in, bool batch) {
    if (js_has(in, "manage_stock") && strcmp(js_str(in, "manage_stock"), "parent"))
        p->manage = js_truth(js_get(in, "manage_stock"));
    if (!p->manage) {
        if (js_has(in, "stock_status"))
            p->stock_status = word_of(stock_statuses, js_str(in, "stock_status"), p->stock_status);
        return;
    }
    if (batch ? js_get(in, "stock_quantity") != NULL : js_has(in, "stock_quantity")) {
        p->stock = js_int(js_get(in, "stock_quantity"));
        p->has_stock = true;
    } else if (js_has(in, "inventory_delta")) {
        p->stock = (p->has_stock ? p->stock : 0) + js_int(js_get(in, "inventory_delta"));
        p->has_stock = true;
    }
    if (js_get(in, "low_stock_amount")) {
        p->has_low = !js_empty(js_get(in, "low_stock_amount"));
        p->low_stock = js_int(js_get(in, "low_stock_amount"));
    }
}

static void apply_terms(struct ids *to, const cJSON *list, char tax) {
    const cJSON *i;

    to->n = 0;
    cJSON_ArrayForEach(i, list) {
        struct term *t = term_get(js_id(i, "id"), tax);

        if (!t && !js_has(i, "id") && *js_str(i, "name") && tax != 'c') {
            t = term_by_name(tax, 0, js_str(i, "name"));
            if (!t)
                t = term_new(tax, 0, js_str(i, "name"), NULL, 0);
        }
        if (t && !ids_has(to, t->id))
            ids_add(to, t->id);
    }
    if (tax == 'c' && !to->n)
        ids_add(to, 15);
}

static void apply_id_list(struct ids *to, const cJSON *in, const char *key) {
    struct ids found;

    if (!js_has(in, key))
        return;
    to->n = 0;
    if (param_ids(in, key, &found)) {
        for (int i = 0; i < found.n; i++)
            ids_add(to, found.v[i]);
    }
    ids_free(&found);
}

static void apply_relations(struct product *p, const cJSON *in) {
    if (p->type != PT_VARIATION) {
        if (js_has(in, "categories"))
            apply_terms(&p->cats, js_get(in, "categories"), 'c');
        if (js_has(in, "tags"))
            apply_terms(&p->tags, js_get(in, "tags"), 't');
        if (js_has(in, "brands"))
            apply_terms(&p->brands, js_get(in, "brands"), 'b');
        S.counts_stale = true;
    }
    apply_id_list(&p->upsell, in, "upsell_ids");
    apply_id_list(&p->cross, in, "cross_sell_ids");
    apply_id_list(&p->grouped, in, "grouped_products");
    if (js_has(in, "images"))
        images_apply(&p->images, js_get(in, "images"));
    if (js_has(in, "image") && p->type == PT_VARIATION) {
        cJSON *list = cJSON_CreateArray();

        cJSON_AddItemToArray(list, cJSON_Duplicate(js_get(in, "image"), true));
        images_apply(&p->images, list);
        cJSON_Delete(list);
    }
    if (js_has(in, "meta_data"))
        meta_apply(&p->meta, js_get(in, "meta_data"));
}

static void apply_status(struct product *p, const cJSON *in) {
    const char *status = word_of(product_statuses, js_str(in, "status"), NULL);

    if (!status)
        return;
    if (!strcmp(status, "trash")) {
        product_trash(p);
    } else if (p->trashed) {
        product_restore(p, status);
    } else {
        p->status = status;
    }
}

static void drop_children(struct product *p) {
    while (p->children.n) {
        struct product *v = product_get(p->children.v[0]);

        if (v)
            product_delete(v);
        else
            ids_remove(&p->children, p->children.v[0]);
    }
}

static void apply_type(struct product *p, const cJSON *in) {
    static const char *const words[] = {"simple", "grouped", "external", "variable", NULL};
    const char *type = js_str(in, "type");

    if (p->type == PT_VARIATION || !*type)
        return;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], type))
            continue;
        if (p->type == PT_VARIABLE && i != PT_VARIABLE)
            drop_children(p);
        p->type = (enum ptype)i;
        return;
    }
}

static void apply_slug(struct product *p, const cJSON *in, bool fresh) {
    char *slug;

    if (js_has(in, "slug") && *js_str(in, "slug"))
        slug = text_slug(js_str(in, "slug"));
    else if (fresh && p->type != PT_VARIATION)
        slug = text_slug(p->name);
    else
        return;
    if (strcmp(slug, p->slug))
        set_owned(&p->slug, slug_unique(slug));
    xfree(slug);
}

bool product_apply(struct call *c, struct product *p, const cJSON *in, bool fresh) {
    const cJSON *images = js_get(in, p->type == PT_VARIATION ? "image" : "images");
    char *raw, *sku;

    if (!check_sku(c, p, in, fresh) || !gtin_check(c, p, in) || !images_check(c, images, p->type == PT_VARIATION))
        return false;
    apply_type(p, in);
    apply_status(p, in);
    apply_texts(p, in);
    if (fresh && p->type != PT_VARIATION && !*p->name)
        set_text(&p->name, "Product");
    apply_slug(p, in, fresh);
    apply_words(p, in);
    apply_flags(p, in);
    apply_classes(p, in);
    if (js_has(in, "sku")) {
        raw = js_text(js_get(in, "sku"));
        sku = text_clean(raw);
        set_sku(p, sku);
        xfree(raw);
        xfree(sku);
    }
    if (js_has(in, "attributes")) {
        if (p->type == PT_VARIATION)
            variation_set_attributes(p, js_get(in, "attributes"));
        else
            product_set_attributes(p, js_get(in, "attributes"));
    }
    if (js_has(in, "default_attributes"))
        product_set_defaults(p, js_get(in, "default_attributes"));
    apply_created(p, in);
    apply_prices(p, in);
    apply_stock(p, in, c->is_batch);
    apply_relations(p, in);
    if (fresh && p->type == PT_VARIABLE)
        p->stock_status = "outofstock";
    product_save(p);
    return true;
}

/* ---- end of life ---- */

static void product_free(struct product *p) {
    char *texts[] = {
        p->name,    p->slug,          p->sku,   p->fold,      p->gtin,   p->description, p->short_description,
        p->regular, p->sale,          p->price, p->tax_class, p->weight, p->length,      p->width,
        p->height,  p->purchase_note, p->url,   p->button};
    struct ids *lists[] = {&p->cats,   &p->tags,  &p->brands,  &p->images,
                           &p->upsell, &p->cross, &p->grouped, &p->children};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        xfree(texts[i]);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        ids_free(lists[i]);
    pattrs_free(&p->attrs);
    pattrs_free(&p->defaults);
    metas_free(&p->meta);
    xfree(p);
}

void product_delete(struct product *p) {
    struct product *parent = product_parent(p);

    drop_children(p);
    if (parent) {
        ids_remove(&parent->children, p->id);
    }
    sku_unlink(p);
    post_drop(p->id);
    product_free(p);
    S.counts_stale = true;
    if (parent)
        sync_variable(parent);
}

void product_trash(struct product *p) {
    char *stamp, *slug, *was;

    if (p->trashed)
        return;
    for (int i = 0; i < p->children.n; i++) {
        struct product *v = product_get(p->children.v[i]);

        if (v)
            product_trash(v);
    }
    p->before_trash = p->status;
    p->status = "trash";
    p->trashed = true;
    stamp = xfmt("\"%lld\"", (long long)wp_now());
    slug = xfmt("\"%s\"", p->slug);
    was = xfmt("\"%s\"", p->before_trash);
    meta_set(&p->meta, "_wp_trash_meta_status", was);
    meta_set(&p->meta, "_wp_trash_meta_time", stamp);
    meta_set(&p->meta, "_wp_desired_post_slug", slug);
    set_owned(&p->slug, xfmt("%s__trashed", p->slug));
    xfree(stamp);
    xfree(slug);
    xfree(was);
    S.counts_stale = true;
    S.posts[p->id].hidden = true;
    post_touch(p->id, p->modified = wp_now());
}

void product_restore(struct product *p, const char *status) {
    size_t n = strlen(p->slug);

    p->trashed = false;
    p->status = status;
    S.posts[p->id].hidden = false;
    if (n > 9 && !strcmp(p->slug + n - 9, "__trashed"))
        p->slug[n - 9] = 0;
    meta_remove(&p->meta, "_wp_desired_post_slug");
    for (int i = 0; i < p->children.n; i++) {
        struct product *v = product_get(p->children.v[i]);

        if (v && v->trashed)
            product_restore(v, v->before_trash);
    }
    S.counts_stale = true;
}

/* ---- stock ---- */

struct product *product_stock_owner(struct product *p) {
    struct product *parent = product_parent(p);

    if (p->manage)
        return p;
    return parent && parent->manage ? parent : NULL;
}

bool product_stock_add(struct product *p, long long delta, long long *before, long long *after) {
    struct product *owner = product_stock_owner(p);

    if (!owner)
        return false;
    *before = owner->stock;
    owner->stock += delta;
    *after = owner->stock;
    product_save(owner);
    return true;
}
