/* The id map: which remote thing is which of ours, and the digest of what the channel confirmed last. */
#include <string.h>

#include "service/store/internal.h"

#define DIGESTS_SIZE (ASPECT_COUNT * DIGEST_SIZE)
_Static_assert(sizeof(struct digest) == DIGEST_SIZE, "digests are stored as their bytes");

#define MAP_COLUMNS "remote_id, remote_parent, sku, digests, stock_told, dirty_stock, present"

static void fill_map(const struct q *q, int at, struct map_row *row) {
    memset(row, 0, sizeof *row);
    q_col_copy(q, at, row->remote_id, sizeof row->remote_id);
    q_col_copy(q, at + 1, row->remote_parent, sizeof row->remote_parent);
    q_col_copy(q, at + 2, row->sku, sizeof row->sku);
    const void *blob = sqlite3_column_blob(q->st, at + 3);
    if (blob && sqlite3_column_bytes(q->st, at + 3) == DIGESTS_SIZE)
        memcpy(row->digest, blob, DIGESTS_SIZE);
    row->stock_told = q_col(q, at + 4);
    row->dirty_stock = q_col(q, at + 5) != 0;
    row->exists = q_col(q, at + 6) != 0;
}

enum rc store_map_get(struct store *s, int64_t link, enum map_kind kind, const char *key, struct map_row *out,
                      struct err *err) {
    static const char sql[] = "SELECT " MAP_COLUMNS " FROM map WHERE link = ? AND kind = ? AND key = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, kind);
    q_text(&q, key);
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK && row) {
        fill_map(&q, 0, out);
    } else if (rc == RC_OK) {
        memset(out, 0, sizeof *out);
        out->stock_told = INT64_MIN;
        rc = RC_NOT_FOUND;
    }
    q_close(&q);
    return rc;
}

/* The usual change: what is bound stays bound, so no index but that of sold items has to move. */
static enum rc update_bound(struct store *s, int64_t link, enum map_kind kind, const char *key,
                            const struct map_row *row, bool *done, struct err *err) {
    static const char sql[] = "UPDATE map SET digests = ?, stock_told = ?, dirty_stock = ?, present = ?"
                              " WHERE link = ? AND kind = ? AND key = ? AND remote_id = ? AND remote_parent = ?"
                              " AND sku = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_blob(&q, row->digest, DIGESTS_SIZE);
    q_i64(&q, row->stock_told);
    q_i64(&q, row->dirty_stock);
    q_i64(&q, row->exists);
    q_i64(&q, link);
    q_i64(&q, kind);
    q_text(&q, key);
    q_text(&q, row->remote_id);
    q_text(&q, row->remote_parent);
    q_text(&q, row->sku);
    return q_change(&q, "map", done, err);
}

/* Goods that were sold under the SKU while no item was bound to it are this item's. */
static enum rc give_goods(struct store *s, const char *key, const char *sku, struct err *err) {
    static const char give[] = "INSERT INTO unimported(item, sku, inbox, quantity) SELECT ?1, '', inbox, quantity"
                               " FROM unimported WHERE item = '' AND sku = ?2"
                               " ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity";
    static const char drop[] = "DELETE FROM unimported WHERE item = '' AND sku = ?";
    struct q q;
    bool any = false;
    enum rc rc = q_open(s, give, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, key);
    q_text(&q, sku);
    rc = q_change(&q, "goods", &any, err);
    if (rc == RC_OK && any)
        rc = q_open(s, drop, &q, err);
    if (rc != RC_OK || !any)
        return rc;
    q_text(&q, sku);
    return q_run(&q, "goods", err);
}

static enum rc insert_row(struct store *s, int64_t link, enum map_kind kind, const char *key, const struct map_row *row,
                          struct err *err) {
    static const char sql[] = "INSERT OR REPLACE INTO map(link, kind, key, " MAP_COLUMNS ")"
                              " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, kind);
    q_text(&q, key);
    q_text(&q, row->remote_id);
    q_text(&q, row->remote_parent);
    q_text(&q, row->sku);
    q_blob(&q, row->digest, DIGESTS_SIZE);
    q_i64(&q, row->stock_told);
    q_i64(&q, row->dirty_stock);
    q_i64(&q, row->exists);
    return q_run(&q, "map", err);
}

