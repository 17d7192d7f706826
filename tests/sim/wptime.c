#include "tests/sim/wptime.h"

#include "tests/sim/json.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t skew, tick_size;
static atomic_bool stopping;
static char zone_name[64] = "UTC";

/* Does this machine know the zone; rules of those below are here for machines without the files. */
static bool installed(const char *zone) {
    char path[128];

    return snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone) < (int)sizeof path && access(path, R_OK) == 0;
}

bool wp_zone(const char *zone) {
    static const struct {
        const char *name, *rule;
    } known[] = {{"UTC", "UTC0"},
                 {"Europe/Warsaw", "CET-1CEST,M3.5.0,M10.5.0/3"},
                 {"Europe/Stockholm", "CET-1CEST,M3.5.0,M10.5.0/3"},
                 {"Europe/Oslo", "CET-1CEST,M3.5.0,M10.5.0/3"},
                 {"Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"},
                 {"Europe/Bucharest", "EET-2EEST,M3.5.0/3,M10.5.0/4"},
                 {"America/New_York", "EST5EDT,M3.2.0,M11.1.0"}};
    const char *rule = strpbrk(zone, "0123456789") ? zone : NULL;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!strcmp(known[i].name, zone))
            rule = known[i].rule;
    }
    if (!rule && installed(zone))
        rule = zone;
    if (!rule || setenv("TZ", rule, 1))
        return false;
    tzset();
    snprintf(zone_name, sizeof zone_name, "%s", zone);
    return true;
}

const char *wp_zone_name(void) {
    return zone_name;
}

int64_t wp_wall(int64_t t) {
    time_t at = (time_t)t;
    struct tm tm;

    localtime_r(&at, &tm);
    return (int64_t)timegm(&tm);
}

double wp_gmt_offset(void) {
    int64_t now = wp_now();

    return (double)(wp_wall(now) - now) / 3600.0;
}

int64_t wp_now(void) {
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec + skew;
}

void wp_skew(int64_t seconds) {
    skew = seconds;
}

void wp_tick_size(int64_t seconds) {
    tick_size = seconds;
}

void wp_tick(void) {
    skew += tick_size;
}

void wp_stop(void) {
    stopping = true;
}

void wp_sleep_ms(long ms) {
    int64_t until = wp_mono_ms() + ms;

    while (ms > 0 && !stopping) {
        struct timespec ts = {0, (ms < 50 ? ms : 50) * 1000000L};

        nanosleep(&ts, NULL);
        ms = (long)(until - wp_mono_ms());
    }
}

int64_t wp_mono_ms(void) {
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void wp_format(char *out, int64_t t, bool gmt) {
    time_t at = (time_t)t;
    struct tm tm;

    if (gmt)
        gmtime_r(&at, &tm);
    else
        localtime_r(&at, &tm);
    strftime(out, 24, "%Y-%m-%dT%H:%M:%S", &tm);
}

void wp_http_date(char *out, size_t n, int64_t t) {
    time_t at = (time_t)t;
    struct tm tm;

    gmtime_r(&at, &tm);
    strftime(out, n, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

void jw_time(struct sbuf *b, const char *key, int64_t t, bool gmt) {
    char s[24];

    if (t == NO_TIME) {
        jw_null(b, key);
        return;
    }
    wp_format(s, t, gmt);
    jw_str(b, key, s);
}

void jw_times(struct sbuf *b, const char *key, int64_t t) {
    char k[64];

    snprintf(k, sizeof k, "%s_gmt", key);
    jw_time(b, key, t, false);
    jw_time(b, k, t, true);
}

/* What follows the seconds: fraction, zone. 0 nothing, 1 a zone (offset in *off), -1 wrong. */
static int parse_zone(const char *s, long *off, bool *colon) {
    int h, m = 0, n = 0;

    *off = 0;
    *colon = true;
    if (*s == '.') {
        for (s++; isdigit((unsigned char)*s); s++)
            ;
    }
    if (!*s)
        return 0;
    if (!strcmp(s, "Z") || !strcmp(s, "z"))
        return 1;
    if (*s != '+' && *s != '-')
        return -1;
    if (sscanf(s + 1, "%2d:%2d%n", &h, &m, &n) != 2 || s[1 + n]) {
        n = 0;
        m = 0;
        *colon = false;
        if (sscanf(s + 1, "%2d%2d%n", &h, &m, &n) != 2 && sscanf(s + 1, "%2d%n", &h, &n) != 1)
            return -1;
        *colon = strlen(s) == 3;
    }
    *off = (h * 3600L + m * 60L) * (*s == '-' ? -1 : 1);
    return 1;
}

static bool parse_parts(const char *s, struct tm *tm, int *used) {
    char sep = 0;
    int n = 0;

    memset(tm, 0, sizeof *tm);
    if (sscanf(s, "%4d-%2d-%2d%n", &tm->tm_year, &tm->tm_mon, &tm->tm_mday, &n) != 3 || n != 10)
        return false;
    *used = n;
    if (s[10] && (sscanf(s + 10, "%c%2d:%2d:%2d%n", &sep, &tm->tm_hour, &tm->tm_min, &tm->tm_sec, &n) != 4 || n != 9 ||
                  !strchr("Tt ", sep)))
        return false;
    if (s[10])
        *used = 19;
    tm->tm_year -= 1900;
    tm->tm_mon -= 1;
    tm->tm_isdst = -1;
    return tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31 && tm->tm_hour < 24;
}

bool wp_parse(const char *s, bool gmt, int64_t *out) {
    struct tm tm;
    bool colon;
    long off;
    int n, zone;

    if (!parse_parts(s, &tm, &n))
        return false;
    zone = parse_zone(s + n, &off, &colon);
    if (zone < 0)
        return false;
    if (zone || gmt)
        *out = (int64_t)timegm(&tm) - off;
    else
        *out = (int64_t)mktime(&tm);
    return true;
}

bool wp_valid(const char *s) {
    struct tm tm;
    bool colon;
    long off;
    int n;

    return parse_parts(s, &tm, &n) && n == 19 && parse_zone(s + n, &off, &colon) >= 0 && colon;
}
