#include <windows.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/life.h"
#include "common/os/win/wide.h"

static int64_t started_of(HANDLE process) {
    FILETIME created, ended, kernel, user;
    if (!GetProcessTimes(process, &created, &ended, &kernel, &user))
        return 0;
    return (int64_t)(((uint64_t)created.dwHighDateTime << 32) | created.dwLowDateTime);
}

int64_t os_process_started(void) {
    return started_of(GetCurrentProcess());
}

enum os_life os_process_life(int64_t process, int64_t started) {
    if (process <= 0 || process > UINT32_MAX)
        return OS_LIFE_UNKNOWN;
    HANDLE h = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, (DWORD)process);
    if (!h)
        return GetLastError() == ERROR_INVALID_PARAMETER ? OS_LIFE_GONE : OS_LIFE_UNKNOWN;
    /* An ended process keeps its number while somebody has it open. */
    bool ended = WaitForSingleObject(h, 0) == WAIT_OBJECT_0;
    int64_t created = started_of(h);
    CloseHandle(h);
    if (ended || (created != 0 && created != started))
        return OS_LIFE_GONE;
    return created != 0 ? OS_LIFE_LIVES : OS_LIFE_UNKNOWN;
}

void os_process_space(char *out, size_t size) {
    wchar_t id[64] = L"";
    DWORD bytes = sizeof id - sizeof id[0];
    if (RegGetValueW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Cryptography", L"MachineGuid",
                     RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY, NULL, id, &bytes) != ERROR_SUCCESS)
        id[0] = 0;
    char *text = utf8_from_wide(id);
    (void)str_copy(out, size, text);
    mem_free(text);
}
