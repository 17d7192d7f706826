/* Everything that must be true before a run, asked one after the other. */
#include <string.h>

#include "common/base/civil.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

#define SKEW_WARN_MS (2 * 60 * 1000)

static struct probe_line *add(struct channel_report *out, const char *what, bool ok, bool blocking) {
    static struct probe_line spare; /* what does not fit is told nowhere */
    struct probe_line *line = out->line_count < PROBE_LINES_MAX ? &out->lines[out->line_count++] : &spare;
    memset(line, 0, sizeof *line);
    str_copy(line->what, sizeof line->what, what);
    line->ok = ok;
    line->blocking = !ok && blocking;
    return line;
}

static void tell(struct channel_report *out, const char *what, bool ok, bool blocking, const char *text) {
    str_copy(add(out, what, ok, blocking)->text, ERR_TEXT_MAX, text);
}

/* Asks; a line of the report when it fails. */
static enum rc ask(struct woo *w, struct channel_report *out, const char *what, bool blocking,
                   const struct woo_request *request, struct woo_reply *reply) {
    struct err err;
    err_clear(&err);
    enum rc rc = woo_call(w, request, reply, &err);
    if (rc)
        tell(out, what, false, blocking, err.text);
    return rc;
}

/* --- connection --- */

static const char *fault_subject(enum http_fault fault) {
    switch (fault) {
    case HTTP_FAULT_DNS: return "dns";
    case HTTP_FAULT_TLS: return "tls";
    default: return "connection";
    }
}

static void tell_clock(struct woo *w, struct channel_report *out, const struct woo_reply *reply) {
    if (reply->http.date_ms < 0) {
        tell(out, "clock", false, false,
             "The shop's server does not tell its time; this computer's clock is used instead.");
        return;
    }
    out->clock_skew_ms = reply->http.date_ms - clock_wall_ms(w->clock);
    int64_t off = out->clock_skew_ms < 0 ? -out->clock_skew_ms : out->clock_skew_ms;
    str_fmt(add(out, "clock", off <= SKEW_WARN_MS, false)->text, ERR_TEXT_MAX,
            "The shop's clock is %lld seconds %s this computer's. Orders are read by the shop's clock.",
            (long long)(off / 1000), out->clock_skew_ms < 0 ? "behind" : "ahead of");
}

static bool has_namespace(struct slice index) {
    struct scan s;
    struct slice list, item;
    if (!scan_find(index, "namespaces", &list) || !scan_array(&s, list))
        return true; /* some shops hide the list: the next questions tell */
    while (scan_item(&s, &item)) {
        if (slice_is(item, "\"wc/v3\"") || slice_is(item, "\"wc\\/v3\""))
            return true;
    }
    return false;
}

static bool probe_connection(struct woo *w, struct channel_report *out) {
    struct woo_reply reply;
    struct err err;
    struct woo_request request = {
        .method = "GET", .path = "", .query = "_fields=namespaces", .from_root = true, .anonymous = true};
    err_clear(&err);
    enum rc rc = woo_call(w, &request, &reply, &err);
    bool reached = reply.http.status > 0;
    if (!reached) {
        tell(out, fault_subject(reply.http.fault), false, true, err.text);
        woo_reply_free(&reply);
        return false;
    }
    bool secure = str_starts(w->set.base, "https://");
    tell(out, "dns", true, true, "The shop's server was found.");
    tell(out, "tls", true, true,
         secure ? "The connection is encrypted and the certificate is trusted."
                : "The connection is not encrypted; requests are signed, but their content can be read on the way.");
    if (rc == RC_OK && !has_namespace(reply.json)) {
        tell(out, "api", false, true, "WordPress answers, but WooCommerce is not active there.");
        woo_reply_free(&reply);
        return false;
    }
    if (rc && rc != RC_DENIED) /* some shops close the index to strangers; that is no harm */
        tell(out, "api", false, reply.kind == WOO_NO_ROUTE || reply.kind == WOO_REDIRECT, err.text);
    tell_clock(w, out, &reply);
    if (reply.dirty)
        tell(out, "notices", false, false,
             "The shop prints PHP notices into its answers. Have their display switched off.");
    woo_reply_free(&reply);
    return rc == RC_OK || rc == RC_DENIED || reply.kind == WOO_NOT_JSON;
}

/* --- rights --- */

