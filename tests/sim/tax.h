/* Tax rates and classes. */
#ifndef SIM_TAX_H
#define SIM_TAX_H

#include "tests/sim/store.h"

void taxes_init(void);
/* The rates of Poland, Romania, Sweden and Norway, and the class for the lowest of them. */
void taxes_seed(void);
/* Rates for an address and a class ("" = standard), one per priority, best fit first. Returns how many (at most max).
 */
int taxes_find(const char *country, const char *state, const char *postcode, const char *city, const char *class,
               bool shipping, const struct tax_rate **out, int max);
const struct tax_rate *tax_get(long id);
/* "PL-VAT-1"; xfree. */
char *tax_code(const struct tax_rate *r);
const char *const *tax_class_slugs(void);

#endif
