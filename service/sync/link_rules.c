#include "service/sync/link_rules.h"

#include "common/base/str.h"

static const char *const default_take[] = {"processing", "completed", NULL};
static const char *const default_dead[] = {"cancelled", "failed", "refunded", "trash", "checkout-draft", NULL};

void link_rules_defaults(struct link_rules *rules) {
    *rules = (struct link_rules){
        .send_offer = true,
        .send_stock = true,
        .send_prices = true,
        .fetch_orders = true,
        .owned = ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK,
        .send_groups = true,
        .hide_unpublished = true,
        .creation = CREATION_ERP,
        .availability = {.cap = -1, .step = 1000},
        .required = {.name = true, .price = true, .vat = true},
        .refresh_orders_ms = 15000,
        .currency = "",
        .sale_country = "",
        .take_statuses = default_take,
        .dead_statuses = default_dead,
        .ack_status = "",
        .ack_unless = default_dead,
        .ack_meta = true,
        .match_by = MATCH_INTERNET_NUMBER | MATCH_CUSTOMER_NUMBER,
        .create_customers = true,
        .lookback_ms = (int64_t)14 * 24 * 3600 * 1000,
        .rounding_limit = 2,
        .operator_name = "ADMIN",
        .parked_again_ms = (int64_t)10 * 60 * 1000,
        .parked_again_max = 200,
    };
}

bool rule_list_has(const char *const *list, const char *word) {
    for (; list && *list; list++)
        if (str_eq(*list, word))
            return true;
    return false;
}

bool rules_refuse_prices(const struct link_rules *rules, const char *list_currency, char *text, size_t size) {
    const char *shop = rules->shop.currency;
    bool differ = !str_empty(list_currency) && !str_empty(shop) && !str_eq(list_currency, shop);
    if (text && differ)
        str_fmt(text, size,
                "No price was sent and no new product made: the prices of this link's price list are in %s, but the "
                "shop sells in %s. Choose a price list in %s with the setting price_list.",
                list_currency, shop, shop);
    else if (text && rules->shop_silent)
        str_fmt(text, size,
                "No price was sent and no new product made: the shop did not answer in which currency it sells and "
                "whether its prices include VAT. The next run asks again.");
    return differ || rules->shop_silent;
}
