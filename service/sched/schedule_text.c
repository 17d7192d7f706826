/* A schedule in words, as settings hold it and people read it: written and read. What is written reads back the same.
 */
#include <string.h>

#include "common/base/str.h"
#include "service/sched/schedule.h"

#define MINUTE_S 60
#define HOUR_S   3600
#define WORD_MAX 32

static const char *const day_names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const struct {
    int32_t s;
    const char *name;
} units[] = {{HOUR_S, "hour"}, {MINUTE_S, "minute"}, {1, "second"}};

/* --- written --- */

static void add_time(struct buf *out, int32_t second_s) {
    buf_addf(out, "%02d:%02d", (int)(second_s / HOUR_S), (int)(second_s / MINUTE_S % 60));
    if (second_s % MINUTE_S)
        buf_addf(out, ":%02d", (int)(second_s % MINUTE_S));
}

/* "Mon-Fri, Sun" */
static void add_weekdays(struct buf *out, unsigned weekdays) {
    const char *between = "";
    for (int i = 0; i < 7; i++) {
        if (!(weekdays >> i & 1))
            continue;
        int first = i;
        while (i < 6 && (weekdays >> (i + 1) & 1))
            i++;
        buf_addf(out, "%s%s", between, day_names[first]);
        if (i > first)
            buf_addf(out, "-%s", day_names[i]);
        between = ", ";
    }
}

static void add_window(struct buf *out, const struct schedule_window *w) {
    add_weekdays(out, w->weekdays);
    buf_addc(out, ' ');
    add_time(out, w->from_s);
    buf_addc(out, '-');
    add_time(out, w->to_s);
}

static void add_interval(struct buf *out, int32_t seconds) {
    size_t i = 0;
    while (seconds % units[i].s)
        i++;
    int32_t count = seconds / units[i].s;
    if (count == 1)
        buf_addf(out, "every %s", units[i].name);
    else
        buf_addf(out, "every %d %ss", (int)count, units[i].name);
}

void schedule_text(const struct schedule *schedule, struct buf *out) {
    if (schedule->kind == SCHEDULE_EVERY) {
        add_interval(out, schedule->every_s);
        buf_adds(out, ", ");
        add_window(out, &schedule->hours);
        if (schedule->offset_s > 0)
            buf_addf(out, ", %d s later", (int)schedule->offset_s);
    } else {
        buf_adds(out, "at ");
        for (size_t i = 0; i < schedule->at_count; i++) {
            buf_adds(out, i > 0 ? ", " : "");
            add_time(out, schedule->at_s[i]);
        }
        buf_adds(out, ", ");
        add_weekdays(out, schedule->hours.weekdays);
    }
    for (size_t i = 0; i < schedule->forbidden_count; i++) {
        buf_adds(out, ", not ");
        add_window(out, &schedule->forbidden[i]);
    }
}

/* --- read --- */

/* Words, between spaces and commas. */
struct words {
    const char *at;      /* behind the current word */
    char word[WORD_MAX]; /* lower case; "" at the end */
};

