/* Texts inside other texts: percent encoding, JSON strings, base64, hex. */
#include <string.h>

#include "common/base/buf.h"
#include "common/base/str.h"

static const char upper_hex[] = "0123456789ABCDEF";
static const char lower_hex[] = "0123456789abcdef";

static bool url_unreserved(unsigned char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void buf_add_url(struct buf *b, const char *s) {
    if (s == NULL)
        return;
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (url_unreserved(c)) {
            buf_addc(b, *s);
        } else {
            char triple[3] = {'%', upper_hex[c >> 4], upper_hex[c & 15]};
            buf_add(b, triple, sizeof triple);
        }
    }
}

/* Appends the escape of one byte that may not stand as it is. */
static void add_json_escape(struct buf *b, unsigned char c) {
    switch (c) {
    case '"': buf_add(b, "\\\"", 2); return;
    case '\\': buf_add(b, "\\\\", 2); return;
    case '\b': buf_add(b, "\\b", 2); return;
    case '\f': buf_add(b, "\\f", 2); return;
    case '\n': buf_add(b, "\\n", 2); return;
    case '\r': buf_add(b, "\\r", 2); return;
    case '\t': buf_add(b, "\\t", 2); return;
    default: break;
    }
    char six[6] = {'\\', 'u', '0', '0', lower_hex[c >> 4], lower_hex[c & 15]};
    buf_add(b, six, sizeof six);
}

void buf_add_json(struct buf *b, const char *s) {
    if (s == NULL) {
        buf_adds(b, "null");
        return;
    }
    buf_addc(b, '"');
    const char *end = s + strlen(s);
    const char *run = s; /* start of what is fine and not yet copied */
    while (s < end) {
        unsigned char c = (unsigned char)*s;
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            s++;
            continue;
        }
        const char *at = s;
        uint32_t code_point = utf8_next(&s, end);
        bool bad = code_point == 0xFFFD && s - at == 1;
        if (c >= 0x80 && !bad)
            continue;
        buf_add(b, run, (size_t)(at - run));
        run = s;
        if (bad)
            utf8_add(b, code_point);
        else
            add_json_escape(b, c);
    }
    buf_add(b, run, (size_t)(end - run));
    buf_addc(b, '"');
}

void base64_add(struct buf *out, const void *data, size_t len) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)p[i] << 16;
        if (have > 1)
            bits |= (uint32_t)p[i + 1] << 8;
        if (have > 2)
            bits |= p[i + 2];
        char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63], have > 1 ? digits[bits >> 6 & 63] : '=',
                        have > 2 ? digits[bits & 63] : '='};
        buf_add(out, four, sizeof four);
    }
}

void hex_add(struct buf *out, const void *data, size_t len) {
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i++) {
        char two[2] = {lower_hex[p[i] >> 4], lower_hex[p[i] & 15]};
        buf_add(out, two, sizeof two);
    }
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_decode(const char *hex, void *out, size_t out_len) {
    if (strlen(hex) != out_len * 2)
        return false;
    for (size_t i = 0; i < out_len * 2; i++) {
        if (hex_digit(hex[i]) < 0)
            return false;
    }
    unsigned char *p = out;
    for (size_t i = 0; i < out_len; i++)
        p[i] = (unsigned char)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
    return true;
}
