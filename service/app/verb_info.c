/* Verbs that only look: status, where, why. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "service/app/session.h"
#include "service/app/shop_facts.h"
#include "service/app/verbs.h"
#include "service/sync/order_change.h"
#include "service/sync/why.h"

static void format_time(int64_t ms, char out[ISO_SIZE]) {
    if (ms)
        iso_utc(ms, out);
    else
        str_copy(out, ISO_SIZE, "-");
}

/* --- every link of the settings, or those the options name --- */

typedef void (*state_visit)(void *ctx, struct session *s);

struct state_walk {
    struct app *app;
    state_visit visit;
    void *ctx;
    int code;
};

static void open_state(void *ctx, const struct conf_section *company, const struct conf_section *link) {
    struct state_walk *walk = ctx;
    struct session *s = NULL;
    struct err err;
    if (session_open(walk->app, conf_name(company), conf_name(link), SESSION_STORE, NULL, &s, &err) != RC_OK) {
        walk->code = verb_failed(&err);
        return;
    }
    walk->visit(walk->ctx, s);
    session_close(s);
}

/* Opens the state of each chosen link and visits it. Returns an exit code. */
static int each_state(struct app *app, const struct cli_args *args, state_visit visit, void *ctx) {
    struct state_walk walk = {.app = app, .visit = visit, .ctx = ctx};
    int code = verb_each_link(app, args, open_state, &walk);
    return code != CLI_EXIT_OK ? code : walk.code;
}

/* --- status --- */

#define PARKED_SHOWN 5

struct link_status {
    bool running;
    char owner[400];
    int64_t orders[INBOX_STATES], oldest_open_ms, parked, changed;
    int64_t run, begun_ms, ended_ms;
    char result[16], flow[32], reason[ERR_TEXT_MAX];
    int64_t failing_since_ms, failed_in_row; /* runs that failed, up to the last one */
    bool streak_over;
    struct run_counts counts;
};

/* Of the summary of a run that did not do all: the lines that say why. */
static void take_reason(struct link_status *status, const char *result, const char *summary) {
    if (!str_eq(result, "failed") && !str_eq(result, "partly"))
        return;
    struct buf text;
    buf_init(&text, sizeof(status->reason) - 1);
    for (const char *at = summary; at && *at;) {
        size_t len = strcspn(at, "\n");
        char line[ERR_TEXT_MAX];
        str_fmt(line, sizeof(line), "%.*s", (int)utf8_cut(at, len < sizeof(line) ? len : sizeof(line) - 1), at);
        if (str_eq(result, "failed") || strstr(line, "ended early") || strstr(line, "nothing was done"))
            buf_addf(&text, "%s%s", text.len > 0 ? " " : "", line);
        at += len + (at[len] != '\0');
    }
    str_copy(status->reason, sizeof(status->reason), text.data);
    buf_free(&text);
}

#define RUNS_LOOKED_AT 1000

static void take_run(void *ctx, const struct run_row *row) {
    struct link_status *status = ctx;
    status->streak_over = status->streak_over || !str_eq(row->result, "failed");
    if (!status->streak_over) {
        status->failing_since_ms = row->begun_ms;
        status->failed_in_row++;
    }
    if (status->run != 0)
        return;
    take_reason(status, row->result, row->summary);
    status->run = row->run;
    status->begun_ms = row->begun_ms;
    status->ended_ms = row->ended_ms;
    status->counts = row->counts;
    str_copy(status->flow, sizeof(status->flow), row->flow);
    str_copy(status->result, sizeof(status->result), row->result);
}

/* Nobody can tick them off, so the old ones go by themselves. */
#define CHANGED_DAYS INT64_C(30)
#define CHANGED_MAX  200

static int64_t changed_since(const struct session *s) {
    return clock_wall_ms(s->app->clock) - CHANGED_DAYS * INT64_C(86400000);
}

static enum rc print_changed_order(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)ctx;
    (void)err;
    char since[ISO_SIZE];
    struct buf text;
    buf_init(&text, ERR_TEXT_MAX);
    format_time(row->changed_ms, since);
    order_change_say(row->change, row->number, row->document_number, &text);
    printf("  look at      %s Seen %s.\n", text.data, since);
    buf_free(&text);
    return RC_OK;
}

static enum rc count_changed(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)row;
    (void)err;
    ++*(int64_t *)ctx;
    return RC_OK;
}

