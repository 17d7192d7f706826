/* The clock goes forward, the zone's offset is believable, and the process knows what it used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/os/os.h"

static void the_clock_goes_forward(void **state) {
    (void)state;
    struct clock *c = os_clock();
    struct civil day = {.year = 2024, .month = 1, .day = 1};
    assert_true(clock_wall_ms(c) > civil_to_ms(&day));
    int64_t last = clock_monotonic_us(c);
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_monotonic_us(c);
        assert_true(now >= last);
        last = now;
    }
}

static void wall_and_monotonic_agree(void **state) {
    (void)state;
    struct clock *c = os_clock();
    int64_t wall = clock_wall_ms(c);
    int64_t monotonic = clock_monotonic_us(c);
    assert_false(os_wait(NULL, 200));
    int64_t wall_passed = clock_wall_ms(c) - wall;
    int64_t passed = (clock_monotonic_us(c) - monotonic) / 1000;
    assert_true(passed >= 200);
    assert_true(wall_passed - passed < 100 && passed - wall_passed < 100);
}

static void zone_offsets_are_believable(void **state) {
    (void)state;
    /* Every zone on Earth lies between -12:00 and +14:00 and, since 1972, on quarters of an hour. */
    for (int year = 2000; year < 2040; year++) {
        for (int month = 1; month <= 12; month++) {
            struct civil day = {.year = year, .month = month, .day = 1, .hour = 12};
            int offset = os_zone_offset_minutes(civil_to_ms(&day));
            assert_in_range(offset + 720, 0, 720 + 840);
            assert_int_equal(offset % 15, 0);
        }
    }
}

static void the_process_is_measured(void **state) {
    (void)state;
    uint64_t before = os_peak_memory();
    assert_true(before > 100000);
    char *block = mem_alloc(64 << 20);
    for (size_t i = 0; i < 64 << 20; i += 1024) {
        block[i] = (char)i;
    }
    assert_true(block[1024] == 0);
    assert_true(os_peak_memory() >= before + (48 << 20));
    mem_free(block);
    int64_t used = os_cpu_us();
    volatile unsigned sum = 0;
    while (os_cpu_us() < used + 20000) {
        for (unsigned i = 0; i < 100000; i++) {
            sum += i;
        }
    }
    assert_true(os_cpu_us() > used);
    assert_true(os_process_id() > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_goes_forward), cmocka_unit_test(wall_and_monotonic_agree),
        cmocka_unit_test(zone_offsets_are_believable), cmocka_unit_test(the_process_is_measured)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
