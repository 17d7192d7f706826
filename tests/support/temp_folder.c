#include "tests/support/temp_folder.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/base/err.h"
#include "common/base/str.h"
#include "common/os/os.h"

void temp_folder_make(char *out, size_t size) {
    static const char *const variables[] = {"TMPDIR", "TEMP", "TMP"};
    char base[512], token[37], name[64];
    str_copy(base, sizeof(base), "/tmp");
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        if (os_getenv(variables[i], base, sizeof(base)))
            break;
    os_token(token);
    str_fmt(name, sizeof(name), "shopferry-%s", token);
    os_path_join(out, size, base, name);
    struct err err;
    if (os_mkdirs(out, &err) != RC_OK) {
        (void)fprintf(stderr, "no temporary folder %s: %s\n", out, err.text);
        abort();
    }
}

static void remove_entry(void *ctx, const char *name) {
    char path[1024];
    os_path_join(path, sizeof(path), ctx, name);
    (void)os_remove(path, NULL);
}

void temp_folder_remove(const char *path) {
    (void)os_list_dir(path, remove_entry, (void *)(size_t)path, NULL);
    (void)os_remove(path, NULL);
}
