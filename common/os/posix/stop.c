#include "common/os/posix/stop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/os/common.h"

/* The event counter is written once and never read, so it stays readable and wakes every waiter. Writing it and setting
 * an atomic flag are both allowed in a signal handler; a mutex with a condition variable would not be. */
struct stop {
    atomic_bool set;
    int fd;
};

struct stop *stop_new(void) {
    struct stop *s = MEM_NEW(struct stop);
    atomic_init(&s->set, false);
    s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->fd < 0) {
        os_common_abort("an event could not be made");
    }
    return s;
}

void stop_free(struct stop *s) {
    if (s != NULL) {
        (void)close(s->fd);
        mem_free(s);
    }
}

void stop_set(struct stop *s) {
    int keep = errno; /* we may be inside a signal handler */
    uint64_t one = 1;
    atomic_store(&s->set, true);
    ssize_t n = write(s->fd, &one, sizeof(one)); /* can only fail when it has been set 2^64 - 2 times */
    (void)n;
    errno = keep;
}

bool stop_is_set(const struct stop *s) {
    return s != NULL && atomic_load(&s->set);
}

int stop_fd(const struct stop *s) {
    return s == NULL ? -1 : s->fd;
}

bool os_wait(struct stop *s, int64_t ms) {
    int64_t end = clock_monotonic_us(os_clock()) / 1000 + (ms > 0 ? ms : 0);
    for (;;) {
        int64_t left = end - clock_monotonic_us(os_clock()) / 1000;
        if (stop_is_set(s) || left <= 0) {
            return stop_is_set(s);
        }
        struct pollfd p = {.fd = s == NULL ? -1 : s->fd, .events = POLLIN};
        /* An interrupted or short poll only means another round: the deadline decides. */
        (void)poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
    }
}
