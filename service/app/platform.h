/* What differs between the Windows service and the console program on Linux, behind one table. The functions here only
 * carry out; what to do is decided in portable code. */
#ifndef SERVICE_APP_PLATFORM_H
#define SERVICE_APP_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"
#include "common/os/os.h"

#define SERVICE_NAME         "Shopferry"
#define SERVICE_DISPLAY_NAME "Shopferry"
#define SERVICE_DESCRIPTION  "Keeps company databases in step with web shops: sends the offer, fetches the orders."

/* Event ids, one for each event worth an alarm; stable for ever (capability C-29, rule R26). */
enum service_event {
    EVENT_STARTED = 100,
    EVENT_STOPPED = 101,
    EVENT_START_FAILED = 200, /* the service could not start; the text says what is missing */
    EVENT_LOG_FAILED = 201    /* the log folder cannot be written */
};

/* The service's life as the control manager is told it. The body calls `running` once it works. Returns 0, or the
 * service-specific exit code of enum service_exit. */
enum service_exit {
    SERVICE_EXIT_OK = 0,
    SERVICE_EXIT_SETTINGS = 1, /* settings are missing or wrong */
    SERVICE_EXIT_LOG = 2,
    SERVICE_EXIT_STATE = 3, /* our own state cannot be opened */
    SERVICE_EXIT_INTERNAL = 4
};
typedef enum service_exit (*service_body)(struct stop *stop, void (*running)(void *ctx), void *running_ctx);

struct platform {
    bool has_service_manager;
    /* Registers the program as a service, stopped (capability C-15). account NULL: the system account; else
     * "DOMAIN\name" or "NT SERVICE\Shopferry", password NULL where the account has none. */
    enum rc (*service_install)(const char *account, const char *password, struct err *err);
    enum rc (*service_uninstall)(struct err *err);
    enum rc (*service_start)(struct err *err);
    /* Asks to stop and waits at most wait_ms for it. */
    enum rc (*service_stop)(long wait_ms, struct err *err);
    /* "running", "stopped", "starting", "stopping", "not installed". */
    void (*service_state)(char *out, size_t size, char *account, size_t account_size);
    /* Runs the body as a service when the control manager started us, else in the foreground until Ctrl+C. */
    int (*service_run)(service_body body);
    void (*event)(enum service_event id, bool error, const char *text);
    /* A stop flag that Ctrl+C and a polite end request set. */
    void (*on_interrupt)(struct stop *stop);
};

/* Implemented in win/ and posix/. */
const struct platform *platform(void);

#endif
