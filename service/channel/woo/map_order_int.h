/* Private to the reading of an order: map_order.c begins it and reads its head, map_order_lines.c its taxes and lines.
 */
#ifndef SERVICE_CHANNEL_WOO_MAP_ORDER_INT_H
#define SERVICE_CHANNEL_WOO_MAP_ORDER_INT_H

#include "service/channel/woo/driver.h"

/* Bounds that no order of a shop comes near, so that no sum over an order can leave 64 bits. */
#define ORDER_LINES_MAX  10000
#define ORDER_AMOUNT_MAX 10000000000000LL /* minor units */

/* The members of an order that are looked at. */
struct root {
    struct slice id, number, status, created, modified, paid, currency, total, total_tax, refunds, tax_lines;
    struct slice line_items, shipping_lines, fee_lines, coupon_lines, customer_note, customer_id, billing, shipping;
    struct slice payment_method, payment_title, transaction_id, meta_data;
};

/* One order being read. */
struct reading {
    const struct woo_settings *set;
    struct root root;
    struct order *order;
    struct err *err;
};

/* Says what cannot be read, with the order's number; RC_INVALID. */
enum rc reading_invalid(struct reading *r, const char *what);
/* The members asked for; none of what is no object. RC_INVALID: one stands twice. */
enum rc reading_members(struct reading *r, struct slice object, const struct scan_field *fields, size_t n);
#define MEMBERS(r, object, fields) reading_members(r, object, fields, sizeof(fields) / sizeof(fields)[0])
/* A text or number, trimmed, into a field of the order; "" for anything else. An id of 0 is none: "". */
void reading_text(char **field, struct slice value);
void reading_id(char **field, struct slice value);
/* An amount in minor units of the order's currency. `exact` may be NULL: then a fraction of a minor unit is rounded
 * (older shops leave tax parts unrounded). */
bool reading_amount(struct reading *r, struct slice value, int64_t *out, bool *exact);
int64_t reading_amount_or(struct reading *r, struct slice value, int64_t fallback);

enum rc reading_taxes(struct reading *r);
enum rc reading_lines(struct reading *r); /* after the taxes */

#endif
