#include "service/erp/sql/profile_check.h"

#include <string.h>

#include "common/base/str.h"

enum need { NEEDED, OPTIONAL, CAN_VERSIONS, CAN_GROUPS, CAN_VARIANTS, CAN_SETS, CAN_LEASES };

struct statement_rule {
    const char *name;
    enum need need;
    const char *params, *columns, *extras;
};

static const struct statement_rule RULES[SQL_COUNT] = {
#define SQL_STATEMENT(id, name, need, params, columns, extras) {#name, need, params, columns, extras},
#include "service/erp/sql/statements.def"
#undef SQL_STATEMENT
};
static const char COMMON_PARAMS[] = "now_ms today price_list country channel warehouses warehouse_list";

const char *sql_name(enum sql_id id) {
    return RULES[id].name;
}

const char *sql_columns(enum sql_id id) {
    return RULES[id].columns;
}

const char *sql_extra_columns(enum sql_id id) {
    return RULES[id].extras;
}

bool list_next(const char **list, char *word, size_t size) {
    const char *p = *list + strspn(*list, " \t");
    size_t len = strcspn(p, " \t");
    if (!len)
        return false;
    (void)str_fmt(word, size, "%.*s", (int)len, p);
    *list = p + len;
    return true;
}

bool list_has(const char *list, const char *word) {
    char one[64];
    while (list_next(&list, one, sizeof one)) {
        if (str_eq(one, word))
            return true;
    }
    return false;
}

unsigned profile_word(const char *word) {
    static const struct {
        const char *name;
        unsigned bit;
    } WORDS[] = {
        {"by_any", WORD_BY_ANY},     {"by_master", WORD_BY_MASTER},           {"by_price", WORD_BY_PRICE},
        {"by_stock", WORD_BY_STOCK}, {"all_warehouses", WORD_ALL_WAREHOUSES}, {"some_warehouses", WORD_SOME_WAREHOUSES},
    };
    for (unsigned bit = 1; bit & ASPECT_ALL; bit <<= 1) {
        if (str_eq(word, aspect_name((enum aspect)bit)))
            return bit;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (str_eq(word, WORDS[i].name))
            return WORDS[i].bit;
    }
    return 0;
}

/* Skips a quoted text or name, or a comment inside a line; NULL when it never ends. */
static const char *skip_quoted(const char *p) {
    static const char OPEN[] = "'\"`[", CLOSE[] = "'\"`]";
    const char *kind = strchr(OPEN, *p);
    return strchr(p + 1, CLOSE[kind - OPEN]);
}

static bool name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static enum rc check_param(enum sql_id id, const char **p, struct err *err) {
    char name[64];
    size_t len = 0;
    while (name_char((*p)[1 + len]))
        len++;
    (void)str_fmt(name, sizeof name, "%.*s", (int)(len > 60 ? 60 : len), *p + 1);
    *p += len;
    if (len && (list_has(RULES[id].params, name) || list_has(COMMON_PARAMS, name)))
        return RC_OK;
    return err_set(err, RC_INVALID, REACH_LINK, "statement %s has no parameter \":%s\"", RULES[id].name, name);
}

/* The end of a comment that starts at p ("--" to the line's end, or C's form); p itself when none does. */
static const char *skip_comment(const char *p) {
    if (str_starts(p, "--"))
        return p + strcspn(p, "\n");
    if (!str_starts(p, "/*"))
        return p;
    const char *end = strstr(p + 2, "*/");
    return end ? end + 2 : p + strlen(p);
}

enum rc profile_check_sql(enum sql_id id, const char *sql, struct err *err) {
    bool ended = false, any = false;
    for (const char *p = sql; *p; p++) {
        p = skip_comment(p);
        if (!*p)
            break;
        if (strchr(" \t\r\n", *p))
            continue;
        if (ended)
            return err_set(err, RC_INVALID, REACH_LINK, "statement %s is more than one", RULES[id].name);
        any = true;
        ended = *p == ';';
        if (strchr("'\"`[", *p)) {
            p = skip_quoted(p);
            if (!p)
                return err_set(err, RC_INVALID, REACH_LINK, "a quote of statement %s is not closed", RULES[id].name);
        } else if (strchr("?@$", *p)) {
            return err_set(err, RC_INVALID, REACH_LINK, "statement %s has a parameter without a name", RULES[id].name);
        } else if (*p == ':') {
            enum rc rc = check_param(id, &p, err);
            if (rc != RC_OK)
                return rc;
        }
    }
    return any ? RC_OK : err_set(err, RC_INVALID, REACH_LINK, "statement %s is empty", RULES[id].name);
}

static bool needed(const struct profile *p, enum need need) {
    switch (need) {
    case NEEDED: return true;
    case OPTIONAL: return false;
    case CAN_VERSIONS: return p->caps.versions;
    case CAN_GROUPS: return p->caps.groups;
    case CAN_VARIANTS: return p->caps.variants;
    case CAN_SETS: return p->caps.sets;
    case CAN_LEASES: return p->caps.leases;
    }
    return false;
}

enum rc profile_check_complete(const struct profile *p, struct err *err) {
    if (!*p->engine)
        return err_set(err, RC_INVALID, REACH_LINK, "the header names no engine.");
    if (!p->caps.aspects)
        return err_set(err, RC_INVALID, REACH_LINK, "the header names no aspects.");
    if (p->caps.aspect_versions && !p->caps.versions)
        return err_set(err, RC_INVALID, REACH_LINK, "aspect_versions needs versions.");
    for (int id = 0; id < SQL_COUNT; id++) {
        if (!p->statements[id] && needed(p, RULES[id].need))
            return err_set(err, RC_INVALID, REACH_LINK, "the statement \"%s\" is missing.", RULES[id].name);
    }
    return RC_OK;
}
