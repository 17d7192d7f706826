/* The lease: the right to run on a link (rule R3). Plain data, and the rules of its life, which are the same wherever
 * the row is kept: each place reads the row, asks a rule what it becomes, and writes that, all in one transaction.
 *
 * The epoch rises with each taking and never falls; it is the fence that writes carry. The heartbeat is a counter that
 * rises with each sign of life and never falls, because the clocks of two machines are not compared: who wants to know
 * whether an owner is alive watches the counter against its own monotonic clock (service/sync/lease.h). since_ms is
 * the owner's wall clock and only for people. A released row keeps its epoch and who had it last. */
#ifndef SERVICE_MODEL_LEASE_H
#define SERVICE_MODEL_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

struct lease_owner {
    char machine[64]; /* for people */
    char place[128];  /* process numbers mean the same thing only where this text is equal; "" = nowhere else */
    char account[64];
    int64_t process, process_started; /* number, and which of all processes that ever had it */
};

struct lease {
    int64_t epoch; /* 0: never taken */
    bool held;
    struct lease_owner owner; /* of now, or the last one */
    char purpose[32];         /* "schedule", "manual", ... */
    char doing[160];          /* "orders 40 of 100" */
    char stop_by[160];        /* who asked the owner to stop; "" nobody */
    int64_t since_ms;
    int64_t length_ms; /* an owner whose heartbeat stands still for longer is dead */
    int64_t heartbeat;
};

/* What someone who takes it says about himself. Borrowed. */
struct lease_claim {
    const struct lease_owner *owner;
    const char *purpose, *doing;
    int64_t since_ms, length_ms;
};

/* All rules: `now` is the row as it is (all zero when there is none), *next what has to be written. On failure nothing
 * is to be written, and the reach is LINK: nobody may run on it by this way. */

/* CONFLICT with a text that names the holder when it is held. `dead`: the row as the caller saw it when it found its
 * owner dead; if neither epoch nor heartbeat moved since, it is taken over. NULL: only a free one is taken. */
enum rc lease_rule_take(const struct lease *now, const struct lease_claim *claim, const struct lease *dead,
                        struct lease *next, struct err *err);
/* A sign of life; doing NULL keeps the text. CONFLICT: the lease is lost. */
enum rc lease_rule_renew(const struct lease *now, int64_t epoch, const char *doing, struct lease *next,
                         struct err *err);
/* CONFLICT: it was lost already. */
enum rc lease_rule_release(const struct lease *now, int64_t epoch, struct lease *next, struct err *err);
/* Asks the owner of that epoch to stop at its next step; who asked first stays. NOT_FOUND: that owner has left. */
enum rc lease_rule_ask_stop(const struct lease *now, int64_t epoch, const char *by, struct lease *next,
                            struct err *err);
/* May a write that carries this epoch be made? CONFLICT with reach LINK: no; the run has to end. Epoch 0, no fence, is
 * right only while the link has never been under a lease. */
enum rc lease_rule_fence(const struct lease *now, int64_t epoch, struct err *err);

/* "process 4120 of SRV\anna on SRV-ERP (schedule, since 2026-11-23T10:00:00.000Z: orders 40 of 100)". */
#define LEASE_WORDS_MAX 512
void lease_words(const struct lease *lease, char out[LEASE_WORDS_MAX]);

#endif
