#include <string.h>

#include "common/base/html_entities.h"
#include "common/base/str.h"

void html_add_unescaped(struct buf *b, const char *s) {
    const char *run = s; /* start of what is not yet copied */
    while ((s = strchr(s, '&')) != NULL) {
        size_t len;
        uint32_t c = html_entity(s, &len);
        if (c == 0) {
            s++;
            continue;
        }
        buf_add(b, run, (size_t)(s - run));
        utf8_add(b, c);
        s += len;
        run = s;
    }
    buf_adds(b, run);
}

void html_add_escaped(struct buf *b, const char *s) {
    for (; *s != '\0'; s++) {
        switch (*s) {
        case '&': buf_adds(b, "&amp;"); break;
        case '<': buf_adds(b, "&lt;"); break;
        case '>': buf_adds(b, "&gt;"); break;
        case '"': buf_adds(b, "&quot;"); break;
        case '\'': buf_adds(b, "&#39;"); break;
        default: buf_addc(b, *s); break;
        }
    }
}

/* --- text of a page --- */

/* Text being gathered: white space is remembered and written only when more text follows. */
struct gather {
    struct buf *out;
    size_t room; /* bytes that may still be written */
    bool any;    /* something was written */
    bool gap;
    bool done; /* the next character did not fit */
};

static void gather(struct gather *g, uint32_t c) {
    if (utf8_is_space(c) || utf8_is_control(c)) {
        g->gap = g->any;
        return;
    }
    char bytes[4];
    size_t len = utf8_encode(bytes, c);
    if (len + g->gap > g->room) {
        g->done = true;
        return;
    }
    if (g->gap)
        buf_addc(g->out, ' ');
    buf_add(g->out, bytes, len);
    g->room -= len + g->gap;
    g->gap = false;
    g->any = true;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool letter(char c) {
    c = lower(c);
    return c >= 'a' && c <= 'z';
}

/* Does this name (lower case) stand at s, in any case, with no further letter or digit behind? */
static bool name_at(const char *s, const char *name) {
    for (; *name != '\0'; s++, name++) {
        if (lower(*s) != *name)
            return false;
    }
    return !letter(*s) && !(*s >= '0' && *s <= '9');
}

static bool name_in(const char *s, const char *const *names) {
    for (; *names != NULL; names++) {
        if (name_at(s, *names))
            return true;
    }
    return false;
}

/* Elements whose content is no text. */
static const char *const hidden[] = {"script", "style", "template", "svg", NULL};
/* Elements that stand inside a word as well: no space comes of them. */
static const char *const inside_words[] = {"a",      "abbr", "b",   "bdi",  "big", "code",  "em",
                                           "font",   "i",    "ins", "mark", "s",   "small", "span",
                                           "strong", "sub",  "sup", "u",    "wbr", NULL};

/* Behind the '>' that ends the tag at s; a '>' inside quotes does not. */
static const char *tag_end(const char *s) {
    char quote = '\0';
    for (; *s != '\0'; s++) {
        if (quote != '\0')
            quote = *s == quote ? '\0' : quote;
        else if (*s == '>')
            return s + 1;
        else if (*s == '"' || *s == '\'')
            quote = *s;
    }
    return s;
}

/* Behind the closing tag of the hidden element whose name is at s. */
static const char *hidden_end(const char *s) {
    const char *name = s;
    size_t len = 0;
    while (letter(name[len]))
        len++;
    for (s = tag_end(s); *s != '\0'; s++) {
        if (s[0] != '<' || s[1] != '/')
            continue;
        size_t i = 0;
        while (i < len && lower(s[2 + i]) == lower(name[i]))
            i++;
        if (i == len)
            return tag_end(s);
    }
    return s;
}

/* At '<'. Returns what follows the tag or comment; s itself if this is no tag but a plain character. */
static const char *skip_tag(const char *s, struct gather *g) {
    if (strncmp(s, "<!--", 4) == 0) {
        const char *end = strstr(s + 4, "-->");
        return end == NULL ? s + strlen(s) : end + 3;
    }
    bool closing = s[1] == '/';
    const char *name = s + 1 + closing;
    if (!letter(*name) && s[1] != '!' && s[1] != '?')
        return s;
    if (!name_in(name, inside_words))
        g->gap = g->any;
    return !closing && name_in(name, hidden) ? hidden_end(name) : tag_end(name);
}

void html_add_text(struct buf *b, const char *s, size_t max) {
    struct gather g = {.out = b, .room = max};
    const char *end = s + strlen(s);
    while (s < end && !g.done) {
        if (*s == '<') {
            const char *next = skip_tag(s, &g);
            if (next != s) {
                s = next;
                continue;
            }
        }
        size_t len;
        uint32_t c = *s == '&' ? html_entity(s, &len) : 0;
        if (c != 0)
            s += len;
        else
            c = utf8_next(&s, end);
        gather(&g, c);
    }
}
