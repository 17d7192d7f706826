#include "service/sync/order_match.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"

#define MATCHES_MAX 16

/* --- is it there already? --- */

/* Leaves only documents that are nobody's import: another link's order may well have the same number. Which link wrote
 * a document stands in the ERP too, so this holds when our own records were lost. */
static enum rc drop_known(struct run *r, struct erp_order_match *m, size_t *n, struct err *err) {
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        int64_t inbox = 0;
        enum rc rc = store_inbox_of_document(r->store, m[i].document.key, &inbox, err);
        if (rc != RC_OK)
            return rc;
        if (inbox == 0 && !rule_list_has(r->rules->other_links, m[i].channel))
            m[kept++] = m[i];
    }
    *n = kept;
    return RC_OK;
}

static void hold_candidates(const struct order *order, const struct erp_order_match *m, size_t n, size_t count,
                            struct hold *hold) {
    hold_set(hold, "match", "The ERP has %s that may be this order already, so it was not written again. Look at ",
             n == 1 ? "an order" : "orders");
    for (size_t i = 0; i < n; i++) {
        buf_addf(&hold->text, "%s%s (", i > 0 ? ", " : "", m[i].document.number);
        decimal_add(&hold->text, m[i].total, order->decimals);
        buf_addf(&hold->text, " %s, same %s)", m[i].currency,
                 m[i].by_internet_number ? "internet order number" : "customer's order number");
    }
    if (count > n)
        buf_addf(&hold->text, " and %zu more", count - n);
    buf_adds(&hold->text, ". If one of them is this order, give it the same total; if none is, change their number.");
}

static bool same_amount(const struct order *order, const struct erp_order_match *m) {
    return m->total == order->total && str_eq(m->currency, order->currency);
}

static enum rc find(struct run *r, const char *internet, const char *customer, int64_t since_ms,
                    struct erp_order_match *m, size_t *n, size_t *count, struct err *err) {
    *count = 0;
    enum rc rc = erp_order_find(r->erp, "", internet, customer, since_ms, m, MATCHES_MAX, count, err);
    *n = *count < MATCHES_MAX ? *count : MATCHES_MAX;
    return rc;
}

/* Another name of the link must not bring all its orders a second time. */
static enum rc find_twin(struct run *r, const struct order *order, bool *found, struct erp_document *document,
                         struct err *err) {
    struct inbox_twin twin = {0};
    struct digest content = order_content(order, false);
    enum rc rc = store_inbox_twin(r->store, r->link, order->remote_id, &content, &twin, err);
    if (rc != RC_OK || !twin.found || rule_list_has(r->rules->other_links, twin.link_name))
        return rc;
    str_copy(document->key, sizeof document->key, twin.document_key);
    str_copy(document->number, sizeof document->number, twin.document_number);
    *found = true;
    return RC_OK;
}

enum rc order_match(struct run *r, const struct order *order, bool *found, struct erp_document *document,
                    struct hold *hold, struct err *err) {
    *found = false;
    enum rc rc = find_twin(r, order, found, document, err);
    if (rc != RC_OK || *found)
        return rc;
    const struct link_rules *rules = r->rules;
    const char *internet = rules->match_by & MATCH_INTERNET_NUMBER ? order->remote_id : "";
    const char *customer = rules->match_by & MATCH_CUSTOMER_NUMBER ? order->number : "";
    if (str_empty(internet) && str_empty(customer))
        return RC_OK;
    struct erp_order_match m[MATCHES_MAX];
    size_t n = 0, count = 0;
    int64_t since = clock_wall_ms(r->clock) - rules->lookback_ms;
    rc = find(r, internet, customer, since, m, &n, &count, err);
    size_t told = n;
    if (rc == RC_OK)
        rc = drop_known(r, m, &n, err);
    if (rc != RC_OK || n == 0)
        return rc;
    count -= told - n;
    for (size_t i = 0; i < n; i++)
        if (m[i].ours && m[i].by_internet_number) {
            *document = m[i].document;
            *found = true;
            return RC_OK;
        }
    if (count == 1 && same_amount(order, &m[0])) {
        *document = m[0].document;
        *found = true;
        return RC_OK;
    }
    hold_candidates(order, m, n, count, hold);
    return RC_OK;
}

