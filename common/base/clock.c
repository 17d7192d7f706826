#include "common/base/clock.h"

static int64_t fixed_wall_ms(struct clock *c) {
    return ((struct fixed_clock *)c)->now_ms;
}

static int64_t fixed_monotonic_us(struct clock *c) {
    return ((struct fixed_clock *)c)->now_ms * 1000;
}

void fixed_clock_init(struct fixed_clock *c, int64_t now_ms) {
    static const struct clock_vt vt = {fixed_wall_ms, fixed_monotonic_us};
    c->clock.vt = &vt;
    c->now_ms = now_ms;
}
