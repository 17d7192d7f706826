#include "tests/support/spawn.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void test_self(char *out, size_t size) {
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    out[n > 0 ? n : 0] = '\0';
}

int test_spawn(const char *const *argv) {
    pid_t pid = 0;
    if (posix_spawn(&pid, argv[0], NULL, NULL, (char *const *)(size_t)argv, environ) != 0)
        return -1;
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
