/* Years of a service's life in every time zone, with a clock of the test's own: clock changes, clocks put forward and
 * back, sleep, restarts, another zone. What the planner starts must be what the oracle expects, none twice, none
 * missing, each within 2 s.
 *   test_sched_ten_years [YEARS [EVERY [FIRST]]]   zones FIRST, FIRST + EVERY, ... of the system's list */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "common/os/zone.h"
#include "service/sched/planner.h"
#include "tests/sched/oracle.h"
#include "tests/sched/wall.h"

#define ALL       0x7f
#define LATEST_MS 1500 /* how late the loop looks: it waits at most a second, and a machine can be busy */
#define FROM_S    INT64_C(1767225600) /* 2026-01-01 */
#define YEAR_S    INT64_C(31557600)

static int64_t years = 1;
static int64_t every_zone = 40;
static int64_t first_zone = 0;

static const struct oracle_rule rules[] = {
    {"at 02:30", {ALL, 0, 1440}, 0, 0, {150, -1}, {0, 0, 0}},
    {"at 00:00, 01:30, 02:15 on Mon, Sat, Sun", {0x61, 0, 1440}, 0, 0, {0, 90, 135, -1}, {0, 0, 0}},
    {"every hour", {ALL, 0, 1440}, 60, 0, {-1}, {0, 0, 0}},
    {"every 10 minutes in working hours", {0x1f, 480, 1080}, 10, 5, {-1}, {ALL, 720, 780}},
    {"every 90 minutes on three nights", {0x70, 1320, 1740}, 90, 0, {-1}, {ALL, 120, 150}},
    {"every 7 hours", {ALL, 150, 1590}, 420, 15, {-1}, {0, 0, 0}},
    {"at 01:45 and 23:45, never in the day", {ALL, 0, 1440}, 0, 0, {105, 600, 1425, -1}, {ALL, 300, 1320}},
    {"every half hour early in the night", {ALL, 60, 150}, 30, 0, {-1}, {0, 0, 0}},
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

static const char *const links[RULES] = {"a", "b", "c", "d", "e", "f", "g", "h"};

/* --- the clock, and what the program remembers --- */

struct life {
    struct clock clock;
    int64_t wall_ms, monotonic_us;
    struct planner *planner;
    struct oracle_list started[RULES]; /* ms */
    int64_t ends_us[RULES];            /* of a long run that goes on; 0: none */
    int64_t last_start_ms[RULES];
    struct rng rng;
};

static int64_t life_wall(struct clock *c) {
    return ((struct life *)(void *)c)->wall_ms;
}

static int64_t life_monotonic(struct clock *c) {
    return ((struct life *)(void *)c)->monotonic_us;
}

static struct schedule_window window_of(const struct oracle_window *w) {
    return (struct schedule_window){w->weekdays, w->from * 60, (w->to > 1440 ? w->to - 1440 : w->to) * 60};
}

static struct planner_item item_of(const struct life *life, size_t i) {
    const struct oracle_rule *rule = &rules[i];
    struct planner_item item = {
        .company = "c", .link = links[i], .lane = LANE_ORDERS, .last_start_ms = life->last_start_ms[i]};
    struct schedule *s = &item.schedule;
    *s = (struct schedule){.on = true, .approved = true, .hours = window_of(&rule->hours)};
    s->kind = rule->every > 0 ? SCHEDULE_EVERY : SCHEDULE_AT;
    s->every_s = rule->every * 60;
    s->offset_s = rule->offset * 60;
    for (; rule->every == 0 && rule->at[s->at_count] >= 0; s->at_count++)
        s->at_s[s->at_count] = rule->at[s->at_count] * 60;
    if (rule->forbidden.weekdays) {
        s->forbidden[0] = window_of(&rule->forbidden);
        s->forbidden_count = 1;
    }
    return item;
}

static void program_begins(struct life *life, const struct zone *zone) {
    struct planner_item items[RULES];
    struct err err;
    planner_free(life->planner);
    life->planner = planner_new(&life->clock, zone, NULL);
    for (size_t i = 0; i < RULES; i++) {
        items[i] = item_of(life, i);
        life->ends_us[i] = 0;
        assert_int_equal(schedule_check(&items[i].schedule, &err), RC_OK);
    }
    planner_settings(life->planner, items, RULES);
}

/* --- the years --- */

static int64_t span(struct rng *rng, int64_t most) {
    return (int64_t)rng_below(rng, (uint64_t)most) + 1;
}

/* Ten seconds at least from where anything can be due, so that what comes before and what behind is beyond doubt. */
static int64_t apart(int64_t s) {
    int64_t rest = s % ORACLE_STEP_S;
    return rest < 10 ? s + 10 : rest > ORACLE_STEP_S - 10 ? s - 10 : s;
}

static int64_t jump_s(struct rng *rng) {
    static const int64_t most[] = {2, 120, 900, 10800, 3 * 86400, 40 * 86400};
    return span(rng, most[rng_below(rng, sizeof(most) / sizeof(most[0]))]);
}

static size_t make_stretches(struct rng *rng, int64_t to_s, struct oracle_stretch **out) {
    size_t count = 0, capacity = 0;
    struct oracle_stretch s = {.event = ORACLE_BEGIN, .to_s = FROM_S + 100000};
    while (s.to_s < to_s) {
        int64_t before_s = s.to_s;
        s.event = count == 0 ? ORACLE_BEGIN : (enum oracle_event)(ORACLE_JUMP + (int)rng_below(rng, 4));
        s.from_s = before_s;
        if (s.event == ORACLE_JUMP)
            s.from_s += rng_below(rng, 2) ? jump_s(rng) : -jump_s(rng);
        else if (s.event == ORACLE_SLEEP || s.event == ORACLE_RESTART)
            s.from_s += jump_s(rng);
        else if (s.event == ORACLE_ZONE)
            s.zone = !s.zone;
        s.from_s = apart(s.from_s);
        if (s.from_s < FROM_S)
            s.from_s = apart(FROM_S);
        s.to_s = apart(s.from_s + span(rng, rng_below(rng, 4) ? 30 * 86400 : 7200) + 60);
        mem_grow((void **)out, &capacity, count, sizeof(s));
        (*out)[count++] = s;
    }
    return count;
}

/* Ends the runs that are over and starts what is due. */
static void look(struct life *life, int64_t stretch_end_s) {
    for (size_t i = 0; i < RULES; i++) {
        if (life->ends_us[i] && life->ends_us[i] <= life->monotonic_us) {
            planner_finished(life->planner, "c", links[i], LANE_ORDERS, PLANNER_DONE, 0);
            life->ends_us[i] = 0;
        }
    }
    (void)planner_look(life->planner);
    for (size_t i = 0; i < RULES; i++) {
        if (planner_choose(life->planner, "c", links[i], LANE_NONE, false).act != LANE_START)
            continue;
        oracle_add(&life->started[i], life->wall_ms);
        life->last_start_ms[i] = life->wall_ms;
        planner_started(life->planner, "c", links[i], LANE_ORDERS);
        int64_t planned_s = life->wall_ms / 1000 / ORACLE_STEP_S * ORACLE_STEP_S;
        int64_t run_s = life->wall_ms - planned_s * 1000 <= 2000 ? oracle_run_s(i, planned_s, stretch_end_s) : 0;
        if (run_s > 0)
            life->ends_us[i] = life->monotonic_us + run_s * 1000000;
        else
            planner_finished(life->planner, "c", links[i], LANE_ORDERS, PLANNER_DONE, 0);
    }
}

static void pass_until(struct life *life, int64_t wall_ms) {
    life->monotonic_us += (wall_ms - life->wall_ms) * 1000;
    life->wall_ms = wall_ms;
}

/* The next moment at which the loop looks: what the planner says, or the end of a run. */
static int64_t next_look_ms(const struct life *life) {
    int64_t at_ms = INT64_MAX;
    (void)planner_soonest(life->planner, &at_ms);
    for (size_t i = 0; i < RULES; i++) {
        int64_t ends_ms = life->wall_ms + (life->ends_us[i] - life->monotonic_us) / 1000;
        if (life->ends_us[i] && ends_ms < at_ms)
            at_ms = ends_ms;
    }
    return at_ms;
}

static void live(struct life *life, const struct oracle_stretch *s, struct zone *const zones[2]) {
    int64_t to_ms = s->to_s * 1000;
    if (s->event == ORACLE_SLEEP && rng_below(&life->rng, 2)) /* the monotonic clock may go on in sleep, or not */
        life->monotonic_us += 3600000000;
    life->monotonic_us += 1000;
    life->wall_ms = s->from_s * 1000;
    if (s->event == ORACLE_BEGIN || s->event == ORACLE_RESTART)
        program_begins(life, zones[s->zone]);
    planner_zone(life->planner, zones[s->zone]);
    look(life, s->to_s);
    while (life->wall_ms < to_ms) {
        int64_t at_ms = next_look_ms(life);
        at_ms = at_ms < to_ms ? at_ms + (int64_t)rng_below(&life->rng, LATEST_MS + 1) : to_ms;
        pass_until(life, at_ms > life->wall_ms ? at_ms : life->wall_ms + 1);
        look(life, s->to_s);
    }
    life->wall_ms = to_ms;
}

/* --- judging --- */

struct score {
    int zones;
    size_t starts, stretches;
    int64_t latest_ms, sum_ms;
};

static void judge(const char *zone, size_t rule, const struct oracle_list *expected, const struct oracle_list *started,
                  struct score *score) {
    for (size_t i = 0; i < expected->count || i < started->count; i++) {
        int64_t wanted_ms = i < expected->count ? expected->items[i] * 1000 : INT64_MAX;
        int64_t was_ms = i < started->count ? started->items[i] : INT64_MAX;
        if (i >= expected->count || i >= started->count || was_ms < wanted_ms || was_ms - wanted_ms > 2000) {
            char wanted[ISO_SIZE], was[ISO_SIZE];
            iso_utc(wanted_ms, wanted);
            iso_utc(was_ms, was);
            fail_msg("%s, %s: start %d is expected at %s and was at %s", zone, rules[rule].name, (int)i, wanted, was);
        }
        score->sum_ms += was_ms - wanted_ms;
        if (was_ms - wanted_ms > score->latest_ms)
            score->latest_ms = was_ms - wanted_ms;
    }
    score->starts += started->count;
}

static void free_lists(struct oracle_list lists[RULES]) {
    for (size_t i = 0; i < RULES; i++) {
        mem_free(lists[i].items);
        lists[i] = (struct oracle_list){0};
    }
}

static struct zone *load(const char *name) {
    struct zone *zone;
    struct err err;
    assert_int_equal(zone_load(name, &zone, &err), RC_OK);
    return zone;
}

static void walk(const char *name, int64_t to_s, struct oracle_list starts[RULES]) {
    assert_true(wall_zone(name));
    oracle_walk(rules, RULES, FROM_S, to_s, starts);
}

/* The same life whatever other zones run beside it. */
static uint64_t seed_of(const char *name) {
    uint64_t seed = 1;
    for (; *name; name++)
        seed = seed * 31 + (unsigned char)*name;
    return seed;
}

static void one_zone(const char *name, const struct oracle_list *elsewhere, int64_t to_s, struct score *score) {
    static const struct clock_vt vt = {life_wall, life_monotonic};
    struct oracle_stretch *stretches = NULL;
    struct oracle_list here[RULES] = {{0}};
    struct zone *zones[2] = {load(name), load(LORD_HOWE)};
    struct life life = {.clock = {&vt}, .monotonic_us = 777};
    rng_seed(&life.rng, seed_of(name));
    size_t count = make_stretches(&life.rng, to_s, &stretches);
    /* Another name of the same zone is no change. */
    for (size_t i = 0; i < count && zone_same(zones[0], zones[1]); i++)
        stretches[i].event = stretches[i].event == ORACLE_ZONE ? ORACLE_SLEEP : stretches[i].event;
    /* Clocks put forward may have led beyond the end. */
    walk(name, to_s + 100 * 86400, here);
    for (size_t i = 0; i < count; i++)
        live(&life, &stretches[i], zones);
    const struct oracle_zone walls[2] = {{name, here}, {LORD_HOWE, elsewhere}};
    for (size_t i = 0; i < RULES; i++) {
        struct oracle_list expected = {0};
        oracle_expect(&rules[i], i, stretches, count, walls, &expected);
        judge(name, i, &expected, &life.started[i], score);
        mem_free(expected.items);
    }
    score->zones++;
    score->stretches += count;
    planner_free(life.planner);
    zone_free(zones[0]);
    zone_free(zones[1]);
    free_lists(here);
    free_lists(life.started);
    mem_free(stretches);
}

struct names {
    char names[1000][OS_ZONE_NAME_SIZE];
    int64_t count;
};

static void keep_name(void *ctx, const char *name) {
    struct names *names = ctx;
    assert_true(names->count < 1000);
    (void)str_copy(names->names[names->count++], OS_ZONE_NAME_SIZE, name);
}

static void starts_equal_the_oracle(void **state) {
    (void)state;
    struct names *names = MEM_NEW(struct names);
    struct oracle_list elsewhere[RULES] = {{0}};
    struct score score = {0};
    struct err err;
    int64_t to_s = FROM_S + years * YEAR_S;
    assert_int_equal(os_zone_names(keep_name, names, &err), RC_OK);
    walk(LORD_HOWE, to_s + 100 * 86400, elsewhere);
    for (int64_t i = first_zone; i < names->count; i += every_zone)
        one_zone(names->names[i], elsewhere, to_s, &score);
    print_message("%d of %d zones, %d years, %d schedules, %d stretches between jumps, sleeps, restarts and changed "
                  "zones: %d starts as the oracle says, none twice, none missing; late on average %d ms, at most "
                  "%d ms\n",
                  score.zones, (int)names->count, (int)years, (int)RULES, (int)score.stretches, (int)score.starts,
                  (int)(score.starts ? score.sum_ms / (int64_t)score.starts : 0), (int)score.latest_ms);
    assert_true(score.starts > 0);
    free_lists(elsewhere);
    mem_free(names);
}

int main(int argc, char **argv) {
    int64_t *const options[] = {&years, &every_zone, &first_zone};
    for (int i = 1; i < argc && i <= 3; i++) {
        if (!str_to_i64(argv[i], options[i - 1]))
            return 2;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(starts_equal_the_oracle)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
