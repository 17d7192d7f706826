/* What flows ask of their run: stop, log, count, wait. */
#include "service/sync/run.h"

#include "common/base/buf.h"
#include "common/base/str.h"
#include "service/sync/lease.h"
#include "service/sync/retry.h"

bool run_stopped(const struct run *r) {
    return stop_is_set(r->stop);
}

enum rc run_check_stop(const struct run *r, struct err *err) {
    if (run_stopped(r))
        return err_set(err, RC_STOPPED, REACH_LINK, "The run was asked to stop.");
    return lease_step(r->lease, NULL, err);
}

/* What others are told who want the lease. */
static void tell_lease(struct run *r, const char *what, int64_t done, int64_t total) {
    char text[96];
    if (total >= 0)
        str_fmt(text, sizeof text, "%s, %lld of %lld", what, (long long)done, (long long)total);
    else
        str_fmt(text, sizeof text, "%s, %lld", what, (long long)done);
    lease_doing(r->lease, text);
}

void run_progress(struct run *r, const char *what, int64_t done, int64_t total) {
    if (r->lease)
        tell_lease(r, what, done, total);
    if (r->progress)
        r->progress(r->progress_ctx, what, done, total);
}

static struct log_context context_of(const struct run *r, const char *object) {
    return (struct log_context){.company = r->company, .link = r->link_name, .flow = r->flow, .object = object};
}

void run_log(struct run *r, enum log_level level, const char *object, const char *fmt, ...) {
    char text[ERR_TEXT_MAX * 2];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct log_context about = context_of(r, object);
    log_line(r->log, level, &about, "%s", text);
}

static const char *flow_name(const struct run *r) {
    return r->flow ? r->flow : "run";
}

void run_expect(struct run *r, int64_t n) {
    summary_expect(r->summary, flow_name(r), n);
}

void run_done(struct run *r, int64_t n) {
    summary_done(r->summary, flow_name(r), n);
}

void run_skip(struct run *r, const char *code, const char *object, const char *text) {
    summary_not_done(r->summary, flow_name(r), OUTCOME_SKIPPED, code, object, text);
    run_log(r, LOG_INFO, object, "Skipped: %s", text);
}

void run_park(struct run *r, const char *code, const char *object, const char *text) {
    summary_not_done(r->summary, flow_name(r), OUTCOME_PARKED, code, object, text);
    run_log(r, LOG_WARNING, object, "Put aside: %s", text);
}

void run_fail(struct run *r, const char *code, const char *object, const char *text) {
    summary_not_done(r->summary, flow_name(r), OUTCOME_FAILED, code, object, text);
    run_log(r, LOG_WARNING, object, "Failed: %s", text);
}

void run_note(struct run *r, const char *code, const char *object, const char *text) {
    char own[48];
    str_fmt(own, sizeof own, "%s %s", code, object); /* each by itself: none may vanish in "and others" */
    summary_not_done(r->summary, flow_name(r), OUTCOME_NOTED, own, NULL, text);
    run_log(r, LOG_WARNING, object, "%s", text);
}

bool run_try_again(struct run *r, const struct err *err, unsigned *attempts) {
    struct retry retry = retry_of_error(err, *attempts, &r->rng);
    (*attempts)++;
    if (retry.act == RETRY_NEXT_RUN)
        r->not_before_ms = clock_wall_ms(r->clock) + retry.wait_ms;
    if (retry.act != RETRY_WAIT || run_stopped(r))
        return false;
    run_log(r, LOG_INFO, NULL, "%s Trying again in %lld s (attempt %u of %d).", err->text,
            (long long)((retry.wait_ms + 999) / 1000), *attempts + 1, RETRY_TRIES_MAX);
    bool stopped = r->wait ? r->wait(r->wait_ctx, retry.wait_ms) : os_wait(r->stop, retry.wait_ms);
    return !stopped && lease_step(r->lease, NULL, NULL) == RC_OK; /* what was lost meanwhile is told at the next step */
}
