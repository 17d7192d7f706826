/* The clock on the wall: known changes of known zones, both ways, and names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/civil.h"
#include "common/os/zone.h"
#include "service/sched/zone.h"
#include "tests/sched/wall.h"

static struct zone *load(const char *name) {
    struct zone *zone = NULL;
    struct err err;
    assert_int_equal(zone_load(name, &zone, &err), RC_OK);
    return zone;
}

static int64_t at(const char *text) {
    int64_t ms;
    assert_true(iso_parse(text, &ms));
    return ms / 1000;
}

static void warsaw_changes_twice_a_year(void **state) {
    (void)state;
    struct zone *zone = load(WARSAW);
    assert_int_equal(zone_offset_s(zone, at("2026-03-29T00:59:59")), 3600);
    assert_int_equal(zone_offset_s(zone, at("2026-03-29T01:00:00")), 7200);
    assert_int_equal(zone_offset_s(zone, at("2026-10-25T00:59:59")), 7200);
    assert_int_equal(zone_offset_s(zone, at("2026-10-25T01:00:00")), 3600);
    /* The rule goes on for ever, as far as anybody knows. */
    assert_int_equal(zone_offset_s(zone, at("2096-07-01T00:00:00")), 7200);
    assert_int_equal(zone_offset_s(zone, at("2096-12-01T00:00:00")), 3600);
    zone_free(zone);
}

static void local_times_once_skipped_and_twice(void **state) {
    (void)state;
    struct zone *zone = load(WARSAW);
    int64_t first, last;
    assert_int_equal(zone_utc_s(zone, at("2026-07-01T12:00:00"), &first, &last), ZONE_ONCE);
    assert_int_equal(first, at("2026-07-01T10:00:00"));
    assert_int_equal(last, first);
    assert_int_equal(zone_utc_s(zone, at("2026-03-29T02:30:00"), &first, &last), ZONE_SKIPPED);
    assert_int_equal(first, at("2026-03-29T01:00:00"));
    assert_int_equal(last, first);
    assert_int_equal(zone_utc_s(zone, at("2026-03-29T03:00:00"), &first, &last), ZONE_ONCE);
    assert_int_equal(first, at("2026-03-29T01:00:00"));
    assert_int_equal(zone_utc_s(zone, at("2026-10-25T02:30:00"), &first, &last), ZONE_TWICE);
    assert_int_equal(first, at("2026-10-25T00:30:00"));
    assert_int_equal(last, at("2026-10-25T01:30:00"));
    zone_free(zone);
}

static void half_an_hour_and_midnight(void **state) {
    (void)state;
    struct zone *zone = load(LORD_HOWE);
    int64_t first, last;
    assert_int_equal(zone_offset_s(zone, at("2026-07-01T00:00:00")), 10 * 3600 + 1800);
    assert_int_equal(zone_utc_s(zone, at("2026-10-04T02:15:00"), &first, &last), ZONE_SKIPPED);
    assert_int_equal(zone_utc_s(zone, at("2026-04-05T01:45:00"), &first, &last), ZONE_TWICE);
    assert_int_equal(last - first, 1800);
    zone_free(zone);
    zone = load(CAIRO);
#ifdef EXACT_CAIRO
    /* Cairo has had no midnight on the last Friday of April since 2023; Wine's registry is older. */
    assert_int_equal(zone_utc_s(zone, at("2026-04-24T00:00:00"), &first, &last), ZONE_SKIPPED);
    assert_int_equal(first, at("2026-04-23T22:00:00"));
#endif
    zone_free(zone);
}

static void every_instant_comes_back(void **state) {
    (void)state;
    const char *const names[] = {WARSAW, LORD_HOWE, CAIRO};
    for (size_t i = 0; i < 3; i++) {
        struct zone *zone = load(names[i]);
        for (int64_t utc = at("2020-01-01T00:00:00"); utc < at("2040-01-01T00:00:00"); utc += 1801) {
            int64_t first, last;
            enum zone_fit fit = zone_utc_s(zone, zone_local_s(zone, utc), &first, &last);
            assert_true(fit != ZONE_SKIPPED);
            assert_true(utc == first || utc == last);
        }
        zone_free(zone);
    }
}

static void the_machine_has_a_zone(void **state) {
    (void)state;
    struct zone *zone = load(NULL);
    assert_true(zone_name(zone)[0] != '\0');
    struct zone *copy = zone_copy(zone);
    assert_true(zone_same(zone, copy));
    zone_free(copy);
    zone_free(zone);
    struct zone *a = load(WARSAW), *b = load(LORD_HOWE);
    assert_false(zone_same(a, b));
    zone_free(a);
    zone_free(b);
}

static void unknown_names_are_refused(void **state) {
    (void)state;
    const char *const names[] = {"Europe/Warszawa", "../../etc/passwd", "/etc/passwd", "Europe", "x y", "\xff"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *zone = NULL;
        struct err err;
        assert_int_equal(zone_load(names[i], &zone, &err), RC_NOT_FOUND);
        assert_null(zone);
        assert_true(err.text[0] != '\0');
    }
}

static void expect_wall(const char *name, const struct zone *zone, int64_t utc_s) {
    int64_t shown = wall_minute(utc_s);
    int64_t local_s = zone_local_s(zone, utc_s);
    if (local_s / 60 != shown) {
        char when[ISO_SIZE];
        iso_utc(utc_s * 1000, when);
        fail_msg("%s, %s: the wall shows minute %lld, we say %lld", name, when, (long long)shown,
                 (long long)(local_s / 60));
    }
}

struct seen {
    int zones, changes;
};

/* What the system itself says, before and behind each change, and now and then between. */
static void one_zone(void *ctx, const char *name) {
    struct seen *seen = ctx;
    struct os_zone data;
    struct err err;
    int64_t from = at("2026-01-01T00:00:00"), to = at("2060-01-01T00:00:00");
    assert_true(wall_zone(name));
    assert_int_equal(os_zone_read(name, &data, &err), RC_OK);
    struct zone *zone = zone_of(name, data.first_offset_s, data.changes, data.count);
    for (size_t i = 0; i < data.count; i++) {
        int64_t change = data.changes[i].utc_s;
        if (change < from || change >= to)
            continue;
        expect_wall(name, zone, change - 1);
        expect_wall(name, zone, change);
        seen->changes++;
    }
    for (int64_t utc = from; utc < to; utc += 10 * 86400 + 3600)
        expect_wall(name, zone, utc);
    seen->zones++;
    os_zone_free(&data);
    zone_free(zone);
}

static void every_zone_is_as_the_system_says(void **state) {
    (void)state;
    struct seen seen = {0};
    struct err err;
    assert_int_equal(os_zone_names(one_zone, &seen, &err), RC_OK);
    print_message("%d zones, %d changes of the clock from 2026 to 2059\n", seen.zones, seen.changes);
    assert_true(seen.zones > 100);
}

static void for_people(void **state) {
    (void)state;
    struct zone *zone = load(WARSAW);
    char text[ZONE_TEXT_SIZE];
    zone_text(zone, at("2026-03-29T01:00:00") * 1000, text);
    assert_string_equal(text, "2026-03-29 03:00:00");
    zone_free(zone);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warsaw_changes_twice_a_year),      cmocka_unit_test(local_times_once_skipped_and_twice),
        cmocka_unit_test(half_an_hour_and_midnight),        cmocka_unit_test(every_instant_comes_back),
        cmocka_unit_test(the_machine_has_a_zone),           cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(every_zone_is_as_the_system_says), cmocka_unit_test(for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
