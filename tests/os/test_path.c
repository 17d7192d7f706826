/* Paths, names of machine and account, the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"
#include "common/os/os.h"

static void joining(void **state) {
    (void)state;
    char out[64];
    char one[64];
    os_path_join(out, sizeof(out), "folder", "name");
    os_path_join(one, sizeof(one), "folder/", "name");
    assert_int_equal(strlen(out), 11);
    assert_string_equal(one, "folder/name");
    assert_true(str_starts(out, "folder") && str_ends(out, "name"));
    os_path_join(out, sizeof(out), "", "name");
    assert_string_equal(out, "name");
    char small[8];
    os_path_join(small, sizeof(small), "folder", "żółw");
    assert_true(strlen(small) < sizeof(small));
    assert_true(utf8_valid(small, strlen(small)));
}

static void data_folder_can_be_chosen(void **state) {
    (void)state;
    char out[4096];
    char given[4096];
    struct err err;
    bool set = os_getenv("SHOPFERRY_HOME", given, sizeof(given));
    assert_int_equal(os_data_folder(out, sizeof(out), &err), RC_OK);
    if (set) {
        assert_string_equal(out, given);
    } else {
        assert_true(str_ends(out, "hopferry"));
    }
    assert_int_equal(os_data_folder(out, 3, &err), RC_TOO_BIG);
    assert_int_equal(os_account_folder(out, sizeof(out), &err), RC_OK);
    assert_true(set ? str_eq(out, given) : str_ends(out, "hopferry"));
    assert_int_equal(os_account_folder(out, 3, &err), RC_TOO_BIG);
}

static void who_and_where(void **state) {
    (void)state;
    char out[256] = "";
    os_machine_name(out, sizeof(out));
    assert_true(strlen(out) > 0);
    out[0] = '\0';
    os_account_name(out, sizeof(out));
    assert_true(strlen(out) > 0);
    char tiny[2];
    os_account_name(tiny, sizeof(tiny));
    assert_true(strlen(tiny) <= 1);
}

static void environment(void **state) {
    (void)state;
    char out[32768] = "as it was";
    assert_false(os_getenv("SHOPFERRY_SURELY_NOT_SET", out, sizeof(out)));
    assert_string_equal(out, "as it was");
    assert_true(os_getenv("PATH", out, sizeof(out)));
    assert_true(strlen(out) > 1);
    assert_false(os_getenv("PATH", out, 2));
}

static void a_file_is_no_terminal(void **state) {
    (void)state;
    FILE *f = tmpfile();
    if (f != NULL) { /* Windows may refuse a file in the root of the drive */
        assert_false(os_is_terminal(f));
        (void)fclose(f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(joining), cmocka_unit_test(data_folder_can_be_chosen),
                                       cmocka_unit_test(who_and_where), cmocka_unit_test(environment),
                                       cmocka_unit_test(a_file_is_no_terminal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
