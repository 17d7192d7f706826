/* What 10,000 orders cost the disk at the very least: the rows that a run of ours left behind, put into copies of the
 * databases as they were before it, by a bare loop.
 *
 *     bench_inserts STATE_AFTER ERP_AFTER STATE_BEFORE ERP_BEFORE [PAGE]
 *
 * The copies (…_BEFORE) are written to. Same schemas, triggers, journal mode and synchronous=FULL; the commits are
 * those without which an order can be lost or doubled, and no more: one for each page of raw orders; for each page one
 * with the intents, one for each order in the ERP and one with the results; one for each page of acknowledgements.
 * Nothing is looked up, checked, parsed or computed. All rows are in memory before the clock starts. Prints: seconds,
 * orders, commits, rows. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/bench/bench_rows.h"

#define SQL_MAX 8192

/* As the program opens them: service/store/store.c and service/erp/sql/db_sqlite.c. */
static const char state_settings[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                                     "PRAGMA cache_size=-2048; PRAGMA journal_size_limit=16777216;"
                                     "PRAGMA temp_store=MEMORY;";
static const char erp_settings[] = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8192;"
                                   "PRAGMA temp_store=MEMORY;";

enum state_rows { INBOX, RAW, SOLD, SEEN, INTENT, CREATED, DONE, FREED, WRITTEN, TOLD, ANSWERED, STATE_ROWS };
enum erp_rows { CUSTOMER, NUMBER, ORDER, ADDRESS, LINE, RESERVATION, PAYMENT, CONFIRM, ERP_ROWS };

struct recipe {
    const char *read;  /* the group first; ?1: the highest inbox id or order id there was before */
    const char *write; /* NULL: made from the table's own columns */
    const char *table;
};

/* An event is the first of its order, the last, or between. */
#define EVENTS(which)                                                                                                \
    "SELECT inbox_id, link, object, at_ms, what FROM (SELECT b.id AS inbox_id, e.*,"                                 \
    " row_number() OVER (PARTITION BY e.object ORDER BY e.id) AS nth, count(*) OVER (PARTITION BY e.object) AS many" \
    " FROM inbox b JOIN event e ON e.link = b.link AND e.object = 'order/' || b.remote_id WHERE b.id > ?1)"          \
    " WHERE " which " ORDER BY inbox_id, nth"
#define EVENT_INSERT "INSERT INTO event(link, object, at_ms, what) VALUES(?, ?, ?, ?)"

static const struct recipe state_recipes[STATE_ROWS] = {
    [INBOX] = {"SELECT id, id, link, remote_id, number, status, 1, seen_ms, modified_ms, content, raw_digest FROM inbox"
               " WHERE id > ?1 ORDER BY id",
               "INSERT INTO inbox(id, link, remote_id, number, status, state, seen_ms, modified_ms, content,"
               " raw_digest) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               NULL},
    [RAW] = {"SELECT inbox, inbox, raw FROM inbox_raw WHERE inbox > ?1 ORDER BY inbox",
             "INSERT INTO inbox_raw(inbox, raw) VALUES(?, ?)", NULL},
    [SOLD] = {"SELECT b.id, i.sku_key, b.id, sum(l.quantity) FROM inbox b"
              " JOIN erp.order_line l ON l.order_id = CAST(b.document_key AS INTEGER)"
              " JOIN erp.item i ON i.id = l.item_id WHERE b.id > ?1 AND l.kind = 'goods' AND l.quantity > 0"
              " GROUP BY b.id, i.sku_key ORDER BY b.id",
              "INSERT INTO unimported(sku, inbox, quantity) VALUES(?, ?, ?)", NULL},
    [SEEN] = {EVENTS("nth = 1"), EVENT_INSERT, NULL},
    [INTENT] =
        {"SELECT id, 1000000000 + id, 1, link, 'order', token, remote_id, CAST(id AS TEXT), created_ms FROM inbox"
         " WHERE id > ?1 AND token <> '' ORDER BY id",
         "INSERT INTO step(id, run, link, kind, token, subject, payload, begun_ms)"
         " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
         NULL},
    [CREATED] = {"SELECT id, created_ms, token, document_key, document_number, id FROM inbox"
                 " WHERE id > ?1 AND document_key <> '' ORDER BY id",
                 "UPDATE inbox SET state = 3, created_ms = ?, token = ?, document_key = ?, document_number = ?"
                 " WHERE id = ?",
                 NULL},
    [DONE] = {"SELECT id, created_ms, document_number, 1000000000 + id FROM inbox WHERE id > ?1 AND token <> ''"
              " ORDER BY id",
              "UPDATE step SET done_ms = ?, result = ?, payload = '' WHERE id = ?", NULL},
    [FREED] = {"SELECT id, id FROM inbox WHERE id > ?1 ORDER BY id", "DELETE FROM unimported WHERE inbox = ?", NULL},
    [WRITTEN] = {EVENTS("nth > 1 AND nth < many"), EVENT_INSERT, NULL},
    [TOLD] = {"SELECT id, acknowledged_ms, id FROM inbox WHERE id > ?1 AND acknowledged_ms <> 0 ORDER BY id",
              "UPDATE inbox SET state = 4, acknowledged_ms = ? WHERE id = ?", NULL},
    [ANSWERED] = {EVENTS("nth > 1 AND nth = many"), EVENT_INSERT, NULL},
};

/* "%s": the table's columns. */
static const struct recipe erp_recipes[ERP_ROWS] = {
    [CUSTOMER] = {"SELECT o.first, %s FROM customer t JOIN (SELECT customer_id, min(id) AS first FROM sales_order"
                  " GROUP BY customer_id) o ON o.customer_id = t.id WHERE o.first > ?1 AND NOT EXISTS (SELECT 1 FROM"
                  " before.customer c WHERE c.id = t.id) ORDER BY o.first",
                  NULL, "customer"},
    [NUMBER] = {"SELECT o.id, d.series, d.year, d.month FROM sales_order o, (SELECT * FROM document_number"
                " ORDER BY last DESC LIMIT 1) d WHERE o.id > ?1 ORDER BY o.id",
                "INSERT INTO document_number VALUES(?, ?, ?, 1) ON CONFLICT DO UPDATE SET last = last + 1", NULL},
    [ORDER] = {"SELECT id, %s FROM (SELECT * FROM sales_order) t WHERE id > ?1 ORDER BY id", NULL, "sales_order"},
    [ADDRESS] = {"SELECT order_id, %s FROM order_address t WHERE order_id > ?1 ORDER BY order_id", NULL,
                 "order_address"},
    [LINE] = {"SELECT order_id, %s FROM order_line t WHERE order_id > ?1 ORDER BY order_id, id", NULL, "order_line"},
    [RESERVATION] = {"SELECT l.order_id, %s FROM reservation t JOIN order_line l ON l.id = t.order_line_id"
                     " WHERE l.order_id > ?1 ORDER BY l.order_id, t.id",
                     NULL, "reservation"},
    [PAYMENT] = {"SELECT order_id, %s FROM payment t WHERE order_id > ?1 ORDER BY order_id, id", NULL, "payment"},
    [CONFIRM] = {"SELECT id, status, id FROM sales_order WHERE id > ?1 AND status <> 'draft' ORDER BY id",
                 "UPDATE sales_order SET status = ? WHERE id = ?", NULL},
};

static sqlite3 *open_db(const char *path, const char *settings) {
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        bench_stop(db, path);
    if (settings)
        bench_exec(db, settings);
    return db;
}

static void attach(sqlite3 *db, const char *path, const char *name) {
    sqlite3_stmt *st = NULL;
    char sql[64];
    (void)snprintf(sql, sizeof sql, "ATTACH ? AS %s", name);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        bench_stop(db, sql);
    sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC);
    if (sqlite3_step(st) != SQLITE_DONE)
        bench_stop(db, path);
    sqlite3_finalize(st);
}

/* The table's columns that are not computed, for reading and for writing. An order begins as a draft. */
static int columns_of(sqlite3 *db, const char *table, struct buf *read, struct buf *names) {
    sqlite3_stmt *st = NULL;
    static const char sql[] = "SELECT name FROM pragma_table_info(?)";
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        bench_stop(db, sql);
    sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
    int n = 0;
    for (; sqlite3_step(st) == SQLITE_ROW; n++) {
        const char *name = (const char *)sqlite3_column_text(st, 0);
        bool status = str_eq(table, "sales_order") && str_eq(name, "status");
        buf_addf(read, status ? "%s'draft'" : "%st.%s", n ? ", " : "", name);
        buf_addf(names, "%s%s", n ? ", " : "", name);
    }
    sqlite3_finalize(st);
    return n;
}

static void load(struct rows *rows, const struct recipe *recipe, sqlite3 *from, sqlite3 *into, int64_t after) {
    struct buf read, names, sql;
    buf_init(&read, SQL_MAX);
    buf_init(&names, SQL_MAX);
    buf_init(&sql, SQL_MAX);
    if (!recipe->table) {
        rows_read(rows, from, recipe->read, after);
        rows_prepare(rows, into, recipe->write);
    } else {
        int n = columns_of(into, recipe->table, &read, &names);
        const char *gap = strstr(recipe->read, "%s");
        buf_addf(&sql, "%.*s%s%s", (int)(gap - recipe->read), recipe->read, read.data, gap + 2);
        rows_read(rows, from, sql.data, after);
        buf_clear(&sql);
        buf_addf(&sql, "INSERT INTO %s(%s) VALUES(", recipe->table, names.data);
        for (int i = 0; i < n; i++)
            buf_adds(&sql, i ? ", ?" : "?");
        buf_adds(&sql, ")");
        rows_prepare(rows, into, sql.data);
    }
    buf_free(&sql);
    buf_free(&names);
    buf_free(&read);
}

struct bench {
    sqlite3 *state, *erp;
    struct rows s[STATE_ROWS], e[ERP_ROWS];
    size_t page, commits, rows;
};

static void put(struct bench *b, struct rows *rows, int64_t group) {
    b->rows += rows_put(rows, group);
}

static void commit(struct bench *b, sqlite3 *db) {
    bench_exec(db, "COMMIT");
    b->commits++;
}

static int64_t group_of(const struct rows *rows, size_t i) {
    return sqlite3_value_int64(rows->values[i * (size_t)rows->columns]);
}

/* The group of the last row of the page that begins at row i. */
static int64_t page_end(const struct bench *b, const struct rows *rows, size_t i) {
    size_t last = i + b->page < rows->count ? i + b->page : rows->count;
    return group_of(rows, last - 1);
}

static void put_pages(struct bench *b, const enum state_rows *kinds, size_t n) {
    const struct rows *inbox = &b->s[INBOX];
    for (size_t i = 0; i < inbox->count; i += b->page) {
        bench_exec(b->state, "BEGIN IMMEDIATE");
        for (size_t k = 0; k < n; k++)
            put(b, &b->s[kinds[k]], page_end(b, inbox, i));
        commit(b, b->state);
    }
}

static void put_intents(struct bench *b, size_t i, const enum state_rows *kinds, size_t n) {
    bench_exec(b->state, "BEGIN IMMEDIATE");
    for (size_t k = 0; k < n; k++)
        put(b, &b->s[kinds[k]], page_end(b, &b->s[INBOX], i));
    commit(b, b->state);
}

static void put_orders(struct bench *b) {
    static const enum state_rows before[] = {INTENT}, behind[] = {CREATED, FREED, DONE, WRITTEN};
    const struct rows *orders = &b->e[ORDER];
    size_t next = 0;
    for (size_t i = 0; i < b->s[INBOX].count; i += b->page) {
        put_intents(b, i, before, 1);
        for (size_t end = next + b->page; next < end && next < orders->count; next++) {
            int64_t order = group_of(orders, next);
            bench_exec(b->erp, "BEGIN IMMEDIATE");
            for (size_t k = 0; k < ERP_ROWS; k++)
                put(b, &b->e[k], order);
            commit(b, b->erp);
        }
        put_intents(b, i, behind, sizeof behind / sizeof behind[0]);
    }
}

static double seconds(void) {
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    static const enum state_rows in[] = {INBOX, RAW, SOLD, SEEN}, told[] = {TOLD, ANSWERED};
    struct bench b = {.page = argc == 6 ? strtoul(argv[5], NULL, 10) : 100};
    if (argc < 5 || b.page == 0) {
        (void)fprintf(stderr, "usage: bench_inserts STATE_AFTER ERP_AFTER STATE_BEFORE ERP_BEFORE [PAGE]\n");
        return 2;
    }
    sqlite3 *state_after = open_db(argv[1], NULL), *erp_after = open_db(argv[2], NULL);
    attach(state_after, argv[2], "erp");
    attach(erp_after, argv[4], "before");
    b.state = open_db(argv[3], state_settings);
    b.erp = open_db(argv[4], erp_settings);
    int64_t inbox_before = bench_i64(b.state, "SELECT coalesce(max(id), 0) FROM inbox");
    int64_t order_before = bench_i64(b.erp, "SELECT coalesce(max(id), 0) FROM sales_order");
    for (size_t k = 0; k < STATE_ROWS; k++)
        load(&b.s[k], &state_recipes[k], state_after, b.state, inbox_before);
    for (size_t k = 0; k < ERP_ROWS; k++)
        load(&b.e[k], &erp_recipes[k], erp_after, b.erp, order_before);
    sqlite3_close_v2(state_after);
    sqlite3_close_v2(erp_after);
    double begun = seconds();
    put_pages(&b, in, sizeof in / sizeof in[0]);
    put_orders(&b);
    put_pages(&b, told, sizeof told / sizeof told[0]);
    printf("%.6f %zu %zu %zu\n", seconds() - begun, b.e[ORDER].count, b.commits, b.rows);
    for (size_t k = 0; k < STATE_ROWS; k++)
        rows_free(&b.s[k]);
    for (size_t k = 0; k < ERP_ROWS; k++)
        rows_free(&b.e[k]);
    sqlite3_close_v2(b.state);
    sqlite3_close_v2(b.erp);
    return 0;
}
