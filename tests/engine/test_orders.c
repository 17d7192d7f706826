/* Orders in, on a shop and an ERP in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/engine/world.h"

static int setup(void **state) {
    struct world *w = world_new(NULL);
    fake_erp_item(w->erp, "A", "Apple", 1230, 100);
    fake_erp_item(w->erp, "B", "Brush", 1230, 100);
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

static struct fake_order *place(struct world *w, const char *sku, const char *status) {
    struct fake_order o = one_line(sku, 2, status);
    return fake_shop_order(w->shop, &o);
}

static void an_order_is_written_once_and_told(void **state) {
    struct world *w = *state;
    struct fake_order *o = place(w, "A", "processing");
    run(w, "done");
    assert_int_equal(w->erp->document_count, 1);
    const struct fake_document *d = fake_erp_document(w->erp, "1000");
    assert_int_equal(d->total, 2460);
    assert_int_equal(d->lines_gross, 2460);
    assert_string_equal(d->operator_name, "ADMIN");
    assert_string_equal(d->customer, "1000");
    assert_string_equal(o->status, "sent-to-erp");
    assert_string_equal(o->document, d->number);
    assert_string_equal(o->token, d->token);
    assert_int_equal(world_order_state(w, "1000", NULL), INBOX_ACKNOWLEDGED);
    run(w, "nothing");
    run(w, "nothing");
    assert_int_equal(w->erp->document_count, 1);
    assert_int_equal(w->erp->creates, 1);
}

static void only_orders_are_touched(void **state) {
    struct world *w = *state;
    place(w, "A", "processing");
    run(w, "done");
    assert_int_equal(w->shop->batches, 0);
    assert_int_equal(w->shop->product_count, 0);
}

static void an_order_is_taken_when_its_status_comes(void **state) {
    struct world *w = *state;
    struct fake_order *o = place(w, "A", "pending");
    run(w, "nothing");
    assert_int_equal(world_order_state(w, "1000", NULL), INBOX_WAITING);
    int64_t held = 0;
    store_unimported(w->store, "k-A", "A", &held, NULL);
    assert_int_equal(held, 2000);
    str_copy(o->status, sizeof o->status, "processing");
    fake_shop_touch(w->shop, o);
    run(w, "done");
    store_unimported(w->store, "k-A", "A", &held, NULL);
    assert_int_equal(held, 0);
    str_copy(o->status, sizeof o->status, "completed");
    fake_shop_touch(w->shop, o);
    run(w, "nothing");
    assert_int_equal(w->erp->document_count, 1);
}

static void resku(struct world *w, struct item *item, const char *sku) {
    mem_free(item->sku);
    item->sku = mem_strdup(sku);
    fake_erp_touch(w->erp, item);
}

/* Goods that are not imported are the item's, under whatever SKU it is sold (rule R5). */
static void goods_not_imported_stay_with_a_renamed_item(void **state) {
    struct world *w = *state;
    w->options.send_offer = true;
    run(w, "done");
    place(w, "A", "pending");
    struct item *a = fake_erp_find(w->erp, "A"), *b = fake_erp_find(w->erp, "B");
    run(w, "done");
    assert_int_equal(fake_shop_find(w->shop, "A")->stock, 98000);
    resku(w, a, "A2");
    run(w, "done");
    assert_int_equal(fake_shop_find(w->shop, "A2")->stock, 98000);
    resku(w, b, "A"); /* who has the SKU now sold nothing */
    run(w, "done");
    w->options.force_full = true;
    run(w, "done");
    assert_int_equal(fake_shop_find(w->shop, "A")->stock, 100000);
    assert_int_equal(fake_shop_find(w->shop, "A2")->stock, 98000);
}

/* Sold before the link knew its item: the goods go over to the item that gets bound. */
static void goods_of_a_sku_go_to_the_item_bound_to_it(void **state) {
    struct world *w = *state;
    place(w, "A", "pending");
    run(w, "nothing");
    w->options.send_offer = true;
    run(w, "done");
    assert_int_equal(fake_shop_find(w->shop, "A")->stock, 98000);
    resku(w, fake_erp_find(w->erp, "A"), "A2");
    w->options.force_full = true;
    run(w, "done");
    assert_int_equal(fake_shop_find(w->shop, "A2")->stock, 98000);
}

