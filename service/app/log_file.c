#include "service/app/log_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"

#define CURRENT    "shopferry.log"
#define OLD_PREFIX "shopferry-"
#define PATH_SIZE  1024

struct log_file {
    struct log log;
    struct os_mutex *lock;
    struct clock *clock;
    char *folder;
    FILE *file;
    int64_t size, file_max, total_max;
    enum log_level lowest;
};

static void current_path(const struct log_file *f, char out[PATH_SIZE]) {
    os_path_join(out, PATH_SIZE, f->folder, CURRENT);
}

static enum rc open_current(struct log_file *f, struct err *err) {
    char path[PATH_SIZE];
    current_path(f, path);
    f->file = os_open_append(path, err);
    if (!f->file)
        return RC_IO;
    int64_t size = os_file_size(path);
    f->size = size < 0 ? 0 : size;
    return RC_OK;
}

/* --- keeping the total under its cap --- */

struct old_logs {
    const char *folder;
    char (*names)[80];
    size_t count, capacity;
    int64_t bytes;
};

static void collect_old(void *ctx, const char *name) {
    struct old_logs *old = ctx;
    char path[PATH_SIZE];
    if (!str_starts(name, OLD_PREFIX) || !str_ends(name, ".log") || strlen(name) >= sizeof(old->names[0]))
        return;
    mem_grow((void **)&old->names, &old->capacity, old->count, sizeof(old->names[0]));
    str_copy(old->names[old->count++], sizeof(old->names[0]), name);
    os_path_join(path, sizeof(path), old->folder, name);
    int64_t size = os_file_size(path);
    old->bytes += size > 0 ? size : 0;
}

/* The names sort by their time stamp, so the first are the oldest. */
static void drop_oldest(struct log_file *f) {
    struct old_logs old = {.folder = f->folder};
    if (os_list_dir(f->folder, collect_old, &old, NULL) == RC_OK) {
        for (size_t i = 0; i < old.count && old.bytes + f->file_max > f->total_max; i++) {
            char path[PATH_SIZE];
            os_path_join(path, sizeof(path), f->folder, old.names[i]);
            int64_t size = os_file_size(path);
            if (os_remove(path, NULL) == RC_OK)
                old.bytes -= size > 0 ? size : 0;
        }
    }
    mem_free(old.names);
}

static void rotate(struct log_file *f) {
    char from[PATH_SIZE], to[PATH_SIZE], name[80];
    struct civil at;
    civil_from_ms(clock_wall_ms(f->clock), &at);
    current_path(f, from);
    for (int n = 0; n < 1000; n++) {
        str_fmt(name, sizeof(name), OLD_PREFIX "%04d%02d%02d-%02d%02d%02d-%03d.log", at.year, at.month, at.day, at.hour,
                at.minute, at.second, n);
        os_path_join(to, sizeof(to), f->folder, name);
        if (!os_exists(to))
            break;
    }
    if (f->file)
        (void)fclose(f->file);
    f->file = NULL;
    /* A rename that fails (another program holds the file) must not lose lines: we go on in the old file. */
    if (os_rename(from, to, NULL) == RC_OK)
        drop_oldest(f);
    if (open_current(f, NULL) != RC_OK)
        f->size = 0;
}

static void add_part(struct buf *b, const char *text) {
    buf_adds(b, "  ");
    buf_adds(b, str_empty(text) ? "-" : text);
}

static void format_line(struct log_file *f, enum log_level level, const struct log_context *about, const char *text,
                        struct buf *out) {
    struct civil at;
    civil_from_ms(clock_wall_ms(f->clock), &at);
    buf_addf(out, "%04d-%02d-%02d %02d:%02d:%02d.%03dZ  %-7s", at.year, at.month, at.day, at.hour, at.minute, at.second,
             at.ms, log_level_name(level));
    if (about) {
        buf_adds(out, "  ");
        buf_adds(out, str_empty(about->company) ? "-" : about->company);
        if (!str_empty(about->link)) {
            buf_adds(out, " / ");
            buf_adds(out, about->link);
        }
        add_part(out, about->flow);
        add_part(out, about->object);
    }
    add_part(out, text);
    buf_addc(out, '\n');
}

static void write_line(struct log *log, enum log_level level, const struct log_context *about, const char *text) {
    struct log_file *f = (struct log_file *)log;
    if (level < f->lowest)
        return;
    struct buf line;
    buf_init(&line, 65536);
    format_line(f, level, about, text, &line);
    os_mutex_lock(f->lock);
    if (f->size + (int64_t)line.len > f->file_max && f->size > 0)
        rotate(f);
    if (!f->file)
        (void)open_current(f, NULL);
    if (f->file) {
        (void)fwrite(line.data, 1, line.len, f->file);
        (void)fflush(f->file);
        f->size += (int64_t)line.len;
    }
    if (!f->file)
        (void)fwrite(line.data, 1, line.len, stderr);
    os_mutex_unlock(f->lock);
    buf_free(&line);
}

static const struct log_vt log_file_vt = {.line = write_line};

enum rc log_file_open(const char *folder, int64_t file_max, int64_t total_max, struct clock *clock,
                      struct log_file **out, struct err *err) {
    enum rc rc = os_mkdirs(folder, err);
    if (rc == RC_OK)
        rc = os_folder_writable(folder, err);
    if (rc != RC_OK)
        return rc;
    struct log_file *f = MEM_NEW(struct log_file);
    f->log.vt = &log_file_vt;
    f->lock = os_mutex_new();
    f->clock = clock;
    f->folder = mem_strdup(folder);
    f->file_max = file_max;
    f->total_max = total_max;
    f->lowest = LOG_INFO;
    rc = open_current(f, err);
    if (rc != RC_OK) {
        log_file_close(f);
        return rc;
    }
    drop_oldest(f);
    *out = f;
    return RC_OK;
}

void log_file_close(struct log_file *f) {
    if (!f)
        return;
    if (f->file)
        (void)fclose(f->file);
    os_mutex_free(f->lock);
    mem_free(f->folder);
    mem_free(f);
}

struct log *log_file_log(struct log_file *f) {
    return f ? &f->log : NULL;
}

void log_file_level(struct log_file *f, enum log_level lowest) {
    f->lowest = lowest;
}

enum rc log_file_move(struct log_file *f, const char *folder, struct err *err) {
    enum rc rc = os_mkdirs(folder, err);
    if (rc == RC_OK)
        rc = os_folder_writable(folder, err);
    if (rc != RC_OK)
        return rc;
    os_mutex_lock(f->lock);
    char *old_folder = f->folder;
    FILE *old_file = f->file;
    int64_t old_size = f->size;
    f->folder = mem_strdup(folder);
    f->file = NULL;
    rc = open_current(f, err);
    if (rc == RC_OK) {
        if (old_file)
            (void)fclose(old_file);
        mem_free(old_folder);
    } else {
        mem_free(f->folder);
        f->folder = old_folder;
        f->file = old_file;
        f->size = old_size;
    }
    os_mutex_unlock(f->lock);
    return rc;
}
