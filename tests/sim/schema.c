#include "tests/sim/schema.h"

#include "tests/sim/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct problem {
    const char *code;
    char *message;
    char *param; /* for rest_invalid_type */
};

static bool is_boolean(const cJSON *v) {
    if (cJSON_IsBool(v))
        return true;
    if (cJSON_IsString(v))
        return !strcasecmp(v->valuestring, "true") || !strcasecmp(v->valuestring, "false") ||
               !strcmp(v->valuestring, "0") || !strcmp(v->valuestring, "1");
    return cJSON_IsNumber(v) && (v->valuedouble == 0 || v->valuedouble == 1);
}

static bool is_type(const cJSON *v, char type) {
    switch (type) {
    case 's':
    case 'e':
    case 'd': return cJSON_IsString(v);
    case 'm': return cJSON_IsString(v) || cJSON_IsNull(v);
    case 'i': return js_is_integer(v);
    case 'b': return is_boolean(v);
    case 'n':
        return cJSON_IsNumber(v) || js_is_integer(v) ||
               (cJSON_IsString(v) && *v->valuestring &&
                strspn(v->valuestring, "0123456789.-") == strlen(v->valuestring));
    /* PHP knows lists and objects apart by their keys only, and one plain value is a list of one. */
    case 'a': return !cJSON_IsNull(v) && (!cJSON_IsObject(v) || !v->child);
    case 'o': return cJSON_IsObject(v) || cJSON_IsArray(v) || (cJSON_IsString(v) && !*v->valuestring);
    default: return true;
    }
}

static const char *type_name(char type) {
    switch (type) {
    case 'i': return "integer";
    case 'b': return "boolean";
    case 'n': return "number";
    case 'a': return "array";
    case 'o': return "object";
    case 'm': return "string,null";
    default: return "string";
    }
}

static bool trouble(struct problem *p, const char *code, char *message, const char *param) {
    p->code = code;
    p->message = message;
    p->param = param ? xdup(param) : NULL;
    return false;
}

static bool check_enum(const char *s, const char *const *one_of, const char *name, struct problem *p) {
    struct sbuf b = {0};
    int n = 0;

    for (; one_of[n]; n++) {
        if (!strcmp(one_of[n], s))
            return true;
    }
    if (n == 1)
        return trouble(p, "rest_not_in_enum", xfmt("%s is not %s.", name, one_of[0]), NULL);
    sb_printf(&b, "%s is not one of ", name);
    for (int i = 0; i < n; i++)
        sb_printf(&b, "%s%s%s", i && i == n - 1 ? "and " : "", one_of[i], i == n - 1 ? "." : n == 2 ? " " : ", ");
    return trouble(p, "rest_not_in_enum", sb_take(&b), NULL);
}

static bool check_bounds(const struct arg *a, long long v, const char *name, struct problem *p) {
    if (!a->min && !a->max)
        return true;
    if (a->max && (v < a->min || v > a->max))
        return trouble(p, "rest_out_of_bounds",
                       xfmt("%s must be between %ld (inclusive) and %ld (inclusive)", name, a->min, a->max), NULL);
    if (v < a->min)
        return trouble(p, "rest_out_of_bounds", xfmt("%s must be greater than or equal to %ld", name, a->min), NULL);
    return true;
}

static bool check_value(const struct arg *a, const cJSON *v, const char *name, struct problem *p);

/* In the order of the request. Here null is a value as any other. */
static bool check_members(const struct arg *sub, const cJSON *v, const char *name, struct problem *p) {
    const cJSON *m;

    cJSON_ArrayForEach(m, v) {
        const struct arg *a = sub;
        char path[160];

        while (a->name && (!m->string || strcmp(a->name, m->string)))
            a++;
        if (!a->name)
            continue;
        /* An e-mail is reported by its text alone. */
        snprintf(path, sizeof path, "%s[%s]", name, a->name);
        if (!check_value(a, m, path, p))
            return false;
    }
    return true;
}

