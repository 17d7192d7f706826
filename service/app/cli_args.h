/* Reading the command line of a verb: one table of options for all verbs, each verb names the ones it takes. */
#ifndef SERVICE_APP_CLI_ARGS_H
#define SERVICE_APP_CLI_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "service/app/cli.h"

/* Values as given; NULL or false when not given. Borrowed from argv. */
struct cli_args {
    const char *company, *link, *sku, *out, *name, *account, *changed_since, *from, *item;
    const char *subject; /* the one word that is no option */
    bool send_offer, fetch_orders, stock_only, prices_only, force_full, compare_all, all, json, quiet;
    int64_t items, seed, awkward;
};

struct cli_verb {
    const char *name;
    const char *takes;    /* names of its options, separated by blanks */
    const char *required; /* those of them that must be given */
    const char *subject;  /* how the word that is no option is called in the help, NULL: none is taken */
    const char *what;     /* help: one sentence or more */
    int (*run)(const struct cli_args *args, const struct platform *platform);
};

/* Reads argv[first..]. Returns true; or false with *exit_code set when help was asked for (and printed) or the line is
 * wrong (and was explained on stderr). */
bool cli_args_read(const struct cli_verb *verb, int argc, char **argv, struct cli_args *out, int *exit_code);

#endif
