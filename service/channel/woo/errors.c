/* What an answer means: the one place that knows how shops, web servers, firewalls and hosts in front of them fail.
 * Sources: api/woocommerce-observed and the recordings (cases named in tests/channel/test_errors.c). */
#include <ctype.h>
#include <string.h>

#include "common/base/str.h"
#include "service/channel/woo/driver.h"
#include "service/net/redact.h"

#define SALVAGE_TRIES 64

/* --- finding the JSON --- */

static bool starts_json(char c) {
    return c == '{' || c == '[';
}

/* What a shop answers: an object with members, or a list of objects. "[docroot]" or "[3]" in a warning is neither. */
static bool looks_like_answer(struct slice s) {
    struct scan scan;
    struct slice key, value;
    size_t count = 0;
    if (s.p[0] == '{') {
        scan_object(&scan, s);
        while (scan_member(&scan, &key, &value))
            count++;
        return !scan.broken && count > 0;
    }
    scan_array(&scan, s);
    while (scan_item(&scan, &value)) {
        if (!slice_is_object(value))
            return false;
        count++;
    }
    return !scan.broken && count > 0;
}

static bool all_blank(const char *p, const char *end) {
    while (p < end && isspace((unsigned char)*p))
        p++;
    return p == end;
}

/* The longest piece of a spoilt text that looks like an answer. */
static bool search(const char *p, const char *end, struct slice *json) {
    struct slice found;
    json->len = 0;
    for (int tries = 0; p < end && tries < SALVAGE_TRIES; tries++) {
        while (p < end && !starts_json(*p))
            p++;
        if (p < end && scan_one(p, (size_t)(end - p), &found) &&
            (looks_like_answer(found) || (slice_is(found, "[]") && all_blank(found.p + found.len, end)))) {
            if (found.len > json->len)
                *json = found;
            p = found.p + found.len;
        } else {
            p++;
        }
    }
    return json->len > 0;
}

bool woo_salvage(const char *text, size_t len, struct slice *json, bool *dirty) {
    static const char bom[] = "\xEF\xBB\xBF";
    const char *end = text + len;
    const char *p = text;
    *dirty = len >= 3 && memcmp(p, bom, 3) == 0;
    p += *dirty ? 3 : 0;
    while (p < end && isspace((unsigned char)*p))
        p++;
    if (p < end && starts_json(*p) && scan_answer(p, (size_t)(end - p), json)) {
        *dirty = *dirty || !all_blank(json->p + json->len, end);
        return true;
    }
    *dirty = true;
    return search(p, end, json);
}

/* --- reading an error body --- */

static void plain_message(char *out, size_t size, const char *html) {
    struct buf text, clean;
    buf_init(&text, 16 * 1024);
    buf_init(&clean, 16 * 1024);
    html_add_text(&text, html, 400);
    redact_add(&clean, text.data, text.len);
    str_copy(out, size, clean.data);
    buf_free(&text);
    buf_free(&clean);
}

static void read_message(struct slice error, struct woo_reply *reply) {
    struct slice value;
    struct json *j;
    if (!scan_find(error, "message", &value) || json_parse(value.p, value.len, &j, NULL))
        return;
    const char *text = json_string_value(j);
    if (text)
        plain_message(reply->message, sizeof reply->message, text);
    json_free(j);
}

void woo_error_read(struct slice error, struct woo_reply *reply) {
    struct slice data, params, key, value;
    struct scan scan;
    reply->code[0] = reply->message[0] = reply->field[0] = '\0';
    reply->resource_id = 0;
    if (!scan_text(error, "code", reply->code, sizeof reply->code))
        str_copy(reply->code, sizeof reply->code, "");
    read_message(error, reply);
    if (!scan_find(error, "data", &data) || !slice_is_object(data)) /* a refund too big has "data": 500 */
        return;
    if (!scan_i64(data, "resource_id", &reply->resource_id))
        reply->resource_id = 0;
    if (scan_find(data, "params", &params) && scan_object(&scan, params) && scan_member(&scan, &key, &value))
        str_fmt(reply->field, sizeof reply->field, "%.*s", (int)(key.len < 60 ? key.len : 60), key.p);
}

