/* Tokens of steps: random UUIDs (RFC 9562 version 4) in their 36-character text form. */
#ifndef COMMON_BASE_UUID_H
#define COMMON_BASE_UUID_H

#define UUID_SIZE 37
/* Formats 16 random bytes; the caller brings the randomness (os_random), so that tests can be repeatable. */
void uuid_from_random(const unsigned char random[16], char out[UUID_SIZE]);

#endif
