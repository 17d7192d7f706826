/* Items of the demo company: one pass over all numbers for each table. */
#include "common/base/money.h"
#include "service/erp/demo/demo_rows.h"

/* Questions of this file for demo_random; those of demo_plan.c are below 16. */
enum question {
    Q_GROUP = 16,
    Q_VAT,
    Q_WEIGHT,
    Q_SALE,
    Q_SALE_DAY,
    Q_DISCOUNT,
    Q_STOCK,
    Q_ELSEWHERE = 32,
    Q_RESERVED = 36,
    Q_INCOMING,
    Q_PARTS,
    Q_PART = 40,
    Q_PART_COUNT = 44
};

#define LOOK_EVERY 4096 /* items between two looks at the stop flag */

typedef enum rc (*write_item)(struct demo_writer *w, struct db_stmt *s, const struct demo_item *item, struct err *err);

/* One pass: calls write for each item from `first` to `last`. */
static enum rc pass(struct demo_writer *w, const char *what, const char *sql, write_item write, struct err *err) {
    struct db_stmt *s = NULL;
    struct demo_item item;
    enum rc rc = db_prepare(w->db, sql, &s, err);
    if (rc != RC_OK)
        return rc;
    for (int64_t id = 1; id <= w->plan.items && rc == RC_OK; id++) {
        if (id % LOOK_EVERY == 0) {
            if (stop_is_set(w->stop))
                rc = err_set(err, RC_STOPPED, REACH_SERVICE, "Stopped while writing the demo company.");
            if (w->progress)
                w->progress(w->progress_ctx, what, (w->passes_done * w->plan.items + id) / DEMO_PASSES, w->plan.items);
        }
        demo_item_of(&w->plan, id, &item);
        if (rc == RC_OK)
            rc = write(w, s, &item, err);
    }
    w->passes_done++;
    db_stmt_free(s);
    return rc;
}

static const char *text_of(struct demo_writer *w,
                           void (*make)(const struct demo_plan *, const struct demo_item *, struct buf *),
                           const struct demo_item *item) {
    buf_clear(&w->text);
    make(&w->plan, item, &w->text);
    return w->text.data;
}

/* --- items --- */

static void bind_sku(struct demo_writer *w, struct db_stmt *s, const struct demo_item *item, struct buf *sku) {
    struct demo_item whose = *item;
    buf_clear(sku);
    if (item->awkward == AWKWARD_SKU_DOUBLE)
        demo_item_of(&w->plan, 1, &whose);
    if (item->awkward == AWKWARD_SKU_EMPTY)
        db_bind_null(s, 4);
    else {
        demo_sku(&w->plan, &whose, sku);
        db_bind_text(s, 4, sku->data);
    }
}

static enum rc write_item_row(struct demo_writer *w, struct db_stmt *s, const struct demo_item *item, struct err *err) {
    static const char *const VAT[] = {"A", "A", "A", "A", "B", "C", "D"};
    int64_t like = item->parent ? item->parent : item->id; /* variants share their parent's group and VAT */
    int64_t leaf = (int64_t)demo_random(&w->plan, like, Q_GROUP, DEMO_TOP_GROUPS * DEMO_SUB_GROUPS);
    char ean[14];
    struct buf sku;
    buf_init(&sku, 200);
    demo_ean(item->id, ean);
    db_bind_int(s, 1, item->id);
    db_bind_text(s, 2, item_kind_name(item->kind));
    if (item->parent)
        db_bind_int(s, 3, item->parent);
    else
        db_bind_null(s, 3);
    bind_sku(w, s, item, &sku);
    db_bind_text(s, 5, text_of(w, demo_name, item));
    db_bind_text(s, 6, item->kind == ITEM_VARIANT_PARENT ? NULL : ean);
    db_bind_text(s, 7, item->kind == ITEM_SET ? "kpl." : "szt.");
    db_bind_int(s, 8, 50 + (int64_t)demo_random(&w->plan, item->id, Q_WEIGHT, 5000));
    db_bind_int(s, 9, leaf / DEMO_SUB_GROUPS * (1 + DEMO_SUB_GROUPS) + leaf % DEMO_SUB_GROUPS + 2);
    db_bind_text(s, 10, item->awkward == AWKWARD_NO_VAT ? NULL : VAT[demo_random(&w->plan, like, Q_VAT, 7)]);
    enum rc rc = db_run(s, err);
    buf_free(&sku);
    return rc;
}

static enum rc write_version(struct demo_writer *w, struct db_stmt *s, const struct demo_item *item, struct err *err) {
    (void)w;
    db_bind_int(s, 1, item->id);
    db_bind_int(s, 2, DEMO_GROUP_COUNT + item->id);
    db_bind_int(s, 3, DEMO_CHANGED_MS);
    return db_run(s, err);
}

