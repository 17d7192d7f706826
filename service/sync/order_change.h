/* What the shop did to an order after it became a document in the ERP, in words: the merchant must see it before the
 * goods leave. Pure. */
#ifndef SERVICE_SYNC_ORDER_CHANGE_H
#define SERVICE_SYNC_ORDER_CHANGE_H

#include "common/base/buf.h"
#include "service/model/order.h"
#include "service/sync/link_rules.h"

#define ORDER_CHANGE_GONE "deleted" /* the shop does not have it any more */

/* How the difference is called: the store keeps it. order may be NULL. Static. */
const char *order_change_of(const struct link_rules *rules, const char *status, const struct order *order);
/* Appends one or two sentences: what happened to which order and document, and what to do. `change` "" is an edit. */
void order_change_say(const char *change, const char *number, const char *document, struct buf *out);

#endif
