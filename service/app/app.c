#include "service/app/app.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/registry.h"
#include "service/channel/woo/woo.h"

#define MIB (1024 * 1024)

/* --- kinds of channel --- */

static const struct setting_def *kind_settings(void *ctx, const char *kind) {
    (void)ctx;
    const struct channel_vt *vt = channel_kind_find(kind);
    return vt ? vt->settings : NULL;
}

static const char *kind_name(void *ctx, size_t index) {
    (void)ctx;
    const struct channel_vt *vt = channel_kind_at(index);
    return vt ? vt->kind : NULL;
}

const struct conf_kinds *app_channel_kinds(void) {
    static const struct conf_kinds kinds = {.settings = kind_settings, .name = kind_name};
    channel_kind_add(&woo_vt);
    return &kinds;
}

/* --- settings --- */

static enum rc load_settings(struct app *app, struct conf **out, struct err *err) {
    struct err local;
    enum rc rc = conf_load(app->settings_path, app_channel_kinds(), out, &local);
    if (rc != RC_OK && rc != RC_NOT_FOUND && err)
        *err = local;
    return rc;
}

/* The configured folder, or Logs in the folder of the account. */
static enum rc wanted_log_folder(const struct app *app, char out[APP_PATH_SIZE], struct err *err) {
    const char *folder = conf_text(conf_program(app->conf), "log_folder");
    if (!str_empty(folder)) {
        str_copy(out, APP_PATH_SIZE, folder);
        return RC_OK;
    }
    char account_folder[APP_PATH_SIZE];
    enum rc rc = os_account_folder(account_folder, sizeof(account_folder), err);
    if (rc == RC_OK)
        os_path_join(out, APP_PATH_SIZE, account_folder, "Logs");
    return rc;
}

enum rc app_open(struct app *app, const struct platform *platform, struct stop *stop, struct err *err) {
    memset(app, 0, sizeof(*app));
    app->platform = platform;
    app->clock = os_clock();
    app->stop = stop;
    enum rc rc = os_data_folder(app->data_folder, sizeof(app->data_folder), err);
    if (rc != RC_OK)
        return rc;
    os_path_join(app->settings_path, sizeof(app->settings_path), app->data_folder, CONF_FILE_NAME);
    rc = load_settings(app, &app->conf, err);
    app->has_settings = rc == RC_OK;
    if (rc == RC_NOT_FOUND) {
        app->conf = conf_new(app_channel_kinds());
        rc = RC_OK;
    }
    if (rc != RC_OK)
        return rc;
    return wanted_log_folder(app, app->log_folder, err);
}

enum rc app_make_data_folder(const struct app *app, const char *account, struct err *err) {
    char state[32], service_account[256];
    app->platform->service_state(state, sizeof(state), service_account, sizeof(service_account));
    bool named = service_account[0] && !str_eq(service_account, "LocalSystem");
    if (!account && named)
        account = service_account;
    enum rc rc = os_mkdirs(app->data_folder, err);
    return rc == RC_OK ? os_folder_protect(app->data_folder, account, err) : rc;
}

void app_close(struct app *app) {
    log_file_close(app->log_file);
    conf_free(app->conf);
    app->log_file = NULL;
    app->conf = NULL;
}

static enum log_level configured_level(const struct conf *conf) {
    const char *word = conf_text(conf_program(conf), "log_level");
    for (int level = LOG_DEBUG; level <= LOG_ERROR; level++)
        if (str_eq(word, log_level_name((enum log_level)level)))
            return (enum log_level)level;
    return LOG_INFO;
}

enum rc app_open_log(struct app *app, struct err *err) {
    const struct conf_section *program = conf_program(app->conf);
    enum rc rc = log_file_open(app->log_folder, conf_i64(program, "log_file_mib") * MIB,
                               conf_i64(program, "log_total_mib") * MIB, app->clock, &app->log_file, err);
    if (rc == RC_OK)
        log_file_level(app->log_file, configured_level(app->conf));
    return rc;
}

#define SERVICE_LOG_NOTE "service-log-folder"

void app_note_service_log(const struct app *app) {
    char path[APP_PATH_SIZE];
    os_path_join(path, sizeof(path), app->data_folder, SERVICE_LOG_NOTE);
    (void)os_file_replace(path, app->log_folder, strlen(app->log_folder), true, NULL);
}

