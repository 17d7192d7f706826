/* Hash table from text keys to pointers. Keys are copied; values are the caller's. Order of iteration is the order of
 * insertion, so that output is repeatable. */
#ifndef COMMON_BASE_TABLE_H
#define COMMON_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table;
struct table *table_new(void);
/* Frees the table; calls free_value for each value unless it is NULL. t may be NULL. */
void table_free(struct table *t, void (*free_value)(void *value));
void *table_get(const struct table *t, const char *key); /* NULL if absent */
/* Stores value under key and returns the value that was there before, or NULL. value must not be NULL. */
void *table_put(struct table *t, const char *key, void *value);
void *table_remove(struct table *t, const char *key); /* the value, or NULL */
size_t table_count(const struct table *t);
/* Visits in order of insertion; false from visit stops. The table may not be changed meanwhile. */
void table_each(const struct table *t, bool (*visit)(void *ctx, const char *key, void *value), void *ctx);

#endif
