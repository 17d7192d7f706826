/* What an answer of the shop means for one item. Everything here happens inside the transaction that ends the batch. */
#include <string.h>

#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"
#include "service/sync/retry.h"

void offer_forget_content(struct map_row *row, unsigned aspects) {
    for (unsigned bit = 0; bit < ASPECT_COUNT; bit++)
        if (aspects & (1u << bit))
            memset(&row->digest[bit], 0, sizeof row->digest[bit]);
}

enum rc offer_finish(struct offer *o, struct offer_work *w, bool failed, struct err *err) {
    struct offer_origin *origin = w->origin;
    offer_drop(o, w);
    return offer_origin_left(o, origin, failed, err);
}

static const char *object_of(const struct offer_work *w) {
    return w->label;
}

static enum rc map_get(struct offer *o, const char *key, struct map_row *row, struct err *err) {
    enum rc rc = store_map_get(o->r->store, o->r->link, MAP_ITEM, key, row, err);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* What the shop holds of it now is not known: it is sent again whatever its digest says. */
static enum rc forget(struct offer *o, const char *key, unsigned aspects, struct err *err) {
    struct map_row row;
    enum rc rc = map_get(o, key, &row, err);
    if (rc != RC_OK || !row.exists)
        return rc;
    offer_forget_content(&row, aspects);
    return store_map_put(o->r->store, o->r->link, MAP_ITEM, key, &row, err);
}

/* Left to a later run. A page that stays behind the cursor finds it again; everything else is noted. */
static enum rc leave(struct offer *o, struct offer_work *w, const char *text, struct err *err) {
    enum rc rc = RC_OK;
    if (!text[0])
        text = "The shop gave no usable answer; it is sent with the next run.";
    run_fail(o->r, CODE_LATER, object_of(w), text);
    if (w->swap)
        rc = offer_swap_note(o, w, err);
    else if (!offer_guarded(o, w->origin))
        rc = store_parked_put(o->r->store, o->r->link, o->r->flow, w->item.key, w->sku, CODE_LATER, text, err);
    return rc == RC_OK ? offer_finish(o, w, true, err) : rc;
}

static enum rc item_event(struct offer *o, const struct offer_work *w, const char *text, struct err *err) {
    char object[96];
    str_fmt(object, sizeof object, EVENT_ITEM "%s", w->item.key);
    return store_event(o->r->store, o->r->link, object, text, err);
}

static enum rc put_aside(struct offer *o, struct offer_work *w, const char *flow, const char *code, const char *text,
                         struct err *err) {
    run_park(o->r, code, object_of(w), text);
    enum rc rc = store_parked_put(o->r->store, o->r->link, flow, w->item.key, w->sku, code, text, err);
    if (rc == RC_OK)
        rc = item_event(o, w, text, err);
    return rc == RC_OK ? offer_finish(o, w, false, err) : rc;
}

/* The product that the shop says is this item's must not be another item's. */
static enum rc check_holder(struct offer *o, struct offer_work *w, const char *remote_id, bool *taken,
                            struct err *err) {
    char other[OFFER_KEY_SIZE];
    struct run *r = o->r;
    *taken = false;
    enum rc rc = store_map_by_remote(r->store, r->link, MAP_ITEM, w->parent_remote, remote_id, other, err);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && strcmp(other, w->item.key) == 0))
        return RC_OK;
    struct map_row holder;
    if (rc == RC_OK)
        rc = map_get(o, other, &holder, err);
    if (rc != RC_OK)
        return rc;
    const struct digest out_of_offer = canonical_unpublished();
    if (digest_eq(&holder.digest[0],
                  &out_of_offer)) /* that item left the offer: its SKU and product have a new owner */
        return store_map_remove(r->store, r->link, MAP_ITEM, other, err);
    *taken = true;
    offer_forget_content(&holder, ASPECT_ALL);
    rc = store_map_put(r->store, r->link, MAP_ITEM, other, &holder, err);
    if (rc == RC_OK)
        rc = store_parked_put(r->store, r->link, FLOW_OFFER_NAME, other, holder.sku, CODE_INTERRUPTED,
                              "Another item with a SKU alike was sent onto its product; it is sent again.", err);
    return rc;
}

