#include "common/os/life.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/str.h"
#include "common/os/os.h"

#define STAT_MAX 4096
/* In /proc/PID/stat the state stands behind the name, which is in brackets and may hold anything (proc(5)); the moment
 * of the start, in ticks since the boot, is the 19th word behind the state. */
#define START_WORD 19

/* FNV-1a over the boot's own id: ticks since the boot mean nothing in another boot. */
static uint64_t boot_mark(void) {
    struct buf id;
    uint64_t mark = UINT64_C(0xcbf29ce484222325);
    if (os_read_file("/proc/sys/kernel/random/boot_id", STAT_MAX, &id, NULL) != RC_OK)
        return mark;
    for (size_t i = 0; i < id.len; i++)
        mark = (mark ^ (unsigned char)id.data[i]) * UINT64_C(0x100000001b3);
    buf_free(&id);
    return mark;
}

static bool read_stat(const char *text, char *state, int64_t *started) {
    const char *p = strrchr(text, ')');
    if (!p || p[1] != ' ' || !p[2])
        return false;
    p += 2;
    *state = *p;
    for (int word = 0; word < START_WORD; word++) {
        p = strchr(p, ' ');
        if (!p)
            return false;
        p++;
    }
    char ticks[32];
    int64_t value = 0;
    (void)str_fmt(ticks, sizeof ticks, "%.*s", (int)strcspn(p, " \n"), p);
    if (!str_to_i64(ticks, &value))
        return false;
    *started = (int64_t)((boot_mark() ^ (uint64_t)value) & INT64_MAX);
    return true;
}

static enum rc look(int64_t process, char *state, int64_t *started) {
    char path[64];
    struct buf text;
    (void)str_fmt(path, sizeof path, "/proc/%lld/stat", (long long)process);
    enum rc rc = os_read_file(path, STAT_MAX, &text, NULL);
    if (rc == RC_OK && !read_stat(text.data, state, started))
        rc = RC_INVALID;
    buf_free(&text);
    return rc;
}

int64_t os_process_started(void) {
    char state = 0;
    int64_t started = 0;
    return look(getpid(), &state, &started) == RC_OK ? started : 0;
}

enum os_life os_process_life(int64_t process, int64_t started) {
    char state = 0;
    int64_t now = 0;
    if (process <= 0 || process > INT32_MAX)
        return OS_LIFE_UNKNOWN;
    if (look(process, &state, &now) != RC_OK) /* hidden from us, or gone: only a signal tells */
        return kill((pid_t)process, 0) != 0 && errno == ESRCH ? OS_LIFE_GONE : OS_LIFE_UNKNOWN;
    /* Z and X: ended, and only waits for its parent to ask how. */
    return now == started && state != 'Z' && state != 'X' ? OS_LIFE_LIVES : OS_LIFE_GONE;
}

void os_process_space(char *out, size_t size) {
    char link[64];
    ssize_t n = readlink("/proc/self/ns/pid", link, sizeof link - 1);
    link[n > 0 ? n : 0] = '\0';
    (void)str_copy(out, size, link);
}
