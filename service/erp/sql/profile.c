#include "service/erp/sql/profile.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "service/erp/sql/profile_check.h"

#define FRAGMENTS_MAX   64
#define STATEMENT_MAX   (32 * 1024)
#define BLOCK_DEPTH_MAX 4
#define NAME_MAX_BYTES  63

struct fragment {
    char name[NAME_MAX_BYTES + 1];
    struct buf text;
};
struct parser {
    struct profile *profile;
    struct fragment fragments[FRAGMENTS_MAX];
    size_t fragment_count;
    struct buf *target; /* where lines go now; NULL in the header */
    struct buf statement;
    enum sql_id statement_id;
    bool in_statement;
    long statement_line;
    int depth; /* open blocks of the target */
    long line;
    struct err *err;
};

static enum rc wrong(const struct parser *p, long line, const char *what, const char *value) {
    return err_set(p->err, RC_INVALID, REACH_LINK, "Profile \"%s\", line %ld: %s%s%s%s.", p->profile->name, line, what,
                   value ? " \"" : "", value ? value : "", value ? "\"" : "");
}

/* --- header --- */

static bool set_cap(struct erp_caps *caps, const char *word) {
    const struct {
        const char *name;
        bool *flag;
    } table[] = {
        {"versions", &caps->versions},
        {"aspect_versions", &caps->aspect_versions},
        {"reservations", &caps->reservations},
        {"incoming", &caps->incoming},
        {"price_lists", &caps->price_lists},
        {"points", &caps->points},
        {"discounts", &caps->discounts},
        {"sets", &caps->sets},
        {"variants", &caps->variants},
        {"groups", &caps->groups},
        {"both_order_keys", &caps->both_order_keys},
        {"leases", &caps->leases},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (str_eq(table[i].name, word)) {
            *table[i].flag = true;
            return true;
        }
    }
    return false;
}

static bool add_aspect(struct erp_caps *caps, const char *word) {
    unsigned bit = profile_word(word);
    if (!bit || bit > ASPECT_IMAGES)
        return false;
    caps->aspects |= bit;
    return true;
}

/* Calls add for each word of a list; the first word it refuses is wrong. */
static enum rc header_words(const struct parser *p, const char *list, bool (*add)(struct erp_caps *, const char *)) {
    char word[NAME_MAX_BYTES + 1];
    while (list_next(&list, word, sizeof word)) {
        if (!add(&p->profile->caps, word))
            return wrong(p, p->line, "unknown word", word);
    }
    return RC_OK;
}

static enum rc header_choice(const struct parser *p, const char *value, const char *off, const char *on, bool *out) {
    *out = str_eq(value, on);
    return *out || str_eq(value, off) ? RC_OK : wrong(p, p->line, "unknown value", value);
}

/* Settings that are kept as text. */
static enum rc header_text(const struct parser *p, const char *value, char *out, size_t size) {
    return str_copy(out, size, value) ? RC_OK : wrong(p, p->line, "too long", value);
}

static enum rc header_schema(const struct parser *p, const char *value) {
    int64_t number = 0;
    if (!str_to_i64(value, &number) || number < 0 || number > 1000000)
        return wrong(p, p->line, "not a schema version", value);
    p->profile->schema = (long)number;
    return RC_OK;
}

static enum rc header_line(const struct parser *p, const char *key, const char *value) {
    struct profile *f = p->profile;
    if (str_eq(key, "profile"))
        return header_text(p, value, f->name, sizeof f->name);
    if (str_eq(key, "title"))
        return header_text(p, value, f->title, sizeof f->title);
    if (str_eq(key, "engine"))
        return header_text(p, value, f->engine, sizeof f->engine);
    if (str_eq(key, "schema"))
        return header_schema(p, value);
    if (str_eq(key, "can"))
        return header_words(p, value, set_cap);
    if (str_eq(key, "aspects"))
        return header_words(p, value, add_aspect);
    if (str_eq(key, "amounts"))
        return header_choice(p, value, "minor", "decimal", &f->decimal_amounts);
    if (str_eq(key, "quantities"))
        return header_choice(p, value, "thousandths", "decimal", &f->decimal_quantities);
    if (str_eq(key, "rates"))
        return header_choice(p, value, "scaled", "percent", &f->percent_rates);
    return wrong(p, p->line, "unknown setting", key);
}

/* --- sections --- */

