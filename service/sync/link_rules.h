/* The rules of one link as plain data. The application fills them from the settings before a run; flows only read.
 * Texts and arrays are borrowed and stay as they are for the whole run. Lists of texts end with NULL; a NULL list is an
 * empty one. link_rules_defaults() gives the values a new link has. */
#ifndef SERVICE_SYNC_LINK_RULES_H
#define SERVICE_SYNC_LINK_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/model/availability.h"
#include "service/model/item.h"
#include "service/model/price.h"

/* The channel's tax class for a VAT rate. By the ERP's code when `vat_code` is not "", else by the rate. */
struct tax_class_rule {
    const char *vat_code;
    int64_t rate;          /* RATE_SCALE units */
    const char *tax_class; /* "" = the channel's standard class */
};

/* In a name, `from` becomes `to`; applied in order, all occurrences. */
struct name_rule {
    const char *from, *to;
};

/* Fields without which an item is skipped with a reason, not sent half. */
struct required_fields {
    bool name, price, group, vat, ean, weight;
};

/* Where items are created (capability C-10 and its kin). */
enum creation { CREATION_ERP, CREATION_SHOP, CREATION_NEVER };

/* Which keys show that an order is in the ERP already (capability W-05); a set of bits. */
enum order_match { MATCH_INTERNET_NUMBER = 1, MATCH_CUSTOMER_NUMBER = 2 };

struct link_rules {
    /* Switches of the link: what a run without explicit options does. */
    bool send_offer; /* catalogue with everything owned */
    bool send_stock;
    bool send_prices;
    bool fetch_orders; /* false: orders come another way; then they are not read at all */
    unsigned owned;    /* aspects the ERP owns (rule R21): others never appear in a request */

    /* Offer. */
    bool send_groups;
    bool hide_unpublished; /* an item no longer in the offer is hidden in the shop */
    enum creation creation;
    size_t batch_size; /* 0: what the channel takes */
    struct availability_rule availability;
    struct shop_money shop; /* what the shop said last; all zero: it was not asked, prices leave as they are */
    bool shop_silent;       /* it has to be asked and did not answer: no price leaves in this run */
    const struct tax_class_rule *tax_classes;
    size_t tax_class_count;
    const struct name_rule *name_rules;
    size_t name_rule_count;
    struct required_fields required; /* before creation; an item that lacks one is skipped with the reason */
    const char *view_id; /* names how the ERP is looked at (price list, warehouses, sale country); NULL: in one way
                            only. When it changes, everything is compared anew */
    int64_t refresh_orders_ms; /* orders read longer ago than this are read again before stock is sent (hazard: a sale
                                  meanwhile would be overwritten) */

    /* Orders. */
    const char *currency;             /* the link's, or its price list's; "" = any known one */
    const char *sale_country;         /* ISO 3166 alpha-2, for orders without a usable country of their own */
    const char *const *take_statuses; /* orders are imported once they have one of these (capability M-14) */
    const char *const *dead_statuses; /* never imported any more: cancelled, failed, trash */
    const char *ack_status;           /* status given to an imported order; "" = leave it */
    bool ack_meta;                    /* our reference and the document number go into the shop's order */
    const char *const *ack_unless;    /* an order that has one of these meanwhile is left alone */
    int64_t orders_from_ms;           /* orders placed before are left alone; 0: no such day, a new link reads from
                                         lookback_ms ago */
    unsigned match_by;                /* enum order_match */
    const char *const *other_links; /* the company's links to other shops: what they wrote is never this link's order */
    bool create_customers;          /* false: an order of an unknown buyer is parked */
    int64_t lookback_ms;            /* how far back an order of another integrator is looked for (W-06): 14 days */
    int64_t rounding_limit;         /* minor units an order's lines may miss its total by: the shop's own rounding */
    const char *operator_name;      /* documents are made in this name (C-23) */
    int64_t parked_again_ms; /* a parked order is tried again after this time; by a run that a person starts at once */
    size_t parked_again_max; /* at most so many of them a run */
};
void link_rules_defaults(struct link_rules *rules);

/* Prices leave as bare numbers: when shop and price list mean different money, or the shop did not say what it means,
 * none is sent (rule R18). True: refused, `text` (may be NULL) says why. list_currency "": not known, nothing to say.
 */
bool rules_refuse_prices(const struct link_rules *rules, const char *list_currency, char *text, size_t size);

bool rule_list_has(const char *const *list, const char *word);

#endif
