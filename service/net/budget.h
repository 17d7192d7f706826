/* The rate budget of one link (rule R28), within this process: how many requests may be under way at once, and until
 * when the other side asked us to stay away. Learns: a 429 halves the number, a run of good answers lets it grow back.
 * Not for several threads: a link's requests come from one. */
#ifndef SERVICE_NET_BUDGET_H
#define SERVICE_NET_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/clock.h"

/* A wish to stay away is honoured, but not longer than this: a wrong header must not silence a link for a day. */
#define BUDGET_BLOCK_MAX_S 3600
/* Good answers in a row after which one more request may be under way again. */
#define BUDGET_RECOVER_AFTER 20

struct budget {
    struct clock *clock;
    int parallel_max;         /* what the settings allow, at least 1 */
    int parallel;             /* what is allowed now */
    int good;                 /* good answers since the last change */
    int64_t blocked_until_us; /* monotonic; 0: not blocked */
};

void budget_init(struct budget *b, struct clock *clock, int parallel);
/* Seconds (rounded up) during which no request may leave; 0 when it may. */
long budget_wait_s(const struct budget *b);
/* The other side limited us; retry_after_s < 0: it did not say for how long. */
void budget_limited(struct budget *b, long retry_after_s);
void budget_good(struct budget *b);

#endif