/* Ends the fragment or statement that is open. */
static enum rc end_section(struct parser *p) {
    if (p->depth)
        return wrong(p, p->line, "a block --{ is not closed by --}", NULL);
    p->target = NULL;
    if (!p->in_statement)
        return RC_OK;
    p->in_statement = false;
    struct err why;
    if (profile_check_sql(p->statement_id, p->statement.data, &why) != RC_OK)
        return wrong(p, p->statement_line, why.text, NULL);
    p->profile->statements[p->statement_id] = mem_strdup(p->statement.data);
    buf_clear(&p->statement);
    return RC_OK;
}

static struct fragment *find_fragment(struct parser *p, const char *name) {
    for (size_t i = 0; i < p->fragment_count; i++) {
        if (str_eq(p->fragments[i].name, name))
            return &p->fragments[i];
    }
    return NULL;
}

static enum rc start_fragment(struct parser *p, const char *name) {
    if (find_fragment(p, name))
        return wrong(p, p->line, "a second fragment", name);
    if (p->fragment_count == FRAGMENTS_MAX)
        return wrong(p, p->line, "too many fragments", NULL);
    struct fragment *f = &p->fragments[p->fragment_count];
    if (!str_copy(f->name, sizeof f->name, name))
        return wrong(p, p->line, "the name is too long", NULL);
    buf_init(&f->text, STATEMENT_MAX);
    p->fragment_count++;
    p->target = &f->text;
    return RC_OK;
}

static enum rc start_statement(struct parser *p, const char *name) {
    for (int id = 0; id < SQL_COUNT; id++) {
        if (!str_eq(sql_name((enum sql_id)id), name))
            continue;
        if (p->profile->statements[id])
            return wrong(p, p->line, "a second statement", name);
        p->statement_id = (enum sql_id)id;
        p->in_statement = true;
        p->statement_line = p->line;
        p->target = &p->statement;
        return RC_OK;
    }
    return wrong(p, p->line, "unknown statement", name);
}

/* "--! key: value" */
static enum rc directive(struct parser *p, char *text) {
    char *colon = strchr(text, ':');
    if (!colon)
        return wrong(p, p->line, "expected \"--! key: value\"", NULL);
    *colon = 0;
    const char *key = str_trim(text);
    const char *value = str_trim(colon + 1);
    bool fragment = str_eq(key, "fragment");
    if (str_empty(value))
        return wrong(p, p->line, "no value for", key);
    if (!fragment && !str_eq(key, "statement"))
        return p->target ? wrong(p, p->line, "a setting stands before the first statement", NULL)
                         : header_line(p, key, value);
    enum rc rc = end_section(p);
    if (rc != RC_OK)
        return rc;
    return fragment ? start_fragment(p, value) : start_statement(p, value);
}

/* --- lines --- */

static enum rc block_start(struct parser *p, const char *words) {
    const char *rest = words;
    char word[NAME_MAX_BYTES + 1];
    bool any = false;
    if (++p->depth > BLOCK_DEPTH_MAX)
        return wrong(p, p->line, "blocks are nested too deep", NULL);
    while (list_next(&rest, word, sizeof word)) {
        if (!profile_word(word))
            return wrong(p, p->line, "unknown word", word);
        any = true;
    }
    return any ? RC_OK : wrong(p, p->line, "a block --{ without a word", NULL);
}

static enum rc include_fragment(struct parser *p, char *name) {
    const struct fragment *f = find_fragment(p, str_trim(name));
    if (!f || &f->text == p->target)
        return wrong(p, p->line, "no fragment before this line is named", name);
    buf_add(p->target, f->text.data, f->text.len);
    return RC_OK;
}

static enum rc section_line(struct parser *p, char *line) {
    char *text = str_trim(line);
    enum rc rc = RC_OK;
    if (!*text || (str_starts(text, "--") && !strchr("={}", text[2])) || str_eq(text, "--"))
        return RC_OK;
    if (str_starts(text, "--="))
        return include_fragment(p, str_trim(text + 3));
    if (str_starts(text, "--{"))
        rc = block_start(p, text + 3);
    if (str_starts(text, "--}") && --p->depth < 0)
        rc = wrong(p, p->line, "a --} without its --{", NULL);
    buf_adds(p->target, text);
    buf_addc(p->target, '\n');
    return rc;
}

