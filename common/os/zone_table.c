#include "common/os/zone_table.h"

#include "common/base/civil.h"
#include "common/base/mem.h"

#define DAY_S INT64_C(86400)

static int64_t date_s(int year, int month, int day) {
    struct civil c = {.year = year, .month = month, .day = day};
    return civil_to_ms(&c) / 1000;
}

static int64_t nth_weekday_s(const struct zone_day *day, int year) {
    int64_t first = date_s(year, day->month, 1);
    int64_t next_month = day->month == 12 ? date_s(year + 1, 1, 1) : date_s(year, day->month + 1, 1);
    int weekday = (civil_weekday(first * 1000) + 1) % 7; /* ours counts from Monday */
    int64_t found = first + ((day->weekday - weekday + 7) % 7 + (day->day - 1) * 7) * DAY_S;
    while (found >= next_month)
        found -= 7 * DAY_S;
    return found;
}

int64_t zone_day_local_s(const struct zone_day *day, int year) {
    int64_t start = 0;
    int64_t march = date_s(year, 3, 1);
    switch (day->kind) {
    case ZONE_DAY_NTH: start = nth_weekday_s(day, year); break;
    case ZONE_DAY_DATE: start = date_s(year, day->month, day->day); break;
    case ZONE_DAY_JULIAN: start = day->day > 59 ? march + (day->day - 60) * DAY_S : date_s(year, 1, day->day); break;
    case ZONE_DAY_COUNT: start = date_s(year, 1, 1) + day->day * DAY_S; break;
    }
    return start + day->second_s;
}

void zone_table_add(struct os_zone *zone, int64_t utc_s, int32_t offset_s) {
    while (zone->count > 0 && zone->changes[zone->count - 1].utc_s >= utc_s)
        zone->count--;
    int32_t before = zone->count > 0 ? zone->changes[zone->count - 1].offset_s : zone->first_offset_s;
    if (before == offset_s)
        return;
    mem_grow((void **)&zone->changes, &zone->capacity, zone->count, sizeof(*zone->changes));
    zone->changes[zone->count++] = (struct os_zone_change){utc_s, offset_s};
}

void os_zone_free(struct os_zone *zone) {
    mem_free(zone->changes);
    *zone = (struct os_zone){0};
}
