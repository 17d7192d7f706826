/* Opening a company database as a link sees it; what belongs to no other subject. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/erp/sql/sql_erp_int.h"

#define WAREHOUSE_TEXT_MAX (64 * 1024)

enum company_column { COMPANY_SCHEMA, COMPANY_NAME, COMPANY_COUNTRY, COMPANY_CURRENCY };
enum price_list_column { LIST_KEY, LIST_CURRENCY, LIST_INCLUDES_TAX };
enum warehouse_column { WAREHOUSE_KEY, WAREHOUSE_CODE, WAREHOUSE_DEFAULT };

static void sql_close(struct erp *erp) {
    struct sql_erp *e = sql_of(erp);
    sql_cache_free(e);
    page_free(e->spare);
    db_close(e->db);
    profile_free(e->profile);
    mem_free(e->price_list);
    mem_free(e->country);
    mem_free(e->channel);
    mem_free(e->warehouses);
    mem_free(e->warehouse_list);
    mem_free(e->warehouse);
    mem_free(e);
}

static const struct erp_caps *sql_caps(const struct erp *erp) {
    return &((const struct sql_erp *)erp)->profile->caps;
}

static enum shop_tax sql_list_tax(const struct erp *erp) {
    return ((const struct sql_erp *)erp)->includes_tax ? SHOP_TAX_GROSS : SHOP_TAX_NET;
}

static const char *sql_currency(const struct erp *erp) {
    return ((const struct sql_erp *)erp)->currency;
}

/* --- the view --- */

static enum rc read_company(struct sql_erp *e, struct err *err) {
    struct sql_stmt *st = NULL;
    bool row = false;
    enum rc rc = sql_get(e, SQL_COMPANY, 0, &st, err);
    if (rc == RC_OK)
        rc = sql_step(st, &row, err);
    if (rc == RC_INVALID)
        return err_set(err, RC_INVALID, REACH_LINK,
                       "This is no company database that the profile \"%s\" can read; is it the right file?",
                       e->profile->name);
    if (rc != RC_OK)
        return rc;
    if (!row)
        return err_set(err, RC_INVALID, REACH_LINK, "The company database holds no company.");
    if (sql_int(st, COMPANY_SCHEMA) != e->profile->schema)
        rc = err_set(err, RC_INVALID, REACH_LINK,
                     "The company database has schema version %lld, the profile \"%s\" knows version %ld.",
                     (long long)sql_int(st, COMPANY_SCHEMA), e->profile->name, e->profile->schema);
    if (rc == RC_OK && str_empty(e->country)) {
        mem_free(e->country);
        e->country = mem_strdup(sql_text(st, COMPANY_COUNTRY));
    }
    db_reset(st->s);
    return rc;
}

