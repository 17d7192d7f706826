/* A channel around a channel: trace, dry run, and hooks for tests (faults, crash points). Everything above a driver
 * talks to it through one of these; it has the driver's kind, capabilities and settings. */
#ifndef SERVICE_CHANNEL_PROXY_H
#define SERVICE_CHANNEL_PROXY_H

#include "service/channel/channel.h"
#include "service/hooks/hooks.h"

/* Takes `inner` over: closing the proxy closes it. */
struct channel *channel_proxy_new(struct channel *inner, const struct driver_hooks *hooks);

#endif
