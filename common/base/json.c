/* Looking at a tree, and writing it. How a text becomes one stands in json_parse.c. */
#include "common/base/json.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/json_node.h"
#include "common/base/json_number.h"
#include "common/base/json_scan.h"
#include "common/base/str.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53: every whole number up to here is exact in a double */

static bool is_kind(const struct json *j, enum json_kind kind) {
    return j != NULL && j->kind == kind;
}

/* --- look --- */

bool json_is_object(const struct json *j) {
    return is_kind(j, JSON_OBJECT);
}

bool json_is_array(const struct json *j) {
    return is_kind(j, JSON_ARRAY);
}

bool json_is_string(const struct json *j) {
    return is_kind(j, JSON_STRING);
}

bool json_is_number(const struct json *j) {
    return is_kind(j, JSON_NUMBER);
}

bool json_is_bool(const struct json *j) {
    return is_kind(j, JSON_TRUE) || is_kind(j, JSON_FALSE);
}

bool json_is_null(const struct json *j) {
    return is_kind(j, JSON_NULL);
}

const struct json *json_get(const struct json *j, const char *key) {
    if (!json_is_object(j))
        return NULL;
    for (const struct json *child = j->child; child != NULL; child = child->next) {
        if (child->key[0] == key[0] && strcmp(child->key, key) == 0)
            return child;
    }
    return NULL;
}

const struct json *json_at(const struct json *j, size_t index) {
    if (!json_is_array(j))
        return NULL;
    const struct json *child = j->child;
    while (child != NULL && index-- > 0)
        child = child->next;
    return child;
}

const struct json *json_first(const struct json *j) {
    return json_is_object(j) || json_is_array(j) ? j->child : NULL;
}

const struct json *json_next(const struct json *child) {
    return child == NULL ? NULL : child->next;
}

const char *json_key(const struct json *child) {
    return child == NULL ? NULL : child->key;
}

size_t json_count(const struct json *j) {
    size_t count = 0;
    for (const struct json *child = json_first(j); child != NULL; child = json_next(child))
        count++;
    return count;
}

/* --- values --- */

static double double_of(const struct json *number) {
    char text[JSON_NUMBER_MAX + 1];
    memcpy(text, number->text, number->len);
    text[number->len] = '\0';
    return strtod(text, NULL);
}

static bool add_number(struct buf *out, const struct json *number) {
    return json_number_add_plain(out, number->text, number->len) || json_number_add(out, double_of(number));
}

/* Digits and no more, few enough that a double would hold them: the usual number. */
static bool plain_whole(const struct json *number, int64_t *out) {
    char text[JSON_NUMBER_PLAIN_MAX + 1];
    if (number->len >= sizeof text)
        return false;
    memcpy(text, number->text, number->len);
    text[number->len] = '\0';
    return str_to_i64(text, out);
}

const char *json_string_value(const struct json *j) {
    return json_is_string(j) ? j->text : NULL;
}

const char *json_str(const struct json *j, const char *key, const char *fallback) {
    const char *value = json_string_value(json_get(j, key));
    return value == NULL ? fallback : value;
}

bool json_bool(const struct json *j, const char *key, bool fallback) {
    const struct json *value = json_get(j, key);
    return json_is_bool(value) ? value->kind == JSON_TRUE : fallback;
}

bool json_i64_value(const struct json *j, int64_t *out) {
    if (json_is_number(j)) {
        if (plain_whole(j, out))
            return true;
        double d = double_of(j);
        if (!(d >= -WHOLE_MAX && d <= WHOLE_MAX) || (double)(int64_t)d != d)
            return false;
        *out = (int64_t)d;
        return true;
    }
    int64_t value;
    if (!json_is_string(j) || !str_to_i64(j->text, &value))
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
        buf_adds(out, value->text);
        return true;
    }
    return json_is_number(value) && add_number(out, value);
}

/* --- write a node --- */

static void add_children(struct buf *out, const struct json *parent, bool keys) {
    for (const struct json *child = parent->child; child != NULL; child = child->next) {
        if (child != parent->child)
            buf_addc(out, ',');
        if (keys) {
            buf_add_json(out, child->key);
            buf_addc(out, ':');
        }
        json_add(out, child);
    }
}

void json_add(struct buf *out, const struct json *j) {
    if (json_is_object(j)) {
        buf_addc(out, '{');
        add_children(out, j, true);
        buf_addc(out, '}');
    } else if (json_is_array(j)) {
        buf_addc(out, '[');
        add_children(out, j, false);
        buf_addc(out, ']');
    } else if (json_is_string(j)) {
        buf_add_json(out, j->text);
    } else if (json_is_bool(j)) {
        buf_adds(out, j->kind == JSON_TRUE ? "true" : "false");
    } else if (!json_is_number(j) || !add_number(out, j)) {
        buf_adds(out, "null");
    }
}
