#include <windows.h>

#include <bcrypt.h>

#include "common/os/common.h"
#include "common/os/os.h"

void os_random(void *out, size_t len) {
    unsigned char *p = out;
    while (len > 0) {
        ULONG part = len > 1u << 20 ? 1u << 20 : (ULONG)len;
        if (BCryptGenRandom(NULL, p, part, BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0) {
            os_common_abort("the system has no secure random numbers");
        }
        p += part;
        len -= part;
    }
}
