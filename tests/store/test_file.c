#include <sqlite3.h>

#include "tests/store/form_2.h"
#include "tests/store/store_fixture.h"

static void opened_again_it_has_what_it_had(void **state) {
    struct fixture *f = *state;
    OK(store_cursor_put(f->store, f->link, "orders", "place-1", ERR));
    store_close(f->store);
    OK(store_open(f->path, &f->clock.clock, &f->store, ERR));
    int64_t link = 0;
    OK(store_link(f->store, "shop", &link, ERR));
    assert_int_equal(link, f->link);
    struct buf cursor;
    buf_init(&cursor, 100);
    OK(store_cursor_get(f->store, f->link, "orders", &cursor, ERR));
    assert_string_equal(cursor.data, "place-1");
    OK(store_cursor_get(f->store, f->link, "products", &cursor, ERR));
    assert_string_equal(cursor.data, "");
    buf_free(&cursor);
}

/* Bytes 60 to 63 of an SQLite file are its user_version, 68 to 71 its application id, both big-endian. */
static void patch(const char *path, size_t at, unsigned char value) {
    struct buf data;
    OK(os_read_file(path, 64 * 1024 * 1024, &data, ERR));
    data.data[at + 3] = (char)value;
    OK(os_file_replace(path, data.data, data.len, false, ERR));
    buf_free(&data);
}

static void a_newer_file_is_refused_and_left(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    patch(f->path, 60, 99);
    struct buf before, after;
    OK(os_read_file(f->path, 64 * 1024 * 1024, &before, ERR));
    struct store *s = NULL;
    struct err err;
    assert_int_equal(store_open(f->path, &f->clock.clock, &s, &err), RC_INVALID);
    assert_null(s);
    assert_non_null(strstr(err.text, "newer Shopferry"));
    OK(os_read_file(f->path, 64 * 1024 * 1024, &after, ERR));
    assert_int_equal(before.len, after.len);
    assert_memory_equal(before.data, after.data, after.len);
    buf_free(&before);
    buf_free(&after);
}

static const char goods_of_form_2[] =
    "INSERT INTO link(id, name) VALUES(1, 'shop');"
    "INSERT INTO map VALUES(1, 2, 'k', '9', '', 'A', x'', 0, 0, 1);"
    "INSERT INTO inbox(id, link, remote_id, number, status, state, seen_ms, modified_ms, content, raw_digest)"
    " VALUES(1, 1, '7', '7', 'on-hold', 0, 1, 1, x'00', x'00');"
    "INSERT INTO unimported VALUES('A', 1, 5000), ('B', 1, 2000);";

static void goods_of_form_2_get_their_item(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    char path[600];
    os_path_join(path, sizeof path, f->folder, "form2.db");
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, form_2, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, goods_of_form_2, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    OK(store_open(path, &f->clock.clock, &f->store, ERR));
    struct map_row row;
    int64_t of_item = 0, of_old_sku = 0, of_unbound = 0;
    OK(store_unimported(f->store, "k", "renamed", &of_item, ERR));
    OK(store_unimported(f->store, "", "A", &of_old_sku, ERR));
    OK(store_unimported(f->store, "", "B", &of_unbound, ERR));
    assert_int_equal(of_item, 5000);
    assert_int_equal(of_old_sku, 0);
    assert_int_equal(of_unbound, 2000);
    OK(store_map_get(f->store, f->link, MAP_ITEM, "k", &row, ERR));
    assert_true(row.dirty_stock);
}

static void another_programs_file_is_refused(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    patch(f->path, 68, 1);
    struct store *s = NULL;
    struct err err;
    assert_int_equal(store_open(f->path, &f->clock.clock, &s, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "another program"));
}

static void what_is_no_database_is_refused(void **state) {
    struct fixture *f = *state;
    char path[600];
    os_path_join(path, sizeof path, f->folder, "junk.db");
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    OK(os_file_replace(path, junk, sizeof junk, false, ERR));
    struct store *s = NULL;
    struct err err;
    assert_int_equal(store_open(path, &f->clock.clock, &s, &err), RC_IO);
    assert_int_equal(err.reach, REACH_LINK);
}

static void a_rolled_back_transaction_leaves_nothing(void **state) {
    struct fixture *f = *state;
    struct buf cursor;
    buf_init(&cursor, 100);
    OK(store_begin(f->store, ERR));
    assert_int_equal(store_begin(f->store, NULL), RC_INTERNAL);
    OK(store_cursor_put(f->store, f->link, "orders", "a", ERR));
    store_rollback(f->store);
    OK(store_cursor_get(f->store, f->link, "orders", &cursor, ERR));
    assert_string_equal(cursor.data, "");
    OK(store_begin(f->store, ERR));
    OK(store_cursor_put(f->store, f->link, "orders", "b", ERR));
    OK(store_commit(f->store, ERR));
    OK(store_cursor_get(f->store, f->link, "orders", &cursor, ERR));
    assert_string_equal(cursor.data, "b");
    assert_int_equal(store_commit(f->store, NULL), RC_INTERNAL);
    buf_free(&cursor);
}

