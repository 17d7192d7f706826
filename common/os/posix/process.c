#include "common/os/os.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/base/str.h"

void os_machine_name(char *out, size_t size) {
    char name[256];
    if (gethostname(name, sizeof(name)) != 0) {
        (void)str_copy(name, sizeof(name), "unknown");
    }
    name[sizeof(name) - 1] = '\0';
    (void)str_copy(out, size, name);
}

void os_account_name(char *out, size_t size) {
    char space[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    if (getpwuid_r(geteuid(), &entry, space, sizeof(space), &found) == 0 && found != NULL) {
        (void)str_copy(out, size, found->pw_name);
    } else {
        (void)str_fmt(out, size, "uid %ld", (long)geteuid());
    }
}

long os_process_id(void) {
    return (long)getpid();
}

void os_die_now(int code) {
    _exit(code); /* no exit handlers, no flush of streams */
}

bool os_is_terminal(FILE *f) {
    return isatty(fileno(f)) == 1;
}

uint64_t os_peak_memory(void) {
    /* Not getrusage: its ru_maxrss also counts what the parent had before exec. */
    struct buf status;
    if (os_read_file("/proc/self/status", 65536, &status, NULL) != RC_OK) {
        return 0;
    }
    uint64_t kib = 0;
    const char *line = strstr(status.data, "VmHWM:");
    for (const char *p = line == NULL ? "" : line + 6; *p != '\0' && *p != '\n'; p++) {
        if (*p >= '0' && *p <= '9') {
            kib = kib * 10 + (uint64_t)(*p - '0');
        }
    }
    buf_free(&status);
    return kib * 1024;
}

bool os_getenv(const char *name, char *out, size_t size) {
    const char *value = getenv(name);
    if (value == NULL || strlen(value) >= size) {
        return false;
    }
    return str_copy(out, size, value);
}

void os_terminal_echo(bool on) {
    struct termios mode;
    if (tcgetattr(STDIN_FILENO, &mode) != 0)
        return;
    if (on)
        mode.c_lflag |= (tcflag_t)ECHO;
    else
        mode.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode);
}
