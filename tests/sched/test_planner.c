/* The planner against a clock of the test's own: what is due when, what comes together, what is skipped, and what it
 * says about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/base/civil.h"
#include "service/sched/planner.h"

#define H       3600
#define MINUTE  INT64_C(60000)
#define HOUR    (60 * MINUTE)
#define COMPANY "Firma"
#define LINK    "shop"
#define MORNING "2026-07-01T06:00:00" /* 08:00 in Warsaw */
#define NOWHERE INT64_C(-1)

struct world {
    struct clock clock;
    int64_t wall_ms, monotonic_us;
    struct log log;
    struct buf said;
    struct zone *zone;
    struct planner *planner;
};

static int64_t world_wall(struct clock *c) {
    return ((struct world *)(void *)c)->wall_ms;
}

static int64_t world_monotonic(struct clock *c) {
    return ((struct world *)(void *)c)->monotonic_us;
}

static struct world w;

static void keep_line(struct log *log, enum log_level level, const struct log_context *about, const char *text) {
    (void)log;
    (void)level;
    (void)about;
    buf_addf(&w.said, "%s\n", text);
}

static int64_t at(const char *text) {
    int64_t ms;
    assert_true(iso_parse(text, &ms));
    return ms;
}

static int setup(void **state) {
    static const struct clock_vt clock = {world_wall, world_monotonic};
    static const struct log_vt log = {keep_line};
    struct err err;
    (void)state;
    w = (struct world){.clock = {&clock}, .log = {&log}, .wall_ms = at(MORNING), .monotonic_us = 12345};
    buf_init(&w.said, 100000);
    if (zone_load(WARSAW, &w.zone, &err) != RC_OK)
        return -1;
    w.planner = planner_new(&w.clock, w.zone, &w.log);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    planner_free(w.planner);
    zone_free(w.zone);
    buf_free(&w.said);
    return 0;
}

static struct schedule every(int32_t every_s) {
    return (struct schedule){.on = true,
                             .approved = true,
                             .kind = SCHEDULE_EVERY,
                             .hours = {SCHEDULE_ALL_DAYS, 8 * H, 18 * H},
                             .every_s = every_s};
}

static struct schedule daily(int32_t at_s) {
    return (struct schedule){.on = true,
                             .approved = true,
                             .kind = SCHEDULE_AT,
                             .hours = {SCHEDULE_ALL_DAYS, 0, 0},
                             .at_s = {at_s},
                             .at_count = 1};
}

static struct planner_item item(enum lane lane, struct schedule schedule) {
    return (struct planner_item){.company = COMPANY, .link = LINK, .lane = lane, .schedule = schedule};
}

static void settings(struct planner_item a) {
    planner_settings(w.planner, &a, 1);
}

static enum planner_clock pass(int64_t ms) {
    w.wall_ms += ms;
    w.monotonic_us += ms * 1000;
    return planner_look(w.planner);
}

static enum planner_clock jump(int64_t ms) {
    w.wall_ms += ms;
    w.monotonic_us += 1000000;
    return planner_look(w.planner);
}

static bool is_due(enum lane lane) {
    struct lane_choice choice = planner_choose(w.planner, COMPANY, LINK, LANE_NONE, false);
    return choice.act == LANE_START && choice.lane == (int)lane;
}

static void start(enum lane lane) {
    assert_true(is_due(lane));
    planner_started(w.planner, COMPANY, LINK, lane);
}

static void finish(enum lane lane) {
    planner_finished(w.planner, COMPANY, LINK, lane, PLANNER_DONE, 0);
}

static void start_and_finish(enum lane lane) {
    start(lane);
    finish(lane);
}

static void expect_next(enum lane lane, int64_t expected_ms) {
    int64_t next_ms;
    bool any = planner_next(w.planner, COMPANY, LINK, lane, &next_ms);
    if (expected_ms == NOWHERE) {
        assert_false(any);
        return;
    }
    assert_true(any);
    assert_int_equal(next_ms, expected_ms);
}

