/* The small routes: indexes, system status, countries, currencies, gateways. */
#include "tests/sim/order.h"
#include "tests/sim/route.h"
#include "tests/sim/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool misc_site_index(struct call *c) {
    char *base = call_base(c);

    c->nested = true;
    jw_open(&c->out, NULL, '{');
    jw_str(&c->out, "name", "Test shop");
    jw_str(&c->out, "description", "");
    jw_str(&c->out, "url", base);
    jw_str(&c->out, "home", base);
    jw_num(&c->out, "gmt_offset", wp_gmt_offset());
    jw_str(&c->out, "timezone_string", wp_zone_name());
    jw_value(&c->out, "namespaces", js_get(shop_data(), "namespaces"));
    jw_close(&c->out, '}');
    xfree(base);
    return true;
}

bool misc_index(struct call *c) {
    c->nested = true;
    jw_open(&c->out, NULL, '{');
    jw_str(&c->out, "namespace", "wc/v3");
    jw_raw(&c->out, "routes", "{}");
    jw_close(&c->out, '}');
    return true;
}

bool misc_system_status(struct call *c) {
    struct sbuf *b = &c->out;
    char *base = call_base(c), *symbol = currency_symbol(setting("currency"));

    c->nested = true;
    jw_open(b, NULL, '{');
    jw_open(b, "environment", '{');
    jw_str(b, "home_url", base);
    jw_str(b, "site_url", base);
    jw_str(b, "version", S.wc);
    jw_str(b, "log_directory", "/var/www/html/wp-content/uploads/wc-logs/");
    jw_bool(b, "log_directory_writable", true);
    jw_str(b, "wp_version", S.wp);
    jw_bool(b, "wp_multisite", false);
    jw_int(b, "wp_memory_limit", 268435456);
    jw_bool(b, "wp_debug_mode", false);
    jw_bool(b, "wp_cron", true);
    jw_str(b, "language", "en_US");
    jw_str(b, "server_info", "nginx/1.22.1");
    jw_str(b, "php_version", "8.2.29");
    jw_int(b, "php_post_max_size", 67108864);
    jw_int(b, "php_max_execution_time", 30);
    jw_int(b, "php_max_input_vars", 1000);
    jw_int(b, "max_upload_size", 67108864);
    jw_str(b, "default_timezone", "UTC");
    jw_close(b, '}');
    jw_raw(b, "active_plugins", "[]");
    jw_open(b, "settings", '{');
    jw_bool(b, "api_enabled", false);
    jw_bool(b, "force_ssl", false);
    jw_str(b, "currency", setting("currency"));
    jw_str(b, "currency_symbol", symbol);
    jw_str(b, "currency_position", setting("currency_pos"));
    jw_str(b, "thousand_separator", setting("price_thousand_sep"));
    jw_str(b, "decimal_separator", setting("price_decimal_sep"));
    jw_int(b, "number_of_decimals", strtol(setting("price_num_decimals"), NULL, 10));
    jw_close(b, '}');
    jw_close(b, '}');
    xfree(base);
    xfree(symbol);
    return true;
}

/* ---- currencies: the options say "Polish z&#x142;oty (&#122;&#322;) — PLN" ---- */

static void put_currency(struct call *c, const char *code) {
    const char *s = js_str(setting_options("currency"), code), *open = strrchr(s, '('), *close = strrchr(s, ')');
    char *name = xdupn(s, open && open > s ? (size_t)(open - s - 1) : strlen(s));
    char *symbol = open && close ? xdupn(open + 1, (size_t)(close - open - 1)) : xdup(code);
    char *self = xfmt("data/currencies/%s", code);

    jw_open(&c->out, NULL, '{');
    jw_str(&c->out, "code", code);
    jw_str(&c->out, "name", name);
    jw_str(&c->out, "symbol", symbol);
    jw_links(&c->out, c, self, "data/currencies", NULL, "[\"GET\"]");
    jw_close(&c->out, '}');
    xfree(name);
    xfree(symbol);
    xfree(self);
}

