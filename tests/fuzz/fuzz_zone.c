/* A file of the tz database. What is taken rises in time, and a schedule in such a zone always goes forward. */
#include <assert.h>
#include <stdint.h>

#include "common/os/zone_table.h"
#include "service/sched/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AROUND_S INT64_C(1774746000) /* 2026-03-29T01:00Z, when the clocks of Europe change */

static void check_walk(const struct zone *zone, const struct schedule *schedule) {
    int64_t at_ms = (AROUND_S - 86400) * 1000;
    for (int i = 0; i < 20; i++) {
        int64_t next_ms;
        if (!schedule_next(schedule, zone, at_ms, &next_ms))
            return;
        assert(next_ms > at_ms);
        at_ms = next_ms;
    }
}

static void check_zone(const struct zone *zone) {
    struct schedule hourly = {.hours = {SCHEDULE_ALL_DAYS, 0, 0}, .kind = SCHEDULE_EVERY, .every_s = 3600};
    struct schedule nightly = {
        .hours = {SCHEDULE_ALL_DAYS, 0, 0}, .kind = SCHEDULE_AT, .at_s = {9000, 0}, .at_count = 2};
    for (int64_t utc_s = AROUND_S - 86400; utc_s < AROUND_S + 86400; utc_s += 1799) {
        int64_t first, last;
        enum zone_fit fit = zone_utc_s(zone, zone_local_s(zone, utc_s), &first, &last);
        assert(fit != ZONE_SKIPPED && first <= utc_s && utc_s <= last);
    }
    check_walk(zone, &hourly);
    check_walk(zone, &nightly);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct os_zone table;
    struct err err;
    if (tzif_parse(data, size, &table, &err) != RC_OK) {
        assert(err.rc == RC_INVALID && err.text[0] != '\0');
        return 0;
    }
    for (size_t i = 1; i < table.count; i++)
        assert(table.changes[i].utc_s > table.changes[i - 1].utc_s);
    struct zone *zone = zone_of("fuzz", table.first_offset_s, table.changes, table.count);
    check_zone(zone);
    zone_free(zone);
    os_zone_free(&table);
    return 0;
}
