/* Who asks: key pairs (Basic and query over HTTPS, OAuth 1.0a over HTTP), application passwords of WordPress. */
#include "tests/sim/route.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct {
    char *key[2], *secret[2]; /* read-write, read-only */
    char *user, *password;
} keys;

static struct {
    char *nonce;
    int64_t at;
} * nonces;
static int n_nonces;

void auth_keys(const char *rw_key, const char *rw_secret, const char *ro_key, const char *ro_secret, const char *user,
               const char *password) {
    set_text(&keys.key[0], rw_key);
    set_text(&keys.secret[0], rw_secret);
    set_text(&keys.key[1], ro_key);
    set_text(&keys.secret[1], ro_secret);
    set_text(&keys.user, user);
    set_text(&keys.password, password);
}

static int key_index(const char *key) {
    for (int i = 0; i < 2; i++) {
        if (keys.key[i] && *key && !strcmp(keys.key[i], key))
            return i;
    }
    return -1;
}

static bool refuse(struct call *c, const char *message) {
    return fail(c, 401, "woocommerce_rest_authentication_error", message);
}

static bool accept(struct call *c, int index) {
    bool reads = !strcmp(c->method, "GET") || !strcmp(c->method, "HEAD") || !strcmp(c->method, "OPTIONS");

    if (index == 1 && !reads)
        return refuse(c, "The API key provided does not have write permissions.");
    c->who = index == 1 ? WHO_RO : WHO_RW;
    return true;
}

static bool check_pair(struct call *c, const char *key, const char *secret) {
    int i = key_index(key);

    if (i < 0)
        return true; /* unknown keys are nobody, not an error */
    if (strcmp(keys.secret[i], secret))
        return refuse(c, "Consumer secret is invalid.");
    return accept(c, i);
}

/* "user:password" of a Basic header; NULL if it is none. */
static char *basic(const struct call *c) {
    unsigned char *out;
    const char *p;
    int n;

    if (!c->authorization || strncasecmp(c->authorization, "Basic ", 6))
        return NULL;
    p = c->authorization + 6;
    if (!*p || strlen(p) % 4 ||
        strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != strlen(p))
        return NULL;
    out = xalloc(strlen(p) + 1);
    n = EVP_DecodeBlock(out, (const unsigned char *)p, (int)strlen(p));
    if (n < 0 || !strchr((char *)out, ':')) {
        xfree(out);
        return NULL;
    }
    return (char *)out;
}

/* ---- OAuth 1.0a ---- */

