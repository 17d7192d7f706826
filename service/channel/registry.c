#include "service/channel/registry.h"

#include <assert.h>

#include "common/base/str.h"

static const struct channel_vt *kinds[CHANNEL_KINDS_MAX];
static size_t kind_count;

const struct channel_vt *channel_kind_find(const char *kind) {
    for (size_t i = 0; i < kind_count; i++) {
        if (str_eq(kinds[i]->kind, kind))
            return kinds[i];
    }
    return NULL;
}

void channel_kind_add(const struct channel_vt *vt) {
    const struct channel_vt *known = channel_kind_find(vt->kind);
    if (known == vt)
        return;
    assert(!known && kind_count < CHANNEL_KINDS_MAX);
    kinds[kind_count++] = vt;
}

const struct channel_vt *channel_kind_at(size_t index) {
    return index < kind_count ? kinds[index] : NULL;
}
