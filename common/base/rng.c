#include "common/base/rng.h"

#include <assert.h>

/* splitmix64 by Sebastiano Vigna, https://prng.di.unimi.it/splitmix64.c */
static uint64_t splitmix64(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint64_t rotate_left(uint64_t x, int by) {
    return x << by | x >> (64 - by);
}

void rng_seed(struct rng *r, uint64_t seed) {
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix64(&seed);
}

/* xoshiro256** by David Blackman and Sebastiano Vigna, https://prng.di.unimi.it/xoshiro256starstar.c */
uint64_t rng_next(struct rng *r) {
    uint64_t *s = r->s;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t rng_below(struct rng *r, uint64_t n) {
    assert(n > 0);
    /* 2^64 mod n: below it the first, incomplete round of remainders lies. */
    uint64_t skip = (0 - n) % n;
    uint64_t x;
    do {
        x = rng_next(r);
    } while (x < skip);
    return x % n;
}
