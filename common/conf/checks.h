/* The checks that schema.def names, and the tables of drivers. Each gets a value that is not empty and answers NULL or
 * the end of the sentence 'The setting "..." ...' (struct setting_def). */
#ifndef COMMON_CONF_CHECKS_H
#define COMMON_CONF_CHECKS_H

const char *check_word(const char *value);     /* a-z 0-9 - _ */
const char *check_currency(const char *value); /* ISO 4217 code in capitals */
const char *check_country(const char *value);  /* the form of an ISO 3166 alpha-2 code; not whether it is given out */
const char *check_date(const char *value);     /* 2026-03-01, a day that exists */
const char *check_absolute(const char *value); /* a path that does not depend on where the program was started */
const char *check_database(const char *value); /* such a path, or a connection text, which has a = in it */

/* A company's or link's name: NULL when it can be one. */
const char *check_name(const char *value);

#endif
