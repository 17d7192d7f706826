/* Private to the JSON reader. */
#ifndef COMMON_BASE_JSON_NUMBER_H
#define COMMON_BASE_JSON_NUMBER_H

#include <stdbool.h>

#include "common/base/buf.h"

/* Appends the shortest decimal that reads back as d, without an exponent between 1e-20 and 1e21. false (and nothing
 * appended) for what is no number: a shop wrote 1e999. */
bool json_number_add(struct buf *out, double d);

/* Significant digits of which every decimal survives a double. */
#define JSON_NUMBER_PLAIN_MAX 15

/* The same for a JSON number as it is written, when its text alone tells: few digits, no exponent. false (and nothing
 * appended): ask json_number_add(). */
bool json_number_add_plain(struct buf *out, const char *text, size_t len);

#endif
