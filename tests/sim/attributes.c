/* Global attributes, and the attributes of products and variations. */
#include "tests/sim/product.h"
#include "tests/sim/terms.h"
#include "tests/sim/text.h"

#include <string.h>

/* ---- global attributes ---- */

static void put_attribute(struct sbuf *b, struct call *c, const struct attribute *a) {
    char *self = xfmt("products/attributes/%ld", a->id);

    jw_open(b, NULL, '{');
    jw_int(b, "id", a->id);
    jw_str(b, "name", a->name);
    jw_str(b, "slug", a->slug);
    jw_str(b, "type", a->type);
    jw_str(b, "order_by", a->order_by);
    jw_bool(b, "has_archives", a->archives);
    jw_links(b, c, self, "products/attributes", NULL, ALLOW_ALL);
    jw_close(b, '}');
    xfree(self);
}

static struct attribute *own(struct call *c) {
    struct attribute *a = attribute_get(c->ids[0]);

    if (!a)
        fail(c, 404, "woocommerce_rest_taxonomy_invalid", "Resource does not exist.");
    return a;
}

static bool refuse(struct call *c, const char *fmt_begin, const char *slug, const char *fmt_end) {
    return fail_with(c, 400, "woocommerce_rest_cannot_create", xfmt("Slug \"%s\" %s%s", slug, fmt_begin, fmt_end),
                     NULL);
}

static bool slug_valid(struct call *c, const char *slug, const struct attribute *self) {
    static const char reserved[] =
        " attachment author cat category day error feed hour id link minute monthnum more name nav_menu "
        "order orderby p page paged post post_format post_type posts product s search second tag "
        "tax taxonomy term terms theme title type w withcomments year ";
    char *word = xfmt(" %s ", slug);
    bool taken = strstr(reserved, word) != NULL;

    xfree(word);
    if (strlen(slug) > 28)
        return refuse(c, "is too long (28 characters max). ", slug, "Shorten it, please.");
    if (taken)
        return refuse(c, "is not allowed because it is a reserved term. ", slug, "Change it, please.");
    for (int i = 0; i < S.n_attributes; i++) {
        if (&S.attributes[i] != self && !S.attributes[i].dead && !strcmp(S.attributes[i].slug + 3, slug))
            return refuse(c, "is already in use. ", slug, "Change it, please.");
    }
    return true;
}

/* The slug without its "pa_". */
static char *wanted_slug(const cJSON *in) {
    char *slug = text_slug(*js_str(in, "slug") ? js_str(in, "slug") : js_str(in, "name"));

    if (!strncmp(slug, "pa_", 3))
        memmove(slug, slug + 3, strlen(slug) - 2);
    return slug;
}

static bool create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    char *slug = wanted_slug(in);
    struct attribute *a;

    if (!slug_valid(c, slug, NULL)) {
        xfree(slug);
        return false;
    }
    S.attributes = xgrow(S.attributes, (size_t)(S.n_attributes + 1) * sizeof *S.attributes);
    a = &S.attributes[S.n_attributes++];
    memset(a, 0, sizeof *a);
    a->id = *id = S.n_attributes;
    a->name = text_clean(js_str(in, "name"));
    a->slug = xfmt("pa_%s", slug);
    a->type = xdup(*js_str(in, "type") ? js_str(in, "type") : "select");
    a->order_by = xdup(*js_str(in, "order_by") ? js_str(in, "order_by") : "menu_order");
    a->archives = js_truth(js_get(in, "has_archives"));
    put_attribute(out, c, a);
    xfree(slug);
    return true;
}

static bool update(struct call *c, const cJSON *in, struct sbuf *out) {
    struct attribute *a = own(c);

    if (!a)
        return false;
    if (*js_str(in, "slug")) {
        char *slug = wanted_slug(in);
        bool ok = slug_valid(c, slug, a);

        if (ok)
            set_owned(&a->slug, xfmt("pa_%s", slug));
        xfree(slug);
        if (!ok)
            return false;
    }
    if (*js_str(in, "name"))
        set_owned(&a->name, text_clean(js_str(in, "name")));
    if (*js_str(in, "order_by"))
        set_text(&a->order_by, js_str(in, "order_by"));
    if (js_has(in, "has_archives"))
        a->archives = js_truth(js_get(in, "has_archives"));
    put_attribute(out, c, a);
    return true;
}

