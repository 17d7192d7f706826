#include "service/sched/planner.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#define SLEPT_MS   60000
#define A_DAY_MS   INT64_C(86400000)
#define AGAIN_DAYS 1 /* how often a schedule without a start in sight is asked again */

struct entry {
    char *company, *link;
    enum lane lane;
    struct schedule schedule;
    int64_t seen_ms; /* starts up to this instant have been dealt with */
    bool has_next;
    int64_t next_ms;  /* the first start behind seen_ms */
    int64_t asked_ms; /* when there was none in sight */
    bool due;
    int64_t due_ms;   /* the first start that waits */
    unsigned merged;  /* how many came together with it */
    int64_t grace_us; /* monotonic: until then the last of them is on time, whatever its hours */
    int64_t since_us;
    bool running, yielded;
    int64_t started_us;
    unsigned skipped; /* starts that passed while it ran */
    unsigned failures;
    int64_t hold_us; /* monotonic: nothing starts before */
    bool paused;
};

struct planner {
    struct clock *clock;
    struct log *log;
    struct zone *zone;
    struct entry *entries;
    size_t count;
    int64_t wall_ms, monotonic_us; /* of the last look */
};

struct planner *planner_new(struct clock *clock, const struct zone *zone, struct log *log) {
    struct planner *p = MEM_NEW(struct planner);
    *p = (struct planner){.clock = clock, .log = log, .zone = zone_copy(zone)};
    p->wall_ms = clock_wall_ms(clock);
    p->monotonic_us = clock_monotonic_us(clock);
    return p;
}

static void entry_free(struct entry *e) {
    mem_free(e->company);
    mem_free(e->link);
}

void planner_free(struct planner *planner) {
    if (!planner)
        return;
    for (size_t i = 0; i < planner->count; i++)
        entry_free(&planner->entries[i]);
    mem_free(planner->entries);
    zone_free(planner->zone);
    mem_free(planner);
}

static bool of_link(const struct entry *e, const char *company, const char *link) {
    return strcmp(e->company, company) == 0 && strcmp(e->link, link) == 0;
}

static struct entry *find(const struct planner *p, const char *company, const char *link, enum lane lane) {
    for (size_t i = 0; i < p->count; i++) {
        struct entry *e = &p->entries[i];
        if (e->lane == lane && of_link(e, company, link))
            return e;
    }
    return NULL;
}

/* --- what is said --- */

static struct log_context about(const struct entry *e) {
    return (struct log_context){.company = e->company, .link = e->link, .flow = lane_name(e->lane)};
}

/* "25 minutes": rounded down to the largest unit of which there are two. */
static void duration_text(int64_t ms, char out[32]) {
    int64_t s = ms / 1000;
    if (s >= 172800)
        (void)str_fmt(out, 32, "%lld days", (long long)(s / 86400));
    else if (s >= 7200)
        (void)str_fmt(out, 32, "%lld hours", (long long)(s / 3600));
    else if (s >= 120)
        (void)str_fmt(out, 32, "%lld minutes", (long long)(s / 60));
    else
        (void)str_fmt(out, 32, "%lld seconds", (long long)s);
}

/* " The next start is planned for 2026-03-29 03:00:00." or nothing */
static void next_text(const struct planner *p, const struct entry *e, char *out, size_t size) {
    char when[ZONE_TEXT_SIZE];
    int64_t next_ms;
    out[0] = '\0';
    if (planner_next(p, e->company, e->link, e->lane, &next_ms)) {
        zone_text(p->zone, next_ms, when);
        (void)str_fmt(out, size, " The next start is planned for %s.", when);
    }
}

static const char *starts(unsigned count) {
    return count == 1 ? "start was" : count >= PLANNER_COUNT_MAX ? "or more starts were" : "starts were";
}

static void say_jump(const struct planner *p, enum planner_clock what, int64_t ms) {
    char text[32];
    duration_text(ms < 0 ? -ms : ms, text);
    if (what == PLANNER_FORWARD)
        log_line(p->log, LOG_WARNING, NULL,
                 "The machine's clock went forward by %s, or the machine slept. What was due meanwhile runs once.",
                 text);
    else if (what == PLANNER_BACK)
        log_line(p->log, LOG_WARNING, NULL, "The machine's clock was put back by %s. Starts are planned anew.", text);
    else if (what == PLANNER_SLEPT)
        log_line(p->log, LOG_WARNING, NULL,
                 "The program was not given any time for %s. What was due meanwhile runs once.", text);
}

/* --- due --- */

