#include "common/os/os.h"

#include <time.h>

static int64_t wall_ms(struct clock *c) {
    struct timespec t;
    (void)c;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t monotonic_us(struct clock *c) {
    struct timespec t;
    (void)c;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct clock *os_clock(void) {
    static const struct clock_vt vt = {wall_ms, monotonic_us};
    static struct clock clock = {&vt};
    return &clock;
}

int os_zone_offset_minutes(int64_t utc_ms) {
    int64_t seconds = utc_ms >= 0 ? utc_ms / 1000 : -((-utc_ms + 999) / 1000);
    time_t t = (time_t)seconds;
    struct tm local;
    return localtime_r(&t, &local) == NULL ? 0 : (int)(local.tm_gmtoff / 60);
}

int64_t os_cpu_us(void) {
    struct timespec t;
    return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0 ? (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 : 0;
}
