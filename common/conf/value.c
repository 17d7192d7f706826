#include "common/conf/value.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

static const char *label_of(const struct setting_def *def) {
    return def->label == NULL ? def->key : def->label;
}

static size_t limit_of(const struct setting_def *def) {
    return def->min == 0 && def->max == 0 ? 1000 : (size_t)def->max;
}

/* 'The setting "Interval (seconds)" <what>, but is "abc".' The value is cut and cleaned: it comes from a file. */
static char *sentence(const struct setting_def *def, const char *what, const char *value) {
    if (value == NULL) {
        return mem_printf("The setting \"%s\" %s.", label_of(def), what);
    }
    struct buf clean;
    buf_init(&clean, 1024);
    size_t cut = utf8_cut(value, 60);
    utf8_add_clean(&clean, value, cut, true);
    char *s = mem_printf("The setting \"%s\" %s, but is \"%s%s\".", label_of(def), what, clean.data,
                         value[cut] == '\0' ? "" : "...");
    buf_free(&clean);
    return s;
}

static bool has_control(const char *s) {
    for (const unsigned char *p = (const unsigned char *)s; *p != '\0'; p++) {
        if (*p < 0x20 || *p == 0x7f) {
            return true;
        }
    }
    return false;
}

/* Is `value` one of the words in "a|b|c"? */
static bool is_choice(const char *choices, const char *value) {
    size_t len = strlen(value);
    for (const char *p = choices; *p != '\0';) {
        const char *end = strchr(p, '|');
        size_t n = end == NULL ? strlen(p) : (size_t)(end - p);
        if (n == len && memcmp(p, value, n) == 0) {
            return true;
        }
        p += n + (end == NULL ? 0 : 1);
    }
    return false;
}

static char *choice_problem(const struct setting_def *def, const char *value) {
    struct buf words;
    buf_init(&words, 1024);
    for (const char *p = def->choices; *p != '\0'; p++) {
        if (*p == '|') {
            buf_adds(&words, ", ");
        } else {
            buf_addc(&words, *p);
        }
    }
    char *what = mem_printf("must be %s: %s", def->type == SETTING_LIST ? "made of these words" : "one of these words",
                            words.data);
    char *s = sentence(def, what, value);
    mem_free(what);
    buf_free(&words);
    return s;
}

/* --- entries of LIST and MAP --- */

static char *entry_problem(const struct value *v, const char *entry) {
    const struct setting_def *def = v->def;
    if (v->count >= limit_of(def)) {
        char *what = mem_printf("may have at most %zu entries", limit_of(def));
        char *s = sentence(def, what, NULL);
        mem_free(what);
        return s;
    }
    if (strlen(entry) > ENTRY_SIZE_MAX) {
        return sentence(def, "has an entry that is too long", entry);
    }
    if (has_control(entry)) {
        return sentence(def, "has an entry with a control character", entry);
    }
    if (def->choices != NULL && def->type == SETTING_LIST && !is_choice(def->choices, entry)) {
        return choice_problem(def, entry);
    }
    return NULL;
}

static char *add_entry(struct value *v, const char *left, const char *right) {
    bool map = v->def->type == SETTING_MAP;
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->left[i], left) == 0) {
            return map ? sentence(v->def, "has the same left side twice", left) : NULL;
        }
    }
    if (map && *left == '\0') {
        return sentence(v->def, "has an entry without a left side; write it as left=right", right);
    }
    char *problem = entry_problem(v, left);
    if (problem == NULL && map) {
        problem = entry_problem(v, right);
    }
    if (problem != NULL) {
        return problem;
    }
    v->left = mem_realloc(v->left, (v->count + 2) * sizeof(char *));
    v->left[v->count] = mem_strdup(left);
    v->left[v->count + 1] = NULL;
    if (map) {
        v->right = mem_realloc(v->right, (v->count + 1) * sizeof(char *));
        v->right[v->count] = mem_strdup(right);
    }
    v->count++;
    return NULL;
}

static char *add_text_entry(struct value *v, char *entry) {
    char *item = str_trim(entry);
    if (*item == '\0') {
        return NULL;
    }
    if (v->def->type == SETTING_LIST) {
        return add_entry(v, item, NULL);
    }
    char *equals = strchr(item, '=');
    if (equals == NULL) {
        return sentence(v->def, "is a list of pairs written as left=right", item);
    }
    *equals = '\0';
    char *right = mem_strdup(str_trim(equals + 1));
    char *problem = add_entry(v, str_trim(item), right);
    mem_free(right);
    return problem;
}

