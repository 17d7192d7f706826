#include "service/sync/order_check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"

#define HOLD_TEXT_MAX 8000
#define LINES_SHOWN   40

void hold_init(struct hold *hold) {
    hold->code[0] = '\0';
    buf_init(&hold->text, HOLD_TEXT_MAX);
}

void hold_free(struct hold *hold) {
    buf_free(&hold->text);
}

void hold_set(struct hold *hold, const char *code, const char *fmt, ...) {
    str_copy(hold->code, sizeof hold->code, code);
    va_list args;
    va_start(args, fmt);
    char *text = mem_vprintf(fmt, args);
    va_end(args);
    buf_clear(&hold->text);
    buf_adds(&hold->text, text);
    mem_free(text);
}

/* --- amounts --- */

static int64_t gross_of_lines(const struct order *order) {
    int64_t sum = 0;
    for (size_t i = 0; i < order->line_count; i++)
        sum += order->lines[i].net + order->lines[i].vat;
    return sum;
}

int64_t order_unexplained(const struct order *order) {
    return gross_of_lines(order) - order->total;
}

/* What the shop totals for a rate: several of its rate ids may have the same percentage. */
static bool shop_vat(const struct order *order, int64_t rate, int64_t *vat) {
    bool found = false;
    int64_t sum = 0;
    for (size_t i = 0; i < order->tax_count; i++)
        if (order->taxes[i].rate == rate) {
            sum += order->taxes[i].vat;
            found = true;
        }
    *vat = sum;
    return found;
}

static int64_t lines_vat(const struct order *order, int64_t rate, size_t *parts) {
    int64_t sum = 0;
    *parts = 0;
    for (size_t i = 0; i < order->line_count; i++)
        if (order->lines[i].rate == rate) {
            sum += order->lines[i].vat;
            (*parts)++;
        }
    return sum;
}

static bool first_of_rate(const struct order *order, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (order->lines[i].rate == order->lines[at].rate)
            return false;
    return true;
}

/* Rounding explains at most half a minor unit for each part and one for the sum. */
static int64_t explained(size_t parts, int64_t limit) {
    int64_t by_parts = (int64_t)(parts + 1) / 2;
    return by_parts > limit ? by_parts : limit;
}

/* --- what is wrong, in words --- */

static void add_amount(struct buf *out, const struct order *order, int64_t minor) {
    decimal_add(out, minor, order->decimals);
    buf_addf(out, " %s", order->currency);
}

static void add_lines(struct buf *out, const struct order *order) {
    buf_adds(out, " Its lines:");
    for (size_t i = 0; i < order->line_count && i < LINES_SHOWN; i++) {
        const struct order_line *line = &order->lines[i];
        buf_addf(out, "%s %s", i > 0 ? ";" : "", str_blank(line->name) ? "(no name)" : line->name);
        if (!str_empty(line->sku))
            buf_addf(out, " [%s]", line->sku);
        if (line->quantity > 0) {
            buf_adds(out, " x ");
            if (line->quantity % QUANTITY_SCALE == 0)
                buf_add_i64(out, line->quantity / QUANTITY_SCALE);
            else
                decimal_add(out, line->quantity, 3);
        }
        buf_adds(out, " net ");
        decimal_add(out, line->net, order->decimals);
        buf_adds(out, " VAT ");
        decimal_add(out, line->vat, order->decimals);
    }
    if (order->line_count > LINES_SHOWN)
        buf_addf(out, "; and %zu more", order->line_count - LINES_SHOWN);
    buf_adds(out, ".");
}

static void hold_balance(const struct order *order, int64_t missing, struct hold *hold) {
    str_copy(hold->code, sizeof hold->code, "balance");
    buf_clear(&hold->text);
    buf_adds(&hold->text, "The order's lines make ");
    add_amount(&hold->text, order, gross_of_lines(order));
    buf_adds(&hold->text, ", but the buyer was asked for ");
    add_amount(&hold->text, order, order->total);
    buf_adds(&hold->text, ": ");
    add_amount(&hold->text, order, missing < 0 ? -missing : missing);
    buf_addf(&hold->text,
             " %s unexplained. It was not imported, so that no wrong amount is booked; check the order in the shop, or "
             "enter it by hand.",
             missing < 0 ? "are" : "too much are");
    add_lines(&hold->text, order);
}