/* --- the table --- */

/* One way of failing: what it is, what may be tried, what people are told. */
struct meaning {
    enum woo_kind kind;
    enum rc read, write; /* the class for a request that reads, and for one that changes something */
    enum reach reach;
    const char *head, *tail; /* between them stand the shop's own words, when it has any */
};

/* In the order of enum woo_kind, from WOO_NOT_JSON on. */
static const struct meaning meanings[] = {
    {WOO_NOT_JSON, RC_LATER, RC_UNKNOWN_OUTCOME, REACH_LINK,
     "The shop answered with a web page or nothing instead of data",
     "A login page, a cache or a security plugin may stand in front of it."},
    {WOO_SPOILT, RC_LATER, RC_UNKNOWN_OUTCOME, REACH_LINK,
     "The shop's answer has a control character in it, which no data of a shop may have, so none of it is taken",
     "A plugin or a server in front of the shop may spoil its answers."},
    {WOO_REDIRECT, RC_INVALID, RC_INVALID, REACH_LINK, "The shop sends us to another address",
     "Put the address it really has into the link's settings; for safety nothing is sent elsewhere by itself."},
    {WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, REACH_ITEM, "The shop refused the request", ""},
    {WOO_NO_KEY, RC_DENIED, RC_DENIED, REACH_LINK, "The shop does not accept the consumer key",
     "Make a new key with read and write rights in WooCommerce and enter it, or choose the setting that sends the keys "
     "in the address if the host removes them from the header."},
    {WOO_BAD_SECRET, RC_DENIED, RC_DENIED, REACH_LINK,
     "The shop knows the consumer key but the consumer secret is wrong", "Enter the secret that belongs to the key."},
    {WOO_READ_ONLY, RC_DENIED, RC_DENIED, REACH_LINK, "The consumer key may only read",
     "Give it read and write rights in WooCommerce."},
    {WOO_BAD_SIGNATURE, RC_DENIED, RC_DENIED, REACH_LINK, "The shop refused the signature of the request",
     "Check the consumer secret, the address and the clocks of both sides (they may differ by 15 minutes at most)."},
    {WOO_NO_RIGHT, RC_DENIED, RC_DENIED, REACH_LINK, "The user that owns the consumer key may not do this",
     "Give the key to a shop manager or administrator."},
    {WOO_FIREWALL, RC_DENIED, RC_DENIED, REACH_LINK,
     "A firewall or security plugin in front of the shop blocked the request",
     "Ask the host to let this computer reach the shop's REST API."},
    {WOO_NO_ROUTE, RC_INVALID, RC_INVALID, REACH_LINK, "There is no WooCommerce REST API at the address",
     "Check the shop's address, that WooCommerce is active, and that permalinks are not set to 'Plain' in WordPress."},
    {WOO_NO_THING, RC_NOT_FOUND, RC_NOT_FOUND, REACH_ITEM, "The shop has no such thing (any more)", ""},
    {WOO_TOO_MANY, RC_TOO_BIG, RC_TOO_BIG, REACH_ITEM, "The shop takes fewer items in one request", ""},
    {WOO_TOO_LARGE, RC_TOO_BIG, RC_TOO_BIG, REACH_ITEM, "The request is larger than the shop's web server allows", ""},
    {WOO_RATE_LIMIT, RC_LATER, RC_LATER, REACH_LINK, "The shop's host asks us to send more slowly", ""},
    {WOO_MAINTENANCE, RC_LATER, RC_LATER, REACH_LINK, "The shop is down for maintenance", ""},
    {WOO_SHOP_FAILED, RC_LATER, RC_UNKNOWN_OUTCOME, REACH_LINK, "The shop failed with an internal error",
     "Its own error log tells the reason."},
    {WOO_GATEWAY, RC_LATER, RC_UNKNOWN_OUTCOME, REACH_LINK, "The server in front of the shop gave up waiting for it",
     ""},
    {WOO_UNAVAILABLE, RC_LATER, RC_LATER, REACH_LINK, "The shop cannot be reached at the moment", ""},
    {WOO_ODD, RC_LATER, RC_UNKNOWN_OUTCOME, REACH_LINK, "The shop answered in a way that is not understood", ""},
};

