#include "common/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

/* A precision in a format ("%.40s") may have cut a character, and what others sent may be no UTF-8 at all. */
static void mend(char *text, size_t size) {
    size_t len = strlen(text);
    if (utf8_valid(text, len))
        return;
    struct buf clean;
    buf_init(&clean, 4 * size);
    utf8_add_clean(&clean, text, len, false);
    size_t keep = utf8_cut(clean.data, size - 1);
    memcpy(text, clean.data, keep);
    text[keep] = '\0';
    buf_free(&clean);
}

enum rc err_set(struct err *err, enum rc rc, enum reach reach, const char *fmt, ...) {
    if (err == NULL)
        return rc;
    /* Formatted aside first: an argument may be this very err's text. */
    char text[ERR_TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (len < 0)
        text[0] = '\0';
    else if ((size_t)len >= sizeof text)
        text[utf8_cut(text, sizeof text - 1)] = '\0';

    mend(text, sizeof text);
    err_clear(err);
    err->rc = rc;
    err->reach = reach;
    memcpy(err->text, text, strlen(text) + 1);
    return rc;
}

void err_clear(struct err *err) {
    if (err == NULL)
        return;
    memset(err, 0, sizeof *err);
    err->rc = RC_OK;
    err->reach = REACH_ITEM;
    err->retry_after_s = -1;
}

const char *rc_name(enum rc rc) {
    static const char *const names[] = {
        [RC_OK] = "ok",
        [RC_INVALID] = "invalid",
        [RC_NOT_FOUND] = "not_found",
        [RC_CONFLICT] = "conflict",
        [RC_REJECTED] = "rejected",
        [RC_DENIED] = "denied",
        [RC_LATER] = "later",
        [RC_UNKNOWN_OUTCOME] = "unknown_outcome",
        [RC_TOO_BIG] = "too_big",
        [RC_UNSUPPORTED] = "unsupported",
        [RC_STOPPED] = "stopped",
        [RC_IO] = "io",
        [RC_INTERNAL] = "internal",
    };
    size_t i = (size_t)rc;
    return i < sizeof names / sizeof names[0] ? names[i] : "unnamed";
}

const char *reach_name(enum reach reach) {
    static const char *const names[] = {
        [REACH_ITEM] = "item",
        [REACH_FLOW] = "flow",
        [REACH_LINK] = "link",
        [REACH_SERVICE] = "service",
    };
    size_t i = (size_t)reach;
    return i < sizeof names / sizeof names[0] ? names[i] : "unnamed";
}
