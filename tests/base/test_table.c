#include "tests/base/check.h"

#include <stdio.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/table.h"

#define MANY 100000

static int values[MANY];

static const char *name(int i) {
    static char text[32];
    snprintf(text, sizeof text, "SKU-%d", i);
    return text;
}

struct walk {
    int seen;
    int last;
    int stop_after;
    bool in_order;
};

static bool in_order(void *ctx, const char *key, void *value) {
    struct walk *w = ctx;
    int i = (int)((int *)value - values);
    if (i <= w->last || strcmp(key, name(i)) != 0)
        w->in_order = false;
    w->last = i;
    return ++w->seen != w->stop_after;
}

static struct walk walk(const struct table *t, int stop_after) {
    struct walk w = {0, -1, stop_after, true};
    table_each(t, in_order, &w);
    return w;
}

static void many_keys(void **state) {
    (void)state;
    struct table *t = table_new();
    for (int i = 0; i < MANY; i++)
        CHECK(table_put(t, name(i), &values[i]) == NULL);
    assert_int_equal(table_count(t), MANY);
    for (int i = 0; i < MANY; i++)
        CHECK(table_get(t, name(i)) == &values[i]);
    assert_null(table_get(t, "SKU-100000"));
    assert_null(table_get(t, ""));
    struct walk w = walk(t, 0);
    assert_true(w.in_order);
    assert_int_equal(w.seen, MANY);
    assert_int_equal(walk(t, 10).seen, 10);

    for (int i = 0; i < MANY; i += 2)
        CHECK(table_remove(t, name(i)) == &values[i]);
    assert_null(table_remove(t, name(0)));
    assert_int_equal(table_count(t), MANY / 2);
    for (int i = 0; i < MANY; i++)
        CHECK(table_get(t, name(i)) == (i % 2 == 0 ? NULL : &values[i]));
    w = walk(t, 0);
    assert_true(w.in_order);
    assert_int_equal(w.seen, MANY / 2);
    table_free(t, NULL);
}

static void put_again_replaces(void **state) {
    (void)state;
    struct table *t = table_new();
    char key[] = "a";
    assert_null(table_put(t, key, &values[1]));
    key[0] = 'b'; /* the table has its own copy */
    assert_null(table_put(t, key, &values[2]));
    assert_ptr_equal(table_put(t, "a", &values[3]), &values[1]);
    assert_int_equal(table_count(t), 2);
    assert_ptr_equal(table_get(t, "a"), &values[3]);
    assert_ptr_equal(table_get(t, "b"), &values[2]);
    assert_null(table_put(t, "", &values[4]));
    assert_ptr_equal(table_get(t, ""), &values[4]);
    assert_null(table_get(t, "A"));
    table_free(t, NULL);
}

/* In and out a million times: the table may not fill up with holes. */
static void holes_are_closed(void **state) {
    (void)state;
    struct table *t = table_new();
    for (int i = 0; i < 1000000; i++) {
        CHECK(table_put(t, "come", &values[0]) == NULL);
        CHECK(table_remove(t, "come") == &values[0]);
    }
    assert_int_equal(table_count(t), 0);
    assert_int_equal(walk(t, 0).seen, 0);
    table_free(t, NULL);
}

/* Against a plain array. */
static void random_steps(void **state) {
    (void)state;
    enum { KEYS = 500 };
    static void *model[KEYS];
    struct rng r;
    rng_seed(&r, 9);
    struct table *t = table_new();
    for (int i = 0; i < 300000; i++) {
        int k = (int)rng_below(&r, KEYS);
        void *expected = model[k];
        switch (rng_below(&r, 3)) {
        case 0:
            model[k] = &values[rng_below(&r, MANY)];
            CHECK(table_put(t, name(k), model[k]) == expected);
            break;
        case 1:
            model[k] = NULL;
            CHECK(table_remove(t, name(k)) == expected);
            break;
        default: CHECK(table_get(t, name(k)) == expected); break;
        }
    }
    size_t count = 0;
    for (int k = 0; k < KEYS; k++) {
        CHECK(table_get(t, name(k)) == model[k]);
        count += model[k] != NULL;
    }
    assert_int_equal(table_count(t), count);
    table_free(t, NULL);
}

static void free_takes_the_values(void **state) {
    (void)state;
    struct table *t = table_new();
    for (int i = 0; i < 100; i++)
        table_put(t, name(i), mem_alloc(10));
    mem_free(table_remove(t, name(50)));
    table_free(t, mem_free); /* the sanitizer counts */
    table_free(NULL, mem_free);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_keys),    cmocka_unit_test(put_again_replaces),    cmocka_unit_test(holes_are_closed),
        cmocka_unit_test(random_steps), cmocka_unit_test(free_takes_the_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
