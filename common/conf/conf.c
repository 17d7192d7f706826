/* The tree: sections come, go and are found. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/conf/checks.h"
#include "common/conf/internal.h"

/* --- values of a section --- */

struct value *values_find(const struct values *v, const char *key) {
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->items[i]->key, key) == 0) {
            return v->items[i];
        }
    }
    return NULL;
}

void values_add(struct values *v, struct value *value) {
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->items[i]->key, value->key) == 0) {
            value_free(v->items[i]);
            v->items[i] = value;
            return;
        }
    }
    mem_grow((void **)&v->items, &v->capacity, v->count, sizeof(*v->items));
    v->items[v->count++] = value;
}

void values_remove(struct values *v, const char *key) {
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->items[i]->key, key) == 0) {
            value_free(v->items[i]);
            memmove(&v->items[i], &v->items[i + 1], (v->count - i - 1) * sizeof(*v->items));
            v->count--;
            return;
        }
    }
}

void values_free(struct values *v) {
    for (size_t i = 0; i < v->count; i++) {
        value_free(v->items[i]);
    }
    mem_free(v->items);
    *v = (struct values){0};
}

/* --- sections --- */

struct conf_section *section_new(struct conf *c, enum setting_scope scope, struct conf_section *parent) {
    struct conf_section *s = MEM_NEW(struct conf_section);
    s->scope = scope;
    s->conf = c;
    s->parent = parent;
    return s;
}

static void sections_free(struct sections *list) {
    for (size_t i = 0; i < list->count; i++) {
        section_free(list->items[i]);
    }
    mem_free(list->items);
    *list = (struct sections){0};
}

void section_free(struct conf_section *s) {
    if (s != NULL) {
        values_free(&s->values);
        values_free(&s->remarks);
        sections_free(&s->links);
        mem_free(s);
    }
}

void sections_add(struct sections *list, struct conf_section *s) {
    mem_grow((void **)&list->items, &list->capacity, list->count, sizeof(struct conf_section *));
    list->items[list->count++] = s;
}

void section_bind_kind(struct conf_section *s) {
    const struct conf_kinds *kinds = s->conf->kinds;
    const struct value *kind = values_find(&s->values, "kind");
    s->extra = kinds == NULL || !value_usable(kind) ? NULL : kinds->settings(kinds->ctx, kind->text);
    conf_learn_defaults(s->conf, s->extra);
}

void section_remark(struct conf_section *s, const char *key, bool error, const char *text) {
    struct value *v = MEM_NEW(struct value);
    v->key = mem_strdup(key);
    v->problem = mem_strdup(text);
    v->number = error;
    values_add(&s->remarks, v);
}

struct conf *conf_new(const struct conf_kinds *kinds) {
    struct conf *c = MEM_NEW(struct conf);
    c->kinds = kinds;
    c->program = section_new(c, SETTING_PROGRAM, NULL);
    conf_learn_defaults(c, conf_schema(SETTING_PROGRAM));
    conf_learn_defaults(c, conf_schema(SETTING_COMPANY));
    conf_learn_defaults(c, conf_schema(SETTING_LINK));
    return c;
}

void conf_free(struct conf *c) {
    if (c != NULL) {
        section_free(c->program);
        sections_free(&c->companies);
        values_free(&c->unknown);
        values_free(&c->defaults);
        mem_free(c);
    }
}

struct conf_section *conf_program(const struct conf *c) {
    return c->program;
}

static struct conf_section *at(const struct sections *list, size_t index) {
    return index < list->count ? list->items[index] : NULL;
}

static struct conf_section *named(const struct sections *list, const char *name) {
    for (size_t i = 0; i < list->count; i++) {
        if (*name != '\0' && strcmp(conf_name(list->items[i]), name) == 0) {
            return list->items[i];
        }
    }
    return NULL;
}

size_t conf_company_count(const struct conf *c) {
    return c->companies.count;
}

struct conf_section *conf_company_at(const struct conf *c, size_t index) {
    return at(&c->companies, index);
}

struct conf_section *conf_company(const struct conf *c, const char *name) {
    return named(&c->companies, name);
}

size_t conf_link_count(const struct conf_section *company) {
    return company->links.count;
}

struct conf_section *conf_link_at(const struct conf_section *company, size_t index) {
    return at(&company->links, index);
}

struct conf_section *conf_link(const struct conf_section *company, const char *name) {
    return named(&company->links, name);
}

enum setting_scope conf_scope(const struct conf_section *s) {
    return s->scope;
}

