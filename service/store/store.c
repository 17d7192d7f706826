/* Opening, statements and transactions. The subjects have a file each. */
#include "service/store/store.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/os/os.h"
#include "service/store/internal.h"

/* Everything durable in our state goes through here once. */
static void tell_durable(struct store *s, const char *what) {
    if (s->hook)
        s->hook(s->hook_ctx, what);
}

int64_t store_now(struct store *s) {
    return clock_wall_ms(s->clock);
}

/* With the cure: what is lost with these records is looked up again. */
static enum rc damaged(struct store *s, struct err *err) {
    const char *path = sqlite3_db_filename(s->db, "main");
    return err_set(err, RC_IO, REACH_LINK,
                   "Our own records of this company, %s, are damaged (%s). Put them back from a backup; without one, "
                   "move their folder away. A new one is made then: products are found again by their SKU and orders "
                   "by their number in the company database, so nothing is doubled.",
                   path ? path : "state.db", sqlite3_errmsg(s->db));
}

enum rc store_fail(struct store *s, const char *doing, struct err *err) {
    int code = sqlite3_extended_errcode(s->db);
    enum rc rc = RC_IO;
    if ((code & 0xff) == SQLITE_BUSY)
        rc = RC_LATER;
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB) {
        rc = damaged(s, err);
        if (err)
            err->os_code = code;
        return rc;
    }
    err_set(err, rc, REACH_LINK, "Our own records of this company could not be %s: %s.", doing, sqlite3_errmsg(s->db));
    if (err)
        err->os_code = code;
    return rc;
}

static enum rc exec(struct store *s, const char *sql, const char *doing, struct err *err) {
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(s, doing, err);
    return RC_OK;
}

/* FULL: a commit is on the disk when it returns. The page cache is small on purpose: the file is read by key. The log
 * is copied into the file as often as SQLite does by itself: less often brought nothing measurable. */
