#include "tests/sim/call.h"

#include "tests/sim/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void call_header(struct call *c, const char *name, const char *value) {
    c->headers = xgrow(c->headers, (size_t)(c->n_headers + 1) * sizeof *c->headers);
    c->headers[c->n_headers].name = xdup(name);
    c->headers[c->n_headers++].value = xdup(value);
}

void call_free(struct call *c) {
    for (int i = 0; i < c->n_headers; i++) {
        xfree(c->headers[i].name);
        xfree(c->headers[i].value);
    }
    xfree(c->headers);
    xfree(c->path);
    cJSON_Delete(c->query);
    cJSON_Delete(c->body);
    cJSON_Delete(c->params);
    sb_free(&c->out);
    xfree(c->err_message);
    xfree(c->err_extra);
}

/* ---- parameters as PHP sees them ---- */

static char *url_decode(const char *s, size_t n) {
    struct sbuf b = {0};

    for (size_t i = 0; i < n; i++) {
        char hex[3] = {0};

        if (s[i] == '%' && i + 2 < n + 0 && isxdigit((unsigned char)s[i + 1]) && isxdigit((unsigned char)s[i + 2])) {
            hex[0] = s[i + 1];
            hex[1] = s[i + 2];
            sb_putc(&b, (char)strtol(hex, NULL, 16));
            i += 2;
        } else {
            sb_putc(&b, s[i] == '+' ? ' ' : s[i]);
        }
    }
    return sb_take(&b);
}

/* Puts value at name, name[], name[3] or name[key], one level deep. */
static void put_param(cJSON *o, char *name, const char *value) {
    char *open = strchr(name, '['), *close = open ? strchr(open, ']') : NULL;
    cJSON *in;

    if (!open || !close || open == name) {
        cJSON_DeleteItemFromObjectCaseSensitive(o, name);
        cJSON_AddStringToObject(o, name, value);
        return;
    }
    *open = 0;
    *close = 0;
    in = cJSON_GetObjectItemCaseSensitive(o, name);
    if (!cJSON_IsArray(in) && !cJSON_IsObject(in)) {
        bool number = !open[1] || isdigit((unsigned char)open[1]);

        cJSON_DeleteItemFromObjectCaseSensitive(o, name);
        in = number ? cJSON_AddArrayToObject(o, name) : cJSON_AddObjectToObject(o, name);
    }
    if (cJSON_IsArray(in))
        cJSON_AddItemToArray(in, cJSON_CreateString(value));
    else
        cJSON_AddStringToObject(in, open + 1, value);
}

static cJSON *parse_form(const char *s) {
    cJSON *o = cJSON_CreateObject();

    while (s && *s) {
        size_t n = strcspn(s, "&"), eq = strcspn(s, "=&");
        char *name = url_decode(s, eq), *value = eq < n ? url_decode(s + eq + 1, n - eq - 1) : xdup("");

        if (*name)
            put_param(o, name, value);
        xfree(name);
        xfree(value);
        s += n;
        if (*s == '&')
            s++;
    }
    return o;
}

static void parse_body(struct call *c) {
    const char *type = c->content_type ? c->content_type : "";

    if (!c->raw_len)
        return;
    if (!strncasecmp(type, "application/x-www-form-urlencoded", 33)) {
        c->body = parse_form(c->raw);
        return;
    }
    if (strncasecmp(type, "application/json", 16))
        return;
    if (!text_utf8(c->raw, c->raw_len)) {
        c->bad_json = c->bad_utf8 = true;
        return;
    }
    c->body = js_parse(c->raw, c->raw_len);
    c->bad_json = !c->body;
}

