#include "common/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool str_fmt(char *out, size_t size, const char *fmt, ...) {
    if (size == 0)
        return false;
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(out, size, fmt, args);
    va_end(args);
    if (len < 0) {
        out[0] = '\0';
        return false;
    }
    if ((size_t)len < size)
        return true;
    out[utf8_cut(out, size - 1)] = '\0';
    return false;
}

bool str_copy(char *out, size_t size, const char *s) {
    if (size == 0)
        return false;
    if (s == NULL)
        s = "";
    size_t len = strlen(s);
    size_t kept = len < size ? len : utf8_cut(s, size - 1);
    memmove(out, s, kept);
    out[kept] = '\0';
    return kept == len;
}

bool str_eq(const char *a, const char *b) {
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

bool str_empty(const char *s) {
    return s == NULL || *s == '\0';
}

bool str_blank(const char *s) {
    if (s == NULL)
        return true;
    const char *end = s + strlen(s);
    while (s < end) {
        if (!utf8_is_space(utf8_next(&s, end)))
            return false;
    }
    return true;
}

bool str_starts(const char *s, const char *prefix) {
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix) {
    size_t len = strlen(s);
    size_t tail = strlen(suffix);
    return tail <= len && memcmp(s + len - tail, suffix, tail) == 0;
}

static bool is_plain_ink(char c) {
    return c > ' ' && c < 0x7f;
}

char *str_trim(char *s) {
    size_t all = strlen(s);
    if (all == 0 || (is_plain_ink(s[0]) && is_plain_ink(s[all - 1])))
        return s; /* the usual text */
    const char *p = s;
    const char *end = s + all;
    const char *first = NULL; /* first and just past the last byte that stay */
    const char *last = s;
    while (p < end) {
        const char *at = p;
        if (utf8_is_space(utf8_next(&p, end)))
            continue;
        if (first == NULL)
            first = at;
        last = p;
    }
    size_t len = first == NULL ? 0 : (size_t)(last - first);
    if (len != 0)
        memmove(s, first, len);
    s[len] = '\0';
    return s;
}

bool str_to_i64(const char *s, int64_t *out) {
    bool negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    if (*s == '\0')
        return false;
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t value = 0;
    for (; *s != '\0'; s++) {
        if (*s < '0' || *s > '9')
            return false;
        unsigned digit = (unsigned)(*s - '0');
        if (value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}
