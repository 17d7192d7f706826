#include "service/app/check_money.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/money.h"
#include "common/base/str.h"

/* --- the company's side --- */

static enum rc take_vat(void *ctx, const struct item *item, struct err *err) {
    (void)err;
    struct list_money *list = ctx;
    if (!item->published || str_empty(item->vat_code))
        return RC_OK;
    for (size_t i = 0; i < list->vat_count; i++)
        if (str_eq(list->vats[i].code, item->vat_code))
            return RC_OK;
    if (list->vat_count == VAT_USES_MAX)
        return RC_OK;
    str_copy(list->vats[list->vat_count].code, sizeof(list->vats[0].code), item->vat_code);
    list->vats[list->vat_count++].rate = item->vat_rate;
    return RC_OK;
}

#define PAGE 500

enum rc list_money_read(struct erp *erp, struct list_money *out, struct err *err) {
    enum rc rc = RC_OK;
    *out = (struct list_money){.known = erp_list_tax(erp) != SHOP_TAX_UNTOLD,
                               .includes_tax = erp_list_tax(erp) == SHOP_TAX_GROSS};
    for (int variants = 0; variants <= (erp_caps(erp)->variants ? 1 : 0) && rc == RC_OK; variants++) {
        struct offer_query query = {.aspects = ASPECT_MASTER, .variants = variants == 1, .limit = PAGE};
        size_t count = PAGE;
        while (rc == RC_OK && count == PAGE)
            rc = erp_offer_read(erp, &query, take_vat, out, &count, err);
    }
    return rc;
}

/* --- findings --- */

static void tell(const struct finding_sink *to, enum finding_level level, const char *what, const char *text) {
    to->tell(to->ctx, level, what, text);
}

static void check_way(const struct finding_sink *to, const struct link_rules *rules, const struct list_money *list,
                      enum shop_tax told) {
    const struct shop_money shop = {.tax = told};
    if (!list->known || !(rules->owned & ASPECT_PRICE))
        return;
    if (told == SHOP_TAX_UNTOLD) {
        tell(to, FINDING_NOTE, "prices",
             list->includes_tax ? "The shop does not tell whether its prices include VAT. They are sent as they stand "
                                  "in the price list: with VAT."
                                : "The shop does not tell whether its prices include VAT. They are sent as they stand "
                                  "in the price list: without VAT.");
        return;
    }
    switch (price_way(list->includes_tax, &shop)) {
    case PRICE_AS_IS:
        tell(to, FINDING_OK, "prices",
             list->includes_tax ? "Price list and shop both hold prices with VAT; they are sent as they are."
                                : "Price list and shop both hold prices without VAT; they are sent as they are.");
        break;
    case PRICE_TO_NET:
        tell(to, FINDING_NOTE, "prices",
             "The price list holds prices with VAT, the shop prices without: each price is sent without VAT, worked "
             "out with the item's own VAT rate. What a buyer pays may differ from the price list by a cent. To have "
             "them sent as they are, choose a price list without VAT with the setting price_list, or set the shop to "
             "prices that include tax.");
        break;
    case PRICE_TO_GROSS:
        tell(to, FINDING_NOTE, "prices",
             "The price list holds prices without VAT, the shop prices with it: each price is sent with VAT, worked "
             "out with the item's own VAT rate. What a buyer pays may differ from the price list by a cent. To have "
             "them sent as they are, choose a price list with VAT with the setting price_list, or set the shop to "
             "prices without tax.");
        break;
    }
}

static bool has_rule(const struct link_rules *rules, const char *code) {
    for (size_t i = 0; i < rules->tax_class_count; i++)
        if (str_eq(rules->tax_classes[i].vat_code, code))
            return true;
    return false;
}

static void add_vat(struct buf *out, const char *code, int64_t rate) {
    buf_addf(out, "%s%s", out->len > 0 ? ", " : "", code);
    if (rate < 0)
        return;
    buf_adds(out, " (");
    if (rate % RATE_SCALE == 0)
        decimal_add(out, rate / RATE_SCALE, 0);
    else if (rate % (RATE_SCALE / 10) == 0)
        decimal_add(out, rate / (RATE_SCALE / 10), 1);
    else
        decimal_add(out, rate, 4);
    buf_adds(out, " %)");
}

static void check_vats(const struct finding_sink *to, const struct link_rules *rules, const struct list_money *list) {
    char text[ERR_TEXT_MAX];
    struct buf names;
    size_t count = 0;
    buf_init(&names, ERR_TEXT_MAX / 2);
    for (size_t i = 0; i < list->vat_count; i++) {
        if (has_rule(rules, list->vats[i].code))
            continue;
        add_vat(&names, list->vats[i].code, list->vats[i].rate);
        count++;
    }
    if (rules->tax_class_count == 0 && count > 1) {
        str_fmt(text, sizeof(text),
                "The items have different VAT codes: %s. All of them get the shop's standard tax class, so the shop "
                "charges one and the same VAT on all, until the setting tax_classes says which class each gets.",
                names.data);
        tell(to, FINDING_NOTE, "tax_classes", text);
    } else if (rules->tax_class_count > 0 && count > 0) {
        str_fmt(text, sizeof(text),
                "The setting tax_classes does not name VAT codes that items have: %s. New items with them are put "
                "aside.",
                names.data);
        tell(to, FINDING_NOTE, "tax_classes", text);
    }
    buf_free(&names);
}

/* A product with a class that does not exist silently gets the standard one. `known`: " standard reduced-rate ". */
static void check_classes(const struct finding_sink *to, const struct link_rules *rules, const char *known) {
    char word[256], text[ERR_TEXT_MAX];
    bool all = true;
    if (str_empty(known))
        return;
    for (size_t i = 0; i < rules->tax_class_count; i++) {
        const struct tax_class_rule *rule = &rules->tax_classes[i];
        if (str_empty(rule->tax_class) ||
            (str_fmt(word, sizeof(word), " %s ", rule->tax_class) && strstr(known, word) != NULL))
            continue;
        all = false;
        str_fmt(text, sizeof(text),
                "The shop has no tax class \"%s\" (for the VAT code %s): it would charge its standard VAT. It "
                "has:%.*s.",
                rule->tax_class, rule->vat_code, (int)utf8_cut(known, strlen(known) - 1), known);
        tell(to, FINDING_BLOCKER, "tax_classes", text);
    }
    if (all && rules->tax_class_count > 0)
        tell(to, FINDING_OK, "tax_classes", "The shop has every tax class that the settings name.");
}

void check_money(const struct finding_sink *to, const struct link_rules *rules, const struct list_money *list,
                 const struct channel_report *shop) {
    check_way(to, rules, list, shop->prices_tax);
    if (!(rules->owned & ASPECT_MASTER))
        return;
    check_vats(to, rules, list);
    check_classes(to, rules, shop->tax_classes);
}
