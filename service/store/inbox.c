/* The inbox of orders (rule R1): every order that was ever seen, as received, and how far it came. */
#include <string.h>

#include "service/store/internal.h"

const char *inbox_state_name(enum inbox_state state) {
    static const char *const names[] = {"waiting", "stored", "parked", "created", "acknowledged", "ignored"};
    return names[state];
}

static bool imported(enum inbox_state state) {
    return state == INBOX_CREATED || state == INBOX_ACKNOWLEDGED;
}

/* What the store knew of an order before this one came. */
struct before {
    int64_t id;
    enum inbox_state state;
    int64_t modified_ms;
    char status[64];
    struct digest content, raw, later;
    bool changed_after;
    char document_number[64];
};

static void col_digest(const struct q *q, int i, struct digest *out) {
    const void *blob = sqlite3_column_blob(q->st, i);
    if (blob && sqlite3_column_bytes(q->st, i) == DIGEST_SIZE)
        memcpy(out->bytes, blob, DIGEST_SIZE);
}

static enum rc read_before(struct store *s, int64_t link, const char *remote_id, struct before *out, struct err *err) {
    static const char sql[] = "SELECT id, state, modified_ms, status, content, raw_digest, later_content,"
                              " changed_after, document_number FROM inbox"
                              " WHERE link = ? AND remote_id = ?";
    memset(out, 0, sizeof *out);
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, remote_id);
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK && row) {
        out->id = q_col(&q, 0);
        out->state = (enum inbox_state)q_col(&q, 1);
        out->modified_ms = q_col(&q, 2);
        q_col_copy(&q, 3, out->status, sizeof out->status);
        col_digest(&q, 4, &out->content);
        col_digest(&q, 5, &out->raw);
        col_digest(&q, 6, &out->later);
        out->changed_after = q_col(&q, 7) != 0;
        q_col_copy(&q, 8, out->document_number, sizeof out->document_number);
    }
    q_close(&q);
    return rc;
}

static enum inbox_state next_state(const struct before *was, const struct inbox_order *order, bool content_changed) {
    if (was->id != 0 && imported(was->state))
        return was->state;
    if (order->dead)
        return INBOX_IGNORED;
    if (!order->take)
        return INBOX_WAITING;
    if (was->id != 0 && was->state == INBOX_PARKED && !content_changed)
        return INBOX_PARKED;
    return INBOX_STORED;
}

static enum rc insert_order(struct store *s, int64_t link, const struct inbox_order *order, const struct digest *raw,
                            struct inbox_put *out, struct err *err) {
    static const char add[] = "INSERT INTO inbox(link, remote_id, number, status, state, seen_ms, modified_ms, content,"
                              " raw_digest) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";
    static const char add_raw[] = "INSERT INTO inbox_raw(inbox, raw) VALUES(?, ?)";
    struct q q;
    enum rc rc = q_open(s, add, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, order->remote_id);
    q_text(&q, order->number);
    q_text(&q, order->status);
    q_i64(&q, out->after);
    q_i64(&q, store_now(s));
    q_i64(&q, order->modified_ms);
    q_blob(&q, order->content.bytes, DIGEST_SIZE);
    q_blob(&q, raw->bytes, DIGEST_SIZE);
    rc = q_run(&q, "inbox", err);
    if (rc == RC_OK) {
        out->id = sqlite3_last_insert_rowid(s->db);
        rc = q_open(s, add_raw, &q, err);
    }
    if (rc != RC_OK)
        return rc;
    q_i64(&q, out->id);
    q_blob(&q, order->raw, order->raw_len);
    return q_run(&q, "inbox raw", err);
}

/* An imported order keeps the raw that was imported; what differs later stands beside it. */
static enum rc update_raw(struct store *s, const struct inbox_order *order, const struct inbox_put *put,
                          struct err *err) {
    static const char fresh[] = "UPDATE inbox_raw SET raw = ? WHERE inbox = ?";
    static const char later[] = "UPDATE inbox_raw SET later = ? WHERE inbox = ?";
    bool kept = imported(put->before);
    if (kept && !put->content_changed)
        return RC_OK;
    struct q q;
    enum rc rc = q_open(s, kept ? later : fresh, &q, err);
    if (rc != RC_OK)
        return rc;
    q_blob(&q, order->raw, order->raw_len);
    q_i64(&q, put->id);
    return q_run(&q, "inbox raw", err);
}

