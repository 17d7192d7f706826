/* Field names: what an item is in the shop's words. Only what the line's aspects allow is written (rule R21). */
#include <ctype.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

static bool is_variation(const struct offer_line *line) {
    return line->item->kind == ITEM_VARIANT;
}

static bool is_parent(const struct offer_line *line) {
    return line->item->kind == ITEM_VARIANT_PARENT;
}

/* Shops clean prices instead of refusing them ("12,50" becomes 1250, hazard 10): always a dot, never a group. */
static void write_amount(struct json_writer *out, const char *key, int64_t minor, const char *currency) {
    char text[32];
    int decimals = currency_decimals(currency);
    decimal_fmt(text, sizeof text, minor, decimals < 0 ? 2 : decimals);
    jw_str(out, key, text);
}

/* A sale date: "" clears, null would leave what is there (hazard 11). */
static void write_date(struct json_writer *out, const char *key, int64_t ms, bool open) {
    char text[ISO_SIZE];
    if (!open)
        iso_plain(ms, text);
    jw_str(out, key, open ? "" : text);
}

static void write_meta(struct json_writer *out, const char *key, const char *value) {
    jw_object(out, NULL);
    jw_str(out, "key", key);
    jw_str(out, "value", value);
    jw_end(out, '}');
}

/* --- price --- */

static void write_price(struct json_writer *out, const struct offer_line *line) {
    const char *currency = line->item->price.currency;
    bool has_price = line->regular >= 0;
    /* A sale price that is not lower would be dropped silently (hazard 11): say "none" instead. */
    bool has_sale = has_price && line->sale >= 0 && line->sale < line->regular;
    if (has_price)
        write_amount(out, "regular_price", line->regular, currency);
    else
        jw_str(out, "regular_price", "");
    if (has_sale)
        write_amount(out, "sale_price", line->sale, currency);
    else
        jw_str(out, "sale_price", "");
    write_date(out, "date_on_sale_from_gmt", line->sale_from_ms, !has_sale || line->sale_from_ms == INT64_MIN);
    write_date(out, "date_on_sale_to_gmt", line->sale_to_ms, !has_sale || line->sale_to_ms == INT64_MAX);
}

/* --- stock --- */

static int64_t floor_pieces(int64_t thousandths) {
    int64_t pieces = thousandths / QUANTITY_SCALE;
    return thousandths % QUANTITY_SCALE < 0 ? pieces - 1 : pieces;
}

static void write_stock(struct json_writer *out, const struct offer_line *line) {
    jw_bool(out, "manage_stock", true); /* without it the quantity is ignored (hazard 12) */
    jw_i64(out, "stock_quantity", floor_pieces(line->available));
}

/* --- master --- */

bool woo_map_weight(char *out, size_t size, int64_t grams, const char *unit) {
    if (str_eq(unit, "kg"))
        decimal_fmt(out, size, grams, 3);
    else if (str_eq(unit, "g"))
        str_fmt(out, size, "%lld", (long long)grams);
    else if (str_eq(unit, "lbs")) /* 1 lb = 453.59237 g */
        decimal_fmt(out, size, mul_div_round(grams, 10000LL * 100000, 45359237), 4);
    else if (str_eq(unit, "oz")) /* 16 oz = 1 lb */
        decimal_fmt(out, size, mul_div_round(grams, 16 * 1000LL * 100000, 45359237), 3);
    else
        return false;
    return true;
}

static bool is_ean(const char *ean) {
    return !str_empty(ean) && ean[strspn(ean, "0123456789-")] == '\0';
}

static void write_attribute(struct json_writer *out, const struct offer_line *line, size_t i) {
    const struct item_attribute *a = &line->item->attributes[i];
    const char *id = line->attribute_ids ? line->attribute_ids[i] : "";
    int64_t number;
    jw_object(out, NULL);
    if (str_to_i64(id, &number) && number > 0)
        jw_i64(out, "id", number);
    else
        jw_str(out, "name", a->name);
    if (is_variation(line)) {
        jw_str(out, "option", a->option_count ? a->options[0] : "");
    } else {
        jw_i64(out, "position", (int64_t)i);
        jw_bool(out, "visible", true);
        jw_bool(out, "variation", is_parent(line));
        jw_array(out, "options");
        for (size_t k = 0; k < a->option_count; k++)
            jw_str(out, NULL, a->options[k]);
        jw_end(out, ']');
    }
    jw_end(out, '}');
}

