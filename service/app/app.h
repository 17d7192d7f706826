/* The program as a whole: where its folders are, its settings, its log. The only place where concrete drivers are put
 * together with the engine (session.h). */
#ifndef SERVICE_APP_APP_H
#define SERVICE_APP_APP_H

#include "common/base/digest.h"
#include "common/conf/conf.h"
#include "common/os/os.h"
#include "service/app/log_file.h"
#include "service/app/platform.h"

#define APP_PATH_SIZE 1024

struct app {
    const struct platform *platform;
    struct clock *clock;
    struct stop *stop;
    char data_folder[APP_PATH_SIZE];
    char settings_path[APP_PATH_SIZE];
    char log_folder[APP_PATH_SIZE];
    struct conf *conf;           /* an empty one when there is no settings file yet */
    bool has_settings;           /* a settings file exists */
    struct digest settings_seen; /* content of the settings file when it was last looked at */
    struct log_file *log_file;   /* NULL until app_open_log */
};

/* Finds the folders and loads the settings (without judging them). Fails when the folder of the account cannot be
 * found, or when the settings file cannot be read at all. app_close() in any case. */
enum rc app_open(struct app *app, const struct platform *platform, struct stop *stop, struct err *err);
void app_close(struct app *app);
/* Makes the data folder if it is not there yet and closes it to other users in any case, so that a folder somebody else
 * made first is no way to our secrets. Keeps it open for the service's account, or for `account` if that is not NULL.
 */
enum rc app_make_data_folder(const struct app *app, const char *account, struct err *err);
/* Opens the operation log in the configured folder. */
enum rc app_open_log(struct app *app, struct err *err);
/* The service keeps the folder of its log where `status` finds it, for it runs as another account mostly. */
void app_note_service_log(const struct app *app);
/* That folder, "" when no service ever noted one. */
void app_service_log(const struct app *app, char out[APP_PATH_SIZE]);
struct log *app_log(const struct app *app); /* NULL before app_open_log: lines go nowhere */
/* Reads the settings again if the file changed to a valid one; the old ones stay in force otherwise. */
void app_reload_settings(struct app *app);

/* The kinds of channel this program has, for conf and for help. */
const struct conf_kinds *app_channel_kinds(void);

/* Section of a company or of its link by name; NOT_FOUND with a sentence that lists the names there are. */
enum rc app_find_company(const struct app *app, const char *company, struct conf_section **out, struct err *err);
enum rc app_find_link(const struct app *app, const char *company, const char *link, struct conf_section **out,
                      struct err *err);

#endif
