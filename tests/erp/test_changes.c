/* Row versions: a change raises exactly the versions of what it changes; "changed since" misses nothing. */
#include <inttypes.h>

#include "common/base/digest.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "tests/erp/company.h"

#define ITEMS 100 /* 1-60 simple, 61-62 sets, 63 parent of 64-67, 68 of 69-72 ... 93 of 94-100 */

static struct company c;

static int setup(void **state) {
    (void)state;
    company_make(&c, ITEMS, 0);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    company_free(&c);
    return 0;
}

/* Queries that give the items whose version must rise; NULL: none. */
struct change {
    const char *sql, *master, *price, *stock;
};

#define GROUP_OF_5 "SELECT id FROM item WHERE group_id = (SELECT group_id FROM item WHERE id = 5)"
#define SETS_OF_PART \
    "SELECT set_id FROM set_component WHERE component_id = (SELECT min(component_id) FROM set_component)"
#define PART      "(SELECT min(component_id) FROM set_component)"
#define WITH_A    "SELECT id FROM item WHERE vat_code = 'A'"
#define OPTION_64 "(SELECT option_id FROM variant_option WHERE item_id = 64 AND position = 1)"
#define USES_OPTION                                                                                                    \
    "SELECT item_id FROM variant_option WHERE option_id = " OPTION_64 " UNION SELECT parent_id FROM item WHERE id IN " \
    "(SELECT item_id FROM variant_option WHERE option_id = " OPTION_64 ")"

