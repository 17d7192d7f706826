/* PROTOCOL.md is true: its examples are read and written as they stand there, its tables are those of the code, and
 * what it says is refused is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/ipc/frame.h"
#include "common/ipc/message.h"
#include "common/ipc/operations.h"
#include "common/os/os.h"

static struct buf page;

/* Calls visit with each line of each block ```kind; returns how many there were. */
static int each_line(const char *kind, void (*visit)(const char *line)) {
    char inside[32] = "";
    int count = 0;
    for (const char *at = page.data; *at != '\0';) {
        const char *end = strchr(at, '\n');
        char *line = mem_strndup(at, (size_t)(end - at));
        at = end + 1;
        if (str_starts(line, "```")) {
            str_copy(inside, sizeof inside, inside[0] != '\0' ? "" : line + 3);
        } else if (str_eq(inside, kind)) {
            visit(line);
            count++;
        }
        mem_free(line);
    }
    return count;
}

/* Appends the message's frame, written by the code. */
static void write_again(const struct ipc_message *m, struct buf *out) {
    struct buf body;
    buf_init(&body, IPC_FRAME_MAX);
    json_add(&body, m->body);
    enum rc rc = RC_INTERNAL;
    switch (m->kind) {
    case IPC_HELLO: rc = ipc_write_hello(out, m->program, NULL); break;
    case IPC_REQUEST: rc = ipc_write_request(out, m->id, m->op, m->body ? body.data : NULL, NULL); break;
    case IPC_ABANDON: rc = ipc_write_abandon(out, m->id, NULL); break;
    case IPC_WELCOME: rc = ipc_write_welcome(out, m->program, m->level, NULL); break;
    case IPC_ANSWER: rc = ipc_write_answer(out, m->id, body.data, NULL); break;
    case IPC_FAILURE:
    case IPC_FAREWELL: rc = ipc_write_error(out, m->id, &m->error, NULL); break;
    case IPC_EVENT: rc = ipc_write_event(out, m->id, body.data, m->lost, NULL); break;
    }
    assert_int_equal(rc, RC_OK);
    buf_free(&body);
}

static void same_bytes(const char *line, const struct ipc_message *m) {
    struct buf out;
    buf_init(&out, IPC_FRAME_MAX);
    write_again(m, &out);
    assert_string_equal(out.data + IPC_FRAME_HEAD, line);
    assert_int_equal((unsigned char)out.data[0] | (unsigned char)out.data[1] << 8, strlen(line) & 0xffff);
    /* And through the stream, a byte at a time. */
    struct ipc_frames frames;
    ipc_frames_init(&frames, IPC_FRAME_MAX);
    for (size_t i = 0; i < out.len; i++) {
        const char *at = out.data + i;
        size_t len = 1;
        assert_int_equal(ipc_frames_take(&frames, &at, &len, NULL), RC_OK);
        assert_int_equal(frames.whole, i == out.len - 1);
    }
    assert_string_equal(frames.body.data, line);
    ipc_frames_free(&frames);
    buf_free(&out);
}

static unsigned seen_requests[64]; /* by operation: examples of its request, and of what it answers */
static unsigned seen_answers[64];
static const struct ipc_operation *asked[64]; /* by id of the example */

static void client_line(const char *line) {
    struct ipc_message m;
    struct err err;
    print_message("client %s\n", line);
    assert_int_equal(ipc_message_from_client(line, strlen(line), &m, &err), RC_OK);
    same_bytes(line, &m);
    if (m.kind == IPC_REQUEST) {
        const struct ipc_operation *op = ipc_operation(m.op);
        assert_non_null(op);
        assert_int_equal(ipc_operation_check(op, m.body, &err), RC_OK);
        assert_true(strlen(line) <= op->request_max && m.id < 64);
        seen_requests[op - ipc_operation_at(0)]++;
        asked[m.id] = op;
    } else if (m.kind == IPC_HELLO) {
        assert_int_equal(m.versions[0], IPC_VERSION);
        assert_true(strlen(line) <= IPC_FRAME_HELLO_MAX);
    }
    ipc_message_free(&m);
    /* A client's words are not a server's. */
    assert_int_equal(ipc_message_from_server(line, strlen(line), &m, &err), RC_INVALID);
}

static void server_line(const char *line) {
    struct ipc_message m;
    struct err err;
    print_message("server %s\n", line);
    assert_int_equal(ipc_message_from_server(line, strlen(line), &m, &err), RC_OK);
    same_bytes(line, &m);
    if (m.kind == IPC_ANSWER || m.kind == IPC_EVENT) {
        assert_true(m.id < 64 && asked[m.id]);
        assert_true(m.kind == IPC_ANSWER || (asked[m.id]->flags & IPC_FOLLOWS));
        assert_true(strlen(line) <= asked[m.id]->answer_max);
        seen_answers[asked[m.id] - ipc_operation_at(0)]++;
    } else if (m.kind == IPC_WELCOME) {
        assert_int_equal(m.version, IPC_VERSION);
        assert_int_equal(m.frame_max, IPC_FRAME_MAX);
    }
    ipc_message_free(&m);
    assert_int_equal(ipc_message_from_client(line, strlen(line), &m, &err), RC_INVALID);
}

static void examples_are_the_code_s_own_bytes(void **state) {
    (void)state;
    assert_true(each_line("client", client_line) > 20);
    assert_true(each_line("server", server_line) > 20);
    for (size_t i = 0; ipc_operation_at(i); i++) {
        print_message("%s: %u and %u examples\n", ipc_operation_at(i)->name, seen_requests[i], seen_answers[i]);
        assert_true(seen_requests[i] > 0 && seen_answers[i] > 0);
    }
}

