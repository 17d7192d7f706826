#include "tests/bench/bench_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/mem.h"

void bench_stop(sqlite3 *db, const char *doing) {
    (void)fprintf(stderr, "bench_inserts: %s: %s\n", doing, db ? sqlite3_errmsg(db) : "it is not there");
    exit(1);
}

void bench_exec(sqlite3 *db, const char *sql) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        bench_stop(db, sql);
}

int64_t bench_i64(sqlite3 *db, const char *sql) {
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
        bench_stop(db, sql);
    int64_t value = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return value;
}

void rows_read(struct rows *rows, sqlite3 *from, const char *sql, int64_t after) {
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(from, sql, -1, &st, NULL) != SQLITE_OK)
        bench_stop(from, sql);
    if (sqlite3_bind_parameter_count(st) > 0)
        sqlite3_bind_int64(st, 1, after);
    *rows = (struct rows){.columns = sqlite3_column_count(st)};
    int code;
    while ((code = sqlite3_step(st)) == SQLITE_ROW) {
        size_t wide = (size_t)rows->columns;
        mem_grow((void **)&rows->values, &rows->capacity, rows->count * wide + wide, sizeof *rows->values);
        for (int i = 0; i < rows->columns; i++)
            rows->values[rows->count * wide + (size_t)i] = sqlite3_value_dup(sqlite3_column_value(st, i));
        rows->count++;
    }
    if (code != SQLITE_DONE)
        bench_stop(from, sql);
    sqlite3_finalize(st);
}

void rows_prepare(struct rows *rows, sqlite3 *into, const char *sql) {
    if (sqlite3_prepare_v3(into, sql, -1, SQLITE_PREPARE_PERSISTENT, &rows->put, NULL) != SQLITE_OK)
        bench_stop(into, sql);
}

size_t rows_put(struct rows *rows, int64_t group) {
    size_t from = rows->at;
    for (; rows->at < rows->count; rows->at++) {
        sqlite3_value **row = rows->values + rows->at * (size_t)rows->columns;
        if (sqlite3_value_int64(row[0]) > group)
            break;
        for (int i = 1; i < rows->columns; i++)
            sqlite3_bind_value(rows->put, i, row[i]);
        if (sqlite3_step(rows->put) != SQLITE_DONE)
            bench_stop(sqlite3_db_handle(rows->put), sqlite3_sql(rows->put));
        sqlite3_reset(rows->put);
    }
    return rows->at - from;
}

void rows_free(struct rows *rows) {
    for (size_t i = 0; i < rows->count * (size_t)rows->columns; i++)
        sqlite3_value_free(rows->values[i]);
    mem_free(rows->values);
    sqlite3_finalize(rows->put);
    *rows = (struct rows){0};
}
