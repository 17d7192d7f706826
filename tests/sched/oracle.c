#include "tests/sched/oracle.h"

#include "common/base/mem.h"
#include "tests/sched/wall.h"

#define DAY      1440
#define DAYS_MAX 8 /* days whose beginnings are remembered */

void oracle_add(struct oracle_list *list, int64_t item) {
    mem_grow((void **)&list->items, &list->capacity, list->count, sizeof(int64_t));
    list->items[list->count++] = item;
}

static bool on_weekday(unsigned weekdays, int64_t day) {
    return weekdays >> ((day + 3) % 7) & 1; /* 1970-01-01 was a Thursday */
}

static bool inside(const struct oracle_window *w, int64_t minute) {
    for (int64_t day = minute / DAY - 1; day <= minute / DAY; day++) {
        int64_t of_day = minute - day * DAY;
        if (on_weekday(w->weekdays, day) && w->from <= of_day && of_day < w->to)
            return true;
    }
    return false;
}

/* One rule on its walk. */
struct walker {
    int64_t opened[DAYS_MAX]; /* when the hours of that day (modulo DAYS_MAX) began, UTC minutes */
    int64_t opened_day[DAYS_MAX];
};

/* The wall shows `shown`; it had never shown anything later than `before`. */
static bool fixed_time_now(const struct oracle_rule *rule, int64_t before, int64_t shown) {
    bool reached = false;
    for (int64_t minute = before + 1; minute <= shown; minute++) {
        for (int i = 0; i < 4 && rule->at[i] >= 0; i++)
            reached = reached || (minute % DAY == rule->at[i] && on_weekday(rule->hours.weekdays, minute / DAY));
    }
    return reached;
}

static bool interval_now(const struct oracle_rule *rule, struct walker *w, int64_t utc, int64_t before, int64_t shown) {
    for (int64_t minute = before + 1; minute <= shown; minute++) {
        int64_t day = minute / DAY;
        if (minute - day * DAY == rule->hours.from) {
            w->opened[day % DAYS_MAX] = utc;
            w->opened_day[day % DAYS_MAX] = day;
        }
    }
    for (int64_t day = shown / DAY - 1; day <= shown / DAY; day++) {
        int64_t of_day = shown - day * DAY;
        int64_t passed = utc - w->opened[day % DAYS_MAX] - rule->offset;
        if (w->opened_day[day % DAYS_MAX] == day && on_weekday(rule->hours.weekdays, day) &&
            of_day >= rule->hours.from && of_day < rule->hours.to && passed >= 0 && passed % rule->every == 0)
            return true;
    }
    return false;
}

void oracle_walk(const struct oracle_rule *rules, size_t count, int64_t from_s, int64_t to_s, struct oracle_list *out) {
    struct walker *walkers = mem_zalloc(count, sizeof(*walkers));
    int64_t utc_s = from_s / 86400 * 86400 - 4 * 86400; /* some days earlier, so that no hours are half begun */
    int64_t before = wall_minute(utc_s);
    for (utc_s += ORACLE_STEP_S; utc_s <= to_s; utc_s += ORACLE_STEP_S) {
        int64_t shown = wall_minute(utc_s);
        for (size_t i = 0; i < count; i++) {
            const struct oracle_rule *rule = &rules[i];
            bool now = rule->every > 0 ? interval_now(rule, &walkers[i], utc_s / 60, before, shown)
                                       : fixed_time_now(rule, before, shown);
            if (now && utc_s > from_s && !inside(&rule->forbidden, shown))
                oracle_add(&out[i], utc_s);
        }
        if (shown > before)
            before = shown;
    }
    mem_free(walkers);
}

int64_t oracle_run_s(size_t rule, int64_t start_s, int64_t stretch_end_s) {
    uint64_t mixed = ((uint64_t)start_s / ORACLE_STEP_S * 31 + rule) * UINT64_C(0x9e3779b97f4a7c15) >> 33;
    if (start_s % ORACLE_STEP_S != 0 || mixed % 150 != 0)
        return 0;
    int64_t length_s = ORACLE_STEP_S / 2 + (int64_t)(mixed / 150 % 60) * ORACLE_STEP_S;
    return start_s + length_s + 10 < stretch_end_s ? length_s : 0;
}

