/* A shop in memory behind the channel trait, for tests of the engine: products, groups, attributes, orders. It keeps
 * SKUs unique, adopts by SKU, and can fail in every way an answer can fail. Its state can be saved and loaded, so that
 * it outlives a process that a test ends. */
#ifndef TESTS_FAKES_FAKE_SHOP_H
#define TESTS_FAKES_FAKE_SHOP_H

#include "common/base/clock.h"
#include "common/base/rng.h"
#include "service/channel/channel.h"

/* Name of an item that the shop does not take. */
#define FAKE_REFUSED "Refused"

struct fake_product {
    char remote_id[32], parent[32], sku[128], name[200], group[32], tax_class[32];
    int64_t regular, sale, stock; /* stock in thousandths */
    bool hidden;
    unsigned written; /* aspects ever written */
};
struct fake_group {
    char remote_id[32], name[200], parent[32];
};
struct fake_order_line {
    char sku[128], name[128], product_id[32], variant_id[32];
    enum order_line_kind kind;
    int64_t quantity, net, vat, rate;
};
#define FAKE_LINES_MAX 8
struct fake_order {
    int64_t id;
    char number[32], status[32], currency[4], email[64];
    int64_t total; /* 2 decimals */
    int64_t refunded, created_ms, modified_ms;
    struct fake_order_line lines[FAKE_LINES_MAX];
    size_t line_count;
    char token[40], document[64]; /* told by acknowledgements */
    int64_t seq;                  /* place in the order of changes */
};

/* Faults: each call draws one number below 100; below `percent` it fails in one of the ways of its kind. */
struct fake_faults {
    unsigned percent;
    struct rng rng;
};
/* 0: the call goes well; else in which of its ways it fails, from 1. */
unsigned fake_faults_draw(struct fake_faults *faults, unsigned ways);

struct fake_shop {
    struct channel channel;
    struct channel_vt vt;
    struct fixed_clock *clock; /* moved on when the engine has nothing to send for a while */
    struct stop *stop;
    struct fake_product *products;
    size_t product_count, product_capacity;
    struct fake_group *groups, *attributes;
    size_t group_count, group_capacity, attribute_count, attribute_capacity;
    struct fake_order *orders;
    size_t order_count, order_capacity;
    int64_t next_id, next_order, next_seq;
    size_t page_size;
    struct fake_faults faults;
    /* Called at the start of every call of the channel: things happen in a shop meanwhile. */
    void (*meanwhile)(void *ctx, struct fake_shop *shop);
    void *meanwhile_ctx;
    /* What was asked of it. */
    int64_t calls, writes, batches, lines_written;
};

/* clock may be NULL. */
struct fake_shop *fake_shop_new(struct fixed_clock *clock);
void fake_shop_free(struct fake_shop *shop); /* closing its channel does nothing */

/* Adds an order like `spec`: id, seq and number (when "") are given here; total 0 becomes the sum of the lines. */
struct fake_order *fake_shop_order(struct fake_shop *shop, const struct fake_order *spec);
/* Tells of a change of an order: moves it to the end of the order of changes. */
void fake_shop_touch(struct fake_shop *shop, struct fake_order *order);
struct fake_order *fake_shop_find_order(struct fake_shop *shop, const char *number);
struct fake_product *fake_shop_find(struct fake_shop *shop, const char *sku);

/* State as JSON; load replaces everything. */
void fake_shop_save(const struct fake_shop *shop, struct buf *out);
void fake_shop_load(struct fake_shop *shop, const char *json, size_t len);
/* What a person would compare: products by SKU, groups by name, orders by number; without ids. */
void fake_shop_dump(const struct fake_shop *shop, struct buf *out);

#endif
