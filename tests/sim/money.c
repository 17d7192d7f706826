#include "tests/sim/order.h"
#include "tests/sim/settings.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

micro micro_parse(const char *s) {
    bool negative = *s == '-';
    micro whole = 0, part = 0, unit = 100000;
    const char *p = s + (negative || *s == '+');

    while (isdigit((unsigned char)*p) && whole < 1000000000000LL)
        whole = whole * 10 + (*p++ - '0');
    if (*p == '.') {
        for (p++; isdigit((unsigned char)*p) && unit; p++, unit /= 10)
            part += (*p - '0') * unit;
        if (!unit && *p >= '5')
            part++;
    }
    whole = whole * 1000000 + part;
    return negative ? -whole : whole;
}

micro micro_of(const cJSON *v) {
    char *s = js_text(v);
    micro m = micro_parse(s);

    xfree(s);
    return m;
}

micro micro_round(micro m, int decimals) {
    micro unit = 1000000, rest;

    for (int i = 0; i < decimals && unit > 1; i++)
        unit /= 10;
    rest = m % unit;
    m -= rest;
    if (rest * 2 >= unit)
        m += unit;
    else if (rest * 2 <= -unit)
        m -= unit;
    return m;
}

micro micro_scale(micro m, double factor) {
    return (micro)llround((double)m * factor);
}

void jw_micro(struct sbuf *b, const char *key, micro m, int decimals) {
    char t[48];
    bool negative;
    int n;

    if (decimals < 0)
        decimals = shop_decimals();
    m = micro_round(m, decimals);
    negative = m < 0;
    if (negative)
        m = -m;
    n = snprintf(t, sizeof t, "%s%lld.%06lld", negative ? "-" : "", m / 1000000, m % 1000000);
    if (decimals < 6)
        t[n - (decimals ? 6 - decimals : 7)] = 0;
    jw_str(b, key, t);
}

int shop_decimals(void) {
    return (int)strtol(setting("price_num_decimals"), NULL, 10);
}
