/* The verbs of the console program, one function each; the table that names them is in cli.c. */
#ifndef SERVICE_APP_VERBS_H
#define SERVICE_APP_VERBS_H

#include "service/app/app.h"
#include "service/app/cli_args.h"

int verb_sync(const struct cli_args *args, const struct platform *platform);
int verb_preview(const struct cli_args *args, const struct platform *platform);
int verb_check(const struct cli_args *args, const struct platform *platform);
int verb_status(const struct cli_args *args, const struct platform *platform);
int verb_where(const struct cli_args *args, const struct platform *platform);
int verb_why(const struct cli_args *args, const struct platform *platform);
int verb_export(const struct cli_args *args, const struct platform *platform);
int verb_settings(const struct cli_args *args, const struct platform *platform);
int verb_import(const struct cli_args *args, const struct platform *platform);
int verb_rebind(const struct cli_args *args, const struct platform *platform);
int verb_secret(const struct cli_args *args, const struct platform *platform);
int verb_demo_company(const struct cli_args *args, const struct platform *platform);
int verb_service(const struct cli_args *args, const struct platform *platform);

/* --- shared by the verbs (verb_common.c) --- */

/* Says on stderr what failed and gives the exit code for it. */
int verb_failed(const struct err *err);
/* Opens the program for a verb: folders and settings, and the operation log where `log` is true. Returns CLI_EXIT_OK or
 * the exit code after having said why. app_close() in any case. */
int verb_open(struct app *app, const struct platform *platform, struct stop *stop, bool log);
/* Settings must be whole before anything runs: says every error at once. */
int verb_need_settings(const struct app *app);
/* Writes to --out FILE, or to the console when path is NULL. */
int verb_write(const char *path, const char *text, size_t len);

/* Visits each link of the settings, or those that --company and --link name. CLI_EXIT_NOT_FOUND, after having said so,
 * when a name does not exist. */
int verb_each_link(const struct app *app, const struct cli_args *args,
                   void (*visit)(void *ctx, const struct conf_section *company, const struct conf_section *link),
                   void *ctx);

/* The body of `service run` (automaton.c). */
enum service_exit automaton_body(struct stop *stop, void (*running)(void *ctx), void *running_ctx);

#endif
