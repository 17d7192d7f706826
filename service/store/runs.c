/* The run log. It keeps the newest RUNS_KEPT runs; each new run removes a few that are older. */
#include "service/store/internal.h"

#define RUNS_KEPT 5000

static enum rc prune_runs(struct store *s, int64_t newest, struct err *err) {
    static const char sql[] = "DELETE FROM run WHERE id IN (SELECT id FROM run WHERE id <= ? ORDER BY id LIMIT 4)";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, newest - RUNS_KEPT);
    return q_run(&q, "prune", err);
}

enum rc store_run_begin(struct store *s, int64_t link, const char *flow, const char *trigger, int64_t *run,
                        struct err *err) {
    bool own = false;
    enum rc rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    static const char sql[] = "INSERT INTO run(link, flow, trigger, begun_ms) VALUES(?, ?, ?, ?)";
    struct q q;
    int64_t id = 0;
    rc = q_open(s, sql, &q, err);
    if (rc == RC_OK) {
        q_i64(&q, link);
        q_text(&q, flow);
        q_text(&q, trigger);
        q_i64(&q, store_now(s));
        rc = q_run(&q, "run", err);
    }
    if (rc == RC_OK) {
        id = sqlite3_last_insert_rowid(s->db);
        rc = prune_runs(s, id, err);
    }
    rc = own_end(s, own, rc, "run begin", err);
    if (rc == RC_OK)
        *run = id;
    return rc;
}

enum rc store_run_end(struct store *s, int64_t run, const struct run_counts *counts, const char *result,
                      const char *summary, struct err *err) {
    static const char sql[] = "UPDATE run SET ended_ms = ?, expected = ?, done = ?, skipped = ?, failed = ?,"
                              " parked = ?, requests = ?, result = ?, summary = ? WHERE id = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, store_now(s));
    q_i64(&q, counts->expected);
    q_i64(&q, counts->done);
    q_i64(&q, counts->skipped);
    q_i64(&q, counts->failed);
    q_i64(&q, counts->parked);
    q_i64(&q, counts->requests);
    q_text(&q, result);
    q_text(&q, summary);
    q_i64(&q, run);
    return q_run(&q, "run end", err);
}

static void fill_run(const struct q *q, struct run_row *row) {
    row->run = q_col(q, 0);
    row->link = q_col(q, 1);
    q_col_copy(q, 2, row->flow, sizeof row->flow);
    q_col_copy(q, 3, row->trigger, sizeof row->trigger);
    row->begun_ms = q_col(q, 4);
    row->ended_ms = q_col(q, 5);
    row->counts.expected = q_col(q, 6);
    row->counts.done = q_col(q, 7);
    row->counts.skipped = q_col(q, 8);
    row->counts.failed = q_col(q, 9);
    row->counts.parked = q_col(q, 10);
    row->counts.requests = q_col(q, 11);
    q_col_copy(q, 12, row->result, sizeof row->result);
    row->summary = q_col_text(q, 13);
}

enum rc store_runs(struct store *s, int64_t link, size_t limit, void (*visit)(void *ctx, const struct run_row *row),
                   void *ctx, struct err *err) {
    static const char sql[] = "SELECT id, link, flow, trigger, begun_ms, ended_ms, expected, done, skipped, failed,"
                              " parked, requests, result, summary FROM run WHERE link = ? ORDER BY id DESC LIMIT ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, (int64_t)limit);
    bool more = false;
    while ((rc = q_step(&q, &more, err)) == RC_OK && more) {
        struct run_row row = {0};
        fill_run(&q, &row);
        visit(ctx, &row);
    }
    q_close(&q);
    return rc;
}
