#include "service/sched/schedule.h"

#include "common/base/civil.h"

#define DAY_S INT64_C(86400)

/* Days are counted from 1970-01-01 by the local calendar. */
static int64_t day_of(int64_t local_s) {
    return local_s / DAY_S - (local_s % DAY_S < 0);
}

static unsigned weekday_bit(int64_t day) {
    return 1u << civil_weekday(day * DAY_S * 1000);
}

static int64_t floor_s(int64_t ms) {
    return ms / 1000 - (ms % 1000 < 0);
}

/* How far behind the midnight it begins at a window ends. */
static int64_t window_end_s(const struct schedule_window *window) {
    return window->to_s <= window->from_s ? window->to_s + DAY_S : window->to_s;
}

/* Of today's window or of one that began yesterday. */
static bool in_window(const struct schedule_window *window, int64_t local_s) {
    int64_t day = day_of(local_s);
    for (int back = 0; back <= 1; back++) {
        int64_t of_day = local_s - (day - back) * DAY_S;
        if ((window->weekdays & weekday_bit(day - back)) && of_day >= window->from_s && of_day < window_end_s(window))
            return true;
    }
    return false;
}

static bool is_forbidden(const struct schedule *s, int64_t local_s) {
    for (size_t i = 0; i < s->forbidden_count; i++) {
        if (in_window(&s->forbidden[i], local_s))
            return true;
    }
    return false;
}

bool schedule_runs(const struct schedule *schedule) {
    return schedule->on && schedule->approved;
}

bool schedule_allows(const struct schedule *schedule, const struct zone *zone, int64_t utc_ms) {
    int64_t local_s = zone_local_s(zone, floor_s(utc_ms));
    return !is_forbidden(schedule, local_s) && (schedule->kind == SCHEDULE_AT || in_window(&schedule->hours, local_s));
}

/* --- the next start --- */

/* The search: what lies behind after_s, and the best so far. */
struct search {
    const struct schedule *schedule;
    const struct zone *zone;
    int64_t after_s;
    bool found;
    int64_t best_s;
};

static void offer(struct search *q, int64_t utc_s) {
    if (utc_s > q->after_s && (!q->found || utc_s < q->best_s)) {
        q->found = true;
        q->best_s = utc_s;
    }
}

/* The listed times of one local day. A time that the clock jumps over counts at the jump; one that is shown twice, the
 * first time. */
static void offer_times(struct search *q, int64_t day) {
    const struct schedule *s = q->schedule;
    for (size_t i = 0; i < s->at_count; i++) {
        int64_t first, last;
        (void)zone_utc_s(q->zone, day * DAY_S + s->at_s[i], &first, &last);
        if (!is_forbidden(s, zone_local_s(q->zone, first)))
            offer(q, first);
    }
}

/* The starts of the hours that begin on one local day: time that really passes, counted from the first moment of these
 * hours, as far as the wall shows a time inside them. */
static void offer_intervals(struct search *q, int64_t day) {
    const struct schedule *s = q->schedule;
    int64_t start, end, ignored;
    (void)zone_utc_s(q->zone, day * DAY_S + s->hours.from_s, &start, &ignored);
    (void)zone_utc_s(q->zone, day * DAY_S + window_end_s(&s->hours), &ignored, &end);
    start += s->offset_s;
    int64_t utc_s = start;
    if (q->after_s >= start)
        utc_s = start + ((q->after_s - start) / s->every_s + 1) * s->every_s;
    for (; utc_s < end && (!q->found || utc_s < q->best_s); utc_s += s->every_s) {
        int64_t local_s = zone_local_s(q->zone, utc_s);
        int64_t of_day = local_s - day * DAY_S;
        if (of_day >= s->hours.from_s && of_day < window_end_s(&s->hours) && !is_forbidden(s, local_s)) {
            offer(q, utc_s);
            return;
        }
    }
}

bool schedule_next(const struct schedule *schedule, const struct zone *zone, int64_t after_ms, int64_t *start_ms) {
    struct search q = {.schedule = schedule, .zone = zone, .after_s = floor_s(after_ms)};
    /* Hours reach into the next day, and a day can be missing where a country changed sides of the date line. */
    int64_t today = day_of(zone_local_s(zone, q.after_s));
    int64_t last = today + SCHEDULE_HORIZON_DAYS;
    for (int64_t day = today - 2; day <= last; day++) {
        if (!(schedule->hours.weekdays & weekday_bit(day)))
            continue;
        if (schedule->kind == SCHEDULE_AT)
            offer_times(&q, day);
        else
            offer_intervals(&q, day);
        /* A later day's start can only be earlier where the calendar itself jumps; two days are plenty. */
        if (q.found && last > day + 2)
            last = day + 2;
    }
    if (q.found)
        *start_ms = q.best_s * 1000;
    return q.found;
}

