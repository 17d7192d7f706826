/* Private to common/ipc/win: who is at the other end of a pipe, as its token says, and who may open it at all. */
#ifndef COMMON_IPC_WIN_CALLER_H
#define COMMON_IPC_WIN_CALLER_H

#include <windows.h>

#include "common/base/buf.h"
#include "common/base/log.h"
#include "common/ipc/access.h"

/* What a client needs to read and write, and not FILE_CREATE_PIPE_INSTANCE, which generic write would bring along:
 * nobody but the service may stand behind this name. */
#define CLIENT_RIGHTS (FILE_READ_DATA | FILE_WRITE_DATA | FILE_READ_ATTRIBUTES | READ_CONTROL | SYNCHRONIZE)

union caller_sid {
    BYTE bytes[SECURITY_MAX_SID_SIZE];
    DWORD align;
};
struct caller_group {
    bool known;
    union caller_sid sid;
};
struct caller_groups {
    struct caller_group readers, operators, administrators;
};
/* Looks the names up; one that is not known carries nothing and is told to log. Names may be in the language of the
 * system; what counts afterwards is the SID. */
void caller_groups_find(const struct ipc_groups *names, struct log *log, struct caller_groups *out);
/* The pipe's descriptor as SDDL: our own account everything, the system, administrators and the groups CLIENT_RIGHTS,
 * everyone from the network and the anonymous nothing. false when our own account cannot be learnt. */
bool caller_sddl(const struct caller_groups *groups, struct buf *out);
void caller_ask(HANDLE pipe, const struct caller_groups *groups, struct ipc_caller *out);

#endif