static void find_next(const struct planner *p, struct entry *e, int64_t now_ms) {
    e->has_next = schedule_runs(&e->schedule) && schedule_next(&e->schedule, p->zone, e->seen_ms, &e->next_ms);
    e->asked_ms = now_ms;
}

static int64_t again_ms(const struct entry *e) {
    return e->schedule.kind == SCHEDULE_EVERY ? e->schedule.every_s * INT64_C(1000) : PLANNER_AGAIN_MS;
}

static void make_due(const struct planner *p, struct entry *e, int64_t first_ms, unsigned count) {
    if (!e->due) {
        e->due = true;
        e->due_ms = first_ms;
        e->merged = 0;
        e->since_us = p->monotonic_us;
        count--;
    }
    e->merged += count;
}

/* Every start that passed since the last look: one becomes due, the others come together with it. */
static void take_passed(const struct planner *p, struct entry *e, int64_t now_ms) {
    int64_t first_ms = e->next_ms;
    int64_t last_ms = first_ms;
    unsigned count = 1;
    e->seen_ms = now_ms;
    while ((e->has_next = schedule_next(&e->schedule, p->zone, last_ms, &e->next_ms)) && e->next_ms <= now_ms) {
        last_ms = e->next_ms;
        if (++count >= PLANNER_COUNT_MAX) {
            find_next(p, e, now_ms);
            break;
        }
    }
    e->asked_ms = now_ms;
    if (e->running && !e->yielded)
        e->skipped += count;
    else
        make_due(p, e, first_ms, count);
    e->grace_us = p->monotonic_us + (PLANNER_LATE_MS - (now_ms - last_ms)) * 1000;
}

/* A start that could not take place in time and may not take place now: an interval's next one does its work, a fixed
 * time waits until the forbidden window is over. */
static bool allowed_now(const struct planner *p, const struct entry *e) {
    return p->monotonic_us <= e->grace_us || schedule_allows(&e->schedule, p->zone, p->wall_ms);
}

static void drop_outside_hours(const struct planner *p, struct entry *e) {
    /* What has begun is finished whatever the hours. */
    if (!e->due || e->yielded || e->schedule.kind != SCHEDULE_EVERY || allowed_now(p, e))
        return;
    char next[96];
    struct log_context context = about(e);
    e->due = false;
    next_text(p, e, next, sizeof(next));
    log_line(p->log, LOG_INFO, &context, "%u %s missed and cannot be made up for at this hour.%s", e->merged + 1,
             starts(e->merged + 1), next);
}

static void entry_look(const struct planner *p, struct entry *e) {
    int64_t now_ms = p->wall_ms;
    /* The clock went back so far that waiting for it to come here again would stop the work. */
    if (e->seen_ms - now_ms >= again_ms(e)) {
        e->seen_ms = now_ms;
        find_next(p, e, now_ms);
    } else if (!e->has_next && (now_ms - e->asked_ms >= AGAIN_DAYS * A_DAY_MS || now_ms < e->asked_ms)) {
        find_next(p, e, now_ms);
    }
    if (e->has_next && e->next_ms <= now_ms)
        take_passed(p, e, now_ms);
    drop_outside_hours(p, e);
}

enum planner_clock planner_look(struct planner *planner) {
    int64_t wall_ms = clock_wall_ms(planner->clock);
    int64_t monotonic_us = clock_monotonic_us(planner->clock);
    int64_t passed_ms = (monotonic_us - planner->monotonic_us) / 1000;
    int64_t jump_ms = wall_ms - planner->wall_ms - passed_ms;
    enum planner_clock what = PLANNER_STEADY;
    if (jump_ms > PLANNER_LATE_MS)
        what = PLANNER_FORWARD;
    else if (jump_ms < -PLANNER_LATE_MS)
        what = PLANNER_BACK;
    else if (passed_ms > SLEPT_MS)
        what = PLANNER_SLEPT;
    say_jump(planner, what, what == PLANNER_SLEPT ? passed_ms : jump_ms);
    planner->wall_ms = wall_ms;
    planner->monotonic_us = monotonic_us;
    for (size_t i = 0; i < planner->count; i++)
        entry_look(planner, &planner->entries[i]);
    return what;
}

/* --- settings --- */

static void entry_begin(const struct planner *p, struct entry *e, int64_t last_start_ms, int64_t now_ms) {
    e->seen_ms = last_start_ms > 0 && last_start_ms - now_ms < again_ms(e) ? last_start_ms : now_ms;
    e->due = false;
    find_next(p, e, now_ms);
}

