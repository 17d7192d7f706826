/* What the REST layer checks before a handler sees anything. Items of a batch are not checked: that is how it is. */
#ifndef SIM_SCHEMA_H
#define SIM_SCHEMA_H

#include "tests/sim/call.h"

/* type: s text, i whole number, b yes/no, n number, a list, o object, x anything, d date-time text, e e-mail, m e-mail
 * or null. */
struct arg {
    const char *name;
    char type;
    bool required;
    const char *const *one_of; /* of a text, or of the items of a list; ends with NULL */
    const char *const *(*list)(void);
    const struct arg *sub; /* members of the object, or of each item of the list; ends with a NULL name */
    char item;             /* type of the items of a list of plain values */
    long min, max;         /* both 0: no bounds; max 0: no upper bound */
    bool word_list;        /* a list may be written as "a,b" */
};

/* Checks params against args (ended by a NULL name). Notes the error and returns false if something is wrong. */
bool schema_check(struct call *c, const struct arg *args);

#endif
