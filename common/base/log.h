/* Log lines. A line is an event about one thing, told to a shopkeeper; where it goes is the sink's business.
 * Secrets never get here: a value that came from a secret may not be passed to any of these functions. */
#ifndef COMMON_BASE_LOG_H
#define COMMON_BASE_LOG_H

#include <stdarg.h>

#include "common/base/attr.h"
#include "common/base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* What a line is about. Any field may be NULL. Borrowed for the call. */
struct log_context {
    const char *company;
    const char *link;
    const char *flow;
    const char *object; /* order number, SKU, group: the key people know */
};

struct log;
struct log_vt {
    /* about is never NULL here (its fields may be); text is one clean line of UTF-8. Called from any thread. */
    void (*line)(struct log *log, enum log_level level, const struct log_context *about, const char *text);
};
struct log {
    const struct log_vt *vt;
};

/* Formats and hands on; log may be NULL (nothing happens); about may be NULL. Line breaks and control characters in
 * the text become spaces and bad bytes U+FFFD, so that one event stays one line whatever a shop sends; a line longer
 * than LOG_LINE_MAX bytes ends in "...". */
#define LOG_LINE_MAX 4096
void log_line(struct log *log, enum log_level level, const struct log_context *about, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
const char *log_level_name(enum log_level level);

#endif
