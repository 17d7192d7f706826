/* Which shop a link works with, and whether two addresses are those of one shop. */
#ifndef SERVICE_APP_SHOP_ADDRESS_H
#define SERVICE_APP_SHOP_ADDRESS_H

#include <stdbool.h>

#include "common/base/err.h"
#include "common/conf/conf.h"
#include "service/store/store.h"

/* The address as the settings have it, "" when the kind has none. Borrowed from the settings. */
const char *shop_address(const struct conf_section *link);

/* The same but for http and https, capital letters and slashes at the end; never true of an empty address. */
bool shop_address_same(const char *a, const char *b);

/* The shop a link's state belongs to is kept as a cursor of this stream. */
#define SHOP_BOUND_STREAM "bound.shop"

/* A shop is bound to one link of a company: two links would each write every order. INVALID when the state of another
 * link than `link` is bound to that shop; the text names it and the cure. */
enum rc shop_bound_once(struct store *store, const struct conf_section *link, struct err *err);

#endif