static const struct change CHANGES[] = {
    /* The item's own row. */
    {"UPDATE item SET name = 'A' WHERE id = 5", "SELECT 5", NULL, NULL},
    {"UPDATE item SET name = 'A' WHERE id = 5", NULL, NULL, NULL}, /* the same again */
    {"UPDATE item SET ean = NULL WHERE id = 5", "SELECT 5", NULL, NULL},
    {"UPDATE item SET weight_g = weight_g + 1 WHERE id IN (5, 6)", "SELECT 5 UNION SELECT 6", NULL, NULL},
    {"UPDATE item SET unit = 'kg' WHERE id = 5", "SELECT 5", NULL, NULL},
    {"UPDATE unit_of_measure SET code = 'kilo' WHERE code = 'kg'", "SELECT 5", NULL, NULL},
    {"UPDATE item SET vat_code = 'A' WHERE id = 5; UPDATE item SET vat_code = 'C' WHERE id = 5", "SELECT 5", NULL,
     NULL},
    {"UPDATE item SET name = 'V' WHERE id = 64", "SELECT 64", NULL, NULL},
    {"UPDATE item SET sku = 'NEW' WHERE id = 5", "SELECT 5", "SELECT 5",
     "SELECT 5 UNION SELECT set_id FROM set_component WHERE component_id = 5"},
    {"UPDATE item SET sku = 'PART' WHERE id = " PART, "SELECT " PART, "SELECT " PART,
     "SELECT " PART " UNION " SETS_OF_PART},
    {"UPDATE item SET published = 0 WHERE id = 64", "SELECT 64 UNION SELECT 63", "SELECT 64", "SELECT 64"},
    {"UPDATE item SET active = 0 WHERE id = 64", "SELECT 64 UNION SELECT 63", "SELECT 64", "SELECT 64"},
    {"UPDATE item SET parent_id = 68 WHERE id = 65", "SELECT 63 UNION SELECT 65 UNION SELECT 68", "SELECT 65",
     "SELECT 65"},
    {"INSERT INTO item (id, kind, name, unit) VALUES (200, 'simple', 'New', 'szt.')", "SELECT 200", "SELECT 200",
     "SELECT 200"},
    {"INSERT INTO item (id, kind, parent_id, name, unit) VALUES (201, 'variant', 63, 'New', 'szt.')",
     "SELECT 201 UNION SELECT 63", "SELECT 201", "SELECT 201"},
    /* Texts, images. */
    {"UPDATE item_text SET description = 'x' WHERE item_id = 5", "SELECT 5", NULL, NULL},
    {"UPDATE item_text SET description = 'x' WHERE item_id = 5", NULL, NULL, NULL},
    {"DELETE FROM item_text WHERE item_id = 5", "SELECT 5", NULL, NULL},
    {"INSERT INTO item_text VALUES (5, 'y', NULL)", "SELECT 5", NULL, NULL},
    {"INSERT INTO image (id, item_id, position, file_name, media_type, hash, content) VALUES (1, 5, 1, 'a.png', "
     "'image/png', '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', x'00')",
     "SELECT 5", NULL, NULL},
    {"UPDATE image SET item_id = 6", "SELECT 5 UNION SELECT 6", NULL, NULL},
    {"DELETE FROM image", "SELECT 6", NULL, NULL},
    /* Publication. */
    {"INSERT INTO publication VALUES ('shop', 5, 0)", "SELECT 5", "SELECT 5", "SELECT 5"},
    {"UPDATE publication SET published = 1", "SELECT 5", "SELECT 5", "SELECT 5"},
    {"DELETE FROM publication", "SELECT 5", "SELECT 5", "SELECT 5"},
    {"INSERT INTO publication VALUES ('shop', 69, 0)", "SELECT 69 UNION SELECT 68", "SELECT 69", "SELECT 69"},
    /* Attributes. */
    {"UPDATE variant_option SET option_id = attribute_id * 100 + 4 WHERE item_id = 69 AND position = 1",
     "SELECT 69 UNION SELECT 68", NULL, NULL},
    {"DELETE FROM variant_option WHERE item_id = 69 AND position = 2", "SELECT 69 UNION SELECT 68", NULL, NULL},
    {"INSERT INTO variant_option SELECT 69, 2, attribute_id, option_id FROM variant_option WHERE item_id = 70 AND "
     "position = 2",
     "SELECT 69 UNION SELECT 68", NULL, NULL},
    {"UPDATE attribute_option SET name = 'different' WHERE id = " OPTION_64, USES_OPTION, NULL, NULL},
    {"UPDATE attribute_option SET position = 77 WHERE id = " OPTION_64, USES_OPTION, NULL, NULL},
    {"UPDATE attribute SET name = 'Colour?' WHERE id = (SELECT attribute_id FROM variant_option WHERE item_id = 64 AND "
     "position = 1)",
     "SELECT item_id FROM variant_option WHERE attribute_id = (SELECT attribute_id FROM variant_option WHERE item_id = "
     "64 AND position = 1) UNION SELECT parent_id FROM item WHERE id IN (SELECT item_id FROM variant_option WHERE "
     "attribute_id = (SELECT attribute_id FROM variant_option WHERE item_id = 64 AND position = 1))",
     NULL, NULL},
    /* Sets. */
    {"UPDATE set_component SET quantity = quantity + 1000 WHERE set_id = 61", NULL, NULL, "SELECT 61"},
    {"DELETE FROM set_component WHERE set_id = 61 AND component_id = (SELECT max(component_id) FROM set_component "
     "WHERE "
     "set_id = 61)",
     NULL, NULL, "SELECT 61"},
    {"INSERT INTO set_component VALUES (62, 64, 1000)", NULL, NULL, "SELECT 62"},
    /* Prices. */
    {"UPDATE item_price SET price = price + 1 WHERE item_id = 5 AND price_list_id = 1", NULL, "SELECT 5", NULL},
    {"UPDATE item_price SET price = price WHERE item_id = 5", NULL, NULL, NULL},
    {"UPDATE item_price SET points = points + 1 WHERE item_id = 64 AND price_list_id = 3", NULL, "SELECT 64", NULL},
    {"UPDATE item_price SET sale_price = 1, sale_to_ms = 5, sale_from_ms = 1 WHERE item_id = 5 AND price_list_id = 1",
     NULL, "SELECT 5", NULL},
    {"UPDATE item_price SET sale_to_ms = 6 WHERE item_id = 5 AND price_list_id = 1", NULL, "SELECT 5", NULL},
    {"DELETE FROM item_price WHERE item_id = 5 AND price_list_id = 1", NULL, "SELECT 5", NULL},
    {"INSERT INTO item_price (price_list_id, item_id, price) VALUES (1, 5, 100)", NULL, "SELECT 5", NULL},
    {"INSERT OR REPLACE INTO group_discount SELECT 2, group_id, 123 FROM item WHERE id = 5", NULL, GROUP_OF_5, NULL},
    {"UPDATE group_discount SET discount = 124 WHERE discount = 123", NULL, GROUP_OF_5, NULL},
    {"DELETE FROM group_discount WHERE discount = 124", NULL, GROUP_OF_5, NULL},
    {"UPDATE price_list SET includes_tax = 0 WHERE id = 5", NULL,
     "SELECT item_id FROM item_price WHERE price_list_id = 5", NULL},
    {"UPDATE company SET price_list_id = 2", NULL, "SELECT id FROM item WHERE kind <> 'service'", NULL},
    /* VAT. */
    {"UPDATE vat_rate SET rate = 220000 WHERE country = 'PL' AND vat_code = 'A'", WITH_A, NULL, NULL},
    {"INSERT INTO vat_rate (country, vat_code, rate) VALUES ('CZ', 'A', 210000)", WITH_A, NULL, NULL},
    {"DELETE FROM vat_rate WHERE country = 'CZ'", WITH_A, NULL, NULL},
    /* Stock. */
    {"UPDATE stock SET on_hand = on_hand + 1000 WHERE item_id = 64 AND warehouse_id = 1", NULL, NULL,
     "SELECT 64 UNION SELECT 62"},
    {"UPDATE stock SET on_hand = on_hand WHERE item_id = 64", NULL, NULL, NULL},
    {"UPDATE stock SET on_hand = on_hand + 1 WHERE item_id = " PART " AND warehouse_id = 1", NULL, NULL,
     "SELECT " PART " UNION " SETS_OF_PART},
    {"INSERT INTO reservation (id, item_id, warehouse_id, quantity) VALUES (900, 64, 1, 1000)", NULL, NULL,
     "SELECT 64 UNION SELECT 62"},
    {"UPDATE reservation SET quantity = 2000 WHERE id = 900", NULL, NULL, "SELECT 64 UNION SELECT 62"},
    {"UPDATE reservation SET item_id = 70 WHERE id = 900", NULL, NULL, "SELECT 64 UNION SELECT 62 UNION SELECT 70"},
    {"DELETE FROM reservation WHERE id = 900", NULL, NULL, "SELECT 70"},
    {"INSERT INTO incoming_delivery (id, item_id, warehouse_id, quantity) VALUES (900, 70, 2, 1000)", NULL, NULL,
     "SELECT 70"},
    {"UPDATE incoming_delivery SET quantity = 1 WHERE id = 900", NULL, NULL, "SELECT 70"},
    {"DELETE FROM incoming_delivery WHERE id = 900", NULL, NULL, "SELECT 70"},
    {"UPDATE warehouse SET active = 0 WHERE id = 3", NULL, NULL,
     "SELECT item_id FROM stock WHERE warehouse_id = 3 UNION SELECT set_id FROM set_component WHERE component_id IN "
     "(SELECT item_id FROM stock WHERE warehouse_id = 3)"},
    /* What is no part of an offer. */
    {"UPDATE customer SET blocked = 1 WHERE id = 1; UPDATE operator SET may_order = 0; UPDATE company SET name = 'x';"
     "UPDATE currency SET decimals = 3 WHERE code = 'KWD'; UPDATE item_group SET name = 'x' WHERE id = 3",
     NULL, NULL, NULL},
};

