/* Schedules to begin with. */
#include "service/sched/schedule.h"

#define MINUTE_S 60
#define HOUR_S   3600

static void every(struct schedule *out, int32_t every_s, int32_t offset_s) {
    out->kind = SCHEDULE_EVERY;
    out->every_s = every_s;
    out->offset_s = offset_s;
}

static void at(struct schedule *out, int32_t time_s) {
    out->kind = SCHEDULE_AT;
    out->at_s[0] = time_s;
    out->at_count = 1;
}

/* The night's flows follow each other; a link runs one at a time anyway, so one that lasts longer delays the next. */
static void nightly(enum lane lane, struct schedule *out) {
    switch (lane) {
    case LANE_ORDERS: every(out, 10 * MINUTE_S, 0); break;
    case LANE_STOCK: at(out, 1 * HOUR_S); break;
    case LANE_PRICES: at(out, 1 * HOUR_S + 30 * MINUTE_S); break;
    case LANE_CATALOGUE: at(out, 2 * HOUR_S); break;
    case LANE_IMAGES: at(out, 4 * HOUR_S); break;
    }
}

static void live(enum lane lane, struct schedule *out) {
    switch (lane) {
    case LANE_ORDERS: every(out, 30, 0); break;
    case LANE_STOCK: every(out, 1 * MINUTE_S, 20); break;
    case LANE_PRICES: every(out, 1 * MINUTE_S, 40); break;
    case LANE_CATALOGUE: every(out, 15 * MINUTE_S, 5 * MINUTE_S + 30); break;
    case LANE_IMAGES: every(out, 15 * MINUTE_S, 10 * MINUTE_S + 30); break;
    }
}

void schedule_preset(enum schedule_preset preset, enum lane lane, struct schedule *out) {
    *out = (struct schedule){.on = true, .hours = {SCHEDULE_ALL_DAYS, 0, SCHEDULE_DAY_S}};
    if (preset == SCHEDULE_NIGHTLY)
        nightly(lane, out);
    else
        live(lane, out);
}
