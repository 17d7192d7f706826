#include "service/erp/proxy.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"

struct proxy {
    struct erp erp;
    struct erp_vt vt;
    struct erp *inner;
    struct driver_hooks hooks;
};

static struct proxy *self(struct erp *e) {
    return (struct proxy *)(void *)e; /* erp is the first member */
}

/* One line a slot: ask, call, tell. */
#define FORWARD(slot, writes, call) HOOKS_FORWARD(&p->hooks, "ERP", slot, writes, call, err)

static void proxy_close(struct erp *e) {
    struct proxy *p = self(e);
    erp_close(p->inner);
    mem_free(p);
}

static const struct erp_caps *proxy_caps(const struct erp *e) {
    return erp_caps(((const struct proxy *)(const void *)e)->inner);
}

static enum shop_tax proxy_list_tax(const struct erp *e) {
    return erp_list_tax(((const struct proxy *)(const void *)e)->inner);
}

static const char *proxy_currency(const struct erp *e) {
    return erp_currency(((const struct proxy *)(const void *)e)->inner);
}

static enum rc proxy_probe(struct erp *e, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("probe", false, erp_probe(p->inner, err));
}

static enum rc proxy_version(struct erp *e, int64_t *out, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("version", false, erp_version(p->inner, out, err));
}

static enum rc proxy_groups_changed(struct erp *e, int64_t since, erp_group_visit visit, void *ctx, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("groups_changed", false, erp_groups_changed(p->inner, since, visit, ctx, err));
}

static enum rc proxy_offer_read(struct erp *e, struct offer_query *query, erp_item_visit visit, void *ctx,
                                size_t *count, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("offer_read", false, erp_offer_read(p->inner, query, visit, ctx, count, err));
}

static enum rc proxy_offer_count(struct erp *e, const struct offer_query *query, int64_t *out, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("offer_count", false, erp_offer_count(p->inner, query, out, err));
}

static enum rc proxy_item_by_sku(struct erp *e, const char *sku, unsigned aspects, struct item *out, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("item_by_sku", false, erp_item_by_sku(p->inner, sku, aspects, out, err));
}

static enum rc proxy_items_by_sku(struct erp *e, const char *const *skus, size_t n, unsigned aspects,
                                  erp_sku_visit visit, void *ctx, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("items_by_sku", false, erp_items_by_sku(p->inner, skus, n, aspects, visit, ctx, err));
}

static enum rc proxy_items_by_parent(struct erp *e, const char *parent_key, unsigned aspects, erp_item_visit visit,
                                     void *ctx, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("items_by_parent", false, erp_items_by_parent(p->inner, parent_key, aspects, visit, ctx, err));
}

static enum rc proxy_check_items(struct erp *e, erp_finding_visit visit, void *ctx, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("check_items", false, erp_check_items(p->inner, visit, ctx, err));
}

static enum rc proxy_operator_check(struct erp *e, const char *operator_name, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("operator_check", false, erp_operator_check(p->inner, operator_name, err));
}

static enum rc proxy_vat_code(struct erp *e, const char *country, int64_t rate, char out[32], struct err *err) {
    struct proxy *p = self(e);
    FORWARD("vat_code", false, erp_vat_code(p->inner, country, rate, out, err));
}

static enum rc proxy_customer_match(struct erp *e, const struct order *order, char out[64], struct err *err) {
    struct proxy *p = self(e);
    FORWARD("customer_match", false, erp_customer_match(p->inner, order, out, err));
}

static enum rc plan_order(struct proxy *p, const struct erp_order *order, struct erp_document *out) {
    char total[48];
    decimal_fmt(total, sizeof total, order->order->total, order->order->decimals);
    char words[64];
    str_fmt(words, sizeof words, "%s %s", total, order->order->currency);
    struct planned_change change = {"order", order->order->number, "total", NULL, words};
    p->hooks.planned(p->hooks.planned_ctx, &change);
    str_fmt(out->key, sizeof out->key, "preview-%s", order->order->remote_id);
    str_fmt(out->number, sizeof out->number, "(preview) %s", order->order->number);
    return RC_OK;
}

