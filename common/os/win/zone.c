/* Zones of the registry, with the rules of each year (dynamic daylight saving time). */
#include <windows.h>

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/common.h"
#include "common/os/win/wide.h"
#include "common/os/zone.h"
#include "common/os/zone_table.h"

/* "When the clock shows this": the nth weekday of a month, or, with a year, a date of that year alone. wMonth 0: never.
 */
static struct zone_day day_of(const SYSTEMTIME *t) {
    struct zone_day day = {
        .kind = t->wYear ? ZONE_DAY_DATE : ZONE_DAY_NTH, .month = t->wMonth, .day = t->wDay, .weekday = t->wDayOfWeek};
    day.second_s = t->wHour * 3600 + t->wMinute * 60 + t->wSecond;
    /* The last millisecond of a day, as some zones write midnight, is the next day's first. */
    if (t->wMilliseconds >= 500)
        day.second_s++;
    return day;
}

static bool date_is_good(const SYSTEMTIME *t, int year) {
    if (t->wMonth < 1 || t->wMonth > 12 || t->wDay < 1 || t->wDay > (t->wYear ? 28 + 3 : 5) || t->wDayOfWeek > 6)
        return false;
    return t->wYear == 0 || t->wYear == year;
}

/* A year begins with its own bias: 1 January 00:00 by the clock of that year. What is in force then is what the later
 * of its two changes leaves. */
static void add_year(struct os_zone *zone, const TIME_ZONE_INFORMATION *info, int year) {
    int32_t standard = -(int32_t)(info->Bias + info->StandardBias) * 60;
    int32_t summer = -(int32_t)(info->Bias + info->DaylightBias) * 60;
    struct zone_day new_year = {.kind = ZONE_DAY_DATE, .month = 1, .day = 1};
    int64_t start = zone_day_local_s(&new_year, year);
    bool changes = date_is_good(&info->StandardDate, year) && date_is_good(&info->DaylightDate, year);
    if (!changes) {
        standard = info->StandardDate.wMonth ? standard : -(int32_t)info->Bias * 60;
        zone_table_add(zone, start - standard, standard);
        return;
    }
    struct zone_day to_summer = day_of(&info->DaylightDate);
    struct zone_day to_standard = day_of(&info->StandardDate);
    int64_t summer_s = zone_day_local_s(&to_summer, year) - standard;
    int64_t standard_s = zone_day_local_s(&to_standard, year) - summer;
    bool summer_first = summer_s < standard_s;
    zone_table_add(zone, start - (summer_first ? standard : summer), summer_first ? standard : summer);
    if (summer_first)
        zone_table_add(zone, summer_s, summer);
    zone_table_add(zone, standard_s, standard);
    if (!summer_first)
        zone_table_add(zone, summer_s, summer);
}

static enum rc read_zone(DYNAMIC_TIME_ZONE_INFORMATION *dynamic, struct os_zone *out, struct err *err) {
    struct os_zone zone = {0};
    for (int year = OS_ZONE_FIRST_YEAR; year <= OS_ZONE_LAST_YEAR; year++) {
        TIME_ZONE_INFORMATION info;
        if (!GetTimeZoneInformationForYear((USHORT)year, dynamic, &info)) {
            os_zone_free(&zone);
            return win_fail(err, GetLastError(), "time zone", "read");
        }
        if (year == OS_ZONE_FIRST_YEAR)
            zone.first_offset_s = -(int32_t)(info.Bias + (info.StandardDate.wMonth ? info.StandardBias : 0)) * 60;
        add_year(&zone, &info, year);
    }
    char *name = utf8_from_wide(dynamic->TimeZoneKeyName);
    (void)str_copy(zone.name, sizeof(zone.name), str_empty(name) ? "local time" : name);
    mem_free(name);
    *out = zone;
    return RC_OK;
}

static bool find_zone(const char *name, DYNAMIC_TIME_ZONE_INFORMATION *out) {
    wchar_t *wide = wide_from_utf8(name);
    bool found = false;
    for (DWORD i = 0; wide && !found && EnumDynamicTimeZoneInformation(i, out) == ERROR_SUCCESS; i++)
        found = _wcsicmp(out->TimeZoneKeyName, wide) == 0;
    mem_free(wide);
    return found;
}

enum rc os_zone_read(const char *name, struct os_zone *out, struct err *err) {
    DYNAMIC_TIME_ZONE_INFORMATION dynamic;
    if (str_empty(name)) {
        if (GetDynamicTimeZoneInformation(&dynamic) == TIME_ZONE_ID_INVALID)
            return win_fail(err, GetLastError(), "time zone", "read");
        /* "Adjust for daylight saving time automatically" is off: the clock never changes. */
        if (dynamic.DynamicDaylightTimeDisabled) {
            *out = (struct os_zone){.name = "local time", .first_offset_s = -(int32_t)dynamic.Bias * 60};
            return RC_OK;
        }
    } else if (!find_zone(name, &dynamic)) {
        return err_set(
            err, RC_NOT_FOUND, REACH_SERVICE,
            "This machine knows no time zone called \"%s\". A name looks like Central European Standard Time.", name);
    }
    return read_zone(&dynamic, out, err);
}

enum rc os_zone_names(void (*visit)(void *ctx, const char *name), void *ctx, struct err *err) {
    DYNAMIC_TIME_ZONE_INFORMATION dynamic;
    struct os_names names = {0};
    (void)err;
    for (DWORD i = 0; EnumDynamicTimeZoneInformation(i, &dynamic) == ERROR_SUCCESS; i++) {
        char *name = utf8_from_wide(dynamic.TimeZoneKeyName);
        if (name)
            os_names_add(&names, name);
        mem_free(name);
    }
    os_names_visit(&names, visit, ctx);
    os_names_free(&names);
    return RC_OK;
}
