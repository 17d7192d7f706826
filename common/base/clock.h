/* The one clock. Everything that asks what time it is takes one of these; tests inject their own. */
#ifndef COMMON_BASE_CLOCK_H
#define COMMON_BASE_CLOCK_H

#include <stdint.h>

struct clock;
struct clock_vt {
    int64_t (*wall_ms)(struct clock *c);      /* UTC milliseconds since 1970; may jump */
    int64_t (*monotonic_us)(struct clock *c); /* never goes back; its zero means nothing */
};
struct clock {
    const struct clock_vt *vt;
};

static inline int64_t clock_wall_ms(struct clock *c) {
    return c->vt->wall_ms(c);
}
static inline int64_t clock_monotonic_us(struct clock *c) {
    return c->vt->monotonic_us(c);
}

/* A clock that stands still until it is moved. */
struct fixed_clock {
    struct clock clock;
    int64_t now_ms;
};
void fixed_clock_init(struct fixed_clock *c, int64_t now_ms);

#endif
