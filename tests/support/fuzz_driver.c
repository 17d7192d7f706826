/*
 * Runs a fuzz target over files, where libFuzzer is not linked: each file of each folder or file named, whole and cut
 * short at a few places. So a corpus stays a test of every build, the Windows one too.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly the size, so that a sanitizer sees a read behind the end. */
static void run_one(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static int run_file(const char *path) {
    static uint8_t data[INPUT_MAX];
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return -1;
    size_t size = fread(data, 1, sizeof data, f);
    int bad = ferror(f);
    fclose(f);
    if (bad)
        return -1;
    run_one(data, size);
    for (size_t part = 1; part < 16; part++)
        run_one(data, size * part / 16);
    return 0;
}

static int run_folder(const char *path) {
    int files = 0;
    DIR *dir = opendir(path);
    if (dir == NULL)
        return run_file(path) == 0 ? 1 : -1;
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        char name[4096];
        if (e->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (run_file(name) == 0)
            files++;
    }
    closedir(dir);
    return files;
}

int main(int argc, char **argv) {
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int files = run_folder(argv[i]);
        printf("%s: %d files\n", argv[i], files);
        if (files <= 0)
            status = 1;
    }
    return status;
}
