/* Rows of a database kept in memory, and put into another database unchanged. */
#ifndef TESTS_BENCH_BENCH_ROWS_H
#define TESTS_BENCH_BENCH_ROWS_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/* Rows in the order they were read. Column 0 is their group (which order they belong to); the rest are the columns of
 * the table, or of the statement. */
struct rows {
    sqlite3_value **values; /* count * columns */
    int columns;
    size_t count, capacity;
    size_t at; /* the next one to be put */
    sqlite3_stmt *put;
};

/* Ends the program with a message: a yardstick that cannot measure is worth nothing. */
void bench_stop(sqlite3 *db, const char *doing);
void bench_exec(sqlite3 *db, const char *sql);
int64_t bench_i64(sqlite3 *db, const char *sql);

/* Reads everything `sql` gives; its first column is the group. The only parameter, if there is one, is ?1 = after. */
void rows_read(struct rows *rows, sqlite3 *from, const char *sql, int64_t after);
/* The statement that rows_put() runs: its parameters are the columns behind the group, in order. */
void rows_prepare(struct rows *rows, sqlite3 *into, const char *sql);
/* Puts the rows that come next as long as their group is not above `group`; returns how many. */
size_t rows_put(struct rows *rows, int64_t group);
void rows_free(struct rows *rows);

#endif
