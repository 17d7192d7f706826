#include "tests/base/check.h"

#include "common/base/rng.h"

/* Outputs of xoshiro256** from the state 1, 2, 3, 4, worked out from the published algorithm and the same in other
 * implementations of it. */
static void published_outputs(void **state) {
    (void)state;
    static const uint64_t expected[] = {
        11520,
        0,
        1509978240,
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    struct rng r = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(rng_next(&r) == expected[i]);
}

/* The state after seeding is splitmix64's sequence. */
static void seeding(void **state) {
    (void)state;
    struct rng r;
    rng_seed(&r, 1234567);
    assert_true(r.s[0] == UINT64_C(6457827717110365317));
    assert_true(r.s[1] == UINT64_C(3203168211198807973));
    assert_true(r.s[2] == UINT64_C(9817491932198370423));
    assert_true(r.s[3] == UINT64_C(4593380528125082431));
    rng_seed(&r, 0);
    assert_true((r.s[0] | r.s[1] | r.s[2] | r.s[3]) != 0);
}

static void same_seed_same_numbers(void **state) {
    (void)state;
    struct rng a, b, c;
    rng_seed(&a, 5);
    rng_seed(&b, 5);
    rng_seed(&c, 6);
    int differ = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t x = rng_next(&a);
        assert_true(x == rng_next(&b));
        differ += x != rng_next(&c);
    }
    assert_int_equal(differ, 1000);
}

static void below_is_below_and_even(void **state) {
    (void)state;
    struct rng r;
    rng_seed(&r, 11);
    int counts[7] = {0};
    for (int i = 0; i < 700000; i++) {
        uint64_t x = rng_below(&r, 7);
        CHECK(x < 7);
        counts[x]++;
    }
    for (int i = 0; i < 7; i++)
        assert_true(counts[i] > 98500 && counts[i] < 101500); /* 5 sigma are 1464 */
    for (int i = 0; i < 100; i++)
        assert_true(rng_below(&r, 1) == 0);
    /* Where the naive remainder is worst: numbers below 2^63 would come twice as often. */
    uint64_t n = UINT64_C(3) << 62;
    int low = 0;
    for (int i = 0; i < 100000; i++) {
        uint64_t x = rng_below(&r, n);
        CHECK(x < n);
        low += x < n / 3;
    }
    assert_true(low > 32500 && low < 34200);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_outputs),
        cmocka_unit_test(seeding),
        cmocka_unit_test(same_seed_same_numbers),
        cmocka_unit_test(below_is_below_and_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