static void fill_row(struct offer *o, const struct offer_work *w, const char *remote_id, struct map_row *row) {
    str_copy(row->remote_id, sizeof row->remote_id, remote_id);
    str_copy(row->remote_parent, sizeof row->remote_parent, w->parent_remote);
    bool told = !w->line.unpublish || w->line.sku_too; /* hidden alone: it keeps the SKU it has there */
    if (told && ((w->line.aspects & ASPECT_MASTER) || !row->sku[0]))
        str_copy(row->sku, sizeof row->sku, w->sku);
    for (unsigned bit = 0; bit < ASPECT_COUNT; bit++)
        if (w->line.aspects & (1u << bit))
            row->digest[bit] = w->digest[bit];
    if (w->line.aspects & ASPECT_STOCK) {
        row->stock_told = w->line.available;
        /* Sold after the quantity was computed: it stays marked and goes out again (hazard 12). */
        if (w->orders_epoch == o->orders_epoch)
            row->dirty_stock = false;
    }
    row->exists = true;
}

enum rc offer_unpark(struct offer *o, const char *key, struct err *err) {
    static const char *const flows[] = {FLOW_OFFER_NAME, FLOW_STOCK_NAME, FLOW_PRICES_NAME};
    bool whole = strcmp(o->r->flow, FLOW_OFFER_NAME) == 0;
    enum rc rc = RC_OK;
    for (size_t i = 0; i < 3 && rc == RC_OK; i++)
        if (whole || strcmp(flows[i], o->r->flow) == 0)
            rc = store_parked_clear(o->r->store, o->r->link, flows[i], key, err);
    return rc;
}

static enum rc tell(struct offer *o, const struct offer_work *w, const char *remote_id, bool adopted, bool is_new,
                    struct err *err) {
    char text[ERR_TEXT_MAX];
    struct buf names;
    buf_init(&names, 128);
    offer_name_aspects(w->line.aspects, &names);
    if (w->line.sku_too)
        str_fmt(text, sizeof text,
                "Its product is out of the offer and got the SKU %s, so that another can have its own.", w->sku);
    else if (w->line.unpublish)
        str_fmt(text, sizeof text, "Taken out of the shop's offer, because it is no longer published in the ERP.");
    else if (is_new && adopted)
        str_fmt(text, sizeof text, "Taken over: the shop had product %s with this SKU; sent %s.", remote_id,
                names.data);
    else if (is_new)
        str_fmt(text, sizeof text, "Created in the shop as %s; sent %s.", remote_id, names.data);
    else
        str_fmt(text, sizeof text, "Changed in the shop: %s.", names.data);
    buf_free(&names);
    run_log(o->r, LOG_INFO, object_of(w), "%s", text);
    return item_event(o, w, text, err);
}

/* A parent with a new product has no variants there yet, although these may not have changed. In a full reading they
 * come anyway, unless their digests still say "the same" (the old product's). */
static enum rc note_family(struct offer *o, const struct offer_work *w, bool rebound, struct err *err) {
    if (w->item.kind != ITEM_VARIANT_PARENT || (!rebound && (o->s.mode == MODE_FULL || o->s.mode == MODE_FORCE)))
        return RC_OK;
    return store_parked_put(o->r->store, o->r->link, FLOW_FAMILY_NAME, w->item.key, w->sku, CODE_FAMILY,
                            "Its variants are sent next, because the shop has a new product for them.", err);
}

static enum rc finish_done(struct offer *o, struct offer_work *w, struct err *err) {
    if (strcmp(o->parent_key, w->item.key) == 0)
        o->parent_known = false;
    run_done(o->r, 1);
    enum rc rc = w->spoiled ? RC_OK : offer_unpark(o, w->item.key, err);
    return rc == RC_OK ? offer_finish(o, w, false, err) : rc;
}

