/* What is due when: the schedules of all links against the clock. It decides and says so in the log; it starts nothing,
 * waits for nothing and reads no settings: the caller's loop does (README.md shows it). Not for two threads at once.
 *
 * A start that is due waits until the link is free; further ones that pass meanwhile come together with it. A run that
 * is still going when its next start passes skips that one. Nothing ever queues. */
#ifndef SERVICE_SCHED_PLANNER_H
#define SERVICE_SCHED_PLANNER_H

#include "common/base/clock.h"
#include "common/base/log.h"
#include "service/sched/lanes.h"
#include "service/sched/schedule.h"
#include "service/sched/zone.h"

#define PLANNER_LOOK_MS       1000              /* the longest time between two looks: keeps starts within 2 s */
#define PLANNER_LATE_MS       2000              /* a start later than this is a missed one that is made up for */
#define PLANNER_HOLD_FIRST_MS 30000             /* after a failure; doubled with each further one ... */
#define PLANNER_HOLD_LAST_MS  INT64_C(900000)   /* ... up to this */
#define PLANNER_AGAIN_MS      INT64_C(86400000) /* a fixed time is repeated when the clock goes back so far before it */
#define PLANNER_COUNT_MAX     1000              /* "1000 or more" starts missed */

struct planner;
/* clock and log (may be NULL) are borrowed and must outlive the planner; the zone is copied. */
struct planner *planner_new(struct clock *clock, const struct zone *zone, struct log *log);
void planner_free(struct planner *planner);

/* A flow of a link, and how it is scheduled. All is copied. */
struct planner_item {
    const char *company, *link;
    enum lane lane;
    struct schedule schedule;
    int64_t last_start_ms; /* from the run history, for an item that is new to the planner; 0: none known, so nothing
                              can have been missed */
};
/* The settings, whole, at a safe point (rule R32): at the start and whenever they changed. An item whose schedule is
 * the same keeps its place in time; a changed one counts its starts from now; one that is gone is forgotten. What runs
 * goes on. */
void planner_settings(struct planner *planner, const struct planner_item *items, size_t count);
/* The zone as it is now: to be read again every minute or so, and when the system says that it or the time changed.
 * Starts count by the new one from now on; one that is due stays due. */
void planner_zone(struct planner *planner, const struct zone *zone);

enum planner_clock {
    PLANNER_STEADY,
    PLANNER_FORWARD, /* the wall clock was put forward, or the machine slept */
    PLANNER_BACK,    /* the wall clock was put back */
    PLANNER_SLEPT    /* both clocks went on, but nobody looked for over a minute */
};
/* Compares the clocks with the last look's and marks what has become due. At least every PLANNER_LOOK_MS, and before
 * planner_choose. Anything but PLANNER_STEADY: read the zone again. */
enum planner_clock planner_look(struct planner *planner);

/* What the link is to do now. running: the lane whose batch has just ended and that has more, or LANE_NONE when the
 * link is free. item_by_hand: a single item waits. See lanes.h. */
struct lane_choice planner_choose(struct planner *planner, const char *company, const char *link, int running,
                                  bool item_by_hand);

/* To be told: a flow began, by schedule or by hand; it stopped behind a batch and has more; it took that up again
 * (started once more); it ended. */
void planner_started(struct planner *planner, const char *company, const char *link, enum lane lane);
void planner_yielded(struct planner *planner, const char *company, const char *link, enum lane lane);
enum planner_outcome {
    PLANNER_DONE,
    PLANNER_FAILED, /* the flow: it is tried again after a hold, doubled each time, unless its next start is sooner */
    PLANNER_LINK_FAILED, /* the link: its other flows are held as well */
    PLANNER_PAUSE /* refused credentials and the like (rule R27): nothing starts on the link until planner_resume */
};
/* not_before_ms: the shop's wish to be left alone until then (wall clock), 0 for none; holds the whole link. */
void planner_finished(struct planner *planner, const char *company, const char *link, enum lane lane,
                      enum planner_outcome outcome, int64_t not_before_ms);
/* The cause of a pause may be gone: the link's settings changed, or a run by hand succeeded. */
void planner_resume(struct planner *planner, const char *company, const char *link);

/* When the flow starts next by itself, for people and for the pipe; in the past when it only waits for its link.
 * false: never (off, in testing, paused, unknown, or no start within SCHEDULE_HORIZON_DAYS). */
bool planner_next(const struct planner *planner, const char *company, const char *link, enum lane lane,
                  int64_t *start_ms);
/* The soonest instant at which something becomes due; false: nothing will. */
bool planner_soonest(const struct planner *planner, int64_t *at_ms);
/* How long the loop may wait until the next look: until the soonest, at most PLANNER_LOOK_MS. What is due already does
 * not count: the loop that left it waiting knows for what. */
int64_t planner_wait_ms(const struct planner *planner);

#endif
