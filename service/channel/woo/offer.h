/* Private to offer*.c: batches on their way.
 *
 * A job is one batch of the engine. It goes in rounds: each line says what it needs next, all lines of a round are
 * served by as few requests as possible, and when these are answered the next round begins, until no line needs
 * anything. Several jobs are under way at once, as many as the link may have requests in parallel. */
#ifndef SERVICE_CHANNEL_WOO_OFFER_H
#define SERVICE_CHANNEL_WOO_OFFER_H

#include "common/base/str.h"
#include "service/channel/woo/driver.h"

#define OFFER_ROUNDS_MAX 24

/* What a line needs next. */
enum need {
    NEED_NOTHING,
    NEED_WRITE,
    NEED_FIND,  /* who holds this SKU? */
    NEED_TRASH, /* the same in the trash */
    NEED_READ   /* what does the product with this id say now? */
};

/* Why it is looked up; decides what the result means. */
enum why {
    WHY_NONE,
    WHY_ADOPT,     /* nothing was sent: no id, and too little known to create */
    WHY_DUPLICATE, /* the shop says someone holds the SKU */
    WHY_GONE,      /* the shop says the id does not exist */
    WHY_REFUSED,   /* a create was refused; shops have been seen to create all the same */
    WHY_ODD,       /* the answer had no entry for it, or another one's */
    WHY_SLOW,      /* no answer in time, or cut: not again now */
    WHY_BROKE      /* the shop failed inside the batch: again, in smaller parts */
};

struct job;

struct line_state {
    char sku[SKU_MAX + 1];
    char id[REMOTE_ID_SIZE]; /* "" = create */
    enum need need;
    enum why why;
    unsigned flags; /* WOO_MAP_* */
    bool adopted, rebound;
    bool find_done;                      /* looked up once already: not a second time */
    bool alone;                          /* its last write carried nothing else */
    char code[64], field[64], text[512]; /* the shop's refusal, in case nothing better is found */
};

struct offer {
    struct woo *w;
    const struct offer_stream *stream;
    struct job *jobs;                     /* under way */
    struct job *finished, **finished_end; /* to be given back, oldest first */
    bool ended;                           /* no further next() */
    int lost_in_a_row;                    /* whole batches without an answer */
    enum rc rc;                           /* of the stream: the first failure */
    struct err err;
};

struct job {
    struct offer *offer;
    struct job *next;
    struct offer_batch *batch;
    struct line_state *states; /* one a line */
    size_t open;               /* requests under way */
    int round;
    size_t write_limit;                  /* lines a request; halves when a whole request fails because of its content */
    size_t round_writes, round_progress; /* of this round: write requests, lines done by them */
    size_t broke; /* lines of the largest write of this round that failed as a whole for its content */
    bool canary_due, canary_passed; /* a firewall refused: is it us, or what we said? */
    bool variants;                  /* the lines are variations of batch->remote_parent */
};

/* One request for some lines of a job. */
struct task {
    struct job *job;
    size_t *lines; /* indexes; of a write: first the creates, then the updates */
    size_t count, creates;
    enum need kind;
    struct buf body;
};

/* offer_write.c: sends a write for these lines of the job. */
void offer_write(struct job *job, const size_t *lines, size_t count);
/* offer_find.c: asks for the products with these lines' SKUs (in the trash), or ids. As many requests as it takes. */
void offer_find(struct job *job, const size_t *lines, size_t count, enum need kind);

struct task *offer_task_new(struct job *job, enum need kind, const size_t *lines, size_t count);
void offer_task_free(struct task *t);
/* The request of a task was answered and its lines were dealt with. */
void offer_task_done(struct task *t);

/* --- verdicts --- */
void offer_done(struct job *job, size_t line, const char *id);
void offer_refuse(struct job *job, size_t line, enum verdict_kind kind, const char *field, const char *code,
                  const char *text);
/* The link as a whole failed: the stream ends. Lines that still need something get `kind`. */
void offer_fail(struct offer *o, enum rc rc, const struct err *err);
void offer_line_later(struct job *job, size_t line, const struct err *err);

#endif
