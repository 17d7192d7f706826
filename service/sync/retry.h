/* Whether and when to try again (rules R28, R36). Pure: an answer and a count in, a decision out. */
#ifndef SERVICE_SYNC_RETRY_H
#define SERVICE_SYNC_RETRY_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/base/rng.h"
#include "service/channel/channel.h"

enum retry_act {
    RETRY_NONE,     /* nothing to retry: it was done */
    RETRY_WAIT,     /* transient: the same again after wait_ms */
    RETRY_NEXT_RUN, /* transient, but not now: leave it to a later run, not before wait_ms from now */
    RETRY_PARK,     /* permanent: hold it with its reason; no retry until the cause changed */
    RETRY_LOOK_UP,  /* unknown outcome: look it up, never repeat blindly */
    RETRY_END       /* the whole link (or program) cannot go on: stop the run */
};
struct retry {
    enum retry_act act;
    int64_t wait_ms;
};

#define RETRY_TRIES_MAX      6    /* in one run; later runs start anew: no limit in time, only in rate */
#define RETRY_BASE_MS        1000 /* doubled with each attempt, jitter between half and whole */
#define RETRY_CAP_MS         60000
#define RETRY_WAIT_IN_RUN_MS 120000 /* a longer wish of the shop ends the run instead of sleeping through it */

/* attempts: how many failed before this one. */
struct retry retry_of_error(const struct err *err, unsigned attempts, struct rng *rng);
struct retry retry_of_verdict(const struct verdict *verdict, unsigned attempts, struct rng *rng);

#endif
