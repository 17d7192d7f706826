#include "service/store/lease.h"

#include <string.h>

#include "service/store/internal.h"

enum rc store_lease_read(struct store *s, const char *link, struct lease *out, struct err *err) {
    static const char sql[] =
        "SELECT epoch, held, machine, place, account, process, process_started, purpose, doing, stop_by, since_ms,"
        " length_ms, heartbeat FROM lease WHERE link = ?";
    struct q q;
    bool row = false;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, link);
    rc = q_step(&q, &row, err);
    if (rc == RC_OK) {
        memset(out, 0, sizeof *out);
        if (row) {
            out->epoch = q_col(&q, 0);
            out->held = q_col(&q, 1) != 0;
            q_col_copy(&q, 2, out->owner.machine, sizeof out->owner.machine);
            q_col_copy(&q, 3, out->owner.place, sizeof out->owner.place);
            q_col_copy(&q, 4, out->owner.account, sizeof out->owner.account);
            out->owner.process = q_col(&q, 5);
            out->owner.process_started = q_col(&q, 6);
            q_col_copy(&q, 7, out->purpose, sizeof out->purpose);
            q_col_copy(&q, 8, out->doing, sizeof out->doing);
            q_col_copy(&q, 9, out->stop_by, sizeof out->stop_by);
            out->since_ms = q_col(&q, 10);
            out->length_ms = q_col(&q, 11);
            out->heartbeat = q_col(&q, 12);
        }
    }
    q_close(&q);
    return rc;
}

static enum rc write_row(struct store *s, const char *link, const struct lease *row, struct err *err) {
    static const char sql[] = "INSERT OR REPLACE INTO lease(link, epoch, held, machine, place, account, process,"
                              " process_started, purpose, doing, stop_by, since_ms, length_ms, heartbeat)"
                              " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct q q;
    enum rc rc = q_open(s, sql, &q, err);
    if (rc != RC_OK)
        return rc;
    q_text(&q, link);
    q_i64(&q, row->epoch);
    q_i64(&q, row->held);
    q_text(&q, row->owner.machine);
    q_text(&q, row->owner.place);
    q_text(&q, row->owner.account);
    q_i64(&q, row->owner.process);
    q_i64(&q, row->owner.process_started);
    q_text(&q, row->purpose);
    q_text(&q, row->doing);
    q_text(&q, row->stop_by);
    q_i64(&q, row->since_ms);
    q_i64(&q, row->length_ms);
    q_i64(&q, row->heartbeat);
    return q_run(&q, "lease", err);
}

/* Begins the transaction and reads the row in it. */
static enum rc open_row(struct store *s, const char *link, struct lease *now, struct err *err) {
    enum rc rc = store_begin(s, err);
    if (rc != RC_OK)
        return rc;
    rc = store_lease_read(s, link, now, err);
    if (rc != RC_OK)
        store_rollback(s);
    return rc;
}

/* Writes the row if the rule allowed it, and ends the transaction. */
static enum rc close_row(struct store *s, const char *link, enum rc rule, const struct lease *next, struct err *err) {
    enum rc rc = rule;
    if (rc == RC_OK)
        rc = write_row(s, link, next, err);
    return own_end(s, true, rc, "lease", err);
}

enum rc store_lease_take(struct store *s, const char *link, const struct lease_claim *claim, const struct lease *dead,
                         struct lease *out, struct err *err) {
    struct lease now, next;
    enum rc rc = open_row(s, link, &now, err);
    if (rc != RC_OK)
        return rc;
    rc = close_row(s, link, lease_rule_take(&now, claim, dead, &next, err), &next, err);
    if (rc == RC_OK)
        *out = next;
    return rc;
}

enum rc store_lease_renew(struct store *s, const char *link, int64_t epoch, const char *doing, struct lease *out,
                          struct err *err) {
    struct lease now, next;
    enum rc rc = open_row(s, link, &now, err);
    if (rc != RC_OK)
        return rc;
    rc = close_row(s, link, lease_rule_renew(&now, epoch, doing, &next, err), &next, err);
    if (rc == RC_OK)
        *out = next;
    return rc;
}

enum rc store_lease_release(struct store *s, const char *link, int64_t epoch, struct err *err) {
    struct lease now, next;
    enum rc rc = open_row(s, link, &now, err);
    if (rc != RC_OK)
        return rc;
    return close_row(s, link, lease_rule_release(&now, epoch, &next, err), &next, err);
}

enum rc store_lease_ask_stop(struct store *s, const char *link, int64_t epoch, const char *by, struct err *err) {
    struct lease now, next;
    enum rc rc = open_row(s, link, &now, err);
    if (rc != RC_OK)
        return rc;
    return close_row(s, link, lease_rule_ask_stop(&now, epoch, by, &next, err), &next, err);
}
