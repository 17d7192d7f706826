#include "service/channel/proxy_plan.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"

#define VALUE_MAX 65536

static void done_with(struct verdict *v, const char *remote_id, const char *made_up) {
    memset(v, 0, sizeof *v);
    v->kind = VERDICT_DONE;
    v->retry_after_s = -1;
    str_fmt(v->remote_id, sizeof v->remote_id, "%s%s", str_empty(remote_id) ? "preview-" : remote_id,
            str_empty(remote_id) ? made_up : "");
}

enum rc plan_groups(planned_sink sink, void *ctx, struct group_line *lines, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct planned_change change = {"group", lines[i].group->name, "name", NULL, lines[i].group->name};
        sink(ctx, &change);
        done_with(&lines[i].verdict, lines[i].remote_id, lines[i].group->key);
    }
    return RC_OK;
}

enum rc plan_attributes(planned_sink sink, void *ctx, struct attribute_line *lines, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct planned_change change = {"attribute", lines[i].name, "name", NULL, lines[i].name};
        sink(ctx, &change);
        done_with(&lines[i].verdict, lines[i].remote_id, lines[i].name);
    }
    return RC_OK;
}

enum rc plan_acks(planned_sink sink, void *ctx, struct order_ack *acks, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!str_empty(acks[i].status)) {
            struct planned_change change = {"order status", acks[i].remote_id, "status", NULL, acks[i].status};
            sink(ctx, &change);
        }
        if (!str_empty(acks[i].document_number)) {
            struct planned_change change = {"order status", acks[i].remote_id, "document", NULL,
                                            acks[i].document_number};
            sink(ctx, &change);
        }
        done_with(&acks[i].verdict, acks[i].remote_id, "");
    }
    return RC_OK;
}

/* One line of an offer being told. */
struct teller {
    planned_sink sink;
    void *ctx;
    const struct offer_line *line;
    const char *what;
};

static void tell(const struct teller *t, const char *field, const char *old_value, const char *new_value) {
    if (old_value && new_value && str_eq(old_value, new_value))
        return;
    struct planned_change change = {t->what, t->line->item->sku ? t->line->item->sku : "", field, old_value, new_value};
    t->sink(t->ctx, &change);
}

/* Shops write "12.5", "12.50" and "12.500" for one price. */
static void tell_amount(const struct teller *t, const char *field, const char *old_value, int64_t value, int decimals) {
    char text[40] = "";
    int64_t old = 0;
    bool exact = true;
    if (value >= 0)
        decimal_fmt(text, sizeof text, value, decimals);
    if (old_value && value >= 0 && decimal_parse(old_value, decimals, &old, &exact) && exact && old == value)
        return;
    if (str_empty(old_value) && value < 0)
        return;
    tell(t, field, old_value, text);
}

static void tell_master(const struct teller *t, const struct remote_product *now) {
    const struct item *item = t->line->item;
    char weight[40];
    tell(t, "name", now ? now->name : NULL, t->line->name ? t->line->name : item->name);
    tell(t, "group", NULL, t->line->remote_group);
    tell(t, "tax_class", NULL, t->line->tax_class ? t->line->tax_class : "");
    if (!str_empty(item->ean))
        tell(t, "ean", NULL, item->ean);
    if (item->weight_g >= 0) {
        decimal_fmt(weight, sizeof weight, item->weight_g, 3);
        tell(t, "weight", NULL, weight);
    }
}

static void tell_stock(const struct teller *t, const struct remote_product *now) {
    char old[40] = "";
    bool told = now && now->has_stock;
    if (told)
        decimal_fmt(old, sizeof old, now->stock, 3);
    tell_amount(t, "stock", told ? old : NULL, t->line->available, 3);
}

static void tell_line(const struct teller *t, const struct remote_product *now) {
    const struct offer_line *line = t->line;
    if (line->unpublish) {
        tell(t, "status", now ? now->status : NULL, "hidden");
        if (line->sku_too)
            tell(t, "sku", now ? now->sku : NULL, line->item->sku);
        return;
    }
    int decimals = currency_decimals(line->item->price.currency);
    if (decimals < 0)
        decimals = 2;
    if (line->aspects & ASPECT_MASTER)
        tell_master(t, now);
    if (line->aspects & ASPECT_TEXT) {
        tell(t, "description", NULL, line->item->description ? line->item->description : "");
        tell(t, "short_description", NULL, line->item->short_description ? line->item->short_description : "");
    }
    if (line->aspects & ASPECT_PRICE) {
        tell_amount(t, "regular_price", now ? now->price : NULL, line->regular, decimals);
        tell_amount(t, "sale_price", now ? now->sale_price : NULL, line->sale, decimals);
    }
    if (line->aspects & ASPECT_STOCK)
        tell_stock(t, now);
}

/* Old values of one batch; all empty when the shop cannot say. */
static enum rc read_now(struct channel *inner, const struct offer_batch *batch, struct remote_product *found,
                        struct err *err) {
    const char **skus = mem_zalloc(batch->line_count + 1, sizeof *skus);
    size_t *at = mem_zalloc(batch->line_count + 1, sizeof *at);
    struct remote_product *told = mem_zalloc(batch->line_count + 1, sizeof *told);
    size_t n = 0;
    for (size_t i = 0; i < batch->line_count; i++) {
        const struct offer_line *line = &batch->lines[i];
        if (str_empty(line->remote_id) || str_empty(line->item->sku))
            continue;
        skus[n] = line->item->sku;
        at[n++] = i;
    }
    size_t most = chan_caps(inner)->batch_max > 0 ? chan_caps(inner)->batch_max : 1;
    enum rc rc = RC_OK;
    for (size_t from = 0; rc == RC_OK && from < n; from += most)
        rc = chan_products_find(inner, skus + from, n - from < most ? n - from : most, told + from, err);
    for (size_t i = 0; i < n; i++)
        found[at[i]] = told[i];
    mem_free(told);
    mem_free(at);
    mem_free(skus);
    return rc;
}

enum rc plan_offer(planned_sink sink, void *ctx, struct channel *inner, struct offer_batch *batch, struct err *err) {
    struct remote_product *now = mem_zalloc(batch->line_count + 1, sizeof *now);
    enum rc rc = read_now(inner, batch, now, err);
    for (size_t i = 0; i < batch->line_count; i++) {
        struct offer_line *line = &batch->lines[i];
        if (rc == RC_OK) {
            const char *what = line->unpublish ? "hide" : str_empty(line->remote_id) ? "create" : "update";
            struct teller t = {sink, ctx, line, what};
            tell_line(&t, str_empty(now[i].remote_id) ? NULL : &now[i]);
            done_with(&line->verdict, line->remote_id, line->item->key);
        }
        remote_product_free_fields(&now[i]);
    }
    mem_free(now);
    return rc;
}
