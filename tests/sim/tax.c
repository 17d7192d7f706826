#include "tests/sim/tax.h"

#include "tests/sim/route.h"
#include "tests/sim/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- classes ---- */

static void add_class(const char *slug, const char *name) {
    S.classes = xgrow(S.classes, (size_t)(S.n_classes + 1) * sizeof *S.classes);
    S.classes[S.n_classes].slug = xdup(slug);
    S.classes[S.n_classes++].name = xdup(name);
}

void taxes_init(void) {
    add_class("standard", "Standard rate");
    add_class("reduced-rate", "Reduced rate");
    add_class("zero-rate", "Zero rate");
}

/* Sorted by name behind the standard one. */
static int by_name(const void *a, const void *b) {
    return strcasecmp(((const struct tax_class *)a)->name, ((const struct tax_class *)b)->name);
}

const char *const *tax_class_slugs(void) {
    static const char *slugs[64];
    int n = 0;

    for (int i = 0; i < S.n_classes && n < 63; i++)
        slugs[n++] = S.classes[i].slug;
    slugs[n] = NULL;
    return slugs;
}

static void put_class(struct sbuf *b, struct call *c, const struct tax_class *t, bool slug_first) {
    jw_open(b, NULL, '{');
    if (slug_first)
        jw_str(b, "slug", t->slug);
    jw_str(b, "name", t->name);
    if (!slug_first)
        jw_str(b, "slug", t->slug);
    jw_links(b, c, NULL, "taxes/classes", NULL, NULL);
    jw_close(b, '}');
}

static bool class_list(struct call *c) {
    struct page all = {1, 100, -1, false, ""};
    long from, to;

    page_reply(c, &all, S.n_classes, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (int i = 0; i < S.n_classes; i++)
        put_class(&c->out, c, &S.classes[i], true);
    jw_close(&c->out, ']');
    return true;
}

static struct tax_class *class_find(const char *slug) {
    for (int i = 0; i < S.n_classes; i++) {
        if (!strcmp(S.classes[i].slug, slug))
            return &S.classes[i];
    }
    return NULL;
}

static bool class_create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    char *name = text_clean(js_str(in, "name")), *slug = text_slug(name);

    *id = 0;
    if (class_find(slug)) {
        fail(c, 400, "woocommerce_rest_tax_class_exists", "Tax class already exists");
    } else {
        add_class(slug, name);
        qsort(S.classes + 1, (size_t)S.n_classes - 1, sizeof *S.classes, by_name);
        put_class(out, c, class_find(slug), false);
        snprintf(c->word[0], sizeof c->word[0], "%s", slug);
        *id = 1;
    }
    xfree(name);
    xfree(slug);
    return *id != 0;
}

static char *class_location(struct call *c, long id) {
    (void)id;
    return call_url(c, "taxes/classes/%s", c->word[0]);
}

static bool class_remove(struct call *c, bool force, struct sbuf *out) {
    struct tax_class *t = class_find(c->word[0]);

    if (!t || t == S.classes)
        return fail(c, 404, "woocommerce_rest_tax_class_invalid_slug", "Invalid slug.");
    if (!force)
        return fail(c, 501, "woocommerce_rest_trash_not_supported", "Taxes do not support trashing.");
    put_class(out, c, t, false);
    for (int i = 0; i < S.n_rates; i++) {
        if (!strcmp(S.rates[i].class, t->slug))
            set_text(&S.rates[i].class, "standard");
    }
    xfree(t->slug);
    xfree(t->name);
    memmove(t, t + 1, (size_t)(S.classes + S.n_classes - t - 1) * sizeof *t);
    S.n_classes--;
    return true;
}

static bool class_get(struct call *c, struct sbuf *out) {
    const struct tax_class *t = class_find(c->word[0]);

    if (!t)
        return fail(c, 404, "woocommerce_rest_tax_class_invalid_slug", "Invalid slug.");
    put_class(out, c, t, true);
    return true;
}

static const struct arg class_args[] = {{.name = "name", .type = 's', .required = true}, {0}};
const struct resource tax_classes_resource = {class_list, class_get,  class_create, NULL,           class_remove,
                                              NULL,       class_args, NULL,         class_location, 0};

/* ---- rates ---- */

const struct tax_rate *tax_get(long id) {
    for (int i = 0; i < S.n_rates; i++) {
        if (S.rates[i].id == id)
            return &S.rates[i];
    }
    return NULL;
}

static const char *last_text(const cJSON *list) {
    int n = cJSON_GetArraySize(list);
    const cJSON *v = n ? cJSON_GetArrayItem(list, n - 1) : NULL;

    return cJSON_IsString(v) ? v->valuestring : "";
}

