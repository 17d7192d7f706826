/* When one flow of one link runs by itself. Rules of the clock on the wall in, instants in UTC out; nothing here asks
 * what time it is. Which instants these are where the clock is put forward or back stands in README.md. */
#ifndef SERVICE_SCHED_SCHEDULE_H
#define SERVICE_SCHED_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "service/sched/lanes.h"
#include "service/sched/zone.h"

#define SCHEDULE_DAY_S         86400
#define SCHEDULE_TIMES_MAX     48
#define SCHEDULE_FORBIDDEN_MAX 16
#define SCHEDULE_ALL_DAYS      0x7fu /* bit 0 is Monday ... bit 6 is Sunday */
#define SCHEDULE_WORKING_DAYS  0x1fu

/* Hours of some weekdays, by the clock on the wall: from <= time < to. to <= from reaches into the next day (the
 * weekday is that of the beginning); to == from is a whole day. Seconds of the day; to may be SCHEDULE_DAY_S. */
struct schedule_window {
    unsigned weekdays;
    int32_t from_s, to_s;
};

enum schedule_kind {
    SCHEDULE_EVERY, /* every every_s seconds, counted from the moment its hours begin, plus offset_s */
    SCHEDULE_AT     /* at times of the day; hours.from_s, hours.to_s and offset_s mean nothing */
};

struct schedule {
    bool on;       /* switched off: only by hand */
    bool approved; /* in testing (false): only by hand, as if it were off (capability G-03) */
    enum schedule_kind kind;
    struct schedule_window hours; /* weekdays count for both kinds */
    int32_t every_s;              /* 10 to SCHEDULE_DAY_S */
    int32_t offset_s;             /* 0 to every_s - 1: so that many links do not start in one moment */
    int32_t at_s[SCHEDULE_TIMES_MAX];
    size_t at_count;
    struct schedule_window forbidden[SCHEDULE_FORBIDDEN_MAX]; /* nothing starts in these, of either kind */
    size_t forbidden_count;
};

/* RC_INVALID with what is wrong in a sentence. */
enum rc schedule_check(const struct schedule *schedule, struct err *err);
/* Switched on and approved. */
bool schedule_runs(const struct schedule *schedule);
bool schedule_same(const struct schedule *a, const struct schedule *b);

/* The first start after after_ms (never equal to it), whether the schedule runs or not: so a dialog can show what would
 * be. false: none within SCHEDULE_HORIZON_DAYS days. The schedule must be one that schedule_check accepts. */
#define SCHEDULE_HORIZON_DAYS 35
bool schedule_next(const struct schedule *schedule, const struct zone *zone, int64_t after_ms, int64_t *start_ms);
/* Whether a start that is late may still take place at that instant: inside the hours and days (SCHEDULE_EVERY), and
 * not in a forbidden window. */
bool schedule_allows(const struct schedule *schedule, const struct zone *zone, int64_t utc_ms);
/* The first instant from utc_ms on at which a late start of SCHEDULE_AT is allowed; false: none within a week or so. */
bool schedule_allowed_from(const struct schedule *schedule, const struct zone *zone, int64_t utc_ms, int64_t *out_ms);

enum schedule_preset {
    SCHEDULE_NIGHTLY, /* orders every 10 minutes; stock, prices, catalogue and images once a night (G-01, G-09) */
    SCHEDULE_LIVE     /* orders twice a minute; stock, prices every minute; catalogue, images each quarter of an hour */
};
/* Switched on, in testing. */
void schedule_preset(enum schedule_preset preset, enum lane lane, struct schedule *out);

/* Appends "every 10 minutes, Mon-Fri 08:00-18:00, not Mon-Sun 12:00-13:00", for people and for the settings; whether it
 * is on and approved is not part of it. */
void schedule_text(const struct schedule *schedule, struct buf *out);
/* Reads such a text, in any case, days and hours left out meaning all: "every minute", "at 2:00, 14:00, Sat-Mon",
 * "every 5 minutes 22:00-4:00, 20 s later, not Sun". on and approved are false. RC_INVALID with what is wrong. */
enum rc schedule_parse(const char *text, struct schedule *out, struct err *err);

#endif
