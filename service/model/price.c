#include "service/model/price.h"

#include "common/base/money.h"

#define WHOLE_RATE (100 * (int64_t)RATE_SCALE)

struct effective_price price_effective(const struct price_parts *parts) {
    struct effective_price p = {.regular = -1, .sale = -1, .sale_from_ms = INT64_MIN, .sale_to_ms = INT64_MAX};
    if (!parts->has_price)
        return p;
    p.regular = parts->regular;
    int64_t discounted = parts->regular;
    if (parts->discount > 0)
        discounted -= mul_div_round(parts->regular, parts->discount, WHOLE_RATE);
    bool discount_counts = discounted < parts->regular;
    bool sale_counts = parts->has_sale && parts->sale < parts->regular;
    if (sale_counts && (!discount_counts || parts->sale < discounted)) {
        p.sale = parts->sale;
        p.sale_from_ms = parts->sale_from_ms;
        p.sale_to_ms = parts->sale_to_ms;
    } else if (discount_counts) {
        p.sale = discounted;
    }
    return p;
}
