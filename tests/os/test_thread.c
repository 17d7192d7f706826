/* Threads run, a mutex keeps them apart, a stop wakes every waiter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/os/os.h"

#define WORKERS 4
#define ROUNDS  20000

struct shared {
    struct os_mutex *mutex;
    int64_t a, b; /* always equal under the mutex */
    int broken;
};

static void count(void *arg) {
    struct shared *s = arg;
    for (int i = 0; i < ROUNDS; i++) {
        os_mutex_lock(s->mutex);
        s->broken += s->a != s->b;
        s->a++;
        s->b++;
        os_mutex_unlock(s->mutex);
    }
}

static void a_mutex_keeps_threads_apart(void **state) {
    (void)state;
    struct shared s = {.mutex = os_mutex_new()};
    struct os_thread *threads[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        threads[i] = os_thread_start(count, &s);
    }
    for (int i = 0; i < WORKERS; i++) {
        os_thread_join(threads[i]);
    }
    assert_int_equal(s.a, WORKERS * ROUNDS);
    assert_int_equal(s.broken, 0);
    os_mutex_free(s.mutex);
    os_mutex_free(NULL);
    os_thread_join(NULL);
}

struct turns {
    struct os_mutex *mutex;
    struct os_cond *changed;
    int turn, rounds;
};

static void odd_turns(void *arg) {
    struct turns *t = arg;
    os_mutex_lock(t->mutex);
    while (t->rounds < 1000) {
        if (t->turn == 1) {
            t->turn = 0;
            t->rounds++;
            os_cond_wake_all(t->changed);
        } else {
            os_cond_wait(t->changed, t->mutex);
        }
    }
    os_mutex_unlock(t->mutex);
}

static void a_condition_hands_turns_over(void **state) {
    (void)state;
    struct turns t = {.mutex = os_mutex_new(), .changed = os_cond_new()};
    struct os_thread *other = os_thread_start(odd_turns, &t);
    os_mutex_lock(t.mutex);
    while (t.rounds < 1000) {
        if (t.turn == 0) {
            t.turn = 1;
            os_cond_wake_all(t.changed);
        } else {
            os_cond_wait(t.changed, t.mutex);
        }
    }
    os_mutex_unlock(t.mutex);
    os_thread_join(other);
    assert_int_equal(t.turn, 0);
    os_cond_free(t.changed);
    os_cond_free(NULL);
    os_mutex_free(t.mutex);
}

struct waiter {
    struct stop *stop;
    bool woken;
    int64_t waited_us;
};

static void wait_long(void *arg) {
    struct waiter *w = arg;
    int64_t start = clock_monotonic_us(os_clock());
    w->woken = os_wait(w->stop, 60000);
    w->waited_us = clock_monotonic_us(os_clock()) - start;
}

static void a_stop_wakes_every_waiter(void **state) {
    (void)state;
    struct stop *stop = stop_new();
    struct waiter waiters[WORKERS];
    struct os_thread *threads[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        waiters[i] = (struct waiter){.stop = stop};
        threads[i] = os_thread_start(wait_long, &waiters[i]);
    }
    assert_false(stop_is_set(stop));
    assert_false(os_wait(stop, 50)); /* most of them wait by now; those that come later must see it too */
    stop_set(stop);
    stop_set(stop);
    for (int i = 0; i < WORKERS; i++) {
        os_thread_join(threads[i]);
        assert_true(waiters[i].woken);
        assert_true(waiters[i].waited_us < 30000000);
    }
    assert_true(stop_is_set(stop));
    assert_true(os_wait(stop, 60000));
    assert_true(os_wait(stop, 0));
    stop_free(stop);
}

static void waiting_takes_its_time(void **state) {
    (void)state;
    struct stop *stop = stop_new();
    struct stop *const both[] = {stop, NULL};
    for (int i = 0; i < 2; i++) {
        int64_t start = clock_monotonic_us(os_clock());
        assert_false(os_wait(both[i], 30));
        assert_true(clock_monotonic_us(os_clock()) - start >= 29000);
        assert_false(os_wait(both[i], 0));
        assert_false(os_wait(both[i], -5));
    }
    assert_false(stop_is_set(NULL));
    stop_free(stop);
    stop_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mutex_keeps_threads_apart), cmocka_unit_test(a_condition_hands_turns_over),
        cmocka_unit_test(a_stop_wakes_every_waiter), cmocka_unit_test(waiting_takes_its_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
