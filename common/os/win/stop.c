#include "common/os/win/stop.h"

#include "common/base/mem.h"
#include "common/os/common.h"

struct stop {
    HANDLE event; /* manual reset and never reset: it wakes every waiter, now and later */
};

struct stop *stop_new(void) {
    struct stop *s = MEM_NEW(struct stop);
    s->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (s->event == NULL) {
        os_common_abort("an event could not be made");
    }
    return s;
}

void stop_free(struct stop *s) {
    if (s != NULL) {
        (void)CloseHandle(s->event);
        mem_free(s);
    }
}

void stop_set(struct stop *s) {
    (void)SetEvent(s->event);
}

bool stop_is_set(const struct stop *s) {
    return s != NULL && WaitForSingleObject(s->event, 0) == WAIT_OBJECT_0;
}

HANDLE stop_handle(const struct stop *s) {
    return s == NULL ? NULL : s->event;
}

static void pause_ms(struct stop *s, DWORD ms) {
    if (s != NULL) {
        (void)WaitForSingleObject(s->event, ms);
        return;
    }
    static SRWLOCK lock = SRWLOCK_INIT;
    CONDITION_VARIABLE nobody; /* nobody ever signals it: a pause without an object of its own to make and close */
    InitializeConditionVariable(&nobody);
    AcquireSRWLockExclusive(&lock);
    (void)SleepConditionVariableSRW(&nobody, &lock, ms, 0);
    ReleaseSRWLockExclusive(&lock);
}

bool os_wait(struct stop *s, int64_t ms) {
    int64_t end = clock_monotonic_us(os_clock()) / 1000 + (ms > 0 ? ms : 0);
    for (;;) {
        int64_t left = end - clock_monotonic_us(os_clock()) / 1000;
        if (stop_is_set(s) || left <= 0) {
            return stop_is_set(s);
        }
        /* A wait may end early by a tick of the system: the deadline decides. */
        pause_ms(s, left > 0x7fffffff ? 0x7fffffff : (DWORD)left);
    }
}
