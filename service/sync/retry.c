#include "service/sync/retry.h"

/* Doubling, capped, then anywhere between half and all of it, so that many links do not come back in one moment. */
static int64_t back_off(unsigned attempts, struct rng *rng) {
    int64_t wait = RETRY_BASE_MS;
    for (unsigned i = 0; i < attempts && wait < RETRY_CAP_MS; i++)
        wait *= 2;
    if (wait > RETRY_CAP_MS)
        wait = RETRY_CAP_MS;
    return wait / 2 + (int64_t)rng_below(rng, (uint64_t)(wait / 2 + 1));
}

static struct retry transient(long retry_after_s, unsigned attempts, struct rng *rng) {
    int64_t wait = back_off(attempts, rng);
    if (retry_after_s > 0 && (int64_t)retry_after_s * 1000 > wait)
        wait = (int64_t)retry_after_s * 1000 + (int64_t)rng_below(rng, 250);
    bool now = attempts + 1 < RETRY_TRIES_MAX && wait <= RETRY_WAIT_IN_RUN_MS;
    return (struct retry){now ? RETRY_WAIT : RETRY_NEXT_RUN, wait};
}

struct retry retry_of_error(const struct err *err, unsigned attempts, struct rng *rng) {
    switch (err->rc) {
    case RC_OK: return (struct retry){RETRY_NONE, 0};
    case RC_LATER: return transient(err->retry_after_s, attempts, rng);
    case RC_UNKNOWN_OUTCOME: return (struct retry){RETRY_LOOK_UP, 0};
    case RC_STOPPED:
    case RC_DENIED:
    case RC_IO:
    case RC_INTERNAL: return (struct retry){RETRY_END, 0};
    case RC_INVALID:
    case RC_NOT_FOUND:
    case RC_CONFLICT:
    case RC_REJECTED:
    case RC_TOO_BIG:
    case RC_UNSUPPORTED: break;
    }
    return (struct retry){err->reach >= REACH_LINK ? RETRY_END : RETRY_PARK, 0};
}

struct retry retry_of_verdict(const struct verdict *verdict, unsigned attempts, struct rng *rng) {
    switch (verdict->kind) {
    case VERDICT_DONE: return (struct retry){RETRY_NONE, 0};
    case VERDICT_LATER: return transient(verdict->retry_after_s, attempts, rng);
    case VERDICT_NONE: return transient(-1, attempts, rng); /* never sent, so safe to send */
    case VERDICT_UNKNOWN: return (struct retry){RETRY_LOOK_UP, 0};
    case VERDICT_PENDING: return (struct retry){RETRY_NEXT_RUN, back_off(attempts, rng)};
    case VERDICT_REJECTED:
    case VERDICT_NOT_FOUND:
    case VERDICT_CONFLICT: break;
    }
    return (struct retry){RETRY_PARK, 0};
}
