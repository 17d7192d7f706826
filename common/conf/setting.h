/* What a setting is: one row of a table. Our own rows stand in schema.def; a driver brings the rows its links need as
 * an array of these, ended by a NULL key. Loader, validator, masker, dialog and --help all read the same rows. */
#ifndef COMMON_CONF_SETTING_H
#define COMMON_CONF_SETTING_H

#include <stdbool.h>
#include <stdint.h>

enum setting_scope { SETTING_PROGRAM, SETTING_COMPANY, SETTING_LINK };

/* Each type has one text form, used for defaults, conf_set(), the command line and the dialog:
 *   TEXT    as it is
 *   PATH    as it is: a folder or file of the machine
 *   BOOL    true | false
 *   INT     a whole decimal number
 *   CHOICE  one of `choices`
 *   LIST    one, two, three        or a JSON array of texts where an entry holds a comma
 *   MAP     left=right, left=right or a JSON object of texts where an entry holds a comma or an equals sign */
enum setting_type { SETTING_TEXT, SETTING_PATH, SETTING_BOOL, SETTING_INT, SETTING_CHOICE, SETTING_LIST, SETTING_MAP };

/* `required`: must be set to something before the company or link it belongs to may be enabled.
 * `secret`: never in the settings file; it lives in the secret store under conf_secret_name(). Only for TEXT. */
#define SETTING_REQUIRED 1u
#define SETTING_SECRET   2u

struct setting_def {
    const char *key; /* stable, lower case with underscores; stored */
    enum setting_type type;
    unsigned flags;
    const char *fallback; /* value when unset, in the text form; NULL is "" */
    /* INT: smallest and largest value. TEXT, PATH: fewest and most bytes (0, 0: at most 1,000). LIST, MAP: entries
     * (0, 0: at most 1,000). */
    int64_t min, max;
    const char *choices; /* CHOICE, and LIST with fixed entries: "erp|shop"; else NULL */
    /* A further rule on one value in its text form: NULL when it is all right, else what is wrong as the end of the
     * sentence 'The setting "<label>" ...' ("must start with https://"). Static text. May be NULL. Not called for "".
     */
    const char *(*check)(const char *value);
    const char *label; /* what the dialog shows */
    const char *help;  /* one or two sentences for the dialog and --help */
};

#endif
