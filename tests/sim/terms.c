#include "tests/sim/terms.h"

#include "tests/sim/product.h"
#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- finding ---- */

struct term *term_get(long id, char tax) {
    if (id <= 0 || id >= S.n_terms || !S.terms[id].id || S.terms[id].dead)
        return NULL;
    return !tax || S.terms[id].tax == tax ? &S.terms[id] : NULL;
}

struct attribute *attribute_get(long id) {
    for (int i = 0; i < S.n_attributes; i++) {
        if (S.attributes[i].id == id && !S.attributes[i].dead)
            return &S.attributes[i];
    }
    return NULL;
}

const struct attribute *attribute_by_slug(const char *slug) {
    for (int i = 0; i < S.n_attributes; i++) {
        if (!S.attributes[i].dead && !strcmp(S.attributes[i].slug, slug))
            return &S.attributes[i];
    }
    return NULL;
}

struct term *term_by_slug(char tax, long attribute, const char *slug) {
    for (long i = 1; *slug && i < S.n_terms; i++) {
        struct term *t = term_get(i, tax);

        if (t && t->attribute == attribute && !strcmp(t->slug, slug))
            return t;
    }
    return NULL;
}

/* Same name, but for the case of ASCII letters. parent < 0: any. */
static struct term *named(char tax, long attribute, const char *name, long parent) {
    for (long i = 1; i < S.n_terms; i++) {
        struct term *t = term_get(i, tax);

        if (t && t->attribute == attribute && (parent < 0 || t->parent == parent) && !strcasecmp(t->name, name))
            return t;
    }
    return NULL;
}

struct term *term_by_name(char tax, long attribute, const char *name) {
    char *stored = text_term(name);
    struct term *t = named(tax, attribute, stored, -1);

    xfree(stored);
    return t;
}

bool category_within(long id, long top) {
    for (int depth = 0; depth < 100; depth++) {
        const struct term *t = term_get(id, 'c');

        if (id == top)
            return true;
        if (!t || !t->parent)
            return false;
        id = t->parent;
    }
    return false;
}

/* ---- making ---- */

static char *unique_slug(char tax, long attribute, const char *slug, long parent) {
    const struct term *up = term_get(parent, tax);
    char *base = xdup(slug);

    if (!term_by_slug(tax, attribute, base))
        return base;
    if (up) {
        set_owned(&base, xfmt("%s-%s", slug, up->slug));
        if (!term_by_slug(tax, attribute, base))
            return base;
    }
    for (int i = 2;; i++) {
        char *t = xfmt("%s-%d", base, i);

        if (!term_by_slug(tax, attribute, t)) {
            xfree(base);
            return t;
        }
        xfree(t);
    }
}

struct term *term_new(char tax, long attribute, const char *name, const char *slug, long parent) {
    char *wanted = text_slug(slug && *slug ? slug : name);
    struct term *t;
    long id = S.next_term++;

    if (id >= S.cap_terms) {
        long cap = id * 2 + 64;

        S.terms = xgrow(S.terms, (size_t)cap * sizeof *S.terms);
        memset(S.terms + S.cap_terms, 0, (size_t)(cap - S.cap_terms) * sizeof *S.terms);
        S.cap_terms = cap;
    }
    set_owned(&wanted, unique_slug(tax, attribute, wanted, parent));
    t = &S.terms[id];
    memset(t, 0, sizeof *t);
    t->id = id;
    t->tax = tax;
    t->attribute = attribute;
    t->parent = parent;
    t->name = text_term(name);
    t->slug = wanted;
    t->description = xdup("");
    t->display = xdup("default");
    if (S.n_terms <= id)
        S.n_terms = id + 1;
    return t;
}

void terms_init(void) {
    term_new('c', 0, "Uncategorized", NULL, 0);
}

/* How many published products each term has. */
void terms_count(void) {
    if (!S.counts_stale)
        return;
    S.counts_stale = false;
    for (long i = 0; i < S.n_terms; i++)
        S.terms[i].count = 0;
    for (long id = 0; id < S.n_posts; id++) {
        const struct product *p = S.posts[id].kind == POST_PRODUCT ? S.posts[id].p : NULL;
        const struct ids *lists[2];

        if (!p || strcmp(p->status, "publish"))
            continue;
        lists[0] = &p->cats;
        lists[1] = &p->tags;
        for (int l = 0; l < 2; l++) {
            for (int k = 0; k < lists[l]->n; k++)
                S.terms[lists[l]->v[k]].count += term_get(lists[l]->v[k], 0) != NULL;
        }
        for (int a = 0; a < p->attrs.n; a++) {
            for (int k = 0; k < p->attrs.v[a].terms.n; k++)
                S.terms[p->attrs.v[a].terms.v[k]].count++;
        }
    }
}

