/* The canonical bytes of one aspect of an item, and their digest: "is what the shop confirmed last the same as what
 * would be sent now?" (rules R6 and R33). They are made of exactly the values a line carries - after the link's
 * rules, not the ERP's raw columns - so that a change of a rule shows as a difference like a change of the item.
 * Every field is preceded by its length: no two different contents have the same bytes. */
#ifndef SERVICE_SYNC_CANONICAL_H
#define SERVICE_SYNC_CANONICAL_H

#include "common/base/buf.h"
#include "common/base/digest.h"
#include "service/channel/channel.h"

/* More than any item's aspect. A content beyond it has no digest (zero), so it is sent whenever it is looked at. */
#define CANONICAL_MAX ((size_t)8 << 20)

/* Digest of one aspect of the line. `scratch` is cleared first and may be reused for the next call; its ceiling
 * should be CANONICAL_MAX. A line that takes the item out of the offer has one constant master digest whatever the
 * item holds. */
struct digest canonical_digest(struct buf *scratch, const struct offer_line *line, enum aspect one);
/* The constant master digest of an item that was taken out of the offer. */
struct digest canonical_unpublished(void);
struct digest canonical_group_digest(struct buf *scratch, const struct group_line *line);

#endif
