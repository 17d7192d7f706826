/* `check`: everything that must be true before a link may run, all blockers at once (capabilities S-05 to S-07, G-12).
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "service/app/session.h"
#include "service/app/verbs.h"

enum finding_level { FINDING_OK, FINDING_NOTE, FINDING_BLOCKER };

struct check {
    struct app *app;
    bool json;
    const char *place; /* "Company / link", "" for the program */
    int64_t blockers, notes;
};

static void tell(struct check *c, enum finding_level level, const char *what, const char *text) {
    static const char *const words[] = {"ok", "note", "blocks"};
    c->blockers += level == FINDING_BLOCKER;
    c->notes += level == FINDING_NOTE;
    if (!c->json) {
        printf("%-7s %s%s%s: %s\n", words[level], str_empty(c->place) ? "program" : c->place,
               str_empty(what) ? "" : ", ", what, text);
        return;
    }
    struct buf line;
    struct json_writer w;
    buf_init(&line, 65536);
    jw_init(&w, &line);
    jw_object(&w, NULL);
    jw_str(&w, "level", words[level]);
    jw_str(&w, "place", c->place);
    jw_str(&w, "what", what);
    jw_str(&w, "text", text);
    jw_end(&w, '}');
    printf("%s\n", line.data);
    buf_free(&line);
}

static void tell_rc(struct check *c, const char *what, enum rc rc, const struct err *err, const char *ok_text) {
    tell(c, rc == RC_OK ? FINDING_OK : FINDING_BLOCKER, what, rc == RC_OK ? ok_text : err->text);
}

/* --- program --- */

static void check_settings(struct check *c) {
    struct conf_problems problems = {0};
    if (!c->app->has_settings) {
        tell(c, FINDING_BLOCKER, "settings", "There are no settings yet. Bring some with `shopferry import FILE`.");
        return;
    }
    conf_validate(c->app->conf, &problems);
    for (size_t i = 0; i < problems.count; i++) {
        const struct conf_problem *p = &problems.items[i];
        c->place = p->section;
        tell(c, p->error ? FINDING_BLOCKER : FINDING_NOTE, p->key, p->text);
    }
    c->place = "";
    if (problems.errors == 0)
        tell(c, FINDING_OK, "settings", c->app->settings_path);
    conf_problems_free(&problems);
}

static void check_folders(struct check *c) {
    struct err err;
    enum rc rc = os_mkdirs(c->app->log_folder, &err);
    if (rc == RC_OK)
        rc = os_folder_writable(c->app->log_folder, &err);
    tell_rc(c, "log folder", rc, &err, c->app->log_folder);
    rc = os_mkdirs(c->app->data_folder, &err);
    if (rc == RC_OK)
        rc = os_folder_writable(c->app->data_folder, &err);
    tell_rc(c, "data folder", rc, &err, c->app->data_folder);
}

/* --- items of the company database --- */

struct item_check {
    struct check *check;
    int64_t counts[PROBLEM_PRICE_MISSING + 1];
};

/* Of each kind of problem so many are told one by one; the rest is counted. */
#define TELL_EACH 20

static const char *const problem_words[] = {
    [PROBLEM_SKU_EMPTY] = "no SKU",
    [PROBLEM_SKU_DUPLICATE] = "SKU used twice",
    [PROBLEM_SKU_ALIKE] = "SKUs that shops take for equal",
    [PROBLEM_SKU_MALFORMED] = "SKU that cannot be sent",
    [PROBLEM_VAT_MISSING] = "no VAT rate",
    [PROBLEM_VAT_RATE_UNKNOWN] = "VAT rate unknown in the country of sale",
    [PROBLEM_NAME_EMPTY] = "no name",
    [PROBLEM_NAME_CHARACTERS] = "name with characters that are not allowed",
    [PROBLEM_PRICE_MISSING] = "no price",
};

static enum rc take_finding(void *ctx, const struct item_finding *f, struct err *err) {
    (void)err;
    struct item_check *items = ctx;
    if (items->counts[f->problem]++ >= TELL_EACH)
        return RC_OK;
    char text[ERR_TEXT_MAX];
    str_fmt(text, sizeof(text), "%s: item %s, SKU \"%s\", \"%s\"%s%s. This item alone is left out until it is mended.",
            problem_words[f->problem], f->item_key, f->sku ? f->sku : "", f->name ? f->name : "",
            str_empty(f->detail) ? "" : ": ", f->detail ? f->detail : "");
    tell(items->check, FINDING_NOTE, "item", text);
    return RC_OK;
}

