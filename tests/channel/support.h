/* What the tests of this folder share: a link's settings, secrets, recorded files. */
#ifndef TESTS_CHANNEL_SUPPORT_H
#define TESTS_CHANNEL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/json.h"
#include "common/conf/conf.h"
#include "service/channel/channel.h"

/* A link of kind woocommerce in settings of its own. */
struct link_conf {
    struct conf *conf;
    struct conf_section *link;
};
void link_conf_make(struct link_conf *c, const char *url);
void link_conf_set(struct link_conf *c, const char *key, const char *value);
void link_conf_free(struct link_conf *c);

/* Key and secret of the link; ctx is a struct two_keys. */
struct two_keys {
    const char *key, *secret;
};
char *two_keys_get(void *ctx, const char *key);

/* Calls visit for each line of tests/conformance/woo/<name>, parsed. */
void each_recorded(const char *name, void (*visit)(void *ctx, const struct json *record), void *ctx);

#endif
