/* From text to tree: a strict scan first, then the nodes, which can rely on what the scan saw. */
#include <string.h>

#include "common/base/digest.h"
#include "common/base/json.h"
#include "common/base/json_node.h"
#include "common/base/json_scan.h"
#include "common/base/mem.h"
#include "common/base/str.h"

/* --- no key twice in one object --- */

struct key {
    uint64_t hash;
    const char *text;
};

/* Room for the keys of the largest object so far; one for a whole parse. */
struct key_room {
    struct key *keys; /* the second half is the merge's */
    size_t capacity;
};

#define FEW_KEYS 16

static bool same_key(const struct key *a, const struct key *b) {
    return a->hash == b->hash && strcmp(a->text, b->text) == 0;
}

static bool key_less(const struct key *a, const struct key *b) {
    return a->hash != b->hash ? a->hash < b->hash : strcmp(a->text, b->text) < 0;
}

static const char *twice_among_few(const struct json *object) {
    for (const struct json *a = object->child; a != NULL; a = a->next) {
        for (const struct json *b = object->child; b != a; b = b->next) {
            if (a->key[0] == b->key[0] && strcmp(a->key, b->key) == 0)
                return a->key;
        }
    }
    return NULL;
}

/* Merge sort, whose worst case a shop cannot make worse (qsort gives no such promise). */
static const char *twice_among_many(struct key *keys, size_t n) {
    struct key *from = keys;
    struct key *to = keys + n;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t mid = start + width < n ? start + width : n;
            size_t end = start + 2 * width < n ? start + 2 * width : n;
            size_t a = start, b = mid;
            for (size_t i = start; i < end; i++) {
                bool take_b = a == mid || (b < end && key_less(&from[b], &from[a]));
                to[i] = take_b ? from[b++] : from[a++];
            }
        }
        struct key *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 1; i < n; i++) {
        if (same_key(&from[i - 1], &from[i]))
            return from[i].text;
    }
    return NULL;
}

static const char *twice_in_object(const struct json *object, struct key_room *room) {
    size_t n = 0;
    for (const struct json *child = object->child; child != NULL; child = child->next)
        n++;
    if (n <= FEW_KEYS)
        return twice_among_few(object);
    if (room->capacity < 2 * n) {
        room->capacity = 2 * n;
        room->keys = mem_realloc(room->keys, room->capacity * sizeof *room->keys);
    }
    size_t i = 0;
    for (const struct json *child = object->child; child != NULL; child = child->next)
        room->keys[i++] = (struct key){.hash = hash_of(child->key, strlen(child->key)), .text = child->key};
    return twice_among_many(room->keys, n);
}

/* A key that stands twice in an object of the tree, NULL if there is none. All nodes stand in a row. */
static const char *find_twice(const struct json *nodes, size_t count) {
    struct key_room room = {NULL, 0};
    const char *key = NULL;
    for (size_t i = 0; key == NULL && i < count; i++) {
        if (nodes[i].kind == JSON_OBJECT)
            key = twice_in_object(&nodes[i], &room);
    }
    mem_free(room.keys);
    return key;
}

/* --- the nodes --- */

struct building {
    char *p;             /* in our copy of the text, which ends with a NUL */
    struct json *unused; /* the next node nobody has yet */
    const char *key;     /* of the value to come */
    int depth;
    struct {
        struct json *parent, *last;
    } open[JSON_DEPTH_MAX];
};

static void skip_space(struct building *b) {
    while (*b->p == ' ' || *b->p == '\n' || *b->p == '\r' || *b->p == '\t')
        b->p++;
}

/* Unescapes from the first backslash on; what comes out is never longer. Returns the closing quote. */
static char *unescape(char *from, const char *text_end) {
    char *to = from;
    while (*from != '"') {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
        const char *name = from[1] == 'u' ? NULL : strchr(names, from[1]);
        if (name != NULL) {
            *to++ = meanings[name - names];
            from += 2;
        } else {
            uint32_t code_point;
            from += json_unicode_escape(from, text_end, &code_point);
            to += utf8_encode(to, code_point);
        }
    }
    *to = '\0';
    return from;
}

/* At the opening quote; ends behind the closing one. */
static const char *take_string(struct building *b, const char *text_end) {
    char *start = b->p + 1;
    char *p = start;
    while (*p != '"' && *p != '\\')
        p++;
    if (*p == '\\')
        p = unescape(p, text_end);
    else
        *p = '\0';
    b->p = p + 1;
    return start;
}

