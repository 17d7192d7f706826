/* From a conf to text. */
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/conf/internal.h"
#include "common/os/os.h"

struct writer {
    struct json_writer json;
    bool export;
    bool (*has_secret)(void *ctx, const char *secret_name);
    void *ctx;
};

static void write_secrets(struct writer *w, const struct conf_section *s) {
    struct buf name;
    buf_init(&name, 4096);
    jw_object(&w->json, "secrets");
    const struct setting_def *def;
    for (size_t i = 0; (def = conf_def_at(s, i)) != NULL; i++) {
        if ((def->flags & SETTING_SECRET) != 0) {
            buf_clear(&name);
            conf_secret_name(s, def->key, &name);
            bool set = w->has_secret != NULL && w->has_secret(w->ctx, name.data);
            jw_str(&w->json, def->key, set ? "set" : "not set");
        }
    }
    jw_end(&w->json, '}');
    buf_free(&name);
}

static void write_section(struct writer *w, const char *key, const struct conf_section *s) {
    jw_object(&w->json, key);
    for (size_t i = 0; i < s->values.count; i++) {
        value_write(s->values.items[i], &w->json);
    }
    if (w->export && s->scope == SETTING_LINK) {
        write_secrets(w, s);
    }
    if (s->scope == SETTING_COMPANY) {
        jw_array(&w->json, "links");
        for (size_t i = 0; i < s->links.count; i++) {
            write_section(w, NULL, s->links.items[i]);
        }
        jw_end(&w->json, ']');
    }
    jw_end(&w->json, '}');
}

/* Lines and indents for compact JSON: people read this file and compare versions of it. */
static void pretty(const char *json, struct buf *out) {
    int depth = 0;
    bool in_text = false;
    for (const char *p = json; *p != '\0'; p++) {
        if (in_text || *p == '"') {
            buf_addc(out, *p);
            if (in_text && *p == '\\') {
                buf_addc(out, *++p);
            } else if (*p == '"') {
                in_text = !in_text;
            }
            continue;
        }
        bool open = *p == '{' || *p == '[';
        bool close = *p == '}' || *p == ']';
        bool empty = (open && (p[1] == '}' || p[1] == ']')) || (close && p > json && (p[-1] == '{' || p[-1] == '['));
        depth += open ? 1 : close ? -1 : 0;
        if (close && !empty) {
            buf_addf(out, "\n%*s", depth * 2, "");
        }
        buf_addc(out, *p);
        if (*p == ',' || (open && !empty)) {
            buf_addf(out, "\n%*s", depth * 2, "");
        } else if (*p == ':') {
            buf_addc(out, ' ');
        }
    }
    buf_addc(out, '\n');
}

static enum rc write_all(const struct conf *c, struct writer *w, struct buf *out, struct err *err) {
    struct buf compact;
    buf_init(&compact, CONF_FILE_MAX);
    jw_init(&w->json, &compact);
    jw_object(&w->json, NULL);
    jw_i64(&w->json, "version", CONF_VERSION);
    for (size_t i = 0; i < c->unknown.count; i++) {
        value_write(c->unknown.items[i], &w->json);
    }
    write_section(w, "program", c->program);
    jw_array(&w->json, "companies");
    for (size_t i = 0; i < c->companies.count; i++) {
        write_section(w, NULL, c->companies.items[i]);
    }
    jw_end(&w->json, ']');
    jw_end(&w->json, '}');
    enum rc rc = buf_rc(&compact, "The settings", err);
    if (rc == RC_OK) {
        pretty(compact.data, out);
        rc = buf_rc(out, "The settings", err);
    }
    buf_free(&compact);
    return rc;
}

enum rc conf_write(const struct conf *c, struct buf *out, struct err *err) {
    struct writer w = {.export = false};
    return write_all(c, &w, out, err);
}

enum rc conf_export(const struct conf *c, bool (*has_secret)(void *ctx, const char *secret_name), void *ctx,
                    struct buf *out, struct err *err) {
    struct writer w = {.export = true, .has_secret = has_secret, .ctx = ctx};
    return write_all(c, &w, out, err);
}

enum rc conf_save(const struct conf *c, const char *path, struct err *err) {
    enum rc rc = conf_check(c, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct buf text;
    buf_init(&text, CONF_FILE_MAX);
    rc = conf_write(c, &text, err);
    if (rc == RC_OK) {
        rc = os_file_replace(path, text.data, text.len, true, err);
    }
    buf_free(&text);
    return rc;
}
