/* What a company has besides items: lists, groups, attributes, people. */
#include "common/base/str.h"
#include "service/erp/demo/demo_rows.h"

enum question { Q_LANGUAGE = 1, Q_FIRST, Q_LAST, Q_STREET, Q_CITY, Q_HOUSE, Q_KIND, Q_LIST, Q_DISCOUNT, Q_TAX };

#define CUSTOMERS_MIN 50
#define CUSTOMERS_MAX 2000
/* Numbers of customers for demo_random, so that they share none with items. */
#define CUSTOMER_BASE INT64_C(100000000)

static const char BASICS[] =
    "INSERT INTO currency VALUES ('PLN', 2), ('EUR', 2), ('SEK', 2), ('NOK', 2), ('RON', 2), ('DKK', 2), ('CZK', 2), "
    "('USD', 2), ('GBP', 2), ('HUF', 2), ('JPY', 0), ('KWD', 3);"
    "INSERT INTO country VALUES ('PL', 'Polska'), ('RO', 'România'), ('SE', 'Sverige'), ('NO', 'Norge'), "
    "('DE', 'Deutschland'), ('CZ', 'Česko'), ('SK', 'Slovensko'), ('LT', 'Lietuva'), ('DK', 'Danmark'), "
    "('FI', 'Suomi'), ('FR', 'France'), ('IT', 'Italia'), ('ES', 'España'), ('NL', 'Nederland'), ('AT', 'Österreich'), "
    "('HU', 'Magyarország'), ('BG', 'България'), ('GR', 'Ελλάδα'), ('GB', 'United Kingdom'), ('US', 'United States'), "
    "('JP', '日本'), ('KW', 'الكويت'), ('IE', 'Éire'), ('BE', 'België'), ('UA', 'Україна'), ('CH', 'Schweiz');"
    "INSERT INTO unit_of_measure VALUES ('szt.', 'sztuka'), ('kpl.', 'komplet'), ('kg', 'kilogram'), ('m', 'metr'), "
    "('usł.', 'usługa');"
    "INSERT INTO vat_class VALUES ('A', 'podstawowa'), ('B', 'obniżona'), ('C', 'niska'), ('D', 'zerowa');"
    "INSERT INTO vat_rate (country, vat_code, rate) VALUES ('PL', 'A', 230000), ('PL', 'B', 80000), ('PL', 'C', "
    "50000), "
    "('PL', 'D', 0), ('SE', 'A', 250000), ('SE', 'B', 120000), ('SE', 'C', 60000), ('SE', 'D', 0), "
    "('NO', 'A', 250000), ('NO', 'B', 150000), ('NO', 'C', 120000), ('NO', 'D', 0), ('RO', 'D', 0), "
    "('DE', 'A', 190000), ('DE', 'B', 70000), ('DE', 'C', 70000), ('DE', 'D', 0);"
    "INSERT INTO vat_rate (country, vat_code, valid_from, valid_to, rate) VALUES "
    "('RO', 'A', '0001-01-01', '2025-08-01', 190000), ('RO', 'A', '2025-08-01', '9999-12-31', 210000), "
    "('RO', 'B', '0001-01-01', '2025-08-01', 90000), ('RO', 'B', '2025-08-01', '9999-12-31', 110000), "
    "('RO', 'C', '0001-01-01', '2025-08-01', 50000), ('RO', 'C', '2025-08-01', '9999-12-31', 110000);"
    "INSERT INTO price_list VALUES (1, 'DETAL', 'Ceny detaliczne brutto', 'PLN', 1, 1), "
    "(2, 'EUR-NETTO', 'Export, netto', 'EUR', 0, 1), (3, 'SEK', 'Sverige, inkl. moms', 'SEK', 1, 1), "
    "(4, 'NOK', 'Norge, inkl. mva.', 'NOK', 1, 1), (5, 'RON', 'România, cu TVA', 'RON', 1, 1);"
    "INSERT INTO warehouse VALUES (1, 'MAG', 'Magazyn główny', 1), (2, 'SKLEP', 'Sklep stacjonarny', 1), "
    "(3, 'MALMO', 'Lager Malmö', 1);"
    "INSERT INTO company VALUES (1, 2, '" DEMO_COMPANY_NAME "', 'PL5213017228', 'PL', 'PLN', 1, 1);"
    "INSERT INTO version_counter VALUES (1, 0);"
    "INSERT INTO operator (name, full_name, active, may_order, may_document) VALUES "
    "('ADMIN', 'Administrator', 1, 1, 1), ('KASIA', 'Katarzyna Łęcka', 1, 1, 0), "
    "('PRAKTYKANT', 'Praktykant bez uprawnień', 1, 0, 0), ('ZENON', 'Zenon (już nie pracuje)', 0, 1, 1);"
    "INSERT INTO document_number VALUES ('ZK', 2025, 12, 418);";

