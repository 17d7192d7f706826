/* What the lists of posts (orders, products) share: their date filters and the parameters of paging. */
#ifndef SIM_LIST_H
#define SIM_LIST_H

#include "tests/sim/schema.h"
#include "tests/sim/wptime.h"

/* The four date parameters; NO_TIME where one is missing. All limits are exclusive. */
struct span {
    int64_t after, before, mod_after, mod_before;
};
/* fractions_lose_zone: a text with fractions of a second is read without its zone (orders with HPOS). */
void span_read(struct span *s, const cJSON *params, bool fractions_lose_zone);
bool span_has(const struct span *s, int64_t created, int64_t modified);

extern const char *const list_directions[]; /* asc, desc */

/* Rows of a struct arg: what every list of posts takes besides its own. */
#define POST_LIST_ARGS                                                                                            \
    {.name = "page", .type = 'i', .min = 1}, {.name = "per_page", .type = 'i', .min = 1, .max = 100},             \
        {.name = "after", .type = 'd'}, {.name = "before", .type = 'd'}, {.name = "modified_after", .type = 'd'}, \
        {.name = "modified_before", .type = 'd'}, {.name = "dates_are_gmt", .type = 'b'},                         \
        {.name = "offset", .type = 'i'}, {                                                                        \
        .name = "order", .type = 's', .one_of = list_directions                                                   \
    }

#endif
