/* From a path to the code that answers it. */
#ifndef SIM_ROUTE_H
#define SIM_ROUTE_H

#include "tests/sim/call.h"
#include "tests/sim/schema.h"

/* A kind of thing with the usual methods. A slot that is NULL: no such method. Each writes the answer (one JSON value)
 * or notes an error and returns false. `in` is the whole of parameters, or one item of a batch. */
struct resource {
    bool (*list)(struct call *c);
    bool (*get)(struct call *c, struct sbuf *out);
    bool (*create)(struct call *c, const cJSON *in, struct sbuf *out, long *id);
    bool (*update)(struct call *c, const cJSON *in, struct sbuf *out);
    bool (*remove)(struct call *c, bool force, struct sbuf *out);
    const struct arg *list_args, *create_args, *update_args;
    /* Where a new thing lives; %ld its id, and the ids of the path in front of it. */
    char *(*location)(struct call *c, long id);
    int depth; /* which of c->ids is the thing's own */
};

/* Answers c: authentication, route, checks, handler, _fields, _envelope. Call with the store locked. */
void route_answer(struct call *c);

/* auth.c: false if the request is refused outright (error noted). Sets c->who. */
bool auth_check(struct call *c);
void auth_keys(const char *rw_key, const char *rw_secret, const char *ro_key, const char *ro_secret, const char *user,
               const char *password);

/* batch.c */
bool batch_run(struct call *c, const struct resource *r);

extern const struct resource products_resource, variations_resource, orders_resource, categories_resource,
    tags_resource, classes_resource, brands_resource, attributes_resource, terms_resource, taxes_resource,
    customers_resource, coupons_resource, notes_resource, refunds_resource, settings_resource, media_resource,
    tax_classes_resource;

/* Things with their own ways. */
bool misc_index(struct call *c);
bool misc_site_index(struct call *c);
bool misc_system_status(struct call *c);
bool misc_currency(struct call *c);
bool misc_currencies(struct call *c);
bool misc_country(struct call *c);
bool misc_countries(struct call *c);
bool misc_gateways(struct call *c);
bool misc_shipping_methods(struct call *c);
bool misc_orders_totals(struct call *c);
bool misc_me(struct call *c);
bool misc_app_passwords(struct call *c);
bool settings_groups(struct call *c);

#endif
