#include "common/base/json_scan.h"

#include <stdint.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/base/word.h"

_Static_assert(sizeof((struct json_scan *)0)->open == JSON_DEPTH_MAX, "one bracket for each level");

static bool fail(struct json_scan *s, const char *wrong) {
    s->wrong = wrong;
    return false;
}

static void skip_space(struct json_scan *s) {
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
        s->p++;
}

/* The value of the four digits after "\u" at p, -1 if they are not there. */
static int32_t unicode_escape(const char *p, const char *end) {
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    int32_t value = 0;
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Bytes of the \u escape (or pair of them) at p that names a character we can hold; 0 if it names none. */
static int good_escape(const char *p, const char *end, int32_t value) {
    if (value >= 0xD800 && value <= 0xDBFF) {
        int32_t low = unicode_escape(p + 6, end);
        return low >= 0xDC00 && low <= 0xDFFF ? 12 : 0;
    }
    return value == 0 || (value >= 0xDC00 && value <= 0xDFFF) ? 0 : 6;
}

/* At a backslash inside a string. */
static bool scan_escape(struct json_scan *s) {
    if (s->end - s->p < 2)
        return fail(s, "a text without its end");
    if (s->p[1] != 'u') {
        if (memchr("\"\\/bfnrt", s->p[1], 8) == NULL)
            return fail(s, "an unknown escape");
        s->p += 2;
        return true;
    }
    int32_t value = unicode_escape(s->p, s->end);
    if (value < 0)
        return fail(s, "an unknown escape");
    int len = good_escape(s->p, s->end, value);
    if (len == 0) {
        s->odd_escapes = true;
        len = 6;
    }
    s->p += len;
    return true;
}

/* What ends a run of characters that need no look: control characters, the quote, the backslash, all past ASCII. */
static bool is_special(unsigned char c) {
    return c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
}

/* Behind the run of characters at p that need no look: eight at once while there are eight. */
static const char *skip_run(const char *p, const char *end) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    while (end - p >= 8) {
        uint64_t v = text_word(p), quote = v ^ ones * '"', slash = v ^ ones * '\\';
        /* The lowest byte that has its top bit now is special: it had it before, or got it from the loan for what was
         * taken from it. */
        uint64_t found = (((v - ones * 0x20) & ~v) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | v) & tops;
        if (found)
            return p + text_word_first(found);
        p += 8;
    }
    while (p < end && !is_special((unsigned char)*p))
        p++;
    return p;
}

/* At the opening quote; ends behind the closing one. */
static bool scan_string(struct json_scan *s) {
    const char *start = s->p++;
    while ((s->p = skip_run(s->p, s->end)) < s->end) {
        if (*s->p == '"') {
            s->p++;
            return true;
        }
        if (*s->p == '\\') {
            if (!scan_escape(s))
                return false;
        } else if ((unsigned char)*s->p < 0x20) {
            return fail(s, "a control character inside a text");
        } else {
            const char *at = s->p;
            if (utf8_next(&s->p, s->end) == 0xFFFD && s->p - at == 1) {
                s->p = at;
                return fail(s, "a byte that is not UTF-8");
            }
        }
    }
    s->p = start;
    return fail(s, "a text without its end");
}

static bool scan_digits(struct json_scan *s) {
    const char *start = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return s->p > start;
}

static bool scan_exponent(struct json_scan *s) {
    if (s->p == s->end || (*s->p != 'e' && *s->p != 'E'))
        return true;
    s->p++;
    if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
        s->p++;
    return scan_digits(s);
}

static bool scan_number(struct json_scan *s) {
    const char *start = s->p;
    if (*s->p == '-')
        s->p++;
    if (s->p < s->end && *s->p == '0')
        s->p++;
    else if (!scan_digits(s))
        return fail(s, "something that is no JSON value");
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!scan_digits(s))
            return fail(s, "a malformed number");
    }
    if (!scan_exponent(s))
        return fail(s, "a malformed number");
    if (s->p - start > JSON_NUMBER_MAX) {
        s->p = start;
        return fail(s, "a number with too many digits");
    }
    return true;
}

static bool scan_word(struct json_scan *s, const char *word) {
    size_t len = strlen(word);
    if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
        return fail(s, "something that is no JSON value");
    s->p += len;
    return true;
}

/* At a key: ends at its value. */
static bool scan_key(struct json_scan *s) {
    if (s->p == s->end || *s->p != '"')
        return fail(s, s->p == s->end ? "the end of the data too early" : "something else than a name");
    if (!scan_string(s))
        return false;
    skip_space(s);
    if (s->p == s->end || *s->p != ':')
        return fail(s, s->p == s->end ? "the end of the data too early" : "a name without a colon");
    s->p++;
    skip_space(s);
    return true;
}

/* At an opening bracket: ends at the first value inside, or at the closing bracket with *empty set. */
static bool scan_open(struct json_scan *s, bool *empty) {
    if (s->depth == JSON_DEPTH_MAX)
        return fail(s, "more levels of nesting than allowed");
    char bracket = *s->p++;
    s->open[s->depth++] = bracket;
    skip_space(s);
    *empty = s->p < s->end && *s->p == (bracket == '{' ? '}' : ']');
    return *empty || bracket == '[' || scan_key(s);
}

/* At a value that is no object or array. */
static bool scan_scalar(struct json_scan *s) {
    switch (*s->p) {
    case '"': return scan_string(s);
    case 't': return scan_word(s, "true");
    case 'f': return scan_word(s, "false");
    case 'n': return scan_word(s, "null");
    default: return scan_number(s);
    }
}

/* Behind a value: closes brackets, ends at the next value (*more true) or at the end of everything. */
static bool scan_after(struct json_scan *s, bool *more) {
    *more = false;
    for (;;) {
        skip_space(s);
        if (s->depth == 0)
            return true;
        if (s->p == s->end)
            return fail(s, "the end of the data too early");
        char bracket = s->open[s->depth - 1];
        char c = *s->p;
        if (c == ',') {
            s->p++;
            skip_space(s);
            *more = true;
            return bracket == '[' || scan_key(s);
        }
        if (c != (bracket == '{' ? '}' : ']'))
            return fail(s, "something where a comma or the end of a list was expected");
        s->p++;
        s->depth--;
    }
}

bool json_scan(struct json_scan *s, const char *text, size_t len) {
    *s = (struct json_scan){.text = text, .p = text, .end = text + len};
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        return fail(s, "a byte order mark");
    skip_space(s);
    bool more = true;
    while (more) {
        if (s->p == s->end)
            return fail(s, "the end of the data too early");
        bool empty = true;
        if (*s->p == '{' || *s->p == '[') {
            if (!scan_open(s, &empty))
                return false;
            if (!empty)
                continue;
        } else if (!scan_scalar(s)) {
            return false;
        }
        if (!scan_after(s, &more))
            return false;
    }
    return s->p == s->end || fail(s, "more text behind the end of the data");
}

void json_mend_escapes(char *text, size_t len) {
    const char *end = text + len;
    for (char *p = text; p < end;) {
        if (*p != '\\') {
            p++;
            continue;
        }
        int32_t value = unicode_escape(p, end);
        if (value < 0) {
            p += 2;
            continue;
        }
        int good = good_escape(p, end, value);
        if (good == 0)
            memcpy(p + 2, "fffd", 4);
        p += good == 0 ? 6 : good;
    }
}
