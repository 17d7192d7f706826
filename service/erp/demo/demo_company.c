#include "service/erp/demo/demo_company.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "service/erp/demo/demo_base.h"
#include "service/erp/demo/demo_names.h"
#include "service/erp/sql/db.h"
#include "service/erp/sql/profile.h"

#define GROUPS_EACH      9
#define GROUP_COUNT      (DEMO_LANGUAGES * GROUPS_EACH)
#define ALL_SIMPLE_BELOW 10
#define TELL_EVERY       2000
#define TEXT_MAX         4000
#define EAN_BASE         INT64_C(590000000000)  /* the GS1 prefix of Poland */
#define MADE_MS          INT64_C(1767225600000) /* 2026-01-01: when all this was entered */
#define SALE_FROM_MS     INT64_C(1772323200000) /* 2026-03-01 */
#define SALE_TO_MS       INT64_C(1830297600000) /* 2028-01-01 */

enum insert {
    INSERT_ITEM,
    INSERT_VERSION,
    INSERT_TEXT,
    INSERT_PRICE,
    INSERT_STOCK,
    INSERT_RESERVATION,
    INSERT_INCOMING,
    INSERT_OPTION,
    INSERT_COMPONENT,
    INSERT_COUNT
};

static const char *const insert_sql[INSERT_COUNT] = {
    [INSERT_ITEM] = "INSERT INTO item (id, kind, parent_id, sku, name, ean, unit, weight_g, group_id, vat_code) VALUES"
                    " (:id, :kind, :parent, :sku, :name, :ean, :unit, :weight, :group, :vat)",
    [INSERT_VERSION] = "INSERT INTO item_version VALUES (:id, :version, :version, :version, :version, :ms, :ms, :ms)",
    [INSERT_TEXT] = "INSERT INTO item_text VALUES (:id, :long, :short)",
    [INSERT_PRICE] = "INSERT INTO item_price VALUES (:list, :id, :price, :sale, :from, :to, :discount, :points)",
    [INSERT_STOCK] = "INSERT INTO stock VALUES (:id, :warehouse, :hand, :reserved, :incoming)",
    [INSERT_RESERVATION] =
        "INSERT INTO reservation (item_id, warehouse_id, quantity) VALUES (:id, :warehouse, :quantity)",
    [INSERT_INCOMING] = "INSERT INTO incoming_delivery (item_id, warehouse_id, quantity, expected_day, supplier) VALUES"
                        " (:id, :warehouse, :quantity, '2026-12-15', 'Hurtownia Północ')",
    [INSERT_OPTION] = "INSERT INTO variant_option VALUES (:id, :position, :attribute, :option)",
    [INSERT_COMPONENT] = "INSERT INTO set_component VALUES (:id, :component, :quantity)",
};

struct writer {
    const struct demo_company_args *args;
    struct db *db;
    struct db_stmt *inserts[INSERT_COUNT];
    struct rng rng;
    struct err *err;
    enum rc rc; /* the first failure; everything after it does nothing */
    int64_t simple_count, set_count, next_id;
    struct buf name, text, sku;
};

/* --- small steps: a failure is kept and stops all further ones --- */

static void set_int(struct writer *w, enum insert which, const char *param, int64_t value) {
    db_bind_int(w->inserts[which], db_param(w->inserts[which], param), value);
}

/* NULL binds null. The text must live until run(). */
static void set_text(struct writer *w, enum insert which, const char *param, const char *value) {
    db_bind_text(w->inserts[which], db_param(w->inserts[which], param), value);
}

static void set_null(struct writer *w, enum insert which, const char *param) {
    db_bind_null(w->inserts[which], db_param(w->inserts[which], param));
}

static void run(struct writer *w, enum insert which) {
    if (w->rc == RC_OK)
        w->rc = db_run(w->inserts[which], w->err);
}

static void script(struct writer *w, const char *sql) {
    if (w->rc == RC_OK)
        w->rc = db_script(w->db, sql, w->err);
}

/* The part of the schema between "-- section: name" and the next such line. */
static void run_section(struct writer *w, const char *section) {
    size_t len = 0;
    const char *schema = profile_builtin("reference_schema.sql", &len);
    char *mark = mem_printf("-- section: %s\n", section);
    const char *begin = schema ? strstr(schema, mark) : NULL;
    mem_free(mark);
    if (!begin) {
        w->rc = err_set(w->err, RC_INTERNAL, REACH_SERVICE, "The schema built in has no section \"%s\".", section);
        return;
    }
    const char *end = strstr(begin + 1, "\n-- section: ");
    char *sql = mem_strndup(begin, end ? (size_t)(end - begin) : strlen(begin));
    script(w, sql);
    mem_free(sql);
}

