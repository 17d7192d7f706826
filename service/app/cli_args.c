#include "service/app/cli_args.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

enum value_kind { VALUE_NONE, VALUE_TEXT, VALUE_NUMBER };

struct option_def {
    const char *name;
    enum value_kind kind;
    size_t offset;
    const char *value; /* how the value is called in the help */
    const char *help;
};

#define TEXT(field)   VALUE_TEXT, offsetof(struct cli_args, field)
#define FLAG(field)   VALUE_NONE, offsetof(struct cli_args, field)
#define NUMBER(field) VALUE_NUMBER, offsetof(struct cli_args, field)

static const struct option_def options[] = {
    {"company", TEXT(company), "NAME", "the company database, by its name in the settings"},
    {"link", TEXT(link), "NAME", "the link of that company: one shop, by its name in the settings"},
    {"send-offer", FLAG(send_offer), NULL, "send what changed in groups, items, prices and stock since the last send"},
    {"fetch-orders", FLAG(fetch_orders), NULL, "fetch new orders and write them into the company database"},
    {"stock-only", FLAG(stock_only), NULL, "send stock only (instead of --send-offer)"},
    {"prices-only", FLAG(prices_only), NULL, "send prices, points and discounts only (instead of --send-offer)"},
    {"force-full", FLAG(force_full), NULL, "send the whole offer again, changed or not; without images"},
    {"compare-all", FLAG(compare_all), NULL, "read the whole offer and send what differs from what was sent last"},
    {"sku", TEXT(sku), "SKU", "this one item only"},
    {"item", TEXT(item), "KEY", "an item by its key in the ERP, for one without a usable SKU; in place of the SKU"},
    {"changed-since", TEXT(changed_since), "TIME",
     "take what changed since this UTC time (2026-03-01T10:00:00) or day (2026-03-01: since midnight here)"},
    {"all", FLAG(all), NULL, "list everything that is put aside, not the first few"},
    {"json", FLAG(json), NULL, "print one JSON object a line instead of text"},
    {"quiet", FLAG(quiet), NULL, "no progress line"},
    {"out", TEXT(out), "FILE", "write there instead of to the console"},
    {"name", TEXT(name), "KEY", "which secret: the setting it belongs to, e.g. consumer_secret"},
    {"from", TEXT(from), "NAME", "the name the link had before, no longer in the settings: it takes over its state"},
    {"account", TEXT(account), "ACCOUNT",
     "Windows account the service runs as; its password is read from standard input"},
    {"items", NUMBER(items), "N", "how many items"},
    {"seed", NUMBER(seed), "N", "the same seed gives the same bytes (1 unless told)"},
    {"awkward", NUMBER(awkward), "N", "how many of the items break a rule on purpose (0 unless told)"},
};
#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

/* Is `word` one of the blank-separated words of `list`? */
static bool in_list(const char *list, const char *word, size_t len) {
    for (const char *at = list; at && *at;) {
        size_t n = strcspn(at, " ");
        if (n == len && strncmp(at, word, len) == 0)
            return true;
        at += n;
        at += strspn(at, " ");
    }
    return false;
}

static const struct option_def *find_option(const struct cli_verb *verb, const char *name, size_t len) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strlen(options[i].name) == len && strncmp(options[i].name, name, len) == 0)
            return in_list(verb->takes, name, len) ? &options[i] : NULL;
    return NULL;
}

static void print_help(const struct cli_verb *verb) {
    printf("shopferry %s", verb->name);
    if (verb->subject)
        printf(" %s", verb->subject);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_def *o = &options[i];
        if (!in_list(verb->takes, o->name, strlen(o->name)))
            continue;
        bool needed = in_list(verb->required, o->name, strlen(o->name));
        printf(needed ? " --%s%s%s" : " [--%s%s%s]", o->name, o->value ? " " : "", o->value ? o->value : "");
    }
    printf("\n\n%s\n", verb->what);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_def *o = &options[i];
        if (in_list(verb->takes, o->name, strlen(o->name)))
            printf("  --%-14s %-8s %s\n", o->name, o->value ? o->value : "", o->help);
    }
}

static bool wrong(const struct cli_verb *verb, int *exit_code, const char *text, const char *word) {
    (void)fprintf(stderr, "shopferry %s: %s%s%s\nTry: shopferry %s --help\n", verb->name, text, word ? " " : "",
                  word ? word : "", verb->name);
    *exit_code = CLI_EXIT_USAGE;
    return false;
}

static void set_flag(struct cli_args *out, const struct option_def *o) {
    *(bool *)(void *)((char *)out + o->offset) = true;
}

static bool set_value(const struct cli_verb *verb, struct cli_args *out, const struct option_def *o, const char *value,
                      int *exit_code) {
    char *field = (char *)out + o->offset;
    if (o->kind == VALUE_TEXT) {
        *(const char **)(void *)field = value;
        return true;
    }
    int64_t number = 0;
    if (!str_to_i64(value, &number) || number < 0)
        return wrong(verb, exit_code, "not a whole number:", value);
    *(int64_t *)(void *)field = number;
    return true;
}

/* Reads the option at argv[*at]; moves *at on when its value is the next word. */
static bool read_option(const struct cli_verb *verb, int argc, char **argv, int *at, struct cli_args *out,
                        int *exit_code) {
    const char *word = argv[*at] + 2;
    size_t len = strcspn(word, "=");
    const struct option_def *o = find_option(verb, word, len);
    if (!o)
        return wrong(verb, exit_code, "unknown option", argv[*at]);
    if (o->kind == VALUE_NONE) {
        if (word[len] == '=')
            return wrong(verb, exit_code, "this option takes no value:", argv[*at]);
        set_flag(out, o);
        return true;
    }
    if (word[len] == '=')
        return set_value(verb, out, o, word + len + 1, exit_code);
    if (*at + 1 >= argc)
        return wrong(verb, exit_code, "a value is missing behind", argv[*at]);
    *at += 1;
    return set_value(verb, out, o, argv[*at], exit_code);
}

static bool has_required(const struct cli_verb *verb, const struct cli_args *args, int *exit_code) {
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const struct option_def *o = &options[i];
        if (!in_list(verb->required, o->name, strlen(o->name)))
            continue;
        const char *field = (const char *)args + o->offset;
        bool missing = o->kind == VALUE_TEXT ? !*(const char *const *)(const void *)field
                                             : *(const int64_t *)(const void *)field == 0;
        char name[40];
        str_fmt(name, sizeof(name), "--%s", o->name);
        if (missing)
            return wrong(verb, exit_code, "this option is needed:", name);
    }
    return true;
}

bool cli_args_read(const struct cli_verb *verb, int argc, char **argv, struct cli_args *out, int *exit_code) {
    memset(out, 0, sizeof(*out));
    for (int i = 0; i < argc; i++) {
        if (str_eq(argv[i], "--help") || str_eq(argv[i], "-h")) {
            print_help(verb);
            *exit_code = CLI_EXIT_OK;
            return false;
        }
        if (str_starts(argv[i], "--")) {
            if (!read_option(verb, argc, argv, &i, out, exit_code))
                return false;
        } else if (verb->subject && !out->subject) {
            out->subject = argv[i];
        } else {
            return wrong(verb, exit_code, "unexpected word", argv[i]);
        }
    }
    if (verb->subject && verb->subject[0] != '[' && !out->subject)
        return wrong(verb, exit_code, "this is missing:", verb->subject);
    return has_required(verb, out, exit_code);
}
