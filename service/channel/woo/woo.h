/* The WooCommerce driver (REST API wc/v3). All that the rest of the program sees of it. */
#ifndef SERVICE_CHANNEL_WOO_WOO_H
#define SERVICE_CHANNEL_WOO_WOO_H

#include "service/channel/channel.h"

extern const struct channel_vt woo_vt;

#endif
