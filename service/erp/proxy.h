/* An ERP around an ERP: trace, dry run, and hooks for tests (faults, crash points). */
#ifndef SERVICE_ERP_PROXY_H
#define SERVICE_ERP_PROXY_H

#include "service/erp/erp.h"
#include "service/hooks/hooks.h"

/* Takes `inner` over: closing the proxy closes it. */
struct erp *erp_proxy_new(struct erp *inner, const struct driver_hooks *hooks);

#endif
