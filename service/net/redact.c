#include "service/net/redact.h"

#include <ctype.h>
#include <string.h>

#include "common/base/str.h"

#define MASK "***"

/* Names whose value is a secret when it follows as name=value or "name":"value". Lower case. */
static const char *const secret_names[] = {"consumer_key",
                                           "consumer_secret",
                                           "oauth_consumer_key",
                                           "oauth_signature",
                                           "oauth_nonce",
                                           "oauth_token",
                                           "oauth_timestamp",
                                           "password",
                                           "passwd",
                                           "access_token",
                                           "api_key",
                                           "token",
                                           "secret",
                                           NULL};
/* Schemes after which the credentials follow as one word. OAuth's are a list up to the end of the line. */
static const char *const schemes[] = {"basic ", "bearer ", NULL};

static bool word_char(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static bool at(const char *s, const char *end, const char *what) {
    for (; *what; s++, what++) {
        if (s >= end || tolower((unsigned char)*s) != *what)
            return false;
    }
    return true;
}

/* Length of a secret value that starts at s: up to a character that cannot belong to it. */
static size_t value_length(const char *s, const char *end) {
    const char *p = s;
    while (p < end && !isspace((unsigned char)*p) && !strchr("&\"'<>,;)}]\\", *p))
        p++;
    return (size_t)(p - s);
}

/* name=value, name%3Dvalue, "name": "value", \"name\":\"value\". Returns where the value starts, NULL if none. */
static const char *after_name(const char *s, const char *end) {
    for (size_t i = 0; secret_names[i]; i++) {
        if (!at(s, end, secret_names[i]))
            continue;
        const char *p = s + strlen(secret_names[i]);
        if (at(p, end, "="))
            return p + 1;
        if (at(p, end, "%3d"))
            return p + 3;
        const char *q = p;
        while (q < end && strchr("\\\"': ", *q) && *q)
            q++;
        if (q > p && memchr(p, ':', (size_t)(q - p)))
            return q;
    }
    return NULL;
}

/* ck_ or cs_ and at least eight characters of a key. */
static size_t key_length(const char *s, const char *end) {
    if (end - s < 11 || tolower((unsigned char)s[0]) != 'c' || !strchr("kKsS", s[1]) || s[2] != '_')
        return 0;
    const char *p = s + 3;
    while (p < end && isalnum((unsigned char)*p))
        p++;
    return p - s >= 11 ? (size_t)(p - s) : 0;
}

/* scheme://user:password@host; returns the length of "user:password" at s (just after "//"), 0 if there is none. */
static size_t userinfo_length(const char *s, const char *end) {
    for (const char *p = s; p < end && !isspace((unsigned char)*p) && !strchr("/?#\"'<>", *p); p++) {
        if (*p == '@')
            return (size_t)(p - s);
    }
    return 0;
}

/* Does a secret start at p? *value is where it begins, *len how long it is. */
static bool secret_at(const char *p, const char *end, bool word_start, const char **value, size_t *len) {
    if (at(p, end, "//")) {
        *value = p + 2;
        *len = userinfo_length(*value, end);
        return *len > 0;
    }
    if (!word_start)
        return false;
    *value = after_name(p, end);
    for (size_t i = 0; !*value && schemes[i]; i++) {
        if (at(p, end, schemes[i]))
            *value = p + strlen(schemes[i]);
    }
    if (*value) {
        *len = value_length(*value, end);
        return *len > 0;
    }
    *value = p;
    *len = key_length(p, end);
    return *len > 0;
}

void redact_add(struct buf *out, const char *text, size_t len) {
    const char *end = text + len;
    const char *plain = text; /* what was not appended yet */
    for (const char *p = text; p < end;) {
        bool word_start = p == text || !word_char(p[-1]);
        const char *value;
        size_t secret;
        if ((word_start || *p == '/') && secret_at(p, end, word_start, &value, &secret)) {
            buf_add(out, plain, (size_t)(value - plain));
            buf_adds(out, MASK);
            plain = p = value + secret;
        } else {
            p++;
        }
    }
    buf_add(out, plain, (size_t)(end - plain));
}

void redact(char *out, size_t size, const char *text) {
    struct buf b;
    buf_init(&b, 64 * 1024);
    redact_add(&b, text, strlen(text));
    str_copy(out, size, b.data);
    buf_free(&b);
}
