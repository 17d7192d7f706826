/* Content digests: 128 bits of XXH3 over a canonical byte form. They tell "the same as last sent" from "changed"; they
 * protect against nothing and are never used where someone might want to forge one. */
#ifndef COMMON_BASE_DIGEST_H
#define COMMON_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 16
struct digest {
    unsigned char bytes[DIGEST_SIZE];
};
/* The bytes are in XXH3's canonical order (big endian), the same on every machine. */
struct digest digest_of(const void *data, size_t len);
bool digest_eq(const struct digest *a, const struct digest *b);
bool digest_is_zero(const struct digest *d); /* "never sent" */

/* 64 bits of XXH3, for hash tables in memory. */
uint64_t hash_of(const void *data, size_t len);

#endif
