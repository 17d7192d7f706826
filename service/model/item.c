#include "service/model/item.h"

#include <string.h>

#include "common/base/mem.h"

const char *aspect_name(enum aspect one) {
    switch (one) {
    case ASPECT_MASTER: return "master";
    case ASPECT_TEXT: return "text";
    case ASPECT_PRICE: return "price";
    case ASPECT_STOCK: return "stock";
    case ASPECT_IMAGES: return "images";
    }
    return "unknown";
}

const char *item_kind_name(enum item_kind kind) {
    switch (kind) {
    case ITEM_SIMPLE: return "simple";
    case ITEM_VARIANT_PARENT: return "variant_parent";
    case ITEM_VARIANT: return "variant";
    case ITEM_SET: return "set";
    }
    return "unknown";
}

static void attribute_free_fields(struct item_attribute *a) {
    for (size_t i = 0; i < a->option_count; i++)
        mem_free(a->options[i]);
    mem_free(a->options);
    mem_free(a->name);
}

void item_free_fields(struct item *item) {
    for (size_t i = 0; i < item->attribute_count; i++)
        attribute_free_fields(&item->attributes[i]);
    for (size_t i = 0; i < item->component_count; i++) {
        mem_free(item->components[i].sku);
        mem_free(item->components[i].key);
    }
    mem_free(item->attributes);
    mem_free(item->components);
    mem_free(item->key);
    mem_free(item->parent_key);
    mem_free(item->sku);
    mem_free(item->name);
    mem_free(item->description);
    mem_free(item->short_description);
    mem_free(item->ean);
    mem_free(item->unit);
    mem_free(item->group_key);
    mem_free(item->vat_code);
    memset(item, 0, sizeof *item);
}

static void attribute_copy(struct item_attribute *to, const struct item_attribute *from) {
    to->name = mem_strdup(from->name);
    to->option_count = from->option_count;
    to->options = mem_zalloc(from->option_count, sizeof *to->options);
    for (size_t i = 0; i < from->option_count; i++)
        to->options[i] = mem_strdup(from->options[i]);
}

void item_copy(struct item *to, const struct item *from) {
    *to = *from; /* numbers and flags; each pointer is replaced below */
    to->key = mem_strdup(from->key);
    to->parent_key = mem_strdup(from->parent_key);
    to->sku = mem_strdup(from->sku);
    to->name = mem_strdup(from->name);
    to->description = mem_strdup(from->description);
    to->short_description = mem_strdup(from->short_description);
    to->ean = mem_strdup(from->ean);
    to->unit = mem_strdup(from->unit);
    to->group_key = mem_strdup(from->group_key);
    to->vat_code = mem_strdup(from->vat_code);
    to->attributes = from->attribute_count ? mem_zalloc(from->attribute_count, sizeof *to->attributes) : NULL;
    for (size_t i = 0; i < from->attribute_count; i++)
        attribute_copy(&to->attributes[i], &from->attributes[i]);
    to->components = from->component_count ? mem_zalloc(from->component_count, sizeof *to->components) : NULL;
    for (size_t i = 0; i < from->component_count; i++) {
        to->components[i] = from->components[i];
        to->components[i].sku = mem_strdup(from->components[i].sku);
        to->components[i].key = from->components[i].key ? mem_strdup(from->components[i].key) : NULL;
    }
}

void item_group_free_fields(struct item_group *group) {
    mem_free(group->key);
    mem_free(group->parent_key);
    mem_free(group->name);
    memset(group, 0, sizeof *group);
}

void item_group_copy(struct item_group *to, const struct item_group *from) {
    *to = *from;
    to->key = mem_strdup(from->key);
    to->parent_key = mem_strdup(from->parent_key);
    to->name = mem_strdup(from->name);
}
