/* Starts a program and waits for it: for tests that need a process which dies. */
#ifndef TESTS_SUPPORT_SPAWN_H
#define TESTS_SUPPORT_SPAWN_H

#include <stddef.h>

/* Path of the running test program itself. */
void test_self(char *out, size_t size);
/* Runs argv (NULL-ended, argv[0] a path) with our standard streams; its exit code, or -1 when it could not be started
 * or did not end by itself. */
int test_spawn(const char *const *argv);

#endif
