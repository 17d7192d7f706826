#include "service/channel/woo/scan.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/base/word.h"

#define SLICE_NUMBER_MAX 1000

static const char *skip_space(const char *p, const char *end) {
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* The first quote from p on; end when there is none. Most texts are short, so this is no call of memchr. */
static const char *next_quote(const char *p, const char *end) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (; end - p >= 8; p += 8) {
        uint64_t quote = text_word(p) ^ ones * '"';
        /* The lowest byte that gets its top bit from the loan for 1, having none of its own, is a byte of zero. */
        uint64_t found = (quote - ones) & ~quote & tops;
        if (found)
            return p + text_word_first(found);
    }
    while (p < end && *p != '"')
        p++;
    return p;
}

/* p stands on the opening quote; returns behind the closing one, NULL if there is none. */
static const char *skip_string(const char *p, const char *end) {
    const char *from = p + 1;
    while ((p = next_quote(from, end)) < end) {
        const char *slash = p;
        while (slash > from && slash[-1] == '\\')
            slash--;
        if ((p - slash) % 2 == 0) /* the character behind a backslash is never the end */
            return p + 1;
        from = p + 1;
    }
    return NULL;
}

static const char *skip_plain(const char *p, const char *end) {
    const char *start = p;
    while (p < end && !strchr(",]} \n\r\t\":[{", *p) && *p)
        p++;
    return p > start ? p : NULL;
}

/* Deeper than what is decoded: one order with a deep field must not spoil the list it stands in. PHP itself writes no
 * JSON of more than 512 levels. */
#define SKIP_DEPTH_MAX 520

/* A value that starts with a bracket. Brackets must match in kind. */
static const char *skip_nested(const char *p, const char *end) {
    static const bool bracket_or_quote[256] = {['"'] = true, ['{'] = true, ['['] = true, ['}'] = true, [']'] = true};
    char open[SKIP_DEPTH_MAX];
    int depth = 0;
    while (p < end) {
        char c = *p;
        if (!bracket_or_quote[(unsigned char)c]) {
            p++;
            continue;
        }
        if (c == '"') {
            p = skip_string(p, end);
            if (!p)
                return NULL;
            continue;
        }
        p++;
        if (c == '{' || c == '[') {
            if (depth == SKIP_DEPTH_MAX)
                return NULL;
            open[depth++] = c == '{' ? '}' : ']';
        } else if (c == '}' || c == ']') {
            if (depth == 0 || open[--depth] != c)
                return NULL;
            if (depth == 0)
                return p;
        }
    }
    return NULL;
}

static const char *skip_value(const char *p, const char *end) {
    if (p >= end)
        return NULL;
    if (*p == '"')
        return skip_string(p, end);
    if (*p == '{' || *p == '[')
        return skip_nested(p, end);
    return skip_plain(p, end);
}

bool scan_one(const char *text, size_t len, struct slice *value) {
    const char *end = text + len;
    const char *p = skip_space(text, end);
    const char *after = skip_value(p, end);
    if (!after)
        return false;
    value->p = p;
    value->len = (size_t)(after - p);
    return true;
}

static bool start(struct scan *s, struct slice value, char open, char close) {
    *s = (struct scan){.close = close, .first = true};
    if (value.p == NULL) /* a member that is absent */
        return false;
    s->p = value.p;
    s->end = value.p + value.len;
    if (value.len < 2 || value.p[0] != open || value.p[value.len - 1] != close)
        return false;
    s->p++;
    return true;
}

bool scan_answer(const char *text, size_t len, struct slice *value) {
    const char *end = text + len;
    const char *p = skip_space(text, end);
    struct slice key, item;
    if (p >= end || (*p != '{' && *p != '['))
        return false;
    struct scan s = {.p = p + 1, .end = end, .close = *p == '{' ? '}' : ']', .first = true};
    if (*p == '{') {
        while (scan_member(&s, &key, &item)) {
        }
    } else {
        while (scan_item(&s, &item)) {
        }
    }
    if (s.broken || s.behind == NULL)
        return false;
    *value = (struct slice){p, (size_t)(s.behind - p)};
    return true;
}

bool scan_array(struct scan *s, struct slice value) {
    return start(s, value, '[', ']');
}

bool scan_object(struct scan *s, struct slice value) {
    return start(s, value, '{', '}');
}

static bool broken(struct scan *s) {
    s->broken = true;
    s->p = s->end;
    return false;
}

/* Moves to the next element's first character; false at the end or when broken. */
static bool to_next(struct scan *s) {
    s->p = skip_space(s->p, s->end);
    if (s->p >= s->end)
        return s->first ? broken(s) : false;
    if (*s->p == s->close) {
        s->behind = s->p + 1;
        s->p = s->end;
        s->first = false;
        return false;
    }
    if (!s->first) {
        if (*s->p != ',')
            return broken(s);
        s->p = skip_space(s->p + 1, s->end);
    }
    s->first = false;
    return true;
}

