/* Memory and growing text of the simulator. Running out of memory ends the process: a test that starves is no test. */
#ifndef SIM_MEM_H
#define SIM_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Zeroed bytes; free with xfree(). */
void *xalloc(size_t n);
/* As realloc; new bytes are not zeroed. */
void *xgrow(void *p, size_t n);
void xfree(void *p);
/* Copies; "" for NULL. Free with xfree() only: empty texts are shared. Never grow or write into an empty one. */
char *xdup(const char *s);
char *xdupn(const char *s, size_t n);
char *xfmt(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Growing text, always ended by NUL once something was added. All zero is empty. */
struct sbuf {
    char *p;
    size_t n;
    size_t cap;
};

void sb_add(struct sbuf *b, const char *s, size_t n);
void sb_puts(struct sbuf *b, const char *s);
void sb_putc(struct sbuf *b, char c);
void sb_printf(struct sbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The text so far, "" when nothing was added; belongs to the buffer. */
const char *sb_text(const struct sbuf *b);
/* Hands the text over (never NULL) and empties the buffer. */
char *sb_take(struct sbuf *b);
void sb_free(struct sbuf *b);

/* A list of ids. */
struct ids {
    long *v;
    int n;
    int cap;
};

void ids_add(struct ids *l, long id);
bool ids_has(const struct ids *l, long id);
long ids_place(const struct ids *l, long id); /* behind the last one if it is not there */
void ids_remove(struct ids *l, long id);
void ids_free(struct ids *l);

#endif
