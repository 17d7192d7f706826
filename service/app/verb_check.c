/* `check`: everything that must be true before a link may run, all blockers at once (capabilities S-05 to S-07, G-12).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "service/channel/registry.h"
#include "service/app/check_money.h"
#include "service/app/session.h"
#include "service/app/shop_facts.h"
#include "service/app/shop_address.h"
#include "service/app/verbs.h"
#include "service/model/item_name.h"

struct check {
    struct app *app;
    bool json;
    const char *place;     /* "Company / link", "" for the program */
    char list_currency[4]; /* of the price list of the link looked at; "" not known */
    struct list_money list;
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
    const struct link_rules *rules;
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

/* The rules of sending (service/sync/flow_offer_judge.c) in words. */
#define KEPT \
    "a new product is not made; one that is in the shop stays on sale as it is there, and its stock is still sent"
static const char *effect_of(const struct link_rules *rules, enum item_problem problem) {
    switch (problem) {
    case PROBLEM_SKU_EMPTY:
    case PROBLEM_SKU_MALFORMED:
    case PROBLEM_SKU_DUPLICATE:
    case PROBLEM_NAME_EMPTY: return "Until it is mended, " KEPT ".";
    case PROBLEM_SKU_ALIKE: return "In a shop that takes them for equal, until it is mended, " KEPT ".";
    case PROBLEM_VAT_MISSING:
        return rules->required.vat || rules->tax_class_count > 0 ? "Until it is mended, " KEPT "."
                                                                 : "It is sent with the shop's standard tax class.";
    case PROBLEM_VAT_RATE_UNKNOWN:
        return rules->tax_class_count > 0 ? "Unless tax_classes names its VAT code, " KEPT "."
                                          : "It is sent with the shop's standard tax class.";
    case PROBLEM_NAME_CHARACTERS: return "It is sent with a space in its place.";
    case PROBLEM_PRICE_MISSING:
        return rules->required.price ? "Until it is mended, a new product is not made; one that is in the shop keeps "
                                       "the price it has there, and its stock is still sent."
                                     : "It is sent without a price, so nobody can buy it.";
    }
    return "";
}

static enum rc take_finding(void *ctx, const struct item_finding *f, struct err *err) {
    (void)err;
    struct item_check *items = ctx;
    if (items->counts[f->problem]++ >= TELL_EACH)
        return RC_OK;
    char text[ERR_TEXT_MAX], name[ERR_TEXT_MAX / 4];
    struct buf clean;
    buf_init(&clean, 1 << 20);
    item_name_clean(&clean, f->name ? f->name : "");
    str_copy(name, sizeof(name), clean.data);
    buf_free(&clean);
    str_fmt(text, sizeof(text), "%s: item %s, SKU \"%s\", \"%s\"%s%s. %s", problem_words[f->problem], f->item_key,
            f->sku ? f->sku : "", name, str_empty(f->detail) ? "" : ": ", f->detail ? f->detail : "",
            effect_of(items->rules, f->problem));
    tell(items->check, FINDING_NOTE, "item", text);
    return RC_OK;
}

static void check_items(struct check *c, struct erp *erp, const struct link_rules *rules) {
    struct item_check items = {.check = c, .rules = rules};
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
    str_copy(c->list_currency, sizeof(c->list_currency), erp_currency(s->erp));
    check_items(c, s->erp, &s->rules.link);
    rc = list_money_read(s->erp, &c->list, &err);
    if (rc != RC_OK)
        tell(c, FINDING_BLOCKER, "items", err.text);
}

/* --- shop --- */

/* Prices leave as bare numbers, so the shop, the settings and the price list must mean the same money (rule R18). */
static void check_currencies(struct check *c, const struct session *s, const char *shop) {
    char text[ERR_TEXT_MAX];
    const char *wanted = s->rules.link.currency, *list = c->list_currency;
    if (!str_empty(wanted) && !str_empty(shop) && !str_eq(wanted, shop)) {
        str_fmt(text, sizeof(text), "The shop sells in %s, the link's settings say %s.", shop, wanted);
        tell(c, FINDING_BLOCKER, "currency", text);
    }
    const char *sold = str_empty(wanted) ? shop : wanted;
    if (!str_empty(list) && !str_empty(sold) && !str_eq(list, sold)) {
        str_fmt(text, sizeof(text),
                "The prices of this link's price list are in %s, but the shop sells in %s: amounts would be wrong, and "
                "orders wait for a person. Choose a price list in %s with the setting price_list.",
                list, sold, sold);
        tell(c, FINDING_BLOCKER, "currency", text);
    }
}

