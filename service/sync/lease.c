#include "service/sync/lease.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#define BEATS_PER_LENGTH 12  /* also how soon a wish to stop is heard: 5 s of 60 */
#define LOOK_EVERY_MS    500 /* while waiting for an owner to leave */

struct lease_hold {
    struct lease_args args;
    char link[256];
    int64_t epoch, length_ms;
    struct os_mutex *place; /* held while the place is used */
    struct os_mutex *state; /* held for moments only; guards what follows */
    char doing[160], stop_by[160];
    int64_t alive_us; /* from before the last sign of life that arrived */
    bool lost;
    struct err why; /* of lost */
    struct stop *wake;
    struct os_thread *thread;
};

static int64_t now_us(const struct lease_hold *h) {
    return clock_monotonic_us(h->args.clock);
}

static void tell(const struct lease_args *args, enum log_level level, const char *text) {
    if (args->log)
        log_line(args->log, level, &args->about, "%s", text);
}

/* --- signs of life --- */

/* With the state locked. */
static void set_lost(struct lease_hold *h, const struct err *why) {
    if (h->lost)
        return;
    h->lost = true;
    h->why = *why;
    tell(&h->args, LOG_WARNING, why->text);
}

void lease_beat(struct lease_hold *h) {
    struct lease row;
    struct err err;
    char doing[sizeof h->doing];
    os_mutex_lock(h->place);
    os_mutex_lock(h->state);
    bool lost = h->lost;
    memcpy(doing, h->doing, sizeof doing);
    os_mutex_unlock(h->state);
    if (!lost) {
        int64_t begun = now_us(h);
        err_clear(&err);
        enum rc rc = h->args.place.vt->renew(h->args.place.ctx, h->link, h->epoch, doing, &row, &err);
        os_mutex_lock(h->state);
        if (rc == RC_OK) {
            h->alive_us = begun;
            memcpy(h->stop_by, row.stop_by, sizeof h->stop_by);
        } else if (rc == RC_CONFLICT) {
            set_lost(h, &err);
        } /* else the database did not answer in time; the next beat or lease_step tries again */
        os_mutex_unlock(h->state);
    }
    os_mutex_unlock(h->place);
}

static void keep_alive(void *arg) {
    struct lease_hold *h = arg;
    while (!os_wait(h->wake, h->length_ms / BEATS_PER_LENGTH))
        lease_beat(h);
}

/* --- the run's side --- */

int64_t lease_epoch(const struct lease_hold *hold) {
    return hold->epoch;
}

/* How long nothing was heard of us, in ms, as the strictest observer would count. */
static int64_t silent_ms(struct lease_hold *h) {
    os_mutex_lock(h->state);
    int64_t silent = (now_us(h) - h->alive_us) / 1000;
    os_mutex_unlock(h->state);
    return silent;
}

static enum rc judge_self(struct lease_hold *h, struct err *err) {
    if (!h->lost && (now_us(h) - h->alive_us) / 1000 >= h->length_ms * 3 / 4) {
        struct err why;
        err_set(&why, RC_CONFLICT, REACH_LINK,
                "This run could not renew its right to work on the link for %lld seconds, because the company database "
                "did not answer or this machine stood still. It ends here and writes nothing more; the next run goes "
                "on.",
                (long long)((now_us(h) - h->alive_us) / 1000000));
        set_lost(h, &why);
    }
    if (h->lost) {
        if (err)
            *err = h->why;
        return h->why.rc;
    }
    if (*h->stop_by)
        return err_set(err, RC_STOPPED, REACH_LINK, "%s asked this run to stop, to run instead of it.", h->stop_by);
    return RC_OK;
}

void lease_doing(struct lease_hold *h, const char *doing) {
    if (!h)
        return;
    os_mutex_lock(h->state);
    str_copy(h->doing, sizeof h->doing, doing);
    os_mutex_unlock(h->state);
}

enum rc lease_step(struct lease_hold *h, const char *doing, struct err *err) {
    if (!h)
        return RC_OK;
    if (doing)
        lease_doing(h, doing);
    if (silent_ms(h) >= h->length_ms / 2) /* the thread is behind: frozen, or the database is slow */
        lease_beat(h);
    os_mutex_lock(h->state);
    enum rc rc = judge_self(h, err);
    os_mutex_unlock(h->state);
    return rc;
}

void lease_end(struct lease_hold *h) {
    if (!h)
        return;
    if (h->thread) {
        stop_set(h->wake);
        os_thread_join(h->thread);
    }
    /* Failing is no harm: our process ends, or the counter stands still, and both tell others that we are gone. */
    if (!h->lost)
        (void)h->args.place.vt->release(h->args.place.ctx, h->link, h->epoch, NULL);
    stop_free(h->wake);
    os_mutex_free(h->place);
    os_mutex_free(h->state);
    mem_free(h);
}

/* --- taking --- */

static struct lease_hold *hold_new(const struct lease_args *args, const struct lease *taken, int64_t asked_us) {
    struct lease_hold *h = MEM_NEW(struct lease_hold);
    h->args = *args;
    str_copy(h->link, sizeof h->link, args->link);
    str_copy(h->doing, sizeof h->doing, args->doing);
    h->epoch = taken->epoch;
    h->length_ms = taken->length_ms;
    h->alive_us = asked_us;
    h->place = os_mutex_new();
    h->state = os_mutex_new();
    h->wake = stop_new();
    if (!args->no_thread)
        h->thread = os_thread_start(keep_alive, h);
    return h;
}

