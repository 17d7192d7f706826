/* How both fakes keep their state: read from JSON, told in sorted lines. */
#ifndef TESTS_FAKES_STATE_H
#define TESTS_FAKES_STATE_H

#include "common/base/buf.h"
#include "common/base/json.h"

/* A member of an object; "" or 0 where it is absent. */
void state_text(char *out, size_t size, const struct json *j, const char *key);
int64_t state_number(const struct json *j, const char *key);
/* Ends the test program if the text is not JSON; the caller frees the tree. */
struct json *state_parse(const char *json, size_t len);
/* Appends the lines sorted, and frees them and their list. */
void state_add_sorted(struct buf *out, char **lines, size_t n);

#endif
