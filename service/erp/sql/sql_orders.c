/* Orders into the ERP, each as one transaction, and finding those that are there. */
#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/erp/sql/sql_erp_int.h"

#define COUPONS_MAX 2000

enum operator_column { OPERATOR_ACTIVE, OPERATOR_MAY_ORDER };

enum rc sql_operator_check(struct erp *erp, const char *operator_name, struct err *err) {
    struct sql_stmt *st = NULL;
    bool row = false;
    enum rc rc = sql_get(sql_of(erp), SQL_OPERATOR, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "operator", operator_name);
    rc = sql_step(st, &row, err);
    if (rc != RC_OK)
        return rc;
    if (!row)
        return err_set(err, RC_NOT_FOUND, REACH_FLOW, "The company has no operator \"%s\".", operator_name);
    bool active = sql_int(st, OPERATOR_ACTIVE) != 0, may = sql_int(st, OPERATOR_MAY_ORDER) != 0;
    db_reset(st->s);
    if (!active)
        return err_set(err, RC_DENIED, REACH_FLOW, "The operator \"%s\" is blocked in the company's ERP.",
                       operator_name);
    if (!may)
        return err_set(err, RC_DENIED, REACH_FLOW, "The operator \"%s\" has no right to make orders.", operator_name);
    return RC_OK;
}

enum rc sql_vat_code(struct erp *erp, const char *country, int64_t rate, char out[32], struct err *err) {
    struct sql_erp *e = sql_of(erp);
    struct sql_stmt *st = NULL;
    bool row = false;
    char number[32], text[32];
    enum rc rc = sql_get(e, SQL_VAT_CODE, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "sale_country", country);
    sql_bind_rate(e, st, "rate", rate, number);
    rc = sql_step(st, &row, err);
    if (rc != RC_OK)
        return rc;
    decimal_fmt(text, sizeof text, rate, 4);
    if (!row)
        return err_set(err, RC_NOT_FOUND, REACH_ITEM, "The company has no VAT code for a rate of %s %% in %s.", text,
                       country);
    (void)str_copy(out, 32, sql_text(st, 0));
    db_reset(st->s);
    return RC_OK;
}

/* --- pieces of one order --- */

