/* The three flows that send goods to a shop. They are one mechanism with a mask of aspects: what is owned, read,
 * compared and sent is the mask; the whole offer also makes groups and may create products. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"
#include "service/sync/flows.h"
#include "service/sync/sku_guard.h"

#define WINDOW_BATCHES 10 /* items under way at most, in batches: four with the shop, the rest read ahead */
#define WINDOW_MAX     1000
#define OFFER_ASPECTS  (ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK)

void offer_name_aspects(unsigned aspects, struct buf *out) {
    for (unsigned bit = 0; bit < ASPECT_COUNT; bit++) {
        if (!(aspects & (1u << bit)))
            continue;
        if (out->len > 0)
            buf_adds(out, ", ");
        buf_adds(out, bit == 0 ? "master data" : aspect_name((enum aspect)(1u << bit)));
    }
}

/* Is the VAT rate needed for a price? With it go the versions of the master data: another rate is another price. */
static bool by_rate(const struct run *r) {
    if (r->rules->shop.tax == SHOP_TAX_UNTOLD || !(erp_caps(r->erp)->aspects & ASPECT_MASTER))
        return false;
    enum shop_tax list = erp_list_tax(r->erp);
    return list == SHOP_TAX_UNTOLD || price_way(list == SHOP_TAX_GROSS, &r->rules->shop) != PRICE_AS_IS;
}

static void offer_init(struct offer *o, struct run *r, unsigned aspects, bool creates) {
    memset(o, 0, sizeof *o);
    o->r = r;
    o->caps = chan_caps(r->channel);
    o->aspects = aspects & r->rules->owned & o->caps->aspects & erp_caps(r->erp)->aspects;
    o->no_prices = (r->rules->owned & ASPECT_PRICE) && rules_refuse_prices(r->rules, erp_currency(r->erp), NULL, 0);
    if (o->no_prices)
        o->aspects &= ~(unsigned)ASPECT_PRICE;
    o->read = o->aspects | ((o->aspects & ASPECT_PRICE) && by_rate(r) ? ASPECT_MASTER : 0u);
    o->creates = creates;
    size_t wish = r->rules->batch_size;
    o->batch_max = wish > 0 && wish < o->caps->batch_max ? wish : o->caps->batch_max;
    if (o->batch_max == 0)
        o->batch_max = 1;
    o->window = o->batch_max * WINDOW_BATCHES < WINDOW_MAX ? o->batch_max * WINDOW_BATCHES : WINDOW_MAX;
    if (o->window < o->batch_max)
        o->window = o->batch_max;
    buf_init(&o->scratch, CANONICAL_MAX);
    buf_init(&o->name, 1 << 20);
    o->under_way = table_new();
    offer_fingerprint(r, o->aspects, o->fingerprint);
}

static void offer_free(struct offer *o) {
    offer_queue_free(o);
    offer_stream_end(o);
    offer_attributes_free(o);
    table_free(o->groups, mem_free);
    sku_guard_free(o->guard);
    mem_free(o->again);
    mem_free(o->families);
    mem_free(o->components);
    buf_free(&o->scratch);
    buf_free(&o->name);
}

static enum rc one_stream(struct offer *o, bool variants, struct err *err) {
    enum rc rc = offer_stream_begin(o, variants, err);
    if (rc != RC_OK)
        return rc;
    if (!o->guard)
        o->guard = sku_guard_new(o->r->erp, o->s.mode == MODE_FULL || o->s.mode == MODE_FORCE || o->again_alike,
                                 o->caps->sku_ignores_case);
    rc = offer_send_all(o, err);
    if (rc == RC_OK)
        rc = offer_stream_finish(o, err);
    return rc;
}

static enum rc carry_out(struct offer *o, struct err *err) {
    struct run *r = o->r;
    enum rc rc = offer_resume(o, err);
    if (rc == RC_OK && (o->aspects & ASPECT_STOCK))
        rc = flow_orders_refresh(r, err);
    bool any = true;
    if (rc == RC_OK)
        rc = store_unimported_any(r->store, &any, err);
    o->no_unimported = !any;
    if (rc == RC_OK)
        rc = erp_version(r->erp, &o->upto, err);
    if (rc == RC_OK)
        rc = offer_again_load(o, err);
    if (rc == RC_OK && o->creates)
        rc = offer_groups(o, err);
    if (rc == RC_OK)
        rc = one_stream(o, false, err);
    bool given_up = o->give_up;
    offer_stream_end(o);
    if (rc == RC_OK && o->creates && !given_up) /* what the first stream noted: families of new parents */
        rc = offer_again_load(o, err);
    if (rc == RC_OK && !given_up && erp_caps(r->erp)->variants)
        rc = one_stream(o, true, err);
    return rc;
}

static enum rc flow(struct run *r, unsigned aspects, bool creates, struct err *err) {
    struct offer o;
    offer_init(&o, r, aspects, creates);
    enum rc rc = RC_OK;
    if (o.aspects != 0)
        rc = carry_out(&o, err);
    else
        run_log(r, LOG_INFO, NULL, "Nothing of this is sent on this link: the shop owns it, or one side cannot do it.");
    offer_free(&o);
    return rc;
}

#define SMALL_OFFER 1000

static enum rc count_stream(struct offer *o, bool variants, int64_t *total, bool *small, struct err *err) {
    enum rc rc = offer_stream_begin(o, variants, err);
    if (rc == RC_OK) {
        bool counted = o->s.mode == MODE_CHANGED && o->s.total >= 0;
        *total += counted ? o->s.total : 0;
        *small = *small && (counted || o->s.mode == MODE_ONE) && *total <= SMALL_OFFER;
    }
    offer_stream_end(o);
    return rc;
}

enum rc flow_offer_is_small(struct run *r, bool *small, struct err *err) {
    struct offer o;
    const char *flow_before = r->flow;
    int64_t total = 0;
    r->flow = FLOW_OFFER_NAME;
    offer_init(&o, r, OFFER_ASPECTS, true);
    *small = true;
    enum rc rc = erp_version(r->erp, &o.upto, err);
    if (rc == RC_OK)
        rc = count_stream(&o, false, &total, small, err);
    if (rc == RC_OK && *small && erp_caps(r->erp)->variants)
        rc = count_stream(&o, true, &total, small, err);
    offer_free(&o);
    r->flow = flow_before;
    return rc;
}

enum rc flow_stock(struct run *r, struct err *err) {
    return flow(r, ASPECT_STOCK, false, err);
}

enum rc flow_prices(struct run *r, struct err *err) {
    return flow(r, ASPECT_PRICE, false, err);
}

enum rc flow_offer(struct run *r, struct err *err) {
    return flow(r, OFFER_ASPECTS, true, err);
}