bool scan_item(struct scan *s, struct slice *item) {
    if (!to_next(s))
        return false;
    const char *after = skip_value(s->p, s->end);
    if (!after)
        return broken(s);
    item->p = s->p;
    item->len = (size_t)(after - s->p);
    s->p = after;
    return true;
}

void scan_list(struct scan_list *l, struct slice value) {
    l->object = value.p != NULL && value.p[0] == '{';
    bool any = value.p != NULL && (l->object ? scan_object(&l->scan, value) : scan_array(&l->scan, value));
    if (!any)
        l->scan = (struct scan){.p = NULL, .end = NULL, .first = false};
}

bool scan_list_item(struct scan_list *l, struct slice *item) {
    struct slice key;
    if (l->scan.p == l->scan.end)
        return false;
    return l->object ? scan_member(&l->scan, &key, item) : scan_item(&l->scan, item);
}

bool scan_member(struct scan *s, struct slice *key, struct slice *value) {
    if (!to_next(s))
        return false;
    if (s->p >= s->end || *s->p != '"')
        return broken(s);
    const char *after = skip_string(s->p, s->end);
    if (!after)
        return broken(s);
    key->p = s->p + 1;
    key->len = (size_t)(after - s->p) - 2;
    s->p = skip_space(after, s->end);
    if (s->p >= s->end || *s->p != ':')
        return broken(s);
    s->p = skip_space(s->p + 1, s->end);
    after = skip_value(s->p, s->end);
    if (!after)
        return broken(s);
    value->p = s->p;
    value->len = (size_t)(after - s->p);
    s->p = after;
    return true;
}

/* Names are compared decoded: "\u0069d" is "id". What cannot be decoded, or is longer than any name of ours, stays. */
static struct slice decoded(struct slice key, char room[SCAN_NAME_MAX + 1]) {
    struct slice quoted = {key.p - 1, key.len + 2};
    if (memchr(key.p, '\\', key.len) && slice_text(quoted, room, SCAN_NAME_MAX + 1))
        return (struct slice){room, strlen(room)};
    return key;
}

static bool is_name(struct slice key, const char *name) {
    size_t i = 0;
    while (i < key.len && name[i] == key.p[i] && name[i] != '\0')
        i++;
    return i == key.len && name[i] == '\0';
}

/* Which of the names it is, n: none. Members mostly come in the order in which they are asked for. */
static size_t field_of(struct slice key, const struct scan_field *fields, size_t n, size_t guess) {
    if (guess < n && is_name(key, fields[guess].name))
        return guess;
    size_t i = 0;
    while (i < n && !is_name(key, fields[i].name))
        i++;
    return i;
}

static void no_fields(const struct scan_field *fields, size_t n) {
    for (size_t i = 0; i < n; i++)
        *fields[i].value = (struct slice){NULL, 0};
}

/* Of the members that come. false: one of the names stands twice, or the structure is broken. */
static bool take_fields(struct scan *s, const struct scan_field *fields, size_t n) {
    struct slice key, value;
    uint32_t firsts = 0; /* of the names' first letters, five bits each */
    size_t guess = 0;
    for (size_t i = 0; i < n; i++)
        firsts |= 1u << (fields[i].name[0] & 31);
    bool once = true;
    while (scan_member(s, &key, &value)) {
        char room[SCAN_NAME_MAX + 1];
        key = decoded(key, room);
        if (key.len == 0 || !(firsts >> (key.p[0] & 31) & 1))
            continue;
        size_t i = field_of(key, fields, n, guess);
        if (i == n)
            continue;
        once = once && !fields[i].value->p;
        *fields[i].value = value;
        guess = i + 1;
    }
    return once && !s->broken;
}

bool scan_fields(struct slice object, const struct scan_field *fields, size_t n) {
    struct scan s;
    no_fields(fields, n);
    return scan_object(&s, object) && take_fields(&s, fields, n);
}

bool scan_item_fields(struct scan *s, struct slice *item, const struct scan_field *fields, size_t n, bool *whole) {
    if (!to_next(s))
        return false;
    if (s->p < s->end && *s->p == '{') {
        struct scan object = {.p = s->p + 1, .end = s->end, .close = '}', .first = true};
        no_fields(fields, n);
        *whole = take_fields(&object, fields, n);
        if (!object.broken && object.behind) {
            *item = (struct slice){s->p, (size_t)(object.behind - s->p)};
            s->p = object.behind;
            return true;
        }
    }
    const char *after = skip_value(s->p, s->end); /* of an object in disorder the brackets tell where it ends */
    if (!after)
        return broken(s);
    *item = (struct slice){s->p, (size_t)(after - s->p)};
    s->p = after;
    *whole = scan_fields(*item, fields, n);
    return true;
}

