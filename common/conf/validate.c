/* Everything that is wrong, at once. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/base/table.h"
#include "common/conf/checks.h"
#include "common/conf/internal.h"

bool names_alike(const char *a, const char *b) {
    for (;; a++, b++) {
        char x = *a >= 'A' && *a <= 'Z' ? (char)(*a + 32) : *a;
        char y = *b >= 'A' && *b <= 'Z' ? (char)(*b + 32) : *b;
        if (x != y) {
            return false;
        }
        if (x == '\0') {
            return true;
        }
    }
}

void kind_sentence(const struct conf_kinds *kinds, const char *kind, struct buf *out) {
    buf_addf(out, "There is no driver for links of the kind \"%.*s\".", (int)utf8_cut(kind, 60), kind);
    const char *name = NULL;
    for (size_t i = 0; kinds != NULL && (name = kinds->name(kinds->ctx, i)) != NULL; i++) {
        buf_addf(out, "%s%s", i == 0 ? " Known kinds: " : ", ", name);
    }
    buf_adds(out, name == NULL && kinds != NULL && kinds->name(kinds->ctx, 0) != NULL ? "." : "");
}

static char *path_of(const struct conf_section *s) {
    if (s->scope == SETTING_PROGRAM) {
        return mem_strdup("");
    }
    const char *name = *conf_name(s) == '\0' ? "(without a name)" : conf_name(s);
    if (s->parent == NULL) {
        return mem_strdup(name);
    }
    char *parent = path_of(s->parent);
    char *path = mem_printf("%s / %s", parent, name);
    mem_free(parent);
    return path;
}

static void add(struct conf_problems *p, const struct conf_section *s, const char *key, bool error, const char *text) {
    mem_grow((void **)&p->items, &p->capacity, p->count, sizeof(struct conf_problem));
    p->items[p->count++] =
        (struct conf_problem){.error = error, .section = path_of(s), .key = mem_strdup(key), .text = mem_strdup(text)};
    p->errors += error ? 1 : 0;
}

static void add_incomplete(struct conf_problems *p, const struct conf_section *s, const char *key, bool error,
                           const char *text) {
    add(p, s, key, error, text);
    p->items[p->count - 1].incomplete = true;
}

static void unknown_key(struct conf_problems *p, const struct conf_section *s, const char *key) {
    char *text = mem_printf("This version does not know the setting \"%.*s\". It is kept but has no effect.",
                            (int)utf8_cut(key, 60), key);
    add(p, s, key, false, text);
    mem_free(text);
}

static void check_values(struct conf_problems *p, const struct conf_section *s) {
    for (size_t i = 0; i < s->values.count; i++) {
        const struct value *v = s->values.items[i];
        if (v->problem != NULL) {
            add(p, s, v->key, true, v->problem);
        } else if (v->def == NULL) {
            unknown_key(p, s, v->key);
        }
    }
    for (size_t i = 0; i < s->remarks.count; i++) {
        add(p, s, s->remarks.items[i]->key, s->remarks.items[i]->number != 0, s->remarks.items[i]->problem);
    }
}

/* Secrets are not looked for: whether one is stored is the secret store's to say. */
static void check_required(struct conf_problems *p, const struct conf_section *s) {
    const struct setting_def *def;
    for (size_t i = 0; (def = conf_def_at(s, i)) != NULL; i++) {
        const struct value *v = values_find(&s->values, def->key);
        bool missing = v == NULL ? str_blank(def->fallback) : v->raw == NULL && value_is_empty(v);
        bool name = strcmp(def->key, "name") == 0 || strcmp(def->key, "kind") == 0;
        if ((def->flags & SETTING_REQUIRED) != 0 && (def->flags & SETTING_SECRET) == 0 && missing) {
            char *text = mem_printf("The setting \"%s\" is missing.", def->label);
            add_incomplete(p, s, def->key, name || conf_enabled(s), text);
            mem_free(text);
        }
    }
}

