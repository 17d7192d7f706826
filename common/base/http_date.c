/* The three forms of RFC 9110 section 5.6.7, all of which a recipient has to take:
 *   Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate
 *   Sunday, 06-Nov-94 08:49:37 GMT    RFC 850
 *   Sun Nov  6 08:49:37 1994          asctime */
#include <string.h>

#include "common/base/civil.h"

static bool take(const char **s, const char *text) {
    size_t len = strlen(text);
    if (strncmp(*s, text, len) != 0)
        return false;
    *s += len;
    return true;
}

/* The index of the name that stands at *s, -1 if none does; the first `letters` letters of a name, 0 for all. */
static int take_name(const char **s, const char *const *names, int count, size_t letters) {
    for (int i = 0; i < count; i++) {
        size_t len = letters == 0 ? strlen(names[i]) : letters;
        if (strncmp(*s, names[i], len) == 0) {
            *s += len;
            return i;
        }
    }
    return -1;
}

static bool take_month(const char **s, int *month) {
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    *month = take_name(s, names, 12, 3) + 1;
    return *month != 0;
}

static bool take_digits(const char **s, int count, int *out) {
    int value = 0;
    for (int i = 0; i < count; i++, ++*s) {
        if (**s < '0' || **s > '9')
            return false;
        value = value * 10 + (**s - '0');
    }
    *out = value;
    return true;
}

static bool take_time(const char **s, struct civil *c) {
    return take_digits(s, 2, &c->hour) && take(s, ":") && take_digits(s, 2, &c->minute) && take(s, ":") &&
           take_digits(s, 2, &c->second);
}

static bool fixdate(const char *s, struct civil *c) {
    return take(&s, ", ") && take_digits(&s, 2, &c->day) && take(&s, " ") && take_month(&s, &c->month) &&
           take(&s, " ") && take_digits(&s, 4, &c->year) && take(&s, " ") && take_time(&s, c) && strcmp(s, " GMT") == 0;
}

static bool rfc850(const char *s, struct civil *c) {
    bool ok = take(&s, ", ") && take_digits(&s, 2, &c->day) && take(&s, "-") && take_month(&s, &c->month) &&
              take(&s, "-") && take_digits(&s, 2, &c->year) && take(&s, " ") && take_time(&s, c) &&
              strcmp(s, " GMT") == 0;
    c->year += c->year < 70 ? 2000 : 1900;
    return ok;
}

static bool asctime_date(const char *s, struct civil *c) {
    if (!take(&s, " ") || !take_month(&s, &c->month) || !take(&s, " "))
        return false;
    int digits = take(&s, " ") ? 1 : 2;
    if (!take_digits(&s, digits, &c->day))
        return false;
    return take(&s, " ") && take_time(&s, c) && take(&s, " ") && take_digits(&s, 4, &c->year) && *s == '\0';
}

bool http_date_parse(const char *s, int64_t *ms) {
    static const char *const days[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    struct civil c = {0};
    const char *after_short = s;
    const char *after_long = s;
    if (take_name(&after_short, days, 7, 3) < 0)
        return false;
    bool ok = take_name(&after_long, days, 7, 0) >= 0 ? rfc850(after_long, &c)
                                                      : fixdate(after_short, &c) || asctime_date(after_short, &c);
    /* A leap second is told as 60; our days have none. */
    bool leap_second = c.second == 60;
    if (leap_second)
        c.second = 59;
    if (!ok || !civil_valid(&c))
        return false;
    *ms = civil_to_ms(&c) + (leap_second ? 1000 : 0);
    return true;
}
