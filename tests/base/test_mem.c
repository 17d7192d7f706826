#include "tests/base/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/mem.h"

static const char *self;

static void sizes_of_nothing_are_fine(void **state) {
    (void)state;
    void *p = mem_alloc(0);
    void *q = mem_zalloc(0, 0);
    assert_non_null(p);
    assert_non_null(q);
    p = mem_realloc(p, 0);
    assert_non_null(p);
    mem_free(p);
    mem_free(q);
    mem_free(NULL);
    p = mem_dup(NULL, 0);
    assert_non_null(p);
    mem_free(p);
}

static void zalloc_clears(void **state) {
    (void)state;
    unsigned char *p = mem_zalloc(33, 31);
    for (size_t i = 0; i < 33 * 31; i++)
        CHECK(p[i] == 0);
    mem_free(p);
}

static void texts_are_copied(void **state) {
    (void)state;
    assert_null(mem_strdup(NULL));
    char *a = mem_strdup("zażółć");
    assert_string_equal(a, "zażółć");
    char *b = mem_strndup("abcdef", 3);
    assert_string_equal(b, "abc");
    char *c = mem_strndup("ab", 10);
    assert_string_equal(c, "ab");
    char *d = mem_printf("%s-%d-%zu", "x", -5, (size_t)7);
    assert_string_equal(d, "x--5-7");
    char *e = mem_printf("%0*d", 5000, 1);
    assert_int_equal(strlen(e), 5000);
    mem_free(a);
    mem_free(b);
    mem_free(c);
    mem_free(d);
    mem_free(e);
}

static void grow_makes_the_index_valid(void **state) {
    (void)state;
    int *numbers = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 10000; i++) {
        mem_grow((void **)&numbers, &capacity, (size_t)i, sizeof *numbers);
        assert_true(capacity > (size_t)i);
        numbers[i] = i;
    }
    for (int i = 0; i < 10000; i++)
        CHECK(numbers[i] == i);
    assert_true(capacity < 20001);
    mem_grow((void **)&numbers, &capacity, 1000000, sizeof *numbers);
    numbers[1000000] = 1;
    assert_int_equal(numbers[9999], 9999);
    mem_free(numbers);
}

static void wipe_leaves_nothing(void **state) {
    (void)state;
    char secret[32] = "ck_0123456789";
    mem_wipe(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++)
        assert_int_equal(secret[i], 0);
    mem_wipe(NULL, 0);
}

/* A size whose product wraps around to 0 ends the process with code 70; the program calls itself to see it. */
static void overflow_ends_the_process(void **state) {
    (void)state;
    char command[2000];
    snprintf(command, sizeof command, "\"%s\" overflow", self);
    int status = system(command);
    assert_true(status == 70 || status == 70 << 8);
}

int main(int argc, char **argv) {
    self = argv[0];
    if (argc > 1) {
        void *volatile p = mem_zalloc(SIZE_MAX / 2 + 1, 2);
        mem_free(p);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_of_nothing_are_fine), cmocka_unit_test(zalloc_clears),
        cmocka_unit_test(texts_are_copied),          cmocka_unit_test(grow_makes_the_index_valid),
        cmocka_unit_test(wipe_leaves_nothing),       cmocka_unit_test(overflow_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
