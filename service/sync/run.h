/* One run on one link: what every flow gets. The application makes it, sync_run() carries it out.
 *
 * Drivers in here are wrapped already (trace, and in a preview the wire is cut), so no flow asks whether this is a
 * preview: it does the same and its writes do not arrive. In a preview `store` is a scratch copy. */
#ifndef SERVICE_SYNC_RUN_H
#define SERVICE_SYNC_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "common/base/rng.h"
#include "common/os/os.h"
#include "service/channel/channel.h"
#include "service/erp/erp.h"
#include "service/store/store.h"
#include "service/sync/link_rules.h"
#include "service/sync/summary.h"

/* What this run was asked to do. All switches false: what the link's rules say. */
struct run_options {
    bool send_offer, fetch_orders, stock_only, prices_only;
    bool force_full;          /* send everything, whatever the digests say */
    bool compare_all;         /* read everything and compare digests, not only what changed since the last version */
    const char *sku;          /* only this item; NULL = all */
    int64_t changed_since_ms; /* > 0: items changed in the ERP at or after that instant (capability M-10) */
    bool preview;
};

struct lease_hold;

struct run {
    struct store *store;
    int64_t link; /* store_link() number */
    const char *company, *link_name;
    struct channel *channel;
    struct erp *erp;
    struct clock *clock;
    struct stop *stop;
    struct log *log; /* may be NULL */
    const struct link_rules *rules;
    const struct run_options *options;
    const char *trigger;      /* "manual", "schedule", "start" */
    struct lease_hold *lease; /* lease.h: looked at before each step; NULL in a preview, which writes nothing */

    /* Told now and then while working; may be NULL. total -1: not known. */
    void (*progress)(void *ctx, const char *what, int64_t done, int64_t total);
    void *progress_ctx;
    /* Waits or stops; true if stopped. NULL: os_wait on `stop`. Tests wait without time passing. */
    bool (*wait)(void *ctx, int64_t ms);
    void *wait_ctx;

    /* Made by sync_run; flows use them through the functions below. */
    const char *flow; /* the flow under way: "orders", "stock", "prices", "offer" */
    int64_t run_id;
    struct summary *summary;
    struct rng rng;          /* jitter only */
    int64_t orders_read_us;  /* monotonic time at which orders were read last; INT64_MIN never */
    int64_t not_before_ms;   /* the shop asked to be left alone until then; 0 = no */
    int64_t requests_before; /* of the channel when the run began */

    /* After sync_run: */
    struct run_counts counts;
    char result[16]; /* "done", "partly", "failed", "stopped", "nothing" */
};

/* The whole run in the documented order (README.md of this folder). RC_OK: it ran to its end, `result` says how well;
 * else the failure that ended it (reach LINK or SERVICE), or RC_STOPPED. The run log has it either way. */
enum rc sync_run(struct run *r, struct err *err);

bool run_stopped(const struct run *r);
/* At step boundaries. RC_STOPPED with its text when the caller, or another program through the lease, asked to stop;
 * CONFLICT with reach LINK when the lease is lost; else RC_OK. */
enum rc run_check_stop(const struct run *r, struct err *err);
void run_progress(struct run *r, const char *what, int64_t done, int64_t total);
/* A log line in the run's context; object may be NULL. */
void run_log(struct run *r, enum log_level level, const char *object, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Counting for the summary (rule R23). Everything found is expected; everything expected is done, skipped, parked or
 * failed, or the run is not green. The three latter write one log line with what and why. code: stable, lower case. */
void run_expect(struct run *r, int64_t n);
void run_done(struct run *r, int64_t n);
void run_skip(struct run *r, const char *code, const char *object, const char *text);
void run_park(struct run *r, const char *code, const char *object, const char *text);
void run_fail(struct run *r, const char *code, const char *object, const char *text);
/* Something a person must see about one object that was no work of this run: a line of its own in the summary. */
void run_note(struct run *r, const char *code, const char *object, const char *text);

/* Decides about a whole call that failed, by retry.h. True: wait is over, call again. False: pass rc on. *attempts
 * starts at 0 and counts. */
bool run_try_again(struct run *r, const struct err *err, unsigned *attempts);

#endif
