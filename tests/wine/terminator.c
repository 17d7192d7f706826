/* terminator PROGRAM ARGS...: starts the program, which inherits output and errors, and waits for it. A byte on our own
 * input: TerminateProcess. Exit code: the program's, or 137 when we ended it, or 125 when it could not be started. Lets
 * a test of this side (Linux) end a Windows program at a moment of its choice, by the very call that ends it on
 * Windows. */
#include <windows.h>

#define TERMINATED  137
#define NOT_STARTED 125

/* Our command line without its first word, as it was given: no quoting is undone and made again. */
static wchar_t *rest_of(wchar_t *line) {
    wchar_t end = L' ';
    if (*line == L'"') {
        end = L'"';
        line++;
    }
    while (*line && *line != end)
        line++;
    if (*line)
        line++;
    while (*line == L' ')
        line++;
    return line;
}

static DWORD WINAPI wait_for_byte(void *event) {
    char byte;
    DWORD got = 0;
    if (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &got, NULL) && got == 1)
        SetEvent(event);
    return 0;
}

static HANDLE no_input(void) {
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    return CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
}

int main(void) {
    STARTUPINFOW start = {.cb = sizeof start,
                          .dwFlags = STARTF_USESTDHANDLES,
                          .hStdInput = no_input(),
                          .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
                          .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
    PROCESS_INFORMATION program;
    if (!CreateProcessW(NULL, rest_of(GetCommandLineW()), NULL, NULL, TRUE, 0, NULL, NULL, &start, &program))
        return NOT_STARTED;
    HANDLE asked = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE reader = CreateThread(NULL, 0, wait_for_byte, asked, 0, NULL);
    HANDLE either[2] = {program.hProcess, asked};
    DWORD code = NOT_STARTED;
    if (reader && WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0 + 1)
        TerminateProcess(program.hProcess, TERMINATED);
    WaitForSingleObject(program.hProcess, INFINITE);
    GetExitCodeProcess(program.hProcess, &code);
    ExitProcess(code); /* the reader may still wait for a byte that never comes */
}
