/* The one line that a run shows on a terminal: what, how far, how fast, how long still. Nothing where the output is no
 * terminal, so that scripts and logs stay clean. */
#ifndef SERVICE_APP_PROGRESS_LINE_H
#define SERVICE_APP_PROGRESS_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/clock.h"

struct progress_line {
    struct clock *clock;
    bool on;
    int64_t begun_us, shown_us;
    int64_t begun_done;
    char what[64];
    size_t shown_len;
};
/* on: whether there is a terminal to draw on. */
void progress_line_init(struct progress_line *p, struct clock *clock, bool on);
/* Shape of run.progress: ctx is the struct progress_line. total -1: unknown. Draws at most five times a second. */
void progress_line_show(void *ctx, const char *what, int64_t done, int64_t total);
/* Takes the line away before other output. */
void progress_line_end(struct progress_line *p);

/* The text alone: "stock  300 of 1200  120/s  7 s left". elapsed_us counts since `what` began at begun_done. */
void progress_line_text(struct buf *out, const char *what, int64_t done, int64_t total, int64_t begun_done,
                        int64_t elapsed_us);

#endif
