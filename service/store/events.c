/* The timeline. It keeps the newest EVENTS_KEPT events; each new one removes up to two older. */
#include "service/store/internal.h"

#define EVENTS_KEPT 500000

enum rc store_event(struct store *s, int64_t link, const char *object, const char *what, struct err *err) {
    bool own = false;
    enum rc rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    static const char add[] = "INSERT INTO event(link, object, at_ms, what) VALUES(?, ?, ?, ?)";
    static const char prune[] =
        "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE id <= ? ORDER BY id LIMIT 2)";
    struct q q;
    rc = q_open(s, add, &q, err);
    if (rc == RC_OK) {
        q_i64(&q, link);
        q_text(&q, object);
        q_i64(&q, store_now(s));
        q_text(&q, what);
        rc = q_run(&q, "event", err);
    }
    int64_t oldest = sqlite3_last_insert_rowid(s->db) - EVENTS_KEPT;
    if (rc == RC_OK && oldest > 0) {
        rc = q_open(s, prune, &q, err);
        if (rc == RC_OK) {
            q_i64(&q, oldest);
            rc = q_run(&q, "prune", err);
        }
    }
    return own_end(s, own, rc, "event", err);
}

enum rc store_events(struct store *s, int64_t link, const char *object,
                     void (*visit)(void *ctx, int64_t at_ms, const char *what), void *ctx, struct err *err) {
    static const char sql[] = "SELECT at_ms, what FROM event WHERE link = ? AND object = ? ORDER BY id";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, object);
    bool more = false;
    while ((rc = q_step(&q, &more, err)) == RC_OK && more)
        visit(ctx, q_col(&q, 0), q_col_text(&q, 1));
    q_close(&q);
    return rc;
}
