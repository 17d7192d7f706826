#include "tests/store/store_fixture.h"

static struct inbox_put put(struct fixture *f, const char *id, const char *status, const char *raw, bool take,
                            bool dead) {
    struct inbox_order order = {.remote_id = id, .number = id, .status = status, .modified_ms = 5, .raw = raw};
    order.raw_len = strlen(raw);
    order.content = digest_of(raw, strcspn(raw, "|")); /* what stands behind | does not matter */
    order.take = take;
    order.dead = dead;
    struct inbox_put out;
    OK(store_inbox_put(f->store, f->link, &order, &out, ERR));
    return out;
}

struct seen {
    size_t n;
    struct inbox_row row;
    char reason[200], raw[200];
};

static enum rc look(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct seen *seen = ctx;
    seen->n++;
    seen->row = *row;
    str_copy(seen->reason, sizeof seen->reason, row->reason);
    str_copy(seen->raw, sizeof seen->raw, row->raw);
    return RC_OK;
}

static struct seen find(struct fixture *f, const char *id) {
    struct seen seen = {0};
    OK(store_inbox_find(f->store, f->link, id, look, &seen, ERR));
    return seen;
}

static void an_order_goes_its_way(void **state) {
    struct fixture *f = *state;
    struct inbox_put p = put(f, "7", "pending", "a|1", false, false);
    assert_false(p.known);
    assert_int_equal(p.after, INBOX_WAITING);
    p = put(f, "7", "pending", "a|1", false, false);
    assert_false(p.changed);
    f->clock.now_ms += 1000;
    p = put(f, "7", "processing", "a|2", true, false);
    assert_true(p.changed);
    assert_false(p.content_changed);
    assert_int_equal(p.after, INBOX_STORED);
    OK(store_inbox_created(f->store, p.id, "token", "12", "ZK/12", false, ERR));
    OK(store_inbox_acknowledged(f->store, p.id, ERR));
    struct seen s = find(f, "7");
    assert_int_equal(s.n, 1);
    assert_int_equal(s.row.state, INBOX_ACKNOWLEDGED);
    assert_string_equal(s.row.document_number, "ZK/12");
    assert_int_equal(s.row.seen_ms, 1700000000000);
    assert_int_equal(s.row.created_ms, 1700000001000);
    assert_string_equal(s.raw, "a|2");
    assert_int_equal(s.row.raw_len, 3);
}

static void our_own_acknowledgement_is_no_change_but_an_edit_is(void **state) {
    struct fixture *f = *state;
    struct inbox_put p = put(f, "7", "processing", "a|1", true, false);
    OK(store_inbox_created(f->store, p.id, "t", "1", "ZK/1", false, ERR));
    p = put(f, "7", "sent-to-erp", "a|told", true, false);
    assert_true(p.changed);
    assert_int_equal(p.after, INBOX_CREATED);
    assert_false(find(f, "7").row.changed_after);
    assert_string_equal(find(f, "7").row.status, "sent-to-erp");
    p = put(f, "7", "sent-to-erp", "b|told", true, false);
    assert_true(p.content_changed);
    struct seen s = find(f, "7");
    assert_true(s.row.changed_after);
    assert_int_equal(s.row.state, INBOX_CREATED);
    assert_string_equal(s.raw, "a|1"); /* what was imported stays */
    put(f, "7", "sent-to-erp", "a|again", true, false);
    assert_false(find(f, "7").row.changed_after);
}

static void a_parked_order_waits_until_it_changes(void **state) {
    struct fixture *f = *state;
    struct inbox_put p = put(f, "7", "processing", "a|1", true, false);
    OK(store_inbox_park(f->store, p.id, "sku_unknown", "No such item.", ERR));
    p = put(f, "7", "processing", "a|2", true, false);
    assert_int_equal(p.after, INBOX_PARKED);
    assert_string_equal(find(f, "7").reason, "No such item.");
    struct seen s = {0};
    OK(store_inbox_parked(f->store, f->link, 1700000000000, 10, look, &s, ERR));
    assert_int_equal(s.n, 1);
    s.n = 0;
    OK(store_inbox_parked(f->store, f->link, 1699999999999, 10, look, &s, ERR));
    assert_int_equal(s.n, 0);
    p = put(f, "7", "processing", "b|2", true, false);
    assert_int_equal(p.after, INBOX_STORED);
    assert_string_equal(find(f, "7").reason, "");
}

static void given_up_orders_are_ignored_until_they_come_back(void **state) {
    struct fixture *f = *state;
    struct inbox_put p = put(f, "7", "processing", "a", true, false);
    const struct goods goods[] = {{"", "A", 1000}, {"", "B", 2000}, {"", "A", 500}};
    OK(store_unimported_set(f->store, p.id, false, goods, 3, ERR));
    int64_t n = 0;
    OK(store_unimported(f->store, "", "A", &n, ERR));
    assert_int_equal(n, 1500);
    p = put(f, "7", "cancelled", "a|x", false, true);
    assert_int_equal(p.after, INBOX_IGNORED);
    OK(store_unimported(f->store, "", "A", &n, ERR));
    assert_int_equal(n, 0);
    p = put(f, "7", "processing", "a|y", true, false);
    assert_int_equal(p.after, INBOX_STORED);
}

