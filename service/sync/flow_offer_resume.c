/* What earlier runs left: batches without an answer, and things put aside. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/flow_offer_int.h"

#define AGAIN_MAX    5000                        /* parked things looked at in one run */
#define SHOP_SAYS_MS ((int64_t)24 * 3600 * 1000) /* what the shop refused is offered again after a day */

/* --- open batches --- */

struct open_step {
    int64_t id;
    char flow[32];
    char *payload;
};
struct open_steps {
    struct open_step *at;
    size_t count, capacity;
};

static bool offer_kind(const char *kind) {
    return strcmp(kind, FLOW_OFFER_NAME) == 0 || strcmp(kind, FLOW_STOCK_NAME) == 0 ||
           strcmp(kind, FLOW_PRICES_NAME) == 0;
}

static enum rc visit_step(void *ctx, const struct step_row *row, struct err *err) {
    (void)err;
    struct open_steps *list = ctx;
    if (!offer_kind(row->kind))
        return RC_OK;
    mem_grow((void **)&list->at, &list->capacity, list->count, sizeof *list->at);
    struct open_step *step = &list->at[list->count++];
    step->id = row->step;
    str_copy(step->flow, sizeof step->flow, row->kind);
    step->payload = mem_strdup(row->payload);
    return RC_OK;
}

static enum rc plan_again(struct offer *o, const char *flow, unsigned aspects, const char *key, const char *sku,
                          bool swap, struct err *err) {
    struct run *r = o->r;
    struct map_row row;
    enum rc rc = store_map_get(r->store, r->link, MAP_ITEM, key, &row, err);
    if (rc == RC_OK) {
        offer_forget_content(&row, aspects);
        if (swap)
            offer_swap_mark(&row, key);
        rc = store_map_put(r->store, r->link, MAP_ITEM, key, &row, err);
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    return store_parked_put(r->store, r->link, flow, key, sku, swap ? CODE_SWAP : CODE_INTERRUPTED,
                            "The program was interrupted while the shop was told; the item is sent again.", err);
}

static enum rc resume_step(struct offer *o, struct open_step *step, struct err *err) {
    char *line = step->payload;
    char *end = strchr(line, '\n');
    int64_t aspects = 0;
    enum rc rc = RC_OK;
    if (end) {
        *end = '\0';
        if (!str_to_i64(line, &aspects))
            aspects = ASPECT_ALL;
    }
    for (line = end ? end + 1 : NULL; line && *line && rc == RC_OK; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        if (end)
            *end = '\0';
        char *tab = strchr(line, '\t');
        if (tab)
            *tab = '\0';
        char *swap = tab ? strchr(tab + 1, '\t') : NULL;
        if (swap)
            *swap = '\0';
        rc = plan_again(o, step->flow, (unsigned)aspects, line, tab ? tab + 1 : "", swap != NULL, err);
    }
    return rc == RC_OK ? store_step_done(o->r->store, step->id, "planned again", err) : rc;
}

enum rc offer_resume(struct offer *o, struct err *err) {
    struct open_steps list = {0};
    struct run *r = o->r;
    enum rc rc = store_steps_open(r->store, r->link, visit_step, &list, err);
    if (rc == RC_OK && list.count > 0) {
        run_log(r, LOG_INFO, NULL,
                "An earlier run was interrupted while %zu requests were under way; their items are sent again.",
                list.count);
        rc = store_begin(r->store, err);
        for (size_t i = 0; i < list.count && rc == RC_OK; i++)
            rc = resume_step(o, &list.at[i], err);
        if (rc == RC_OK)
            rc = store_commit(r->store, err);
        else
            store_rollback(r->store);
    }
    for (size_t i = 0; i < list.count; i++)
        mem_free(list.at[i].payload);
    mem_free(list.at);
    return rc;
}

/* --- things put aside --- */

struct load {
    struct offer *o;
    int64_t now_ms;
};

/* A reason on the ERP's side, or of our own making, may be gone at any time and costs one look-up; what the shop
 * refused is asked once a day. Missing data are not asked at all: when they are filled in, the item's version
 * changes. */
static bool due(const struct load *l, const struct parked_row *row) {
    static const char *const always[] = {CODE_INTERRUPTED, CODE_LATER,     CODE_GONE, CODE_PARENT, CODE_FAMILY,
                                         CODE_SKU_HELD,    CODE_DUPLICATE, CODE_SWAP, NULL};
    static const char *const daily[] = {CODE_REJECTED, CODE_CONFLICT, CODE_ATTRIBUTE, CODE_ALIKE, NULL};
    if (rule_list_has(always, row->code))
        return true;
    return rule_list_has(daily, row->code) && l->now_ms - row->last_ms >= SHOP_SAYS_MS;
}

/* The whole offer covers what the smaller flows left. */
static bool ours(const struct offer *o, const char *flow) {
    if (strcmp(flow, o->r->flow) == 0)
        return true;
    return o->creates && (strcmp(flow, FLOW_STOCK_NAME) == 0 || strcmp(flow, FLOW_PRICES_NAME) == 0 ||
                          strcmp(flow, FLOW_FAMILY_NAME) == 0);
}

static void visit_parked(void *ctx, const struct parked_row *row) {
    struct load *l = ctx;
    struct offer *o = l->o;
    o->any_parked = true;
    if (o->again_count == AGAIN_MAX || !ours(o, row->flow) || !due(l, row))
        return;
    bool family = strcmp(row->flow, FLOW_FAMILY_NAME) == 0;
    if (!family && !row->sku[0])
        return;
    mem_grow((void **)&o->again, &o->again_capacity, o->again_count, sizeof *o->again);
    struct offer_again *a = &o->again[o->again_count++];
    memset(a, 0, sizeof *a);
    str_copy(a->key, sizeof a->key, row->key);
    str_copy(a->sku, sizeof a->sku, row->sku);
    str_copy(a->code, sizeof a->code, row->code);
    a->family = family;
    o->swaps |= strcmp(row->code, CODE_SWAP) == 0;
    o->again_alike |= strcmp(row->code, CODE_ALIKE) == 0;
}

static enum rc load_one(struct offer *o, const char *sku, struct err *err) {
    if (o->again_count == 1)
        return RC_OK; /* the second stream goes on with what the first found */
    mem_grow((void **)&o->again, &o->again_capacity, 0, sizeof *o->again);
    memset(o->again, 0, sizeof *o->again);
    if (!sku_normal(o->again->sku, sku))
        return err_set(err, RC_INVALID, REACH_FLOW, "\"%s\" is not a usable SKU.", sku);
    o->again_count = 1;
    return RC_OK;
}

enum rc offer_again_load(struct offer *o, struct err *err) {
    if (o->r->options->sku)
        return load_one(o, o->r->options->sku, err);
    struct load l = {.o = o, .now_ms = clock_wall_ms(o->r->clock)};
    o->again_count = 0;
    o->any_parked = false;
    return store_parked_each(o->r->store, o->r->link, visit_parked, &l, err);
}
