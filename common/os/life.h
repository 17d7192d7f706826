/* Is the process that wrote its number down still the one that has it? Numbers are given out again, so a number alone
 * tells nothing: the moment at which the process started goes with it. */
#ifndef COMMON_OS_LIFE_H
#define COMMON_OS_LIFE_H

#include <stddef.h>
#include <stdint.h>

enum os_life {
    OS_LIFE_GONE,   /* ended, or its number belongs to another process now */
    OS_LIFE_LIVES,  /* exists; whether it works or is frozen is not told */
    OS_LIFE_UNKNOWN /* we may not look */
};

/* When this process started, in a form that only os_process_life reads; 0 when it cannot be told. */
int64_t os_process_started(void);
enum os_life os_process_life(int64_t process, int64_t started);
/* A text that is the same only where the same process numbers mean the same processes: Windows the machine's own id
 * (copied with a disk image!), Linux the pid namespace (repeats between machines!). So: one part of an identity, to be
 * put beside others. "" when it cannot be told. */
void os_process_space(char *out, size_t size);

#endif
