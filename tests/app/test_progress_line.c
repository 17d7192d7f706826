/* The words of the line that a run shows on a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/app/progress_line.h"

static void each_part_stands_only_where_it_is_known(void **state) {
    (void)state;
    static const struct {
        int64_t done, total, begun_done, elapsed_us;
        const char *text;
    } cases[] = {
        {0, -1, 0, 0, "stock  0"},
        {0, 1200, 0, 5000000, "stock  0 of 1200"},  /* nothing done: no speed, no end in sight */
        {50, 1200, 0, 999999, "stock  50 of 1200"}, /* too early to tell */
        {300, -1, 0, 2500000, "stock  300  120/s"}, /* nobody knows how many */
        {300, 1200, 0, 2500000, "stock  300 of 1200  120/s  7 s left"},
        {1200, 1200, 0, 10000000, "stock  1200 of 1200  120/s"},
        {1300, 1200, 0, 10000000, "stock  1300 of 1200  130/s"},           /* more came meanwhile */
        {500, 1000, 400, 10000000, "stock  500 of 1000  10/s  51 s left"}, /* what an earlier run did is no speed */
        {100, 12100, 0, 1000000, "stock  100 of 12100  100/s  2 min left"},
        {100, 720100, 0, 1000000, "stock  100 of 720100  100/s  2 h 0 min left"},
        {100, 1000100, 0, 1000000, "stock  100 of 1000100  100/s  2 h 46 min left"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf text;
        buf_init(&text, 200);
        progress_line_text(&text, "stock", cases[i].done, cases[i].total, cases[i].begun_done, cases[i].elapsed_us);
        assert_string_equal(text.data, cases[i].text);
        buf_free(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_stands_only_where_it_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
