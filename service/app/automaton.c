/* The service's work: each enabled link at its interval, one run at a time, until stop. */
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/base/table.h"
#include "service/app/run_link.h"
#include "service/app/verbs.h"

#define LOOK_MS 1000 /* how often it looks whether a link is due or the settings changed */

struct due {
    int64_t next_us; /* monotonic: a changed wall clock must not stop or hurry the work */
};

struct automaton {
    struct app app;
    struct table *due; /* "company\nlink" -> struct due */
    struct stop *stop;
};

static struct due *due_of(struct automaton *a, const struct conf_section *company, const struct conf_section *link) {
    char *key = mem_printf("%s\n%s", conf_name(company), conf_name(link));
    struct due *due = table_get(a->due, key);
    if (!due) {
        due = MEM_NEW(struct due);
        (void)table_put(a->due, key, due);
    }
    mem_free(key);
    return due;
}

/* When the link is due next: at its interval; a run that took longer skips what it missed and queues no backlog; a shop
 * that asked to be left alone for longer gets that (rule R28). */
static void plan_next(struct automaton *a, struct due *due, int64_t interval_us, int64_t not_before_ms) {
    int64_t now_us = clock_monotonic_us(a->app.clock);
    if (now_us >= due->next_us)
        due->next_us += ((now_us - due->next_us) / interval_us + 1) * interval_us;
    int64_t earliest_us = now_us + (not_before_ms - clock_wall_ms(a->app.clock)) * 1000;
    if (not_before_ms > 0 && earliest_us > due->next_us)
        due->next_us = earliest_us;
}

static void run_due_link(struct automaton *a, struct due *due, const struct conf_section *company,
                         const struct conf_section *link) {
    const struct run_link_args args = {.company = conf_name(company), .link = conf_name(link), .trigger = "schedule"};
    struct run_link_result result;
    struct err err;
    int64_t interval_us = conf_i64(link, "interval_seconds") * 1000000;
    due->next_us = clock_monotonic_us(a->app.clock) + interval_us;
    /* What went wrong stands in the log and in the run history already. */
    (void)run_link(&a->app, &args, &result, &err);
    buf_free(&result.summary);
    plan_next(a, due, interval_us, result.not_before_ms);
}

/* One round over all links; returns false when stop was asked. Settings are taken anew only between rounds: that is the
 * safe point (rule R32), no run sees two versions of them. */
static bool round_of_links(struct automaton *a) {
    app_reload_settings(&a->app);
    for (size_t i = 0; i < conf_company_count(a->app.conf); i++) {
        const struct conf_section *company = conf_company_at(a->app.conf, i);
        for (size_t k = 0; k < conf_link_count(company); k++) {
            const struct conf_section *link = conf_link_at(company, k);
            if (stop_is_set(a->stop))
                return false;
            if (!conf_enabled(link))
                continue;
            struct due *due = due_of(a, company, link);
            if (clock_monotonic_us(a->app.clock) >= due->next_us)
                run_due_link(a, due, company, link);
        }
    }
    return !stop_is_set(a->stop);
}

static enum service_exit refuse(struct automaton *a, enum service_exit code, const char *text) {
    platform()->event(EVENT_START_FAILED, true, text);
    if (a->app.log_file)
        log_line(app_log(&a->app), LOG_ERROR, NULL, "%s", text);
    return code;
}

/* Everything that must be true before the service may say RUNNING (capability C-15): whole settings, a log folder. */
static enum service_exit automaton_start(struct automaton *a) {
    struct err err;
    if (app_open(&a->app, platform(), a->stop, &err) != RC_OK)
        return refuse(a, SERVICE_EXIT_SETTINGS, err.text);
    if (app_open_log(&a->app, &err) != RC_OK)
        return refuse(a, SERVICE_EXIT_LOG, err.text);
    if (!a->app.has_settings || conf_company_count(a->app.conf) == 0)
        return refuse(
            a, SERVICE_EXIT_SETTINGS,
            "Shopferry has no company in its settings and cannot start. Bring settings with `shopferry import "
            "FILE`, then start it again.");
    if (conf_check(a->app.conf, &err) != RC_OK)
        return refuse(a, SERVICE_EXIT_SETTINGS, err.text);
    return SERVICE_EXIT_OK;
}

enum service_exit automaton_body(struct stop *stop, void (*running)(void *ctx), void *running_ctx) {
    struct automaton a = {.stop = stop};
    enum service_exit code = automaton_start(&a);
    if (code == SERVICE_EXIT_OK) {
        a.due = table_new();
        app_note_service_log(&a.app);
        running(running_ctx);
        log_line(app_log(&a.app), LOG_INFO, NULL, "Shopferry " SHOPFERRY_VERSION " is working, process %ld.",
                 os_process_id());
        platform()->event(EVENT_STARTED, false, "Shopferry is working.");
        while (round_of_links(&a) && !os_wait(stop, LOOK_MS))
            continue;
        log_line(app_log(&a.app), LOG_INFO, NULL, "Shopferry has stopped.");
        platform()->event(EVENT_STOPPED, false, "Shopferry has stopped.");
        table_free(a.due, mem_free);
    }
    app_close(&a.app);
    return code;
}