static bool remove_attribute(struct call *c, bool force, struct sbuf *out) {
    struct attribute *a = own(c);

    if (!a)
        return false;
    if (!force)
        return fail(c, 501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing.");
    put_attribute(out, c, a);
    a->dead = true;
    for (long i = 1; i < S.n_terms; i++) {
        if (S.terms[i].id && S.terms[i].attribute == a->id)
            S.terms[i].dead = true;
    }
    return true;
}

static bool get(struct call *c, struct sbuf *out) {
    const struct attribute *a = own(c);

    if (a)
        put_attribute(out, c, a);
    return a != NULL;
}

static bool list(struct call *c) {
    jw_open(&c->out, NULL, '[');
    for (int i = 0; i < S.n_attributes; i++) {
        if (!S.attributes[i].dead)
            put_attribute(&c->out, c, &S.attributes[i]);
    }
    jw_close(&c->out, ']');
    return true;
}

static char *location(struct call *c, long id) {
    return call_url(c, "products/attributes/%ld", id);
}

static const char *const order_words[] = {"menu_order", "name", "name_num", "id", NULL};
static const char *const attribute_types[] = {"select", NULL};

#define FIELDS                                                                               \
    {.name = "slug", .type = 's'}, {.name = "type", .type = 's', .one_of = attribute_types}, \
        {.name = "order_by", .type = 's', .one_of = order_words}, {                          \
        .name = "has_archives", .type = 'b'                                                  \
    }
static const struct arg create_args[] = {{.name = "name", .type = 's', .required = true}, FIELDS, {0}};
static const struct arg update_args[] = {{.name = "name", .type = 's'}, FIELDS, {0}};

const struct resource attributes_resource = {list, get,         create,      update,   remove_attribute,
                                             NULL, create_args, update_args, location, 0};

/* ---- of products ---- */

void pattrs_free(struct pattrs *a) {
    for (int i = 0; i < a->n; i++) {
        xfree(a->v[i].name);
        xfree(a->v[i].key);
        xfree(a->v[i].value);
        ids_free(&a->v[i].terms);
        for (int k = 0; k < a->v[i].n_options; k++)
            xfree(a->v[i].options[k]);
        xfree(a->v[i].options);
    }
    xfree(a->v);
    memset(a, 0, sizeof *a);
}

static struct pattr *add(struct pattrs *a) {
    a->v = xgrow(a->v, (size_t)(a->n + 1) * sizeof *a->v);
    memset(&a->v[a->n], 0, sizeof *a->v);
    return &a->v[a->n++];
}

static void add_option(struct pattr *a, const char *s) {
    struct term *t;

    if (!a->id) {
        a->options = xgrow(a->options, (size_t)(a->n_options + 1) * sizeof *a->options);
        a->options[a->n_options++] = xdup(s);
        return;
    }
    t = term_by_name('a', a->id, s);
    if (!t)
        t = term_new('a', a->id, s, NULL, 0);
    if (!ids_has(&a->terms, t->id))
        ids_add(&a->terms, t->id);
}

/* A list of texts, or one text "a | b". */
static void add_options(struct pattr *a, const cJSON *options) {
    const cJSON *i;

    if (cJSON_IsString(options)) {
        const char *s = options->valuestring;

        while (*s) {
            size_t n = strcspn(s, "|");
            char *raw = xdupn(s, n), *one = text_clean(raw);

            if (*one)
                add_option(a, one);
            xfree(raw);
            xfree(one);
            s += n + (s[n] == '|');
        }
        return;
    }
    cJSON_ArrayForEach(i, options) {
        char *raw = js_text(i), *one = text_clean(raw);

        if (*one)
            add_option(a, one);
        xfree(raw);
        xfree(one);
    }
}

void product_set_attributes(struct product *p, const cJSON *list_of) {
    const cJSON *i;

    pattrs_free(&p->attrs);
    cJSON_ArrayForEach(i, list_of) {
        const struct attribute *global = attribute_get(js_id(i, "id"));
        struct pattr *a;

        if (!js_has(i, "options") || (!global && (js_id(i, "id") || !*js_str(i, "name"))))
            continue;
        a = add(&p->attrs);
        a->id = global ? global->id : 0;
        a->name = text_clean(global ? global->name : js_str(i, "name"));
        a->key = global ? xdup(global->slug) : text_slug(a->name);
        a->value = xdup("");
        a->position = (int)js_id(i, "position");
        a->visible = js_truth(js_get(i, "visible"));
        a->variation = js_truth(js_get(i, "variation"));
        add_options(a, js_get(i, "options"));
        if (!a->terms.n && !a->n_options) {
            xfree(a->name);
            xfree(a->key);
            p->attrs.n--;
        }
    }
    S.counts_stale = true;
}

/* The attribute of `p` that an item {id|name, option} speaks of; it must be one for variations. */
static const struct pattr *spoken_of(const struct product *p, const cJSON *i) {
    const struct attribute *global = attribute_get(js_id(i, "id"));
    char *key = global ? xdup(global->slug) : text_slug(js_str(i, "name"));
    const struct pattr *found = NULL;

    for (int k = 0; k < p->attrs.n; k++) {
        if (!strcmp(p->attrs.v[k].key, key) && p->attrs.v[k].variation)
            found = &p->attrs.v[k];
    }
    xfree(key);
    return found;
}

static void choose(struct pattrs *to, const struct product *of, const cJSON *list_of) {
    const cJSON *i;

    cJSON_ArrayForEach(i, list_of) {
        const struct pattr *parent = spoken_of(of, i);
        const struct term *t;
        struct pattr *a = NULL;
        char *raw, *option;

        if (!parent)
            continue;
        raw = js_text(js_get(i, "option"));
        option = text_clean(raw);
        for (int k = 0; k < to->n; k++) {
            if (!strcmp(to->v[k].key, parent->key))
                a = &to->v[k];
        }
        if (!a) {
            a = add(to);
            a->id = parent->id;
            a->name = xdup(parent->name);
            a->key = xdup(parent->key);
            a->value = xdup("");
        }
        t = a->id ? term_by_name('a', a->id, option) : NULL;
        set_owned(&a->value, t ? xdup(t->slug) : a->id ? text_slug(option) : xdup(option));
        xfree(raw);
        xfree(option);
    }
}

void product_set_defaults(struct product *p, const cJSON *list_of) {
    pattrs_free(&p->defaults);
    choose(&p->defaults, p, list_of);
}

void variation_set_attributes(struct product *v, const cJSON *list_of) {
    const struct product *parent = product_parent(v);

    pattrs_free(&v->attrs);
    if (parent)
        choose(&v->attrs, parent, list_of);
}