static enum rc read_price_list(struct sql_erp *e, const char *code, struct err *err) {
    struct sql_stmt *st = NULL;
    bool row = false;
    enum rc rc = sql_get(e, SQL_VIEW_PRICE_LIST, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_text(st, "code", code ? code : "");
    rc = sql_step(st, &row, err);
    if (rc != RC_OK)
        return rc;
    if (!row)
        return err_set(err, RC_INVALID, REACH_LINK, "The company has no price list \"%s\" in use.", code ? code : "");
    e->price_list = mem_strdup(sql_text(st, LIST_KEY));
    (void)str_copy(e->currency, sizeof e->currency, sql_text(st, LIST_CURRENCY));
    e->includes_tax = sql_int(st, LIST_INCLUDES_TAX) != 0;
    e->decimals = currency_decimals(e->currency);
    db_reset(st->s);
    if (e->decimals < 0)
        return err_set(err, RC_INVALID, REACH_LINK, "The price list \"%s\" has an unknown currency \"%s\".",
                       code ? code : "", e->currency);
    return RC_OK;
}

/* Which of the wanted warehouses a row is; wanted NULL or empty: any. */
static bool wants(const struct erp_view *view, const char *code, bool *found) {
    if (!view->warehouses || view->warehouse_count == 0)
        return true;
    for (size_t i = 0; i < view->warehouse_count; i++) {
        if (str_eq(view->warehouses[i], code)) {
            found[i] = true;
            return true;
        }
    }
    return false;
}

static void choose_warehouse(struct sql_erp *e, const char *key, bool is_default) {
    if (e->warehouse && !is_default)
        return;
    mem_free(e->warehouse);
    e->warehouse = mem_strdup(key);
}

static enum rc collect_warehouses(struct sql_erp *e, struct sql_stmt *st, const struct erp_view *view, bool *found,
                                  struct buf *json, struct buf *list, struct err *err) {
    bool row = true, all = true;
    enum rc rc = RC_OK;
    buf_addc(json, '[');
    buf_addc(list, ',');
    while ((rc = sql_step(st, &row, err)) == RC_OK && row) {
        const char *key = sql_text(st, WAREHOUSE_KEY);
        if (!wants(view, sql_text(st, WAREHOUSE_CODE), found)) {
            all = false;
            continue;
        }
        if (json->len > 1)
            buf_addc(json, ',');
        buf_add_json(json, key);
        buf_addf(list, "%s,", key);
        choose_warehouse(e, key, sql_int(st, WAREHOUSE_DEFAULT) != 0);
    }
    buf_addc(json, ']');
    e->warehouse_word = all ? WORD_ALL_WAREHOUSES : WORD_SOME_WAREHOUSES;
    return rc == RC_OK ? buf_rc(json, "The list of warehouses", err) : rc;
}

static enum rc read_warehouses(struct sql_erp *e, const struct erp_view *view, struct err *err) {
    struct sql_stmt *st = NULL;
    struct buf json, list;
    enum rc rc = sql_get(e, SQL_VIEW_WAREHOUSES, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    bool *found = mem_zalloc(view->warehouse_count + 1, sizeof *found);
    buf_init(&json, WAREHOUSE_TEXT_MAX);
    buf_init(&list, WAREHOUSE_TEXT_MAX);
    rc = collect_warehouses(e, st, view, found, &json, &list, err);
    for (size_t i = 0; i < view->warehouse_count && rc == RC_OK && view->warehouses; i++) {
        if (!found[i])
            rc = err_set(err, RC_INVALID, REACH_LINK, "The company has no warehouse \"%s\" in use.",
                         view->warehouses[i]);
    }
    e->warehouses = buf_take(&json);
    e->warehouse_list = buf_take(&list);
    buf_free(&json);
    buf_free(&list);
    mem_free(found);
    return rc;
}

/* --- slots --- */

static enum rc sql_probe(struct erp *erp, struct err *err) {
    struct sql_erp *e = sql_of(erp);
    enum rc rc = read_company(e, err);
    if (rc != RC_OK)
        return rc;
    /* Each statement must fit the database; offers with every aspect stand for their parts. */
    for (int id = 0; id < SQL_COUNT && rc == RC_OK; id++) {
        struct sql_stmt *st = NULL;
        if (sql_has(e, (enum sql_id)id))
            rc = sql_get(e, (enum sql_id)id, e->profile->caps.aspects | WORD_BY_ANY | e->warehouse_word, &st, err);
    }
    if (rc != RC_OK)
        return rc;
    rc = db_begin(e->db, err);
    if (rc == RC_OK) /* what may be opened for writing may stand in a folder that may not */
        rc = db_script(e->db, "CREATE TABLE shopferry_tries_to_write (it INTEGER)", err);
    db_rollback(e->db);
    return rc;
}

static enum rc sql_version(struct erp *erp, int64_t *out, struct err *err) {
    struct sql_erp *e = sql_of(erp);
    struct sql_stmt *st = NULL;
    bool row = false;
    enum rc rc = sql_get(e, SQL_VERSION, 0, &st, err);
    if (rc == RC_OK)
        rc = sql_step(st, &row, err);
    if (rc != RC_OK)
        return rc;
    if (!row)
        return err_set(err, RC_INVALID, REACH_LINK, "The company database tells no row version.");
    *out = sql_int(st, 0);
    db_reset(st->s);
    return RC_OK;
}

enum group_column { GROUP_KEY, GROUP_NAME, GROUP_PUBLISHED, GROUP_VERSION, GROUP_PARENT };

/* All at once: a company has hundreds of groups, and no statement is open while they are visited. */
static enum rc read_groups(struct sql_stmt *st, struct item_group **groups, size_t *count, struct err *err) {
    size_t capacity = 0;
    bool row = true;
    enum rc rc = RC_OK;
    while ((rc = sql_step(st, &row, err)) == RC_OK && row) {
        mem_grow((void **)groups, &capacity, *count, sizeof **groups);
        (*groups)[(*count)++] = (struct item_group){.key = mem_strdup(sql_text(st, GROUP_KEY)),
                                                    .parent_key = mem_strdup(sql_text(st, GROUP_PARENT)),
                                                    .name = mem_strdup(sql_text(st, GROUP_NAME)),
                                                    .published = sql_int(st, GROUP_PUBLISHED) != 0,
                                                    .version = sql_int(st, GROUP_VERSION)};
    }
    return rc;
}

static enum rc sql_groups_changed(struct erp *erp, int64_t since, erp_group_visit visit, void *ctx, struct err *err) {
    struct sql_erp *e = sql_of(erp);
    struct item_group *groups = NULL;
    size_t count = 0;
    struct sql_stmt *st = NULL;
    enum rc rc = sql_get(e, SQL_GROUPS_CHANGED, 0, &st, err);
    if (rc != RC_OK)
        return rc;
    sql_bind_int(st, "since", since);
    rc = read_groups(st, &groups, &count, err);
    for (size_t i = 0; i < count && rc == RC_OK; i++)
        rc = visit(ctx, &groups[i], err);
    for (size_t i = 0; i < count; i++)
        item_group_free_fields(&groups[i]);
    mem_free(groups);
    return rc;
}

static const struct erp_vt VT = {
    .kind = "sql",
    .close = sql_close,
    .caps = sql_caps,
    .currency = sql_currency,
    .list_tax = sql_list_tax,
    .probe = sql_probe,
    .version = sql_version,
    .groups_changed = sql_groups_changed,
    .offer_read = sql_offer_read,
    .offer_count = sql_offer_count,
    .item_by_sku = sql_item_by_sku,
    .items_by_sku = sql_items_by_sku,
    .items_by_parent = sql_items_by_parent,
    .check_items = sql_check_items,
    .operator_check = sql_operator_check,
    .vat_code = sql_vat_code,
    .customer_match = sql_customer_match,
    .order_create = sql_order_create,
    .order_find = sql_order_find,
    .lease_take = sql_lease_take,
    .lease_renew = sql_lease_renew,
    .lease_release = sql_lease_release,
    .lease_read = sql_lease_read,
    .lease_ask_stop = sql_lease_ask_stop,
    .fence = sql_fence,
};

enum rc sql_erp_open(const struct erp_open_args *args, struct erp **out, struct err *err) {
    struct sql_erp *e = MEM_NEW(struct sql_erp);
    e->erp.vt = &VT;
    e->clock = args->clock;
    e->log = args->log;
    e->country = mem_strdup(args->view.sale_country ? args->view.sale_country : "");
    e->channel = mem_strdup(args->view.channel ? args->view.channel : "");
    enum rc rc = profile_load(args->profile, &e->profile, err);
    if (rc == RC_OK)
        rc = db_open(e->profile->engine, args->database, DB_EXISTING, args->stop, &e->db, err);
    if (rc == RC_OK)
        rc = read_company(e, err);
    if (rc == RC_OK)
        rc = read_price_list(e, args->view.price_list, err);
    if (rc == RC_OK)
        rc = read_warehouses(e, &args->view, err);
    if (rc != RC_OK) {
        sql_close(&e->erp);
        return rc;
    }
    sql_cache_free(e); /* those were prepared before the view was known */
    *out = &e->erp;
    return RC_OK;
}
