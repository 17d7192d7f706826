#include "service/sched/zone.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/str.h"

#define REACH_S (27 * 3600) /* no offset is larger (a day, where a country changed sides of the date line) */

struct zone {
    struct os_zone data;
};

enum rc zone_load(const char *name, struct zone **out, struct err *err) {
    struct os_zone data;
    enum rc rc = os_zone_read(name, &data, err);
    if (rc != RC_OK)
        return rc;
    *out = MEM_NEW(struct zone);
    (*out)->data = data;
    return RC_OK;
}

struct zone *zone_of(const char *name, int32_t first_offset_s, const struct os_zone_change *changes, size_t count) {
    struct zone *zone = MEM_NEW(struct zone);
    (void)str_copy(zone->data.name, sizeof(zone->data.name), name);
    zone->data.first_offset_s = first_offset_s;
    zone->data.count = zone->data.capacity = count;
    if (count > 0)
        zone->data.changes = mem_dup(changes, count * sizeof(*changes));
    return zone;
}

struct zone *zone_utc(void) {
    return zone_of("UTC", 0, NULL, 0);
}

struct zone *zone_copy(const struct zone *zone) {
    return zone_of(zone->data.name, zone->data.first_offset_s, zone->data.changes, zone->data.count);
}

void zone_free(struct zone *zone) {
    if (!zone)
        return;
    os_zone_free(&zone->data);
    mem_free(zone);
}

const char *zone_name(const struct zone *zone) {
    return zone->data.name;
}

bool zone_same(const struct zone *a, const struct zone *b) {
    if (a->data.first_offset_s != b->data.first_offset_s || a->data.count != b->data.count)
        return false;
    for (size_t i = 0; i < a->data.count; i++) {
        if (a->data.changes[i].utc_s != b->data.changes[i].utc_s ||
            a->data.changes[i].offset_s != b->data.changes[i].offset_s)
            return false;
    }
    return true;
}

/* A period is the time from one change to the next; period 0 is before the first. */
static size_t period_at(const struct zone *zone, int64_t utc_s) {
    size_t low = 0, high = zone->data.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->data.changes[middle].utc_s <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t period_offset_s(const struct zone *zone, size_t period) {
    return period == 0 ? zone->data.first_offset_s : zone->data.changes[period - 1].offset_s;
}

int32_t zone_offset_s(const struct zone *zone, int64_t utc_s) {
    return period_offset_s(zone, period_at(zone, utc_s));
}

int64_t zone_local_s(const struct zone *zone, int64_t utc_s) {
    return utc_s + zone_offset_s(zone, utc_s);
}

enum zone_fit zone_utc_s(const struct zone *zone, int64_t local_s, int64_t *first, int64_t *last) {
    size_t period = period_at(zone, local_s - REACH_S);
    size_t end = period_at(zone, local_s + REACH_S);
    int found = 0;
    int64_t skipped_s = 0;
    for (; period <= end; period++) {
        int64_t utc_s = local_s - period_offset_s(zone, period);
        bool begun = period == 0 || utc_s >= zone->data.changes[period - 1].utc_s;
        bool over = period < zone->data.count && utc_s >= zone->data.changes[period].utc_s;
        if (begun && !over) {
            if (found++ == 0)
                *first = utc_s;
            *last = utc_s;
        }
        /* Too late for the period before (it was over), too early for this one: jumped over by the change between. */
        if (!begun && skipped_s == 0)
            skipped_s = zone->data.changes[period - 1].utc_s;
    }
    if (found == 0)
        *first = *last = skipped_s;
    return found == 0 ? ZONE_SKIPPED : found == 1 ? ZONE_ONCE : ZONE_TWICE;
}

void zone_text(const struct zone *zone, int64_t utc_ms, char out[ZONE_TEXT_SIZE]) {
    int64_t utc_s = utc_ms / 1000 - (utc_ms % 1000 < 0);
    iso_plain(zone_local_s(zone, utc_s) * 1000, out);
    out[10] = ' ';
}
