/* Calendar dates and instants. Inside the program every instant is milliseconds since 1970-01-01 UTC (int64_t ms). */
#ifndef COMMON_BASE_CIVIL_H
#define COMMON_BASE_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct civil {
    int year, month, day, hour, minute, second, ms; /* month and day from 1 */
};

bool civil_valid(const struct civil *c);    /* a date and time that exists, years 1 to 9999, no leap second */
int64_t civil_to_ms(const struct civil *c); /* read as UTC; proleptic Gregorian */
void civil_from_ms(int64_t ms, struct civil *out);
int civil_weekday(int64_t ms); /* 0 = Monday ... 6 = Sunday, UTC */

/* "2026-03-01T10:22:33" (19 chars; a space instead of T is taken too) read as UTC; an optional fraction (cut to
 * milliseconds) and an optional Z, +hh:mm or -hh:mm are honoured. false: anything else, or no real date. */
bool iso_parse(const char *s, int64_t *ms);
/* "2026-03-01T10:22:33" without a zone mark, whole seconds (cut, not rounded). Years outside 1 to 9999 are cut
 * to these. */
#define ISO_SIZE 25
void iso_plain(int64_t ms, char out[ISO_SIZE]);
void iso_utc(int64_t ms, char out[ISO_SIZE]); /* with milliseconds and Z */
/* RFC 9110 date ("Sun, 06 Nov 1994 08:49:37 GMT" and the two obsolete forms): Date and Retry-After headers. */
bool http_date_parse(const char *s, int64_t *ms);

#endif
