#include "common/os/os.h"

#include <errno.h>
#include <sys/random.h>

#include "common/os/common.h"

void os_random(void *out, size_t len) {
    unsigned char *p = out;
    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            os_common_abort("the system has no secure random numbers");
        }
        p += n;
        len -= (size_t)n;
    }
}
