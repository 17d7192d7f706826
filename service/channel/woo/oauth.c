#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "service/channel/woo/driver.h"

/* One encoded "name=value". Sorting the pairs as wholes would put "a=" after "a1=": names are compared on their own. */
struct pair {
    const char *text;
    size_t name_len, len;
};

#define PAIRS_MAX 64

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len) {
    int c = memcmp(a, b, a_len < b_len ? a_len : b_len);
    if (c)
        return c;
    return a_len < b_len ? -1 : a_len > b_len;
}

static int compare_pairs(const struct pair *a, const struct pair *b) {
    int c = compare_bytes(a->text, a->name_len, b->text, b->name_len);
    return c ? c : compare_bytes(a->text, a->len, b->text, b->len);
}

static size_t split(const char *query, struct pair *pairs) {
    size_t n = 0;
    for (const char *p = query; *p && n < PAIRS_MAX;) {
        struct pair pair = {.text = p, .len = strcspn(p, "&")};
        const char *equals = memchr(p, '=', pair.len);
        pair.name_len = equals ? (size_t)(equals - p) : pair.len;
        size_t at = n++;
        for (; at > 0 && compare_pairs(&pair, &pairs[at - 1]) < 0; at--)
            pairs[at] = pairs[at - 1];
        pairs[at] = pair;
        p += pair.len;
        p += *p == '&';
    }
    return n;
}

/* The signature base string's third part: the sorted pairs, encoded once more. */
static void add_pairs(struct buf *base, const char *query) {
    struct pair pairs[PAIRS_MAX];
    size_t n = split(query, pairs);
    struct buf joined;
    buf_init(&joined, WOO_URL_MAX);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(&joined, '&');
        buf_add(&joined, pairs[i].text, pairs[i].len);
    }
    buf_add_url(base, joined.data);
    buf_free(&joined);
}

void woo_oauth_sign(struct buf *out, const char *method, const char *url, const char *query, const char *key,
                    const char *secret, const char *nonce, int64_t now_s) {
    struct buf base, signature;
    buf_init(&base, 8 * WOO_URL_MAX);
    buf_init(&signature, 128);
    buf_adds(out, query);
    woo_query_add(out, "oauth_consumer_key", key);
    woo_query_add(out, "oauth_nonce", nonce);
    woo_query_add(out, "oauth_signature_method", "HMAC-SHA256");
    woo_query_add_i64(out, "oauth_timestamp", now_s);
    buf_addf(&base, "%s&", method);
    buf_add_url(&base, url);
    buf_addc(&base, '&');
    add_pairs(&base, out->data);
    char *signing_key = mem_printf("%s&", secret); /* one-legged: there is no token secret */
    unsigned char mac[32];
    size_t len = os_hmac(OS_SHA256, signing_key, strlen(signing_key), base.data, base.len, mac);
    mem_wipe(signing_key, strlen(signing_key));
    mem_free(signing_key);
    base64_add(&signature, mac, len);
    woo_query_add(out, "oauth_signature", signature.data);
    buf_free(&base);
    buf_free(&signature);
}
