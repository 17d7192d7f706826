#include "common/base/money.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

#define DECIMALS_MAX 18

/* Digits of |INT64_MIN| plus sign, dot, a zero before the dot and the NUL. */
#define DECIMAL_SIZE 24

/* --- text --- */

/* A decimal being read: the magnitude so far and what the digits past the wanted decimals said. */
struct reading {
    uint64_t value;
    int missing;   /* decimals still to come */
    int digits;    /* digits seen, so that "." and "" are refused */
    bool round_up; /* the first digit that does not fit is 5 or more */
    bool inexact;  /* a digit that does not fit is not 0 */
    bool overflow;
};

static void push_digit(struct reading *r, unsigned digit) {
    if (r->value > (UINT64_MAX - digit) / 10)
        r->overflow = true;
    else
        r->value = r->value * 10 + digit;
}

static void read_fraction_digit(struct reading *r, unsigned digit, bool *first_past) {
    if (r->missing > 0) {
        r->missing--;
        push_digit(r, digit);
        return;
    }
    if (*first_past)
        r->round_up = digit >= 5;
    *first_past = false;
    r->inexact = r->inexact || digit != 0;
}

/* false: something else than digits and one dot. */
static bool read_digits(const char *s, struct reading *r) {
    bool fraction = false;
    bool first_past = true;
    for (; *s != '\0'; s++) {
        if (*s == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (*s < '0' || *s > '9')
            return false;
        r->digits = 1;
        if (fraction)
            read_fraction_digit(r, (unsigned)(*s - '0'), &first_past);
        else
            push_digit(r, (unsigned)(*s - '0'));
    }
    return r->digits != 0;
}

bool decimal_parse(const char *s, int decimals, int64_t *out, bool *exact) {
    assert(decimals >= 0 && decimals <= DECIMALS_MAX);
    bool negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    struct reading r = {.missing = decimals};
    if (!read_digits(s, &r))
        return false;
    while (r.missing-- > 0)
        push_digit(&r, 0);
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (r.overflow || r.value > limit || (r.round_up && r.value == limit))
        return false;
    uint64_t value = r.value + (r.round_up ? 1 : 0);
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    if (exact != NULL)
        *exact = !r.inexact;
    return true;
}

void decimal_fmt(char *out, size_t size, int64_t value, int decimals) {
    assert(decimals >= 0 && decimals <= DECIMALS_MAX);
    char text[DECIMAL_SIZE];
    char *end = text + sizeof text;
    char *p = end;
    *--p = '\0';
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (int i = 0; rest != 0 || i <= decimals; i++) {
        if (i == decimals && decimals > 0)
            *--p = '.';
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (value < 0)
        *--p = '-';
    assert((size_t)(end - p) <= size);
    memcpy(out, p, (size_t)(end - p));
}

void decimal_add(struct buf *b, int64_t value, int decimals) {
    char text[DECIMAL_SIZE];
    decimal_fmt(text, sizeof text, value, decimals);
    buf_adds(b, text);
}

/* --- arithmetic --- */

int64_t mul_div_round(int64_t a, int64_t b, int64_t c) {
    assert(c != 0);
    wide product = (wide)a * b;
    bool negative = (product < 0) != (c < 0);
    uwide magnitude = product < 0 ? (uwide)-product : (uwide)product;
    uwide divisor = c < 0 ? (uwide) - (wide)c : (uwide)c;
    uwide quotient = magnitude / divisor;
    if (magnitude % divisor * 2 >= divisor)
        quotient++;
    assert(quotient <= (uwide)INT64_MAX + (negative ? 1 : 0));
    return negative ? (int64_t)(0 - (uint64_t)quotient) : (int64_t)quotient;
}

/* A rate of 100 percent. */
#define RATE_WHOLE (100 * RATE_SCALE)

int64_t vat_of_net(int64_t net, int64_t rate) {
    return mul_div_round(net, rate, RATE_WHOLE);
}

int64_t net_of_gross(int64_t gross, int64_t rate) {
    return mul_div_round(gross, RATE_WHOLE, RATE_WHOLE + rate);
}

struct share {
    uwide remainder;
    size_t index;
};

/* Largest remainder first, then the earlier part. */
static int by_remainder(const void *left, const void *right) {
    const struct share *a = left;
    const struct share *b = right;
    if (a->remainder != b->remainder)
        return a->remainder > b->remainder ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void money_split(int64_t total, const int64_t *weights, size_t n, int64_t *parts) {
    assert(n > 0 || total == 0);
    uwide sum = 0;
    for (size_t i = 0; i < n; i++) {
        assert(weights[i] >= 0);
        sum += (uwide)weights[i];
    }
    bool even = sum == 0;
    if (even)
        sum = n;
    uint64_t magnitude = total < 0 ? 0 - (uint64_t)total : (uint64_t)total;
    uint64_t rest = magnitude;
    struct share *shares = mem_zalloc(n, sizeof *shares);
    for (size_t i = 0; i < n; i++) {
        uwide product = (uwide)magnitude * (even ? 1 : (uint64_t)weights[i]);
        uint64_t part = (uint64_t)(product / sum);
        shares[i] = (struct share){product % sum, i};
        rest -= part;
        parts[i] = (int64_t)part; /* 2^63 wraps, and the mirror below is right again */
    }
    /* The rounding down lost less than one unit for each part, so one more for the first `rest` parts is all. */
    qsort(shares, n, sizeof *shares, by_remainder);
    for (size_t i = 0; i < rest; i++)
        parts[shares[i].index] = (int64_t)((uint64_t)parts[shares[i].index] + 1);
    mem_free(shares);
    for (size_t i = 0; total < 0 && i < n; i++)
        parts[i] = (int64_t)(0 - (uint64_t)parts[i]);
}
