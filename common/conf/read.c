/* From text to a conf. What is merely wrong is kept and told by conf_validate; only what cannot be a settings file at
 * all is refused. */
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/conf/internal.h"
#include "common/os/os.h"

static void read_value(struct conf_section *s, const struct json *j) {
    const char *key = json_key(j);
    const struct setting_def *def = conf_def(s, key);
    if (json_is_null(j) && def != NULL) {
        return; /* as good as absent */
    }
    if (def != NULL && (def->flags & SETTING_SECRET) != 0) {
        section_remark(
            s, key, false,
            "A secret stood in the settings file. It was not read and goes when the settings are saved. Enter "
            "it again where secrets are entered, and make a new one at the shop if others could read the "
            "file.");
        return;
    }
    values_add(&s->values, value_from_json(key, def, j));
}

/* Everything but the nested things. The kind comes first, because it says which keys are known. */
static void read_values(struct conf_section *s, const struct json *object) {
    const struct json *kind = s->scope == SETTING_LINK ? json_get(object, "kind") : NULL;
    const struct json *name = s->scope == SETTING_PROGRAM ? NULL : json_get(object, "name");
    if (name != NULL) {
        read_value(s, name);
    }
    if (kind != NULL) {
        read_value(s, kind);
    }
    section_bind_kind(s);
    for (const struct json *j = json_first(object); j != NULL; j = json_next(j)) {
        bool nested =
            strcmp(json_key(j), "secrets") == 0 || (s->scope == SETTING_COMPANY && strcmp(json_key(j), "links") == 0);
        if (j != kind && j != name && !nested) {
            read_value(s, j);
        }
    }
}

static void read_section(struct conf_section *s, const struct json *j);

static void read_list(struct conf_section *tell, struct sections *list, enum setting_scope scope, size_t max,
                      const struct json *array) {
    bool links = scope == SETTING_LINK;
    if (array != NULL && !json_is_array(array)) {
        section_remark(tell, links ? "links" : "companies", true, "This must be a list in square brackets.");
        return;
    }
    for (const struct json *j = json_first(array); j != NULL; j = json_next(j)) {
        if (list->count >= max) {
            section_remark(tell, links ? "links" : "companies", true,
                           "There are too many entries; those behind the limit are left out.");
            return;
        }
        struct conf_section *s = section_new(tell->conf, scope, links ? tell : NULL);
        sections_add(list, s);
        read_section(s, j);
    }
}

static void read_section(struct conf_section *s, const struct json *j) {
    if (j != NULL && !json_is_object(j)) {
        section_remark(s, "", true, "This must be a group of settings in braces.");
        return;
    }
    read_values(s, j);
    if (s->scope == SETTING_COMPANY) {
        read_list(s, &s->links, SETTING_LINK, CONF_LINKS_MAX, json_get(j, "links"));
    }
}

static enum rc check_version(const struct json *root, struct err *err) {
    const struct json *j = json_get(root, "version");
    int64_t version = CONF_VERSION;
    if (!json_is_object(root) || (j != NULL && (!json_i64_value(j, &version) || version < 1))) {
        return err_set(err, RC_INVALID, REACH_SERVICE, "This is not a file of Shopferry's settings.");
    }
    if (version > CONF_VERSION) {
        return err_set(
            err, RC_UNSUPPORTED, REACH_SERVICE,
            "The settings were written by a newer Shopferry (format %lld, this one knows up to %d). They are "
            "left as they are; install the newer version.",
            (long long)version, CONF_VERSION);
    }
    return RC_OK;
}

static void read_root(struct conf *c, const struct json *root) {
    for (const struct json *j = json_first(root); j != NULL; j = json_next(j)) {
        const char *key = json_key(j);
        if (strcmp(key, "version") != 0 && strcmp(key, "program") != 0 && strcmp(key, "companies") != 0) {
            values_add(&c->unknown, value_from_json(key, NULL, j));
        }
    }
    read_section(c->program, json_get(root, "program"));
    read_list(c->program, &c->companies, SETTING_COMPANY, CONF_COMPANIES_MAX, json_get(root, "companies"));
}

/* Old editors of Windows and `>` in PowerShell write two bytes a character. */
static bool is_utf16(const char *text, size_t len) {
    return len >= 2 &&
           (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0 || text[0] == '\0' || text[1] == '\0');
}

/* What people most often do to such a file, said with the cure. */
static enum rc not_json(const char *text, size_t len, const struct err *told, struct err *err) {
    if (is_utf16(text, len)) {
        return err_set(err, RC_INVALID, REACH_SERVICE,
                       "The file is written in UTF-16. Save it in the encoding UTF-8 and try again.");
    }
    bool backslash = strstr(told->text, "escape") != NULL;
    return err_set(err, RC_INVALID, REACH_SERVICE, "%s%s", told->text,
                   backslash ? " In such a file each backslash is written twice, for instance "
                               "\"C:\\\\Shopferry\\\\demo.db\"."
                             : "");
}

enum rc conf_parse(const char *text, size_t len, const struct conf_kinds *kinds, struct conf **out, struct err *err) {
    struct json *root = NULL;
    struct err told;
    enum rc rc = json_parse(text, len, &root, &told);
    if (rc == RC_INVALID) {
        return not_json(text, len, &told, err);
    }
    if (rc != RC_OK) {
        if (err != NULL) {
            *err = told;
        }
        return rc;
    }
    rc = check_version(root, err);
    if (rc == RC_OK) {
        struct conf *c = conf_new(kinds);
        read_root(c, root);
        *out = c;
    }
    json_free(root);
    return rc;
}

enum rc conf_load(const char *path, const struct conf_kinds *kinds, struct conf **out, struct err *err) {
    struct buf text;
    enum rc rc = os_read_file(path, CONF_FILE_MAX, &text, err);
    if (rc != RC_OK) {
        return rc;
    }
    /* Editors of Windows like to put a byte order mark in front. */
    size_t skip = text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    rc = conf_parse(text.data + skip, text.len - skip, kinds, out, err);
    buf_free(&text);
    if (rc == RC_INVALID && err != NULL) {
        struct err inner = *err;
        char kept[1024];
        bool has = str_fmt(kept, sizeof(kept), "%s.bak", path) && os_exists(kept);
        (void)err_set(err, rc, REACH_SERVICE, "The settings in %s cannot be read: %s%s%s%s", path, inner.text,
                      has ? " Correct the file, or put the ones before them in force: `shopferry import " : "",
                      has ? kept : "", has ? "`." : "");
    }
    return rc;
}