static void risen(const char *column, int64_t before, const char *expected, const char *sql) {
    char query[4000], got[2000], wanted[2000];
    str_fmt(query, sizeof query,
            "SELECT group_concat(item_id) FROM (SELECT item_id FROM item_version WHERE %s > %" PRId64 " ORDER BY 1)",
            column, before);
    company_text(&c, query, got, sizeof got);
    str_fmt(query, sizeof query,
            "WITH e (id) AS (%s) SELECT group_concat(id) FROM (SELECT id FROM e GROUP BY 1 ORDER BY 1)",
            expected ? expected : "SELECT 1 WHERE 0");
    company_text(&c, query, wanted, sizeof wanted);
    if (!str_eq(got, wanted))
        fail_msg("%s after %s: %s instead of %s", column, sql, got, wanted);
}

static void each_change_raises_its_versions(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof CHANGES / sizeof CHANGES[0]; i++) {
        const struct change *x = &CHANGES[i];
        int64_t before = company_int(&c, "SELECT value FROM version_counter");
        char any[6000];
        company_exec(&c, x->sql, RC_OK);
        risen("master_version", before, x->master, x->sql);
        risen("price_version", before, x->price, x->sql);
        risen("stock_version", before, x->stock, x->sql);
        str_fmt(any, sizeof any, "%s UNION %s UNION %s", x->master ? x->master : "SELECT 1 WHERE 0",
                x->price ? x->price : "SELECT 1 WHERE 0", x->stock ? x->stock : "SELECT 1 WHERE 0");
        risen("any_version", before, any, x->sql);
    }
}

