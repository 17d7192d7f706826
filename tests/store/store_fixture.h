/* A store in a folder of its own, opened for one test. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "service/store/store.h"
#include "tests/support/temp_folder.h"

struct fixture {
    char folder[512], path[600];
    struct fixed_clock clock;
    struct store *store;
    int64_t link;
};

#define OK(call)                                                        \
    do {                                                                \
        struct err ok_err;                                              \
        err_clear(&ok_err);                                             \
        enum rc ok_rc = (call);                                         \
        if (ok_rc != RC_OK)                                             \
            fail_msg("%s: %s: %s", #call, rc_name(ok_rc), ok_err.text); \
    } while (0)
#define ERR (&ok_err)

static inline int open_fixture(void **state) {
    struct fixture *f = MEM_NEW(struct fixture);
    temp_folder_make(f->folder, sizeof f->folder);
    os_path_join(f->path, sizeof f->path, f->folder, "state.db");
    fixed_clock_init(&f->clock, 1700000000000);
    OK(store_open(f->path, &f->clock.clock, &f->store, ERR));
    OK(store_link(f->store, "shop", &f->link, ERR));
    *state = f;
    return 0;
}

static inline int close_fixture(void **state) {
    struct fixture *f = *state;
    store_close(f->store);
    temp_folder_remove(f->folder);
    mem_free(f);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

#endif
