#include "common/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

#define FIRST_CAPACITY 64

void buf_init(struct buf *b, size_t max) {
    b->cap = max < FIRST_CAPACITY ? max + 1 : FIRST_CAPACITY;
    b->data = mem_alloc(b->cap);
    b->data[0] = '\0';
    b->len = 0;
    b->max = max;
    b->full = false;
}

void buf_free(struct buf *b) {
    mem_free(b->data);
    b->data = NULL;
    b->len = 0;
    b->cap = 0;
}

void buf_clear(struct buf *b) {
    b->len = 0;
    b->full = false;
    b->data[0] = '\0';
}

/* Makes room for `more` bytes and the NUL; false (and full) when the ceiling forbids. */
static bool reserve(struct buf *b, size_t more) {
    if (b->full)
        return false;
    if (more > b->max - b->len) {
        b->full = true;
        return false;
    }
    size_t need = b->len + more + 1;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap;
    while (cap < need)
        cap = cap > b->max / 2 ? b->max + 1 : cap * 2;
    b->data = mem_realloc(b->data, cap);
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, const void *data, size_t len) {
    if (len == 0 || !reserve(b, len))
        return;
    memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s) {
    if (s != NULL)
        buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c) {
    buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...) {
    if (b->full)
        return;
    va_list args;
    va_start(args, fmt);
    size_t room = b->cap - b->len;
    int len = vsnprintf(b->data + b->len, room, fmt, args);
    va_end(args);
    if (len >= 0 && (size_t)len < room && (size_t)len <= b->max - b->len) {
        b->len += (size_t)len;
        return;
    }
    b->data[b->len] = '\0';
    if (len < 0 || !reserve(b, (size_t)len))
        return;
    va_start(args, fmt);
    vsnprintf(b->data + b->len, (size_t)len + 1, fmt, args);
    va_end(args);
    b->len += (size_t)len;
}

void buf_add_i64(struct buf *b, int64_t v) {
    char digits[24];
    char *end = digits + sizeof digits;
    char *p = end;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (v < 0)
        *--p = '-';
    buf_add(b, p, (size_t)(end - p));
}

enum rc buf_rc(const struct buf *b, const char *what, struct err *err) {
    if (!b->full)
        return RC_OK;
    return err_set(err, RC_TOO_BIG, REACH_ITEM, "%s is larger than the limit of %zu bytes.", what, b->max);
}

char *buf_take(struct buf *b) {
    char *data = b->data;
    buf_init(b, b->max);
    return data;
}
