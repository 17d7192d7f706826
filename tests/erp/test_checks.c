/* The data checks: each finding by the item that has it, and nothing said of a sound company. */
#include "common/base/str.h"
#include "tests/erp/company.h"

static struct company c;
static struct buf told;

static int setup(void **state) {
    (void)state;
    company_make(&c, 1000, 0);
    buf_init(&told, 1000000);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    buf_free(&told);
    company_free(&c);
    return 0;
}

static enum rc note(void *ctx, const struct item_finding *f, struct err *err) {
    static const char *const NAMES[] = {"empty",       "duplicate", "alike",      "malformed", "no vat",
                                        "vat unknown", "no name",   "characters", "no price"};
    (void)err;
    (*(int *)ctx)++;
    buf_addf(&told, "%s: %s [%s]\n", f->item_key, NAMES[f->problem], f->detail);
    assert_non_null(f->sku);
    assert_non_null(f->name);
    return RC_OK;
}

static int check(void) {
    int count = 0;
    buf_clear(&told);
    assert_ok(&c, erp_check_items(c.erp, note, &count, &c.err));
    return count;
}

static void expect(const char *line) {
    if (!strstr(told.data, line))
        fail_msg("\"%s\" is not among:\n%s", line, told.data);
}

static void a_sound_company_has_none(void **state) {
    (void)state;
    if (check() != 0)
        fail_msg("%s", told.data);
}

static void each_problem(void **state) {
    (void)state;
    company_exec(&c,
                 "UPDATE item SET sku = NULL WHERE id = 1; UPDATE item SET sku = ' \t' WHERE id = 2;"
                 "UPDATE item SET sku = 'AB 1' WHERE id IN (3, 640); UPDATE item SET sku = ' AB  1 ' WHERE id = 4;"
                 "UPDATE item SET sku = 'żółw' WHERE id = 5; UPDATE item SET sku = 'ZOLW' WHERE id = 6;"
                 "UPDATE item SET sku = replace(hex(zeroblob(60)), '00', 'xy') WHERE id = 7;"
                 "UPDATE item SET sku = 'A' || char(7) WHERE id = 8;"
                 "UPDATE item SET vat_code = NULL WHERE id = 9;"
                 "INSERT INTO vat_class VALUES ('Z', 'zw.'); UPDATE item SET vat_code = 'Z' WHERE id = 10;"
                 "UPDATE item SET name = ' ' WHERE id = 11; UPDATE item SET name = 'a' || char(7) || 'b' WHERE id = 12;"
                 "UPDATE item SET name = 'ą' || char(8238) WHERE id = 13;"
                 "UPDATE item SET name = 'stay: & < > \" ''  🎁 ' || char(160, 8205, 1513, 769) WHERE id = 14;"
                 "DELETE FROM item_price WHERE price_list_id = 1 AND item_id IN (15, 601, 621, 640);"
                 "DELETE FROM item_price WHERE price_list_id = 2 AND item_id = 16;"
                 /* What is not published is nobody's trouble. */
                 "UPDATE item SET sku = NULL, published = 0 WHERE id = 17; UPDATE item SET sku = 'AB 1', active = 0 "
                 "WHERE id = 18;"
                 "UPDATE item SET sku = 'TWIN' WHERE id IN (19, 20); INSERT INTO publication VALUES ('shop', 20, 0);",
                 RC_OK);
    int count = check();
    expect("1: empty []");
    expect("2: empty []");
    expect("3: duplicate [item 4 (SKU \" AB  1 \")]");
    expect("4: duplicate [item 3 (SKU \"AB 1\")]");
    expect("640: duplicate [item 3 (SKU \"AB 1\")]");
    expect("5: alike [item 6 (SKU \"ZOLW\")]");
    expect("6: alike [item 5 (SKU \"żółw\")]");
    expect("7: malformed [longer than 100 bytes]");
    expect("8: malformed [contains a control character]");
    expect("9: no vat []");
    expect("10: vat unknown [Z in PL]");
    expect("11: no name []");
    expect("12: characters [U+0007 at place 2]");
    expect("13: characters [U+202E at place 2]");
    expect("15: no price []");
    expect("601: no price []");
    expect("640: no price []");
    if (count != 17)
        fail_msg("%d findings:\n%s", count, told.data);
}

static void the_demo_company_can_be_awkward(void **state) {
    (void)state;
    company_free(&c);
    company_make(&c, 100, 8);
    int count = check();
    expect("53: empty []");
    expect("54: duplicate [item 1 ");
    expect("55: no vat []");
    expect("56: no price []");
    expect("60: no price []");
    if (count != 9) /* the eight, and item 1, whose SKU is taken */
        fail_msg("%d findings:\n%s", count, told.data);
}

static enum rc stop_at_once(void *ctx, const struct item_finding *f, struct err *err) {
    (void)ctx;
    (void)f;
    (void)err;
    return RC_STOPPED;
}

static void a_visitor_may_stop(void **state) {
    (void)state;
    company_exec(&c, "UPDATE item SET vat_code = NULL", RC_OK);
    assert_int_equal(erp_check_items(c.erp, stop_at_once, NULL, &c.err), RC_STOPPED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_sound_company_has_none, setup, teardown),
        cmocka_unit_test_setup_teardown(each_problem, setup, teardown),
        cmocka_unit_test_setup_teardown(the_demo_company_can_be_awkward, setup, teardown),
        cmocka_unit_test_setup_teardown(a_visitor_may_stop, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
