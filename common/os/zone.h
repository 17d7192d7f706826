/* Time zones as the system knows them: when the clock on the wall changes, and by how much it then differs from UTC.
 * Windows: the registry's zones with their rules of each year; POSIX: the tz database. Only data: what a schedule makes
 * of them is not decided here. */
#ifndef COMMON_OS_ZONE_H
#define COMMON_OS_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define OS_ZONE_NAME_SIZE  128
#define OS_ZONE_FIRST_YEAR 1970
#define OS_ZONE_LAST_YEAR  2099 /* rules "for ever" are written out this far */

struct os_zone_change {
    int64_t utc_s;    /* from this instant on (seconds since 1970 UTC) ... */
    int32_t offset_s; /* ... the clock is this many seconds ahead of UTC */
};

struct os_zone {
    char name[OS_ZONE_NAME_SIZE];
    int32_t first_offset_s;         /* before the first change */
    struct os_zone_change *changes; /* rising; each differs from the one before */
    size_t count;
    size_t capacity;
};

/* Fills *out (free with os_zone_free). name: NULL or "" is the machine's own zone as it is now, read afresh; otherwise
 * "Europe/Warsaw" (POSIX) or "Central European Standard Time" (Windows, the key's name in the registry, which is the
 * same in every language). Unknown names are RC_NOT_FOUND, data that make no sense RC_INVALID. */
enum rc os_zone_read(const char *name, struct os_zone *out, struct err *err);
void os_zone_free(struct os_zone *zone);
/* Visits the names that os_zone_read knows. */
enum rc os_zone_names(void (*visit)(void *ctx, const char *name), void *ctx, struct err *err);

#endif