/* `known`: " pending processing "; a status is there with a blank on both sides. */
static bool has_status(const char *known, const char *status) {
    char word[128];
    return str_fmt(word, sizeof(word), " %s ", status) && strstr(known, word) != NULL;
}

static void unknown_status(struct check *c, const char *setting, const char *status, const char *effect,
                           const char *known) {
    char text[ERR_TEXT_MAX];
    str_fmt(text, sizeof(text), "The shop has no order status \"%s\", so %s.%s It has:%.*s.", status, effect,
            str_starts(status, "wc-") ? " Statuses are written without \"wc-\"." : "",
            (int)utf8_cut(known, strlen(known) - 1), known);
    tell(c, FINDING_NOTE, setting, text);
}

static void check_statuses(struct check *c, const struct session *s, const char *known) {
    int64_t before = c->notes;
    if (str_empty(known) || !s->rules.link.fetch_orders)
        return;
    size_t takes = 0;
    for (const char *const *one = s->rules.link.take_statuses; one && *one; one++)
        if (has_status(known, *one))
            takes++;
        else
            unknown_status(c, "order_statuses", *one, "no order is ever fetched for it", known);
    if (takes == 0)
        tell(c, FINDING_BLOCKER, "order_statuses",
             "The shop has none of the order statuses that are to be fetched, so no order would ever arrive.");
    const char *ack = s->rules.link.ack_status;
    if (!str_empty(ack) && !has_status(known, ack))
        unknown_status(c, "acknowledge_status", ack, "no imported order can be given it", known);
    if (c->notes == before)
        tell(c, FINDING_OK, "order statuses", "The shop has every order status that the settings name.");
}

static void tell_money(void *ctx, enum finding_level level, const char *what, const char *text) {
    tell(ctx, level, what, text);
}

/* What runs go by is as new as what is told here. */
static void keep_facts(struct session *s, const struct channel_report *report) {
    struct shop_money money = {
        .has_decimals = report->shown_decimals >= 0, .decimals = report->shown_decimals, .tax = report->prices_tax};
    str_copy(money.currency, sizeof(money.currency), report->currency);
    if (money.currency[0] && money.tax != SHOP_TAX_UNTOLD)
        (void)shop_facts_keep(s, &money, NULL); /* else the next run asks by itself */
}

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
    check_currencies(c, s, report.currency);
    const struct finding_sink sink = {.tell = tell_money, .ctx = c};
    check_money(&sink, &s->rules.link, &c->list, &report);
    keep_facts(s, &report);
    check_statuses(c, s, report.order_statuses);
}

/* --- two links, one shop --- */

static void check_twins(struct check *c, const struct conf_section *link) {
    const char *mine = shop_address(link);
    for (size_t i = 0; i < conf_company_count(c->app->conf); i++) {
        const struct conf_section *company = conf_company_at(c->app->conf, i);
        for (size_t k = 0; k < conf_link_count(company); k++) {
            const struct conf_section *other = conf_link_at(company, k);
            if (other == link || !shop_address_same(mine, shop_address(other)))
                continue;
            char text[ERR_TEXT_MAX];
            str_fmt(
                text, sizeof(text),
                "\"%s / %s\" works with the same shop. Each fetches every order and overwrites the other's prices and "
                "stock. Keep one of them, or switch off in one what the other does.",
                conf_name(company), conf_name(other));
            tell(c, FINDING_NOTE, "same shop", text);
        }
    }
}

static void check_link(void *ctx, const struct conf_section *company, const struct conf_section *link) {
    struct check *c = ctx;
    char place[900];
    struct session *s = NULL;
    struct err err;
    str_fmt(place, sizeof(place), "%s / %s", conf_name(company), conf_name(link));
    c->place = place;
    c->list_currency[0] = '\0';
    c->list = (struct list_money){0};
    check_twins(c, link);
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
            printf("%s: %" PRId64 " thing%s, %" PRId64 " note%s\n", check.blockers ? "not ready" : "ready",
                   check.blockers, check.blockers == 1 ? " blocks" : "s block", check.notes,
                   check.notes == 1 ? "" : "s");
        code = check.blockers ? CLI_EXIT_SETTINGS : CLI_EXIT_OK;
    }
    app_close(&app);
    return code;
}
