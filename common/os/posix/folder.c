#include "common/os/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/common.h"
#include "common/os/posix/posix.h"

static bool is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum rc os_mkdirs(const char *path, struct err *err) {
    char *work = mem_strdup(path);
    enum rc rc = RC_OK;
    for (char *p = work + 1; *work != '\0' && rc == RC_OK; p++) {
        if (*p != '/' && *p != '\0') {
            continue;
        }
        char end = *p;
        *p = '\0';
        if (mkdir(work, 0755) != 0 && !is_folder(work)) {
            rc = posix_fail(err, errno, work, "created");
        }
        *p = end;
        if (end == '\0') {
            break;
        }
    }
    if (*path == '\0') {
        rc = err_set(err, RC_INVALID, REACH_SERVICE, "A folder was asked for without a name.");
    }
    mem_free(work);
    return rc;
}

enum rc os_list_dir(const char *path, void (*visit)(void *ctx, const char *name), void *ctx, struct err *err) {
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return posix_fail(err, errno, path, "listed");
    }
    struct os_names names = {0};
    errno = 0;
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        struct stat st;
        if (fstatat(dirfd(dir), e->d_name, &st, 0) == 0 && S_ISREG(st.st_mode)) {
            os_names_add(&names, e->d_name);
        }
        errno = 0;
    }
    int code = errno;
    (void)closedir(dir);
    if (code == 0) {
        os_names_visit(&names, visit, ctx);
    }
    os_names_free(&names);
    return code == 0 ? RC_OK : posix_fail(err, code, path, "listed");
}

uint64_t os_disk_free(const char *path) {
    struct statvfs st;
    return statvfs(path, &st) == 0 ? (uint64_t)st.f_bavail * st.f_frsize : 0;
}