bool scan_find(struct slice object, const char *key, struct slice *value) {
    struct slice found;
    const struct scan_field field = {key, &found};
    if (!scan_fields(object, &field, 1) || !found.p)
        return false;
    *value = found;
    return true;
}

bool slice_has_control(struct slice s) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    const char *p = s.p, *end = s.p + s.len;
    while (p < end) {
        while (end - p >= 8 && !((text_word(p) - ones * 0x20) & ~text_word(p) & tops))
            p += 8;
        for (const char *stop = end - p < 8 ? end : p + 8; p < stop; p++) {
            if ((unsigned char)*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r')
                return true;
        }
    }
    return false;
}

struct slice slice_trim(struct slice s) {
    const char *end = s.p + s.len;
    const char *p = skip_space(s.p, end);
    while (end > p && skip_space(end - 1, end) == end)
        end--;
    return (struct slice){p, (size_t)(end - p)};
}

bool slice_is(struct slice s, const char *text) {
    return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

bool slice_is_object(struct slice s) {
    return s.len >= 2 && s.p[0] == '{';
}

static bool plain_text(struct slice s) {
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] >= 0x7f || s.p[i] == '\\')
            return false;
    }
    return true;
}

static bool copy(char *out, size_t size, const char *p, size_t len) {
    if (len >= size)
        return false;
    memcpy(out, p, len);
    out[len] = '\0';
    return true;
}

bool slice_text(struct slice s, char *out, size_t size) {
    if (s.len == 0 || !(s.p[0] == '"' || s.p[0] == '-' || (s.p[0] >= '0' && s.p[0] <= '9')))
        return false;
    if (s.p[0] != '"')
        return plain_text(s) && copy(out, size, s.p, s.len);
    struct slice inner = {s.p + 1, s.len - 2};
    if (s.len < 2)
        return false;
    if (plain_text(inner))
        return copy(out, size, inner.p, inner.len);
    struct json *j;
    if (json_parse(s.p, s.len, &j, NULL))
        return false;
    const char *text = json_string_value(j);
    bool ok = text && copy(out, size, text, strlen(text));
    json_free(j);
    return ok;
}

bool slice_i64(struct slice s, int64_t *out) {
    char text[32];
    return slice_text(s, text, sizeof text) && str_to_i64(text, out);
}

bool slice_is_plain(struct slice s) {
    return s.p != NULL && s.p[0] == '"' && memchr(s.p, '\\', s.len) == NULL;
}

/* A whole number as json_text_lax writes it, few enough digits for any number type. */
static bool plain_number(struct slice s) {
    size_t sign = s.p[0] == '-';
    if (s.len <= sign || s.len > 15 || (s.p[sign] == '0' && s.len > 1))
        return false;
    for (size_t i = sign; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return true;
}

/* By way of a tree of one node: escapes, fractions and exponents. */
static bool add_by_tree(struct slice s, struct buf *out) {
    struct json *j;
    if (json_parse(s.p, s.len, &j, NULL))
        return false;
    struct buf text;
    buf_init(&text, SLICE_NUMBER_MAX);
    if (json_is_number(j))
        json_add(&text, j);
    const char *found = json_is_number(j) ? text.data : json_string_value(j);
    bool ok = found != NULL && (json_is_string(j) || strcmp(found, "null") != 0); /* 1e999 is no number to us */
    if (ok)
        buf_adds(out, found);
    buf_free(&text);
    json_free(j);
    return ok;
}

bool slice_add_text(struct slice s, struct buf *out) {
    if (slice_is_plain(s)) {
        buf_add(out, s.p + 1, s.len - 2);
        return true;
    }
    if (s.p == NULL || s.len == 0 || !(s.p[0] == '"' || s.p[0] == '-' || (s.p[0] >= '0' && s.p[0] <= '9')))
        return false;
    if (s.p[0] == '"' || !plain_number(s))
        return add_by_tree(s, out);
    buf_add(out, s.p, s.len);
    return true;
}

bool slice_lax(struct slice s, char *out, size_t size) {
    if (slice_is_plain(s))
        return copy(out, size, s.p + 1, s.len - 2);
    struct buf text;
    buf_init(&text, size - 1);
    bool ok = slice_add_text(s, &text) && !text.full && copy(out, size, text.data, text.len);
    buf_free(&text);
    return ok;
}

bool slice_i64_lax(struct slice s, int64_t *out) {
    const int64_t limit = INT64_C(1) << 53;
    char text[64];
    int64_t value;
    if (!slice_lax(s, text, sizeof text) || !str_to_i64(text, &value) || value > limit || value < -limit)
        return false;
    *out = value;
    return true;
}

bool scan_text(struct slice object, const char *key, char *out, size_t size) {
    struct slice v;
    return scan_find(object, key, &v) && slice_text(v, out, size);
}

bool scan_i64(struct slice object, const char *key, int64_t *out) {
    struct slice v;
    return scan_find(object, key, &v) && slice_i64(v, out);
}
