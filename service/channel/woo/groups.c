/* Item groups: the shop's product categories. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

/* The lines of one request, and where they go. */
struct wave {
    size_t lines[WOO_BATCH_MAX];
    const char *parents[WOO_BATCH_MAX];
    size_t count, creates;
};

static void set_verdict(struct group_line *line, enum verdict_kind kind, const char *code, const char *text) {
    line->verdict.kind = kind;
    str_copy(line->verdict.code, sizeof line->verdict.code, code);
    str_copy(line->verdict.text, sizeof line->verdict.text, text);
}

static void set_done(struct group_line *line, const char *id, bool adopted) {
    set_verdict(line, VERDICT_DONE, "", "");
    str_copy(line->verdict.remote_id, sizeof line->verdict.remote_id, id);
    line->verdict.adopted = adopted;
}

static bool is_number(const char *id) {
    int64_t n;
    return str_to_i64(id, &n) && n > 0;
}

/* The category's parent in the shop: of a line of this call when the parent is among them, "0" at the top. NULL: not
 * there yet, or it failed (then the line gets its verdict). */
static const char *parent_of(struct group_line *lines, size_t n, struct group_line *line) {
    if (!line->group->parent_key)
        return "0";
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(lines[i].group->key, line->group->parent_key))
            continue;
        if (lines[i].verdict.kind == VERDICT_DONE)
            return lines[i].verdict.remote_id;
        if (lines[i].verdict.kind != VERDICT_NONE)
            set_verdict(line, VERDICT_LATER, "", "The group above it could not be sent.");
        return NULL;
    }
    if (is_number(line->remote_parent))
        return line->remote_parent;
    set_verdict(line, VERDICT_LATER, "", "The group above it is not in the shop yet.");
    return NULL;
}

/* Lines whose parent is there already; creates first. */
static void fill_wave(struct group_line *lines, size_t n, struct wave *wave) {
    memset(wave, 0, sizeof *wave);
    for (int updates = 0; updates < 2; updates++) {
        for (size_t i = 0; i < n && wave->count < WOO_BATCH_MAX; i++) {
            struct group_line *line = &lines[i];
            if (line->verdict.kind != VERDICT_NONE || is_number(line->remote_id) != updates)
                continue;
            const char *parent = parent_of(lines, n, line);
            if (!parent)
                continue;
            wave->parents[wave->count] = parent;
            wave->lines[wave->count++] = i;
        }
        if (!updates)
            wave->creates = wave->count;
    }
}

static void write_wave(const struct group_line *lines, const struct wave *wave, struct buf *body) {
    struct json_writer out;
    jw_init(&out, body);
    jw_object(&out, NULL);
    for (size_t i = 0; i < wave->count; i++) {
        const struct group_line *line = &lines[wave->lines[i]];
        if (i == 0 && wave->creates)
            jw_array(&out, "create");
        if (i == wave->creates) {
            if (i)
                jw_end(&out, ']');
            jw_array(&out, "update");
        }
        jw_object(&out, NULL);
        if (i >= wave->creates)
            jw_raw(&out, "id", line->remote_id);
        jw_str(&out, "name", line->group->name);
        jw_raw(&out, "parent", wave->parents[i]);
        jw_end(&out, '}');
    }
    if (wave->count)
        jw_end(&out, ']');
    jw_end(&out, '}');
}

static void judge_entry(struct group_line *line, struct slice entry, bool create) {
    struct slice error;
    char id[REMOTE_ID_SIZE];
    if (!scan_find(entry, "error", &error)) {
        bool known = scan_text(entry, "id", id, sizeof id) && (create || str_eq(id, line->remote_id));
        if (known)
            set_done(line, id, false);
        return;
    }
    struct woo_reply e = {0};
    woo_error_read(error, &e);
    if (create && str_eq(e.code, "term_exists") && e.resource_id > 0) {
        str_fmt(id, sizeof id, "%lld", (long long)e.resource_id);
        set_done(line, id, true); /* same name under the same parent: it is this one */
    } else if (!create && str_eq(e.code, "woocommerce_rest_term_invalid")) {
        line->remote_id[0] = '\0'; /* deleted in the shop: made anew in the next wave */
    } else {
        set_verdict(line, VERDICT_REJECTED, e.code, e.message);
        str_copy(line->verdict.field, sizeof line->verdict.field, e.field);
    }
}

static void judge_list(struct group_line *lines, const struct wave *wave, struct slice answer, const char *name,
                       size_t from, size_t to) {
    struct scan s;
    struct slice list, entry;
    size_t count = 0;
    if (from == to || !scan_find(answer, name, &list) || !scan_array(&s, list))
        return;
    while (scan_item(&s, &entry))
        count++;
    if (count != to - from)
        return; /* positions tell nothing then */
    scan_array(&s, list);
    for (size_t i = from; scan_item(&s, &entry); i++)
        judge_entry(&lines[wave->lines[i]], entry, i < wave->creates);
}

static enum rc send_wave(struct woo *w, struct group_line *lines, const struct wave *wave, struct err *err) {
    struct woo_reply reply;
    struct buf body;
    bool again[WOO_BATCH_MAX] = {false};
    buf_init(&body, WOO_BODY_MAX);
    write_wave(lines, wave, &body);
    struct woo_request request = {.method = "POST", .path = "products/categories/batch", .body = &body, .write = true};
    enum rc rc = woo_call(w, &request, &reply, err);
    for (size_t i = 0; i < wave->count; i++)
        again[i] = is_number(lines[wave->lines[i]].remote_id);
    if (rc == RC_OK) {
        judge_list(lines, wave, reply.json, "create", 0, wave->creates);
        judge_list(lines, wave, reply.json, "update", wave->creates, wave->count);
    }
    for (size_t i = 0; i < wave->count; i++) {
        struct group_line *line = &lines[wave->lines[i]];
        bool gone = again[i] && !is_number(line->remote_id);
        if (line->verdict.kind != VERDICT_NONE || gone)
            continue;
        if (rc == RC_OK)
            set_verdict(line, VERDICT_UNKNOWN, "",
                        "The shop's answer did not tell about this group; sending it again is safe.");
        else if (rc == RC_UNKNOWN_OUTCOME)
            set_verdict(line, VERDICT_UNKNOWN, "", err ? err->text : "");
        else if (rc == RC_REJECTED || rc == RC_TOO_BIG)
            set_verdict(line, VERDICT_REJECTED, reply.code, reply.message);
    }
    woo_reply_free(&reply);
    buf_free(&body);
    return rc == RC_REJECTED || rc == RC_TOO_BIG ? RC_OK : rc;
}

enum rc woo_groups_put(struct channel *c, struct group_line *lines, size_t n, struct err *err) {
    struct wave wave;
    for (size_t i = 0; i < n; i++) {
        memset(&lines[i].verdict, 0, sizeof lines[i].verdict);
        lines[i].verdict.retry_after_s = -1;
        if (str_blank(lines[i].group->name))
            set_verdict(&lines[i], VERDICT_REJECTED, "", "The group has no name.");
    }
    for (;;) {
        fill_wave(lines, n, &wave);
        if (wave.count == 0)
            break;
        enum rc rc = send_wave(woo_of(c), lines, &wave, err);
        if (rc)
            return rc;
    }
    for (size_t i = 0; i < n; i++) {
        if (lines[i].verdict.kind == VERDICT_NONE)
            set_verdict(&lines[i], VERDICT_REJECTED, "", "The groups above it go round in a circle or are missing.");
    }
    return RC_OK;
}
