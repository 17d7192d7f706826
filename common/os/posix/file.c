#include "common/os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/common.h"
#include "common/os/posix/posix.h"

bool os_exists(const char *path) {
    return access(path, F_OK) == 0;
}

int64_t os_file_size(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

static enum rc read_all(int fd, const char *path, struct buf *b, struct err *err) {
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return posix_fail(err, errno, path, "read");
        }
        if (n == 0) {
            return RC_OK;
        }
        buf_add(b, chunk, (size_t)n);
        if (b->full) {
            return buf_rc(b, path, err);
        }
    }
}

enum rc os_read_file(const char *path, size_t max, struct buf *out, struct err *err) {
    *out = (struct buf){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return posix_fail(err, errno, path, "opened");
    }
    struct buf b;
    buf_init(&b, max);
    enum rc rc = read_all(fd, path, &b, err);
    (void)close(fd);
    if (rc != RC_OK) {
        buf_free(&b);
        return rc;
    }
    *out = b;
    return RC_OK;
}

static int write_all(int fd, const void *data, size_t len) {
    const char *p = data;
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return errno;
        }
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Writes and syncs the new file; on failure it is gone again. Returns an errno value. */
static int write_new(const char *temporary, const void *data, size_t len, mode_t mode) {
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        return errno;
    }
    int code = write_all(fd, data, len);
    if (code == 0 && fsync(fd) != 0) {
        code = errno;
    }
    if (close(fd) != 0 && code == 0) {
        code = errno;
    }
    if (code != 0) {
        (void)unlink(temporary);
    }
    return code;
}

/* Makes a rename in the folder of `path` durable. Some file systems refuse fsync of a folder (EINVAL): they have no
 * such promise to give, and the rename itself is still all or nothing. */
static int sync_folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    char *folder = slash == NULL ? mem_strdup(".") : mem_strndup(path, len == 0 ? 1 : len);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = fd < 0 ? errno : 0;
    if (fd >= 0) {
        if (fsync(fd) != 0 && errno != EINVAL) {
            code = errno;
        }
        (void)close(fd);
    }
    mem_free(folder);
    return code;
}

enum rc os_file_replace(const char *path, const void *data, size_t len, bool private_, struct err *err) {
    /* Order matters: data on disk, then the name, then the folder. A power cut at any point leaves either the old
     * file or the new one, and at worst a *.new file beside it that nobody reads. */
    char *temporary = os_common_new_name(path);
    int code = write_new(temporary, data, len, private_ ? 0600 : 0644);
    if (code == 0 && renameat(AT_FDCWD, temporary, AT_FDCWD, path) != 0) {
        code = errno;
        (void)unlink(temporary);
    }
    if (code == 0) {
        code = sync_folder_of(path);
    }
    mem_free(temporary);
    return code == 0 ? RC_OK : posix_fail(err, code, path, "written");
}

enum rc os_remove(const char *path, struct err *err) {
    return remove(path) == 0 ? RC_OK : posix_fail(err, errno, path, "removed");
}

enum rc os_rename(const char *from, const char *to, struct err *err) {
    return renameat(AT_FDCWD, from, AT_FDCWD, to) == 0 ? RC_OK : posix_fail(err, errno, from, "renamed");
}

static FILE *open_stream(const char *path, int flags, const char *mode, const char *doing, struct err *err) {
    int fd = open(path, flags | O_CLOEXEC, 0644);
    FILE *f = fd < 0 ? NULL : fdopen(fd, mode);
    if (f == NULL) {
        (void)posix_fail(err, errno, path, doing);
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    return f;
}

FILE *os_open_append(const char *path, struct err *err) {
    FILE *f = open_stream(path, O_WRONLY | O_CREAT | O_APPEND, "a", "opened for writing", err);
    if (f != NULL) {
        (void)setvbuf(f, NULL, _IOLBF, 8192);
    }
    return f;
}

FILE *os_open_read(const char *path, struct err *err) {
    return open_stream(path, O_RDONLY, "r", "opened", err);
}

FILE *os_open_write(const char *path, struct err *err) {
    return open_stream(path, O_WRONLY | O_CREAT | O_TRUNC, "w", "opened for writing", err);
}