static enum rc write_text(struct demo_writer *w, struct db_stmt *s, const struct demo_item *item, struct err *err) {
    if (item->kind == ITEM_VARIANT)
        return RC_OK; /* told once, at the parent */
    db_bind_int(s, 1, item->id);
    db_bind_text(s, 2, text_of(w, demo_description, item));
    db_bind_text(s, 3, item->id % 3 ? DEMO_LANGUAGE[item->language].sentences[0] : NULL);
    return db_run(s, err);
}

static enum rc item_rows(struct demo_writer *w, struct err *err) {
    enum rc rc = pass(w, "items",
                      "INSERT INTO item (id, kind, parent_id, sku, name, ean, unit, weight_g, group_id, vat_code) "
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                      write_item_row, err);
    if (rc == RC_OK)
        rc = pass(w, "items", "INSERT INTO item_version VALUES (?1, ?2, ?2, ?2, ?2, ?3, ?3, ?3)", write_version, err);
    if (rc == RC_OK)
        rc = pass(w, "descriptions", "INSERT INTO item_text VALUES (?1, ?2, ?3)", write_text, err);
    return rc;
}

/* Those on which lines without an item are booked; their keys come after the sendable ones. */
static enum rc service_items(struct demo_writer *w, struct err *err) {
    struct buf sql;
    long long id = (long long)w->plan.items + 1, version = id + DEMO_GROUP_COUNT;
    buf_init(&sql, 4096);
    buf_addf(&sql,
             "INSERT INTO item (id, kind, sku, name, unit, vat_code) VALUES (%lld, 'service', 'TRANSPORT', "
             "'Transport', 'usł.', 'A'), (%lld, 'service', 'OPLATA', 'Opłata', 'usł.', 'A');"
             "INSERT INTO item_version SELECT id, id + %d, id + %d, id + %d, id + %d, %lld, %lld, %lld FROM item "
             "WHERE id >= %lld;"
             "INSERT INTO service_item VALUES ('shipping', %lld), ('fee', %lld), ('goods', %lld), ('other', %lld);"
             "UPDATE version_counter SET value = %lld;",
             id, id + 1, DEMO_GROUP_COUNT, DEMO_GROUP_COUNT, DEMO_GROUP_COUNT, DEMO_GROUP_COUNT,
             (long long)DEMO_CHANGED_MS, (long long)DEMO_CHANGED_MS, (long long)DEMO_CHANGED_MS, id, id, id + 1, id + 1,
             id + 1, version + 1);
    enum rc rc = buf_rc(&sql, "A statement of the demo company", err);
    if (rc == RC_OK)
        rc = db_script(w->db, sql.data, err);
    buf_free(&sql);
    return rc;
}

/* --- prices --- */

/* Of the default list's grosze: EUR net, SEK, NOK and RON gross, at rates somebody typed in once. */
static int64_t price_in_list(int list, int64_t grosze) {
    static const int64_t NUMERATOR[DEMO_PRICE_LISTS] = {1, 189, 259, 271, 117},
                         DENOMINATOR[DEMO_PRICE_LISTS] = {1, 1000, 100, 100, 100};
    return mul_div_round(grosze, NUMERATOR[list], DENOMINATOR[list]);
}

static enum rc write_price(struct demo_writer *w, struct db_stmt *s, const struct demo_item *item, struct err *err) {
    int list = (int)(w->passes_done - 3);
    if (item->awkward == AWKWARD_NO_PRICE)
        return RC_OK;
    int64_t price = price_in_list(list, demo_price(&w->plan, item));
    uint64_t sale = demo_random(&w->plan, item->id, Q_SALE, 20),
             discount = demo_random(&w->plan, item->id, Q_DISCOUNT, 30);
    int64_t day = (int64_t)demo_random(&w->plan, item->id, Q_SALE_DAY, 700);
    for (int i = 4; i <= 7; i++)
        db_bind_null(s, i);
    db_bind_int(s, 1, list + 1);
    db_bind_int(s, 2, item->id);
    db_bind_int(s, 3, price);
    if (sale == 0) { /* one in twenty: some are over, some run, some come; some without an end */
        db_bind_int(s, 4, mul_div_round(price, 80, 100));
        db_bind_int(s, 5, DEMO_CHANGED_MS + (day - 30) * DEMO_DAY_MS);
        if (day % 7)
            db_bind_int(s, 6, DEMO_CHANGED_MS + (day + 14) * DEMO_DAY_MS);
    }
    if (discount == 0)
        db_bind_int(s, 7, 5 * (1 + day % 4) * RATE_SCALE);
    db_bind_int(s, 8, price / 1000);
    return db_run(s, err);
}

/* --- stock --- */

