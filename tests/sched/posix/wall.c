#include "tests/sched/wall.h"

#include <stdlib.h>
#include <time.h>

#include "common/base/str.h"

bool wall_zone(const char *name) {
    char text[200];
    bool good = str_fmt(text, sizeof(text), ":%s", name) && setenv("TZ", text, 1) == 0;
    tzset();
    return good;
}

int64_t wall_minute(int64_t utc_s) {
    time_t t = (time_t)utc_s;
    struct tm local;
    (void)localtime_r(&t, &local);
    return (int64_t)timegm(&local) / 60;
}