static bool check_words(const struct arg *a, const char *s, const char *name, struct problem *p) {
    const char *const *one_of = a->list ? a->list() : a->one_of;
    int k = 0;

    while (one_of && *s) {
        size_t n = strcspn(s, ", ");
        char path[160], word[100];

        memset(word, 0, sizeof word);
        memcpy(word, s, n < sizeof word ? n : sizeof word - 1);
        snprintf(path, sizeof path, "%s[%d]", name, k);
        if (n && !check_enum(word, one_of, path, p))
            return false;
        k += n > 0;
        s += n;
        s += strspn(s, ", ");
    }
    return true;
}

static bool check_items(const struct arg *a, const cJSON *v, const char *name, struct problem *p) {
    struct arg item = {.type = a->item ? a->item : 'x', .one_of = a->one_of, .list = a->list};
    const cJSON *i;
    int k = 0;

    if (cJSON_IsString(v) && a->sub && *v->valuestring)
        return trouble(p, "rest_invalid_type", xfmt("%s[0] is not of type object.", name), name);
    if (cJSON_IsString(v))
        return check_words(a, v->valuestring, name, p);
    if (a->sub) {
        item.type = 'o';
        item.sub = a->sub;
    }
    cJSON_ArrayForEach(i, v) {
        char path[160];

        snprintf(path, sizeof path, "%s[%d]", name, k++);
        if (!check_value(&item, i, path, p))
            return false;
    }
    return true;
}

static bool check_value(const struct arg *a, const cJSON *v, const char *name, struct problem *p) {
    const char *const *one_of = a->list ? a->list() : a->one_of;

    if (!is_type(v, a->type))
        return trouble(p, "rest_invalid_type", xfmt("%s is not of type %s.", name, type_name(a->type)), name);
    if (a->type == 'd' && !wp_valid(v->valuestring))
        return trouble(p, "rest_invalid_date", xdup("Invalid date."), NULL);
    if ((a->type == 'e' || (a->type == 'm' && cJSON_IsString(v))) && !text_email(v->valuestring))
        return trouble(p, "rest_invalid_email", xdup("Invalid email address."), NULL);
    if (a->type == 'i')
        return check_bounds(a, js_int(v), name, p);
    if (a->type == 's' && one_of)
        return check_enum(v->valuestring, one_of, name, p);
    if (a->type == 'o' && a->sub)
        return check_members(a->sub, v, name, p);
    if (a->type == 'a')
        return check_items(a, v, name, p);
    return true;
}

static bool check_required(struct call *c, const struct arg *args) {
    struct sbuf names = {0}, list = {0};

    for (; args->name; args++) {
        if (!args->required || js_has(c->params, args->name))
            continue;
        sb_printf(&names, "%s%s", names.n ? ", " : "", args->name);
        jw_str(&list, NULL, args->name);
    }
    if (!names.n)
        return true;
    fail_with(c, 400, "rest_missing_callback_param", xfmt("Missing parameter(s): %s", names.p),
              xfmt("\"params\":[%s]", list.p));
    sb_free(&names);
    sb_free(&list);
    return false;
}

bool schema_check(struct call *c, const struct arg *args) {
    struct sbuf names = {0}, params = {0}, details = {0}, extra = {0};

    if (!check_required(c, args))
        return false;
    for (; args->name; args++) {
        const cJSON *v = js_get(c->params, args->name);
        struct problem p = {0};

        if (!v || cJSON_IsNull(v) || check_value(args, v, args->name, &p))
            continue;
        sb_printf(&names, "%s%s", names.n ? ", " : "", args->name);
        jw_str(&params, args->name, p.message);
        jw_open(&details, args->name, '{');
        jw_str(&details, "code", p.code);
        jw_str(&details, "message", p.message);
        if (p.param) {
            jw_open(&details, "data", '{');
            jw_str(&details, "param", p.param);
            jw_close(&details, '}');
        } else {
            jw_null(&details, "data");
        }
        jw_close(&details, '}');
        xfree(p.message);
        xfree(p.param);
    }
    if (!names.n)
        return true;
    sb_printf(&extra, "\"params\":{%s},\"details\":{%s}", params.p, details.p);
    fail_with(c, 400, "rest_invalid_param", xfmt("Invalid parameter(s): %s", names.p), sb_take(&extra));
    sb_free(&names);
    sb_free(&params);
    sb_free(&details);
    return false;
}
