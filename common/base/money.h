/* Money and quantities as integers. There is no floating point here, and the lint refuses it.
 *
 * An amount is a count of minor units of a currency (cents, grosze); how many decimals a minor unit stands for is the
 * currency's (ISO 4217: 0, 2 or 3). Rates and quantities are scaled integers with the scale in their name. */
#ifndef COMMON_BASE_MONEY_H
#define COMMON_BASE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

struct money {
    int64_t minor;
    char currency[4]; /* ISO 4217, upper case, "" means none */
};

/* Decimals of a currency by ISO 4217 (JPY 0, KWD 3, most 2, CLF 4); -1 for an unknown code. */
int currency_decimals(const char *currency);

/* "12.30" with `decimals` 2 -> 1230. Accepts sign, digits, one dot. More decimals than asked for: accepted when the
 * rest is zeros; otherwise *exact (may be NULL; set on each success) is false and the value is rounded half away from
 * zero. decimals 0 to 18. false: malformed or out of range. ".5" and "5." are numbers, "" and "." are not. */
bool decimal_parse(const char *s, int decimals, int64_t *out, bool *exact);
/* 1230, 2 -> "12.30"; always a dot, no grouping. 24 bytes are always enough; too few abort, for a cut amount lies. */
void decimal_add(struct buf *b, int64_t value, int decimals);
void decimal_fmt(char *out, size_t size, int64_t value, int decimals);

/* a * b / c rounded half away from zero, 128 bits inside. c != 0. Out of range aborts: parsing checks the bounds. */
int64_t mul_div_round(int64_t a, int64_t b, int64_t c);

/* VAT rates are in units of 0.0001 percent points: 23 % = 230000. */
#define RATE_SCALE 10000
int64_t vat_of_net(int64_t net, int64_t rate);
int64_t net_of_gross(int64_t gross, int64_t rate);

/* Splits `total` over n weights by largest remainder: the parts add up to total exactly, equal weights differ by at
 * most one, ties go to the earlier part. All weights zero: split evenly. Weights must not be negative. A negative
 * total splits as its mirror image. parts may be weights itself; n 0 only for a total of 0. */
void money_split(int64_t total, const int64_t *weights, size_t n, int64_t *parts);

/* Quantities are in thousandths of the unit of measure (1 piece = 1000). */
#define QUANTITY_SCALE 1000

#endif