static enum rc update_order(struct store *s, const struct inbox_order *order, const struct digest *raw,
                            const struct inbox_put *put, struct err *err) {
    /* The content digest of an imported order stays that of the import: the difference is against it. */
    static const char sql[] =
        "UPDATE inbox SET number = ?2, status = ?3, modified_ms = ?4, raw_digest = ?5, state = ?6,"
        " content = CASE WHEN state IN (3, 4) THEN content ELSE ?7 END,"
        " changed_after = CASE WHEN state IN (3, 4) THEN ?8 ELSE 0 END,"
        " later_content = ?7, change = CASE WHEN state IN (3, 4) AND ?8 THEN ?9 ELSE '' END,"
        " changed_ms = CASE WHEN state NOT IN (3, 4) OR NOT ?8 THEN 0 WHEN ?10 THEN ?11 ELSE changed_ms END,"
        " reason_code = CASE WHEN ?6 = 2 THEN reason_code ELSE '' END,"
        " reason = CASE WHEN ?6 = 2 THEN reason ELSE '' END,"
        " attempts = CASE WHEN ?8 THEN 0 ELSE attempts END WHERE id = ?1";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, put->id);
    q_text(&q, order->number);
    q_text(&q, order->status);
    q_i64(&q, order->modified_ms);
    q_blob(&q, raw->bytes, DIGEST_SIZE);
    q_i64(&q, put->after);
    q_blob(&q, order->content.bytes, DIGEST_SIZE);
    q_i64(&q, put->content_changed);
    q_text(&q, order->change);
    q_i64(&q, put->change_is_new);
    q_i64(&q, store_now(s));
    rc = q_run(&q, "inbox", err);
    return rc == RC_OK ? update_raw(s, order, put, err) : rc;
}

static enum rc drop_unimported(struct store *s, int64_t id, struct err *err) {
    static const char sql[] = "DELETE FROM unimported WHERE inbox = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, id);
    return q_run(&q, "unimported", err);
}

static bool differs_anew(const struct before *was, const struct inbox_order *order) {
    return was->id != 0 && imported(was->state) && !(was->changed_after && digest_eq(&was->later, &order->content));
}

enum rc store_inbox_put(struct store *s, int64_t link, const struct inbox_order *order, struct inbox_put *out,
                        struct err *err) {
    struct before was;
    enum rc rc = read_before(s, link, order->remote_id, &was, err);
    if (rc != RC_OK)
        return rc;
    struct digest raw = digest_of(order->raw, order->raw_len);
    struct inbox_put put = {.id = was.id, .known = was.id != 0, .before = was.state};
    put.content_changed = !put.known || !digest_eq(&was.content, &order->content);
    put.after = next_state(&was, order, put.content_changed);
    put.change_is_new = put.content_changed && differs_anew(&was, order);
    memcpy(put.document_number, was.document_number, sizeof put.document_number);
    put.changed = !put.known || put.after != was.state || !digest_eq(&was.raw, &raw);
    if (!put.changed) {
        *out = put;
        return RC_OK;
    }
    bool own = false;
    rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    if (put.known)
        rc = update_order(s, order, &raw, &put, err);
    else
        rc = insert_order(s, link, order, &raw, &put, err);
    if (rc == RC_OK && put.known && put.after == INBOX_IGNORED)
        rc = drop_unimported(s, put.id, err);
    rc = own_end(s, own, rc, "inbox put", err);
    if (rc == RC_OK)
        *out = put;
    return rc;
}

#define INBOX_COLUMNS                                                                                              \
    "inbox.id, remote_id, number, status, state, seen_ms, modified_ms, created_ms, acknowledged_ms, document_key," \
    " document_number, token, reason_code, reason, linked, changed_after, attempts, tried_ms, raw, import_status," \
    " change, changed_ms"
#define INBOX_FROM " FROM inbox JOIN inbox_raw ON inbox_raw.inbox = inbox.id "

