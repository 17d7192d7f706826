/* The stream of batches: what the channel takes and gives back. One durable INTENT a batch before it is sent, one
 * durable transaction with its verdicts, the id map and the cursor after it. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/flow_offer_int.h"
#include "service/sync/flows.h"

#define ASK_AGAIN_MS 60000
#define PAYLOAD_MAX  ((size_t)1 << 20)

/* "aspects\n" then "key\tsku\n" for each line, or "key\tsku\tswap\n": enough to plan them again after a crash. */
static enum rc intent(struct offer *o, struct offer_batch *batch, struct err *err) {
    struct offer_batch_own *own = batch->engine;
    struct buf payload;
    unsigned aspects = 0;
    for (size_t i = 0; i < batch->line_count; i++)
        aspects |= batch->lines[i].aspects;
    buf_init(&payload, PAYLOAD_MAX);
    buf_addf(&payload, "%u\n", aspects);
    for (size_t i = 0; i < own->count; i++)
        buf_addf(&payload, "%s\t%s%s\n", own->works[i]->item.key, own->works[i]->sku,
                 offer_swap_sending(own->works[i]) ? "\tswap" : "");
    char subject[64];
    str_fmt(subject, sizeof subject, "%zu items", own->count);
    enum rc rc = buf_rc(&payload, "The list of items of a batch", err);
    if (rc == RC_OK)
        rc = store_step_intent(o->r->store, o->r->run_id, o->r->link, o->r->flow, "", subject, payload.data, &own->step,
                               err);
    buf_free(&payload);
    return rc;
}

/* How long the channel may wait before it asks again; -1: nothing will come. */
static int64_t wait_for(const struct offer *o) {
    if (o->pause || o->give_up || o->broken)
        return -1;
    bool room = !offer_full(o);
    if (o->s.source != SOURCE_END && (room || (!o->later && o->in_flight == 0)))
        return 0;
    if (o->later) {
        int64_t us = o->later->due_us - clock_monotonic_us(o->r->clock);
        return us <= 0 ? 0 : us / 1000 + 1;
    }
    return o->in_flight > 0 ? ASK_AGAIN_MS : -1;
}

/* A part of a batch goes out only when nothing can fill it up any more. */
static bool partial_too(const struct offer *o) {
    if (o->pause)
        return false;
    bool stuck = offer_full(o) && o->in_flight == 0 && !o->later;
    return o->s.source == SOURCE_END || stuck;
}

/* Orders are read again now and then while quantities go out, which only works between two rounds. */
static void look_at_clock(struct offer *o) {
    const struct run *r = o->r;
    int64_t limit = r->rules->refresh_orders_ms;
    int64_t since = r->orders_read_us == INT64_MIN ? o->round_us : r->orders_read_us;
    if ((o->aspects & ASPECT_STOCK) && limit > 0 && r->rules->fetch_orders && o->sent > 0 &&
        clock_monotonic_us(r->clock) - since > limit * 1000)
        o->pause = true;
}

/* Not sent, so no verdict will come: its lines wait as before. */
static void requeue(struct offer *o, struct offer_batch *batch) {
    struct offer_batch_own *own = batch->engine;
    for (size_t i = 0; i < own->count; i++)
        offer_queue(o, own->works[i]);
    offer_batch_free(batch);
}

static enum rc hand_out(struct offer *o, struct offer_batch *batch, struct offer_batch **out) {
    o->in_flight++;
    o->sent += (int64_t)batch->line_count;
    *out = batch;
    return RC_OK;
}

/* A batch that was made ready and not fetched any more. */
static enum rc release_prepared(struct offer *o, struct err *err) {
    struct offer_batch *batch = o->prepared;
    if (!batch)
        return RC_OK;
    o->prepared = NULL;
    struct offer_batch_own *own = batch->engine;
    int64_t step = own->step;
    requeue(o, batch);
    return store_step_done(o->r->store, step, "not sent", err);
}

static enum rc next_batch(void *ctx, struct offer_batch **out, int64_t *wait_ms, struct err *err) {
    struct offer *o = ctx;
    *out = NULL;
    *wait_ms = -1;
    if (o->broken)
        return RC_OK;
    enum rc rc = run_check_stop(o->r, err);
    if (rc == RC_OK && o->prepared && !o->give_up) {
        struct offer_batch *ready = o->prepared;
        o->prepared = NULL;
        return hand_out(o, ready, out);
    }
    offer_queue_due(o);
    if (rc == RC_OK && !o->give_up) {
        look_at_clock(o);
        rc = offer_fill(o, err);
    }
    if (rc != RC_OK) {
        o->broken = true;
        return rc;
    }
    struct offer_batch *batch = o->give_up ? NULL : offer_batch_take(o, partial_too(o));
    if (!batch) {
        *wait_ms = wait_for(o);
        return RC_OK;
    }
    rc = intent(o, batch, err);
    if (rc != RC_OK) {
        requeue(o, batch);
        o->broken = true;
        return rc;
    }
    return hand_out(o, batch, out);
}