static int by_order(const void *a, const void *b) {
    const struct term *x = term_get(*(const long *)a, 0), *y = term_get(*(const long *)b, 0);
    char *m, *n;
    int c;

    if (!x || !y)
        return !x - !y;
    if (x->menu_order != y->menu_order)
        return x->menu_order < y->menu_order ? -1 : 1;
    m = text_fold(x->name, true);
    n = text_fold(y->name, true);
    c = strcmp(m, n);
    xfree(m);
    xfree(n);
    return c;
}

void term_names(const struct ids *terms, const char **out) {
    long *v = xalloc(((size_t)terms->n + 1) * sizeof *v);

    if (terms->n)
        memcpy(v, terms->v, (size_t)terms->n * sizeof *v);
    qsort(v, (size_t)terms->n, sizeof *v, by_order);
    for (int i = 0; i < terms->n; i++) {
        const struct term *t = term_get(v[i], 0);

        out[i] = t ? t->name : NULL;
    }
    xfree(v);
}

/* ---- the API ---- */

static const char *base_of(char tax) {
    return tax == 'c'   ? "products/categories"
           : tax == 't' ? "products/tags"
           : tax == 's' ? "products/shipping_classes"
                        : "products/brands";
}

static void put_term(struct sbuf *b, struct call *c, const struct term *t) {
    char *list = t->tax == 'a' ? xfmt("products/attributes/%ld/terms", t->attribute) : xdup(base_of(t->tax));
    char *self = xfmt("%s/%ld", list, t->id), *up = t->parent ? xfmt("%s/%ld", list, t->parent) : NULL;
    bool tree = t->tax == 'c' || t->tax == 'b';

    terms_count();
    jw_open(b, NULL, '{');
    jw_int(b, "id", t->id);
    jw_str(b, "name", t->name);
    jw_str(b, "slug", t->slug);
    if (tree)
        jw_int(b, "parent", t->parent);
    jw_str(b, "description", t->description);
    if (tree) {
        jw_str(b, "display", t->display);
        jw_raw(b, "image", "null");
    }
    if (tree || t->tax == 'a')
        jw_int(b, "menu_order", t->menu_order);
    jw_int(b, "count", t->count);
    jw_links(b, c, self, list, up, ALLOW_ALL);
    jw_close(b, '}');
    xfree(list);
    xfree(self);
    xfree(up);
}

/* Which taxonomy the route is about, and for terms of an attribute which attribute. */
static bool taxonomy(struct call *c, char tax, long *attribute) {
    *attribute = 0;
    if (tax != 'a')
        return true;
    *attribute = c->ids[0];
    if (!attribute_get(*attribute))
        return fail(c, 404, "woocommerce_rest_taxonomy_invalid", "Taxonomy does not exist.");
    return true;
}

static struct term *own_term(struct call *c, char tax) {
    long attribute;
    struct term *t;

    if (!taxonomy(c, tax, &attribute))
        return NULL;
    t = term_get(c->ids[tax == 'a' ? 1 : 0], tax);
    if (!t || t->attribute != attribute) {
        fail(c, 404, "woocommerce_rest_term_invalid", "Resource does not exist.");
        return NULL;
    }
    return t;
}

static bool term_exists(struct call *c, const struct term *t, bool with_parent) {
    return fail_with(c, 400, "term_exists",
                     xdup(with_parent ? "A term with the name provided already exists with this parent."
                                      : "A term with the name provided already exists in this taxonomy."),
                     xfmt("\"resource_id\":%ld", t->id));
}

/* An update passes on what WordPress says, which has no status: 500, no data. */
static bool unknown_parent(struct call *c, bool fresh) {
    fail_with(c, fresh ? 400 : 500, "missing_parent", xdup("Parent term does not exist."), fresh ? NULL : xdup("null"));
    c->err_plain = !fresh;
    return false;
}

static bool parent_valid(struct call *c, const cJSON *in, char tax, bool fresh) {
    long parent = js_id(in, "parent");

    if (!js_has(in, "parent"))
        return true;
    if (tax != 'c' && tax != 'b')
        return fail(c, 400, "woocommerce_rest_taxonomy_not_hierarchical",
                    "Can not set resource parent, taxonomy is not hierarchical.");
    return parent <= 0 || term_get(parent, tax) || unknown_parent(c, fresh);
}

