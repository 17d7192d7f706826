/* Prepared statements of the profile: cache, parameters, columns by name. */
#include <stdlib.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/erp/sql/profile_check.h"
#include "service/erp/sql/sql_erp_int.h"

#define SQL_TEXT_MAX (64 * 1024)

bool sql_has(const struct sql_erp *e, enum sql_id id) {
    return e->profile->statements[id] != NULL;
}

static enum rc find_columns(const struct sql_erp *e, struct sql_stmt *st, struct err *err) {
    const char *lists[2] = {sql_columns(st->id), sql_extra_columns(st->id)};
    char name[64];
    int n = 0;
    for (int i = 0; i < 2; i++) {
        while (list_next(&lists[i], name, sizeof name) && n < SQL_COLUMNS_MAX) {
            st->columns[n] = db_column(st->s, name);
            if (st->columns[n] < 0 && i == 0)
                return err_set(err, RC_INVALID, REACH_LINK,
                               "Profile \"%s\": the statement \"%s\" gives no column \"%s\".", e->profile->name,
                               sql_name(st->id), name);
            n++;
        }
    }
    return RC_OK;
}

static void bind_view(const struct sql_erp *e, struct sql_stmt *st) {
    sql_bind_text(st, "price_list", e->price_list);
    sql_bind_text(st, "country", e->country);
    sql_bind_text(st, "channel", e->channel);
    sql_bind_text(st, "warehouses", e->warehouses);
    sql_bind_text(st, "warehouse_list", e->warehouse_list);
}

static void bind_now(struct sql_erp *e, struct sql_stmt *st) {
    int64_t now = clock_wall_ms(e->clock);
    struct civil day;
    civil_from_ms(now, &day);
    (void)str_fmt(e->today, sizeof e->today, "%04d-%02d-%02d", day.year, day.month, day.day);
    sql_bind_int(st, "now_ms", now);
    sql_bind_text(st, "today", e->today);
}

static enum rc prepare(struct sql_erp *e, struct sql_stmt *st, struct err *err) {
    struct buf sql;
    buf_init(&sql, SQL_TEXT_MAX);
    (void)profile_sql(e->profile, st->id, st->words, &sql);
    enum rc rc = buf_rc(&sql, "A statement of the profile", err);
    if (rc == RC_OK)
        rc = db_prepare(e->db, sql.data, &st->s, err);
    buf_free(&sql);
    if (rc == RC_OK)
        rc = find_columns(e, st, err);
    if (rc != RC_OK)
        db_stmt_free(st->s);
    return rc;
}

enum rc sql_get(struct sql_erp *e, enum sql_id id, unsigned words, struct sql_stmt **out, struct err *err) {
    struct sql_stmt *st = NULL;
    for (size_t i = 0; i < e->cached; i++) {
        if (e->cache[i].id == id && e->cache[i].words == words)
            st = &e->cache[i];
    }
    if (!st) {
        if (!sql_has(e, id))
            return err_set(err, RC_UNSUPPORTED, REACH_FLOW, "The profile \"%s\" has no statement \"%s\".",
                           e->profile->name, sql_name(id));
        if (e->cached == SQL_CACHE_MAX)
            return err_set(err, RC_INTERNAL, REACH_SERVICE, "Too many kinds of statements.");
        struct sql_stmt fresh = {.id = id, .words = words};
        enum rc rc = prepare(e, &fresh, err);
        if (rc != RC_OK)
            return rc;
        st = &e->cache[e->cached++];
        *st = fresh;
        bind_view(e, st);
    }
    bind_now(e, st);
    *out = st;
    return RC_OK;
}

void sql_cache_free(struct sql_erp *e) {
    for (size_t i = 0; i < e->cached; i++)
        db_stmt_free(e->cache[i].s);
    e->cached = 0;
}

/* --- parameters --- */

void sql_bind_text(struct sql_stmt *st, const char *name, const char *value) {
    db_bind_text(st->s, db_param(st->s, name), value);
}

void sql_bind_or_null(struct sql_stmt *st, const char *name, const char *value) {
    sql_bind_text(st, name, str_empty(value) ? NULL : value);
}

void sql_bind_int(struct sql_stmt *st, const char *name, int64_t value) {
    db_bind_int(st->s, db_param(st->s, name), value);
}

static void bind_number(struct sql_stmt *st, const char *name, int64_t value, bool decimal, int decimals,
                        char buf[32]) {
    if (decimal) {
        decimal_fmt(buf, 32, value, decimals);
        sql_bind_text(st, name, buf);
    } else {
        sql_bind_int(st, name, value);
    }
}

void sql_bind_amount(const struct sql_erp *e, struct sql_stmt *st, const char *name, int64_t value, int decimals,
                     char buf[32]) {
    bind_number(st, name, value, e->profile->decimal_amounts, decimals, buf);
}

void sql_bind_quantity(const struct sql_erp *e, struct sql_stmt *st, const char *name, int64_t value, char buf[32]) {
    bind_number(st, name, value, e->profile->decimal_quantities, 3, buf);
}

void sql_bind_rate(const struct sql_erp *e, struct sql_stmt *st, const char *name, int64_t value, char buf[32]) {
    bind_number(st, name, value, e->profile->percent_rates, 4, buf);
}

/* --- columns --- */

bool sql_null(struct sql_stmt *st, int column) {
    return st->columns[column] < 0 || db_is_null(st->s, st->columns[column]);
}

int64_t sql_int(struct sql_stmt *st, int column) {
    return st->columns[column] < 0 ? 0 : db_int(st->s, st->columns[column]);
}

const char *sql_text(struct sql_stmt *st, int column) {
    return st->columns[column] < 0 ? NULL : db_text(st->s, st->columns[column], NULL);
}

static enum rc get_number(const struct sql_erp *e, struct sql_stmt *st, int column, bool decimal, int decimals,
                          int64_t none, int64_t *out, struct err *err) {
    if (sql_null(st, column)) {
        *out = none;
        return RC_OK;
    }
    if (!decimal) {
        *out = sql_int(st, column);
        return RC_OK;
    }
    const char *text = sql_text(st, column);
    if (decimal_parse(text, decimals, out, NULL))
        return RC_OK;
    return err_set(err, RC_INVALID, REACH_ITEM, "The company database gave \"%.40s\" where a number was expected (%s).",
                   text ? text : "", e->profile->name);
}

enum rc sql_amount(const struct sql_erp *e, struct sql_stmt *st, int column, int64_t none, int64_t *out,
                   struct err *err) {
    return get_number(e, st, column, e->profile->decimal_amounts, e->decimals, none, out, err);
}

enum rc sql_quantity(const struct sql_erp *e, struct sql_stmt *st, int column, int64_t *out, struct err *err) {
    return get_number(e, st, column, e->profile->decimal_quantities, 3, 0, out, err);
}

enum rc sql_rate(const struct sql_erp *e, struct sql_stmt *st, int column, int64_t none, int64_t *out,
                 struct err *err) {
    return get_number(e, st, column, e->profile->percent_rates, 4, none, out, err);
}

enum rc sql_step(struct sql_stmt *st, bool *row, struct err *err) {
    *row = false;
    enum rc rc = db_step(st->s, row, err);
    if (rc != RC_OK || !*row)
        db_reset(st->s);
    return rc;
}
