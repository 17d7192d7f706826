/* Rule R21 on the wire: for every set of aspects and every kind of item, only the fields that belong to them. And how
 * single fields are written. */
#include "tests/channel/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "service/channel/woo/driver.h"
#include "service/channel/woo/woo.h"

/* Which aspect owns which field. "id" and "type" identify; meta_data is shared by key. */
static const struct {
    const char *field;
    unsigned aspect;
} owners[] = {
    {"sku", ASPECT_MASTER},
    {"name", ASPECT_MASTER},
    {"categories", ASPECT_MASTER},
    {"tax_class", ASPECT_MASTER},
    {"weight", ASPECT_MASTER},
    {"global_unique_id", ASPECT_MASTER},
    {"attributes", ASPECT_MASTER},
    {"status", ASPECT_MASTER},
    {"description", ASPECT_TEXT},
    {"short_description", ASPECT_TEXT},
    {"regular_price", ASPECT_PRICE},
    {"sale_price", ASPECT_PRICE},
    {"date_on_sale_from_gmt", ASPECT_PRICE},
    {"date_on_sale_to_gmt", ASPECT_PRICE},
    {"manage_stock", ASPECT_STOCK},
    {"stock_quantity", ASPECT_STOCK},
};

static struct item full_item(enum item_kind kind) {
    static char yellow[] = "Żółty", red[] = "Czerwony & biały", colour[] = "Kolor", part_sku[] = "PART-1";
    static char key[] = "1", sku[] = " AB-1 ", name[] = "Śruba", text[] = "<p>Opis</p>", brief[] = "krótko";
    static char ean[] = "5901234123457";
    static char *colours[] = {yellow, red};
    static struct item_attribute attribute = {colour, colours, 2};
    static struct set_component part = {.sku = part_sku, .quantity = 2500};
    return (struct item){
        .key = key,
        .sku = sku,
        .kind = kind,
        .published = true,
        .name = name,
        .description = text,
        .short_description = brief,
        .ean = ean,
        .weight_g = 1500,
        .vat_rate = 230000,
        .price = {.has_price = true, .regular = 12999, .points = 7, .currency = "PLN"},
        .attributes = &attribute,
        .attribute_count = 1,
        .components = &part,
        .component_count = kind == ITEM_SET,
    };
}

static struct offer_line full_line(const struct item *item, unsigned aspects) {
    struct offer_line line = {
        .item = item,
        .aspects = aspects,
        .remote_group = "31",
        .regular = 12999,
        .sale = 9999,
        .sale_from_ms = 1772359200000,
        .sale_to_ms = INT64_MAX,
        .available = 14999,
        .tax_class = "reduced-rate",
        .name = "Śruba & nakrętka",
    };
    return line;
}

static struct woo shop(void) {
    struct woo w = {.channel.vt = &woo_vt};
    w.facts.known = true;
    w.facts.major = 10;
    str_copy(w.facts.weight_unit, sizeof w.facts.weight_unit, "kg");
    w.set.points_meta = "_points";
    w.set.set_meta = "_parts";
    return w;
}

static struct json *map(const struct woo *w, const struct offer_line *line, const char *id, unsigned flags) {
    struct buf out;
    struct json_writer writer;
    struct json *j;
    buf_init(&out, 1024 * 1024);
    jw_init(&writer, &out);
    woo_map_line(w, line, id, flags, &writer);
    assert_int_equal(json_parse(out.data, out.len, &j, NULL), RC_OK);
    buf_free(&out);
    return j;
}

static unsigned owner_of(const char *field) {
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
        if (str_eq(owners[i].field, field))
            return owners[i].aspect;
    }
    return 0;
}

static void check_meta(const struct json *list, unsigned aspects) {
    for (const struct json *m = json_first(list); m; m = json_next(m)) {
        const char *key = json_str(m, "key", "");
        unsigned owner = str_eq(key, "_points") ? ASPECT_PRICE : str_eq(key, "_parts") ? ASPECT_MASTER : 0;
        assert_true(owner & aspects);
    }
}

static void only_fields_of_the_aspects(void **state) {
    (void)state;
    struct woo w = shop();
    for (int kind = ITEM_SIMPLE; kind <= ITEM_SET; kind++) {
        struct item item = full_item((enum item_kind)kind);
        for (unsigned aspects = 0; aspects <= ASPECT_ALL; aspects++) {
            struct offer_line line = full_line(&item, aspects);
            struct json *j = map(&w, &line, "801", 0);
            for (const struct json *m = json_first(j); m; m = json_next(m)) {
                const char *field = json_key(m);
                if (str_eq(field, "id"))
                    continue;
                if (str_eq(field, "meta_data"))
                    check_meta(m, aspects);
                else if (!(owner_of(field) & aspects))
                    fail_msg("%s: field %s with aspects %u", item_kind_name((enum item_kind)kind), field, aspects);
            }
            json_free(j);
        }
    }
}

