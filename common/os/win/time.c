#include <windows.h>

#include "common/os/os.h"

/* FILETIME counts 100 ns since 1601; 1970 is this many of them later. */
#define EPOCH_1970 116444736000000000LL

static int64_t from_filetime(FILETIME t) {
    return (int64_t)((uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime);
}

static int64_t wall_ms(struct clock *c) {
    FILETIME t;
    (void)c;
    GetSystemTimePreciseAsFileTime(&t);
    return (from_filetime(t) - EPOCH_1970) / 10000;
}

static int64_t monotonic_us(struct clock *c) {
    LARGE_INTEGER now;
    LARGE_INTEGER frequency;
    (void)c;
    (void)QueryPerformanceCounter(&now);
    (void)QueryPerformanceFrequency(&frequency);
    /* In two parts: the product of the whole would overflow after some days. */
    return now.QuadPart / frequency.QuadPart * 1000000 +
           now.QuadPart % frequency.QuadPart * 1000000 / frequency.QuadPart;
}

struct clock *os_clock(void) {
    static const struct clock_vt vt = {wall_ms, monotonic_us};
    static struct clock clock = {&vt};
    return &clock;
}

int os_zone_offset_minutes(int64_t utc_ms) {
    int64_t ticks = utc_ms * 10000 + EPOCH_1970;
    FILETIME utc = {.dwLowDateTime = (DWORD)((uint64_t)ticks & 0xffffffff), .dwHighDateTime = (DWORD)(ticks >> 32)};
    SYSTEMTIME utc_parts;
    SYSTEMTIME local_parts;
    TIME_ZONE_INFORMATION zone;
    FILETIME local;
    /* The rules of that year, not of today: countries change them. */
    if (utc_ms < -11644473600000LL || !FileTimeToSystemTime(&utc, &utc_parts) ||
        !GetTimeZoneInformationForYear(utc_parts.wYear, NULL, &zone) ||
        !SystemTimeToTzSpecificLocalTime(&zone, &utc_parts, &local_parts) ||
        !SystemTimeToFileTime(&local_parts, &local)) {
        return 0;
    }
    /* utc_parts has whole milliseconds, so the difference is exact. */
    FILETIME back;
    if (!SystemTimeToFileTime(&utc_parts, &back)) {
        return 0;
    }
    return (int)((from_filetime(local) - from_filetime(back)) / 600000000);
}

int64_t os_cpu_us(void) {
    FILETIME created;
    FILETIME ended;
    FILETIME kernel;
    FILETIME user;
    if (!GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user)) {
        return 0;
    }
    return (from_filetime(kernel) + from_filetime(user)) / 10;
}