static struct entry entry_of(const struct planner *p, const struct planner_item *item, int64_t now_ms) {
    struct entry *old = find(p, item->company, item->link, item->lane);
    struct entry e = old ? *old : (struct entry){.lane = item->lane};
    e.company = mem_strdup(item->company);
    e.link = mem_strdup(item->link);
    bool same = old && schedule_same(&old->schedule, &item->schedule);
    e.schedule = item->schedule;
    if (!same)
        entry_begin(p, &e, old ? 0 : item->last_start_ms, now_ms);
    return e;
}

void planner_settings(struct planner *planner, const struct planner_item *items, size_t count) {
    int64_t now_ms = clock_wall_ms(planner->clock);
    struct entry *entries = mem_zalloc(count + 1, sizeof(*entries));
    for (size_t i = 0; i < count; i++)
        entries[i] = entry_of(planner, &items[i], now_ms);
    for (size_t i = 0; i < planner->count; i++)
        entry_free(&planner->entries[i]);
    mem_free(planner->entries);
    planner->entries = entries;
    planner->count = count;
}

void planner_zone(struct planner *planner, const struct zone *zone) {
    if (zone_same(planner->zone, zone))
        return;
    log_line(planner->log, LOG_WARNING, NULL,
             "The machine's time zone, or its rules, changed (%s, before: %s). Starts are planned anew.",
             zone_name(zone), zone_name(planner->zone));
    /* What passed since the last look passed by the old one. */
    (void)planner_look(planner);
    zone_free(planner->zone);
    planner->zone = zone_copy(zone);
    for (size_t i = 0; i < planner->count; i++) {
        struct entry *e = &planner->entries[i];
        e->seen_ms = planner->wall_ms;
        find_next(planner, e, planner->wall_ms);
    }
}

/* --- choosing and being told --- */

static bool ready(const struct planner *p, const struct entry *e) {
    if (e->paused || e->hold_us > p->monotonic_us)
        return false;
    return e->yielded || (e->due && !e->running && allowed_now(p, e));
}

struct lane_choice planner_choose(struct planner *planner, const char *company, const char *link, int running,
                                  bool item_by_hand) {
    struct lanes lanes = {.item_by_hand = item_by_hand, .running = running};
    for (size_t i = 0; i < planner->count; i++) {
        const struct entry *e = &planner->entries[i];
        if (of_link(e, company, link)) {
            lanes.due[e->lane] = ready(planner, e);
            lanes.since_us[e->lane] = e->since_us;
        }
    }
    return lanes_choose(&lanes, planner->monotonic_us);
}

void planner_started(struct planner *planner, const char *company, const char *link, enum lane lane) {
    struct entry *e = find(planner, company, link, lane);
    if (!e)
        return;
    if (!e->yielded) {
        e->started_us = clock_monotonic_us(planner->clock);
        e->skipped = 0;
    }
    if (e->due && e->merged > 0) {
        char first[ZONE_TEXT_SIZE];
        struct log_context context = about(e);
        zone_text(planner->zone, e->due_ms, first);
        log_line(planner->log, LOG_INFO, &context, "%u %s due since %s and come together in this run.", e->merged + 1,
                 starts(e->merged + 1), first);
    }
    e->running = true;
    e->yielded = e->due = false;
}

void planner_yielded(struct planner *planner, const char *company, const char *link, enum lane lane) {
    struct entry *e = find(planner, company, link, lane);
    if (!e)
        return;
    e->yielded = true;
    e->since_us = clock_monotonic_us(planner->clock);
}

static int64_t hold_ms(unsigned failures) {
    int64_t ms = PLANNER_HOLD_FIRST_MS;
    for (unsigned i = 1; i < failures && ms < PLANNER_HOLD_LAST_MS; i++)
        ms *= 2;
    return ms < PLANNER_HOLD_LAST_MS ? ms : PLANNER_HOLD_LAST_MS;
}

static void hold_link(struct planner *p, const struct entry *of, int64_t until_us) {
    for (size_t i = 0; i < p->count; i++) {
        struct entry *e = &p->entries[i];
        if (of_link(e, of->company, of->link) && e->hold_us < until_us)
            e->hold_us = until_us;
    }
}

static void pause_link(struct planner *p, const char *company, const char *link, bool paused) {
    for (size_t i = 0; i < p->count; i++) {
        struct entry *e = &p->entries[i];
        if (!of_link(e, company, link))
            continue;
        e->paused = paused;
        if (!paused)
            e->hold_us = 0;
    }
}

