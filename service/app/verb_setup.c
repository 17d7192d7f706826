/* Verbs that set the program up: import, export, secret, demo-company, service. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/secret/secret.h"
#include "service/app/progress_line.h"
#include "service/app/session.h"
#include "service/app/verbs.h"
#include "service/channel/registry.h"
#include "service/erp/demo/demo_company.h"

#define SERVICE_STOP_WAIT_MS 15000

/* --- settings --- */

int verb_export(const struct cli_args *args, const struct platform *platform) {
    struct app app;
    int code = verb_open(&app, platform, NULL, false);
    if (code == CLI_EXIT_OK) {
        struct buf text;
        struct err err;
        buf_init(&text, CONF_FILE_MAX);
        if (conf_export(app.conf, session_has_secret, &app, &text, &err) == RC_OK)
            code = verb_write(args->out, text.data, text.len);
        else
            code = verb_failed(&err);
        buf_free(&text);
    }
    app_close(&app);
    return code;
}

int verb_settings(const struct cli_args *args, const struct platform *platform) {
    (void)platform;
    static const struct {
        enum setting_scope scope;
        const char *title;
    } scopes[] = {{SETTING_PROGRAM, "Settings of the program (\"program\": {...})"},
                  {SETTING_COMPANY, "Settings of a company (\"companies\": [{...}])"},
                  {SETTING_LINK, "Settings of a link (\"links\": [{...}] of a company)"}};
    struct buf text;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
        buf_addf(&text, "%s\n\n", scopes[i].title);
        conf_describe(conf_schema(scopes[i].scope), &text);
        buf_addc(&text, '\n');
    }
    (void)app_channel_kinds();
    const struct channel_vt *kind;
    for (size_t i = 0; (kind = channel_kind_at(i)); i++) {
        buf_addf(&text, "Settings of a link of the kind \"%s\" (%s)\n\n", kind->kind, kind->display_name);
        conf_describe(kind->settings, &text);
    }
    int code = verb_write(args->out, text.data, text.len);
    buf_free(&text);
    return code;
}

/* Half-made settings may be kept while a person works on them; a file is imported whole, so here what is missing is an
 * error, switched on or not. Returns how many errors there are. */
static size_t say_problems(const struct conf *conf) {
    struct conf_problems problems = {0};
    size_t errors = 0;
    conf_validate(conf, &problems);
    for (size_t i = 0; i < problems.count; i++) {
        const struct conf_problem *p = &problems.items[i];
        bool error = p->error || p->incomplete;
        errors += error;
        (void)fprintf(stderr, "%s: %s%s%s: %s\n", error ? "error" : "warning",
                      str_empty(p->section) ? "program" : p->section, str_empty(p->key) ? "" : ", ", p->key, p->text);
    }
    conf_problems_free(&problems);
    return errors;
}

/* An import replaces everything, so what was there is kept beside it and what goes is named. */
static enum rc keep_old_settings(const struct app *app, struct err *err) {
    char path[APP_PATH_SIZE + 8];
    struct buf old;
    str_fmt(path, sizeof(path), "%s.bak", app->settings_path);
    enum rc rc = os_read_file(app->settings_path, CONF_FILE_MAX, &old, err);
    if (rc == RC_OK)
        rc = os_file_replace(path, old.data, old.len, true, err);
    buf_free(&old);
    return rc;
}

/* A link under a new name must not look like a new link: it would not know what it sent and fetched. */
static void say_removed_links(const struct conf_section *before, const struct conf_section *after) {
    for (size_t i = 0; i < conf_link_count(before); i++) {
        const char *name = conf_name(conf_link_at(before, i));
        if (conf_link(after, name))
            continue;
        printf("The link \"%s\" of \"%s\" is in the settings no more. Its state and secrets stay where they are. If it "
               "only got another name, say so: `shopferry rebind --company \"%s\" --link NEW-NAME --from \"%s\"`.\n",
               name, conf_name(before), conf_name(before), name);
    }
}

static void say_removed(const struct app *app, const struct conf *fresh) {
    for (size_t i = 0; app->conf && i < conf_company_count(app->conf); i++) {
        const char *name = conf_name(conf_company_at(app->conf, i));
        const struct conf_section *after = conf_company(fresh, name);
        if (after)
            say_removed_links(conf_company_at(app->conf, i), after);
        else
            printf("The company \"%s\" is in the settings no more. Its state and secrets stay where they are.\n", name);
    }
}

