/* JSON: a bounded, validating reader and a writer. cJSON is behind it and is seen nowhere else.
 *
 * Reading never trusts: depth, size and UTF-8 are checked, and the getters say "absent", "null" and "wrong type" apart.
 * A shop may send a number where the documentation says string and the other way round (rule R37): the _lax getters
 * take both. */
#ifndef COMMON_BASE_JSON_H
#define COMMON_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"

#define JSON_DEPTH_MAX 64

struct json; /* one node; the root owns all below it */

/* Parses exactly one JSON value (white space around it allowed). RC_INVALID: not JSON, trailing text, invalid UTF-8,
 * a byte order mark, deeper than JSON_DEPTH_MAX, a number of more than 63 characters, or an object in which a key
 * stands twice; the text names line, column and offset (of a double key its name). Reach is REACH_FLOW; who knows
 * better changes it. \u0000 and half a surrogate pair, which JSON allows and no UTF-8 text can hold, become U+FFFD. */
enum rc json_parse(const char *text, size_t len, struct json **out, struct err *err);
/* The same look at a text without making a tree of it; keys that stand twice are not looked for. */
enum rc json_check(const char *text, size_t len, struct err *err);
void json_free(struct json *root); /* NULL allowed */

bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
bool json_is_string(const struct json *j);
bool json_is_number(const struct json *j);
bool json_is_bool(const struct json *j);
bool json_is_null(const struct json *j); /* an explicit null; NULL itself is "absent" and gives false */

/* Borrowed children; NULL when absent or when j is not of that kind. j may be NULL. */
const struct json *json_get(const struct json *j, const char *key);
const struct json *json_at(const struct json *j, size_t index); /* O(index): iterate with first/next instead */
const struct json *json_first(const struct json *j);            /* first child of an array or object */
const struct json *json_next(const struct json *child);
const char *json_key(const struct json *child); /* key of an object's child, NULL otherwise */
size_t json_count(const struct json *j);

/* Value of object member `key`; the default when absent, null or of another type. Borrowed text. */
const char *json_str(const struct json *j, const char *key, const char *fallback);
bool json_bool(const struct json *j, const char *key, bool fallback);
/* Whole numbers within +-2^53, also from a string of digits. false: absent, null, fractional, out of range. */
bool json_i64_lax(const struct json *j, const char *key, int64_t *out);
/* Text of a string or number member, the number as the shortest decimal that reads back, without an exponent from 1e-20
 * to 1e20; false if neither or past the range of a double. */
bool json_text_lax(const struct json *j, const char *key, struct buf *out);
const char *json_string_value(const struct json *j);     /* the node itself; NULL if not a string */
bool json_i64_value(const struct json *j, int64_t *out); /* the node itself, as json_i64_lax */

/* Appends the node as compact JSON; NULL writes null. */
void json_add(struct buf *out, const struct json *j);

/* Writer: appends compact JSON straight into a buffer; commas are its own business. Nesting at most JSON_DEPTH_MAX. */
struct json_writer {
    struct buf *out;
    int depth;
    bool need_comma[JSON_DEPTH_MAX + 1];
};
void jw_init(struct json_writer *w, struct buf *out);
void jw_object(struct json_writer *w, const char *key); /* key NULL in arrays and at the top */
void jw_array(struct json_writer *w, const char *key);
void jw_end(struct json_writer *w, char closing);                       /* '}' or ']' */
void jw_str(struct json_writer *w, const char *key, const char *value); /* value NULL writes null */
void jw_i64(struct json_writer *w, const char *key, int64_t value);
void jw_bool(struct json_writer *w, const char *key, bool value);
void jw_null(struct json_writer *w, const char *key);
void jw_raw(struct json_writer *w, const char *key, const char *json); /* trusted JSON text */

#endif
