/* The demo company: the same bytes for the same seed, sound by its own rules, and a schema that refuses nonsense. */
#include "common/base/digest.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/erp/demo/demo_company.h"
#include "tests/erp/company.h"
#include "tests/support/temp_folder.h"

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

static struct digest write_and_digest(const char *path, int64_t items, int64_t awkward, uint64_t seed) {
    const struct demo_company_args args = {.items = items, .awkward = awkward, .seed = seed};
    struct buf bytes;
    assert_ok(&c, demo_company_write(path, &args, &c.err));
    assert_ok(&c, os_read_file(path, 100 << 20, &bytes, &c.err));
    struct digest d = digest_of(bytes.data, bytes.len);
    buf_free(&bytes);
    assert_ok(&c, os_remove(path, &c.err));
    return d;
}

static void same_seed_same_bytes(void **state) {
    (void)state;
    char path[700];
    os_path_join(path, sizeof path, c.folder, "one.db");
    struct digest a = write_and_digest(path, 300, 0, 1), b = write_and_digest(path, 300, 0, 1);
    struct digest other_seed = write_and_digest(path, 300, 0, 2), other_count = write_and_digest(path, 301, 0, 1);
    struct digest awkward = write_and_digest(path, 300, 4, 1);
    assert_true(digest_eq(&a, &b));
    assert_false(digest_eq(&a, &other_seed));
    assert_false(digest_eq(&a, &other_count));
    assert_false(digest_eq(&a, &awkward));
}

static void any_size_is_sound(void **state) {
    (void)state;
    static const int64_t SIZES[] = {1, 2, 9, 10, 11, 12, 13, 14, 50, 99, 1000};
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        struct company one;
        company_make(&one, SIZES[i], 0);
        assert_int_equal(company_int(&one, "SELECT count(*) FROM item WHERE kind <> 'service'"), SIZES[i]);
        assert_int_equal(company_int(&one, "SELECT max(id) FROM item WHERE kind <> 'service'"), SIZES[i]);
        assert_int_equal(company_int(&one, "PRAGMA foreign_key_check"), -1);
        char text[100];
        company_text(&one, "PRAGMA integrity_check", text, sizeof text);
        assert_string_equal(text, "ok");
        /* Every rule that triggers keep holds for what was written before them. */
        assert_int_equal(company_int(&one, "SELECT count(*) FROM item_version"),
                         company_int(&one, "SELECT count(*) FROM item"));
        assert_int_equal(
            company_int(&one, "SELECT count(*) FROM item v LEFT JOIN item p ON p.id = v.parent_id WHERE v.kind = "
                              "'variant' AND p.kind IS NOT 'variant_parent'"),
            0);
        assert_int_equal(
            company_int(&one, "SELECT count(*) FROM item p WHERE kind = 'variant_parent' AND (SELECT count(*) FROM "
                              "item v WHERE v.parent_id = p.id) < 2"),
            0);
        assert_int_equal(company_int(&one,
                                     "SELECT count(*) FROM item s WHERE kind = 'set' AND NOT EXISTS (SELECT 1 FROM "
                                     "set_component c JOIN item i ON i.id = c.component_id WHERE c.set_id = s.id AND "
                                     "i.kind = 'simple')"),
                         0);
        assert_int_equal(
            company_int(&one, "SELECT count(*) FROM stock s WHERE reserved <> (SELECT coalesce(sum(quantity), 0) FROM "
                              "reservation r WHERE r.item_id = s.item_id AND r.warehouse_id = s.warehouse_id)"),
            0);
        assert_int_equal(
            company_int(&one, "SELECT count(*) FROM stock s WHERE incoming <> (SELECT coalesce(sum(quantity), 0) FROM "
                              "incoming_delivery r WHERE r.item_id = s.item_id AND r.warehouse_id = s.warehouse_id)"),
            0);
        assert_true(company_int(
            &one, "SELECT (SELECT max(any_version) FROM item_version) <= value AND (SELECT max(version) FROM "
                  "item_group) <= value FROM version_counter"));
        assert_ok(&one, erp_probe(one.erp, &one.err));
        company_free(&one);
    }
}

