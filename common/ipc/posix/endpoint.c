#include "common/ipc/posix/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/pipe.h"
#include "common/os/posix/posix.h"

enum rc pipe_endpoint(const char *data_folder, char *out, size_t size, struct err *err) {
    if (!str_fmt(out, size, "%s/pipe/service", data_folder))
        return err_set(err, RC_TOO_BIG, REACH_SERVICE, "The path of the data folder is too long.");
    return RC_OK;
}

/* A socket's address holds 107 bytes of path. A longer one is reached through its open folder, which /proc names. */
enum rc socket_address_make(const char *path, struct socket_address *out, struct err *err) {
    memset(&out->name, 0, sizeof out->name);
    out->name.sun_family = AF_UNIX;
    out->folder = -1;
    if (str_copy(out->name.sun_path, sizeof out->name.sun_path, path))
        return RC_OK;
    const char *slash = strrchr(path, '/');
    char *folder = mem_strndup(path, (size_t)(slash - path));
    out->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int code = errno;
    mem_free(folder);
    if (out->folder < 0)
        return posix_fail(err, code, path, "opened");
    if (str_fmt(out->name.sun_path, sizeof out->name.sun_path, "/proc/self/fd/%d%s", out->folder, slash))
        return RC_OK;
    socket_address_free(out);
    return err_set(err, RC_TOO_BIG, REACH_SERVICE, "The name of the socket %s is too long.", path);
}

void socket_address_free(struct socket_address *a) {
    if (a->folder >= 0)
        (void)close(a->folder);
    a->folder = -1;
}
