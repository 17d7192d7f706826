#include "common/os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/posix/posix.h"

struct os_lock {
    int fd;
};

enum rc os_lock_take(const char *path, struct os_lock **out, struct err *err) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        return posix_fail(err, errno, path, "opened");
    }
    /* flock belongs to the open file, so it also keeps two takers in one process apart, and the kernel drops it when
     * the process dies. The file itself stays: removing it would let two processes lock two files of one name. */
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int code = errno;
        (void)close(fd);
        if (code == EWOULDBLOCK) {
            return err_set(err, RC_CONFLICT, REACH_SERVICE, "%s is in use by another program.", path);
        }
        return posix_fail(err, code, path, "locked");
    }
    struct os_lock *lock = MEM_NEW(struct os_lock);
    lock->fd = fd;
    *out = lock;
    return RC_OK;
}

void os_lock_release(struct os_lock *lock) {
    if (lock != NULL) {
        (void)close(lock->fd);
        mem_free(lock);
    }
}
