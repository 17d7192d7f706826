/* Compares a row of the ERP with what the shop confirmed last; what differs becomes a work. */
#include <string.h>

#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"

static unsigned differing(const struct offer_view *v, const struct map_row *row, unsigned need) {
    unsigned mask = 0;
    for (unsigned bit = 0; bit < ASPECT_COUNT; bit++)
        if ((need & (1u << bit)) && (digest_is_zero(&v->digest[bit]) || !digest_eq(&v->digest[bit], &row->digest[bit])))
            mask |= 1u << bit;
    if (row->dirty_stock)
        mask |= need & ASPECT_STOCK;
    return mask;
}

/* An item that the shop has and that is not published (any more). */
static enum rc compare_leaving(struct offer *o, const struct item *item, struct offer_view *v, unsigned *aspects,
                               struct err *err) {
    if (!o->r->rules->hide_unpublished)
        return RC_OK;
    enum rc rc = offer_view_make(o, item, 0, v, err);
    v->line.unpublish = true;
    v->digest[0] = canonical_unpublished();
    *aspects = ASPECT_MASTER;
    return rc;
}

/* What is to be sent of the item; 0: nothing. Fills the view. */
static enum rc compare(const struct offer_consider *c, const struct item *item, const struct map_row *row,
                       struct offer_view *v, unsigned *aspects, struct err *err) {
    struct offer *o = c->o;
    const struct digest out_of_offer = canonical_unpublished();
    bool bound = row->remote_id[0] != '\0';
    bool hidden = bound && digest_eq(&row->digest[0], &out_of_offer);
    unsigned need = o->aspects & (item->read ? item->read : ASPECT_ALL);
    *aspects = 0;
    if (!item->published) {
        if (bound && (!hidden || c->forced) && (need & ASPECT_MASTER))
            return compare_leaving(o, item, v, aspects, err);
        return RC_OK;
    }
    if ((hidden && !(need & ASPECT_MASTER)) || (!bound && !o->creates && !offer_adopts(o)))
        return RC_OK;
    o->shop_sku = row->sku;
    enum rc rc = offer_view_make(o, item, need, v, err);
    o->shop_sku = NULL;
    *aspects = c->forced || !bound ? need : differing(v, row, need);
    return rc;
}

static struct offer_work *work_of(const struct offer_consider *c, const struct offer_view *view,
                                  const struct map_row *row, unsigned aspects, unsigned have) {
    const struct offer *o = c->o;
    const bool bound = row->remote_id[0] != '\0';
    struct offer_work *w = offer_work_new(view);
    const struct digest out_of_offer = canonical_unpublished();
    w->bound = bound;
    w->hidden = bound && digest_eq(&row->digest[0], &out_of_offer);
    w->have = have;
    w->line.aspects = aspects;
    w->tax_missing = view->tax_missing;
    w->forced = c->forced;
    w->no_pull = c->no_pull;
    w->origin = c->origin;
    w->orders_epoch = o->orders_epoch;
    w->old_stock = row->stock_told;
    str_copy(w->line.remote_id, sizeof w->line.remote_id, row->remote_id);
    str_copy(w->old_sku, sizeof w->old_sku, row->sku);
    str_copy(w->parent_remote, sizeof w->parent_remote, row->remote_parent);
    str_copy(w->retry_code, sizeof w->retry_code, c->retry_code ? c->retry_code : "");
    return w;
}

/* Equal to what the shop has, but not fit to be sent: that is told too. */
static bool spoilt(const struct offer *o, const struct item *item, const struct map_row *row, unsigned have) {
    return row->remote_id[0] && item->published && offer_spoils(o, item, have) != 0;
}

/* Visits inside a reading of the ERP: no other question to the ERP, no request. */
enum rc offer_consider(void *ctx, const struct item *item, struct err *err) {
    struct offer_consider *c = ctx;
    struct offer *o = c->o;
    o->s.seen++;
    if (table_get(o->under_way, item->key))
        return RC_OK;
    struct map_row row;
    enum rc rc = store_map_get(o->r->store, o->r->link, MAP_ITEM, item->key, &row, err);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    struct offer_view view;
    unsigned aspects = 0;
    rc = compare(c, item, &row, &view, &aspects, err);
    unsigned have = o->aspects & (item->read ? item->read : ASPECT_ALL);
    bool spoiled = rc == RC_OK && aspects == 0 && spoilt(o, item, &row, have);
    if (rc != RC_OK || (aspects == 0 && !spoiled))
        return rc == RC_OK && o->any_parked ? offer_unpark(o, item->key, err) : rc;
    struct offer_work *w = work_of(c, &view, &row, aspects, have);
    o->swaps = o->swaps || offer_swap_marked(row.sku, item->key);
    if (w->origin)
        w->origin->left++;
    offer_take(o, w);
    offer_candidate(o, w);
    return RC_OK;
}
