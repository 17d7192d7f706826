/* The database trait on its engine: values, transactions, what each failure is called. */
#include "common/base/str.h"
#include "tests/erp/company.h"
#include "tests/support/temp_folder.h"

struct fixture {
    char folder[512], path[600];
    struct db *db;
    struct err err;
};

static int setup(void **state) {
    struct fixture *f = test_calloc(1, sizeof *f);
    temp_folder_make(f->folder, sizeof f->folder);
    os_path_join(f->path, sizeof f->path, f->folder, "a.db");
    assert_ok(f, db_sqlite_open(f->path, DB_NEW_BULK, NULL, &f->db, &f->err));
    assert_ok(f, db_script(f->db,
                           "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER CHECK (n > 0)) STRICT;"
                           "CREATE TABLE child (t INTEGER REFERENCES t (id)) STRICT;"
                           "INSERT INTO t VALUES (1, 'zażółć', 5), (2, NULL, NULL)",
                           &f->err));
    db_close(f->db);
    assert_ok(f, db_open("sqlite", f->path, DB_EXISTING, NULL, &f->db, &f->err));
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    db_close(f->db);
    temp_folder_remove(f->folder);
    test_free(f);
    return 0;
}

static void values_by_name(void **state) {
    struct fixture *f = *state;
    struct db_stmt *s = NULL;
    bool row = false;
    size_t len = 0;
    assert_ok(f, db_prepare(f->db, "SELECT name, n, :x AS x, :y AS y FROM t WHERE id = :id", &s, &f->err));
    assert_int_equal(db_param(s, "nothing"), 0);
    db_bind_int(s, 0, 9); /* a parameter that is not there */
    db_bind_text(s, db_param(s, "x"), "it's \"quoted\"; DROP TABLE t");
    db_bind_int(s, db_param(s, "y"), INT64_MIN);
    db_bind_int(s, db_param(s, "id"), 1);
    assert_ok(f, db_step(s, &row, &f->err));
    assert_true(row);
    assert_string_equal(db_text(s, db_column(s, "name"), &len), "zażółć");
    assert_int_equal(len, strlen("zażółć"));
    assert_int_equal(db_int(s, db_column(s, "n")), 5);
    assert_string_equal(db_text(s, db_column(s, "x"), NULL), "it's \"quoted\"; DROP TABLE t");
    assert_true(db_int(s, db_column(s, "y")) == INT64_MIN);
    assert_int_equal(db_column(s, "id"), -1);
    assert_ok(f, db_step(s, &row, &f->err));
    assert_false(row);
    db_reset(s);
    db_bind_int(s, db_param(s, "id"), 2);
    db_bind_null(s, db_param(s, "x"));
    assert_ok(f, db_step(s, &row, &f->err));
    assert_true(row && db_is_null(s, 0) && db_is_null(s, 2));
    assert_null(db_text(s, 0, &len));
    assert_int_equal(len, 0);
    assert_int_equal(db_int(s, 1), 0);
    db_stmt_free(s);
}

static void failures_have_names(void **state) {
    struct fixture *f = *state;
    struct db_stmt *s = NULL;
    struct db *other = NULL;
    char missing[700];
    str_fmt(missing, sizeof missing, "%s.none", f->path);
    assert_int_equal(db_script(f->db, "INSERT INTO t VALUES (3, 'zażółć', 1)", &f->err), RC_CONFLICT);
    assert_int_equal(f->err.reach, REACH_ITEM);
    assert_int_equal(db_script(f->db, "INSERT INTO t VALUES (1, 'b', 1)", &f->err), RC_CONFLICT);
    assert_int_equal(db_script(f->db, "INSERT INTO t VALUES (3, 'b', 0)", &f->err), RC_REJECTED);
    assert_int_equal(db_script(f->db, "INSERT INTO child VALUES (99)", &f->err), RC_REJECTED);
    assert_int_equal(db_prepare(f->db, "SELECT nothing FROM nowhere", &s, &f->err), RC_INVALID);
    assert_int_equal(db_prepare(f->db, "-- nothing", &s, &f->err), RC_INVALID);
    assert_int_equal(db_sqlite_open(missing, DB_EXISTING, NULL, &other, &f->err), RC_NOT_FOUND);
    assert_int_equal(db_sqlite_open(f->path, DB_NEW_BULK, NULL, &other, &f->err), RC_CONFLICT);
    assert_int_equal(db_open("oracle", f->path, DB_EXISTING, NULL, &other, &f->err), RC_UNSUPPORTED);
    assert_false(os_exists(missing));
    assert_null(other);
    assert_null(s);
}

