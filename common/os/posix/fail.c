#include "common/os/posix/posix.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static enum rc rc_of(int code) {
    switch (code) {
    case ENOENT:
    case ENOTDIR: return RC_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS: return RC_DENIED;
    default: return RC_IO;
    }
}

enum rc posix_fail(struct err *err, int code, const char *path, const char *doing) {
    char buffer[128];
    const char *reason = strerror_r(code, buffer, sizeof(buffer));
    enum rc rc = err_set(err, rc_of(code), REACH_SERVICE, "%s could not be %s: %s.", path, doing, reason);
    if (err != NULL) {
        err->os_code = code;
    }
    return rc;
}