static void read_status(struct session *s, struct link_status *out) {
    memset(out, 0, sizeof(*out));
    (void)store_inbox_counts(s->store, s->link_number, out->orders, &out->oldest_open_ms, NULL);
    (void)store_parked_count(s->store, s->link_number, &out->parked, NULL);
    (void)store_runs(s->store, s->link_number, RUNS_LOOKED_AT, take_run, out, NULL);
    (void)store_inbox_changed(s->store, s->link_number, changed_since(s), CHANGED_MAX, count_changed, &out->changed,
                              NULL);
    out->running = out->run != 0 && out->ended_ms == 0 && session_is_running(s, out->owner, sizeof(out->owner));
    if (out->run != 0 && out->ended_ms == 0)
        str_copy(out->result, sizeof(out->result), out->running ? "running" : "interrupted");
}

/* --- what was put aside, the first few by name --- */

struct parked_list {
    int64_t shown, most;
    struct json_writer *json; /* NULL: as text */
};

static void write_parked(struct json_writer *w, const char *what, const char *name, const char *key, int64_t since_ms,
                         const char *reason) {
    jw_object(w, NULL);
    jw_str(w, "what", what);
    jw_str(w, "name", name);
    jw_str(w, "key", key);
    jw_i64(w, "since_ms", since_ms);
    jw_str(w, "reason", reason ? reason : "");
    jw_end(w, '}');
}

static void print_parked(struct parked_list *list, const char *what, const char *name, const char *key,
                         int64_t since_ms, const char *reason) {
    char since[ISO_SIZE];
    if (list->json) {
        write_parked(list->json, what, name, key, since_ms, reason);
        return;
    }
    format_time(since_ms, since);
    if (list->shown++ < list->most)
        printf("  put aside    %s %s since %s: %s\n", what, name, since, reason ? reason : "");
}

static enum rc print_parked_order(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    print_parked(ctx, "order", row->number, row->remote_id, row->seen_ms, row->reason);
    return RC_OK;
}

static void print_parked_item(void *ctx, const struct parked_row *row) {
    print_parked(ctx, "item", str_empty(row->sku) ? row->key : row->sku, row->key, row->since_ms, row->reason);
}

static void print_all_parked(const struct session *s, const struct link_status *l, bool all, struct json_writer *json) {
    int64_t most = all ? INT64_MAX : PARKED_SHOWN;
    struct parked_list orders = {.most = most, .json = json}, items = {.most = most, .json = json};
    (void)store_inbox_in_state(s->store, s->link_number, INBOX_PARKED, 0, all ? INT32_MAX : PARKED_SHOWN,
                               print_parked_order, &orders, NULL);
    (void)store_parked_each(s->store, s->link_number, print_parked_item, &items, NULL);
    if (!all && (l->orders[INBOX_PARKED] > PARKED_SHOWN || l->parked > PARKED_SHOWN))
        printf(
            "  put aside    ... and more; `shopferry status --all` lists them, `shopferry where ORDER` and `shopferry "
            "why SKU` tell of each\n");
}

static void print_status_text(const struct session *s, const struct link_status *l, bool all) {
    char begun[ISO_SIZE], oldest[ISO_SIZE];
    format_time(l->begun_ms, begun);
    format_time(l->oldest_open_ms, oldest);
    printf("\n%s / %s  (%s, %s)\n", conf_name(s->company), conf_name(s->link), conf_text(s->link, "kind"),
           conf_enabled(s->link) ? "runs by itself" : "by hand only");
    if (l->running)
        printf("  running now  since %s (%s)\n", begun, l->owner);
    else if (l->run)
        printf("  last run     %" PRId64 ", %s, %s: %s, %" PRId64 " of %" PRId64 " done, %" PRId64 " requests\n",
               l->run, l->flow, begun, l->result, l->counts.done, l->counts.expected, l->counts.requests);
    else
        printf("  last run     none yet\n");
    if (!l->running && l->failed_in_row > 1) {
        format_time(l->failing_since_ms, begun);
        printf("  failing      since %s, %" PRId64 " runs in a row\n", begun, l->failed_in_row);
    }
    if (!l->running && l->reason[0])
        printf("  because      %s\n", l->reason);
    printf("  orders      ");
    for (int i = 0; i < INBOX_STATES; i++)
        printf(" %" PRId64 " %s%s", l->orders[i], inbox_state_name((enum inbox_state)i),
               i + 1 < INBOX_STATES ? "," : "\n");
    if (l->oldest_open_ms)
        printf("  oldest order that is not finished (in the ERP and acknowledged): seen %s\n", oldest);
    printf("  parked items %" PRId64 "\n", l->parked);
    print_all_parked(s, l, all, NULL);
    (void)store_inbox_changed(s->store, s->link_number, changed_since(s), CHANGED_MAX, print_changed_order, NULL, NULL);
}

