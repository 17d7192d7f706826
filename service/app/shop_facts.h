/* What the shop says about its money, kept in our state so that an idle run asks nothing. */
#ifndef SERVICE_APP_SHOP_FACTS_H
#define SERVICE_APP_SHOP_FACTS_H

#include "service/app/session.h"

/* Fills the rules of the link from what is kept. Needs SESSION_STORE. */
void shop_facts_load(struct session *s);
/* The same, and the shop is asked first when it never was, the link's settings of money changed, or that is longer ago
 * than a day. A shop that does not answer is asked by the next run again; until then what is kept holds, and where
 * nothing is kept rules.shop_silent is set. Needs SESSION_STORE and SESSION_CHANNEL. */
void shop_facts_need(struct session *s);
/* The shop said this just now. */
enum rc shop_facts_keep(struct session *s, const struct shop_money *money, struct err *err);

#endif
