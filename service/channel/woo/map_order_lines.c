/* The taxes and lines of an order: each line as often as it has taxes. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/channel/woo/map_order_int.h"

#define PARTS_MAX    32              /* taxes on one line */
#define TAXES_MAX    200             /* of one order; each line's taxes are looked for among them */
#define QUANTITY_MAX 1000000000000LL /* thousandths */

/* --- taxes --- */

static enum rc read_tax(struct reading *r, struct slice line) {
    struct slice percent, id, compound, tax, shipping_tax;
    const struct scan_field fields[] = {{"rate_percent", &percent},
                                        {"rate_id", &id},
                                        {"compound", &compound},
                                        {"tax_total", &tax},
                                        {"shipping_tax_total", &shipping_tax}};
    enum rc rc = MEMBERS(r, line, fields);
    if (rc)
        return rc;
    struct order_tax *t = order_add_tax(r->order);
    char text[65];
    bool known = slice_lax(percent, text, sizeof text) && decimal_parse(text, 4, &t->rate, NULL);
    reading_text(&t->remote_id, id);
    if (!known || t->rate < 0 || t->rate > 100 * RATE_SCALE)
        return reading_invalid(r, "a tax has no rate");
    if (slice_is(compound, "true"))
        return reading_invalid(r, "it has a tax on top of another tax, which is not supported");
    t->vat = reading_amount_or(r, tax, 0) + reading_amount_or(r, shipping_tax, 0);
    return RC_OK;
}

enum rc reading_taxes(struct reading *r) {
    struct scan_list list;
    struct slice line;
    enum rc rc = RC_OK;
    scan_list(&list, r->root.tax_lines);
    while (!rc && scan_list_item(&list, &line))
        rc = r->order->tax_count < TAXES_MAX ? read_tax(r, line) : reading_invalid(r, "it has too many taxes");
    return rc;
}

static const struct order_tax *find_tax(const struct order *o, const char *id) {
    for (size_t i = 0; i < o->tax_count; i++) {
        if (str_eq(o->taxes[i].remote_id, id))
            return &o->taxes[i];
    }
    return NULL;
}

/* The taxes on one line. */
struct part {
    int64_t rate, vat, net;
    bool exact; /* the shop had rounded it */
};

static int64_t size_of(int64_t amount) {
    return amount < 0 ? -amount : amount;
}

/* Older shops tell the parts of a line's tax unrounded (13.7931) and the line's tax rounded; the total is built from
 * the rounded one. What rounding the parts by themselves would miss goes to the largest part (hazard 24). */
static void round_parts(struct reading *r, struct slice line_tax, struct part *parts, size_t count) {
    int64_t total, sum = 0;
    size_t largest = 0;
    bool exact = true;
    for (size_t i = 0; i < count; i++) {
        exact = exact && parts[i].exact;
        sum += parts[i].vat;
        if (size_of(parts[i].vat) > size_of(parts[largest].vat))
            largest = i;
    }
    if (exact || count == 0 || !reading_amount(r, line_tax, &total, NULL))
        return;
    int64_t miss = total - sum;
    if (miss >= -(int64_t)count && miss <= (int64_t)count)
        parts[largest].vat += miss;
}

/* Entries with an empty amount stand there for rates that do not apply. */
static enum rc read_parts(struct reading *r, struct slice taxes, struct part *parts, size_t *count) {
    struct scan_list list;
    struct slice item, total, id_value;
    const struct scan_field fields[] = {{"total", &total}, {"id", &id_value}};
    char *id = mem_strdup("");
    enum rc rc = RC_OK;
    *count = 0;
    scan_list(&list, taxes);
    while (!rc && scan_list_item(&list, &item)) {
        int64_t vat;
        bool exact;
        rc = MEMBERS(r, item, fields);
        if (rc || !reading_amount(r, total, &vat, &exact))
            continue;
        reading_text(&id, id_value);
        const struct order_tax *tax = find_tax(r->order, id);
        if (!tax)
            rc = reading_invalid(r, "a line has a tax that the order does not list");
        else if (*count == PARTS_MAX)
            rc = reading_invalid(r, "a line has too many taxes");
        else
            parts[(*count)++] = (struct part){.rate = tax->rate, .vat = vat, .exact = exact};
    }
    mem_free(id);
    return rc;
}

/* Shares a line's net out over its taxes by what each tax says its net was (hazard 25: a negative fee is shared over
 * the rates of the cart). */
static bool share_net(struct part *parts, size_t count, int64_t net) {
    int64_t weights[PARTS_MAX], shares[PARTS_MAX];
    for (size_t i = 0; i < count; i++) {
        int64_t vat = size_of(parts[i].vat), rate = parts[i].rate;
        if (vat > ORDER_AMOUNT_MAX / 100 || (rate > 0 && rate < RATE_SCALE / 10))
            return false; /* the weights would leave 64 bits */
        weights[i] = rate > 0 ? mul_div_round(vat, 100LL * RATE_SCALE * 1000, rate) : 0;
    }
    money_split(net, weights, count, shares);
    for (size_t i = 0; i < count; i++)
        parts[i].net = shares[i];
    return true;
}

