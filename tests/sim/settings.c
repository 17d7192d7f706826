#include "tests/sim/settings.h"

#include "tests/sim/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const char sim_shop_json[];

static cJSON *data;

void settings_init(void) {
    data = js_parse(sim_shop_json, strlen(sim_shop_json));
    if (!data) {
        fputs("shop_sim: data/shop.json is not JSON\n", stderr);
        abort();
    }
}

const cJSON *shop_data(void) {
    return data;
}

static cJSON *find(const char *id) {
    cJSON *group, *i;

    cJSON_ArrayForEach(group, js_get(data, "settings")) {
        cJSON_ArrayForEach(i, group) {
            if (!strcmp(js_str(i, "id"), id))
                return i;
        }
    }
    return NULL;
}

bool settings_currency(const char *code) {
    if (!js_has(setting_options("currency"), code))
        return false;
    cJSON_ReplaceItemInObject(find("woocommerce_currency"), "value", cJSON_CreateString(code));
    return true;
}

bool settings_prices(const char *word) {
    bool gross = strcmp(word, "gross") == 0;

    if (!gross && strcmp(word, "net") != 0)
        return false;
    cJSON_ReplaceItemInObject(find("woocommerce_prices_include_tax"), "value",
                              cJSON_CreateString(gross ? "yes" : "no"));
    return true;
}

const char *setting(const char *name) {
    char *id = xfmt("woocommerce_%s", name);
    const cJSON *s = find(id);

    xfree(id);
    return js_str(s, "value");
}

bool setting_yes(const char *name) {
    return !strcmp(setting(name), "yes");
}

const cJSON *setting_options(const char *name) {
    char *id = xfmt("woocommerce_%s", name);
    const cJSON *s = find(id);

    xfree(id);
    return js_get(s, "options");
}

const char *const *currency_codes(void) {
    static const char **codes;
    const cJSON *i;
    int n = 0;

    if (codes)
        return codes;
    codes = xalloc(((size_t)cJSON_GetArraySize(setting_options("currency")) + 1) * sizeof *codes);
    cJSON_ArrayForEach(i, setting_options("currency")) {
        codes[n++] = i->string;
    }
    return codes;
}

static void put_utf8(struct sbuf *b, unsigned long c) {
    char t[5] = {0};

    if (c < 0x80) {
        t[0] = (char)c;
    } else if (c < 0x800) {
        t[0] = (char)(0xc0 | c >> 6);
        t[1] = (char)(0x80 | (c & 63));
    } else {
        t[0] = (char)(0xe0 | c >> 12);
        t[1] = (char)(0x80 | (c >> 6 & 63));
        t[2] = (char)(0x80 | (c & 63));
    }
    sb_puts(b, t);
}

/* What stands in the brackets of "Euro (&euro;) — EUR", with its entities resolved. */
static char *make_symbol(const char *code) {
    const char *s = js_str(setting_options("currency"), code), *open = strrchr(s, '('), *p;
    static const char *const names[][2] = {
        {"euro;", "€"}, {"pound;", "£"}, {"yen;", "¥"}, {"fnof;", "ƒ"}, {"nbsp;", " "}};
    struct sbuf b = {0};

    for (p = open ? open + 1 : ""; *p && *p != ')';) {
        size_t n = strcspn(p, ";");

        if (p[0] == '&' && p[1] == '#' && p[n]) {
            put_utf8(&b, p[2] == 'x' ? strtoul(p + 3, NULL, 16) : strtoul(p + 2, NULL, 10));
            p += n + 1;
            continue;
        }
        for (size_t i = 0; *p == '&' && i < sizeof names / sizeof *names; i++) {
            if (strncmp(p + 1, names[i][0], strlen(names[i][0])))
                continue;
            sb_puts(&b, names[i][1]);
            p += n + 1;
            break;
        }
        if (*p && *p != '&' && *p != ')')
            sb_putc(&b, *p++);
    }
    return sb_take(&b);
}

char *currency_symbol(const char *code) {
    static char last[8], *symbol;

    if (!symbol || strcmp(last, code)) {
        set_owned(&symbol, make_symbol(code));
        snprintf(last, sizeof last, "%.7s", code);
    }
    return xdup(symbol);
}

/* ---- the API ---- */