static bool name_valid(struct call *c, const cJSON *in) {
    char *name = text_clean(js_str(in, "name"));
    bool empty = js_has(in, "name") && cJSON_IsString(js_get(in, "name")) && !*name;

    xfree(name);
    if (empty) {
        fail_with(c, 500, "empty_term_name", xdup("A name is required for this term."), xdup("null"));
        c->err_plain = true;
    }
    return !empty;
}

static bool slug_valid(struct call *c, const struct term *t, const cJSON *in) {
    char *slug = text_slug(js_str(in, "slug"));
    const struct term *other = *slug ? term_by_slug(t->tax, t->attribute, slug) : NULL;
    bool taken = other && other != t;

    if (taken) {
        fail_with(c, 500, "duplicate_term_slug",
                  xfmt("The slug &#8220;%s&#8221; is already in use by another term.", slug), xdup("null"));
        c->err_plain = true;
    }
    xfree(slug);
    return !taken;
}

static const char *const displays[] = {"default", "products", "subcategories", "both", NULL};

static void term_fields(struct term *t, const cJSON *in, bool fresh) {
    if (js_has(in, "description"))
        set_owned(&t->description, text_kses(js_str(in, "description")));
    for (int i = 0; displays[i]; i++) {
        if (!strcmp(displays[i], js_str(in, "display")))
            set_text(&t->display, displays[i]);
    }
    if (js_has(in, "menu_order"))
        t->menu_order = (int)js_int(js_get(in, "menu_order"));
    else if (!fresh && t->tax == 'a')
        t->menu_order = 0; /* an update without it puts it back */
}

static bool create(struct call *c, char tax, const cJSON *in, struct sbuf *out, long *id) {
    long attribute, parent = tax == 'c' || tax == 'b' ? js_id(in, "parent") : 0;
    char *name = js_text(js_get(in, "name")), *stored = text_term(name);
    bool tree = tax == 'c' || tax == 'b', ok = taxonomy(c, tax, &attribute);
    const char *slug = js_str(in, "slug");
    struct term *t = NULL, *twin;

    if (ok && !*stored)
        ok = fail(c, 400, "empty_term_name", "A name is required for this term.");
    ok = ok && parent_valid(c, in, tax, true);
    twin = ok ? named(tax, attribute, stored, tree ? parent : -1) : NULL;
    if (twin && (!*slug || !strcmp(twin->slug, slug)))
        ok = term_exists(c, twin, tree);
    if (ok) {
        t = term_new(tax, attribute, name, slug, parent);
        term_fields(t, in, true);
        *id = t->id;
        put_term(out, c, t);
    }
    xfree(name);
    xfree(stored);
    return ok;
}

static bool update(struct call *c, char tax, const cJSON *in, struct sbuf *out) {
    struct term *t = own_term(c, tax);

    if (!t || !name_valid(c, in) || !parent_valid(c, in, tax, false) || !slug_valid(c, t, in))
        return false;
    if (js_has(in, "name")) {
        char *name = js_text(js_get(in, "name"));

        set_owned(&t->name, text_term(name));
        xfree(name);
    }
    if (*js_str(in, "slug"))
        set_owned(&t->slug, text_slug(js_str(in, "slug")));
    if (js_has(in, "parent"))
        t->parent = tax == 'c' && category_within(js_id(in, "parent"), t->id) ? 0 : js_id(in, "parent");
    term_fields(t, in, false);
    put_term(out, c, t);
    return true;
}

