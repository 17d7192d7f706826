/* Private to the JSON reader. */
#ifndef COMMON_BASE_JSON_NUMBER_H
#define COMMON_BASE_JSON_NUMBER_H

#include <stdbool.h>

#include "common/base/buf.h"

/* Appends the shortest decimal that reads back as d, without an exponent between 1e-20 and 1e21. false (and nothing
 * appended) for what is no number: a shop wrote 1e999. */
bool json_number_add(struct buf *out, double d);

#endif
