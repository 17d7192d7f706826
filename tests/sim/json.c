#include "tests/sim/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned next_point(const unsigned char **pp) {
    const unsigned char *p = *pp;
    unsigned c = *p++;
    int more = 0;

    if (c >= 0xf0)
        more = 3, c &= 7;
    else if (c >= 0xe0)
        more = 2, c &= 15;
    else if (c >= 0xc0)
        more = 1, c &= 31;
    while (more-- > 0 && (*p & 0xc0) == 0x80)
        c = c << 6 | (*p++ & 0x3f);
    *pp = p;
    return c;
}

static void put_escape(struct sbuf *b, unsigned c) {
    static const char in[] = "\"\\/\b\f\n\r\t", out[] = "\"\\/bfnrt";
    const char *at = c && c < 128 ? strchr(in, (int)c) : NULL;
    char t[16];

    if (at) {
        t[0] = '\\';
        t[1] = out[at - in];
        sb_add(b, t, 2);
    } else if (c >= 0x10000) {
        c -= 0x10000;
        snprintf(t, sizeof t, "\\u%04x\\u%04x", 0xd800 | (c >> 10 & 0x3ff), 0xdc00 | (c & 0x3ff));
        sb_add(b, t, 12);
    } else {
        snprintf(t, sizeof t, "\\u%04x", c & 0xffff);
        sb_add(b, t, 6);
    }
}

static void put_string(struct sbuf *b, const char *s) {
    const unsigned char *p = (const unsigned char *)s, *from = p;

    sb_putc(b, '"');
    while (*p) {
        if (*p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\' && *p != '/') {
            p++;
            continue;
        }
        sb_add(b, (const char *)from, (size_t)(p - from));
        put_escape(b, next_point(&p));
        from = p;
    }
    sb_add(b, (const char *)from, (size_t)(p - from));
    sb_putc(b, '"');
}

static void separate(struct sbuf *b, const char *key) {
    char last = b->n ? b->p[b->n - 1] : '[';

    if (last != '[' && last != '{' && last != ':')
        sb_putc(b, ',');
    if (key) {
        put_string(b, key);
        sb_putc(b, ':');
    }
}

void jw_open(struct sbuf *b, const char *key, char bracket) {
    separate(b, key);
    sb_putc(b, bracket);
}

void jw_close(struct sbuf *b, char bracket) {
    sb_putc(b, bracket);
}

void jw_str(struct sbuf *b, const char *key, const char *s) {
    separate(b, key);
    if (s)
        put_string(b, s);
    else
        sb_puts(b, "null");
}

void jw_int(struct sbuf *b, const char *key, long long v) {
    char t[32];

    separate(b, key);
    snprintf(t, sizeof t, "%lld", v);
    sb_puts(b, t);
}

void sb_double(struct sbuf *b, double v) {
    char t[40];

    for (int digits = 15; digits <= 17; digits++) {
        snprintf(t, sizeof t, "%.*g", digits, v);
        if (strtod(t, NULL) == v)
            break;
    }
    sb_puts(b, t);
}

void jw_num(struct sbuf *b, const char *key, double v) {
    separate(b, key);
    sb_double(b, v);
}

void jw_bool(struct sbuf *b, const char *key, bool v) {
    jw_raw(b, key, v ? "true" : "false");
}

void jw_null(struct sbuf *b, const char *key) {
    jw_raw(b, key, "null");
}

void jw_raw(struct sbuf *b, const char *key, const char *json) {
    separate(b, key);
    sb_puts(b, json);
}

void jw_ids(struct sbuf *b, const char *key, const struct ids *l) {
    jw_open(b, key, '[');
    for (int i = 0; i < l->n; i++)
        jw_int(b, NULL, l->v[i]);
    jw_close(b, ']');
}

static void put_number(struct sbuf *b, const char *key, const cJSON *v) {
    if (v->valuedouble == floor(v->valuedouble) && fabs(v->valuedouble) < 9e15)
        jw_int(b, key, (long long)v->valuedouble);
    else
        jw_num(b, key, v->valuedouble);
}

