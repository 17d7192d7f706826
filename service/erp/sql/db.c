#include "service/erp/sql/db.h"

#include "common/base/str.h"

enum rc db_open(const char *engine, const char *text, enum db_mode mode, struct stop *stop, struct db **out,
                struct err *err) {
    if (str_eq(engine, "sqlite"))
        return db_sqlite_open(text, mode, stop, out, err);
    return err_set(err, RC_UNSUPPORTED, REACH_LINK, "This program cannot talk to a database of the kind \"%s\".",
                   engine);
}

enum rc db_run(struct db_stmt *s, struct err *err) {
    bool row = true;
    enum rc rc = RC_OK;
    while (rc == RC_OK && row)
        rc = db_step(s, &row, err);
    db_reset(s);
    return rc;
}

int db_column(const struct db_stmt *s, const char *name) {
    int count = db_column_count(s);
    for (int i = 0; i < count; i++) {
        if (str_eq(db_column_name(s, i), name))
            return i;
    }
    return -1;
}
