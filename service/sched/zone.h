/* From UTC to the clock on the wall and back. A zone is a constant once loaded; nothing here asks what time it is.
 * Local time is "local seconds": what the wall shows, counted as if it were UTC since 1970. */
#ifndef SERVICE_SCHED_ZONE_H
#define SERVICE_SCHED_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/os/zone.h"

struct zone;
/* By the system's name (see os_zone_read), or NULL or "" for the machine's own. Free with zone_free. */
enum rc zone_load(const char *name, struct zone **out, struct err *err);
struct zone *zone_utc(void);
/* From data: changes must rise. Copied. */
struct zone *zone_of(const char *name, int32_t first_offset_s, const struct os_zone_change *changes, size_t count);
struct zone *zone_copy(const struct zone *zone);
void zone_free(struct zone *zone); /* NULL allowed */

const char *zone_name(const struct zone *zone);
/* Same clock at every instant; the name does not count. */
bool zone_same(const struct zone *a, const struct zone *b);
int32_t zone_offset_s(const struct zone *zone, int64_t utc_s);
int64_t zone_local_s(const struct zone *zone, int64_t utc_s);

enum zone_fit {
    ZONE_ONCE,    /* the wall shows that time once: first and last are that instant */
    ZONE_SKIPPED, /* never, the clock was put forward over it: both are the instant of that change */
    ZONE_TWICE    /* the clock was put back: the first and the last instant that show it */
};
enum zone_fit zone_utc_s(const struct zone *zone, int64_t local_s, int64_t *first, int64_t *last);

/* "2026-03-29 03:00:00", for people. */
#define ZONE_TEXT_SIZE 25
void zone_text(const struct zone *zone, int64_t utc_ms, char out[ZONE_TEXT_SIZE]);

#endif
