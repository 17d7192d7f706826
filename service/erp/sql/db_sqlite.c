/* SQLite under the database trait. */
#include <sqlite3.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/erp/sql/db.h"

#define BUSY_STEP_MS  20
#define BUSY_LIMIT_MS 5000
/* Virtual machine steps between two looks at the stop flag: well under a millisecond. */
#define STOP_LOOK_STEPS 20000

struct lite {
    struct db db;
    sqlite3 *handle;
    struct stop *stop;
};
struct lite_stmt {
    struct db_stmt stmt;
    struct lite *lite;
    sqlite3_stmt *handle;
};

static int wait_while_busy(void *ctx, int tries) {
    struct lite *l = ctx;
    return tries < BUSY_LIMIT_MS / BUSY_STEP_MS && !os_wait(l->stop, BUSY_STEP_MS);
}

static int look_at_stop(void *ctx) {
    const struct lite *l = ctx;
    return stop_is_set(l->stop);
}

static enum rc constraint_failed(const struct lite *l, struct err *err) {
    int code = sqlite3_extended_errcode(l->handle);
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return err_set(err, RC_CONFLICT, REACH_ITEM, "The company database has a row with this key already (%s).",
                       sqlite3_errmsg(l->handle));
    return err_set(err, RC_REJECTED, REACH_ITEM, "The company database refuses the row: %s.",
                   sqlite3_errmsg(l->handle));
}

/* A fault of this machine, as a full disk is: no secret of the shop is wrong. */
static enum rc may_not_write(struct err *err) {
    return err_set(err, RC_IO, REACH_LINK,
                   "The company database may not be written by this account: check the rights of its file and its "
                   "folder.");
}

/* The engine's last failure in our words. */
static enum rc failed(const struct lite *l, int code, struct err *err) {
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        if (stop_is_set(l->stop))
            return err_set(err, RC_STOPPED, REACH_FLOW, "Stopped while waiting for the company database.");
        return err_set(err, RC_LATER, REACH_FLOW,
                       "The company database is in use by another program; waited %d seconds for it.",
                       BUSY_LIMIT_MS / 1000);
    case SQLITE_INTERRUPT: return err_set(err, RC_STOPPED, REACH_FLOW, "Stopped while reading the company database.");
    case SQLITE_CONSTRAINT: return constraint_failed(l, err);
    case SQLITE_TOOBIG: return err_set(err, RC_TOO_BIG, REACH_ITEM, "A value is too big for the company database.");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return may_not_write(err);
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return err_set(err, RC_IO, REACH_LINK, "The company database is damaged or is no database at all (%s).",
                       sqlite3_errmsg(l->handle));
    case SQLITE_FULL: return err_set(err, RC_IO, REACH_LINK, "The disk of the company database is full.");
    case SQLITE_ERROR:
        return err_set(err, RC_INVALID, REACH_LINK, "The company database does not understand the profile's SQL: %s.",
                       sqlite3_errmsg(l->handle));
    default: {
        enum rc rc = err_set(err, RC_IO, REACH_LINK, "The company database failed: %s.", sqlite3_errmsg(l->handle));
        if (err)
            err->os_code = sqlite3_system_errno(l->handle);
        return rc;
    }
    }
}

/* --- statements --- */

static sqlite3_stmt *handle_of(const struct db_stmt *s) {
    return ((const struct lite_stmt *)s)->handle;
}

static void stmt_free(struct db_stmt *s) {
    sqlite3_finalize(handle_of(s));
    mem_free(s);
}

static int stmt_param(const struct db_stmt *s, const char *name) {
    char with_colon[64] = ":";
    if (!str_copy(with_colon + 1, sizeof with_colon - 1, name))
        return 0;
    return sqlite3_bind_parameter_index(handle_of(s), with_colon);
}

static void stmt_bind_text(struct db_stmt *s, int param, const char *value) {
    if (param > 0)
        (void)sqlite3_bind_text(handle_of(s), param, value, -1, SQLITE_STATIC);
}

static void stmt_bind_int(struct db_stmt *s, int param, int64_t value) {
    if (param > 0)
        (void)sqlite3_bind_int64(handle_of(s), param, value);
}

static void stmt_bind_null(struct db_stmt *s, int param) {
    if (param > 0)
        (void)sqlite3_bind_null(handle_of(s), param);
}

static int stmt_column_count(const struct db_stmt *s) {
    return sqlite3_column_count(handle_of(s));
}

static const char *stmt_column_name(const struct db_stmt *s, int column) {
    return sqlite3_column_name(handle_of(s), column);
}

static enum rc stmt_step(struct db_stmt *s, bool *row, struct err *err) {
    int code = sqlite3_step(handle_of(s));
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return failed(((struct lite_stmt *)s)->lite, code, err);
    *row = code == SQLITE_ROW;
    return RC_OK;
}

static void stmt_reset(struct db_stmt *s) {
    (void)sqlite3_reset(handle_of(s)); /* repeats the failure of the step, which was told there */
}

static bool stmt_is_null(struct db_stmt *s, int column) {
    return sqlite3_column_type(handle_of(s), column) == SQLITE_NULL;
}

static int64_t stmt_int(struct db_stmt *s, int column) {
    return sqlite3_column_int64(handle_of(s), column);
}

static const char *stmt_text(struct db_stmt *s, int column, size_t *len) {
    const char *text = (const char *)sqlite3_column_text(handle_of(s), column);
    if (len)
        *len = text ? (size_t)sqlite3_column_bytes(handle_of(s), column) : 0;
    return text;
}

