/* The tz database's compiled files, RFC 8536. A header and a block with 32-bit times, then the same again with 64-bit
 * times, then a line with the rule for the years after the last change. Only the second half is read. */
#include <stdbool.h>
#include <string.h>

#include "common/os/zone_table.h"

#define HEADER_SIZE    44
#define OFFSET_LIMIT_S (26 * 3600) /* RFC 8536 3.2: none that is real is larger */

struct header {
    uint32_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
};

struct reader {
    const unsigned char *at;
    size_t left;
};

static uint32_t be32(const unsigned char *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p) {
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool take(struct reader *r, size_t len, const unsigned char **out) {
    if (r->left < len)
        return false;
    *out = r->at;
    r->at += len;
    r->left -= len;
    return true;
}

static bool take_header(struct reader *r, struct header *h) {
    const unsigned char *p;
    if (!take(r, HEADER_SIZE, &p) || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    *h = (struct header){be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32), be32(p + 36), be32(p + 40)};
    /* Far above any real file, and small enough that no sum below overflows. */
    const uint32_t max = 100000;
    return h->isutcnt <= max && h->isstdcnt <= max && h->leapcnt <= max && h->timecnt <= max && h->typecnt <= 256 &&
           h->charcnt <= max;
}

static size_t block_size(const struct header *h, size_t time_size) {
    return h->timecnt * (time_size + 1) + h->typecnt * (size_t)6 + h->charcnt + h->leapcnt * (time_size + 4) +
           h->isstdcnt + h->isutcnt;
}

/* --- the line at the end: "CET-1CEST,M3.5.0,M10.5.0/3" --- */

struct rule {
    int32_t standard_s, summer_s; /* offsets, east is positive */
    bool has_summer;
    struct zone_day begins, ends; /* of summer time */
};

static bool take_digits(const char **s, int max, int *out) {
    int value = 0;
    const char *start = *s;
    for (; **s >= '0' && **s <= '9'; ++*s) {
        value = value * 10 + (**s - '0');
        if (value > max)
            return false;
    }
    *out = value;
    return *s != start;
}

static bool take_char(const char **s, char c) {
    if (**s != c)
        return false;
    ++*s;
    return true;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **s, int32_t *out) {
    bool negative = take_char(s, '-');
    if (!negative)
        (void)take_char(s, '+');
    int hours, minutes = 0, seconds = 0;
    if (!take_digits(s, 167, &hours) || (take_char(s, ':') && !take_digits(s, 59, &minutes)) ||
        (take_char(s, ':') && !take_digits(s, 59, &seconds)))
        return false;
    *out = (hours * 3600 + minutes * 60 + seconds) * (negative ? -1 : 1);
    return true;
}

/* A name is three letters or more, or anything in angle brackets; we do not keep it. */
static bool take_name(const char **s) {
    const char *start = *s;
    if (take_char(s, '<')) {
        const char *end = strchr(*s, '>');
        *s = end ? end + 1 : *s;
        return end != NULL;
    }
    while ((**s >= 'A' && **s <= 'Z') || (**s >= 'a' && **s <= 'z'))
        ++*s;
    return *s - start >= 3;
}

static bool take_month_day(const char **s, struct zone_day *day) {
    day->kind = ZONE_DAY_NTH;
    return take_digits(s, 12, &day->month) && day->month >= 1 && take_char(s, '.') && take_digits(s, 5, &day->day) &&
           day->day >= 1 && take_char(s, '.') && take_digits(s, 6, &day->weekday);
}

/* ",M10.5.0/3", ",J60", ",0/0" */
static bool take_day(const char **s, struct zone_day *day) {
    *day = (struct zone_day){.second_s = 2 * 3600};
    if (!take_char(s, ','))
        return false;
    bool good;
    if (take_char(s, 'M')) {
        good = take_month_day(s, day);
    } else {
        day->kind = take_char(s, 'J') ? ZONE_DAY_JULIAN : ZONE_DAY_COUNT;
        good = take_digits(s, 365, &day->day) && (day->kind == ZONE_DAY_COUNT || day->day >= 1);
    }
    return good && (!take_char(s, '/') || take_time(s, &day->second_s));
}

static bool rule_parse(const char *s, struct rule *rule) {
    *rule = (struct rule){0};
    int32_t west;
    if (!take_name(&s) || !take_time(&s, &west))
        return false;
    rule->standard_s = -west;
    if (*s == '\0')
        return true;
    rule->has_summer = true;
    rule->summer_s = rule->standard_s + 3600;
    if (!take_name(&s))
        return false;
    if (*s != ',') {
        if (!take_time(&s, &west))
            return false;
        rule->summer_s = -west;
    }
    return take_day(&s, &rule->begins) && take_day(&s, &rule->ends) && *s == '\0';
}

/* One year's two changes, in order, as far as they lie behind what the file spells out. */
static void add_year(struct os_zone *zone, const struct rule *rule, int year, int64_t behind_s) {
    struct os_zone_change c[2] = {
        {zone_day_local_s(&rule->begins, year) - rule->standard_s, rule->summer_s},
        {zone_day_local_s(&rule->ends, year) - rule->summer_s, rule->standard_s},
    };
    int first = c[0].utc_s <= c[1].utc_s ? 0 : 1;
    if (c[first].utc_s > behind_s)
        zone_table_add(zone, c[first].utc_s, c[first].offset_s);
    if (c[!first].utc_s > behind_s)
        zone_table_add(zone, c[!first].utc_s, c[!first].offset_s);
}

static bool add_rule(struct os_zone *zone, const char *line, bool has_changes, int64_t behind_s) {
    struct rule rule;
    if (*line == '\0') /* nothing is known about later years: the last offset stays */
        return true;
    if (!rule_parse(line, &rule))
        return false;
    if (!rule.has_summer) {
        if (!has_changes)
            zone->first_offset_s = rule.standard_s;
        return true;
    }
    for (int year = OS_ZONE_FIRST_YEAR; year <= OS_ZONE_LAST_YEAR; year++)
        add_year(zone, &rule, year, behind_s);
    return true;
}

/* --- the file --- */

static bool offset_of(const unsigned char *types, const struct header *h, unsigned type, int32_t *out) {
    if (type >= h->typecnt)
        return false;
    int32_t offset = (int32_t)be32(types + (size_t)type * 6);
    if (offset < -OFFSET_LIMIT_S || offset > OFFSET_LIMIT_S)
        return false;
    *out = offset;
    return true;
}

/* Changes before 1970 only tell what was in force then. */
static bool add_changes(struct os_zone *zone, const unsigned char *block, const struct header *h) {
    const unsigned char *indexes = block + h->timecnt * (size_t)8;
    const unsigned char *types = indexes + h->timecnt;
    if (!offset_of(types, h, 0, &zone->first_offset_s))
        return false;
    int64_t last = INT64_MIN;
    for (uint32_t i = 0; i < h->timecnt; i++) {
        int64_t utc_s = be64(block + (size_t)i * 8);
        int32_t offset;
        if (utc_s < last || !offset_of(types, h, indexes[i], &offset))
            return false;
        last = utc_s;
        if (utc_s <= 0)
            zone->first_offset_s = offset;
        else
            zone_table_add(zone, utc_s, offset);
    }
    return true;
}

static bool parse(struct reader r, struct os_zone *zone) {
    struct header h;
    const unsigned char *block;
    if (!take_header(&r, &h) || !take(&r, block_size(&h, 4), &block) || !take_header(&r, &h) || h.typecnt == 0 ||
        !take(&r, block_size(&h, 8), &block) || !add_changes(zone, block, &h))
        return false;
    char line[256];
    if (r.left < 2 || r.left > sizeof(line) || r.at[0] != '\n' || r.at[r.left - 1] != '\n')
        return false;
    memcpy(line, r.at + 1, r.left - 2);
    line[r.left - 2] = '\0';
    int64_t behind = h.timecnt > 0 ? be64(block + (size_t)(h.timecnt - 1) * 8) : INT64_MIN;
    return add_rule(zone, line, h.timecnt > 0, behind);
}

enum rc tzif_parse(const void *data, size_t len, struct os_zone *out, struct err *err) {
    struct os_zone zone = {0};
    if (!parse((struct reader){data, len}, &zone)) {
        os_zone_free(&zone);
        return err_set(err, RC_INVALID, REACH_SERVICE, "The time zone's file is damaged or of a kind we do not know.");
    }
    *out = zone;
    return RC_OK;
}
