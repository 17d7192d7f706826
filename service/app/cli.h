/* The console program: `shopferry VERB ...`. Every verb has --help; exit codes are for scripts. */
#ifndef SERVICE_APP_CLI_H
#define SERVICE_APP_CLI_H

#include "service/app/platform.h"

enum cli_exit {
    CLI_EXIT_OK = 0,        /* all that was to be done was done (nothing to do counts), and nothing is put aside */
    CLI_EXIT_PARTLY = 1,    /* something was left: parked, now or in an earlier run, or failed; the output says what */
    CLI_EXIT_USAGE = 2,     /* the command line is wrong */
    CLI_EXIT_SETTINGS = 3,  /* settings are missing or wrong, or `check` found a blocker */
    CLI_EXIT_BUSY = 4,      /* another run holds the link */
    CLI_EXIT_CHANNEL = 5,   /* the shop could not be reached or refused us */
    CLI_EXIT_STOPPED = 6,   /* stopped before the end */
    CLI_EXIT_NOT_FOUND = 7, /* the company, link, order or item asked for does not exist */
    CLI_EXIT_FAILED = 8     /* the database, the store or the program failed */
};

/* argv in UTF-8. Returns an exit code of enum cli_exit. */
int cli_main(int argc, char **argv, const struct platform *platform);

#endif
