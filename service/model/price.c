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

enum price_way price_way(bool list_includes_tax, const struct shop_money *shop) {
    if (shop->tax == SHOP_TAX_UNTOLD || list_includes_tax == (shop->tax == SHOP_TAX_GROSS))
        return PRICE_AS_IS;
    return list_includes_tax ? PRICE_TO_NET : PRICE_TO_GROSS;
}

/* Minor units of the currency in the least amount the shop shows: 100 for a shop of whole crowns. */
static int64_t least_amount(const char *currency, const struct shop_money *shop) {
    int usual = currency_decimals(currency);
    int64_t unit = 1;
    for (int d = shop->has_decimals && shop->decimals >= 0 ? shop->decimals : usual; d < usual; d++)
        unit *= 10;
    return unit;
}

static int64_t converted(int64_t amount, enum price_way way, int64_t rate, int64_t unit) {
    if (way == PRICE_TO_NET)
        return unit * mul_div_round(amount, WHOLE_RATE, (WHOLE_RATE + rate) * unit);
    return unit * mul_div_round(amount, WHOLE_RATE + rate, WHOLE_RATE * unit);
}

#define AMOUNT_MAX (INT64_MAX / 1000000) /* so that nothing below overflows, with any rate up to the next */
#define RATE_MAX   (10 * WHOLE_RATE)

bool price_for_shop(const struct price_parts *parts, int64_t vat_rate, const struct shop_money *shop,
                    struct effective_price *out) {
    struct effective_price p = price_effective(parts);
    enum price_way way = price_way(parts->includes_tax, shop);
    if (way == PRICE_AS_IS || p.regular < 0) {
        *out = p;
        return true;
    }
    if (vat_rate < 0 || vat_rate > RATE_MAX || p.regular > AMOUNT_MAX)
        return false;
    int64_t unit = least_amount(parts->currency, shop);
    p.regular = converted(p.regular, way, vat_rate, unit);
    if (p.sale >= 0)
        p.sale = converted(p.sale, way, vat_rate, unit);
    if (p.sale >= p.regular) {
        p.sale = -1;
        p.sale_from_ms = INT64_MIN;
        p.sale_to_ms = INT64_MAX;
    }
    *out = p;
    return true;
}
