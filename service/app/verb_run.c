/* Verbs that run a link: sync and preview. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "service/app/progress_line.h"
#include "service/app/run_link.h"
#include "service/app/verbs.h"

/* Ticking "stock only" or "prices only" unticks "send offer" (capabilities C-07, C-08); on a command line that is told,
 * not guessed. */
static bool options_fit(const struct cli_args *args) {
    const char *clash = NULL;
    bool part = args->stock_only || args->prices_only, whole = args->force_full || args->compare_all;
    if (args->send_offer && part)
        clash = "--send-offer sends stock and prices too; say either that or --stock-only / --prices-only";
    else if (args->force_full && part)
        clash = "--force-full is about the whole offer and does not go with --stock-only or --prices-only";
    else if (whole && args->fetch_orders && !args->send_offer && !part)
        clash =
            "--force-full and --compare-all are about the offer, and --fetch-orders alone leaves the offer out; add "
            "--send-offer, or leave them away";
    else if (args->sku && args->fetch_orders)
        clash = "--sku is about one item and does not go with --fetch-orders";
    if (clash)
        (void)fprintf(stderr, "shopferry: %s.\n", clash);
    return clash == NULL;
}

/* A time in UTC, or a day alone: its first moment where this machine is, as people mean it. */
static bool instant_of(const char *text, int64_t *out) {
    char midnight[32];
    if (strlen(text) != strlen("2026-03-01"))
        return iso_parse(text, out);
    str_fmt(midnight, sizeof(midnight), "%sT00:00:00", text);
    if (!iso_parse(midnight, out))
        return false;
    /* The offset is asked for near the instant looked for: the clocks may change on that day. */
    int64_t guess = *out - os_zone_offset_minutes(*out) * INT64_C(60000);
    *out -= os_zone_offset_minutes(guess) * INT64_C(60000);
    return true;
}

static bool fill_options(const struct cli_args *args, struct run_options *o) {
    if (!options_fit(args))
        return false;
    bool whole = args->force_full || args->compare_all || args->sku || args->changed_since;
    *o = (struct run_options){.send_offer = args->send_offer ||
                                            (whole && !args->stock_only && !args->prices_only && !args->fetch_orders),
                              .fetch_orders = args->fetch_orders,
                              .stock_only = args->stock_only,
                              .prices_only = args->prices_only,
                              .force_full = args->force_full,
                              .compare_all = args->compare_all,
                              .sku = args->sku};
    if (args->changed_since && !instant_of(args->changed_since, &o->changed_since_ms)) {
        (void)fprintf(
            stderr,
            "shopferry: \"%s\" is neither a day such as 2026-03-01 nor a time of the form 2026-03-01T10:00:00 "
            "(UTC).\n",
            args->changed_since);
        return false;
    }
    return true;
}

static bool anything_parked(const struct run_link_result *result) {
    return result->parked_orders > 0 || result->parked_items > 0;
}

/* What an earlier run put aside is left as much as what this one did: a script must not take it for done. */
static int exit_of_result(const struct run_link_result *result) {
    if (str_eq(result->result, "done") || str_eq(result->result, "nothing"))
        return anything_parked(result) ? CLI_EXIT_PARTLY : CLI_EXIT_OK;
    return str_eq(result->result, "stopped") ? CLI_EXIT_STOPPED : CLI_EXIT_PARTLY;
}

static void say_parked(FILE *to, const struct run_link_result *result) {
    if (anything_parked(result))
        (void)fprintf(
            to,
            "Put aside and waiting: %" PRId64 " %s, %" PRId64 " %s. `shopferry status` lists them; `shopferry "
            "where ORDER` and `shopferry why SKU` tell the reason and the cure. Orders put aside are tried again "
            "by each run started by hand, and by the service every ten minutes.\n",
            result->parked_orders, result->parked_orders == 1 ? "order" : "orders", result->parked_items,
            result->parked_items == 1 ? "item" : "items");
}

