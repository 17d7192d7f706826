/* One run on one link, from opening to summary: what the service and the console have in common. */
#ifndef SERVICE_APP_RUN_LINK_H
#define SERVICE_APP_RUN_LINK_H

#include "common/base/buf.h"
#include "service/app/session.h"
#include "service/sync/run.h"

struct run_link_args {
    const char *company, *link, *trigger;  /* trigger "manual" or "schedule" */
    struct run_options options;            /* `preview` is set from the field below */
    const struct session_preview *preview; /* NULL: a real run */
    void (*progress)(void *ctx, const char *what, int64_t done, int64_t total);
    void *progress_ctx;
};
struct run_link_result {
    char flow[32]; /* what it did, as in struct run_row */
    char result[16];
    struct run_counts counts;
    int64_t not_before_ms; /* the shop asked to be left alone until then (Retry-After); 0: it did not */
    struct buf summary;    /* the run's own words; the caller frees it */
    /* Put aside in this run or an earlier one and still waiting. */
    int64_t parked_orders, parked_items;
};
/* RC_OK: the run came to its end; result says how well. Else what ended it, or why it could not begin. `out` is filled
 * in both cases. NOT_FOUND also when options.sku names no item. */
enum rc run_link(struct app *app, const struct run_link_args *args, struct run_link_result *out, struct err *err);

#endif