static enum rc order_not_taken(struct sql_erp *e, const struct erp_order *o, struct err *err) {
    struct sql_stmt *st = NULL;
    bool row = false;
    enum rc rc = sql_get(e, SQL_ORDER_TAKEN, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_or_null(st, "token", o->token);
    sql_bind_or_null(st, "channel", o->channel);
    sql_bind_or_null(st, "internet_number", o->order->remote_id);
    rc = sql_step(st, &row, err);
    if (rc == RC_OK && row)
        rc = err_set(err, RC_CONFLICT, REACH_ITEM, "Order %s is in the company database already, as %s.",
                     o->order->number, sql_text(st, 0));
    db_reset(st->s);
    return rc;
}

static enum rc next_number(struct sql_erp *e, struct erp_document *out, struct err *err) {
    struct sql_stmt *st = NULL;
    struct civil now;
    bool row = false;
    enum rc rc = sql_get(e, SQL_ORDER_NUMBER, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    civil_from_ms(clock_wall_ms(e->clock), &now);
    sql_bind_int(st, "year", now.year);
    sql_bind_int(st, "month", now.month);
    rc = sql_step(st, &row, err);
    if (rc == RC_OK && (!row || !str_copy(out->number, sizeof out->number, sql_text(st, 0)) || !*out->number))
        rc = err_set(err, RC_INVALID, REACH_FLOW, "The company database gave no number for a new order.");
    db_reset(st->s);
    return rc;
}

static void add_coupons(struct buf *out, const struct order *order) {
    for (size_t i = 0; i < order->coupon_count; i++) {
        buf_adds(out, i ? ", " : "");
        buf_adds(out, order->coupons[i]);
    }
}

/* Runs an insert that answers with the new row's key. */
static enum rc insert_for_key(struct sql_erp *e, struct sql_stmt *st, char out[64], struct err *err) {
    bool row = false;
    enum rc rc = sql_step(st, &row, err);
    if (rc == RC_OK && (!row || !str_copy(out, 64, sql_text(st, 0)) || !*out))
        rc = err_set(err, RC_INVALID, REACH_FLOW, "The statement \"%s\" of the profile \"%s\" gave no key.",
                     sql_name(st->id), e->profile->name);
    /* To its end: some engines finish the insert only then. */
    while (rc == RC_OK && row)
        rc = sql_step(st, &row, err);
    db_reset(st->s);
    return rc;
}

static enum rc insert_order(struct sql_erp *e, const struct erp_order *o, const char *customer,
                            struct erp_document *out, struct err *err) {
    const struct order *order = o->order;
    struct sql_stmt *st = NULL;
    struct buf coupons;
    char total[32], vat[32];
    enum rc rc = sql_get(e, SQL_ORDER_INSERT, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    buf_init(&coupons, COUPONS_MAX);
    add_coupons(&coupons, order);
    sql_bind_text(st, "number", out->number);
    sql_bind_text(st, "customer_key", customer);
    sql_bind_text(st, "operator", o->operator_name);
    sql_bind_or_null(st, "channel", o->channel);
    sql_bind_or_null(st, "internet_number", order->remote_id);
    sql_bind_or_null(st, "customer_number", order->number);
    sql_bind_or_null(st, "token", o->token);
    sql_bind_text(st, "currency", order->currency);
    sql_bind_amount(e, st, "total", order->total, order->decimals, total);
    sql_bind_amount(e, st, "total_vat", order->total_vat, order->decimals, vat);
    sql_bind_int(st, "ordered_ms", order->created_ms);
    sql_bind_or_null(st, "remark", order->remark);
    sql_bind_or_null(st, "payment_method", order->payment_method);
    sql_bind_or_null(st, "payment_title", order->payment_title);
    sql_bind_or_null(st, "pickup_point", order->pickup_point);
    sql_bind_or_null(st, "coupons", coupons.data);
    rc = insert_for_key(e, st, out->key, err);
    buf_free(&coupons);
    return rc;
}

static enum rc insert_address(struct sql_erp *e, const char *order_key, const char *kind, const struct order_address *a,
                              const char *tax_number, struct err *err) {
    struct sql_stmt *st = NULL;
    enum rc rc = sql_get(e, SQL_ORDER_ADDRESS_INSERT, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "order_key", order_key);
    sql_bind_text(st, "kind", kind);
    sql_bind_or_null(st, "first_name", a->first_name);
    sql_bind_or_null(st, "last_name", a->last_name);
    sql_bind_or_null(st, "company", a->company);
    sql_bind_or_null(st, "street", a->street);
    sql_bind_or_null(st, "street2", a->street2);
    sql_bind_or_null(st, "city", a->city);
    sql_bind_or_null(st, "postcode", a->postcode);
    sql_bind_or_null(st, "state", a->state);
    sql_bind_or_null(st, "address_country", a->country);
    sql_bind_or_null(st, "email", a->email);
    sql_bind_or_null(st, "phone", a->phone);
    sql_bind_or_null(st, "tax_number", tax_number);
    return db_run(st->s, err);
}

static enum rc insert_addresses(struct sql_erp *e, const struct order *order, const char *order_key, struct err *err) {
    if (!sql_has(e, SQL_ORDER_ADDRESS_INSERT))
        return RC_OK;
    enum rc rc = insert_address(e, order_key, "billing", &order->billing, order->vat_number, err);
    if (rc == RC_OK)
        rc = insert_address(e, order_key, "shipping", &order->shipping, NULL, err);
    return rc;
}

static const char *line_kind(const struct order_line *line) {
    switch (line->kind) {
    case LINE_GOODS: return "goods";
    case LINE_SHIPPING: return "shipping";
    case LINE_FEE: return "fee";
    case LINE_OTHER: break;
    }
    return "other";
}

static enum rc service_item(struct sql_erp *e, const char *kind, char out[64], struct err *err) {
    struct sql_stmt *st = NULL;
    bool row = false;
    enum rc rc = sql_get(e, SQL_SERVICE_ITEM, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "kind", kind);
    rc = sql_step(st, &row, err);
    if (rc == RC_OK && (!row || !str_copy(out, 64, sql_text(st, 0)) || !*out))
        rc = err_set(err, RC_NOT_FOUND, REACH_FLOW,
                     "The company has no service item on which lines of the kind \"%s\" are booked.", kind);
    db_reset(st->s);
    return rc;
}

static enum rc insert_line(struct sql_erp *e, const struct erp_order *o, size_t index, const char *order_key,
                           char line_key[64], struct err *err) {
    const struct erp_order_line *l = &o->lines[index];
    const struct order_line *line = l->line;
    char item[64], quantity[32], net[32], vat[32], rate[32];
    struct sql_stmt *st = NULL;
    enum rc rc = RC_OK;
    if (l->item_key)
        (void)str_copy(item, sizeof item, l->item_key);
    else
        rc = service_item(e, line_kind(line), item, err);
    if (rc == RC_OK)
        rc = sql_get(e, SQL_ORDER_LINE_INSERT, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "order_key", order_key);
    sql_bind_int(st, "position", (int64_t)index + 1);
    sql_bind_text(st, "kind", line_kind(line));
    sql_bind_text(st, "item_key", item);
    sql_bind_text(st, "name", line->name ? line->name : "");
    sql_bind_quantity(e, st, "quantity", line->quantity, quantity);
    sql_bind_amount(e, st, "net", line->net, o->order->decimals, net);
    sql_bind_amount(e, st, "vat", line->vat, o->order->decimals, vat);
    bool taxed = l->vat_code && line->rate != RATE_UNTAXED;
    sql_bind_text(st, "vat_code", taxed ? l->vat_code : NULL);
    if (taxed)
        sql_bind_rate(e, st, "rate", line->rate, rate);
    else
        sql_bind_text(st, "rate", NULL);
    sql_bind_or_null(st, "remote_line", line->remote_id);
    return insert_for_key(e, st, line_key, err);
}

static enum rc reserve(struct sql_erp *e, const struct erp_order_line *l, const char *line_key, struct err *err) {
    struct sql_stmt *st = NULL;
    char quantity[32];
    if (!l->item_key || l->line->kind != LINE_GOODS || l->line->quantity <= 0 || !sql_has(e, SQL_RESERVATION_INSERT))
        return RC_OK;
    enum rc rc = sql_get(e, SQL_RESERVATION_INSERT, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "line_key", line_key);
    sql_bind_text(st, "item_key", l->item_key);
    sql_bind_quantity(e, st, "quantity", l->line->quantity, quantity);
    sql_bind_text(st, "warehouse", e->warehouse);
    return db_run(st->s, err);
}

static enum rc insert_lines(struct sql_erp *e, const struct erp_order *o, const char *order_key, struct err *err) {
    enum rc rc = RC_OK;
    for (size_t i = 0; i < o->line_count && rc == RC_OK; i++) {
        char line_key[64];
        rc = insert_line(e, o, i, order_key, line_key, err);
        if (rc == RC_OK)
            rc = reserve(e, &o->lines[i], line_key, err);
    }
    return rc;
}

static enum rc insert_payment(struct sql_erp *e, const struct order *order, const char *order_key, struct err *err) {
    struct sql_stmt *st = NULL;
    char amount[32];
    if (order->paid_ms == 0 || order->total == 0 || !sql_has(e, SQL_PAYMENT_INSERT))
        return RC_OK;
    enum rc rc = sql_get(e, SQL_PAYMENT_INSERT, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "order_key", order_key);
    sql_bind_amount(e, st, "amount", order->total, order->decimals, amount);
    sql_bind_text(st, "currency", order->currency);
    sql_bind_or_null(st, "method", order->payment_method);
    sql_bind_or_null(st, "reference", order->transaction_id);
    sql_bind_int(st, "paid_ms", order->paid_ms);
    return db_run(st->s, err);
}

static enum rc confirm(struct sql_erp *e, const char *order_key, struct err *err) {
    struct sql_stmt *st = NULL;
    if (!sql_has(e, SQL_ORDER_CONFIRM))
        return RC_OK;
    enum rc rc = sql_get(e, SQL_ORDER_CONFIRM, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "order_key", order_key);
    return db_run(st->s, err);
}

static enum rc write_order(struct sql_erp *e, const struct erp_order *o, struct erp_document *out, struct err *err) {
    char customer[64];
    enum rc rc = sql_fence_check(e, err);
    if (rc == RC_OK)
        rc = order_not_taken(e, o, err);
    if (rc == RC_OK)
        rc = sql_operator_check(&e->erp, o->operator_name, err);
    if (rc == RC_OK && o->customer_key)
        (void)str_copy(customer, sizeof customer, o->customer_key);
    else if (rc == RC_OK)
        rc = sql_customer_insert(e, o, customer, err);
    if (rc == RC_OK)
        rc = next_number(e, out, err);
    if (rc == RC_OK)
        rc = insert_order(e, o, customer, out, err);
    if (rc == RC_OK)
        rc = insert_addresses(e, o->order, out->key, err);
    if (rc == RC_OK)
        rc = insert_lines(e, o, out->key, err);
    if (rc == RC_OK)
        rc = insert_payment(e, o->order, out->key, err);
    if (rc == RC_OK)
        rc = confirm(e, out->key, err);
    return rc;
}

/* A commit that failed in the middle may have reached the disk or not: only the token can tell. */
static enum rc commit_order(struct sql_erp *e, const struct erp_order *order, struct err *err) {
    enum rc rc = db_commit(e->db, err);
    if (rc != RC_IO)
        return rc;
    return err_set(err, RC_UNKNOWN_OUTCOME, REACH_ITEM,
                   "The company database failed while order %s was being saved; whether it is there will be looked up.",
                   order->order->number);
}

enum rc sql_order_create(struct erp *erp, const struct erp_order *order, struct erp_document *out, struct err *err) {
    struct sql_erp *e = sql_of(erp);
    struct erp_document document = {.key = ""};
    int decimals = currency_decimals(order->order->currency);
    if (decimals < 0 || decimals != order->order->decimals)
        return err_set(err, RC_REJECTED, REACH_ITEM, "Order %s is in a currency the program does not know (\"%s\").",
                       order->order->number, order->order->currency);
    enum rc rc = db_begin(e->db, err);
    if (rc != RC_OK)
        return rc;
    rc = write_order(e, order, &document, err);
    if (rc == RC_OK)
        rc = commit_order(e, order, err);
    if (rc != RC_OK) {
        db_rollback(e->db);
        return rc;
    }
    *out = document;
    return RC_OK;
}

/* --- finding --- */

enum find_column {
    FIND_KEY,
    FIND_NUMBER,
    FIND_CREATED,
    FIND_BY_TOKEN,
    FIND_BY_INTERNET,
    FIND_BY_CUSTOMER,
    FIND_CHANNEL,
    FIND_TOTAL,
    FIND_CURRENCY
};

static enum rc read_match(struct sql_erp *e, struct sql_stmt *st, struct erp_order_match *out, struct err *err) {
    memset(out, 0, sizeof *out);
    (void)str_copy(out->document.key, sizeof out->document.key, sql_text(st, FIND_KEY));
    (void)str_copy(out->document.number, sizeof out->document.number, sql_text(st, FIND_NUMBER));
    (void)str_copy(out->currency, sizeof out->currency, sql_text(st, FIND_CURRENCY));
    out->created_ms = sql_int(st, FIND_CREATED);
    out->by_token = sql_int(st, FIND_BY_TOKEN) != 0;
    out->by_internet_number = sql_int(st, FIND_BY_INTERNET) != 0;
    out->by_customer_number = sql_int(st, FIND_BY_CUSTOMER) != 0;
    out->ours = *e->channel && str_eq(sql_text(st, FIND_CHANNEL), e->channel);
    (void)str_copy(out->channel, sizeof out->channel, sql_text(st, FIND_CHANNEL));
    if (!e->profile->decimal_amounts) {
        out->total = sql_int(st, FIND_TOTAL);
        return RC_OK;
    }
    int decimals = currency_decimals(out->currency);
    if (decimals >= 0 && decimal_parse(sql_text(st, FIND_TOTAL), decimals, &out->total, NULL))
        return RC_OK;
    return err_set(err, RC_INVALID, REACH_ITEM, "The total of order %s in the company database is no amount.",
                   out->document.number);
}

enum rc sql_order_find(struct erp *erp, const char *token, const char *internet_number, const char *customer_number,
                       int64_t since_ms, struct erp_order_match *out, size_t max, size_t *count, struct err *err) {
    struct sql_erp *e = sql_of(erp);
    struct sql_stmt *st = NULL;
    struct erp_order_match ignored;
    size_t n = 0;
    bool row = true;
    enum rc rc = sql_get(e, SQL_ORDER_FIND, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_or_null(st, "token", token);
    sql_bind_or_null(st, "internet_number", internet_number);
    sql_bind_or_null(st, "customer_number", customer_number);
    sql_bind_int(st, "since_ms", since_ms);
    while (rc == RC_OK && (rc = sql_step(st, &row, err)) == RC_OK && row) {
        rc = read_match(e, st, n < max ? &out[n] : &ignored, err);
        n++;
    }
    db_reset(st->s);
    if (rc == RC_OK)
        *count = n;
    return rc;
}
