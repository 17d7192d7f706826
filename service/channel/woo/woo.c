/* The vtable, the settings, opening and closing. */
#include "service/channel/woo/woo.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/conf/checks.h"
#include "service/channel/woo/driver.h"

#define CONNECT_TIMEOUT_MS 15000

static const char *check_url(const char *value) {
    const char *host = NULL;
    if (str_starts(value, "https://"))
        host = value + 8;
    else if (str_starts(value, "http://"))
        host = value + 7;
    if (!host || !*host || *host == '/')
        return "must be an address such as https://shop.example";
    if (strpbrk(host, "@?# \"<>\\"))
        return "must be the bare address of the shop, without user name, question mark or blank";
    return NULL;
}

static const struct setting_def settings[] = {
    {"url", SETTING_TEXT, SETTING_REQUIRED, "", 0, 500, NULL, check_url, "Shop address",
     "The address of the shop's front page, for instance https://shop.example or https://example.com/shop."},
    {"consumer_key", SETTING_TEXT, SETTING_REQUIRED | SETTING_SECRET, "", 0, 200, NULL, NULL, "Consumer key",
     "From WooCommerce, Settings, Advanced, REST API; with read and write rights. Starts with ck_."},
    {"consumer_secret", SETTING_TEXT, SETTING_REQUIRED | SETTING_SECRET, "", 0, 200, NULL, NULL, "Consumer secret",
     "Shown once when the key is made. Starts with cs_."},
    {"auth", SETTING_CHOICE, 0, "auto", 0, 0, "auto|basic|query|oauth", NULL, "How the keys are sent",
     "\"auto\": in the header over https (in the address if the host removes the header), signed over plain http."},
    {"ca_file", SETTING_PATH, 0, "", 0, 0, NULL, check_absolute, "Certificates to trust",
     "Full path of a PEM file with the certificate of the authority that signed the shop's certificate, when it is not "
     "a public "
     "one. "
     "Empty means the system's own list."},
    {"page_size", SETTING_INT, 0, "100", 5, 100, NULL, NULL, "Orders in one request",
     "Smaller helps shops on weak servers."},
    {"weight_unit", SETTING_CHOICE, 0, "auto", 0, 0, "auto|kg|g|lbs|oz", NULL, "Weight unit of the shop",
     "\"auto\" asks the shop. Set it when the consumer key may not read the shop's settings."},
    {"points_meta", SETTING_TEXT, 0, "", 0, 100, NULL, NULL, "Field for loyalty points",
     "Name of the product meta field a points plugin reads, for instance _wc_points_earned. Empty: points are not "
     "sent."},
    {"set_meta", SETTING_TEXT, 0, "_shopferry_set", 0, 100, NULL, NULL, "Field for the parts of a set",
     "Name of the product meta field that lists SKU and quantity of each part. Empty: parts are not sent."},
    {"vat_number_meta", SETTING_LIST, 0, "billing_nip, _billing_nip, _billing_vat_number, _vat_number, vat_number", 0,
     20, NULL, NULL, "Fields with the buyer's tax number",
     "Names of order meta fields; the first that is filled counts. WooCommerce has no field of its own for it."},
    {"pickup_meta", SETTING_LIST, 0, "_parcel_machine_id, _paczkomat", 0, 20, NULL, NULL,
     "Fields with the pickup point", "Names of order meta fields; the first that is filled counts."},
    {"reference_meta", SETTING_TEXT, 0, "_shopferry_reference", 1, 100, NULL, NULL, "Field for our reference",
     "Name of the order meta field in which an order is marked as taken over."},
    {"document_meta", SETTING_TEXT, 0, "_shopferry_document", 1, 100, NULL, NULL, "Field for the document number",
     "Name of the order meta field in which the ERP's document number is written."},
    {.key = NULL},
};

