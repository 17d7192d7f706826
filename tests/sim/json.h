/* JSON out (written straight into a buffer, escaped as PHP does it) and JSON in (cJSON, read with PHP's conversions).
 */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include "tests/sim/mem.h"

#include <cjson/cJSON.h>

/* Writing. The comma before a value is put where it is needed. `key` NULL: an element of a list. */
void jw_open(struct sbuf *b, const char *key, char bracket);
void jw_close(struct sbuf *b, char bracket);
void jw_str(struct sbuf *b, const char *key, const char *s); /* NULL writes null */
void jw_int(struct sbuf *b, const char *key, long long v);
void jw_num(struct sbuf *b, const char *key, double v);
void jw_bool(struct sbuf *b, const char *key, bool v);
void jw_null(struct sbuf *b, const char *key);
void jw_raw(struct sbuf *b, const char *key, const char *json);
void jw_ids(struct sbuf *b, const char *key, const struct ids *l);
/* A parsed value as text again. */
void jw_value(struct sbuf *b, const char *key, const cJSON *v);
/* The shortest text that reads back as the same number. */
void sb_double(struct sbuf *b, double v);

/* Copies the members named in `fields` ("id,sku,settings.currency"). A list at the top is filtered item by item.
 * `nested`: dotted names mean something; without, they match nothing. `links`: _links of an object stay. */
void json_fields(struct sbuf *out, const char *json, const char *fields, bool nested, bool links);

/* Parses a whole text; NULL when it is not JSON. Of equal keys the last stays, as PHP does it. */
cJSON *js_parse(const char *text, size_t n);
const cJSON *js_get(const cJSON *o, const char *key);
/* Is there such a key with a value other than null. */
bool js_has(const cJSON *o, const char *key);
/* PHP's (string), (int) and truth of words. js_text: free with xfree(). */
char *js_text(const cJSON *v);
long long js_int(const cJSON *v);
double js_double(const cJSON *v);
bool js_truth(const cJSON *v);
bool js_empty(const cJSON *v);
/* Of a member. js_str: "" when missing or not a string; belongs to the value. */
const char *js_str(const cJSON *o, const char *key);
long js_id(const cJSON *o, const char *key);
/* Is it an integer for the REST schema ("12" is). */
bool js_is_integer(const cJSON *v);

#endif
