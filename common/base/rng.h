/* Repeatable random numbers (xoshiro256** seeded by splitmix64), for data that must be the same for the same seed and
 * for jitter. Not for secrets or tokens: these take os_random(). */
#ifndef COMMON_BASE_RNG_H
#define COMMON_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4];
};
void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
/* Uniform in [0, n), without modulo bias. n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);

#endif
