/* A small database trait: what the SQL driver needs of an engine, and nothing of any engine.
 *
 * SQL text comes from profiles and schemas, never from values: values are bound. Parameters are named (":name") in
 * every engine; an engine that knows only "?" translates. One database object belongs to one thread.
 *
 * Errors: LATER when another program holds what we need (reach FLOW), after waiting some seconds and watching stop;
 * STOPPED when stop was set meanwhile; CONFLICT when a unique key exists already, REJECTED when another rule of the
 * database refuses the row (both reach ITEM, the rule's own text in the message); DENIED when the database may not be
 * read or written; INVALID for SQL that does not fit the database (reach LINK); else IO. */
#ifndef SERVICE_ERP_SQL_DB_H
#define SERVICE_ERP_SQL_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/os/os.h"

struct db;
struct db_stmt;

struct db_vt {
    const char *engine;
    void (*close)(struct db *db); /* after its statements were freed */
    /* One statement of SQL. *out is freed with db_stmt_free. */
    enum rc (*prepare)(struct db *db, const char *sql, struct db_stmt **out, struct err *err);
    /* Any number of statements without parameters and results. */
    enum rc (*script)(struct db *db, const char *sql, struct err *err);
    /* A transaction that may write, from its first moment on: waits for other writers here and not later. */
    enum rc (*begin)(struct db *db, struct err *err);
    /* A transaction that only reads: several statements see one state. Ended by rollback; no error but STOPPED comes of
     * holding it, and it holds up nobody where the engine has snapshots. */
    enum rc (*begin_read)(struct db *db, struct err *err);
    enum rc (*commit)(struct db *db, struct err *err); /* on failure still open: roll back */
    void (*rollback)(struct db *db);                   /* none open: nothing happens */
};
struct db {
    const struct db_vt *vt;
};

struct db_stmt_vt {
    void (*free)(struct db_stmt *s);
    /* Number (from 1) of a parameter by its name without the colon; 0: not in this statement, and binding to 0 does
     * nothing. */
    int (*param)(const struct db_stmt *s, const char *name);
    /* Bound values stay until bound anew. Text is borrowed until the next reset; NULL binds null. */
    void (*bind_text)(struct db_stmt *s, int param, const char *value);
    void (*bind_int)(struct db_stmt *s, int param, int64_t value);
    void (*bind_null)(struct db_stmt *s, int param);
    int (*column_count)(const struct db_stmt *s);
    const char *(*column_name)(const struct db_stmt *s, int column); /* columns count from 0 */
    /* Next row: *row true, or false at the end. A statement that was stepped holds a read lock until its end or reset.
     */
    enum rc (*step)(struct db_stmt *s, bool *row, struct err *err);
    void (*reset)(struct db_stmt *s); /* ready to be stepped from the start; keeps bound values */
    bool (*is_null)(struct db_stmt *s, int column);
    int64_t (*get_int)(struct db_stmt *s, int column); /* 0 for null; text that is a whole number counts as one */
    /* UTF-8, valid until the next step, reset or free; NULL for null. len (may be NULL) without the NUL. */
    const char *(*get_text)(struct db_stmt *s, int column, size_t *len);
};
struct db_stmt {
    const struct db_stmt_vt *vt;
};

enum db_mode {
    DB_EXISTING, /* must exist, read and write */
    DB_NEW_BULK  /* new file, to be filled in one go and lost with a crash: no journal, no syncing, no key checks */
};
/* SQLite: `text` is the path of the file. A file that is no database, is missing (NOT_FOUND), or exists although it
 * should be new (CONFLICT) is told here. */
enum rc db_sqlite_open(const char *text, enum db_mode mode, struct stop *stop, struct db **out, struct err *err);

/* The engine by its name in a profile ("sqlite"). UNSUPPORTED: not built in. */
enum rc db_open(const char *engine, const char *text, enum db_mode mode, struct stop *stop, struct db **out,
                struct err *err);

static inline void db_close(struct db *db) {
    if (db)
        db->vt->close(db);
}
static inline enum rc db_prepare(struct db *db, const char *sql, struct db_stmt **out, struct err *err) {
    return db->vt->prepare(db, sql, out, err);
}
static inline enum rc db_script(struct db *db, const char *sql, struct err *err) {
    return db->vt->script(db, sql, err);
}
static inline enum rc db_begin(struct db *db, struct err *err) {
    return db->vt->begin(db, err);
}
static inline enum rc db_begin_read(struct db *db, struct err *err) {
    return db->vt->begin_read(db, err);
}
static inline enum rc db_commit(struct db *db, struct err *err) {
    return db->vt->commit(db, err);
}
static inline void db_rollback(struct db *db) {
    db->vt->rollback(db);
}
static inline void db_stmt_free(struct db_stmt *s) {
    if (s)
        s->vt->free(s);
}
static inline int db_param(const struct db_stmt *s, const char *name) {
    return s->vt->param(s, name);
}
static inline void db_bind_text(struct db_stmt *s, int param, const char *value) {
    s->vt->bind_text(s, param, value);
}
static inline void db_bind_int(struct db_stmt *s, int param, int64_t value) {
    s->vt->bind_int(s, param, value);
}
static inline void db_bind_null(struct db_stmt *s, int param) {
    s->vt->bind_null(s, param);
}
static inline int db_column_count(const struct db_stmt *s) {
    return s->vt->column_count(s);
}
static inline const char *db_column_name(const struct db_stmt *s, int column) {
    return s->vt->column_name(s, column);
}
static inline enum rc db_step(struct db_stmt *s, bool *row, struct err *err) {
    return s->vt->step(s, row, err);
}
static inline void db_reset(struct db_stmt *s) {
    s->vt->reset(s);
}
static inline bool db_is_null(struct db_stmt *s, int column) {
    return s->vt->is_null(s, column);
}
static inline int64_t db_int(struct db_stmt *s, int column) {
    return s->vt->get_int(s, column);
}
static inline const char *db_text(struct db_stmt *s, int column, size_t *len) {
    return s->vt->get_text(s, column, len);
}
/* Steps a statement that gives no rows, then resets it. */
enum rc db_run(struct db_stmt *s, struct err *err);
/* Column by name, -1 if there is none. */
int db_column(const struct db_stmt *s, const char *name);

#endif
