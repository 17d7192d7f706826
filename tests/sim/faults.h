/* The fault script: what goes wrong with which request. README.md describes the language. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "tests/sim/call.h"

enum cut { CUT_NONE, CUT_BEFORE, CUT_AFTER, CUT_LENGTH, CUT_CHUNKED, CUT_CLOSE };

/* What shall happen to one request. */
struct fault_plan {
    long delay_ms;
    enum cut cut;
    char instead[32];       /* an answer in place of ours, nothing done */
    char instead_after[32]; /* the same, but everything was done */
    char retry_after[64];
    int fatal_after;
    bool chaos; /* not from a rule */
    bool wrong_page, repeat_page, insert, remove, trash, gone;
    bool partial, shuffle, warning, notice, bom, duplicate, huge, deep;
    long skew;
    bool has_skew;
    bool html;        /* a page even for those who accept JSON */
    char target[160]; /* a sku, or where a redirect leads */
    char name[96];    /* for the log */
};

/* Replaces the script; the text of the trouble if it is wrong (xfree), NULL if fine. */
char *faults_load(const cJSON *script);
void faults_plan(const struct call *c, struct fault_plan *plan);
/* Makes the answer of `kind` (plan->instead or instead_after). */
void faults_instead(struct call *c, const struct fault_plan *plan, const char *kind);
/* Before the request is carried out, store locked. */
void faults_before(struct call *c, const struct fault_plan *plan);
/* Spoils the answer. */
void faults_after(struct call *c, const struct fault_plan *plan);
/* How often each kind was used: {"delay": 3, ...} */
void faults_counts(struct sbuf *b, const char *key);

#endif
