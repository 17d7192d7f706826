/* A process is known by its number and its start: itself, one that ended, and one whose number was given out again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/str.h"
#include "common/os/life.h"
#include "common/os/os.h"
#include "tests/support/spawn.h"
#include "tests/support/temp_folder.h"

static void this_process_lives(void **state) {
    (void)state;
    int64_t started = os_process_started();
    assert_true(started != 0);
    assert_true(started == os_process_started());
    assert_int_equal(os_process_life(os_process_id(), started), OS_LIFE_LIVES);
    assert_int_equal(os_process_life(os_process_id(), started + 1),
                     OS_LIFE_GONE); /* the number of another one before */
    assert_int_equal(os_process_life(0, 0), OS_LIFE_UNKNOWN);
    assert_int_equal(os_process_life(INT64_MAX, 0), OS_LIFE_UNKNOWN);
}

static void one_that_ended_is_gone(void **state) {
    (void)state;
    char folder[512], path[600], self[1024], number[24], started[24];
    struct buf text;
    temp_folder_make(folder, sizeof folder);
    os_path_join(path, sizeof path, folder, "who");
    test_self(self, sizeof self);
    const char *argv[] = {self, path, NULL};
    assert_int_equal(test_spawn(argv), 0);
    assert_int_equal(os_read_file(path, 100, &text, NULL), RC_OK);
    size_t blank = strcspn(text.data, " ");
    int64_t process = 0, when = 0;
    (void)str_fmt(number, sizeof number, "%.*s", (int)blank, text.data);
    (void)str_copy(started, sizeof started, text.data + blank + 1);
    assert_true(str_to_i64(number, &process) && str_to_i64(started, &when) && when != 0);
    assert_true(process != os_process_id());
    assert_int_equal(os_process_life(process, when), OS_LIFE_GONE);
    buf_free(&text);
    temp_folder_remove(folder);
}

static void the_space_of_numbers_has_a_name(void **state) {
    (void)state;
    char one[128], two[128];
    os_process_space(one, sizeof one);
    os_process_space(two, sizeof two);
    assert_true(*one != '\0');
    assert_string_equal(one, two);
}

/* The child: says who it is, and ends. */
static int say_who(const char *path) {
    char text[64];
    (void)str_fmt(text, sizeof text, "%ld %lld", os_process_id(), (long long)os_process_started());
    return os_file_replace(path, text, strlen(text), false, NULL) == RC_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc > 1)
        return say_who(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_process_lives),
        cmocka_unit_test(one_that_ended_is_gone),
        cmocka_unit_test(the_space_of_numbers_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
