/* When runs must start, found the slow way: a walk over every five minutes of the wall, written from the policy in
 * service/sched/README.md and from nothing else. Shares no code with what it judges. */
#ifndef TESTS_SCHED_ORACLE_H
#define TESTS_SCHED_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORACLE_STEP_S 300 /* every time in a rule is a multiple of this, and every change of a clock */

/* All in minutes; to above 1440 is the next day. Weekdays: bit 0 is Monday. */
struct oracle_window {
    unsigned weekdays;
    int from, to;
};
struct oracle_rule {
    const char *name;
    struct oracle_window hours;
    int every, offset; /* 0: at times */
    int at[4];         /* ends with -1 */
    struct oracle_window forbidden;
};

struct oracle_list {
    int64_t *items;
    size_t count, capacity;
};
void oracle_add(struct oracle_list *list, int64_t item);

/* Everything about one rule in one zone: its starts if nothing ever happened (UTC seconds). The zone is wall_zone's. */
void oracle_walk(const struct oracle_rule *rules, size_t count, int64_t from_s, int64_t to_s, struct oracle_list *out);

/* A stretch of time in which the machine works and its clock runs evenly, and what happened before it. */
enum oracle_event { ORACLE_BEGIN, ORACLE_JUMP, ORACLE_SLEEP, ORACLE_ZONE, ORACLE_RESTART };
struct oracle_stretch {
    enum oracle_event event;
    int64_t from_s, to_s; /* of the wall clock (UTC); the next one's from_s may be earlier than this one's to_s */
    int zone;             /* index of the zone in force */
};

/* The length of the run that starts at that multiple of ORACLE_STEP_S: mostly 0, sometimes long. Never beyond the end
 * of the stretch. */
int64_t oracle_run_s(size_t rule, int64_t start_s, int64_t stretch_end_s);

/* The starts of one rule over the stretches, given its undisturbed starts in each zone, and the wall of each zone by
 * name for what is forbidden. */
struct oracle_zone {
    const char *name;
    const struct oracle_list *starts; /* one for each rule */
};
void oracle_expect(const struct oracle_rule *rule, size_t index, const struct oracle_stretch *stretches, size_t count,
                   const struct oracle_zone *zones, struct oracle_list *out);

#endif