/* --- the years as they were lived --- */

struct life {
    const struct oracle_rule *rule;
    size_t index;
    bool interval;
    int64_t again_s; /* the clock going back this far begins afresh */
    int64_t done_s;  /* starts up to here are dealt with */
    int64_t last_s;  /* the last start, 0: none */
    bool waiting;    /* a missed fixed time */
    struct oracle_list *out;
};

static void begin_run(struct life *life, int64_t at_s) {
    oracle_add(life->out, at_s);
    life->last_s = at_s;
    life->waiting = false;
}

static bool may_run_late(const struct life *life, int64_t at_s) {
    int64_t shown = wall_minute(at_s);
    return !inside(&life->rule->forbidden, shown) && (!life->interval || inside(&life->rule->hours, shown));
}

static void stretch_begins(struct life *life, const struct oracle_stretch *s) {
    if (s->event == ORACLE_RESTART) {
        life->waiting = false;
        life->done_s = life->last_s ? life->last_s : s->from_s;
    }
    if (life->done_s - s->from_s >= life->again_s)
        life->done_s = s->from_s;
}

/* What passed unseen before the stretch. */
static void make_up(struct life *life, const struct oracle_stretch *s, const struct oracle_list *starts) {
    bool missed = false;
    for (size_t i = 0; i < starts->count && starts->items[i] <= s->from_s; i++)
        missed = missed || starts->items[i] > life->done_s;
    if (missed)
        life->done_s = s->from_s;
    if (!missed && !life->waiting)
        return;
    if (life->interval) {
        if (may_run_late(life, s->from_s))
            begin_run(life, s->from_s);
        return;
    }
    life->waiting = true;
    int64_t at_s = s->from_s;
    while (at_s <= s->to_s && !may_run_late(life, at_s))
        at_s = at_s / ORACLE_STEP_S * ORACLE_STEP_S + ORACLE_STEP_S;
    if (at_s > s->to_s)
        return;
    begin_run(life, at_s);
    /* One that is planned for that very moment, or during the run, is not another. */
    int64_t ends_s = at_s + oracle_run_s(life->index, at_s, s->to_s);
    for (size_t i = 0; i < starts->count && starts->items[i] <= ends_s; i++) {
        if (starts->items[i] > life->done_s)
            life->done_s = starts->items[i];
    }
}

static void live(struct life *life, const struct oracle_stretch *s, const struct oracle_list *starts) {
    for (size_t i = 0; i < starts->count && starts->items[i] <= s->to_s; i++) {
        int64_t at_s = starts->items[i];
        if (at_s <= s->from_s || at_s <= life->done_s)
            continue;
        begin_run(life, at_s);
        int64_t ends_s = at_s + oracle_run_s(life->index, at_s, s->to_s);
        life->done_s = at_s;
        for (; i + 1 < starts->count && starts->items[i + 1] <= ends_s; i++)
            life->done_s = starts->items[i + 1]; /* skipped */
    }
}

void oracle_expect(const struct oracle_rule *rule, size_t index, const struct oracle_stretch *stretches, size_t count,
                   const struct oracle_zone *zones, struct oracle_list *out) {
    struct life life = {.rule = rule, .index = index, .interval = rule->every > 0, .out = out};
    life.again_s = life.interval ? rule->every * 60 : 86400;
    life.done_s = stretches[0].from_s;
    for (size_t i = 0; i < count; i++) {
        const struct oracle_stretch *s = &stretches[i];
        const struct oracle_list *starts = &zones[s->zone].starts[index];
        if (i == 0 || s->zone != s[-1].zone)
            (void)wall_zone(zones[s->zone].name);
        stretch_begins(&life, s);
        if (s->event == ORACLE_ZONE)
            life.done_s = s->from_s;
        make_up(&life, s, starts);
        live(&life, s, starts);
    }
}