enum rc store_map_put(struct store *s, int64_t link, enum map_kind kind, const char *key, const struct map_row *row,
                      struct err *err) {
    bool done = false;
    enum rc rc = update_bound(s, link, kind, key, row, &done, err);
    if (rc != RC_OK || done)
        return rc;
    if (kind != MAP_ITEM || row->sku[0] == '\0')
        return insert_row(s, link, kind, key, row, err);
    bool own = false;
    rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    rc = insert_row(s, link, kind, key, row, err);
    if (rc == RC_OK)
        rc = give_goods(s, key, row->sku, err);
    return own_end(s, own, rc, "map", err);
}

enum rc store_map_remove(struct store *s, int64_t link, enum map_kind kind, const char *key, struct err *err) {
    static const char sql[] = "DELETE FROM map WHERE link = ? AND kind = ? AND key = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, kind);
    q_text(&q, key);
    return q_run(&q, "map remove", err);
}

enum rc store_map_each(struct store *s, int64_t link, enum map_kind kind, const char *after_key, size_t limit,
                       enum rc (*visit)(void *ctx, const char *key, const struct map_row *row, struct err *err),
                       void *ctx, struct err *err) {
    static const char sql[] = "SELECT key, " MAP_COLUMNS " FROM map WHERE link = ? AND kind = ? AND key > ?"
                              " ORDER BY key LIMIT ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, kind);
    q_text(&q, after_key);
    q_i64(&q, (int64_t)limit);
    bool more = false;
    while ((rc = q_step(&q, &more, err)) == RC_OK && more) {
        struct map_row row;
        fill_map(&q, 1, &row);
        rc = visit(ctx, q_col_text(&q, 0), &row, err);
        if (rc != RC_OK)
            break;
    }
    q_close(&q);
    return rc;
}

/* First column of the first row. */
static enum rc one_text(struct q *q, char *out, size_t size, struct err *err) {
    bool row = false;
    enum rc rc = q_step(q, &row, err);
    if (rc == RC_OK && row)
        q_col_copy(q, 0, out, size);
    else if (rc == RC_OK)
        rc = RC_NOT_FOUND;
    q_close(q);
    return rc;
}

enum rc store_map_by_remote(struct store *s, int64_t link, enum map_kind kind, const char *remote_parent,
                            const char *remote_id, char key[64], struct err *err) {
    /* Told which index: left alone, SQLite takes the primary key and reads every row of the kind. */
    static const char sql[] = "SELECT key FROM map INDEXED BY map_remote WHERE link = ? AND kind = ? AND remote_id = ?"
                              " AND remote_id <> '' AND remote_parent = ? LIMIT 1";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_i64(&q, kind);
    q_text(&q, remote_id);
    q_text(&q, remote_parent);
    return one_text(&q, key, 64, err);
}

enum rc store_map_by_sku(struct store *s, int64_t link, const char *sku, char key[64], struct err *err) {
    static const char sql[] = "SELECT key FROM map WHERE link = ? AND sku = ? AND kind = 2 AND sku <> '' LIMIT 1";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, sku);
    return one_text(&q, key, 64, err);
}

enum rc store_map_mark_sold(struct store *s, int64_t link, const char *key, struct err *err) {
    static const char sql[] = "UPDATE map SET dirty_stock = 1 WHERE link = ? AND kind = 2 AND key = ?"
                              " AND dirty_stock = 0";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, key);
    return q_run(&q, "sold", err);
}

enum rc store_map_sold(struct store *s, int64_t link, const char *after_key, size_t limit,
                       enum rc (*visit)(void *ctx, const char *key, const char *sku, struct err *err), void *ctx,
                       struct err *err) {
    static const char sql[] = "SELECT key, sku FROM map WHERE link = ? AND key > ? AND dirty_stock = 1"
                              " ORDER BY key LIMIT ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    q_text(&q, after_key);
    q_i64(&q, (int64_t)limit);
    bool more = false;
    while ((rc = q_step(&q, &more, err)) == RC_OK && more) {
        rc = visit(ctx, q_col_text(&q, 0), q_col_text(&q, 1), err);
        if (rc != RC_OK)
            break;
    }
    q_close(&q);
    return rc;
}
