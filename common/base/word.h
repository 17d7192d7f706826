/* Eight bytes of a text looked at in one number. */
#ifndef COMMON_BASE_WORD_H
#define COMMON_BASE_WORD_H

#include <stdint.h>
#include <string.h>

/* The eight bytes at p, the first one lowest. */
static inline uint64_t text_word(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Index of the first byte in which a bit is set; some bit must be. */
static inline int text_word_first(uint64_t bits) {
    return __builtin_ctzll(bits) / 8;
}

#endif
