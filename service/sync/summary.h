/* What a run found, did, and did not do and why (rule R23), grouped by cause, so that ten thousand items with one
 * trouble are one line. */
#ifndef SERVICE_SYNC_SUMMARY_H
#define SERVICE_SYNC_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "service/store/store.h"

enum outcome {
    OUTCOME_SKIPPED,
    OUTCOME_PARKED,
    OUTCOME_FAILED,
    OUTCOME_NOTED /* something a person must see that was no work of this run; counted for itself */
};

struct summary;
struct summary *summary_new(void);
void summary_free(struct summary *s);
void summary_expect(struct summary *s, const char *flow, int64_t n);
void summary_done(struct summary *s, const char *flow, int64_t n);
/* One object that was not done. Grouped by (flow, outcome, code): the first few different texts and the first few
 * objects are kept. */
void summary_not_done(struct summary *s, const char *flow, enum outcome outcome, const char *code, const char *object,
                      const char *text);
/* The whole flow ended before its end. */
void summary_broken(struct summary *s, const char *flow, const char *text);
struct run_counts summary_counts(const struct summary *s);
/* "done": everything expected was done or rightly skipped. "nothing": there was nothing to do. "partly": something was
 * parked, failed or not reached. "failed": nothing done and something failed. "stopped": the caller asked to stop. */
const char *summary_result(const struct summary *s, bool stopped);
/* One paragraph a flow, for the log and the run history: plain English. */
void summary_text(const struct summary *s, struct buf *out);

#endif
