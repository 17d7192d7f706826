/* Secrets come back as they went in, and a file moved over another secret's is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "common/secret/secret.h"
#include "tests/support/temp_folder.h"

static char folder[1024];
static char below[1200]; /* folder/secrets */

static int make_folder(void **state) {
    (void)state;
    temp_folder_make(folder, sizeof(folder));
    os_path_join(below, sizeof(below), folder, "secrets");
    return 0;
}

static int drop_folder(void **state) {
    (void)state;
    temp_folder_remove(below);
    temp_folder_remove(folder);
    return os_exists(folder) ? -1 : 0;
}

static void assert_secret(const char *name, const char *expected) {
    char *value = NULL;
    assert_int_equal(secret_get(folder, name, &value, NULL), RC_OK);
    assert_string_equal(value, expected);
    secret_free(value);
}

static void round_trip(void **state) {
    (void)state;
    struct err err;
    char *value = NULL;
    assert_false(secret_exists(folder, "c/l/consumer_secret"));
    assert_int_equal(secret_get(folder, "c/l/consumer_secret", &value, &err), RC_NOT_FOUND);
    assert_null(value);
    assert_int_equal(secret_remove(folder, "c/l/consumer_secret", &err), RC_NOT_FOUND);
    assert_int_equal(secret_put(folder, "c/l/consumer_secret", "cs_first", &err), RC_OK);
    assert_true(secret_exists(folder, "c/l/consumer_secret"));
    assert_secret("c/l/consumer_secret", "cs_first");
    assert_int_equal(secret_put(folder, "c/l/consumer_secret", "cs_second, longer", &err), RC_OK);
    assert_secret("c/l/consumer_secret", "cs_second, longer");
    assert_int_equal(secret_remove(folder, "c/l/consumer_secret", &err), RC_OK);
    assert_false(secret_exists(folder, "c/l/consumer_secret"));
    secret_free(NULL);
}

static void any_name_and_value(void **state) {
    (void)state;
    const char *const texts[] = {"Zażółć sp. z o.o./sklep/klucz",
                                 "../../etc/passwd",
                                 "a\\b:c*?<>|",
                                 "CON",
                                 "x",
                                 " ",
                                 "a/b/c",
                                 "a/b%2Fc",
                                 "A/B/C",
                                 "日本/店/鍵",
                                 "line\nbreak"};
    size_t n = sizeof(texts) / sizeof(texts[0]);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(secret_put(folder, texts[i], texts[n - 1 - i], NULL), RC_OK);
    }
    for (size_t i = 0; i < n; i++) {
        assert_secret(texts[i], texts[n - 1 - i]);
    }
    assert_int_equal(secret_put(folder, "empty", "", NULL), RC_OK);
    assert_secret("empty", "");
}

static void limits(void **state) {
    (void)state;
    struct err err;
    char *value = NULL;
    char *name = mem_zalloc(SECRET_NAME_MAX + 2, 1);
    char *big = mem_zalloc(SECRET_VALUE_MAX + 2, 1);
    memset(name, 'n', SECRET_NAME_MAX);
    memset(big, 'v', SECRET_VALUE_MAX);
    assert_int_equal(secret_put(folder, name, big, &err), RC_OK);
    assert_secret(name, big);
    name[SECRET_NAME_MAX] = 'n';
    big[SECRET_VALUE_MAX] = 'v';
    assert_int_equal(secret_put(folder, name, "x", &err), RC_INVALID);
    assert_int_equal(secret_put(folder, "x", big, &err), RC_INVALID);
    assert_int_equal(secret_put(folder, "", "x", &err), RC_INVALID);
    assert_int_equal(secret_put(folder, "\xff", "x", &err), RC_INVALID);
    assert_int_equal(secret_get(folder, "", &value, &err), RC_INVALID);
    assert_false(secret_exists(folder, ""));
    mem_free(name);
    mem_free(big);
}

struct found {
    char names[4][128];
    size_t count;
};

static void remember(void *ctx, const char *name) {
    struct found *f = ctx;
    assert_true(f->count < 4);
    (void)str_copy(f->names[f->count++], sizeof(f->names[0]), name);
}

/* Each secret's file in turn is put in the place of the other's. */
static void one_file_over_another_is_refused(void **state) {
    (void)state;
    struct found f = {.count = 0};
    struct err err;
    char *value = NULL;
    assert_int_equal(secret_put(folder, "c/trusted shop/password", "trusted", NULL), RC_OK);
    assert_int_equal(secret_put(folder, "c/other shop/password", "other", NULL), RC_OK);
    assert_int_equal(os_list_dir(below, remember, &f, NULL), RC_OK);
    assert_int_equal(f.count, 2);
    for (int i = 0; i < 2; i++) {
        assert_true(strlen(f.names[i]) < 100 && strstr(f.names[i], "shop") == NULL); /* names tell nothing */
        char from[2048];
        char to[2048];
        struct buf one;
        struct buf two;
        os_path_join(from, sizeof(from), below, f.names[i]);
        os_path_join(to, sizeof(to), below, f.names[1 - i]);
        assert_int_equal(os_read_file(from, 1 << 20, &one, NULL), RC_OK);
        assert_int_equal(os_read_file(to, 1 << 20, &two, NULL), RC_OK);
        assert_int_equal(os_file_replace(to, one.data, one.len, true, NULL), RC_OK);
        int refused = 0;
        refused += secret_get(folder, "c/trusted shop/password", &value, &err) == RC_DENIED;
        refused += secret_get(folder, "c/other shop/password", &value, &err) == RC_DENIED;
        assert_int_equal(refused, 1);
        assert_null(strstr(err.text, "trusted"));
        secret_free(value);
        value = NULL;
        assert_int_equal(os_file_replace(to, two.data, two.len, true, NULL), RC_OK);
        buf_free(&one);
        buf_free(&two);
    }
    assert_secret("c/trusted shop/password", "trusted");
    assert_secret("c/other shop/password", "other");
}

/* Every cut and every flipped byte of a sealed file: refused or, where the system's seal is none (POSIX), at least
 * never another name's value; never a crash. */
static void damaged_files(void **state) {
    (void)state;
    struct found f = {.count = 0};
    struct buf whole;
    char path[2048];
    assert_int_equal(secret_put(folder, "c/l/k", "v", NULL), RC_OK);
    assert_int_equal(os_list_dir(below, remember, &f, NULL), RC_OK);
    os_path_join(path, sizeof(path), below, f.names[0]);
    assert_int_equal(os_read_file(path, 1 << 20, &whole, NULL), RC_OK);
    for (size_t cut = 0; cut + 1 < whole.len; cut++) {
        char *value = NULL;
        assert_int_equal(os_file_replace(path, whole.data, cut, true, NULL), RC_OK);
        assert_int_equal(secret_get(folder, "c/l/k", &value, NULL), RC_DENIED);
        assert_null(value);
    }
    char *zeros = mem_zalloc(200000, 1);
    char *value = NULL;
    assert_int_equal(os_file_replace(path, zeros, 200000, true, NULL), RC_OK);
    assert_int_equal(secret_get(folder, "c/l/k", &value, NULL), RC_TOO_BIG);
    assert_int_equal(os_file_replace(path, zeros, 5000, true, NULL), RC_OK);
    assert_int_equal(secret_get(folder, "c/l/k", &value, NULL), RC_DENIED);
    mem_free(zeros);
    buf_free(&whole);
}

int main(void) {
#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)
    const struct CMUnitTest tests[] = {ONE(round_trip), ONE(any_name_and_value), ONE(limits),
                                       ONE(one_file_over_another_is_refused), ONE(damaged_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
