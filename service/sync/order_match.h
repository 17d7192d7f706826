/* Is an order in the ERP already, because another program brought it or because our own records were lost
 * (capabilities W-05 to W-07)? And which item, VAT code and customer of the ERP does it speak of? */
#ifndef SERVICE_SYNC_ORDER_MATCH_H
#define SERVICE_SYNC_ORDER_MATCH_H

#include "common/base/str.h"
#include "service/sync/order_check.h"
#include "service/sync/run.h"

/* Looks for the order by the keys the link's rules name, within the look-back. Found for certain: *found and *document.
 * Several, or one that does not fit: `hold` with the candidates (code "match"). Documents that are the import of
 * another order of this company are no candidates; that of the very same order, brought by another link, is taken. */
enum rc order_match(struct run *r, const struct order *order, bool *found, struct erp_document *document,
                    struct hold *hold, struct err *err);

/* The document we wrote ourselves under this token, or of this link under this internet number (may be ""). */
enum rc order_find_ours(struct run *r, const char *token, const char *internet_number, bool *found,
                        struct erp_document *document, struct err *err);

/* What resolving adds to an order; owned, parallel to its lines. */
struct resolved {
    struct erp_order_line *lines;
    char (*item_keys)[64];
    char (*vat_codes)[32];
    char customer_key[64]; /* "" = create */
};
/* Item of each line (a stored binding beats the SKU, hazard 29), VAT codes, customer. What is missing in the ERP goes
 * into `hold`: "sku_missing", "sku_unknown", "sku_several", "sku_parent", "vat_unknown", "customer_several",
 * "customer_blocked", "customer_unknown". */
enum rc order_resolve(struct run *r, const struct order *order, struct resolved *out, struct hold *hold,
                      struct err *err);
/* Its last part alone, for when customers were made since. */
enum rc order_resolve_customer(struct run *r, const struct order *order, struct resolved *out, struct hold *hold,
                               struct err *err);
void resolved_free(struct resolved *resolved);

/* Which goods a line is of: key of the item bound to its product, else of the one that was sent under its SKU, else "".
 * sku: the line's own in normal form, "" if it has none. */
enum rc order_line_goods(struct run *r, const struct order_line *line, char key[64], char sku[SKU_MAX + 1],
                         struct err *err);

#endif
