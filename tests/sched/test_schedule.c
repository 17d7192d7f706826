/* A schedule's starts: hours, weekdays, forbidden windows, and what happens when the clock changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/civil.h"
#include "service/sched/schedule.h"

#define H 3600

static struct zone *warsaw;

static int setup(void **state) {
    struct err err;
    (void)state;
    return zone_load(WARSAW, &warsaw, &err) == RC_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    zone_free(warsaw);
    return 0;
}

static int64_t at(const char *text) {
    int64_t ms;
    assert_true(iso_parse(text, &ms));
    return ms;
}

static struct schedule every(int32_t every_s, int32_t from_s, int32_t to_s) {
    return (struct schedule){.on = true,
                             .approved = true,
                             .kind = SCHEDULE_EVERY,
                             .hours = {SCHEDULE_ALL_DAYS, from_s, to_s},
                             .every_s = every_s};
}

static struct schedule at_times(int32_t a, int32_t b) {
    struct schedule s = {.on = true,
                         .approved = true,
                         .kind = SCHEDULE_AT,
                         .hours = {SCHEDULE_ALL_DAYS, 0, SCHEDULE_DAY_S},
                         .at_s = {a, b},
                         .at_count = b >= 0 ? 2 : 1};
    return s;
}

/* The starts in (after, until] by the clock on the wall, as "29 03:00:00 29 04:00:00". */
static void expect(const struct schedule *s, const char *after, const char *until, const char *expected) {
    struct buf text;
    int64_t t = at(after);
    struct err err;
    buf_init(&text, 10000);
    assert_int_equal(schedule_check(s, &err), RC_OK);
    while (schedule_next(s, warsaw, t, &t) && t <= at(until)) {
        char local[ZONE_TEXT_SIZE];
        zone_text(warsaw, t, local);
        buf_addf(&text, "%s%s", text.len ? " " : "", local + 8);
    }
    assert_string_equal(text.data, expected);
    buf_free(&text);
}

static void between_hours(void **state) {
    (void)state;
    struct schedule s = every(2 * H, 8 * H, 13 * H);
    expect(&s, "2026-07-01T00:00:00", "2026-07-02T08:00:00",
           "01 08:00:00 01 10:00:00 01 12:00:00 02 08:00:00 02 10:00:00");
    s.offset_s = 300;
    expect(&s, "2026-07-01T00:00:00", "2026-07-02T00:00:00", "01 08:05:00 01 10:05:00 01 12:05:00");
}

/* Capability C-19: 08:00-18:00 every 10 minutes, and all day hourly, in the weeks of both clock changes. */
static void a_week_with_a_clock_change(void **state) {
    (void)state;
    const char *const weeks[][2] = {{"2026-03-24T22:59:59", "2026-03-31T21:59:59"},
                                    {"2026-10-20T21:59:59", "2026-10-27T22:59:59"}};
    const int hours[] = {167, 169};
    for (int i = 0; i < 2; i++) {
        struct schedule office = every(600, 8 * H, 18 * H), hourly = every(H, 0, SCHEDULE_DAY_S);
        int64_t t = at(weeks[i][0]), before = 0;
        int count = 0;
        while (schedule_next(&office, warsaw, t, &t) && t <= at(weeks[i][1])) {
            int64_t of_day = zone_local_s(warsaw, t / 1000) % SCHEDULE_DAY_S;
            assert_true(of_day >= 8 * H && of_day < 18 * H && of_day % 600 == 0);
            count++;
        }
        assert_int_equal(count, 7 * 60);
        t = at(weeks[i][0]);
        for (count = 0; schedule_next(&hourly, warsaw, t, &t) && t <= at(weeks[i][1]); count++) {
            assert_true(count == 0 || t - before == 3600000);
            before = t;
        }
        assert_int_equal(count, hours[i]);
    }
}

static void intervals_when_the_clock_changes(void **state) {
    (void)state;
    struct schedule s = every(H / 2, 1 * H, 4 * H);
    expect(&s, "2026-03-28T23:00:00", "2026-03-29T10:00:00", "29 01:00:00 29 01:30:00 29 03:00:00 29 03:30:00");
    expect(&s, "2026-10-24T22:00:00", "2026-10-25T10:00:00",
           "25 01:00:00 25 01:30:00 25 02:00:00 25 02:30:00 25 02:00:00 25 02:30:00 25 03:00:00 25 03:30:00");
    /* Hours that begin inside the hour that is skipped begin right behind it; those inside the doubled hour are open
     * whenever the wall shows them. */
    s = every(H / 4, 2 * H + H / 2, 3 * H + H / 2);
    expect(&s, "2026-03-28T23:00:00", "2026-03-29T10:00:00", "29 03:00:00 29 03:15:00");
    expect(&s, "2026-10-24T22:00:00", "2026-10-25T10:00:00",
           "25 02:30:00 25 02:45:00 25 02:30:00 25 02:45:00 25 03:00:00 25 03:15:00");
    s = every(H / 2, 1 * H, 2 * H + H / 2);
    expect(&s, "2026-10-24T22:00:00", "2026-10-25T10:00:00", "25 01:00:00 25 01:30:00 25 02:00:00 25 02:00:00");
}

