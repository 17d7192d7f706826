/* The parts of os.h that need no system call of their own. */
#include "common/os/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/base/uuid.h"
#include "common/os/os.h"

_Noreturn void os_common_abort(const char *what) {
    (void)fprintf(stderr, "shopferry: %s; the program ends here.\n", what);
    abort();
}

void os_token(char out[37]) {
    unsigned char bytes[16];
    os_random(bytes, sizeof(bytes));
    uuid_from_random(bytes, out);
}

char *os_common_new_name(const char *path) {
    unsigned char r[8];
    os_random(r, sizeof(r));
    return mem_printf("%s.%02x%02x%02x%02x%02x%02x%02x%02x.new", path, r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]);
}

void os_path_join(char *out, size_t size, const char *folder, const char *name) {
    size_t len = strlen(folder);
    bool closed = len == 0 || strchr(os_common_separators, folder[len - 1]) != NULL;
    (void)str_fmt(out, size, "%s%.*s%s", folder, closed ? 0 : 1, os_common_separators, name);
}

enum rc os_common_folder(char *out, size_t size, const char *base, const char *below, struct err *err) {
    char joined[OS_PATH_SIZE];
    bool fits = strlen(base) + (below == NULL ? 0 : strlen(below)) + 2 <= sizeof(joined);
    if (fits && below != NULL) {
        os_path_join(joined, sizeof(joined), base, below);
    } else if (fits) {
        fits = str_copy(joined, sizeof(joined), base);
    }
    if (!fits || strlen(joined) >= size) {
        return err_set(err, RC_TOO_BIG, REACH_SERVICE, "The path of the data folder is too long: %s", base);
    }
    (void)str_copy(out, size, joined);
    return RC_OK;
}

enum rc os_folder_writable(const char *path, struct err *err) {
    char *probe_base = mem_printf("%s%.1sprobe", path, os_common_separators);
    char *probe = os_common_new_name(probe_base);
    FILE *f = os_open_write(probe, err);
    enum rc rc = f != NULL ? RC_OK : err != NULL ? err->rc : RC_DENIED;
    if (f != NULL && (fputs("probe\n", f) == EOF || fflush(f) != 0)) {
        rc = err_set(err, RC_IO, REACH_SERVICE, "The folder %s takes no data; is the disk full?", path);
    }
    if (f != NULL) {
        (void)fclose(f);
        enum rc removed = os_remove(probe, rc == RC_OK ? err : NULL);
        rc = rc == RC_OK ? removed : rc;
    } else {
        rc = err_set(err, rc, REACH_SERVICE, "Shopferry may not write in the folder %s.", path);
    }
    mem_free(probe);
    mem_free(probe_base);
    return rc;
}

void os_names_add(struct os_names *n, const char *name) {
    mem_grow((void **)&n->items, &n->capacity, n->count, sizeof(char *));
    n->items[n->count++] = mem_strdup(name);
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void os_names_visit(struct os_names *n, void (*visit)(void *ctx, const char *name), void *ctx) {
    if (n->count > 0) {
        qsort(n->items, n->count, sizeof(char *), by_bytes);
    }
    for (size_t i = 0; i < n->count; i++) {
        visit(ctx, n->items[i]);
    }
}

void os_names_free(struct os_names *n) {
    for (size_t i = 0; i < n->count; i++) {
        mem_free(n->items[i]);
    }
    mem_free(n->items);
    *n = (struct os_names){0};
}
