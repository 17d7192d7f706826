/* An order as a channel delivered it, understood: plain data. Money in minor units of the order's one currency (rule
 * R18), what the buyer paid is law (rule R11). Owns its texts; free with order_free. Absent texts are "" (never NULL),
 * so that comparisons need no special case. */
#ifndef SERVICE_MODEL_ORDER_H
#define SERVICE_MODEL_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order_address {
    char *first_name, *last_name, *company;
    char *street, *street2, *city, *postcode, *state;
    char *country; /* as sent; ISO 3166 alpha-2 when `country_valid` */
    bool country_valid;
    char *email, *phone;
};

enum order_line_kind { LINE_GOODS, LINE_SHIPPING, LINE_FEE, LINE_OTHER };

/* One line, or one VAT part of a line that the shop taxed with several rates (then `part` counts from 0 and quantity is
 * set on part 0 only). */
struct order_line {
    enum order_line_kind kind;
    char *remote_id; /* the line's id in the channel */
    unsigned part;
    char *sku;        /* "" when the channel knows none (any more) */
    char *product_id; /* channel's id of the product, "" when deleted */
    char *variant_id; /* channel's id of the variant, "" when none */
    char *name;
    int64_t quantity; /* thousandths; may be fractional by plugins; never negative */
    int64_t net;      /* minor units, after discount; may be negative for fees */
    int64_t vat;
    int64_t discount; /* net discount already contained in `net`, minor units, informational */
    int64_t rate;     /* RATE_SCALE units; RATE_UNTAXED when the shop put no tax on it */
    char *tax_class;  /* the channel's class, informational */
};
#define RATE_UNTAXED (-1)

/* VAT as the shop itself totals it, one entry a rate id. */
struct order_tax {
    char *remote_id;
    int64_t rate; /* RATE_SCALE units */
    int64_t vat;  /* goods, fees and shipping together */
};

struct order {
    char *remote_id; /* channel's technical id: the "internet order number" key of capability W-05 */
    char *number;    /* what people see: the "customer's order number" key of capability W-05 */
    char *status;    /* the channel's word */
    char currency[4];
    int decimals;  /* decimals of `currency` used in this order's minor units */
    int64_t total; /* gross, as the buyer was asked to pay */
    int64_t total_vat;
    int64_t refunded; /* sum already refunded, positive */
    int64_t created_ms, modified_ms;
    int64_t paid_ms;   /* 0: not paid */
    char *remark;      /* buyer's remark, trimmed; "" when only white space (capability C-25) */
    char *customer_id; /* channel's id, "" for a guest */
    char *vat_number;  /* buyer's tax number where the link's settings name the field, else "" */
    struct order_address billing;
    struct order_address shipping; /* equals billing when the channel sent an empty one */
    char *payment_method, *payment_title, *transaction_id;
    char *pickup_point;
    struct order_line *lines;
    size_t line_count;
    struct order_tax *taxes;
    size_t tax_count;
    char **coupons;
    size_t coupon_count;
};
struct order *order_new(void); /* all texts "" */
void order_free(struct order *order);
struct order_line *order_add_line(struct order *order); /* zeroed, texts "" */
struct order_tax *order_add_tax(struct order *order);
/* Replaces an owned text. */
void order_set(char **field, const char *value);

#endif
