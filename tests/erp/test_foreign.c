/* A schema and a profile of other people's making: decimal text, no versions, little of what an ERP may have. What
 * works here does not lean on the reference schema. */
#include "common/base/str.h"
#include "tests/erp/company.h"
#include "tests/support/temp_folder.h"

#define ALL (ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK)

static struct company c;

static void open_foreign(const struct erp_view *view, enum rc expected) {
    struct erp_open_args args = {
        .profile = SF_SOURCE_DIR "/tests/erp/foreign.sql", .database = c.path, .view = *view, .clock = &c.clock.clock};
    erp_close(c.erp);
    c.erp = NULL;
    enum rc rc = sql_erp_open(&args, &c.erp, &c.err);
    if (rc != expected)
        fail_msg("%s: %s", rc_name(rc), c.err.text);
}

static int setup(void **state) {
    struct buf schema;
    (void)state;
    memset(&c, 0, sizeof c);
    fixed_clock_init(&c.clock, COMPANY_NOW_MS);
    temp_folder_make(c.folder, sizeof c.folder);
    os_path_join(c.path, sizeof c.path, c.folder, "foreign.db");
    assert_ok(&c, os_read_file(SF_SOURCE_DIR "/tests/erp/foreign_schema.sql", 1 << 20, &schema, &c.err));
    assert_ok(&c, db_sqlite_open(c.path, DB_NEW_BULK, NULL, &c.db, &c.err));
    assert_ok(&c, db_script(c.db, schema.data, &c.err));
    buf_free(&schema);
    db_close(c.db);
    assert_ok(&c, db_sqlite_open(c.path, DB_EXISTING, NULL, &c.db, &c.err));
    open_foreign(&(struct erp_view){.channel = "shop"}, RC_OK);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    company_free(&c);
    return 0;
}

static void what_it_can(void **state) {
    (void)state;
    const struct erp_caps *caps = erp_caps(c.erp);
    assert_ok(&c, erp_probe(c.erp, &c.err));
    assert_true(caps->both_order_keys && !caps->versions && !caps->groups && !caps->variants && !caps->sets);
    int64_t n = 0;
    struct offer_query changed = {.aspects = ALL, .changed_only = true, .limit = 5};
    size_t count = 0;
    assert_int_equal(erp_version(c.erp, &n, &c.err), RC_UNSUPPORTED);
    struct lease lease;
    assert_false(caps->leases);
    assert_int_equal(erp_lease_read(c.erp, "shop", &lease, &c.err), RC_UNSUPPORTED);
    assert_int_equal(erp_lease_release(c.erp, "shop", 1, &c.err), RC_UNSUPPORTED);
    assert_int_equal(erp_groups_changed(c.erp, 0, NULL, NULL, &c.err), RC_UNSUPPORTED);
    assert_int_equal(erp_offer_read(c.erp, &changed, NULL, NULL, &count, &c.err), RC_UNSUPPORTED);
    assert_int_equal(erp_items_by_parent(c.erp, "7", ALL, NULL, NULL, &c.err), RC_UNSUPPORTED);
    changed.changed_only = false;
    assert_ok(&c, erp_offer_count(c.erp, &changed, &n, &c.err));
    assert_int_equal(n, -1);
}

static void decimals_are_read(void **state) {
    (void)state;
    struct item item;
    company_item(&c, "7", ALL, &item);
    assert_string_equal(item.sku, "KUB-1");
    assert_int_equal(item.price.regular, 1365); /* 13.653 */
    assert_string_equal(item.price.currency, "EUR");
    assert_int_equal(item.vat_rate, 230000);
    assert_int_equal(item.stock.on_hand, 7500); /* not what lies in a closed warehouse */
    assert_int_equal(item.weight_g, 250);
    assert_string_equal(item.description, "Opis");
    item_free_fields(&item);
    company_item(&c, "8", ALL, &item);
    assert_int_equal(item.price.regular, 1300); /* 12.995, half away from zero */
    assert_int_equal(item.stock.on_hand, 0);    /* no row: none */
    assert_int_equal(item.weight_g, 250);
    assert_false(item.published);
    item_free_fields(&item);
    static const char *const shop[] = {"SHOP"};
    static const char *const closed[] = {"CLOSED"};
    open_foreign(&(struct erp_view){.warehouses = shop, .warehouse_count = 1}, RC_OK);
    company_item(&c, "7", ASPECT_STOCK, &item);
    assert_int_equal(item.stock.on_hand, 4000);
    item_free_fields(&item);
    open_foreign(&(struct erp_view){.warehouses = closed, .warehouse_count = 1}, RC_INVALID);
}