static void fixed_times_when_the_clock_changes(void **state) {
    (void)state;
    struct schedule s = at_times(2 * H + H / 2, -1);
    expect(&s, "2026-03-28T00:00:00", "2026-03-30T12:00:00", "28 02:30:00 29 03:00:00 30 02:30:00");
    expect(&s, "2026-10-24T12:00:00", "2026-10-26T12:00:00", "25 02:30:00 26 02:30:00");
    int64_t t;
    assert_true(schedule_next(&s, warsaw, at("2026-10-24T12:00:00"), &t));
    assert_int_equal(t, at("2026-10-25T00:30:00")); /* the first of the two */
    /* Two that were skipped, and one that is due anyway, are one start. */
    s = at_times(2 * H, 3 * H);
    expect(&s, "2026-03-28T12:00:00", "2026-03-29T12:00:00", "29 03:00:00");
}

static void weekdays(void **state) {
    (void)state;
    struct schedule s = at_times(12 * H, -1);
    s.hours.weekdays = 0x21; /* Monday and Saturday; 2026-07-01 is a Wednesday */
    expect(&s, "2026-07-01T00:00:00", "2026-07-12T00:00:00", "04 12:00:00 06 12:00:00 11 12:00:00");
}

/* The weekday of hours over midnight is that of their evening. */
static void hours_over_midnight(void **state) {
    (void)state;
    struct schedule s = every(2 * H, 22 * H, 4 * H);
    s.hours.weekdays = 0x10; /* Friday 2026-07-03 */
    expect(&s, "2026-07-01T00:00:00", "2026-07-08T00:00:00", "03 22:00:00 04 00:00:00 04 02:00:00");
    assert_true(schedule_allows(&s, warsaw, at("2026-07-04T01:00:00")));
    assert_false(schedule_allows(&s, warsaw, at("2026-07-04T02:00:00")));
    assert_false(schedule_allows(&s, warsaw, at("2026-07-03T01:00:00")));
}

static void forbidden_windows(void **state) {
    (void)state;
    struct schedule s = every(H, 8 * H, 14 * H);
    s.forbidden[0] = (struct schedule_window){SCHEDULE_ALL_DAYS, 9 * H + 1, 10 * H};
    s.forbidden[1] = (struct schedule_window){SCHEDULE_ALL_DAYS, 11 * H, 12 * H + 1};
    s.forbidden_count = 2;
    expect(&s, "2026-07-01T00:00:00", "2026-07-02T00:00:00", "01 08:00:00 01 09:00:00 01 10:00:00 01 13:00:00");
    int64_t from;
    assert_true(schedule_allowed_from(&s, warsaw, at("2026-07-01T09:00:00"), &from));
    assert_int_equal(from, at("2026-07-01T10:00:01"));
    struct schedule night = at_times(23 * H, 12 * H);
    night.forbidden[0] = (struct schedule_window){SCHEDULE_ALL_DAYS, 22 * H, 2 * H};
    night.forbidden_count = 1;
    expect(&night, "2026-07-01T00:00:00", "2026-07-02T20:00:00", "01 12:00:00 02 12:00:00");
    assert_true(schedule_allowed_from(&night, warsaw, at("2026-07-01T23:00:00"), &from));
    assert_int_equal(from, at("2026-07-02T00:00:00"));
}

static void seconds_and_offsets(void **state) {
    (void)state;
    struct schedule s = every(45, 23 * H + 3540, SCHEDULE_DAY_S);
    s.offset_s = 10;
    expect(&s, "2026-07-01T00:00:00", "2026-07-02T00:00:00", "01 23:59:10 01 23:59:55");
    struct schedule odd = every(7 * H, 0, 0); /* begins anew each midnight */
    expect(&odd, "2026-07-01T22:00:00", "2026-07-02T22:00:00", "02 07:00:00 02 14:00:00 02 21:00:00 03 00:00:00");
}

static void nonsense_is_refused(void **state) {
    (void)state;
    struct err err;
    struct schedule s = every(9, 0, 0);
    assert_int_equal(schedule_check(&s, &err), RC_INVALID);
    s = every(600, 0, SCHEDULE_DAY_S + 1);
    assert_int_equal(schedule_check(&s, &err), RC_INVALID);
    s = every(600, 0, 0);
    s.offset_s = 600;
    assert_int_equal(schedule_check(&s, &err), RC_INVALID);
    s = every(600, 0, 0);
    s.hours.weekdays = 0;
    assert_int_equal(schedule_check(&s, &err), RC_INVALID);
    s = at_times(SCHEDULE_DAY_S, -1);
    assert_int_equal(schedule_check(&s, &err), RC_INVALID);
    s = at_times(H, -1);
    s.forbidden[0] = (struct schedule_window){SCHEDULE_ALL_DAYS, 0, 2 * H};
    s.forbidden_count = 1;
    assert_int_equal(schedule_check(&s, &err), RC_INVALID); /* could never start */
}