/* The one place that knows where settings come from. */
static void woo_settings_read(const struct conf_section *link, struct woo_settings *out) {
    out->base = mem_strdup(conf_text(link, "url"));
    while (str_ends(out->base, "/"))
        out->base[strlen(out->base) - 1] = '\0';
    out->ca_file = conf_text(link, "ca_file");
    out->auth = conf_text(link, "auth");
    out->parallel = (int)conf_i64(link, "parallel_requests");
    out->timeout_ms = conf_i64(link, "request_timeout_seconds") * 1000;
    out->page_size = conf_i64(link, "page_size");
    out->overlap_s = conf_i64(link, "order_overlap_minutes") * 60;
    out->batch_size = conf_i64(link, "batch_size");
    out->weight_unit = conf_text(link, "weight_unit");
    out->points_meta = conf_text(link, "points_meta");
    out->set_meta = conf_text(link, "set_meta");
    out->vat_number_meta = conf_list(link, "vat_number_meta");
    out->pickup_meta = conf_list(link, "pickup_meta");
    out->reference_meta = conf_text(link, "reference_meta");
    out->document_meta = conf_text(link, "document_meta");
}

static void woo_close(struct channel *channel) {
    struct woo *w = woo_of(channel);
    http_close(w->http);
    if (w->key)
        mem_wipe(w->key, strlen(w->key));
    if (w->secret)
        mem_wipe(w->secret, strlen(w->secret));
    mem_free(w->key);
    mem_free(w->secret);
    mem_free(w->set.base);
    mem_free(w->statuses);
    mem_free(w);
}

static enum rc check_settings(struct woo *w, struct err *err) {
    const char *wrong = check_url(w->set.base);
    if (str_empty(w->set.base) || wrong)
        return err_set(err, RC_INVALID, REACH_LINK, "The shop's address %s.", wrong ? wrong : "is missing");
    if (str_empty(w->key) || str_empty(w->secret))
        return err_set(err, RC_INVALID, REACH_LINK,
                       "The shop's consumer key or secret is missing. Enter both with `shopferry secret set`, --name "
                       "consumer_key and --name consumer_secret.");
    bool plain = str_starts(w->set.base, "http://");
    if (plain && !str_eq(w->set.auth, "auto") && !str_eq(w->set.auth, "oauth"))
        return err_set(err, RC_INVALID, REACH_LINK,
                       "Over plain http the keys are never sent readably. Use an https address, or sign requests.");
    if (str_eq(w->set.auth, "oauth") || plain)
        w->auth = WOO_AUTH_OAUTH;
    else
        w->auth = str_eq(w->set.auth, "query") ? WOO_AUTH_QUERY : WOO_AUTH_BASIC;
    w->auth_settled = plain || !str_eq(w->set.auth, "auto");
    return RC_OK;
}

static enum rc woo_open(const struct channel_open_args *args, struct channel **out, struct err *err) {
    struct woo *w = MEM_NEW(struct woo);
    w->channel.vt = &woo_vt;
    w->clock = args->clock;
    w->stop = args->stop;
    w->log = args->log;
    w->about.company = args->company;
    w->about.link = args->link_name;
    w->batch_limit = WOO_BATCH_MAX;
    woo_settings_read(args->link, &w->set);
    w->key = args->secret(args->secret_ctx, "consumer_key");
    w->secret = args->secret(args->secret_ctx, "consumer_secret");
    enum rc rc = check_settings(w, err);
    struct http_options options = {
        .user_agent = args->user_agent,
        .ca_file = w->set.ca_file,
        .parallel = w->set.parallel,
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = w->set.timeout_ms,
        .answer_max = WOO_ANSWER_MAX,
        .clock = w->clock,
        .stop = w->stop,
        .log = w->log,
        .about = &w->about,
    };
    if (rc == RC_OK)
        rc = http_open(&options, &w->http, err);
    if (rc) {
        woo_close(&w->channel);
        return rc;
    }
    *out = &w->channel;
    return RC_OK;
}

/* --- facts --- */

/* Not being allowed to know something is an answer; not getting one is not. */
static bool is_passing(enum rc rc) {
    return rc == RC_LATER || rc == RC_STOPPED || rc == RC_UNKNOWN_OUTCOME || rc == RC_TOO_BIG;
}