/* --- the property --- */

enum { VIEWS = 4 };
static const unsigned ASPECTS[VIEWS] = {ASPECT_MASTER | ASPECT_TEXT, ASPECT_PRICE, ASPECT_STOCK,
                                        ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK};
#define KEYS 400
struct picture {
    struct digest views[VIEWS][KEYS];
};
struct looking {
    struct digest *digests;
    bool *changed;
    int64_t last_version, last_key, visited;
    int64_t since, until;
};

static void add_item(struct buf *b, const struct item *i) {
    const struct price_parts *p = &i->price;
    buf_addf(b, "%s|%s|%s|%d|%d|%s|%s|%s|%s|%s|%" PRId64 "|%s|%s|%" PRId64 "|", i->key,
             i->parent_key ? i->parent_key : "-", i->sku ? i->sku : "-", i->kind, i->published, i->name ? i->name : "-",
             i->description ? i->description : "-", i->short_description ? i->short_description : "-",
             i->ean ? i->ean : "-", i->unit ? i->unit : "-", i->weight_g, i->group_key ? i->group_key : "-",
             i->vat_code ? i->vat_code : "-", i->vat_rate);
    buf_addf(b, "%d %" PRId64 " %d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d %s|", p->has_price,
             p->regular, p->has_sale, p->sale, p->sale_from_ms, p->sale_to_ms, p->discount, p->points, p->includes_tax,
             p->currency);
    buf_addf(b, "%" PRId64 " %" PRId64 " %" PRId64 "|", i->stock.on_hand, i->stock.reserved, i->stock.incoming);
    for (size_t a = 0; a < i->attribute_count; a++) {
        buf_addf(b, "%s=", i->attributes[a].name);
        for (size_t o = 0; o < i->attributes[a].option_count; o++)
            buf_addf(b, "%s,", i->attributes[a].options[o]);
    }
    for (size_t n = 0; n < i->component_count; n++)
        buf_addf(b, "%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "|", i->components[n].sku,
                 i->components[n].quantity, i->components[n].stock.on_hand, i->components[n].stock.reserved,
                 i->components[n].stock.incoming);
}

static enum rc look(void *ctx, const struct item *item, struct err *err) {
    struct looking *l = ctx;
    int64_t key = 0;
    struct buf text;
    (void)err;
    assert_true(str_to_i64(item->key, &key) && key < KEYS);
    buf_init(&text, 100000);
    add_item(&text, item);
    if (l->digests)
        l->digests[key] = digest_of(text.data, text.len);
    buf_free(&text);
    if (l->changed) {
        assert_true(item->version > l->since && item->version <= l->until);
        assert_true(item->version > l->last_version || (item->version == l->last_version && key > l->last_key));
        l->last_version = item->version;
        l->last_key = key;
        l->changed[key] = true;
    }
    l->visited++;
    return RC_OK;
}

static void read_all(struct looking *l, struct offer_query q, size_t limit) {
    for (int variants = 0; variants < 2; variants++) {
        size_t count = limit;
        struct offer_query part = q;
        part.variants = variants;
        part.limit = limit;
        l->last_version = 0;
        while (count == limit)
            assert_ok(&c, erp_offer_read(c.erp, &part, look, l, &count, &c.err));
    }
}

static void take_picture(struct picture *p) {
    memset(p, 0, sizeof *p);
    for (int v = 0; v < VIEWS; v++) {
        struct looking l = {.digests = p->views[v]};
        read_all(&l, (struct offer_query){.aspects = ASPECTS[v]}, 1000);
    }
}

static int edits_done;

