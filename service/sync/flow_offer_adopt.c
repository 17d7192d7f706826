/* Links on which the shop makes the products: ours are bound to those with exactly the same SKU, by look-up, and
 * nothing is ever created. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/flow_offer_int.h"

bool offer_adopts(const struct offer *o) {
    return o->r->rules->creation != CREATION_ERP || !(o->r->rules->owned & ASPECT_MASTER);
}

static enum rc bind(struct offer *o, struct offer_work *w, const struct remote_product *found, struct err *err) {
    struct run *r = o->r;
    char other[OFFER_KEY_SIZE];
    w->looked_up = true;
    if (!found->remote_id[0])
        return RC_OK;
    enum rc rc = store_map_by_remote(r->store, r->link, MAP_ITEM, found->remote_parent, found->remote_id, other, err);
    if (rc == RC_OK && strcmp(other, w->item.key) != 0)
        return RC_OK; /* taken: judged as not in the shop */
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    struct map_row row = {.stock_told = INT64_MIN, .exists = true};
    str_copy(row.remote_id, sizeof row.remote_id, found->remote_id);
    str_copy(row.remote_parent, sizeof row.remote_parent, found->remote_parent);
    str_copy(row.sku, sizeof row.sku, w->sku);
    w->bound = true;
    str_copy(w->line.remote_id, sizeof w->line.remote_id, found->remote_id);
    str_copy(w->parent_remote, sizeof w->parent_remote, found->remote_parent);
    str_copy(w->old_sku, sizeof w->old_sku, w->sku);
    run_log(r, LOG_INFO, w->sku, "Taken over: the shop has product %s with this SKU.", found->remote_id);
    return store_map_put(r->store, r->link, MAP_ITEM, w->item.key, &row, err);
}

static enum rc look_up(struct offer *o, struct offer_work **works, size_t n, struct err *err) {
    const char **skus = mem_zalloc(n, sizeof *skus);
    struct remote_product *found = mem_zalloc(n, sizeof *found);
    for (size_t i = 0; i < n; i++)
        skus[i] = works[i]->sku;
    struct err said = {0};
    unsigned attempts = 0;
    enum rc rc;
    do {
        rc = chan_products_find(o->r->channel, skus, n, found, &said);
    } while (rc != RC_OK && run_try_again(o->r, &said, &attempts));
    if (rc != RC_OK && err)
        *err = said;
    bool own = rc == RC_OK;
    if (own)
        rc = store_begin(o->r->store, err);
    for (size_t i = 0; i < n && rc == RC_OK; i++)
        rc = bind(o, works[i], &found[i], err);
    if (own && rc == RC_OK)
        rc = store_commit(o->r->store, err);
    else if (own)
        store_rollback(o->r->store);
    for (size_t i = 0; i < n; i++)
        remote_product_free_fields(&found[i]);
    mem_free(found);
    mem_free(skus);
    return rc;
}

enum rc offer_adopt(struct offer *o, struct err *err) {
    struct offer_work *works[100];
    size_t most = o->batch_max < 100 ? o->batch_max : 100;
    struct offer_work *rest = o->waiting, *keep = NULL;
    enum rc rc = RC_OK;
    o->waiting = NULL;
    while (rest && rc == RC_OK) {
        size_t n = 0;
        while (rest && n < most) {
            struct offer_work *w = rest;
            rest = w->next;
            if (!w->bound && !w->looked_up) {
                works[n++] = w;
            } else {
                w->next = keep;
                keep = w;
            }
        }
        if (n > 0)
            rc = look_up(o, works, n, err);
        for (size_t i = 0; i < n && rc == RC_OK; i++)
            offer_candidate(o, works[i]);
    }
    o->waiting = keep;
    return rc;
}