/* A list that must be readable, with its total: the canary that a cached page or a login page does not pass. */
static bool probe_read(struct woo *w, struct channel_report *out, const char *what, const char *path) {
    struct woo_reply reply;
    struct woo_request request = {.method = "GET", .path = path, .query = "per_page=1&_fields=id"};
    char total[32];
    bool ok = ask(w, out, what, true, &request, &reply) == RC_OK;
    if (ok && (reply.json.p[0] != '[' || !http_answer_header(&reply.http, "x-wp-total", total, sizeof total))) {
        tell(out, what, false, true,
             "The shop's answer is not a list with a total; a cache or plugin may stand in between.");
        ok = false;
    }
    if (ok)
        str_fmt(add(out, what, true, true)->text, ERR_TEXT_MAX, "The shop lists %s %s.", total, path);
    woo_reply_free(&reply);
    return ok;
}

/* An empty batch is a write that writes nothing: it answers [] (hazard 7). */
static void probe_write(struct woo *w, struct channel_report *out) {
    struct woo_reply reply;
    struct buf body;
    buf_init(&body, 16);
    buf_adds(&body, "{}");
    struct woo_request request = {.method = "POST", .path = "products/batch", .body = &body, .write = true};
    if (ask(w, out, "write", true, &request, &reply) == RC_OK)
        tell(out, "write", true, true, "The consumer key may write.");
    woo_reply_free(&reply);
    buf_free(&body);
}

/* --- facts --- */

static void probe_system(struct woo *w, struct channel_report *out) {
    struct woo_reply reply;
    struct slice environment, settings;
    int64_t decimals = -1;
    char text[64] = "";
    struct woo_request request = {.method = "GET",
                                  .path = "system_status",
                                  .query =
                                      "_fields=environment.version%2Csettings.currency%2Csettings.number_of_decimals"};
    if (ask(w, out, "version", false, &request, &reply) == RC_OK) {
        if (scan_find(reply.json, "environment", &environment))
            scan_text(environment, "version", out->version, sizeof out->version);
        if (scan_find(reply.json, "settings", &settings)) {
            scan_text(settings, "currency", text, sizeof text);
            scan_i64(settings, "number_of_decimals", &decimals);
        }
        str_fmt(add(out, "version", out->version[0], false)->text, ERR_TEXT_MAX, "WooCommerce %s.",
                out->version[0] ? out->version : "of an unknown version");
    }
    woo_reply_free(&reply);
    str_copy(out->currency, sizeof out->currency, strlen(text) == 3 ? text : "");
    int usual = currency_decimals(out->currency);
    out->shown_decimals = decimals > 8 ? -1 : (int)decimals;
    out->currency_decimals = decimals >= 0 ? (int)decimals : usual;
    if (!out->currency[0])
        return;
    if (decimals >= 0 && usual >= 0 && decimals != usual)
        str_fmt(add(out, "currency", false, false)->text, ERR_TEXT_MAX,
                "The shop sells in %s but is set to %lld decimals instead of %d; amounts may not fit the currency.",
                out->currency, (long long)decimals, usual);
    else
        str_fmt(add(out, "currency", true, false)->text, ERR_TEXT_MAX, "The shop sells in %s.", out->currency);
}

/* Value of one setting of the shop; "" when it does not tell. */
static void read_setting(struct woo *w, struct channel_report *out, const char *what, const char *path, char *value,
                         size_t size) {
    struct woo_reply reply;
    struct woo_request request = {.method = "GET", .path = path, .query = "_fields=id%2Cvalue"};
    value[0] = '\0';
    if (ask(w, out, what, false, &request, &reply) == RC_OK && !scan_text(reply.json, "value", value, size))
        value[0] = '\0';
    woo_reply_free(&reply);
}

static void probe_settings(struct woo *w, struct channel_report *out) {
    char value[32];
    read_setting(w, out, "units", "settings/products/woocommerce_weight_unit", value, sizeof value);
    if (value[0]) {
        str_copy(out->weight_unit, sizeof out->weight_unit, value);
        str_fmt(add(out, "units", true, false)->text, ERR_TEXT_MAX, "Weights are in %s.", value);
    }
    read_setting(w, out, "tax", "settings/tax/woocommerce_prices_include_tax", value, sizeof value);
    if (value[0]) {
        out->prices_tax = str_eq(value, "yes") ? SHOP_TAX_GROSS : SHOP_TAX_NET;
        tell(out, "tax", true, false,
             out->prices_tax == SHOP_TAX_GROSS ? "Prices in the shop include tax."
                                               : "Prices in the shop are without tax.");
    }
    read_setting(w, out, "stock", "settings/products/woocommerce_manage_stock", value, sizeof value);
    if (value[0])
        tell(out, "stock", str_eq(value, "yes"), false,
             str_eq(value, "yes") ? "The shop keeps stock."
                                  : "Stock management is off in the shop: it ignores the quantities it is sent.");
}

