/* How the reference profile's statements are carried out: by an index, without sorting, from the tables they need. */
#include "common/base/str.h"
#include "service/erp/sql/profile.h"
#include "tests/erp/company.h"

static struct company c;
static struct profile *profile;

static int setup(void **state) {
    (void)state;
    company_make(&c, 1000, 0);
    assert_ok(&c, profile_load("reference", &profile, &c.err));
    return 0;
}

static int teardown(void **state) {
    (void)state;
    profile_free(profile);
    company_free(&c);
    return 0;
}

static void plan_of(enum sql_id id, unsigned words, struct buf *out) {
    struct db_stmt *s = NULL;
    struct buf sql;
    bool row = true;
    buf_init(&sql, 100000);
    buf_clear(out);
    buf_adds(&sql, "EXPLAIN QUERY PLAN ");
    assert_true(profile_sql(profile, id, words, &sql));
    assert_ok(&c, db_prepare(c.db, sql.data, &s, &c.err));
    for (;;) {
        assert_ok(&c, db_step(s, &row, &c.err));
        if (!row)
            break;
        buf_addf(out, "%s\n", db_text(s, db_column(s, "detail"), NULL));
    }
    db_stmt_free(s);
    buf_free(&sql);
}

#define ALL         (ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK | WORD_BY_ANY)
#define EVERY_STORE WORD_ALL_WAREHOUSES

struct plan {
    enum sql_id id;
    unsigned words;
    const char *first;   /* how the plan starts: where the rows come from */
    const char *without; /* a table that must not be touched */
};

static const struct plan PLANS[] = {
    {SQL_OFFER_PAGE, ALL | EVERY_STORE, "SEARCH i USING INTEGER PRIMARY KEY (rowid>?)", NULL},
    {SQL_OFFER_PAGE, ALL | WORD_SOME_WAREHOUSES, "SEARCH i USING INTEGER PRIMARY KEY (rowid>?)", NULL},
    {SQL_OFFER_PAGE, ASPECT_STOCK | WORD_BY_STOCK | EVERY_STORE, "SEARCH i USING INTEGER PRIMARY KEY (rowid>?)",
     " p | t | vr | gd "},
    {SQL_OFFER_PAGE, ASPECT_PRICE | WORD_BY_PRICE | EVERY_STORE, "SEARCH i USING INTEGER PRIMARY KEY (rowid>?)",
     " s | t | vr "},
    {SQL_OFFER_PAGE, ASPECT_MASTER | WORD_BY_MASTER | EVERY_STORE, "SEARCH i USING INTEGER PRIMARY KEY (rowid>?)",
     " s | t | p "},
    {SQL_OFFER_CHANGED, ALL | EVERY_STORE, "SEARCH v USING COVERING INDEX item_version_any ", NULL},
    {SQL_OFFER_CHANGED, ALL | WORD_SOME_WAREHOUSES, "SEARCH v USING COVERING INDEX item_version_any ", NULL},
    {SQL_OFFER_CHANGED, ASPECT_STOCK | WORD_BY_STOCK | EVERY_STORE, "SEARCH v USING COVERING INDEX item_version_stock ",
     " p | t | vr | gd "},
    {SQL_OFFER_CHANGED, ASPECT_STOCK | WORD_BY_STOCK | WORD_SOME_WAREHOUSES,
     "SEARCH v USING COVERING INDEX item_version_stock ", " p | t | vr | gd "},
    {SQL_OFFER_CHANGED, ASPECT_PRICE | WORD_BY_PRICE | EVERY_STORE, "SEARCH v USING COVERING INDEX item_version_price ",
     " s | t | vr "},
    {SQL_OFFER_CHANGED, ASPECT_MASTER | ASPECT_TEXT | WORD_BY_MASTER | EVERY_STORE,
     "SEARCH v USING COVERING INDEX item_version_master ", " s | p | gd "},
    {SQL_OFFER_CHANGED_AT, ASPECT_STOCK | WORD_BY_STOCK | EVERY_STORE, "SEARCH v USING INTEGER PRIMARY KEY (rowid>?)",
     " p | t | vr "},
    {SQL_OFFER_BY_SKU, ALL | EVERY_STORE, "SEARCH i USING INDEX item_sku", NULL},
    {SQL_OFFER_BY_SKUS, ALL | EVERY_STORE, "SEARCH i USING INDEX item_sku", NULL},
    {SQL_OFFER_BY_SKUS, ASPECT_STOCK | WORD_BY_STOCK | WORD_SOME_WAREHOUSES, "SEARCH i USING INDEX item_sku",
     " p | t | vr | gd "},
    {SQL_OFFER_BY_PARENT, ALL | EVERY_STORE, "SEARCH i USING INDEX item_parent", NULL},
    {SQL_OFFER_COUNT_CHANGED, ASPECT_STOCK | WORD_BY_STOCK, "SEARCH v USING COVERING INDEX item_version_stock", NULL},
    {SQL_VARIANT_ATTRIBUTES, 0, "SEARCH vo USING PRIMARY KEY (item_id=?)", NULL},
    {SQL_SET_COMPONENTS, WORD_SOME_WAREHOUSES, "SEARCH c USING PRIMARY KEY (set_id=?)", NULL},
    {SQL_CHECK_SKUS, 0, "SEARCH i USING INTEGER PRIMARY KEY (rowid>?)", " v | p | s "},
    {SQL_CHECK_PAGE, 0, "SEARCH i USING INTEGER PRIMARY KEY (rowid>?)", " s | t "},
    {SQL_ORDER_TAKEN, 0, NULL, NULL},
    {SQL_ORDER_FIND, 0, NULL, NULL},
    {SQL_CUSTOMER_MATCH, 0, NULL, NULL},
};

static void touches_none(const char *plan, const char *tables) {
    char one[32];
    size_t len = 0;
    for (const char *p = tables; p && *p; p += len + (p[len] == '|')) {
        char search[64], scan[64];
        len = strcspn(p, "|");
        str_fmt(one, sizeof one, "%.*s", (int)len, p);
        str_fmt(search, sizeof search, "SEARCH%s", one);
        str_fmt(scan, sizeof scan, "SCAN%s", one);
        if (strstr(plan, search) || strstr(plan, scan))
            fail_msg("touches%s:\n%s", one, plan);
    }
}

static void hot_statements_go_by_their_index(void **state) {
    (void)state;
    struct buf plan;
    buf_init(&plan, 100000);
    for (size_t i = 0; i < sizeof PLANS / sizeof PLANS[0]; i++) {
        const struct plan *p = &PLANS[i];
        plan_of(p->id, p->words, &plan);
        if (p->first && !str_starts(plan.data, p->first))
            fail_msg("%s (%x) does not start with \"%s\":\n%s", sql_name(p->id), p->words, p->first, plan.data);
        /* The list of warehouses is the only thing that is ever walked through. */
        for (const char *scan = strstr(plan.data, "SCAN "); scan; scan = strstr(scan + 1, "SCAN "))
            if (!str_starts(scan, "SCAN json_each"))
                fail_msg("%s (%x) scans:\n%s", sql_name(p->id), p->words, plan.data);
        if (p->id != SQL_ORDER_FIND && p->id != SQL_CUSTOMER_MATCH && strstr(plan.data, "TEMP B-TREE"))
            fail_msg("%s (%x) sorts:\n%s", sql_name(p->id), p->words, plan.data);
        touches_none(plan.data, p->without);
    }
    buf_free(&plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(hot_statements_go_by_their_index)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