static void print_status_json(const struct session *s, const struct link_status *l) {
    struct buf line;
    struct json_writer w;
    buf_init(&line, (size_t)256 << 20);
    jw_init(&w, &line);
    jw_object(&w, NULL);
    jw_str(&w, "company", conf_name(s->company));
    jw_str(&w, "link", conf_name(s->link));
    jw_str(&w, "kind", conf_text(s->link, "kind"));
    jw_bool(&w, "enabled", conf_enabled(s->link));
    jw_i64(&w, "run", l->run);
    jw_bool(&w, "running", l->running);
    jw_str(&w, "result", l->result);
    jw_str(&w, "reason", l->reason);
    jw_i64(&w, "failing_since_ms", l->failing_since_ms);
    jw_i64(&w, "failed_in_row", l->failed_in_row);
    jw_i64(&w, "begun_ms", l->begun_ms);
    jw_i64(&w, "ended_ms", l->ended_ms);
    jw_i64(&w, "expected", l->counts.expected);
    jw_i64(&w, "done", l->counts.done);
    jw_i64(&w, "oldest_open_ms", l->oldest_open_ms);
    jw_i64(&w, "parked_items", l->parked);
    jw_i64(&w, "changed_after_import", l->changed);
    jw_object(&w, "orders");
    for (int i = 0; i < INBOX_STATES; i++)
        jw_i64(&w, inbox_state_name((enum inbox_state)i), l->orders[i]);
    jw_end(&w, '}');
    jw_array(&w, "put_aside");
    print_all_parked(s, l, true, &w);
    jw_end(&w, ']');
    jw_end(&w, '}');
    printf("%s\n", line.data);
    buf_free(&line);
}

static void status_of_link(void *ctx, struct session *s) {
    const struct cli_args *args = ctx;
    struct link_status status;
    read_status(s, &status);
    if (args->json)
        print_status_json(s, &status);
    else
        print_status_text(s, &status, args->all);
}

struct program_status {
    char state[32], service_account[256], account[256], service_log[APP_PATH_SIZE];
};

static void read_program(const struct app *app, const struct platform *platform, struct program_status *out) {
    platform->service_state(out->state, sizeof(out->state), out->service_account, sizeof(out->service_account));
    os_account_name(out->account, sizeof(out->account));
    app_service_log(app, out->service_log);
}

static void print_program_text(const struct app *app, const struct program_status *p) {
    printf("Shopferry " SHOPFERRY_VERSION "\n");
    printf("  service      %s%s%s\n", p->state, str_empty(p->service_account) ? "" : ", runs as ", p->service_account);
    printf("  this account %s\n", p->account);
    printf("  settings     %s%s\n", app->settings_path, app->has_settings ? "" : " (none yet)");
    bool same = str_eq(p->service_log, app->log_folder);
    printf("  logs         %s%s\n", app->log_folder,
           same                        ? " (of the service too)"
           : str_empty(p->service_log) ? " (of this account; a service writes those of its own)"
                                       : " (of this account)");
    if (!same && !str_empty(p->service_log))
        printf("  its logs     %s (of the service)\n", p->service_log);
}

static void print_program_json(const struct app *app, const struct program_status *p) {
    struct buf line;
    struct json_writer w;
    buf_init(&line, 65536);
    jw_init(&w, &line);
    jw_object(&w, NULL);
    jw_str(&w, "program", "Shopferry");
    jw_str(&w, "version", SHOPFERRY_VERSION);
    jw_str(&w, "service", p->state);
    jw_str(&w, "service_account", p->service_account);
    jw_str(&w, "account", p->account);
    jw_str(&w, "data_folder", app->data_folder);
    jw_str(&w, "settings", app->settings_path);
    jw_bool(&w, "has_settings", app->has_settings);
    jw_str(&w, "log_folder", app->log_folder);
    jw_str(&w, "service_log_folder", p->service_log);
    jw_end(&w, '}');
    printf("%s\n", line.data);
    buf_free(&line);
}

int verb_status(const struct cli_args *args, const struct platform *platform) {
    struct app app;
    bool json = args->json;
    struct cli_args own = *args;
    int code = verb_open(&app, platform, NULL, false);
    if (code == CLI_EXIT_OK) {
        struct program_status program;
        read_program(&app, platform, &program);
        if (json)
            print_program_json(&app, &program);
        else
            print_program_text(&app, &program);
        code = each_state(&app, args, status_of_link, &own);
    }
    app_close(&app);
    return code;
}

/* --- where --- */

struct where_search {
    const char *order;
    struct session *session;
    bool found;
};

static void print_event(void *ctx, int64_t at_ms, const char *what) {
    (void)ctx;
    char at[ISO_SIZE];
    format_time(at_ms, at);
    printf("    %s  %s\n", at, what);
}

static void print_statuses(const struct session *s, const char *status) {
    printf("  waits because                   its status in the shop is \"%s\"; this link fetches:", status);
    for (const char *const *one = s->rules.link.take_statuses; one && *one; one++)
        printf(" %s", *one);
    printf(" (setting order_statuses)\n");
}

