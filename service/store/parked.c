/* Parked items: each with its reason, since when, and how often it was seen so. Orders are parked in the inbox. */
#include "service/store/internal.h"

enum rc store_parked_put(struct store *s, int64_t link, const char *flow, const char *key, const char *sku,
                         const char *code, const char *reason, struct err *err) {
    static const char sql[] =
        "INSERT INTO parked(link, flow, key, sku, code, reason, since_ms, last_ms, times)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 1)"
        " ON CONFLICT DO UPDATE SET times = times + 1, last_ms = excluded.last_ms, sku = excluded.sku,"
        " since_ms = CASE WHEN code = excluded.code THEN since_ms ELSE excluded.since_ms END,"
        " code = excluded.code, reason = excluded.reason";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, flow);
    q_text(&q, key);
    q_text(&q, sku);
    q_text(&q, code);
    q_text(&q, reason);
    q_i64(&q, store_now(s));
    return q_run(&q, "parked", err);
}

enum rc store_parked_clear(struct store *s, int64_t link, const char *flow, const char *key, struct err *err) {
    /* Read first: most items are not parked, and a delete of nothing would still be a durable write. */
    static const char find[] = "SELECT 1 FROM parked WHERE link = ? AND flow = ? AND key = ?";
    static const char remove[] = "DELETE FROM parked WHERE link = ? AND flow = ? AND key = ?";
    struct q q;
    enum rc rc = q_open(s, find, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, flow);
    q_text(&q, key);
    bool row = false;
    rc = q_step(&q, &row, err);
    q_close(&q);
    if (rc != RC_OK || !row)
        return rc;
    rc = q_open(s, remove, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, flow);
    q_text(&q, key);
    return q_run(&q, "parked clear", err);
}

enum rc store_parked_each(struct store *s, int64_t link, void (*visit)(void *ctx, const struct parked_row *row),
                          void *ctx, struct err *err) {
    static const char sql[] = "SELECT key, sku, flow, code, since_ms, last_ms, times, reason FROM parked"
                              " WHERE link = ? ORDER BY flow, key";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    bool more = false;
    while ((rc = q_step(&q, &more, err)) == RC_OK && more) {
        struct parked_row row = {.since_ms = q_col(&q, 4), .last_ms = q_col(&q, 5), .times = q_col(&q, 6)};
        q_col_copy(&q, 0, row.key, sizeof row.key);
        q_col_copy(&q, 1, row.sku, sizeof row.sku);
        q_col_copy(&q, 2, row.flow, sizeof row.flow);
        q_col_copy(&q, 3, row.code, sizeof row.code);
        row.reason = q_col_text(&q, 7);
        visit(ctx, &row);
    }
    q_close(&q);
    return rc;
}

enum rc store_parked_count(struct store *s, int64_t link, int64_t *out, struct err *err) {
    static const char sql[] = "SELECT count(*) FROM parked WHERE link = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK)
        *out = row ? q_col(&q, 0) : 0;
    q_close(&q);
    return rc;
}