static void hold_vat(const struct order *order, int64_t rate, int64_t lines, int64_t shop, struct hold *hold) {
    str_copy(hold->code, sizeof hold->code, "vat_balance");
    buf_clear(&hold->text);
    buf_adds(&hold->text, "The shop's total of VAT at ");
    decimal_add(&hold->text, rate / (RATE_SCALE / 100), 2);
    buf_adds(&hold->text, " % is ");
    add_amount(&hold->text, order, shop);
    buf_adds(&hold->text, ", but the order's lines make ");
    add_amount(&hold->text, order, lines);
    buf_adds(&hold->text,
             ". More than rounding can explain; it was not imported. Check the order's taxes in the shop.");
    add_lines(&hold->text, order);
}

/* VAT totals the shop tells of a rate that no line has. */
static bool stray_tax(const struct order *order, int64_t *rate, int64_t *vat) {
    for (size_t i = 0; i < order->tax_count; i++) {
        size_t parts = 0;
        lines_vat(order, order->taxes[i].rate, &parts);
        if (parts == 0 && order->taxes[i].vat != 0) {
            *rate = order->taxes[i].rate;
            *vat = order->taxes[i].vat;
            return true;
        }
    }
    return false;
}

static void check_balance(const struct order *order, const struct link_rules *rules, struct hold *hold) {
    int64_t missing = order_unexplained(order), moved = 0, stray_rate = 0, stray_vat = 0;
    if (llabs(missing) > explained(order->line_count, rules->rounding_limit) + rules->rounding_limit) {
        hold_balance(order, missing, hold);
        return;
    }
    if (stray_tax(order, &stray_rate, &stray_vat)) {
        hold_vat(order, stray_rate, 0, stray_vat, hold);
        return;
    }
    for (size_t i = 0; i < order->line_count; i++) {
        int64_t shop = 0;
        size_t parts = 0;
        if (!first_of_rate(order, i) || !shop_vat(order, order->lines[i].rate, &shop))
            continue;
        int64_t lines = lines_vat(order, order->lines[i].rate, &parts);
        if (llabs(shop - lines) > explained(parts, rules->rounding_limit)) {
            hold_vat(order, order->lines[i].rate, lines, shop, hold);
            return;
        }
        moved += shop - lines;
    }
    if (llabs(missing + moved) > rules->rounding_limit)
        hold_balance(order, missing + moved, hold);
}

/* --- the rest of the checks --- */

static void check_currency(const struct order *order, const struct link_rules *rules, struct hold *hold) {
    if (order->currency[0] == '\0' || currency_decimals(order->currency) < 0)
        hold_set(hold, "currency",
                 "The order's currency is %s, so its amounts mean nothing to us. Check it in the shop.",
                 order->currency[0] == '\0' ? "missing" : order->currency);
    else if (!str_empty(rules->currency) && !str_eq(rules->currency, order->currency))
        hold_set(hold, "currency",
                 "The order is in %s, but this link sells in %s. Change the link's setting currency or its price_list, "
                 "or enter the "
                 "order by hand.",
                 order->currency, rules->currency);
}

static void check_lines(const struct order *order, struct hold *hold) {
    size_t goods = 0;
    for (size_t i = 0; i < order->line_count; i++) {
        const struct order_line *line = &order->lines[i];
        if (line->kind != LINE_GOODS)
            continue;
        goods++;
        if (line->part == 0 && line->quantity <= 0) {
            hold_set(hold, "quantity", "The line \"%s\" has no quantity. Correct the order in the shop.", line->name);
            return;
        }
    }
    if (goods == 0)
        hold_set(hold, "no_lines",
                 "The order has no goods. If that is right, enter it by hand; otherwise correct it in "
                 "the shop.");
}

static void check_refund(const struct order *order, struct hold *hold) {
    if (order->refunded > 0 && order->refunded >= order->total)
        hold_set(hold, "refunded",
                 "The order was paid back in full before it was imported, so there is nothing to "
                 "deliver. Cancel it in the shop, or enter it by hand.");
}