static enum rc write_groups(struct demo_writer *w, struct err *err) {
    struct db_stmt *s = NULL;
    enum rc rc = db_prepare(w->db, "INSERT INTO item_group VALUES (?1, ?2, ?3, ?4, 1, ?1)", &s, err);
    for (int64_t id = 1; id <= DEMO_GROUP_COUNT && rc == RC_OK; id++) {
        int64_t top = (id - 1) / (1 + DEMO_SUB_GROUPS), sub = (id - 1) % (1 + DEMO_SUB_GROUPS);
        db_bind_int(s, 1, id);
        db_bind_int(s, 2, top * (1 + DEMO_SUB_GROUPS) + 1);
        if (sub == 0)
            db_bind_null(s, 2);
        db_bind_text(s, 3, sub == 0 ? DEMO_GROUPS[top].name : DEMO_GROUPS[top].sub[sub - 1]);
        db_bind_int(s, 4, sub == 0 ? top + 1 : sub);
        rc = db_run(s, err);
    }
    db_stmt_free(s);
    if (rc == RC_OK) /* the outlet is 10 % cheaper, and kitchen glass 5 % for the export */
        rc = db_script(
            w->db,
            "INSERT INTO group_discount SELECT l.id, g.id, 100000 FROM price_list l, item_group g "
            "WHERE l.id = 1 AND g.parent_id = (SELECT id FROM item_group WHERE name = 'Outlet') ORDER BY 1, 2;"
            "INSERT INTO group_discount SELECT 2, id, 50000 FROM item_group WHERE name = 'Szkło';",
            err);
    return rc;
}

/* Attribute 1, 2: colour and size in the first language, and so on; option = attribute * 100 + place. */
static enum rc write_attributes(struct demo_writer *w, struct err *err) {
    struct db_stmt *attribute = NULL, *option = NULL;
    enum rc rc = db_prepare(w->db, "INSERT INTO attribute VALUES (?1, ?2)", &attribute, err);
    if (rc == RC_OK)
        rc = db_prepare(w->db, "INSERT INTO attribute_option VALUES (?1, ?2, ?3, ?4)", &option, err);
    for (int i = 0; i < DEMO_LANGUAGES * 2 && rc == RC_OK; i++) {
        const struct demo_language *l = &DEMO_LANGUAGE[i / 2];
        bool colour = i % 2 == 0;
        db_bind_int(attribute, 1, i + 1);
        db_bind_text(attribute, 2, colour ? l->colour : l->size);
        rc = db_run(attribute, err);
        for (int n = 0; n < (colour ? DEMO_COLOURS : DEMO_SIZES) && rc == RC_OK; n++) {
            db_bind_int(option, 1, (i + 1) * 100 + n);
            db_bind_int(option, 2, i + 1);
            db_bind_text(option, 3, colour ? l->colours[n] : DEMO_SIZE_NAMES[n]);
            db_bind_int(option, 4, n);
            rc = db_run(option, err);
        }
    }
    db_stmt_free(attribute);
    db_stmt_free(option);
    return rc;
}

enum rc demo_write_basics(struct demo_writer *w, struct err *err) {
    enum rc rc = db_script(w->db, BASICS, err);
    if (rc == RC_OK)
        rc = write_groups(w, err);
    return rc == RC_OK ? write_attributes(w, err) : rc;
}

