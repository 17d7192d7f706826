/* Settings from hostile bytes: never a crash, every getter answers, what was written reads back the same, and what
 * conf_check passes can be saved and is still right. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/conf/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct setting_def rows[] = {
    {.key = "base_url", .type = SETTING_TEXT, .flags = SETTING_REQUIRED, .min = 8, .max = 100, .label = "Address"},
    {.key = "consumer_secret", .type = SETTING_TEXT, .flags = SETTING_SECRET, .label = "Secret"},
    {.key = "words", .type = SETTING_LIST, .max = 5, .label = "Words"},
    {.key = "pairs", .type = SETTING_MAP, .max = 5, .label = "Pairs"},
    {0}};

static const struct setting_def *settings(void *ctx, const char *kind) {
    (void)ctx;
    return strcmp(kind, "woocommerce") == 0 ? rows : NULL;
}

static const char *kind_name(void *ctx, size_t index) {
    (void)ctx;
    return index == 0 ? "woocommerce" : NULL;
}

static void ask_everything(const struct conf_section *s, struct buf *out) {
    const struct setting_def *def;
    for (size_t i = 0; (def = conf_def_at(s, i)) != NULL; i++) {
        conf_format(s, def->key, out);
    }
}

static void ask_all(const struct conf *c) {
    struct buf out;
    buf_init(&out, CONF_FILE_MAX);
    ask_everything(conf_program(c), &out);
    for (size_t i = 0; i < conf_company_count(c) && i < 50; i++) {
        const struct conf_section *company = conf_company_at(c, i);
        ask_everything(company, &out);
        for (size_t k = 0; k < conf_link_count(company) && k < 50; k++) {
            ask_everything(conf_link_at(company, k), &out);
        }
    }
    buf_free(&out);
}

/* Writing settles after one round: a second one changes nothing. */
static void write_twice(const struct conf *c, const struct conf_kinds *kinds) {
    struct buf first;
    struct buf second;
    struct conf *again = NULL;
    buf_init(&first, CONF_FILE_MAX);
    buf_init(&second, CONF_FILE_MAX);
    if (conf_write(c, &first, NULL) == RC_OK) {
        assert(conf_parse(first.data, first.len, kinds, &again, NULL) == RC_OK);
        assert(conf_write(again, &second, NULL) == RC_OK);
        assert(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
        assert(conf_check(c, NULL) != RC_OK || conf_check(again, NULL) == RC_OK);
        conf_free(again);
    }
    buf_free(&first);
    buf_free(&second);
}

/* Each setting of a link set from the bytes as a text form. */
static void set_everything(const char *text) {
    struct conf *c = conf_new(NULL);
    struct conf_section *company = NULL;
    struct conf_section *link = NULL;
    struct buf form;
    struct buf again;
    assert(conf_company_add(c, "c", &company, NULL) == RC_OK);
    assert(conf_link_add(company, "l", "k", &link, NULL) == RC_OK);
    buf_init(&form, CONF_FILE_MAX);
    buf_init(&again, CONF_FILE_MAX);
    const struct setting_def *def;
    for (size_t i = 0; (def = conf_def_at(link, i)) != NULL; i++) {
        if (conf_set(link, def->key, text, NULL) == RC_OK) {
            buf_clear(&form);
            buf_clear(&again);
            conf_format(link, def->key, &form);
            assert(conf_set(link, def->key, form.data, NULL) == RC_OK);
            conf_format(link, def->key, &again);
            assert(strcmp(form.data, again.data) == 0);
        }
    }
    buf_free(&form);
    buf_free(&again);
    conf_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct conf_kinds kinds = {NULL, settings, kind_name};
    struct conf *c = NULL;
    struct err err;
    char *text = mem_strndup((const char *)data, size);
    if (conf_parse((const char *)data, size, &kinds, &c, &err) == RC_OK) {
        struct conf_problems p = {0};
        conf_validate(c, &p);
        conf_problems_free(&p);
        ask_all(c);
        write_twice(c, &kinds);
        conf_free(c);
    }
    set_everything(text);
    mem_free(text);
    return 0;
}
