/* Rule R36: every answer has a class. A table of answers that shops, hosts and firewalls give, then all error answers
 * of the recorded shop, then what stands around JSON. */
#include "tests/channel/support.h"

#include <string.h>

#include "common/base/str.h"
#include "service/channel/woo/driver.h"

struct answer {
    int status;
    const char *headers; /* "name: value\n" */
    const char *body;
    enum woo_kind kind;
    enum rc read, write;
    const char *says; /* must stand in the text for people */
};

#define JSON(code, status) "{\"code\":\"" code "\",\"message\":\"words\",\"data\":{\"status\":" status "}}"
#define HTML(title)        "<html><head><title>" title "</title></head><body><h1>" title "</h1></body></html>"
#define AUTH               "woocommerce_rest_authentication_error"

static const struct answer answers[] = {
    /* good ones */
    {200, "", "{\"id\":1}", WOO_OK, RC_OK, RC_OK, ""},
    {201, "", "{\"id\":1}", WOO_OK, RC_OK, RC_OK, ""},
    {200, "", "[]", WOO_OK, RC_OK, RC_OK, ""},
    {200, "", "\xEF\xBB\xBF{\"id\":1}", WOO_OK, RC_OK, RC_OK, ""},
    {200, "", "<br />\n<b>Warning</b>: x in <b>/a[0].php</b>\n{\"id\":1}", WOO_OK, RC_OK, RC_OK, ""},
    {200, "", "{\"id\":1}\n<br /><b>Deprecated</b>: y", WOO_OK, RC_OK, RC_OK, ""},
    /* 2xx that are no data */
    {200, "", "", WOO_NOT_JSON, RC_LATER, RC_UNKNOWN_OUTCOME, "instead of data"},
    {200, "", HTML("Log in"), WOO_NOT_JSON, RC_LATER, RC_UNKNOWN_OUTCOME, "Log in"},
    {200, "", HTML("Just a moment..."), WOO_NOT_JSON, RC_LATER, RC_UNKNOWN_OUTCOME, "Just a moment"},
    {200, "", "{\"id\":1,\"sku\":", WOO_NOT_JSON, RC_LATER, RC_UNKNOWN_OUTCOME, "instead of data"},
    {200, "", "Fatal error: Allowed memory size exhausted", WOO_NOT_JSON, RC_LATER, RC_UNKNOWN_OUTCOME, "memory"},
    {204, "", "", WOO_NOT_JSON, RC_LATER, RC_UNKNOWN_OUTCOME, "instead of data"},
    /* elsewhere */
    {301, "location: https://www.shop.example/x\n", "", WOO_REDIRECT, RC_INVALID, RC_INVALID, "www.shop.example"},
    {302, "location: https://shop.example/wp-login.php\n", "", WOO_REDIRECT, RC_INVALID, RC_INVALID, "wp-login.php"},
    {307, "location: https://x.example/?consumer_secret=cs_12345678\n", "", WOO_REDIRECT, RC_INVALID, RC_INVALID,
     "***"},
    {308, "", "", WOO_REDIRECT, RC_INVALID, RC_INVALID, "another address"},
    /* refused */
    {400, "", JSON("rest_invalid_param", "400"), WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    {400, "", JSON("rest_invalid_json", "400"), WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    {400, "", JSON("product_invalid_sku", "400"), WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    {400, "", HTML("Bad Request"), WOO_FIREWALL, RC_DENIED, RC_DENIED, "Bad Request"},
    {405, "", JSON("rest_no_route", "405"), WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    {405, "", HTML("Not Allowed"), WOO_FIREWALL, RC_DENIED, RC_DENIED, "Not Allowed"},
    {409, "", JSON("conflict", "409"), WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    {422, "", JSON("bad", "422"), WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    {501, "", JSON("rest_trash_not_supported", "501"), WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    {500, "", JSON("rest_upload_sideload_error", "500"), WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    {500, "", "{\"code\":\"woocommerce_rest_cannot_create_order_refund\",\"message\":\"words\",\"data\":500}",
     WOO_BAD_REQUEST, RC_REJECTED, RC_REJECTED, "words"},
    /* keys */
    {401, "", JSON("woocommerce_rest_cannot_view", "401"), WOO_NO_KEY, RC_DENIED, RC_DENIED, "consumer key"},
    {401, "", JSON("woocommerce_rest_cannot_create", "401"), WOO_NO_KEY, RC_DENIED, RC_DENIED, "consumer key"},
    {401, "", "{\"code\":\"" AUTH "\",\"message\":\"Consumer key is invalid.\"}", WOO_NO_KEY, RC_DENIED, RC_DENIED,
     "consumer key"},
    {401, "", "{\"code\":\"" AUTH "\",\"message\":\"Consumer secret is invalid.\"}", WOO_BAD_SECRET, RC_DENIED,
     RC_DENIED, "secret is wrong"},
    {401, "", "{\"code\":\"" AUTH "\",\"message\":\"The API key provided does not have write permissions.\"}",
     WOO_READ_ONLY, RC_DENIED, RC_DENIED, "may only read"},
    {401, "", "{\"code\":\"" AUTH "\",\"message\":\"Invalid signature - provided signature does not match.\"}",
     WOO_BAD_SIGNATURE, RC_DENIED, RC_DENIED, "signature"},
    {401, "", "{\"code\":\"" AUTH "\",\"message\":\"Invalid timestamp.\"}", WOO_BAD_SIGNATURE, RC_DENIED, RC_DENIED,
     "clocks"},
    {401, "", "{\"code\":\"" AUTH "\",\"message\":\"Invalid nonce - nonce has already been used.\"}", WOO_BAD_SIGNATURE,
     RC_LATER, RC_LATER, "signature"},
    {401, "", JSON("invalid_username", "401"), WOO_NO_KEY, RC_DENIED, RC_DENIED, "consumer key"},
    {401, "", HTML("Authorization Required"), WOO_NO_KEY, RC_DENIED, RC_DENIED, "Authorization Required"},
    {402, "", HTML("Payment Required"), WOO_NO_RIGHT, RC_DENIED, RC_DENIED, "may not do this"},
    {403, "", JSON("woocommerce_rest_cannot_edit", "403"), WOO_NO_RIGHT, RC_DENIED, RC_DENIED, "shop manager"},
    {403, "", JSON("rest_forbidden", "403"), WOO_NO_RIGHT, RC_DENIED, RC_DENIED, "shop manager"},
    {403, "", HTML("Request blocked"), WOO_FIREWALL, RC_DENIED, RC_DENIED, "firewall"},
    {403, "", "error code: 1020", WOO_FIREWALL, RC_DENIED, RC_DENIED, "1020"},
    {403, "", JSON("wordfence_blocked", "403"), WOO_FIREWALL, RC_DENIED, RC_DENIED, "firewall"},
    {406, "", HTML("Not Acceptable!"), WOO_FIREWALL, RC_DENIED, RC_DENIED, "Not Acceptable"},
    {418, "", HTML("I'm a teapot"), WOO_FIREWALL, RC_DENIED, RC_DENIED, "firewall"},
    {451, "", "", WOO_FIREWALL, RC_DENIED, RC_DENIED, "firewall"},
    /* not there */
    {404, "", JSON("rest_no_route", "404"), WOO_NO_ROUTE, RC_INVALID, RC_INVALID, "permalinks"},
    {404, "", HTML("Page not found"), WOO_NO_ROUTE, RC_INVALID, RC_INVALID, "permalinks"},
    {404, "", "", WOO_NO_ROUTE, RC_INVALID, RC_INVALID, "permalinks"},
    {404, "", JSON("woocommerce_rest_product_invalid_id", "404"), WOO_NO_THING, RC_NOT_FOUND, RC_NOT_FOUND, "no such"},
    {404, "", JSON("woocommerce_rest_shop_order_invalid_id", "404"), WOO_NO_THING, RC_NOT_FOUND, RC_NOT_FOUND,
     "no such"},
    {410, "", JSON("woocommerce_rest_already_trashed", "410"), WOO_NO_THING, RC_NOT_FOUND, RC_NOT_FOUND, "no such"},
    {410, "", HTML("Gone"), WOO_NO_ROUTE, RC_INVALID, RC_INVALID, "permalinks"},
    {421, "", HTML("Misdirected"), WOO_NO_ROUTE, RC_INVALID, RC_INVALID, "address"},
    /* too much */
    {413, "", JSON("woocommerce_rest_request_entity_too_large", "413"), WOO_TOO_MANY, RC_TOO_BIG, RC_TOO_BIG, "fewer"},
    {413, "", HTML("413 Request Entity Too Large"), WOO_TOO_LARGE, RC_TOO_BIG, RC_TOO_BIG, "web server"},
    {414, "", HTML("URI Too Long"), WOO_TOO_LARGE, RC_TOO_BIG, RC_TOO_BIG, "web server"},
    {431, "", "", WOO_TOO_LARGE, RC_TOO_BIG, RC_TOO_BIG, "web server"},
    {429, "retry-after: 7\n", "", WOO_RATE_LIMIT, RC_LATER, RC_LATER, "more slowly"},
    {429, "", HTML("Too Many Requests"), WOO_RATE_LIMIT, RC_LATER, RC_LATER, "more slowly"},
    {508, "", HTML("Resource Limit Is Reached"), WOO_RATE_LIMIT, RC_LATER, RC_LATER, "more slowly"},
    {509, "", HTML("Bandwidth Limit Exceeded"), WOO_RATE_LIMIT, RC_LATER, RC_LATER, "more slowly"},
    /* broken */
    {500, "", JSON("internal_server_error", "500"), WOO_SHOP_FAILED, RC_LATER, RC_UNKNOWN_OUTCOME, "internal error"},
    {500, "", JSON("wp_die", "500"), WOO_SHOP_FAILED, RC_LATER, RC_UNKNOWN_OUTCOME, "internal error"},
    {500, "", HTML("WordPress > Error"), WOO_SHOP_FAILED, RC_LATER, RC_UNKNOWN_OUTCOME, "internal error"},
    {500, "", "", WOO_SHOP_FAILED, RC_LATER, RC_UNKNOWN_OUTCOME, "internal error"},
    {507, "", "", WOO_SHOP_FAILED, RC_LATER, RC_UNKNOWN_OUTCOME, "internal error"},
    {502, "", HTML("502 Bad Gateway"), WOO_GATEWAY, RC_LATER, RC_UNKNOWN_OUTCOME, "gave up"},
    {504, "", HTML("504 Gateway Time-out"), WOO_GATEWAY, RC_LATER, RC_UNKNOWN_OUTCOME, "gave up"},
    {520, "", "", WOO_GATEWAY, RC_LATER, RC_UNKNOWN_OUTCOME, "gave up"},
    {522, "", "", WOO_GATEWAY, RC_LATER, RC_UNKNOWN_OUTCOME, "gave up"},
    {524, "", "", WOO_GATEWAY, RC_LATER, RC_UNKNOWN_OUTCOME, "gave up"},
    /* not taken: nothing happened, also to a write */
    {503, "retry-after: 600\n", JSON("wp_die", "503"), WOO_MAINTENANCE, RC_LATER, RC_LATER, "maintenance"},
    {503, "", JSON("wp_die", "503"), WOO_MAINTENANCE, RC_LATER, RC_LATER, "maintenance"},
    {503, "", HTML("Service Unavailable"), WOO_UNAVAILABLE, RC_LATER, RC_LATER, "at the moment"},
    {408, "", "", WOO_UNAVAILABLE, RC_LATER, RC_LATER, "at the moment"},
    {425, "", "", WOO_UNAVAILABLE, RC_LATER, RC_LATER, "at the moment"},
    {521, "", "", WOO_UNAVAILABLE, RC_LATER, RC_LATER, "at the moment"},
    {523, "", "", WOO_UNAVAILABLE, RC_LATER, RC_LATER, "at the moment"},
    {525, "", "", WOO_UNAVAILABLE, RC_LATER, RC_LATER, "at the moment"},
    {530, "", "", WOO_UNAVAILABLE, RC_LATER, RC_LATER, "at the moment"},
    /* nothing we know */
    {199, "", "", WOO_ODD, RC_LATER, RC_UNKNOWN_OUTCOME, "not understood"},
    {999, "", HTML("Request denied"), WOO_ODD, RC_LATER, RC_UNKNOWN_OUTCOME, "not understood"},
};

static enum rc judge(struct woo_reply *reply, int status, const char *headers, const char *body, bool write,
                     struct err *err) {
    memset(reply, 0, sizeof *reply);
    http_answer_init(&reply->http);
    buf_free(&reply->http.body);
    buf_init(&reply->http.body, 4 * 1024 * 1024);
    reply->http.status = status;
    if (strstr(headers, "retry-after"))
        reply->http.retry_after_s = 7;
    buf_adds(&reply->http.headers, headers);
    buf_adds(&reply->http.body, body);
    return woo_judge(reply, write, err);
}

static void table(void **state) {
    (void)state;
    assert_true(sizeof answers / sizeof answers[0] >= 60);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        const struct answer *a = &answers[i];
        for (int write = 0; write < 2; write++) {
            struct woo_reply reply;
            struct err err;
            err_clear(&err);
            enum rc rc = judge(&reply, a->status, a->headers, a->body, write, &err);
            enum rc want = write ? a->write : a->read;
            if (rc != want || reply.kind != a->kind || !strstr(err.text, a->says))
                fail_msg("answer %zu (%d %.40s) write %d: kind %d, rc %s, text \"%s\"", i, a->status, a->body, write,
                         reply.kind, rc_name(rc), err.text);
            if (rc) {
                assert_int_equal(err.http, a->status);
                assert_null(strstr(err.text, "cs_1234"));
                assert_true(strstr(a->body, "...") || !strstr(err.text, ".."));
            }
            woo_reply_free(&reply);
        }
    }
}

/* Two different failures never read alike. */
static void messages_differ(void **state) {
    (void)state;
    char seen[32][ERR_TEXT_MAX];
    enum woo_kind kinds[32] = {WOO_OK};
    size_t n = 0;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct woo_reply reply;
        struct err err;
        bool known = answers[i].kind == WOO_OK;
        for (size_t k = 0; k < n; k++)
            known = known || kinds[k] == answers[i].kind;
        if (known)
            continue;
        judge(&reply, answers[i].status, "", "", false, &err);
        if (reply.kind == answers[i].kind) {
            for (size_t k = 0; k < n; k++)
                assert_string_not_equal(seen[k], err.text);
            str_copy(seen[n], sizeof seen[n], err.text);
            kinds[n++] = reply.kind;
        }
        woo_reply_free(&reply);
    }
    assert_true(n >= 8);
}

/* --- no answer at all --- */

static void faults(void **state) {
    (void)state;
    static const struct {
        enum http_fault fault;
        bool acted;
        enum rc read, write;
    } cases[] = {
        {HTTP_FAULT_DNS, false, RC_LATER, RC_LATER},
        {HTTP_FAULT_CONNECT, false, RC_LATER, RC_LATER},
        {HTTP_FAULT_TLS, false, RC_DENIED, RC_DENIED},
        {HTTP_FAULT_TIMEOUT, false, RC_LATER, RC_LATER},
        {HTTP_FAULT_TIMEOUT, true, RC_LATER, RC_UNKNOWN_OUTCOME},
        {HTTP_FAULT_CUT, false, RC_LATER, RC_LATER},
        {HTTP_FAULT_CUT, true, RC_LATER, RC_UNKNOWN_OUTCOME},
        {HTTP_FAULT_TOO_BIG, true, RC_TOO_BIG, RC_UNKNOWN_OUTCOME},
        {HTTP_FAULT_GARBAGE, true, RC_LATER, RC_UNKNOWN_OUTCOME},
        {HTTP_FAULT_STOPPED, true, RC_STOPPED, RC_STOPPED},
        {HTTP_FAULT_BLOCKED, false, RC_LATER, RC_LATER},
        {HTTP_FAULT_URL, false, RC_INVALID, RC_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct woo_reply reply;
        memset(&reply, 0, sizeof reply);
        http_answer_init(&reply.http);
        reply.http.fault = cases[i].fault;
        reply.http.maybe_acted = cases[i].acted;
        assert_int_equal(woo_judge(&reply, false, NULL), cases[i].read);
        assert_int_equal(woo_judge(&reply, true, NULL), cases[i].write);
        assert_int_equal(reply.kind, WOO_NO_ANSWER);
        woo_reply_free(&reply);
    }
}

/* --- the recorded shop --- */

static const char *raw_of(const struct json *response) {
    return json_is_object(response) ? json_str(response, "__raw__", NULL) : NULL;
}

struct counts {
    int good, refused, denied, missing, later, unknown, other;
};

static void visit(void *ctx, const struct json *record) {
    struct counts *n = ctx;
    struct woo_reply reply;
    struct err err;
    struct buf body;
    int64_t status = 0;
    const struct json *response = json_get(record, "response");
    const char *raw = raw_of(response);
    if (str_starts(json_str(record, "name", ""), "media_") || str_eq(json_str(record, "method", ""), "HEAD") ||
        str_eq(json_str(record, "api", ""), "site"))
        return;
    assert_true(json_i64_lax(record, "status", &status));
    buf_init(&body, 4 * 1024 * 1024);
    if (raw)
        buf_adds(&body, raw);
    else
        json_add(&body, response);
    bool write = !str_eq(json_str(record, "method", ""), "GET");
    enum rc rc = judge(&reply, (int)status, "", body.data, write, &err);
    const char *name = json_str(record, "name", "");
    /* The recording keeps 4,000 characters of a text that is not JSON: two of them are cut in the middle. */
    bool cut = raw && strlen(raw) >= 4000;
    if ((status < 300) != (rc == RC_OK) && !cut)
        fail_msg("%s: %lld is rc %s", name, (long long)status, rc_name(rc));
    if (rc != RC_OK && err.text[0] == '\0')
        fail_msg("%s has no text", name);
    assert_null(strstr(err.text, "/var/www"));
    n->good += rc == RC_OK;
    n->refused += rc == RC_REJECTED;
    n->denied += rc == RC_DENIED;
    n->missing += rc == RC_NOT_FOUND;
    n->later += rc == RC_LATER;
    n->unknown += rc == RC_UNKNOWN_OUTCOME;
    n->other += rc == RC_INTERNAL;
    woo_reply_free(&reply);
    buf_free(&body);
}

static void recorded_answers(void **state) {
    (void)state;
    struct counts n = {0};
    each_recorded("wc-10.0.2-hpos.jsonl", visit, &n);
    assert_true(n.good > 250);
    assert_true(n.refused > 40);
    assert_true(n.denied > 10);
    assert_true(n.missing > 10);
    assert_true(n.later > 3);
    assert_true(n.unknown >= 1);
    assert_int_equal(n.other, 0);
}

/* --- details --- */

static void details_are_read(void **state) {
    (void)state;
    struct woo_reply reply;
    judge(&reply, 400, "",
          "{\"code\":\"rest_invalid_param\",\"message\":\"Invalid parameter(s): type &amp; "
          "more\",\"data\":{\"status\":400,"
          "\"params\":{\"type\":\"no\",\"stock\":\"no\"}}}",
          true, NULL);
    assert_string_equal(reply.field, "type");
    assert_string_equal(reply.code, "rest_invalid_param");
    assert_string_equal(reply.message, "Invalid parameter(s): type & more");
    woo_reply_free(&reply);
    judge(&reply, 400, "",
          "{\"code\":\"product_invalid_sku\",\"message\":\"Invalid or duplicated SKU.\",\"data\":{\"status\":400,"
          "\"resource_id\":640}}",
          true, NULL);
    assert_int_equal(reply.resource_id, 640);
    woo_reply_free(&reply);
}

static void salvage(void **state) {
    (void)state;
    static const struct {
        const char *text, *json;
        bool dirty;
    } cases[] = {
        {"{\"a\":1}", "{\"a\":1}", false},
        {"  [1,2]\n", "[1,2]", false},
        {"\xEF\xBB\xBF[]", "[]", true},
        {"<br />{$x} at [3]: {\"a\":[]}", "{\"a\":[]}", true},
        {"Notice: Undefined index {x} {\"a\":{\"b\":\"}\"}} trailing", "{\"a\":{\"b\":\"}\"}}", true},
        {"{\"a\":1", NULL, true},
        {"no json", NULL, true},
        {"", NULL, true},
        {"x []", "[]", true},
        {"[] of [x] went", "[]", true},
        {"{\"a\" 1}", NULL, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice json;
        bool dirty;
        bool found = woo_salvage(cases[i].text, strlen(cases[i].text), &json, &dirty);
        assert_int_equal(found, cases[i].json != NULL);
        if (found && (json.len != strlen(cases[i].json) || memcmp(json.p, cases[i].json, json.len) != 0))
            fail_msg("case %zu: %.*s", i, (int)json.len, json.p);
        if (found)
            assert_int_equal(dirty, cases[i].dirty);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(messages_differ),
        cmocka_unit_test(faults),
        cmocka_unit_test(recorded_answers),
        cmocka_unit_test(details_are_read),
        cmocka_unit_test(salvage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
