/* One holder at a time, and free again after release. That a lock ends with its process is in test_signal.c (POSIX). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/os/os.h"
#include "tests/support/temp_folder.h"

static void one_holder_at_a_time(void **state) {
    (void)state;
    char folder[1024];
    char path[2048];
    temp_folder_make(folder, sizeof(folder));
    os_path_join(path, sizeof(path), folder, "Zażółć.lock");
    struct os_lock *first = NULL;
    struct os_lock *second = NULL;
    struct err err;
    for (int round = 0; round < 3; round++) {
        assert_int_equal(os_lock_take(path, &first, &err), RC_OK);
        assert_int_equal(os_lock_take(path, &second, &err), RC_CONFLICT);
        assert_null(second);
        assert_non_null(strstr(err.text, "in use by another program"));
        os_lock_release(first);
        first = NULL;
    }
    assert_int_equal(os_lock_take(path, &second, NULL), RC_OK);
    os_lock_release(second);
    os_lock_release(NULL);
    os_path_join(path, sizeof(path), folder, "no/such/folder.lock");
    assert_int_equal(os_lock_take(path, &first, &err), RC_NOT_FOUND);
    temp_folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_holder_at_a_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