static void a_cancelled_order_is_left(void **state) {
    struct world *w = *state;
    struct fake_order *o = place(w, "A", "pending");
    run(w, "nothing");
    str_copy(o->status, sizeof o->status, "cancelled");
    fake_shop_touch(w->shop, o);
    run(w, "nothing");
    assert_int_equal(world_order_state(w, "1000", NULL), INBOX_IGNORED);
    assert_int_equal(w->erp->document_count, 0);
    int64_t held = 0;
    store_unimported(w->store, "k-A", "A", &held, NULL);
    assert_int_equal(held, 0);
}

static void a_held_order_does_not_block_the_next_and_heals(void **state) {
    struct world *w = *state;
    char code[48];
    place(w, "MISSING", "processing");
    place(w, "A", "processing");
    run(w, "partly");
    assert_int_equal(w->run.counts.parked, 1);
    assert_int_equal(world_order_state(w, "1000", code), INBOX_PARKED);
    assert_string_equal(code, "sku_unknown");
    assert_int_equal(world_order_state(w, "1001", NULL), INBOX_ACKNOWLEDGED);
    run(w, "nothing"); /* not again at once */
    fake_erp_item(w->erp, "MISSING", "Found", 1230, 5);
    w->clock.now_ms += w->rules.parked_again_ms + 1;
    run(w, "done");
    assert_int_equal(w->erp->document_count, 2);
}

static void each_rule_holds_with_its_reason(void **state) {
    struct world *w = *state;
    w->erp->blocked_email = "bad@example.com";
    fake_erp_item(w->erp, "TWICE", "One", 100, 1);
    fake_erp_item(w->erp, "TWICE", "Two", 100, 1);
    fake_erp_item(w->erp, "PARENT", "Has variants", 100, 1)->kind = ITEM_VARIANT_PARENT;
    struct {
        struct fake_order o;
        const char *code;
    } cases[10];
    memset(cases, 0, sizeof cases);
    for (size_t i = 0; i < 10; i++)
        cases[i].o = one_line("A", 1, "processing");
    cases[0].o.total = 1300;
    cases[0].code = "balance";
    str_copy(cases[1].o.currency, 4, "EUR");
    cases[1].code = "currency";
    str_copy(cases[2].o.currency, 4, "XXQ");
    cases[2].code = "currency";
    cases[3].o.lines[0].rate = 70000;
    cases[3].code = "vat_unknown";
    cases[4].o.lines[0].kind = LINE_FEE;
    cases[4].code = "no_lines";
    cases[5].o.lines[0].quantity = 0;
    cases[5].code = "quantity";
    cases[6].o.refunded = 1230;
    cases[6].code = "refunded";
    str_copy(cases[7].o.email, 64, "bad@example.com");
    cases[7].code = "customer_blocked";
    str_copy(cases[8].o.lines[0].sku, 128, "TWICE");
    cases[8].code = "sku_several";
    str_copy(cases[9].o.lines[0].sku, 128, "PARENT");
    cases[9].code = "sku_parent";
    for (size_t i = 0; i < 10; i++)
        fake_shop_order(w->shop, &cases[i].o);
    place(w, "", "processing");
    run(w, "partly");
    for (size_t i = 0; i < 10; i++) {
        char id[16], code[48];
        str_fmt(id, sizeof id, "%zu", 1000 + i);
        assert_int_equal(world_order_state(w, id, code), INBOX_PARKED);
        assert_string_equal(code, cases[i].code);
    }
    char code[48];
    world_order_state(w, "1010", code);
    assert_string_equal(code, "sku_missing");
    assert_int_equal(w->erp->document_count, 0);
    assert_int_equal(w->run.counts.parked, 11);
}

static void a_cent_is_shared_out_and_a_zloty_is_not(void **state) {
    struct world *w = *state;
    struct fake_order o = one_line("A", 1, "processing");
    o.total = 1231;
    fake_shop_order(w->shop, &o);
    o.total = 1330;
    fake_shop_order(w->shop, &o);
    run(w, "partly");
    const struct fake_document *d = fake_erp_document(w->erp, "1000");
    assert_int_equal(d->total, 1231);
    assert_int_equal(d->lines_gross, 1231);
    assert_int_equal(d->vat_by_rate[0], 230);
    assert_null(fake_erp_document(w->erp, "1001"));
}