static void said(const char *part) {
    if (!strstr(w.said.data, part))
        fail_msg("\"%s\" was not said, but: %s", part, w.said.data);
    buf_clear(&w.said);
}

static void said_nothing(void) {
    assert_string_equal(w.said.data, "");
}

static void kept_within_two_seconds(void **state) {
    (void)state;
    settings(item(LANE_ORDERS, every(600)));
    for (int i = 1; i <= 20; i++) {
        int64_t planned = at(MORNING) + i * 10 * MINUTE;
        expect_next(LANE_ORDERS, planned);
        while (!is_due(LANE_ORDERS)) {
            int64_t wait = planner_wait_ms(w.planner);
            assert_true(wait >= 0 && wait <= PLANNER_LOOK_MS);
            (void)pass(wait + 7);
        }
        assert_true(w.wall_ms >= planned && w.wall_ms - planned <= 2000);
        start_and_finish(LANE_ORDERS);
    }
    said_nothing();
}

static void a_long_run_skips_and_says_so(void **state) {
    (void)state;
    settings(item(LANE_ORDERS, every(600)));
    (void)pass(10 * MINUTE);
    start(LANE_ORDERS);
    for (int i = 0; i < 25; i++)
        assert_int_equal(pass(MINUTE), PLANNER_STEADY);
    expect_next(LANE_ORDERS, at(MORNING) + 40 * MINUTE);
    finish(LANE_ORDERS);
    said("The run took 25 minutes, longer than its interval: 2 starts were skipped. The next start is planned for "
         "2026-07-01 08:40:00.");
    assert_false(is_due(LANE_ORDERS));
    (void)pass(5 * MINUTE);
    start_and_finish(LANE_ORDERS);
    assert_false(is_due(LANE_ORDERS));
}

static void starts_that_wait_for_the_link_come_together(void **state) {
    (void)state;
    settings(item(LANE_ORDERS, every(600)));
    for (int i = 0; i < 35; i++)
        (void)pass(MINUTE);
    start_and_finish(LANE_ORDERS);
    said("3 starts were due since 2026-07-01 08:10:00 and come together in this run.");
    assert_false(is_due(LANE_ORDERS));
}

static void sleep_and_a_forward_clock_make_one_start(void **state) {
    (void)state;
    settings(item(LANE_ORDERS, every(600)));
    assert_int_equal(jump(3 * HOUR), PLANNER_FORWARD);
    said("The machine's clock went forward by 2 hours, or the machine slept.");
    start_and_finish(LANE_ORDERS);
    said("18 starts were due");
    assert_false(is_due(LANE_ORDERS));
    expect_next(LANE_ORDERS, at(MORNING) + 3 * HOUR + 10 * MINUTE);
    assert_int_equal(pass(2 * HOUR), PLANNER_SLEPT);
    start_and_finish(LANE_ORDERS);
    assert_false(is_due(LANE_ORDERS));
}

static void outside_its_hours_a_missed_interval_is_dropped(void **state) {
    (void)state;
    settings(item(LANE_ORDERS, every(600)));
    (void)jump(11 * HOUR); /* 19:00 */
    assert_false(is_due(LANE_ORDERS));
    said("cannot be made up for at this hour. The next start is planned for 2026-07-02 08:00:00.");
    expect_next(LANE_ORDERS, at(MORNING) + 24 * HOUR);
}

/* The loop may look a second late: the last start of the hours is not lost by that. */
static void the_last_start_of_the_hours_is_on_time(void **state) {
    (void)state;
    struct schedule s = every(600);
    s.hours.to_s = 8 * H + 601;
    settings(item(LANE_ORDERS, s));
    (void)pass(10 * MINUTE + 1500); /* 08:10:01.5 */
    start_and_finish(LANE_ORDERS);
    (void)pass(24 * HOUR - 1500 + 2500); /* 08:10:02.5 */
    assert_false(is_due(LANE_ORDERS));
}

