#include <windows.h>

#include "tests/ipc/platform.h"

long test_handles(void) {
    DWORD count = 0;
    return GetProcessHandleCount(GetCurrentProcess(), &count) && count > 0 ? (long)count : -1;
}

void test_many_handles(void) {
}

static bool wine(void) {
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    return ntdll && GetProcAddress(ntdll, "wine_get_version");
}

bool test_second_listener_refused(void) {
    return !wine();
}

bool test_server_is_proven(void) {
    return false; /* no service of ours runs during the tests */
}
