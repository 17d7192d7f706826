#include "tests/store/store_fixture.h"

struct steps {
    int n;
    struct step_row last;
    char subject[64], payload[64];
};

static enum rc look(void *ctx, const struct step_row *row, struct err *err) {
    (void)err;
    struct steps *s = ctx;
    s->n++;
    s->last = *row;
    str_copy(s->subject, sizeof s->subject, row->subject);
    str_copy(s->payload, sizeof s->payload, row->payload);
    return RC_OK;
}

static void a_step_is_open_until_it_is_done(void **state) {
    struct fixture *f = *state;
    int64_t step = 0, second = 0;
    OK(store_step_intent(f->store, 1, f->link, "order", "token-1", "77", "payload", &step, ERR));
    OK(store_step_intent(f->store, 1, f->link, "order", "token-2", "78", "", &second, ERR));
    OK(store_step_done(f->store, second, "ZK/1", ERR));
    OK(store_step_attempt(f->store, step, ERR));
    struct steps s = {0};
    OK(store_steps_open(f->store, f->link, look, &s, ERR));
    assert_int_equal(s.n, 1);
    assert_string_equal(s.last.token, "token-1");
    assert_string_equal(s.subject, "77");
    assert_string_equal(s.payload, "payload");
    assert_int_equal(s.last.attempts, 1);
    OK(store_step_done(f->store, step, "not written", ERR));
    s.n = 0;
    OK(store_steps_open(f->store, f->link, look, &s, ERR));
    assert_int_equal(s.n, 0);
}

static void the_journal_does_not_grow_for_ever(void **state) {
    struct fixture *f = *state;
    char payload[2000];
    memset(payload, 'p', sizeof payload - 1);
    payload[sizeof payload - 1] = '\0';
    int64_t size = 0, open = 0;
    OK(store_step_intent(f->store, 1, f->link, "order", "open", "1", "", &open, ERR));
    for (int i = 0; i < 30000; i++) {
        if (i % 1000 == 0)
            OK(store_begin(f->store, ERR));
        int64_t step = 0;
        OK(store_step_intent(f->store, 1, f->link, "order", "token", "1", payload, &step, ERR));
        OK(store_step_done(f->store, step, "done", ERR));
        if (i % 1000 == 999)
            OK(store_commit(f->store, ERR));
        if (i == 14999)
            size = os_file_size(f->path);
    }
    assert_true(size > 0);
    assert_true(os_file_size(f->path) <= size + size / 4);
    struct steps s = {0};
    OK(store_steps_open(f->store, f->link, look, &s, ERR));
    assert_int_equal(s.n, 1); /* an open one is never removed */
}

static void a_map_row_comes_back_whole(void **state) {
    struct fixture *f = *state;
    struct map_row row, back;
    assert_int_equal(store_map_get(f->store, f->link, MAP_ITEM, "k1", &back, NULL), RC_NOT_FOUND);
    assert_int_equal(back.stock_told, INT64_MIN);
    memset(&row, 0, sizeof row);
    str_copy(row.remote_id, sizeof row.remote_id, "501");
    str_copy(row.remote_parent, sizeof row.remote_parent, "500");
    str_copy(row.sku, sizeof row.sku, "A-1");
    for (size_t i = 0; i < ASPECT_COUNT; i++)
        row.digest[i] = digest_of(&i, sizeof i);
    row.stock_told = 12000;
    row.exists = true;
    OK(store_map_put(f->store, f->link, MAP_ITEM, "k1", &row, ERR));
    OK(store_map_get(f->store, f->link, MAP_ITEM, "k1", &back, ERR));
    assert_memory_equal(&row, &back, sizeof row);
    char key[64];
    OK(store_map_by_remote(f->store, f->link, MAP_ITEM, "500", "501", key, ERR));
    assert_string_equal(key, "k1");
    assert_int_equal(store_map_by_remote(f->store, f->link, MAP_ITEM, "", "501", key, NULL), RC_NOT_FOUND);
    assert_int_equal(store_map_by_remote(f->store, f->link, MAP_GROUP, "500", "501", key, NULL), RC_NOT_FOUND);
    OK(store_map_by_sku(f->store, f->link, "A-1", key, ERR));
    assert_string_equal(key, "k1");
    /* Put again: what it says of the shop changes alone, then what it is bound to. */
    row.digest[1] = digest_of("other", 5);
    row.stock_told = -3;
    row.dirty_stock = true;
    OK(store_map_put(f->store, f->link, MAP_ITEM, "k1", &row, ERR));
    OK(store_map_get(f->store, f->link, MAP_ITEM, "k1", &back, ERR));
    assert_memory_equal(&row, &back, sizeof row);
    str_copy(row.remote_id, sizeof row.remote_id, "502");
    str_copy(row.sku, sizeof row.sku, "A-2");
    row.dirty_stock = false;
    OK(store_map_put(f->store, f->link, MAP_ITEM, "k1", &row, ERR));
    OK(store_map_get(f->store, f->link, MAP_ITEM, "k1", &back, ERR));
    assert_memory_equal(&row, &back, sizeof row);
    assert_int_equal(store_map_by_remote(f->store, f->link, MAP_ITEM, "500", "501", key, NULL), RC_NOT_FOUND);
    assert_int_equal(store_map_by_sku(f->store, f->link, "A-1", key, NULL), RC_NOT_FOUND);
    OK(store_map_by_sku(f->store, f->link, "A-2", key, ERR));
    OK(store_map_remove(f->store, f->link, MAP_ITEM, "k1", ERR));
    assert_int_equal(store_map_by_sku(f->store, f->link, "A-2", key, NULL), RC_NOT_FOUND);
}

