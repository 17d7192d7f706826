#include "tests/sched/wall.h"

#include <windows.h>

#include "common/base/mem.h"
#include "common/os/win/wide.h"

#define EPOCH_1970 116444736000000000LL
#define ZONES_MAX  1000
#define YEARS      90
#define FIRST_YEAR 2010

/* Windows is asked once for each zone and year: asking Wine again and again takes minutes. */
struct known {
    DYNAMIC_TIME_ZONE_INFORMATION zone;
    TIME_ZONE_INFORMATION years[YEARS];
    bool asked[YEARS];
};
static struct known *known[ZONES_MAX];
static DWORD known_count;
static struct known *current;

static void ask_all(void) {
    DYNAMIC_TIME_ZONE_INFORMATION zone;
    while (known_count < ZONES_MAX && EnumDynamicTimeZoneInformation(known_count, &zone) == ERROR_SUCCESS) {
        known[known_count] = MEM_NEW(struct known);
        known[known_count++]->zone = zone;
    }
}

bool wall_zone(const char *name) {
    wchar_t *wide = wide_from_utf8(name);
    if (known_count == 0)
        ask_all();
    current = NULL;
    for (DWORD i = 0; i < known_count && !current; i++) {
        if (wcscmp(known[i]->zone.TimeZoneKeyName, wide) == 0)
            current = known[i];
    }
    mem_free(wide);
    return current != NULL;
}

static SYSTEMTIME local_by_year(const SYSTEMTIME *utc, int year) {
    SYSTEMTIME local = {0};
    int i = year - FIRST_YEAR;
    if (!current->asked[i])
        current->asked[i] = GetTimeZoneInformationForYear((USHORT)year, &current->zone, &current->years[i]);
    (void)SystemTimeToTzSpecificLocalTime(&current->years[i], utc, &local);
    return local;
}

int64_t wall_minute(int64_t utc_s) {
    uint64_t ticks = (uint64_t)(utc_s * 10000000 + EPOCH_1970);
    FILETIME file = {.dwLowDateTime = (DWORD)(ticks & 0xffffffff), .dwHighDateTime = (DWORD)(ticks >> 32)};
    SYSTEMTIME utc;
    (void)FileTimeToSystemTime(&file, &utc);
    SYSTEMTIME local = local_by_year(&utc, utc.wYear);
    /* A year's rules hold from 1 January 00:00 by the clock of that year. */
    if (utc.wMonth == 1 && local.wYear < utc.wYear)
        local = local_by_year(&utc, utc.wYear - 1);
    if (utc.wMonth == 12) {
        SYSTEMTIME next = local_by_year(&utc, utc.wYear + 1);
        local = next.wYear > utc.wYear ? next : local;
    }
    (void)SystemTimeToFileTime(&local, &file);
    ticks = (uint64_t)file.dwHighDateTime << 32 | file.dwLowDateTime;
    return ((int64_t)ticks - EPOCH_1970) / 600000000;
}