/* The other way round: nothing that should be sent is left out. */
static void all_fields_of_the_aspects(void **state) {
    (void)state;
    struct woo w = shop();
    struct item item = full_item(ITEM_SIMPLE);
    struct offer_line line = full_line(&item, ASPECT_ALL);
    struct json *j = map(&w, &line, NULL, 0);
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
        if (!json_get(j, owners[i].field))
            fail_msg("%s is missing", owners[i].field);
    }
    assert_string_equal(json_str(j, "type", ""), "simple");
    assert_string_equal(json_str(j, "sku", ""), "AB-1");
    assert_string_equal(json_str(j, "name", ""), "Śruba & nakrętka");
    assert_string_equal(json_str(j, "regular_price", ""), "129.99");
    assert_string_equal(json_str(j, "sale_price", ""), "99.99");
    assert_string_equal(json_str(j, "date_on_sale_from_gmt", ""), "2026-03-01T10:00:00");
    assert_string_equal(json_str(j, "date_on_sale_to_gmt", "x"), "");
    assert_string_equal(json_str(j, "weight", ""), "1.500");
    assert_true(json_bool(j, "manage_stock", false));
    int64_t stock;
    assert_true(json_i64_lax(j, "stock_quantity", &stock));
    assert_int_equal(stock, 14); /* 14.999 pieces are 14 */
    json_free(j);
}

static void type_is_told_only_where_it_is_safe(void **state) {
    (void)state;
    struct woo w = shop();
    struct item simple = full_item(ITEM_SIMPLE), parent = full_item(ITEM_VARIANT_PARENT),
                variant = full_item(ITEM_VARIANT);
    struct offer_line line = full_line(&simple, ASPECT_ALL);
    struct json *j = map(&w, &line, "5", 0);
    assert_null(json_get(j, "type")); /* hazard 17: "simple" on a variable product deletes its variations */
    json_free(j);
    line = full_line(&parent, ASPECT_ALL);
    j = map(&w, &line, "5", WOO_MAP_RETYPE);
    assert_string_equal(json_str(j, "type", ""), "variable");
    assert_null(json_get(j, "regular_price"));
    assert_null(json_get(j, "stock_quantity"));
    assert_true(json_bool(json_first(json_get(j, "attributes")), "variation", false));
    json_free(j);
    line = full_line(&variant, ASPECT_ALL);
    j = map(&w, &line, NULL, 0);
    assert_null(json_get(j, "type"));
    assert_null(json_get(j, "name"));
    assert_null(json_get(j, "categories"));
    assert_string_equal(json_str(json_first(json_get(j, "attributes")), "option", ""), "Żółty");
    json_free(j);
}

static void prices(void **state) {
    (void)state;
    struct woo w = shop();
    struct item item = full_item(ITEM_SIMPLE);
    struct offer_line line = full_line(&item, ASPECT_PRICE);
    line.sale = line.regular; /* not lower: the shop would drop it silently */
    struct json *j = map(&w, &line, "5", 0);
    assert_string_equal(json_str(j, "sale_price", "x"), "");
    assert_string_equal(json_str(j, "date_on_sale_from_gmt", "x"), "");
    json_free(j);
    line.regular = -1;
    j = map(&w, &line, "5", 0);
    assert_string_equal(json_str(j, "regular_price", "x"), "");
    json_free(j);
    line.regular = 0;
    j = map(&w, &line, "5", 0);
    assert_string_equal(json_str(j, "regular_price", "x"), "0.00");
    json_free(j);
    str_copy(item.price.currency, sizeof item.price.currency, "JPY");
    line.regular = 1500;
    line.sale = -1;
    j = map(&w, &line, "5", 0);
    assert_string_equal(json_str(j, "regular_price", "x"), "1500");
    json_free(j);
}

static void stock_is_whole_pieces(void **state) {
    (void)state;
    static const struct {
        int64_t thousandths, pieces;
    } cases[] = {{0, 0}, {999, 0}, {1000, 1}, {-1, -1}, {-1000, -1}, {-1001, -2}, {5000000000000, 5000000000}};
    struct woo w = shop();
    struct item item = full_item(ITEM_SIMPLE);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct offer_line line = full_line(&item, ASPECT_STOCK);
        int64_t stock;
        line.available = cases[i].thousandths;
        struct json *j = map(&w, &line, "5", 0);
        assert_true(json_i64_lax(j, "stock_quantity", &stock));
        assert_int_equal(stock, cases[i].pieces);
        assert_int_equal(json_count(j), 3);
        json_free(j);
    }
}