/* --- master data that depends on the words --- */

static void add_sql_text(struct buf *sql, const char *text) {
    buf_addc(sql, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_addc(sql, '\'');
        buf_addc(sql, *text);
    }
    buf_addc(sql, '\'');
}

static void add_options(struct buf *sql, int attribute, int first_option, const char *name, const char *const *options,
                        int count) {
    buf_addf(sql, "INSERT INTO attribute VALUES (%d, ", attribute);
    add_sql_text(sql, name);
    buf_adds(sql, ");\n");
    for (int i = 0; i < count; i++) {
        buf_addf(sql, "INSERT INTO attribute_option VALUES (%d, %d, ", first_option + i, attribute);
        add_sql_text(sql, options[i]);
        buf_addf(sql, ", %d);\n", i);
    }
}

/* Attribute ids: two for each language, colour then size; option ids follow in the same order. */
static void write_words(struct writer *w) {
    struct buf sql;
    buf_init(&sql, 1 << 20);
    for (int l = 0; l < DEMO_LANGUAGES; l++) {
        const struct demo_words *words = demo_words((enum demo_language)l);
        int root = l * GROUPS_EACH + 1;
        for (int g = 0; g < GROUPS_EACH; g++) {
            buf_addf(&sql, "INSERT INTO item_group VALUES (%d, ", root + g);
            buf_addf(&sql, g ? "%d, " : "NULL, ", root);
            add_sql_text(&sql, words->groups[g]);
            buf_addf(&sql, ", %d, 1, %d);\n", g, root + g);
        }
        add_options(&sql, 2 * l + 1, l * (DEMO_COLOURS + DEMO_SIZES) + 1, words->colour, words->colours, DEMO_COLOURS);
        add_options(&sql, 2 * l + 2, l * (DEMO_COLOURS + DEMO_SIZES) + DEMO_COLOURS + 1, words->size, words->sizes,
                    DEMO_SIZES);
        buf_addf(&sql, "INSERT INTO group_discount VALUES (1, %d, 50000);\n", root + 8);
    }
    script(w, sql.data);
    buf_free(&sql);
}

/* --- one item --- */

static const char *vat_code(struct writer *w) {
    uint64_t dice = rng_below(&w->rng, 100);
    return dice < 70 ? "A" : dice < 85 ? "B" : dice < 95 ? "C" : "D";
}

/* A GTIN-13 with its right last digit (GS1 General Specifications, 7.9). */
static void format_ean(char out[16], int64_t number) {
    char digits[16];
    str_fmt(digits, sizeof(digits), "%012" PRId64, EAN_BASE + number);
    int sum = 0;
    for (int i = 0; i < 12; i++)
        sum += (digits[i] - '0') * (i % 2 ? 3 : 1);
    str_fmt(out, 16, "%s%d", digits, (10 - sum % 10) % 10);
}

enum awkward { AWKWARD_NOT, AWKWARD_NO_SKU, AWKWARD_SAME_SKU, AWKWARD_NO_VAT, AWKWARD_NO_PRICE };

/* The awkward items are the last simple ones, by turns. */
static enum awkward awkward_of(const struct writer *w, int64_t id) {
    int64_t first = w->simple_count - w->args->awkward + 1;
    if (id < first || id > w->simple_count)
        return AWKWARD_NOT;
    return (enum awkward)(AWKWARD_NO_SKU + (id - first) % 4);
}

static enum demo_language language_of(int64_t number) {
    return (enum demo_language)(number % DEMO_LANGUAGES);
}

static void format_sku(struct writer *w, enum demo_language language, int64_t id) {
    buf_clear(&w->sku);
    /* Now and then a SKU as people make them: blanks, slashes, small letters. All differ in their number. */
    static const struct { const char *before, *behind; } shapes[] = {{"", ""}, {"", "/a"}, {" ", ""}, {"", "_ż"}};
    size_t shape = id % 101 == 0 ? (size_t)(id / 101) % 4 : 0;
    buf_addf(&w->sku, "%s%s%06" PRId64 "%s", demo_words(language)->sku, shapes[shape].before, id, shapes[shape].behind);
}