static int save_imported(const struct app *app, const struct conf *conf) {
    struct err err;
    enum rc rc = say_problems(conf) == 0 ? RC_OK : RC_INVALID;
    const char *log_folder = conf_text(conf_program(conf), "log_folder");
    if (rc == RC_OK && !str_empty(log_folder)) {
        rc = os_mkdirs(log_folder, &err);
        if (rc == RC_OK)
            rc = os_folder_writable(log_folder, &err);
        if (rc != RC_OK)
            (void)fprintf(stderr, "error: program, log_folder: %s\n", err.text);
    }
    if (rc != RC_OK) {
        (void)fprintf(stderr, "shopferry: nothing was changed; correct the file and import it again.\n");
        return CLI_EXIT_SETTINGS;
    }
    rc = app_make_data_folder(app, NULL, &err);
    if (rc == RC_OK && app->has_settings)
        rc = keep_old_settings(app, &err);
    if (rc == RC_OK)
        rc = conf_save(conf, app->settings_path, &err);
    if (rc != RC_OK)
        return verb_failed(&err);
    say_removed(app, conf);
    printf("The settings are in force now (%zu %s): %s\n", conf_company_count(conf),
           conf_company_count(conf) == 1 ? "company" : "companies", app->settings_path);
    return CLI_EXIT_OK;
}

int verb_import(const struct cli_args *args, const struct platform *platform) {
    struct app app;
    struct err err;
    /* The settings file that is there may be unreadable: importing a good one is the cure, so that is no reason to
     * stop. */
    (void)app_open(&app, platform, NULL, &err);
    if (!app.settings_path[0]) {
        app_close(&app);
        return verb_failed(&err);
    }
    struct conf *conf = NULL;
    int code = conf_load(args->subject, app_channel_kinds(), &conf, &err) == RC_OK ? save_imported(&app, conf)
                                                                                   : verb_failed(&err);
    conf_free(conf);
    app_close(&app);
    return code;
}

/* --- secrets --- */

/* One line from standard input: a secret on a command line could be read by everyone on the machine. */
static bool read_secret(struct buf *out) {
    int c;
    bool typed = os_is_terminal(stdin);
    os_terminal_echo(false);
    while ((c = getchar()) != EOF && c != '\n')
        if (c != '\r')
            buf_addc(out, (char)c);
    os_terminal_echo(true);
    if (typed)
        (void)fputc('\n', stderr);
    return out->len > 0 && !out->full && utf8_valid(out->data, out->len);
}

static bool is_secret_setting(const struct conf_section *link, const char *key) {
    const struct setting_def *def = conf_def(link, key);
    if (def && (def->flags & SETTING_SECRET))
        return true;
    (void)fprintf(stderr, "shopferry: \"%s\" is no secret of this link. Its secrets are:", key);
    for (size_t i = 0; (def = conf_def_at(link, i)); i++)
        if (def->flags & SETTING_SECRET)
            (void)fprintf(stderr, " %s", def->key);
    (void)fprintf(stderr, "\n");
    return false;
}

static int set_secret(const struct app *app, const char *name, const char *label) {
    struct buf value;
    struct err err;
    buf_init(&value, SECRET_VALUE_MAX);
    if (os_is_terminal(stdin))
        (void)fprintf(stderr, "%s: ", label);
    int code = CLI_EXIT_OK;
    if (app_make_data_folder(app, NULL, &err) != RC_OK) {
        code = verb_failed(&err);
    } else if (!read_secret(&value)) {
        (void)fprintf(stderr, "shopferry: no secret was given on standard input; nothing was changed.\n");
        code = CLI_EXIT_USAGE;
    } else if (secret_put(app->data_folder, name, value.data, &err) != RC_OK) {
        code = verb_failed(&err);
    } else {
        printf("The secret is kept, sealed by this machine. It is never shown again.\n");
    }
    mem_wipe(value.data, value.len);
    buf_free(&value);
    return code;
}

static int secret_of_link(const struct app *app, const struct cli_args *args) {
    struct conf_section *link = NULL;
    struct err err;
    if (app_find_link(app, args->company, args->link, &link, &err) != RC_OK)
        return verb_failed(&err);
    if (!is_secret_setting(link, args->name))
        return CLI_EXIT_USAGE;
    struct buf name;
    buf_init(&name, SECRET_NAME_MAX);
    conf_secret_name(link, args->name, &name);
    int code = CLI_EXIT_USAGE;
    if (str_eq(args->subject, "set")) {
        code = set_secret(app, name.data, conf_def(link, args->name)->label);
    } else if (str_eq(args->subject, "remove")) {
        code = secret_remove(app->data_folder, name.data, &err) == RC_OK ? CLI_EXIT_OK : verb_failed(&err);
    } else {
        (void)fprintf(stderr, "shopferry secret: say set or remove, not \"%s\".\n", args->subject);
    }
    buf_free(&name);
    return code;
}

int verb_secret(const struct cli_args *args, const struct platform *platform) {
    struct app app;
    int code = verb_open(&app, platform, NULL, false);
    if (code == CLI_EXIT_OK)
        code = secret_of_link(&app, args);
    app_close(&app);
    return code;
}

/* The link got another name: what was kept under the old one is this link's. */
static enum rc take_over(struct session *s, const char *from, struct err *err) {
    if (conf_link(s->company, from))
        return err_set(err, RC_CONFLICT, REACH_LINK,
                       "The link \"%s\" is in the settings still, so its records stay its own. Nothing was changed. "
                       "Remove it from the settings first if \"%s\" is to go on in its place.",
                       from, conf_name(s->link));
    return store_link_rename(s->store, from, conf_name(s->link), err);
}

