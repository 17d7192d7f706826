/* What a link does next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/sched/lanes.h"

#define MINUTE_US INT64_C(60000000)

static void expect(const struct lanes *lanes, int64_t now_us, enum lane_act act, int lane) {
    struct lane_choice choice = lanes_choose(lanes, now_us);
    assert_int_equal(choice.act, act);
    assert_int_equal(choice.lane, lane);
}

static void nothing_to_do(void **state) {
    (void)state;
    struct lanes lanes = {.running = LANE_NONE};
    expect(&lanes, 0, LANE_IDLE, LANE_NONE);
}

static void in_the_order_of_what_waiting_costs(void **state) {
    (void)state;
    struct lanes lanes = {.running = LANE_NONE, .due = {true, true, true, true, true}};
    for (int i = 0; i < LANE_COUNT; i++) {
        expect(&lanes, 1, LANE_START, i);
        lanes.due[i] = false;
    }
    expect(&lanes, 1, LANE_IDLE, LANE_NONE);
}

static void a_long_flow_yields_behind_its_batch(void **state) {
    (void)state;
    struct lanes lanes = {.running = LANE_IMAGES};
    expect(&lanes, 1, LANE_GO_ON, LANE_IMAGES);
    lanes.due[LANE_CATALOGUE] = true;
    expect(&lanes, 1, LANE_START, LANE_CATALOGUE);
    lanes.due[LANE_ORDERS] = true;
    expect(&lanes, 1, LANE_START, LANE_ORDERS);
    lanes.running = LANE_ORDERS; /* nothing interrupts orders but a single item */
    lanes.due[LANE_ORDERS] = false;
    expect(&lanes, 1, LANE_GO_ON, LANE_ORDERS);
}

static void a_single_item_goes_before_everything(void **state) {
    (void)state;
    struct lanes lanes = {.running = LANE_ORDERS, .item_by_hand = true, .due = {true, true, true, true, true}};
    expect(&lanes, 1000 * MINUTE_US, LANE_ITEM, LANE_NONE);
    lanes.running = LANE_NONE;
    expect(&lanes, 0, LANE_ITEM, LANE_NONE);
}

/* Stock that always has work does not keep the catalogue away for ever. */
static void nobody_is_starved(void **state) {
    (void)state;
    struct lanes lanes = {.running = LANE_STOCK, .due = {false, false, false, true, true}};
    expect(&lanes, 59 * MINUTE_US, LANE_GO_ON, LANE_STOCK);
    expect(&lanes, 60 * MINUTE_US, LANE_START, LANE_CATALOGUE);
    lanes.since_us[LANE_IMAGES] = -120 * MINUTE_US;
    expect(&lanes, 60 * MINUTE_US, LANE_START, LANE_IMAGES);
    /* Its batch is over: its patience begins anew, and stock goes on. */
    lanes = (struct lanes){.running = LANE_CATALOGUE, .due = {false, true, false, false, false}};
    lanes.since_us[LANE_STOCK] = 60 * MINUTE_US;
    expect(&lanes, 60 * MINUTE_US + 1, LANE_START, LANE_STOCK);
}

static void names(void **state) {
    (void)state;
    assert_string_equal(lane_name(LANE_ORDERS), "orders");
    assert_string_equal(lane_name(LANE_IMAGES), "images");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_do),
        cmocka_unit_test(in_the_order_of_what_waiting_costs),
        cmocka_unit_test(a_long_flow_yields_behind_its_batch),
        cmocka_unit_test(a_single_item_goes_before_everything),
        cmocka_unit_test(nobody_is_starved),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
