/* What the tests of the pipe ask the system, differently on each. */
#ifndef TESTS_IPC_PLATFORM_H
#define TESTS_IPC_PLATFORM_H

#include <stdbool.h>

/* Open handles (file descriptors) of this process. */
long test_handles(void);
/* Allows as many open files as the system grants. */
void test_many_handles(void);
/* Does this system keep a second listener away from a pipe? Wine does not. */
bool test_second_listener_refused(void);
/* Does it tell who listens on a pipe? Windows does only where a service is named that runs; Wine not at all. */
bool test_server_is_proven(void);

#endif
