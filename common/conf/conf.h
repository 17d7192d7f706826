/* Settings: one file for the program, all companies and their links (capability C-17).
 *
 * A conf is a tree of sections: one for the program, one for each company, under it one for each link. A section knows
 * which settings it may hold (schema.def, and for a link what its kind adds) and holds the ones that were set. A getter
 * gives the set value or the default. Asking for a key that no table defines is a mistake of the programmer and stops
 * the program.
 *
 * Reading a file is tolerant, using it is not: conf_parse takes every file that is JSON of a version we know, keeps
 * unknown keys for the newer program that wrote them, and conf_validate then lists everything that is wrong at once. A
 * value that is wrong is kept in the file but never used: getters give the default. conf_save refuses to write settings
 * with errors, so that the file on disk stays the last good one.
 *
 * Secrets are never in here: a section only knows under which name the secret store keeps them.
 * Several threads may read one conf at once, as long as none changes it. All texts are UTF-8. */
#ifndef COMMON_CONF_CONF_H
#define COMMON_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/conf/setting.h"

#define CONF_FILE_NAME     "settings.json" /* in the data folder */
#define CONF_VERSION       1
#define CONF_FILE_MAX      (32 * 1024 * 1024)
#define CONF_COMPANIES_MAX 10000
#define CONF_LINKS_MAX     1000 /* of one company */
#define CONF_NAME_MAX      100  /* characters of a company's or link's name */

struct conf;
struct conf_section;

/* The kinds of links this program has drivers for, as data. The caller keeps it alive as long as the conf. */
struct conf_kinds {
    void *ctx;
    /* The kind's own settings, ended by a NULL key (may be empty); NULL when there is no such kind. */
    const struct setting_def *(*settings)(void *ctx, const char *kind);
    /* The name of kind number `index`, NULL behind the last; for messages and choices. */
    const char *(*name)(void *ctx, size_t index);
};

/* --- the whole --- */
/* kinds may be NULL: then every kind is accepted and its own settings are unknown keys. */
struct conf *conf_new(const struct conf_kinds *kinds);
void conf_free(struct conf *c); /* NULL allowed */
/* NOT_FOUND without a file; TOO_BIG above CONF_FILE_MAX; INVALID when the text is no JSON object of settings (the
 * text says where); UNSUPPORTED when a newer program wrote it. RC_OK says nothing about the values: ask conf_validate
 * or conf_check. */
enum rc conf_load(const char *path, const struct conf_kinds *kinds, struct conf **out, struct err *err);
enum rc conf_parse(const char *text, size_t len, const struct conf_kinds *kinds, struct conf **out, struct err *err);
/* conf_check, then replaces the file (os_file_replace). On failure the old file is as it was. */
enum rc conf_save(const struct conf *c, const char *path, struct err *err);
/* The file's text. */
enum rc conf_write(const struct conf *c, struct buf *out, struct err *err);
/* The same for people and other machines: each section also has "secrets": {key: "set" | "not set"}, which reading
 * ignores. has_secret is asked with the name of the secret; NULL: all "not set". */
enum rc conf_export(const struct conf *c, bool (*has_secret)(void *ctx, const char *secret_name), void *ctx,
                    struct buf *out, struct err *err);

/* --- what is wrong --- */
struct conf_problem {
    bool error;      /* false: a warning, nothing stops for it */
    bool incomplete; /* something required is missing, or the kind of a link is unknown: an error where it is enabled */
    char *section;   /* "" for the program, "Company", "Company / link" */
    char *key;       /* "" when it is about the section itself */
    char *text;      /* a plain sentence that needs neither of the two */
};
struct conf_problems {
    struct conf_problem *items;
    size_t count, capacity;
    size_t errors; /* how many of them are errors */
};
/* Everything at once, in the order of the file. Start from {0}; appends. What is required but missing is an error where
 * company and link are enabled and a warning elsewhere, so that half-made settings can be saved. */
