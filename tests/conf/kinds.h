/* Two kinds of links made up for these tests: a "parrot" with settings of every type, and a "stone" with none. */
#ifndef TESTS_CONF_KINDS_H
#define TESTS_CONF_KINDS_H

#include "common/conf/conf.h"

extern const struct conf_kinds test_kinds;

/* Parses text that must be taken; fails the test otherwise. */
struct conf *parsed(const char *text);
/* How many problems there are of that section and key; section NULL: any, key NULL: any. */
size_t problems_of(const struct conf *c, const char *section, const char *key, bool error);

#endif