/* One random edit of the kind a clerk or a program makes; some are refused, and that is fine. */
static void random_edit(struct rng *r) {
    static const char *const EDITS[] = {
        "UPDATE item SET name = name || :a WHERE id = :i",
        "UPDATE item SET sku = 'S' || :a WHERE id = :i",
        "UPDATE item SET group_id = :g WHERE id = :i",
        "UPDATE item SET vat_code = substr('ABCD', 1 + :a % 4, 1) WHERE id = :i",
        "UPDATE item SET published = 1 - published WHERE id = :i",
        "UPDATE item SET active = 1 - active WHERE id = :i",
        "UPDATE item SET parent_id = 63 + 5 * (:a % 6) WHERE id = :i AND kind = 'variant'",
        "UPDATE item_text SET description = 'd' || :a WHERE item_id = :i",
        "DELETE FROM item_text WHERE item_id = :i",
        "INSERT OR REPLACE INTO publication VALUES ('shop', :i, :a % 2)",
        "DELETE FROM publication WHERE item_id = :i",
        "UPDATE variant_option SET option_id = attribute_id * 100 + :a % 5 WHERE item_id = :i AND position = 1",
        "DELETE FROM variant_option WHERE item_id = :i AND position = 1 + :a % 2",
        "UPDATE attribute_option SET name = 'o' || :a WHERE id = (SELECT option_id FROM variant_option WHERE item_id = "
        ":i)",
        "UPDATE attribute_option SET position = :a WHERE id = (SELECT option_id FROM variant_option WHERE item_id = "
        ":i)",
        "UPDATE attribute SET name = 'a' || :a WHERE id = 1 + :i % 8",
        "UPDATE set_component SET quantity = 1000 * (1 + :a % 5) WHERE component_id = :i",
        "INSERT OR REPLACE INTO set_component VALUES (61 + :a % 2, :i, 1000)",
        "DELETE FROM set_component WHERE component_id = :i",
        "UPDATE item_price SET price = :a WHERE item_id = :i AND price_list_id = 1",
        "UPDATE item_price SET discount = CASE WHEN :a % 2 THEN NULL ELSE :a END WHERE item_id = :i",
        "DELETE FROM item_price WHERE item_id = :i AND price_list_id = 1",
        "INSERT OR REPLACE INTO item_price (price_list_id, item_id, price) VALUES (1, :i, :a)",
        "INSERT OR REPLACE INTO group_discount VALUES (1, :g, :a)",
        "DELETE FROM group_discount WHERE group_id = :g",
        "UPDATE vat_rate SET rate = :a WHERE country = 'PL' AND vat_code = substr('ABCD', 1 + :i % 4, 1)",
        "UPDATE stock SET on_hand = 1000 * :a WHERE item_id = :i",
        "INSERT INTO stock (item_id, warehouse_id, on_hand) VALUES (:i, 1 + :a % 3, 5000)",
        "DELETE FROM stock WHERE item_id = :i AND warehouse_id = 1 + :a % 3",
        "INSERT INTO reservation (item_id, warehouse_id, quantity) VALUES (:i, 1, 1000)",
        "DELETE FROM reservation WHERE item_id = :i",
        "INSERT INTO incoming_delivery (item_id, warehouse_id, quantity) VALUES (:i, 2, 1000)",
        "UPDATE incoming_delivery SET item_id = :i WHERE id = 1 + :a % 3",
        "INSERT INTO item (kind, name, unit) SELECT 'simple', 'new', 'szt.' WHERE (SELECT count(*) FROM item) < 300",
        "INSERT INTO item (kind, parent_id, name, unit) SELECT 'variant', 63 + 5 * (:a % 6), 'new', 'szt.' WHERE "
        "(SELECT count(*) FROM item) < 300",
        "INSERT OR IGNORE INTO variant_option SELECT :i, 1, 1, 100 + :a % 6",
    };
    const char *edit = EDITS[rng_below(r, sizeof EDITS / sizeof EDITS[0])];
    struct db_stmt *s = NULL;
    assert_ok(&c, db_prepare(c.db, edit, &s, &c.err));
    db_bind_int(s, db_param(s, "a"), (int64_t)rng_below(r, 1000));
    db_bind_int(s, db_param(s, "i"), 1 + (int64_t)rng_below(r, 110));
    db_bind_int(s, db_param(s, "g"), 1 + (int64_t)rng_below(r, 48));
    if (db_run(s, NULL) == RC_OK)
        edits_done++;
    db_stmt_free(s);
}