static void fill_inbox(const struct q *q, struct inbox_row *row) {
    row->id = q_col(q, 0);
    q_col_copy(q, 1, row->remote_id, sizeof row->remote_id);
    q_col_copy(q, 2, row->number, sizeof row->number);
    q_col_copy(q, 3, row->status, sizeof row->status);
    row->state = (enum inbox_state)q_col(q, 4);
    row->seen_ms = q_col(q, 5);
    row->modified_ms = q_col(q, 6);
    row->created_ms = q_col(q, 7);
    row->acknowledged_ms = q_col(q, 8);
    q_col_copy(q, 9, row->document_key, sizeof row->document_key);
    q_col_copy(q, 10, row->document_number, sizeof row->document_number);
    q_col_copy(q, 11, row->token, sizeof row->token);
    q_col_copy(q, 12, row->reason_code, sizeof row->reason_code);
    row->reason = q_col_text(q, 13);
    row->linked = q_col(q, 14) != 0;
    row->changed_after = q_col(q, 15) != 0;
    row->attempts = q_col(q, 16);
    row->tried_ms = q_col(q, 17);
    row->raw = q_col_text(q, 18);
    row->raw_len = (size_t)sqlite3_column_bytes(q->st, 18);
    q_col_copy(q, 19, row->import_status, sizeof row->import_status);
    q_col_copy(q, 20, row->change, sizeof row->change);
    row->changed_ms = q_col(q, 21);
}

static enum rc visit_inbox(struct q *q, enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err),
                           void *ctx, struct err *err) {
    bool more = false;
    enum rc rc;
    while ((rc = q_step(q, &more, err)) == RC_OK && more) {
        struct inbox_row row = {0};
        fill_inbox(q, &row);
        rc = visit(ctx, &row, err);
        if (rc != RC_OK)
            break;
    }
    q_close(q);
    return rc;
}

enum rc store_inbox_in_state(struct store *s, int64_t link, enum inbox_state state, int64_t after_id, size_t limit,
                             enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                             struct err *err) {
    static const char sql[] =
        "SELECT " INBOX_COLUMNS INBOX_FROM "WHERE link = ? AND state = ? AND inbox.id > ? ORDER BY inbox.id LIMIT ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, state);
    q_i64(&q, after_id);
    q_i64(&q, (int64_t)limit);
    return visit_inbox(&q, visit, ctx, err);
}

enum rc store_inbox_parked(struct store *s, int64_t link, int64_t tried_until_ms, size_t limit,
                           enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                           struct err *err) {
    static const char sql[] = "SELECT " INBOX_COLUMNS INBOX_FROM
                              "WHERE link = ? AND state = 2 AND tried_ms <= ? ORDER BY tried_ms, inbox.id LIMIT ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, tried_until_ms);
    q_i64(&q, (int64_t)limit);
    return visit_inbox(&q, visit, ctx, err);
}

enum rc store_inbox_changed(struct store *s, int64_t link, int64_t since_ms, size_t limit,
                            enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                            struct err *err) {
    static const char sql[] =
        "SELECT " INBOX_COLUMNS INBOX_FROM
        "WHERE link = ? AND changed_after = 1 AND changed_ms >= ? ORDER BY changed_ms DESC, inbox.id DESC LIMIT ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, since_ms);
    q_i64(&q, (int64_t)limit);
    return visit_inbox(&q, visit, ctx, err);
}

enum rc store_inbox_written(struct store *s, int64_t link, int64_t since_ms, size_t limit,
                            enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                            struct err *err) {
    static const char sql[] = "SELECT " INBOX_COLUMNS INBOX_FROM
                              "WHERE link = ? AND token <> '' AND linked = 0 AND created_ms >= ? AND state IN (3, 4)"
                              " ORDER BY created_ms DESC, inbox.id DESC LIMIT ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, since_ms);
    q_i64(&q, (int64_t)limit);
    return visit_inbox(&q, visit, ctx, err);
}

static enum rc by_id(struct store *s, const char *sql, int64_t id, struct err *err) {
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, id);
    return q_run(&q, "lost", err);
}

enum rc store_inbox_lost(struct store *s, int64_t id, struct err *err) {
    static const char row[] =
        "UPDATE inbox SET state = 1, created_ms = 0, acknowledged_ms = 0, token = '', document_key = '',"
        " document_number = '', attempts = 0, changed_after = 0, change = '', changed_ms = 0,"
        " content = CASE WHEN changed_after = 1 AND later_content <> x'' THEN later_content ELSE content END"
        " WHERE id = ?";
    static const char raw[] = "UPDATE inbox_raw SET raw = coalesce(later, raw), later = NULL WHERE inbox = ?";
    enum rc rc = by_id(s, row, id, err);
    return rc == RC_OK ? by_id(s, raw, id, err) : rc;
}

