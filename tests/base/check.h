/* What each test program of this room includes first. */
#ifndef TESTS_BASE_CHECK_H
#define TESTS_BASE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Loops over millions of values check with this: cmocka's own asserts would cost more than the thing under test. */
#define CHECK(condition)                \
    do {                                \
        if (!(condition))               \
            fail_msg("%s", #condition); \
    } while (0)

#endif
