/* Stories that the crash tests interrupt everywhere: what the company and the shop have, and what happens between one
 * run and the next. Everything here is repeatable: a new process tells the story again up to where it was. */
#ifndef TESTS_ENGINE_SCENARIOS_H
#define TESTS_ENGINE_SCENARIOS_H

#include "tests/engine/world.h"

struct scenario {
    const char *name;
    int phases;
    /* What is so at the beginning, and the options of its runs. */
    void (*begin)(struct world *w);
    /* What happens in shop and ERP before the run of that phase (0 is the first). */
    void (*change)(struct world *w, int phase);
};
extern const struct scenario scenarios[];
extern const size_t scenario_count;
/* One order ends the process whenever it is written; the others must arrive all the same (rule R4). */
extern const struct scenario scenario_poison;
const struct scenario *scenario_find(const char *name);

#endif
