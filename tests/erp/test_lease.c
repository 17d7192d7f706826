/* The lease in the company database: taken by one, kept by signs of life, taken over from the dead, and every write of
 * an owner of before refused inside its own transaction (rule R3). */
#include "common/base/str.h"
#include "tests/erp/company.h"

static struct company c;
static struct erp *other; /* a second program on the same company */

static const struct lease_owner anna = {
    .machine = "SRV-ERP", .place = "one", .account = "anna", .process = 41, .process_started = 1};
static const struct lease_owner piotr = {
    .machine = "KASA-2", .place = "two", .account = "piotr", .process = 42, .process_started = 2};
static const struct lease_claim by_anna = {
    .owner = &anna, .purpose = "schedule", .doing = "orders", .since_ms = COMPANY_NOW_MS, .length_ms = 60000};
static const struct lease_claim by_piotr = {
    .owner = &piotr, .purpose = "manual", .doing = "", .since_ms = COMPANY_NOW_MS, .length_ms = 60000};

static int setup(void **state) {
    (void)state;
    company_make(&c, 20, 0);
    const struct erp_open_args args = {
        .profile = "reference", .database = c.path, .view = {.channel = "shop"}, .clock = &c.clock.clock};
    assert_ok(&c, sql_erp_open(&args, &other, &c.err));
    return 0;
}

static int teardown(void **state) {
    (void)state;
    erp_close(other);
    other = NULL;
    company_free(&c);
    return 0;
}

/* An order of one item; the number is also its token and the channel's id. */
static enum rc write_order(struct erp *erp, const char *number) {
    struct order *o = order_new();
    struct erp_document document;
    order_set(&o->remote_id, number);
    order_set(&o->number, number);
    str_copy(o->currency, sizeof o->currency, "PLN");
    o->decimals = 2;
    o->created_ms = COMPANY_NOW_MS;
    o->total = 1230;
    o->total_vat = 230;
    order_set(&o->billing.last_name, "Nowak");
    struct order_line *l = order_add_line(o);
    l->kind = LINE_GOODS;
    order_set(&l->name, "Kubek");
    l->quantity = 1000;
    l->net = 1000;
    l->vat = 230;
    l->rate = 230000;
    const struct erp_order_line line = {.line = l, .item_key = "5", .vat_code = "A"};
    const struct erp_order order = {
        .order = o, .lines = &line, .line_count = 1, .operator_name = "ADMIN", .channel = "shop", .token = number};
    enum rc rc = erp_order_create(erp, &order, &document, &c.err);
    order_free(o);
    return rc;
}

static int64_t orders(void) {
    return company_int(&c, "SELECT count(*) FROM sales_order");
}

static void one_takes_it_and_the_other_is_told_who(void **state) {
    (void)state;
    struct lease l, untouched = {.epoch = 77};
    assert_ok(&c, erp_lease_read(c.erp, "shop", &l, &c.err));
    assert_true(!l.held && l.epoch == 0);
    assert_ok(&c, erp_lease_take(c.erp, "shop", &by_anna, NULL, &l, &c.err));
    assert_int_equal(l.epoch, 1);
    assert_int_equal(erp_lease_take(other, "shop", &by_piotr, NULL, &untouched, &c.err), RC_CONFLICT);
    assert_int_equal(untouched.epoch, 77);
    assert_int_equal(c.err.reach, REACH_LINK);
    assert_non_null(
        strstr(c.err.text, "process 41 of anna on SRV-ERP (schedule, since 2026-11-23T00:00:00.000Z: orders)"));
    /* Nor by the same process: one run at a time. Another link is another lease. */
    assert_int_equal(erp_lease_take(c.erp, "shop", &by_anna, NULL, &l, &c.err), RC_CONFLICT);
    assert_ok(&c, erp_lease_take(other, "market", &by_piotr, NULL, &l, &c.err));
    assert_int_equal(l.epoch, 1);
    assert_ok(&c, erp_lease_read(other, "shop", &l, &c.err));
    assert_true(l.held && l.owner.process == 41 && l.owner.process_started == 1 && l.length_ms == 60000);
    assert_string_equal(l.owner.machine, "SRV-ERP");
    assert_string_equal(l.owner.place, "one");
    assert_string_equal(l.owner.account, "anna");
    assert_string_equal(l.purpose, "schedule");
    assert_string_equal(l.doing, "orders");
    assert_int_equal(l.since_ms, COMPANY_NOW_MS);
}