static enum rc count_sold(void *ctx, const char *key, const char *sku, struct err *err) {
    (void)err;
    (void)key;
    (void)sku;
    (*(int *)ctx)++;
    return RC_OK;
}

static enum rc count_rows(void *ctx, const char *key, const struct map_row *row, struct err *err) {
    (void)err;
    (void)row;
    (void)key;
    (*(int *)ctx)++;
    return RC_OK;
}

static void sold_items_are_listed_until_they_are_sent(void **state) {
    struct fixture *f = *state;
    struct map_row row;
    memset(&row, 0, sizeof row);
    char key[16];
    for (int i = 0; i < 10; i++) {
        str_fmt(key, sizeof key, "k%d", i);
        str_fmt(row.sku, sizeof row.sku, "S%d", i);
        OK(store_map_put(f->store, f->link, MAP_ITEM, key, &row, ERR));
    }
    OK(store_map_mark_sold(f->store, f->link, "k3", ERR));
    OK(store_map_mark_sold(f->store, f->link, "k5", ERR));
    OK(store_map_mark_sold(f->store, f->link, "unknown", ERR));
    int n = 0;
    OK(store_map_sold(f->store, f->link, "", 100, count_sold, &n, ERR));
    assert_int_equal(n, 2);
    n = 0;
    OK(store_map_sold(f->store, f->link, "k3", 100, count_sold, &n, ERR));
    assert_int_equal(n, 1);
    str_copy(row.sku, sizeof row.sku, "S5");
    OK(store_map_put(f->store, f->link, MAP_ITEM, "k5", &row, ERR));
    n = 0;
    OK(store_map_sold(f->store, f->link, "", 100, count_sold, &n, ERR));
    assert_int_equal(n, 1);
    n = 0;
    OK(store_map_each(f->store, f->link, MAP_ITEM, "k4", 3, count_rows, &n, ERR));
    assert_int_equal(n, 3);
}

struct runs {
    int n;
    struct run_row newest;
    char summary[64];
};

static void look_run(void *ctx, const struct run_row *row) {
    struct runs *r = ctx;
    if (r->n++ == 0) {
        r->newest = *row;
        str_copy(r->summary, sizeof r->summary, row->summary);
    }
}

static void runs_are_kept_newest_first(void **state) {
    struct fixture *f = *state;
    int64_t run = 0;
    OK(store_run_begin(f->store, f->link, "offer", "manual", &run, ERR));
    struct run_counts counts = {.expected = 5, .done = 3, .skipped = 1, .failed = 1, .requests = 9};
    OK(store_run_end(f->store, run, &counts, "partly", "why", ERR));
    OK(store_run_begin(f->store, f->link, "orders", "schedule", &run, ERR));
    struct runs r = {0};
    OK(store_runs(f->store, f->link, 10, look_run, &r, ERR));
    assert_int_equal(r.n, 2);
    assert_string_equal(r.newest.flow, "orders");
    assert_int_equal(r.newest.ended_ms, 0);
    OK(store_run_end(f->store, run, &counts, "partly", "why", ERR));
    r.n = 0;
    OK(store_runs(f->store, f->link, 1, look_run, &r, ERR));
    assert_int_equal(r.n, 1);
    assert_int_equal(r.newest.counts.done, 3);
    assert_int_equal(r.newest.counts.requests, 9);
    assert_string_equal(r.newest.result, "partly");
    assert_string_equal(r.summary, "why");
}

static void the_run_log_does_not_grow_for_ever(void **state) {
    struct fixture *f = *state;
    OK(store_begin(f->store, ERR));
    for (int i = 0; i < 6000; i++) {
        int64_t run = 0;
        OK(store_run_begin(f->store, f->link, "orders", "schedule", &run, ERR));
    }
    OK(store_commit(f->store, ERR));
    struct runs r = {0};
    OK(store_runs(f->store, f->link, 100000, look_run, &r, ERR));
    assert_int_equal(r.n, 5000);
    assert_int_equal(r.newest.run, 6000);
}

