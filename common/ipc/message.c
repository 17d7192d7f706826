#include "common/ipc/message.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/frame.h"

static enum rc no_message(struct err *err) {
    return err_set(err, RC_INVALID, REACH_FLOW, "The connection was ended: what arrived is not part of the protocol.");
}

enum rc ipc_rc_from(const char *name) {
    for (int rc = RC_INVALID; rc <= RC_INTERNAL; rc++) {
        if (strcmp(rc_name((enum rc)rc), name) == 0)
            return (enum rc)rc;
    }
    return RC_INTERNAL;
}

/* --- reading --- */

static bool whole_number(const struct json *value, int64_t min, int64_t *out) {
    int64_t n;
    if (!json_is_number(value) || !json_i64_value(value, &n) || n < min || n > IPC_NUMBER_MAX)
        return false;
    *out = n;
    return true;
}

/* Every member is one of these, `count` of them. */
static bool only(const struct json *j, const char *const *names, size_t count) {
    for (const struct json *member = json_first(j); member; member = json_next(member)) {
        bool found = false;
        for (size_t i = 0; i < count && !found; i++)
            found = strcmp(json_key(member), names[i]) == 0;
        if (!found)
            return false;
    }
    return true;
}
#define ONLY(j, ...) \
    only(j, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static bool read_program(const struct json *j, struct ipc_message *m) {
    const char *program = json_str(j, "program", NULL);
    return program && *program != '\0' && str_copy(m->program, sizeof m->program, program);
}

static bool read_hello(const struct json *j, struct ipc_message *m) {
    const struct json *hello = json_get(j, "hello"), *versions = json_get(hello, "versions");
    if (!ONLY(j, "hello") || !json_is_object(hello) || !json_is_array(versions) || !read_program(hello, m))
        return false;
    for (const struct json *v = json_first(versions); v; v = json_next(v)) {
        if (m->version_count == IPC_VERSIONS_MAX || !whole_number(v, 1, &m->versions[m->version_count]))
            return false;
        m->version_count++;
    }
    m->kind = IPC_HELLO;
    return m->version_count > 0;
}

static bool op_name(const char *name) {
    return name && *name != '\0' && strlen(name) <= IPC_OP_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static bool read_request(const struct json *j, struct ipc_message *m) {
    const char *op = json_str(j, "op", NULL);
    m->body = json_get(j, "args");
    m->kind = IPC_REQUEST;
    return ONLY(j, "id", "op", "args") && op_name(op) && str_copy(m->op, sizeof m->op, op) &&
           (!m->body || json_is_object(m->body));
}

static bool read_abandon(const struct json *j, struct ipc_message *m) {
    m->kind = IPC_ABANDON;
    return ONLY(j, "id", "abandon") && json_bool(j, "abandon", false);
}

static bool read_client(const struct json *j, struct ipc_message *m) {
    if (json_get(j, "hello"))
        return read_hello(j, m);
    if (!whole_number(json_get(j, "id"), 1, &m->id))
        return false;
    return json_get(j, "abandon") ? read_abandon(j, m) : read_request(j, m);
}

static bool read_welcome(const struct json *j, struct ipc_message *m) {
    const struct json *welcome = json_get(j, "welcome");
    m->kind = IPC_WELCOME;
    return ONLY(j, "welcome") && json_is_object(welcome) && read_program(welcome, m) &&
           whole_number(json_get(welcome, "version"), 1, &m->version) &&
           whole_number(json_get(welcome, "frame_max"), 1, &m->frame_max) &&
           ipc_level_from(json_str(welcome, "level", ""), &m->level);
}

static bool read_error(const struct json *error, struct ipc_message *m) {
    const char *code = json_str(error, "code", NULL), *text = json_str(error, "text", NULL);
    int64_t retry_after_s;
    if (!json_is_object(error) || !code || !text)
        return false;
    err_set(&m->error, ipc_rc_from(code), REACH_FLOW, "%s", text);
    if (whole_number(json_get(error, "retry_after_s"), 0, &retry_after_s) && retry_after_s <= 86400)
        m->error.retry_after_s = (long)retry_after_s;
    return true;
}

static bool read_event(const struct json *j, struct ipc_message *m) {
    m->kind = IPC_EVENT;
    m->body = json_get(j, "event");
    const struct json *lost = json_get(j, "lost");
    return ONLY(j, "id", "event", "lost") && json_is_object(m->body) && (!lost || whole_number(lost, 1, &m->lost));
}

static bool read_server(const struct json *j, struct ipc_message *m) {
    const struct json *error = json_get(j, "error");
    if (json_get(j, "welcome"))
        return read_welcome(j, m);
    if (error && !json_get(j, "id")) {
        m->kind = IPC_FAREWELL;
        return ONLY(j, "error") && read_error(error, m);
    }
    if (!whole_number(json_get(j, "id"), 1, &m->id))
        return false;
    if (error) {
        m->kind = IPC_FAILURE;
        return ONLY(j, "id", "error") && read_error(error, m);
    }
    if (json_get(j, "event"))
        return read_event(j, m);
    m->kind = IPC_ANSWER;
    m->body = json_get(j, "ok");
    return ONLY(j, "id", "ok") && json_is_object(m->body);
}

static enum rc read_with(bool (*read)(const struct json *j, struct ipc_message *m), const char *text, size_t len,
                         struct ipc_message *out, struct err *err) {
    struct ipc_message m;
    memset(&m, 0, sizeof m);
    if (json_parse(text, len, &m.root, NULL) != RC_OK)
        return no_message(err);
    if (!json_is_object(m.root) || !read(m.root, &m)) {
        json_free(m.root);
        return no_message(err);
    }
    *out = m;
    return RC_OK;
}

enum rc ipc_message_from_client(const char *text, size_t len, struct ipc_message *out, struct err *err) {
    return read_with(read_client, text, len, out, err);
}

enum rc ipc_message_from_server(const char *text, size_t len, struct ipc_message *out, struct err *err) {
    return read_with(read_server, text, len, out, err);
}

void ipc_message_free(struct ipc_message *m) {
    json_free(m->root);
    memset(m, 0, sizeof *m);
}

void ipc_message_wipe(struct ipc_message *m) {
    for (const struct json *value = json_first(m->body); value; value = json_next(value)) {
        const char *text = json_string_value(value);
        /* We own the tree and free it next: nobody sees the text change. */
        if (text)
            mem_wipe((void *)(uintptr_t)text, strlen(text));
    }
    ipc_message_free(m);
}

/* --- writing --- */

enum rc ipc_write_hello(struct buf *out, const char *program, struct err *err) {
    size_t begun = ipc_frame_begin(out);
    buf_addf(out, "{\"hello\":{\"versions\":[%d],\"program\":", IPC_VERSION);
    buf_add_json(out, program);
    buf_adds(out, "}}");
    return ipc_frame_end(out, begun, err);
}

static void add_id(struct buf *out, int64_t id) {
    buf_adds(out, "{\"id\":");
    buf_add_i64(out, id);
}

enum rc ipc_write_request(struct buf *out, int64_t id, const char *op, const char *args, struct err *err) {
    size_t begun = ipc_frame_begin(out);
    add_id(out, id);
    buf_adds(out, ",\"op\":");
    buf_add_json(out, op);
    if (args) {
        buf_adds(out, ",\"args\":");
        buf_adds(out, args);
    }
    buf_addc(out, '}');
    return ipc_frame_end(out, begun, err);
}

enum rc ipc_write_abandon(struct buf *out, int64_t id, struct err *err) {
    size_t begun = ipc_frame_begin(out);
    add_id(out, id);
    buf_adds(out, ",\"abandon\":true}");
    return ipc_frame_end(out, begun, err);
}

enum rc ipc_write_welcome(struct buf *out, const char *program, enum ipc_level level, struct err *err) {
    size_t begun = ipc_frame_begin(out);
    buf_addf(out, "{\"welcome\":{\"version\":%d,\"program\":", IPC_VERSION);
    buf_add_json(out, program);
    buf_addf(out, ",\"level\":\"%s\",\"frame_max\":%d}}", ipc_level_name(level), IPC_FRAME_MAX);
    return ipc_frame_end(out, begun, err);
}

enum rc ipc_write_answer(struct buf *out, int64_t id, const char *body, struct err *err) {
    size_t begun = ipc_frame_begin(out);
    add_id(out, id);
    buf_adds(out, ",\"ok\":");
    buf_adds(out, body);
    buf_addc(out, '}');
    return ipc_frame_end(out, begun, err);
}

enum rc ipc_write_event(struct buf *out, int64_t id, const char *body, int64_t lost, struct err *err) {
    size_t begun = ipc_frame_begin(out);
    add_id(out, id);
    buf_adds(out, ",\"event\":");
    buf_adds(out, body);
    if (lost > 0) {
        buf_adds(out, ",\"lost\":");
        buf_add_i64(out, lost);
    }
    buf_addc(out, '}');
    return ipc_frame_end(out, begun, err);
}

enum rc ipc_write_error(struct buf *out, int64_t id, const struct err *error, struct err *err) {
    size_t begun = ipc_frame_begin(out);
    if (id > 0) {
        add_id(out, id);
        buf_addc(out, ',');
    } else {
        buf_addc(out, '{');
    }
    buf_addf(out, "\"error\":{\"code\":\"%s\",\"text\":", rc_name(error->rc));
    buf_add_json(out, error->text);
    if (error->retry_after_s >= 0)
        buf_addf(out, ",\"retry_after_s\":%ld", error->retry_after_s);
    buf_adds(out, "}}");
    return ipc_frame_end(out, begun, err);
}
