/* Company, shop, state and a run over them, for the tests of the offer. */
#ifndef TESTS_SYNC_OFFER_WORLD_H
#define TESTS_SYNC_OFFER_WORLD_H

#include "service/sync/flows.h"
#include "tests/sync/offer_fake.h"

struct world {
    struct fake_erp erp;
    struct fake_shop shop;
    struct fixed_clock clock;
    struct stop *stop;
    struct store *store;
    struct link_rules rules;
    struct run_options options;
    struct run run;
    char folder[512], path[600];
    struct run_counts counts; /* of the last flow */
};
struct world *world_new(void);
void world_free(struct world *w);
/* Carries out one flow: "offer", "stock" or "prices". Counts of the shop start at zero. */
enum rc world_run(struct world *w, const char *flow);
void world_must(struct world *w, const char *flow); /* and it must end well */
/* Every published, sendable item equals its product in the shop; every other is hidden or absent. */
void world_in_step(struct world *w);
int64_t world_parked(struct world *w);
/* Code for which an item is parked, "" if it is not. */
void world_parked_code(struct world *w, const char *key, char out[48]);
void world_reopen(struct world *w); /* as after a restart of the program */

#endif
