#include "tests/sim/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* U+00C0 .. U+017F without accents; '?' where more than one letter results or none. */
static const char plain[] = "AAAAAA?CEEEEIIIIDNOOOOO?OUUUUY??aaaaaa?ceeeeiiiidnooooo?ouuuuy?y"
                            "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi??JjKkkLlLlLlL"
                            "lLlNnNnNnnNnOoOoOo??RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

static const char *many_letters(unsigned c) {
    static const struct {
        unsigned c;
        const char *s;
    } more[] = {{0xc6, "AE"},  {0xde, "TH"},  {0xdf, "ss"}, {0xe6, "ae"}, {0xfe, "th"}, {0x132, "IJ"}, {0x133, "ij"},
                {0x152, "OE"}, {0x153, "oe"}, {0x218, "S"}, {0x219, "s"}, {0x21a, "T"}, {0x21b, "t"},  {0x20ac, "E"}};

    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (more[i].c == c)
            return more[i].s;
    }
    return NULL;
}

/* One character: its bytes in *len, its code point returned. */
static unsigned decode(const unsigned char *s, size_t *len) {
    unsigned c = *s;
    size_t n = c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    if (n > 1)
        c &= 0xffu >> (n + 1);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            *len = 1;
            return *s;
        }
        c = c << 6 | (s[i] & 0x3f);
    }
    *len = n;
    return c;
}

static void fold_one(struct sbuf *b, const char *s, size_t len, unsigned c) {
    const char *more = c > 127 ? many_letters(c) : NULL;

    if (more)
        sb_puts(b, more);
    else if (c >= 0xc0 && c < 0x180 && plain[c - 0xc0] != '?')
        sb_putc(b, plain[c - 0xc0]);
    else
        sb_add(b, s, len);
}

char *text_fold(const char *s, bool lower) {
    struct sbuf b = {0};

    while (*s) {
        size_t len;
        unsigned c = decode((const unsigned char *)s, &len);

        fold_one(&b, s, len, c);
        s += len;
    }
    for (size_t i = 0; lower && i < b.n; i++)
        b.p[i] = (char)((unsigned char)b.p[i] < 128 ? tolower((unsigned char)b.p[i]) : b.p[i]);
    return sb_take(&b);
}

/* Copies without <...>. A '<' that begins no tag stays. */
static char *strip_tags(const char *s) {
    struct sbuf b = {0};

    while (*s) {
        const char *e = strchr(s, '>');

        if (*s == '<' && e && (isalpha((unsigned char)s[1]) || s[1] == '/' || s[1] == '!'))
            s = e + 1;
        else
            sb_putc(&b, *s++);
    }
    return sb_take(&b);
}

static void slug_char(struct sbuf *b, unsigned char c) {
    char t[4];

    if (isalnum(c) || c == '_') {
        sb_putc(b, (char)tolower(c));
    } else if (c >= 128) {
        snprintf(t, sizeof t, "%%%02x", c);
        sb_puts(b, t);
    } else if ((isspace(c) || c == '-' || c == '.' || c == '/') && b->n && b->p[b->n - 1] != '-') {
        sb_putc(b, '-');
    }
}

char *text_slug(const char *s) {
    char *bare = strip_tags(s), *folded = text_fold(bare, false);
    struct sbuf b = {0};

    for (const char *p = folded; *p; p++) {
        const char *semi = *p == '&' ? strchr(p, ';') : NULL;

        if (semi && semi - p < 10 && !memchr(p, ' ', (size_t)(semi - p)))
            p = semi;
        else
            slug_char(&b, (unsigned char)*p);
    }
    while (b.n && b.p[b.n - 1] == '-')
        b.p[--b.n] = 0;
    xfree(bare);
    xfree(folded);
    return sb_take(&b);
}

char *text_clean(const char *s) {
    char *bare = strip_tags(s);
    struct sbuf b = {0};

    for (const char *p = bare; *p; p++) {
        if (isspace((unsigned char)*p)) {
            if (b.n && b.p[b.n - 1] != ' ')
                sb_putc(&b, ' ');
        } else if (*p == '%' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2])) {
            p += 2;
        } else {
            sb_putc(&b, *p);
        }
    }
    while (b.n && b.p[b.n - 1] == ' ')
        b.p[--b.n] = 0;
    xfree(bare);
    return sb_take(&b);
}

static bool entity_at(const char *s) {
    size_t n = 1;

    if (s[n] == '#')
        n++;
    while (n < 12 && isalnum((unsigned char)s[n]))
        n++;
    return n > 1 && s[n] == ';';
}

static void put_escaped(struct sbuf *b, const char *s, const char *which) {
    if (*s == '&' && strchr(which, '&') && !entity_at(s))
        sb_puts(b, "&amp;");
    else if (*s == '<' && strchr(which, '<'))
        sb_puts(b, "&lt;");
    else if (*s == '>' && strchr(which, '>'))
        sb_puts(b, "&gt;");
    else if (*s == '"' && strchr(which, '"'))
        sb_puts(b, "&quot;");
    else if (*s == '\'' && strchr(which, '\''))
        sb_puts(b, "&#039;");
    else
        sb_putc(b, *s);
}

