/* The reader: cJSON behind a strict scan. The only file that knows cJSON. */
#include "common/base/json.h"

#include <cJSON.h>
#include <string.h>

#include "common/base/digest.h"
#include "common/base/json_number.h"
#include "common/base/json_scan.h"
#include "common/base/mem.h"
#include "common/base/str.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53: every whole number up to here is exact in a double */

static const cJSON *node(const struct json *j) {
    return (const cJSON *)j;
}

static const struct json *wrap(const cJSON *c) {
    return (const struct json *)c;
}

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

static bool same_key(const struct key *a, const struct key *b) {
    return a->hash == b->hash && strcmp(a->text, b->text) == 0;
}

static bool key_less(const struct key *a, const struct key *b) {
    return a->hash != b->hash ? a->hash < b->hash : strcmp(a->text, b->text) < 0;
}

static const char *twice_among_few(const struct key *keys, size_t n) {
    for (size_t i = 1; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (same_key(&keys[i], &keys[k]))
                return keys[i].text;
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

static const char *twice_in_object(const cJSON *object, struct key_room *room) {
    size_t n = 0;
    for (const cJSON *child = object->child; child != NULL; child = child->next) {
        mem_grow((void **)&room->keys, &room->capacity, 2 * n + 1, sizeof(struct key));
        room->keys[n].text = child->string;
        room->keys[n].hash = hash_of(child->string, strlen(child->string));
        n++;
    }
    return n <= 16 ? twice_among_few(room->keys, n) : twice_among_many(room->keys, n);
}

/* A key that stands twice in an object of the tree, NULL if there is none. Depth was checked by the scan. */
static const char *find_twice(const cJSON *parent, struct key_room *room) {
    if (cJSON_IsObject(parent)) {
        const char *key = twice_in_object(parent, room);
        if (key != NULL)
            return key;
    }
    for (const cJSON *child = parent->child; child != NULL; child = child->next) {
        if (child->child == NULL)
            continue;
        const char *key = find_twice(child, room);
        if (key != NULL)
            return key;
    }
    return NULL;
}

/* --- parse --- */

static cJSON *parse_scanned(const char *text, size_t len, bool odd_escapes) {
    if (!odd_escapes)
        return cJSON_ParseWithLength(text, len);
    char *mended = mem_dup(text, len);
    json_mend_escapes(mended, len);
    cJSON *root = cJSON_ParseWithLength(mended, len);
    mem_free(mended);
    return root;
}

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
    cJSON *root = parse_scanned(text, len, scan.odd_escapes);
    if (root == NULL)
        return err_set(err, RC_INTERNAL, REACH_FLOW,
                       "JSON of %zu bytes looked right but could not be read; memory may have run out.", len);
    struct key_room room = {NULL, 0};
    const char *key = find_twice(root, &room);
    mem_free(room.keys);
    if (key != NULL) {
        err_set(err, RC_INVALID, REACH_FLOW,
                "The data is not valid JSON: the name \"%.*s\" stands twice in one object.", (int)utf8_cut(key, 60),
                key);
        cJSON_Delete(root);
        return RC_INVALID;
    }
    *out = (struct json *)root;
    return RC_OK;
}

enum rc json_check(const char *text, size_t len, struct err *err) {
    struct json_scan scan;
    return json_scan(&scan, text, len) ? RC_OK : not_json(&scan, len, err);
}

void json_free(struct json *root) {
    cJSON_Delete((cJSON *)root);
}

/* --- look --- */

bool json_is_object(const struct json *j) {
    return cJSON_IsObject(node(j));
}

bool json_is_array(const struct json *j) {
    return cJSON_IsArray(node(j));
}

bool json_is_string(const struct json *j) {
    return cJSON_IsString(node(j));
}

bool json_is_number(const struct json *j) {
    return cJSON_IsNumber(node(j));
}

bool json_is_bool(const struct json *j) {
    return cJSON_IsBool(node(j));
}

bool json_is_null(const struct json *j) {
    return cJSON_IsNull(node(j));
}

const struct json *json_get(const struct json *j, const char *key) {
    if (!json_is_object(j))
        return NULL;
    for (const cJSON *child = node(j)->child; child != NULL; child = child->next) {
        if (strcmp(child->string, key) == 0)
            return wrap(child);
    }
    return NULL;
}

const struct json *json_at(const struct json *j, size_t index) {
    if (!json_is_array(j))
        return NULL;
    const cJSON *child = node(j)->child;
    while (child != NULL && index-- > 0)
        child = child->next;
    return wrap(child);
}

const struct json *json_first(const struct json *j) {
    return json_is_object(j) || json_is_array(j) ? wrap(node(j)->child) : NULL;
}

const struct json *json_next(const struct json *child) {
    return child == NULL ? NULL : wrap(node(child)->next);
}

const char *json_key(const struct json *child) {
    return child == NULL ? NULL : node(child)->string;
}

size_t json_count(const struct json *j) {
    size_t count = 0;
    for (const struct json *child = json_first(j); child != NULL; child = json_next(child))
        count++;
    return count;
}

/* --- values --- */

const char *json_string_value(const struct json *j) {
    return json_is_string(j) ? node(j)->valuestring : NULL;
}

const char *json_str(const struct json *j, const char *key, const char *fallback) {
    const char *value = json_string_value(json_get(j, key));
    return value == NULL ? fallback : value;
}

bool json_bool(const struct json *j, const char *key, bool fallback) {
    const struct json *value = json_get(j, key);
    return json_is_bool(value) ? cJSON_IsTrue(node(value)) : fallback;
}

bool json_i64_value(const struct json *j, int64_t *out) {
    if (json_is_number(j)) {
        double d = node(j)->valuedouble;
        if (!(d >= -WHOLE_MAX && d <= WHOLE_MAX) || (double)(int64_t)d != d)
            return false;
        *out = (int64_t)d;
        return true;
    }
    int64_t value;
    if (!json_is_string(j) || !str_to_i64(node(j)->valuestring, &value))
        return false;
    if (value > (int64_t)WHOLE_MAX || value < -(int64_t)WHOLE_MAX)
        return false;
    *out = value;
    return true;
}

bool json_i64_lax(const struct json *j, const char *key, int64_t *out) {
    return json_i64_value(json_get(j, key), out);
}

bool json_text_lax(const struct json *j, const char *key, struct buf *out) {
    const struct json *value = json_get(j, key);
    if (json_is_string(value)) {
        buf_adds(out, node(value)->valuestring);
        return true;
    }
    return json_is_number(value) && json_number_add(out, node(value)->valuedouble);
}

/* --- write a node --- */

static void add_children(struct buf *out, const cJSON *parent, bool keys) {
    for (const cJSON *child = parent->child; child != NULL; child = child->next) {
        if (child != parent->child)
            buf_addc(out, ',');
        if (keys) {
            buf_add_json(out, child->string);
            buf_addc(out, ':');
        }
        json_add(out, wrap(child));
    }
}

void json_add(struct buf *out, const struct json *j) {
    if (json_is_object(j)) {
        buf_addc(out, '{');
        add_children(out, node(j), true);
        buf_addc(out, '}');
    } else if (json_is_array(j)) {
        buf_addc(out, '[');
        add_children(out, node(j), false);
        buf_addc(out, ']');
    } else if (json_is_string(j)) {
        buf_add_json(out, node(j)->valuestring);
    } else if (json_is_bool(j)) {
        buf_adds(out, cJSON_IsTrue(node(j)) ? "true" : "false");
    } else if (!json_is_number(j) || !json_number_add(out, node(j)->valuedouble)) {
        buf_adds(out, "null");
    }
}