static void goods_count_until_the_order_is_in_the_erp(void **state) {
    struct fixture *f = *state;
    int64_t n = 0, other = 0;
    OK(store_link(f->store, "second shop", &other, ERR));
    struct inbox_put p = put(f, "7", "processing", "a", true, false);
    const struct goods one[] = {{"", "A", 1000}};
    OK(store_unimported_set(f->store, p.id, false, one, 1, ERR));
    int64_t mine = f->link;
    f->link = other;
    struct inbox_put q = put(f, "7", "processing", "a", true, false);
    f->link = mine;
    assert_int_not_equal(p.id, q.id);
    OK(store_unimported_set(f->store, q.id, true, one, 1, ERR));
    OK(store_unimported(f->store, "", "A", &n, ERR));
    assert_int_equal(n, 2000); /* all links of the company */
    OK(store_inbox_created(f->store, p.id, "t", "1", "ZK/1", false, ERR));
    OK(store_unimported(f->store, "", "A", &n, ERR));
    assert_int_equal(n, 1000);
    OK(store_inbox_set_state(f->store, q.id, INBOX_IGNORED, ERR));
    OK(store_unimported(f->store, "", "A", &n, ERR));
    assert_int_equal(n, 0);
}

static int64_t goods_of(struct fixture *f, const char *item, const char *sku) {
    int64_t n = -1;
    OK(store_unimported(f->store, item, sku, &n, ERR));
    return n;
}

static enum rc count_sold(void *ctx, const char *key, const char *sku, struct err *err) {
    (void)key;
    (void)sku;
    (void)err;
    ++*(int *)ctx;
    return RC_OK;
}

static int sold(struct fixture *f) {
    int n = 0;
    OK(store_map_sold(f->store, f->link, "", 100, count_sold, &n, ERR));
    return n;
}

static void goods_follow_their_item(void **state) {
    struct fixture *f = *state;
    struct inbox_put p = put(f, "7", "processing", "a", true, false);
    const struct goods before[] = {{"", "A", 1000}, {"k", "A", 300}};
    OK(store_unimported_set(f->store, p.id, true, before, 2, ERR));
    assert_int_equal(goods_of(f, "", "A"), 1000);
    assert_int_equal(goods_of(f, "k", "A"), 1300);
    struct map_row row = {.remote_id = "9", .sku = "A", .exists = true};
    OK(store_map_put(f->store, f->link, MAP_ITEM, "k", &row, ERR));
    assert_int_equal(goods_of(f, "", "A"), 0);
    assert_int_equal(goods_of(f, "k", "A2"), 1300);
    assert_int_equal(sold(f), 0);
    const struct goods same[] = {{"k", "A", 1000}, {"k", "", 300}};
    OK(store_unimported_set(f->store, p.id, false, same, 2, ERR));
    assert_int_equal(sold(f), 0);
    OK(store_unimported_set(f->store, p.id, false, same, 1, ERR));
    assert_int_equal(goods_of(f, "k", "A2"), 1000);
    assert_int_equal(sold(f), 1);
}

static void an_imported_order_is_never_parked_or_ignored(void **state) {
    struct fixture *f = *state;
    struct inbox_put p = put(f, "7", "processing", "a", true, false);
    OK(store_inbox_created(f->store, p.id, "t", "1", "ZK/1", true, ERR));
    OK(store_inbox_park(f->store, p.id, "x", "x", ERR));
    OK(store_inbox_set_state(f->store, p.id, INBOX_IGNORED, ERR));
    put(f, "7", "cancelled", "c", false, true);
    struct seen s = find(f, "7");
    assert_int_equal(s.row.state, INBOX_CREATED);
    assert_true(s.row.linked);
    assert_true(s.row.changed_after);
    int64_t id = 0;
    OK(store_inbox_of_document(f->store, "1", &id, ERR));
    assert_int_equal(id, p.id);
    OK(store_inbox_of_document(f->store, "2", &id, ERR));
    assert_int_equal(id, 0);
}

static void states_are_counted_apart(void **state) {
    struct fixture *f = *state;
    put(f, "1", "pending", "a", false, false);
    f->clock.now_ms += 1000;
    struct inbox_put p = put(f, "2", "processing", "a", true, false);
    put(f, "3", "processing", "a", true, false);
    OK(store_inbox_park(f->store, p.id, "x", "x", ERR));
    int64_t counts[6], oldest = 0;
    OK(store_inbox_counts(f->store, f->link, counts, &oldest, ERR));
    assert_int_equal(counts[INBOX_WAITING], 1);
    assert_int_equal(counts[INBOX_PARKED], 1);
    assert_int_equal(counts[INBOX_STORED], 1);
    assert_int_equal(counts[INBOX_CREATED], 0);
    assert_int_equal(oldest, 1700000001000);
}

static enum rc park_each(void *ctx, const struct inbox_row *row, struct err *err) {
    struct fixture *f = ctx;
    return store_inbox_park(f->store, row->id, "x", "changed while it is visited", err);
}

static void a_visitor_may_write(void **state) {
    struct fixture *f = *state;
    char id[8];
    for (int i = 0; i < 30; i++) {
        str_fmt(id, sizeof id, "%d", i);
        put(f, id, "processing", "a", true, false);
    }
    OK(store_inbox_in_state(f->store, f->link, INBOX_STORED, 0, 20, park_each, f, ERR));
    int64_t counts[6], oldest = 0;
    OK(store_inbox_counts(f->store, f->link, counts, &oldest, ERR));
    assert_int_equal(counts[INBOX_PARKED], 20);
    assert_int_equal(counts[INBOX_STORED], 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_order_goes_its_way),
        TEST(our_own_acknowledgement_is_no_change_but_an_edit_is),
        TEST(a_parked_order_waits_until_it_changes),
        TEST(given_up_orders_are_ignored_until_they_come_back),
        TEST(goods_count_until_the_order_is_in_the_erp),
        TEST(goods_follow_their_item),
        TEST(an_imported_order_is_never_parked_or_ignored),
        TEST(states_are_counted_apart),
        TEST(a_visitor_may_write),
    };
    return cmocka_run_group_tests_name("store/inbox", tests, NULL, NULL);
}