static void a_missed_fixed_time_waits_for_the_end_of_a_forbidden_window(void **state) {
    (void)state;
    struct schedule s = daily(2 * H);
    s.forbidden[0] = (struct schedule_window){SCHEDULE_ALL_DAYS, 8 * H, 18 * H};
    s.forbidden_count = 1;
    settings(item(LANE_CATALOGUE, s));
    (void)jump(24 * HOUR);
    assert_false(is_due(LANE_CATALOGUE));
    expect_next(LANE_CATALOGUE, at(MORNING) + 34 * HOUR);
    for (int i = 0; i < 600; i++)
        assert_false(pass(i == 599 ? MINUTE - 1 : MINUTE) != PLANNER_STEADY || is_due(LANE_CATALOGUE));
    (void)pass(1);
    start_and_finish(LANE_CATALOGUE);
    expect_next(LANE_CATALOGUE, at("2026-07-03T00:00:00"));
}

/* A missed start does not slip through because the clock, put back, shows its moment once more. */
static void what_is_forbidden_stays_so_when_the_clock_is_put_back(void **state) {
    (void)state;
    struct zone *other = zone_of("Elsewhere", 10 * H, NULL, 0);
    struct schedule s = daily(17 * H); /* 09:00 in Warsaw, by the clock of Elsewhere */
    s.forbidden[0] = (struct schedule_window){SCHEDULE_ALL_DAYS, 7 * H, 13 * H};
    s.forbidden_count = 1;
    planner_zone(w.planner, other);
    settings(item(LANE_CATALOGUE, s));
    (void)jump(17 * HOUR); /* 11:00 there: missed, and has to wait */
    assert_false(is_due(LANE_CATALOGUE));
    planner_zone(w.planner, w.zone);
    (void)jump(-16 * HOUR - 1000);
    assert_false(is_due(LANE_CATALOGUE));
    (void)pass(1000); /* 09:00 in Warsaw */
    assert_false(is_due(LANE_CATALOGUE));
    (void)pass(4 * HOUR);
    assert_true(is_due(LANE_CATALOGUE));
    zone_free(other);
}

static void a_clock_put_back_repeats_no_fixed_time(void **state) {
    (void)state;
    settings(item(LANE_CATALOGUE, daily(8 * H + 60)));
    (void)pass(2 * MINUTE);
    start_and_finish(LANE_CATALOGUE);
    assert_int_equal(jump(-1 * HOUR), PLANNER_BACK);
    said("put back by 60 minutes");
    for (int i = 0; i < 120; i++) {
        (void)pass(MINUTE);
        assert_false(is_due(LANE_CATALOGUE));
    }
    /* A clock that was a year ahead does not stop the work for a year. */
    (void)jump(365 * 24 * HOUR);
    start_and_finish(LANE_CATALOGUE);
    (void)jump(-365 * 24 * HOUR);
    expect_next(LANE_CATALOGUE, at("2026-07-02T06:01:00"));
}

static void intervals_go_on_when_the_clock_is_put_back(void **state) {
    (void)state;
    settings(item(LANE_ORDERS, every(600)));
    for (int i = 0; i < 60; i++)
        (void)pass(MINUTE);
    start_and_finish(LANE_ORDERS);
    (void)jump(-100); /* the second that a time server takes back */
    assert_false(is_due(LANE_ORDERS));
    (void)jump(-30 * MINUTE);
    expect_next(LANE_ORDERS, at(MORNING) + 30 * MINUTE);
    (void)pass(MINUTE);
    start_and_finish(LANE_ORDERS);
}