static const struct meaning *meaning_of(enum woo_kind kind) {
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (meanings[i].kind == kind)
            return &meanings[i];
    }
    return &meanings[sizeof meanings / sizeof meanings[0] - 1];
}

/* Status codes that mean one thing whatever the body says. */
static const struct {
    int from, to;
    enum woo_kind kind;
} by_status[] = {
    {300, 399, WOO_REDIRECT},    {402, 402, WOO_NO_RIGHT},    {406, 406, WOO_FIREWALL},    {408, 408, WOO_UNAVAILABLE},
    {414, 414, WOO_TOO_LARGE},   {421, 421, WOO_NO_ROUTE},    {423, 423, WOO_UNAVAILABLE}, {425, 425, WOO_UNAVAILABLE},
    {429, 429, WOO_RATE_LIMIT},  {431, 431, WOO_TOO_LARGE},   {451, 451, WOO_FIREWALL},    {502, 502, WOO_GATEWAY},
    {504, 504, WOO_GATEWAY},     {507, 507, WOO_SHOP_FAILED}, {508, 509, WOO_RATE_LIMIT},  {520, 520, WOO_GATEWAY},
    {521, 521, WOO_UNAVAILABLE}, {522, 522, WOO_GATEWAY},     {523, 523, WOO_UNAVAILABLE}, {524, 524, WOO_GATEWAY},
    {525, 526, WOO_UNAVAILABLE}, {530, 530, WOO_UNAVAILABLE},
};

static enum woo_kind kind_of_401(const struct woo_reply *r) {
    if (strstr(r->message, "nonce"))
        return WOO_BAD_SIGNATURE;
    if (strstr(r->message, "signature") || strstr(r->message, "timestamp"))
        return WOO_BAD_SIGNATURE;
    if (strstr(r->message, "write permissions") || strstr(r->message, "read permissions"))
        return WOO_READ_ONLY;
    if (strstr(r->message, "secret"))
        return WOO_BAD_SECRET;
    return WOO_NO_KEY;
}

static enum woo_kind kind_of_404(const struct woo_reply *r) {
    if (r->code[0] == '\0' || str_eq(r->code, "rest_no_route"))
        return WOO_NO_ROUTE;
    return WOO_NO_THING;
}

/* 500 with a code of its own that will never go away. */
static bool permanent_500(const char *code) {
    static const char *const codes[] = {"rest_upload_sideload_error", "woocommerce_rest_cannot_create_order_refund",
                                        "woocommerce_rest_invalid_order_refund", NULL};
    for (size_t i = 0; codes[i]; i++) {
        if (str_eq(code, codes[i]))
            return true;
    }
    return false;
}

static enum woo_kind kind_of_client_error(const struct woo_reply *r) {
    switch (r->http.status) {
    case 401: return kind_of_401(r);
    case 403:
        return str_starts(r->code, "woocommerce_rest_cannot") || str_eq(r->code, "rest_forbidden") ? WOO_NO_RIGHT
                                                                                                   : WOO_FIREWALL;
    case 404: return kind_of_404(r);
    case 410: return r->code[0] ? WOO_NO_THING : WOO_NO_ROUTE;
    case 405: return r->code[0] ? WOO_BAD_REQUEST : WOO_FIREWALL;
    case 413: return str_eq(r->code, "woocommerce_rest_request_entity_too_large") ? WOO_TOO_MANY : WOO_TOO_LARGE;
    default: break;
    }
    if (r->code[0])
        return WOO_BAD_REQUEST;
    return WOO_FIREWALL; /* the shop itself never refuses without a code */
}

