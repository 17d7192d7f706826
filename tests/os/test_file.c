/* Files: what was written is what is read, a replace is all or nothing, errors say what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "tests/support/temp_folder.h"

static char folder[1024];

static int make_folder(void **state) {
    (void)state;
    temp_folder_make(folder, sizeof(folder));
    return 0;
}

static int drop_folder(void **state) {
    (void)state;
    temp_folder_remove(folder);
    return os_exists(folder) ? -1 : 0;
}

static char *in_folder(const char *name) {
    static char path[4][4096];
    static size_t turn;
    char *p = path[turn++ % 4];
    os_path_join(p, sizeof(path[0]), folder, name);
    return p;
}

static void count_file(void *ctx, const char *name) {
    (void)name;
    ++*(int *)ctx;
}

static int files_in_folder(void) {
    int n = 0;
    assert_int_equal(os_list_dir(folder, count_file, &n, NULL), RC_OK);
    return n;
}

static void assert_holds(const char *path, const void *data, size_t len) {
    struct buf b;
    assert_int_equal(os_read_file(path, 1 << 20, &b, NULL), RC_OK);
    assert_int_equal(b.len, len);
    assert_memory_equal(b.data, data, len);
    buf_free(&b);
}

static void replace_and_read_back(void **state) {
    (void)state;
    static const char bytes[] = "one\r\ntwo\n\0\xFFthree\x1A end";
    const char *path = in_folder("settings.json");
    assert_false(os_exists(path));
    assert_int_equal(os_file_size(path), -1);
    assert_int_equal(os_file_replace(path, bytes, sizeof(bytes), false, NULL), RC_OK);
    assert_true(os_exists(path));
    assert_int_equal(os_file_size(path), sizeof(bytes));
    assert_holds(path, bytes, sizeof(bytes));
    assert_int_equal(os_file_replace(path, "", 0, true, NULL), RC_OK);
    assert_holds(path, "", 0);
    assert_int_equal(files_in_folder(), 1); /* nothing stays beside it */
}

static void names_in_any_script(void **state) {
    (void)state;
    const char *const names[] = {
        "Zażółć gęślą jaźń.txt", "Șină și țeavă", "Åsa Öberg ærø", "пример", "例え", "😀.log", "a b  c", "100%_&.json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(os_file_replace(in_folder(names[i]), names[i], strlen(names[i]), false, NULL), RC_OK);
        assert_holds(in_folder(names[i]), names[i], strlen(names[i]));
    }
    assert_int_equal(files_in_folder(), sizeof(names) / sizeof(names[0]));
}

static void replace_that_fails_leaves_nothing(void **state) {
    (void)state;
    struct err err;
    const char *path = in_folder("no such folder/file");
    assert_int_equal(os_file_replace(path, "x", 1, false, &err), RC_NOT_FOUND);
    assert_int_equal(err.rc, RC_NOT_FOUND);
    assert_true(err.os_code != 0);
    assert_non_null(strstr(err.text, "could not be written"));
    /* A folder stands where the file should go: the rename fails after the new file was written. */
    const char *taken = in_folder("taken");
    assert_int_equal(os_mkdirs(taken, NULL), RC_OK);
    assert_int_equal(os_file_replace(in_folder("taken/inner"), "x", 1, false, NULL), RC_OK);
    assert_int_not_equal(os_file_replace(taken, "x", 1, false, &err), RC_OK);
    assert_int_equal(files_in_folder(), 0);
    assert_int_equal(os_remove(in_folder("taken/inner"), NULL), RC_OK);
    assert_int_equal(os_remove(taken, NULL), RC_OK);
}

static void reading_has_a_ceiling(void **state) {
    (void)state;
    const char *path = in_folder("big");
    char *data = mem_zalloc(50000, 1);
    memset(data, 'x', 50000);
    assert_int_equal(os_file_replace(path, data, 50000, false, NULL), RC_OK);
    struct buf b;
    struct err err;
    assert_int_equal(os_read_file(path, 49999, &b, &err), RC_TOO_BIG);
    assert_null(b.data);
    buf_free(&b);
    assert_int_equal(os_read_file(path, 50000, &b, &err), RC_OK);
    assert_int_equal(b.len, 50000);
    assert_memory_equal(b.data, data, 50000);
    buf_free(&b);
    mem_free(data);
}