static void what_it_is_for(void **state) {
    (void)state;
    /* In every price list, with a VAT rate in each of the four countries, in four languages, three warehouses. */
    assert_int_equal(company_int(&c, "SELECT count(*) FROM item_price"), 5000);
    assert_int_equal(
        company_int(&c, "SELECT count(*) FROM item i, (SELECT 'PL' AS code UNION SELECT 'RO' UNION SELECT 'SE' UNION "
                        "SELECT 'NO' UNION SELECT 'DE') x WHERE i.kind <> 'service' AND NOT EXISTS (SELECT 1 FROM "
                        "vat_rate r WHERE r.country = x.code AND r.vat_code = i.vat_code AND r.valid_from <= "
                        "'2026-11-23' AND r.valid_to > '2026-11-23')"),
        0);
    assert_int_equal(company_int(&c, "SELECT count(DISTINCT vat_code) FROM item"), 4);
    assert_int_equal(company_int(&c, "SELECT count(DISTINCT warehouse_id) FROM stock"), 3);
    assert_true(company_int(&c, "SELECT count(*) FROM item WHERE name LIKE '%ł%'") > 20);
    assert_true(company_int(&c, "SELECT count(*) FROM item WHERE name LIKE '%ă%'") > 5);
    assert_true(company_int(&c, "SELECT count(*) FROM item WHERE name LIKE '% av %'") > 20);
    assert_true(company_int(&c, "SELECT count(*) FROM item WHERE name GLOB '*[\"&<🎁]*'") > 2);
    assert_true(company_int(&c, "SELECT count(*) FROM item_price WHERE sale_price IS NOT NULL") > 20);
    assert_true(company_int(&c, "SELECT count(*) FROM item_price WHERE discount IS NOT NULL") > 20);
    assert_true(company_int(&c, "SELECT count(*) FROM stock WHERE on_hand = 0") > 20);
    assert_int_equal(company_int(&c, "SELECT count(*) FROM customer WHERE blocked") > 0, 1);
    char name[200];
    company_text(&c, "SELECT name FROM company", name, sizeof name);
    assert_string_equal(name, DEMO_COMPANY_NAME);
}

static void arguments_and_files_in_the_way(void **state) {
    (void)state;
    char path[700];
    struct demo_company_args args = {.items = 0, .seed = 1};
    os_path_join(path, sizeof path, c.folder, "two.db");
    assert_int_equal(demo_company_write(path, &args, &c.err), RC_INVALID);
    args.items = DEMO_ITEMS_MAX + 1;
    assert_int_equal(demo_company_write(path, &args, &c.err), RC_INVALID);
    args.items = 10;
    args.awkward = 6;
    assert_int_equal(demo_company_write(path, &args, &c.err), RC_INVALID);
    args.awkward = 0;
    assert_int_equal(demo_company_write(c.path, &args, &c.err), RC_CONFLICT);
    struct stop *stop = stop_new();
    stop_set(stop);
    args.items = 10000;
    args.stop = stop;
    assert_int_equal(demo_company_write(path, &args, &c.err), RC_STOPPED);
    stop_free(stop);
    assert_false(os_exists(path));
    str_fmt(path + strlen(path), 8, ".part");
    assert_false(os_exists(path));
}

static void progress(void *ctx, const char *what, int64_t done, int64_t total) {
    int64_t *last = ctx;
    assert_true(done >= *last && done <= total && *what);
    *last = done;
}

static void progress_rises(void **state) {
    (void)state;
    char path[700];
    int64_t last = 0;
    const struct demo_company_args args = {.items = 20000, .seed = 1, .progress = progress, .progress_ctx = &last};
    os_path_join(path, sizeof path, c.folder, "three.db");
    assert_ok(&c, demo_company_write(path, &args, &c.err));
    assert_true(last > 15000);
}