static enum rc apply_done(struct offer *o, struct offer_work *w, const struct verdict *verdict, struct err *err) {
    struct run *r = o->r;
    struct map_row row;
    const char *remote_id = verdict->remote_id[0] ? verdict->remote_id : w->line.remote_id;
    enum rc rc = map_get(o, w->item.key, &row, err);
    bool is_new = strcmp(row.remote_id, remote_id) != 0, rebound = is_new && (row.remote_id[0] || w->recreated);
    bool taken = false;
    if (rc == RC_OK && is_new)
        rc = check_holder(o, w, remote_id, &taken, err);
    if (rc == RC_OK && taken)
        return put_aside(o, w, r->flow, CODE_CONFLICT,
                         "The shop gave the product of another item for this SKU: it cannot tell the two SKUs apart. "
                         "Give one of them a clearly different SKU.",
                         err);
    if (rc != RC_OK)
        return rc;
    fill_row(o, w, remote_id, &row);
    rc = store_map_put(r->store, r->link, MAP_ITEM, w->item.key, &row, err);
    if (rc == RC_OK)
        rc = tell(o, w, remote_id, verdict->adopted, is_new, err);
    if (rc == RC_OK && is_new)
        rc = note_family(o, w, rebound, err);
    return rc == RC_OK ? finish_done(o, w, err) : rc;
}

/* A variant whose product is gone twice: perhaps its parent is. That one is asked for again. */
static enum rc doubt_parent(struct offer *o, const struct offer_work *w, struct err *err) {
    if (w->item.kind != ITEM_VARIANT || !w->item.parent_key)
        return RC_OK;
    struct map_row parent;
    enum rc rc = map_get(o, w->item.parent_key, &parent, err);
    if (rc != RC_OK || !parent.exists)
        return rc;
    offer_forget_content(&parent, ASPECT_ALL);
    o->parent_known = false;
    rc = store_map_put(o->r->store, o->r->link, MAP_ITEM, w->item.parent_key, &parent, err);
    if (rc != RC_OK)
        return rc;
    return store_parked_put(o->r->store, o->r->link, FLOW_OFFER_NAME, w->item.parent_key, parent.sku, CODE_INTERRUPTED,
                            "The shop does not find a variant of it, so the product itself is sent again.", err);
}

/* The shop no longer has it: unbound, and made anew where this flow may, once. */
static enum rc apply_not_found(struct offer *o, struct offer_work *w, struct err *err) {
    struct run *r = o->r;
    enum rc rc = store_map_remove(r->store, r->link, MAP_ITEM, w->item.key, err);
    o->parent_known = false;
    if (rc != RC_OK)
        return rc;
    if (w->line.unpublish) { /* that is what was wanted */
        run_done(r, 1);
        run_log(r, LOG_INFO, object_of(w), "No longer in the shop, as it should be.");
        rc = offer_unpark(o, w->item.key, err);
        return rc == RC_OK ? offer_finish(o, w, false, err) : rc;
    }
    if (o->creates && !w->recreated && r->rules->creation == CREATION_ERP) {
        run_log(r, LOG_INFO, object_of(w), "The shop no longer has its product; it is created anew.");
        w->recreated = true;
        w->bound = false;
        w->line.remote_id[0] = '\0';
        w->line.aspects = w->have;
        offer_candidate(o, w);
        return RC_OK;
    }
    rc = doubt_parent(o, w, err);
    if (rc != RC_OK)
        return rc;
    return put_aside(
        o, w, FLOW_OFFER_NAME, CODE_GONE,
        "The shop no longer has its product. It is created anew with the next run that sends the offer, if "
        "this link creates products.",
        err);
}

