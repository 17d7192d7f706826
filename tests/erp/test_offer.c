/* Reading the offer of the demo company through the trait, compared with what its tables say. */
#include <inttypes.h>

#include "common/base/money.h"
#include "common/base/str.h"
#include "tests/erp/company.h"

#define ALL (ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK)

static struct company c;

static int setup(void **state) {
    (void)state;
    company_make(&c, 1000, 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    company_free(&c);
    return 0;
}

struct sweep {
    int64_t count, last;
    int64_t kinds[4];
    int64_t on_hand, prices, attributes, components;
    enum rc give_back;
};

static enum rc add(void *ctx, const struct item *item, struct err *err) {
    struct sweep *s = ctx;
    int64_t key = 0;
    (void)err;
    assert_true(str_to_i64(item->key, &key) && key > s->last);
    s->last = key;
    s->count++;
    s->kinds[item->kind]++;
    s->on_hand += item->stock.on_hand;
    s->prices += item->price.regular;
    s->attributes += (int64_t)item->attribute_count;
    s->components += (int64_t)item->component_count;
    assert_true(item->published);
    return s->give_back;
}

static struct sweep sweep(unsigned aspects, bool variants, size_t limit) {
    struct sweep s = {.give_back = RC_OK};
    struct offer_query q = {.aspects = aspects, .variants = variants, .limit = limit};
    size_t count = limit;
    while (count == limit)
        assert_ok(&c, erp_offer_read(c.erp, &q, add, &s, &count, &c.err));
    return s;
}

static void a_sweep_sees_each_item_once(void **state) {
    (void)state;
    size_t limits[] = {1, 7, 100, 1000, 5000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct sweep s = sweep(ALL, false, limits[i]), v = sweep(ALL, true, limits[i]);
        assert_int_equal(s.kinds[ITEM_SIMPLE], 600);
        assert_int_equal(s.kinds[ITEM_SET], 20);
        assert_int_equal(s.kinds[ITEM_VARIANT_PARENT], 76);
        assert_int_equal(s.kinds[ITEM_VARIANT], 0);
        assert_int_equal(v.count, 304);
        assert_int_equal(v.kinds[ITEM_VARIANT], 304);
        assert_int_equal(s.on_hand + v.on_hand, company_int(&c, "SELECT sum(on_hand) FROM stock"));
        assert_int_equal(s.prices + v.prices,
                         company_int(&c, "SELECT sum(price) FROM item_price WHERE price_list_id = 1"));
        assert_int_equal(v.attributes, 608);
        assert_int_equal(s.attributes, 76 * 2);
        assert_int_equal(s.components, company_int(&c, "SELECT count(*) FROM set_component"));
    }
}

static void a_visitor_may_stop_and_use_the_erp(void **state) {
    (void)state;
    struct sweep s = {.give_back = RC_CONFLICT};
    struct offer_query q = {.aspects = ALL, .limit = 10};
    size_t count = 99;
    assert_int_equal(erp_offer_read(c.erp, &q, add, &s, &count, &c.err), RC_CONFLICT);
    assert_int_equal(s.count, 1);
    assert_int_equal(count, 99);
    q.limit = 0;
    assert_int_equal(erp_offer_read(c.erp, &q, add, &s, &count, &c.err), RC_INVALID);
    q.limit = 100000;
    assert_int_equal(erp_offer_read(c.erp, &q, add, &s, &count, &c.err), RC_INVALID);
}

struct nested {
    int64_t parents, variants;
    char parent[64];
};

static enum rc count_child(void *ctx, const struct item *item, struct err *err) {
    struct nested *n = ctx;
    (void)err;
    assert_string_equal(item->parent_key, n->parent);
    assert_int_equal(item->kind, ITEM_VARIANT);
    assert_int_equal(item->attribute_count, 2);
    n->variants++;
    return RC_OK;
}

static enum rc visit_parent(void *ctx, const struct item *item, struct err *err) {
    struct nested *n = ctx;
    if (item->kind != ITEM_VARIANT_PARENT)
        return RC_OK;
    char *name = item->name, *key = item->key;
    n->parents++;
    str_copy(n->parent, sizeof n->parent, key);
    enum rc rc = erp_items_by_parent(c.erp, item->key, ASPECT_MASTER, count_child, n, err);
    assert_string_equal(key, n->parent); /* the page in hand is untouched */
    assert_true(strlen(name) > 0);
    /* No transaction is open while items are visited. */
    company_exec(&c, "UPDATE company SET name = name", RC_OK);
    return rc;
}

static void variants_of_a_parent_while_reading(void **state) {
    (void)state;
    struct nested n = {.parents = 0};
    struct offer_query q = {.aspects = ALL, .limit = 1000};
    size_t count = 0;
    assert_ok(&c, erp_offer_read(c.erp, &q, visit_parent, &n, &count, &c.err));
    assert_int_equal(n.parents, 76);
    assert_int_equal(n.variants, 304);
    assert_int_equal(count, 696);
}

static void every_field(void **state) {
    (void)state;
    struct item item;
    char text[1000];
    company_exec(&c,
                 "UPDATE item SET name = 'N', ean = NULL, weight_g = NULL, group_id = 3, vat_code = 'B' WHERE id = 5;"
                 "UPDATE item_text SET description = 'D', short_description = 'S' WHERE item_id = 5;"
                 "UPDATE item_price SET price = 1999, sale_price = 1500, sale_from_ms = 10, sale_to_ms = 20, "
                 "discount = 50000, points = 3 WHERE item_id = 5 AND price_list_id = 1;"
                 "DELETE FROM reservation WHERE item_id = 5; DELETE FROM incoming_delivery WHERE item_id = 5;"
                 "DELETE FROM stock WHERE item_id = 5;"
                 "INSERT INTO stock VALUES (5, 1, 7000, 2000, 1000), (5, 3, 500, 0, 250);",
                 RC_OK);
    company_item(&c, "5", ALL, &item);
    assert_string_equal(item.name, "N");
    assert_null(item.ean);
    assert_null(item.parent_key);
    assert_int_equal(item.weight_g, -1);
    assert_string_equal(item.group_key, "3");
    assert_string_equal(item.vat_code, "B");
    assert_int_equal(item.vat_rate, 80000);
    assert_string_equal(item.unit, "szt.");
    assert_string_equal(item.description, "D");
    assert_string_equal(item.short_description, "S");
    assert_true(item.price.has_price && item.price.has_sale && item.price.includes_tax);
    assert_int_equal(item.price.regular, 1999);
    assert_int_equal(item.price.sale, 1500);
    assert_int_equal(item.price.sale_from_ms, 10);
    assert_int_equal(item.price.sale_to_ms, 20);
    assert_int_equal(item.price.discount, 50000);
    assert_int_equal(item.price.points, 3);
    assert_string_equal(item.price.currency, "PLN");
    assert_int_equal(item.stock.on_hand, 7500);
    assert_int_equal(item.stock.reserved, 2000);
    assert_int_equal(item.stock.incoming, 1250);
    assert_int_equal(item.read, ALL);
    int64_t version = 0;
    assert_ok(&c, erp_version(c.erp, &version, &c.err));
    assert_int_equal(item.version, version);
    item_free_fields(&item);
    /* The same again through the SKU. */
    company_text(&c, "SELECT sku FROM item WHERE id = 5", text, sizeof text);
    assert_ok(&c, erp_item_by_sku(c.erp, text, ASPECT_STOCK, &item, &c.err));
    assert_string_equal(item.key, "5");
    assert_null(item.name);
    assert_int_equal(item.stock.on_hand, 7500);
    assert_false(item.price.has_price);
    item_free_fields(&item);
}

static void a_view_has_its_price_list_country_and_warehouses(void **state) {
    (void)state;
    static const char *const warehouses[] = {"MALMO", "SKLEP"};
    const struct erp_view view = {.price_list = "EUR-NETTO",
                                  .warehouses = warehouses,
                                  .warehouse_count = 2,
                                  .sale_country = "SE",
                                  .channel = "shop"};
    struct item item;
    company_exec(&c, "UPDATE item SET vat_code = 'B' WHERE id = 7", RC_OK);
    company_open(&c, &view);
    struct sweep s = sweep(ALL, false, 1000), v = sweep(ALL, true, 1000);
    assert_int_equal(s.on_hand + v.on_hand,
                     company_int(&c, "SELECT sum(on_hand) FROM stock WHERE warehouse_id IN (2, 3)"));
    company_item(&c, "7", ALL, &item);
    assert_string_equal(item.price.currency, "EUR");
    assert_false(item.price.includes_tax);
    assert_int_equal(item.price.regular,
                     company_int(&c, "SELECT price FROM item_price WHERE item_id = 7 AND price_list_id = 2"));
    assert_int_equal(item.vat_rate, 120000);
    item_free_fields(&item);
    /* Components of sets are counted in the same warehouses. */
    company_item(&c, "601", ASPECT_STOCK, &item);
    assert_true(item.component_count >= 2);
    int64_t sum = 0;
    for (size_t i = 0; i < item.component_count; i++) {
        assert_true(item.components[i].quantity > 0 && *item.components[i].sku);
        sum += item.components[i].stock.on_hand;
    }
    assert_int_equal(sum,
                     company_int(&c, "SELECT coalesce(sum(on_hand), 0) FROM stock WHERE warehouse_id IN (2, 3) AND "
                                     "item_id IN (SELECT component_id FROM set_component WHERE set_id = 601)"));
    item_free_fields(&item);
    company_open(&c, NULL);
}

static void a_view_that_does_not_exist(void **state) {
    (void)state;
    static const char *const warehouses[] = {"MAG", "MARS"};
    struct erp *erp = NULL;
    struct erp_open_args args = {.profile = "reference",
                                 .database = c.path,
                                 .clock = &c.clock.clock,
                                 .view = {.price_list = "NONE", .channel = "shop"}};
    assert_int_equal(sql_erp_open(&args, &erp, &c.err), RC_INVALID);
    assert_non_null(strstr(c.err.text, "\"NONE\""));
    args.view = (struct erp_view){.warehouses = warehouses, .warehouse_count = 2};
    assert_int_equal(sql_erp_open(&args, &erp, &c.err), RC_INVALID);
    assert_non_null(strstr(c.err.text, "\"MARS\""));
    args.view = (struct erp_view){.channel = "shop"};
    args.database = "/nowhere/company.db";
    assert_int_equal(sql_erp_open(&args, &erp, &c.err), RC_NOT_FOUND);
    args.database = c.path;
    args.profile = "sage";
    assert_int_equal(sql_erp_open(&args, &erp, &c.err), RC_NOT_FOUND);
    args.profile = "reference";
    company_exec(&c, "UPDATE company SET schema_version = 3", RC_OK);
    assert_int_equal(sql_erp_open(&args, &erp, &c.err), RC_INVALID);
    assert_non_null(strstr(c.err.text, "version 2"));
    assert_int_equal(erp_probe(c.erp, &c.err), RC_INVALID);
    company_exec(&c, "UPDATE company SET schema_version = 2", RC_OK);
    assert_ok(&c, erp_probe(c.erp, &c.err));
    assert_null(erp);
}

static void skus_are_found_in_normal_form(void **state) {
    (void)state;
    struct item item;
    company_exec(
        &c, "UPDATE item SET sku = '  AB  \t C''D ' WHERE id = 11; UPDATE item SET sku = 'TWICE' WHERE id IN (12, 13)",
        RC_OK);
    assert_ok(&c, erp_item_by_sku(c.erp, "AB C'D", ASPECT_MASTER, &item, &c.err));
    assert_string_equal(item.key, "11");
    item_free_fields(&item);
    assert_int_equal(erp_item_by_sku(c.erp, "ab c'd", ASPECT_MASTER, &item, &c.err), RC_NOT_FOUND);
    assert_int_equal(erp_item_by_sku(c.erp, "' OR 1=1 --", ASPECT_MASTER, &item, &c.err), RC_NOT_FOUND);
    assert_int_equal(erp_item_by_sku(c.erp, "TWICE", ASPECT_MASTER, &item, &c.err), RC_CONFLICT);
    assert_non_null(strstr(c.err.text, "12"));
    struct sweep s = {.give_back = RC_OK};
    struct offer_query q = {.aspects = ALL, .sku = "AB C'D", .limit = 10};
    size_t count = 0;
    assert_ok(&c, erp_offer_read(c.erp, &q, add, &s, &count, &c.err));
    assert_int_equal(s.count, 1);
    assert_int_equal(s.last, 11);
}

struct answers {
    size_t count;
    char text[4000]; /* what was visited, in its order */
    int64_t on_hand;
    enum rc give_back;
};

static enum rc add_answer(void *ctx, size_t index, enum rc found, const struct item *item, struct err *err) {
    struct answers *a = ctx;
    char one[100];
    assert_int_equal(index, a->count++);
    assert_int_equal(item != NULL, found == RC_OK);
    str_fmt(one, sizeof one, "%s ", item ? item->key : found == RC_CONFLICT ? "several" : "none");
    str_copy(a->text + strlen(a->text), sizeof a->text - strlen(a->text), one);
    a->on_hand += item ? item->stock.on_hand : 0;
    return a->give_back ? err_set(err, a->give_back, REACH_FLOW, "No more.") : RC_OK;
}

static void several_skus_are_found_at_once(void **state) {
    (void)state;
    const char *skus[] = {"TWICE", "AB C'D", "ab c'd", "' OR 1=1 --", "Q\"]", "AB C'D", ""};
    size_t n = sizeof skus / sizeof skus[0];
    company_exec(&c,
                 "UPDATE item SET sku = '  AB  \t C''D ' WHERE id = 11; UPDATE item SET sku = 'TWICE' WHERE id IN "
                 "(12, 13); UPDATE item SET sku = 'Q\"]' WHERE id = 16",
                 RC_OK);
    struct answers at_once = {.give_back = RC_OK}, one_by_one = {.give_back = RC_OK}, stopped = {.give_back = RC_IO};
    assert_ok(&c, erp_items_by_sku(c.erp, skus, n, ALL, add_answer, &at_once, &c.err));
    assert_string_equal(at_once.text, "several 11 none none 16 11 none ");
    assert_ok(&c, erp_items_one_by_one(c.erp, skus, n, ALL, add_answer, &one_by_one, &c.err));
    assert_string_equal(one_by_one.text, at_once.text);
    assert_int_equal(one_by_one.on_hand, at_once.on_hand);
    assert_int_equal(erp_items_by_sku(c.erp, skus, n, ALL, add_answer, &stopped, &c.err), RC_IO);
    assert_int_equal(stopped.count, 1);
    struct answers nothing = {.give_back = RC_OK};
    assert_ok(&c, erp_items_by_sku(c.erp, skus, 0, ALL, add_answer, &nothing, &c.err));
    assert_int_equal(nothing.count, 0);
    assert_int_equal(erp_items_by_sku(c.erp, skus, ERP_SKUS_MAX + 1, ALL, add_answer, &nothing, &c.err), RC_INVALID);
}

/* Very many items under one SKU do not hide the others. */
static void a_crowded_sku_hides_no_other(void **state) {
    (void)state;
    const char *skus[] = {"CROWD", "ZZZ-LAST"};
    struct answers a = {.give_back = RC_OK};
    company_exec(&c,
                 "UPDATE item SET sku = 'CROWD' WHERE id BETWEEN 100 AND 400; UPDATE item SET sku = 'ZZZ-LAST' WHERE "
                 "id = 16",
                 RC_OK);
    assert_ok(&c, erp_items_by_sku(c.erp, skus, 2, ASPECT_STOCK, add_answer, &a, &c.err));
    assert_string_equal(a.text, "several 16 ");
}

struct groups {
    int64_t count;
    bool seen[200];
};

static enum rc add_group(void *ctx, const struct item_group *group, struct err *err) {
    struct groups *g = ctx;
    int64_t key = 0, parent = 0;
    (void)err;
    assert_true(str_to_i64(group->key, &key) && key < 200 && !g->seen[key]);
    assert_true(*group->name && group->version > 0);
    if (group->parent_key) {
        assert_true(str_to_i64(group->parent_key, &parent));
        assert_true(g->seen[parent] || g->count == 0);
    }
    g->seen[key] = true;
    g->count++;
    return RC_OK;
}

static void groups_parents_first_and_changed_only(void **state) {
    (void)state;
    struct groups g = {.count = 0};
    int64_t before = 0;
    /* A parent younger than its child. */
    company_exec(&c,
                 "INSERT INTO item_group (id, parent_id, name) VALUES (100, 1, 'X'); UPDATE item_group SET parent_id = "
                 "100 WHERE id = 2",
                 RC_OK);
    assert_ok(&c, erp_groups_changed(c.erp, 0, add_group, &g, &c.err));
    assert_int_equal(g.count, 49);
    assert_ok(&c, erp_version(c.erp, &before, &c.err));
    g = (struct groups){.count = 0};
    assert_ok(&c, erp_groups_changed(c.erp, before, add_group, &g, &c.err));
    assert_int_equal(g.count, 0);
    company_exec(&c, "UPDATE item_group SET name = name; UPDATE item_group SET name = 'Inna' WHERE id = 3", RC_OK);
    assert_ok(&c, erp_groups_changed(c.erp, before, add_group, &g, &c.err));
    assert_int_equal(g.count, 1);
    assert_true(g.seen[3]);
    company_exec(&c, "UPDATE item_group SET parent_id = 2 WHERE id = 100", RC_REJECTED); /* inside itself */
}

static enum rc note_published(void *ctx, const struct item *item, struct err *err) {
    (void)err;
    if (!item->published)
        (*(int64_t *)ctx)++;
    return RC_OK;
}

static int64_t unpublished(const char *channel) {
    const struct erp_view view = {.channel = channel};
    int64_t count = 0;
    size_t n = 0;
    company_open(&c, &view);
    struct offer_query q = {.aspects = ASPECT_MASTER, .limit = 5000};
    assert_ok(&c, erp_offer_read(c.erp, &q, note_published, &count, &n, &c.err));
    return count;
}

static void publication_by_channel(void **state) {
    (void)state;
    company_exec(&c,
                 "UPDATE item SET published = 0 WHERE id IN (21, 22); UPDATE item SET active = 0 WHERE id = 23;"
                 "INSERT INTO publication VALUES ('shop', 21, 1), ('allegro', 24, 0), ('shop', 23, 1);",
                 RC_OK);
    assert_int_equal(unpublished("shop"), 2);    /* 22, 23 */
    assert_int_equal(unpublished("allegro"), 4); /* 21 to 24 */
    assert_int_equal(unpublished("other"), 3);
    company_exec(&c, "UPDATE item SET published = 1, active = 1; DELETE FROM publication", RC_OK);
    assert_int_equal(unpublished("shop"), 0);
    company_open(&c, NULL);
}

static void counts_for_progress(void **state) {
    (void)state;
    int64_t n = 0, before = 0;
    struct offer_query q = {.aspects = ALL, .limit = 10};
    assert_ok(&c, erp_offer_count(c.erp, &q, &n, &c.err));
    assert_int_equal(n, 696);
    q.variants = true;
    assert_ok(&c, erp_offer_count(c.erp, &q, &n, &c.err));
    assert_int_equal(n, 304);
    q.variants = false;
    q.changed_only = true;
    assert_ok(&c, erp_version(c.erp, &before, &c.err));
    company_exec(&c, "UPDATE item SET name = name || '!' WHERE id IN (31, 32, 33)", RC_OK);
    q.since = before;
    assert_ok(&c, erp_version(c.erp, &q.until, &c.err));
    assert_ok(&c, erp_offer_count(c.erp, &q, &n, &c.err));
    assert_int_equal(n, 3);
    q.aspects = ASPECT_STOCK;
    assert_ok(&c, erp_offer_count(c.erp, &q, &n, &c.err));
    assert_int_equal(n, 0);
    q.sku = "x";
    assert_ok(&c, erp_offer_count(c.erp, &q, &n, &c.err));
    assert_int_equal(n, -1);
}

/* VAT by validity: the first day a rate holds is its own. */
static void vat_of_the_day(void **state) {
    (void)state;
    const struct erp_view view = {.channel = "shop", .sale_country = "RO"};
    struct item item;
    static const struct {
        int64_t ms;
        int64_t rate;
    } days[] = {{INT64_C(1754006399999), 190000}, {INT64_C(1754006400000), 210000}};
    company_exec(&c, "UPDATE item SET vat_code = 'A' WHERE id = 40; UPDATE item SET vat_code = NULL WHERE id = 41",
                 RC_OK);
    company_open(&c, &view);
    for (size_t i = 0; i < 2; i++) {
        c.clock.now_ms = days[i].ms;
        company_item(&c, "40", ASPECT_MASTER, &item);
        assert_int_equal(item.vat_rate, days[i].rate);
        item_free_fields(&item);
    }
    company_item(&c, "41", ASPECT_MASTER, &item);
    assert_int_equal(item.vat_rate, -1);
    assert_null(item.vat_code);
    item_free_fields(&item);
    c.clock.now_ms = COMPANY_NOW_MS;
    company_open(&c, NULL);
}

static void attributes_of_parent_and_variant(void **state) {
    (void)state;
    struct item item;
    company_exec(&c,
                 "UPDATE variant_option SET option_id = attribute_id * 100 + 5 WHERE item_id = 622 AND position = 1;"
                 "UPDATE attribute_option SET name = '<b>&amp;' WHERE id = (SELECT option_id FROM variant_option "
                 "WHERE item_id = 622 AND position = 1)",
                 RC_OK);
    company_item(&c, "622", ASPECT_MASTER, &item);
    assert_string_equal(item.parent_key, "621");
    assert_int_equal(item.attribute_count, 2);
    assert_int_equal(item.attributes[0].option_count, 1);
    assert_string_equal(item.attributes[0].options[0], "<b>&amp;");
    assert_string_equal(item.attributes[1].options[0], "S");
    item_free_fields(&item);
    company_item(&c, "621", ASPECT_MASTER, &item);
    assert_int_equal(item.kind, ITEM_VARIANT_PARENT);
    assert_int_equal(item.attribute_count, 2);
    assert_int_equal(item.attributes[0].option_count, 3);
    assert_string_equal(item.attributes[0].options[2], "<b>&amp;"); /* by the place of the option */
    assert_int_equal(item.attributes[1].option_count, 2);
    assert_string_equal(item.attributes[1].options[0], "S");
    assert_string_equal(item.attributes[1].options[1], "M");
    item_free_fields(&item);
    /* Withdrawn variants offer nothing. */
    company_exec(&c, "UPDATE item SET active = 0 WHERE id = 622", RC_OK);
    company_item(&c, "621", ASPECT_MASTER, &item);
    assert_int_equal(item.attributes[0].option_count, 2);
    item_free_fields(&item);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sweep_sees_each_item_once),
        cmocka_unit_test(a_visitor_may_stop_and_use_the_erp),
        cmocka_unit_test(variants_of_a_parent_while_reading),
        cmocka_unit_test(every_field),
        cmocka_unit_test(a_view_has_its_price_list_country_and_warehouses),
        cmocka_unit_test(a_view_that_does_not_exist),
        cmocka_unit_test(skus_are_found_in_normal_form),
        cmocka_unit_test(several_skus_are_found_at_once),
        cmocka_unit_test(groups_parents_first_and_changed_only),
        cmocka_unit_test(publication_by_channel),
        cmocka_unit_test(counts_for_progress),
        cmocka_unit_test(vat_of_the_day),
        cmocka_unit_test(attributes_of_parent_and_variant),
        cmocka_unit_test(a_crowded_sku_hides_no_other), /* last: it takes the SKU of many */
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