static void failed(struct planner *p, struct entry *e, bool whole_link, int64_t now_us) {
    int64_t now_ms = clock_wall_ms(p->clock);
    e->failures++;
    e->hold_us = now_us + hold_ms(e->failures) * 1000;
    if (whole_link)
        hold_link(p, e, e->hold_us);
    /* Tried again when the hold is over: a start of its own, which the next planned one may overtake. */
    if (schedule_runs(&e->schedule))
        make_due(p, e, now_ms, 1);
}

static void say_skipped(const struct planner *p, const struct entry *e, int64_t now_us) {
    char lasted[32], next[96];
    struct log_context context = about(e);
    duration_text((now_us - e->started_us) / 1000, lasted);
    next_text(p, e, next, sizeof(next));
    log_line(p->log, LOG_WARNING, &context, "The run took %s, longer than its interval: %u %s skipped.%s", lasted,
             e->skipped, starts(e->skipped), next);
}

void planner_finished(struct planner *planner, const char *company, const char *link, enum lane lane,
                      enum planner_outcome outcome, int64_t not_before_ms) {
    struct entry *e = find(planner, company, link, lane);
    if (!e)
        return;
    int64_t now_us = clock_monotonic_us(planner->clock);
    /* Starts that passed since the last look passed during the run, too. */
    int64_t now_ms = clock_wall_ms(planner->clock);
    if (e->has_next && e->next_ms <= now_ms)
        take_passed(planner, e, now_ms);
    e->running = e->yielded = false;
    if (outcome == PLANNER_DONE)
        e->failures = 0;
    else if (outcome == PLANNER_PAUSE)
        pause_link(planner, company, link, true);
    else
        failed(planner, e, outcome == PLANNER_LINK_FAILED, now_us);
    if (not_before_ms > now_ms)
        hold_link(planner, e, now_us + (not_before_ms - now_ms) * 1000);
    if (e->skipped > 0)
        say_skipped(planner, e, now_us);
    e->skipped = 0;
}

void planner_resume(struct planner *planner, const char *company, const char *link) {
    pause_link(planner, company, link, false);
}

/* --- when next --- */

/* The wall clock's time when the hold is over. */
static int64_t hold_end_ms(const struct planner *p, const struct entry *e) {
    return e->hold_us > p->monotonic_us ? p->wall_ms + (e->hold_us - p->monotonic_us + 999) / 1000 : p->wall_ms;
}

static bool entry_next(const struct planner *p, const struct entry *e, int64_t *start_ms) {
    int64_t held_ms = hold_end_ms(p, e);
    if (e->paused || !schedule_runs(&e->schedule))
        return false;
    int64_t waiting_ms = 0;
    bool waits = e->due && !e->running;
    if (waits) {
        waiting_ms = held_ms > e->due_ms ? held_ms : e->due_ms;
        if (held_ms == p->wall_ms && allowed_now(p, e))
            waiting_ms = e->due_ms;
        else if (e->schedule.kind == SCHEDULE_AT)
            waits = schedule_allowed_from(&e->schedule, p->zone, waiting_ms, &waiting_ms);
        else
            waits = schedule_allows(&e->schedule, p->zone, waiting_ms);
    }
    int64_t planned_ms = e->next_ms > held_ms ? e->next_ms : held_ms;
    if (waits && (!e->has_next || waiting_ms < planned_ms)) {
        *start_ms = waiting_ms;
        return true;
    }
    if (e->has_next)
        *start_ms = planned_ms;
    return e->has_next;
}

bool planner_next(const struct planner *planner, const char *company, const char *link, enum lane lane,
                  int64_t *start_ms) {
    const struct entry *e = find(planner, company, link, lane);
    return e && entry_next(planner, e, start_ms);
}

bool planner_soonest(const struct planner *planner, int64_t *at_ms) {
    bool found = false;
    for (size_t i = 0; i < planner->count; i++) {
        const struct entry *e = &planner->entries[i];
        int64_t next_ms = e->next_ms;
        bool has = e->has_next;
        /* Due already and only held, or waiting for a forbidden window to end. */
        if (e->due && !e->paused && !e->running && !ready(planner, e))
            has = entry_next(planner, e, &next_ms);
        if (has && (!found || next_ms < *at_ms)) {
            *at_ms = next_ms;
            found = true;
        }
    }
    return found;
}

int64_t planner_wait_ms(const struct planner *planner) {
    int64_t at_ms;
    if (!planner_soonest(planner, &at_ms))
        return PLANNER_LOOK_MS;
    int64_t wait_ms = at_ms - clock_wall_ms(planner->clock);
    return wait_ms < 0 ? 0 : wait_ms > PLANNER_LOOK_MS ? PLANNER_LOOK_MS : wait_ms;
}
