/* The operation log: one line an event, rotated, capped in total, moved while running. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"
#include "common/os/os.h"
#include "service/app/log_file.h"
#include "tests/support/temp_folder.h"

static const struct log_context about = {.company = "Firma", .link = "shop", .flow = "orders", .object = "1234"};

struct folder_sum {
    const char *folder;
    int64_t bytes, files;
};

static void add_file(void *ctx, const char *name) {
    struct folder_sum *sum = ctx;
    char path[1024];
    os_path_join(path, sizeof(path), sum->folder, name);
    sum->bytes += os_file_size(path);
    sum->files++;
}

static void read_current(const char *folder, struct buf *out) {
    char path[1024];
    os_path_join(path, sizeof(path), folder, "shopferry.log");
    assert_int_equal(os_read_file(path, 1 << 20, out, NULL), RC_OK);
}

static void test_a_line_has_time_level_company_flow_object_and_text(void **state) {
    (void)state;
    char folder[512];
    temp_folder_make(folder, sizeof(folder));
    struct fixed_clock clock;
    fixed_clock_init(&clock, 1772360047120); /* 2026-03-01 10:14:07.120Z */
    struct log_file *f = NULL;
    assert_int_equal(log_file_open(folder, 100000, 1000000, &clock.clock, &f, NULL), RC_OK);
    log_line(log_file_log(f), LOG_INFO, &about, "stored, line one\nline two");
    log_line(log_file_log(f), LOG_DEBUG, &about, "not shown at this level");
    struct buf text;
    read_current(folder, &text);
    assert_string_equal(text.data,
                        "2026-03-01 10:14:07.120Z  info     Firma / shop  orders  1234  stored, line one line two\n");
    buf_free(&text);
    log_file_close(f);
    temp_folder_remove(folder);
}

static void test_the_total_stays_under_its_cap(void **state) {
    (void)state;
    char folder[512];
    temp_folder_make(folder, sizeof(folder));
    struct fixed_clock clock;
    fixed_clock_init(&clock, 1772360047120);
    struct log_file *f = NULL;
    assert_int_equal(log_file_open(folder, 2000, 10000, &clock.clock, &f, NULL), RC_OK);
    for (int i = 0; i < 3000; i++) {
        clock.now_ms += 100; /* several files within one second too */
        log_line(log_file_log(f), LOG_INFO, &about, "line %d of many, with some text to fill the file", i);
    }
    log_file_close(f);
    struct folder_sum sum = {.folder = folder};
    assert_int_equal(os_list_dir(folder, add_file, &sum, NULL), RC_OK);
    assert_true(sum.bytes <= 10000);
    assert_true(sum.files >= 4);
    struct buf text;
    read_current(folder, &text);
    assert_non_null(strstr(text.data, "line 2999 of many")); /* the newest is kept, the oldest goes */
    buf_free(&text);
    temp_folder_remove(folder);
}

static void test_the_next_line_goes_to_a_new_folder(void **state) {
    (void)state;
    char folder[512], other[512], file[700];
    temp_folder_make(folder, sizeof(folder));
    temp_folder_make(other, sizeof(other));
    struct fixed_clock clock;
    fixed_clock_init(&clock, 1772360047120);
    struct log_file *f = NULL;
    assert_int_equal(log_file_open(folder, 2000, 10000, &clock.clock, &f, NULL), RC_OK);
    log_line(log_file_log(f), LOG_INFO, &about, "before");
    assert_int_equal(log_file_move(f, other, NULL), RC_OK);
    log_line(log_file_log(f), LOG_INFO, &about, "after");
    struct buf text;
    read_current(folder, &text);
    assert_non_null(strstr(text.data, "before"));
    assert_null(strstr(text.data, "after"));
    buf_free(&text);
    read_current(other, &text);
    assert_non_null(strstr(text.data, "after"));
    buf_free(&text);
    /* A place that cannot be a folder is refused with the reason, and the log goes on where it was. */
    struct err err;
    os_path_join(file, sizeof(file), other, "shopferry.log");
    assert_int_not_equal(log_file_move(f, file, &err), RC_OK);
    assert_true(strlen(err.text) > 10);
    log_line(log_file_log(f), LOG_INFO, &about, "still here");
    read_current(other, &text);
    assert_non_null(strstr(text.data, "still here"));
    buf_free(&text);
    log_file_close(f);
    temp_folder_remove(other);
    temp_folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_has_time_level_company_flow_object_and_text),
        cmocka_unit_test(test_the_total_stays_under_its_cap),
        cmocka_unit_test(test_the_next_line_goes_to_a_new_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
