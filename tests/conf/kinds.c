#include "tests/conf/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"

static const char *check_url(const char *value) {
    return str_starts(value, "https://") ? NULL : "must start with https://";
}

static const struct setting_def parrot_rows[] = {
    {.key = "base_url",
     .type = SETTING_TEXT,
     .flags = SETTING_REQUIRED,
     .check = check_url,
     .label = "Address",
     .help = "The shop's address."},
    {.key = "consumer_key", .type = SETTING_TEXT, .flags = SETTING_SECRET | SETTING_REQUIRED, .label = "Key"},
    {.key = "consumer_secret", .type = SETTING_TEXT, .flags = SETTING_SECRET, .label = "Secret"},
    {.key = "volume", .type = SETTING_INT, .fallback = "5", .min = -10, .max = 10, .label = "Volume"},
    {.key = "loud", .type = SETTING_BOOL, .label = "Loud"},
    {.key = "colour", .type = SETTING_CHOICE, .fallback = "green", .choices = "green|red|blue", .label = "Colour"},
    {.key = "words", .type = SETTING_LIST, .max = 3, .label = "Words"},
    {.key = "translations", .type = SETTING_MAP, .max = 3, .label = "Translations"},
    {.key = "cage", .type = SETTING_PATH, .label = "Cage"},
    {.key = "short_text", .type = SETTING_TEXT, .min = 2, .max = 4, .label = "Short text"},
    {0}};
static const struct setting_def stone_rows[] = {{0}};

static const struct setting_def *settings(void *ctx, const char *kind) {
    (void)ctx;
    return strcmp(kind, "parrot") == 0 ? parrot_rows : strcmp(kind, "stone") == 0 ? stone_rows : NULL;
}

static const char *name(void *ctx, size_t index) {
    (void)ctx;
    return index == 0 ? "parrot" : index == 1 ? "stone" : NULL;
}

const struct conf_kinds test_kinds = {NULL, settings, name};

struct conf *parsed(const char *text) {
    struct conf *c = NULL;
    struct err err;
    err_clear(&err);
    if (conf_parse(text, strlen(text), &test_kinds, &c, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return c;
}

size_t problems_of(const struct conf *c, const char *section, const char *key, bool error) {
    struct conf_problems p = {0};
    size_t n = 0;
    size_t errors = 0;
    conf_validate(c, &p);
    for (size_t i = 0; i < p.count; i++) {
        const struct conf_problem *one = &p.items[i];
        n += one->error == error && (section == NULL || strcmp(one->section, section) == 0) &&
             (key == NULL || strcmp(one->key, key) == 0);
        errors += one->error;
        assert_true(strlen(one->text) > 10);
        assert_int_equal(one->text[strlen(one->text) - 1], '.'); /* each a sentence */
    }
    assert_int_equal(errors, p.errors);
    conf_problems_free(&p);
    return n;
}
