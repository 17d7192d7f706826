/* Attributes ("Colour") and their terms ("red"): they must exist in the shop before an item uses them. */
#include <string.h>

#include "common/base/digest.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

#define SLUG_MAX     28 /* hazard 18: a longer one is refused */
#define SLUG_HASH    6
#define TERMS_PAGE   100
#define TERM_PAGES   100
#define NAME_MAX_LEN 200

static void set_verdict(struct attribute_line *line, enum verdict_kind kind, const char *code, const char *text) {
    line->verdict.kind = kind;
    str_copy(line->verdict.code, sizeof line->verdict.code, code);
    str_copy(line->verdict.text, sizeof line->verdict.text, text);
}

/* Names come back escaped (hazard 13). */
static bool same_name(struct slice entry, const char *name) {
    char theirs[4 * NAME_MAX_LEN];
    struct buf plain;
    if (!scan_text(entry, "name", theirs, sizeof theirs))
        return false;
    buf_init(&plain, sizeof theirs);
    html_add_unescaped(&plain, theirs);
    bool same = str_eq(str_trim(plain.data), name);
    buf_free(&plain);
    return same;
}

static bool find_by_name(struct slice list, const char *name, char *id, size_t size) {
    struct scan s;
    struct slice entry;
    if (!scan_array(&s, list))
        return false;
    while (scan_item(&s, &entry)) {
        if (same_name(entry, name))
            return scan_text(entry, "id", id, size);
    }
    return false;
}

/* A slug of our own making: letters folded to ASCII, cut, and with a piece of the name's digest, so that two names
 * never get one slug and no name becomes a word that WordPress keeps for itself. */
static void make_slug(char out[SLUG_MAX + 1], const char *name) {
    struct buf folded, slug;
    buf_init(&folded, 8 * NAME_MAX_LEN);
    buf_init(&slug, 8 * NAME_MAX_LEN);
    sku_collation_key(&folded, name);
    for (const char *p = folded.data; *p && slug.len < SLUG_MAX - SLUG_HASH - 1; p++) {
        char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            buf_addc(&slug, c);
        else if (slug.len && slug.data[slug.len - 1] != '-')
            buf_addc(&slug, '-');
    }
    if (slug.len && slug.data[slug.len - 1] != '-')
        buf_addc(&slug, '-');
    struct digest digest = digest_of(name, strlen(name));
    hex_add(&slug, digest.bytes, SLUG_HASH / 2);
    str_copy(out, SLUG_MAX + 1, slug.data);
    buf_free(&folded);
    buf_free(&slug);
}

static enum rc create_attribute(struct woo *w, struct attribute_line *line, struct err *err) {
    struct woo_reply reply;
    struct buf body;
    struct json_writer out;
    char slug[SLUG_MAX + 1];
    buf_init(&body, 64 * 1024);
    make_slug(slug, line->name);
    jw_init(&out, &body);
    jw_object(&out, NULL);
    jw_str(&out, "name", line->name);
    jw_str(&out, "slug", slug);
    jw_str(&out, "type", "select");
    jw_end(&out, '}');
    struct woo_request request = {.method = "POST", .path = "products/attributes", .body = &body, .write = true};
    enum rc rc = woo_call(w, &request, &reply, err);
    if (rc == RC_OK && !scan_text(reply.json, "id", line->remote_id, sizeof line->remote_id))
        set_verdict(line, VERDICT_UNKNOWN, "", "The shop's answer did not tell the number of the attribute.");
    if (rc == RC_REJECTED) {
        set_verdict(line, VERDICT_REJECTED, reply.code, reply.message);
        rc = RC_OK;
    }
    if (rc == RC_UNKNOWN_OUTCOME) /* the next call finds it by its name */
        set_verdict(line, VERDICT_UNKNOWN, "", "The shop did not answer; sending the attribute again is safe.");
    woo_reply_free(&reply);
    buf_free(&body);
    return rc;
}

/* --- terms --- */

static void mark_known(struct slice list, const struct attribute_line *line, bool *known) {
    struct scan s;
    struct slice entry;
    if (!scan_array(&s, list))
        return;
    while (scan_item(&s, &entry)) {
        for (size_t i = 0; i < line->option_count; i++)
            known[i] = known[i] || same_name(entry, line->options[i]);
    }
}