static void signs_of_life_raise_the_counter_and_bring_the_wish_to_stop(void **state) {
    (void)state;
    struct lease l;
    assert_ok(&c, erp_lease_take(c.erp, "shop", &by_anna, NULL, &l, &c.err));
    int64_t before = l.heartbeat;
    assert_ok(&c, erp_lease_renew(c.erp, "shop", 1, "stock 3 of 9", &l, &c.err));
    assert_int_equal(l.heartbeat, before + 1);
    assert_string_equal(l.doing, "stock 3 of 9");
    assert_string_equal(l.stop_by, "");
    assert_ok(&c, erp_lease_ask_stop(other, "shop", 1, "piotr on KASA-2", &c.err));
    assert_ok(&c, erp_lease_ask_stop(other, "shop", 1, "somebody later", &c.err));
    assert_ok(&c, erp_lease_renew(c.erp, "shop", 1, NULL, &l, &c.err));
    assert_string_equal(l.stop_by, "piotr on KASA-2");
    assert_string_equal(l.doing, "stock 3 of 9");
    assert_ok(&c, erp_lease_release(c.erp, "shop", 1, &c.err));
    assert_int_equal(erp_lease_ask_stop(other, "shop", 1, "piotr", &c.err), RC_NOT_FOUND);
    assert_int_equal(erp_lease_renew(c.erp, "shop", 1, NULL, &l, &c.err), RC_CONFLICT);
    assert_int_equal(erp_lease_release(c.erp, "shop", 1, &c.err), RC_CONFLICT);
    assert_ok(&c, erp_lease_take(other, "shop", &by_piotr, NULL, &l, &c.err));
    assert_int_equal(l.epoch, 2);
    assert_string_equal(l.stop_by, ""); /* the wish was for the one before */
}

static void the_dead_are_taken_over_but_not_who_moved(void **state) {
    (void)state;
    struct lease seen, l;
    assert_ok(&c, erp_lease_take(c.erp, "shop", &by_anna, NULL, &seen, &c.err));
    assert_ok(&c, erp_lease_renew(c.erp, "shop", 1, NULL, &l, &c.err)); /* it lives after all */
    assert_int_equal(erp_lease_take(other, "shop", &by_piotr, &seen, &l, &c.err), RC_CONFLICT);
    assert_ok(&c, erp_lease_read(other, "shop", &seen, &c.err));
    assert_ok(&c, erp_lease_take(other, "shop", &by_piotr, &seen, &l, &c.err));
    assert_int_equal(l.epoch, 2);
    assert_int_equal(erp_lease_take(c.erp, "shop", &by_anna, &seen, &l, &c.err),
                     RC_CONFLICT); /* a third came too late */
    assert_int_equal(erp_lease_renew(c.erp, "shop", 1, NULL, &l, &c.err), RC_CONFLICT);
    assert_non_null(strstr(c.err.text, "piotr on KASA-2"));
    assert_int_equal(erp_lease_release(c.erp, "shop", 1, &c.err), RC_CONFLICT);
    assert_ok(&c, erp_lease_read(other, "shop", &l, &c.err));
    assert_true(l.held && l.epoch == 2);
}

