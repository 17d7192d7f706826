#include "service/sched/lanes.h"

#define MINUTE_US INT64_C(60000000)

const char *lane_name(enum lane lane) {
    static const char *const names[LANE_COUNT] = {"orders", "stock", "prices", "catalogue", "images"};
    return names[lane];
}

int64_t lane_patience_us(enum lane lane) {
    static const int64_t minutes[LANE_COUNT] = {0, 5, 15, 60, 120};
    return minutes[lane] * MINUTE_US;
}

static bool wants(const struct lanes *lanes, int lane) {
    return lanes->due[lane] || lanes->running == lane;
}

/* The lane that waiting costs most, of those that have something to do. */
static int first_lane(const struct lanes *lanes) {
    for (int i = 0; i < LANE_COUNT; i++) {
        if (wants(lanes, i))
            return i;
    }
    return LANE_NONE;
}

/* Of the lanes that had waited for their patience when `first` came the one that waits longest. All of them waiting for
 * something else, such as the end of a hold, makes no lane starve. */
static int starved(const struct lanes *lanes, int first, int64_t now_us) {
    int64_t first_since_us = first == lanes->running ? now_us : lanes->since_us[first];
    int found = LANE_NONE;
    for (int i = first + 1; i < LANE_COUNT; i++) {
        if (!lanes->due[i] || lanes->running == i ||
            first_since_us - lanes->since_us[i] < lane_patience_us((enum lane)i))
            continue;
        if (found == LANE_NONE || lanes->since_us[i] < lanes->since_us[found])
            found = i;
    }
    return found;
}

struct lane_choice lanes_choose(const struct lanes *lanes, int64_t now_us) {
    if (lanes->item_by_hand)
        return (struct lane_choice){LANE_ITEM, LANE_NONE};
    int lane = first_lane(lanes);
    if (lane == LANE_NONE)
        return (struct lane_choice){LANE_IDLE, LANE_NONE};
    int before = starved(lanes, lane, now_us);
    if (before != LANE_NONE)
        lane = before;
    return (struct lane_choice){lane == lanes->running ? LANE_GO_ON : LANE_START, lane};
}
