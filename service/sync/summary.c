#include "service/sync/summary.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#define GROUPS_MAX  200 /* beyond: into the last group of the same outcome, so that nothing goes uncounted */
#define OBJECTS_MAX 5
#define FLOWS_MAX   8
#define TEXTS_MAX   3 /* of one group: the same cause may have an item's own words in it */

struct cause_text {
    char object[72];
    char text[ERR_TEXT_MAX];
};

struct cause {
    char flow[32];
    char code[48];
    enum outcome outcome;
    int64_t count;
    char objects[OBJECTS_MAX][72];
    size_t object_count;
    struct cause_text texts[TEXTS_MAX]; /* different ones */
    size_t text_count;
    bool more_texts;
};

struct flow_sum {
    char flow[32];
    int64_t expected, done, skipped, parked, failed, noted;
    char broken[ERR_TEXT_MAX]; /* "" = came to its end */
};

struct summary {
    struct flow_sum flows[FLOWS_MAX];
    size_t flow_count;
    struct cause *causes;
    size_t cause_count, cause_capacity;
};

struct summary *summary_new(void) {
    return MEM_NEW(struct summary);
}

void summary_free(struct summary *s) {
    if (!s)
        return;
    mem_free(s->causes);
    mem_free(s);
}

static struct flow_sum *flow_of(struct summary *s, const char *flow) {
    for (size_t i = 0; i < s->flow_count; i++)
        if (str_eq(s->flows[i].flow, flow))
            return &s->flows[i];
    if (s->flow_count == FLOWS_MAX)
        return &s->flows[FLOWS_MAX - 1];
    struct flow_sum *added = &s->flows[s->flow_count++];
    str_copy(added->flow, sizeof added->flow, flow);
    return added;
}

void summary_expect(struct summary *s, const char *flow, int64_t n) {
    flow_of(s, flow)->expected += n;
}

void summary_done(struct summary *s, const char *flow, int64_t n) {
    flow_of(s, flow)->done += n;
}

static struct cause *cause_of(struct summary *s, const char *flow, enum outcome outcome, const char *code) {
    for (size_t i = 0; i < s->cause_count; i++) {
        struct cause *c = &s->causes[i];
        if (c->outcome == outcome && str_eq(c->code, code) && str_eq(c->flow, flow))
            return c;
    }
    if (s->cause_count >= GROUPS_MAX)
        for (size_t i = s->cause_count; i-- > 0;)
            if (s->causes[i].outcome == outcome)
                return &s->causes[i];
    mem_grow((void **)&s->causes, &s->cause_capacity, s->cause_count, sizeof *s->causes);
    struct cause *added = &s->causes[s->cause_count++];
    memset(added, 0, sizeof *added);
    added->outcome = outcome;
    str_copy(added->flow, sizeof added->flow, flow);
    str_copy(added->code, sizeof added->code, code);
    return added;
}

static void keep_text(struct cause *c, const char *object, const char *text) {
    char cut[ERR_TEXT_MAX];
    str_copy(cut, sizeof cut, text);
    for (size_t i = 0; i < c->text_count; i++)
        if (str_eq(c->texts[i].text, cut))
            return;
    if (c->text_count == TEXTS_MAX) {
        c->more_texts = true;
        return;
    }
    struct cause_text *added = &c->texts[c->text_count++];
    str_copy(added->object, sizeof added->object, object);
    str_copy(added->text, sizeof added->text, cut);
}

void summary_not_done(struct summary *s, const char *flow, enum outcome outcome, const char *code, const char *object,
                      const char *text) {
    struct flow_sum *f = flow_of(s, flow);
    if (outcome == OUTCOME_SKIPPED)
        f->skipped++;
    else if (outcome == OUTCOME_PARKED)
        f->parked++;
    else if (outcome == OUTCOME_FAILED)
        f->failed++;
    else
        f->noted++;
    struct cause *c = cause_of(s, flow, outcome, code);
    c->count++;
    keep_text(c, object, text);
    if (c->object_count < OBJECTS_MAX && !str_empty(object))
        str_copy(c->objects[c->object_count++], sizeof c->objects[0], object);
}