static enum rc configure(struct store *s, struct err *err) {
    sqlite3_busy_timeout(s->db, 10000);
    sqlite3_extended_result_codes(s->db, 1);
    /* Plans do not depend on bound values; else statements near a partial index are prepared anew at each call. */
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    static const char pragmas[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                                  "PRAGMA cache_size=-2048; PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF;"
                                  "PRAGMA journal_size_limit=16777216; PRAGMA temp_store=MEMORY;";
    return exec(s, pragmas, "opened", err);
}

enum rc store_open(const char *path, struct clock *clock, struct store **out, struct err *err) {
    struct store *s = MEM_NEW(struct store);
    s->clock = clock;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    enum rc rc = RC_OK;
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
        rc = store_fail(s, "opened", err);
    if (rc == RC_OK)
        rc = configure(s, err);
    if (rc == RC_OK)
        rc = store_migrate(s, err);
    if (rc != RC_OK) {
        store_close(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

static void remove_scratch(const char *path) {
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char *name = mem_printf("%s%s", path, endings[i]);
        (void)os_remove(name, NULL);
        mem_free(name);
    }
}

void store_close(struct store *s) {
    if (!s)
        return;
    if (s->in_transaction)
        store_rollback(s);
    store_snapshot_end(s);
    for (size_t i = 0; i < s->cached; i++)
        sqlite3_finalize(s->cache[i].st);
    sqlite3_close_v2(s->db);
    if (s->scratch)
        remove_scratch(s->scratch);
    mem_free(s->scratch);
    mem_free(s);
}

static enum rc copy_into(struct store *s, const char *scratch_path, struct err *err) {
    sqlite3_stmt *st = NULL;
    enum rc rc = RC_OK;
    if (sqlite3_prepare_v2(s->db, "VACUUM INTO ?", -1, &st, NULL) != SQLITE_OK ||
        sqlite3_bind_text(st, 1, scratch_path, -1, SQLITE_STATIC) != SQLITE_OK || sqlite3_step(st) != SQLITE_DONE)
        rc = store_fail(s, "copied for a preview", err);
    sqlite3_finalize(st);
    return rc;
}

enum rc store_open_scratch(const char *path, const char *scratch_path, struct clock *clock, struct store **out,
                           struct err *err) {
    struct store *original = NULL, *copy = NULL;
    remove_scratch(scratch_path);
    enum rc rc = store_open(path, clock, &original, err);
    if (rc == RC_OK)
        rc = copy_into(original, scratch_path, err);
    store_close(original);
    if (rc == RC_OK)
        rc = store_open(scratch_path, clock, &copy, err);
    if (rc == RC_OK)
        rc = exec(copy, "PRAGMA synchronous=OFF", "copied for a preview", err);
    if (rc != RC_OK) {
        store_close(copy);
        remove_scratch(scratch_path);
        return rc;
    }
    copy->scratch = mem_strdup(scratch_path);
    *out = copy;
    return RC_OK;
}

void store_on_durable(struct store *s, store_durable_hook hook, void *ctx) {
    s->hook = hook;
    s->hook_ctx = ctx;
}

/* --- transactions --- */

enum rc store_begin(struct store *s, struct err *err) {
    if (s->in_transaction)
        return err_set(err, RC_INTERNAL, REACH_LINK, "Our own records were asked for a second transaction at once.");
    store_snapshot_end(s);
    enum rc rc = exec(s, "BEGIN IMMEDIATE", "written", err);
    if (rc == RC_OK)
        s->in_transaction = true;
    return rc;
}

void store_rollback(struct store *s) {
    if (!s->in_transaction)
        return;
    s->in_transaction = false;
    if (!sqlite3_get_autocommit(s->db))
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

void store_snapshot(struct store *s) {
    if (s->in_transaction || s->snapshot)
        return;
    s->snapshot = sqlite3_exec(s->db, "BEGIN DEFERRED", NULL, NULL, NULL) == SQLITE_OK;
}

void store_snapshot_end(struct store *s) {
    if (!s->snapshot)
        return;
    s->snapshot = false;
    if (sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK && !sqlite3_get_autocommit(s->db))
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

void store_rest(struct store *s) {
    store_snapshot_end(s);
    (void)sqlite3_db_release_memory(s->db);
}

static enum rc commit(struct store *s, const char *what, struct err *err) {
    enum rc rc = exec(s, "COMMIT", "written", err);
    if (rc != RC_OK) {
        store_rollback(s);
        return rc;
    }
    s->in_transaction = false;
    tell_durable(s, what);
    return RC_OK;
}

enum rc store_commit(struct store *s, struct err *err) {
    if (!s->in_transaction)
        return err_set(err, RC_INTERNAL, REACH_LINK,
                       "Our own records were asked to end a transaction that is not open.");
    return commit(s, "commit", err);
}

enum rc own_begin(struct store *s, bool *own, struct err *err) {
    *own = !s->in_transaction;
    return *own ? store_begin(s, err) : RC_OK;
}

enum rc own_end(struct store *s, bool own, enum rc rc, const char *what, struct err *err) {
    if (!own)
        return rc;
    if (rc != RC_OK) {
        store_rollback(s);
        return rc;
    }
    return commit(s, what, err);
}

/* --- statements --- */

static struct cached_statement *find_cached(struct store *s, const char *sql) {
    for (size_t i = 0; i < s->cached; i++)
        if (s->cache[i].sql == sql)
            return &s->cache[i];
    return NULL;
}

enum rc q_open(struct store *s, const char *sql, struct q *q, struct err *err) {
    *q = (struct q){.s = s};
    struct cached_statement *slot = find_cached(s, sql);
    if (slot && !slot->busy) {
        slot->busy = true;
        q->slot = slot;
        q->st = slot->st;
        return RC_OK;
    }
    if (sqlite3_prepare_v3(s->db, sql, -1, slot ? 0 : SQLITE_PREPARE_PERSISTENT, &q->st, NULL) != SQLITE_OK)
        return store_fail(s, "read", err);
    if (!slot && s->cached < STATEMENTS_MAX) {
        q->slot = &s->cache[s->cached++];
        *q->slot = (struct cached_statement){.sql = sql, .st = q->st, .busy = true};
    }
    return RC_OK;
}

void q_close(struct q *q) {
    if (!q->st)
        return;
    if (q->slot) {
        sqlite3_reset(q->st);
        sqlite3_clear_bindings(q->st);
        q->slot->busy = false;
    } else {
        sqlite3_finalize(q->st);
    }
    q->st = NULL;
}

void q_i64(struct q *q, int64_t v) {
    sqlite3_bind_int64(q->st, ++q->at, v);
}

/* What writes is run at once, so that nothing bound to it can change meanwhile. */
static sqlite3_destructor_type life_of(const struct q *q) {
    return sqlite3_stmt_readonly(q->st) ? SQLITE_TRANSIENT : SQLITE_STATIC;
}

void q_text(struct q *q, const char *v) {
    sqlite3_bind_text(q->st, ++q->at, v ? v : "", -1, life_of(q));
}

void q_blob(struct q *q, const void *data, size_t len) {
    sqlite3_bind_blob64(q->st, ++q->at, len ? data : "", len, life_of(q));
}

enum rc q_step(struct q *q, bool *row, struct err *err) {
    int code = sqlite3_step(q->st);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return store_fail(q->s, "read", err);
    *row = code == SQLITE_ROW;
    return RC_OK;
}

enum rc q_change(struct q *q, const char *what, bool *changed, struct err *err) {
    struct store *s = q->s;
    enum rc rc = RC_OK;
    store_snapshot_end(s);
    if (sqlite3_step(q->st) != SQLITE_DONE)
        rc = store_fail(s, "written", err);
    q_close(q);
    if (rc != RC_OK)
        return rc;
    *changed = sqlite3_changes(s->db) > 0;
    if (*changed && !s->in_transaction)
        tell_durable(s, what);
    return RC_OK;
}

enum rc q_run(struct q *q, const char *what, struct err *err) {
    struct store *s = q->s;
    enum rc rc = RC_OK;
    store_snapshot_end(s);
    if (sqlite3_step(q->st) != SQLITE_DONE)
        rc = store_fail(s, "written", err);
    q_close(q);
    if (rc == RC_OK && !s->in_transaction)
        tell_durable(s, what);
    return rc;
}

int64_t q_col(const struct q *q, int i) {
    return sqlite3_column_int64(q->st, i);
}

const char *q_col_text(const struct q *q, int i) {
    const char *text = (const char *)sqlite3_column_text(q->st, i);
    return text ? text : "";
}

void q_col_copy(const struct q *q, int i, char *out, size_t size) {
    const char *text = q_col_text(q, i);
    size_t len = strlen(text);
    if (len >= size)
        len = size - 1;
    memcpy(out, text, len);
    out[len] = '\0';
}
