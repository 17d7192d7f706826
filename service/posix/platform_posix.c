/* The Linux half of platform.h: there is no service manager; `service run` works in the foreground until a signal. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "service/app/platform.h"

static struct stop *interrupted;

static void on_signal(int number) {
    (void)number;
    if (interrupted)
        stop_set(interrupted);
}

static void on_interrupt(struct stop *stop) {
    interrupted = stop;
    struct sigaction action;
    memset(&action, 0, sizeof(action));
    action.sa_handler = stop ? on_signal : SIG_DFL;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN; /* a shop that hangs up must not end the program */
    (void)sigaction(SIGPIPE, &action, NULL);
}

static enum rc none(struct err *err) {
    return err_set(err, RC_UNSUPPORTED, REACH_SERVICE,
                   "There is no Windows service manager on this system. `shopferry service run` works in the "
                   "foreground; let the system's own supervisor start it.");
}

static enum rc install(const char *account, const char *password, struct err *err) {
    (void)account;
    (void)password;
    return none(err);
}

static enum rc stop_service(long wait_ms, struct err *err) {
    (void)wait_ms;
    return none(err);
}

static void service_state(char *out, size_t size, char *account, size_t account_size) {
    str_copy(out, size, "not installed");
    str_copy(account, account_size, "");
}

static void running(void *ctx) {
    (void)ctx;
}

static int service_run(service_body body) {
    struct stop *stop = stop_new();
    on_interrupt(stop);
    int code = (int)body(stop, running, NULL);
    on_interrupt(NULL);
    stop_free(stop);
    return code;
}

static void event(enum service_event id, bool error, const char *text) {
    (void)fprintf(stderr, "shopferry: %s %d: %s\n", error ? "error" : "event", (int)id, text);
}

const struct platform *platform(void) {
    static const struct platform linux_console = {
        .has_service_manager = false,
        .service_install = install,
        .service_uninstall = none,
        .service_start = none,
        .service_stop = stop_service,
        .service_state = service_state,
        .service_run = service_run,
        .event = event,
        .on_interrupt = on_interrupt,
    };
    return &linux_console;
}
