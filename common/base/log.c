#include "common/base/log.h"

#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/str.h"

static bool breaks_line(uint32_t c) {
    return utf8_is_control(c) || c == 0x2028 || c == 0x2029;
}

static void add_one_line(struct buf *line, const char *text) {
    const char *end = text + strlen(text);
    while (text < end) {
        uint32_t c = utf8_next(&text, end);
        utf8_add(line, breaks_line(c) ? ' ' : c);
        if (line->full) {
            line->data[utf8_cut(line->data, LOG_LINE_MAX - 3)] = '\0';
            line->len = strlen(line->data);
            line->full = false;
            buf_adds(line, "...");
            return;
        }
    }
}

void log_line(struct log *log, enum log_level level, const struct log_context *about, const char *fmt, ...) {
    static const struct log_context nothing;
    if (log == NULL)
        return;
    va_list args;
    va_start(args, fmt);
    char *text = mem_vprintf(fmt, args);
    va_end(args);
    struct buf line;
    buf_init(&line, LOG_LINE_MAX);
    add_one_line(&line, text);
    mem_free(text);
    log->vt->line(log, level, about == NULL ? &nothing : about, line.data);
    buf_free(&line);
}

const char *log_level_name(enum log_level level) {
    switch (level) {
    case LOG_DEBUG: return "debug";
    case LOG_INFO: return "info";
    case LOG_WARNING: return "warning";
    case LOG_ERROR: return "error";
    }
    return "unnamed";
}