static void print_shop_status(const struct inbox_row *row) {
    char modified[ISO_SIZE];
    format_time(row->modified_ms, modified);
    if (!str_empty(row->import_status))
        printf("  status when it was imported     %s\n", row->import_status);
    printf("  status in the shop              %s, last changed there %s\n", row->status, modified);
}

static void print_change(const struct inbox_row *row) {
    char since[ISO_SIZE];
    struct buf text;
    buf_init(&text, ERR_TEXT_MAX);
    format_time(row->changed_ms, since);
    order_change_say(row->change, row->number, row->document_number, &text);
    printf("  look at                         %s Seen %s; the document was left as it is.\n", text.data, since);
    buf_free(&text);
}

static enum rc print_order(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct where_search *w = ctx;
    char seen[ISO_SIZE], created[ISO_SIZE], acknowledged[ISO_SIZE];
    format_time(row->seen_ms, seen);
    format_time(row->created_ms, created);
    format_time(row->acknowledged_ms, acknowledged);
    w->found = true;
    printf("Order %s (%s / %s, id in the shop %s): %s\n", row->number, conf_name(w->session->company),
           conf_name(w->session->link), row->remote_id, inbox_state_name(row->state));
    print_shop_status(row);
    printf("  stored by us                    %s\n", seen);
    printf("  in the ERP                      %s%s%s%s\n", created, str_empty(row->document_number) ? "" : "  ",
           row->document_number, row->linked ? " (was there already; linked)" : "");
    printf("  acknowledged to the shop        %s\n", acknowledged);
    if (!str_empty(row->reason))
        printf("  waits because                   %s\n", row->reason);
    if (row->state == INBOX_PARKED)
        printf("  tried again                     by the next run started by hand, and by the service every ten "
               "minutes\n");
    if (row->state == INBOX_WAITING)
        print_statuses(w->session, row->status);
    if (row->state == INBOX_CREATED)
        printf("  still to do                     the shop is told that it arrived with the next run; if the shop "
               "refuses, "
               "the run and the log say why\n");
    if (row->changed_after)
        print_change(row);
    char object[96];
    str_fmt(object, sizeof(object), EVENT_ORDER "%s", row->remote_id);
    printf("  what happened (UTC)\n");
    (void)store_events(w->session->store, w->session->link_number, object, print_event, w, NULL);
    return RC_OK;
}

static void where_in_link(void *ctx, struct session *s) {
    struct where_search *w = ctx;
    struct err err;
    w->session = s;
    if (store_inbox_find(s->store, s->link_number, w->order, print_order, w, &err) != RC_OK)
        (void)verb_failed(&err);
}

int verb_where(const struct cli_args *args, const struct platform *platform) {
    struct app app;
    struct where_search search = {.order = args->subject};
    int code = verb_open(&app, platform, NULL, false);
    if (code == CLI_EXIT_OK)
        code = verb_need_settings(&app);
    if (code == CLI_EXIT_OK)
        code = each_state(&app, args, where_in_link, &search);
    if (code == CLI_EXIT_OK && !search.found) {
        printf("No order %s has reached us. Either the shop does not tell it (look at its status there, and whether "
               "orders of that date are fetched), or it was placed after the last fetch; `shopferry status` shows when "
               "that was.\n",
               args->subject);
        code = CLI_EXIT_NOT_FOUND;
    }
    app_close(&app);
    return code;
}

/* --- why --- */

static void print_line(void *ctx, const char *line) {
    (void)ctx;
    printf("%s\n", line);
}

int verb_why(const struct cli_args *args, const struct platform *platform) {
    struct app app;
    struct session *s = NULL;
    struct err err;
    if (!args->subject == !args->item) {
        (void)fprintf(stderr, "shopferry: say which item: its SKU, or --item with its key in the ERP.\n");
        return CLI_EXIT_USAGE;
    }
    int code = verb_open(&app, platform, NULL, false);
    if (code == CLI_EXIT_OK)
        code = verb_need_settings(&app);
    if (code == CLI_EXIT_OK) {
        bool known = true;
        enum rc rc = session_open(&app, args->company, args->link, SESSION_STORE | SESSION_ERP, NULL, &s, &err);
        if (rc == RC_OK) {
            shop_facts_load(s);
            known = args->item || session_has_item(s, args->subject, NULL) != RC_NOT_FOUND;
            rc = why_sku(s->store, s->link_number, s->erp, &s->rules.link, args->subject, args->item, print_line, NULL,
                         &err);
        }
        if (rc != RC_OK)
            code = verb_failed(&err);
        if (!known)
            code = CLI_EXIT_NOT_FOUND;
        session_close(s);
    }
    app_close(&app);
    return code;
}