static void changed_since_misses_nothing(void **state) {
    (void)state;
    static struct picture before, after;
    struct rng r;
    rng_seed(&r, 20261123);
    take_picture(&before);
    for (int round = 0; round < 120; round++) {
        int64_t since = 0, until = 0;
        assert_ok(&c, erp_version(c.erp, &since, &c.err));
        for (uint64_t n = rng_below(&r, 6); n > 0; n--)
            random_edit(&r);
        assert_ok(&c, erp_version(c.erp, &until, &c.err));
        take_picture(&after);
        for (int v = 0; v < VIEWS; v++) {
            bool changed[KEYS] = {false};
            struct looking l = {.changed = changed, .since = since, .until = until};
            read_all(&l,
                     (struct offer_query){.aspects = ASPECTS[v], .changed_only = true, .since = since, .until = until},
                     1 + rng_below(&r, 7));
            for (int key = 0; key < KEYS; key++) {
                bool differs = !digest_eq(&before.views[v][key], &after.views[v][key]);
                if (differs && !changed[key])
                    fail_msg("round %d: item %d differs in view %d and is not among the changed", round, key, v);
            }
        }
        before = after;
    }
    assert_true(edits_done > 200);
}

/* What is committed after `until` was asked waits for the next time, and is seen then. */
static void a_change_while_reading_is_seen_next_time(void **state) {
    (void)state;
    int64_t since = 0, until = 0, next = 0;
    bool changed[KEYS] = {false};
    assert_ok(&c, erp_version(c.erp, &since, &c.err));
    company_exec(&c, "UPDATE item SET name = name || '.' WHERE id BETWEEN 1 AND 10", RC_OK);
    assert_ok(&c, erp_version(c.erp, &until, &c.err));
    company_exec(&c, "UPDATE item SET name = name || '.' WHERE id BETWEEN 8 AND 12", RC_OK);
    struct looking l = {.changed = changed, .since = since, .until = until};
    struct offer_query q = {.aspects = ASPECT_MASTER, .changed_only = true, .since = since, .until = until};
    read_all(&l, q, 3);
    assert_int_equal(l.visited, 7);
    assert_false(changed[8]);
    assert_ok(&c, erp_version(c.erp, &next, &c.err));
    q.since = until;
    q.until = next;
    l = (struct looking){.changed = changed, .since = until, .until = next};
    read_all(&l, q, 3);
    assert_int_equal(l.visited, 5);
}

/* "Changes since" an instant that a user names (capability M-10). */
static void changed_at(void **state) {
    (void)state;
    struct looking l = {.visited = 0};
    company_exec(&c,
                 "UPDATE item_version SET master_changed_ms = 1000, price_changed_ms = 1000, stock_changed_ms = 1000;"
                 "UPDATE item_version SET stock_changed_ms = 2000 WHERE item_id IN (3, 30);"
                 "UPDATE item_version SET stock_changed_ms = 1999 WHERE item_id = 31;"
                 "UPDATE item_version SET price_changed_ms = 2001 WHERE item_id IN (4, 64);",
                 RC_OK);
    read_all(&l, (struct offer_query){.aspects = ASPECT_STOCK, .changed_at_ms = 2000}, 1);
    assert_int_equal(l.visited, 2);
    l.visited = 0;
    read_all(&l, (struct offer_query){.aspects = ASPECT_PRICE, .changed_at_ms = 2000}, 10);
    assert_int_equal(l.visited, 2);
    l.visited = 0;
    read_all(&l, (struct offer_query){.aspects = ASPECT_PRICE | ASPECT_STOCK, .changed_at_ms = 2000}, 10);
    assert_int_equal(l.visited, 4);
    l.visited = 0;
    read_all(&l, (struct offer_query){.aspects = ASPECT_MASTER, .changed_at_ms = 2000}, 10);
    assert_int_equal(l.visited, 0);
    /* The triggers write the time of the change. */
    company_exec(&c, "UPDATE item SET name = 'now' WHERE id = 9", RC_OK);
    int64_t apart =
        company_int(&c, "SELECT master_changed_ms FROM item_version WHERE item_id = 9") - clock_wall_ms(os_clock());
    assert_true(apart > -60000 && apart < 60000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_change_raises_its_versions, setup, teardown),
        cmocka_unit_test_setup_teardown(changed_since_misses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_change_while_reading_is_seen_next_time, setup, teardown),
        cmocka_unit_test_setup_teardown(changed_at, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