static void write_attributes(struct json_writer *out, const struct offer_line *line) {
    /* The list replaces what the shop has. An item without attributes says nothing, so that what a shopkeeper typed
     * into the shop stays. */
    if (line->item->attribute_count == 0)
        return;
    jw_array(out, "attributes");
    for (size_t i = 0; i < line->item->attribute_count; i++)
        write_attribute(out, line, i);
    jw_end(out, ']');
}

static void write_master(const struct woo *w, struct json_writer *out, const struct offer_line *line) {
    char text[SKU_MAX + 1];
    int64_t number;
    if (sku_normal(text, line->item->sku))
        jw_str(out, "sku", text);
    if (!is_variation(line)) { /* a variation is called after its options */
        jw_str(out, "name", line->name ? line->name : line->item->name);
        if (str_to_i64(line->remote_group, &number) && number > 0) {
            jw_array(out, "categories");
            jw_object(out, NULL);
            jw_i64(out, "id", number);
            jw_end(out, '}');
            jw_end(out, ']');
        }
    }
    if (line->tax_class)
        jw_str(out, "tax_class", line->tax_class);
    if (line->item->weight_g >= 0 && woo_map_weight(text, sizeof text, line->item->weight_g, w->facts.weight_unit))
        jw_str(out, "weight", text);
    if (woo_has_ean(w) && is_ean(line->item->ean))
        jw_str(out, "global_unique_id", line->item->ean);
    write_attributes(out, line);
}

static void add_components(struct buf *out, const struct item *item) {
    for (size_t i = 0; i < item->component_count; i++) {
        if (i)
            buf_adds(out, ", ");
        decimal_add(out, item->components[i].quantity, 3);
        buf_addf(out, " x %s", item->components[i].sku);
    }
}

/* Loyalty points belong to the price aspect, the parts of a set to the master aspect; both live in meta data. */
static void write_meta_data(const struct woo *w, struct json_writer *out, const struct offer_line *line) {
    bool points = (line->aspects & ASPECT_PRICE) && !is_parent(line) && w->set.points_meta[0];
    bool parts = (line->aspects & ASPECT_MASTER) && line->item->kind == ITEM_SET && w->set.set_meta[0];
    if (!points && !parts)
        return;
    jw_array(out, "meta_data");
    if (points) {
        char text[32];
        str_fmt(text, sizeof text, "%lld", (long long)line->item->price.points);
        write_meta(out, w->set.points_meta, text);
    }
    if (parts) {
        struct buf text;
        buf_init(&text, 64 * 1024);
        add_components(&text, line->item);
        write_meta(out, w->set.set_meta, text.data);
        buf_free(&text);
    }
    jw_end(out, ']');
}

/* --- a line --- */

bool woo_map_has_content(const struct woo *w, const struct offer_line *line) {
    unsigned aspects = line->aspects;
    if (line->unpublish)
        return true;
    if (is_parent(line))
        aspects &= ~(unsigned)(ASPECT_PRICE | ASPECT_STOCK); /* its variations carry both */
    return (aspects & w->channel.vt->caps.aspects) != 0;
}

static void write_status(struct json_writer *out, const struct offer_line *line, unsigned flags) {
    if (line->unpublish)
        jw_str(out, "status", is_variation(line) ? "private" : "draft");
    else if ((line->aspects & ASPECT_MASTER) || (flags & WOO_MAP_RESTORE))
        jw_str(out, "status", "publish");
}

static void write_text(struct json_writer *out, const struct offer_line *line) {
    const struct item *item = line->item;
    jw_str(out, "description", item->description ? item->description : "");
    if (!is_variation(line))
        jw_str(out, "short_description", item->short_description ? item->short_description : "");
}