static void count_hook(void *ctx, const char *what) {
    (void)what;
    (*(int *)ctx)++;
}

static void the_hook_is_told_once_a_durable_write(void **state) {
    struct fixture *f = *state;
    int told = 0;
    store_on_durable(f->store, count_hook, &told);
    OK(store_cursor_put(f->store, f->link, "orders", "a", ERR));
    assert_int_equal(told, 1);
    OK(store_begin(f->store, ERR));
    OK(store_cursor_put(f->store, f->link, "orders", "b", ERR));
    OK(store_event(f->store, f->link, EVENT_ORDER "1", "x", ERR));
    assert_int_equal(told, 1);
    OK(store_commit(f->store, ERR));
    assert_int_equal(told, 2);
    OK(store_event(f->store, f->link, EVENT_ORDER "1", "y", ERR));
    assert_int_equal(told, 3);
    OK(store_parked_clear(f->store, f->link, "offer", "nothing", ERR));
    assert_int_equal(told, 3);
}

static void a_scratch_copy_changes_nothing_and_goes(void **state) {
    struct fixture *f = *state;
    OK(store_cursor_put(f->store, f->link, "orders", "real", ERR));
    char path[600];
    os_path_join(path, sizeof path, f->folder, "scratch.db");
    struct store *copy = NULL;
    OK(store_open_scratch(f->path, path, &f->clock.clock, &copy, ERR));
    struct buf cursor;
    buf_init(&cursor, 100);
    OK(store_cursor_get(copy, f->link, "orders", &cursor, ERR));
    assert_string_equal(cursor.data, "real");
    OK(store_cursor_put(copy, f->link, "orders", "preview", ERR));
    assert_true(os_exists(path));
    store_close(copy);
    assert_false(os_exists(path));
    OK(store_cursor_get(f->store, f->link, "orders", &cursor, ERR));
    assert_string_equal(cursor.data, "real");
    buf_free(&cursor);
}

static void a_second_reader_sees_commits(void **state) {
    struct fixture *f = *state;
    struct store *other = NULL;
    OK(store_open(f->path, &f->clock.clock, &other, ERR));
    OK(store_cursor_put(f->store, f->link, "orders", "a", ERR));
    struct buf cursor;
    buf_init(&cursor, 100);
    OK(store_cursor_get(other, f->link, "orders", &cursor, ERR));
    assert_string_equal(cursor.data, "a");
    buf_free(&cursor);
    store_close(other);
}

static void expect_cursor(struct store *s, int64_t link, const char *expected) {
    struct buf cursor;
    buf_init(&cursor, 100);
    OK(store_cursor_get(s, link, "orders", &cursor, ERR));
    assert_string_equal(cursor.data, expected);
    buf_free(&cursor);
}

static void a_snapshot_is_one_view_until_something_is_written(void **state) {
    struct fixture *f = *state;
    struct store *other = NULL;
    OK(store_open(f->path, &f->clock.clock, &other, ERR));
    OK(store_cursor_put(f->store, f->link, "orders", "a", ERR));
    store_snapshot(f->store);
    expect_cursor(f->store, f->link, "a");
    OK(store_cursor_put(other, f->link, "orders", "b", ERR));
    expect_cursor(f->store, f->link, "a");
    /* A write ends it, is durable when it returns, and is told. */
    int told = 0;
    store_on_durable(f->store, count_hook, &told);
    OK(store_cursor_put(f->store, f->link, "products", "c", ERR));
    assert_int_equal(told, 1);
    expect_cursor(f->store, f->link, "b");
    store_snapshot(f->store);
    OK(store_begin(f->store, ERR));
    OK(store_cursor_put(f->store, f->link, "orders", "d", ERR));
    store_snapshot(f->store); /* inside a transaction it is nothing */
    store_snapshot_end(f->store);
    expect_cursor(other, f->link, "b");
    OK(store_commit(f->store, ERR));
    expect_cursor(other, f->link, "d");
    store_snapshot(f->store);
    expect_cursor(f->store, f->link, "d");
    OK(store_cursor_put(other, f->link, "orders", "e", ERR));
    store_snapshot_end(f->store);
    expect_cursor(f->store, f->link, "e");
    store_close(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(opened_again_it_has_what_it_had),       TEST(a_newer_file_is_refused_and_left),
        TEST(goods_of_form_2_get_their_item),        TEST(another_programs_file_is_refused),
        TEST(what_is_no_database_is_refused),        TEST(a_rolled_back_transaction_leaves_nothing),
        TEST(the_hook_is_told_once_a_durable_write), TEST(a_scratch_copy_changes_nothing_and_goes),
        TEST(a_second_reader_sees_commits),          TEST(a_snapshot_is_one_view_until_something_is_written),
    };
    return cmocka_run_group_tests_name("store/file", tests, NULL, NULL);
}
