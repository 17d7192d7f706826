/* Private to common/os/posix: how a failed system call becomes a sentence. */
#ifndef COMMON_OS_POSIX_POSIX_H
#define COMMON_OS_POSIX_POSIX_H

#include "common/base/err.h"

/* Sets err from errno value `code` and returns its rc: ENOENT is RC_NOT_FOUND, missing rights are RC_DENIED, the rest
 * is RC_IO. `doing` completes "... could not be <doing>". */
enum rc posix_fail(struct err *err, int code, const char *path, const char *doing);

#endif
