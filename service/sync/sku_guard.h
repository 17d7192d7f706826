/* Two items of the ERP with one SKU, or with SKUs a shop cannot tell apart, would end as one product (rule R14).
 * The guard stops the newcomers: an item that is not in the shop under that SKU yet. A bound item goes on by its
 * binding. */
#ifndef SERVICE_SYNC_SKU_GUARD_H
#define SERVICE_SYNC_SKU_GUARD_H

#include <stdbool.h>

#include "service/erp/erp.h"

struct sku_guard;
/* `bulk`: many questions are to be expected (a whole catalogue is read): one pass over the ERP's data checks
 * instead of a look-up for each. `alike_counts`: the channel takes SKUs that differ in case or accents for one. */
struct sku_guard *sku_guard_new(struct erp *erp, bool bulk, bool alike_counts);
void sku_guard_free(struct sku_guard *g); /* NULL allowed */
/* RC_OK: the SKU (normal form) is this item's alone. RC_CONFLICT (reach ITEM): not; the text says which
 * other item has it, the code is "sku_alike" if they are only alike. */
enum rc sku_guard_ask(struct sku_guard *g, const char *item_key, const char *sku, struct err *err);

#endif
