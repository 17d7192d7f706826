/* Leases in our own state, for a company whose database may not hold our table: same rules, same meaning
 * (model/lease.h), seen by the programs of this machine only. Each is one transaction of its own. */
#ifndef SERVICE_STORE_LEASE_H
#define SERVICE_STORE_LEASE_H

#include "service/model/lease.h"
#include "service/store/store.h"

/* CONFLICT: held by another; `dead` as in lease_rule_take. */
enum rc store_lease_take(struct store *s, const char *link, const struct lease_claim *claim, const struct lease *dead,
                         struct lease *out, struct err *err);
enum rc store_lease_renew(struct store *s, const char *link, int64_t epoch, const char *doing, struct lease *out,
                          struct err *err);
enum rc store_lease_release(struct store *s, const char *link, int64_t epoch, struct err *err);
enum rc store_lease_read(struct store *s, const char *link, struct lease *out, struct err *err); /* none: all zero */
enum rc store_lease_ask_stop(struct store *s, const char *link, int64_t epoch, const char *by, struct err *err);

#endif