static void presets(void **state) {
    (void)state;
    struct err err;
    for (int preset = SCHEDULE_NIGHTLY; preset <= SCHEDULE_LIVE; preset++) {
        for (int lane = 0; lane < LANE_COUNT; lane++) {
            struct schedule s;
            schedule_preset((enum schedule_preset)preset, (enum lane)lane, &s);
            assert_int_equal(schedule_check(&s, &err), RC_OK);
            assert_false(schedule_runs(&s)); /* in testing until somebody approves it */
            s.approved = true;
            assert_true(schedule_runs(&s));
            assert_true(schedule_same(&s, &s));
        }
    }
    /* Capability G-01 */
    struct schedule orders, catalogue;
    schedule_preset(SCHEDULE_NIGHTLY, LANE_ORDERS, &orders);
    schedule_preset(SCHEDULE_NIGHTLY, LANE_CATALOGUE, &catalogue);
    assert_int_equal(orders.every_s, 600);
    expect(&catalogue, "2026-06-30T12:00:00", "2026-07-03T12:00:00", "01 02:00:00 02 02:00:00 03 02:00:00");
}

static void expect_text(const struct schedule *s, const char *expected) {
    struct buf text;
    struct schedule again;
    struct err err;
    buf_init(&text, 1000);
    schedule_text(s, &text);
    assert_string_equal(text.data, expected);
    assert_int_equal(schedule_parse(text.data, &again, &err), RC_OK);
    again.on = s->on;
    again.approved = s->approved;
    assert_true(schedule_same(s, &again));
    buf_free(&text);
}

static void in_words(void **state) {
    (void)state;
    struct schedule s = every(600, 8 * H, 18 * H);
    s.hours.weekdays = SCHEDULE_WORKING_DAYS;
    s.forbidden[0] = (struct schedule_window){SCHEDULE_ALL_DAYS, 12 * H, 13 * H};
    s.forbidden[1] = (struct schedule_window){0x05, 22 * H, 4 * H + 1};
    s.forbidden_count = 2;
    expect_text(&s, "every 10 minutes, Mon-Fri 08:00-18:00, not Mon-Sun 12:00-13:00, not Mon, Wed 22:00-04:00:01");
    s = at_times(2 * H, 14 * H + 90);
    s.hours.weekdays = 0x41;
    expect_text(&s, "at 02:00, 14:01:30, Mon, Sun");
    for (int preset = SCHEDULE_NIGHTLY; preset <= SCHEDULE_LIVE; preset++) {
        for (int lane = 0; lane < LANE_COUNT; lane++) {
            struct buf text;
            buf_init(&text, 1000);
            schedule_preset((enum schedule_preset)preset, (enum lane)lane, &s);
            schedule_text(&s, &text);
            expect_text(&s, text.data);
            buf_free(&text);
        }
    }
}

static void words_read(void **state) {
    (void)state;
    struct schedule s;
    struct err err;
    assert_int_equal(schedule_parse("EVERY minute 22:00-4:00, 20 s later, not sat-mon", &s, &err), RC_OK);
    expect_text(&s, "every minute, Mon-Sun 22:00-04:00, 20 s later, not Mon, Sat-Sun 00:00-24:00");
    assert_false(s.on || s.approved);
    assert_int_equal(schedule_parse("at 2:00 14:00", &s, &err), RC_OK);
    expect_text(&s, "at 02:00, 14:00, Mon-Sun");
    const char *const wrong[] = {
        "",
        "every",
        "every 10",
        "every 10 days",
        "every 5 seconds",
        "every 99999999999999999999 hours",
        "every -1 minutes",
        "at",
        "at 24:00",
        "at 25:00",
        "at 8",
        "at 08:60",
        "every hour 8-18",
        "every hour 08:00-25:00",
        "every hour 08:00-",
        "every hour Mon-",
        "every hour Mon-Foo",
        "every hour Monday",
        "every hour, 20 s",
        "every minute, 90 s later",
        "every hour not",
        "every hour not Mon-Sun",
        "at 02:00 not 01:00-03:00",
        "now and then, at a moment that suits everybody concerned",
        "every hour \xff",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct schedule untouched = {.every_s = 4711};
        assert_int_equal(schedule_parse(wrong[i], &untouched, &err), RC_INVALID);
        assert_int_equal(untouched.every_s, 4711);
        assert_true(err.text[0] != '\0');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_hours),
        cmocka_unit_test(a_week_with_a_clock_change),
        cmocka_unit_test(intervals_when_the_clock_changes),
        cmocka_unit_test(fixed_times_when_the_clock_changes),
        cmocka_unit_test(weekdays),
        cmocka_unit_test(hours_over_midnight),
        cmocka_unit_test(forbidden_windows),
        cmocka_unit_test(seconds_and_offsets),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(presets),
        cmocka_unit_test(in_words),
        cmocka_unit_test(words_read),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