bool misc_currency(struct call *c) {
    char code[8];

    snprintf(code, sizeof code, "%.7s", strcmp(c->word[0], "current") ? c->word[0] : setting("currency"));
    for (char *p = code; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    if (!js_has(setting_options("currency"), code))
        return fail(c, 404, "woocommerce_rest_data_invalid_currency",
                    "There are no currencies matching these parameters.");
    put_currency(c, code);
    return true;
}

bool misc_currencies(struct call *c) {
    jw_open(&c->out, NULL, '[');
    for (const char *const *code = currency_codes(); *code; code++)
        put_currency(c, *code);
    jw_close(&c->out, ']');
    return true;
}

/* ---- countries: the options say "PL": "Poland", or "DE:DE-BE": "Germany - Berlin" ---- */

static bool put_country(struct call *c, const char *code) {
    const cJSON *i, *options = setting_options("default_country"), *whole = js_get(options, code);
    bool begun = false;
    char *self;

    cJSON_ArrayForEach(i, options) {
        const char *dash = strstr(i->valuestring, " - ");
        char *name;

        if (strncmp(i->string, code, 2) || (i != whole && i->string[2] != ':'))
            continue;
        if (!begun) {
            name =
                xdupn(i->valuestring, i == whole || !dash ? strlen(i->valuestring) : (size_t)(dash - i->valuestring));
            jw_open(&c->out, NULL, '{');
            jw_str(&c->out, "code", code);
            jw_str(&c->out, "name", name);
            jw_open(&c->out, "states", '[');
            begun = true;
            xfree(name);
        }
        if (i->string[2] == ':' && dash) {
            jw_open(&c->out, NULL, '{');
            jw_str(&c->out, "code", i->string + 3);
            jw_str(&c->out, "name", dash + 3);
            jw_close(&c->out, '}');
        }
    }
    if (!begun)
        return false;
    jw_close(&c->out, ']');
    self = xfmt("data/countries/%s", code);
    jw_links(&c->out, c, self, "data/countries", NULL, "[\"GET\"]");
    jw_close(&c->out, '}');
    xfree(self);
    return true;
}

bool misc_country(struct call *c) {
    char code[3] = {(char)toupper((unsigned char)c->word[0][0]), (char)toupper((unsigned char)c->word[0][1]), 0};

    if (strlen(c->word[0]) != 2 || !put_country(c, code))
        return fail(c, 404, "woocommerce_rest_data_invalid_location",
                    "There are no locations matching these parameters.");
    return true;
}

bool misc_countries(struct call *c) {
    const cJSON *i;
    char last[3] = "";

    jw_open(&c->out, NULL, '[');
    cJSON_ArrayForEach(i, setting_options("default_country")) {
        if (!strncmp(last, i->string, 2))
            continue;
        memcpy(last, i->string, 2);
        put_country(c, last);
    }
    jw_close(&c->out, ']');
    return true;
}

static bool plain_list(struct call *c, const char *const (*rows)[2], int n, bool enabled) {
    struct page all = {1, 100, -1, false, ""};
    long from, to;

    page_reply(c, &all, n, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (int i = 0; i < n; i++) {
        jw_open(&c->out, NULL, '{');
        jw_str(&c->out, "id", rows[i][0]);
        jw_str(&c->out, "title", rows[i][1]);
        jw_str(&c->out, "description", "");
        if (enabled)
            jw_bool(&c->out, "enabled", false);
        jw_close(&c->out, '}');
    }
    jw_close(&c->out, ']');
    return true;
}

bool misc_gateways(struct call *c) {
    static const char *const rows[][2] = {
        {"bacs", "Direct bank transfer"}, {"cheque", "Check payments"}, {"cod", "Cash on delivery"}};

    return plain_list(c, rows, 3, true);
}

bool misc_shipping_methods(struct call *c) {
    static const char *const rows[][2] = {{"flat_rate", "Flat rate"},
                                          {"free_shipping", "Free shipping"},
                                          {"local_pickup", "Local pickup"},
                                          {"pickup_location", "Pickup"}};

    return plain_list(c, rows, wc_before(803) ? 3 : 4, false);
}

bool misc_orders_totals(struct call *c) {
    static const char *const words[] = {"pending",   "processing", "on-hold", "completed",
                                        "cancelled", "refunded",   "failed",  "checkout-draft"};

    jw_open(&c->out, NULL, '[');
    for (int w = 0; w < 8; w++) {
        long n = 0;

        for (long id = 0; id < S.n_posts; id++)
            n += S.posts[id].kind == POST_ORDER && !strcmp(((struct order *)S.posts[id].p)->status, words[w]);
        jw_open(&c->out, NULL, '{');
        jw_str(&c->out, "slug", words[w]);
        jw_str(&c->out, "name", order_status_name(words[w]));
        jw_int(&c->out, "total", n);
        jw_close(&c->out, '}');
    }
    jw_close(&c->out, ']');
    return true;
}

static bool logged_in(struct call *c) {
    return c->who == WHO_APP || fail(c, 401, "rest_not_logged_in", "You are not currently logged in.");
}

bool misc_me(struct call *c) {
    c->nested = true;
    if (!logged_in(c))
        return false;
    jw_open(&c->out, NULL, '{');
    jw_int(&c->out, "id", 1);
    jw_str(&c->out, "username", "admin");
    jw_str(&c->out, "name", "admin");
    jw_str(&c->out, "slug", "admin");
    jw_raw(&c->out, "roles", "[\"administrator\"]");
    jw_close(&c->out, '}');
    return true;
}

bool misc_app_passwords(struct call *c) {
    c->nested = true;
    if (!logged_in(c))
        return false;
    jw_raw(&c->out, NULL,
           "[{\"uuid\":\"6cb0b3f2-5a38-4c3f-9f5d-2d6c5f1f0001\",\"app_id\":\"\",\"name\":\"recorder\",\"created\":"
           "\"2026-01-01T00:00:00\",\"last_used\":null,\"last_ip\":null}]");
    return true;
}