enum rc order_find_ours(struct run *r, const char *token, const char *internet_number, bool *found,
                        struct erp_document *document, struct err *err) {
    struct erp_order_match m[MATCHES_MAX];
    size_t count = 0;
    *found = false;
    enum rc rc = erp_order_find(r->erp, token, internet_number, "", 0, m, MATCHES_MAX, &count, err);
    for (size_t i = 0; rc == RC_OK && i < count && i < MATCHES_MAX; i++)
        if (m[i].by_token || (m[i].ours && m[i].by_internet_number)) {
            *document = m[i].document;
            *found = true;
            break;
        }
    return rc;
}

/* --- items --- */

/* Key of the bound item, or "" when the line's product is bound to none. */
static enum rc bound_key(struct run *r, const struct order_line *line, char key[64], struct err *err) {
    key[0] = '\0';
    bool variant = !str_empty(line->variant_id);
    const char *id = variant ? line->variant_id : line->product_id;
    if (str_empty(id))
        return RC_OK;
    enum rc rc = store_map_by_remote(r->store, r->link, MAP_ITEM, variant ? line->product_id : "", id, key, err);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc order_line_goods(struct run *r, const struct order_line *line, char key[64], char sku[SKU_MAX + 1],
                         struct err *err) {
    if (!sku_normal(sku, line->sku))
        sku[0] = '\0';
    enum rc rc = bound_key(r, line, key, err);
    if (rc == RC_OK && key[0] == '\0' && sku[0] != '\0')
        rc = store_map_by_sku(r->store, r->link, sku, key, err);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static void hold_sku(enum rc rc, const struct order_line *line, const char *sku, struct hold *hold) {
    if (rc == RC_NOT_FOUND)
        hold_set(hold, "sku_unknown",
                 "The line \"%s\" has the SKU %s, which no item of the ERP has. Give the item that SKU, or correct the "
                 "order in the shop.",
                 line->name, sku);
    else
        hold_set(hold, "sku_several",
                 "The line \"%s\" has the SKU %s, which several items of the ERP have. Leave it to one of them.",
                 line->name, sku);
}

static enum rc resolve_item(struct run *r, const struct order_line *line, char key[64], struct hold *hold,
                            struct err *err) {
    enum rc rc = bound_key(r, line, key, err);
    if (rc != RC_OK || key[0] != '\0')
        return rc;
    char sku[SKU_MAX + 1];
    if (!sku_normal(sku, line->sku)) {
        hold_set(hold, "sku_missing",
                 "The line \"%s\" has no usable SKU, so its item cannot be told. Its product was probably deleted in "
                 "the shop, or has no SKU there; enter this order by hand.",
                 line->name);
        return RC_OK;
    }
    struct item item;
    memset(&item, 0, sizeof item);
    rc = erp_item_by_sku(r->erp, sku, ASPECT_MASTER, &item, err);
    if (rc == RC_NOT_FOUND || rc == RC_CONFLICT) {
        hold_sku(rc, line, sku, hold);
        return RC_OK;
    }
    if (rc != RC_OK)
        return rc;
    if (item.kind == ITEM_VARIANT_PARENT)
        hold_set(
            hold, "sku_parent",
            "The line \"%s\" names %s, which has variants and cannot be sold itself. Correct the order in the shop.",
            line->name, sku);
    else
        str_copy(key, 64, item.key);
    item_free_fields(&item);
    return RC_OK;
}

/* --- VAT --- */

/* The country whose tax was charged is not always told: of delivery, of the invoice, or the seller's own. */
static enum rc resolve_vat(struct run *r, const struct order *order, int64_t rate, char code[32], struct hold *hold,
                           struct err *err) {
    const char *countries[3] = {order->shipping.country_valid ? order->shipping.country : "",
                                order->billing.country_valid ? order->billing.country : "", r->rules->sale_country};
    for (size_t i = 0; i < 3; i++) {
        if (i < 2 && str_empty(countries[i]))
            continue;
        if (i > 0 && str_eq(countries[i], countries[0]))
            continue;
        enum rc rc = erp_vat_code(r->erp, countries[i], rate, code, err);
        if (rc != RC_NOT_FOUND)
            return rc;
    }
    char percent[24];
    decimal_fmt(percent, sizeof percent, rate / (RATE_SCALE / 100), 2);
    hold_set(hold, "vat_unknown",
             "The order has VAT at %s %%, which the ERP does not know for %s. Add that rate to the ERP, or correct the "
             "shop's taxes.",
             percent, !str_empty(countries[0]) ? countries[0] : "the order's country");
    return RC_OK;
}

static enum rc resolve_line(struct run *r, const struct order *order, size_t i, struct resolved *out, struct hold *hold,
                            struct err *err) {
    const struct order_line *line = &order->lines[i];
    out->lines[i].line = line;
    enum rc rc = RC_OK;
    if (line->kind == LINE_GOODS) {
        rc = resolve_item(r, line, out->item_keys[i], hold, err);
        out->lines[i].item_key = out->item_keys[i];
    }
    if (rc != RC_OK || hold_is_set(hold) || line->rate == RATE_UNTAXED)
        return rc;
    out->lines[i].vat_code = out->vat_codes[i];
    for (size_t j = 0; j < i; j++)
        if (order->lines[j].rate == line->rate) {
            memcpy(out->vat_codes[i], out->vat_codes[j], sizeof out->vat_codes[i]);
            return RC_OK;
        }
    return resolve_vat(r, order, line->rate, out->vat_codes[i], hold, err);
}

/* --- customer --- */

enum rc order_resolve_customer(struct run *r, const struct order *order, struct resolved *out, struct hold *hold,
                               struct err *err) {
    struct err local;
    err_clear(&local);
    enum rc rc = erp_customer_match(r->erp, order, out->customer_key, &local);
    if (rc == RC_CONFLICT) {
        hold_set(hold, "customer_several", "%s", local.text);
        return RC_OK;
    }
    if (rc == RC_REJECTED) {
        hold_set(hold, "customer_blocked", "%s", local.text);
        return RC_OK;
    }
    if (rc != RC_OK) {
        if (err)
            *err = local;
        return rc;
    }
    if (out->customer_key[0] == '\0' && !r->rules->create_customers)
        hold_set(hold, "customer_unknown",
                 "The buyer %s %s is no customer of the ERP yet, and this link does not create customers. Add the "
                 "customer in the ERP.",
                 order->billing.first_name, order->billing.last_name);
    return RC_OK;
}

enum rc order_resolve(struct run *r, const struct order *order, struct resolved *out, struct hold *hold,
                      struct err *err) {
    out->lines = mem_zalloc(order->line_count + 1, sizeof *out->lines);
    out->item_keys = mem_zalloc(order->line_count + 1, sizeof *out->item_keys);
    out->vat_codes = mem_zalloc(order->line_count + 1, sizeof *out->vat_codes);
    out->customer_key[0] = '\0';
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && !hold_is_set(hold) && i < order->line_count; i++)
        rc = resolve_line(r, order, i, out, hold, err);
    if (rc == RC_OK && !hold_is_set(hold))
        rc = order_resolve_customer(r, order, out, hold, err);
    return rc;
}

void resolved_free(struct resolved *resolved) {
    mem_free(resolved->lines);
    mem_free(resolved->item_keys);
    mem_free(resolved->vat_codes);
    memset(resolved, 0, sizeof *resolved);
}
