/* A company and a shop in memory, for tests of the offer flows: small, exact, and with the faults that matter
 * there. What the shop holds is only what requests carried (a line's aspects and nothing else), so a field sent
 * without being owned, or not sent, shows in a comparison. */
#ifndef TESTS_SYNC_OFFER_FAKE_H
#define TESTS_SYNC_OFFER_FAKE_H

#include "common/base/clock.h"
#include "common/base/rng.h"
#include "service/channel/channel.h"
#include "service/erp/erp.h"
#include "service/sync/run.h"

/* --- company --- */
struct fake_row {
    struct item item;
    int64_t version[3]; /* master and text, price, stock */
    int64_t changed_ms;
};
struct fake_erp {
    struct erp erp;
    struct erp_caps caps;
    struct fake_row *rows;
    size_t count, capacity;
    struct item_group *groups;
    size_t group_count, group_capacity;
    int64_t version;
    struct clock *clock;
    size_t reads; /* calls that read items */
    unsigned aspects_read;
};
void fake_erp_init(struct fake_erp *e, struct clock *clock);
void fake_erp_free(struct fake_erp *e);
/* New simple item, published, with name, price and stock made from n. */
struct fake_row *fake_item(struct fake_erp *e, size_t n, const char *sku);
struct fake_row *fake_variant(struct fake_erp *e, size_t n, const char *sku, const char *parent_key,
                              const char *option);
void fake_group(struct fake_erp *e, const char *key, const char *parent, const char *name);
/* After an edit: gives the row a new version. */
void fake_touch(struct fake_erp *e, struct fake_row *row, enum aspect one);
struct fake_row *fake_row_by_sku(struct fake_erp *e, const char *sku);
void fake_text(char **field, const char *value);

/* --- shop --- */
struct fake_product {
    char id[REMOTE_ID_SIZE], parent[REMOTE_ID_SIZE], group[REMOTE_ID_SIZE];
    char sku[128], name[128], text[128];
    int64_t regular, sale, stock;
    bool hidden, gone;
    size_t writes;
};
enum fake_fault { FAULT_NONE, FAULT_LATER, FAULT_LOST_BEFORE, FAULT_LOST_AFTER, FAULT_DOWN };
struct fake_shop {
    struct channel channel;
    struct channel_vt vt; /* own copy, so that a test can change caps and mapping_version */
    struct fake_product *products;
    size_t count, capacity;
    size_t parallel;
    struct fixed_clock *clock;
    struct rng rng;
    unsigned fault_percent; /* of lines and of requests */
    enum fake_fault always; /* every request fails in this way */
    /* What happened. */
    size_t requests, lines, group_requests, find_requests, attribute_requests, puts;
    unsigned aspects_seen;
    size_t most_lines;
    /* Per SKU: this line is refused while set. */
    const char *refuse_sku;
    const char *refuse_key; /* the same for an item, under whatever SKU */
    const char *refuse_text;
    const char *refuse_group;
    const char *spoils_sku; /* every request with it comes back unknown, nothing done */
    int64_t ids;
    char (*group_names)[64];
    size_t group_count, group_capacity;
    void (*on_request)(void *ctx);
    void *on_request_ctx;
    int64_t request_ms; /* time one request takes; the clock moves */
};
void fake_shop_init(struct fake_shop *s, struct fixed_clock *clock);
void fake_shop_free(struct fake_shop *s);
struct fake_product *fake_product_by_sku(struct fake_shop *s, const char *sku);
struct fake_product *fake_product_add(struct fake_shop *s, const char *sku, const char *name);
void fake_shop_reset_counts(struct fake_shop *s);

#endif