static void put_setting(struct sbuf *b, struct call *c, const cJSON *s) {
    char *list = xfmt("settings/%s", js_str(s, "group_id")), *self = xfmt("%s/%s", list, js_str(s, "id"));
    const cJSON *i;

    jw_open(b, NULL, '{');
    cJSON_ArrayForEach(i, s) {
        /* Units had the default of Europe once. */
        if (wc_before(801) && !strcmp(i->string, "default") && js_has(js_get(s, "options"), i->valuestring) &&
            strstr(js_str(s, "id"), "_unit"))
            jw_str(b, i->string, !strcmp(i->valuestring, "lbs") ? "kg" : "cm");
        else
            jw_value(b, i->string, i);
    }
    jw_links(b, c, self, list, NULL, "[\"GET\",\"POST\",\"PUT\",\"PATCH\"]");
    jw_close(b, '}');
    xfree(list);
    xfree(self);
}

static bool group_known(struct call *c) {
    const cJSON *i;

    cJSON_ArrayForEach(i, js_get(data, "groups")) {
        if (!strcmp(cJSON_GetArrayItem(i, 0)->valuestring, c->word[0]))
            return true;
    }
    return fail(c, 404, "rest_setting_setting_group_invalid", "Invalid setting group.");
}

static cJSON *own(struct call *c) {
    cJSON *s;

    if (!group_known(c))
        return NULL;
    s = find(c->word[1]);
    if (!s || strcmp(js_str(s, "group_id"), c->word[0])) {
        fail(c, 404, "rest_setting_setting_invalid", "Invalid setting.");
        return NULL;
    }
    return s;
}

static bool list(struct call *c) {
    const cJSON *i;

    if (!group_known(c))
        return false;
    jw_open(&c->out, NULL, '[');
    cJSON_ArrayForEach(i, js_get(js_get(data, "settings"), c->word[0])) {
        put_setting(&c->out, c, i);
    }
    jw_close(&c->out, ']');
    return true;
}

static bool get(struct call *c, struct sbuf *out) {
    const cJSON *s = own(c);

    if (s)
        put_setting(out, c, s);
    return s != NULL;
}

static bool value_valid(const cJSON *s, const cJSON *value) {
    const char *type = js_str(s, "type");

    if (!strcmp(type, "checkbox"))
        return cJSON_IsString(value) && (!strcmp(value->valuestring, "yes") || !strcmp(value->valuestring, "no"));
    if (js_has(s, "options") && strncmp(type, "multi", 5))
        return cJSON_IsString(value) && js_get(js_get(s, "options"), value->valuestring);
    return cJSON_IsString(value) || cJSON_IsNumber(value) || cJSON_IsArray(value);
}

static bool update(struct call *c, const cJSON *in, struct sbuf *out) {
    const cJSON *value = js_get(in, "value");
    cJSON *s = own(c);

    if (!s)
        return false;
    if (!value_valid(s, value))
        return fail(c, 400, "rest_setting_value_invalid", "An invalid setting value was passed.");
    if (cJSON_IsArray(value)) {
        cJSON_ReplaceItemInObjectCaseSensitive(s, "value", cJSON_Duplicate(value, true));
    } else {
        char *text = js_text(value);

        cJSON_ReplaceItemInObjectCaseSensitive(s, "value", cJSON_CreateString(text));
        xfree(text);
    }
    put_setting(out, c, s);
    return true;
}

const struct resource settings_resource = {.list = list, .get = get, .update = update, .depth = 3};

bool settings_groups(struct call *c) {
    const cJSON *i;

    jw_open(&c->out, NULL, '[');
    cJSON_ArrayForEach(i, js_get(data, "groups")) {
        const char *id = cJSON_GetArrayItem(i, 0)->valuestring;
        char *self = xfmt("settings/%s", id);

        jw_open(&c->out, NULL, '{');
        jw_str(&c->out, "id", id);
        jw_str(&c->out, "label", id);
        jw_str(&c->out, "description", "");
        jw_str(&c->out, "parent_id", cJSON_GetArrayItem(i, 1)->valuestring);
        jw_raw(&c->out, "sub_groups", "[]");
        jw_links(&c->out, c, NULL, self, NULL, NULL);
        jw_close(&c->out, '}');
        xfree(self);
    }
    jw_close(&c->out, ']');
    return true;
}
