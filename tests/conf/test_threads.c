/* Workers of several links read one conf at the same time; the thread sanitizer watches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/os/os.h"
#include "tests/conf/kinds.h"

struct reader {
    const struct conf_section *link;
    size_t bytes;
};

static void read_all(void *arg) {
    struct reader *r = arg;
    struct buf out;
    buf_init(&out, 1000000);
    for (int round = 0; round < 50; round++) {
        const struct setting_def *def;
        buf_clear(&out);
        for (size_t i = 0; (def = conf_def_at(r->link, i)) != NULL; i++) {
            conf_format(r->link, def->key, &out);
        }
        r->bytes = out.len;
    }
    buf_free(&out);
}

static void many_read_at_once(void **state) {
    (void)state;
    struct conf *c = parsed("{\"companies\":[{\"name\":\"A\",\"links\":[{\"name\":\"l\",\"kind\":\"parrot\"},"
                            "{\"name\":\"m\",\"kind\":\"parrot\",\"volume\":3}]}]}");
    struct reader readers[4];
    struct os_thread *threads[4];
    for (size_t i = 0; i < 4; i++) {
        readers[i] = (struct reader){.link = conf_link_at(conf_company(c, "A"), i % 2)};
        threads[i] = os_thread_start(read_all, &readers[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        os_thread_join(threads[i]);
        assert_true(readers[i].bytes > 100);
        assert_int_equal(readers[i].bytes, readers[0].bytes);
    }
    conf_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_read_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