static void absent_files_say_so(void **state) {
    (void)state;
    struct buf b;
    struct err err;
    const char *path = in_folder("absent");
    assert_int_equal(os_read_file(path, 10, &b, &err), RC_NOT_FOUND);
    assert_non_null(strstr(err.text, "absent"));
    assert_int_equal(os_read_file(path, 10, &b, NULL), RC_NOT_FOUND);
    assert_int_equal(os_remove(path, &err), RC_NOT_FOUND);
    assert_int_equal(os_rename(path, in_folder("other"), &err), RC_NOT_FOUND);
    assert_null(os_open_read(path, &err));
    assert_int_equal(err.rc, RC_NOT_FOUND);
    assert_int_equal(os_list_dir(path, count_file, NULL, &err), RC_NOT_FOUND);
    assert_int_equal(os_folder_writable(path, &err), RC_NOT_FOUND);
    assert_int_equal(os_disk_free(path), 0);
    assert_int_equal(os_mkdirs("", &err), RC_INVALID);
}

static void rename_replaces(void **state) {
    (void)state;
    assert_int_equal(os_file_replace(in_folder("a"), "new", 3, false, NULL), RC_OK);
    assert_int_equal(os_file_replace(in_folder("b"), "old", 3, false, NULL), RC_OK);
    assert_int_equal(os_rename(in_folder("a"), in_folder("b"), NULL), RC_OK);
    assert_holds(in_folder("b"), "new", 3);
    assert_int_equal(files_in_folder(), 1);
}

static void logs_are_appended_while_others_use_them(void **state) {
    (void)state;
    const char *path = in_folder("shopferry.log");
    FILE *one = os_open_append(path, NULL);
    FILE *two = os_open_append(path, NULL);
    assert_non_null(one);
    assert_non_null(two);
    assert_true(fwrite("first\n", 1, 6, one) == 6);
    assert_true(fwrite("second\n", 1, 7, two) == 7);
    assert_true(fwrite("third\n", 1, 6, one) == 6);
    assert_holds(path, "first\nsecond\nthird\n", 19); /* readable at once, in order, line ends as written */
    assert_int_equal(os_rename(path, in_folder("rotated.log"), NULL), RC_OK);
    assert_true(fwrite("fourth\n", 1, 7, two) == 7);
    assert_holds(in_folder("rotated.log"), "first\nsecond\nthird\nfourth\n", 26);
    assert_int_equal(fclose(one), 0);
    assert_int_equal(fclose(two), 0);
}

static void streams_do_not_translate(void **state) {
    (void)state;
    FILE *f = os_open_write(in_folder("out"), NULL);
    assert_non_null(f);
    assert_true(fputs("a\nb\r\n", f) != EOF);
    assert_int_equal(fclose(f), 0);
    assert_holds(in_folder("out"), "a\nb\r\n", 5);
    char line[16] = "";
    f = os_open_read(in_folder("out"), NULL);
    assert_non_null(f);
    assert_int_equal(fread(line, 1, sizeof(line), f), 5);
    assert_memory_equal(line, "a\nb\r\n", 5);
    assert_int_equal(fclose(f), 0);
}

static void collect(void *ctx, const char *name) {
    struct buf *b = ctx;
    buf_adds(b, name);
    buf_addc(b, '|');
}

static void listing_is_sorted_and_without_folders(void **state) {
    (void)state;
    const char *const names[] = {"b", "a", "C", "ą", "10", "9"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_int_equal(os_file_replace(in_folder(names[i]), "", 0, false, NULL), RC_OK);
    }
    assert_int_equal(os_mkdirs(in_folder("folder"), NULL), RC_OK);
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(os_list_dir(folder, collect, &b, NULL), RC_OK);
    assert_string_equal(b.data, "10|9|C|a|b|ą|");
    buf_free(&b);
    assert_int_equal(os_remove(in_folder("folder"), NULL), RC_OK);
}

