#include "service/sync/canonical.h"

#include <string.h>

/* Eight bytes, low first, whatever the machine: digests outlive it. */
static void add_number(struct buf *b, int64_t value) {
    uint64_t rest = (uint64_t)value;
    char bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(rest & 0xff);
        rest >>= 8;
    }
    buf_add(b, bytes, sizeof bytes);
}

/* NULL and "" are the same to every shop, so they are here. */
static void add_text(struct buf *b, const char *text) {
    size_t len = text ? strlen(text) : 0;
    add_number(b, (int64_t)len);
    buf_add(b, text, len);
}

static void add_attributes(struct buf *b, const struct offer_line *line) {
    const struct item *item = line->item;
    add_number(b, (int64_t)item->attribute_count);
    for (size_t i = 0; i < item->attribute_count; i++) {
        const struct item_attribute *attribute = &item->attributes[i];
        add_text(b, line->attribute_ids ? line->attribute_ids[i] : attribute->name);
        add_number(b, (int64_t)attribute->option_count);
        for (size_t k = 0; k < attribute->option_count; k++)
            add_text(b, attribute->options[k]);
    }
}

static void add_master(struct buf *b, const struct offer_line *line) {
    const struct item *item = line->item;
    add_text(b, item->sku);
    add_text(b, item->parent_key);
    add_text(b, line->name ? line->name : item->name);
    add_number(b, (int64_t)item->kind);
    add_text(b, item->ean);
    add_text(b, item->unit);
    add_number(b, item->weight_g);
    add_text(b, line->remote_group);
    add_text(b, line->tax_class);
    add_attributes(b, line);
}

static void add_price(struct buf *b, const struct offer_line *line) {
    const struct price_parts *price = &line->item->price;
    add_number(b, line->regular);
    add_number(b, line->sale);
    add_number(b, line->sale_from_ms);
    add_number(b, line->sale_to_ms);
    add_number(b, price->points);
    add_number(b, price->includes_tax);
    add_text(b, price->currency);
}

static struct digest finish(const struct buf *b) {
    struct digest none = {{0}};
    return b->full ? none : digest_of(b->data, b->len);
}

struct digest canonical_unpublished(void) {
    static const char content[] = "taken out of the offer";
    return digest_of(content, sizeof content - 1);
}

struct digest canonical_digest(struct buf *scratch, const struct offer_line *line, enum aspect one) {
    if (line->unpublish && one == ASPECT_MASTER)
        return canonical_unpublished();
    buf_clear(scratch);
    buf_addc(scratch, (char)one);
    switch (one) {
    case ASPECT_MASTER: add_master(scratch, line); break;
    case ASPECT_TEXT:
        add_text(scratch, line->item->description);
        add_text(scratch, line->item->short_description);
        break;
    case ASPECT_PRICE: add_price(scratch, line); break;
    case ASPECT_STOCK: add_number(scratch, line->available); break;
    case ASPECT_IMAGES: break; /* images are a flow of their own */
    }
    return finish(scratch);
}

struct digest canonical_group_digest(struct buf *scratch, const struct group_line *line) {
    buf_clear(scratch);
    buf_addc(scratch, 'g');
    add_text(scratch, line->group->name);
    add_number(scratch, line->group->published);
    add_text(scratch, line->remote_parent);
    return finish(scratch);
}
