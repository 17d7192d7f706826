#include "service/model/item_name.h"

#include <stddef.h>
#include <string.h>

#include "common/base/str.h"

static bool disallowed(uint32_t c) {
    static const struct {
        uint32_t first, last;
    } RANGES[] = {
        {0x2028, 0x2029}, /* line and paragraph separator */
        {0x202A, 0x202E}, /* embeddings and overrides of direction */
        {0x2066, 0x2069}, /* isolates */
        {0xFDD0, 0xFDEF}, /* noncharacters */
        {0xFEFF, 0xFEFF}, /* byte order mark */
        {0xFFF9, 0xFFFD}, /* annotations, object replacement, and what stands for a damaged character */
    };
    if (utf8_is_control(c) || (c & 0xFFFE) == 0xFFFE)
        return true;
    for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++) {
        if (c >= RANGES[i].first && c <= RANGES[i].last)
            return true;
    }
    return false;
}

bool item_name_disallowed(const char *name, uint32_t *code_point, int *place) {
    const char *end = name + strlen(name);
    int n = 0;
    while (name < end) {
        uint32_t c = utf8_next(&name, end);
        n++;
        if (disallowed(c)) {
            *code_point = c;
            *place = n;
            return true;
        }
    }
    return false;
}

void item_name_clean(struct buf *out, const char *name) {
    const char *end = name + strlen(name);
    while (name < end) {
        const char *from = name;
        if (disallowed(utf8_next(&name, end)))
            buf_addc(out, ' ');
        else
            buf_add(out, from, (size_t)(name - from));
    }
}

void item_label(char *out, size_t size, const struct item *item) {
    const char *name = str_blank(item->name) ? "without a name" : item->name;
    size_t room = utf8_cut(name, 80);
    (void)str_fmt(out, size, "\"%.*s\" (key %s)", (int)room, name, item->key ? item->key : "");
}
