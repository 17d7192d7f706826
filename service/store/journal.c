/* The journal of steps (rules R2 and R4). A finished step loses its payload at once, and each finished step removes up
 * to two older ones beyond the newest STEPS_KEPT: the journal stays bounded without a big clean-up ever. */
#include "service/store/internal.h"

#define STEPS_KEPT 10000

enum rc store_step_intent(struct store *s, int64_t run, int64_t link, const char *kind, const char *token,
                          const char *subject, const char *payload, int64_t *step, struct err *err) {
    static const char sql[] = "INSERT INTO step(run, link, kind, token, subject, payload, begun_ms)"
                              " VALUES(?, ?, ?, ?, ?, ?, ?)";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, run);
    q_i64(&q, link);
    q_text(&q, kind);
    q_text(&q, token);
    q_text(&q, subject);
    q_text(&q, payload);
    q_i64(&q, store_now(s));
    rc = q_run(&q, "intent", err);
    if (rc == RC_OK)
        *step = sqlite3_last_insert_rowid(s->db);
    return rc;
}

static enum rc prune_steps(struct store *s, int64_t step, struct err *err) {
    static const char sql[] = "DELETE FROM step WHERE id IN"
                              " (SELECT id FROM step WHERE id <= ? AND done_ms <> 0 ORDER BY id LIMIT 2)";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, step - STEPS_KEPT);
    return q_run(&q, "prune", err);
}

enum rc store_step_done(struct store *s, int64_t step, const char *result, struct err *err) {
    bool own = false;
    enum rc rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    static const char sql[] = "UPDATE step SET done_ms = max(1, ?), result = ?, payload = '' WHERE id = ?";
    struct q q;
    rc = q_open(s, sql, &q, err);
    if (rc == RC_OK) {
        q_i64(&q, store_now(s));
        q_text(&q, result);
        q_i64(&q, step);
        rc = q_run(&q, "done", err);
    }
    if (rc == RC_OK)
        rc = prune_steps(s, step, err);
    return own_end(s, own, rc, "step done", err);
}

enum rc store_steps_open(struct store *s, int64_t link,
                         enum rc (*visit)(void *ctx, const struct step_row *row, struct err *err), void *ctx,
                         struct err *err) {
    static const char sql[] = "SELECT id, run, begun_ms, attempts, kind, token, subject, payload FROM step"
                              " WHERE link = ? AND done_ms = 0 ORDER BY id";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    bool more = false;
    while ((rc = q_step(&q, &more, err)) == RC_OK && more) {
        struct step_row row = {.step = q_col(&q, 0), .run = q_col(&q, 1), .begun_ms = q_col(&q, 2)};
        row.attempts = q_col(&q, 3);
        q_col_copy(&q, 4, row.kind, sizeof row.kind);
        q_col_copy(&q, 5, row.token, sizeof row.token);
        row.subject = q_col_text(&q, 6);
        row.payload = q_col_text(&q, 7);
        rc = visit(ctx, &row, err);
        if (rc != RC_OK)
            break;
    }
    q_close(&q);
    return rc;
}

enum rc store_step_attempt(struct store *s, int64_t step, struct err *err) {
    static const char sql[] = "UPDATE step SET attempts = attempts + 1 WHERE id = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, step);
    return q_run(&q, "attempt", err);
}
