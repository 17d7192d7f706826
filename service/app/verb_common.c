#include <stdio.h>

#include "common/base/str.h"
#include "service/app/verbs.h"

int verb_failed(const struct err *err) {
    (void)fprintf(stderr, "shopferry: %s\n", err->text);
    switch (err->rc) {
    case RC_OK: return CLI_EXIT_OK;
    case RC_STOPPED: return CLI_EXIT_STOPPED;
    case RC_NOT_FOUND: return CLI_EXIT_NOT_FOUND;
    case RC_CONFLICT: return err->reach == REACH_LINK ? CLI_EXIT_BUSY : CLI_EXIT_FAILED;
    case RC_INVALID:
    case RC_UNSUPPORTED: return CLI_EXIT_SETTINGS;
    case RC_DENIED:
    case RC_TOO_BIG:
    case RC_LATER:
    case RC_UNKNOWN_OUTCOME: return err->reach == REACH_LINK ? CLI_EXIT_CHANNEL : CLI_EXIT_FAILED;
    default: return CLI_EXIT_FAILED;
    }
}

int verb_open(struct app *app, const struct platform *platform, struct stop *stop, bool log) {
    struct err err;
    enum rc rc = app_open(app, platform, stop, &err);
    if (rc == RC_OK && log)
        rc = app_open_log(app, &err);
    if (rc != RC_OK)
        return verb_failed(&err);
    return CLI_EXIT_OK;
}

int verb_need_settings(const struct app *app) {
    if (!app->has_settings) {
        (void)fprintf(stderr,
                      "shopferry: there are no settings yet (%s). Bring some with `shopferry import FILE`; the README "
                      "shows the smallest such file.\n",
                      app->settings_path);
        return CLI_EXIT_SETTINGS;
    }
    struct conf_problems problems = {0};
    conf_validate(app->conf, &problems);
    for (size_t i = 0; i < problems.count; i++) {
        const struct conf_problem *p = &problems.items[i];
        if (p->error)
            (void)fprintf(stderr, "shopferry: settings, %s%s%s: %s\n", str_empty(p->section) ? "program" : p->section,
                          str_empty(p->key) ? "" : ", ", p->key, p->text);
    }
    int code = problems.errors ? CLI_EXIT_SETTINGS : CLI_EXIT_OK;
    conf_problems_free(&problems);
    return code;
}

int verb_write(const char *path, const char *text, size_t len) {
    struct err err;
    if (!path)
        return fwrite(text, 1, len, stdout) == len ? CLI_EXIT_OK : CLI_EXIT_FAILED;
    if (os_file_replace(path, text, len, false, &err) != RC_OK)
        return verb_failed(&err);
    return CLI_EXIT_OK;
}

int verb_each_link(const struct app *app, const struct cli_args *args,
                   void (*visit)(void *ctx, const struct conf_section *company, const struct conf_section *link),
                   void *ctx) {
    struct err err;
    struct conf_section *only = NULL;
    size_t visited = 0;
    if (args->company && app_find_company(app, args->company, &only, &err) != RC_OK)
        return verb_failed(&err);
    for (size_t i = 0; i < conf_company_count(app->conf); i++) {
        const struct conf_section *company = conf_company_at(app->conf, i);
        if (only && company != only)
            continue;
        for (size_t k = 0; k < conf_link_count(company); k++) {
            const struct conf_section *link = conf_link_at(company, k);
            if (args->link && !str_eq(args->link, conf_name(link)))
                continue;
            visit(ctx, company, link);
            visited++;
        }
    }
    if (!args->link || visited > 0)
        return CLI_EXIT_OK;
    (void)fprintf(stderr, "shopferry: there is no link \"%s\"%s%s.\n", args->link, only ? " in the company " : "",
                  only ? args->company : "");
    return CLI_EXIT_NOT_FOUND;
}
