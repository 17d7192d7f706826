/* The stream of batches: jobs and their rounds. */
#include "service/channel/woo/offer.h"

#include <string.h>

#include "common/base/mem.h"

/* --- verdicts --- */

static struct verdict *verdict_of(struct job *job, size_t line) {
    return &job->batch->lines[line].verdict;
}

void offer_done(struct job *job, size_t line, const char *id) {
    struct line_state *state = &job->states[line];
    struct verdict *v = verdict_of(job, line);
    v->kind = VERDICT_DONE;
    str_copy(v->remote_id, sizeof v->remote_id, id);
    v->adopted = state->adopted;
    v->text[0] = '\0';
    if (state->adopted)
        str_fmt(v->text, sizeof v->text,
                "The shop had a product with SKU %s already (number %s); it is used from now on.", state->sku, id);
    else if (state->rebound)
        str_fmt(v->text, sizeof v->text, "The shop now keeps SKU %s under number %s.", state->sku, id);
    state->need = NEED_NOTHING;
    job->round_progress++;
}

void offer_refuse(struct job *job, size_t line, enum verdict_kind kind, const char *field, const char *code,
                  const char *text) {
    struct verdict *v = verdict_of(job, line);
    v->kind = kind;
    str_copy(v->field, sizeof v->field, field);
    str_copy(v->code, sizeof v->code, code);
    str_copy(v->text, sizeof v->text, text);
    job->states[line].need = NEED_NOTHING;
    job->round_progress++;
}

void offer_line_later(struct job *job, size_t line, const struct err *err) {
    struct verdict *v = verdict_of(job, line);
    v->kind = VERDICT_LATER;
    v->retry_after_s = err->retry_after_s;
    str_copy(v->code, sizeof v->code, err->code);
    str_copy(v->text, sizeof v->text, err->text);
    job->states[line].need = NEED_NOTHING;
}

void offer_fail(struct offer *o, enum rc rc, const struct err *err) {
    o->ended = true;
    if (o->rc)
        return;
    o->rc = rc;
    o->err = *err;
    o->err.rc = rc;
    o->err.reach = REACH_LINK;
}

/* --- tasks --- */

struct task *offer_task_new(struct job *job, enum need kind, const size_t *lines, size_t count) {
    struct task *t = MEM_NEW(struct task);
    t->job = job;
    t->kind = kind;
    t->lines = mem_alloc((count + 1) * sizeof *t->lines);
    if (count)
        memcpy(t->lines, lines, count * sizeof *t->lines);
    t->count = count;
    buf_init(&t->body, WOO_BODY_MAX);
    job->open++;
    return t;
}

void offer_task_free(struct task *t) {
    buf_free(&t->body);
    mem_free(t->lines);
    mem_free(t);
}

/* --- jobs --- */

static void refuse_early(struct job *job, size_t i, const char *field, const char *text) {
    offer_refuse(job, i, VERDICT_REJECTED, field, "", text);
}

/* Written onto a product that is known by its number, and the SKU is no part of it. */
static bool by_number(const struct offer_line *line) {
    int64_t number;
    return !(line->aspects & ASPECT_MASTER) && str_to_i64(line->remote_id, &number) && number > 0;
}

/* What a line needs first. */
static void plan_line(struct job *job, size_t i) {
    struct offer_line *line = &job->batch->lines[i];
    struct line_state *s = &job->states[i];
    int64_t number;
    memset(&line->verdict, 0, sizeof line->verdict);
    line->verdict.retry_after_s = -1;
    if (!woo_map_has_content(job->offer->w, line)) {
        offer_done(job, i, line->remote_id);
    } else if (!sku_normal(s->sku, line->item->sku) && !by_number(line)) {
        refuse_early(job, i, "sku",
                     "The item has no SKU the shop could keep (empty, too long, or with control characters).");
    } else if (strpbrk(s->sku, "<>")) {
        refuse_early(job, i, "sku", "The SKU has a < or >; the shop would store it without them, as another SKU.");
    } else if (job->variants && !str_to_i64(job->batch->remote_parent, &number)) {
        refuse_early(job, i, "parent", "The item's parent is not in the shop yet.");
    } else if (str_to_i64(line->remote_id, &number) && number > 0) {
        str_copy(s->id, sizeof s->id, line->remote_id);
        s->need = NEED_WRITE;
        if (line->item->kind == ITEM_VARIANT_PARENT && (line->aspects & ASPECT_MASTER))
            s->flags |= WOO_MAP_RETYPE; /* simple to variable loses nothing */
    } else if (line->unpublish) {
        offer_refuse(job, i, VERDICT_NOT_FOUND, "", "", "The item is not in the shop; there is nothing to hide.");
    } else if (line->aspects & ASPECT_MASTER) {
        s->need = NEED_WRITE;
    } else {
        s->need = NEED_FIND;
        s->why = WHY_ADOPT;
    }
}