static void refused_line(const char *line) {
    struct ipc_message m;
    struct err err;
    const char *json = strchr(line, ' ') + 1;
    char *code = mem_strndup(line, (size_t)(json - line) - 1);
    print_message("refused %s\n", line);
    err_clear(&err);
    enum rc rc = ipc_message_from_client(json, strlen(json), &m, &err);
    if (rc == RC_OK) {
        const struct ipc_operation *op = ipc_operation(m.op);
        rc = m.kind != IPC_REQUEST ? RC_OK : op ? ipc_operation_check(op, m.body, &err) : RC_UNSUPPORTED;
        ipc_message_free(&m);
    }
    assert_string_equal(rc_name(rc), code);
    assert_int_equal(ipc_rc_from(code), rc);
    assert_null(strstr(err.text, "hurry")); /* nothing of what came is repeated */
    mem_free(code);
}

static void what_is_refused_is_refused(void **state) {
    (void)state;
    assert_true(each_line("refused", refused_line) > 30);
}

static void bytes_line(const char *line) {
    unsigned char bytes[64];
    size_t count = 0;
    for (const char *at = line; *at != '\0'; at += at[2] == ' ' ? 3 : 2) {
        char two[3] = {at[0], at[1], '\0'};
        assert_true(count < sizeof bytes && hex_decode(two, &bytes[count], 1));
        count++;
    }
    struct ipc_frames frames;
    const char *at = (const char *)bytes;
    ipc_frames_init(&frames, IPC_FRAME_HELLO_MAX);
    assert_int_equal(ipc_frames_take(&frames, &at, &count, NULL), RC_OK);
    assert_true(frames.whole && count == 0);
    assert_string_equal(frames.body.data, "{}");
    ipc_frames_free(&frames);
}

static void the_bytes_of_a_frame(void **state) {
    (void)state;
    assert_int_equal(each_line("bytes", bytes_line), 1);
}

static void add_size(struct buf *out, size_t bytes) {
    if (bytes % (1024 * 1024) == 0)
        buf_addf(out, "%zu MiB", bytes / (1024 * 1024));
    else
        buf_addf(out, "%zu KiB", bytes / 1024);
}

static void add_arg(struct buf *out, const struct ipc_arg *arg) {
    buf_addf(out, "`%s` ", arg->name);
    switch (arg->type) {
    case IPC_ARG_TEXT: buf_addf(out, "text %d", (int)arg->max); break;
    case IPC_ARG_INT:
        buf_add_i64(out, arg->min);
        buf_adds(out, " to ");
        buf_add_i64(out, arg->max);
        break;
    case IPC_ARG_BOOL: buf_adds(out, "yes or no"); break;
    case IPC_ARG_LIST: buf_adds(out, "list"); break;
    case IPC_ARG_OBJECT: buf_adds(out, "object"); break;
    }
    buf_adds(out, arg->optional ? "?" : "");
}

static void the_tables_are_those_of_the_code(void **state) {
    (void)state;
    size_t count = 0;
    for (const struct ipc_operation *op; (op = ipc_operation_at(count)) != NULL; count++) {
        struct buf row;
        buf_init(&row, 4000);
        buf_addf(&row, "\n| `%s` | %s | ", op->name, ipc_level_name(op->level));
        add_size(&row, op->request_max);
        buf_adds(&row, " | ");
        add_size(&row, op->answer_max);
        buf_addf(&row, " | %s | ", op->flags & IPC_FOLLOWS ? "yes" : "no");
        print_message("%s\n", row.data + 1);
        assert_non_null(strstr(page.data, row.data));
        buf_clear(&row);
        buf_addf(&row, "\n| `%s` | ", op->name);
        for (const struct ipc_arg *arg = op->args; arg->name; arg++) {
            add_arg(&row, arg);
            buf_adds(&row, arg[1].name ? ", " : " ");
        }
        buf_adds(&row, "|\n");
        print_message("%s", row.data + 1);
        assert_non_null(strstr(page.data, row.data));
        buf_free(&row);
    }
    /* No row for what does not exist: each operation stands first in exactly two rows, each code in one. */
    size_t rows = 0;
    for (const char *at = page.data; (at = strstr(at, "\n| `")) != NULL; at++)
        rows++;
    assert_int_equal(rows, 2 * count + RC_INTERNAL);
    for (int rc = RC_INVALID; rc <= RC_INTERNAL; rc++) {
        char row[64];
        str_fmt(row, sizeof row, "\n| `%s` | ", rc_name((enum rc)rc));
        assert_non_null(strstr(page.data, row));
    }
}

static int read_page(void **state) {
    (void)state;
    struct err err;
    if (os_read_file(SF_SOURCE_DIR "/common/ipc/PROTOCOL.md", 1 << 20, &page, &err) == RC_OK)
        return 0;
    print_error("%s\n", err.text);
    return 1;
}

static int free_page(void **state) {
    (void)state;
    buf_free(&page);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_the_code_s_own_bytes),
        cmocka_unit_test(what_is_refused_is_refused),
        cmocka_unit_test(the_bytes_of_a_frame),
        cmocka_unit_test(the_tables_are_those_of_the_code),
    };
    return cmocka_run_group_tests(tests, read_page, free_page);
}
