#include <assert.h>
#include <string.h>

#include "common/base/json.h"

void jw_init(struct json_writer *w, struct buf *out) {
    memset(w, 0, sizeof *w);
    w->out = out;
}

/* What stands before any value: a comma if one came before, and the key. */
static void before(struct json_writer *w, const char *key) {
    if (w->need_comma[w->depth])
        buf_addc(w->out, ',');
    w->need_comma[w->depth] = true;
    if (key != NULL) {
        buf_add_json(w->out, key);
        buf_addc(w->out, ':');
    }
}

static void deeper(struct json_writer *w, const char *key, char bracket) {
    assert(w->depth < JSON_DEPTH_MAX);
    before(w, key);
    buf_addc(w->out, bracket);
    w->need_comma[++w->depth] = false;
}

void jw_object(struct json_writer *w, const char *key) {
    deeper(w, key, '{');
}

void jw_array(struct json_writer *w, const char *key) {
    deeper(w, key, '[');
}

void jw_end(struct json_writer *w, char closing) {
    assert(w->depth > 0 && (closing == '}' || closing == ']'));
    w->depth--;
    buf_addc(w->out, closing);
}

void jw_str(struct json_writer *w, const char *key, const char *value) {
    before(w, key);
    buf_add_json(w->out, value);
}

void jw_i64(struct json_writer *w, const char *key, int64_t value) {
    before(w, key);
    buf_add_i64(w->out, value);
}

void jw_bool(struct json_writer *w, const char *key, bool value) {
    before(w, key);
    buf_adds(w->out, value ? "true" : "false");
}

void jw_null(struct json_writer *w, const char *key) {
    before(w, key);
    buf_adds(w->out, "null");
}

void jw_raw(struct json_writer *w, const char *key, const char *json) {
    before(w, key);
    buf_adds(w->out, json);
}