int verb_rebind(const struct cli_args *args, const struct platform *platform) {
    struct app app;
    struct session *s = NULL;
    struct err err;
    int code = verb_open(&app, platform, NULL, false);
    if (code == CLI_EXIT_OK) {
        enum rc rc = session_open(&app, args->company, args->link, SESSION_STORE | SESSION_LOCK, NULL, &s, &err);
        if (rc == RC_OK)
            rc = args->from ? take_over(s, args->from, &err) : session_rebind(s, &err);
        code = rc == RC_OK ? CLI_EXIT_OK : verb_failed(&err);
        if (rc == RC_OK && args->from)
            printf(
                "The link \"%s\" goes on where \"%s\" was: its orders and items are known. Secrets belong to a name, "
                "so enter them again if that was not done: `shopferry secret set`.\n",
                args->link, args->from);
        else if (rc == RC_OK)
            printf("The link works with the address in the settings from now on.\n");
        session_close(s);
    }
    app_close(&app);
    return code;
}

/* --- demo company --- */

/* The engine below only says that it cannot open the file. */
static bool folder_missing(const char *path) {
    char folder[APP_PATH_SIZE];
    str_copy(folder, sizeof(folder), path);
    size_t end = strlen(folder);
    while (end > 0 && folder[end - 1] != '/' && folder[end - 1] != '\\')
        end--;
    if (end < 2 || folder[end - 2] == ':') /* the working folder or a root */
        return false;
    folder[end - 1] = '\0';
    if (os_exists(folder))
        return false;
    (void)fprintf(stderr, "shopferry: there is no folder %s. Make it first, or name another with --out.\n", folder);
    return true;
}

int verb_demo_company(const struct cli_args *args, const struct platform *platform) {
    const char *path = args->out ? args->out : "demo-company.db";
    if (folder_missing(path))
        return CLI_EXIT_FAILED;
    struct stop *stop = stop_new();
    struct progress_line line;
    struct err err;
    platform->on_interrupt(stop);
    progress_line_init(&line, os_clock(), !args->quiet && os_is_terminal(stderr));
    const struct demo_company_args demo = {.items = args->items,
                                           .awkward = args->awkward,
                                           .seed = args->seed ? (uint64_t)args->seed : 1,
                                           .stop = stop,
                                           .progress = progress_line_show,
                                           .progress_ctx = &line};
    enum rc rc = demo_company_write(path, &demo, &err);
    progress_line_end(&line);
    platform->on_interrupt(NULL);
    stop_free(stop);
    if (rc != RC_OK)
        return verb_failed(&err);
    printf("A company database with %" PRId64 " items is in %s. Its profile is \"reference\".\n", args->items, path);
    return CLI_EXIT_OK;
}

/* --- the service --- */

static int service_install(const struct cli_args *args, const struct platform *platform) {
    struct err err;
    struct buf password;
    buf_init(&password, 4096);
    bool named =
        args->account && !str_starts(args->account, "NT SERVICE\\") && !str_starts(args->account, "NT AUTHORITY\\");
    if (named && os_is_terminal(stdin))
        (void)fprintf(stderr, "Password of %s: ", args->account);
    if (named)
        (void)read_secret(&password);
    struct app app;
    enum rc rc = app_open(&app, platform, NULL, &err);
    if (rc == RC_OK)
        rc = app_make_data_folder(&app, args->account, &err);
    if (rc == RC_OK)
        rc = platform->service_install(args->account, password.len ? password.data : NULL, &err);
    app_close(&app);
    mem_wipe(password.data, password.len);
    buf_free(&password);
    if (rc != RC_OK)
        return verb_failed(&err);
    printf("The service " SERVICE_NAME " is installed and stopped. When the settings are complete (`shopferry check`), "
           "start it: `shopferry service start`.\n");
    return CLI_EXIT_OK;
}

int verb_service(const struct cli_args *args, const struct platform *platform) {
    struct err err;
    err_clear(&err);
    if (str_eq(args->subject, "run"))
        return platform->service_run(automaton_body);
    if (str_eq(args->subject, "install"))
        return service_install(args, platform);
    enum rc rc = RC_OK;
    const char *done = "";
    if (str_eq(args->subject, "uninstall")) {
        rc = platform->service_uninstall(&err);
        done = "The service is removed. Settings, state and logs stay where they are.";
    } else if (str_eq(args->subject, "start")) {
        rc = platform->service_start(&err);
        done = "The service is running.";
    } else if (str_eq(args->subject, "stop")) {
        rc = platform->service_stop(SERVICE_STOP_WAIT_MS, &err);
        done = "The service is stopped.";
    } else {
        (void)fprintf(stderr, "shopferry service: say install, uninstall, start, stop or run, not \"%s\".\n",
                      args->subject);
        return CLI_EXIT_USAGE;
    }
    if (rc != RC_OK)
        return verb_failed(&err);
    printf("%s\n", done);
    return CLI_EXIT_OK;
}