static void parse_version(struct woo *w, struct slice answer) {
    struct slice environment;
    char version[64];
    int64_t major = 0, minor = 0;
    if (!scan_find(answer, "environment", &environment) || !scan_text(environment, "version", version, sizeof version))
        return;
    char *dot = strchr(version, '.');
    if (!dot)
        return;
    *dot = '\0';
    dot[1 + strspn(dot + 1, "0123456789")] = '\0';
    if (!str_to_i64(version, &major) || !str_to_i64(dot + 1, &minor) || major > 1000 || minor > 1000)
        return;
    w->facts.major = (int)major;
    w->facts.minor = (int)minor;
}

static enum rc read_version(struct woo *w, struct err *err) {
    struct woo_reply reply;
    struct woo_request request = {.method = "GET", .path = "system_status", .query = "_fields=environment.version"};
    enum rc rc = woo_call(w, &request, &reply, err);
    if (rc == RC_OK)
        parse_version(w, reply.json);
    woo_reply_free(&reply);
    return is_passing(rc) ? rc : RC_OK;
}

static enum rc read_weight_unit(struct woo *w, struct err *err) {
    char *unit = w->facts.weight_unit;
    size_t size = sizeof w->facts.weight_unit;
    if (!str_eq(w->set.weight_unit, "auto")) {
        str_copy(unit, size, w->set.weight_unit);
        return RC_OK;
    }
    struct woo_reply reply;
    struct woo_request request = {.method = "GET", .path = "settings/products/woocommerce_weight_unit"};
    enum rc rc = woo_call(w, &request, &reply, err);
    if (rc || !scan_text(reply.json, "value", unit, size))
        unit[0] = '\0';
    woo_reply_free(&reply);
    if (is_passing(rc))
        return rc;
    if (!unit[0])
        log_line(w->log, LOG_WARNING, &w->about,
                 "The shop did not tell its weight unit, so weights are not sent. Give the consumer key to an "
                 "administrator, or choose the unit in the link's settings.");
    return RC_OK;
}

enum rc woo_facts_need(struct woo *w, struct err *err) {
    if (w->facts.known)
        return RC_OK;
    enum rc rc = read_version(w, err);
    if (rc == RC_OK)
        rc = read_weight_unit(w, err);
    w->facts.known = rc == RC_OK;
    return rc;
}

bool woo_has_ean(const struct woo *w) {
    return w->facts.major > 9 || (w->facts.major == 9 && w->facts.minor >= 1);
}

static enum rc order_parse(struct channel *c, const char *raw, size_t len, struct order **out, struct err *err) {
    return woo_order_parse(&woo_of(c)->set, raw, len, out, err);
}

static int64_t woo_requests(const struct channel *channel) {
    return (int64_t)http_requests_sent(((const struct woo *)channel)->http);
}

static const char *const ended_statuses[] = {"cancelled", "failed", "refunded", "trash", "checkout-draft", NULL};

const struct channel_vt woo_vt = {
    .kind = "woocommerce",
    .display_name = "WooCommerce",
    .caps =
        {
            .batch_max = WOO_BATCH_MAX,
            .variants_batch_by_parent = true,
            .has_groups = true,
            .has_attributes = true,
            .has_modified_filter = true,
            .sku_ignores_case = true,
            .can_acknowledge_status = true,
            .can_acknowledge_meta = true,
            .has_points = true,
            .aspects = ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK,
        },
    .identity = "url",
    .settings = settings,
    .ended_statuses = ended_statuses,
    .mapping_version = 1,
    .open = woo_open,
    .close = woo_close,
    .probe = woo_probe,
    .money = woo_money,
    .groups_put = woo_groups_put,
    .attributes_put = woo_attributes_put,
    .offer_put = woo_offer_put,
    .products_page = woo_products_page,
    .products_find = woo_products_find,
    .orders_since = woo_orders_since,
    .order_get = woo_order_get,
    .order_parse = order_parse,
    .orders_ack = woo_orders_ack,
    .requests = woo_requests,
};