static void a_changed_zone_is_noticed(void **state) {
    (void)state;
    struct zone *other = zone_of("Elsewhere", 3 * H, NULL, 0);
    struct zone *same = zone_copy(w.zone);
    settings(item(LANE_CATALOGUE, daily(12 * H)));
    expect_next(LANE_CATALOGUE, at("2026-07-01T10:00:00"));
    planner_zone(w.planner, same);
    said_nothing();
    planner_zone(w.planner, other);
    said("zone, or its rules, changed (Elsewhere, before:");
    expect_next(LANE_CATALOGUE, at("2026-07-01T09:00:00"));
    zone_free(other);
    zone_free(same);
}

static void settings_change_at_a_safe_point(void **state) {
    (void)state;
    settings(item(LANE_ORDERS, every(600)));
    (void)pass(10 * MINUTE);
    start(LANE_ORDERS);
    settings(item(LANE_ORDERS, every(900))); /* while it runs */
    assert_false(is_due(LANE_ORDERS));
    expect_next(LANE_ORDERS, at(MORNING) + 15 * MINUTE);
    finish(LANE_ORDERS);
    (void)pass(5 * MINUTE);
    assert_true(is_due(LANE_ORDERS));
    settings(item(LANE_ORDERS, every(900))); /* the same: keeps its place */
    assert_true(is_due(LANE_ORDERS));
    struct planner_item off = item(LANE_ORDERS, every(900));
    off.schedule.approved = false; /* back in testing (capability G-03) */
    settings(off);
    assert_false(is_due(LANE_ORDERS));
    expect_next(LANE_ORDERS, NOWHERE);
    (void)pass(2 * HOUR);
    assert_false(is_due(LANE_ORDERS));
    settings(item(LANE_ORDERS, every(900)));
    assert_false(is_due(LANE_ORDERS)); /* nothing was missed while it was not to run */
    planner_settings(w.planner, NULL, 0);
    expect_next(LANE_ORDERS, NOWHERE);
}

static void what_was_missed_while_the_program_was_not_running(void **state) {
    (void)state;
    struct planner_item night = item(LANE_CATALOGUE, daily(2 * H));
    night.last_start_ms = at("2026-06-30T00:00:01");
    settings(night);
    (void)pass(1);
    start_and_finish(LANE_CATALOGUE); /* the night of 1 July */
    planner_settings(w.planner, NULL, 0);
    night.last_start_ms = 0; /* never ran: nothing to make up for */
    settings(night);
    (void)pass(1);
    assert_false(is_due(LANE_CATALOGUE));
    planner_settings(w.planner, NULL, 0);
    night.last_start_ms = at("2027-01-01T00:00:00"); /* written while the clock was wrong */
    settings(night);
    expect_next(LANE_CATALOGUE, at("2026-07-02T00:00:00"));
}

static void a_failed_flow_is_held_and_tried_again(void **state) {
    (void)state;
    settings(item(LANE_CATALOGUE, daily(8 * H + 60)));
    (void)pass(MINUTE);
    int64_t hold = PLANNER_HOLD_FIRST_MS;
    for (int i = 0; i < 8; i++) {
        start(LANE_CATALOGUE);
        planner_finished(w.planner, COMPANY, LINK, LANE_CATALOGUE, PLANNER_FAILED, 0);
        assert_false(is_due(LANE_CATALOGUE));
        expect_next(LANE_CATALOGUE, w.wall_ms + hold);
        (void)pass(hold - 1);
        assert_false(is_due(LANE_CATALOGUE));
        (void)pass(1);
        hold = hold * 2 > PLANNER_HOLD_LAST_MS ? PLANNER_HOLD_LAST_MS : hold * 2;
    }
    start_and_finish(LANE_CATALOGUE);
    (void)pass(HOUR);
    assert_false(is_due(LANE_CATALOGUE));
}