enum rc store_inbox_forget(struct store *s, int64_t id, struct err *err) {
    static const char sql[] = "UPDATE inbox SET token = '' WHERE id = ?";
    return by_id(s, sql, id, err);
}

enum rc store_inbox_gone(struct store *s, int64_t id, const char *change, struct err *err) {
    static const char sql[] = "UPDATE inbox SET changed_after = 1, change = ?, changed_ms = ?, later_content = x''"
                              " WHERE id = ? AND state IN (3, 4)";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, change);
    q_i64(&q, store_now(s));
    q_i64(&q, id);
    return q_run(&q, "gone", err);
}

enum rc store_inbox_of_document(struct store *s, const char *document_key, int64_t *id, struct err *err) {
    static const char sql[] = "SELECT id FROM inbox WHERE document_key = ? AND document_key <> '' LIMIT 1";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, document_key);
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK)
        *id = row ? q_col(&q, 0) : 0;
    q_close(&q);
    return rc;
}

/* CROSS JOIN is SQLite's word for "in this order": links are few, and of each the order is found by its id, through
 * an index. Left to choose, SQLite walks every imported order. */
enum rc store_inbox_twin(struct store *s, int64_t link, const char *remote_id, const struct digest *content,
                         struct inbox_twin *out, struct err *err) {
    static const char sql[] =
        "SELECT link.name, document_key, document_number FROM link CROSS JOIN inbox ON inbox.link = link.id"
        " WHERE link.id <> ? AND remote_id = ? AND content = ? AND state IN (3, 4)"
        " AND document_key <> '' LIMIT 1";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, remote_id);
    q_blob(&q, content->bytes, DIGEST_SIZE);
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK && row) {
        q_col_copy(&q, 0, out->link_name, sizeof out->link_name);
        q_col_copy(&q, 1, out->document_key, sizeof out->document_key);
        q_col_copy(&q, 2, out->document_number, sizeof out->document_number);
    }
    if (rc == RC_OK)
        out->found = row;
    q_close(&q);
    return rc;
}

enum rc store_inbox_find(struct store *s, int64_t link, const char *remote_id_or_number,
                         enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                         struct err *err) {
    static const char sql[] =
        "SELECT " INBOX_COLUMNS INBOX_FROM "WHERE inbox.id IN (SELECT id FROM inbox WHERE link = ?1 AND remote_id = ?2"
        " UNION SELECT id FROM inbox WHERE link = ?1 AND number = ?2) ORDER BY inbox.id";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, remote_id_or_number);
    return visit_inbox(&q, visit, ctx, err);
}

enum rc store_inbox_park(struct store *s, int64_t id, const char *reason_code, const char *reason, struct err *err) {
    static const char sql[] = "UPDATE inbox SET state = 2, reason_code = ?, reason = ?, tried_ms = ?"
                              " WHERE id = ? AND state NOT IN (3, 4)";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, reason_code);
    q_text(&q, reason);
    q_i64(&q, store_now(s));
    q_i64(&q, id);
    return q_run(&q, "park", err);
}

enum rc store_inbox_created(struct store *s, int64_t id, const char *token, const char *document_key,
                            const char *document_number, bool linked, struct err *err) {
    static const char sql[] = "UPDATE inbox SET state = 3, created_ms = max(1, ?), token = ?, document_key = ?,"
                              " document_number = ?, linked = ?, import_status = status, reason_code = '',"
                              " reason = '' WHERE id = ?";
    bool own = false;
    enum rc rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    struct q q;
    rc = q_open(s, sql, &q, err);
    if (rc == RC_OK) {
        q_i64(&q, store_now(s));
        q_text(&q, token);
        q_text(&q, document_key);
        q_text(&q, document_number);
        q_i64(&q, linked);
        q_i64(&q, id);
        rc = q_run(&q, "created", err);
    }
    if (rc == RC_OK)
        rc = drop_unimported(s, id, err);
    return own_end(s, own, rc, "inbox created", err);
}

enum rc store_inbox_acknowledged(struct store *s, int64_t id, struct err *err) {
    static const char sql[] = "UPDATE inbox SET state = 4, acknowledged_ms = max(1, ?), reason_code = '', reason = ''"
                              " WHERE id = ? AND state = 3";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, store_now(s));
    q_i64(&q, id);
    return q_run(&q, "acknowledged", err);
}

enum rc store_inbox_attempt(struct store *s, int64_t id, struct err *err) {
    static const char sql[] = "UPDATE inbox SET attempts = attempts + 1 WHERE id = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, id);
    return q_run(&q, "attempt", err);
}

