#include "service/model/availability.h"

#include <string.h>

#include "common/base/money.h"

/* What a shop could be promised of these terms, before the link's own wishes. */
static int64_t physical(const struct stock_parts *s, const struct availability_rule *rule) {
    return s->on_hand - s->reserved + (rule->include_incoming ? s->incoming : 0);
}

/* a / b towards minus infinity, b > 0: half a set is none, and a shortage of half a set is a whole one. */
static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Which component holds a set back, and how many sets there are, in thousandths. */
static int64_t sets_possible(const struct item *item, const struct availability_rule *rule, size_t *scarce) {
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < item->component_count; i++) {
        const struct set_component *c = &item->components[i];
        int64_t sets = floor_div(physical(&c->stock, rule) - c->stock.unimported, c->quantity) * QUANTITY_SCALE;
        if (sets < least) {
            least = sets;
            *scarce = i;
        }
    }
    return item->component_count ? least : 0;
}

static int64_t limited(int64_t quantity, const struct availability_rule *rule) {
    if (rule->step > 0)
        quantity = floor_div(quantity, rule->step) * rule->step;
    if (rule->cap >= 0 && quantity > rule->cap)
        quantity = rule->cap;
    return quantity < rule->floor ? rule->floor : quantity;
}

static int64_t own_parts(const struct item *item, const struct availability_rule *rule) {
    size_t scarce = 0;
    return item->kind == ITEM_SET ? sets_possible(item, rule, &scarce) : physical(&item->stock, rule);
}

int64_t availability(const struct item *item, const struct availability_rule *rule) {
    return limited(own_parts(item, rule) - item->stock.unimported - rule->buffer, rule);
}

/* --- in words --- */

/* A quantity without the zeros nobody says: "12", "1.5". */
static void add_quantity(struct buf *out, int64_t quantity) {
    char text[32];
    decimal_fmt(text, sizeof text, quantity, 3);
    size_t len = strlen(text);
    while (len > 1 && text[len - 1] == '0')
        len--;
    if (text[len - 1] == '.')
        len--;
    buf_add(out, text, len);
}

static void add_term(struct buf *out, const char *sign, int64_t quantity, const char *name) {
    if (quantity == 0)
        return;
    buf_adds(out, sign);
    add_quantity(out, quantity);
    buf_adds(out, name);
}

static void add_physical(struct buf *out, const struct stock_parts *s, const struct availability_rule *rule) {
    add_quantity(out, s->on_hand);
    buf_adds(out, " on hand");
    add_term(out, " - ", s->reserved, " reserved");
    if (rule->include_incoming)
        add_term(out, " + ", s->incoming, " incoming");
}

static void add_set(struct buf *out, const struct item *item, const struct availability_rule *rule) {
    size_t scarce = 0;
    add_quantity(out, sets_possible(item, rule, &scarce));
    buf_adds(out, " sets possible");
    if (item->component_count == 0) {
        buf_adds(out, " (the set has no components)");
        return;
    }
    const struct set_component *c = &item->components[scarce];
    buf_addf(out, " (held back by %s: ", c->sku ? c->sku : "a component without SKU");
    add_physical(out, &c->stock, rule);
    add_term(out, " - ", c->stock.unimported, " in shop orders not imported yet");
    buf_adds(out, ", ");
    add_quantity(out, c->quantity);
    buf_adds(out, " each)");
}

void availability_explain(struct buf *out, const struct item *item, const struct availability_rule *rule) {
    int64_t sum = own_parts(item, rule) - item->stock.unimported - rule->buffer;
    int64_t stepped = rule->step > 0 ? floor_div(sum, rule->step) * rule->step : sum;
    if (item->kind == ITEM_SET)
        add_set(out, item, rule);
    else
        add_physical(out, &item->stock, rule);
    add_term(out, " - ", item->stock.unimported, " in shop orders not imported yet");
    add_term(out, " - ", rule->buffer, " buffer");
    buf_adds(out, " = ");
    add_quantity(out, sum);
    if (stepped != sum) {
        buf_adds(out, ", in steps of ");
        add_quantity(out, rule->step);
        buf_adds(out, ": ");
        add_quantity(out, stepped);
    }
    if (rule->cap >= 0 && stepped > rule->cap)
        add_term(out, ", never more than ", rule->cap, "");
    if (rule->cap == 0 && stepped > 0)
        buf_adds(out, ", never more than 0");
    if (limited(sum, rule) == rule->floor &&
        rule->floor > (rule->cap >= 0 && stepped > rule->cap ? rule->cap : stepped)) {
        buf_adds(out, ", never less than ");
        add_quantity(out, rule->floor);
    }
}
