/* The Windows half of platform.h: service control manager, event log, console. It carries out and reports; what the
 * service does is in service/app. */
#include <windows.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/win/wide.h"
#include "service/app/platform.h"

#define STATE_WAIT_MS 200
/* Longer than any worker needs to reach its next step (5 s). */
#define STOP_HINT_MS 10000

static struct {
    SERVICE_STATUS_HANDLE handle;
    SERVICE_STATUS status;
    struct stop *stop;
    service_body body;
} service;

static enum rc fail(struct err *err, DWORD code, const char *what) {
    enum rc rc = code == ERROR_ACCESS_DENIED ? RC_DENIED : RC_IO;
    const char *cure = code == ERROR_ACCESS_DENIED               ? " Run this as an administrator."
                       : code == ERROR_SERVICE_DOES_NOT_EXIST    ? " It is not installed."
                       : code == ERROR_SERVICE_EXISTS            ? " It is installed already."
                       : code == ERROR_SERVICE_MARKED_FOR_DELETE ? " Close the Services window and try again."
                                                                 : "";
    if (code == ERROR_SERVICE_DOES_NOT_EXIST)
        rc = RC_NOT_FOUND;
    if (code == ERROR_SERVICE_EXISTS)
        rc = RC_CONFLICT;
    err_set(err, rc, REACH_SERVICE, "Windows refused to %s the service Shopferry (error %lu).%s", what, code, cure);
    if (err)
        err->os_code = (long)code;
    return rc;
}

static SC_HANDLE open_service(DWORD rights, const char *what, struct err *err) {
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    if (!manager) {
        fail(err, GetLastError(), what);
        return NULL;
    }
    SC_HANDLE handle = OpenServiceW(manager, L"" SERVICE_NAME, rights);
    if (!handle)
        fail(err, GetLastError(), what);
    CloseServiceHandle(manager);
    return handle;
}

/* "C:\path with blanks\shopferry.exe" service run: quoted, or Windows would try C:\path.exe first. */
static wchar_t *service_command(void) {
    size_t size = 32768;
    wchar_t *path = mem_alloc(size * sizeof(wchar_t));
    DWORD len = GetModuleFileNameW(NULL, path + 1, (DWORD)size - 32);
    static const wchar_t tail[] = L"\" service run";
    path[0] = L'"';
    CopyMemory(path + 1 + len, tail, sizeof(tail));
    return path;
}

static void describe(SC_HANDLE handle) {
    SERVICE_DESCRIPTIONW text = {.lpDescription = (wchar_t *)L"" SERVICE_DESCRIPTION};
    (void)ChangeServiceConfig2W(handle, SERVICE_CONFIG_DESCRIPTION, &text);
}

static enum rc install(const char *account, const char *password, struct err *err) {
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CREATE_SERVICE);
    if (!manager)
        return fail(err, GetLastError(), "install");
    wchar_t *command = service_command();
    wchar_t *wide_account = account ? wide_from_utf8(account) : NULL;
    wchar_t *wide_password = password ? wide_from_utf8(password) : NULL;
    SC_HANDLE handle = CreateServiceW(manager, L"" SERVICE_NAME, L"" SERVICE_DISPLAY_NAME, SERVICE_ALL_ACCESS,
                                      SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command,
                                      NULL, NULL, NULL, wide_account, wide_password);
    enum rc rc = handle ? RC_OK : fail(err, GetLastError(), "install");
    if (handle) {
        describe(handle);
        CloseServiceHandle(handle);
    }
    if (wide_password)
        mem_wipe(wide_password, wcslen(wide_password) * sizeof(wchar_t));
    mem_free(wide_password);
    mem_free(wide_account);
    mem_free(command);
    CloseServiceHandle(manager);
    return rc;
}

static enum rc uninstall(struct err *err) {
    SC_HANDLE handle = open_service(DELETE | SERVICE_QUERY_STATUS, "remove", err);
    if (!handle)
        return err ? err->rc : RC_IO;
    enum rc rc = DeleteService(handle) ? RC_OK : fail(err, GetLastError(), "remove");
    CloseServiceHandle(handle);
    return rc;
}

static DWORD state_of(SC_HANDLE handle) {
    SERVICE_STATUS_PROCESS now;
    DWORD needed = 0;
    if (!QueryServiceStatusEx(handle, SC_STATUS_PROCESS_INFO, (BYTE *)&now, sizeof(now), &needed))
        return 0;
    return now.dwCurrentState;
}

static bool wait_for_state(SC_HANDLE handle, DWORD wanted, long wait_ms) {
    ULONGLONG until = GetTickCount64() + (ULONGLONG)wait_ms;
    struct stop *never = stop_new();
    bool there = false;
    for (;;) {
        DWORD state = state_of(handle);
        there = state == wanted;
        bool ended = wanted == SERVICE_RUNNING && state == SERVICE_STOPPED;
        if (there || ended || GetTickCount64() >= until)
            break;
        (void)os_wait(never, STATE_WAIT_MS);
    }
    stop_free(never);
    return there;
}

static enum rc start(struct err *err) {
    SC_HANDLE handle = open_service(SERVICE_START | SERVICE_QUERY_STATUS, "start", err);
    if (!handle)
        return err ? err->rc : RC_IO;
    enum rc rc = RC_OK;
    if (!StartServiceW(handle, 0, NULL) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING)
        rc = fail(err, GetLastError(), "start");
    else if (!wait_for_state(handle, SERVICE_RUNNING, 30000))
        rc = err_set(err, RC_IO, REACH_SERVICE,
                     "The service did not start. The Windows event log (source Shopferry) says why; "
                     "`shopferry check` lists what is missing.");
    CloseServiceHandle(handle);
    return rc;
}

