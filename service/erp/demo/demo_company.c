/* Writes the demo company. Table after table, each in the order of its key, so that every page is written once and
 * full; indexes and triggers come when everything is there. */
#include "service/erp/demo/demo_company.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/erp/demo/demo_rows.h"
#include "service/erp/sql/profile.h"

#define SECTION_MAX (256 * 1024)
#define PATH_SIZE   4096

/* One section of the schema file: from its mark to the next. */
static enum rc run_section(struct db *db, const char *name, struct err *err) {
    char mark[64];
    size_t len = 0;
    struct buf sql;
    const char *schema = profile_builtin("reference_schema.sql", &len);
    (void)str_fmt(mark, sizeof mark, "-- section: %s\n", name);
    const char *start = schema ? strstr(schema, mark) : NULL;
    if (!start)
        return err_set(err, RC_INTERNAL, REACH_SERVICE, "The built-in schema has no section \"%s\".", name);
    const char *end = strstr(start + strlen(mark), "-- section: ");
    buf_init(&sql, SECTION_MAX);
    buf_add(&sql, start, end ? (size_t)(end - start) : strlen(start));
    enum rc rc = buf_rc(&sql, "The built-in schema", err);
    if (rc == RC_OK)
        rc = db_script(db, sql.data, err);
    buf_free(&sql);
    return rc;
}

static enum rc fill(struct demo_writer *w, struct err *err) {
    enum rc rc = run_section(w->db, "tables", err);
    if (rc == RC_OK)
        rc = db_begin(w->db, err);
    if (rc == RC_OK)
        rc = demo_write_basics(w, err);
    if (rc == RC_OK)
        rc = demo_write_items(w, err);
    if (rc == RC_OK)
        rc = demo_write_customers(w, err);
    if (rc == RC_OK)
        rc = db_commit(w->db, err);
    if (rc == RC_OK)
        rc = run_section(w->db, "indexes", err);
    if (rc == RC_OK)
        rc = run_section(w->db, "triggers", err);
    /* The last write goes to the disk with everything before it; then the mode in which the company is worked with. */
    if (rc == RC_OK)
        rc = db_script(w->db, "PRAGMA synchronous = FULL; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;", err);
    return rc;
}

static enum rc check_args(const struct demo_company_args *args, struct demo_plan *plan, struct err *err) {
    if (args->items < 1 || args->items > DEMO_ITEMS_MAX)
        return err_set(err, RC_INVALID, REACH_SERVICE, "A demo company has between 1 and %d items.", DEMO_ITEMS_MAX);
    demo_plan_init(plan, args);
    if (args->awkward < 0 || args->awkward >= plan->simple)
        return err_set(err, RC_INVALID, REACH_SERVICE,
                       "Of %lld items at most %lld can be awkward: they are taken from the simple ones.",
                       (long long)args->items, (long long)plan->simple - 1);
    return RC_OK;
}

enum rc demo_company_write(const char *path, const struct demo_company_args *args, struct err *err) {
    struct demo_writer w = {.stop = args->stop, .progress = args->progress, .progress_ctx = args->progress_ctx};
    char part[PATH_SIZE];
    enum rc rc = check_args(args, &w.plan, err);
    if (rc != RC_OK)
        return rc;
    if (!str_fmt(part, sizeof part, "%s.part", path))
        return err_set(err, RC_INVALID, REACH_SERVICE, "The path of the demo company is too long.");
    if (os_exists(path))
        return err_set(err, RC_CONFLICT, REACH_SERVICE, "There is a file at %s already; it is left as it is.", path);
    if (os_exists(part) && (rc = os_remove(part, err)) != RC_OK)
        return rc;
    rc = db_sqlite_open(part, DB_NEW_BULK, args->stop, &w.db, err);
    if (rc != RC_OK)
        return rc;
    buf_init(&w.text, 16 * 1024);
    rc = fill(&w, err);
    buf_free(&w.text);
    db_close(w.db);
    if (rc == RC_OK)
        rc = os_rename(part, path, err);
    if (rc != RC_OK)
        (void)os_remove(part, NULL);
    return rc;
}