struct item_draft {
    const char *kind;
    int64_t parent; /* 0: none */
    enum demo_language language;
    int64_t group;
};

static int64_t write_item(struct writer *w, const struct item_draft *draft) {
    int64_t id = w->next_id++;
    enum awkward awkward = awkward_of(w, id);
    char ean[16];
    format_sku(w, awkward == AWKWARD_SAME_SKU ? language_of(1) : draft->language, awkward == AWKWARD_SAME_SKU ? 1 : id);
    format_ean(ean, id);
    set_int(w, INSERT_ITEM, "id", id);
    set_text(w, INSERT_ITEM, "kind", draft->kind);
    if (draft->parent)
        set_int(w, INSERT_ITEM, "parent", draft->parent);
    else
        set_null(w, INSERT_ITEM, "parent");
    set_text(w, INSERT_ITEM, "sku", awkward == AWKWARD_NO_SKU ? NULL : w->sku.data);
    set_text(w, INSERT_ITEM, "name", w->name.data);
    set_text(w, INSERT_ITEM, "ean", str_eq(draft->kind, "variant_parent") ? NULL : ean);
    set_text(w, INSERT_ITEM, "unit", str_eq(draft->kind, "set") ? "kpl." : "szt.");
    set_int(w, INSERT_ITEM, "weight", 50 + (int64_t)rng_below(&w->rng, 5000));
    set_int(w, INSERT_ITEM, "group", draft->group);
    set_text(w, INSERT_ITEM, "vat", awkward == AWKWARD_NO_VAT ? NULL : vat_code(w));
    run(w, INSERT_ITEM);
    set_int(w, INSERT_VERSION, "id", id);
    set_int(w, INSERT_VERSION, "version", GROUP_COUNT + id);
    set_int(w, INSERT_VERSION, "ms", MADE_MS);
    run(w, INSERT_VERSION);
    return id;
}

static void write_text(struct writer *w, int64_t id, enum demo_language language) {
    const char *form = demo_words(language)->description;
    const char *place = strstr(form, "%s");
    buf_clear(&w->text);
    buf_add(&w->text, form, (size_t)(place - form));
    html_add_escaped(&w->text, w->name.data);
    buf_adds(&w->text, place + 2);
    set_int(w, INSERT_TEXT, "id", id);
    set_text(w, INSERT_TEXT, "long", w->text.data);
    set_text(w, INSERT_TEXT, "short", w->name.data);
    run(w, INSERT_TEXT);
}

static void write_one_price(struct writer *w, int64_t id, int64_t list, int64_t price, bool sale) {
    set_int(w, INSERT_PRICE, "list", list);
    set_int(w, INSERT_PRICE, "id", id);
    set_int(w, INSERT_PRICE, "price", price);
    set_int(w, INSERT_PRICE, "points", price / 1000);
    static const char *const optional[] = {"sale", "from", "to", "discount"};
    for (size_t i = 0; i < 4; i++)
        set_null(w, INSERT_PRICE, optional[i]);
    if (sale) {
        set_int(w, INSERT_PRICE, "sale", price - price / 5 - 1);
        if (id % 2) {
            set_int(w, INSERT_PRICE, "from", SALE_FROM_MS);
            set_int(w, INSERT_PRICE, "to", SALE_TO_MS);
        }
    } else if (id % 29 == 0) {
        set_int(w, INSERT_PRICE, "discount", 75000); /* 7.5 % */
    }
    run(w, INSERT_PRICE);
}

static void write_prices(struct writer *w, int64_t id) {
    if (awkward_of(w, id) == AWKWARD_NO_PRICE)
        return;
    int64_t price = 199 + (int64_t)rng_below(&w->rng, 200000);
    bool sale = id % 19 == 0;
    write_one_price(w, id, 1, price, sale);
    write_one_price(w, id, 2, price / 4 + 1, sale);
    for (int64_t list = 3; id % 10 == 0 && list <= DEMO_PRICE_LISTS; list++)
        write_one_price(w, id, list, price * 2 + list, sale);
}

static void write_one_stock(struct writer *w, int64_t id, int64_t warehouse, int64_t reserved, int64_t incoming) {
    int64_t hand = (reserved / QUANTITY_SCALE + (int64_t)rng_below(&w->rng, 200)) * QUANTITY_SCALE;
    set_int(w, INSERT_STOCK, "id", id);
    set_int(w, INSERT_STOCK, "warehouse", warehouse);
    set_int(w, INSERT_STOCK, "hand", hand);
    set_int(w, INSERT_STOCK, "reserved", reserved);
    set_int(w, INSERT_STOCK, "incoming", incoming);
    run(w, INSERT_STOCK);
}

