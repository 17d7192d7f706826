/* Private to common/conf: what a conf is made of. */
#ifndef COMMON_CONF_INTERNAL_H
#define COMMON_CONF_INTERNAL_H

#include "common/conf/conf.h"
#include "common/conf/value.h"

/* A growing array of values, in the order of the file. */
struct values {
    struct value **items;
    size_t count, capacity;
};
void values_add(struct values *v, struct value *value); /* takes it; replaces one with the same key */
struct value *values_find(const struct values *v, const char *key);
void values_remove(struct values *v, const char *key);
void values_free(struct values *v);

struct sections {
    struct conf_section **items;
    size_t count, capacity;
};

struct conf_section {
    enum setting_scope scope;
    struct conf *conf;
    struct conf_section *parent;
    const struct setting_def *extra; /* of a link: its kind's settings; NULL when there is no such kind */
    struct values values;
    struct sections links; /* of a company */
    struct values remarks; /* found while reading, told by conf_validate: keys with a sentence in `problem` */
};

struct conf {
    const struct conf_kinds *kinds;
    struct conf_section *program;
    struct sections companies;
    struct values unknown;  /* keys beside program and companies */
    struct values defaults; /* parsed defaults of every table in use; found by row, keys may repeat */
};

struct conf_section *section_new(struct conf *c, enum setting_scope scope, struct conf_section *parent);
void section_free(struct conf_section *s);
void sections_add(struct sections *list, struct conf_section *s);
/* Looks up the settings of the section's kind; after `kind` was set. */
void section_bind_kind(struct conf_section *s);
/* Parses the defaults of a table once, so that getters never change anything and several threads may ask at once. */
void conf_learn_defaults(struct conf *c, const struct setting_def *rows);
/* Puts a sentence aside for conf_validate. */
void section_remark(struct conf_section *s, const char *key, bool error, const char *text);
/* Are the two names the same but for capital letters of A-Z? */
bool names_alike(const char *a, const char *b);
/* 'There is no driver for links of the kind "x". Known kinds: ...' */
void kind_sentence(const struct conf_kinds *kinds, const char *kind, struct buf *out);

#endif