static void check_items(struct check *c, struct erp *erp) {
    struct item_check items = {.check = c};
    struct err err;
    if (erp_check_items(erp, take_finding, &items, &err) != RC_OK) {
        tell(c, FINDING_BLOCKER, "items", err.text);
        return;
    }
    int64_t total = 0;
    for (size_t i = 0; i < sizeof(items.counts) / sizeof(items.counts[0]); i++) {
        total += items.counts[i];
        if (items.counts[i] <= TELL_EACH)
            continue;
        char text[ERR_TEXT_MAX];
        str_fmt(text, sizeof(text), "%s: %" PRId64 " items in all.", problem_words[i], items.counts[i]);
        tell(c, FINDING_NOTE, "item", text);
    }
    if (total == 0)
        tell(c, FINDING_OK, "items", "Every published item has a unique SKU, a name, a VAT rate and a price.");
}

static void check_erp(struct check *c, struct session *s) {
    struct err err;
    enum rc rc = erp_probe(s->erp, &err);
    tell_rc(c, "company database", rc, &err, conf_text(s->company, "database"));
    if (rc != RC_OK)
        return;
    rc = erp_operator_check(s->erp, s->rules.link.operator_name, &err);
    tell_rc(c, "operator", rc, &err, s->rules.link.operator_name);
    check_items(c, s->erp);
}

/* --- shop --- */

static void check_channel(struct check *c, struct session *s) {
    struct channel_report report;
    struct err err;
    if (chan_probe(s->channel, &report, &err) != RC_OK) {
        tell(c, FINDING_BLOCKER, "shop", err.text);
        return;
    }
    for (size_t i = 0; i < report.line_count; i++) {
        const struct probe_line *l = &report.lines[i];
        tell(c, l->ok ? FINDING_OK : l->blocking ? FINDING_BLOCKER : FINDING_NOTE, l->what, l->text);
    }
    const char *wanted = s->rules.link.currency;
    if (!str_empty(wanted) && report.currency[0] && !str_eq(wanted, report.currency)) {
        char text[ERR_TEXT_MAX];
        str_fmt(text, sizeof(text), "The shop sells in %s, the link's settings say %s.", report.currency, wanted);
        tell(c, FINDING_BLOCKER, "currency", text);
    }
}

static void check_link(void *ctx, const struct conf_section *company, const struct conf_section *link) {
    struct check *c = ctx;
    char place[900];
    struct session *s = NULL;
    struct err err;
    str_fmt(place, sizeof(place), "%s / %s", conf_name(company), conf_name(link));
    c->place = place;
    /* Opened one by one, so that a missing database does not hide what is wrong with the shop. */
    if (session_open(c->app, conf_name(company), conf_name(link), SESSION_ERP, NULL, &s, &err) == RC_OK)
        check_erp(c, s);
    else
        tell(c, FINDING_BLOCKER, "company database", err.text);
    session_close(s);
    s = NULL;
    if (session_open(c->app, conf_name(company), conf_name(link), SESSION_STORE | SESSION_CHANNEL, NULL, &s, &err) ==
        RC_OK)
        check_channel(c, s);
    else
        tell(c, FINDING_BLOCKER, "shop", err.text);
    session_close(s);
    c->place = "";
}

/* Our own records of a company: a run cannot begin without them. */
static void check_records(struct check *c, const struct conf_section *company) {
    struct session *s = NULL;
    struct err err;
    c->place = conf_name(company);
    enum rc rc = session_open(c->app, conf_name(company), NULL, SESSION_STORE, NULL, &s, &err);
    tell_rc(c, "own records", rc, &err, s ? s->folder : "");
    session_close(s);
    c->place = "";
}

static void check_companies(struct check *c, const char *only) {
    for (size_t i = 0; i < conf_company_count(c->app->conf); i++) {
        const struct conf_section *company = conf_company_at(c->app->conf, i);
        if (!only || str_eq(only, conf_name(company)))
            check_records(c, company);
    }
}

int verb_check(const struct cli_args *args, const struct platform *platform) {
    struct app app;
    struct check check = {.app = &app, .json = args->json, .place = ""};
    int code = verb_open(&app, platform, NULL, false);
    if (code == CLI_EXIT_OK) {
        check_settings(&check);
        check_folders(&check);
        check_companies(&check, args->company);
        code = verb_each_link(&app, args, check_link, &check);
    }
    if (code == CLI_EXIT_OK) {
        if (!args->json)
            printf("%s: %" PRId64 " things block, %" PRId64 " notes\n", check.blockers ? "not ready" : "ready",
                   check.blockers, check.notes);
        code = check.blockers ? CLI_EXIT_SETTINGS : CLI_EXIT_OK;
    }
    app_close(&app);
    return code;
}