static void write_claim(struct writer *w, enum insert which, int64_t id, int64_t quantity) {
    if (!quantity)
        return;
    set_int(w, which, "id", id);
    set_int(w, which, "warehouse", 1);
    set_int(w, which, "quantity", quantity);
    run(w, which);
}

static void write_stock(struct writer *w, int64_t id) {
    int64_t reserved = id % 23 == 0 ? (1 + (int64_t)rng_below(&w->rng, 5)) * QUANTITY_SCALE : 0;
    int64_t incoming = id % 31 == 0 ? 24 * QUANTITY_SCALE : 0;
    write_one_stock(w, id, 1, reserved, incoming);
    if (id % 3 == 0)
        write_one_stock(w, id, 2, 0, 0);
    if (id % 11 == 0)
        write_one_stock(w, id, 3, 0, 0);
    write_claim(w, INSERT_RESERVATION, id, reserved);
    write_claim(w, INSERT_INCOMING, id, incoming);
}

/* --- all items --- */

static bool go_on(struct writer *w) {
    int64_t done = w->next_id - 1;
    if (w->rc == RC_OK && done % TELL_EVERY == 0) {
        if (w->args->progress)
            w->args->progress(w->args->progress_ctx, "items", done, w->args->items);
        if (stop_is_set(w->args->stop))
            w->rc = err_set(w->err, RC_STOPPED, REACH_SERVICE, "Stopped; the unfinished file was removed.");
    }
    return w->rc == RC_OK;
}

static int64_t random_group(struct writer *w, enum demo_language language) {
    return (int64_t)language * GROUPS_EACH + 2 + (int64_t)rng_below(&w->rng, GROUPS_EACH - 1);
}

static void write_simple_items(struct writer *w) {
    for (int64_t i = 0; i < w->simple_count && go_on(w); i++) {
        enum demo_language language = language_of(w->next_id);
        struct item_draft draft = {.kind = "simple", .language = language, .group = random_group(w, language)};
        buf_clear(&w->name);
        demo_add_name(&w->name, language, w->next_id, &w->rng);
        int64_t id = write_item(w, &draft);
        write_text(w, id, language);
        write_prices(w, id);
        write_stock(w, id);
    }
}

static void write_sets(struct writer *w) {
    int64_t sendable = w->simple_count - w->args->awkward;
    for (int64_t i = 0; i < w->set_count && go_on(w); i++) {
        enum demo_language language = language_of(w->next_id);
        struct item_draft draft = {.kind = "set", .language = language, .group = random_group(w, language)};
        buf_clear(&w->name);
        buf_addf(&w->name, "%s: ", demo_words(language)->set);
        demo_add_name(&w->name, language, w->next_id, &w->rng);
        int64_t id = write_item(w, &draft);
        write_text(w, id, language);
        write_prices(w, id);
        int64_t first = (int64_t)rng_below(&w->rng, (uint64_t)sendable);
        int64_t parts = sendable < 3 ? sendable : 3;
        for (int64_t part = 0; part < parts; part++) {
            set_int(w, INSERT_COMPONENT, "id", id);
            set_int(w, INSERT_COMPONENT, "component", (first + part) % sendable + 1);
            set_int(w, INSERT_COMPONENT, "quantity", (1 + part) * QUANTITY_SCALE);
            run(w, INSERT_COMPONENT);
        }
    }
}

static void write_option(struct writer *w, int64_t id, enum demo_language language, bool size, int64_t option) {
    int64_t first = (int64_t)language * (DEMO_COLOURS + DEMO_SIZES) + 1 + (size ? DEMO_COLOURS : 0);
    set_int(w, INSERT_OPTION, "id", id);
    set_int(w, INSERT_OPTION, "position", size ? 2 : 1);
    set_int(w, INSERT_OPTION, "attribute", 2 * (int64_t)language + (size ? 2 : 1));
    set_int(w, INSERT_OPTION, "option", first + option);
    run(w, INSERT_OPTION);
}

