/* What must be true of an order before it may become a document (rules R11, R12, R18; capability G-08). Pure: no
 * network, no database, no clock. */
#ifndef SERVICE_SYNC_ORDER_CHECK_H
#define SERVICE_SYNC_ORDER_CHECK_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/digest.h"
#include "service/model/order.h"
#include "service/sync/link_rules.h"

/* Why an order is held. code: stable; text: what is wrong and what can be done. */
struct hold {
    char code[48]; /* "" = nothing is wrong */
    struct buf text;
};
void hold_init(struct hold *hold);
void hold_free(struct hold *hold);
void hold_set(struct hold *hold, const char *code, const char *fmt, ...) PRINTF_LIKE(3, 4);
static inline bool hold_is_set(const struct hold *hold) {
    return hold->code[0] != '\0';
}

/* Everything that the order itself tells: currency, lines, quantities, refunds, and the balance. Codes: "currency",
 * "no_lines", "quantity", "refunded", "balance", "vat_balance". */
void order_check(const struct order *order, const struct link_rules *rules, struct hold *hold);

/* What the buyer paid is law (rule R11): VAT of each rate becomes what the shop itself totals for it, and what is then
 * missing to the total goes into the net amounts of the rate with the most net; each shared out over the lines of the
 * rate by largest remainder. Afterwards net + vat of all lines is exactly order->total. Only for an order that
 * order_check let pass. */
void order_balance(struct order *order);

/* Sum of net + vat of all lines minus the total, minor units. */
int64_t order_unexplained(const struct order *order);

/* Digest of what matters of an order once it is imported: numbers, amounts, people, lines; not status, times, meta data
 * or texts that the shop derives from today's product (hazard 29). `dead`: its status says that it was given up. */
struct digest order_content(const struct order *order, bool dead);

#endif
