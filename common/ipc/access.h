/* Who may do what: the one place that decides. Pure: facts in, verdict out, tested with every combination natively,
 * because some systems the tests run on enforce nothing by themselves. The facts are gathered in win/ and posix/. */
#ifndef COMMON_IPC_ACCESS_H
#define COMMON_IPC_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"

/* Each level may do what the ones below it may. */
enum ipc_level { IPC_NONE, IPC_READER, IPC_OPERATOR, IPC_ADMINISTRATOR };

/* "none", "reader", "operator", "administrator". Never NULL. */
const char *ipc_level_name(enum ipc_level level);
/* false when it is no such name. */
bool ipc_level_from(const char *name, enum ipc_level *out);

/* Facts about a caller, as the system tells them. A group counts only where it is enabled, not where it can only deny.
 */
struct ipc_caller {
    bool known;                 /* the system told us who it is; without this nothing else counts */
    bool anonymous;             /* anonymous or guest */
    bool network;               /* logged on over the network */
    bool low_integrity;         /* a process the system itself mistrusts (below medium, or in an app container) */
    bool system;                /* the system's own account; root */
    bool machine_administrator; /* an administrator of the machine whose rights are in force */
    bool own_account;           /* the account the service itself runs as */
    bool in_readers, in_operators, in_administrators; /* the groups the settings name */
    char who[200]; /* for the log and for counting connections: "S-1-5-..." or "uid 1000"; "" when not known */
};
enum ipc_level ipc_level_of(const struct ipc_caller *caller);

/* Groups that carry a level, by name, as the settings say; NULL or "" for none. Borrowed. */
struct ipc_groups {
    const char *readers, *operators, *administrators;
};

/* May a caller of `level` do what asks for `needed`? RC_OK, or DENIED with a sentence. */
enum rc ipc_allowed(enum ipc_level level, enum ipc_level needed, struct err *err);

/* --- the other way round: may this server be trusted? --- */
struct ipc_server_facts {
    bool process_known; /* the system told which process listens (it may say 0: then it did not) */
    long process;
    bool service_asked; /* the service manager was asked, and answered */
    bool service_running;
    long service_process;
    bool account_known;   /* the account the server runs as, where the system tells that instead (Linux) */
    bool account_trusted; /* it is the administrator's or our own */
};
enum ipc_trust {
    IPC_TRUSTED,
    IPC_UNPROVEN, /* the system does not say: a limitation to report, never a success */
    IPC_IMPOSTOR  /* somebody else listens there */
};
enum ipc_trust ipc_server_trust(const struct ipc_server_facts *facts);

#endif