static void check_section_name(struct conf_problems *p, struct table *names, const struct conf_section *s) {
    const char *name = conf_name(s);
    const char *wrong = check_name(name);
    if (*name == '\0') {
        return; /* missing or malformed: told already */
    }
    if (wrong != NULL) {
        char *text = mem_printf("The name %s.", wrong);
        add(p, s, "name", true, text);
        mem_free(text);
    }
    char *key = mem_strdup(name);
    for (char *c = key; *c != '\0'; c++) {
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    }
    if (table_put(names, key, names) != NULL) {
        add(p, s, "name", true,
            s->scope == SETTING_LINK ? "Another link of this company has the same name."
                                     : "Another company has the same name.");
    }
    mem_free(key);
}

static void check_link(struct conf_problems *p, const struct conf_section *s) {
    const struct value *kind = values_find(&s->values, "kind");
    if (value_usable(kind) && *kind->text != '\0' && s->conf->kinds != NULL && s->extra == NULL) {
        struct buf text;
        buf_init(&text, 4096);
        kind_sentence(s->conf->kinds, kind->text, &text);
        add_incomplete(p, s, "kind", conf_enabled(s), text.data);
        buf_free(&text);
    }
    int64_t cap = conf_i64(s, "stock_cap");
    if (cap >= 0 && cap < conf_i64(s, "stock_floor")) {
        add(p, s, "stock_cap", true, "\"Most pieces shown\" is less than \"Fewest pieces shown\".");
    }
    if (conf_bool(s, "orders") && conf_enabled(s) && conf_list_count(s, "order_statuses") == 0) {
        add(p, s, "order_statuses", true,
            "Orders are to be fetched, but no order status is chosen, so none ever would be.");
    }
}

static void check_company(struct conf_problems *p, const struct conf_section *company) {
    struct table *names = table_new();
    for (size_t i = 0; i < company->links.count; i++) {
        const struct conf_section *link = company->links.items[i];
        check_section_name(p, names, link);
        check_values(p, link);
        check_required(p, link);
        check_link(p, link);
    }
    table_free(names, NULL);
}

void conf_validate(const struct conf *c, struct conf_problems *out) {
    for (size_t i = 0; i < c->unknown.count; i++) {
        unknown_key(out, c->program, c->unknown.items[i]->key);
    }
    check_values(out, c->program);
    if (conf_i64(c->program, "log_total_mib") < 2 * conf_i64(c->program, "log_file_mib")) {
        add(out, c->program, "log_total_mib", true,
            "\"Size of all log files\" must be at least twice \"Size of one log file\".");
    }
    struct table *names = table_new();
    for (size_t i = 0; i < c->companies.count; i++) {
        const struct conf_section *company = c->companies.items[i];
        check_section_name(out, names, company);
        check_values(out, company);
        check_required(out, company);
        check_company(out, company);
    }
    table_free(names, NULL);
}

void conf_problems_free(struct conf_problems *p) {
    for (size_t i = 0; i < p->count; i++) {
        mem_free(p->items[i].section);
        mem_free(p->items[i].key);
        mem_free(p->items[i].text);
    }
    mem_free(p->items);
    *p = (struct conf_problems){0};
}

enum rc conf_check(const struct conf *c, struct err *err) {
    struct conf_problems p = {0};
    conf_validate(c, &p);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < p.count && rc == RC_OK; i++) {
        if (p.items[i].error) {
            const char *section = *p.items[i].section == '\0' ? "program" : p.items[i].section;
            rc = err_set(err, RC_INVALID, REACH_SERVICE, "%s: %s", section, p.items[i].text);
        }
    }
    if (p.errors > 1 && err != NULL) {
        struct err first = *err;
        (void)err_set(err, rc, REACH_SERVICE, "%s (and %zu more)", first.text, p.errors - 1);
    }
    conf_problems_free(&p);
    return rc;
}
