/* Zones of the tz database, in $TZDIR or /usr/share/zoneinfo; the machine's own is $TZ, else /etc/localtime. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/common.h"
#include "common/os/os.h"
#include "common/os/zone.h"
#include "common/os/zone_table.h"

#define ZONE_FOLDER   "/usr/share/zoneinfo"
#define MACHINE_FILE  "/etc/localtime"
#define ZONE_FILE_MAX 65536
#define ZONE_LIST_MAX (1 << 20)

static void zone_folder(char *out, size_t size) {
    if (!os_getenv("TZDIR", out, size) || str_empty(out))
        (void)str_copy(out, size, ZONE_FOLDER);
}

/* A name is a path below the folder, never one that leads out of it. */
static bool name_is_good(const char *name) {
    bool good = name[0] != '/' && strstr(name, "..") == NULL && strlen(name) < OS_ZONE_NAME_SIZE;
    for (const char *p = name; *p && good; p++)
        good = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("/_+-.", *p);
    return good;
}

static enum rc read_file(const char *path, const char *name, struct os_zone *out, struct err *err) {
    struct buf data;
    enum rc rc = os_read_file(path, ZONE_FILE_MAX, &data, err);
    if (rc == RC_OK)
        rc = tzif_parse(data.data, data.len, out, err);
    buf_free(&data);
    if (rc == RC_OK)
        (void)str_copy(out->name, sizeof(out->name), name);
    return rc;
}

static enum rc read_named(const char *name, struct os_zone *out, struct err *err) {
    char folder[OS_PATH_SIZE];
    char path[OS_PATH_SIZE + OS_ZONE_NAME_SIZE];
    zone_folder(folder, sizeof(folder));
    if (name_is_good(name)) {
        os_path_join(path, sizeof(path), folder, name);
        if (os_file_size(path) > 0)
            return read_file(path, name, out, err);
    }
    return err_set(err, RC_NOT_FOUND, REACH_SERVICE,
                   "This machine knows no time zone called \"%s\". A name looks like Europe/Warsaw.", name);
}

/* /etc/localtime is mostly a link into the folder: its target is the name. */
static void machine_name(char *out, size_t size) {
    char folder[OS_PATH_SIZE];
    zone_folder(folder, sizeof(folder));
    char *target = realpath(MACHINE_FILE, NULL);
    size_t len = strlen(folder);
    bool below = target && strncmp(target, folder, len) == 0 && target[len] == '/';
    (void)str_copy(out, size, below ? target + len + 1 : "local time");
    mem_free(target);
}

static enum rc read_machine(struct os_zone *out, struct err *err) {
    char name[OS_ZONE_NAME_SIZE];
    if (os_getenv("TZ", name, sizeof(name)) && !str_empty(name)) {
        const char *named = name[0] == ':' ? name + 1 : name;
        return named[0] == '/' ? read_file(named, "local time", out, err) : read_named(named, out, err);
    }
    if (!os_exists(MACHINE_FILE)) {
        *out = (struct os_zone){.name = "UTC"};
        return RC_OK;
    }
    machine_name(name, sizeof(name));
    return read_file(MACHINE_FILE, name, out, err);
}

enum rc os_zone_read(const char *name, struct os_zone *out, struct err *err) {
    return str_empty(name) ? read_machine(out, err) : read_named(name, out, err);
}

/* "Z Europe/Warsaw 1:24 ..." and "L Europe/Warsaw Poland" */
static char *name_in_line(char *line) {
    char *word = line[0] == 'L' ? strchr(line + 2, ' ') : line + 1;
    if (!word)
        return NULL;
    word++;
    word[strcspn(word, " ")] = '\0';
    return word;
}

static void add_name(struct os_names *names, const char *folder, const char *name) {
    char path[OS_PATH_SIZE + OS_ZONE_NAME_SIZE];
    if (!name || !name_is_good(name))
        return;
    os_path_join(path, sizeof(path), folder, name);
    /* Some systems put old names in a package of its own. */
    if (os_file_size(path) > 0)
        os_names_add(names, name);
}

enum rc os_zone_names(void (*visit)(void *ctx, const char *name), void *ctx, struct err *err) {
    char folder[OS_PATH_SIZE];
    char path[OS_PATH_SIZE + 16];
    struct buf list;
    zone_folder(folder, sizeof(folder));
    os_path_join(path, sizeof(path), folder, "tzdata.zi");
    enum rc rc = os_read_file(path, ZONE_LIST_MAX, &list, err);
    if (rc != RC_OK)
        return rc;
    struct os_names names = {0};
    for (char *line = list.data; line && *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        if ((line[0] == 'Z' || line[0] == 'L') && line[1] == ' ')
            add_name(&names, folder, name_in_line(line));
        line = end ? end + 1 : NULL;
    }
    os_names_visit(&names, visit, ctx);
    os_names_free(&names);
    buf_free(&list);
    return RC_OK;
}
