/* Items and groups as a company publishes them on a link: plain data, no behaviour of an ERP or of a shop.
 *
 * Ownership: a struct here owns its texts (mem_strdup'd; NULL means "none") and frees them with its own _free function,
 * unless the function that hands it out says "borrowed for the call". */
#ifndef SERVICE_MODEL_ITEM_H
#define SERVICE_MODEL_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The separately owned and separately sent parts of an item (rule R21). Bits, so that a set of them is an unsigned. */
enum aspect {
    ASPECT_MASTER = 1u << 0, /* name, group, VAT, EAN, weight, attributes, published or not */
    ASPECT_TEXT = 1u << 1,   /* long and short description */
    ASPECT_PRICE = 1u << 2,  /* regular price, sale price and period, discount, loyalty points */
    ASPECT_STOCK = 1u << 3,  /* availability */
    ASPECT_IMAGES = 1u << 4
};
#define ASPECT_COUNT 5
#define ASPECT_ALL   31u
const char *aspect_name(enum aspect one); /* "master", "text", "price", "stock", "images" */

enum item_kind { ITEM_SIMPLE, ITEM_VARIANT_PARENT, ITEM_VARIANT, ITEM_SET };
const char *item_kind_name(enum item_kind kind); /* "simple", "variant_parent", "variant", "set" */

/* Every term of availability (capability G-20), in thousandths of the unit. The formula is in availability.h. */
struct stock_parts {
    int64_t on_hand;    /* sum over the link's warehouses */
    int64_t reserved;   /* reservations and open orders in the ERP, same warehouses */
    int64_t incoming;   /* ordered from suppliers and not yet received */
    int64_t unimported; /* in shop orders of this company not in the ERP yet; the engine fills it, not the ERP */
};

/* Sale price and period apply over the discount; whichever is lower wins, by price.h. */
struct price_parts {
    bool has_price;
    int64_t regular; /* minor units of `currency` */
    bool has_sale;
    int64_t sale;         /* minor units */
    int64_t sale_from_ms; /* UTC; INT64_MIN: no start */
    int64_t sale_to_ms;   /* UTC; INT64_MAX: no end */
    int64_t discount;     /* percent in RATE_SCALE units, 0 = none */
    int64_t points;       /* loyalty points, whole */
    bool includes_tax;
    char currency[4];
};

struct item_attribute {
    char *name;     /* "Colour" */
    char **options; /* a variant parent: all options of its variants; a variant: its one; order is meaningful */
    size_t option_count;
};

/* A component of a set with its own stock terms. */
struct set_component {
    char *sku;
    int64_t quantity; /* thousandths of the component per one set, > 0 */
    struct stock_parts stock;
    char *key; /* of the component in the ERP */
};

struct item {
    char *key;        /* the ERP's own identifier, stable for the item's life */
    char *parent_key; /* variants: the parent's key; else NULL */
    char *sku;        /* as in the ERP, not normalised; may be NULL or "" there: then it cannot be sent */
    enum item_kind kind;
    bool published; /* false: not (or no longer) in this link's offer */
    char *name;
    char *description;
    char *short_description;
    char *ean;
    char *unit;       /* unit of measure, e.g. "szt." */
    int64_t weight_g; /* grams, -1 unknown */
    char *group_key;  /* NULL: in no group */
    char *vat_code;   /* the ERP's code of the VAT rate in the link's sale country; NULL: not set */
    int64_t vat_rate; /* RATE_SCALE units, -1 unknown */
    struct price_parts price;
    struct stock_parts stock;
    struct item_attribute *attributes;
    size_t attribute_count;
    struct set_component *components;
    size_t component_count;
    unsigned read;   /* which aspects this view was read with; fields of others are empty */
    int64_t version; /* ERP row version under which it was read: the highest of the aspects asked for */
};
void item_free_fields(struct item *item);                 /* frees what it owns and clears; not the struct itself */
void item_copy(struct item *to, const struct item *from); /* deep */

struct item_group {
    char *key;
    char *parent_key; /* NULL at the top */
    char *name;
    bool published;
    int64_t version;
};
void item_group_free_fields(struct item_group *group);
void item_group_copy(struct item_group *to, const struct item_group *from);

#endif