static void an_order_that_came_another_way_is_linked(void **state) {
    struct world *w = *state;
    place(w, "A", "processing");
    struct fake_document *d = fake_erp_foreign(w->erp, "other program", "", "1000", 2460);
    run(w, "done");
    assert_int_equal(w->erp->document_count, 1);
    assert_int_equal(w->erp->creates, 0);
    assert_string_equal(fake_shop_find_order(w->shop, "1000")->document, d->number);
    struct fake_document untouched = *d;
    run(w, "nothing");
    assert_memory_equal(&untouched, d, sizeof untouched);
}

static void doubtful_matches_are_held_with_their_candidates(void **state) {
    struct world *w = *state;
    char code[48];
    place(w, "A", "processing");
    fake_erp_foreign(w->erp, "other program", "", "1000", 2460);
    fake_erp_foreign(w->erp, "other program", "", "1000", 2460);
    place(w, "A", "processing");
    fake_erp_foreign(w->erp, "other program", "", "1001", 9900);
    run(w, "partly");
    assert_int_equal(world_order_state(w, "1000", code), INBOX_PARKED);
    assert_string_equal(code, "match");
    assert_int_equal(world_order_state(w, "1001", code), INBOX_PARKED);
    assert_int_equal(w->erp->creates, 0);
}

static void the_look_back_has_its_limit(void **state) {
    struct world *w = *state;
    const int64_t hour = 3600 * 1000;
    place(w, "A", "processing");
    fake_erp_foreign(w->erp, "other", "1000", "", 2460)->created_ms = w->clock.now_ms - 14 * 24 * hour + hour;
    place(w, "A", "processing");
    fake_erp_foreign(w->erp, "other", "1001", "", 2460)->created_ms = w->clock.now_ms - 14 * 24 * hour - hour;
    run(w, "done");
    assert_int_equal(w->erp->document_count, 3);
    assert_int_equal(w->erp->creates, 1);
}

static void lost_records_double_nothing(void **state) {
    struct world *w = *state;
    place(w, "A", "processing");
    run(w, "done");
    /* Our file is gone; what we wrote is recognised by its channel and number, whatever became of its total. */
    world_close(w);
    os_remove(w->store_path, NULL);
    w->erp->documents[0].total = 5;
    struct fake_order *o = fake_shop_find_order(w->shop, "1000");
    str_copy(o->status, sizeof o->status, "processing");
    fake_shop_touch(w->shop, o);
    run(w, "done");
    assert_int_equal(w->erp->document_count, 1);
    assert_string_equal(o->status, "sent-to-erp");
}

static void another_links_order_of_the_same_number_is_another_order(void **state) {
    struct world *w = *state;
    place(w, "A", "processing");
    run(w, "done");
    place(w, "B", "processing");
    /* The document of order 1000 looks like 1001 by its customer's number, but it is bound already. */
    str_copy(w->erp->documents[0].customer, 64, "1001");
    run(w, "done");
    assert_int_equal(w->erp->document_count, 2);
}

static void a_link_of_another_name_brings_no_order_again(void **state) {
    struct world *w = *state;
    w->rules.ack_status = "";
    w->rules.match_by = 0;
    place(w, "A", "processing");
    struct fake_order *o = place(w, "A", "processing");
    run(w, "done");
    w->link_name = "renamed";
    str_copy(o->email, sizeof o->email, "another@shop.example"); /* as another shop's order of that number would have */
    run(w, "done");
    assert_int_equal(w->erp->document_count, 3);
    assert_int_equal(w->erp->creates, 3);
    run(w, "nothing");
    /* Nor is it the same order when the other link still exists and reads another shop. */
    static const char *const others[] = {"shop", "renamed", NULL};
    w->rules.other_links = others;
    w->link_name = "of another shop";
    run(w, "done");
    assert_int_equal(w->erp->creates, 5);
}

