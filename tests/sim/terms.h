/* Categories, tags, brands, shipping classes, attributes and their terms. */
#ifndef SIM_TERMS_H
#define SIM_TERMS_H

#include "tests/sim/store.h"

void terms_init(void);
/* NULL if there is none (or of another taxonomy; tax 0: any). */
struct term *term_get(long id, char tax);
struct term *term_by_name(char tax, long attribute, const char *name);
struct term *term_by_slug(char tax, long attribute, const char *slug);
/* slug NULL: from the name. Makes it unique. */
struct term *term_new(char tax, long attribute, const char *name, const char *slug, long parent);
struct attribute *attribute_get(long id);
const struct attribute *attribute_by_slug(const char *slug); /* with its pa_; NULL: none */
/* Is `id` the category or one below it. */
bool category_within(long id, long top);
/* Sorted by menu order, then name. */
void term_names(const struct ids *terms, const char **out);
void terms_count(void);

#endif