static void a_file_that_is_no_database(void **state) {
    struct fixture *f = *state;
    struct db *other = NULL;
    char path[700];
    str_fmt(path, sizeof path, "%s.txt", f->path);
    char text[2048];
    memset(text, 'x', sizeof text);
    assert_ok(f, os_file_replace(path, text, sizeof text, false, &f->err));
    assert_int_equal(db_sqlite_open(path, DB_EXISTING, NULL, &other, &f->err), RC_IO);
    assert_non_null(strstr(f->err.text, "no database"));
}

static int64_t count(struct fixture *f) {
    struct db_stmt *s = NULL;
    bool row = false;
    assert_ok(f, db_prepare(f->db, "SELECT count(*) FROM t", &s, &f->err));
    assert_ok(f, db_step(s, &row, &f->err));
    int64_t n = db_int(s, 0);
    db_stmt_free(s);
    return n;
}

static void transactions(void **state) {
    struct fixture *f = *state;
    db_rollback(f->db); /* none open */
    assert_ok(f, db_begin(f->db, &f->err));
    assert_ok(f, db_script(f->db, "INSERT INTO t VALUES (3, 'c', 1)", &f->err));
    assert_int_equal(count(f), 3);
    db_rollback(f->db);
    assert_int_equal(count(f), 2);
    assert_ok(f, db_begin(f->db, &f->err));
    assert_ok(f, db_script(f->db, "INSERT INTO t VALUES (3, 'c', 1)", &f->err));
    assert_ok(f, db_commit(f->db, &f->err));
    db_rollback(f->db);
    assert_int_equal(count(f), 3);
}

static void a_writer_elsewhere_means_later_and_stop_ends_the_wait(void **state) {
    struct fixture *f = *state;
    struct stop *stop = stop_new();
    struct db *other = NULL;
    assert_ok(f, db_sqlite_open(f->path, DB_EXISTING, stop, &other, &f->err));
    assert_ok(f, db_begin(f->db, &f->err));
    int64_t start = clock_monotonic_us(os_clock());
    assert_int_equal(db_begin(other, &f->err), RC_LATER);
    int64_t waited = clock_monotonic_us(os_clock()) - start;
    assert_in_range(waited, 1000000, 20000000);
    assert_int_equal(f->err.reach, REACH_FLOW);
    /* Reading is held up by nobody. */
    struct db_stmt *s = NULL;
    bool row = false;
    assert_ok(f, db_prepare(other, "SELECT count(*) FROM t", &s, &f->err));
    assert_ok(f, db_step(s, &row, &f->err));
    db_stmt_free(s);
    stop_set(stop);
    assert_int_equal(db_begin(other, &f->err), RC_STOPPED);
    db_rollback(f->db);
    db_close(other);
    stop_free(stop);
}

static void stop_ends_a_long_statement(void **state) {
    struct fixture *f = *state;
    struct stop *stop = stop_new();
    struct db *other = NULL;
    struct db_stmt *s = NULL;
    bool row = false;
    assert_ok(f, db_sqlite_open(f->path, DB_EXISTING, stop, &other, &f->err));
    assert_ok(f,
              db_prepare(other, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
                         &s, &f->err));
    stop_set(stop);
    assert_int_equal(db_step(s, &row, &f->err), RC_STOPPED);
    db_stmt_free(s);
    /* Undoing still works. */
    db_rollback(other);
    db_close(other);
    stop_free(stop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_have_names, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_database, setup, teardown),
        cmocka_unit_test_setup_teardown(transactions, setup, teardown),
        cmocka_unit_test_setup_teardown(a_writer_elsewhere_means_later_and_stop_ends_the_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(stop_ends_a_long_statement, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
