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

static bool opens(char c) {
    return c == '{' || c == '[';
}

static bool closes(char c) {
    return c == '}' || c == ']';
}

/* Copies the text that begins at its opening quote; returns its closing one. */
static const char *copy_text(const char *p, struct buf *out) {
    do {
        if (*p == '\\') {
            buf_addc(out, *p++);
        }
        buf_addc(out, *p++);
    } while (*p != '"');
    buf_addc(out, *p);
    return p;
}

static void new_line(struct buf *out, int depth) {
    buf_addf(out, "\n%*s", depth * 2, "");
}

/* Lines and indents for compact JSON: people read this file and compare versions of it. */
static void pretty(const char *json, struct buf *out) {
    int depth = 0;
    for (const char *p = json; *p != '\0'; p++) {
        if (*p == '"') {
            p = copy_text(p, out);
        } else if (opens(*p) && closes(p[1])) {
            buf_addc(out, *p++);
            buf_addc(out, *p);
        } else if (opens(*p)) {
            buf_addc(out, *p);
            new_line(out, ++depth);
        } else if (closes(*p)) {
            new_line(out, --depth);
            buf_addc(out, *p);
        } else {
            buf_addc(out, *p);
            if (*p == ',') {
                new_line(out, depth);
            } else if (*p == ':') {
                buf_addc(out, ' ');
            }
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
