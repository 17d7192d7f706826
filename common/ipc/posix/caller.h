/* Private to common/ipc/posix: who is at the other end of a socket, as the kernel says. */
#ifndef COMMON_IPC_POSIX_CALLER_H
#define COMMON_IPC_POSIX_CALLER_H

#include <sys/types.h>

#include "common/base/log.h"
#include "common/ipc/access.h"

struct caller_groups {
    bool has_readers, has_operators, has_administrators;
    gid_t readers, operators, administrators;
};
/* Looks the names up; one that is not known carries nothing and is told to log. */
void caller_groups_find(const struct ipc_groups *names, struct log *log, struct caller_groups *out);
void caller_ask(int socket, const struct caller_groups *groups, struct ipc_caller *out);

#endif
