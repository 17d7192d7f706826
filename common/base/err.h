/* Errors: what happened, how far it reaches, and what may be tried next.
 *
 * A function that can fail returns enum rc and takes `struct err *err` last (NULL allowed). The lowest level that
 * notices a failure writes the text once with err_set(); everyone above passes the code on. The text is one plain
 * English sentence for a shopkeeper, without company, link or order: the logger adds these from the run's context. */
#ifndef COMMON_BASE_ERR_H
#define COMMON_BASE_ERR_H

#include <stddef.h>

#include "common/base/attr.h"

enum rc {
    RC_OK = 0,
    RC_INVALID,         /* input breaks its contract: settings, arguments, a malformed answer or row */
    RC_NOT_FOUND,       /* the thing asked for does not exist */
    RC_CONFLICT,        /* exists already, or someone else holds the key */
    RC_REJECTED,        /* the other side understood and refused; repeating will not help */
    RC_DENIED,          /* credentials or rights are missing or refused */
    RC_LATER,           /* a passing fault or rate limit: try again, see retry_after_s */
    RC_UNKNOWN_OUTCOME, /* sent, but no answer: may or may not have happened; only a look-up may answer */
    RC_TOO_BIG,         /* a stated ceiling was passed */
    RC_UNSUPPORTED,     /* the driver or the other side cannot do this */
    RC_STOPPED,         /* the caller asked to stop; nothing is wrong */
    RC_IO,              /* a file, the store or the database failed */
    RC_INTERNAL         /* a broken assumption of ours */
};

/* How far a failure reaches: what has to stop because of it. */
enum reach {
    REACH_ITEM,   /* one item or order: park it, go on */
    REACH_FLOW,   /* this flow of this run */
    REACH_LINK,   /* the whole link: back off the shop */
    REACH_SERVICE /* the program cannot work at all */
};

#define ERR_TEXT_MAX 768

struct err {
    enum rc rc;
    enum reach reach;
    int http;           /* HTTP status, 0 if none */
    long os_code;       /* errno or GetLastError(), 0 if none */
    long retry_after_s; /* the other side's wish in seconds, -1 if it said nothing */
    char code[64];      /* the other side's own error code (e.g. product_invalid_sku), or "" */
    char text[ERR_TEXT_MAX];
};

/* Fills err (may be NULL) and returns rc, so that `return err_set(err, ...)` reads well. Text is UTF-8 (bytes that are
 * none become U+FFFD), cut at a character. Fields http, os_code, code are cleared and retry_after_s set to -1. */
enum rc err_set(struct err *err, enum rc rc, enum reach reach, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Clears to RC_OK. */
void err_clear(struct err *err);

/* Stable lower-case name of a code or reach ("unknown_outcome", "link"), for logs and the store. Never NULL. */
const char *rc_name(enum rc rc);
const char *reach_name(enum reach reach);

#endif
