#include "common/base/json_number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"

/* The fewest significant digits that read back as d > 0; returns the decimal exponent of the first. */
static int shortest(double d, char digits[24]) {
    char text[40];
    /* Any decimal of 15 digits survives a double, shorter ones show as trailing zeros; below DBL_MIN less does. */
    for (int precision = d < DBL_MIN ? 0 : 14; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, d);
        if (strtod(text, NULL) == d)
            break;
    }
    size_t n = 0;
    const char *p = text;
    for (; *p != '\0' && *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    }
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return *p == 'e' ? (int)strtol(p + 1, NULL, 10) : 0;
}

static void add_zeros(struct buf *out, int count) {
    for (int i = 0; i < count; i++)
        buf_addc(out, '0');
}

static void add_positional(struct buf *out, const char *digits, int exponent) {
    int n = (int)strlen(digits);
    if (exponent < 0) {
        buf_adds(out, "0.");
        add_zeros(out, -exponent - 1);
        buf_adds(out, digits);
        return;
    }
    int whole = exponent + 1;
    buf_add(out, digits, (size_t)(n < whole ? n : whole));
    add_zeros(out, whole - n);
    if (n > whole) {
        buf_addc(out, '.');
        buf_adds(out, digits + whole);
    }
}

bool json_number_add(struct buf *out, double d) {
    if (!isfinite(d))
        return false;
    if (d == 0) {
        buf_addc(out, '0');
        return true;
    }
    if (d < 0)
        buf_addc(out, '-');
    char digits[24];
    int exponent = shortest(fabs(d), digits);
    if (exponent >= -20 && exponent < 21) {
        add_positional(out, digits, exponent);
        return true;
    }
    buf_addc(out, digits[0]);
    if (digits[1] != '\0') {
        buf_addc(out, '.');
        buf_adds(out, digits + 1);
    }
    buf_addc(out, 'e');
    buf_add_i64(out, exponent);
    return true;
}