static bool remove_term(struct call *c, char tax, bool force, struct sbuf *out) {
    struct term *t = own_term(c, tax);

    if (!t)
        return false;
    if (!force)
        return fail(c, 501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing.");
    put_term(out, c, t);
    t->dead = true;
    for (long i = 1; i < S.n_terms; i++) {
        if (S.terms[i].parent == t->id && !S.terms[i].dead)
            S.terms[i].parent = t->parent;
    }
    return true;
}

static bool get(struct call *c, char tax, struct sbuf *out) {
    const struct term *t = own_term(c, tax);

    if (t)
        put_term(out, c, t);
    return t != NULL;
}

static const char *sort_key;

static int compare(const void *a, const void *b) {
    const struct term *x = *(const struct term *const *)a, *y = *(const struct term *const *)b;
    int c = 0;

    if (!strcmp(sort_key, "count") && x->count != y->count)
        return x->count < y->count ? -1 : 1;
    if (!strcmp(sort_key, "slug"))
        c = strcmp(x->slug, y->slug);
    else if (strcmp(sort_key, "id") && strcmp(sort_key, "count"))
        c = strcasecmp(x->name, y->name);
    return c ? c : x->id < y->id ? -1 : 1;
}

static bool matches(const struct call *c, const struct term *t) {
    const char *search = js_str(c->params, "search"), *slug = js_str(c->params, "slug");
    struct ids ids;
    bool ok = true;

    if (*search && !text_search(t->name, search) && !strstr(t->slug, search))
        return false;
    if (*slug && strcmp(slug, t->slug))
        return false;
    if (*js_str(c->params, "parent") && t->parent != js_id(c->params, "parent"))
        return false;
    if (js_truth(js_get(c->params, "hide_empty")) && !t->count)
        return false;
    if (param_ids(c->params, "include", &ids))
        ok = ids_has(&ids, t->id);
    ids_free(&ids);
    if (param_ids(c->params, "exclude", &ids))
        ok = ok && !ids_has(&ids, t->id);
    ids_free(&ids);
    return ok;
}

static bool list(struct call *c, char tax) {
    const struct term **v;
    struct page page;
    long attribute, n = 0, from, to;

    if (!taxonomy(c, tax, &attribute))
        return false;
    terms_count();
    v = xalloc(((size_t)S.n_terms + 1) * sizeof *v);
    for (long i = 1; i < S.n_terms; i++) {
        const struct term *t = term_get(i, tax);

        if (t && t->attribute == attribute && matches(c, t))
            v[n++] = t;
    }
    page_read(c, &page, "name", false);
    sort_key = page.orderby;
    qsort(v, (size_t)n, sizeof *v, compare);
    page_reply(c, &page, n, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++)
        put_term(&c->out, c, page.desc ? v[n - 1 - i] : v[i]);
    jw_close(&c->out, ']');
    xfree(v);
    return true;
}

static char *location(struct call *c, long id) {
    const char *path = strstr(c->path, "/products/");

    return call_url(c, "%s/%ld", path ? path + 1 : "", id);
}

static const char *const orders[] = {"asc", "desc", NULL};
static const char *const orderbys[] = {"id", "include", "name", "slug", "term_group", "description", "count", NULL};
static const struct arg list_args[] = {{.name = "page", .type = 'i', .min = 1},
                                       {.name = "per_page", .type = 'i', .min = 1, .max = 100},
                                       {.name = "order", .type = 's', .one_of = orders},
                                       {.name = "orderby", .type = 's', .one_of = orderbys},
                                       {.name = "hide_empty", .type = 'b'},
                                       {.name = "parent", .type = 'i'},
                                       {0}};
#define FIELDS                                                                                            \
    {.name = "slug", .type = 's'}, {.name = "parent", .type = 'i'}, {.name = "description", .type = 's'}, \
        {.name = "display", .type = 's', .one_of = displays}, {                                           \
        .name = "menu_order", .type = 'i'                                                                 \
    }
static const struct arg create_args[] = {{.name = "name", .type = 's', .required = true}, FIELDS, {0}};
static const struct arg update_args[] = {{.name = "name", .type = 's'}, FIELDS, {0}};

#define TAXONOMY(word, tax, at)                                                                                     \
    static bool word##_list(struct call *c) {                                                                       \
        return list(c, tax);                                                                                        \
    }                                                                                                               \
    static bool word##_get(struct call *c, struct sbuf *out) {                                                      \
        return get(c, tax, out);                                                                                    \
    }                                                                                                               \
    static bool word##_create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {                        \
        return create(c, tax, in, out, id);                                                                         \
    }                                                                                                               \
    static bool word##_update(struct call *c, const cJSON *in, struct sbuf *out) {                                  \
        return update(c, tax, in, out);                                                                             \
    }                                                                                                               \
    static bool word##_remove(struct call *c, bool force, struct sbuf *out) {                                       \
        return remove_term(c, tax, force, out);                                                                     \
    }                                                                                                               \
    const struct resource word##_resource = {word##_list, word##_get,  word##_create, word##_update, word##_remove, \
                                             list_args,   create_args, update_args,   location,      at}

TAXONOMY(categories, 'c', 0);
TAXONOMY(tags, 't', 0);
TAXONOMY(classes, 's', 0);
TAXONOMY(brands, 'b', 0);
TAXONOMY(terms, 'a', 1);
