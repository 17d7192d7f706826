#include "common/ipc/posix/caller.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#define GROUP_ENTRY_MAX (1024 * 1024)
#define GROUPS_MAX      4096

static bool find_group(const char *name, struct log *log, gid_t *out) {
    if (str_empty(name))
        return false;
    char *memory = mem_alloc(GROUP_ENTRY_MAX);
    struct group entry, *found = NULL;
    bool known = getgrnam_r(name, &entry, memory, GROUP_ENTRY_MAX, &found) == 0 && found;
    if (known)
        *out = entry.gr_gid;
    else
        log_line(log, LOG_WARNING, NULL,
                 "This machine has no group %s, so nobody is let in by it. Correct the setting or make the group.",
                 name);
    mem_free(memory);
    return known;
}

void caller_groups_find(const struct ipc_groups *names, struct log *log, struct caller_groups *out) {
    memset(out, 0, sizeof *out);
    if (!names)
        return;
    out->has_readers = find_group(names->readers, log, &out->readers);
    out->has_operators = find_group(names->operators, log, &out->operators);
    out->has_administrators = find_group(names->administrators, log, &out->administrators);
}

static void in_group(gid_t group, const struct caller_groups *g, struct ipc_caller *out) {
    out->in_readers |= g->has_readers && group == g->readers;
    out->in_operators |= g->has_operators && group == g->operators;
    out->in_administrators |= g->has_administrators && group == g->administrators;
}

void caller_ask(int socket, const struct caller_groups *groups, struct ipc_caller *out) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    memset(out, 0, sizeof *out);
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer)
        return;
    out->known = true;
    out->system = peer.uid == 0;
    out->own_account = peer.uid == geteuid();
    str_fmt(out->who, sizeof out->who, "uid %lu", (unsigned long)peer.uid);
    in_group(peer.gid, groups, out);
#ifdef SO_PEERGROUPS
    /* The groups as they were when it connected. An older kernel knows only the first one: then that one counts. */
    gid_t *list = mem_zalloc(GROUPS_MAX, sizeof *list);
    size = GROUPS_MAX * sizeof *list;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, list, &size) == 0) {
        for (size_t i = 0; i < size / sizeof *list; i++)
            in_group(list[i], groups, out);
    }
    mem_free(list);
#endif
}
