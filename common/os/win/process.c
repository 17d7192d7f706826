#include <windows.h>

#include <io.h>
#include <psapi.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "common/os/win/wide.h"

/* Copies a wide text out; "unknown" when there is none. */
static void give(char *out, size_t size, const wchar_t *text) {
    char *s = utf8_from_wide(text);
    (void)str_copy(out, size, str_empty(s) ? "unknown" : s);
    mem_free(s);
}

void os_machine_name(char *out, size_t size) {
    wchar_t name[256] = L"";
    DWORD n = sizeof(name) / sizeof(name[0]);
    (void)GetComputerNameExW(ComputerNameDnsHostname, name, &n);
    give(out, size, name);
}

void os_account_name(char *out, size_t size) {
    wchar_t name[257] = L"";
    DWORD n = sizeof(name) / sizeof(name[0]);
    (void)GetUserNameW(name, &n);
    give(out, size, name);
}

long os_process_id(void) {
    return (long)GetCurrentProcessId();
}

void os_die_now(int code) {
    (void)TerminateProcess(GetCurrentProcess(), (UINT)code); /* no exit handlers, no DLL is told */
    for (;;) {
        (void)os_wait(NULL, 1000); /* termination is on its way */
    }
}

bool os_is_terminal(FILE *f) {
    DWORD mode = 0;
    return GetConsoleMode((HANDLE)_get_osfhandle(_fileno(f)), &mode) != 0;
}

uint64_t os_peak_memory(void) {
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};
    return GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters)) ? counters.PeakWorkingSetSize : 0;
}

bool os_getenv(const char *name, char *out, size_t size) {
    wchar_t *w = wide_from_utf8(name);
    wchar_t value[8192] = L"";
    SetLastError(ERROR_SUCCESS); /* an empty variable gives 0 and no error of its own */
    DWORD n = w == NULL ? 0 : GetEnvironmentVariableW(w, value, sizeof(value) / sizeof(value[0]));
    bool empty = n == 0 && w != NULL && GetLastError() != ERROR_ENVVAR_NOT_FOUND;
    mem_free(w);
    char *s = n > 0 && n < sizeof(value) / sizeof(value[0]) ? utf8_from_wide(value) : NULL;
    bool fits = s != NULL && strlen(s) < size;
    if (fits) {
        (void)str_copy(out, size, s);
    } else if (empty && size > 0) {
        out[0] = '\0';
    }
    mem_free(s);
    return fits || (empty && size > 0);
}

void os_terminal_echo(bool on) {
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode = 0;
    if (!GetConsoleMode(input, &mode))
        return;
    (void)SetConsoleMode(input, on ? mode | ENABLE_ECHO_INPUT : mode & ~(DWORD)ENABLE_ECHO_INPUT);
}