static enum woo_kind kind_of_server_error(const struct woo_reply *r) {
    if (r->http.status == 501)
        return r->code[0] ? WOO_BAD_REQUEST : WOO_FIREWALL;
    if (r->http.status == 503)
        return str_eq(r->code, "wp_die") || r->http.retry_after_s >= 0 ? WOO_MAINTENANCE : WOO_UNAVAILABLE;
    return permanent_500(r->code) ? WOO_BAD_REQUEST : WOO_SHOP_FAILED;
}

static enum woo_kind kind_of(const struct woo_reply *r) {
    int status = r->http.status;
    for (size_t i = 0; i < sizeof by_status / sizeof by_status[0]; i++) {
        if (status >= by_status[i].from && status <= by_status[i].to)
            return by_status[i].kind;
    }
    if (status >= 200 && status < 300)
        return !r->json.len ? WOO_NOT_JSON : slice_has_control(r->json) ? WOO_SPOILT : WOO_OK;
    if (status >= 400 && status < 500)
        return kind_of_client_error(r);
    if (status >= 500 && status < 600)
        return kind_of_server_error(r);
    return WOO_ODD;
}

/* --- judging --- */

/* The shop's own words for the text of an error: where a redirect leads, a message, the title of a page. */
static void own_words(const struct woo_reply *r, char *out, size_t size) {
    char value[512];
    out[0] = '\0';
    if (r->kind == WOO_REDIRECT && http_answer_header(&r->http, "location", value, sizeof value)) {
        redact(out, size, value);
        return;
    }
    if (r->message[0]) {
        str_copy(out, size, r->message);
        return;
    }
    if (r->json.len == 0 && r->http.body.len > 0)
        plain_message(out, size, r->http.body.data);
}

static enum rc no_answer(struct woo_reply *r, bool write, struct err *err) {
    const struct http_answer *h = &r->http;
    r->kind = WOO_NO_ANSWER;
    enum rc rc = RC_LATER;
    if (h->fault == HTTP_FAULT_STOPPED)
        rc = RC_STOPPED;
    else if (h->fault == HTTP_FAULT_URL)
        rc = RC_INVALID;
    else if (h->fault == HTTP_FAULT_TLS)
        rc = RC_DENIED; /* nobody can cure a wrong certificate by trying again */
    else if (write && h->maybe_acted)
        rc = RC_UNKNOWN_OUTCOME;
    else if (h->fault == HTTP_FAULT_TOO_BIG)
        rc = RC_TOO_BIG;
    err_set(err, rc, REACH_LINK, "%s", h->text);
    if (err) {
        err->http = h->status;
        err->retry_after_s = h->retry_after_s;
    }
    return rc;
}

static void read_body(struct woo_reply *r) {
    struct slice error = {0};
    bool found = woo_salvage(r->http.body.data, r->http.body.len, &r->json, &r->dirty);
    if (!found)
        r->json.len = 0;
    if (!found || (r->http.status >= 200 && r->http.status < 300))
        return;
    error = r->json;
    if (slice_is_object(error))
        woo_error_read(error, r);
}

enum rc woo_judge(struct woo_reply *r, bool write, struct err *err) {
    if (r->http.fault)
        return no_answer(r, write, err);
    read_body(r);
    r->kind = kind_of(r);
    if (r->kind == WOO_OK)
        return RC_OK;
    const struct meaning *m = meaning_of(r->kind);
    enum rc rc = write ? m->write : m->read;
    if (r->kind == WOO_BAD_SIGNATURE && strstr(r->message, "nonce"))
        rc = RC_LATER; /* a repeat is signed anew */
    char words[400];
    own_words(r, words, sizeof words);
    for (size_t len = strlen(words); len > 0 && words[len - 1] == '.'; len--)
        words[len - 1] = '\0';
    err_set(err, rc, m->reach, "%s%s%s.%s%s", m->head, words[0] ? ": " : "", words, m->tail[0] ? " " : "", m->tail);
    if (err) {
        err->http = r->http.status;
        err->retry_after_s = r->http.retry_after_s;
        str_copy(err->code, sizeof err->code, r->code);
    }
    return rc;
}