static void what_another_shops_link_wrote_is_no_match(void **state) {
    struct world *w = *state;
    static const char *const others[] = {"other shop", NULL};
    w->rules.other_links = others;
    place(w, "A", "processing");
    fake_erp_foreign(w->erp, "other shop", "1000", "1000", 2460);
    run(w, "done");
    assert_int_equal(w->erp->document_count, 2);
    assert_int_equal(w->erp->creates, 1);
}

struct flags {
    bool changed;
    int n;
};

static enum rc look_changed(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct flags *f = ctx;
    f->changed = row->changed_after;
    f->n++;
    return RC_OK;
}

static void an_edit_after_import_is_shown_and_changes_nothing(void **state) {
    struct world *w = *state;
    struct fake_order *o = place(w, "A", "processing");
    run(w, "done");
    run(w, "nothing");
    struct flags f = {0};
    store_inbox_find(w->store, w->run.link, "1000", look_changed, &f, NULL);
    assert_false(f.changed); /* our own acknowledgement came back */
    o->lines[0].quantity = 3000;
    o->lines[0].net = 3000;
    o->total = 3460;
    fake_shop_touch(w->shop, o);
    run(w, "done");
    store_inbox_find(w->store, w->run.link, "1000", look_changed, &f, NULL);
    assert_true(f.changed);
    assert_int_equal(w->erp->document_count, 1);
    assert_int_equal(w->erp->documents[0].total, 2460);
}

static void bind(struct world *w, const char *sku, const char *remote_id) {
    struct map_row row;
    char key[64];
    memset(&row, 0, sizeof row);
    str_copy(row.remote_id, sizeof row.remote_id, remote_id);
    str_copy(row.sku, sizeof row.sku, sku);
    row.exists = true;
    str_fmt(key, sizeof key, "k-%s", sku);
    assert_int_equal(store_map_put(w->store, w->run.link, MAP_ITEM, key, &row, NULL), RC_OK);
}

static void a_stored_binding_beats_the_sku(void **state) {
    struct world *w = *state;
    run(w, "nothing");
    bind(w, "B", "55");
    struct fake_order o = one_line("A", 2, "processing"); /* sold as B; the product was renamed to A since */
    str_copy(o.lines[0].product_id, sizeof o.lines[0].product_id, "55");
    fake_shop_order(w->shop, &o);
    run(w, "done");
    assert_int_equal(fake_erp_find(w->erp, "B")->stock.reserved, 2000);
    assert_int_equal(fake_erp_find(w->erp, "A")->stock.reserved, 0);
}

static void a_sale_marks_its_items(void **state) {
    struct world *w = *state;
    run(w, "nothing");
    bind(w, "A", "54");
    bind(w, "B", "55");
    assert_int_equal(world_sold(w), 0);
    place(w, "A", "processing");
    run(w, "done");
    assert_int_equal(world_sold(w), 1);
}

static void the_shop_refuses_the_acknowledgement_and_the_order_stays(void **state) {
    struct world *w = *state;
    struct fake_order *o = place(w, "A", "processing");
    w->rules.ack_status = "";
    w->rules.ack_meta = false;
    run(w, "done");
    assert_string_equal(o->status, "processing");
    assert_int_equal(world_order_state(w, "1000", NULL), INBOX_ACKNOWLEDGED); /* nothing to tell */
    w->rules.ack_status = "sent-to-erp";
    o = place(w, "A", "processing");
    w->shop->faults.percent = 0;
    str_copy(o->status, sizeof o->status, "processing");
    run(w, "done");
    assert_string_equal(o->status, "sent-to-erp");
}

static void a_cancelled_order_keeps_its_status_when_told(void **state) {
    struct world *w = *state;
    struct fake_order *o = place(w, "A", "processing");
    w->rules.take_statuses = (const char *const[]){"processing", NULL};
    /* Cancelled between import and acknowledgement: the fake tells of it, the shop's status stays. */
    run(w, "done");
    str_copy(o->status, sizeof o->status, "cancelled");
    fake_shop_touch(w->shop, o);
    run(w, "done");
    assert_string_equal(o->status, "cancelled");
    assert_int_equal(w->erp->document_count, 1);
}

static void garbage_is_told_and_blocks_nothing(void **state) {
    struct world *w = *state;
    struct fake_order o = one_line("A", 1, "processing");
    fake_shop_order(w->shop, &o);
    fake_shop_order(w->shop, &o)->lines[0].quantity = -5;
    fake_shop_order(w->shop, &o);
    run(w, "partly");
    assert_int_equal(w->erp->document_count, 2);
}

