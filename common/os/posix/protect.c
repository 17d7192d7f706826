#include <errno.h>
#include <sys/stat.h>

#include "common/os/os.h"
#include "common/os/posix/posix.h"

enum rc os_folder_protect(const char *path, const char *account, struct err *err) {
    (void)account; /* the owner is the account */
    return chmod(path, 0700) == 0 ? RC_OK : posix_fail(err, errno, path, "protected");
}
