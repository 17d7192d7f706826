/* Walks JSON text without building a tree: for answers of which little is wanted (a batch of 100 products answers with
 * 200 KB, of which the ids count) and for cutting a page into orders whose bytes are kept as they came.
 * Checks the structure (strings, brackets, commas, depth), not every rule of JSON: whoever wants a value to be right
 * parses its slice with json_parse. Never reads outside the slice. */
#ifndef SERVICE_CHANNEL_WOO_SCAN_H
#define SERVICE_CHANNEL_WOO_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

/* A piece of a text that lives elsewhere. */
struct slice {
    const char *p;
    size_t len;
};

struct scan {
    const char *p, *end;
    const char *behind; /* behind the closing bracket, once it was reached */
    char close;         /* ']' or '}' */
    bool first;
    bool broken; /* the structure was wrong: what was seen so far is not all */
};

/* The JSON value at the start of the text (white space before it allowed), without what follows. false: none. */
bool scan_one(const char *text, size_t len, struct slice *value);
/* The same of an object or array alone, of whose members or items each was walked: a structure that is not broken. */
bool scan_answer(const char *text, size_t len, struct slice *value);
/* Starts on an array or object; false if the value is something else. */
bool scan_array(struct scan *s, struct slice value);
bool scan_object(struct scan *s, struct slice value);
/* The next element. false at the end, or when the structure is broken. */
bool scan_item(struct scan *s, struct slice *item);
/* The same of a list that PHP may have written as an object, because its keys have gaps: then the members' values. Of
 * any other value, absent (p NULL) too: nothing. */
struct scan_list {
    struct scan scan;
    bool object;
};
void scan_list(struct scan_list *l, struct slice value);
bool scan_list_item(struct scan_list *l, struct slice *item);
/* The next member; the key without its quotes, escapes left as they are. */
bool scan_member(struct scan *s, struct slice *key, struct slice *value);
/* The values of some members, in one look at the object; p is NULL where a member is absent. false: no object, a
 * broken structure, or one of these names stands twice: then nobody can say which one is meant, and the tree of
 * json_parse refuses it too. Other names are not compared. */
#define SCAN_NAME_MAX 63
struct scan_field {
    const char *name; /* at most SCAN_NAME_MAX bytes */
    struct slice *value;
};
bool scan_fields(struct slice object, const struct scan_field *fields, size_t n);
/* The next element and the values of some of its members, in one look at it. *whole: what scan_fields says of it. */
bool scan_item_fields(struct scan *s, struct slice *item, const struct scan_field *fields, size_t n, bool *whole);
/* Member `key` of an object; false when absent (an explicit null is there), and wherever scan_fields says false. */
bool scan_find(struct slice object, const char *key, struct slice *value);

/* Is there a control character that JSON allows nowhere (RFC 8259, section 7), a NUL above all? Those that it allows
 * between values (tab, line feed, carriage return) are not looked for: inside a text of one order they are that order's
 * matter, json_check finds them. */
bool slice_has_control(struct slice s);
/* Without the white space that JSON allows around a value. */
struct slice slice_trim(struct slice s);
bool slice_is(struct slice s, const char *text);
bool slice_is_object(struct slice s);
/* Text of a string value, decoded; of a number as written. false: another type, malformed, or longer than size. */
bool slice_text(struct slice s, char *out, size_t size);
bool slice_i64(struct slice s, int64_t *out); /* whole number, also in a string of digits */
/* A text in which every byte stands for itself. */
bool slice_is_plain(struct slice s);
/* What json_text_lax and json_i64_lax give, of a value in a text that json_check let pass. p may be NULL: absent. */
bool slice_add_text(struct slice s, struct buf *out);
bool slice_lax(struct slice s, char *out, size_t size); /* false too when it is longer than size */
bool slice_i64_lax(struct slice s, int64_t *out);
/* The same of a member; false when absent too. */
bool scan_text(struct slice object, const char *key, char *out, size_t size);
bool scan_i64(struct slice object, const char *key, int64_t *out);

#endif