/* The end of a forbidden window that holds this instant, by the clock on the wall. */
static bool window_left_s(const struct schedule *s, const struct zone *zone, int64_t utc_s, int64_t *out_s) {
    int64_t local_s = zone_local_s(zone, utc_s);
    for (size_t i = 0; i < s->forbidden_count; i++) {
        const struct schedule_window *w = &s->forbidden[i];
        if (!in_window(w, local_s))
            continue;
        int64_t day = day_of(local_s);
        int64_t of_day = local_s - day * DAY_S;
        bool of_yesterday = of_day < w->from_s || !(w->weekdays & weekday_bit(day));
        int64_t first;
        (void)zone_utc_s(zone, (day - of_yesterday) * DAY_S + window_end_s(w), &first, out_s);
        /* Shown twice: the first time if it is still to come. */
        *out_s = first > utc_s ? first : *out_s;
        return true;
    }
    return false;
}

bool schedule_allowed_from(const struct schedule *schedule, const struct zone *zone, int64_t utc_ms, int64_t *out_ms) {
    int64_t utc_s = floor_s(utc_ms), left_s;
    for (int i = 0; i < 8 * SCHEDULE_FORBIDDEN_MAX; i++) {
        if (!window_left_s(schedule, zone, utc_s, &left_s)) {
            *out_ms = utc_s * 1000 > utc_ms ? utc_s * 1000 : utc_ms;
            return true;
        }
        utc_s = left_s > utc_s ? left_s : utc_s + 60;
    }
    return false;
}

/* --- is it a schedule --- */

static bool window_is_good(const struct schedule_window *w) {
    return w->weekdays != 0 && w->weekdays <= SCHEDULE_ALL_DAYS && w->from_s >= 0 && w->from_s < SCHEDULE_DAY_S &&
           w->to_s >= 0 && w->to_s <= SCHEDULE_DAY_S;
}

static enum rc refuse(struct err *err, const char *text) {
    return err_set(err, RC_INVALID, REACH_FLOW, "%s", text);
}

static enum rc check_times(const struct schedule *s, struct err *err) {
    if (s->at_count == 0 || s->at_count > SCHEDULE_TIMES_MAX)
        return refuse(err, "A schedule at times of the day needs between 1 and 48 times.");
    for (size_t i = 0; i < s->at_count; i++) {
        if (s->at_s[i] < 0 || s->at_s[i] >= SCHEDULE_DAY_S)
            return refuse(err, "A time of the day lies between 00:00 and 23:59:59.");
    }
    return RC_OK;
}

static enum rc check_interval(const struct schedule *s, struct err *err) {
    if (s->every_s < 10 || s->every_s > SCHEDULE_DAY_S)
        return refuse(err, "An interval is at least 10 seconds and at most a day.");
    if (s->offset_s < 0 || s->offset_s >= s->every_s)
        return refuse(err, "The offset of a schedule must be shorter than its interval.");
    return RC_OK;
}

enum rc schedule_check(const struct schedule *schedule, struct err *err) {
    if (!window_is_good(&schedule->hours))
        return refuse(err, "A schedule needs a weekday at least, and hours between 00:00 and 24:00.");
    if (schedule->forbidden_count > SCHEDULE_FORBIDDEN_MAX)
        return refuse(err, "A schedule has at most 16 forbidden windows.");
    for (size_t i = 0; i < schedule->forbidden_count; i++) {
        if (!window_is_good(&schedule->forbidden[i]))
            return refuse(err, "A forbidden window needs a weekday at least, and hours between 00:00 and 24:00.");
    }
    enum rc rc = schedule->kind == SCHEDULE_AT ? check_times(schedule, err) : check_interval(schedule, err);
    if (rc != RC_OK)
        return rc;
    /* A week of winter, in no zone at all: what forbids everything there forbids everything. */
    struct zone *utc = zone_utc();
    int64_t start;
    bool ever = schedule_next(schedule, utc, 0, &start);
    zone_free(utc);
    return ever ? RC_OK : refuse(err, "The forbidden windows leave no time at which this schedule could ever start.");
}

static bool same_window(const struct schedule_window *a, const struct schedule_window *b) {
    return a->weekdays == b->weekdays && a->from_s == b->from_s && a->to_s == b->to_s;
}

bool schedule_same(const struct schedule *a, const struct schedule *b) {
    bool same = a->on == b->on && a->approved == b->approved && a->kind == b->kind && same_window(&a->hours, &b->hours);
    same = same && a->every_s == b->every_s && a->offset_s == b->offset_s && a->at_count == b->at_count &&
           a->forbidden_count == b->forbidden_count;
    for (size_t i = 0; same && i < a->at_count; i++)
        same = a->at_s[i] == b->at_s[i];
    for (size_t i = 0; same && i < a->forbidden_count; i++)
        same = same_window(&a->forbidden[i], &b->forbidden[i]);
    return same;
}