const char *conf_name(const struct conf_section *s) {
    const struct value *v = s->scope == SETTING_PROGRAM ? NULL : values_find(&s->values, "name");
    return value_usable(v) ? v->text : "";
}

const struct conf_section *conf_parent(const struct conf_section *s) {
    return s->parent;
}

bool conf_enabled(const struct conf_section *s) {
    return s->scope == SETTING_PROGRAM || (conf_bool(s, "enabled") && (s->parent == NULL || conf_enabled(s->parent)));
}

/* --- adding and removing --- */

static enum rc set_name(struct conf_section *s, const struct sections *beside, const char *what, const char *name,
                        struct err *err) {
    const char *wrong = check_name(name);
    if (wrong != NULL) {
        return err_set(err, RC_INVALID, REACH_SERVICE, "The name of a %s %s.", what, wrong);
    }
    for (size_t i = 0; i < beside->count; i++) {
        if (names_alike(conf_name(beside->items[i]), name)) {
            return err_set(err, RC_CONFLICT, REACH_SERVICE, "There is a %s named \"%s\" already.", what,
                           conf_name(beside->items[i]));
        }
    }
    char *problem = NULL;
    struct value *v = value_from_text(conf_def(s, "name"), name, &problem);
    if (v == NULL) {
        (void)err_set(err, RC_INVALID, REACH_SERVICE, "%s", problem);
        mem_free(problem);
        return RC_INVALID;
    }
    values_add(&s->values, v);
    return RC_OK;
}

enum rc conf_company_add(struct conf *c, const char *name, struct conf_section **out, struct err *err) {
    if (c->companies.count >= CONF_COMPANIES_MAX) {
        return err_set(err, RC_TOO_BIG, REACH_SERVICE, "There can be at most %d companies.", CONF_COMPANIES_MAX);
    }
    struct conf_section *s = section_new(c, SETTING_COMPANY, NULL);
    enum rc rc = set_name(s, &c->companies, "company", name, err);
    if (rc != RC_OK) {
        section_free(s);
        return rc;
    }
    sections_add(&c->companies, s);
    *out = s;
    return RC_OK;
}

static enum rc set_kind(struct conf_section *s, const char *kind, struct err *err) {
    char *problem = NULL;
    struct value *v = value_from_text(conf_def(s, "kind"), kind, &problem);
    if (v == NULL) {
        (void)err_set(err, RC_INVALID, REACH_SERVICE, "%s", problem);
        mem_free(problem);
        return RC_INVALID;
    }
    values_add(&s->values, v);
    section_bind_kind(s);
    if (str_blank(kind) || (s->conf->kinds != NULL && s->extra == NULL)) {
        struct buf text;
        buf_init(&text, ERR_TEXT_MAX);
        kind_sentence(s->conf->kinds, kind, &text);
        (void)err_set(err, RC_INVALID, REACH_SERVICE, "%s", text.data);
        buf_free(&text);
        return RC_INVALID;
    }
    return RC_OK;
}

enum rc conf_link_add(struct conf_section *company, const char *name, const char *kind, struct conf_section **out,
                      struct err *err) {
    if (company->links.count >= CONF_LINKS_MAX) {
        return err_set(err, RC_TOO_BIG, REACH_SERVICE, "A company can have at most %d links.", CONF_LINKS_MAX);
    }
    struct conf_section *s = section_new(company->conf, SETTING_LINK, company);
    enum rc rc = set_name(s, &company->links, "link", name, err);
    if (rc == RC_OK) {
        rc = set_kind(s, kind, err);
    }
    if (rc != RC_OK) {
        section_free(s);
        return rc;
    }
    sections_add(&company->links, s);
    *out = s;
    return RC_OK;
}

static enum rc remove_named(struct sections *list, const char *what, const char *name, struct err *err) {
    struct conf_section *s = named(list, name);
    if (s == NULL) {
        return err_set(err, RC_NOT_FOUND, REACH_SERVICE, "There is no %s named \"%s\".", what, name);
    }
    size_t i = 0;
    while (list->items[i] != s) {
        i++;
    }
    memmove(&list->items[i], &list->items[i + 1], (list->count - i - 1) * sizeof(struct conf_section *));
    list->count--;
    section_free(s);
    return RC_OK;
}

enum rc conf_company_remove(struct conf *c, const char *name, struct err *err) {
    return remove_named(&c->companies, "company", name, err);
}

enum rc conf_link_remove(struct conf_section *company, const char *name, struct err *err) {
    return remove_named(&company->links, "link", name, err);
}