static void put_rate(struct sbuf *b, struct call *c, const struct tax_rate *r) {
    char *self = xfmt("taxes/%ld", r->id);

    jw_open(b, NULL, '{');
    jw_int(b, "id", r->id);
    jw_str(b, "country", r->country);
    jw_str(b, "state", r->state);
    jw_str(b, "postcode", last_text(r->postcodes));
    jw_str(b, "city", last_text(r->cities));
    jw_str(b, "rate", r->rate);
    jw_str(b, "name", r->name);
    jw_int(b, "priority", r->priority);
    jw_bool(b, "compound", r->compound);
    jw_bool(b, "shipping", r->shipping);
    jw_int(b, "order", r->order);
    jw_str(b, "class", r->class);
    jw_value(b, "postcodes", r->postcodes);
    jw_value(b, "cities", r->cities);
    jw_links(b, c, self, "taxes", NULL, ALLOW_ALL);
    jw_close(b, '}');
    xfree(self);
}

/* Upper case of ASCII letters only, as the original has it. */
static cJSON *upper_list(const cJSON *in, const char *many, const char *one) {
    cJSON *out = cJSON_CreateArray();
    const cJSON *i, *list = js_get(in, many);

    if (!list && *js_str(in, one))
        cJSON_AddItemToArray(out, cJSON_CreateString(js_str(in, one)));
    cJSON_ArrayForEach(i, list) {
        cJSON_AddItemToArray(out, cJSON_CreateString(cJSON_IsString(i) ? i->valuestring : ""));
    }
    for (cJSON *k = out->child; k; k = k->next) {
        for (char *p = k->valuestring; *p; p++)
            *p = (char)((unsigned char)*p < 128 ? toupper((unsigned char)*p) : *p);
    }
    return out;
}

static void set_field(char **at, const cJSON *in, const char *key) {
    char *raw;

    if (!js_has(in, key))
        return;
    raw = js_text(js_get(in, key));
    set_owned(at, text_clean(raw));
    xfree(raw);
}

static void rate_fields(struct tax_rate *r, const cJSON *in) {
    set_field(&r->country, in, "country");
    set_field(&r->state, in, "state");
    set_field(&r->name, in, "name");
    set_field(&r->class, in, "class");
    if (js_has(in, "rate"))
        set_owned(&r->rate, xfmt("%.4f", js_double(js_get(in, "rate"))));
    if (js_has(in, "priority"))
        r->priority = (int)js_id(in, "priority");
    if (js_has(in, "order"))
        r->order = (int)js_id(in, "order");
    if (js_has(in, "compound"))
        r->compound = js_truth(js_get(in, "compound"));
    if (js_has(in, "shipping"))
        r->shipping = js_truth(js_get(in, "shipping"));
    if (js_has(in, "postcodes") || js_has(in, "postcode")) {
        cJSON_Delete(r->postcodes);
        r->postcodes = upper_list(in, "postcodes", "postcode");
    }
    if (js_has(in, "cities") || js_has(in, "city")) {
        cJSON_Delete(r->cities);
        r->cities = upper_list(in, "cities", "city");
    }
}

static bool rate_create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    struct tax_rate *r;

    S.rates = xgrow(S.rates, (size_t)(S.n_rates + 1) * sizeof *S.rates);
    r = &S.rates[S.n_rates++];
    memset(r, 0, sizeof *r);
    r->id = *id = S.next_rate++;
    r->country = xdup("");
    r->state = xdup("");
    r->name = xdup("Tax");
    r->class = xdup("standard");
    r->rate = xdup("0.0000");
    r->priority = 1;
    r->shipping = true;
    r->postcodes = cJSON_CreateArray();
    r->cities = cJSON_CreateArray();
    rate_fields(r, in);
    put_rate(out, c, r);
    return true;
}

static struct tax_rate *own(struct call *c) {
    struct tax_rate *r = (struct tax_rate *)tax_get(c->ids[0]);

    if (!r)
        fail(c, 404, "woocommerce_rest_invalid_id", "Invalid resource ID.");
    return r;
}

static bool rate_get(struct call *c, struct sbuf *out) {
    const struct tax_rate *r = own(c);

    if (r)
        put_rate(out, c, r);
    return r != NULL;
}

static bool rate_update(struct call *c, const cJSON *in, struct sbuf *out) {
    struct tax_rate *r = own(c);

    if (!r)
        return false;
    rate_fields(r, in);
    put_rate(out, c, r);
    return true;
}

static bool rate_remove(struct call *c, bool force, struct sbuf *out) {
    struct tax_rate *r = own(c);

    if (!r)
        return false;
    if (!force)
        return fail(c, 501, "woocommerce_rest_trash_not_supported", "Taxes do not support trashing.");
    put_rate(out, c, r);
    xfree(r->country);
    xfree(r->state);
    xfree(r->name);
    xfree(r->class);
    xfree(r->rate);
    cJSON_Delete(r->postcodes);
    cJSON_Delete(r->cities);
    memmove(r, r + 1, (size_t)(S.rates + S.n_rates - r - 1) * sizeof *r);
    S.n_rates--;
    return true;
}

static bool rate_list(struct call *c) {
    const char *class = js_str(c->params, "class");
    struct ids found = {0};
    struct page page;
    long from, to;

    for (int i = 0; i < S.n_rates; i++) {
        if (!*class || !strcmp(class, S.rates[i].class))
            ids_add(&found, i);
    }
    page_read(c, &page, "order", false);
    page_reply(c, &page, found.n, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++)
        put_rate(&c->out, c, &S.rates[found.v[page.desc ? found.n - 1 - i : i]]);
    jw_close(&c->out, ']');
    ids_free(&found);
    return true;
}

