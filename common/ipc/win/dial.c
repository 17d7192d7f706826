/* The calling side over a named pipe. */
#include <windows.h>

#include <string.h>

#include "common/base/mem.h"
#include "common/ipc/pipe.h"
#include "common/ipc/win/caller.h"
#include "common/os/win/stop.h"
#include "common/os/win/wide.h"

#define BUSY_SLICE_MS 500 /* WaitNamedPipe cannot wait for stop as well: it looks up this often */

struct pipe_dial {
    HANDLE pipe;
    HANDLE event; /* of the call under way */
};

static int64_t now_ms(void) {
    return clock_monotonic_us(os_clock()) / 1000;
}

static enum rc open_failed(DWORD code, struct err *err) {
    if (code == ERROR_FILE_NOT_FOUND)
        return err_set(err, RC_NOT_FOUND, REACH_SERVICE, "The service does not run: nobody listens on its pipe.");
    if (code == ERROR_ACCESS_DENIED)
        return err_set(err, RC_DENIED, REACH_SERVICE,
                       "This account may not talk to Shopferry. An administrator can add it to one of the groups named "
                       "in the settings.");
    if (code == ERROR_PIPE_BUSY || code == ERROR_SEM_TIMEOUT)
        return err_set(err, RC_LATER, REACH_SERVICE, "The service has too many callers. Try again in a moment.");
    return win_fail(err, code, "The service's pipe", "opened");
}

enum rc pipe_dial_open(const char *endpoint, int64_t timeout_ms, struct stop *stop, struct pipe_dial **out,
                       struct err *err) {
    wchar_t *name = wide_from_utf8(endpoint);
    if (!name)
        return err_set(err, RC_INVALID, REACH_SERVICE, "The name of the pipe is not UTF-8 text.");
    int64_t end = now_ms() + timeout_ms;
    HANDLE pipe;
    DWORD code;
    for (;;) {
        /* Identification: whoever listens may find out who we are, not act as us. */
        pipe = CreateFileW(name, CLIENT_RIGHTS, 0, NULL, OPEN_EXISTING,
                           FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
        code = pipe == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
        if (code != ERROR_PIPE_BUSY || stop_is_set(stop) || now_ms() >= end)
            break;
        (void)WaitNamedPipeW(name, BUSY_SLICE_MS);
    }
    mem_free(name);
    if (code == ERROR_PIPE_BUSY && stop_is_set(stop))
        return err_set(err, RC_STOPPED, REACH_SERVICE, "Stopped while waiting for the service.");
    if (code != ERROR_SUCCESS)
        return open_failed(code, err);
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!event) {
        code = GetLastError();
        (void)CloseHandle(pipe);
        return win_fail(err, code, "The service's pipe", "opened");
    }
    struct pipe_dial *dial = MEM_NEW(struct pipe_dial);
    dial->pipe = pipe;
    dial->event = event;
    *out = dial;
    return RC_OK;
}

static void ask_service(const char *name, struct ipc_server_facts *out) {
    SERVICE_STATUS_PROCESS status;
    DWORD size = 0;
    wchar_t *wide = wide_from_utf8(name);
    SC_HANDLE manager = wide ? OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT) : NULL;
    SC_HANDLE service = manager ? OpenServiceW(manager, wide, SERVICE_QUERY_STATUS) : NULL;
    if (service && QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof status, &size)) {
        out->service_asked = true;
        out->service_running = status.dwCurrentState != SERVICE_STOPPED;
        out->service_process = (long)status.dwProcessId;
    }
    if (service)
        (void)CloseServiceHandle(service);
    if (manager)
        (void)CloseServiceHandle(manager);
    mem_free(wide);
}

void pipe_dial_server(struct pipe_dial *dial, const char *service, struct ipc_server_facts *out) {
    ULONG process = 0;
    memset(out, 0, sizeof *out);
    out->process_known = GetNamedPipeServerProcessId(dial->pipe, &process);
    out->process = (long)process;
    if (service)
        ask_service(service, out);
}

/* Waits for the call under way. When it does not end in time it is cancelled and its end collected: the system must not
 * write to the caller's memory afterwards. */
static enum rc finish(struct pipe_dial *dial, OVERLAPPED *overlapped, bool started, int64_t end, struct stop *stop,
                      DWORD *bytes, struct err *err) {
    DWORD wait = WAIT_OBJECT_0;
    if (!started && GetLastError() != ERROR_IO_PENDING)
        return err_set(err, RC_IO, REACH_FLOW, "The service ended the connection.");
    if (!started) {
        HANDLE handles[2] = {dial->event, stop_handle(stop)};
        int64_t left = end < 0 ? -1 : end - now_ms();
        DWORD ms = end < 0 ? INFINITE : left <= 0 ? 0 : left > 0x7fffffff ? 0x7fffffff : (DWORD)left;
        wait = WaitForMultipleObjects(stop ? 2 : 1, handles, FALSE, ms);
        if (wait != WAIT_OBJECT_0)
            (void)CancelIoEx(dial->pipe, overlapped);
    }
    bool good = GetOverlappedResult(dial->pipe, overlapped, bytes, TRUE);
    /* It may have ended well just before it was cancelled. */
    if (good && *bytes > 0)
        return RC_OK;
    if (wait == WAIT_TIMEOUT)
        return err_set(err, RC_LATER, REACH_FLOW, "The service did not answer in time.");
    if (wait == WAIT_OBJECT_0 + 1)
        return err_set(err, RC_STOPPED, REACH_FLOW, "Stopped while waiting for the service.");
    return err_set(err, RC_IO, REACH_FLOW, "The service ended the connection.");
}

enum rc pipe_dial_write(struct pipe_dial *dial, const void *data, size_t len, int64_t timeout_ms, struct stop *stop,
                        struct err *err) {
    int64_t end = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    const char *at = data;
    while (len > 0) {
        OVERLAPPED overlapped = {.hEvent = dial->event};
        DWORD take = len < PIPE_WRITE_MAX ? (DWORD)len : PIPE_WRITE_MAX, bytes = 0;
        bool started = WriteFile(dial->pipe, at, take, NULL, &overlapped);
        enum rc rc = finish(dial, &overlapped, started, end, stop, &bytes, err);
        if (rc != RC_OK)
            return rc;
        at += bytes;
        len -= bytes;
    }
    return RC_OK;
}

enum rc pipe_dial_read(struct pipe_dial *dial, void *data, size_t size, int64_t timeout_ms, struct stop *stop,
                       size_t *got, struct err *err) {
    int64_t end = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    OVERLAPPED overlapped = {.hEvent = dial->event};
    DWORD take = size < PIPE_READ_MAX ? (DWORD)size : PIPE_READ_MAX, bytes = 0;
    bool started = ReadFile(dial->pipe, data, take, NULL, &overlapped);
    enum rc rc = finish(dial, &overlapped, started, end, stop, &bytes, err);
    if (rc == RC_OK)
        *got = bytes;
    return rc;
}

void pipe_dial_close(struct pipe_dial *dial) {
    if (!dial)
        return;
    (void)CloseHandle(dial->pipe);
    (void)CloseHandle(dial->event);
    mem_free(dial);
}