void call_parse(struct call *c) {
    const char *method;
    const cJSON *i;

    c->query = parse_form(c->raw_query);
    parse_body(c);
    c->params = cJSON_Duplicate(c->query, true);
    if (cJSON_IsObject(c->body)) {
        cJSON_ArrayForEach(i, c->body) {
            cJSON_DeleteItemFromObjectCaseSensitive(c->params, i->string);
            cJSON_AddItemToObject(c->params, i->string, cJSON_Duplicate(i, true));
        }
    }
    method = js_str(c->query, "_method");
    if (!*method)
        method = c->override ? c->override : "";
    if (*method && !strcmp(c->method, "POST"))
        c->method = !strcasecmp(method, "DELETE") ? "DELETE" : !strcasecmp(method, "PUT") ? "PUT" : c->method;
    c->edit = !strcmp(js_str(c->query, "context"), "edit");
}

/* ---- errors ---- */

bool fail_with(struct call *c, int status, const char *code, char *message, char *extra) {
    xfree(c->err_message);
    xfree(c->err_extra);
    c->err_status = status;
    c->err_code = code;
    c->err_message = message;
    c->err_extra = extra;
    c->err_plain = false;
    return false;
}

bool fail(struct call *c, int status, const char *code, const char *message) {
    return fail_with(c, status, code, xdup(message), NULL);
}

void jw_error(struct call *c, struct sbuf *b, const char *key) {
    jw_open(b, key, '{');
    jw_str(b, "code", c->err_code ? c->err_code : "unknown");
    jw_str(b, "message", c->err_message);
    if (c->err_plain) {
        jw_raw(b, "data", c->err_extra);
    } else {
        jw_open(b, "data", '{');
        jw_int(b, "status", c->err_status);
        if (c->err_extra) {
            sb_putc(b, ',');
            sb_puts(b, c->err_extra);
        }
        jw_close(b, '}');
    }
    jw_close(b, '}');
    c->err_code = NULL;
}

/* ---- links ---- */

char *call_base(const struct call *c) {
    return xfmt("%s://%s", c->https ? "https" : "http", c->host ? c->host : "localhost");
}

