#include "service/app/run_link.h"

#include <string.h>

#include "common/base/str.h"
#include "service/app/shop_facts.h"

#define SUMMARY_MAX (1024 * 1024)

static void take_summary(void *ctx, const struct run_row *row) {
    struct run_link_result *out = ctx;
    buf_adds(&out->summary, row->summary ? row->summary : "");
    str_copy(out->flow, sizeof(out->flow), row->flow);
}

static void count_parked(const struct session *s, struct run_link_result *out) {
    int64_t orders[INBOX_STATES] = {0}, oldest = 0;
    if (store_inbox_counts(s->store, s->link_number, orders, &oldest, NULL) == RC_OK)
        out->parked_orders = orders[INBOX_PARKED];
    (void)store_parked_count(s->store, s->link_number, &out->parked_items, NULL);
}

/* A run that could not begin is a run that failed: `status` must tell of it, not of the last one that worked. Where our
 * own records cannot be opened, `status` says that by itself. */
static void record_no_start(struct app *app, const struct run_link_args *args, enum rc rc, const struct err *why) {
    struct session *s = NULL;
    struct buf text;
    int64_t run = 0;
    if (args->preview || args->options.sku || rc == RC_CONFLICT ||
        session_open(app, args->company, args->link, SESSION_STORE, NULL, &s, NULL) != RC_OK) {
        session_close(s);
        return;
    }
    buf_init(&text, SUMMARY_MAX);
    buf_addf(&text, "The run could not begin: %s\n", why->text);
    const struct run_counts none = {0};
    if (store_run_begin(s->store, s->link_number, "none", args->trigger, &run, NULL) == RC_OK)
        (void)store_run_end(s->store, run, &none, "failed", text.data, NULL);
    buf_free(&text);
    session_close(s);
}

enum rc run_link(struct app *app, const struct run_link_args *args, struct run_link_result *out, struct err *err) {
    memset(out, 0, sizeof(*out));
    str_copy(out->result, sizeof(out->result), "failed");
    buf_init(&out->summary, SUMMARY_MAX);
    struct session *s = NULL;
    enum rc rc = session_open(app, args->company, args->link, SESSION_ALL, args->preview, &s, err);
    if (rc == RC_OK)
        shop_facts_need(s);
    if (rc == RC_OK && args->options.sku)
        rc = session_has_item(s, args->options.sku, err); /* a misspelt SKU is no reason to send the groups */
    if (rc != RC_OK) {
        session_close(s);
        const struct log_context about = {.company = args->company, .link = args->link};
        log_line(app_log(app), LOG_ERROR, &about, "The run could not begin: %s", err->text);
        record_no_start(app, args, rc, err);
        return rc;
    }
    struct run_options options = args->options;
    options.preview = args->preview != NULL;
    struct run run = {.store = s->store,
                      .link = s->link_number,
                      .company = args->company,
                      .link_name = args->link,
                      .channel = s->channel,
                      .erp = s->erp,
                      .clock = app->clock,
                      .stop = app->stop,
                      .log = args->preview ? NULL : app_log(app), /* a preview did nothing that a log could tell */
                      .rules = &s->rules.link,
                      .options = &options,
                      .trigger = args->trigger,
                      .progress = args->progress,
                      .progress_ctx = args->progress_ctx};
    rc = sync_run(&run, err);
    str_copy(out->result, sizeof(out->result), run.result);
    out->counts = run.counts;
    out->not_before_ms = run.not_before_ms;
    (void)store_runs(s->store, s->link_number, 1, take_summary, out, NULL);
    count_parked(s, out);
    session_close(s);
    return rc;
}
