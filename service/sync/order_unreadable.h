/* Entries of a shop's list of orders that are no orders we can read. They are orders all the same (rule R1): none is
 * left behind the place where reading stopped. */
#ifndef SERVICE_SYNC_ORDER_UNREADABLE_H
#define SERVICE_SYNC_ORDER_UNREADABLE_H

#include "service/sync/run.h"

/* Inside the page's transaction: stores each as it came and puts it aside as "unreadable", under its id, or under what
 * it is where not even that can be read. One that comes again unchanged is not told again. When the shop lists it so
 * that it can be read, it goes the way of every order. */
enum rc order_unreadable_keep(struct run *r, const struct order_page *page, struct err *err);

/* Is it one of them? Such an order is not imported, whatever its stored text looks like by itself. */
bool order_is_unreadable(const struct inbox_row *row);

#endif
