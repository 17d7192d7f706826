#include "service/erp/erp.h"

enum rc erp_items_one_by_one(struct erp *e, const char *const *skus, size_t n, unsigned aspects, erp_sku_visit visit,
                             void *ctx, struct err *err) {
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        struct item item = {0};
        struct err said = {0};
        enum rc found = erp_item_by_sku(e, skus[i], aspects, &item, &said);
        if (found == RC_OK || found == RC_NOT_FOUND || found == RC_CONFLICT) {
            rc = visit(ctx, i, found, found == RC_OK ? &item : NULL, err);
        } else {
            rc = found;
            if (err)
                *err = said;
        }
        if (found == RC_OK)
            item_free_fields(&item);
    }
    return rc;
}

enum rc erp_items_by_sku(struct erp *e, const char *const *skus, size_t n, unsigned aspects, erp_sku_visit visit,
                         void *ctx, struct err *err) {
    if (n > ERP_SKUS_MAX)
        return err_set(err, RC_INVALID, REACH_FLOW, "At most %d SKUs are looked for at once.", ERP_SKUS_MAX);
    if (e->vt->items_by_sku)
        return e->vt->items_by_sku(e, skus, n, aspects, visit, ctx, err);
    return erp_items_one_by_one(e, skus, n, aspects, visit, ctx, err);
}
