/* The numbered steps that bring a file to the form this program knows. A step that was ever shipped is never edited. */
#include "service/store/internal.h"

#define APPLICATION_ID 0x53666d79 /* "Sfmy": so that no other program's database is taken for ours */

/* 1: the first form. Bigger texts of an order live beside it, so that a change of state does not rewrite them. */
static const char step_1[] =
    "CREATE TABLE link(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE cursor(link INTEGER NOT NULL REFERENCES link, stream TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY(link, stream)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE run(id INTEGER PRIMARY KEY AUTOINCREMENT, link INTEGER NOT NULL REFERENCES link,"
    " flow TEXT NOT NULL, trigger TEXT NOT NULL, begun_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL DEFAULT 0,"
    " expected INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,"
    " failed INTEGER NOT NULL DEFAULT 0, parked INTEGER NOT NULL DEFAULT 0, requests INTEGER NOT NULL DEFAULT 0,"
    " result TEXT NOT NULL DEFAULT '', summary TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX run_link ON run(link, id);"
    "CREATE TABLE step(id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL,"
    " link INTEGER NOT NULL REFERENCES link, kind TEXT NOT NULL, token TEXT NOT NULL, subject TEXT NOT NULL,"
    " payload TEXT NOT NULL, begun_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
    " done_ms INTEGER NOT NULL DEFAULT 0, result TEXT NOT NULL DEFAULT '') STRICT;"
    "CREATE INDEX step_open ON step(link, id) WHERE done_ms = 0;"
    "CREATE TABLE map(link INTEGER NOT NULL REFERENCES link, kind INTEGER NOT NULL, key TEXT NOT NULL,"
    " remote_id TEXT NOT NULL, remote_parent TEXT NOT NULL, sku TEXT NOT NULL, digests BLOB NOT NULL,"
    " stock_told INTEGER NOT NULL, dirty_stock INTEGER NOT NULL, present INTEGER NOT NULL,"
    " PRIMARY KEY(link, kind, key)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX map_remote ON map(link, kind, remote_id) WHERE remote_id <> '';"
    "CREATE INDEX map_sku ON map(link, sku) WHERE kind = 2 AND sku <> '';"
    "CREATE INDEX map_sold ON map(link, key) WHERE dirty_stock = 1;"
    "CREATE TABLE inbox(id INTEGER PRIMARY KEY, link INTEGER NOT NULL REFERENCES link, remote_id TEXT NOT NULL,"
    " number TEXT NOT NULL, status TEXT NOT NULL, state INTEGER NOT NULL, seen_ms INTEGER NOT NULL,"
    " modified_ms INTEGER NOT NULL, created_ms INTEGER NOT NULL DEFAULT 0,"
    " acknowledged_ms INTEGER NOT NULL DEFAULT 0, document_key TEXT NOT NULL DEFAULT '',"
    " document_number TEXT NOT NULL DEFAULT '', token TEXT NOT NULL DEFAULT '',"
    " reason_code TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', linked INTEGER NOT NULL DEFAULT 0,"
    " changed_after INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0,"
    " tried_ms INTEGER NOT NULL DEFAULT 0, content BLOB NOT NULL, raw_digest BLOB NOT NULL,"
    " UNIQUE(link, remote_id)) STRICT;"
    "CREATE INDEX inbox_state ON inbox(link, state, id);"
    "CREATE INDEX inbox_number ON inbox(link, number);"
    "CREATE INDEX inbox_document ON inbox(document_key) WHERE document_key <> '';"
    "CREATE TABLE inbox_raw(inbox INTEGER PRIMARY KEY REFERENCES inbox, raw BLOB NOT NULL, later BLOB) STRICT;"
    "CREATE TABLE unimported(sku TEXT NOT NULL, inbox INTEGER NOT NULL REFERENCES inbox, quantity INTEGER NOT NULL,"
    " PRIMARY KEY(sku, inbox)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX unimported_inbox ON unimported(inbox);"
    "CREATE TABLE parked(link INTEGER NOT NULL REFERENCES link, flow TEXT NOT NULL, key TEXT NOT NULL,"
    " sku TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, since_ms INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY(link, flow, key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE event(id INTEGER PRIMARY KEY, link INTEGER NOT NULL REFERENCES link, object TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL, what TEXT NOT NULL) STRICT;"
    "CREATE INDEX event_object ON event(link, object, id);";

/* 2: leases of links whose company database may not hold them (lease.h). */
static const char step_2[] =
    "CREATE TABLE lease(link TEXT PRIMARY KEY, epoch INTEGER NOT NULL, held INTEGER NOT NULL, machine TEXT NOT NULL,"
    " place TEXT NOT NULL, account TEXT NOT NULL, process INTEGER NOT NULL, process_started INTEGER NOT NULL,"
    " purpose TEXT NOT NULL, doing TEXT NOT NULL, stop_by TEXT NOT NULL, since_ms INTEGER NOT NULL,"
    " length_ms INTEGER NOT NULL, heartbeat INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* 3: goods that are not imported belong to the ERP's item, whose SKU may change; to a SKU only while no item is bound
 * under it. Rows that are there get the item that their order's link has under the SKU, and go out once more. */
