#include "common/base/digest.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct digest digest_of(const void *data, size_t len) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, len));
    struct digest d;
    _Static_assert(sizeof d.bytes == sizeof canonical.digest, "a digest is XXH3's canonical form");
    memcpy(d.bytes, canonical.digest, sizeof d.bytes);
    return d;
}

bool digest_eq(const struct digest *a, const struct digest *b) {
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool digest_is_zero(const struct digest *d) {
    static const struct digest zero;
    return digest_eq(d, &zero);
}

uint64_t hash_of(const void *data, size_t len) {
    return XXH3_64bits(data, len);
}
