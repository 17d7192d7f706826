/* The shop's clock and its time zone. Times are seconds since 1970 UTC; NO_TIME is "none". */
#ifndef SIM_WPTIME_H
#define SIM_WPTIME_H

#include "tests/sim/mem.h"

#include <stdint.h>

#define NO_TIME INT64_MIN

/* zone: "Europe/Warsaw" and a few others by name, or a POSIX zone text. False if unknown. Call before any thread
 * starts. */
bool wp_zone(const char *zone);
const char *wp_zone_name(void);
/* Offset from UTC in hours now. */
double wp_gmt_offset(void);

/* Now, with the skew. */
int64_t wp_now(void);
void wp_skew(int64_t seconds);
/* For replays without waits: each write moves the shop's clock on by so many seconds. 0: the real clock. */
void wp_tick_size(int64_t seconds);
void wp_tick(void);
/* Sleeps, until wp_stop() at most. */
void wp_stop(void);
void wp_sleep_ms(long ms);
int64_t wp_mono_ms(void);

/* "2026-11-23T02:45:00" in site time or UTC; 24 bytes are enough. */
void wp_format(char *out, int64_t t, bool gmt);
/* For the Date and Retry-After headers. */
void wp_http_date(char *out, size_t n, int64_t t);
void jw_time(struct sbuf *b, const char *key, int64_t t, bool gmt);
/* The pair key and key_gmt. */
void jw_times(struct sbuf *b, const char *key, int64_t t);

/* A text like 2026-11-23[T ]02:45:00[.fff][Z|+01:00], or a bare date. A text without a zone is taken as site time, or
 * as UTC if `gmt`. False if it is none of these. */
bool wp_parse(const char *s, bool gmt, int64_t *out);
/* Is it what rest_parse_date accepts: no bare date, a colon in the offset. */
bool wp_valid(const char *s);
/* Seconds of the site's wall clock at t, as if it were UTC. */
int64_t wp_wall(int64_t t);

#endif