static void weights(void **state) {
    (void)state;
    char text[32];
    assert_true(woo_map_weight(text, sizeof text, 1500, "kg"));
    assert_string_equal(text, "1.500");
    assert_true(woo_map_weight(text, sizeof text, 1, "kg"));
    assert_string_equal(text, "0.001");
    assert_true(woo_map_weight(text, sizeof text, 1500, "g"));
    assert_string_equal(text, "1500");
    assert_true(woo_map_weight(text, sizeof text, 45359237, "lbs"));
    assert_string_equal(text, "100000.0000");
    assert_true(woo_map_weight(text, sizeof text, 1000, "lbs"));
    assert_string_equal(text, "2.2046");
    assert_true(woo_map_weight(text, sizeof text, 1000, "oz"));
    assert_string_equal(text, "35.274");
    assert_false(woo_map_weight(text, sizeof text, 1000, ""));
}

static void hiding_is_nothing_but_a_status(void **state) {
    (void)state;
    struct woo w = shop();
    struct item item = full_item(ITEM_SIMPLE), variant = full_item(ITEM_VARIANT);
    struct offer_line line = full_line(&item, ASPECT_ALL);
    line.unpublish = true;
    struct json *j = map(&w, &line, "5", 0);
    assert_int_equal(json_count(j), 2);
    assert_string_equal(json_str(j, "status", ""), "draft");
    json_free(j);
    line = full_line(&variant, ASPECT_ALL);
    line.unpublish = true;
    j = map(&w, &line, "5", 0);
    assert_int_equal(json_count(j), 2);
    assert_string_equal(json_str(j, "status", ""), "private");
    json_free(j);
    line.sku_too = true;
    j = map(&w, &line, "5", 0);
    assert_int_equal(json_count(j), 3);
    assert_string_equal(json_str(j, "sku", ""), variant.sku);
    json_free(j);
}

static void what_the_shop_cannot_take(void **state) {
    (void)state;
    struct woo w = shop();
    struct item item = full_item(ITEM_SET);
    struct offer_line line = full_line(&item, ASPECT_ALL);
    w.facts.major = 7; /* before 9.1 there is no field for the EAN */
    w.facts.weight_unit[0] = '\0';
    static char odd_ean[] = "ABC 123";
    item.ean = odd_ean;
    struct json *j = map(&w, &line, "5", 0);
    assert_null(json_get(j, "global_unique_id"));
    assert_null(json_get(j, "weight"));
    const struct json *meta = json_get(j, "meta_data");
    assert_int_equal(json_count(meta), 2);
    assert_string_equal(json_str(json_at(meta, 0), "value", ""), "7");
    assert_string_equal(json_str(json_at(meta, 1), "value", ""), "2.500 x PART-1");
    json_free(j);
}

static bool same(const char *sent, const char *shop) {
    return woo_map_same((struct slice){sent, strlen(sent)}, (struct slice){shop, strlen(shop)});
}

static void comparing(void **state) {
    (void)state;
    assert_true(same("{\"id\":1,\"name\":\"A & B\"}", "{\"id\":1,\"name\":\"A &amp; B\",\"x\":2}"));
    assert_false(same("{\"name\":\"A & C\"}", "{\"name\":\"A &amp; B\"}"));
    assert_true(same("{\"date_on_sale_to_gmt\":\"\"}", "{\"date_on_sale_to_gmt\":null}"));
    assert_false(same("{\"date_on_sale_to_gmt\":\"2026-01-01T00:00:00\"}", "{\"date_on_sale_to_gmt\":null}"));
    assert_true(same("{\"stock_quantity\":5,\"manage_stock\":true}", "{\"stock_quantity\":5,\"manage_stock\":true}"));
    assert_false(same("{\"stock_quantity\":5}", "{\"stock_quantity\":6}"));
    assert_false(same("{\"manage_stock\":true}", "{\"manage_stock\":\"parent\"}"));
    assert_true(same("{\"categories\":[{\"id\":31}]}", "{\"categories\":[{\"id\":31,\"name\":\"x\"}]}"));
    assert_false(same("{\"categories\":[{\"id\":31}]}", "{\"categories\":[{\"id\":15}]}"));
    assert_true(
        same("{\"meta_data\":[{\"key\":\"a\",\"value\":\"1\"}]}",
             "{\"meta_data\":[{\"id\":1,\"key\":\"b\",\"value\":\"1\"},{\"id\":2,\"key\":\"a\",\"value\":\"1\"}]}"));
    assert_false(same("{\"meta_data\":[{\"key\":\"a\",\"value\":\"1\"}]}", "{\"meta_data\":[]}"));
    assert_false(same("{\"attributes\":[]}", "{\"attributes\":[]}")); /* cannot be told: counts as different */
    assert_false(same("{\"name\":\"a\"}", "{}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_fields_of_the_aspects),
        cmocka_unit_test(all_fields_of_the_aspects),
        cmocka_unit_test(type_is_told_only_where_it_is_safe),
        cmocka_unit_test(prices),
        cmocka_unit_test(stock_is_whole_pieces),
        cmocka_unit_test(weights),
        cmocka_unit_test(hiding_is_nothing_but_a_status),
        cmocka_unit_test(what_the_shop_cannot_take),
        cmocka_unit_test(comparing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
