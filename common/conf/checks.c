#include "common/conf/checks.h"

#include <stddef.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "common/conf/conf.h"

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c) {
    return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

const char *check_word(const char *value) {
    for (const char *p = value; *p != '\0'; p++) {
        if (!(*p >= 'a' && *p <= 'z') && !is_digit(*p) && *p != '-' && *p != '_') {
            return "must be one word of small letters, digits, - and _";
        }
    }
    return NULL;
}

const char *check_currency(const char *value) {
    return strlen(value) == 3 && currency_decimals(value) >= 0
               ? NULL
               : "must be the three-letter code of a currency in capitals, for instance PLN";
}

const char *check_country(const char *value) {
    return strlen(value) == 2 && is_upper(value[0]) && is_upper(value[1])
               ? NULL
               : "must be the two-letter code of a country in capitals, for instance PL";
}

const char *check_date(const char *value) {
    static const char wrong[] = "must be a day written as 2026-03-01";
    static const char form[] = "dddd-dd-dd";
    struct civil day = {0};
    int *part[] = {&day.year, &day.month, &day.day};
    size_t at = 0;
    for (size_t i = 0; i < sizeof(form); i++) {
        if (form[i] != 'd' && value[i] != form[i]) {
            return wrong;
        }
        if (form[i] == 'd' && !is_digit(value[i])) {
            return wrong;
        }
        if (form[i] == 'd') {
            *part[at] = *part[at] * 10 + (value[i] - '0');
        } else if (form[i] == '-') {
            at++;
        }
    }
    return civil_valid(&day) ? NULL : wrong;
}

const char *check_absolute(const char *value) {
    bool drive = is_letter(value[0]) && value[1] == ':' && (value[2] == '\\' || value[2] == '/');
    bool share = value[0] == '\\' && value[1] == '\\';
    for (const char *p = value; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ') { /* "C:\temp" in a JSON file is C: and a tab */
            return "holds a control character; in the settings file each backslash of a path is written twice";
        }
    }
    /* Either system's form is taken on both, so that settings can be looked at elsewhere. */
    return drive || share || value[0] == '/' ? NULL : "must be a full path, for instance D:\\Shopferry\\Logs";
}

const char *check_database(const char *value) {
    return strchr(value, '=') != NULL ? NULL : check_absolute(value);
}

const char *check_name(const char *value) {
    if (str_blank(value)) {
        return "must not be empty";
    }
    if (utf8_chars(value) > CONF_NAME_MAX) {
        return "must have at most 100 characters";
    }
    if (value[0] == ' ' || value[strlen(value) - 1] == ' ') {
        return "must not begin or end with a space";
    }
    return NULL;
}
