/* Where lines wait: in buckets that become batches, or for their time to be tried again. Pure bookkeeping. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/flow_offer_int.h"

bool offer_full(const struct offer *o) {
    return o->held >= o->window || o->held_bytes >= OFFER_HELD_BYTES_MAX;
}

void offer_take(struct offer *o, struct offer_work *w) {
    table_put(o->under_way, w->item.key, w);
    o->held++;
    o->held_bytes += w->bytes;
    w->next = NULL;
}

void offer_candidate(struct offer *o, struct offer_work *w) {
    w->next = NULL;
    if (o->candidates_last)
        o->candidates_last->next = w;
    else
        o->candidates = w;
    o->candidates_last = w;
}

void offer_drop(struct offer *o, struct offer_work *w) {
    table_remove(o->under_way, w->item.key);
    o->held--;
    o->held_bytes -= w->bytes;
    offer_work_free(w);
}

static struct offer_bucket *bucket_for(struct offer *o, const char *parent) {
    for (struct offer_bucket *b = o->buckets; b; b = b->next)
        if (strcmp(b->parent, parent) == 0)
            return b;
    struct offer_bucket *b = MEM_NEW(struct offer_bucket);
    str_copy(b->parent, sizeof b->parent, parent);
    if (o->buckets_last)
        o->buckets_last->next = b;
    else
        o->buckets = b;
    o->buckets_last = b;
    return b;
}

void offer_queue(struct offer *o, struct offer_work *w) {
    struct offer_bucket *b = bucket_for(o, w->item.kind == ITEM_VARIANT ? w->parent_remote : "");
    w->next = NULL;
    if (b->last)
        b->last->next = w;
    else
        b->first = w;
    b->last = w;
    b->count++;
}

void offer_queue_later(struct offer *o, struct offer_work *w, int64_t wait_ms) {
    w->due_us = clock_monotonic_us(o->r->clock) + wait_ms * 1000;
    struct offer_work **at = &o->later;
    while (*at && (*at)->due_us <= w->due_us)
        at = &(*at)->next;
    w->next = *at;
    *at = w;
}

void offer_queue_due(struct offer *o) {
    int64_t now = clock_monotonic_us(o->r->clock);
    while (o->later && o->later->due_us <= now) {
        struct offer_work *w = o->later;
        o->later = w->next;
        offer_queue(o, w);
    }
}

static size_t batch_limit(const struct offer *o, const struct offer_work *first) {
    size_t limit = o->batch_max >> first->shrink;
    return limit > 0 ? limit : 1;
}

/* Variants of one parent were read together, so their bucket never waits for more. */
static bool bucket_ready(const struct offer *o, const struct offer_bucket *b, bool partial_too) {
    return b->count > 0 && (partial_too || b->parent[0] || b->count >= batch_limit(o, b->first));
}

bool offer_batch_ready(const struct offer *o, bool partial_too) {
    for (const struct offer_bucket *b = o->buckets; b; b = b->next)
        if (bucket_ready(o, b, partial_too))
            return true;
    return false;
}

static void remove_bucket(struct offer *o, struct offer_bucket *gone) {
    struct offer_bucket **at = &o->buckets, *before = NULL;
    while (*at != gone) {
        before = *at;
        at = &(*at)->next;
    }
    *at = gone->next;
    if (o->buckets_last == gone)
        o->buckets_last = before;
    mem_free(gone);
}

static void fill_line(struct offer_line *line, const struct offer_work *w) {
    *line = w->line;
    if (offer_swap_sending(w))
        line->item = &w->swap->item;
    memset(&line->verdict, 0, sizeof line->verdict);
    line->verdict.retry_after_s = -1;
}

struct offer_batch *offer_batch_take(struct offer *o, bool partial_too) {
    struct offer_bucket *b = o->buckets;
    while (b && !bucket_ready(o, b, partial_too))
        b = b->next;
    if (!b)
        return NULL;
    size_t limit = batch_limit(o, b->first);
    unsigned shrink = b->first->shrink;
    struct offer_batch *batch = MEM_NEW(struct offer_batch);
    struct offer_batch_own *own = MEM_NEW(struct offer_batch_own);
    size_t room = b->count < limit ? b->count : limit;
    batch->lines = mem_zalloc(room, sizeof *batch->lines);
    own->works = mem_zalloc(room, sizeof *own->works);
    batch->engine = own;
    str_copy(batch->remote_parent, sizeof batch->remote_parent, b->parent);
    while (b->first && batch->line_count < room && b->first->shrink == shrink) {
        struct offer_work *w = b->first;
        b->first = w->next;
        w->next = NULL;
        b->count--;
        own->works[own->count++] = w;
        fill_line(&batch->lines[batch->line_count++], w);
    }
    if (!b->first) {
        b->last = NULL;
        remove_bucket(o, b);
    }
    return batch;
}

void offer_batch_free(struct offer_batch *batch) {
    struct offer_batch_own *own = batch->engine;
    mem_free(own->works);
    mem_free(own);
    mem_free(batch->lines);
    mem_free(batch);
}

static void free_work(void *work) {
    offer_work_free(work);
}

void offer_queue_free(struct offer *o) {
    while (o->buckets) {
        struct offer_bucket *next = o->buckets->next;
        mem_free(o->buckets);
        o->buckets = next;
    }
    if (o->prepared)
        offer_batch_free(o->prepared);
    o->prepared = NULL;
    table_free(o->under_way, free_work); /* every work is in it, in whichever list it waits */
    o->under_way = NULL;
}
