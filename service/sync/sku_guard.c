#include "service/sync/sku_guard.h"

#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/base/table.h"

/* After so many single look-ups the pass over everything is cheaper. */
#define SINGLE_MAX 2000

struct sku_guard {
    struct erp *erp;
    bool alike_counts;
    bool bulk;
    size_t asked;
    struct table *bad; /* item key -> struct trouble, once the pass was made */
};

struct trouble {
    bool duplicate;
    char *text;
};

static void free_trouble(void *value) {
    struct trouble *t = value;
    if (t)
        mem_free(t->text);
    mem_free(t);
}

struct sku_guard *sku_guard_new(struct erp *erp, bool bulk, bool alike_counts) {
    struct sku_guard *g = MEM_NEW(struct sku_guard);
    g->erp = erp;
    g->bulk = bulk;
    g->alike_counts = alike_counts;
    return g;
}

void sku_guard_free(struct sku_guard *g) {
    if (!g)
        return;
    table_free(g->bad, free_trouble);
    mem_free(g);
}

static enum rc note_finding(void *ctx, const struct item_finding *finding, struct err *err) {
    (void)err;
    struct sku_guard *g = ctx;
    bool duplicate = finding->problem == PROBLEM_SKU_DUPLICATE;
    bool alike = finding->problem == PROBLEM_SKU_ALIKE && g->alike_counts;
    if ((duplicate || alike) && finding->item_key) {
        const char *other = finding->detail ? finding->detail : "";
        char *text = duplicate
                         ? mem_printf("Another item of the ERP has the same SKU: %s. Neither is sent until one of "
                                      "them gets a SKU of its own.",
                                      other)
                         : mem_printf("The shop cannot tell this SKU from that of another item: %s. Neither is "
                                      "sent until one of them gets a clearly different SKU.",
                                      other);
        struct trouble *t = MEM_NEW(struct trouble);
        t->duplicate = duplicate;
        t->text = text;
        free_trouble(table_put(g->bad, finding->item_key, t));
    }
    return RC_OK;
}

static enum rc make_pass(struct sku_guard *g, struct err *err) {
    g->bad = table_new();
    enum rc rc = erp_check_items(g->erp, note_finding, g, err);
    if (rc != RC_OK) {
        table_free(g->bad, free_trouble);
        g->bad = NULL;
    }
    return rc;
}

static enum rc ask_single(struct sku_guard *g, const char *item_key, const char *sku, struct err *err) {
    struct item other = {0};
    struct err why = {0};
    enum rc rc = erp_item_by_sku(g->erp, sku, 0, &other, &why);
    if (rc == RC_CONFLICT)
        return err_set(err, RC_CONFLICT, REACH_ITEM,
                       "Several items of the ERP have the SKU %s. None of them is sent anew until each has its own.",
                       sku);
    /* Not found: it changed since it was read; then its new version comes by itself. */
    if (rc == RC_OK) {
        bool same = str_eq(other.key, item_key);
        if (!same)
            rc = err_set(err, RC_CONFLICT, REACH_ITEM, "Another item of the ERP (%s) has the SKU %s.",
                         other.key ? other.key : "?", sku);
        item_free_fields(&other);
        return rc;
    }
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (err)
        *err = why;
    return rc;
}

enum rc sku_guard_ask(struct sku_guard *g, const char *item_key, const char *sku, struct err *err) {
    g->asked++;
    if (!g->bad && (g->bulk || g->asked > SINGLE_MAX)) {
        enum rc rc = make_pass(g, err);
        if (rc != RC_OK)
            return rc;
    }
    if (!g->bad)
        return ask_single(g, item_key, sku, err);
    const struct trouble *t = table_get(g->bad, item_key);
    if (!t)
        return RC_OK;
    err_set(err, RC_CONFLICT, REACH_ITEM, "%s", t->text);
    if (err)
        str_copy(err->code, sizeof err->code, t->duplicate ? "sku_duplicate" : "sku_alike");
    return RC_CONFLICT;
}