void order_check(const struct order *order, const struct link_rules *rules, struct hold *hold) {
    check_currency(order, rules, hold);
    if (!hold_is_set(hold))
        check_lines(order, hold);
    if (!hold_is_set(hold))
        check_refund(order, hold);
    if (!hold_is_set(hold))
        check_balance(order, rules, hold);
}

/* --- sharing out --- */

/* Shares `amount` out over the lines of a rate, by their net without its sign. */
static void share_out(struct order *order, int64_t rate, int64_t amount, bool into_vat) {
    if (amount == 0)
        return;
    int64_t *weights = mem_zalloc(order->line_count, sizeof *weights);
    int64_t *parts = mem_zalloc(order->line_count, sizeof *parts);
    size_t n = 0;
    for (size_t i = 0; i < order->line_count; i++)
        if (order->lines[i].rate == rate)
            weights[n++] = llabs(order->lines[i].net);
    money_split(amount, weights, n, parts);
    size_t at = 0;
    for (size_t i = 0; i < order->line_count; i++) {
        if (order->lines[i].rate != rate)
            continue;
        if (into_vat)
            order->lines[i].vat += parts[at++];
        else
            order->lines[i].net += parts[at++];
    }
    mem_free(parts);
    mem_free(weights);
}

static int64_t rate_with_most_net(const struct order *order) {
    int64_t best_rate = order->lines[0].rate, best = -1;
    for (size_t i = 0; i < order->line_count; i++) {
        if (!first_of_rate(order, i))
            continue;
        int64_t sum = 0;
        for (size_t j = i; j < order->line_count; j++)
            if (order->lines[j].rate == order->lines[i].rate)
                sum += llabs(order->lines[j].net);
        if (sum > best) {
            best = sum;
            best_rate = order->lines[i].rate;
        }
    }
    return best_rate;
}

void order_balance(struct order *order) {
    if (order->line_count == 0)
        return;
    for (size_t i = 0; i < order->line_count; i++) {
        int64_t shop = 0, rate = order->lines[i].rate;
        size_t parts = 0;
        if (first_of_rate(order, i) && shop_vat(order, rate, &shop))
            share_out(order, rate, shop - lines_vat(order, rate, &parts), true);
    }
    share_out(order, rate_with_most_net(order), -order_unexplained(order), false);
}

/* --- content --- */

static void add_text(struct buf *b, const char *text) {
    buf_adds(b, text);
    buf_addc(b, '\x1f');
}

static void add_number(struct buf *b, int64_t v) {
    buf_add_i64(b, v);
    buf_addc(b, '\x1f');
}

static void add_address(struct buf *b, const struct order_address *a) {
    const char *const texts[] = {a->first_name, a->last_name, a->company, a->street, a->street2, a->city,
                                 a->postcode,   a->state,     a->country, a->email,  a->phone};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        add_text(b, texts[i]);
}

static void add_line(struct buf *b, const struct order_line *line) {
    add_number(b, line->kind);
    add_number(b, line->part);
    add_text(b, line->remote_id);
    add_text(b, line->name);
    /* While the product exists its id tells it; the SKU beside it is today's, not the one sold. */
    add_text(b, str_empty(line->product_id) ? "" : line->variant_id);
    add_number(b, line->quantity);
    add_number(b, line->net);
    add_number(b, line->vat);
    add_number(b, line->rate);
}

#define CONTENT_MAX (16 * 1024 * 1024)

struct digest order_content(const struct order *order, bool dead) {
    struct buf b;
    buf_init(&b, CONTENT_MAX);
    add_number(&b, dead);
    add_text(&b, order->number);
    add_text(&b, order->currency);
    add_number(&b, order->decimals);
    add_number(&b, order->total);
    add_number(&b, order->total_vat);
    add_number(&b, order->refunded);
    add_text(&b, order->remark);
    add_text(&b, order->vat_number);
    add_text(&b, order->pickup_point);
    add_text(&b, order->payment_method);
    add_address(&b, &order->billing);
    add_address(&b, &order->shipping);
    for (size_t i = 0; i < order->line_count; i++)
        add_line(&b, &order->lines[i]);
    struct digest digest = digest_of(b.data, b.len);
    buf_free(&b);
    return digest;
}