void summary_broken(struct summary *s, const char *flow, const char *text) {
    struct flow_sum *f = flow_of(s, flow);
    str_copy(f->broken, sizeof f->broken, str_empty(text) ? "It could not go on." : text);
}

struct run_counts summary_counts(const struct summary *s) {
    struct run_counts counts = {0};
    for (size_t i = 0; i < s->flow_count; i++) {
        counts.expected += s->flows[i].expected;
        counts.done += s->flows[i].done;
        counts.skipped += s->flows[i].skipped;
        counts.parked += s->flows[i].parked;
        counts.failed += s->flows[i].failed;
    }
    return counts;
}

/* Green only when everything that was found is accounted for (rule R23). */
const char *summary_result(const struct summary *s, bool stopped) {
    struct run_counts c = summary_counts(s);
    bool broken = false, noted = false;
    for (size_t i = 0; i < s->flow_count; i++) {
        broken = broken || s->flows[i].broken[0] != '\0';
        noted = noted || s->flows[i].noted > 0;
    }
    if (stopped)
        return "stopped";
    bool short_of = c.done + c.skipped < c.expected;
    if (c.done == 0 && (broken || c.failed > 0))
        return "failed";
    if (broken || c.failed > 0 || c.parked > 0 || short_of)
        return "partly";
    return c.expected == 0 && !noted ? "nothing" : "done";
}

static void add_flow(const struct flow_sum *f, struct buf *out) {
    if (f->broken[0] != '\0' && f->expected + f->done + f->skipped + f->parked + f->failed + f->noted == 0) {
        buf_addf(out, "%s: nothing was done. %s\n", f->flow, f->broken);
        return;
    }
    buf_addf(out, "%s: %lld found, %lld done", f->flow, (long long)f->expected, (long long)f->done);
    if (f->skipped > 0)
        buf_addf(out, ", %lld skipped", (long long)f->skipped);
    if (f->parked > 0)
        buf_addf(out, ", %lld parked", (long long)f->parked);
    if (f->failed > 0)
        buf_addf(out, ", %lld failed", (long long)f->failed);
    if (f->noted > 0)
        buf_addf(out, ", %lld for you to look at", (long long)f->noted);
    int64_t rest = f->expected - f->done - f->skipped - f->parked - f->failed;
    if (rest > 0)
        buf_addf(out, ", %lld not reached", (long long)rest);
    buf_adds(out, ".");
    if (f->broken[0] != '\0')
        buf_addf(out, " It ended early: %s", f->broken);
    buf_adds(out, "\n");
}

static void add_objects(const struct cause *c, const char *head, struct buf *out) {
    if (c->object_count == 0)
        return;
    buf_adds(out, head);
    for (size_t i = 0; i < c->object_count; i++)
        buf_addf(out, "%s%s", i > 0 ? ", " : "", c->objects[i]);
    buf_adds(out, ".");
}

static void add_cause(const struct cause *c, struct buf *out) {
    static const char *const words[] = {"skipped", "parked", "failed", "for you to look at"};
    bool all_named = c->count <= (int64_t)c->object_count;
    buf_addf(out, "  %s, %lld %s: ", c->flow, (long long)c->count, words[c->outcome]);
    if (c->text_count == 1) {
        buf_adds(out, c->texts[0].text);
        add_objects(c, all_named ? " Which: " : " For example: ", out);
        buf_adds(out, "\n");
        return;
    }
    add_objects(c, all_named ? "" : "for example ", out);
    buf_addf(out, " The reasons differ%s:\n", c->more_texts ? "; some of them" : "");
    for (size_t i = 0; i < c->text_count; i++)
        buf_addf(out, "    %s%s%s\n", c->texts[i].object, c->texts[i].object[0] ? ": " : "", c->texts[i].text);
}

void summary_text(const struct summary *s, struct buf *out) {
    for (size_t i = 0; i < s->flow_count; i++)
        add_flow(&s->flows[i], out);
    for (size_t i = 0; i < s->cause_count; i++)
        add_cause(&s->causes[i], out);
}