struct planned {
    int orders, statuses, others;
};

static void plan(void *ctx, const struct planned_change *change) {
    struct planned *p = ctx;
    if (str_eq(change->what, "order"))
        p->orders++;
    else if (str_eq(change->what, "order status"))
        p->statuses++;
    else
        p->others++;
}

static void a_preview_writes_nowhere(void **state) {
    struct world *w = *state;
    place(w, "A", "processing");
    place(w, "B", "processing");
    struct planned p = {0};
    w->channel_hooks.planned = w->erp_hooks.planned = plan;
    w->channel_hooks.planned_ctx = w->erp_hooks.planned_ctx = &p;
    run(w, "done");
    assert_int_equal(p.orders, 2);
    assert_int_equal(p.statuses, 4); /* status and document number of each */
    assert_int_equal(p.others, 0);
    assert_int_equal(w->erp->document_count, 0);
    assert_int_equal(w->shop->writes, 0);
    assert_string_equal(fake_shop_find_order(w->shop, "1000")->status, "processing");
}

static void stopping_leaves_the_rest_for_later(void **state) {
    struct world *w = *state;
    place(w, "A", "processing");
    stop_set(w->stop);
    assert_int_equal(world_sync(w), RC_STOPPED);
    assert_string_equal(w->run.result, "stopped");
    assert_int_equal(w->erp->document_count, 0);
}

static void an_unknown_operator_makes_no_document(void **state) {
    struct world *w = *state;
    place(w, "A", "processing");
    w->rules.operator_name = "GONE";
    assert_int_equal(world_sync(w), RC_OK);
    assert_string_equal(w->run.result, "failed");
    assert_int_equal(w->erp->document_count, 0);
    assert_int_equal(world_order_state(w, "1000", NULL), INBOX_STORED); /* read and kept all the same */
    w->rules.operator_name = "ADMIN";
    run(w, "done");
    assert_int_equal(w->erp->document_count, 1);
}

static void many_orders_of_one_new_buyer_make_one_customer(void **state) {
    struct world *w = *state;
    size_t made = 0;
    for (int i = 0; i < 5; i++)
        str_copy(place(w, "A", "processing")->email, 64, "anna@example.test");
    run(w, "done");
    str_copy(place(w, "A", "processing")->email, 64, "anna@example.test");
    run(w, "done");
    assert_int_equal(w->erp->document_count, 6);
    for (size_t i = 0; i < w->erp->document_count; i++)
        made += str_eq(w->erp->documents[i].made_customer, "anna@example.test");
    assert_int_equal(made, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(an_order_is_written_once_and_told),
        T(only_orders_are_touched),
        T(an_order_is_taken_when_its_status_comes),
        T(goods_not_imported_stay_with_a_renamed_item),
        T(goods_of_a_sku_go_to_the_item_bound_to_it),
        T(a_cancelled_order_is_left),
        T(a_held_order_does_not_block_the_next_and_heals),
        T(each_rule_holds_with_its_reason),
        T(a_cent_is_shared_out_and_a_zloty_is_not),
        T(an_order_that_came_another_way_is_linked),
        T(doubtful_matches_are_held_with_their_candidates),
        T(the_look_back_has_its_limit),
        T(lost_records_double_nothing),
        T(another_links_order_of_the_same_number_is_another_order),
        T(a_link_of_another_name_brings_no_order_again),
        T(what_another_shops_link_wrote_is_no_match),
        T(an_edit_after_import_is_shown_and_changes_nothing),
        T(a_stored_binding_beats_the_sku),
        T(a_sale_marks_its_items),
        T(the_shop_refuses_the_acknowledgement_and_the_order_stays),
        T(a_cancelled_order_keeps_its_status_when_told),
        T(garbage_is_told_and_blocks_nothing),
        T(a_preview_writes_nowhere),
        T(stopping_leaves_the_rest_for_later),
        T(an_unknown_operator_makes_no_document),
        T(many_orders_of_one_new_buyer_make_one_customer),
    };
    return cmocka_run_group_tests_name("engine/orders", tests, NULL, NULL);
}