void conf_validate(const struct conf *c, struct conf_problems *out);
void conf_problems_free(struct conf_problems *p);
/* RC_OK, or INVALID with the first error and how many more there are. */
enum rc conf_check(const struct conf *c, struct err *err);

/* --- sections: borrowed, live until removed or conf_free --- */
struct conf_section *conf_program(const struct conf *c);
size_t conf_company_count(const struct conf *c);
struct conf_section *conf_company_at(const struct conf *c, size_t index);  /* NULL behind the last */
struct conf_section *conf_company(const struct conf *c, const char *name); /* exact name; NULL if there is none */
size_t conf_link_count(const struct conf_section *company);
struct conf_section *conf_link_at(const struct conf_section *company, size_t index);
struct conf_section *conf_link(const struct conf_section *company, const char *name);
enum setting_scope conf_scope(const struct conf_section *s);
const char *conf_name(const struct conf_section *s);                  /* "" for the program */
const struct conf_section *conf_parent(const struct conf_section *s); /* of a link: its company; else NULL */
/* CONFLICT when the name is taken (capital letters make no difference), INVALID when it cannot be a name or there is
 * no such kind. Names cannot be changed later: state, secrets and logs are kept under them. */
enum rc conf_company_add(struct conf *c, const char *name, struct conf_section **out, struct err *err);
enum rc conf_link_add(struct conf_section *company, const char *name, const char *kind, struct conf_section **out,
                      struct err *err);
enum rc conf_company_remove(struct conf *c, const char *name, struct err *err); /* with its links */
enum rc conf_link_remove(struct conf_section *company, const char *name, struct err *err);
/* May it run: itself and its company are enabled. */
bool conf_enabled(const struct conf_section *s);

/* --- values --- */
/* TEXT, PATH, CHOICE. Borrowed until the next change of that section; never NULL. */
const char *conf_text(const struct conf_section *s, const char *key);
bool conf_bool(const struct conf_section *s, const char *key);
int64_t conf_i64(const struct conf_section *s, const char *key);
size_t conf_list_count(const struct conf_section *s, const char *key);
const char *conf_list_at(const struct conf_section *s, const char *key, size_t index); /* NULL behind the last */
bool conf_list_has(const struct conf_section *s, const char *key, const char *entry);
/* All entries, ended by NULL; borrowed like a text. */
const char *const *conf_list(const struct conf_section *s, const char *key);
size_t conf_map_count(const struct conf_section *s, const char *key);
const char *conf_map_get(const struct conf_section *s, const char *key, const char *left); /* NULL: no such entry */
/* Entry number index in the order of the file; false behind the last. */
bool conf_map_at(const struct conf_section *s, const char *key, size_t index, const char **left, const char **right);

bool conf_is_set(const struct conf_section *s, const char *key); /* set to a usable value, not just the default */
/* Sets from the text form (setting.h). NOT_FOUND when the section has no such setting; INVALID with a sentence when the
 * value is not allowed, the old value stays; secrets are refused (INVALID): they go to the secret store. */
enum rc conf_set(struct conf_section *s, const char *key, const char *text, struct err *err);
void conf_unset(struct conf_section *s, const char *key); /* back to the default */
/* Appends the value, or the default, in the text form that conf_set takes. */
void conf_format(const struct conf_section *s, const char *key, struct buf *out);

/* --- the table --- */
/* The settings a section may hold, by number; NULL behind the last. Borrowed for ever. */
const struct setting_def *conf_def_at(const struct conf_section *s, size_t index);
const struct setting_def *conf_def(const struct conf_section *s, const char *key); /* NULL if there is none */
/* The same for our own table alone, without a conf. */
const struct setting_def *conf_schema(enum setting_scope scope); /* ended by a NULL key */
/* Appends lines for --help and the README: key, what values, default, help. */
void conf_describe(const struct setting_def *defs, struct buf *out);
/* The name under which the secret store keeps a secret setting: "company/link/key", with "/" and "%" inside a name
 * percent-encoded. */
void conf_secret_name(const struct conf_section *s, const char *key, struct buf *out);

#endif
