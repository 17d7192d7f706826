#include "service/model/lease.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/str.h"

void lease_words(const struct lease *lease, char out[LEASE_WORDS_MAX]) {
    char since[ISO_SIZE];
    iso_utc(lease->since_ms, since);
    str_fmt(out, LEASE_WORDS_MAX, "process %lld of %s on %s (%s, since %s%s%s)", (long long)lease->owner.process,
            lease->owner.account, lease->owner.machine, lease->purpose, since, *lease->doing ? ": " : "", lease->doing);
}

static bool is_dead(const struct lease *now, const struct lease *dead) {
    return dead && dead->epoch == now->epoch && dead->heartbeat == now->heartbeat;
}

enum rc lease_rule_take(const struct lease *now, const struct lease_claim *claim, const struct lease *dead,
                        struct lease *next, struct err *err) {
    if (now->held && !is_dead(now, dead)) {
        char who[LEASE_WORDS_MAX];
        lease_words(now, who);
        return err_set(err, RC_CONFLICT, REACH_LINK, "Another run works on this link: %s. Nothing was started.", who);
    }
    struct lease taken = {.epoch = now->epoch + 1,
                          .held = true,
                          .owner = *claim->owner,
                          .since_ms = claim->since_ms,
                          .length_ms = claim->length_ms,
                          .heartbeat = now->heartbeat + 1};
    str_copy(taken.purpose, sizeof taken.purpose, claim->purpose);
    str_copy(taken.doing, sizeof taken.doing, claim->doing);
    *next = taken;
    return RC_OK;
}

static bool is_owner(const struct lease *now, int64_t epoch) {
    return now->held && now->epoch == epoch;
}

static enum rc lost(const struct lease *now, struct err *err) {
    char who[LEASE_WORDS_MAX];
    lease_words(now, who);
    return err_set(err, RC_CONFLICT, REACH_LINK,
                   "This run lost its right to work on the link: it gave no sign of life for too long, and %s took "
                   "over. It ends here and writes nothing more; what is left is done by the other run or the next one.",
                   who);
}

enum rc lease_rule_renew(const struct lease *now, int64_t epoch, const char *doing, struct lease *next,
                         struct err *err) {
    if (!is_owner(now, epoch))
        return lost(now, err);
    *next = *now;
    next->heartbeat++;
    if (doing)
        str_copy(next->doing, sizeof next->doing, doing);
    return RC_OK;
}

enum rc lease_rule_release(const struct lease *now, int64_t epoch, struct lease *next, struct err *err) {
    if (!is_owner(now, epoch))
        return lost(now, err);
    *next = *now;
    next->held = false;
    next->stop_by[0] = '\0';
    return RC_OK;
}

enum rc lease_rule_ask_stop(const struct lease *now, int64_t epoch, const char *by, struct lease *next,
                            struct err *err) {
    if (!is_owner(now, epoch))
        return err_set(err, RC_NOT_FOUND, REACH_LINK, "The run that was to be stopped has ended already.");
    *next = *now;
    if (!*next->stop_by)
        str_copy(next->stop_by, sizeof next->stop_by, by);
    return RC_OK;
}

enum rc lease_rule_fence(const struct lease *now, int64_t epoch, struct err *err) {
    if (epoch == 0 && now->epoch == 0)
        return RC_OK;
    if (epoch == 0)
        return err_set(err, RC_CONFLICT, REACH_LINK,
                       "Nothing was written: runs on this link take turns by a lease in the company database, and this "
                       "one has not taken it.");
    return is_owner(now, epoch) ? RC_OK : lost(now, err);
}