static const char step_3[] =
    "CREATE TABLE goods(item TEXT NOT NULL DEFAULT '', sku TEXT NOT NULL DEFAULT '',"
    " inbox INTEGER NOT NULL REFERENCES inbox, quantity INTEGER NOT NULL, was INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY(item, sku, inbox)) STRICT, WITHOUT ROWID;"
    "INSERT INTO goods(sku, inbox, quantity, item) SELECT sku, inbox, quantity, coalesce((SELECT key FROM map"
    " WHERE map.link = (SELECT link FROM inbox WHERE inbox.id = unimported.inbox) AND map.sku = unimported.sku"
    " AND map.kind = 2 AND map.sku <> '' LIMIT 1), '') FROM unimported;"
    "UPDATE goods SET sku = '' WHERE item <> '';"
    "DROP TABLE unimported;"
    "ALTER TABLE goods RENAME TO unimported;"
    "CREATE INDEX unimported_inbox ON unimported(inbox);"
    "UPDATE map SET dirty_stock = 1 WHERE kind = 2 AND key IN (SELECT item FROM unimported WHERE item <> '');";

/* 4: what the shop did to an order after it was imported. */
static const char step_4[] = "ALTER TABLE inbox ADD COLUMN import_status TEXT NOT NULL DEFAULT '';"
                             "ALTER TABLE inbox ADD COLUMN change TEXT NOT NULL DEFAULT '';"
                             "ALTER TABLE inbox ADD COLUMN changed_ms INTEGER NOT NULL DEFAULT 0;"
                             "ALTER TABLE inbox ADD COLUMN later_content BLOB NOT NULL DEFAULT x'';"
                             "CREATE INDEX inbox_changed ON inbox(link, changed_ms) WHERE changed_after = 1;";

/* 5: the newest document of a link, asked for in every run. */
static const char step_5[] = "CREATE INDEX inbox_written ON inbox(link, created_ms) WHERE token <> '' AND linked = 0;";

static const char *const steps[] = {step_1, step_2, step_3, step_4, step_5};
#define VERSION_NOW ((int64_t)(sizeof steps / sizeof steps[0]))

static enum rc pragma_i64(struct store *s, const char *sql, int64_t *out, struct err *err) {
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
        return store_fail(s, "opened", err);
    enum rc rc = RC_OK;
    if (sqlite3_step(st) == SQLITE_ROW)
        *out = sqlite3_column_int64(st, 0);
    else
        rc = store_fail(s, "opened", err);
    sqlite3_finalize(st);
    return rc;
}

static enum rc check_owner(struct store *s, int64_t version, struct err *err) {
    int64_t application = 0, tables = 0;
    enum rc rc = pragma_i64(s, "PRAGMA application_id", &application, err);
    if (rc == RC_OK)
        rc = pragma_i64(s, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (rc != RC_OK)
        return rc;
    if (application == APPLICATION_ID || (application == 0 && version == 0 && tables == 0))
        return RC_OK;
    return err_set(err, RC_INVALID, REACH_LINK,
                   "The file that should hold our own records of this company is another program's database. It was "
                   "left as it is; move it away or name another folder.");
}

static enum rc run_step(struct store *s, int64_t number, struct err *err) {
    char stamp[96];
    sqlite3_snprintf(sizeof stamp, stamp, "PRAGMA application_id=%d; PRAGMA user_version=%lld;", APPLICATION_ID,
                     (long long)number);
    if (sqlite3_exec(s->db, steps[number - 1], NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(s->db, stamp, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(s, "brought up to date", err);
    return RC_OK;
}

enum rc store_migrate(struct store *s, struct err *err) {
    int64_t version = 0;
    enum rc rc = pragma_i64(s, "PRAGMA user_version", &version, err);
    if (rc == RC_OK && version > VERSION_NOW)
        return err_set(
            err, RC_INVALID, REACH_LINK,
            "Our own records of this company were written by a newer Shopferry (form %lld, this one knows "
            "%lld). They were left as they are. Install that version or a later one; or put back the records that were "
            "saved before it ran.",
            (long long)version, (long long)VERSION_NOW);
    if (rc == RC_OK)
        rc = check_owner(s, version, err);
    if (rc != RC_OK || version == VERSION_NOW)
        return rc;
    rc = store_begin(s, err);
    if (rc != RC_OK)
        return rc;
    /* Asked again inside: another process may have been first. */
    rc = pragma_i64(s, "PRAGMA user_version", &version, err);
    for (int64_t next = version + 1; rc == RC_OK && next <= VERSION_NOW; next++)
        rc = run_step(s, next, err);
    return own_end(s, true, rc, "migrate", err);
}
