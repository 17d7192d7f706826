/* The life of a lease in a run (rules R3, R4; capabilities C-30, C-31): taking it, being told who has it, keeping it
 * while the run works, losing it, giving it back.
 *
 * Who is dead. Clocks of two machines are never compared. The owner raises a counter; whoever wants the lease watches
 * that counter with its own monotonic clock. An owner is dead when the counter stood still for longer than the length
 * that stands in its row, or, at once, when it ran where we can see processes (same lease_owner.place) and its process
 * is gone. The owner's own rule is stricter: it counts from before its last successful sign of life, and stops working
 * after three quarters of the length without a new one. So between two machines whose clocks run equally fast within a
 * quarter, an owner has stopped before anyone may take over. A process that was frozen meanwhile wakes up late: at its
 * next step it asks the database first, and what it writes into the company without asking is refused by the fence.
 *
 * Signs of life come from a thread of the hold's own, every twelfth of the length, so that a call that takes a minute
 * loses nothing; lease_step() asks the database itself when the thread is behind. The place a hold is given is used by
 * that thread and by lease_step(), one at a time, and by nobody else: open the company database a second time for it.
 */
#ifndef SERVICE_SYNC_LEASE_H
#define SERVICE_SYNC_LEASE_H

#include "common/base/clock.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "common/os/os.h"
#include "service/erp/erp.h"
#include "service/model/lease.h"
#include "service/store/store.h"

#define LEASE_LENGTH_MS 60000

/* Where leases lie. Same contracts as the slots of erp.h. */
struct lease_place_vt {
    enum rc (*take)(void *ctx, const char *link, const struct lease_claim *claim, const struct lease *dead,
                    struct lease *out, struct err *err);
    enum rc (*renew)(void *ctx, const char *link, int64_t epoch, const char *doing, struct lease *out, struct err *err);
    enum rc (*release)(void *ctx, const char *link, int64_t epoch, struct err *err);
    enum rc (*read)(void *ctx, const char *link, struct lease *out, struct err *err);
    enum rc (*ask_stop)(void *ctx, const char *link, int64_t epoch, const char *by, struct err *err);
};
struct lease_place {
    const struct lease_place_vt *vt;
    void *ctx;
};
/* In the company database, or, where that may not hold our table (caps.leases false), in our own state. */
struct lease_place lease_place_erp(struct erp *erp);
struct lease_place lease_place_store(struct store *store);

/* Fills in this process. `folder`: the data folder, where a file of ours names this installation, so that a copied
 * machine, another Windows or a container is not taken for the same place. */
enum rc lease_self(const char *folder, struct lease_owner *out, struct err *err);

enum lease_verdict {
    LEASE_FREE,
    LEASE_LIVE,   /* its process is there, or its counter was seen to move */
    LEASE_UNSURE, /* elsewhere, and not watched for long enough to tell */
    LEASE_DEAD    /* crashed or frozen */
};
/* What one observer knows of one lease. Zero at first; kept between tries it needs no waiting later. */
struct lease_watch {
    int64_t epoch, heartbeat, since_us; /* since when the counter was seen to stand there */
    bool looked, moved;
};
enum lease_verdict lease_judge(struct lease_watch *watch, const struct lease *lease, const struct lease_owner *self,
                               int64_t now_us);

/* For the dialog and the console (C-30): who holds it, since when, what it is doing, alive or not. */
struct lease_refusal {
    struct lease lease;
    enum lease_verdict verdict;
    int64_t silent_ms; /* how long we have seen its counter stand still */
};
/* Two sentences for people: who, since when, doing what; running or interrupted. */
void lease_refusal_words(const struct lease_refusal *refusal, char out[ERR_TEXT_MAX]);

enum lease_how {
    LEASE_WHEN_FREE, /* a person's first try: even a dead one is told, not taken over */
    LEASE_WHEN_DEAD, /* the automaton: free or dead */
    LEASE_ANYWAY     /* "run anyway": a dead one is taken over, a live one is asked to stop at its next step */
};

struct lease_args {
    struct lease_place place;
    const char *link;
    const struct lease_owner *self;
    const char *purpose, *doing;
    int64_t length_ms; /* 0: LEASE_LENGTH_MS */
    struct clock *clock;
    struct stop *stop;         /* ends waiting; may be NULL */
    struct lease_watch *watch; /* kept by the caller; NULL: one of its own for this try */
    struct log *log;           /* take-overs and losses; may be NULL */
    struct log_context about;
    /* Tests: no thread (they call lease_beat), and waiting without time passing. NULL: os_wait. */
    bool no_thread;
    bool (*wait)(void *ctx, int64_t ms);
    void *wait_ctx;
};

struct lease_hold;
/* Takes the lease, waiting at most wait_ms: WHEN_DEAD until it is known whether an unsure owner is dead, ANYWAY until
 * the owner has stopped. Never two owners: with ANYWAY, too, CONFLICT is the answer when a live one did not come to its
 * next step in time; it stays asked. CONFLICT fills *refusal (may be NULL). STOPPED while waiting; LATER, IO as the
 * database says. The hold ends with lease_end. Everything in args is borrowed until then. */
enum rc lease_begin(const struct lease_args *args, enum lease_how how, int64_t wait_ms, struct lease_hold **out,
                    struct lease_refusal *refusal, struct err *err);
/* For erp_fence(). */
int64_t lease_epoch(const struct lease_hold *hold);
/* At every step boundary, from the thread of the run: may it go on? `doing` is told to others with the next sign of
 * life; NULL keeps it. STOPPED: somebody asked, the text says who. CONFLICT with reach LINK: lost; it stays lost. Costs
 * nothing while signs of life come in time. NULL hold: RC_OK. */
enum rc lease_step(struct lease_hold *hold, const char *doing, struct err *err);
/* Text alone, without a look. NULL hold: nothing. */
void lease_doing(struct lease_hold *hold, const char *doing);
/* One sign of life; what the thread does. */
void lease_beat(struct lease_hold *hold);
/* Gives it back (unless it is lost) and frees. NULL allowed. */
void lease_end(struct lease_hold *hold);

#endif
