#include <windows.h>

#include "common/os/os.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/os/common.h"
#include "common/os/win/wide.h"

static bool is_folder(const wchar_t *path) {
    DWORD attributes = GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

/* Creates the folder; where its parent is missing, that first. w is changed meanwhile and given back as it was. */
static DWORD make(wchar_t *w, int depth) {
    if (is_folder(w) || CreateDirectoryW(w, NULL)) {
        return ERROR_SUCCESS;
    }
    DWORD code = GetLastError();
    wchar_t *slash = wcsrchr(w, L'\\');
    if (code != ERROR_PATH_NOT_FOUND || slash == NULL || slash == w || depth > 1000) {
        return is_folder(w) ? ERROR_SUCCESS : code; /* another program may have made it at this moment */
    }
    *slash = L'\0';
    DWORD parent = make(w, depth + 1);
    *slash = L'\\';
    if (parent != ERROR_SUCCESS) {
        return parent;
    }
    return CreateDirectoryW(w, NULL) || is_folder(w) ? ERROR_SUCCESS : GetLastError();
}

enum rc os_mkdirs(const char *path, struct err *err) {
    struct err own = {0};
    struct err *e = err == NULL ? &own : err;
    wchar_t *w = wide_path(path, e);
    if (w == NULL) {
        return e->rc;
    }
    size_t len = wcslen(w);
    if (len > 0 && w[len - 1] == L'\\') {
        w[len - 1] = L'\0';
    }
    DWORD code = make(w, 0);
    mem_free(w);
    return code == ERROR_SUCCESS ? RC_OK : win_fail(e, code, path, "created");
}

static void add_entry(struct os_names *names, const WIN32_FIND_DATAW *entry) {
    char *name = (entry->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? NULL : utf8_from_wide(entry->cFileName);
    if (name != NULL) { /* a name with half a surrogate pair is none of ours: nobody here could have written it */
        os_names_add(names, name);
    }
    mem_free(name);
}

enum rc os_list_dir(const char *path, void (*visit)(void *ctx, const char *name), void *ctx, struct err *err) {
    struct err own = {0};
    struct err *e = err == NULL ? &own : err;
    char *pattern = mem_printf("%s/*", path);
    wchar_t *w = wide_path(pattern, e);
    mem_free(pattern);
    if (w == NULL) {
        return e->rc;
    }
    WIN32_FIND_DATAW entry;
    HANDLE h = FindFirstFileW(w, &entry);
    DWORD code = h == INVALID_HANDLE_VALUE ? GetLastError() : ERROR_SUCCESS;
    mem_free(w);
    if (code == ERROR_FILE_NOT_FOUND && os_exists(path)) {
        return RC_OK; /* the root of an empty drive */
    }
    struct os_names names = {0};
    for (BOOL more = code == ERROR_SUCCESS; more; more = FindNextFileW(h, &entry)) {
        add_entry(&names, &entry);
    }
    if (code == ERROR_SUCCESS) {
        (void)FindClose(h);
        os_names_visit(&names, visit, ctx);
    }
    os_names_free(&names);
    return code == ERROR_SUCCESS ? RC_OK : win_fail(e, code, path, "listed");
}

uint64_t os_disk_free(const char *path) {
    ULARGE_INTEGER mine = {0};
    wchar_t *w = wide_path(path, NULL);
    BOOL known = w != NULL && GetDiskFreeSpaceExW(w, &mine, NULL, NULL);
    mem_free(w);
    return known ? mine.QuadPart : 0;
}
