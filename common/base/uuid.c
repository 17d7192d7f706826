#include "common/base/uuid.h"

void uuid_from_random(const unsigned char random[16], char out[UUID_SIZE]) {
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        unsigned byte = random[i];
        if (i == 6)
            byte = (byte & 0x0F) | 0x40; /* version 4 */
        if (i == 8)
            byte = (byte & 0x3F) | 0x80; /* variant of RFC 9562 */
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    *out = '\0';
}