struct parked {
    int n;
    struct parked_row row;
    char reason[100];
};

static void look_parked(void *ctx, const struct parked_row *row) {
    struct parked *p = ctx;
    p->n++;
    p->row = *row;
    str_copy(p->reason, sizeof p->reason, row->reason);
}

static void a_parked_item_tells_since_when(void **state) {
    struct fixture *f = *state;
    OK(store_parked_put(f->store, f->link, "offer", "k1", "A", "vat", "No VAT.", ERR));
    f->clock.now_ms += 500;
    OK(store_parked_put(f->store, f->link, "offer", "k1", "A", "vat", "No VAT code.", ERR));
    struct parked p = {0};
    OK(store_parked_each(f->store, f->link, look_parked, &p, ERR));
    assert_int_equal(p.n, 1);
    assert_int_equal(p.row.times, 2);
    assert_int_equal(p.row.since_ms, 1700000000000);
    assert_int_equal(p.row.last_ms, 1700000000500);
    assert_string_equal(p.reason, "No VAT code.");
    OK(store_parked_put(f->store, f->link, "offer", "k1", "A", "price", "No price.", ERR));
    p.n = 0;
    OK(store_parked_each(f->store, f->link, look_parked, &p, ERR));
    assert_int_equal(p.row.since_ms, 1700000000500);
    int64_t n = 0;
    OK(store_parked_count(f->store, f->link, &n, ERR));
    assert_int_equal(n, 1);
    OK(store_parked_clear(f->store, f->link, "offer", "k1", ERR));
    OK(store_parked_count(f->store, f->link, &n, ERR));
    assert_int_equal(n, 0);
}

static void add_event(void *ctx, int64_t at_ms, const char *what) {
    struct buf *b = ctx;
    buf_addf(b, "%lld %s;", (long long)(at_ms - 1700000000000), what);
}

static void a_timeline_is_in_order(void **state) {
    struct fixture *f = *state;
    OK(store_event(f->store, f->link, EVENT_ORDER "7", "seen", ERR));
    OK(store_event(f->store, f->link, EVENT_ITEM "7", "sent", ERR));
    f->clock.now_ms += 5;
    OK(store_event(f->store, f->link, EVENT_ORDER "7", "written", ERR));
    struct buf b;
    buf_init(&b, 200);
    OK(store_events(f->store, f->link, EVENT_ORDER "7", add_event, &b, ERR));
    assert_string_equal(b.data, "0 seen;5 written;");
    buf_free(&b);
}

static enum rc add_cursor(void *ctx, const char *link_name, const char *value, struct err *err) {
    (void)err;
    struct buf *b = ctx;
    buf_addf(b, "%s=%s;", link_name, value);
    return RC_OK;
}

static void a_link_gets_another_name_with_all_it_has(void **state) {
    struct fixture *f = *state;
    int64_t fresh = 0, again = 0;
    struct err err;
    OK(store_link(f->store, "renamed", &fresh, ERR)); /* asked for already, but nothing is kept under it */
    OK(store_cursor_put(f->store, f->link, "bound", "x", ERR));
    OK(store_run_begin(f->store, fresh, "run", "manual", &again, ERR)); /* it could not begin */
    OK(store_link_rename(f->store, "shop", "renamed", ERR));
    OK(store_link(f->store, "renamed", &again, ERR));
    assert_int_equal(again, f->link);
    assert_int_equal(store_link_rename(f->store, "shop", "third", &err), RC_NOT_FOUND);
    OK(store_link(f->store, "second", &fresh, ERR));
    OK(store_event(f->store, fresh, EVENT_ORDER "7", "seen", ERR));
    assert_int_equal(store_link_rename(f->store, "renamed", "second", &err), RC_CONFLICT);
    OK(store_cursor_put(f->store, fresh, "bound", "y", ERR));
    struct buf b;
    buf_init(&b, 200);
    OK(store_cursor_each_link(f->store, "bound", add_cursor, &b, ERR));
    assert_string_equal(b.data, "renamed=x;second=y;");
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_step_is_open_until_it_is_done),
        TEST(the_journal_does_not_grow_for_ever),
        TEST(a_map_row_comes_back_whole),
        TEST(sold_items_are_listed_until_they_are_sent),
        TEST(runs_are_kept_newest_first),
        TEST(the_run_log_does_not_grow_for_ever),
        TEST(a_parked_item_tells_since_when),
        TEST(a_timeline_is_in_order),
        TEST(a_link_gets_another_name_with_all_it_has),
    };
    return cmocka_run_group_tests_name("store/state", tests, NULL, NULL);
}
