/* Names of things in the four languages of the demo company, put together from parts. Private to this folder. */
#ifndef SERVICE_ERP_DEMO_DEMO_NAMES_H
#define SERVICE_ERP_DEMO_DEMO_NAMES_H

#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/rng.h"

enum demo_language { DEMO_POLISH, DEMO_ROMANIAN, DEMO_SWEDISH, DEMO_NORWEGIAN, DEMO_LANGUAGES };

#define DEMO_COLOURS 6
#define DEMO_SIZES   5

struct demo_words {
    const char *sku;           /* three letters that SKUs begin with */
    const char *groups[9];     /* a root group, then eight below it */
    const char *colour, *size; /* attribute names */
    const char *colours[DEMO_COLOURS];
    const char *sizes[DEMO_SIZES];
    const char *set;         /* how a set's name begins */
    const char *description; /* HTML; %s is the item's name, already escaped */
};
const struct demo_words *demo_words(enum demo_language language);
/* Appends a name such as "Kubek ceramiczny biały 0042"; now and then with awkward but legal characters. `number` makes
 * it different from all others. */
void demo_add_name(struct buf *out, enum demo_language language, int64_t number, struct rng *rng);

#endif