static enum rc read_terms(struct woo *w, struct attribute_line *line, bool *known, struct err *err) {
    char path[64 + REMOTE_ID_SIZE];
    bool more = true;
    str_fmt(path, sizeof path, "products/attributes/%s/terms", line->remote_id);
    for (int page = 1; more && page <= TERM_PAGES; page++) {
        struct woo_reply reply;
        struct buf query;
        char pages[16];
        int64_t count = 0;
        buf_init(&query, WOO_URL_MAX);
        woo_query_add_i64(&query, "per_page", TERMS_PAGE);
        woo_query_add_i64(&query, "page", page);
        woo_query_add(&query, "orderby", "id");
        woo_query_add(&query, "order", "asc");
        woo_query_add(&query, "_fields", "id,name");
        struct woo_request request = {.method = "GET", .path = path, .query = query.data};
        enum rc rc = woo_call(w, &request, &reply, err);
        if (rc == RC_OK)
            mark_known(reply.json, line, known);
        more = http_answer_header(&reply.http, "x-wp-totalpages", pages, sizeof pages) && str_to_i64(pages, &count) &&
               count > page;
        woo_reply_free(&reply);
        buf_free(&query);
        if (rc)
            return rc;
    }
    return RC_OK;
}

/* Errors of single terms are told for the attribute; "exists" is what we wanted. */
static void judge_terms(struct attribute_line *line, struct slice answer) {
    struct scan s;
    struct slice list, entry, error;
    if (!scan_find(answer, "create", &list) || !scan_array(&s, list))
        return;
    while (scan_item(&s, &entry)) {
        if (!scan_find(entry, "error", &error))
            continue;
        struct woo_reply e = {0};
        woo_error_read(error, &e);
        if (!str_eq(e.code, "term_exists"))
            set_verdict(line, VERDICT_REJECTED, e.code, e.message);
    }
}

static enum rc create_terms(struct woo *w, struct attribute_line *line, const bool *known, struct err *err) {
    enum rc rc = RC_OK;
    char path[64 + REMOTE_ID_SIZE];
    str_fmt(path, sizeof path, "products/attributes/%s/terms/batch", line->remote_id);
    for (size_t at = 0; at < line->option_count && rc == RC_OK;) {
        struct woo_reply reply;
        struct buf body;
        struct json_writer out;
        size_t count = 0;
        buf_init(&body, WOO_BODY_MAX);
        jw_init(&out, &body);
        jw_object(&out, NULL);
        jw_array(&out, "create");
        for (; at < line->option_count && count < WOO_BATCH_MAX; at++) {
            if (known[at])
                continue;
            jw_object(&out, NULL);
            jw_str(&out, "name", line->options[at]);
            jw_end(&out, '}');
            count++;
        }
        jw_end(&out, ']');
        jw_end(&out, '}');
        if (count) {
            struct woo_request request = {.method = "POST", .path = path, .body = &body, .write = true};
            rc = woo_call(w, &request, &reply, err);
            if (rc == RC_OK)
                judge_terms(line, reply.json);
            woo_reply_free(&reply);
        }
        buf_free(&body);
    }
    return rc;
}

static enum rc put_terms(struct woo *w, struct attribute_line *line, struct err *err) {
    bool *known = mem_zalloc(line->option_count + 1, sizeof *known);
    enum rc rc = read_terms(w, line, known, err);
    if (rc == RC_OK)
        rc = create_terms(w, line, known, err);
    if (rc == RC_OK && line->verdict.kind == VERDICT_NONE) {
        set_verdict(line, VERDICT_DONE, "", "");
        str_copy(line->verdict.remote_id, sizeof line->verdict.remote_id, line->remote_id);
    }
    if (rc == RC_UNKNOWN_OUTCOME)
        set_verdict(line, VERDICT_UNKNOWN, "", "The shop did not answer; sending the attribute again is safe.");
    mem_free(known);
    return rc;
}

static enum rc put_line(struct woo *w, struct slice existing, struct attribute_line *line, struct err *err) {
    enum rc rc = RC_OK;
    memset(&line->verdict, 0, sizeof line->verdict);
    line->verdict.retry_after_s = -1;
    if (str_blank(line->name) || strlen(line->name) > NAME_MAX_LEN) {
        set_verdict(line, VERDICT_REJECTED, "", "The attribute has no name, or too long a one.");
        return RC_OK;
    }
    bool found = find_by_name(existing, line->name, line->remote_id, sizeof line->remote_id);
    line->verdict.adopted = found;
    if (!found)
        rc = create_attribute(w, line, err);
    if (rc == RC_OK && line->verdict.kind == VERDICT_NONE)
        rc = put_terms(w, line, err);
    return rc;
}

enum rc woo_attributes_put(struct channel *c, struct attribute_line *lines, size_t n, struct err *err) {
    struct woo *w = woo_of(c);
    struct woo_reply reply;
    struct woo_request request = {.method = "GET", .path = "products/attributes", .query = "_fields=id%2Cname"};
    enum rc rc = woo_call(w, &request, &reply, err);
    for (size_t i = 0; i < n && rc == RC_OK; i++)
        rc = put_line(w, reply.json, &lines[i], err);
    woo_reply_free(&reply);
    return rc;
}
