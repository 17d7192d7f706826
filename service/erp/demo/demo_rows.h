/* The rows of the demo company, by subject; used by demo_company.c alone. */
#ifndef SERVICE_ERP_DEMO_DEMO_ROWS_H
#define SERVICE_ERP_DEMO_DEMO_ROWS_H

#include "service/erp/demo/demo_plan.h"
#include "service/erp/sql/db.h"

/* 2026-01-02 00:00 UTC: when everything in the company was last changed. */
#define DEMO_CHANGED_MS  INT64_C(1767312000000)
#define DEMO_DAY_MS      INT64_C(86400000)
#define DEMO_GROUP_COUNT (DEMO_TOP_GROUPS * (1 + DEMO_SUB_GROUPS))
#define DEMO_PRICE_LISTS 5
#define DEMO_WAREHOUSES  3

struct demo_writer {
    struct db *db;
    struct demo_plan plan;
    struct stop *stop;
    void (*progress)(void *ctx, const char *what, int64_t done, int64_t total);
    void *progress_ctx;
    struct buf text;
    int64_t passes_done; /* of DEMO_PASSES over the items */
};
#define DEMO_PASSES (4 + DEMO_PRICE_LISTS)

enum rc demo_write_basics(struct demo_writer *w, struct err *err); /* company, groups, attributes, lists, operators */
enum rc demo_write_items(struct demo_writer *w, struct err *err);
enum rc demo_write_customers(struct demo_writer *w, struct err *err);

#endif
