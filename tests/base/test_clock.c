#include "tests/base/check.h"

#include "common/base/clock.h"

static void stands_still_until_moved(void **state) {
    (void)state;
    struct fixed_clock c;
    fixed_clock_init(&c, 1000);
    assert_int_equal(clock_wall_ms(&c.clock), 1000);
    int64_t before = clock_monotonic_us(&c.clock);
    assert_int_equal(clock_monotonic_us(&c.clock), before);
    c.now_ms += 250;
    assert_int_equal(clock_wall_ms(&c.clock), 1250);
    assert_int_equal(clock_monotonic_us(&c.clock) - before, 250000);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(stands_still_until_moved)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