/* What a run that came to its end, or not, has to say. */
static void say_result(FILE *to, const struct run_link_result *result, bool ended, bool preview) {
    bool nothing = ended && result->summary.len == 0;
    if (preview && result->summary.len > 0)
        (void)fprintf(to, "Preview: nothing was sent or changed. What the run would have found and done:\n");
    if (nothing)
        (void)fputs(anything_parked(result)          ? "Nothing new to do.\n"
                    : str_eq(result->flow, "orders") ? "No new orders. Only orders were looked at, not the offer.\n"
                                                     : "Nothing to do: both sides were in step.\n",
                    to);
    else
        (void)fputs(result->summary.data, to);
    say_parked(to, result);
}

/* Runs and prints; `preview` NULL for a real run. */
static int run_verb(const struct cli_args *args, const struct platform *platform,
                    const struct session_preview *preview) {
    struct run_link_args run = {.company = args->company, .link = args->link, .trigger = "manual", .preview = preview};
    if (!fill_options(args, &run.options))
        return CLI_EXIT_USAGE;
    struct stop *stop = stop_new();
    struct app app;
    struct progress_line line;
    struct run_link_result result;
    struct err err;
    platform->on_interrupt(stop);
    int code = verb_open(&app, platform, stop, true);
    if (code == CLI_EXIT_OK)
        code = verb_need_settings(&app);
    if (code == CLI_EXIT_OK) {
        progress_line_init(&line, app.clock, !args->quiet && os_is_terminal(stderr));
        run.progress = progress_line_show;
        run.progress_ctx = &line;
        enum rc rc = run_link(&app, &run, &result, &err);
        progress_line_end(&line);
        FILE *to = preview ? stderr : stdout; /* a preview's rows alone are its output */
        say_result(to, &result, rc == RC_OK, preview != NULL);
        buf_free(&result.summary);
        code = rc == RC_OK ? exit_of_result(&result) : verb_failed(&err);
    }
    app_close(&app);
    platform->on_interrupt(NULL);
    stop_free(stop);
    return code;
}

int verb_sync(const struct cli_args *args, const struct platform *platform) {
    return run_verb(args, platform, NULL);
}

/* --- preview --- */

struct preview_print {
    const char *link;
    bool json;
};

static void print_json(const struct preview_print *p, const struct planned_change *c) {
    struct buf line;
    struct json_writer w;
    buf_init(&line, 1 << 20);
    jw_init(&w, &line);
    jw_object(&w, NULL);
    jw_str(&w, "link", p->link);
    jw_str(&w, "what", c->what);
    jw_str(&w, "object", c->object);
    jw_str(&w, "field", c->field);
    jw_str(&w, "old", c->old_value);
    jw_str(&w, "new", c->new_value);
    jw_end(&w, '}');
    printf("%s\n", line.data);
    buf_free(&line);
}

/* A tab or line break inside a value must not look like a column or a row. */
static void print_cell(const char *text, char end) {
    for (const char *at = text ? text : "-"; *at; at++)
        (void)putchar((unsigned char)*at < ' ' ? ' ' : *at);
    (void)putchar(end);
}

static void print_change(void *ctx, const struct planned_change *c) {
    const struct preview_print *p = ctx;
    if (p->json) {
        print_json(p, c);
        return;
    }
    print_cell(p->link, '\t');
    print_cell(c->what, '\t');
    print_cell(c->object, '\t');
    print_cell(c->field, '\t');
    print_cell(c->old_value, '\t');
    print_cell(c->new_value, '\n');
}

int verb_preview(const struct cli_args *args, const struct platform *platform) {
    struct preview_print print = {.link = args->link, .json = args->json};
    const struct session_preview preview = {.sink = print_change, .ctx = &print};
    if (!args->json)
        printf("link\twhat\tobject\tfield\told\tnew\n");
    return run_verb(args, platform, &preview);
}
