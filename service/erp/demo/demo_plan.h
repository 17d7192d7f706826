/* What each item of the demo company is: pure functions of the seed and the item's number. */
#ifndef SERVICE_ERP_DEMO_DEMO_PLAN_H
#define SERVICE_ERP_DEMO_DEMO_PLAN_H

#include "common/base/buf.h"
#include "service/erp/demo/demo_company.h"
#include "service/erp/demo/demo_words.h"
#include "service/model/item.h"

enum awkward { AWKWARD_NO, AWKWARD_SKU_EMPTY, AWKWARD_SKU_DOUBLE, AWKWARD_NO_VAT, AWKWARD_NO_PRICE };

struct demo_plan {
    uint64_t seed;
    int64_t items, simple, sets, awkward;
    int64_t blocks; /* variant parents, each followed by its variants */
};
#define DEMO_BLOCK 5 /* a parent and its variants; the last block takes what is left over */

struct demo_item {
    int64_t id;
    enum item_kind kind;
    int64_t parent; /* variants: id of the parent; else 0 */
    int variant;    /* variants: which one, from 0 */
    int language;
    enum awkward awkward;
};

void demo_plan_init(struct demo_plan *plan, const struct demo_company_args *args);
void demo_item_of(const struct demo_plan *plan, int64_t id, struct demo_item *out);
/* Random number for one question (`what`) about one thing, in [0, n). */
uint64_t demo_random(const struct demo_plan *plan, int64_t id, unsigned what, uint64_t n);
void demo_name(const struct demo_plan *plan, const struct demo_item *item, struct buf *out);
void demo_sku(const struct demo_plan *plan, const struct demo_item *item, struct buf *out);
void demo_description(const struct demo_plan *plan, const struct demo_item *item, struct buf *out);
/* 13 digits, the last being right. */
void demo_ean(int64_t id, char out[14]);
/* Gross price in grosze. */
int64_t demo_price(const struct demo_plan *plan, const struct demo_item *item);

#endif
