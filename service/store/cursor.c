/* Cursors: where each stream of each link was read to. */
#include "service/store/internal.h"

enum rc store_cursor_get(struct store *s, int64_t link, const char *stream, struct buf *out, struct err *err) {
    static const char sql[] = "SELECT value FROM cursor WHERE link = ? AND stream = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, stream);
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK) {
        buf_clear(out);
        if (row)
            buf_adds(out, q_col_text(&q, 0));
    }
    q_close(&q);
    return rc == RC_OK ? buf_rc(out, "A stored reading position", err) : rc;
}

enum rc store_cursor_put(struct store *s, int64_t link, const char *stream, const char *cursor, struct err *err) {
    static const char sql[] = "INSERT INTO cursor(link, stream, value) VALUES(?, ?, ?)"
                              " ON CONFLICT DO UPDATE SET value = excluded.value";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, stream);
    q_text(&q, cursor);
    return q_run(&q, "cursor", err);
}

enum rc store_cursor_each_link(struct store *s, const char *stream,
                               enum rc (*visit)(void *ctx, const char *link_name, const char *value, struct err *err),
                               void *ctx, struct err *err) {
    static const char sql[] = "SELECT link.name, value FROM link JOIN cursor ON cursor.link = link.id"
                              " WHERE stream = ? ORDER BY link.id";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, stream);
    bool more = false;
    while ((rc = q_step(&q, &more, err)) == RC_OK && more) {
        rc = visit(ctx, q_col_text(&q, 0), q_col_text(&q, 1), err);
        if (rc != RC_OK)
            break;
    }
    q_close(&q);
    return rc;
}
