#include "common/ipc/access.h"

#include <string.h>

static const char *const names[] = {"none", "reader", "operator", "administrator"};

const char *ipc_level_name(enum ipc_level level) {
    return names[level];
}

bool ipc_level_from(const char *name, enum ipc_level *out) {
    for (int i = IPC_NONE; i <= IPC_ADMINISTRATOR; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum ipc_level)i;
            return true;
        }
    }
    return false;
}

enum ipc_level ipc_level_of(const struct ipc_caller *c) {
    /* What shuts out comes first: membership does not help a caller who is not at this machine, or not himself. */
    if (!c->known || c->anonymous || c->network || c->low_integrity)
        return IPC_NONE;
    if (c->system || c->machine_administrator || c->own_account || c->in_administrators)
        return IPC_ADMINISTRATOR;
    if (c->in_operators)
        return IPC_OPERATOR;
    return c->in_readers ? IPC_READER : IPC_NONE;
}

enum rc ipc_allowed(enum ipc_level level, enum ipc_level needed, struct err *err) {
    if (level == IPC_NONE)
        return err_set(err, RC_DENIED, REACH_FLOW,
                       "This account may not talk to Shopferry. An administrator can add it to one of the groups named "
                       "in the settings.");
    if (needed == IPC_NONE || level < needed)
        return err_set(err, RC_DENIED, REACH_FLOW, "Only an %s may do this. Your level is %s.", ipc_level_name(needed),
                       ipc_level_name(level));
    return RC_OK;
}

enum ipc_trust ipc_server_trust(const struct ipc_server_facts *f) {
    if (f->account_known)
        return f->account_trusted ? IPC_TRUSTED : IPC_IMPOSTOR;
    if (!f->service_asked)
        return IPC_UNPROVEN;
    /* The service does not run, yet somebody listens in its place. */
    if (!f->service_running)
        return IPC_IMPOSTOR;
    if (!f->process_known || f->process == 0 || f->service_process == 0)
        return IPC_UNPROVEN;
    return f->process == f->service_process ? IPC_TRUSTED : IPC_IMPOSTOR;
}
