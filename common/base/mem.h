/* Memory that never fails: when there is none left the process says so and aborts (exit code 70 after a line on
 * stderr). The journal makes the restart safe, and ceilings everywhere keep it from happening because of input.
 * Text functions copy UTF-8 bytes as they are. Free everything with mem_free(). */
#ifndef COMMON_BASE_MEM_H
#define COMMON_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

#include "common/base/attr.h"

void *mem_alloc(size_t size);                /* not cleared; size 0 gives a valid pointer */
void *mem_zalloc(size_t count, size_t size); /* cleared; overflow of count*size aborts */
void *mem_realloc(void *p, size_t size);
void mem_free(void *p); /* NULL allowed */
void *mem_dup(const void *p, size_t size);
char *mem_strdup(const char *s);              /* NULL gives NULL */
char *mem_strndup(const char *s, size_t len); /* at most len bytes, less if a NUL comes first */
char *mem_printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
char *mem_vprintf(const char *fmt, va_list args) PRINTF_LIKE(1, 0);
/* Overwrites a secret so that the optimiser cannot drop it. */
void mem_wipe(void *p, size_t size);

/* Grows *array (elements of `size` bytes, *capacity of them) so that index `count` is valid, doubling each time. New
 * elements are not cleared. Start with *array NULL and *capacity 0. */
void mem_grow(void **array, size_t *capacity, size_t count, size_t size);

#define MEM_NEW(type) ((type *)mem_zalloc(1, sizeof(type)))

#endif
