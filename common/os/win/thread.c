#include <windows.h>

#include "common/os/os.h"

#include <process.h>

#include "common/base/mem.h"
#include "common/os/common.h"

struct os_thread {
    HANDLE handle;
    void (*run)(void *arg);
    void *arg;
};

struct os_mutex {
    SRWLOCK lock;
};

struct os_cond {
    CONDITION_VARIABLE variable;
};

static unsigned __stdcall thread_main(void *p) {
    struct os_thread *t = p;
    t->run(t->arg);
    return 0;
}

struct os_thread *os_thread_start(void (*run)(void *arg), void *arg) {
    struct os_thread *t = MEM_NEW(struct os_thread);
    t->run = run;
    t->arg = arg;
    /* Not CreateThread: the C library keeps state for each thread. */
    uintptr_t h = _beginthreadex(NULL, 0, thread_main, t, 0, NULL);
    if (h == 0) {
        os_common_abort("a thread could not be started");
    }
    t->handle = (HANDLE)h;
    return t;
}

void os_thread_join(struct os_thread *t) {
    if (t != NULL) {
        (void)WaitForSingleObject(t->handle, INFINITE);
        (void)CloseHandle(t->handle);
        mem_free(t);
    }
}

struct os_mutex *os_mutex_new(void) {
    struct os_mutex *m = MEM_NEW(struct os_mutex);
    InitializeSRWLock(&m->lock);
    return m;
}

void os_mutex_free(struct os_mutex *m) {
    mem_free(m);
}

void os_mutex_lock(struct os_mutex *m) {
    AcquireSRWLockExclusive(&m->lock);
}

void os_mutex_unlock(struct os_mutex *m) {
    ReleaseSRWLockExclusive(&m->lock);
}

struct os_cond *os_cond_new(void) {
    struct os_cond *c = MEM_NEW(struct os_cond);
    InitializeConditionVariable(&c->variable);
    return c;
}

void os_cond_free(struct os_cond *c) {
    mem_free(c);
}

void os_cond_wait(struct os_cond *c, struct os_mutex *m) {
    (void)SleepConditionVariableSRW(&c->variable, &m->lock, INFINITE, 0);
}

void os_cond_wake_all(struct os_cond *c) {
    WakeAllConditionVariable(&c->variable);
}