static char *add_json_entries(struct value *v, const struct json *j) {
    bool map = v->def->type == SETTING_MAP;
    if (map ? !json_is_object(j) : !json_is_array(j)) {
        return sentence(v->def, map ? "must be pairs of texts" : "must be a list of texts", NULL);
    }
    char *problem = NULL;
    for (const struct json *e = json_first(j); e != NULL && problem == NULL; e = json_next(e)) {
        const char *s = json_string_value(e);
        if (s == NULL) {
            problem = sentence(v->def, "may hold nothing but texts", NULL);
        } else {
            problem = map ? add_entry(v, json_key(e), s) : add_entry(v, s, NULL);
        }
    }
    return problem;
}

static char *entries_from_text(struct value *v, const char *text) {
    char open = v->def->type == SETTING_MAP ? '{' : '[';
    if (*text == open) {
        struct json *j = NULL;
        if (json_parse(text, strlen(text), &j, NULL) != RC_OK) {
            return sentence(v->def, "begins like JSON but is none", text);
        }
        char *problem = add_json_entries(v, j);
        json_free(j);
        return problem;
    }
    char *work = mem_strdup(text);
    char *problem = NULL;
    for (char *p = work; p != NULL && problem == NULL;) {
        char *end = strpbrk(p, ",\n");
        if (end != NULL) {
            *end = '\0';
        }
        problem = add_text_entry(v, p);
        p = end == NULL ? NULL : end + 1;
    }
    mem_free(work);
    return problem;
}

/* --- single values --- */

static char *number_problem(const struct setting_def *def, const char *value) {
    char *what = mem_printf("must be a whole number from %lld to %lld", (long long)def->min, (long long)def->max);
    char *s = sentence(def, what, value);
    mem_free(what);
    return s;
}

static char *set_number(struct value *v, int64_t number, const char *text) {
    v->number = number;
    return number < v->def->min || number > v->def->max ? number_problem(v->def, text) : NULL;
}

static char *set_bool(struct value *v, const char *text) {
    v->number = strcmp(text, "true") == 0;
    return v->number != 0 || strcmp(text, "false") == 0 ? NULL : sentence(v->def, "must be true or false", text);
}

static char *set_text(struct value *v, const char *text) {
    const struct setting_def *def = v->def;
    size_t len = strlen(text);
    if (len > limit_of(def) || (len > 0 && len < (size_t)def->min)) {
        char *what = mem_printf("must have from %lld to %zu characters", (long long)def->min, limit_of(def));
        char *s = sentence(def, what, text);
        mem_free(what);
        return s;
    }
    if (has_control(text)) {
        return sentence(def, "holds a line break or another control character", text);
    }
    const char *wrong = def->check == NULL || len == 0 ? NULL : def->check(text);
    v->text = mem_strdup(text);
    return wrong == NULL ? NULL : sentence(def, wrong, text);
}

static char *set_from_trimmed(struct value *v, const char *text) {
    const struct setting_def *def = v->def;
    int64_t number = 0;
    switch (def->type) {
    case SETTING_BOOL: return set_bool(v, text);
    case SETTING_INT: return str_to_i64(text, &number) ? set_number(v, number, text) : number_problem(def, text);
    case SETTING_CHOICE:
        v->text = mem_strdup(text);
        return is_choice(def->choices, text) ? NULL : choice_problem(def, text);
    case SETTING_LIST:
    case SETTING_MAP: return entries_from_text(v, text);
    case SETTING_TEXT:
    case SETTING_PATH: break;
    }
    return set_text(v, text);
}

static char *set_from_text(struct value *v, const char *text) {
    if (!utf8_valid(text, strlen(text))) {
        return sentence(v->def, "is not UTF-8 text", NULL);
    }
    if (v->def->type == SETTING_TEXT) {
        return set_text(v, text);
    }
    char *copy = mem_strdup(text);
    char *problem = set_from_trimmed(v, str_trim(copy));
    mem_free(copy);
    return problem;
}

static char *set_from_json(struct value *v, const struct json *j) {
    enum setting_type type = v->def->type;
    const char *s = json_string_value(j);
    int64_t number = 0;
    if (s != NULL) {
        return set_from_text(v, s); /* the text form is taken for every type: people edit this file */
    }
    if (json_is_bool(j) && type == SETTING_BOOL) {
        struct buf word;
        buf_init(&word, 64);
        json_add(&word, j);
        char *problem = set_bool(v, word.data);
        buf_free(&word);
        return problem;
    }
    if (type == SETTING_INT) {
        return json_i64_value(j, &number) ? set_number(v, number, NULL) : number_problem(v->def, NULL);
    }
    if (type == SETTING_LIST || type == SETTING_MAP) {
        return add_json_entries(v, j);
    }
    return sentence(v->def, type == SETTING_BOOL ? "must be true or false" : "must be a text", NULL);
}

static struct value *value_new(const char *key, const struct setting_def *def) {
    struct value *v = MEM_NEW(struct value);
    v->key = mem_strdup(key);
    v->def = def;
    return v;
}

