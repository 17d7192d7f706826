#include "tests/sim/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Most texts of a shop are empty: they share this one. */
static char nothing[1];

static void *must(void *p) {
    if (!p) {
        fputs("shop_sim: out of memory\n", stderr);
        abort();
    }
    return p;
}

void *xalloc(size_t n) {
    return must(calloc(1, n ? n : 1));
}

void *xgrow(void *p, size_t n) {
    return must(realloc(p, n ? n : 1));
}

void xfree(void *p) {
    if (p != nothing)
        free(p);
}

char *xdupn(const char *s, size_t n) {
    char *p;

    if (!n)
        return nothing;
    p = xalloc(n + 1);
    memcpy(p, s, n);
    return p;
}

char *xdup(const char *s) {
    return s ? xdupn(s, strlen(s)) : xdupn("", 0);
}

static void reserve(struct sbuf *b, size_t more) {
    size_t want = b->n + more + 1;

    if (want <= b->cap)
        return;
    b->cap = want < 64 ? 64 : want + want / 2;
    b->p = xgrow(b->p, b->cap);
}

void sb_add(struct sbuf *b, const char *s, size_t n) {
    reserve(b, n);
    if (n)
        memcpy(b->p + b->n, s, n);
    b->n += n;
    b->p[b->n] = 0;
}

void sb_puts(struct sbuf *b, const char *s) {
    sb_add(b, s, strlen(s));
}

void sb_putc(struct sbuf *b, char c) {
    sb_add(b, &c, 1);
}

static __attribute__((format(printf, 2, 0))) void vput(struct sbuf *b, const char *fmt, va_list ap) {
    va_list again;
    int n;

    if (!fmt)
        return;
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        return;
    reserve(b, (size_t)n);
    vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
    b->n += (size_t)n;
}

void sb_printf(struct sbuf *b, const char *fmt, ...) {
    va_list ap;

    va_start(ap, fmt);
    vput(b, fmt, ap);
    va_end(ap);
}

char *xfmt(const char *fmt, ...) {
    struct sbuf b = {0};
    va_list ap;

    va_start(ap, fmt);
    vput(&b, fmt, ap);
    va_end(ap);
    return sb_take(&b);
}

const char *sb_text(const struct sbuf *b) {
    return b->p ? b->p : "";
}

char *sb_take(struct sbuf *b) {
    char *p = b->p ? b->p : xdup("");

    memset(b, 0, sizeof *b);
    return p;
}

void sb_free(struct sbuf *b) {
    xfree(b->p);
    memset(b, 0, sizeof *b);
}

void ids_add(struct ids *l, long id) {
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 4;
        l->v = xgrow(l->v, (size_t)l->cap * sizeof *l->v);
    }
    l->v[l->n++] = id;
}

long ids_place(const struct ids *l, long id) {
    for (int i = 0; i < l->n; i++) {
        if (l->v[i] == id)
            return i;
    }
    return l->n;
}

bool ids_has(const struct ids *l, long id) {
    return ids_place(l, id) < l->n;
}

void ids_remove(struct ids *l, long id) {
    int k = 0;

    for (int i = 0; i < l->n; i++) {
        if (l->v[i] != id)
            l->v[k++] = l->v[i];
    }
    l->n = k;
}

void ids_free(struct ids *l) {
    xfree(l->v);
    memset(l, 0, sizeof *l);
}
