/* The one price function: what a shop is told of an item's price parts. */
#ifndef SERVICE_MODEL_PRICE_H
#define SERVICE_MODEL_PRICE_H

#include <stdint.h>

#include "service/model/item.h"

struct effective_price {
    int64_t regular;                  /* minor units; -1: none, the item has no price */
    int64_t sale;                     /* -1: none */
    int64_t sale_from_ms, sale_to_ms; /* INT64_MIN / INT64_MAX: open */
};
/* An explicit sale price wins over the discount while both exist and it is lower; a discount alone has no period; a
 * sale price that is not below the regular price is none (shops drop it silently, hazard 11 of the recordings); a
 * discount is rounded half away from zero to a minor unit. */
struct effective_price price_effective(const struct price_parts *parts);

#endif