struct value *value_from_text(const struct setting_def *def, const char *text, char **problem) {
    struct value *v = value_new(def->key, def);
    char *wrong = set_from_text(v, text);
    if (wrong == NULL) {
        return v;
    }
    value_free(v);
    *problem = wrong;
    return NULL;
}

struct value *value_from_json(const char *key, const struct setting_def *def, const struct json *j) {
    struct value *v = value_new(key, def);
    char *wrong = def == NULL ? NULL : set_from_json(v, j);
    if (wrong != NULL || def == NULL) {
        struct buf raw;
        buf_init(&raw, SIZE_MAX / 2); /* no longer than the file it comes from */
        json_add(&raw, j);
        v->raw = buf_take(&raw);
        buf_free(&raw);
        v->problem = wrong;
    }
    return v;
}

void value_free(struct value *v) {
    if (v == NULL) {
        return;
    }
    for (size_t i = 0; i < v->count; i++) {
        mem_free(v->left[i]);
        if (v->right != NULL) {
            mem_free(v->right[i]);
        }
    }
    mem_free(v->left);
    mem_free(v->right);
    mem_free(v->key);
    mem_free(v->raw);
    mem_free(v->problem);
    mem_free(v->text);
    mem_free(v);
}

bool value_usable(const struct value *v) {
    return v != NULL && v->raw == NULL;
}

bool value_is_empty(const struct value *v) {
    switch (v->def->type) {
    case SETTING_BOOL:
    case SETTING_INT: return false;
    case SETTING_LIST:
    case SETTING_MAP: return v->count == 0;
    default: return str_blank(v->text);
    }
}

const char *value_map_get(const struct value *v, const char *left) {
    for (size_t i = 0; i < v->count; i++) {
        if (strcmp(v->left[i], left) == 0) {
            return v->right[i];
        }
    }
    return NULL;
}

static void write_entries(const struct value *v, struct json_writer *w, const char *key) {
    bool map = v->def->type == SETTING_MAP;
    if (map) {
        jw_object(w, key);
    } else {
        jw_array(w, key);
    }
    for (size_t i = 0; i < v->count; i++) {
        jw_str(w, map ? v->left[i] : NULL, map ? v->right[i] : v->left[i]);
    }
    jw_end(w, map ? '}' : ']');
}

/* Would splitting the simple form at commas and equals signs give something else back? */
static bool is_awkward(const char *s, bool left_side) {
    size_t len = strlen(s);
    return len == 0
               ? left_side
               : strpbrk(s, left_side ? ",\n={[" : ",\n") != NULL || str_blank(s) || s[0] == ' ' || s[len - 1] == ' ';
}

static void format_entries(const struct value *v, struct buf *out) {
    bool map = v->def->type == SETTING_MAP;
    bool awkward = false;
    for (size_t i = 0; i < v->count; i++) {
        char *copy = mem_strdup(v->left[i]);
        awkward = awkward || is_awkward(v->left[i], true) || strcmp(str_trim(copy), v->left[i]) != 0;
        mem_free(copy);
        copy = map ? mem_strdup(v->right[i]) : NULL;
        awkward = awkward || (map && (is_awkward(v->right[i], false) || strcmp(str_trim(copy), v->right[i]) != 0));
        mem_free(copy);
    }
    if (awkward) {
        struct json_writer w;
        jw_init(&w, out);
        write_entries(v, &w, NULL);
        return;
    }
    for (size_t i = 0; i < v->count; i++) {
        buf_adds(out, i == 0 ? "" : ", ");
        buf_adds(out, v->left[i]);
        if (map) {
            buf_addc(out, '=');
            buf_adds(out, v->right[i]);
        }
    }
}

void value_format(const struct value *v, struct buf *out) {
    switch (v->def->type) {
    case SETTING_BOOL: buf_adds(out, v->number != 0 ? "true" : "false"); break;
    case SETTING_INT: buf_add_i64(out, v->number); break;
    case SETTING_LIST:
    case SETTING_MAP: format_entries(v, out); break;
    default: buf_adds(out, v->text);
    }
}

void value_write(const struct value *v, struct json_writer *w) {
    if (v->raw != NULL) {
        /* A number no computer can hold reads as null, and null is as good as absent where the key is known. */
        if (v->def == NULL || strcmp(v->raw, "null") != 0) {
            jw_raw(w, v->key, v->raw);
        }
        return;
    }
    switch (v->def->type) {
    case SETTING_BOOL: jw_bool(w, v->key, v->number != 0); break;
    case SETTING_INT: jw_i64(w, v->key, v->number); break;
    case SETTING_LIST:
    case SETTING_MAP: write_entries(v, w, v->key); break;
    default: jw_str(w, v->key, v->text);
    }
}