static void take_key(struct building *b, const char *text_end) {
    b->key = take_string(b, text_end);
    skip_space(b);
    b->p++; /* the colon */
    skip_space(b);
}

static struct json *take_node(struct building *b) {
    struct json *node = b->unused++;
    *node = (struct json){.key = b->key};
    b->key = NULL;
    if (b->depth > 0) {
        struct json *last = b->open[b->depth - 1].last;
        *(last != NULL ? &last->next : &b->open[b->depth - 1].parent->child) = node;
        b->open[b->depth - 1].last = node;
    }
    return node;
}

static void take_scalar(struct building *b, struct json *node, const char *text_end) {
    switch (*b->p) {
    case '"':
        node->kind = JSON_STRING;
        node->text = take_string(b, text_end);
        return;
    case 't':
        node->kind = JSON_TRUE;
        b->p += 4;
        return;
    case 'f':
        node->kind = JSON_FALSE;
        b->p += 5;
        return;
    case 'n': b->p += 4; return;
    default: break;
    }
    const char *start = b->p;
    while ((*b->p >= '0' && *b->p <= '9') || *b->p == '-' || *b->p == '+' || *b->p == '.' || *b->p == 'e' ||
           *b->p == 'E')
        b->p++;
    node->kind = JSON_NUMBER;
    node->text = start;
    node->len = (uint8_t)(b->p - start);
}

/* Behind a value: closes brackets; true at the next value, false at the end of everything. */
static bool to_next(struct building *b, const char *text_end) {
    for (;;) {
        skip_space(b);
        if (b->depth == 0)
            return false;
        if (*b->p++ == ',') {
            skip_space(b);
            if (b->open[b->depth - 1].parent->kind == JSON_OBJECT)
                take_key(b, text_end);
            return true;
        }
        b->depth--;
    }
}

/* At an opening bracket; true when there is a value inside, which is the next to take. */
static bool go_inside(struct building *b, struct json *node, const char *text_end) {
    node->kind = *b->p++ == '{' ? JSON_OBJECT : JSON_ARRAY;
    skip_space(b);
    if (*b->p == '}' || *b->p == ']') {
        b->p++;
        return false;
    }
    b->open[b->depth].parent = node;
    b->open[b->depth++].last = NULL;
    if (node->kind == JSON_OBJECT)
        take_key(b, text_end);
    return true;
}

static struct json *build(const char *text, size_t len, size_t values) {
    struct json *root = mem_alloc(values * sizeof *root + len + 1);
    char *copy = (char *)(root + values);
    const char *end = copy + len;
    memcpy(copy, text, len);
    copy[len] = '\0';
    struct building b = {.p = copy, .unused = root};
    skip_space(&b);
    for (;;) {
        struct json *node = take_node(&b);
        if (*b.p != '{' && *b.p != '[')
            take_scalar(&b, node, end);
        else if (go_inside(&b, node, end))
            continue;
        if (!to_next(&b, end))
            return root;
    }
}

/* --- parse --- */

/* Where an editor would show the place: lines and characters, both from 1. */
static enum rc not_json(const struct json_scan *scan, size_t len, struct err *err) {
    size_t line = 1, column = 1;
    for (const char *p = scan->text; p < scan->p; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)*p & 0xC0) != 0x80) {
            column++;
        }
    }
    return err_set(err, RC_INVALID, REACH_FLOW,
                   "The data is not valid JSON: there is %s in line %zu, column %zu (at byte %zu of %zu).", scan->wrong,
                   line, column, (size_t)(scan->p - scan->text), len);
}

enum rc json_parse(const char *text, size_t len, struct json **out, struct err *err) {
    struct json_scan scan;
    if (!json_scan(&scan, text, len))
        return not_json(&scan, len, err);
    struct json *root = build(text, len, scan.values);
    const char *key = find_twice(root, scan.values);
    if (key != NULL) {
        err_set(err, RC_INVALID, REACH_FLOW,
                "The data is not valid JSON: the name \"%.*s\" stands twice in one object.", (int)utf8_cut(key, 60),
                key);
        json_free(root);
        return RC_INVALID;
    }
    *out = root;
    return RC_OK;
}

void json_free(struct json *root) {
    mem_free(root);
}