static enum rc one_line(struct parser *p, char *line) {
    char *text = str_trim(line);
    if (str_starts(text, "--!"))
        return directive(p, text + 3);
    if (!p->target)
        return !*text || str_starts(text, "--") ? RC_OK
                                                : wrong(p, p->line, "SQL before the first \"--! statement:\"", NULL);
    enum rc rc = section_line(p, text);
    if (rc == RC_OK && p->target->full)
        rc = wrong(p, p->line, "the statement is too long", NULL);
    return rc;
}

/* What a header promises must be there. */
static enum rc whole_profile(const struct parser *p) {
    struct err why;
    if (profile_check_complete(p->profile, &why) != RC_OK)
        return err_set(p->err, RC_INVALID, REACH_LINK, "Profile \"%s\": %s", p->profile->name, why.text);
    return RC_OK;
}

static enum rc parse_lines(struct parser *p, char *text) {
    enum rc rc = RC_OK;
    while (rc == RC_OK && text) {
        char *end = strchr(text, '\n');
        if (end)
            *end = 0;
        p->line++;
        rc = one_line(p, text);
        text = end ? end + 1 : NULL;
    }
    if (rc == RC_OK)
        rc = end_section(p);
    return rc == RC_OK ? whole_profile(p) : rc;
}

enum rc profile_parse(const char *name, const char *text, size_t len, struct profile **out, struct err *err) {
    struct parser p = {.profile = MEM_NEW(struct profile), .err = err};
    (void)str_copy(p.profile->name, sizeof p.profile->name, name);
    buf_init(&p.statement, STATEMENT_MAX);
    enum rc rc = RC_OK;
    if (len > PROFILE_MAX_BYTES)
        rc = err_set(err, RC_TOO_BIG, REACH_LINK, "Profile \"%s\" is bigger than %d KiB.", name,
                     PROFILE_MAX_BYTES / 1024);
    else if (!utf8_valid(text, len) || memchr(text, 0, len))
        rc = err_set(err, RC_INVALID, REACH_LINK, "Profile \"%s\" is not UTF-8 text.", name);
    if (rc == RC_OK) {
        char *copy = mem_strndup(text, len);
        rc = parse_lines(&p, copy);
        mem_free(copy);
    }
    for (size_t i = 0; i < p.fragment_count; i++)
        buf_free(&p.fragments[i].text);
    buf_free(&p.statement);
    if (rc != RC_OK) {
        profile_free(p.profile);
        return rc;
    }
    *out = p.profile;
    return RC_OK;
}

void profile_free(struct profile *p) {
    if (!p)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        mem_free(p->statements[i]);
    mem_free(p);
}

static bool words_on(const char *list, unsigned words) {
    char word[NAME_MAX_BYTES + 1];
    while (list_next(&list, word, sizeof word)) {
        if (profile_word(word) & words)
            return true;
    }
    return false;
}

bool profile_sql(const struct profile *p, enum sql_id id, unsigned words, struct buf *out) {
    const char *line = p->statements[id];
    int depth = 0, off_depth = 0; /* off_depth: depth of the outermost block that is off, 0 = none */
    if (!line)
        return false;
    while (*line) {
        size_t len = strcspn(line, "\n");
        if (str_starts(line, "--{")) {
            char list[512];
            char *copy = mem_strndup(line + 3, len - 3);
            (void)str_copy(list, sizeof list, copy);
            mem_free(copy);
            depth++;
            if (!off_depth && !words_on(list, words))
                off_depth = depth;
        } else if (str_starts(line, "--}")) {
            if (off_depth == depth)
                off_depth = 0;
            depth--;
        } else if (!off_depth) {
            buf_add(out, line, len);
            buf_addc(out, '\n');
        }
        line += len + (line[len] == '\n');
    }
    return true;
}

enum rc profile_load(const char *name, struct profile **out, struct err *err) {
    size_t len = 0;
    if (str_ends(name, ".sql")) {
        struct buf text;
        enum rc rc = os_read_file(name, PROFILE_MAX_BYTES, &text, err);
        if (rc != RC_OK)
            return rc;
        rc = profile_parse(name, text.data, text.len, out, err);
        buf_free(&text);
        return rc;
    }
    char file[NAME_MAX_BYTES + 8];
    (void)str_fmt(file, sizeof file, "%s.sql", name);
    const char *text = profile_builtin(file, &len);
    if (!text)
        return err_set(err, RC_NOT_FOUND, REACH_LINK,
                       "There is no profile named \"%s\". Built in is \"reference\"; the path of a file ending in "
                       ".sql is taken too.",
                       name);
    return profile_parse(name, text, len, out, err);
}