static void the_schema_refuses_nonsense(void **state) {
    (void)state;
    static const char *const REFUSED[] = {
        "DELETE FROM item WHERE id = 1",
        "UPDATE item SET kind = 'set' WHERE id = 1",
        "UPDATE item SET ean = '5900000000016' WHERE id = 2", /* wrong check digit */
        "UPDATE item SET ean = '59000000000A5' WHERE id = 2",
        "UPDATE item SET ean = '590' WHERE id = 2",
        "UPDATE item SET unit = 'dozen' WHERE id = 1",
        "UPDATE item SET weight_g = -1 WHERE id = 1",
        "UPDATE item SET weight_g = 'heavy' WHERE id = 1",
        "UPDATE item SET group_id = 9999 WHERE id = 1",
        "UPDATE item SET parent_id = 1 WHERE id = 622", /* not a parent */
        "UPDATE item SET parent_id = NULL WHERE id = 622",
        "INSERT INTO item (kind, name, unit, parent_id) VALUES ('variant', 'x', 'szt.', 1)",
        "INSERT INTO variant_option VALUES (1, 1, 1, 100)",
        "INSERT INTO variant_option VALUES (622, 9, 1, 203)", /* an option of another attribute */
        "INSERT INTO set_component VALUES (1, 2, 1000)",
        "INSERT INTO set_component VALUES (601, 602, 1000)", /* a set in a set */
        "UPDATE set_component SET quantity = 0 WHERE set_id = 601",
        "INSERT INTO stock VALUES (601, 1, 1, 0, 0)", /* a set lies nowhere */
        "UPDATE stock SET reserved = -1 WHERE item_id = 1",
        "UPDATE stock SET on_hand = -1 WHERE item_id = 1",
        "UPDATE stock SET on_hand = 1.5 WHERE item_id = 1",
        "INSERT INTO reservation (item_id, warehouse_id, quantity) VALUES (1, 1, 0)",
        "INSERT INTO reservation (item_id, warehouse_id, quantity) VALUES (1, 9, 1)",
        "UPDATE item_price SET price = -1 WHERE item_id = 1",
        "UPDATE item_price SET discount = 1000001 WHERE item_id = 1",
        "UPDATE item_price SET sale_price = NULL, sale_to_ms = 1 WHERE item_id = 1",
        "UPDATE item_price SET sale_price = 1, sale_from_ms = 5, sale_to_ms = 5 WHERE item_id = 1",
        "INSERT INTO currency VALUES ('zl', 2)",
        "INSERT INTO country VALUES ('POL', 'x')",
        "UPDATE price_list SET currency = 'XYZ' WHERE id = 1",
        "INSERT INTO vat_rate (country, vat_code, rate) VALUES ('CZ', 'A', 1000001)",
        "INSERT INTO vat_rate (country, vat_code, valid_from, rate) VALUES ('PL', 'A', '2030-01-01', 1)", /* overlaps */
        "INSERT INTO vat_rate (country, vat_code, valid_from, rate) VALUES ('CZ', 'A', '2030-02-30', 1)",
        "UPDATE item_group SET parent_id = 2 WHERE id = 1", /* inside itself */
        "UPDATE item_group SET parent_id = 1 WHERE id = 1",
        "UPDATE item_group SET name = ' ' WHERE id = 1",
        "INSERT INTO company SELECT 2, 1, 'x', NULL, 'PL', 'PLN', 1, 1",
        "UPDATE version_counter SET value = value - 1",
        "INSERT INTO sales_order (number, customer_id, operator, status, currency, total, total_vat, ordered_ms, "
        "created_ms) "
        "VALUES ('A', 1, 'ADMIN', 'confirmed', 'PLN', 1, 0, 0, 0)",
        "INSERT INTO sales_order (number, customer_id, operator, status, currency, total, total_vat, ordered_ms, "
        "created_ms) "
        "VALUES ('A', 1, 'ADMIN', 'draft', 'PLN', 1, 2, 0, 0)",
        "INSERT INTO document (kind, number, operator, currency, net, vat, gross, issued_ms) VALUES "
        "('invoice', 'F', 'ADMIN', 'PLN', 1, 1, 3, 0)",
        "INSERT INTO lease VALUES ('shop', 0, 0, '', '', '', 0, 0, '', '', '', 0, 1, 0)",
        "INSERT INTO image (item_id, position, file_name, media_type, hash) VALUES (1, 1, 'a', 'image/png', 'x')",
    };
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++)
        company_exec(&c, REFUSED[i], RC_REJECTED);
    company_exec(&c, "INSERT INTO item (kind, name, unit, ean) VALUES ('simple', 'x', 'szt.', '5900000000015')",
                 RC_CONFLICT);
    company_exec(&c, "UPDATE item SET ean = '96385074' WHERE id = 2", RC_OK); /* a GTIN-8 */
    company_exec(&c, "INSERT INTO lease VALUES ('shop', 5, 0, '', '', '', 0, 0, '', '', '', 0, 1, 7)", RC_OK);
    company_exec(&c, "UPDATE lease SET epoch = 4", RC_REJECTED);
    company_exec(&c, "UPDATE lease SET heartbeat = 6", RC_REJECTED);
    company_exec(&c, "DELETE FROM lease", RC_REJECTED);
}

static void a_confirmed_order_is_fixed(void **state) {
    (void)state;
    company_exec(
        &c,
        "INSERT INTO sales_order (id, number, customer_id, operator, status, currency, total, total_vat, ordered_ms, "
        "created_ms) VALUES (1, 'A', 1, 'ADMIN', 'draft', 'PLN', 123, 23, 0, 0);",
        RC_OK);
    company_exec(&c, "UPDATE sales_order SET status = 'confirmed'", RC_REJECTED); /* no lines */
    company_exec(
        &c,
        "INSERT INTO order_line (order_id, position, kind, item_id, name, quantity, net, vat, vat_code, rate) VALUES "
        "(1, 1, 'goods', 1, 'x', 1000, 100, 22, 'A', 230000)",
        RC_OK);
    company_exec(&c, "UPDATE sales_order SET status = 'confirmed'", RC_REJECTED); /* a cent is missing */
    company_exec(&c, "UPDATE order_line SET vat = 23", RC_OK);
    company_exec(&c, "UPDATE sales_order SET status = 'confirmed'", RC_OK);
    company_exec(&c, "UPDATE order_line SET vat = 22", RC_REJECTED);
    company_exec(&c, "DELETE FROM order_line", RC_REJECTED);
    company_exec(&c, "UPDATE sales_order SET total = 1", RC_REJECTED);
    company_exec(&c, "UPDATE sales_order SET status = 'cancelled'", RC_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(same_seed_same_bytes, setup, teardown),
        cmocka_unit_test(any_size_is_sound),
        cmocka_unit_test_setup_teardown(what_it_is_for, setup, teardown),
        cmocka_unit_test_setup_teardown(arguments_and_files_in_the_way, setup, teardown),
        cmocka_unit_test_setup_teardown(progress_rises, setup, teardown),
        cmocka_unit_test_setup_teardown(the_schema_refuses_nonsense, setup, teardown),
        cmocka_unit_test_setup_teardown(a_confirmed_order_is_fixed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
