/* A channel around a channel: trace, dry run, and hooks for tests (faults, crash points). Everything above a driver
 * talks to it through one of these; it has the driver's kind, capabilities and settings. */
#ifndef SERVICE_CHANNEL_PROXY_H
#define SERVICE_CHANNEL_PROXY_H

#include "common/base/log.h"
#include "service/channel/channel.h"
#include "service/model/planned.h"

struct channel_hooks {
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

/* Takes `inner` over: closing the proxy closes it. */
struct channel *channel_proxy_new(struct channel *inner, const struct channel_hooks *hooks);

#endif
