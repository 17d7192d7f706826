/* Presets, and a schedule in words. */
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

/* --- in words --- */

static void add_time(struct buf *out, int32_t second_s) {
    buf_addf(out, "%02d:%02d", (int)(second_s / HOUR_S), (int)(second_s / MINUTE_S % 60));
    if (second_s % MINUTE_S)
        buf_addf(out, ":%02d", (int)(second_s % MINUTE_S));
}

/* "Mon-Fri, Sun" */
static void add_weekdays(struct buf *out, unsigned weekdays) {
    static const char *const names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const char *between = "";
    for (int i = 0; i < 7; i++) {
        if (!(weekdays >> i & 1))
            continue;
        int first = i;
        while (i < 6 && (weekdays >> (i + 1) & 1))
            i++;
        buf_addf(out, "%s%s", between, names[first]);
        if (i > first)
            buf_addf(out, "-%s", names[i]);
        between = ", ";
    }
}

static void add_window(struct buf *out, const struct schedule_window *w) {
    add_weekdays(out, w->weekdays);
    buf_addc(out, ' ');
    add_time(out, w->from_s);
    buf_addc(out, '-');
    add_time(out, w->to_s);
}

static void add_interval(struct buf *out, int32_t seconds) {
    static const struct {
        int32_t s;
        const char *name;
    } units[] = {{HOUR_S, "hour"}, {MINUTE_S, "minute"}, {1, "second"}};
    size_t i = 0;
    while (seconds % units[i].s)
        i++;
    int32_t count = seconds / units[i].s;
    if (count == 1)
        buf_addf(out, "every %s", units[i].name);
    else
        buf_addf(out, "every %d %ss", (int)count, units[i].name);
}

void schedule_text(const struct schedule *schedule, struct buf *out) {
    if (schedule->kind == SCHEDULE_EVERY) {
        add_interval(out, schedule->every_s);
        buf_adds(out, ", ");
        add_window(out, &schedule->hours);
        if (schedule->offset_s > 0)
            buf_addf(out, ", %d s later", (int)schedule->offset_s);
    } else {
        buf_adds(out, "at ");
        for (size_t i = 0; i < schedule->at_count; i++) {
            buf_adds(out, i > 0 ? ", " : "");
            add_time(out, schedule->at_s[i]);
        }
        buf_adds(out, ", ");
        add_weekdays(out, schedule->hours.weekdays);
    }
    for (size_t i = 0; i < schedule->forbidden_count; i++) {
        buf_adds(out, ", not ");
        add_window(out, &schedule->forbidden[i]);
    }
    if (!schedule->on)
        buf_adds(out, " (off)");
    else if (!schedule->approved)
        buf_adds(out, " (in testing)");
}
