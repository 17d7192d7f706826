/* What the clock on the wall shows, as the C library (POSIX) or Windows itself says: nothing of ours is asked. */
#ifndef TESTS_SCHED_WALL_H
#define TESTS_SCHED_WALL_H

#include <stdbool.h>
#include <stdint.h>

/* The zone that wall_minute answers for from now on; false: unknown. */
bool wall_zone(const char *name);
/* Minutes since 1970 that the wall shows at that instant, as if they were UTC. */
int64_t wall_minute(int64_t utc_s);

#endif
