#include "service/channel/proxy.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/proxy_plan.h"

struct proxy {
    struct channel channel;
    struct channel_vt vt; /* the driver's data, our functions */
    struct channel *inner;
    struct driver_hooks hooks;
};

static struct proxy *self(struct channel *c) {
    return (struct proxy *)(void *)c; /* channel is the first member */
}

static bool dry(const struct proxy *p) {
    return p->hooks.planned != NULL;
}

/* One line a slot: ask, call, tell. */
#define FORWARD(slot, writes, call) HOOKS_FORWARD(&p->hooks, "Channel", slot, writes, call, err)

/* A proxy is made around an open channel; opening through its vtable has no meaning. */
static enum rc proxy_open(const struct channel_open_args *args, struct channel **out, struct err *err) {
    (void)args;
    (void)out;
    return err_set(err, RC_UNSUPPORTED, REACH_LINK, "A wrapped channel cannot be opened again.");
}

static void proxy_close(struct channel *c) {
    struct proxy *p = self(c);
    chan_close(p->inner);
    mem_free(p);
}

static enum rc proxy_probe(struct channel *c, struct channel_report *out, struct err *err) {
    struct proxy *p = self(c);
    FORWARD("probe", false, chan_probe(p->inner, out, err));
}

static enum rc proxy_money(struct channel *c, struct shop_money *out, struct err *err) {
    struct proxy *p = self(c);
    FORWARD("money", false, chan_money(p->inner, out, err));
}

static enum rc proxy_groups_put(struct channel *c, struct group_line *lines, size_t n, struct err *err) {
    struct proxy *p = self(c);
    if (dry(p))
        return plan_groups(p->hooks.planned, p->hooks.planned_ctx, lines, n);
    FORWARD("groups_put", true, chan_groups_put(p->inner, lines, n, err));
}

static enum rc proxy_attributes_put(struct channel *c, struct attribute_line *lines, size_t n, struct err *err) {
    struct proxy *p = self(c);
    if (dry(p))
        return plan_attributes(p->hooks.planned, p->hooks.planned_ctx, lines, n);
    FORWARD("attributes_put", true, chan_attributes_put(p->inner, lines, n, err));
}

/* The engine's stream with our hook between: a batch that came back is a mutating call that was done. */
struct stream_wrap {
    struct proxy *p;
    const struct offer_stream *stream;
};

static enum rc wrap_next(void *ctx, struct offer_batch **out, int64_t *wait_ms, struct err *err) {
    struct stream_wrap *w = ctx;
    return w->stream->next(w->stream->ctx, out, wait_ms, err);
}

static enum rc wrap_done(void *ctx, struct offer_batch *batch, struct err *err) {
    struct stream_wrap *w = ctx;
    enum rc rc = w->p->hooks.after ? w->p->hooks.after(w->p->hooks.hook_ctx, "offer_batch", true, RC_OK, err) : RC_OK;
    enum rc given = w->stream->done(w->stream->ctx, batch, err);
    return rc != RC_OK ? rc : given;
}

static enum rc dry_offer(struct proxy *p, const struct offer_stream *stream, struct err *err) {
    for (;;) {
        struct offer_batch *batch = NULL;
        int64_t wait_ms = -1;
        enum rc rc = stream->next(stream->ctx, &batch, &wait_ms, err);
        if (rc != RC_OK)
            return rc;
        if (!batch && wait_ms < 0)
            return RC_OK;
        if (!batch) {
            if (os_wait(p->hooks.stop, wait_ms))
                return err_set(err, RC_STOPPED, REACH_LINK, "The run was asked to stop.");
            continue;
        }
        rc = plan_offer(p->hooks.planned, p->hooks.planned_ctx, p->inner, batch, err);
        if (rc == RC_OK)
            rc = stream->done(stream->ctx, batch, err);
        if (rc != RC_OK)
            return rc;
    }
}

static enum rc proxy_offer_put(struct channel *c, const struct offer_stream *stream, struct err *err) {
    struct proxy *p = self(c);
    if (dry(p))
        return dry_offer(p, stream, err);
    struct stream_wrap wrap = {p, stream};
    struct offer_stream ours = {&wrap, wrap_next, wrap_done};
    FORWARD("offer_put", false, chan_offer_put(p->inner, &ours, err));
}

static enum rc proxy_products_page(struct channel *c, const char *cursor, struct remote_product **out, size_t *count,
                                   char next_cursor[256], bool *more, struct err *err) {
    struct proxy *p = self(c);
    FORWARD("products_page", false, chan_products_page(p->inner, cursor, out, count, next_cursor, more, err));
}

static enum rc proxy_products_find(struct channel *c, const char *const *skus, size_t n, struct remote_product *found,
                                   struct err *err) {
    struct proxy *p = self(c);
    FORWARD("products_find", false, chan_products_find(p->inner, skus, n, found, err));
}

static enum rc proxy_orders_since(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                                  struct err *err) {
    struct proxy *p = self(c);
    FORWARD("orders_since", false, chan_orders_since(p->inner, cursor, start_ms, out, err));
}

static enum rc proxy_order_get(struct channel *c, const char *remote_id, struct order_raw *out, struct err *err) {
    struct proxy *p = self(c);
    FORWARD("order_get", false, chan_order_get(p->inner, remote_id, out, err));
}

static enum rc proxy_order_parse(struct channel *c, const char *raw, size_t len, struct order **out, struct err *err) {
    return chan_order_parse(self(c)->inner, raw, len, out, err); /* no wire: nothing to trace, cut or fail */
}

static enum rc proxy_orders_ack(struct channel *c, struct order_ack *acks, size_t n, struct err *err) {
    struct proxy *p = self(c);
    if (dry(p))
        return plan_acks(p->hooks.planned, p->hooks.planned_ctx, acks, n);
    FORWARD("orders_ack", true, chan_orders_ack(p->inner, acks, n, err));
}

static int64_t proxy_requests(const struct channel *c) {
    return chan_requests(((const struct proxy *)c)->inner);
}

struct channel *channel_proxy_new(struct channel *inner, const struct driver_hooks *hooks) {
    struct proxy *p = MEM_NEW(struct proxy);
    p->inner = inner;
    p->hooks = *hooks;
    p->vt = *inner->vt;
    p->vt.open = proxy_open;
    p->vt.close = proxy_close;
    p->vt.probe = proxy_probe;
    p->vt.money = proxy_money;
    p->vt.groups_put = proxy_groups_put;
    p->vt.attributes_put = proxy_attributes_put;
    p->vt.offer_put = proxy_offer_put;
    p->vt.products_page = proxy_products_page;
    p->vt.products_find = proxy_products_find;
    p->vt.orders_since = proxy_orders_since;
    p->vt.order_get = proxy_order_get;
    p->vt.order_parse = proxy_order_parse;
    p->vt.orders_ack = proxy_orders_ack;
    p->vt.requests = proxy_requests;
    p->channel.vt = &p->vt;
    return &p->channel;
}
