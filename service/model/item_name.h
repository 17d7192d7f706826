/* Which characters no shop should be sent in a name (capability S-07). */
#ifndef SERVICE_MODEL_ITEM_NAME_H
#define SERVICE_MODEL_ITEM_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "service/model/item.h"

/* Text that is legal passes byte for byte: every script, emoji with their joiners, right-to-left letters, & < > quotes.
 * Disallowed is what nobody typed on purpose: control characters, line and paragraph separators, U+FFFD and broken
 * UTF-8 (text that was damaged on its way), byte order marks, noncharacters, and the marks that turn text around
 * invisibly. true: there is one; *code_point is the first of them and *place its number among the characters, from 1.
 */
bool item_name_disallowed(const char *name, uint32_t *code_point, int *place);
/* Adds the name with a space for each disallowed character: what is sent. */
void item_name_clean(struct buf *out, const char *name);
/* What to call an item without a usable SKU when speaking to people: its name and the ERP's key. Cut to `size`. */
void item_label(char *out, size_t size, const struct item *item);

#endif