char *call_url(const struct call *c, const char *fmt, ...) {
    struct sbuf b = {0};
    char tail[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(tail, sizeof tail, fmt, ap);
    va_end(ap);
    sb_printf(&b, "%s://%s/wp-json/wc/v3/%s", c->https ? "https" : "http", c->host ? c->host : "localhost", tail);
    return sb_take(&b);
}

static void put_link(struct sbuf *b, const struct call *c, const char *rel, const char *path, const char *allow) {
    char *url = call_url(c, "%s", path);

    jw_open(b, rel, '[');
    jw_open(b, NULL, '{');
    jw_str(b, "href", url);
    if (allow) {
        jw_open(b, "targetHints", '{');
        jw_raw(b, "allow", allow);
        jw_close(b, '}');
    }
    jw_close(b, '}');
    jw_close(b, ']');
    xfree(url);
}

void jw_links(struct sbuf *b, const struct call *c, const char *self, const char *collection, const char *up,
              const char *allow) {
    jw_open(b, "_links", '{');
    if (self)
        put_link(b, c, "self", self, allow);
    put_link(b, c, "collection", collection, NULL);
    if (up)
        put_link(b, c, "up", up, NULL);
    jw_close(b, '}');
}

/* ---- lists ---- */

void page_read(const struct call *c, struct page *p, const char *default_orderby, bool default_desc) {
    const char *order = js_str(c->params, "order");

    p->page = js_has(c->params, "page") ? js_id(c->params, "page") : 1;
    p->per_page = js_has(c->params, "per_page") ? js_id(c->params, "per_page") : 10;
    p->offset = js_has(c->params, "offset") ? labs(js_id(c->params, "offset")) : -1;
    p->orderby = js_str(c->params, "orderby");
    if (!*p->orderby)
        p->orderby = default_orderby;
    p->desc = *order ? !strcmp(order, "desc") : default_desc;
}

static void put_encoded(struct sbuf *b, const char *s) {
    for (; *s; s++) {
        if (isalnum((unsigned char)*s) || strchr("-._~", *s))
            sb_putc(b, *s);
        else
            sb_printf(b, "%%%02X", (unsigned char)*s);
    }
}

/* The URL of another page of the same list, with every parameter of this one. */
static void put_page_link(struct sbuf *b, const struct call *c, long page, const char *rel) {
    const char *sep = "?";
    const cJSON *i, *k;
    bool had = false;

    if (b->n)
        sb_puts(b, ", ");
    sb_printf(b, "<%s://%s%s", c->https ? "https" : "http", c->host ? c->host : "localhost", c->path);
    cJSON_ArrayForEach(i, c->query) {
        int n = 0;

        if (cJSON_IsString(i)) {
            bool is_page = !strcmp(i->string, "page");

            sb_printf(b, "%s%s=", sep, i->string);
            if (is_page)
                sb_printf(b, "%ld", page);
            else
                put_encoded(b, i->valuestring);
            had |= is_page;
            sep = "&";
            continue;
        }
        cJSON_ArrayForEach(k, i) {
            sb_printf(b, "%s%s%%5B%d%%5D=", sep, i->string, n++);
            put_encoded(b, cJSON_IsString(k) ? k->valuestring : "");
            sep = "&";
        }
    }
    if (!had)
        sb_printf(b, "%spage=%ld", sep, page);
    sb_printf(b, ">; rel=\"%s\"", rel);
}

void page_reply(struct call *c, const struct page *p, long total, bool beyond_is_zero, long *from, long *to) {
    long per = p->per_page > 0 ? p->per_page : 10, pages = (total + per - 1) / per;
    struct sbuf link = {0};
    char t[32];

    *from = p->offset >= 0 ? p->offset : (p->page - 1) * per;
    if (*from > total)
        *from = total;
    *to = *from + per < total ? *from + per : total;
    if (beyond_is_zero && *from == total && p->page > 1)
        total = pages = 0;
    snprintf(t, sizeof t, "%ld", total);
    call_header(c, "X-WP-Total", t);
    snprintf(t, sizeof t, "%ld", pages);
    call_header(c, "X-WP-TotalPages", t);
    if (p->page > 1)
        put_page_link(&link, c, p->page - 1 > pages && pages ? pages : p->page - 1, "prev");
    if (p->page < pages)
        put_page_link(&link, c, p->page + 1, "next");
    if (link.n)
        call_header(c, "Link", link.p);
    sb_free(&link);
}

bool param_ids(const cJSON *params, const char *key, struct ids *out) {
    const cJSON *v = js_get(params, key), *i;

    memset(out, 0, sizeof *out);
    if (!v || cJSON_IsNull(v) || (cJSON_IsString(v) && !*v->valuestring))
        return false;
    if (cJSON_IsArray(v)) {
        cJSON_ArrayForEach(i, v) {
            ids_add(out, (long)js_int(i));
        }
        return out->n > 0;
    }
    if (cJSON_IsNumber(v)) {
        ids_add(out, (long)v->valuedouble);
        return true;
    }
    for (const char *s = v->valuestring; s; s = strpbrk(s, ", ") ? strpbrk(s, ", ") + 1 : NULL)
        ids_add(out, labs(strtol(s, NULL, 10)));
    return true;
}

static bool in_words(const char *list, const char *s) {
    size_t n = strlen(s);

    for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
        while (*p == ' ')
            p++;
        if (!strncmp(p, s, n) && (!p[n] || p[n] == ',' || p[n] == ' '))
            return true;
    }
    return false;
}

bool param_allows(const cJSON *params, const char *key, const char *s) {
    const cJSON *v = js_get(params, key), *i;

    if (!v || cJSON_IsNull(v) || js_empty(v))
        return true;
    if (cJSON_IsString(v))
        return in_words(v->valuestring, s);
    cJSON_ArrayForEach(i, v) {
        if (cJSON_IsString(i) && !strcmp(i->valuestring, s))
            return true;
    }
    return false;
}
