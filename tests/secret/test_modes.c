/* The POSIX store promises file mode 0600 and nothing else; this holds it to that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/os/os.h"
#include "common/secret/secret.h"
#include "tests/support/temp_folder.h"

static char below[1200];

static void check_mode(void *ctx, const char *name) {
    char path[2048];
    struct stat st;
    os_path_join(path, sizeof(path), below, name);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    ++*(int *)ctx;
}

static void only_the_owner_reads(void **state) {
    (void)state;
    char folder[1024];
    int files = 0;
    temp_folder_make(folder, sizeof(folder));
    os_path_join(below, sizeof(below), folder, "secrets");
    mode_t old = umask(0);
    assert_int_equal(secret_put(folder, "c/l/k", "v", NULL), RC_OK);
    assert_int_equal(secret_put(folder, "c/l/k", "w", NULL), RC_OK);
    (void)umask(old);
    assert_int_equal(os_list_dir(below, check_mode, &files, NULL), RC_OK);
    assert_int_equal(files, 1);
    temp_folder_remove(below);
    temp_folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_the_owner_reads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