static void write_variants(struct writer *w) {
    int64_t left = w->args->items - w->simple_count - w->set_count;
    while (left > 0 && go_on(w)) {
        int64_t variants = 3 + (int64_t)rng_below(&w->rng, 6);
        if (left - 1 - variants < 2)
            variants = left - 1; /* the last parent takes what is left, so that none stays without variants */
        enum demo_language language = language_of(w->next_id);
        struct item_draft draft = {.kind = "variant_parent", .language = language, .group = random_group(w, language)};
        buf_clear(&w->name);
        demo_add_name(&w->name, language, w->next_id, &w->rng);
        int64_t parent = write_item(w, &draft);
        write_text(w, parent, language);
        draft.kind = "variant";
        draft.parent = parent;
        for (int64_t v = 0; v < variants && go_on(w); v++) {
            int64_t id = write_item(w, &draft);
            write_option(w, id, language, false, v % DEMO_COLOURS);
            write_option(w, id, language, true, v / DEMO_COLOURS % DEMO_SIZES);
            write_prices(w, id);
            write_stock(w, id);
        }
        left -= 1 + variants;
    }
}

/* What lines of an order without an item of their own are booked on. Goods that the ERP does not know have none here:
 * such an order waits for a person. */
static void write_service_items(struct writer *w) {
    static const struct {
        const char *kind, *name;
    } services[] = {{"shipping", "Transport"}, {"fee", "Opłaty i rabaty"}, {"other", "Inne usługi"}};
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        struct item_draft draft = {.kind = "service", .language = DEMO_POLISH, .group = 1};
        char sql[96];
        buf_clear(&w->name);
        buf_adds(&w->name, services[i].name);
        int64_t id = write_item(w, &draft);
        str_fmt(sql, sizeof(sql), "INSERT INTO service_item VALUES ('%s', %" PRId64 ")", services[i].kind, id);
        script(w, sql);
    }
}

static void write_all(struct writer *w) {
    run_section(w, "tables");
    if (w->rc == RC_OK)
        w->rc = db_begin(w->db, w->err);
    script(w, demo_base_sql);
    write_words(w);
    for (int i = 0; i < INSERT_COUNT && w->rc == RC_OK; i++)
        w->rc = db_prepare(w->db, insert_sql[i], &w->inserts[i], w->err);
    if (w->rc == RC_OK) {
        write_simple_items(w);
        write_sets(w);
        write_variants(w);
        write_service_items(w);
    }
    for (int i = 0; i < INSERT_COUNT; i++)
        db_stmt_free(w->inserts[i]);
    char counter[96];
    str_fmt(counter, sizeof(counter), "INSERT INTO version_counter VALUES (1, %" PRId64 ")", GROUP_COUNT + w->next_id);
    script(w, counter);
    run_section(w, "indexes");
    run_section(w, "triggers");
    script(w, "ANALYZE");
    if (w->rc == RC_OK)
        w->rc = db_commit(w->db, w->err);
    else
        db_rollback(w->db);
}

/* 60 % simple, 2 % sets, the rest parents with variants. */
static void plan(struct writer *w) {
    int64_t n = w->args->items;
    w->simple_count = n < ALL_SIMPLE_BELOW ? n : n * 6 / 10;
    w->set_count = n < ALL_SIMPLE_BELOW ? 0 : n * 2 / 100;
    w->next_id = 1;
}

enum rc demo_company_write(const char *path, const struct demo_company_args *args, struct err *err) {
    struct writer w = {.args = args, .err = err};
    if (args->items < 1 || args->items > DEMO_ITEMS_MAX)
        return err_set(err, RC_INVALID, REACH_SERVICE, "A demo company has from 1 to %d items.", DEMO_ITEMS_MAX);
    plan(&w);
    if (args->awkward < 0 || args->awkward >= w.simple_count)
        return err_set(err, RC_INVALID, REACH_SERVICE, "At most %" PRId64 " of these items can be awkward ones.",
                       w.simple_count - 1);
    enum rc rc = db_sqlite_open(path, DB_NEW_BULK, args->stop, &w.db, err);
    if (rc != RC_OK)
        return rc;
    rng_seed(&w.rng, args->seed);
    buf_init(&w.name, TEXT_MAX);
    buf_init(&w.text, TEXT_MAX);
    buf_init(&w.sku, TEXT_MAX);
    write_all(&w);
    buf_free(&w.name);
    buf_free(&w.text);
    buf_free(&w.sku);
    db_close(w.db);
    if (w.rc != RC_OK)
        (void)os_remove(path, NULL);
    return w.rc;
}