static enum rc proxy_order_create(struct erp *e, const struct erp_order *order, struct erp_document *out,
                                  struct err *err) {
    struct proxy *p = self(e);
    if (p->hooks.planned)
        return plan_order(p, order, out);
    FORWARD("order_create", true, erp_order_create(p->inner, order, out, err));
}

static enum rc proxy_order_find(struct erp *e, const char *token, const char *internet_number,
                                const char *customer_number, int64_t since_ms, struct erp_order_match *out, size_t max,
                                size_t *count, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("order_find", false,
            erp_order_find(p->inner, token, internet_number, customer_number, since_ms, out, max, count, err));
}

/* --- leases: a preview takes none and disturbs no run --- */

static enum rc no_lease_in_preview(struct err *err) {
    return err_set(err, RC_UNSUPPORTED, REACH_LINK, "A preview writes nothing, so it takes no lease either.");
}

static enum rc proxy_lease_take(struct erp *e, const char *link, const struct lease_claim *claim,
                                const struct lease *dead, struct lease *out, struct err *err) {
    struct proxy *p = self(e);
    if (p->hooks.planned)
        return no_lease_in_preview(err);
    FORWARD("lease_take", true, erp_lease_take(p->inner, link, claim, dead, out, err));
}

static enum rc proxy_lease_renew(struct erp *e, const char *link, int64_t epoch, const char *doing, struct lease *out,
                                 struct err *err) {
    struct proxy *p = self(e);
    if (p->hooks.planned)
        return no_lease_in_preview(err);
    FORWARD("lease_renew", true, erp_lease_renew(p->inner, link, epoch, doing, out, err));
}

static enum rc proxy_lease_release(struct erp *e, const char *link, int64_t epoch, struct err *err) {
    struct proxy *p = self(e);
    if (p->hooks.planned)
        return no_lease_in_preview(err);
    FORWARD("lease_release", true, erp_lease_release(p->inner, link, epoch, err));
}

static enum rc proxy_lease_read(struct erp *e, const char *link, struct lease *out, struct err *err) {
    struct proxy *p = self(e);
    FORWARD("lease_read", false, erp_lease_read(p->inner, link, out, err));
}

static enum rc proxy_lease_ask_stop(struct erp *e, const char *link, int64_t epoch, const char *by, struct err *err) {
    struct proxy *p = self(e);
    if (p->hooks.planned)
        return no_lease_in_preview(err);
    FORWARD("lease_ask_stop", true, erp_lease_ask_stop(p->inner, link, epoch, by, err));
}

static void proxy_fence(struct erp *e, int64_t epoch) {
    erp_fence(self(e)->inner, epoch);
}

struct erp *erp_proxy_new(struct erp *inner, const struct driver_hooks *hooks) {
    struct proxy *p = MEM_NEW(struct proxy);
    p->inner = inner;
    p->hooks = *hooks;
    p->vt = *inner->vt;
    p->vt.close = proxy_close;
    p->vt.caps = proxy_caps;
    p->vt.currency = proxy_currency;
    p->vt.list_tax = proxy_list_tax;
    p->vt.probe = proxy_probe;
    p->vt.version = proxy_version;
    p->vt.groups_changed = proxy_groups_changed;
    p->vt.offer_read = proxy_offer_read;
    p->vt.offer_count = proxy_offer_count;
    p->vt.item_by_sku = proxy_item_by_sku;
    p->vt.items_by_sku = proxy_items_by_sku;
    p->vt.items_by_parent = proxy_items_by_parent;
    p->vt.check_items = proxy_check_items;
    p->vt.operator_check = proxy_operator_check;
    p->vt.vat_code = proxy_vat_code;
    p->vt.customer_match = proxy_customer_match;
    p->vt.order_create = proxy_order_create;
    p->vt.order_find = proxy_order_find;
    p->vt.lease_take = proxy_lease_take;
    p->vt.lease_renew = proxy_lease_renew;
    p->vt.lease_release = proxy_lease_release;
    p->vt.lease_read = proxy_lease_read;
    p->vt.lease_ask_stop = proxy_lease_ask_stop;
    p->vt.fence = proxy_fence;
    p->erp.vt = &p->vt;
    return &p->erp;
}