struct attempt {
    const struct lease_args *args;
    enum lease_how how;
    struct lease_watch own_watch, *watch;
    struct lease_refusal seen;
    int64_t asked_epoch; /* whom we asked to stop; 0 nobody */
    int64_t began_us;
};

static bool take_over(const struct attempt *a) {
    return a->seen.verdict == LEASE_DEAD && a->how != LEASE_WHEN_FREE;
}

static enum rc look(struct attempt *a, struct err *err) {
    const struct lease_args *args = a->args;
    enum rc rc = args->place.vt->read(args->place.ctx, args->link, &a->seen.lease, err);
    if (rc != RC_OK)
        return rc;
    int64_t now = clock_monotonic_us(args->clock);
    a->seen.verdict = lease_judge(a->watch, &a->seen.lease, args->self, now);
    a->seen.silent_ms = (now - a->watch->since_us) / 1000;
    return RC_OK;
}

/* CONFLICT: held, or somebody was quicker; look again. */
static enum rc try_take(struct attempt *a, struct lease_hold **out, struct err *err) {
    const struct lease_args *args = a->args;
    struct lease taken;
    const struct lease_claim claim = {.owner = args->self,
                                      .purpose = args->purpose,
                                      .doing = args->doing ? args->doing : "",
                                      .since_ms = clock_wall_ms(args->clock),
                                      .length_ms = args->length_ms > 0 ? args->length_ms : LEASE_LENGTH_MS};
    const struct lease *dead = take_over(a) ? &a->seen.lease : NULL;
    int64_t asked = clock_monotonic_us(args->clock);
    enum rc rc = args->place.vt->take(args->place.ctx, args->link, &claim, dead, &taken, err);
    if (rc != RC_OK)
        return rc;
    if (dead) {
        char who[LEASE_WORDS_MAX], text[ERR_TEXT_MAX];
        lease_words(dead, who);
        str_fmt(text, sizeof text, "Took over from a run that was interrupted: %s.", who);
        tell(args, LOG_WARNING, text);
    }
    *out = hold_new(args, &taken, asked);
    return RC_OK;
}

/* Once for each owner: it ends at its next step. */
static enum rc ask_stop(struct attempt *a, struct err *err) {
    const struct lease_args *args = a->args;
    char by[160];
    if (a->how != LEASE_ANYWAY || a->asked_epoch == a->seen.lease.epoch)
        return RC_OK;
    str_fmt(by, sizeof by, "%s on %s (process %lld)", args->self->account, args->self->machine,
            (long long)args->self->process);
    enum rc rc = args->place.vt->ask_stop(args->place.ctx, args->link, a->seen.lease.epoch, by, err);
    if (rc == RC_OK)
        a->asked_epoch = a->seen.lease.epoch;
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* it ended by itself meanwhile */
}

static bool worth_waiting(const struct attempt *a) {
    /* Free here: somebody was quicker and has left again. */
    return a->how == LEASE_ANYWAY ||
           (a->how == LEASE_WHEN_DEAD && (a->seen.verdict == LEASE_UNSURE || a->seen.verdict == LEASE_FREE));
}

static enum rc wait_a_little(const struct attempt *a, int64_t wait_ms, bool *over, struct err *err) {
    const struct lease_args *args = a->args;
    int64_t left = wait_ms - (clock_monotonic_us(args->clock) - a->began_us) / 1000;
    *over = left <= 0;
    if (*over)
        return RC_OK;
    int64_t ms = left < LOOK_EVERY_MS ? left : LOOK_EVERY_MS;
    bool stopped = args->wait ? args->wait(args->wait_ctx, ms) : os_wait(args->stop, ms);
    return stopped ? err_set(err, RC_STOPPED, REACH_LINK, "Stopped while waiting for another run to end.") : RC_OK;
}

static enum rc refused(const struct attempt *a, struct lease_refusal *refusal, struct err *err) {
    char text[ERR_TEXT_MAX];
    lease_refusal_words(&a->seen, text);
    if (refusal)
        *refusal = a->seen;
    return err_set(err, RC_CONFLICT, REACH_LINK, "%s%s Nothing was started.", text,
                   a->asked_epoch != 0 ? " It was asked to stop and has not come to its next step yet." : "");
}

enum rc lease_begin(const struct lease_args *args, enum lease_how how, int64_t wait_ms, struct lease_hold **out,
                    struct lease_refusal *refusal, struct err *err) {
    struct attempt a = {.args = args, .how = how, .began_us = clock_monotonic_us(args->clock)};
    a.watch = args->watch ? args->watch : &a.own_watch;
    bool over = false;
    for (;;) {
        enum rc rc = look(&a, err);
        if (rc == RC_OK && (a.seen.verdict == LEASE_FREE || take_over(&a))) {
            rc = try_take(&a, out, err);
            if (rc != RC_CONFLICT)
                return rc;
            rc = look(&a, err); /* who was quicker */
        }
        if (rc == RC_OK && a.seen.verdict != LEASE_FREE)
            rc = ask_stop(&a, err);
        if (rc == RC_OK)
            rc = worth_waiting(&a) ? wait_a_little(&a, wait_ms, &over, err) : RC_OK;
        if (rc != RC_OK)
            return rc;
        if (over || !worth_waiting(&a))
            return refused(&a, refusal, err);
    }
}