static void a_failed_link_holds_all_its_flows(void **state) {
    (void)state;
    struct planner_item items[] = {item(LANE_ORDERS, every(60)), item(LANE_STOCK, every(60)),
                                   item(LANE_ORDERS, every(60))};
    items[2].link = "other";
    planner_settings(w.planner, items, 3);
    (void)pass(MINUTE);
    start(LANE_ORDERS);
    planner_finished(w.planner, COMPANY, LINK, LANE_ORDERS, PLANNER_LINK_FAILED, w.wall_ms + HOUR);
    (void)pass(MINUTE);
    assert_int_equal(planner_choose(w.planner, COMPANY, LINK, LANE_NONE, false).act, LANE_IDLE);
    assert_int_equal(planner_choose(w.planner, COMPANY, "other", LANE_NONE, false).act, LANE_START);
    expect_next(LANE_STOCK, at(MORNING) + MINUTE + HOUR);
    for (int i = 0; i < 59; i++)
        (void)pass(MINUTE);
    start_and_finish(LANE_ORDERS);
    start_and_finish(LANE_STOCK);
    assert_false(is_due(LANE_ORDERS));
}

static void refused_credentials_pause_the_link(void **state) {
    (void)state;
    settings(item(LANE_ORDERS, every(600)));
    (void)pass(10 * MINUTE);
    start(LANE_ORDERS);
    planner_finished(w.planner, COMPANY, LINK, LANE_ORDERS, PLANNER_PAUSE, 0);
    expect_next(LANE_ORDERS, NOWHERE);
    (void)pass(2 * HOUR);
    assert_false(is_due(LANE_ORDERS));
    planner_resume(w.planner, COMPANY, LINK);
    start_and_finish(LANE_ORDERS);
}

static void a_long_flow_yields_to_orders_and_goes_on(void **state) {
    (void)state;
    struct planner_item items[] = {item(LANE_ORDERS, every(600)), item(LANE_IMAGES, daily(8 * H + 60))};
    planner_settings(w.planner, items, 2);
    (void)pass(MINUTE);
    start(LANE_IMAGES);
    struct lane_choice choice;
    int batches = 0;
    for (; (choice = planner_choose(w.planner, COMPANY, LINK, LANE_IMAGES, false)).act == LANE_GO_ON; batches++)
        (void)pass(3000);
    assert_int_equal(choice.lane, LANE_ORDERS);
    assert_true(w.wall_ms - (at(MORNING) + 10 * MINUTE) < 3000);
    planner_yielded(w.planner, COMPANY, LINK, LANE_IMAGES);
    planner_started(w.planner, COMPANY, LINK, LANE_ORDERS);
    assert_int_equal(planner_choose(w.planner, COMPANY, LINK, LANE_ORDERS, false).act, LANE_GO_ON);
    assert_int_equal(planner_choose(w.planner, COMPANY, LINK, LANE_ORDERS, true).act, LANE_ITEM);
    finish(LANE_ORDERS);
    start_and_finish(LANE_IMAGES);
    assert_false(is_due(LANE_IMAGES));
    assert_true(batches > 100);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(kept_within_two_seconds),
        CASE(a_long_run_skips_and_says_so),
        CASE(starts_that_wait_for_the_link_come_together),
        CASE(sleep_and_a_forward_clock_make_one_start),
        CASE(outside_its_hours_a_missed_interval_is_dropped),
        CASE(the_last_start_of_the_hours_is_on_time),
        CASE(a_missed_fixed_time_waits_for_the_end_of_a_forbidden_window),
        CASE(what_is_forbidden_stays_so_when_the_clock_is_put_back),
        CASE(a_clock_put_back_repeats_no_fixed_time),
        CASE(intervals_go_on_when_the_clock_is_put_back),
        CASE(a_changed_zone_is_noticed),
        CASE(settings_change_at_a_safe_point),
        CASE(what_was_missed_while_the_program_was_not_running),
        CASE(a_failed_flow_is_held_and_tried_again),
        CASE(a_failed_link_holds_all_its_flows),
        CASE(refused_credentials_pause_the_link),
        CASE(a_long_flow_yields_to_orders_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