void app_service_log(const struct app *app, char out[APP_PATH_SIZE]) {
    char path[APP_PATH_SIZE];
    struct buf text;
    os_path_join(path, sizeof(path), app->data_folder, SERVICE_LOG_NOTE);
    bool known = os_read_file(path, APP_PATH_SIZE, &text, NULL) == RC_OK;
    str_copy(out, APP_PATH_SIZE, known ? text.data : "");
    buf_free(&text);
}

struct log *app_log(const struct app *app) {
    return log_file_log(app->log_file);
}

/* The log follows its setting without a restart (capability C-33). */
static void follow_log_folder(struct app *app) {
    char folder[APP_PATH_SIZE];
    struct err err;
    if (!app->log_file || wanted_log_folder(app, folder, NULL) != RC_OK || str_eq(folder, app->log_folder))
        return;
    if (log_file_move(app->log_file, folder, &err) == RC_OK) {
        str_copy(app->log_folder, sizeof(app->log_folder), folder);
        app_note_service_log(app); /* only the service lives long enough to reload */
    } else {
        log_line(app_log(app), LOG_ERROR, NULL, "The log folder stays %s: %s", app->log_folder, err.text);
    }
}

/* Looked at often, parsed only when its content is another one. */
static bool settings_changed(struct app *app) {
    struct buf text;
    if (os_read_file(app->settings_path, CONF_FILE_MAX, &text, NULL) != RC_OK)
        return false;
    struct digest now = digest_of(text.data, text.len);
    bool changed = !digest_eq(&now, &app->settings_seen);
    app->settings_seen = now;
    buf_free(&text);
    return changed;
}

void app_reload_settings(struct app *app) {
    struct conf *fresh = NULL;
    struct err err;
    if (!settings_changed(app))
        return;
    if (load_settings(app, &fresh, &err) != RC_OK) {
        log_line(app_log(app), LOG_ERROR, NULL, "The settings file cannot be read, the old settings stay in force: %s",
                 err.text);
        return;
    }
    if (conf_check(fresh, &err) != RC_OK) {
        log_line(app_log(app), LOG_ERROR, NULL, "The changed settings are not used, the old ones stay in force: %s",
                 err.text);
        conf_free(fresh);
        return;
    }
    conf_free(app->conf);
    app->conf = fresh;
    app->has_settings = true;
    follow_log_folder(app);
    if (app->log_file)
        log_file_level(app->log_file, configured_level(app->conf));
}

/* --- finding --- */

static void add_name(struct buf *names, const char *name) {
    if (names->len)
        buf_adds(names, ", ");
    buf_addf(names, "\"%s\"", name);
}

enum rc app_find_company(const struct app *app, const char *company, struct conf_section **out, struct err *err) {
    struct conf_section *found = conf_company(app->conf, company);
    if (found) {
        *out = found;
        return RC_OK;
    }
    struct buf names;
    buf_init(&names, 600);
    for (size_t i = 0; i < conf_company_count(app->conf); i++)
        add_name(&names, conf_name(conf_company_at(app->conf, i)));
    err_set(err, RC_NOT_FOUND, REACH_SERVICE, "There is no company \"%s\" in the settings. There is: %s.", company,
            names.len ? names.data : "none yet; `shopferry import FILE` brings some");
    buf_free(&names);
    return RC_NOT_FOUND;
}

enum rc app_find_link(const struct app *app, const char *company, const char *link, struct conf_section **out,
                      struct err *err) {
    struct conf_section *section = NULL;
    enum rc rc = app_find_company(app, company, &section, err);
    if (rc != RC_OK)
        return rc;
    struct conf_section *found = conf_link(section, link);
    if (found) {
        *out = found;
        return RC_OK;
    }
    struct buf names;
    buf_init(&names, 600);
    for (size_t i = 0; i < conf_link_count(section); i++)
        add_name(&names, conf_name(conf_link_at(section, i)));
    err_set(err, RC_NOT_FOUND, REACH_SERVICE, "The company \"%s\" has no link \"%s\". It has: %s.", company, link,
            names.len ? names.data : "none yet");
    buf_free(&names);
    return RC_NOT_FOUND;
}
