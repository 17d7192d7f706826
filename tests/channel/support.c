#include "tests/channel/support.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "service/channel/woo/woo.h"

static const struct setting_def *settings_of(void *ctx, const char *kind) {
    (void)ctx;
    return str_eq(kind, woo_vt.kind) ? woo_vt.settings : NULL;
}

static const char *kind_name(void *ctx, size_t index) {
    (void)ctx;
    return index == 0 ? woo_vt.kind : NULL;
}

static const struct conf_kinds kinds = {NULL, settings_of, kind_name};

void link_conf_make(struct link_conf *c, const char *url) {
    struct conf_section *company;
    c->conf = conf_new(&kinds);
    assert_int_equal(conf_company_add(c->conf, "Firma", &company, NULL), RC_OK);
    assert_int_equal(conf_link_add(company, "shop", woo_vt.kind, &c->link, NULL), RC_OK);
    link_conf_set(c, "url", url);
}

void link_conf_set(struct link_conf *c, const char *key, const char *value) {
    struct err err;
    if (conf_set(c->link, key, value, &err))
        fail_msg("%s = %s: %s", key, value, err.text);
}

void link_conf_free(struct link_conf *c) {
    conf_free(c->conf);
}

char *two_keys_get(void *ctx, const char *key) {
    struct two_keys *keys = ctx;
    return mem_strdup(str_eq(key, "consumer_key") ? keys->key : str_eq(key, "consumer_secret") ? keys->secret : NULL);
}

void each_recorded(const char *name, void (*visit)(void *ctx, const struct json *record), void *ctx) {
    char path[1024];
    struct buf text;
    struct err err;
    str_fmt(path, sizeof path, "%s/tests/conformance/woo/%s", SF_SOURCE_DIR, name);
    if (os_read_file(path, 64 * 1024 * 1024, &text, &err))
        fail_msg("%s: %s", path, err.text);
    for (char *line = text.data; *line;) {
        char *end = strchr(line, '\n');
        size_t len = end ? (size_t)(end - line) : strlen(line);
        struct json *record;
        if (len > 0) {
            if (json_parse(line, len, &record, &err))
                fail_msg("%s: %s", name, err.text);
            visit(ctx, record);
            json_free(record);
        }
        line += len + (end != NULL);
    }
    buf_free(&text);
}
