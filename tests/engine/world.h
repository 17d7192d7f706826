/* A company, a shop and a run between them, in memory but for our own store. Drivers are wrapped in their proxies, as
 * in the product. */
#ifndef TESTS_ENGINE_WORLD_H
#define TESTS_ENGINE_WORLD_H

#include "service/channel/proxy.h"
#include "service/erp/proxy.h"
#include "service/store/store.h"
#include "service/sync/flows.h"
#include "tests/fakes/fake_erp.h"
#include "tests/fakes/fake_shop.h"

struct world {
    char folder[512], store_path[600];
    bool own_folder;
    struct fixed_clock clock;
    struct stop *stop;
    struct fake_shop *shop;
    struct fake_erp *erp;
    struct store *store;
    struct channel *channel;
    struct erp *erp_proxy;
    const char *link_name; /* "shop" */
    const char *trigger;   /* NULL: "manual" */
    struct link_rules rules;
    struct run_options options;
    struct lease_hold *lease; /* NULL: runs without one */
    struct run run;
    struct driver_hooks channel_hooks;
    struct driver_hooks erp_hooks;
    struct err err;
};

/* folder NULL: a new one, removed at the end. */
struct world *world_new(const char *folder);
void world_free(struct world *w);
/* (Re)opens the store and the proxies: after hooks were set, or as after a restart. */
void world_open(struct world *w);
void world_close(struct world *w);
/* One run by the options as they are. The result word is in w->run.result. */
enum rc world_sync(struct world *w);
/* State of an order in the inbox; -1 when it is not there. Its reason code in `code`, if not NULL. */
int world_order_state(struct world *w, const char *remote_id, char code[48]);
int64_t world_sold(struct world *w); /* items marked as sold meanwhile */

/* An order of one line of `pieces` of a SKU, each 10.00 + 23 % VAT. */
struct fake_order one_line(const char *sku, int pieces, const char *status);

#endif
