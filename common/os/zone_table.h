/* Private to common/os: how rules become a list of changes, and the tz database's file format. */
#ifndef COMMON_OS_ZONE_TABLE_H
#define COMMON_OS_ZONE_TABLE_H

#include "common/os/zone.h"

/* A day of a year on which a rule begins, and the local time of that day. */
enum zone_day_kind {
    ZONE_DAY_NTH,    /* the nth such weekday of the month; 5 is the last */
    ZONE_DAY_DATE,   /* month and day */
    ZONE_DAY_JULIAN, /* 1 to 365, 29 February is not counted */
    ZONE_DAY_COUNT   /* 0 to 365 */
};
struct zone_day {
    enum zone_day_kind kind;
    int month;        /* 1 to 12 */
    int day;          /* the nth, the day of the month, or the day of the year */
    int weekday;      /* 0 = Sunday, as both Windows and POSIX count */
    int32_t second_s; /* of the local day; may be negative or past the day's end (tz database) */
};
/* Local seconds since 1970 of that day in that year. */
int64_t zone_day_local_s(const struct zone_day *day, int year);

/* Appends a change unless it changes nothing; one at or before the last change takes that one's place. */
void zone_table_add(struct os_zone *zone, int64_t utc_s, int32_t offset_s);

/* A whole TZif file (RFC 8536, versions 2 to 4) of the tz database; the name in *out is left empty. */
enum rc tzif_parse(const void *data, size_t len, struct os_zone *out, struct err *err);

#endif