enum rc store_inbox_set_state(struct store *s, int64_t id, enum inbox_state state, struct err *err) {
    static const char sql[] = "UPDATE inbox SET state = ?, reason_code = '', reason = ''"
                              " WHERE id = ? AND state NOT IN (3, 4)";
    bool own = false;
    enum rc rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    struct q q;
    rc = q_open(s, sql, &q, err);
    if (rc == RC_OK) {
        q_i64(&q, state);
        q_i64(&q, id);
        rc = q_run(&q, "state", err);
    }
    if (rc == RC_OK && state == INBOX_IGNORED)
        rc = drop_unimported(s, id, err);
    return own_end(s, own, rc, "inbox state", err);
}

enum rc store_inbox_counts(struct store *s, int64_t link, int64_t counts[6], int64_t *oldest_open_ms, struct err *err) {
    static const char sql[] = "SELECT state, count(*), min(seen_ms) FROM inbox WHERE link = ? GROUP BY state";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    int64_t found[6] = {0}, oldest = 0;
    bool more = false;
    while ((rc = q_step(&q, &more, err)) == RC_OK && more) {
        int64_t state = q_col(&q, 0), seen = q_col(&q, 2);
        if (state < 0 || state > INBOX_IGNORED)
            continue;
        found[state] = q_col(&q, 1);
        bool open = state == INBOX_STORED || state == INBOX_PARKED || state == INBOX_CREATED;
        if (open && (oldest == 0 || seen < oldest))
            oldest = seen;
    }
    q_close(&q);
    if (rc == RC_OK) {
        memcpy(counts, found, sizeof found);
        *oldest_open_ms = oldest;
    }
    return rc;
}

/* --- goods of orders that are not in the ERP yet --- */

static enum rc run_with(struct store *s, const char *sql, int64_t id, struct err *err) {
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, id);
    return q_run(&q, "unimported", err);
}

static enum rc add_unimported(struct store *s, int64_t inbox_id, const struct goods *goods, struct err *err) {
    static const char sql[] = "INSERT INTO unimported(item, sku, inbox, quantity) VALUES(?, ?, ?, ?)"
                              " ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, goods->item);
    q_text(&q, goods->item[0] ? "" : goods->sku);
    q_i64(&q, inbox_id);
    q_i64(&q, goods->quantity);
    return q_run(&q, "unimported", err);
}

/* Rows there before stay with what they were, so that it can be told which of them differ. */
enum rc store_unimported_set(struct store *s, int64_t inbox_id, bool fresh, const struct goods *goods, size_t n,
                             struct err *err) {
    static const char keep[] = "UPDATE unimported SET was = quantity, quantity = 0 WHERE inbox = ?";
    static const char mark[] = "UPDATE map SET dirty_stock = 1 WHERE kind = 2 AND dirty_stock = 0 AND link ="
                               " (SELECT link FROM inbox WHERE id = ?1) AND key IN (SELECT item FROM unimported"
                               " WHERE inbox = ?1 AND quantity <> was AND item <> '')";
    static const char drop[] = "DELETE FROM unimported WHERE inbox = ? AND quantity = 0";
    bool own = false;
    enum rc rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    if (!fresh)
        rc = run_with(s, keep, inbox_id, err);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = add_unimported(s, inbox_id, &goods[i], err);
    if (rc == RC_OK && !fresh)
        rc = run_with(s, mark, inbox_id, err);
    if (rc == RC_OK && !fresh)
        rc = run_with(s, drop, inbox_id, err);
    return own_end(s, own, rc, "unimported set", err);
}

enum rc store_unimported(struct store *s, const char *item, const char *sku, int64_t *thousandths, struct err *err) {
    static const char sql[] = "SELECT (SELECT coalesce(sum(quantity), 0) FROM unimported WHERE item = ?1 AND ?1 <> '')"
                              " + (SELECT coalesce(sum(quantity), 0) FROM unimported WHERE item = '' AND sku = ?2)";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, item);
    q_text(&q, sku);
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK)
        *thousandths = row ? q_col(&q, 0) : 0;
    q_close(&q);
    return rc;
}

enum rc store_unimported_any(struct store *s, bool *any, struct err *err) {
    static const char sql[] = "SELECT 1 FROM unimported LIMIT 1";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK)
        *any = row;
    q_close(&q);
    return rc;
}
