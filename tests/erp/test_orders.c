/* Orders and customers: written once and whole, or not at all; found again by each key. */
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/erp/sql/sql_erp_int.h"
#include "tests/erp/company.h"

static struct company c;

static int setup(void **state) {
    (void)state;
    company_make(&c, 100, 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    company_free(&c);
    return 0;
}

/* An order of two goods and shipping as a channel would have delivered it. */
struct sample {
    struct order *order;
    struct erp_order_line lines[4];
    struct erp_order erp;
};

static void add_line(struct sample *s, enum order_line_kind kind, const char *item, int64_t quantity, int64_t net,
                     int64_t vat, int64_t rate, const char *code) {
    struct order_line *l = order_add_line(s->order);
    l->kind = kind;
    order_set(&l->name, "Kubek „Zażółć” 'ąę'; DROP TABLE item");
    order_set(&l->remote_id, "71");
    l->quantity = quantity;
    l->net = net;
    l->vat = vat;
    l->rate = rate;
    s->lines[s->order->line_count - 1] = (struct erp_order_line){.item_key = item, .vat_code = code};
    s->order->total += net + vat;
    s->order->total_vat += vat;
}

static void sample_make(struct sample *s, const char *remote_id, const char *number, const char *token) {
    memset(s, 0, sizeof *s);
    struct order *o = s->order = order_new();
    order_set(&o->remote_id, remote_id);
    order_set(&o->number, number);
    str_copy(o->currency, sizeof o->currency, "PLN");
    o->decimals = 2;
    o->created_ms = COMPANY_NOW_MS - 60000;
    o->paid_ms = COMPANY_NOW_MS - 30000;
    order_set(&o->billing.first_name, "Łukasz");
    order_set(&o->billing.last_name, "Źdźbło");
    order_set(&o->billing.email, "lukasz@example.com");
    order_set(&o->billing.country, "PL");
    o->billing.country_valid = true;
    order_set(&o->shipping.city, "Łódź");
    order_set(&o->remark, "proszę 🎁");
    order_set(&o->transaction_id, "T-1");
    add_line(s, LINE_GOODS, "5", 2000, 1000, 230, 230000, "A");
    add_line(s, LINE_GOODS, "61", 1000, 500, 0, RATE_UNTAXED, NULL);
    add_line(s, LINE_SHIPPING, NULL, 1000, 813, 187, 230000, "A");
    for (size_t i = 0; i < o->line_count; i++)
        s->lines[i].line = &o->lines[i];
    s->erp = (struct erp_order){.order = o,
                                .lines = s->lines,
                                .line_count = o->line_count,
                                .operator_name = "ADMIN",
                                .channel = "shop",
                                .token = token};
}

static int64_t orders(void) {
    return company_int(&c, "SELECT count(*) FROM sales_order");
}

static void an_order_is_written_whole(void **state) {
    (void)state;
    struct sample s;
    struct erp_document d;
    char text[200];
    int64_t reserved = company_int(&c, "SELECT coalesce(sum(reserved), 0) FROM stock");
    int64_t customers = company_int(&c, "SELECT count(*) FROM customer");
    sample_make(&s, "1234", "#1234", "token-1");
    assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
    assert_string_equal(d.number, "ZK/1/11/2026");
    assert_int_equal(orders(), 1);
    assert_int_equal(company_int(&c, "SELECT count(*) FROM customer"), customers + 1);
    company_text(&c,
                 "SELECT name || '|' || email || '|' || is_company || '|' || country FROM customer ORDER BY id DESC",
                 text, sizeof text);
    assert_string_equal(text, "Łukasz Źdźbło|lukasz@example.com|0|PL");
    company_text(
        &c,
        "SELECT number || '|' || operator || '|' || status || '|' || channel || '|' || internet_number || '|' || "
        "customer_number || '|' || token || '|' || currency || '|' || total || '|' || total_vat || '|' || remark "
        "FROM sales_order",
        text, sizeof text);
    assert_string_equal(text, "ZK/1/11/2026|ADMIN|confirmed|shop|1234|#1234|token-1|PLN|2730|417|proszę 🎁");
    assert_int_equal(company_int(&c, "SELECT sum(net + vat) FROM order_line"), 2730);
    assert_int_equal(company_int(&c, "SELECT rate FROM order_line WHERE position = 1"), 230000);
    assert_int_equal(company_int(&c, "SELECT rate IS NULL AND vat_code IS NULL FROM order_line WHERE position = 2"), 1);
    assert_int_equal(company_int(&c, "SELECT item_id = 101 FROM order_line WHERE position = 3"), 1);
    assert_int_equal(company_int(&c, "SELECT amount FROM payment WHERE reference = 'T-1'"), 2730);
    company_text(&c, "SELECT city FROM order_address WHERE kind = 'shipping'", text, sizeof text);
    assert_string_equal(text, "Łódź");
    /* The set reserved its components. */
    int64_t parts = company_int(&c, "SELECT sum(quantity) FROM set_component WHERE set_id = 61");
    assert_int_equal(company_int(&c, "SELECT sum(reserved) FROM stock"), reserved + 2000 + parts);
    struct item item;
    company_item(&c, "5", ASPECT_STOCK, &item);
    assert_true(item.stock.reserved >= 2000);
    item_free_fields(&item);
    order_free(s.order);
}

static void the_same_order_twice_is_a_conflict(void **state) {
    (void)state;
    struct sample s;
    struct erp_document d = {.key = "untouched"};
    sample_make(&s, "1", "A1", "t1");
    assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
    int64_t customers = company_int(&c, "SELECT count(*) FROM customer");
    int64_t reserved = company_int(&c, "SELECT count(*) FROM reservation");
    struct erp_document again = {.key = "untouched"};
    assert_int_equal(erp_order_create(c.erp, &s.erp, &again, &c.err), RC_CONFLICT);
    assert_non_null(strstr(c.err.text, "ZK/1/11/2026"));
    s.erp.token = "t2"; /* another token, the same order of the channel */
    assert_int_equal(erp_order_create(c.erp, &s.erp, &again, &c.err), RC_CONFLICT);
    order_set(&s.order->remote_id, "2"); /* another order, the same token */
    s.erp.token = "t1";
    assert_int_equal(erp_order_create(c.erp, &s.erp, &again, &c.err), RC_CONFLICT);
    assert_string_equal(again.key, "untouched");
    assert_int_equal(orders(), 1);
    assert_int_equal(company_int(&c, "SELECT count(*) FROM customer"), customers);
    assert_int_equal(company_int(&c, "SELECT count(*) FROM reservation"), reserved);
    /* The same number of another channel is another order; numbers have no gap from the refused ones. */
    order_set(&s.order->remote_id, "1");
    s.erp.token = "t3";
    s.erp.channel = "allegro";
    assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
    assert_string_equal(d.number, "ZK/2/11/2026");
    /* Past the driver's own look, the database itself refuses. */
    company_exec(
        &c,
        "INSERT INTO sales_order (number, customer_id, operator, status, channel, internet_number, currency, "
        "total, total_vat, ordered_ms, created_ms) VALUES ('X', 1, 'ADMIN', 'draft', 'shop', '1', 'PLN', 0, 0, 0, 0)",
        RC_CONFLICT);
    company_exec(&c,
                 "INSERT INTO sales_order (number, customer_id, operator, status, token, currency, total, total_vat, "
                 "ordered_ms, created_ms) VALUES ('X', 1, 'ADMIN', 'draft', 't1', 'PLN', 0, 0, 0, 0)",
                 RC_CONFLICT);
    order_free(s.order);
}

static void nothing_is_left_of_an_order_that_fails(void **state) {
    (void)state;
    struct sample s;
    struct erp_document d;
    static const char *const TABLES[] = {"sales_order", "order_line",    "customer",       "payment",
                                         "reservation", "order_address", "document_number"};
    int64_t before[7];
    for (size_t i = 0; i < 7; i++) {
        char sql[100];
        str_fmt(sql, sizeof sql, "SELECT count(*) FROM %s", TABLES[i]);
        before[i] = company_int(&c, sql);
    }
    struct {
        int which;
        enum rc rc;
    } cases[] = {{0, RC_REJECTED},  {1, RC_REJECTED}, {2, RC_DENIED},   {3, RC_DENIED},
                 {4, RC_NOT_FOUND}, {5, RC_REJECTED}, {6, RC_REJECTED}, {7, RC_REJECTED}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sample_make(&s, "9", "9", "t9");
        switch (cases[i].which) {
        case 0: s.order->total++; break; /* does not add up */
        case 1: s.lines[1].item_key = "99999"; break;
        case 2: s.erp.operator_name = "PRAKTYKANT"; break;
        case 3: s.erp.operator_name = "ZENON"; break;
        case 4: s.erp.operator_name = "NOBODY"; break;
        case 5: s.lines[2].vat_code = "Q"; break;
        case 6: str_copy(s.order->currency, sizeof s.order->currency, "XXX"); break;
        default: s.erp.customer_key = "777777"; break;
        }
        enum rc rc = erp_order_create(c.erp, &s.erp, &d, &c.err);
        if (rc != cases[i].rc)
            fail_msg("case %zu: %s: %s", i, rc_name(rc), c.err.text);
        for (size_t t = 0; t < 7; t++) {
            char sql[100];
            str_fmt(sql, sizeof sql, "SELECT count(*) FROM %s", TABLES[t]);
            assert_int_equal(company_int(&c, sql), before[t]);
        }
        order_free(s.order);
    }
}

static void each_key_finds_its_order(void **state) {
    (void)state;
    struct sample s;
    struct erp_document d;
    struct erp_order_match m[4];
    size_t n = 99;
    sample_make(&s, "55", "#55", "t55");
    assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
    assert_ok(&c, erp_order_find(c.erp, "t55", NULL, NULL, INT64_MAX, m, 4, &n, &c.err)); /* a token has no age */
    assert_int_equal(n, 1);
    assert_true(m[0].by_token && !m[0].by_internet_number && !m[0].by_customer_number && m[0].ours);
    assert_string_equal(m[0].document.number, d.number);
    assert_string_equal(m[0].document.key, d.key);
    assert_int_equal(m[0].total, 2730);
    assert_string_equal(m[0].currency, "PLN");
    assert_int_equal(m[0].created_ms, COMPANY_NOW_MS);
    assert_ok(&c, erp_order_find(c.erp, NULL, "55", "#55", COMPANY_NOW_MS, m, 4, &n, &c.err));
    assert_int_equal(n, 1);
    assert_true(!m[0].by_token && m[0].by_internet_number && m[0].by_customer_number);
    assert_ok(&c, erp_order_find(c.erp, NULL, "55", "#55", COMPANY_NOW_MS + 1, m, 4, &n, &c.err)); /* too old */
    assert_int_equal(n, 0);
    assert_ok(&c, erp_order_find(c.erp, "", "", "", 0, m, 4, &n, &c.err)); /* nothing asked */
    assert_int_equal(n, 0);
    /* Another integration wrote two orders with the customer's number by hand: all are told, the count is true. */
    company_exec(
        &c,
        "INSERT INTO sales_order (number, customer_id, operator, status, channel, customer_number, currency, total, "
        "total_vat, ordered_ms, created_ms) VALUES ('Y1', 1, 'ADMIN', 'draft', 'other', '#55', 'PLN', 0, 0, 0, "
        "1795392000000), ('Y2', 1, 'ADMIN', 'draft', NULL, '#55', 'PLN', 0, 0, 0, 1795392000000)",
        RC_OK);
    assert_ok(&c, erp_order_find(c.erp, NULL, NULL, "#55", 0, m, 2, &n, &c.err));
    assert_int_equal(n, 3);
    assert_true(m[0].ours && !m[1].ours);
    order_free(s.order);
}

static void operators(void **state) {
    (void)state;
    assert_ok(&c, erp_operator_check(c.erp, "ADMIN", &c.err));
    assert_ok(&c, erp_operator_check(c.erp, "admin", &c.err));
    assert_int_equal(erp_operator_check(c.erp, "PRAKTYKANT", &c.err), RC_DENIED);
    assert_non_null(strstr(c.err.text, "no right to make orders"));
    assert_int_equal(erp_operator_check(c.erp, "ZENON", &c.err), RC_DENIED);
    assert_non_null(strstr(c.err.text, "blocked"));
    assert_int_equal(erp_operator_check(c.erp, "GHOST", &c.err), RC_NOT_FOUND);
}

static void vat_codes(void **state) {
    (void)state;
    char code[32];
    assert_ok(&c, erp_vat_code(c.erp, "PL", 230000, code, &c.err));
    assert_string_equal(code, "A");
    assert_ok(&c, erp_vat_code(c.erp, "PL", 80000, code, &c.err));
    assert_string_equal(code, "B");
    assert_ok(&c, erp_vat_code(c.erp, "RO", 210000, code, &c.err));
    assert_string_equal(code, "A");
    assert_ok(&c, erp_vat_code(c.erp, "RO", 190000, code, &c.err)); /* of an order that is older than the new rate */
    assert_string_equal(code, "A");
    assert_int_equal(erp_vat_code(c.erp, "PL", 220000, code, &c.err), RC_NOT_FOUND);
    assert_non_null(strstr(c.err.text, "22.0000 % in PL"));
    assert_int_equal(erp_vat_code(c.erp, "XX", 230000, code, &c.err), RC_NOT_FOUND);
}

/* --- customers --- */

static void buyer(struct order *o, const char *email, const char *company, const char *vat_number) {
    order_set(&o->billing.email, email);
    order_set(&o->billing.company, company);
    order_set(&o->vat_number, vat_number);
}

static void customer_of_an_order(void **state) {
    (void)state;
    struct order *o = order_new();
    company_exec(
        &c,
        "DELETE FROM customer;"
        "INSERT INTO customer (id, name, is_company, tax_number, email, blocked, created_ms) VALUES "
        "(1, 'Ewa', 0, NULL, 'ewa@example.com', 0, 0), (2, 'Firma', 1, 'PL 521-301-72-28', 'biuro@example.com', 0, 0),"
        "(3, 'Firma bez NIP', 1, NULL, 'ewa@example.com', 0, 0), (4, 'Zły', 0, NULL, 'zly@example.com', 1, 0),"
        "(5, 'Jan', 0, NULL, 'dom@example.com', 0, 0), (6, 'Anna', 0, NULL, 'dom@example.com', 0, 0),"
        "(7, 'Druga firma', 1, '7010001111', 'biuro@example.com', 0, 0),"
        "(8, 'Blizniak 1', 1, '9999999999', 'a@example.com', 0, 0), (9, 'Blizniak 2', 1, 'PL9999999999', NULL, 0, 0)",
        RC_OK);
    struct {
        const char *email, *company, *vat;
        enum rc rc;
        const char *key;
    } cases[] = {
        {"EWA@example.com", "", "", RC_OK, "1"},              /* private: not the firm with her address */
        {"ewa@example.com", "Firma bez NIP", "", RC_OK, "3"}, /* and the other way round */
        {"ewa@example.com", "", "5213017228", RC_OK, "2"},    /* the tax number beats the e-mail */
        {"new@example.com", "Firma", "pl5213017228", RC_OK, "2"},
        {"new@example.com", "Firma", "PL 521.301.72.28", RC_OK, "2"},
        {"biuro@example.com", "Firma", "7010001111", RC_OK, "7"},
        {"biuro@example.com", "Firma", "1111111111", RC_OK, ""}, /* shares the e-mail, is another firm */
        {"biuro@example.com", "Firma", "", RC_CONFLICT, "Firma (2), Druga firma (7)"},
        {"dom@example.com", "", "", RC_CONFLICT, "Jan (5), Anna (6)"},
        {"zly@example.com", "", "", RC_REJECTED, "Zły (4)"},
        {"nobody@example.com", "", "", RC_OK, ""},
        {"", "", "", RC_OK, ""},
        {"x@example.com", "Firma", "9999999999", RC_CONFLICT, "Blizniak 1 (8), Blizniak 2 (9)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char key[64] = "untouched";
        buyer(o, cases[i].email, cases[i].company, cases[i].vat);
        enum rc rc = erp_customer_match(c.erp, o, key, &c.err);
        if (rc != cases[i].rc || (rc == RC_OK && !str_eq(key, cases[i].key)))
            fail_msg("case %zu: %s \"%s\" %s", i, rc_name(rc), key, rc == RC_OK ? "" : c.err.text);
        if (rc != RC_OK) {
            assert_string_equal(key, "untouched");
            assert_non_null(strstr(c.err.text, cases[i].key));
        }
    }
    order_free(o);
}

static void a_new_customer_has_a_name(void **state) {
    (void)state;
    struct sample s;
    struct erp_document d;
    char text[100];
    static const char *const NAMES[3] = {"Firma Ż", "someone@example.com", "#3"};
    for (int i = 0; i < 3; i++) {
        char id[8];
        str_fmt(id, sizeof id, "%d", i + 1);
        sample_make(&s, id, i == 2 ? "#3" : id, id);
        order_set(&s.order->billing.company, i == 0 ? "Firma Ż" : "");
        order_set(&s.order->billing.first_name, "");
        order_set(&s.order->billing.last_name, i == 0 ? "Nowak" : "");
        order_set(&s.order->billing.email, i == 2 ? "" : "someone@example.com");
        order_set(&s.order->billing.country, "QQ"); /* a country nobody knows is left out, not a reason to refuse */
        assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
        company_text(&c, "SELECT name FROM customer ORDER BY id DESC", text, sizeof text);
        assert_string_equal(text, NAMES[i]);
        order_free(s.order);
    }
    assert_int_equal(company_int(&c, "SELECT count(*) FROM customer WHERE country = 'QQ'"), 0);
}

static void a_name_too_long_is_cut_not_replaced(void **state) {
    (void)state;
    struct sample s;
    struct erp_document d;
    struct buf first;
    char text[1200];
    buf_init(&first, 20000);
    for (int i = 0; i < 5000; i++)
        buf_adds(&first, "Ż");
    sample_make(&s, "1", "1", "1");
    order_set(&s.order->billing.company, "");
    order_set(&s.order->billing.first_name, first.data);
    order_set(&s.order->billing.last_name, "Nowak");
    order_set(&s.order->billing.email, "someone@example.com");
    assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
    company_text(&c, "SELECT name FROM customer ORDER BY id DESC", text, sizeof text);
    assert_true(str_starts(text, "ŻŻŻŻ"));
    assert_non_null(strstr(text, "Ż Nowak"));
    assert_int_equal(utf8_chars(text), 99 + 6);
    order_free(s.order);
    buf_free(&first);
}

/* A writer beside us: later, and nothing half done. */
static void another_program_holds_the_database(void **state) {
    (void)state;
    struct sample s;
    struct erp_document d;
    sample_make(&s, "1", "1", "1");
    assert_ok(&c, db_begin(c.db, &c.err));
    assert_int_equal(erp_order_create(c.erp, &s.erp, &d, &c.err), RC_LATER);
    db_rollback(c.db);
    assert_int_equal(orders(), 0);
    assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
    order_free(s.order);
}

static bool commit_happens;
static const struct db_vt *real;

static enum rc failing_commit(struct db *db, struct err *err) {
    if (commit_happens)
        assert_int_equal(real->commit(db, err), RC_OK);
    return err_set(err, RC_IO, REACH_LINK, "The disk is gone.");
}

/* The answer to a commit is lost: nobody may say whether it happened, and the token tells. */
static void a_commit_that_fails(void **state) {
    (void)state;
    struct db *db = sql_of(c.erp)->db;
    struct db_vt broken = *db->vt;
    struct erp_document d;
    struct erp_order_match m;
    size_t n = 0;
    real = db->vt;
    broken.commit = failing_commit;
    for (int i = 0; i < 2; i++) {
        struct sample s;
        char token[8];
        str_fmt(token, sizeof token, "t%d", i);
        sample_make(&s, token, token, token);
        commit_happens = i == 1;
        db->vt = &broken;
        assert_int_equal(erp_order_create(c.erp, &s.erp, &d, &c.err), RC_UNKNOWN_OUTCOME);
        db->vt = real;
        assert_ok(&c, erp_order_find(c.erp, token, NULL, NULL, 0, &m, 1, &n, &c.err));
        assert_int_equal(n, i);
        order_free(s.order);
    }
}

/* Decimals other than two, and a negative fee. */
static void other_currencies(void **state) {
    (void)state;
    struct sample s;
    struct erp_document d;
    sample_make(&s, "1", "1", "1");
    str_copy(s.order->currency, sizeof s.order->currency, "JPY");
    s.order->decimals = 0;
    assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
    order_free(s.order);
    sample_make(&s, "2", "2", "2");
    s.order->decimals = 3; /* not what PLN has: something was misread */
    assert_int_equal(erp_order_create(c.erp, &s.erp, &d, &c.err), RC_REJECTED);
    order_free(s.order);
    sample_make(&s, "3", "3", "3");
    add_line(&s, LINE_FEE, NULL, 1000, -100, -23, 230000, "A");
    for (size_t i = 0; i < s.order->line_count; i++)
        s.lines[i].line = &s.order->lines[i];
    s.erp.line_count = s.order->line_count;
    s.order->paid_ms = 0;
    assert_ok(&c, erp_order_create(c.erp, &s.erp, &d, &c.err));
    assert_int_equal(company_int(&c, "SELECT total FROM sales_order WHERE internet_number = '3'"), 2607);
    assert_int_equal(company_int(&c, "SELECT item_id FROM order_line WHERE net = -100"), 102);
    assert_int_equal(company_int(&c, "SELECT count(*) FROM payment"), 1);
    order_free(s.order);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_order_is_written_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(the_same_order_twice_is_a_conflict, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_left_of_an_order_that_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(each_key_finds_its_order, setup, teardown),
        cmocka_unit_test_setup_teardown(operators, setup, teardown),
        cmocka_unit_test_setup_teardown(vat_codes, setup, teardown),
        cmocka_unit_test_setup_teardown(customer_of_an_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_customer_has_a_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_too_long_is_cut_not_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(another_program_holds_the_database, setup, teardown),
        cmocka_unit_test_setup_teardown(a_commit_that_fails, setup, teardown),
        cmocka_unit_test_setup_teardown(other_currencies, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
