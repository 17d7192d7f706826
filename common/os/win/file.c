#include <windows.h>

#include "common/os/os.h"

#include <fcntl.h>
#include <io.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/os/common.h"
#include "common/os/win/wide.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

bool os_exists(const char *path) {
    wchar_t *w = wide_path(path, NULL);
    bool there = w != NULL && GetFileAttributesW(w) != INVALID_FILE_ATTRIBUTES;
    mem_free(w);
    return there;
}

int64_t os_file_size(const char *path) {
    WIN32_FILE_ATTRIBUTE_DATA data;
    wchar_t *w = wide_path(path, NULL);
    bool there = w != NULL && GetFileAttributesExW(w, GetFileExInfoStandard, &data) &&
                 (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
    mem_free(w);
    return there ? (int64_t)((uint64_t)data.nFileSizeHigh << 32 | data.nFileSizeLow) : -1;
}

/* Opens with sharing for all, so that others may read, rename or delete meanwhile. INVALID_HANDLE_VALUE with err set.
 */
static HANDLE open_file(const char *path, DWORD access, DWORD disposition, const char *doing, struct err *err) {
    wchar_t *w = wide_path(path, err);
    if (w == NULL) {
        return INVALID_HANDLE_VALUE;
    }
    HANDLE h = CreateFileW(w, access, SHARE_ALL, NULL, disposition, FILE_ATTRIBUTE_NORMAL, NULL);
    if (h == INVALID_HANDLE_VALUE) {
        (void)win_fail(err, GetLastError(), path, doing);
    }
    mem_free(w);
    return h;
}

static enum rc read_all(HANDLE h, const char *path, struct buf *b, struct err *err) {
    char chunk[16384];
    for (;;) {
        DWORD n = 0;
        if (!ReadFile(h, chunk, sizeof(chunk), &n, NULL)) {
            return win_fail(err, GetLastError(), path, "read");
        }
        if (n == 0) {
            return RC_OK;
        }
        buf_add(b, chunk, n);
        if (b->full) {
            return buf_rc(b, path, err);
        }
    }
}

enum rc os_read_file(const char *path, size_t max, struct buf *out, struct err *err) {
    struct err own = {0};
    struct err *e = err == NULL ? &own : err;
    *out = (struct buf){0};
    HANDLE h = open_file(path, GENERIC_READ, OPEN_EXISTING, "opened", e);
    if (h == INVALID_HANDLE_VALUE) {
        return e->rc;
    }
    struct buf b;
    buf_init(&b, max);
    enum rc rc = read_all(h, path, &b, e);
    (void)CloseHandle(h);
    if (rc != RC_OK) {
        buf_free(&b);
        return rc;
    }
    *out = b;
    return RC_OK;
}

/* Writes and flushes; ERROR_SUCCESS or the code. */
static DWORD write_all(HANDLE h, const void *data, size_t len) {
    const char *p = data;
    while (len > 0) {
        DWORD n = 0;
        DWORD part = len > 1u << 20 ? 1u << 20 : (DWORD)len;
        if (!WriteFile(h, p, part, &n, NULL)) {
            return GetLastError();
        }
        p += n;
        len -= n;
    }
    return FlushFileBuffers(h) ? ERROR_SUCCESS : GetLastError();
}

static DWORD write_new(const wchar_t *temporary, const void *data, size_t len) {
    HANDLE h = CreateFileW(temporary, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
    if (h == INVALID_HANDLE_VALUE) {
        return GetLastError();
    }
    DWORD code = write_all(h, data, len);
    (void)CloseHandle(h);
    if (code != ERROR_SUCCESS) {
        (void)DeleteFileW(temporary);
    }
    return code;
}

/* Virus scanners and indexers hold a file for moments after it was written: worth a few tries, one second in all. */
static DWORD move_over(const wchar_t *from, const wchar_t *to) {
    DWORD code = ERROR_SUCCESS;
    for (int attempt = 0; attempt < 20; attempt++) {
        if (MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) {
            return ERROR_SUCCESS;
        }
        code = GetLastError();
        if (code != ERROR_SHARING_VIOLATION && code != ERROR_ACCESS_DENIED) {
            return code;
        }
        (void)os_wait(NULL, 50);
    }
    return code;
}

enum rc os_file_replace(const char *path, const void *data, size_t len, bool private_, struct err *err) {
    (void)private_; /* the folder's rights are inherited, see os.h */
    struct err own = {0};
    struct err *e = err == NULL ? &own : err;
    wchar_t *to = wide_path(path, e);
    char *temporary_name = os_common_new_name(path);
    wchar_t *temporary = to == NULL ? NULL : wide_path(temporary_name, e);
    enum rc rc = RC_OK;
    if (temporary == NULL) {
        rc = e->rc;
    } else {
        /* Order matters: data on disk, then the name; WRITE_THROUGH returns when the rename is on disk too. */
        DWORD code = write_new(temporary, data, len);
        if (code == ERROR_SUCCESS) {
            code = move_over(temporary, to);
            if (code != ERROR_SUCCESS) {
                (void)DeleteFileW(temporary);
            }
        }
        rc = code == ERROR_SUCCESS ? RC_OK : win_fail(e, code, path, "written");
    }
    mem_free(temporary);
    mem_free(temporary_name);
    mem_free(to);
    return rc;
}

enum rc os_remove(const char *path, struct err *err) {
    struct err own = {0};
    struct err *e = err == NULL ? &own : err;
    wchar_t *w = wide_path(path, e);
    if (w == NULL) {
        return e->rc;
    }
    DWORD attributes = GetFileAttributesW(w);
    bool folder = attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    BOOL done = folder ? RemoveDirectoryW(w) : DeleteFileW(w);
    enum rc rc = done ? RC_OK : win_fail(e, GetLastError(), path, "removed");
    mem_free(w);
    return rc;
}

enum rc os_rename(const char *from, const char *to, struct err *err) {
    struct err own = {0};
    struct err *e = err == NULL ? &own : err;
    wchar_t *a = wide_path(from, e);
    wchar_t *b = a == NULL ? NULL : wide_path(to, e);
    enum rc rc = RC_OK;
    if (b == NULL) {
        rc = e->rc;
    } else {
        DWORD code = move_over(a, b);
        rc = code == ERROR_SUCCESS ? RC_OK : win_fail(e, code, from, "renamed");
    }
    mem_free(a);
    mem_free(b);
    return rc;
}

static FILE *open_stream(const char *path, DWORD access, DWORD disposition, int flags, const char *mode,
                         const char *doing, struct err *err) {
    HANDLE h = open_file(path, access, disposition, doing, err);
    if (h == INVALID_HANDLE_VALUE) {
        return NULL;
    }
    int fd = _open_osfhandle((intptr_t)h, flags | _O_BINARY | _O_NOINHERIT);
    FILE *f = fd < 0 ? NULL : _fdopen(fd, mode);
    if (f == NULL) {
        (void)err_set(err, RC_IO, REACH_SERVICE, "%s could not be %s: too many files are open.", path, doing);
        if (fd < 0) {
            (void)CloseHandle(h);
        } else {
            (void)_close(fd);
        }
    }
    return f;
}

FILE *os_open_append(const char *path, struct err *err) {
    /* The right to append without the right to write: each write lands at the end in one piece, whoever else appends.
     */
    FILE *f = open_stream(path, FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE, OPEN_ALWAYS, _O_APPEND, "ab",
                          "opened for writing", err);
    if (f != NULL) {
        (void)setvbuf(f, NULL, _IONBF, 0);
    }
    return f;
}

FILE *os_open_read(const char *path, struct err *err) {
    return open_stream(path, GENERIC_READ, OPEN_EXISTING, _O_RDONLY, "rb", "opened", err);
}

FILE *os_open_write(const char *path, struct err *err) {
    return open_stream(path, GENERIC_WRITE, CREATE_ALWAYS, 0, "wb", "opened for writing", err);
}
