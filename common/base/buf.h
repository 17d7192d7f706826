/* Growable byte buffer with a mandatory ceiling. Data is always followed by a NUL that is not counted. Once an append
 * would pass the ceiling the buffer is `full`: it keeps what it had, further appends do nothing, and buf_rc() says
 * RC_TOO_BIG, so a caller may append a lot and look once. */
#ifndef COMMON_BASE_BUF_H
#define COMMON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/err.h"

struct buf {
    char *data; /* never NULL after buf_init */
    size_t len;
    size_t cap;
    size_t max;
    bool full;
};

void buf_init(struct buf *b, size_t max); /* max: bytes without the NUL */
void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory, clears `full` */
void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s); /* NULL adds nothing */
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_add_i64(struct buf *b, int64_t v);
/* Percent-encodes by RFC 3986: only A-Z a-z 0-9 - . _ ~ pass. */
void buf_add_url(struct buf *b, const char *s);
/* Appends a JSON string with its quotes, escaping by RFC 8259. Malformed UTF-8 becomes U+FFFD; NULL writes null. */
void buf_add_json(struct buf *b, const char *s);
/* RC_OK, or RC_TOO_BIG (REACH_ITEM; the caller widens it where more is lost) with `what`, the start of a sentence such
 * as "The shop's answer", and the ceiling in the text. */
enum rc buf_rc(const struct buf *b, const char *what, struct err *err);
/* Hands the data over (free with mem_free) and leaves the buffer empty, to be filled again or freed. */
char *buf_take(struct buf *b);

#endif
