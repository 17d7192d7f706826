/* The kinds of channel this program was built with. The composition (service/app) adds them once at start; everyone
 * else finds them by the name that is stored in settings. */
#ifndef SERVICE_CHANNEL_REGISTRY_H
#define SERVICE_CHANNEL_REGISTRY_H

#include <stddef.h>

#include "service/channel/channel.h"

#define CHANNEL_KINDS_MAX 32

/* vt lives as long as the program. Adding the same one twice does nothing; another one of the same kind, or more than
 * CHANNEL_KINDS_MAX, aborts: that is a mistake in the composition. Before any thread starts. */
void channel_kind_add(const struct channel_vt *vt);
/* NULL when there is no such kind. */
const struct channel_vt *channel_kind_find(const char *kind);
/* In order of adding; NULL past the end. */
const struct channel_vt *channel_kind_at(size_t index);

#endif
