/* `check` tells what would keep a run from beginning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"
#include "common/os/os.h"
#include "service/app/cli.h"
#include "service/app/platform.h"
#include "service/app/verbs.h"
#include "tests/support/temp_folder.h"

static void write_file(const char *folder, const char *name, const char *text) {
    char path[1024];
    os_path_join(path, sizeof(path), folder, name);
    assert_int_equal(os_file_replace(path, text, strlen(text), false, NULL), RC_OK);
}

static void remove_all(const char *folder, const char *sub, const char *const *names) {
    char inner[1024], path[1100];
    os_path_join(inner, sizeof(inner), folder, sub);
    for (size_t i = 0; names[i]; i++) {
        os_path_join(path, sizeof(path), inner, names[i]);
        (void)os_remove(path, NULL);
    }
    temp_folder_remove(inner);
}

static void records_that_cannot_be_opened_block(void **state) {
    (void)state;
    static const char *const files[] = {"state.db", "state.db-wal", "state.db-shm", NULL}, *const none[] = {NULL};
    char home[512], records[600];
    struct cli_args args = {0};
    struct platform nothing = {0};
    temp_folder_make(home, sizeof(home));
    assert_int_equal(setenv("SHOPFERRY_HOME", home, 1), 0);
    write_file(home, "settings.json",
               "{\"version\":1,\"companies\":[{\"name\":\"D\",\"database\":\"/d.db\",\"links\":[]}]}");
    assert_int_equal(verb_check(&args, &nothing), CLI_EXIT_OK);
    os_path_join(records, sizeof(records), home, "state/company-D");
    write_file(records, "state.db", "This is no database, though it is long enough to be looked at as one.");
    assert_int_equal(verb_check(&args, &nothing), CLI_EXIT_SETTINGS);
    remove_all(home, "state/company-D", files);
    remove_all(home, "state", none);
    remove_all(home, "Logs", none);
    temp_folder_remove(home);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(records_that_cannot_be_opened_block)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
