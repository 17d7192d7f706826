/* What the rest of the tree takes for granted of every compiler and C library it is built with. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>

#include "common/base/attr.h"

static int format(char *out, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);

static int format(char *out, size_t size, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(out, size, fmt, args);
    va_end(args);
    return n;
}

static int looks;

static bool look(void) {
    looks++;
    return true;
}

static void assertions_are_compiled_in(void **state) {
    (void)state;
    /* cppcheck-suppress assertWithSideEffect; that it has one is the test */
    assert(look());
    assert_int_equal(looks, 1);
}

/* Windows' own printf knows neither %zu nor the return value for a short buffer. */
static void printf_speaks_c99(void **state) {
    char out[64];
    (void)state;
    assert_int_equal(format(out, sizeof out, "%zu %lld %" PRIx64 " %5.2f", (size_t)7, -9LL, UINT64_MAX, 0.125), 27);
    assert_string_equal(out, "7 -9 ffffffffffffffff  0.12");
    assert_int_equal(format(out, 4, "%s", "longer"), 6);
    assert_string_equal(out, "lon");
}

static void integers_are_wide(void **state) {
    (void)state;
    assert_int_equal(sizeof(void *), 8);
    assert_int_equal(sizeof(time_t), 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assertions_are_compiled_in),
        cmocka_unit_test(printf_speaks_c99),
        cmocka_unit_test(integers_are_wide),
    };
    return cmocka_run_group_tests_name("compiler", tests, NULL, NULL);
}
