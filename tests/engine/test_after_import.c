/* What happens to an order once it is a document in the ERP: the merchant must hear of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/str.h"
#include "service/sync/order_change.h"
#include "tests/engine/world.h"

static int setup(void **state) {
    struct world *w = world_new(NULL);
    fake_erp_item(w->erp, "A", "Apple", 1230, 100);
    w->options.fetch_orders = true;
    *state = w;
    return 0;
}

static int teardown(void **state) {
    world_free(*state);
    return 0;
}

static void run(struct world *w, const char *result) {
    if (world_sync(w) != RC_OK)
        fail_msg("%s", w->err.text);
    assert_string_equal(w->run.result, result);
}

static struct fake_order *place(struct world *w, const char *sku) {
    struct fake_order o = one_line(sku, 2, "processing");
    return fake_shop_order(w->shop, &o);
}

static void take_summary(void *ctx, const struct run_row *row) {
    buf_adds(ctx, row->summary);
}

/* Whether the last run's summary says that. */
static bool says(struct world *w, const char *words) {
    struct buf text;
    buf_init(&text, 100000);
    assert_int_equal(store_runs(w->store, w->run.link, 1, take_summary, &text, NULL), RC_OK);
    bool found = strstr(text.data, words) != NULL;
    if (!found)
        print_message("the summary says: %s\n", text.data);
    buf_free(&text);
    return found;
}

struct changed {
    int n;
    struct inbox_row last;
};

static enum rc look(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct changed *c = ctx;
    c->n++;
    c->last = *row;
    return RC_OK;
}

static struct changed changed(struct world *w) {
    struct changed c = {0};
    assert_int_equal(store_inbox_changed(w->store, w->run.link, w->clock.now_ms - 1000, 100, look, &c, NULL), RC_OK);
    return c;
}

static void set_status(struct world *w, struct fake_order *o, const char *status) {
    str_copy(o->status, sizeof o->status, status);
    fake_shop_touch(w->shop, o);
}

static void a_cancelled_order_must_not_be_shipped(void **state) {
    struct world *w = *state;
    static const char *const dead[] = {"cancelled", NULL};
    w->rules.dead_statuses = dead;
    struct fake_order *o = place(w, "A");
    run(w, "done");
    run(w, "nothing");
    assert_int_equal(changed(w).n, 0);
    w->clock.now_ms += 3600000;
    set_status(w, o, "cancelled");
    run(w, "done");
    char text[200];
    str_fmt(text, sizeof text, "Order 1000 was cancelled in the shop after it became %s: do not ship it",
            w->erp->documents[0].number);
    assert_true(says(w, text));
    assert_true(says(w, "1 for you to look at"));
    struct changed c = changed(w);
    assert_int_equal(c.n, 1);
    assert_string_equal(c.last.change, "cancelled");
    assert_string_equal(c.last.import_status, "processing");
    assert_string_equal(c.last.status, "cancelled");
    assert_int_equal(c.last.changed_ms, w->clock.now_ms);
    /* Told once, listed until it is gone. */
    w->clock.now_ms += 500;
    fake_shop_touch(w->shop, o);
    run(w, "nothing");
    assert_int_equal(changed(w).n, 1);
    set_status(w, o, "processing");
    run(w, "nothing");
    assert_int_equal(changed(w).n, 0);
}

static void each_edit_is_told_once(void **state) {
    struct world *w = *state;
    struct fake_order *o = place(w, "A");
    run(w, "done");
    str_copy(o->email, sizeof o->email, "other@shop.example");
    fake_shop_touch(w->shop, o);
    run(w, "done");
    assert_true(says(w, "Order 1000 was edited in the shop after it became"));
    fake_shop_touch(w->shop, o);
    run(w, "nothing");
    str_copy(o->email, sizeof o->email, "third@shop.example");
    fake_shop_touch(w->shop, o);
    run(w, "done");
    o->refunded = 100;
    fake_shop_touch(w->shop, o);
    run(w, "done");
    assert_true(says(w, "was refunded in part"));
    assert_int_equal(w->erp->document_count, 1);
}

