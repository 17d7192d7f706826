/* Private to the proxy: what a write would have changed, told to a preview, and answered as if it were done. */
#ifndef SERVICE_CHANNEL_PROXY_PLAN_H
#define SERVICE_CHANNEL_PROXY_PLAN_H

#include "service/channel/channel.h"
#include "service/model/planned.h"

enum rc plan_groups(planned_sink sink, void *ctx, struct group_line *lines, size_t n);
enum rc plan_attributes(planned_sink sink, void *ctx, struct attribute_line *lines, size_t n);
/* Asks the shop for the values it has now, so that a preview shows the true old ones. */
enum rc plan_offer(planned_sink sink, void *ctx, struct channel *inner, struct offer_batch *batch, struct err *err);
enum rc plan_acks(planned_sink sink, void *ctx, struct order_ack *acks, size_t n);

#endif
