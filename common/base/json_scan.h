/* Private to the JSON reader: the strict look at a text before cJSON gets it, because cJSON lets things pass that are
 * not JSON (malformed UTF-8, raw control characters, 01, trailing text) and cuts a string at \u0000. */
#ifndef COMMON_BASE_JSON_SCAN_H
#define COMMON_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* cJSON copies a number into 64 bytes. */
#define JSON_NUMBER_MAX 63

struct json_scan {
    const char *text;
    const char *p;
    const char *end;
    const char *wrong; /* what is wrong, NULL while nothing is; p stands there then */
    bool odd_escapes;  /* \u0000 or half a surrogate pair was seen */
    int depth;
    char open[64]; /* JSON_DEPTH_MAX brackets that wait for their partner */
};

/* True if text is exactly one JSON value by RFC 8259 within our limits. */
bool json_scan(struct json_scan *s, const char *text, size_t len);

/* Overwrites \u0000 and halves of surrogate pairs in a scanned text by \ufffd: they name no text we can hold. */
void json_mend_escapes(char *text, size_t len);

#endif