static enum rc apply_refused(struct offer *o, struct offer_work *w, const struct verdict *verdict, struct err *err) {
    char text[ERR_TEXT_MAX];
    bool conflict = verdict->kind == VERDICT_CONFLICT;
    if (conflict && offer_swap_frees(o, w))
        return RC_OK;
    const char *cure = conflict
                           ? "Correct the SKU on one side; it is tried again when the item changes, and once a day."
                           : "Correct the item in the ERP; it is sent again when it changes, and tried once a day.";
    if (verdict->field[0])
        str_fmt(text, sizeof text, "The shop refused the field %s: %s %s", verdict->field, verdict->text, cure);
    else
        str_fmt(text, sizeof text, "The shop refused it: %s %s", verdict->text, cure);
    return put_aside(o, w, o->r->flow, conflict ? CODE_CONFLICT : CODE_REJECTED, text, err);
}

/* Sent, no answer: nothing is known of what the shop holds. */
static enum rc doubt(struct offer *o, struct offer_work *w, struct err *err) {
    if (w->swap)
        return offer_swap_doubt(o, w, err);
    enum rc rc = forget(o, w->item.key, w->line.aspects, err);
    if (rc != RC_OK || offer_guarded(o, w->origin))
        return rc;
    return store_parked_put(o->r->store, o->r->link, o->r->flow, w->item.key, w->sku, CODE_LATER,
                            "It was sent, but no answer came; it is sent again.", err);
}

/* Not done, or not known to be. Sending an offer line is repeatable: a line that may have created a product adopts
 * it by its SKU the next time. */
static enum rc apply_again(struct offer *o, struct offer_work *w, const struct verdict *verdict, struct err *err) {
    enum rc rc = RC_OK;
    struct verdict wait = {.kind = VERDICT_LATER, .retry_after_s = -1};
    if (verdict->kind == VERDICT_LATER)
        wait.retry_after_s = verdict->retry_after_s;
    if (verdict->kind == VERDICT_UNKNOWN)
        rc = doubt(o, w, err);
    if (rc != RC_OK)
        return rc;
    struct retry retry = retry_of_verdict(&wait, w->attempts, &o->r->rng);
    w->attempts++;
    if (retry.act != RETRY_WAIT) {
        if (retry.wait_ms > RETRY_WAIT_IN_RUN_MS) {
            o->give_up = true;
            o->r->not_before_ms = clock_wall_ms(o->r->clock) + retry.wait_ms;
        }
        return leave(o, w, verdict->text, err);
    }
    if (verdict->kind == VERDICT_NONE) {
        offer_queue(o, w);
        return RC_OK;
    }
    /* One line can spoil the whole request it is in: ever smaller batches find it. */
    if (w->attempts >= 2 && (verdict->kind == VERDICT_UNKNOWN || w->attempts >= 4) && w->shrink < 16)
        w->shrink += 2;
    /* Lines of one batch come back in one moment, so that they are one batch again. */
    if (o->wait_ms < 0 || retry.wait_ms > 2 * o->wait_ms)
        o->wait_ms = retry.wait_ms;
    offer_queue_later(o, w, o->wait_ms);
    return RC_OK;
}

enum rc offer_apply(struct offer *o, struct offer_work *w, const struct verdict *verdict, struct err *err) {
    if (verdict->kind == VERDICT_DONE && offer_swap_sending(w))
        return offer_swap_done(o, w, err);
    if (verdict->kind == VERDICT_NOT_FOUND)
        offer_swap_end(w);
    switch (verdict->kind) {
    case VERDICT_DONE: return apply_done(o, w, verdict, err);
    case VERDICT_NOT_FOUND: return apply_not_found(o, w, err);
    case VERDICT_REJECTED:
    case VERDICT_CONFLICT: return apply_refused(o, w, verdict, err);
    case VERDICT_LATER:
    case VERDICT_NONE:
    case VERDICT_UNKNOWN:
    case VERDICT_PENDING: break;
    }
    return apply_again(o, w, verdict, err);
}
