#include <string.h>

#include "common/base/mem.h"
#include "common/conf/checks.h"
#include "common/conf/conf.h"
#include "common/conf/value.h"

#define ROW(key, type, flags, fallback, min, max, choices, check, label, help) \
    {key, SETTING_##type, flags, fallback, min, max, choices, check, label, help},

/* schema.def is read three times; each time only the rows of one scope give something. */
#define S(scope, ...) S_##scope(__VA_ARGS__)

#define S_PROGRAM(...) ROW(__VA_ARGS__)
#define S_COMPANY(...)
#define S_LINK(...)
static const struct setting_def program_rows[] = {
#include "common/conf/schema.def"
    {0}};
#undef S_PROGRAM
#undef S_COMPANY

#define S_PROGRAM(...)
#define S_COMPANY(...) ROW(__VA_ARGS__)
static const struct setting_def company_rows[] = {
#include "common/conf/schema.def"
    {0}};
#undef S_COMPANY
#undef S_LINK

#define S_COMPANY(...)
#define S_LINK(...) ROW(__VA_ARGS__)
static const struct setting_def link_rows[] = {
#include "common/conf/schema.def"
    {0}};

const struct setting_def *conf_schema(enum setting_scope scope) {
    switch (scope) {
    case SETTING_PROGRAM: return program_rows;
    case SETTING_COMPANY: return company_rows;
    case SETTING_LINK: break;
    }
    return link_rows;
}

static void describe_values(const struct setting_def *def, struct buf *out) {
    switch (def->type) {
    case SETTING_BOOL: buf_adds(out, "true | false"); break;
    case SETTING_INT: buf_addf(out, "%lld to %lld", (long long)def->min, (long long)def->max); break;
    case SETTING_LIST:
    case SETTING_CHOICE:
        buf_adds(out, def->type == SETTING_LIST ? "list [\"...\", \"...\"]" : "");
        buf_adds(out, def->type == SETTING_LIST && def->choices != NULL ? " of " : "");
        for (const char *p = def->choices == NULL ? "" : def->choices; *p != '\0'; p++) {
            buf_adds(out, *p == '|' ? " | " : (char[2]){*p, '\0'});
        }
        break;
    case SETTING_MAP: buf_adds(out, "table {\"...\": \"...\", \"...\": \"...\"}"); break;
    case SETTING_PATH: buf_adds(out, "path"); break;
    case SETTING_TEXT: buf_adds(out, (def->flags & SETTING_SECRET) != 0 ? "secret" : "text"); break;
    }
}

/* As it would stand in the settings file, so that it can be copied from there; plain words stay as they are. */
static void describe_default(const struct setting_def *def, struct buf *out) {
    char *problem = NULL;
    bool entries = def->type == SETTING_LIST || def->type == SETTING_MAP;
    struct value *v = entries ? value_from_text(def, def->fallback, &problem) : NULL;
    mem_free(problem); /* a default its own row refuses: a test sees to that there is none */
    buf_adds(out, "; default: ");
    if (v == NULL) {
        buf_adds(out, def->fallback);
        return;
    }
    struct buf json;
    struct json_writer w;
    buf_init(&json, 100000);
    jw_init(&w, &json);
    jw_object(&w, NULL);
    value_write(v, &w);
    jw_end(&w, '}');
    size_t before = strlen(def->key) + 4; /* {"key": */
    buf_addf(out, "%.*s", (int)(json.len - before - 1), json.data + before);
    buf_free(&json);
    value_free(v);
}

void conf_describe(const struct setting_def *defs, struct buf *out) {
    for (const struct setting_def *def = defs; def->key != NULL; def++) {
        buf_addf(out, "  %s  (", def->key);
        describe_values(def, out);
        if (def->fallback != NULL && *def->fallback != '\0') {
            describe_default(def, out);
        }
        buf_adds(out, (def->flags & SETTING_REQUIRED) != 0 ? "; required)\n" : ")\n");
        buf_addf(out, "      %s: %s\n", def->label == NULL ? def->key : def->label, def->help == NULL ? "" : def->help);
    }
}
