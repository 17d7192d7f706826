/* The lease of a link, kept in the company database: each slot reads the row, asks the rule what it becomes
 * (model/lease.h) and writes that, in one transaction that no other writer can get between. */
#include <string.h>

#include "common/base/str.h"
#include "service/erp/sql/sql_erp_int.h"

enum lease_column {
    LEASE_EPOCH,
    LEASE_HELD,
    LEASE_MACHINE,
    LEASE_PLACE,
    LEASE_ACCOUNT,
    LEASE_PROCESS,
    LEASE_STARTED,
    LEASE_PURPOSE,
    LEASE_DOING,
    LEASE_STOP_BY,
    LEASE_SINCE,
    LEASE_LENGTH,
    LEASE_HEARTBEAT
};

static void copy_row(struct sql_stmt *st, struct lease *out) {
    str_copy(out->owner.machine, sizeof out->owner.machine, sql_text(st, LEASE_MACHINE));
    str_copy(out->owner.place, sizeof out->owner.place, sql_text(st, LEASE_PLACE));
    str_copy(out->owner.account, sizeof out->owner.account, sql_text(st, LEASE_ACCOUNT));
    str_copy(out->purpose, sizeof out->purpose, sql_text(st, LEASE_PURPOSE));
    str_copy(out->doing, sizeof out->doing, sql_text(st, LEASE_DOING));
    str_copy(out->stop_by, sizeof out->stop_by, sql_text(st, LEASE_STOP_BY));
    out->owner.process = sql_int(st, LEASE_PROCESS);
    out->owner.process_started = sql_int(st, LEASE_STARTED);
    out->epoch = sql_int(st, LEASE_EPOCH);
    out->held = sql_int(st, LEASE_HELD) != 0;
    out->since_ms = sql_int(st, LEASE_SINCE);
    out->length_ms = sql_int(st, LEASE_LENGTH);
    out->heartbeat = sql_int(st, LEASE_HEARTBEAT);
}

/* All zero when there is no row. */
static enum rc read_row(struct sql_erp *e, const char *link, struct lease *out, struct err *err) {
    struct sql_stmt *st = NULL;
    bool row = false;
    if (!e->profile->caps.leases)
        return erp_no_leases(err);
    enum rc rc = sql_get(e, SQL_LEASE_READ, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    memset(out, 0, sizeof *out);
    sql_bind_text(st, "link", link);
    rc = sql_step(st, &row, err);
    if (rc == RC_OK && row)
        copy_row(st, out);
    db_reset(st->s);
    return rc;
}

static enum rc write_row(struct sql_erp *e, const char *link, const struct lease *row, struct err *err) {
    struct sql_stmt *st = NULL;
    enum rc rc = sql_get(e, SQL_LEASE_WRITE, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "link", link);
    sql_bind_int(st, "epoch", row->epoch);
    sql_bind_int(st, "held", row->held);
    sql_bind_text(st, "machine", row->owner.machine);
    sql_bind_text(st, "place", row->owner.place);
    sql_bind_text(st, "account", row->owner.account);
    sql_bind_int(st, "process", row->owner.process);
    sql_bind_int(st, "process_started", row->owner.process_started);
    sql_bind_text(st, "purpose", row->purpose);
    sql_bind_text(st, "doing", row->doing);
    sql_bind_text(st, "stop_by", row->stop_by);
    sql_bind_int(st, "since_ms", row->since_ms);
    sql_bind_int(st, "length_ms", row->length_ms);
    sql_bind_int(st, "heartbeat", row->heartbeat);
    return db_run(st->s, err);
}

/* Begins the transaction and reads the row in it. */
static enum rc open_row(struct sql_erp *e, const char *link, struct lease *now, struct err *err) {
    enum rc rc = db_begin(e->db, err);
    if (rc != RC_OK)
        return rc;
    rc = read_row(e, link, now, err);
    if (rc != RC_OK)
        db_rollback(e->db);
    return rc;
}

/* Writes the row if the rule allowed it, and ends the transaction. */
static enum rc close_row(struct sql_erp *e, const char *link, enum rc rule, const struct lease *next, struct err *err) {
    enum rc rc = rule;
    if (rc == RC_OK)
        rc = write_row(e, link, next, err);
    if (rc == RC_OK)
        rc = db_commit(e->db, err);
    if (rc != RC_OK)
        db_rollback(e->db);
    return rc;
}

enum rc sql_lease_take(struct erp *erp, const char *link, const struct lease_claim *claim, const struct lease *dead,
                       struct lease *out, struct err *err) {
    struct lease now, next;
    enum rc rc = open_row(sql_of(erp), link, &now, err);
    if (rc != RC_OK)
        return rc;
    rc = close_row(sql_of(erp), link, lease_rule_take(&now, claim, dead, &next, err), &next, err);
    if (rc == RC_OK)
        *out = next;
    return rc;
}

enum rc sql_lease_renew(struct erp *erp, const char *link, int64_t epoch, const char *doing, struct lease *out,
                        struct err *err) {
    struct lease now, next;
    enum rc rc = open_row(sql_of(erp), link, &now, err);
    if (rc != RC_OK)
        return rc;
    rc = close_row(sql_of(erp), link, lease_rule_renew(&now, epoch, doing, &next, err), &next, err);
    if (rc == RC_OK)
        *out = next;
    return rc;
}

enum rc sql_lease_release(struct erp *erp, const char *link, int64_t epoch, struct err *err) {
    struct lease now, next;
    enum rc rc = open_row(sql_of(erp), link, &now, err);
    if (rc != RC_OK)
        return rc;
    return close_row(sql_of(erp), link, lease_rule_release(&now, epoch, &next, err), &next, err);
}

enum rc sql_lease_read(struct erp *erp, const char *link, struct lease *out, struct err *err) {
    struct lease now;
    enum rc rc = read_row(sql_of(erp), link, &now, err);
    if (rc == RC_OK)
        *out = now;
    return rc;
}

enum rc sql_lease_ask_stop(struct erp *erp, const char *link, int64_t epoch, const char *by, struct err *err) {
    struct lease now, next;
    enum rc rc = open_row(sql_of(erp), link, &now, err);
    if (rc != RC_OK)
        return rc;
    return close_row(sql_of(erp), link, lease_rule_ask_stop(&now, epoch, by, &next, err), &next, err);
}

void sql_fence(struct erp *erp, int64_t epoch) {
    sql_of(erp)->fence = epoch;
}

enum rc sql_fence_check(struct sql_erp *e, struct err *err) {
    struct lease now;
    if (!e->profile->caps.leases)
        return RC_OK;
    enum rc rc = read_row(e, e->channel, &now, err);
    return rc == RC_OK ? lease_rule_fence(&now, e->fence, err) : rc;
}
