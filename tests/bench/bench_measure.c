/* Runs a command and writes what it cost to a file: wall time, user and system time (microseconds), peak memory (KiB).
 *
 *     bench_measure FILE COMMAND ARGUMENT ...
 *
 * Exits as the command did. Why a program of its own: peak memory of a child counts what its parent had at the fork, so
 * the parent has to be small. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILED_TO_RUN 127

static int64_t now_us(void) {
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t us(struct timeval t) {
    return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        (void)fprintf(stderr, "usage: bench_measure FILE COMMAND ARGUMENT ...\n");
        return FAILED_TO_RUN;
    }
    int out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (out < 0) {
        perror(argv[1]);
        return FAILED_TO_RUN;
    }
    int64_t begun = now_us();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(FAILED_TO_RUN);
    }
    int status = 0;
    struct rusage used = {0};
    if (child < 0 || wait4(child, &status, 0, &used) < 0) {
        perror("bench_measure");
        return FAILED_TO_RUN;
    }
    int64_t wall = now_us() - begun;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    (void)dprintf(out, "%" PRId64 " %" PRId64 " %" PRId64 " %ld %d\n", wall, us(used.ru_utime), us(used.ru_stime),
                  used.ru_maxrss, code);
    return close(out) == 0 ? code : FAILED_TO_RUN;
}
