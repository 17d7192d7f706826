#include "tests/support/spawn.h"

#include <stdio.h>
#include <windows.h>

#include "common/base/buf.h"

static void to_wide(const char *text, WCHAR *out, int size) {
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, out, size) == 0)
        out[0] = 0;
}

void test_self(char *out, size_t size) {
    WCHAR wide[1024];
    DWORD n = GetModuleFileNameW(NULL, wide, 1024);
    out[0] = '\0';
    if (n > 0 && n < 1024 && WideCharToMultiByte(CP_UTF8, 0, wide, -1, out, (int)size, NULL, NULL) == 0)
        out[0] = '\0';
}

static int failed(const char *call) {
    (void)fprintf(stderr, "%s: error %lu\n", call, GetLastError());
    return -1;
}

/* Our arguments are words and paths without quotes: quotes around each are enough. */
int test_spawn(const char *const *argv) {
    struct buf line;
    buf_init(&line, 8000);
    for (size_t i = 0; argv[i]; i++)
        buf_addf(&line, "%s\"%s\"", i > 0 ? " " : "", argv[i]);
    WCHAR wide[8192];
    to_wide(line.data, wide, 8192);
    buf_free(&line);
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION info = {0};
    if (!CreateProcessW(NULL, wide, NULL, NULL, TRUE, 0, NULL, NULL, &start, &info))
        return failed("CreateProcess");
    DWORD code = 0;
    bool ended = WaitForSingleObject(info.hProcess, INFINITE) == WAIT_OBJECT_0 || failed("WaitForSingleObject") > 0;
    if (!ended || !GetExitCodeProcess(info.hProcess, &code))
        code = (DWORD)failed("GetExitCodeProcess");
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    return (int)code;
}
