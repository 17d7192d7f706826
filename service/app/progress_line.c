#include "service/app/progress_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

#define REDRAW_US 200000
#define SECOND_US 1000000

void progress_line_init(struct progress_line *p, struct clock *clock, bool on) {
    memset(p, 0, sizeof(*p));
    p->clock = clock;
    p->on = on;
}

static void add_duration(struct buf *out, int64_t seconds) {
    if (seconds < 120)
        buf_addf(out, "%" PRId64 " s", seconds);
    else if (seconds < 7200)
        buf_addf(out, "%" PRId64 " min", seconds / 60);
    else
        buf_addf(out, "%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds % 3600 / 60);
}

void progress_line_text(struct buf *out, const char *what, int64_t done, int64_t total, int64_t begun_done,
                        int64_t elapsed_us) {
    buf_addf(out, "%s  %" PRId64, what, done);
    if (total >= 0)
        buf_addf(out, " of %" PRId64, total);
    int64_t worked = done - begun_done;
    if (worked <= 0 || elapsed_us < SECOND_US)
        return;
    buf_addf(out, "  %" PRId64 "/s", worked * SECOND_US / elapsed_us);
    if (total > done) {
        buf_adds(out, "  ");
        add_duration(out, (total - done) * (elapsed_us / SECOND_US) / worked + 1);
        buf_adds(out, " left");
    }
}

static void draw(struct progress_line *p, const char *text, size_t len) {
    (void)fprintf(stderr, "\r%s", text);
    for (size_t i = len; i < p->shown_len; i++)
        (void)fputc(' ', stderr);
    (void)fflush(stderr);
    p->shown_len = len;
}

void progress_line_show(void *ctx, const char *what, int64_t done, int64_t total) {
    struct progress_line *p = ctx;
    if (!p->on)
        return;
    int64_t now = clock_monotonic_us(p->clock);
    if (!str_eq(what, p->what)) {
        str_copy(p->what, sizeof(p->what), what);
        p->begun_us = now;
        p->begun_done = done;
        p->shown_us = 0;
    }
    if (p->shown_us && now - p->shown_us < REDRAW_US && done != total)
        return;
    p->shown_us = now;
    struct buf text;
    buf_init(&text, 200);
    progress_line_text(&text, what, done, total, p->begun_done, now - p->begun_us);
    draw(p, text.data, text.len);
    buf_free(&text);
}

void progress_line_end(struct progress_line *p) {
    if (p->on && p->shown_len) {
        draw(p, "", 0);
        (void)fputc('\r', stderr);
    }
    p->shown_len = 0;
}