static void what_is_no_number_is_told(void **state) {
    (void)state;
    struct item item;
    company_exec(&c, "UPDATE llx_product SET price_ttc = '12,50' WHERE rowid = 7", RC_OK);
    assert_int_equal(erp_item_by_sku(c.erp, "KUB-1", ASPECT_PRICE, &item, &c.err), RC_INVALID);
    assert_non_null(strstr(c.err.text, "12,50"));
    assert_ok(&c, erp_item_by_sku(c.erp, "KUB-1", ASPECT_STOCK, &item, &c.err));
    item_free_fields(&item);
}

static void an_order_in_decimals(void **state) {
    (void)state;
    struct order *o = order_new();
    struct erp_order_line lines[2];
    struct erp_document d;
    struct erp_order_match m;
    char code[32], text[200];
    size_t n = 0;
    order_set(&o->remote_id, "77");
    order_set(&o->number, "#77");
    str_copy(o->currency, sizeof o->currency, "EUR");
    o->decimals = 2;
    o->total = 1868;
    o->total_vat = 349;
    order_set(&o->billing.last_name, "Nowak");
    for (int i = 0; i < 2; i++) {
        struct order_line *l = order_add_line(o);
        l->kind = i ? LINE_SHIPPING : LINE_GOODS;
        l->quantity = i ? 1000 : 1500;
        l->net = i ? 409 : 1110;
        l->vat = i ? 94 : 255;
        l->rate = 230000;
    }
    assert_ok(&c, erp_vat_code(c.erp, "PL", 230000, code, &c.err));
    assert_string_equal(code, "23.0000");
    assert_int_equal(erp_vat_code(c.erp, "PL", 220000, code, &c.err), RC_NOT_FOUND);
    for (int i = 0; i < 2; i++)
        lines[i] = (struct erp_order_line){.line = &o->lines[i], .item_key = i ? NULL : "7", .vat_code = code};
    const struct erp_order order = {
        .order = o, .lines = lines, .line_count = 2, .operator_name = "ADMIN", .channel = "shop", .token = "t"};
    assert_ok(&c, erp_order_create(c.erp, &order, &d, &c.err));
    assert_string_equal(d.number, "SO2611-0001");
    company_text(&c, "SELECT total_ttc || '|' || total_tva || '|' || ref_ext FROM llx_commande", text, sizeof text);
    assert_string_equal(text, "18.68|3.49|shop:77");
    company_text(
        &c, "SELECT group_concat(fk_product || ' ' || qty || ' ' || total_ht || ' ' || tva_tx) FROM llx_commandedet",
        text, sizeof text);
    assert_string_equal(text, "7 1.500 11.10 23.0000,9 1.000 4.09 23.0000");
    assert_int_equal(erp_order_create(c.erp, &order, &d, &c.err), RC_CONFLICT);
    assert_ok(&c, erp_order_find(c.erp, NULL, "77", "#77", 0, &m, 1, &n, &c.err));
    assert_int_equal(n, 1);
    assert_true(m.ours && m.by_internet_number && m.by_customer_number && !m.by_token);
    assert_int_equal(m.total, 1868);
    order_free(o);
}

static enum rc count_finding(void *ctx, const struct item_finding *f, struct err *err) {
    (void)f;
    (void)err;
    (*(int *)ctx)++;
    return RC_OK;
}

static void checks(void **state) {
    (void)state;
    int count = 0;
    assert_ok(&c, erp_check_items(c.erp, count_finding, &count, &c.err));
    assert_int_equal(count, 0);
    company_exec(&c, "UPDATE llx_product SET tva_tx = NULL, label = '' WHERE rowid = 7", RC_OK);
    assert_ok(&c, erp_check_items(c.erp, count_finding, &count, &c.err));
    assert_int_equal(count, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_it_can, setup, teardown),
        cmocka_unit_test_setup_teardown(decimals_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_number_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(an_order_in_decimals, setup, teardown),
        cmocka_unit_test_setup_teardown(checks, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