/* --- lines --- */

/* The members of a line that are looked at. */
struct line {
    struct slice id, name, tax_class, sku, product_id, variation_id, quantity, taxes, total, subtotal, total_tax;
};

static enum rc read_quantity(struct reading *r, struct slice value, int64_t *out) {
    char text[65];
    bool whole = true;
    bool ok = slice_lax(value, text, sizeof text) && decimal_parse(text, 3, out, &whole);
    if (!ok || !whole || *out < 0 || *out > QUANTITY_MAX)
        return reading_invalid(r, "a line has no usable quantity");
    return RC_OK;
}

static void fill_line(struct order_line *l, const struct line *from, enum order_line_kind kind) {
    l->kind = kind;
    reading_text(&l->remote_id, from->id);
    reading_text(&l->name, from->name);
    if (kind != LINE_SHIPPING)
        reading_text(&l->tax_class, from->tax_class);
    if (kind == LINE_GOODS) {
        reading_text(&l->sku, from->sku);
        reading_id(&l->product_id, from->product_id);
        reading_id(&l->variant_id, from->variation_id);
    }
}

/* The line's amounts by tax, one at the least. */
static enum rc read_amounts(struct reading *r, const struct line *from, struct part *parts, size_t *count,
                            int64_t *net) {
    enum rc rc = read_parts(r, from->taxes, parts, count);
    if (rc)
        return rc;
    if (!reading_amount(r, from->total, net, NULL))
        return reading_invalid(r, "a line has no amount");
    round_parts(r, from->total_tax, parts, *count);
    if (*count == 0) {
        if (reading_amount_or(r, from->total_tax, 0) != 0)
            return reading_invalid(r, "a line has a tax without a rate");
        parts[(*count)++] = (struct part){.rate = RATE_UNTAXED, .net = *net};
    } else if (*count == 1) {
        parts[0].net = *net;
    } else if (!share_net(parts, *count, *net)) {
        return reading_invalid(r, "a line's taxes cannot be shared out");
    }
    return RC_OK;
}

static enum rc add_line(struct reading *r, const struct line *from, enum order_line_kind kind) {
    struct part parts[PARTS_MAX];
    size_t count;
    int64_t net, quantity = QUANTITY_SCALE, subtotal;
    enum rc rc = read_amounts(r, from, parts, &count, &net);
    if (rc == RC_OK && kind == LINE_GOODS)
        rc = read_quantity(r, from->quantity, &quantity);
    if (rc)
        return rc;
    int64_t discount = kind == LINE_GOODS && reading_amount(r, from->subtotal, &subtotal, NULL) ? subtotal - net : 0;
    for (size_t i = 0; i < count; i++) {
        struct order_line *l = order_add_line(r->order);
        fill_line(l, from, kind);
        l->part = (unsigned)i;
        l->quantity = i == 0 ? quantity : 0;
        l->net = parts[i].net;
        l->vat = parts[i].vat;
        l->rate = parts[i].rate;
        l->discount = i == 0 ? discount : 0;
    }
    return RC_OK;
}

static enum rc read_line(struct reading *r, struct slice item, enum order_line_kind kind) {
    struct line from;
    const struct scan_field fields[] = {{"id", &from.id},
                                        {kind == LINE_SHIPPING ? "method_title" : "name", &from.name},
                                        {"product_id", &from.product_id},
                                        {"variation_id", &from.variation_id},
                                        {"quantity", &from.quantity},
                                        {"tax_class", &from.tax_class},
                                        {"subtotal", &from.subtotal},
                                        {"total", &from.total},
                                        {"total_tax", &from.total_tax},
                                        {"taxes", &from.taxes},
                                        {"sku", &from.sku}};
    if (!slice_is_object(item))
        return reading_invalid(r, "a line is malformed");
    enum rc rc = MEMBERS(r, item, fields);
    if (rc == RC_OK)
        rc = add_line(r, &from, kind);
    if (rc == RC_OK && r->order->line_count > ORDER_LINES_MAX)
        rc = reading_invalid(r, "it has too many lines");
    return rc;
}

static enum rc read_list(struct reading *r, struct slice list, enum order_line_kind kind) {
    struct scan s;
    struct slice item;
    enum rc rc = RC_OK;
    if (!scan_array(&s, list))
        return reading_invalid(r, "a list of lines is missing");
    while (!rc && scan_item(&s, &item))
        rc = read_line(r, item, kind);
    return rc;
}

enum rc reading_lines(struct reading *r) {
    enum rc rc = read_list(r, r->root.line_items, LINE_GOODS);
    if (rc == RC_OK)
        rc = read_list(r, r->root.shipping_lines, LINE_SHIPPING);
    return rc == RC_OK ? read_list(r, r->root.fee_lines, LINE_FEE) : rc;
}
