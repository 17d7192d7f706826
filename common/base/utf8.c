#include <string.h>

#include "common/base/str.h"

#define REPLACEMENT 0xFFFD

/* Length of the well-formed sequence at s (RFC 3629, table of section 4), 0 if there is none. */
static size_t sequence(const unsigned char *s, size_t room) {
    unsigned char lead = s[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (room < len)
        return 0;
    /* The second byte carries the limits against overlong forms, surrogates and values past U+10FFFF. */
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    }
    return len;
}

bool utf8_valid(const char *s, size_t len) {
    const unsigned char *p = (const unsigned char *)s;
    const unsigned char *end = p + len;
    while (p < end) {
        if (*p < 0x80) {
            p++;
            continue;
        }
        size_t n = sequence(p, (size_t)(end - p));
        if (n == 0)
            return false;
        p += n;
    }
    return true;
}

uint32_t utf8_next(const char **s, const char *end) {
    const unsigned char *p = (const unsigned char *)*s;
    size_t n = sequence(p, (size_t)(end - *s));
    *s += n == 0 ? 1 : n;
    switch (n) {
    case 1: return p[0];
    case 2: return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    case 3: return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    case 4:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
               (p[3] & 0x3F);
    default: return REPLACEMENT;
    }
}

size_t utf8_encode(char out[4], uint32_t c) {
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = REPLACEMENT;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

void utf8_add(struct buf *b, uint32_t code_point) {
    char bytes[4];
    buf_add(b, bytes, utf8_encode(bytes, code_point));
}

size_t utf8_chars(const char *s) {
    const char *end = s + strlen(s);
    size_t count = 0;
    while (s < end) {
        utf8_next(&s, end);
        count++;
    }
    return count;
}

size_t utf8_cut(const char *s, size_t max_bytes) {
    /* Even a text that fits may end inside a character: printf cuts where its buffer ends. */
    max_bytes = strnlen(s, max_bytes);
    /* Only the last three bytes can belong to a character that passes the end. */
    size_t start = max_bytes;
    while (start > 0 && max_bytes - start < 4 && ((unsigned char)s[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return max_bytes;
    unsigned char lead = (unsigned char)s[start - 1];
    size_t have = max_bytes - (start - 1);
    size_t need = lead < 0xC2 || lead > 0xF4 ? have : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return have < need ? start - 1 : max_bytes;
}

bool utf8_is_space(uint32_t c) {
    switch (c) {
    case ' ':
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000: return true;
    default: return (c >= 0x09 && c <= 0x0D) || (c >= 0x2000 && c <= 0x200A);
    }
}

bool utf8_is_control(uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

void utf8_add_clean(struct buf *b, const char *s, size_t len, bool drop_controls) {
    const char *end = s + len;
    const char *run = s; /* start of what is fine and not yet copied */
    while (s < end) {
        const char *at = s;
        uint32_t c = utf8_next(&s, end);
        bool bad = c == REPLACEMENT && s - at == 1;
        bool control = drop_controls && utf8_is_control(c) && c != '\n' && c != '\t';
        if (!bad && !control)
            continue;
        buf_add(b, run, (size_t)(at - run));
        run = s;
        if (c != '\r' || bad)
            utf8_add(b, REPLACEMENT);
        else if (s == end || *s != '\n')
            buf_addc(b, '\n');
    }
    buf_add(b, run, (size_t)(end - run));
}
