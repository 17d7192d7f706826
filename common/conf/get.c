/* Values: asked for, set, shown. */
#include <assert.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/conf/internal.h"

static const struct setting_def *find_row(const struct setting_def *rows, const char *key) {
    for (; rows != NULL && rows->key != NULL; rows++) {
        if (strcmp(rows->key, key) == 0) {
            return rows;
        }
    }
    return NULL;
}

const struct setting_def *conf_def(const struct conf_section *s, const char *key) {
    const struct setting_def *def = find_row(conf_schema(s->scope), key);
    return def != NULL ? def : find_row(s->extra, key);
}

const struct setting_def *conf_def_at(const struct conf_section *s, size_t index) {
    const struct setting_def *own = conf_schema(s->scope);
    for (; own->key != NULL; own++, index--) {
        if (index == 0) {
            return own;
        }
    }
    for (own = s->extra; own != NULL && own->key != NULL; own++, index--) {
        if (index == 0) {
            return own;
        }
    }
    return NULL;
}

static const struct value *find_default(const struct conf *c, const struct setting_def *def) {
    for (size_t i = 0; i < c->defaults.count; i++) {
        if (c->defaults.items[i]->def == def) {
            return c->defaults.items[i];
        }
    }
    return NULL;
}

void conf_learn_defaults(struct conf *c, const struct setting_def *rows) {
    if (rows == NULL || rows->key == NULL || find_default(c, rows) != NULL) {
        return; /* this table is known: another section of its kind brought it */
    }
    for (const struct setting_def *def = rows; def->key != NULL; def++) {
        char *problem = NULL;
        const char *text = def->fallback == NULL ? "" : def->fallback;
        if (*text == '\0' && (def->type == SETTING_BOOL || def->type == SETTING_INT)) {
            text = def->type == SETTING_BOOL ? "false" : "0";
        }
        struct value *v = value_from_text(def, text, &problem);
        assert(v != NULL); /* a default its own row does not allow */
        mem_grow((void **)&c->defaults.items, &c->defaults.capacity, c->defaults.count, sizeof(struct value *));
        c->defaults.items[c->defaults.count++] = v;
    }
}

/* The value in force. Only a mistake of ours asks for a key that no table has: better stop than guess. */
static const struct value *in_force(const struct conf_section *s, const char *key) {
    const struct value *v = values_find(&s->values, key);
    if (value_usable(v)) {
        return v;
    }
    const struct setting_def *def = conf_def(s, key);
    assert(def != NULL);
    return find_default(s->conf, def);
}

const char *conf_text(const struct conf_section *s, const char *key) {
    const struct value *v = in_force(s, key);
    assert(v->text != NULL); /* not a TEXT, PATH or CHOICE */
    return v->text;
}

bool conf_bool(const struct conf_section *s, const char *key) {
    const struct value *v = in_force(s, key);
    assert(v->def->type == SETTING_BOOL);
    return v->number != 0;
}

int64_t conf_i64(const struct conf_section *s, const char *key) {
    const struct value *v = in_force(s, key);
    assert(v->def->type == SETTING_INT);
    return v->number;
}

static const struct value *entries(const struct conf_section *s, const char *key, enum setting_type type) {
    const struct value *v = in_force(s, key);
    assert(v->def->type == type);
    return v;
}

size_t conf_list_count(const struct conf_section *s, const char *key) {
    return entries(s, key, SETTING_LIST)->count;
}

const char *conf_list_at(const struct conf_section *s, const char *key, size_t index) {
    const struct value *v = entries(s, key, SETTING_LIST);
    return index < v->count ? v->left[index] : NULL;
}

bool conf_list_has(const struct conf_section *s, const char *key, const char *entry) {
    const struct value *v = entries(s, key, SETTING_LIST);
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->left[i], entry) == 0) {
            return true;
        }
    }
    return false;
}

const char *const *conf_list(const struct conf_section *s, const char *key) {
    static const char *const none[] = {NULL};
    const struct value *v = entries(s, key, SETTING_LIST);
    return v->left == NULL ? none : (const char *const *)v->left;
}

size_t conf_map_count(const struct conf_section *s, const char *key) {
    return entries(s, key, SETTING_MAP)->count;
}

const char *conf_map_get(const struct conf_section *s, const char *key, const char *left) {
    return value_map_get(entries(s, key, SETTING_MAP), left);
}

bool conf_map_at(const struct conf_section *s, const char *key, size_t index, const char **left, const char **right) {
    const struct value *v = entries(s, key, SETTING_MAP);
    if (index >= v->count) {
        return false;
    }
    *left = v->left[index];
    *right = v->right[index];
    return true;
}

bool conf_is_set(const struct conf_section *s, const char *key) {
    return value_usable(values_find(&s->values, key));
}

static bool is_fixed(const struct conf_section *s, const char *key) {
    return (s->scope != SETTING_PROGRAM && strcmp(key, "name") == 0) ||
           (s->scope == SETTING_LINK && strcmp(key, "kind") == 0);
}

enum rc conf_set(struct conf_section *s, const char *key, const char *text, struct err *err) {
    const struct setting_def *def = conf_def(s, key);
    if (def == NULL) {
        return err_set(err, RC_NOT_FOUND, REACH_SERVICE, "There is no setting \"%s\" here.", key);
    }
    if ((def->flags & SETTING_SECRET) != 0) {
        return err_set(err, RC_INVALID, REACH_SERVICE, "\"%s\" is a secret: it is kept apart from the settings.",
                       def->label);
    }
    if (is_fixed(s, key)) {
        return err_set(err, RC_INVALID, REACH_SERVICE,
                       "\"%s\" cannot be changed, because state and logs are kept under it. Make a new one instead.",
                       def->label);
    }
    char *problem = NULL;
    struct value *v = value_from_text(def, text, &problem);
    if (v == NULL) {
        (void)err_set(err, RC_INVALID, REACH_SERVICE, "%s", problem);
        mem_free(problem);
        return RC_INVALID;
    }
    values_add(&s->values, v);
    return RC_OK;
}

void conf_unset(struct conf_section *s, const char *key) {
    if (!is_fixed(s, key)) {
        values_remove(&s->values, key);
    }
}

void conf_format(const struct conf_section *s, const char *key, struct buf *out) {
    value_format(in_force(s, key), out);
}

static void add_part(struct buf *out, const char *part) {
    for (const char *p = part; *p != '\0'; p++) {
        if (*p == '/' || *p == '%') {
            buf_addf(out, "%%%02X", (unsigned)*p);
        } else {
            buf_addc(out, *p);
        }
    }
}

void conf_secret_name(const struct conf_section *s, const char *key, struct buf *out) {
    for (int i = 0; i < 2; i++) {
        const struct conf_section *part = i == 0 ? s->parent : s;
        if (part != NULL) {
            add_part(out, conf_name(part));
            buf_addc(out, '/');
        }
    }
    add_part(out, key);
}
