/* The one price function: what a shop is told of an item's price parts. */
#ifndef SERVICE_MODEL_PRICE_H
#define SERVICE_MODEL_PRICE_H

#include <stdbool.h>
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

/* What a shop says about the money it takes. All zero: it was not asked, and nothing is converted. */
enum shop_tax { SHOP_TAX_UNTOLD, SHOP_TAX_NET, SHOP_TAX_GROSS };
struct shop_money {
    char currency[4]; /* "" untold */
    bool has_decimals;
    int decimals;      /* that it shows amounts with */
    enum shop_tax tax; /* whether the prices it is told are without VAT or with it */
};

/* Which way amounts of a list go into the shop. */
enum price_way { PRICE_AS_IS, PRICE_TO_NET, PRICE_TO_GROSS };
enum price_way price_way(bool list_includes_tax, const struct shop_money *shop);

/* price_effective() in the shop's terms: the one way to a price that leaves. Where list and shop differ in VAT each
 * amount is converted once, by vat_rate (RATE_SCALE units): net = gross * 100 / (100 + rate), gross the other way
 * round, to the coarser of the currency's and the shop's decimals, half away from zero. A sale price that is no longer
 * below the regular one is none. false, *out untouched: it would have to be converted and vat_rate is below 0
 * (unknown), or an amount is out of range. */
bool price_for_shop(const struct price_parts *parts, int64_t vat_rate, const struct shop_money *shop,
                    struct effective_price *out);

#endif
