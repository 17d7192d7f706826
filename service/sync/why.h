/* "Why is this SKU not in the shop?", and what is known of it if it is: the rules a run asks, in their order, up to the
 * first that fails; what was sent last; the sum behind the stock figure. No request, no change. */
#ifndef SERVICE_SYNC_WHY_H
#define SERVICE_SYNC_WHY_H

#include "service/erp/erp.h"
#include "service/store/store.h"
#include "service/sync/link_rules.h"

/* Tells the answer line by line, of the item with that SKU or, where `key` is not NULL, with that key in the ERP (then
 * NOT_FOUND when there is none; slow). Fails only when ERP or state cannot be read (or the SKU is unusable: INVALID);
 * an item that does not exist is an answer too. */
enum rc why_sku(struct store *store, int64_t link, struct erp *erp, const struct link_rules *rules, const char *sku,
                const char *key, void (*line)(void *ctx, const char *text), void *ctx, struct err *err);

#endif