static struct job *job_new(struct offer *o, struct offer_batch *batch) {
    struct job *job = MEM_NEW(struct job);
    job->offer = o;
    job->batch = batch;
    job->states = mem_zalloc(batch->line_count + 1, sizeof *job->states);
    job->write_limit = WOO_BATCH_MAX;
    for (size_t i = 0; i < batch->line_count; i++)
        job->variants = job->variants || batch->lines[i].item->kind == ITEM_VARIANT;
    for (size_t i = 0; i < batch->line_count; i++)
        plan_line(job, i);
    job->next = o->jobs;
    o->jobs = job;
    return job;
}

static size_t collect(const struct job *job, enum need need, size_t *lines) {
    size_t n = 0;
    for (size_t i = 0; i < job->batch->line_count; i++) {
        if (job->states[i].need == need)
            lines[n++] = i;
    }
    return n;
}

/* The stream has failed: what still waits gets the verdict that is true of it. */
static void abandon(struct job *job) {
    struct offer *o = job->offer;
    for (size_t i = 0; i < job->batch->line_count; i++) {
        struct line_state *s = &job->states[i];
        if (s->need == NEED_NOTHING)
            continue;
        bool sent = s->why == WHY_ODD || s->why == WHY_SLOW || s->why == WHY_BROKE;
        if (!sent && o->rc == RC_LATER) {
            offer_line_later(job, i, &o->err);
            continue;
        }
        struct verdict *v = verdict_of(job, i);
        v->kind = sent && s->need != NEED_WRITE ? VERDICT_UNKNOWN : VERDICT_NONE;
        str_copy(v->text, sizeof v->text, o->err.text);
        s->need = NEED_NOTHING;
    }
}

/* A whole request failed for what was in it, and so did every other one of the round: the shop is broken, not a line.
 */
static void give_up_splitting(struct job *job) {
    struct err err;
    err_set(&err, RC_LATER, REACH_ITEM,
            "The shop fails with an internal error on this item and others. Its own error log tells the reason.");
    for (size_t i = 0; i < job->batch->line_count; i++) {
        if (job->states[i].need == NEED_WRITE)
            offer_line_later(job, i, &err);
    }
}

static void end_round(struct job *job) {
    if (job->broke) {
        if (job->round_writes > 1 && job->round_progress == 0)
            give_up_splitting(job);
        job->write_limit = (job->broke + 1) / 2;
    }
    job->round_writes = 0;
    job->round_progress = 0;
    job->broke = 0;
}

static void send_canary(struct job *job);

/* Starts the next round; false when the job is finished. */
static bool next_round(struct job *job) {
    struct offer *o = job->offer;
    size_t count = job->batch->line_count;
    bool reading = false;
    size_t *lines = mem_alloc((count + 1) * sizeof *lines);
    if (job->canary_due && !o->rc) {
        send_canary(job);
        mem_free(lines);
        return true;
    }
    if (o->rc || ++job->round > OFFER_ROUNDS_MAX)
        abandon(job);
    for (enum need need = NEED_FIND; need <= NEED_READ; need++) {
        size_t n = collect(job, need, lines);
        if (n) {
            offer_find(job, lines, n, need);
            reading = true;
        }
    }
    if (!reading) { /* what the look-ups tell decides how the round of writes went */
        end_round(job);
        size_t n = collect(job, NEED_WRITE, lines);
        size_t limit = job->write_limit < o->w->batch_limit ? job->write_limit : o->w->batch_limit;
        for (size_t at = 0; at < n; at += limit)
            offer_write(job, lines + at, n - at < limit ? n - at : limit);
    }
    mem_free(lines);
    return job->open > 0;
}

/* Given back in step(), not here: the engine's part takes its time, and the shop would have nothing to do meanwhile. */
static void finish(struct job *job) {
    struct offer *o = job->offer;
    struct job **at = &o->jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    job->next = NULL;
    if (!o->finished)
        o->finished_end = &o->finished;
    *o->finished_end = job;
    o->finished_end = &job->next;
}

