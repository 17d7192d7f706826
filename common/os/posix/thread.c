#include "common/os/os.h"

#include <pthread.h>

#include "common/base/mem.h"
#include "common/os/common.h"

struct os_thread {
    pthread_t id;
    void (*run)(void *arg);
    void *arg;
};

struct os_mutex {
    pthread_mutex_t m;
};

struct os_cond {
    pthread_cond_t c;
};

static void *thread_main(void *p) {
    struct os_thread *t = p;
    t->run(t->arg);
    return NULL;
}

struct os_thread *os_thread_start(void (*run)(void *arg), void *arg) {
    struct os_thread *t = MEM_NEW(struct os_thread);
    t->run = run;
    t->arg = arg;
    if (pthread_create(&t->id, NULL, thread_main, t) != 0) {
        os_common_abort("a thread could not be started");
    }
    return t;
}

void os_thread_join(struct os_thread *t) {
    if (t != NULL) {
        (void)pthread_join(t->id, NULL);
        mem_free(t);
    }
}

struct os_mutex *os_mutex_new(void) {
    struct os_mutex *m = MEM_NEW(struct os_mutex);
    if (pthread_mutex_init(&m->m, NULL) != 0) {
        os_common_abort("a mutex could not be made");
    }
    return m;
}

void os_mutex_free(struct os_mutex *m) {
    if (m != NULL) {
        (void)pthread_mutex_destroy(&m->m);
        mem_free(m);
    }
}

void os_mutex_lock(struct os_mutex *m) {
    (void)pthread_mutex_lock(&m->m);
}

void os_mutex_unlock(struct os_mutex *m) {
    (void)pthread_mutex_unlock(&m->m);
}

struct os_cond *os_cond_new(void) {
    struct os_cond *c = MEM_NEW(struct os_cond);
    if (pthread_cond_init(&c->c, NULL) != 0) {
        os_common_abort("a condition could not be made");
    }
    return c;
}

void os_cond_free(struct os_cond *c) {
    if (c != NULL) {
        (void)pthread_cond_destroy(&c->c);
        mem_free(c);
    }
}

void os_cond_wait(struct os_cond *c, struct os_mutex *m) {
    (void)pthread_cond_wait(&c->c, &m->m);
}

void os_cond_wake_all(struct os_cond *c) {
    (void)pthread_cond_broadcast(&c->c);
}
