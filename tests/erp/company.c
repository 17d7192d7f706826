#include "tests/erp/company.h"

#include "common/base/str.h"
#include "service/erp/demo/demo_company.h"
#include "tests/support/temp_folder.h"

void company_make(struct company *c, int64_t items, int64_t awkward) {
    memset(c, 0, sizeof *c);
    fixed_clock_init(&c->clock, COMPANY_NOW_MS);
    temp_folder_make(c->folder, sizeof c->folder);
    os_path_join(c->path, sizeof c->path, c->folder, "company.db");
    const struct demo_company_args args = {.items = items, .awkward = awkward, .seed = 7};
    assert_ok(c, demo_company_write(c->path, &args, &c->err));
    assert_ok(c, db_sqlite_open(c->path, DB_EXISTING, NULL, &c->db, &c->err));
    company_open(c, NULL);
}

void company_open(struct company *c, const struct erp_view *view) {
    static const struct erp_view own = {.channel = "shop"};
    erp_close(c->erp);
    c->erp = NULL;
    const struct erp_open_args args = {
        .profile = "reference", .database = c->path, .view = view ? *view : own, .clock = &c->clock.clock};
    assert_ok(c, sql_erp_open(&args, &c->erp, &c->err));
}

void company_free(struct company *c) {
    erp_close(c->erp);
    db_close(c->db);
    temp_folder_remove(c->folder);
}

void company_exec(struct company *c, const char *sql, enum rc expected) {
    enum rc rc = db_script(c->db, sql, &c->err);
    if (rc != expected)
        fail_msg("%s: %s instead of %s: %s", sql, rc_name(rc), rc_name(expected), rc == RC_OK ? "" : c->err.text);
}

void company_text(struct company *c, const char *sql, char *out, size_t size) {
    struct db_stmt *s = NULL;
    bool row = false;
    *out = 0;
    assert_ok(c, db_prepare(c->db, sql, &s, &c->err));
    assert_ok(c, db_step(s, &row, &c->err));
    if (row)
        str_copy(out, size, db_text(s, 0, NULL));
    db_stmt_free(s);
}

int64_t company_int(struct company *c, const char *sql) {
    struct db_stmt *s = NULL;
    bool row = false;
    assert_ok(c, db_prepare(c->db, sql, &s, &c->err));
    assert_ok(c, db_step(s, &row, &c->err));
    int64_t value = row ? db_int(s, 0) : -1;
    db_stmt_free(s);
    return value;
}

struct search {
    const char *key;
    struct item *out;
    bool found;
};

static enum rc find(void *ctx, const struct item *item, struct err *err) {
    struct search *s = ctx;
    (void)err;
    if (str_eq(item->key, s->key)) {
        item_copy(s->out, item);
        s->found = true;
    }
    return RC_OK;
}

void company_item(struct company *c, const char *key, unsigned aspects, struct item *out) {
    struct search s = {.key = key, .out = out};
    for (int variants = 0; variants < 2 && !s.found; variants++) {
        struct offer_query q = {.aspects = aspects, .variants = variants, .limit = 100};
        size_t count = q.limit;
        while (count == q.limit)
            assert_ok(c, erp_offer_read(c->erp, &q, find, &s, &count, &c->err));
    }
    assert_true(s.found);
}