char *text_html(const char *s) {
    struct sbuf b = {0};

    for (; *s; s++)
        put_escaped(&b, s, "&<>\"'");
    return sb_take(&b);
}

char *text_term(const char *s) {
    char *clean = text_clean(s);
    struct sbuf b = {0};

    for (const char *p = clean; *p; p++)
        put_escaped(&b, p, "&<>");
    xfree(clean);
    return sb_take(&b);
}

static bool tag_allowed(const char *name, size_t n) {
    static const char list[] =
        " a abbr b blockquote br caption center cite code dd del div dl dt em figure font h1 h2 h3 "
        "h4 h5 h6 hr i img ins kbd label li mark ol p pre q s section small span strike strong "
        "sub sup table tbody td tfoot th thead tr u ul video ";
    char t[24];

    if (!n || n > 20)
        return false;
    snprintf(t, sizeof t, " %.*s ", (int)n, name);
    for (char *c = t; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return strstr(list, t) != NULL;
}

/* Behind one attribute, its value with it. */
static const char *skip_attribute(const char *s, const char *end) {
    const char *close;

    while (s < end && !isspace((unsigned char)*s) && *s != '=')
        s++;
    if (s >= end || *s != '=')
        return s;
    s++;
    if (s < end && (*s == '"' || *s == '\'')) {
        close = memchr(s + 1, *s, (size_t)(end - s - 1));
        return close ? close + 1 : end;
    }
    while (s < end && !isspace((unsigned char)*s))
        s++;
    return s;
}

/* The attributes of a tag but for event handlers. */
static void put_attributes(struct sbuf *b, const char *s, const char *end) {
    while (s < end) {
        const char *next = isspace((unsigned char)*s) ? s : skip_attribute(s, end);

        if (next == s) {
            s++;
            continue;
        }
        if (next - s < 3 || strncasecmp(s, "on", 2)) {
            sb_putc(b, ' ');
            sb_add(b, s, (size_t)(next - s));
        }
        s = next;
    }
}

char *text_kses(const char *s) {
    struct sbuf b = {0};

    while (*s) {
        const char *e = *s == '<' ? strchr(s, '>') : NULL;
        const char *name = s + (s[0] == '<' && s[1] == '/' ? 2 : 1);
        size_t n = 0;

        if (!e || (!isalpha((unsigned char)*name) && *name != '!')) {
            put_escaped(&b, s++, "&<");
            continue;
        }
        while (isalnum((unsigned char)name[n]))
            n++;
        if (tag_allowed(name, n)) {
            sb_add(&b, s, (size_t)(name + n - s));
            put_attributes(&b, name + n, e);
            sb_putc(&b, '>');
        }
        s = e + 1;
    }
    return sb_take(&b);
}

char *text_decimal(const char *s) {
    char *clean = text_clean(s), *dot;
    struct sbuf b = {0};

    dot = strrchr(clean, '.');
    for (const char *p = clean; *p; p++) {
        if (isdigit((unsigned char)*p) || *p == '-' || (p == dot && p[1]))
            sb_putc(&b, *p);
    }
    xfree(clean);
    return sb_take(&b);
}

/* How many bytes follow a first byte; -1: it cannot be one. */
static int following(unsigned char c) {
    if (c < 0x80)
        return 0;
    if (c < 0xc2 || c > 0xf4)
        return -1;
    return c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
}

bool text_utf8(const char *s, size_t n) {
    const unsigned char *p = (const unsigned char *)s, *end = p + n;

    while (p < end) {
        int more = following(*p);

        if (more < 0 || more >= end - p)
            return false;
        if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90))
            return false;
        for (int i = 1; i <= more; i++) {
            if ((p[i] & 0xc0) != 0x80)
                return false;
        }
        p += more + 1;
    }
    return true;
}

bool text_email(const char *s) {
    const char *at = strchr(s, '@'), *dot = at ? strrchr(at, '.') : NULL;

    if (!at || at == s || !dot || dot == at + 1 || !dot[1] || strchr(at + 1, '@'))
        return false;
    for (const char *p = s; *p; p++) {
        if ((unsigned char)*p > 127 || isspace((unsigned char)*p) || strchr("(),:;<>[]\\\"", *p))
            return false;
    }
    return true;
}

bool text_search(const char *s, const char *words) {
    char *in = text_fold(s, true), *w = text_fold(words, true), *save = NULL;
    bool all = true;

    for (char *t = strtok_r(w, " ", &save); t && all; t = strtok_r(NULL, " ", &save))
        all = strstr(in, t) != NULL;
    xfree(in);
    xfree(w);
    return all;
}
