/* The readers of text that a shop or a company's database sends: HTML, SKUs, dates, decimals, malformed UTF-8. */
#include <assert.h>
#include <stdint.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void html(const char *text, size_t size) {
    struct buf b, back;
    buf_init(&b, size * 8 + 100);
    buf_init(&back, size * 8 + 100);
    html_add_text(&b, text, size / 2);
    assert(b.len <= size / 2 && utf8_valid(b.data, b.len));
    buf_clear(&b);
    html_add_unescaped(&b, text);
    assert(!b.full);
    buf_clear(&b);
    html_add_escaped(&b, text);
    html_add_unescaped(&back, b.data);
    assert(!b.full && strcmp(back.data, text) == 0);
    buf_free(&b);
    buf_free(&back);
}

static void sku(const char *text) {
    char normal[SKU_MAX + 1], again[SKU_MAX + 1];
    if (!sku_normal(normal, text))
        return;
    bool same = sku_normal(again, normal);
    assert(same && strcmp(normal, again) == 0);
    struct buf key;
    buf_init(&key, SKU_MAX);
    sku_collation_key(&key, normal);
    assert(!key.full && utf8_valid(key.data, key.len));
    buf_free(&key);
}

static void cleaned(const char *text, size_t size) {
    struct buf b;
    buf_init(&b, size * 3);
    utf8_add_clean(&b, text, size, true);
    assert(!b.full && utf8_valid(b.data, b.len));
    assert(utf8_valid(text, size) || b.len != size || memcmp(b.data, text, size) != 0);
    buf_free(&b);
    size_t cut = utf8_cut(text, size / 2);
    assert(cut <= size / 2);
}

static void values(const char *text) {
    int64_t v, back;
    char shown[ISO_SIZE];
    if (iso_parse(text, &v)) {
        iso_utc(v, shown);
        assert(iso_parse(shown, &back));
    }
    if (http_date_parse(text, &v)) {
        iso_utc(v, shown);
        assert(iso_parse(shown, &back) &&
               (back == v || v >= INT64_C(253402300800000))); /* a leap second at the end of 9999 */
    }
    bool exact;
    if (decimal_parse(text, 2, &v, &exact)) {
        decimal_fmt(shown, sizeof shown, v, 2);
        assert(decimal_parse(shown, 2, &back, &exact) && back == v && exact);
    }
    if (str_to_i64(text, &v)) {
        bool whole = decimal_parse(text, 0, &back, &exact);
        assert(whole && back == v && exact);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cleaned((const char *)data, size);
    char *text = mem_strndup((const char *)data, size);
    html(text, size);
    sku(text);
    values(text);
    unsigned char bytes[8];
    hex_decode(text, bytes, sizeof bytes);
    str_trim(text);
    assert(str_blank(text) == str_empty(text));
    mem_free(text);
    return 0;
}
