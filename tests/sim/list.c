#include "tests/sim/list.h"

#include <string.h>

const char *const list_directions[] = {"asc", "desc", NULL};

/* The moment a date parameter means. It is turned into site time and compared with site or UTC columns, so that it is
 * off by the zone with some of them: by design of the original. */
static int64_t moment(const cJSON *params, const char *key, bool fractions_lose_zone) {
    const char *s = js_str(params, key);
    bool gmt = js_truth(js_get(params, "dates_are_gmt"));
    char plain[24];
    int64_t t;

    if (!*s || !wp_parse(s, false, &t))
        return NO_TIME;
    if (fractions_lose_zone && strchr(s, '.')) {
        memcpy(plain, s, 19);
        plain[19] = 0;
        wp_parse(plain, gmt, &t);
        return t;
    }
    if (gmt) {
        if (strlen(s) > 19 && strpbrk(s + 19, "Zz+-"))
            return wp_wall(t);
        wp_parse(s, true, &t);
    }
    return t;
}

void span_read(struct span *s, const cJSON *params, bool fractions_lose_zone) {
    s->after = moment(params, "after", fractions_lose_zone);
    s->before = moment(params, "before", fractions_lose_zone);
    s->mod_after = moment(params, "modified_after", fractions_lose_zone);
    s->mod_before = moment(params, "modified_before", fractions_lose_zone);
}

bool span_has(const struct span *s, int64_t created, int64_t modified) {
    if (s->mod_after != NO_TIME && modified <= s->mod_after)
        return false;
    if (s->mod_before != NO_TIME && modified >= s->mod_before)
        return false;
    if (s->after != NO_TIME && created <= s->after)
        return false;
    return s->before == NO_TIME || created < s->before;
}