static enum rc stock_row(struct demo_writer *w, struct db_stmt *s, int64_t id, int warehouse, struct err *err) {
    int64_t pieces = (int64_t)demo_random(&w->plan, id, Q_STOCK + (unsigned)warehouse, 120) - 10;
    int64_t reserved = warehouse == 0 && demo_random(&w->plan, id, Q_RESERVED, 20) == 0 ? 1 + id % 3 : 0;
    int64_t incoming = warehouse == 0 && demo_random(&w->plan, id, Q_INCOMING, 25) == 0 ? 10 + id % 90 : 0;
    db_bind_int(s, 1, id);
    db_bind_int(s, 2, warehouse + 1);
    db_bind_int(s, 3, pieces > 0 ? pieces * QUANTITY_SCALE : 0);
    db_bind_int(s, 4, reserved * QUANTITY_SCALE);
    db_bind_int(s, 5, incoming * QUANTITY_SCALE);
    return db_run(s, err);
}

static enum rc write_stock(struct demo_writer *w, struct db_stmt *s, const struct demo_item *item, struct err *err) {
    if (item->kind == ITEM_SET || item->kind == ITEM_VARIANT_PARENT)
        return RC_OK;
    enum rc rc = stock_row(w, s, item->id, 0, err);
    uint64_t elsewhere = demo_random(&w->plan, item->id, Q_ELSEWHERE, 10);
    if (rc == RC_OK && elsewhere < 6)
        rc = stock_row(w, s, item->id, 1, err);
    if (rc == RC_OK && elsewhere < 3)
        rc = stock_row(w, s, item->id, 2, err);
    return rc;
}

/* --- what only some kinds have --- */

static enum rc write_options(struct demo_writer *w, struct err *err) {
    struct db_stmt *s = NULL;
    struct demo_item item;
    enum rc rc = db_prepare(w->db, "INSERT INTO variant_option VALUES (?1, ?2, ?3, ?4)", &s, err);
    for (int64_t id = w->plan.simple + w->plan.sets + 1; id <= w->plan.items && rc == RC_OK; id++) {
        demo_item_of(&w->plan, id, &item);
        for (int i = 0; i < 2 && rc == RC_OK && item.kind == ITEM_VARIANT; i++) {
            int64_t attribute = item.language * 2 + i + 1;
            db_bind_int(s, 1, id);
            db_bind_int(s, 2, i + 1);
            db_bind_int(s, 3, attribute);
            db_bind_int(s, 4, attribute * 100 + (i == 0 ? item.variant % 2 : item.variant / 2));
            rc = db_run(s, err);
        }
    }
    db_stmt_free(s);
    return rc;
}

/* Parts are simple items of a set's own stretch, so that none comes twice. */
static enum rc write_sets(struct demo_writer *w, struct err *err) {
    struct db_stmt *s = NULL;
    int64_t usable = w->plan.simple - w->plan.awkward;
    enum rc rc = db_prepare(w->db, "INSERT INTO set_component VALUES (?1, ?2, ?3)", &s, err);
    for (int64_t n = 0; n < w->plan.sets && rc == RC_OK; n++) {
        int64_t id = w->plan.simple + 1 + n;
        int64_t parts = 2 + (int64_t)demo_random(&w->plan, id, Q_PARTS, 3);
        int64_t first = (int64_t)demo_random(&w->plan, id, Q_PART, (uint64_t)usable);
        parts = parts > usable ? usable : parts;
        if (first + parts > usable)
            first = usable - parts;
        for (int64_t i = 0; i < parts && rc == RC_OK; i++) {
            db_bind_int(s, 1, id);
            db_bind_int(s, 2, first + i + 1);
            db_bind_int(s, 3, (1 + (int64_t)demo_random(&w->plan, id, Q_PART_COUNT + (unsigned)i, 3)) * QUANTITY_SCALE);
            rc = db_run(s, err);
        }
    }
    db_stmt_free(s);
    return rc;
}

enum rc demo_write_items(struct demo_writer *w, struct err *err) {
    enum rc rc = item_rows(w, err);
    for (int list = 0; list < DEMO_PRICE_LISTS && rc == RC_OK; list++)
        rc = pass(w, "prices", "INSERT INTO item_price VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", write_price, err);
    if (rc == RC_OK)
        rc = pass(w, "stock", "INSERT INTO stock VALUES (?1, ?2, ?3, ?4, ?5)", write_stock, err);
    if (rc == RC_OK)
        rc = write_options(w, err);
    if (rc == RC_OK)
        rc = write_sets(w, err);
    if (rc == RC_OK)
        rc = service_items(w, err);
    /* What stock.reserved and stock.incoming are the sums of. */
    if (rc == RC_OK)
        rc = db_script(w->db,
                       "INSERT INTO reservation (item_id, warehouse_id, quantity) SELECT item_id, warehouse_id, "
                       "reserved FROM stock WHERE reserved > 0 ORDER BY item_id;"
                       "INSERT INTO incoming_delivery (item_id, warehouse_id, quantity, expected_day, supplier) SELECT "
                       "item_id, warehouse_id, incoming, '2027-01-15', 'Hurtownia „Pod Żaglami”' FROM stock "
                       "WHERE incoming > 0 ORDER BY item_id;",
                       err);
    return rc;
}