static enum rc stop_service(long wait_ms, struct err *err) {
    SC_HANDLE handle = open_service(SERVICE_STOP | SERVICE_QUERY_STATUS, "stop", err);
    if (!handle)
        return err ? err->rc : RC_IO;
    SERVICE_STATUS now;
    enum rc rc = RC_OK;
    if (!ControlService(handle, SERVICE_CONTROL_STOP, &now) && GetLastError() != ERROR_SERVICE_NOT_ACTIVE)
        rc = fail(err, GetLastError(), "stop");
    else if (!wait_for_state(handle, SERVICE_STOPPED, wait_ms))
        rc = err_set(err, RC_LATER, REACH_SERVICE, "The service was asked to stop but has not ended yet.");
    CloseServiceHandle(handle);
    return rc;
}

static const char *state_word(DWORD state) {
    switch (state) {
    case SERVICE_RUNNING: return "running";
    case SERVICE_STOPPED: return "stopped";
    case SERVICE_START_PENDING: return "starting";
    case SERVICE_STOP_PENDING: return "stopping";
    default: return "unknown";
    }
}

static void service_state(char *out, size_t size, char *account, size_t account_size) {
    str_copy(account, account_size, "");
    SC_HANDLE handle = open_service(SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG, "ask", NULL);
    if (!handle) {
        str_copy(out, size, GetLastError() == ERROR_ACCESS_DENIED ? "unknown" : "not installed");
        return;
    }
    str_copy(out, size, state_word(state_of(handle)));
    union {
        QUERY_SERVICE_CONFIGW config;
        BYTE bytes[8192]; /* the documented maximum of QueryServiceConfig */
    } answer;
    DWORD needed = 0;
    if (QueryServiceConfigW(handle, &answer.config, sizeof(answer), &needed) && answer.config.lpServiceStartName) {
        char *name = utf8_from_wide(answer.config.lpServiceStartName);
        str_copy(account, account_size, name ? name : "");
        mem_free(name);
    }
    CloseServiceHandle(handle);
}

/* --- running under the control manager --- */

static void report(DWORD state, DWORD exit_code, DWORD hint_ms) {
    SERVICE_STATUS *s = &service.status;
    s->dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    s->dwCurrentState = state;
    s->dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
    s->dwWin32ExitCode = exit_code ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR;
    s->dwServiceSpecificExitCode = exit_code;
    s->dwWaitHint = hint_ms;
    s->dwCheckPoint = state == SERVICE_RUNNING || state == SERVICE_STOPPED ? 0 : s->dwCheckPoint + 1;
    (void)SetServiceStatus(service.handle, s);
}

/* Only signals: the work ends by itself at the next step. */
static DWORD WINAPI control(DWORD code, DWORD event_type, void *event_data, void *context) {
    (void)event_type;
    (void)event_data;
    (void)context;
    switch (code) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        report(SERVICE_STOP_PENDING, 0, STOP_HINT_MS);
        stop_set(service.stop);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE: (void)SetServiceStatus(service.handle, &service.status); return NO_ERROR;
    default: return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void running(void *ctx) {
    (void)ctx;
    report(SERVICE_RUNNING, 0, 0);
}

static void WINAPI service_main(DWORD argc, wchar_t **argv) {
    (void)argc;
    (void)argv;
    service.handle = RegisterServiceCtrlHandlerExW(L"" SERVICE_NAME, control, NULL);
    if (!service.handle)
        return;
    report(SERVICE_START_PENDING, 0, STOP_HINT_MS);
    enum service_exit code = service.body(service.stop, running, NULL);
    report(SERVICE_STOPPED, (DWORD)code, 0);
}

static void no_report(void *ctx) {
    (void)ctx;
}

static struct stop *interrupted;

static BOOL WINAPI console_control(DWORD type) {
    (void)type;
    if (interrupted)
        stop_set(interrupted);
    return TRUE;
}

static void on_interrupt(struct stop *stop) {
    interrupted = stop;
    (void)SetConsoleCtrlHandler(console_control, TRUE);
}

static int service_run(service_body body) {
    service.body = body;
    service.stop = stop_new();
    SERVICE_TABLE_ENTRYW table[] = {{(wchar_t *)L"" SERVICE_NAME, service_main}, {NULL, NULL}};
    int code = 0;
    if (!StartServiceCtrlDispatcherW(table)) {
        if (GetLastError() == ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
            on_interrupt(service.stop);
            code = (int)body(service.stop, no_report, NULL);
        } else {
            code = SERVICE_EXIT_INTERNAL;
        }
    }
    interrupted = NULL;
    stop_free(service.stop);
    return code;
}

static void event(enum service_event id, bool error, const char *text) {
    HANDLE source = RegisterEventSourceW(NULL, L"" SERVICE_NAME);
    if (!source)
        return;
    wchar_t *wide = wide_from_utf8(text);
    if (wide) {
        const wchar_t *lines[] = {wide};
        (void)ReportEventW(source, error ? EVENTLOG_ERROR_TYPE : EVENTLOG_INFORMATION_TYPE, 0, (DWORD)id, NULL, 1, 0,
                           lines, NULL);
        mem_free(wide);
    }
    (void)DeregisterEventSource(source);
}

const struct platform *platform(void) {
    static const struct platform windows = {
        .has_service_manager = true,
        .service_install = install,
        .service_uninstall = uninstall,
        .service_start = start,
        .service_stop = stop_service,
        .service_state = service_state,
        .service_run = service_run,
        .event = event,
        .on_interrupt = on_interrupt,
    };
    return &windows;
}