static void who_slept_through_the_lease_writes_nothing(void **state) {
    (void)state;
    struct lease l;
    assert_ok(&c, erp_lease_take(c.erp, "shop", &by_anna, NULL, &l, &c.err));
    erp_fence(c.erp, l.epoch);
    assert_ok(&c, write_order(c.erp, "1"));
    assert_ok(&c, erp_lease_take(other, "shop", &by_piotr, &l, &l, &c.err));
    erp_fence(other, l.epoch);
    int64_t customers = company_int(&c, "SELECT count(*) FROM customer");
    int64_t reserved = company_int(&c, "SELECT count(*) FROM reservation");
    assert_int_equal(write_order(c.erp, "2"), RC_CONFLICT);
    assert_int_equal(c.err.reach, REACH_LINK);
    assert_non_null(strstr(c.err.text, "piotr on KASA-2"));
    assert_int_equal(orders(), 1);
    assert_int_equal(company_int(&c, "SELECT count(*) FROM customer"), customers);
    assert_int_equal(company_int(&c, "SELECT count(*) FROM reservation"), reserved);
    assert_ok(&c, write_order(other, "2"));
    /* Released and not taken again is no right either. */
    assert_ok(&c, erp_lease_release(other, "shop", 2, &c.err));
    assert_int_equal(write_order(other, "3"), RC_CONFLICT);
    assert_int_equal(orders(), 2);
}

static void without_a_fence_nothing_is_written_once_there_was_a_lease(void **state) {
    (void)state;
    struct lease l;
    assert_ok(&c, erp_lease_take(other, "market", &by_piotr, NULL, &l, &c.err)); /* not our link */
    assert_ok(&c, write_order(c.erp, "1"));
    assert_ok(&c, erp_lease_take(other, "shop", &by_piotr, NULL, &l, &c.err));
    assert_int_equal(write_order(c.erp, "2"), RC_CONFLICT);
    assert_int_equal(c.err.reach, REACH_LINK);
    assert_ok(&c, erp_lease_release(other, "shop", 1, &c.err));
    assert_int_equal(write_order(c.erp, "2"), RC_CONFLICT);
    erp_fence(c.erp, 9); /* an epoch that never was */
    assert_int_equal(write_order(c.erp, "2"), RC_CONFLICT);
    assert_int_equal(orders(), 1);
}

/* The fence is looked at under the write lock: nobody can take the lease between the look and the commit. */
static void the_fence_is_inside_the_transaction(void **state) {
    (void)state;
    struct lease l;
    assert_ok(&c, erp_lease_take(c.erp, "shop", &by_anna, NULL, &l, &c.err));
    erp_fence(c.erp, l.epoch);
    company_exec(&c,
                 "CREATE TRIGGER stolen AFTER INSERT ON sales_order BEGIN"
                 " UPDATE lease SET epoch = epoch + 1 WHERE link = 'shop'; END",
                 RC_OK);
    assert_ok(&c, write_order(c.erp, "1")); /* inside our own transaction nobody else comes: this one stays ours */
    assert_int_equal(write_order(c.erp, "2"), RC_CONFLICT);
    assert_int_equal(orders(), 1);
    assert_ok(&c, db_begin(c.db, &c.err)); /* somebody else writes: the taker waits, then is told */
    struct lease taken = {.epoch = 77};
    assert_int_equal(erp_lease_take(other, "shop", &by_piotr, &l, &taken, &c.err), RC_LATER);
    assert_int_equal(taken.epoch, 77);
    db_rollback(c.db);
}

static void what_a_profile_without_leases_says(void **state) {
    (void)state;
    struct erp_caps caps = {.leases = true};
    assert_true(erp_caps(c.erp)->leases);
    assert_null(erp_lease_meaning(&caps));
    caps.leases = false;
    assert_non_null(strstr(erp_lease_meaning(&caps), "one machine"));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(one_takes_it_and_the_other_is_told_who),
        TEST(signs_of_life_raise_the_counter_and_bring_the_wish_to_stop),
        TEST(the_dead_are_taken_over_but_not_who_moved),
        TEST(who_slept_through_the_lease_writes_nothing),
        TEST(without_a_fence_nothing_is_written_once_there_was_a_lease),
        TEST(the_fence_is_inside_the_transaction),
        TEST(what_a_profile_without_leases_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
