#include "common/os/win/wide.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

wchar_t *wide_from_utf8(const char *s) {
    int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, s, -1, NULL, 0);
    /* Wine takes some malformed input that Windows refuses: so it is checked here as well. */
    if (n <= 0 || !utf8_valid(s, strlen(s))) {
        return NULL;
    }
    wchar_t *w = mem_zalloc((size_t)n, sizeof(wchar_t));
    (void)MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, s, -1, w, n);
    return w;
}

char *utf8_from_wide(const wchar_t *s) {
    int n = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, s, -1, NULL, 0, NULL, NULL);
    if (n <= 0) {
        return NULL;
    }
    char *out = mem_zalloc((size_t)n, 1);
    (void)WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, s, -1, out, n, NULL, NULL);
    return out;
}

static wchar_t *join(const wchar_t *prefix, const wchar_t *rest) {
    size_t a = wcslen(prefix);
    size_t b = wcslen(rest);
    wchar_t *out = mem_zalloc(a + b + 1, sizeof(wchar_t));
    memcpy(out, prefix, a * sizeof(wchar_t));
    memcpy(out + a, rest, b * sizeof(wchar_t));
    return out;
}

/* full is absolute: C:\..., \\server\share\..., \\.\device or \\?\... */
static wchar_t *with_prefix(const wchar_t *full) {
    if (wcsncmp(full, L"\\\\?\\", 4) == 0 || wcsncmp(full, L"\\\\.\\", 4) == 0) {
        return join(L"", full);
    }
    return wcsncmp(full, L"\\\\", 2) == 0 ? join(L"\\\\?\\UNC\\", full + 2) : join(L"\\\\?\\", full);
}

wchar_t *wide_path(const char *path, struct err *err) {
    wchar_t *given = wide_from_utf8(path);
    if (given == NULL || *given == L'\0') {
        mem_free(given);
        (void)err_set(err, RC_INVALID, REACH_SERVICE, "A file name is empty or is not UTF-8 text.");
        return NULL;
    }
    for (wchar_t *p = given; *p != L'\0'; p++) {
        if (*p == L'/') {
            *p = L'\\';
        }
    }
    if (wcsncmp(given, L"\\\\?\\", 4) == 0) {
        return given; /* taken literally by Windows */
    }
    DWORD n = GetFullPathNameW(given, 0, NULL, NULL);
    wchar_t *full = mem_zalloc((size_t)n + 1, sizeof(wchar_t));
    DWORD got = n == 0 ? 0 : GetFullPathNameW(given, n, full, NULL);
    wchar_t *out = got == 0 || got >= n ? NULL : with_prefix(full);
    mem_free(full);
    mem_free(given);
    if (out == NULL) {
        (void)err_set(err, RC_INVALID, REACH_SERVICE, "%s is not a file name Windows can use.", path);
    }
    return out;
}

static enum rc rc_of(DWORD code) {
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH: return RC_NOT_FOUND;
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT:
    case ERROR_PRIVILEGE_NOT_HELD: return RC_DENIED;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION: return RC_CONFLICT;
    default: return RC_IO;
    }
}

enum rc win_fail(struct err *err, DWORD code, const char *path, const char *doing) {
    wchar_t wide[256] = L"";
    DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, code, 0, wide,
                             sizeof(wide) / sizeof(wide[0]), NULL);
    while (n > 0 && (wide[n - 1] == L'\r' || wide[n - 1] == L'\n' || wide[n - 1] == L'.' || wide[n - 1] == L' ')) {
        wide[--n] = L'\0';
    }
    char *reason = utf8_from_wide(wide);
    enum rc rc = err_set(err, rc_of(code), REACH_SERVICE, "%s could not be %s: %s (error %lu).", path, doing,
                         str_empty(reason) ? "Windows gave no reason" : reason, (unsigned long)code);
    mem_free(reason);
    if (err != NULL) {
        err->os_code = (long)code;
    }
    return rc;
}
