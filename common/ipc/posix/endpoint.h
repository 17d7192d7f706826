/* Private to common/ipc/posix: the address of a Unix socket, however long its path is. */
#ifndef COMMON_IPC_POSIX_ENDPOINT_H
#define COMMON_IPC_POSIX_ENDPOINT_H

#include <sys/socket.h>
#include <sys/un.h>

#include "common/base/err.h"

struct socket_address {
    struct sockaddr_un name;
    int folder; /* open while the address is in use, -1 if not needed */
};
/* Release with socket_address_free. */
enum rc socket_address_make(const char *path, struct socket_address *out, struct err *err);
void socket_address_free(struct socket_address *a);

#endif
