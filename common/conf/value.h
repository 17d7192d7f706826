/* Private to common/conf: one value of one setting, read from the text form or from JSON and checked against its row.
 */
#ifndef COMMON_CONF_VALUE_H
#define COMMON_CONF_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/json.h"
#include "common/conf/setting.h"

#define ENTRIES_MAX    1000
#define ENTRY_SIZE_MAX 1000

struct value {
    char *key;
    const struct setting_def *def; /* NULL: a key no table knows, kept for another program */
    /* What stood in the file when it cannot be used (unknown or wrong): written back as it was. Else NULL. */
    char *raw;
    char *problem;  /* of a known key with raw: a whole sentence */
    char *text;     /* TEXT, PATH, CHOICE */
    int64_t number; /* INT; BOOL as 0 or 1 */
    char **left;    /* LIST: the entries, MAP: their left sides; ended by NULL */
    char **right;   /* MAP */
    size_t count;
};

/* Makes a value of the text form; NULL with a sentence in *problem (to be freed) when it is not allowed. */
struct value *value_from_text(const struct setting_def *def, const char *text, char **problem);
/* Always makes a value: where `j` cannot be used, one with raw and problem. def NULL: an unknown key. */
struct value *value_from_json(const char *key, const struct setting_def *def, const struct json *j);
void value_free(struct value *v);

bool value_usable(const struct value *v); /* v may be NULL */
bool value_is_empty(const struct value *v);
void value_format(const struct value *v, struct buf *out);
void value_write(const struct value *v, struct json_writer *w);
const char *value_map_get(const struct value *v, const char *left);

#endif
