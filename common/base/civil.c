#include "common/base/civil.h"

#define MS_A_DAY  INT64_C(86400000)
#define ERA_DAYS  146097 /* 400 years of the Gregorian calendar */
#define DAY_SHIFT 719468 /* days from 0000-03-01 to 1970-01-01 */

static bool leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[month - 1];
}

bool civil_valid(const struct civil *c) {
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days_in(c->year, c->month) && c->hour >= 0 && c->hour <= 23 && c->minute >= 0 && c->minute <= 59 &&
           c->second >= 0 && c->second <= 59 && c->ms >= 0 && c->ms <= 999;
}

/* Years are counted from March, so that the leap day is a year's last: then a month's start in days is a straight line,
 * (153 * month + 2) / 5, with month 0 = March. */
static int64_t days_of(int year, int month, int day) {
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAY_SHIFT;
}

int64_t civil_to_ms(const struct civil *c) {
    int64_t seconds = ((int64_t)c->hour * 60 + c->minute) * 60 + c->second;
    return days_of(c->year, c->month, c->day) * MS_A_DAY + seconds * 1000 + c->ms;
}

/* Rounds down, also below 1970. */
static int64_t day_of_ms(int64_t ms) {
    return ms / MS_A_DAY - (ms % MS_A_DAY < 0);
}

void civil_from_ms(int64_t ms, struct civil *out) {
    int64_t days = day_of_ms(ms);
    int rest = (int)(ms - days * MS_A_DAY);
    days += DAY_SHIFT;
    int64_t era = (days >= 0 ? days : days - (ERA_DAYS - 1)) / ERA_DAYS;
    int64_t of_era = days - era * ERA_DAYS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / (ERA_DAYS - 1)) / 365;
    int of_year = (int)(of_era - (365 * year + year / 4 - year / 100));
    int month = (5 * of_year + 2) / 153; /* 0 = March */
    out->day = of_year - (153 * month + 2) / 5 + 1;
    out->month = month < 10 ? month + 3 : month - 9;
    out->year = (int)(year + era * 400 + (out->month <= 2));
    out->ms = rest % 1000;
    rest /= 1000;
    out->second = rest % 60;
    out->minute = rest / 60 % 60;
    out->hour = rest / 3600;
}

int civil_weekday(int64_t ms) {
    /* 1970-01-01 was a Thursday. */
    int64_t day = (day_of_ms(ms) + 3) % 7;
    return (int)(day < 0 ? day + 7 : day);
}

/* --- text --- */

/* Exactly `count` digits at *s. */
static bool take_number(const char **s, int count, int *out) {
    int value = 0;
    for (int i = 0; i < count; i++) {
        char c = (*s)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *s += count;
    *out = value;
    return true;
}

static bool take_char(const char **s, char c) {
    if (**s != c)
        return false;
    ++*s;
    return true;
}

/* ".123456": milliseconds, further digits cut. Nothing there is 0. */
static bool take_fraction(const char **s, int *ms) {
    *ms = 0;
    if (!take_char(s, '.'))
        return true;
    if (**s < '0' || **s > '9')
        return false;
    int unit = 100;
    for (; **s >= '0' && **s <= '9'; ++*s) {
        *ms += (**s - '0') * unit;
        unit /= 10;
    }
    return true;
}

/* "Z", "+hh:mm", "-hh:mm" or nothing, up to the end of the text. */
static bool take_zone(const char **s, int *minutes_east) {
    *minutes_east = 0;
    char sign = **s;
    if (sign == '\0')
        return true;
    ++*s;
    if (sign == 'Z')
        return **s == '\0';
    int hours, minutes;
    if (sign != '+' && sign != '-')
        return false;
    if (!take_number(s, 2, &hours) || !take_char(s, ':') || !take_number(s, 2, &minutes))
        return false;
    if (hours > 23 || minutes > 59 || **s != '\0')
        return false;
    *minutes_east = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return true;
}

static bool take_time(const char **s, struct civil *c) {
    return take_number(s, 2, &c->hour) && take_char(s, ':') && take_number(s, 2, &c->minute) && take_char(s, ':') &&
           take_number(s, 2, &c->second);
}

bool iso_parse(const char *s, int64_t *ms) {
    struct civil c = {0};
    int minutes_east;
    bool date = take_number(&s, 4, &c.year) && take_char(&s, '-') && take_number(&s, 2, &c.month) &&
                take_char(&s, '-') && take_number(&s, 2, &c.day) && (take_char(&s, 'T') || take_char(&s, ' '));
    if (!date || !take_time(&s, &c) || !take_fraction(&s, &c.ms) || !take_zone(&s, &minutes_east))
        return false;
    if (!civil_valid(&c))
        return false;
    *ms = civil_to_ms(&c) - (int64_t)minutes_east * 60000;
    return true;
}

/* The years that have four digits: the text form has room for no others. */
static int64_t clamp(int64_t ms) {
    const int64_t first = INT64_C(-62135596800000); /* 0001-01-01T00:00:00.000 */
    const int64_t last = INT64_C(253402300799999);  /* 9999-12-31T23:59:59.999 */
    return ms < first ? first : ms > last ? last : ms;
}

/* `digits` digits and `after` at out; returns what follows. */
static char *put_number(char *out, int value, int digits, char after) {
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    out[digits] = after;
    return out + digits + 1;
}

static char *put_plain(char *out, const struct civil *c, char after) {
    out = put_number(out, c->year, 4, '-');
    out = put_number(out, c->month, 2, '-');
    out = put_number(out, c->day, 2, 'T');
    out = put_number(out, c->hour, 2, ':');
    out = put_number(out, c->minute, 2, ':');
    return put_number(out, c->second, 2, after);
}

void iso_plain(int64_t ms, char out[ISO_SIZE]) {
    struct civil c;
    civil_from_ms(clamp(ms), &c);
    put_plain(out, &c, '\0');
}

void iso_utc(int64_t ms, char out[ISO_SIZE]) {
    struct civil c;
    civil_from_ms(clamp(ms), &c);
    *put_number(put_plain(out, &c, '.'), c.ms, 3, 'Z') = '\0';
}