static char *rate_location(struct call *c, long id) {
    return call_url(c, "taxes/%ld", id);
}

static const struct arg list_args[] = {{.name = "page", .type = 'i', .min = 1},
                                       {.name = "per_page", .type = 'i', .min = 1, .max = 100},
                                       {.name = "class", .type = 's', .list = tax_class_slugs},
                                       {0}};
static const struct arg write_args[] = {{.name = "country", .type = 's'},
                                        {.name = "state", .type = 's'},
                                        {.name = "postcodes", .type = 'a', .item = 's'},
                                        {.name = "cities", .type = 'a', .item = 's'},
                                        {.name = "rate", .type = 's'},
                                        {.name = "name", .type = 's'},
                                        {.name = "priority", .type = 'i'},
                                        {.name = "compound", .type = 'b'},
                                        {.name = "shipping", .type = 'b'},
                                        {.name = "order", .type = 'i'},
                                        {.name = "class", .type = 's', .list = tax_class_slugs},
                                        {0}};
const struct resource taxes_resource = {rate_list, rate_get,   rate_create, rate_update,   rate_remove,
                                        list_args, write_args, write_args,  rate_location, 0};

void taxes_seed(void) {
    static const struct {
        const char *country, *rate, *name, *class;
    } rows[] = {{"PL", "23", "VAT", "standard"},
                {"PL", "8", "VAT 8%", "reduced-rate"},
                {"PL", "5", "VAT 5%", "super-reduced-rate"},
                {"PL", "0", "VAT 0%", "zero-rate"},
                {"RO", "19", "TVA", "standard"},
                {"RO", "9", "TVA 9%", "reduced-rate"},
                {"RO", "5", "TVA 5%", "super-reduced-rate"},
                {"SE", "25", "Moms", "standard"},
                {"SE", "12", "Moms 12 %", "reduced-rate"},
                {"SE", "6", "Moms 6 %", "super-reduced-rate"},
                {"NO", "25", "MVA", "standard"},
                {"NO", "15", "MVA matvarer", "reduced-rate"}};

    if (!class_find("super-reduced-rate")) {
        add_class("super-reduced-rate", "Super reduced rate");
        qsort(S.classes + 1, (size_t)S.n_classes - 1, sizeof *S.classes, by_name);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call c = {0};
        struct sbuf out = {0};
        cJSON *in = cJSON_CreateObject();
        long id;

        cJSON_AddStringToObject(in, "country", rows[i].country);
        cJSON_AddStringToObject(in, "rate", rows[i].rate);
        cJSON_AddStringToObject(in, "name", rows[i].name);
        cJSON_AddStringToObject(in, "class", rows[i].class);
        rate_create(&c, in, &out, &id);
        cJSON_Delete(in);
        sb_free(&out);
        call_free(&c);
    }
}

/* ---- which rates apply ---- */

static bool in_list(const cJSON *list, const char *s) {
    const cJSON *i;

    if (!list->child)
        return true;
    cJSON_ArrayForEach(i, list) {
        size_t n = strcspn(i->valuestring, "*");

        if (i->valuestring[n] ? !strncasecmp(i->valuestring, s, n) : !strcasecmp(i->valuestring, s))
            return true;
    }
    return false;
}

static int fit(const struct tax_rate *r) {
    return (*r->country != 0) + 2 * (*r->state != 0) + 4 * (r->postcodes->child != NULL) +
           8 * (r->cities->child != NULL);
}

static bool applies(const struct tax_rate *r, const char *country, const char *state, const char *postcode,
                    const char *city) {
    return (!*r->country || !strcmp(r->country, country)) && (!*r->state || !strcmp(r->state, state)) &&
           in_list(r->postcodes, postcode) && in_list(r->cities, city);
}

/* Of equal priority the better fit stays, of equal fit the first. */
static int keep_best(const struct tax_rate **out, int n, int max, const struct tax_rate *r) {
    int at = 0;

    while (at < n && out[at]->priority != r->priority)
        at++;
    if (at == max || (at < n && fit(out[at]) >= fit(r)))
        return n;
    out[at] = r;
    return at == n ? n + 1 : n;
}

int taxes_find(const char *country, const char *state, const char *postcode, const char *city, const char *class,
               bool shipping, const struct tax_rate **out, int max) {
    int n = 0;

    for (int i = 0; i < S.n_rates; i++) {
        const struct tax_rate *r = &S.rates[i];

        if (!strcmp(r->class, *class ? class : "standard") && applies(r, country, state, postcode, city))
            n = keep_best(out, n, max, r);
    }
    for (int i = 0; shipping && i < n;) {
        if (out[i]->shipping)
            i++;
        else
            out[i] = out[--n];
    }
    return n;
}

char *tax_code(const struct tax_rate *r) {
    char *name = xdup(*r->name ? r->name : "TAX"), *code;

    for (char *p = name; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    code = xfmt("%s%s%s-%s-%d", r->country, *r->state ? "-" : "", r->state, name, r->priority);
    xfree(name);
    return code;
}