static const struct db_stmt_vt stmt_vt = {
    .free = stmt_free,
    .param = stmt_param,
    .bind_text = stmt_bind_text,
    .bind_int = stmt_bind_int,
    .bind_null = stmt_bind_null,
    .column_count = stmt_column_count,
    .column_name = stmt_column_name,
    .step = stmt_step,
    .reset = stmt_reset,
    .is_null = stmt_is_null,
    .get_int = stmt_int,
    .get_text = stmt_text,
};

/* --- the database --- */

static void lite_close(struct db *db) {
    struct lite *l = (struct lite *)db;
    (void)sqlite3_close_v2(l->handle);
    mem_free(l);
}

static enum rc lite_prepare(struct db *db, const char *sql, struct db_stmt **out, struct err *err) {
    struct lite *l = (struct lite *)db;
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v3(l->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
    if (code != SQLITE_OK)
        return failed(l, code, err);
    if (!handle)
        return err_set(err, RC_INVALID, REACH_LINK, "A statement of the profile is empty.");
    struct lite_stmt *s = MEM_NEW(struct lite_stmt);
    s->stmt.vt = &stmt_vt;
    s->lite = l;
    s->handle = handle;
    *out = &s->stmt;
    return RC_OK;
}

static enum rc lite_script(struct db *db, const char *sql, struct err *err) {
    struct lite *l = (struct lite *)db;
    int code = sqlite3_exec(l->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? RC_OK : failed(l, code, err);
}

static enum rc lite_begin(struct db *db, struct err *err) {
    /* Else it would begin, and the first write would fail, after the shop was asked already. */
    if (sqlite3_db_readonly(((struct lite *)db)->handle, "main") == 1)
        return may_not_write(err);
    return lite_script(db, "BEGIN IMMEDIATE", err);
}

static enum rc lite_begin_read(struct db *db, struct err *err) {
    return lite_script(db, "BEGIN", err);
}

static enum rc lite_commit(struct db *db, struct err *err) {
    return lite_script(db, "COMMIT", err);
}

static void lite_rollback(struct db *db) {
    struct lite *l = (struct lite *)db;
    /* Not through the stop flag: what was begun is undone in any case. */
    sqlite3_progress_handler(l->handle, 0, NULL, NULL);
    if (!sqlite3_get_autocommit(l->handle))
        (void)sqlite3_exec(l->handle, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_progress_handler(l->handle, STOP_LOOK_STEPS, look_at_stop, l);
}

static const struct db_vt lite_vt = {
    .engine = "sqlite",
    .close = lite_close,
    .prepare = lite_prepare,
    .script = lite_script,
    .begin = lite_begin,
    .begin_read = lite_begin_read,
    .commit = lite_commit,
    .rollback = lite_rollback,
};

/* Durable, shared with others, careful with memory: a page cache of 8 MiB, and no temporary file. */
static const char SETTINGS[] = "PRAGMA trusted_schema = 0;"
                               "PRAGMA cache_size = -8192;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA foreign_keys = 1;"
                               "PRAGMA synchronous = FULL;";
static const char SETTINGS_BULK[] = "PRAGMA page_size = 4096;"
                                    "PRAGMA cache_size = -65536;"
                                    "PRAGMA temp_store = MEMORY;"
                                    "PRAGMA locking_mode = EXCLUSIVE;"
                                    "PRAGMA journal_mode = OFF;"
                                    "PRAGMA synchronous = OFF;"
                                    "PRAGMA foreign_keys = 0;";

enum rc db_sqlite_open(const char *text, enum db_mode mode, struct stop *stop, struct db **out, struct err *err) {
    bool fresh = mode == DB_NEW_BULK;
    if (!fresh && !os_exists(text))
        return err_set(err, RC_NOT_FOUND, REACH_LINK, "There is no company database at %s.", text);
    if (fresh && os_exists(text))
        return err_set(err, RC_CONFLICT, REACH_LINK, "There is a file at %s already; it is left as it is.", text);
    struct lite *l = MEM_NEW(struct lite);
    l->db.vt = &lite_vt;
    l->stop = stop;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (fresh ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(text, &l->handle, flags, NULL);
    if (code == SQLITE_OK) {
        (void)sqlite3_extended_result_codes(l->handle, 1);
        sqlite3_busy_handler(l->handle, wait_while_busy, l);
        sqlite3_progress_handler(l->handle, STOP_LOOK_STEPS, look_at_stop, l);
        code = sqlite3_exec(l->handle, fresh ? SETTINGS_BULK : SETTINGS, NULL, NULL, NULL);
    }
    /* Reads nothing but the header: tells a file that is no database at once. */
    if (code == SQLITE_OK)
        code = sqlite3_exec(l->handle, "SELECT count(*) FROM sqlite_schema WHERE 0", NULL, NULL, NULL);
    /* Readers and a writer side by side. Somebody else may be at work in the old mode: then it stays, and works too. */
    if (code == SQLITE_OK && !fresh) {
        code = sqlite3_exec(l->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        code = (code & 0xff) == SQLITE_BUSY ? SQLITE_OK : code;
    }
    if (code != SQLITE_OK) {
        enum rc rc = (code & 0xff) == SQLITE_CANTOPEN
                         ? err_set(err, RC_DENIED, REACH_LINK, "The company database %s cannot be opened (%s).", text,
                                   sqlite3_errmsg(l->handle))
                         : failed(l, code, err);
        lite_close(&l->db);
        return rc;
    }
    *out = &l->db;
    return RC_OK;
}