void jw_value(struct sbuf *b, const char *key, const cJSON *v) {
    const cJSON *i;

    if (!v || cJSON_IsNull(v)) {
        jw_null(b, key);
    } else if (cJSON_IsString(v)) {
        jw_str(b, key, v->valuestring);
    } else if (cJSON_IsBool(v)) {
        jw_bool(b, key, cJSON_IsTrue(v));
    } else if (cJSON_IsNumber(v)) {
        put_number(b, key, v);
    } else if (cJSON_IsArray(v)) {
        jw_open(b, key, '[');
        cJSON_ArrayForEach(i, v) {
            jw_value(b, NULL, i);
        }
        jw_close(b, ']');
    } else {
        jw_open(b, key, '{');
        cJSON_ArrayForEach(i, v) {
            jw_value(b, i->string, i);
        }
        jw_close(b, '}');
    }
}

/* ---- choosing fields in a text ---- */

static const char *skip_string(const char *p) {
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1])
            p++;
    }
    return *p ? p + 1 : p;
}

static const char *skip_value(const char *p) {
    int depth = 0;

    if (*p == '"')
        return skip_string(p);
    if (*p != '{' && *p != '[')
        return p + strcspn(p, ",]}");
    while (*p) {
        if (*p == '"') {
            p = skip_string(p);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else if (*p == '}' || *p == ']')
            depth--;
        p++;
        if (!depth)
            break;
    }
    return p;
}

/* 1: named, 2: something below it is named (its names appended to sub), 0: not. */
static int wanted(const char *fields, const char *key, size_t n, struct sbuf *sub) {
    int found = 0;

    for (const char *f = fields; *f;) {
        size_t len = strcspn(f, ",");
        const char *e = f + len;

        while (len && *f == ' ')
            f++, len--;
        if (len == n && !memcmp(f, key, n))
            return 1;
        if (len > n && !memcmp(f, key, n) && f[n] == '.') {
            found = 2;
            sb_add(sub, f + n + 1, len - n - 1);
            sb_putc(sub, ',');
        }
        f = *e ? e + 1 : e;
    }
    return found;
}

static const char *filter_object(struct sbuf *out, const char *p, const char *fields, bool nested, bool links);

/* The value at p of a member that is wanted whole (1), in parts (2) or not (0). Returns what follows it. */
static const char *filter_value(struct sbuf *out, const char *p, int want, const char *sub) {
    const char *end;

    if (want == 2 && *p == '{')
        return filter_object(out, p, sub, true, false);
    end = skip_value(p);
    if (want == 2)
        sb_puts(out, *p == '[' ? "[]" : "null");
    else if (want == 1)
        sb_add(out, p, (size_t)(end - p));
    return end;
}

static const char *filter_object(struct sbuf *out, const char *p, const char *fields, bool nested, bool links) {
    size_t start = out->n;

    jw_open(out, NULL, '{');
    for (p++; *p && *p != '}';) {
        const char *key, *end;
        struct sbuf sub = {0};
        int want;

        if (*p == ',')
            p++;
        key = p + 1;
        end = skip_string(p);
        p = end + 1;
        want = wanted(fields, key, (size_t)(end - 1 - key), &sub);
        if (want == 2 && !nested)
            want = 0;
        if (links && end - 1 - key == 6 && !memcmp(key, "_links", 6))
            want = 1;
        if (want && out->p[out->n - 1] != '{')
            sb_putc(out, ',');
        if (want)
            sb_add(out, key - 1, (size_t)(p - key + 1));
        p = filter_value(out, p, want, sb_text(&sub));
        sb_free(&sub);
    }
    if (out->p[out->n - 1] == '{') {
        out->n = start;
        jw_raw(out, NULL, "[]");
    } else {
        sb_putc(out, '}');
    }
    return *p ? p + 1 : p;
}

void json_fields(struct sbuf *out, const char *json, const char *fields, bool nested, bool links) {
    const char *p = json;

    if (*p == '{') {
        filter_object(out, p, fields, nested, links);
        return;
    }
    if (*p != '[') {
        sb_puts(out, json);
        return;
    }
    sb_putc(out, '[');
    for (p++; *p && *p != ']';) {
        if (*p == ',')
            p++;
        if (*p == '{') {
            p = filter_object(out, p, fields, nested, false);
        } else {
            const char *e = skip_value(p);

            p = e;
        }
    }
    sb_putc(out, ']');
}

/* ---- reading ---- */

static void keep_last(cJSON *o) {
    cJSON *i, *next;

    for (i = o->child; i; i = next) {
        next = i->next;
        keep_last(i);
        if (!cJSON_IsObject(o))
            continue;
        for (cJSON *k = next; k; k = k->next) {
            if (i->string && k->string && !strcmp(i->string, k->string)) {
                cJSON_Delete(cJSON_DetachItemViaPointer(o, i));
                break;
            }
        }
    }
}

cJSON *js_parse(const char *text, size_t n) {
    cJSON *v;

    if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
        return NULL;
    v = cJSON_ParseWithLengthOpts(text, n + 1, NULL, true);
    if (v)
        keep_last(v);
    return v;
}

const cJSON *js_get(const cJSON *o, const char *key) {
    return cJSON_IsObject(o) ? cJSON_GetObjectItemCaseSensitive(o, key) : NULL;
}

bool js_has(const cJSON *o, const char *key) {
    const cJSON *v = js_get(o, key);

    return v && !cJSON_IsNull(v);
}

char *js_text(const cJSON *v) {
    struct sbuf b = {0};

    if (cJSON_IsString(v))
        return xdup(v->valuestring);
    if (cJSON_IsNumber(v)) {
        put_number(&b, NULL, v);
        return sb_take(&b);
    }
    return xdup(cJSON_IsTrue(v) ? "1" : "");
}

double js_double(const cJSON *v) {
    if (cJSON_IsNumber(v))
        return v->valuedouble;
    if (cJSON_IsString(v))
        return strtod(v->valuestring, NULL);
    return cJSON_IsTrue(v) ? 1 : 0;
}

long long js_int(const cJSON *v) {
    double d = js_double(v);

    if (cJSON_IsString(v) && !strpbrk(v->valuestring, ".eE"))
        return strtoll(v->valuestring, NULL, 10);
    if (!(d > -9e18 && d < 9e18))
        return 0;
    return (long long)d;
}

bool js_truth(const cJSON *v) {
    if (cJSON_IsString(v))
        return *v->valuestring && strcmp(v->valuestring, "0") && strcmp(v->valuestring, "false") &&
               strcmp(v->valuestring, "FALSE") && strcmp(v->valuestring, "no");
    return cJSON_IsNumber(v) ? v->valuedouble != 0 : cJSON_IsTrue(v);
}

bool js_empty(const cJSON *v) {
    if (!v || cJSON_IsNull(v) || cJSON_IsFalse(v))
        return true;
    if (cJSON_IsString(v))
        return !*v->valuestring || !strcmp(v->valuestring, "0");
    if (cJSON_IsNumber(v))
        return v->valuedouble == 0;
    return (cJSON_IsArray(v) || cJSON_IsObject(v)) && !v->child;
}

const char *js_str(const cJSON *o, const char *key) {
    const cJSON *v = js_get(o, key);

    return cJSON_IsString(v) ? v->valuestring : "";
}

long js_id(const cJSON *o, const char *key) {
    const cJSON *v = js_get(o, key);

    return v ? (long)js_int(v) : 0;
}

bool js_is_integer(const cJSON *v) {
    char *end;
    double d;

    if (cJSON_IsNumber(v))
        return v->valuedouble == floor(v->valuedouble);
    if (!cJSON_IsString(v) || !*v->valuestring || strspn(v->valuestring, "+-.0123456789eE ") != strlen(v->valuestring))
        return false;
    d = strtod(v->valuestring, &end);
    end += strspn(end, " ");
    return !*end && d == floor(d);
}
