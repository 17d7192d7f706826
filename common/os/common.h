/* Private to common/os: what both implementations share. */
#ifndef COMMON_OS_COMMON_H
#define COMMON_OS_COMMON_H

#include <stddef.h>

#include "common/base/err.h"

#define OS_PATH_SIZE 4096

/* Says on stderr that the system failed us in a way no caller could handle, and aborts. */
_Noreturn void os_common_abort(const char *what);

/* A name beside `path` that nobody else uses: <path>.<random>.new. Free with mem_free. */
char *os_common_new_name(const char *path);

/* The characters that separate folders on this system; the first is the one we write. */
extern const char os_common_separators[];

/* out = base, or base joined with below (may be NULL); RC_TOO_BIG when it does not fit. */
enum rc os_common_folder(char *out, size_t size, const char *base, const char *below, struct err *err);

/* A list of file names, visited in byte order. Start from {0}. */
struct os_names {
    char **items;
    size_t count;
    size_t capacity;
};
void os_names_add(struct os_names *n, const char *name);
void os_names_visit(struct os_names *n, void (*visit)(void *ctx, const char *name), void *ctx);
void os_names_free(struct os_names *n);

#endif