/* The next full batch becomes durable together with these verdicts, so that each batch costs one durable write. */
static enum rc prepare(struct offer *o, struct err *err) {
    if (o->prepared || o->pause || o->give_up || o->broken || run_stopped(o->r))
        return RC_OK;
    struct offer_batch *batch = offer_batch_take(o, false);
    if (!batch)
        return RC_OK;
    o->prepared = batch;
    return intent(o, batch, err);
}

static enum rc done_batch(void *ctx, struct offer_batch *batch, struct err *err) {
    struct offer *o = ctx;
    struct offer_batch_own *own = batch->engine;
    struct store *store = o->r->store;
    struct err filling = {0};
    o->wait_ms = -1;
    look_at_clock(o);
    /* Before the transaction: none of ours is open while the ERP is asked. */
    enum rc filled = o->broken || o->pause || o->give_up ? RC_OK : offer_fill(o, &filling);
    o->in_flight--;
    enum rc rc = store_begin(store, err);
    for (size_t i = 0; i < own->count && rc == RC_OK; i++)
        rc = offer_apply(o, own->works[i], &batch->lines[i].verdict, err);
    if (rc == RC_OK)
        rc = store_step_done(store, own->step, "done", err);
    if (rc == RC_OK)
        rc = offer_cursor_move(o, true, err);
    if (rc == RC_OK && filled == RC_OK)
        rc = prepare(o, err);
    if (rc == RC_OK)
        rc = store_commit(store, err);
    else
        store_rollback(store);
    if (rc == RC_OK && filled != RC_OK) {
        rc = filled;
        if (err)
            *err = filling;
    }
    offer_batch_free(batch);
    if (rc != RC_OK)
        o->broken = true;
    return rc;
}

/* Reads until there is something to send, or nothing more to read: a run without differences makes no call at all. */
static enum rc fill_first(struct offer *o, struct err *err) {
    enum rc rc = RC_OK;
    do {
        rc = run_check_stop(o->r, err);
        if (rc == RC_OK)
            rc = offer_fill(o, err);
    } while (rc == RC_OK && o->s.source != SOURCE_END && !o->pause && !o->buckets && !offer_full(o));
    return rc;
}

static enum rc between_rounds(struct offer *o, struct err *err) {
    o->pause = false;
    o->round_us = clock_monotonic_us(o->r->clock);
    enum rc rc = RC_OK;
    if (o->waiting && offer_adopts(o))
        rc = offer_adopt(o, err);
    if (rc == RC_OK && o->waiting)
        rc = offer_attributes_put(o, err);
    if (rc == RC_OK && (o->aspects & ASPECT_STOCK)) {
        const char *flow = o->r->flow;
        rc = flow_orders_refresh(o->r, err);
        o->r->flow = flow;
        o->orders_epoch++;
        bool any = true;
        if (rc == RC_OK)
            rc = store_unimported_any(o->r->store, &any, err);
        o->no_unimported = !any;
    }
    return rc;
}

static bool all_done(const struct offer *o) {
    return o->give_up || (o->s.source == SOURCE_END && !o->buckets && !o->later && !o->waiting && !o->candidates &&
                          !o->deferred && !o->pause);
}

/* One call of the channel, as long as it has something to send. RC_OK too when it failed and may be made again. */
static enum rc one_round(struct offer *o, unsigned *attempts, struct err *err) {
    const struct offer_stream stream = {.ctx = o, .next = next_batch, .done = done_batch};
    struct err said = {0};
    int64_t sent = o->sent;
    bool ready = offer_batch_ready(o, partial_too(o)) || o->later;
    enum rc rc = ready ? chan_offer_put(o->r->channel, &stream, &said) : RC_OK;
    enum rc released = release_prepared(o, rc == RC_OK ? &said : NULL);
    if (rc == RC_OK)
        rc = released;
    if (o->sent > sent)
        *attempts = 0;
    if (rc != RC_OK && !o->broken && run_try_again(o->r, &said, attempts))
        return RC_OK;
    if (rc != RC_OK && err)
        *err = said;
    return rc;
}

enum rc offer_send_all(struct offer *o, struct err *err) {
    unsigned attempts = 0;
    o->broken = o->pause = o->give_up = false;
    o->round_us = clock_monotonic_us(o->r->clock);
    enum rc rc = fill_first(o, err);
    while (rc == RC_OK && !all_done(o)) {
        rc = one_round(o, &attempts, err);
        if (rc == RC_OK && o->pause)
            rc = between_rounds(o, err);
        if (rc == RC_OK)
            rc = fill_first(o, err);
    }
    return rc;
}

enum rc offer_park(struct offer *o, const struct offer_work *w, const char *code, const char *text, struct err *err) {
    /* Found held back for the same reason as before: nothing new to tell. */
    if (strcmp(w->retry_code, code) == 0)
        return RC_OK;
    struct run *r = o->r;
    if (!w->counted)
        run_expect(r, 1);
    run_park(r, code, w->label, text);
    return store_parked_put(r->store, r->link, r->flow, w->item.key, w->sku, code, text, err);
}
