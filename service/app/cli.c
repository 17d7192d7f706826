#include "service/app/cli.h"

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "service/app/cli_args.h"
#include "service/app/verbs.h"

static const struct cli_verb verbs[] = {
    {"sync",
     "company link send-offer fetch-orders stock-only prices-only force-full compare-all sku changed-since quiet",
     "company link", NULL,
     "Runs one link now. Without a switch it does what the link's settings say: orders, stock, prices, catalogue.\n"
     "A run that is stopped or killed is continued by the next one. Exit code 0: all is done and nothing is put aside; "
     "1: "
     "something is,\n"
     "now or since an earlier run, or failed.",
     verb_sync},
    {"preview",
     "company link send-offer fetch-orders stock-only prices-only force-full compare-all sku changed-since json quiet",
     "company link", NULL,
     "The same run with the wire cut: lists what would be sent, and sends and changes nothing.\n"
     "Columns: link, what, object, field, old value, new value; with --json one JSON object a line.",
     verb_preview},
    {"check", "company link json", "", NULL,
     "Checks settings, folders, company databases, items (SKU, VAT, names) and shops, and lists every blocker at "
     "once.\n"
     "Exit code 0: nothing blocks; 3: something does.",
     verb_check},
    {"status", "all json", "", NULL,
     "Shows the service, the account, the folders, and for each link the run under way or the last one, its orders, "
     "and what "
     "is put aside and why: the first few, with --all or --json everything.\n"
     "With --json the first line is about the program, each further one about a link.",
     verb_status},
    {"where", "company link", "", "ORDER",
     "Tells where an order is, step by step with times, or why it waits.\n"
     "ORDER is the number people see or the shop's own id.",
     verb_where},
    {"why", "company link item", "company link", "[SKU]",
     "Tells why an item is or is not in the shop: the first rule that fails, and the sum behind its stock figure.",
     verb_why},
    {"export", "out", "", NULL, "Prints the settings of all companies, without secrets.", verb_export},
    {"import", "", "", "FILE",
     "Puts the settings of a file in force, in place of all that were there (these are kept as settings.json.bak).\n"
     "With an error in the file all errors are listed and nothing is changed. `shopferry settings` lists what there "
     "is.",
     verb_import},
    {"settings", "out", "", NULL,
     "Lists every setting there is: of the program, of a company, of a link and of each kind of shop, with its "
     "default.",
     verb_settings},
    {"secret", "company link name", "company link name", "set|remove",
     "Keeps a secret of a link, read from standard input, sealed by this machine; or removes it.", verb_secret},
    {"rebind", "company link from", "company link", NULL,
     "Says that the shop of a link is the same as before under a new address; with --from, that the link itself is the "
     "same\n"
     "under a new name. A link keeps the ids of one shop; for another shop make another link.",
     verb_rebind},
    {"demo-company", "items seed awkward out quiet", "items", NULL,
     "Writes a believable company database to try things with. The same seed gives the same bytes.", verb_demo_company},
    {"service", "account", "", "install|uninstall|start|stop|run",
     "The Windows service. `run` works in the foreground where no service manager started it.", verb_service},
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(FILE *to) {
    (void)fprintf(to, "Shopferry " SHOPFERRY_VERSION ": keeps company databases in step with web shops.\n\n"
                      "shopferry VERB ...\n\n");
    for (size_t i = 0; i < VERB_COUNT; i++)
        (void)fprintf(to, "  %-14s %.*s\n", verbs[i].name, (int)strcspn(verbs[i].what, "\n"), verbs[i].what);
    (void)fprintf(
        to,
        "\nshopferry VERB --help tells more about one. shopferry --version prints the version.\n"
        "Exit codes: 0 all done; 1 something is put aside (now or since an earlier run) or failed, the output says\n"
        "what; 2 wrong command line;\n"
        "3 settings missing or wrong, or `check` found a blocker; 4 another run holds the company; 5 the shop\n"
        "could not be reached or refused us; 6 stopped, the next run goes on; 7 the company, link, order or item\n"
        "asked for does not exist; 8 a company database, a file, the service manager or the program failed.\n");
}

int cli_main(int argc, char **argv, const struct platform *platform) {
    const char *word = argc > 1 ? argv[1] : "";
    if (str_eq(word, "--help") || str_eq(word, "-h") || str_eq(word, "help")) {
        print_help(stdout);
        return CLI_EXIT_OK;
    }
    if (str_eq(word, "--version")) {
        printf("Shopferry " SHOPFERRY_VERSION "\n");
        return CLI_EXIT_OK;
    }
    for (size_t i = 0; i < VERB_COUNT; i++) {
        if (!str_eq(word, verbs[i].name))
            continue;
        struct cli_args args;
        int code = CLI_EXIT_USAGE;
        if (!cli_args_read(&verbs[i], argc - 2, argv + 2, &args, &code))
            return code;
        return verbs[i].run(&args, platform);
    }
    if (argc > 1)
        (void)fprintf(stderr, "shopferry: there is no verb \"%s\".\n", word);
    print_help(stderr);
    return CLI_EXIT_USAGE;
}
