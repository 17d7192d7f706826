/* Private to the JSON reader: the strict look at a text before a tree is made of it. */
#ifndef COMMON_BASE_JSON_SCAN_H
#define COMMON_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a number as it is written. */
#define JSON_NUMBER_MAX 63

struct json_scan {
    const char *text;
    const char *p;
    const char *end;
    const char *wrong; /* what is wrong, NULL while nothing is; p stands there then */
    size_t values;     /* how many the text has, inner ones included */
    int depth;
    char open[64]; /* JSON_DEPTH_MAX brackets that wait for their partner */
};

/* True if text is exactly one JSON value by RFC 8259 within our limits. */
bool json_scan(struct json_scan *s, const char *text, size_t len);

/* The \u escape, or pair of them, at p in a scanned text: how many bytes it has and the character it names. \u0000 and
 * half a surrogate pair name no text we can hold: U+FFFD. */
int json_unicode_escape(const char *p, const char *end, uint32_t *code_point);

#endif
