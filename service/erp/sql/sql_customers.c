/* Customers of the ERP: the one an order belongs to, or a new one. */
#include <string.h>

#include "common/base/str.h"
#include "service/erp/sql/sql_erp_int.h"

#define NAME_MAX_BYTES 400

enum customer_column {
    CUSTOMER_KEY,
    CUSTOMER_NAME,
    CUSTOMER_IS_COMPANY,
    CUSTOMER_BLOCKED,
    CUSTOMER_BY_TAX,
    CUSTOMER_TAX_NUMBER
};

/* The best candidates so far: those found by tax number beat those found by e-mail alone. */
struct match {
    bool company; /* the buyer is a firm */
    char tax_number[TAX_NUMBER_MAX];
    bool by_tax;
    size_t count;
    bool blocked;
    char key[64];
    struct buf names;
};

void sql_tax_number(char out[TAX_NUMBER_MAX], const char *s) {
    size_t len = 0;
    for (; s && *s && len + 1 < TAX_NUMBER_MAX; s++) {
        if (*s >= 'a' && *s <= 'z')
            out[len++] = (char)(*s - 'a' + 'A');
        else if ((*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9'))
            out[len++] = *s;
    }
    out[len] = 0;
}

/* Without the country's two letters: "PL5213017228" and "5213017228" are one firm. */
static const char *bare(const char *tax_number) {
    bool letters = tax_number[0] >= 'A' && tax_number[0] <= 'Z' && tax_number[1] >= 'A' && tax_number[1] <= 'Z';
    return letters ? tax_number + 2 : tax_number;
}

static bool is_company(const struct order *order) {
    return !str_blank(order->vat_number) || !str_blank(order->billing.company);
}

/* A firm is not taken for a private buyer, nor the other way round, nor another firm that shares the e-mail address. */
static bool fits(const struct match *m, struct sql_stmt *st) {
    char theirs[TAX_NUMBER_MAX];
    sql_tax_number(theirs, sql_text(st, CUSTOMER_TAX_NUMBER));
    if ((sql_int(st, CUSTOMER_IS_COMPANY) != 0) != m->company)
        return false;
    return !*theirs || !*m->tax_number || str_eq(bare(theirs), bare(m->tax_number));
}

static void take(struct match *m, struct sql_stmt *st) {
    bool by_tax = sql_int(st, CUSTOMER_BY_TAX) != 0;
    if (m->count && m->by_tax && !by_tax)
        return;
    if (by_tax && !m->by_tax) {
        m->count = 0;
        buf_clear(&m->names);
    }
    m->by_tax = by_tax;
    m->count++;
    m->blocked = sql_int(st, CUSTOMER_BLOCKED) != 0;
    (void)str_copy(m->key, sizeof m->key, sql_text(st, CUSTOMER_KEY));
    buf_addf(&m->names, "%s%s (%s)", m->names.len ? ", " : "", sql_text(st, CUSTOMER_NAME), m->key);
}

static enum rc judge(const struct match *m, char out[64], struct err *err) {
    if (m->count > 1)
        return err_set(err, RC_CONFLICT, REACH_ITEM,
                       "Several customers of the company fit the buyer: %s%s. Choose one.", m->names.data,
                       m->names.full ? " ..." : "");
    if (m->count == 1 && m->blocked)
        return err_set(err, RC_REJECTED, REACH_ITEM, "The customer %s is blocked in the company's ERP.", m->names.data);
    (void)str_copy(out, 64, m->count ? m->key : "");
    return RC_OK;
}

enum rc sql_customer_match(struct erp *erp, const struct order *order, char out[64], struct err *err) {
    struct sql_stmt *st = NULL;
    struct match m = {.company = is_company(order)};
    bool row = true;
    enum rc rc = sql_get(sql_of(erp), SQL_CUSTOMER_MATCH, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    buf_init(&m.names, NAME_MAX_BYTES);
    sql_tax_number(m.tax_number, order->vat_number);
    sql_bind_or_null(st, "email", order->billing.email);
    sql_bind_or_null(st, "tax_number", m.tax_number);
    sql_bind_or_null(st, "tax_number_bare", bare(m.tax_number));
    while ((rc = sql_step(st, &row, err)) == RC_OK && row) {
        if (fits(&m, st))
            take(&m, st);
    }
    db_reset(st->s);
    if (rc == RC_OK)
        rc = judge(&m, out, err);
    buf_free(&m.names);
    return rc;
}

/* At most so many bytes of it, cut at a character: a name nobody could write on a parcel is still a name. */
static void add_part(struct buf *name, const char *text, size_t most) {
    buf_add(name, text, utf8_cut(text, most));
}

/* "Firm", else "First Last", else the e-mail address, else the order's number: something people can call the customer.
 */
static void customer_name(struct buf *out, const struct order *order) {
    const struct order_address *a = &order->billing;
    if (!str_blank(a->company)) {
        add_part(out, a->company, NAME_MAX_BYTES);
        return;
    }
    const size_t half = NAME_MAX_BYTES / 2 - 1;
    add_part(out, a->first_name, half);
    if (!str_empty(a->first_name) && !str_empty(a->last_name))
        buf_addc(out, ' ');
    add_part(out, a->last_name, half);
    if (str_blank(out->data)) {
        buf_clear(out);
        add_part(out, str_empty(a->email) ? order->number : a->email, NAME_MAX_BYTES);
    }
}

enum rc sql_customer_insert(struct sql_erp *e, const struct erp_order *o, char out[64], struct err *err) {
    const struct order_address *a = &o->order->billing;
    struct sql_stmt *st = NULL;
    struct buf name;
    bool row = false;
    enum rc rc = sql_get(e, SQL_CUSTOMER_INSERT, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    buf_init(&name, NAME_MAX_BYTES);
    customer_name(&name, o->order);
    sql_bind_text(st, "name", name.data);
    sql_bind_int(st, "is_company", is_company(o->order));
    sql_bind_or_null(st, "tax_number", o->order->vat_number);
    sql_bind_or_null(st, "email", a->email);
    sql_bind_or_null(st, "phone", a->phone);
    sql_bind_or_null(st, "street", a->street);
    sql_bind_or_null(st, "street2", a->street2);
    sql_bind_or_null(st, "city", a->city);
    sql_bind_or_null(st, "postcode", a->postcode);
    sql_bind_or_null(st, "state", a->state);
    sql_bind_or_null(st, "address_country", a->country_valid ? a->country : NULL);
    sql_bind_text(st, "operator", o->operator_name);
    rc = sql_step(st, &row, err);
    if (rc == RC_OK && (!row || !str_copy(out, 64, sql_text(st, 0)) || !*out))
        rc = err_set(err, RC_INVALID, REACH_FLOW, "The company database gave no key for a new customer.");
    while (rc == RC_OK && row)
        rc = sql_step(st, &row, err);
    db_reset(st->s);
    buf_free(&name);
    return rc;
}
