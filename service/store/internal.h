/* Private to service/store: the open file and the few words every subject file is written in. */
#ifndef SERVICE_STORE_INTERNAL_H
#define SERVICE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "service/store/store.h"

#define STATEMENTS_MAX 96

struct cached_statement {
    const char *sql; /* identity is the address: one literal, one statement */
    sqlite3_stmt *st;
    bool busy;
};

struct store {
    sqlite3 *db;
    struct clock *clock;
    store_durable_hook hook;
    void *hook_ctx;
    bool in_transaction;
    bool snapshot; /* see store_snapshot(); never together with in_transaction */
    char *scratch; /* path of a scratch copy to remove at the end; NULL: the real file */
    struct cached_statement cache[STATEMENTS_MAX];
    size_t cached;
};

/* One use of a statement. q_open, then the binds in order, then q_step or q_run; q_run and q_close end it. A text or
 * blob bound to a statement that writes is borrowed until then, one bound to a statement that reads is copied, because
 * its caller may step on and change what it came from. A statement
 * that is in use already (a visitor that asks the store something) gets a private copy. */
struct q {
    struct store *s;
    sqlite3_stmt *st;
    struct cached_statement *slot; /* NULL: private copy */
    int at;
};
enum rc q_open(struct store *s, const char *sql, struct q *q, struct err *err);
void q_i64(struct q *q, int64_t v);
void q_text(struct q *q, const char *v); /* NULL binds "" */
void q_blob(struct q *q, const void *data, size_t len);
enum rc q_step(struct q *q, bool *row, struct err *err);
/* Executes a statement without rows and ends it. Outside a transaction it is durable now, and the hook is told. */
enum rc q_run(struct q *q, const char *what, struct err *err);
/* The same, and whether a row was there to change. Without one it changed nothing: the hook is not told. */
enum rc q_change(struct q *q, const char *what, bool *changed, struct err *err);
void q_close(struct q *q);
/* Column readers; texts are borrowed until the next step. */
int64_t q_col(const struct q *q, int i);
const char *q_col_text(const struct q *q, int i); /* never NULL */
void q_col_copy(const struct q *q, int i, char *out, size_t size);

/* For functions of several statements that must be one: opens a transaction unless the caller has one. */
enum rc own_begin(struct store *s, bool *own, struct err *err);
enum rc own_end(struct store *s, bool own, enum rc rc, const char *what, struct err *err);

enum rc store_fail(struct store *s, const char *doing, struct err *err);
int64_t store_now(struct store *s);
enum rc store_migrate(struct store *s, struct err *err);

#endif
