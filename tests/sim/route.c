#include "tests/sim/route.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum route_kind { R_LIST, R_ONE, R_BATCH, R_OWN };

struct route {
    const char *pattern; /* # a number, * a word */
    enum route_kind kind;
    const struct resource *r;
    bool (*own)(struct call *c);
    bool open; /* needs no credentials */
};

#define FAMILY(path, res)                                                             \
    {path, R_LIST, &res, NULL, false}, {path "/batch", R_BATCH, &res, NULL, false}, { \
        path "/#", R_ONE, &res, NULL, false                                           \
    }
#define OWN(path, fn) \
    { path, R_OWN, NULL, fn, false }

static const struct route routes[] = {
    FAMILY("products", products_resource),
    FAMILY("products/categories", categories_resource),
    FAMILY("products/tags", tags_resource),
    FAMILY("products/shipping_classes", classes_resource),
    FAMILY("products/brands", brands_resource),
    FAMILY("products/attributes", attributes_resource),
    FAMILY("products/attributes/#/terms", terms_resource),
    FAMILY("products/#/variations", variations_resource),
    FAMILY("orders", orders_resource),
    FAMILY("orders/#/notes", notes_resource),
    FAMILY("orders/#/refunds", refunds_resource),
    {"taxes/classes", R_LIST, &tax_classes_resource, NULL, false},
    {"taxes/classes/*", R_ONE, &tax_classes_resource, NULL, false},
    FAMILY("taxes", taxes_resource),
    FAMILY("customers", customers_resource),
    FAMILY("coupons", coupons_resource),
    OWN("settings", settings_groups),
    {"settings/*/batch", R_BATCH, &settings_resource, NULL, false},
    {"settings/*/*", R_ONE, &settings_resource, NULL, false},
    {"settings/*", R_LIST, &settings_resource, NULL, false},
    OWN("system_status", misc_system_status),
    OWN("data/currencies", misc_currencies),
    OWN("data/currencies/*", misc_currency),
    OWN("data/countries", misc_countries),
    OWN("data/countries/*", misc_country),
    OWN("payment_gateways", misc_gateways),
    OWN("shipping_methods", misc_shipping_methods),
    OWN("reports/orders/totals", misc_orders_totals),
    {"", R_OWN, NULL, misc_index, true},
};

static const struct route wp_routes[] = {
    {"media", R_LIST, &media_resource, NULL, true},
    {"media/#", R_ONE, &media_resource, NULL, true},
    OWN("users/me", misc_me),
    OWN("users/me/application-passwords", misc_app_passwords),
};

/* One part of the path, n long, against one of the pattern, m long. */
static bool part_fits(struct call *c, const char *pattern, size_t m, const char *path, size_t n, int *ids, int *words) {
    char *end;

    if (*pattern == '#') {
        if (!isdigit((unsigned char)*path) || *ids == 4)
            return false;
        c->ids[(*ids)++] = strtol(path, &end, 10);
        return (size_t)(end - path) == n;
    }
    if (*pattern == '*') {
        if (!n || n >= sizeof c->word[0] || *words == 2)
            return false;
        memcpy(c->word[*words], path, n);
        c->word[(*words)++][n] = 0;
        return true;
    }
    return n == m && !memcmp(pattern, path, n);
}

/* Does the path fit the pattern; collects its numbers and words. */
static bool fits(struct call *c, const char *pattern, const char *path) {
    int ids = 0, words = 0;

    while (*pattern && *path) {
        size_t n = strcspn(path, "/"), m = strcspn(pattern, "/");

        if (!part_fits(c, pattern, m, path, n, &ids, &words))
            return false;
        path += n + (path[n] == '/');
        pattern += m + (pattern[m] == '/');
    }
    return !*pattern && !*path;
}

static const struct route *find(struct call *c, const struct route *table, size_t n, const char *path) {
    for (size_t i = 0; i < n; i++) {
        if (fits(c, table[i].pattern, path)) {
            c->route = table[i].pattern;
            return &table[i];
        }
    }
    return NULL;
}

static bool no_route(struct call *c) {
    return fail(c, 404, "rest_no_route", "No route was found matching the URL and request method.");
}

static bool is(const struct call *c, const char *method) {
    return !strcmp(c->method, method);
}

static bool is_read(const struct call *c) {
    return is(c, "GET") || is(c, "HEAD");
}

static bool is_edit(const struct call *c) {
    return is(c, "POST") || is(c, "PUT") || is(c, "PATCH");
}

static bool method_known(const struct call *c, const struct route *r) {
    switch (r->kind) {
    case R_LIST: return (is_read(c) && r->r->list) || (is(c, "POST") && r->r->create);
    case R_ONE: return (is_read(c) && r->r->get) || (is_edit(c) && r->r->update) || (is(c, "DELETE") && r->r->remove);
    case R_BATCH: return is_edit(c);
    default: return is_read(c);
    }
}