static void every_order_is_named(void **state) {
    struct world *w = *state;
    for (int i = 0; i < 8; i++)
        place(w, "A");
    run(w, "done");
    for (size_t i = 0; i < 8; i++) {
        w->shop->orders[i].refunded = 10;
        fake_shop_touch(w->shop, &w->shop->orders[i]);
    }
    run(w, "done");
    assert_true(says(w, "8 for you to look at"));
    for (int i = 0; i < 8; i++) {
        char text[40];
        str_fmt(text, sizeof text, "Order %d was refunded", 1000 + i);
        assert_true(says(w, text));
    }
}

static void a_run_by_hand_tries_parked_orders_at_once(void **state) {
    struct world *w = *state;
    place(w, "LATER");
    run(w, "partly");
    fake_erp_item(w->erp, "LATER", "Came later", 1230, 10);
    w->clock.now_ms += 5;
    w->trigger = "schedule";
    run(w, "nothing");
    w->trigger = "manual";
    run(w, "done");
    assert_int_equal(w->erp->document_count, 1);
    place(w, "NEVER");
    run(w, "partly");
    assert_int_equal(w->run.counts.parked, 1); /* once, not again and again */
}

/* The company database as it was when it had `count` documents. */
static void restore(struct world *w, size_t count, int64_t version) {
    w->erp->document_count = count;
    w->erp->version = version;
}

static void an_older_copy_of_the_company_loses_no_order(void **state) {
    struct world *w = *state;
    w->rules.match_by = MATCH_INTERNET_NUMBER | MATCH_CUSTOMER_NUMBER;
    place(w, "A");
    run(w, "done");
    int64_t version = w->erp->version;
    for (int i = 0; i < 3; i++) {
        w->clock.now_ms += 10;
        place(w, "A");
        fake_erp_touch(w->erp, fake_erp_find(w->erp, "A"));
        run(w, "done");
    }
    restore(w, 1, version);
    w->clock.now_ms += 10;
    run(w, "done");
    assert_true(says(w, "The company database was restored from an older copy"));
    assert_int_equal(w->erp->document_count, 4);
    for (int i = 0; i < 4; i++) {
        char number[8];
        str_fmt(number, sizeof number, "%d", 1000 + i);
        assert_non_null(fake_erp_document(w->erp, number));
        assert_int_equal(world_order_state(w, number, NULL), INBOX_ACKNOWLEDGED);
    }
    run(w, "nothing");
    assert_int_equal(w->erp->document_count, 4);
}

static void a_document_that_a_person_deleted_stays_deleted(void **state) {
    struct world *w = *state;
    for (int i = 0; i < 3; i++) {
        w->clock.now_ms += 10;
        place(w, "A");
        run(w, "done");
    }
    restore(w, 2, w->erp->version + 1);
    run(w, "done");
    assert_true(says(w, "It was deleted there, so it is not written again"));
    assert_int_equal(w->erp->document_count, 2);
    run(w, "nothing"); /* told once */
    assert_int_equal(w->erp->document_count, 2);
}

static void each_kind_has_its_words(void **state) {
    (void)state;
    static const char *const dead[] = {"cancelled", "failed", "refunded", "trash", "lost", NULL};
    struct link_rules rules;
    link_rules_defaults(&rules);
    rules.dead_statuses = dead;
    static const char *const expected[] = {"cancelled", "failed", "refunded", ORDER_CHANGE_GONE, "given up"};
    for (size_t i = 0; dead[i]; i++) {
        struct buf text;
        buf_init(&text, 1000);
        assert_string_equal(order_change_of(&rules, dead[i], NULL), expected[i]);
        order_change_say(expected[i], "7", "ZK/1", &text);
        assert_non_null(strstr(text.data, "do not ship it"));
        buf_free(&text);
    }
    assert_string_equal(order_change_of(&rules, "completed", NULL), "edited");
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_cancelled_order_must_not_be_shipped),
        T(each_edit_is_told_once),
        T(every_order_is_named),
        T(an_older_copy_of_the_company_loses_no_order),
        T(a_document_that_a_person_deleted_stays_deleted),
        T(a_run_by_hand_tries_parked_orders_at_once),
        cmocka_unit_test(each_kind_has_its_words),
    };
    return cmocka_run_group_tests_name("engine/after_import", tests, NULL, NULL);
}
