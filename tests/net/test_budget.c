#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/net/budget.h"

/* A limit halves the parallel requests, good answers bring them back one by one. */
static void learns(void **state) {
    (void)state;
    struct fixed_clock clock;
    struct budget b;
    fixed_clock_init(&clock, 1000000);
    budget_init(&b, &clock.clock, 4);
    assert_int_equal(b.parallel, 4);
    budget_limited(&b, -1);
    assert_int_equal(b.parallel, 2);
    assert_int_equal(budget_wait_s(&b), 0);
    budget_limited(&b, -1);
    budget_limited(&b, -1);
    assert_int_equal(b.parallel, 1);
    for (int i = 0; i < BUDGET_RECOVER_AFTER; i++)
        budget_good(&b);
    assert_int_equal(b.parallel, 2);
    for (int i = 0; i < 10 * BUDGET_RECOVER_AFTER; i++)
        budget_good(&b);
    assert_int_equal(b.parallel, 4);
    budget_init(&b, &clock.clock, 0);
    assert_int_equal(b.parallel, 1);
}

static void blocks_until(void **state) {
    (void)state;
    struct fixed_clock clock;
    struct budget b;
    fixed_clock_init(&clock, 1000000);
    budget_init(&b, &clock.clock, 2);
    budget_limited(&b, 30);
    assert_int_equal(budget_wait_s(&b), 30);
    budget_limited(&b, 10); /* a shorter wish does not shorten a longer one */
    assert_int_equal(budget_wait_s(&b), 30);
    clock.now_ms += 29500;
    assert_int_equal(budget_wait_s(&b), 1);
    clock.now_ms += 500;
    assert_int_equal(budget_wait_s(&b), 0);
    budget_limited(&b, 1000000000);
    assert_int_equal(budget_wait_s(&b), BUDGET_BLOCK_MAX_S);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(learns), cmocka_unit_test(blocks_until)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
