/* Links: their names and the number that every record of theirs carries. */
#include "service/store/internal.h"

static enum rc find_link(struct store *s, const char *name, int64_t *out, struct err *err) {
    static const char sql[] = "SELECT id FROM link WHERE name = ?";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, name);
    bool row = false;
    rc = q_step(&q, &row, err);
    if (rc == RC_OK)
        *out = row ? q_col(&q, 0) : 0;
    q_close(&q);
    return rc;
}

enum rc store_link(struct store *s, const char *link_name, int64_t *out, struct err *err) {
    static const char add[] = "INSERT INTO link(name) VALUES(?)";
    int64_t id = 0;
    enum rc rc = find_link(s, link_name, &id, err);
    if (rc != RC_OK || id != 0) {
        if (rc == RC_OK)
            *out = id;
        return rc;
    }
    struct q q;
    rc = q_open(s, add, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, link_name);
    rc = q_run(&q, "link", err);
    if (rc == RC_OK)
        *out = sqlite3_last_insert_rowid(s->db);
    return rc;
}

/* Runs alone are none: one that could not begin, because the state was not its own yet, is kept too. */
static enum rc has_records(struct store *s, int64_t link, bool *out, struct err *err) {
    static const char sql[] = "SELECT 1 FROM link WHERE id = ?1 AND (EXISTS (SELECT 1 FROM inbox WHERE link = ?1)"
                              " OR EXISTS (SELECT 1 FROM map WHERE link = ?1)"
                              " OR EXISTS (SELECT 1 FROM cursor WHERE link = ?1)"
                              " OR EXISTS (SELECT 1 FROM step WHERE link = ?1)"
                              " OR EXISTS (SELECT 1 FROM parked WHERE link = ?1)"
                              " OR EXISTS (SELECT 1 FROM event WHERE link = ?1))";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_i64(&q, link);
    rc = q_step(&q, out, err);
    q_close(&q);
    return rc;
}

static enum rc change_name(struct store *s, int64_t from, int64_t replaced, const char *to, struct err *err) {
    static const char runs[] = "UPDATE run SET link = ? WHERE link = ?";
    static const char drop[] = "DELETE FROM link WHERE id = ?";
    static const char name[] = "UPDATE link SET name = ? WHERE id = ?";
    struct q q;
    enum rc rc = RC_OK;
    if (replaced != 0) {
        rc = q_open(s, runs, &q, err);
        if (rc != RC_OK)
            return rc;
        q_i64(&q, from);
        q_i64(&q, replaced);
        rc = q_run(&q, "link", err);
        if (rc == RC_OK)
            rc = q_open(s, drop, &q, err);
        if (rc != RC_OK)
            return rc;
        q_i64(&q, replaced);
        rc = q_run(&q, "link", err);
    }
    if (rc == RC_OK)
        rc = q_open(s, name, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, to);
    q_i64(&q, from);
    return q_run(&q, "link", err);
}

enum rc store_link_rename(struct store *s, const char *from, const char *to, struct err *err) {
    bool own = false, records = false;
    int64_t old = 0, fresh = 0;
    enum rc rc = own_begin(s, &own, err);
    if (rc != RC_OK)
        return rc;
    rc = find_link(s, from, &old, err);
    if (rc == RC_OK && old == 0)
        rc = err_set(err, RC_NOT_FOUND, REACH_LINK, "There are no records of a link \"%s\" in this company.", from);
    if (rc == RC_OK)
        rc = find_link(s, to, &fresh, err);
    if (rc == RC_OK && fresh != 0 && fresh != old)
        rc = has_records(s, fresh, &records, err);
    if (rc == RC_OK && (records || fresh == old))
        rc = err_set(err, RC_CONFLICT, REACH_LINK,
                     "The link \"%s\" has records of its own, so those of \"%s\" cannot become its. Nothing was "
                     "changed. Give it a name in the settings that was never used, and say it again.",
                     to, from);
    if (rc == RC_OK)
        rc = change_name(s, old, fresh, to, err);
    return own_end(s, own, rc, "link rename", err);
}