static void next_word(struct words *w) {
    size_t len = 0;
    w->at += strspn(w->at, " ,\t");
    size_t whole = strcspn(w->at, " ,\t");
    for (; len < whole && len < WORD_MAX - 1; len++) {
        char c = w->at[len];
        w->word[len] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    w->word[len] = '\0';
    w->at += whole;
}

static bool is_word(const struct words *w, const char *word) {
    return strcmp(w->word, word) == 0;
}

/* One or two digits, moving *s on. */
static bool take_two(const char **s, int max, int *out) {
    int digits = 0;
    for (*out = 0; digits < 2 && **s >= '0' && **s <= '9'; ++*s, digits++)
        *out = *out * 10 + (**s - '0');
    return digits > 0 && *out <= max;
}

/* "8:00", "08:00:30", "24:00" */
static bool take_clock(const char **s, int32_t *out) {
    int hour, minute, second = 0;
    if (!take_two(s, 24, &hour) || *(*s)++ != ':' || !take_two(s, 59, &minute))
        return false;
    if (**s == ':') {
        ++*s;
        if (!take_two(s, 59, &second))
            return false;
    }
    *out = hour * HOUR_S + minute * MINUTE_S + second;
    return *out <= SCHEDULE_DAY_S;
}

static bool word_time(const struct words *w, int32_t *out) {
    const char *s = w->word;
    return take_clock(&s, out) && *s == '\0';
}

static bool word_hours(const struct words *w, struct schedule_window *out) {
    const char *s = w->word;
    int32_t from, to;
    if (!take_clock(&s, &from) || *s++ != '-' || !take_clock(&s, &to) || *s != '\0')
        return false;
    out->from_s = from;
    out->to_s = to;
    return true;
}

static int day_index(const char *s) {
    for (int i = 0; i < 7; i++) {
        if (s[0] == day_names[i][0] - 'A' + 'a' && strncmp(s + 1, day_names[i] + 1, 2) == 0)
            return i;
    }
    return -1;
}

/* "mon", "fri-mon": added to *days. */
static bool word_days(const struct words *w, unsigned *days) {
    int first = day_index(w->word);
    int last = first;
    size_t len = strlen(w->word);
    if (first < 0 || (len != 3 && (len != 7 || w->word[3] != '-')))
        return false;
    if (len == 7)
        last = day_index(w->word + 4);
    if (last < 0)
        return false;
    for (int i = first; i != last; i = (i + 1) % 7)
        *days |= 1u << i;
    *days |= 1u << last;
    return true;
}

/* Weekdays, then hours; each may be left out, not both. */
static bool read_window(struct words *w, struct schedule_window *out) {
    unsigned days = 0;
    bool any = false;
    for (; word_days(w, &days); any = true)
        next_word(w);
    if (days)
        out->weekdays = days;
    if (!word_hours(w, out))
        return any;
    next_word(w);
    return true;
}

/* "minute", "10 minutes" */
static bool read_interval(struct words *w, int32_t *out) {
    int64_t count = 1;
    if (str_to_i64(w->word, &count))
        next_word(w);
    if (count < 1 || count > SCHEDULE_DAY_S)
        return false;
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(units[i].name);
        if (strncmp(w->word, units[i].name, len) != 0 || (w->word[len] != '\0' && strcmp(w->word + len, "s") != 0))
            continue;
        if (count * units[i].s > SCHEDULE_DAY_S)
            return false;
        *out = (int32_t)count * units[i].s;
        next_word(w);
        return true;
    }
    return false;
}

static bool read_times(struct words *w, struct schedule *s) {
    for (int32_t time_s; s->at_count < SCHEDULE_TIMES_MAX && word_time(w, &time_s); next_word(w))
        s->at_s[s->at_count++] = time_s;
    return s->at_count > 0;
}

static bool read_clause(struct words *w, struct schedule *s) {
    int64_t offset_s;
    if (is_word(w, "not")) {
        next_word(w);
        if (s->forbidden_count == SCHEDULE_FORBIDDEN_MAX)
            return false;
        struct schedule_window *window = &s->forbidden[s->forbidden_count++];
        *window = (struct schedule_window){SCHEDULE_ALL_DAYS, 0, SCHEDULE_DAY_S};
        return read_window(w, window);
    }
    if (s->kind == SCHEDULE_EVERY && str_to_i64(w->word, &offset_s) && offset_s >= 0 && offset_s < SCHEDULE_DAY_S) {
        s->offset_s = (int32_t)offset_s;
        next_word(w);
        bool good = is_word(w, "s");
        next_word(w);
        good = good && is_word(w, "later");
        next_word(w);
        return good;
    }
    return read_window(w, &s->hours);
}

enum rc schedule_parse(const char *text, struct schedule *out, struct err *err) {
    struct words w = {.at = text};
    struct schedule s = {.hours = {SCHEDULE_ALL_DAYS, 0, SCHEDULE_DAY_S}};
    next_word(&w);
    bool every = is_word(&w, "every");
    bool good = every || is_word(&w, "at");
    s.kind = every ? SCHEDULE_EVERY : SCHEDULE_AT;
    if (good) {
        next_word(&w);
        good = every ? read_interval(&w, &s.every_s) : read_times(&w, &s);
    }
    while (good && w.word[0] != '\0')
        good = read_clause(&w, &s);
    if (!good)
        return err_set(
            err, RC_INVALID, REACH_FLOW,
            "The schedule \"%s\" cannot be understood at \"%s\". Write for instance \"every 10 minutes, Mon-Fri "
            "08:00-18:00, not 12:00-13:00\" or \"at 02:00, 14:00\".",
            text, w.word);
    enum rc rc = schedule_check(&s, err);
    if (rc == RC_OK)
        *out = s;
    return rc;
}