static void folders_are_made_with_their_parents(void **state) {
    (void)state;
    assert_int_equal(os_mkdirs(in_folder("x/y/z"), NULL), RC_OK);
    assert_int_equal(os_mkdirs(in_folder("x/y/z"), NULL), RC_OK);
    assert_int_equal(os_mkdirs(in_folder("x/y/z/"), NULL), RC_OK);
    assert_int_equal(os_folder_writable(in_folder("x/y/z"), NULL), RC_OK);
    assert_true(os_disk_free(in_folder("x")) > 0);
    struct err err;
    assert_int_equal(os_file_replace(in_folder("x/file"), "", 0, false, NULL), RC_OK);
    assert_int_not_equal(os_mkdirs(in_folder("x/file/below"), &err), RC_OK);
    assert_int_not_equal(os_mkdirs(in_folder("x/file"), &err), RC_OK);
    assert_int_equal(os_remove(in_folder("x/file"), NULL), RC_OK);
    assert_int_equal(os_remove(in_folder("x/y/z"), NULL), RC_OK);
    assert_int_equal(os_remove(in_folder("x/y"), NULL), RC_OK);
    assert_int_equal(os_remove(in_folder("x"), NULL), RC_OK);
}

/* The rights themselves are the system's promise; here: who set them can still work there, and an absent folder is
 * told. */
static void a_protected_folder_is_still_ours(void **state) {
    (void)state;
    struct err err;
    const char *path = in_folder("Zażółć");
    assert_int_equal(os_mkdirs(path, NULL), RC_OK);
    assert_int_equal(os_folder_protect(path, NULL, NULL), RC_OK);
    assert_int_equal(os_folder_writable(path, NULL), RC_OK);
    assert_int_equal(os_file_replace(in_folder("Zażółć/file"), "x", 1, true, NULL), RC_OK);
    assert_holds(in_folder("Zażółć/file"), "x", 1);
    assert_int_equal(os_remove(in_folder("Zażółć/file"), NULL), RC_OK);
    assert_int_equal(os_remove(in_folder("Zażółć"), NULL), RC_OK);
    assert_int_not_equal(os_folder_protect(in_folder("absent"), NULL, &err), RC_OK);
}

/* Windows has a limit of 260 characters that must not be felt. */
static void long_paths_work(void **state) {
    (void)state;
    char path[4096];
    (void)str_copy(path, sizeof(path), folder);
    char name[101];
    memset(name, 'n', 100);
    name[100] = '\0';
    size_t depth = 0;
    for (; depth < 6; depth++) {
        char next[4096];
        os_path_join(next, sizeof(next), path, name);
        (void)str_copy(path, sizeof(path), next);
    }
    assert_true(strlen(path) > 600);
    assert_int_equal(os_mkdirs(path, NULL), RC_OK);
    char file[4096];
    os_path_join(file, sizeof(file), path, "ż.txt");
    assert_int_equal(os_file_replace(file, "deep", 4, false, NULL), RC_OK);
    assert_holds(file, "deep", 4);
    assert_int_equal(os_folder_writable(path, NULL), RC_OK);
    assert_int_equal(os_remove(file, NULL), RC_OK);
    for (; depth > 0; depth--) {
        assert_int_equal(os_remove(path, NULL), RC_OK);
        path[strlen(path) - 101] = '\0';
    }
}

int main(void) {
#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)
    const struct CMUnitTest tests[] = {
        ONE(replace_and_read_back),
        ONE(names_in_any_script),
        ONE(replace_that_fails_leaves_nothing),
        ONE(reading_has_a_ceiling),
        ONE(absent_files_say_so),
        ONE(rename_replaces),
        ONE(logs_are_appended_while_others_use_them),
        ONE(streams_do_not_translate),
        ONE(listing_is_sorted_and_without_folders),
        ONE(folders_are_made_with_their_parents),
        ONE(a_protected_folder_is_still_ours),
        ONE(long_paths_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