static char *rawurlencode(const char *s) {
    struct sbuf b = {0};

    for (; *s; s++) {
        if (isalnum((unsigned char)*s) || strchr("-._~", *s))
            sb_putc(&b, *s);
        else
            sb_printf(&b, "%%%02X", (unsigned char)*s);
    }
    return sb_take(&b);
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_pair(char ***list, int *n, const char *key, const char *value) {
    char *k = rawurlencode(key), *v = rawurlencode(value);

    *list = xgrow(*list, (size_t)(*n + 1) * sizeof **list);
    (*list)[(*n)++] = xfmt("%s=%s", k, v);
    xfree(k);
    xfree(v);
}

/* METHOD&url&parameters, as RFC 5849 wants it; lists are named a[0], a[1]. */
static char *base_string(const struct call *c, const cJSON *params) {
    struct sbuf joined = {0};
    const cJSON *i, *k;
    char **list = NULL, *url, *e1, *e2, *out;
    int n = 0;

    cJSON_ArrayForEach(i, params) {
        int at = 0;

        if (!strcmp(i->string, "oauth_signature"))
            continue;
        if (cJSON_IsString(i)) {
            add_pair(&list, &n, i->string, i->valuestring);
            continue;
        }
        cJSON_ArrayForEach(k, i) {
            char *name = k->string ? xfmt("%s[%s]", i->string, k->string) : xfmt("%s[%d]", i->string, at++);

            add_pair(&list, &n, name, cJSON_IsString(k) ? k->valuestring : "");
            xfree(name);
        }
    }
    if (list)
        qsort(list, (size_t)n, sizeof *list, compare);
    for (int j = 0; j < n; j++) {
        sb_printf(&joined, "%s%s", j ? "&" : "", list[j]);
        xfree(list[j]);
    }
    xfree(list);
    url = xfmt("%s://%s%.*s", c->https ? "https" : "http", c->host ? c->host : "", (int)strcspn(c->raw_uri, "?"),
               c->raw_uri);
    e1 = rawurlencode(url);
    e2 = rawurlencode(sb_text(&joined));
    out = xfmt("%s&%s&%s", c->method, e1, e2);
    xfree(url);
    xfree(e1);
    xfree(e2);
    sb_free(&joined);
    return out;
}

static bool signature_right(const struct call *c, const cJSON *params, int index) {
    const char *method = js_str(params, "oauth_signature_method");
    unsigned char mac[EVP_MAX_MD_SIZE], text[2 * EVP_MAX_MD_SIZE];
    char *base = base_string(c, params), *secret = xfmt("%s&", keys.secret[index]);
    unsigned n = 0;
    bool right;

    HMAC(!strcmp(method, "HMAC-SHA256") ? EVP_sha256() : EVP_sha1(), secret, (int)strlen(secret), (unsigned char *)base,
         strlen(base), mac, &n);
    EVP_EncodeBlock(text, mac, (int)n);
    right = !strcmp((char *)text, js_str(params, "oauth_signature"));
    xfree(base);
    xfree(secret);
    return right;
}

static bool nonce_fresh(const char *nonce, int64_t now) {
    int k = 0;

    for (int i = 0; i < n_nonces; i++) {
        if (!strcmp(nonces[i].nonce, nonce))
            return false;
    }
    for (int i = 0; i < n_nonces; i++) {
        if (nonces[i].at > now - 900)
            nonces[k++] = nonces[i];
        else
            xfree(nonces[i].nonce);
    }
    n_nonces = k;
    nonces = xgrow(nonces, (size_t)(n_nonces + 1) * sizeof *nonces);
    nonces[n_nonces].nonce = xdup(nonce);
    nonces[n_nonces++].at = now;
    return true;
}

/* key="value", key="value" of an OAuth header, added to the parameters. */
static void read_header(const char *h, cJSON *params) {
    while (*h) {
        size_t n, eq;
        char *one, *value;

        h += strspn(h, " ,");
        n = strcspn(h, ",");
        eq = strcspn(h, "=");
        if (eq < n) {
            one = xdupn(h, eq);
            value = xdupn(h + eq + 1, n - eq - 1);
            if (*value == '"') {
                memmove(value, value + 1, strlen(value));
                value[strcspn(value, "\"")] = 0;
            }
            for (char *r = value, *w = value;; r++, w++) {
                char hex[3] = {0};

                if (*r == '%' && r[1] && r[2]) {
                    hex[0] = r[1];
                    hex[1] = r[2];
                    *w = (char)strtol(hex, NULL, 16);
                    r += 2;
                } else {
                    *w = *r;
                }
                if (!*w)
                    break;
            }
            if (!strncmp(one, "oauth_", 6))
                cJSON_AddStringToObject(params, one, value);
            xfree(one);
            xfree(value);
        }
        h += n;
    }
}

static bool check_oauth_params(struct call *c, const cJSON *params) {
    static const char *const need[] = {"oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature",
                                       "oauth_signature_method"};
    int64_t now = wp_now(), stamp;
    int index;

    for (size_t i = 0; i < sizeof need / sizeof *need; i++) {
        if (!*js_str(params, need[i]))
            return fail_with(c, 401, "woocommerce_rest_authentication_error",
                             xfmt("Missing OAuth parameter %s", need[i]), NULL);
    }
    index = key_index(js_str(params, "oauth_consumer_key"));
    if (index < 0)
        return refuse(c, "Consumer key is invalid.");
    if (strncmp(js_str(params, "oauth_signature_method"), "HMAC-SHA", 8))
        return refuse(c, "Invalid signature - signature method is invalid.");
    if (!signature_right(c, params, index))
        return refuse(c, "Invalid signature - provided signature does not match.");
    stamp = strtoll(js_str(params, "oauth_timestamp"), NULL, 10);
    if (stamp < now - 900 || stamp > now + 900)
        return refuse(c, "Invalid timestamp.");
    if (!nonce_fresh(js_str(params, "oauth_nonce"), now))
        return refuse(c, "Invalid nonce - nonce has already been used.");
    return accept(c, index);
}

static bool check_oauth(struct call *c) {
    cJSON *params = cJSON_Duplicate(c->query, true);
    bool ok;

    if (c->authorization && !strncasecmp(c->authorization, "OAuth ", 6))
        read_header(c->authorization + 6, params);
    ok = js_has(params, "oauth_consumer_key") || js_has(params, "oauth_signature") ? check_oauth_params(c, params)
                                                                                   : true;
    cJSON_Delete(params);
    return ok;
}

static bool same_password(const char *a, const char *b) {
    while (*a || *b) {
        if (*a == ' ')
            a++;
        else if (*b == ' ')
            b++;
        else if (*a++ != *b++)
            return false;
    }
    return true;
}

/* WordPress' own way; quiet: an unknown user is nobody. */
static bool check_app(struct call *c, const char *user, const char *password, bool quiet) {
    if (!keys.user || strcmp(user, keys.user)) {
        if (quiet)
            return true;
        return fail(c, 401, "invalid_username",
                    "<strong>Error:</strong> Unknown username. Check again or try your email address.");
    }
    if (!same_password(password, keys.password))
        return fail(c, 401, "incorrect_password", "The provided password is an invalid application password.");
    c->who = WHO_APP;
    return true;
}

static bool check_shop_keys(struct call *c, const char *user, const char *password) {
    bool ok = true;

    if (c->https && js_has(c->query, "consumer_key") && js_has(c->query, "consumer_secret"))
        ok = check_pair(c, js_str(c->query, "consumer_key"), js_str(c->query, "consumer_secret"));
    else if (c->https && user)
        ok = check_pair(c, user, password);
    if (ok && c->who == WHO_NONE)
        ok = check_oauth(c);
    return ok;
}

bool auth_check(struct call *c) {
    bool shop = !c->query_route && (!strncmp(c->path, "/wp-json/wc/", 12) || !strncmp(c->path, "/wp-json/wc-", 12)),
         ok = true;
    char *pair = basic(c), *colon = pair ? strchr(pair, ':') : NULL;

    if (colon)
        *colon++ = 0;
    if (shop)
        ok = check_shop_keys(c, pair, colon);
    if (ok && c->who == WHO_NONE && pair && c->https)
        ok = check_app(c, pair, colon, shop);
    xfree(pair);
    return ok;
}