static void give_back_first(struct offer *o) {
    struct job *job = o->finished;
    o->finished = job->next;
    for (size_t i = 0; i < job->batch->line_count; i++) {
        struct verdict *v = verdict_of(job, i);
        if (v->kind == VERDICT_NONE && !o->rc)
            v->kind = VERDICT_UNKNOWN; /* too many rounds: cannot be told */
    }
    struct err err;
    err_clear(&err);
    enum rc rc = o->stream->done(o->stream->ctx, job->batch, &err);
    if (rc && !o->rc) {
        o->ended = true;
        o->rc = rc;
        o->err = err;
    }
    mem_free(job->states);
    mem_free(job);
}

static void advance(struct job *job) {
    if (job->open == 0 && !next_round(job))
        finish(job);
}

void offer_task_done(struct task *t) {
    struct job *job = t->job;
    offer_task_free(t);
    job->open--;
    advance(job);
}

/* --- the canary: a write that changes nothing --- */

static void on_canary(void *ctx, struct woo_reply *reply, enum rc rc, const struct err *err) {
    (void)reply;
    struct task *t = ctx;
    struct job *job = t->job;
    job->canary_due = false;
    if (rc == RC_OK)
        job->canary_passed = true;
    else
        offer_fail(job->offer, rc, err);
    offer_task_done(t);
}

/* A firewall refused a write. If an empty batch passes, it was the content: then the batch is split until the one line
 * it does not like stands alone. */
static void send_canary(struct job *job) {
    struct task *t = offer_task_new(job, NEED_NOTHING, NULL, 0);
    buf_adds(&t->body, "{}");
    struct woo_request request = {.method = "POST", .path = "products/batch", .body = &t->body, .write = true};
    woo_start(job->offer->w, &request, on_canary, t);
}

/* --- the stream --- */

static bool wants_facts(const struct offer_batch *batch) {
    for (size_t i = 0; i < batch->line_count; i++) {
        const struct item *item = batch->lines[i].item;
        if ((batch->lines[i].aspects & ASPECT_MASTER) && (item->weight_g >= 0 || !str_empty(item->ean)))
            return true;
    }
    return false;
}

/* Takes the next batch from the engine and starts it. Returns false when there is none now. */
static bool take_next(struct offer *o, int64_t *wait_ms) {
    struct offer_batch *batch = NULL;
    struct err err;
    err_clear(&err);
    *wait_ms = -1;
    enum rc rc = o->stream->next(o->stream->ctx, &batch, wait_ms, &err);
    if (rc) {
        o->ended = true;
        o->rc = o->rc ? o->rc : rc;
        o->err = err;
        return false;
    }
    if (!batch) {
        o->ended = *wait_ms < 0;
        return false;
    }
    if (wants_facts(batch) && (rc = woo_facts_need(o->w, &err)) != RC_OK)
        offer_fail(o, rc, &err);
    struct job *job = job_new(o, batch);
    advance(job);
    return !o->ended;
}

static void take_all(struct offer *o, int64_t *wait_ms) {
    struct woo *w = o->w;
    while (!o->ended && http_may_start(w->http) && !stop_is_set(w->stop)) {
        if (!take_next(o, wait_ms))
            break;
    }
    if (stop_is_set(w->stop) && !o->ended) {
        struct err err;
        err_set(&err, RC_STOPPED, REACH_LINK, "The run was stopped.");
        offer_fail(o, RC_STOPPED, &err);
    }
}

/* One step: take what may be taken and send it; then give one finished batch back, or, when there is none, wait for
 * whichever comes first, an answer or the engine's next batch. */
static void step(struct offer *o) {
    struct woo *w = o->w;
    int64_t wait_ms = -1;
    bool finished = o->finished != NULL;
    take_all(o, &wait_ms);
    if (o->ended)
        wait_ms = -1;
    if (http_running(w->http) > 0)
        http_poll(w->http, finished ? 0 : wait_ms >= 0 ? wait_ms : 1000);
    else if (!finished && !o->finished && wait_ms >= 0)
        os_wait(w->stop, wait_ms);
    if (finished)
        give_back_first(o);
}

enum rc woo_offer_put(struct channel *c, const struct offer_stream *stream, struct err *err) {
    struct offer o = {.w = woo_of(c), .stream = stream};
    err_clear(&o.err);
    while (!o.ended || o.jobs || o.finished)
        step(&o);
    if (o.rc && err)
        *err = o.err;
    return o.rc;
}