/* The message for people without (enough) rights. */
static bool permitted(struct call *c, const struct route *r) {
    if (c->who != WHO_NONE || r->open)
        return true;
    if (r->kind == R_BATCH)
        return fail(c, 401, "woocommerce_rest_cannot_batch",
                    "Sorry, you are not allowed to batch manipulate this resource.");
    if (is_read(c) && r->kind == R_ONE)
        return fail(c, 401, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.");
    if (is_read(c))
        return fail(c, 401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.");
    if (r->kind == R_LIST)
        return fail(c, 401, "woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources.");
    if (is(c, "DELETE"))
        return fail(c, 401, "woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource.");
    return fail(c, 401, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.");
}

/* What every route of its kind takes. */
static bool common_right(struct call *c, const struct route *r) {
    static const char *const shop[] = {"view", "edit", NULL}, *const site[] = {"view", "embed", "edit", NULL};
    static const struct arg reading[] = {{.name = "context", .type = 's', .one_of = shop}, {0}},
                            site_reading[] = {{.name = "context", .type = 's', .one_of = site}, {0}},
                            removing[] = {{.name = "force", .type = 'b'}, {0}};

    if (is(c, "DELETE"))
        return schema_check(c, removing);
    if (!is_read(c) || !r->r)
        return true;
    return schema_check(c, strncmp(c->path, "/wp-json/wp/", 12) ? reading : site_reading);
}

static const struct arg *args_of(const struct call *c, const struct route *r) {
    if (!r->r || r->kind == R_BATCH)
        return NULL;
    if (r->kind == R_LIST)
        return is_read(c) ? r->r->list_args : r->r->create_args;
    return is_edit(c) ? r->r->update_args : NULL;
}

static bool run_create(struct call *c, const struct resource *r) {
    char *url;
    long id = 0;

    c->edit = true;
    if (!r->create(c, c->params, &c->out, &id))
        return false;
    c->status = 201;
    url = r->location ? r->location(c, id) : NULL;
    if (url)
        call_header(c, "Location", url);
    xfree(url);
    return true;
}

static bool run(struct call *c, const struct route *r) {
    c->status = 200;
    if (r->kind == R_OWN)
        return r->own(c);
    if (r->kind == R_BATCH)
        return batch_run(c, r->r);
    if (r->kind == R_LIST && is_read(c))
        return r->r->list(c);
    if (r->kind == R_LIST)
        return run_create(c, r->r);
    if (is_read(c))
        return r->r->get(c, &c->out);
    c->edit = true;
    if (is(c, "DELETE"))
        return r->r->remove(c, js_truth(js_get(c->params, "force")), &c->out);
    return r->r->update(c, c->params, &c->out);
}

static const struct route *lookup(struct call *c) {
    char *path = c->path;
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        path[--n] = 0;
    if (!strcmp(path, "/wp-json")) {
        static const struct route index = {"/", R_OWN, NULL, misc_site_index, true};

        return &index;
    }
    for (const char *v = "321"; *v; v++) {
        char prefix[] = "/wp-json/wc/v0";

        prefix[sizeof prefix - 2] = *v;
        if (!strncmp(path, prefix, sizeof prefix - 1) && (!path[sizeof prefix - 1] || path[sizeof prefix - 1] == '/'))
            return find(c, routes, sizeof routes / sizeof *routes,
                        path + sizeof prefix - (path[sizeof prefix - 1] ? 0 : 1));
    }
    if (!strncmp(path, "/wp-json/wp/v2/", 15))
        return find(c, wp_routes, sizeof wp_routes / sizeof *wp_routes, path + 15);
    return NULL;
}

static bool bad_json(struct call *c) {
    if (c->bad_utf8)
        return fail_with(
            c, 400, "rest_invalid_json", xdup("Invalid JSON body passed."),
            xdup("\"json_error_code\":5,\"json_error_message\":\"Malformed UTF-8 characters, possibly incorrectly "
                 "encoded\""));
    return fail_with(c, 400, "rest_invalid_json", xdup("Invalid JSON body passed."),
                     xdup("\"json_error_code\":4,\"json_error_message\":\"Syntax error\""));
}

static bool answer(struct call *c) {
    const struct route *r;
    const struct arg *args;

    if (!auth_check(c))
        return false;
    r = lookup(c);
    if (!r || !method_known(c, r))
        return no_route(c);
    if (c->bad_json)
        return bad_json(c);
    args = args_of(c, r);
    if (!common_right(c, r) || (args && !schema_check(c, args)))
        return false;
    return permitted(c, r) && run(c, r);
}

static void choose_fields(struct call *c) {
    const cJSON *v = js_get(c->query, "_fields"), *i;
    struct sbuf fields = {0}, out = {0};

    if (!v)
        return;
    if (cJSON_IsString(v))
        sb_puts(&fields, v->valuestring);
    else
        cJSON_ArrayForEach(i, v) {
            sb_printf(&fields, "%s,", cJSON_IsString(i) ? i->valuestring : "");
        }
    if (*sb_text(&fields)) {
        json_fields(&out, sb_text(&c->out), fields.p, c->nested, !c->nested);
        sb_free(&c->out);
        c->out = out;
    }
    sb_free(&fields);
}

static void wrap(struct call *c) {
    struct sbuf b = {0};

    jw_open(&b, NULL, '{');
    jw_raw(&b, "body", sb_text(&c->out));
    jw_int(&b, "status", c->status);
    jw_open(&b, "headers", '{');
    for (int i = 0; i < c->n_headers; i++) {
        if (!strncmp(c->headers[i].name, "X-WP", 4))
            jw_raw(&b, c->headers[i].name, c->headers[i].value);
        else
            jw_str(&b, c->headers[i].name, c->headers[i].value);
    }
    jw_str(&b, "Allow", "GET, POST");
    jw_close(&b, '}');
    jw_close(&b, '}');
    for (int i = 0; i < c->n_headers; i++) {
        xfree(c->headers[i].name);
        xfree(c->headers[i].value);
    }
    c->n_headers = 0;
    sb_free(&c->out);
    c->out = b;
    c->status = 200;
}

void route_answer(struct call *c) {
    c->type = "application/json; charset=UTF-8";
    c->route = "";
    if (!answer(c)) {
        if (c->is_batch && !c->err_code)
            return; /* a fatal error made by the fault script */
        sb_free(&c->out);
        c->status = c->err_status;
        jw_error(c, &c->out, NULL);
    } else {
        choose_fields(c);
    }
    if (js_get(c->query, "_envelope"))
        wrap(c);
}