static void write_aspects(const struct woo *w, const struct offer_line *line, struct json_writer *out) {
    if (line->aspects & ASPECT_MASTER)
        write_master(w, out, line);
    if (line->aspects & ASPECT_TEXT)
        write_text(out, line);
    if ((line->aspects & ASPECT_PRICE) && !is_parent(line))
        write_price(out, line);
    if ((line->aspects & ASPECT_STOCK) && !is_parent(line))
        write_stock(out, line);
    write_meta_data(w, out, line);
}

void woo_map_line(const struct woo *w, const struct offer_line *line, const char *id, unsigned flags,
                  struct json_writer *out) {
    jw_object(out, NULL);
    if (id)
        jw_raw(out, "id", id);
    /* The type is only told where it is right to: turning a variable product into a simple one deletes its variations
     * at once (hazard 17), so "simple" is never said of a product that exists. */
    if (!is_variation(line) && (!id || (flags & WOO_MAP_RETYPE)))
        jw_str(out, "type", is_parent(line) ? "variable" : "simple");
    write_status(out, line, flags);
    if (!line->unpublish)
        write_aspects(w, line, out);
    else if (line->sku_too)
        jw_str(out, "sku", line->item->sku);
    jw_end(out, '}');
}

/* --- comparing --- */

/* Texts come back escaped, and trimmed: both sides are brought to one form. */
static void comparable(struct buf *out, const char *text) {
    struct buf plain;
    buf_init(&plain, WOO_BODY_MAX);
    html_add_unescaped(&plain, text);
    buf_adds(out, str_trim(plain.data));
    buf_free(&plain);
}

static bool same_text(const char *a, const char *b) {
    struct buf left, right;
    if (str_eq(a, b))
        return true;
    buf_init(&left, WOO_BODY_MAX);
    buf_init(&right, WOO_BODY_MAX);
    comparable(&left, a);
    comparable(&right, b);
    bool same = str_eq(left.data, right.data);
    buf_free(&left);
    buf_free(&right);
    return same;
}

static bool same_categories(const struct json *sent, const struct json *shop) {
    int64_t a, b;
    return json_count(sent) == 1 && json_count(shop) == 1 && json_i64_lax(json_first(sent), "id", &a) &&
           json_i64_lax(json_first(shop), "id", &b) && a == b;
}

static bool same_meta(const struct json *sent, const struct json *shop) {
    for (const struct json *s = json_first(sent); s; s = json_next(s)) {
        bool found = false;
        for (const struct json *t = json_first(shop); t && !found; t = json_next(t))
            found = str_eq(json_str(s, "key", ""), json_str(t, "key", NULL)) &&
                    str_eq(json_str(s, "value", ""), json_str(t, "value", NULL));
        if (!found)
            return false;
    }
    return true;
}

static bool same_value(const struct json *sent, const struct json *shop, const struct json *product) {
    const char *key = json_key(sent);
    int64_t a, b;
    if (str_eq(key, "id"))
        return true;
    if (str_eq(key, "categories"))
        return same_categories(sent, shop);
    if (str_eq(key, "meta_data"))
        return same_meta(sent, shop);
    if (json_is_string(sent)) {
        if (json_is_null(shop))
            return json_string_value(sent)[0] == '\0';
        return json_is_string(shop) && same_text(json_string_value(sent), json_string_value(shop));
    }
    if (json_is_number(sent))
        return json_i64_value(sent, &a) && json_i64_value(shop, &b) && a == b;
    if (json_is_bool(sent))
        return json_is_bool(shop) && json_bool(product, key, false); /* we only ever send true */
    return false;
}

bool woo_map_same(struct slice sent, struct slice shop) {
    struct json *a = NULL, *b = NULL;
    bool same = json_parse(sent.p, sent.len, &a, NULL) == RC_OK && json_parse(shop.p, shop.len, &b, NULL) == RC_OK;
    for (const struct json *m = same ? json_first(a) : NULL; m && same; m = json_next(m)) {
        const struct json *theirs = json_get(b, json_key(m));
        same = theirs && same_value(m, theirs, b);
    }
    json_free(a);
    json_free(b);
    return same;
}
