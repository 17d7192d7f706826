/* A demo company in a folder of its own, opened as a link sees it, and a second connection to change it by hand. */
#ifndef TESTS_ERP_COMPANY_H
#define TESTS_ERP_COMPANY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "service/erp/sql/db.h"
#include "service/erp/sql/sql_erp.h"

#define COMPANY_NOW_MS INT64_C(1795392000000) /* 2026-11-23 00:00 UTC */

struct company {
    char folder[512], path[600];
    struct fixed_clock clock;
    struct erp *erp;
    struct db *db;
    struct err err;
};

/* Items of the demo company: keys 1 to simple, sets, then parents with variants (demo_company.h). */
void company_make(struct company *c, int64_t items, int64_t awkward);
/* Opens c->erp again with this view (NULL: the company's own, channel "shop"). */
void company_open(struct company *c, const struct erp_view *view);
void company_free(struct company *c);

/* A statement from the outside; the test fails unless it gives `expected`. */
void company_exec(struct company *c, const char *sql, enum rc expected);
int64_t company_int(struct company *c, const char *sql); /* first column of the first row, -1: none */
void company_text(struct company *c, const char *sql, char *out, size_t size);

/* Items with one key, all aspects but images; the copy is freed with item_free_fields. */
void company_item(struct company *c, const char *key, unsigned aspects, struct item *out);

#define assert_ok(c, call)                            \
    do {                                              \
        enum rc rc_ = (call);                         \
        if (rc_ != RC_OK)                             \
            fail_msg("%s: %s", #call, (c)->err.text); \
    } while (0)

#endif