/* A word too long for the report is left out with those behind it: then it is not known what the shop has. */
static void probe_statuses(struct woo *w, struct channel_report *out) {
    struct err err;
    if (woo_need_statuses(w, &err) != RC_OK)
        tell(out, "order statuses", false, false, err.text);
    else if (w->statuses[1] && strlen(w->statuses) < sizeof out->order_statuses)
        str_copy(out->order_statuses, sizeof out->order_statuses, w->statuses);
}

static void probe_tax_classes(struct woo *w, struct channel_report *out) {
    struct woo_reply reply;
    struct woo_request request = {.method = "GET", .path = "taxes/classes", .query = "per_page=100"};
    struct scan s;
    struct slice item;
    char slug[128];
    struct buf list;
    buf_init(&list, sizeof out->tax_classes - 1);
    buf_addc(&list, ' ');
    if (ask(w, out, "tax classes", false, &request, &reply) == RC_OK && scan_array(&s, reply.json)) {
        while (scan_item(&s, &item)) {
            if (scan_text(item, "slug", slug, sizeof slug))
                buf_addf(&list, "%s ", slug);
        }
    }
    if (!list.full && list.len > 1)
        str_copy(out->tax_classes, sizeof out->tax_classes, list.data);
    buf_free(&list);
    woo_reply_free(&reply);
}

/* --- money alone, before a run --- */

/* What the shop refuses to tell stays untold; a shop that does not answer is a failure. */
static enum rc ask_money(struct woo *w, const char *path, const char *query, struct woo_reply *reply, struct err *err) {
    struct woo_request request = {.method = "GET", .path = path, .query = query};
    enum rc rc = woo_call(w, &request, reply, err);
    if (rc == RC_DENIED || rc == RC_NOT_FOUND || rc == RC_REJECTED)
        reply->json = (struct slice){.p = "", .len = 0};
    return rc == RC_DENIED || rc == RC_NOT_FOUND || rc == RC_REJECTED ? RC_OK : rc;
}

static enum rc ask_currency(struct woo *w, struct shop_money *told, struct err *err) {
    struct woo_reply reply;
    struct slice settings;
    int64_t decimals = -1;
    char text[64] = "";
    enum rc rc = ask_money(w, "system_status", "_fields=settings.currency%2Csettings.number_of_decimals", &reply, err);
    if (rc == RC_OK && reply.json.len > 0 && scan_find(reply.json, "settings", &settings)) {
        if (scan_text(settings, "currency", text, sizeof text) && strlen(text) == 3)
            str_copy(told->currency, sizeof told->currency, text);
        told->has_decimals = scan_i64(settings, "number_of_decimals", &decimals) && decimals >= 0 && decimals <= 8;
        told->decimals = told->has_decimals ? (int)decimals : 0;
    }
    woo_reply_free(&reply);
    return rc;
}

static enum rc ask_tax(struct woo *w, struct shop_money *told, struct err *err) {
    struct woo_reply reply;
    char text[64] = "";
    enum rc rc = ask_money(w, "settings/tax/woocommerce_prices_include_tax", "_fields=id%2Cvalue", &reply, err);
    if (rc == RC_OK && reply.json.len > 0 && scan_text(reply.json, "value", text, sizeof text) && text[0])
        told->tax = str_eq(text, "yes") ? SHOP_TAX_GROSS : SHOP_TAX_NET;
    woo_reply_free(&reply);
    return rc;
}

enum rc woo_money(struct channel *c, struct shop_money *out, struct err *err) {
    struct shop_money told = {.tax = SHOP_TAX_UNTOLD};
    enum rc rc = ask_currency(woo_of(c), &told, err);
    if (rc == RC_OK)
        rc = ask_tax(woo_of(c), &told, err);
    if (rc == RC_OK)
        *out = told;
    return rc;
}

enum rc woo_probe(struct channel *c, struct channel_report *out, struct err *err) {
    struct woo *w = woo_of(c);
    memset(out, 0, sizeof *out);
    out->currency_decimals = out->shown_decimals = -1;
    if (stop_is_set(w->stop))
        return err_set(err, RC_STOPPED, REACH_LINK, "The check was stopped.");
    if (!probe_connection(w, out))
        return RC_OK;
    if (!probe_read(w, out, "login", "products"))
        return RC_OK;
    probe_read(w, out, "read", "orders");
    probe_write(w, out);
    probe_system(w, out);
    probe_settings(w, out);
    probe_statuses(w, out);
    probe_tax_classes(w, out);
    return RC_OK;
}