/* --- customers --- */

static void bind_customer_address(struct demo_writer *w, struct db_stmt *s, int64_t number,
                                  const struct demo_language *l, char street[80]) {
    (void)str_fmt(street, 80, "%s %lld", l->streets[demo_random(&w->plan, number, Q_STREET, DEMO_NAMES)],
                  (long long)demo_random(&w->plan, number, Q_HOUSE, 120) + 1);
    db_bind_text(s, db_param(s, "street"), street);
    db_bind_text(s, db_param(s, "city"), l->cities[demo_random(&w->plan, number, Q_CITY, DEMO_NAMES)]);
    db_bind_text(s, db_param(s, "country"), l->country);
}

/* "Kowalski i Wspólnicy sp. z o.o. 17": a firm is called after somebody. */
static void firm_name(char *out, size_t size, const struct demo_language *l, const char *last, int64_t id) {
    (void)str_fmt(out, size, "%s %s %lld", last, l->firm, (long long)id);
}

static enum rc write_customer(struct demo_writer *w, struct db_stmt *s, int64_t id, struct err *err) {
    int64_t number = CUSTOMER_BASE + id;
    const struct demo_language *l = &DEMO_LANGUAGE[demo_random(&w->plan, number, Q_LANGUAGE, DEMO_LANGUAGES)];
    const char *last = l->last_names[demo_random(&w->plan, number, Q_LAST, DEMO_NAMES)];
    const char *first = l->first_names[demo_random(&w->plan, number, Q_FIRST, DEMO_NAMES)];
    bool firm = demo_random(&w->plan, number, Q_KIND, 4) == 0;
    char name[160], email[64], tax[32], street[80];
    if (firm)
        firm_name(name, sizeof name, l, last, id);
    else
        (void)str_fmt(name, sizeof name, "%s %s", first, last);
    (void)str_fmt(email, sizeof email, "klient%lld@example.com", (long long)id);
    (void)str_fmt(tax, sizeof tax, "%s%010lld", l->country,
                  1000000000LL + (long long)demo_random(&w->plan, number, Q_TAX, 1000000) * 1000 +
                      (long long)id % 1000);
    db_bind_int(s, db_param(s, "id"), id);
    db_bind_text(s, db_param(s, "name"), name);
    db_bind_int(s, db_param(s, "firm"), firm);
    db_bind_text(s, db_param(s, "tax"), firm ? tax : NULL);
    db_bind_text(s, db_param(s, "email"), email);
    bind_customer_address(w, s, number, l, street);
    db_bind_int(s, db_param(s, "discount"), firm ? (int64_t)demo_random(&w->plan, number, Q_DISCOUNT, 4) * 50000 : 0);
    db_bind_int(s, db_param(s, "list"), firm && str_eq(l->country, "PL") == false ? 2 : 1);
    db_bind_int(s, db_param(s, "points"), id % 9 * 10);
    db_bind_int(s, db_param(s, "blocked"), id % 40 == 7);
    db_bind_int(s, db_param(s, "created"), DEMO_CHANGED_MS - id * DEMO_DAY_MS / 4);
    return db_run(s, err);
}

enum rc demo_write_customers(struct demo_writer *w, struct err *err) {
    struct db_stmt *s = NULL;
    int64_t count = CUSTOMERS_MIN + w->plan.items / 500;
    if (count > CUSTOMERS_MAX)
        count = CUSTOMERS_MAX;
    enum rc rc = db_prepare(w->db,
                            "INSERT INTO customer (id, name, is_company, tax_number, email, street, city, country, "
                            "price_list_id, discount, points, blocked, created_ms) VALUES (:id, :name, :firm, :tax, "
                            ":email, :street, :city, :country, :list, :discount, :points, :blocked, :created)",
                            &s, err);
    for (int64_t id = 1; id <= count && rc == RC_OK; id++)
        rc = write_customer(w, s, id, err);
    db_stmt_free(s);
    return rc;
}
