/* Who holds a lease, and does it live? Pure but for a look at a process of this machine. */
#include <string.h>

#include "common/base/str.h"
#include "common/os/life.h"
#include "service/sync/lease.h"

#define TOKEN_TEXT_MAX 64

/* --- who we are --- */

/* A name for this installation, made once. Should two processes make it at once and part with two names, they judge
 * each other by signs of life alone, this one time. */
static enum rc installation(const char *folder, char *out, size_t size, struct err *err) {
    char path[1024], fresh[37];
    struct buf text;
    os_path_join(path, sizeof path, folder, "installation.id");
    enum rc rc = os_read_file(path, TOKEN_TEXT_MAX, &text, NULL);
    if (rc == RC_NOT_FOUND) {
        os_token(fresh);
        rc = os_file_replace(path, fresh, strlen(fresh), false, err);
        if (rc == RC_OK)
            rc = os_read_file(path, TOKEN_TEXT_MAX, &text, err);
    }
    if (rc == RC_OK)
        str_copy(out, size, text.data);
    buf_free(&text);
    return rc;
}

enum rc lease_self(const char *folder, struct lease_owner *out, struct err *err) {
    char token[TOKEN_TEXT_MAX + 1], space[128];
    struct lease_owner self = {.process = os_process_id(), .process_started = os_process_started()};
    enum rc rc = installation(folder, token, sizeof token, err);
    if (rc != RC_OK)
        return rc;
    os_machine_name(self.machine, sizeof self.machine);
    os_account_name(self.account, sizeof self.account);
    os_process_space(space, sizeof space);
    /* Where one of them cannot be told, processes are told by their signs of life alone. */
    if (*space && self.process_started != 0)
        (void)str_fmt(self.place, sizeof self.place, "%.37s %.80s", token, space);
    *out = self;
    return RC_OK;
}

/* --- who they are --- */

static void look_at(struct lease_watch *w, const struct lease *lease, int64_t now_us) {
    if (w->looked && w->epoch == lease->epoch && w->heartbeat == lease->heartbeat)
        return;
    w->moved = w->looked && w->epoch == lease->epoch;
    w->looked = true;
    w->epoch = lease->epoch;
    w->heartbeat = lease->heartbeat;
    w->since_us = now_us;
}

enum lease_verdict lease_judge(struct lease_watch *w, const struct lease *lease, const struct lease_owner *self,
                               int64_t now_us) {
    look_at(w, lease, now_us);
    if (!lease->held)
        return LEASE_FREE;
    enum os_life life = OS_LIFE_UNKNOWN;
    if (*self->place && str_eq(self->place, lease->owner.place) && str_eq(self->machine, lease->owner.machine))
        life = os_process_life(lease->owner.process, lease->owner.process_started);
    if (life == OS_LIFE_GONE || (now_us - w->since_us) / 1000 > lease->length_ms)
        return LEASE_DEAD;
    return w->moved || life == OS_LIFE_LIVES ? LEASE_LIVE : LEASE_UNSURE;
}

void lease_refusal_words(const struct lease_refusal *r, char out[ERR_TEXT_MAX]) {
    char who[LEASE_WORDS_MAX];
    lease_words(&r->lease, who);
    switch (r->verdict) {
    case LEASE_FREE: str_copy(out, ERR_TEXT_MAX, "Another run took the link and left it in this moment."); break;
    case LEASE_LIVE: str_fmt(out, ERR_TEXT_MAX, "The link is being synchronised already by %s.", who); break;
    case LEASE_UNSURE:
        str_fmt(
            out, ERR_TEXT_MAX,
            "The link is being synchronised by %s, or that run was interrupted; which, is known after %lld seconds.",
            who, (long long)(r->lease.length_ms / 1000));
        break;
    case LEASE_DEAD: str_fmt(out, ERR_TEXT_MAX, "The last run was interrupted: %s. It can be taken over.", who); break;
    }
}
