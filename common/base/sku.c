#include "common/base/sku_fold.h"
#include "common/base/str.h"

#include <string.h>

bool sku_normal(char out[SKU_MAX + 1], const char *sku) {
    if (sku == NULL)
        return false;
    size_t size = strlen(sku);
    if (!utf8_valid(sku, size))
        return false;
    char text[SKU_MAX + 1];
    size_t len = 0;
    bool gap = false; /* white space was seen since the last character kept */
    const char *end = sku + size;
    while (sku < end) {
        const char *at = sku;
        uint32_t c = utf8_next(&sku, end);
        if (utf8_is_space(c)) {
            gap = len > 0;
            continue;
        }
        size_t bytes = (size_t)(sku - at);
        if (utf8_is_control(c) || len + gap + bytes > SKU_MAX)
            return false;
        if (gap)
            text[len++] = ' ';
        gap = false;
        memcpy(text + len, at, bytes);
        len += bytes;
    }
    if (len == 0)
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

void sku_collation_key(struct buf *out, const char *sku_normal_form) {
    const char *s = sku_normal_form;
    const char *end = s + strlen(s);
    while (s < end) {
        char folded[SKU_FOLD_MAX];
        size_t len = sku_fold(folded, utf8_next(&s, end));
        buf_add(out, folded, len);
    }
}
