/* What becomes of a difference: sent, left out, put aside, or kept waiting for something else. */
#include <string.h>

#include "service/sync/flow_offer_int.h"

void offer_wait_for_pause(struct offer *o, struct offer_work *w) {
    w->next = o->waiting;
    o->waiting = w;
    o->pause = true;
}

/* A variant lives below its parent's present product; if that one was made anew, the variant has to be as well. */
static enum rc find_parent(struct offer *o, struct offer_work *w, struct err *err) {
    if (w->item.kind != ITEM_VARIANT || !w->item.parent_key)
        return RC_OK;
    const struct map_row *parent = NULL;
    enum rc rc = offer_parent_row(o, w->item.parent_key, &parent, err);
    if (rc != RC_OK)
        return rc;
    if (w->bound && parent->remote_id[0] && strcmp(parent->remote_id, w->parent_remote) != 0) {
        w->bound = false;
        w->line.remote_id[0] = '\0';
        w->line.aspects = w->have;
    }
    if (parent->remote_id[0] || !w->bound)
        str_copy(w->parent_remote, sizeof w->parent_remote, parent->remote_id);
    return RC_OK;
}

void offer_defer(struct offer *o, struct offer_work *w) {
    w->deferred = true;
    w->next = o->deferred;
    o->deferred = w;
}

/* It cannot have the SKU it should have. */
static bool about_sku(const char *code) {
    return str_eq(code, CODE_SKU_HELD) || str_eq(code, CODE_DUPLICATE) || str_eq(code, CODE_ALIKE);
}

/* A product that is there keeps what its item's data do not allow to be sent; everything else goes on. One that was
 * taken out of the offer does not come back half. */
static bool rest_goes(const struct offer_work *w, const struct judge_case *c) {
    return w->bound && c->spoils && !w->swap && !(w->hidden && (c->spoils & ASPECT_MASTER));
}

static enum rc send_rest(struct offer *o, struct offer_work *w, const struct judge_case *c, struct err *err) {
    enum rc rc = w->spoiled ? RC_OK : offer_park(o, w, c->code, c->text, err);
    w->spoiled |= c->spoils;
    w->line.aspects &= ~c->spoils;
    if (rc == RC_OK && w->line.aspects == 0)
        return offer_finish(o, w, false, err);
    offer_candidate(o, w);
    return rc;
}

static enum rc hold_back(struct offer *o, struct offer_work *w, const struct judge_case *c, enum judgement how,
                         struct err *err) {
    enum rc rc = RC_OK;
    if (how == JUDGE_PARK && strcmp(c->code, CODE_SKU_HELD) == 0 && !w->held_back) {
        offer_defer(o, w);
        return RC_OK;
    }
    bool sent = false;
    if (how == JUDGE_PARK && about_sku(c->code))
        rc = offer_swap_back(o, w, c->code, c->text, &sent, err);
    if (rc != RC_OK || sent)
        return rc;
    if (how == JUDGE_PARK && rest_goes(w, c))
        return send_rest(o, w, c, err);
    if (how == JUDGE_PARK)
        rc = offer_park(o, w, c->code, c->text, err);
    else if (o->creates) {
        if (!w->counted)
            run_expect(o->r, 1);
        run_skip(o->r, c->code, w->label, c->text);
    }
    return rc == RC_OK ? offer_finish(o, w, false, err) : rc;
}

static void note_free(struct offer *o, const struct offer_work *w) {
    if ((w->line.aspects & ASPECT_PRICE) && !w->line.unpublish && !w->counted && w->item.price.has_price &&
        w->line.regular == 0)
        run_log(o->r, LOG_WARNING, w->label, "Its price in the ERP is 0; the shop is told so.");
}

static bool must_be_looked_up(const struct offer *o, const struct offer_work *w) {
    return !w->bound && offer_adopts(o) && !w->looked_up && w->sku[0];
}

static enum rc settle(struct offer *o, struct offer_work *w, struct err *err) {
    enum rc rc = find_parent(o, w, err);
    if (rc != RC_OK)
        return rc;
    if (must_be_looked_up(o, w)) {
        offer_wait_for_pause(o, w);
        return RC_OK;
    }
    bool sku_moves = !w->bound || ((w->line.aspects & ASPECT_MASTER) && strcmp(w->sku, w->old_sku) != 0);
    struct judge_case c = {.o = o,
                           .item = &w->item,
                           .sku = w->sku,
                           .bound = w->bound,
                           .tax_missing = w->tax_missing,
                           .sku_moves = sku_moves,
                           .rate_missing = w->rate_missing,
                           .aspects = w->line.aspects,
                           .have = w->have & ~w->spoiled,
                           .remote_id = w->line.remote_id,
                           .parent_remote = w->parent_remote};
    enum judgement verdict = JUDGE_PASS;
    const char *rule = NULL;
    if (!w->line.unpublish)
        rc = offer_judge(&c, &verdict, &rule, err);
    if (rc != RC_OK)
        return rc;
    if (verdict != JUDGE_PASS)
        return hold_back(o, w, &c, verdict, err);
    if (w->attributes_missing && (w->line.aspects & ASPECT_MASTER) && !w->line.unpublish) {
        offer_wait_for_pause(o, w);
        return RC_OK;
    }
    if (w->line.aspects == 0)
        return offer_finish(o, w, false, err);
    note_free(o, w);
    if (!w->counted)
        run_expect(o->r, 1);
    w->counted = true;
    offer_queue(o, w);
    return RC_OK;
}

/* Its brothers and sisters that differ too go with it in one request. */
static enum rc pull_family(struct offer *o, const struct offer_work *w, struct err *err) {
    if (w->no_pull || w->item.kind != ITEM_VARIANT || !w->item.parent_key ||
        strcmp(o->last_pulled, w->item.parent_key) == 0)
        return RC_OK;
    str_copy(o->last_pulled, sizeof o->last_pulled, w->item.parent_key);
    struct offer_consider c = {.o = o, .origin = w->origin, .no_pull = true};
    return erp_items_by_parent(o->r->erp, w->item.parent_key, o->read, offer_consider, &c, err);
}

enum rc offer_settle_all(struct offer *o, struct err *err) {
    enum rc rc = RC_OK;
    while (o->candidates && rc == RC_OK) {
        struct offer_work *w = o->candidates;
        rc = pull_family(o, w, err);
        o->candidates = w->next;
        if (!o->candidates)
            o->candidates_last = NULL;
        w->next = NULL;
        if (rc == RC_OK)
            rc = settle(o, w, err);
        else
            offer_drop(o, w);
    }
    return rc;
}

static enum rc judge_deferred(struct offer *o, bool last_time, struct err *err) {
    while (o->deferred) {
        struct offer_work *w = o->deferred;
        o->deferred = w->next;
        w->deferred = false;
        w->held_back = last_time;
        offer_candidate(o, w);
    }
    return offer_settle_all(o, err);
}

enum rc offer_undefer(struct offer *o, struct err *err) {
    bool moves = false;
    enum rc rc = o->swaps ? offer_swap_begin(o, true, &moves, err) : RC_OK;
    if (rc != RC_OK || moves)
        return rc;
    rc = judge_deferred(o, false, err);
    moves = o->buckets || o->waiting;
    if (rc == RC_OK && !moves)
        rc = offer_swap_begin(o, false, &moves, err);
    return rc == RC_OK && !moves ? judge_deferred(o, true, err) : rc;
}
