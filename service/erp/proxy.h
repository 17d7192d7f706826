/* An ERP around an ERP: trace, dry run, and hooks for tests (faults, crash points). */
#ifndef SERVICE_ERP_PROXY_H
#define SERVICE_ERP_PROXY_H

#include "common/base/log.h"
#include "service/erp/erp.h"
#include "service/model/planned.h"

struct erp_hooks {
    struct log *log;          /* trace at LOG_DEBUG; may be NULL */
    struct log_context about; /* borrowed for the proxy's life */
    struct clock *clock;      /* for times in the trace; NULL: none */

    /* Not NULL: dry run. An order is told here, answered as created, and never reaches the ERP; reads do. */
    planned_sink planned;
    void *planned_ctx;

    /* Tests only; NULL in the product. As in the channel's proxy. */
    enum rc (*before)(void *ctx, const char *slot, bool writes, struct err *err);
    enum rc (*after)(void *ctx, const char *slot, bool writes, enum rc rc, struct err *err);
    void *hook_ctx;
};

/* Takes `inner` over: closing the proxy closes it. */
struct erp *erp_proxy_new(struct erp *inner, const struct erp_hooks *hooks);

#endif
