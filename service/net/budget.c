#include "service/net/budget.h"

void budget_init(struct budget *b, struct clock *clock, int parallel) {
    b->clock = clock;
    b->parallel_max = parallel > 0 ? parallel : 1;
    b->parallel = b->parallel_max;
    b->good = 0;
    b->blocked_until_us = 0;
}

long budget_wait_s(const struct budget *b) {
    if (b->blocked_until_us == 0)
        return 0;
    int64_t left = b->blocked_until_us - clock_monotonic_us(b->clock);
    return left > 0 ? (long)((left + 999999) / 1000000) : 0;
}

void budget_limited(struct budget *b, long retry_after_s) {
    b->good = 0;
    if (b->parallel > 1)
        b->parallel /= 2;
    if (retry_after_s <= 0)
        return;
    if (retry_after_s > BUDGET_BLOCK_MAX_S)
        retry_after_s = BUDGET_BLOCK_MAX_S;
    int64_t until = clock_monotonic_us(b->clock) + (int64_t)retry_after_s * 1000000;
    if (until > b->blocked_until_us)
        b->blocked_until_us = until;
}

void budget_good(struct budget *b) {
    if (b->parallel >= b->parallel_max || ++b->good < BUDGET_RECOVER_AFTER)
        return;
    b->parallel++;
    b->good = 0;
}
