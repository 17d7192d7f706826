/* Which characters no shop should be sent in a name (capability S-07). */
#ifndef SERVICE_MODEL_ITEM_NAME_H
#define SERVICE_MODEL_ITEM_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* Text that is legal passes byte for byte: every script, emoji with their joiners, right-to-left letters, & < > quotes.
 * Disallowed is what nobody typed on purpose: control characters, line and paragraph separators, U+FFFD and broken
 * UTF-8 (text that was damaged on its way), byte order marks, noncharacters, and the marks that turn text around
 * invisibly. true: there is one; *code_point is the first of them and *place its number among the characters, from 1.
 */
bool item_name_disallowed(const char *name, uint32_t *code_point, int *place);

#endif
