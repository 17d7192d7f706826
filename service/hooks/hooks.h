/* What stands before every call of a driver, whatever its trait: trace, and hooks for tests (faults, crash points). The
 * proxies of the traits are made of it. */
#ifndef SERVICE_HOOKS_HOOKS_H
#define SERVICE_HOOKS_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "service/model/planned.h"

struct stop;

struct driver_hooks {
    struct log *log;          /* trace at LOG_DEBUG; may be NULL */
    struct log_context about; /* borrowed for the proxy's life */
    struct clock *clock;      /* for times in the trace; NULL: none */
    struct stop *stop;        /* a dry run waits with it where the engine has nothing to send yet */

    /* Not NULL: dry run. Writes are told here, answered as done, and never reach the driver; reads do. */
    planned_sink planned;
    void *planned_ctx;

    /* Tests only; NULL in the product. `before`: not RC_OK means that the call does not reach the driver and this is
     * its answer. `after`: may replace the answer, or end the process. A batch of offer_put that has its verdicts is
     * told to `after` as "offer_batch", before the engine sees it. */
    enum rc (*before)(void *ctx, const char *slot, bool writes, struct err *err);
    enum rc (*after)(void *ctx, const char *slot, bool writes, enum rc rc, struct err *err);
    void *hook_ctx;
};

int64_t hooks_now_us(const struct driver_hooks *h); /* 0 without a clock */
enum rc hooks_before(const struct driver_hooks *h, const char *slot, bool writes, struct err *err);
/* Traces "<side> <slot>: ..." and gives the call's answer, or what the hook makes of it. */
enum rc hooks_after(const struct driver_hooks *h, const char *side, const char *slot, bool writes, int64_t begun_us,
                    enum rc rc, struct err *err);

/* The rest of a slot of a proxy: ask, call, tell. `call` is evaluated once, or not at all. */
#define HOOKS_FORWARD(hooks, side, slot, writes, call, err)                            \
    do {                                                                               \
        enum rc forward_rc = hooks_before(hooks, slot, writes, err);                   \
        if (forward_rc != RC_OK)                                                       \
            return forward_rc;                                                         \
        int64_t forward_begun = hooks_now_us(hooks);                                   \
        forward_rc = (call);                                                           \
        return hooks_after(hooks, side, slot, writes, forward_begun, forward_rc, err); \
    } while (0)

#endif
