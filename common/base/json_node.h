/* Private to the JSON reader: the tree a text becomes. A tree is one block of memory: the nodes, the root first, and
 * behind them the text they point into, in which strings stand unescaped and with a NUL at their end. */
#ifndef COMMON_BASE_JSON_NODE_H
#define COMMON_BASE_JSON_NODE_H

#include <stdint.h>

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    struct json *next; /* the next child of the same parent */
    const char *key;   /* NULL unless the parent is an object */
    union {
        struct json *child; /* of an array or object: the first, NULL when it is empty */
        const char *text;   /* of a string: it; of a number: as it was written, `len` bytes without a NUL */
    };
    uint8_t kind; /* enum json_kind */
    uint8_t len;  /* of a number; the scan lets no more than JSON_NUMBER_MAX pass */
};

#endif
