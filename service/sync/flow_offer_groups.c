/* Item groups: few, so they are read as a list, and sent level by level, because a child needs its parent's id.
 * Their journal is the id map: before a call the rows lose their digests ("what the shop holds is not known"),
 * after it they get the new ones, so an interrupted call is simply made again; the channel adopts groups by their
 * natural key. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"
#include "service/sync/retry.h"

#define GROUPS_CURSOR "offer.groups"

struct entry {
    struct item_group group;
    struct map_row row;
    char remote_parent[REMOTE_ID_SIZE];
    struct digest digest;
    bool settled; /* nothing (more) to do in this run */
    bool chosen;  /* in the call being made */
    unsigned attempts;
};
struct groups {
    struct offer *o;
    struct entry *at;
    size_t count, capacity;
    bool force, failed, reset_items;
    struct table *parked; /* keys parked before */
};

static enum rc add_group(void *ctx, const struct item_group *group, struct err *err) {
    (void)err;
    struct groups *g = ctx;
    mem_grow((void **)&g->at, &g->capacity, g->count, sizeof *g->at);
    struct entry *e = &g->at[g->count++];
    memset(e, 0, sizeof *e);
    item_group_copy(&e->group, group);
    return RC_OK;
}

static void free_groups(struct groups *g) {
    for (size_t i = 0; i < g->count; i++)
        item_group_free_fields(&g->at[i].group);
    mem_free(g->at);
    table_free(g->parked, NULL);
}

static void note_parked(void *ctx, const struct parked_row *row) {
    struct groups *g = ctx;
    if (strcmp(row->flow, FLOW_GROUPS_NAME) == 0)
        table_put(g->parked, row->key, g);
}

enum rc offer_group_remote(struct offer *o, const char *key, const char **out, struct err *err) {
    if (!o->groups)
        o->groups = table_new();
    char *known = table_get(o->groups, key);
    if (!known) {
        struct map_row row;
        enum rc rc = store_map_get(o->r->store, o->r->link, MAP_GROUP, key, &row, err);
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
        known = mem_strdup(row.remote_id);
        table_put(o->groups, key, known);
    }
    *out = known;
    return RC_OK;
}

static void forget_groups(struct offer *o) {
    table_free(o->groups, mem_free);
    o->groups = NULL;
}

/* Fills what the entry is compared and sent with. *ready: its parent is in the shop. */
static enum rc look(struct groups *g, struct entry *e, bool *ready, struct err *err) {
    struct run *r = g->o->r;
    const char *parent = "";
    enum rc rc = RC_OK;
    if (!str_empty(e->group.parent_key))
        rc = offer_group_remote(g->o, e->group.parent_key, &parent, err);
    if (rc != RC_OK)
        return rc;
    *ready = str_empty(e->group.parent_key) || parent[0];
    str_copy(e->remote_parent, sizeof e->remote_parent, parent);
    rc = store_map_get(r->store, r->link, MAP_GROUP, e->group.key, &e->row, err);
    if (rc == RC_NOT_FOUND)
        rc = RC_OK;
    struct group_line line = {.group = &e->group};
    str_copy(line.remote_parent, sizeof line.remote_parent, parent);
    e->digest = canonical_group_digest(&g->o->scratch, &line);
    bool equal = e->row.exists && digest_eq(&e->digest, &e->row.digest[0]);
    if ((equal && !g->force) || (!e->group.published && !e->row.exists))
        e->settled = true;
    return rc;
}

static enum rc hold(struct groups *g, struct entry *e, const char *code, const char *text, struct err *err) {
    struct run *r = g->o->r;
    e->settled = true;
    run_park(r, code, e->group.name, text);
    return store_parked_put(r->store, r->link, FLOW_GROUPS_NAME, e->group.key, "", code, text, err);
}

static enum rc apply_done(struct groups *g, struct entry *e, const struct verdict *v, struct err *err) {
    struct run *r = g->o->r;
    struct map_row *row = &e->row;
    bool moved = v->remote_id[0] && strcmp(v->remote_id, row->remote_id) != 0;
    if (moved && (row->remote_id[0] || table_get(g->parked, e->group.key)))
        g->reset_items = true; /* its items were sent without it, or with an id that is gone */
    run_log(r, LOG_INFO, e->group.name, "%s",
            row->exists ? "Group changed in the shop." : "Group created in the shop.");
    if (v->remote_id[0])
        str_copy(row->remote_id, sizeof row->remote_id, v->remote_id);
    str_copy(row->remote_parent, sizeof row->remote_parent, e->remote_parent);
    row->digest[0] = e->digest;
    row->exists = true;
    row->stock_told = INT64_MIN;
    e->settled = true;
    run_done(r, 1);
    enum rc rc = store_map_put(r->store, r->link, MAP_GROUP, e->group.key, row, err);
    return rc == RC_OK ? store_parked_clear(r->store, r->link, FLOW_GROUPS_NAME, e->group.key, err) : rc;
}

static enum rc apply(struct groups *g, struct entry *e, const struct verdict *v, int64_t *wait_ms, struct err *err) {
    struct run *r = g->o->r;
    if (v->kind == VERDICT_DONE)
        return apply_done(g, e, v, err);
    if (v->kind == VERDICT_REJECTED || v->kind == VERDICT_CONFLICT)
        return hold(g, e, CODE_REJECTED, v->text[0] ? v->text : "The shop refused the group.", err);
    if (v->kind == VERDICT_NOT_FOUND && e->row.exists) {
        enum rc rc = store_map_remove(r->store, r->link, MAP_GROUP, e->group.key, err);
        g->reset_items = true;
        return rc; /* found unbound in the next round, and made */
    }
    struct verdict later = {.kind = VERDICT_LATER, .retry_after_s = v->retry_after_s};
    struct retry retry = retry_of_verdict(&later, e->attempts++, &r->rng);
    if (retry.act != RETRY_WAIT) {
        e->settled = true;
        g->failed = true;
        run_fail(r, CODE_LATER, e->group.name, v->text[0] ? v->text : "The shop gave no usable answer for the group.");
    } else if (retry.wait_ms > *wait_ms) {
        *wait_ms = retry.wait_ms;
    }
    return RC_OK;
}

/* Chooses what can be sent now: its parent is there. Drops digests of what will be sent. */
static enum rc choose(struct groups *g, size_t *chosen, struct err *err) {
    struct store *store = g->o->r->store;
    *chosen = 0;
    for (size_t i = 0; i < g->count; i++) {
        struct entry *e = &g->at[i];
        bool ready = false;
        e->chosen = false;
        if (e->settled)
            continue;
        enum rc rc = look(g, e, &ready, err);
        if (rc != RC_OK)
            return rc;
        e->chosen = ready && !e->settled;
        *chosen += e->chosen;
    }
    if (*chosen == 0)
        return RC_OK;
    enum rc rc = store_begin(store, err);
    for (size_t i = 0; i < g->count && rc == RC_OK; i++) {
        struct entry *e = &g->at[i];
        if (!e->chosen || !e->row.exists)
            continue;
        offer_forget_content(&e->row, ASPECT_MASTER);
        rc = store_map_put(store, g->o->r->link, MAP_GROUP, e->group.key, &e->row, err);
    }
    if (rc == RC_OK)
        return store_commit(store, err);
    store_rollback(store);
    return rc;
}

static enum rc call(struct groups *g, struct group_line *lines, size_t n, struct err *err) {
    struct err said = {0};
    unsigned attempts = 0;
    enum rc rc;
    do {
        rc = chan_groups_put(g->o->r->channel, lines, n, &said);
    } while (rc != RC_OK && run_try_again(g->o->r, &said, &attempts));
    if (rc != RC_OK && err)
        *err = said;
    return rc;
}

static enum rc apply_all(struct groups *g, const struct group_line *lines, int64_t *wait_ms, struct err *err) {
    struct store *store = g->o->r->store;
    enum rc rc = store_begin(store, err);
    size_t k = 0;
    for (size_t i = 0; i < g->count && rc == RC_OK; i++)
        if (g->at[i].chosen)
            rc = apply(g, &g->at[i], &lines[k++].verdict, wait_ms, err);
    if (rc == RC_OK && g->reset_items)
        rc = store_cursor_put(store, g->o->r->link, FLOW_OFFER_NAME ".items", "", err);
    if (rc == RC_OK)
        rc = store_commit(store, err);
    else
        store_rollback(store);
    forget_groups(g->o);
    return rc;
}

static enum rc send_level(struct groups *g, size_t chosen, struct err *err) {
    struct group_line *lines = mem_zalloc(chosen, sizeof *lines);
    struct run *r = g->o->r;
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++) {
        const struct entry *e = &g->at[i];
        if (!e->chosen)
            continue;
        lines[n].group = &e->group;
        lines[n].verdict.retry_after_s = -1;
        str_copy(lines[n].remote_id, REMOTE_ID_SIZE, e->row.remote_id);
        str_copy(lines[n++].remote_parent, REMOTE_ID_SIZE, e->remote_parent);
        if (e->attempts == 0)
            run_expect(r, 1);
    }
    int64_t wait_ms = 0;
    enum rc rc = call(g, lines, n, err);
    if (rc == RC_OK)
        rc = apply_all(g, lines, &wait_ms, err);
    mem_free(lines);
    if (rc == RC_OK && wait_ms > 0 && (r->wait ? r->wait(r->wait_ctx, wait_ms) : os_wait(r->stop, wait_ms)))
        rc = run_check_stop(r, err);
    return rc;
}

static enum rc send_levels(struct groups *g, struct err *err) {
    size_t chosen = 0;
    enum rc rc;
    do {
        rc = run_check_stop(g->o->r, err);
        if (rc == RC_OK)
            rc = choose(g, &chosen, err);
        if (rc == RC_OK && chosen > 0)
            rc = send_level(g, chosen, err);
    } while (rc == RC_OK && chosen > 0);
    for (size_t i = 0; i < g->count && rc == RC_OK; i++) {
        if (g->at[i].settled)
            continue;
        run_expect(g->o->r, 1);
        rc = hold(g, &g->at[i], CODE_PARENT,
                  "The group above it is not in the shop; it follows by itself once that is.", err);
    }
    return rc;
}

static int64_t since_of(struct groups *g, const char *cursor) {
    const struct offer *o = g->o;
    const struct run_options *options = o->r->options;
    size_t len = strlen(o->fingerprint);
    int64_t version = 0;
    g->force = options->force_full;
    if (options->force_full || options->compare_all || table_count(g->parked) > 0)
        return 0;
    if (strncmp(cursor, o->fingerprint, len) != 0 || cursor[len] != ' ' || !str_to_i64(cursor + len + 1, &version))
        return 0;
    return version <= o->upto ? version : 0;
}

enum rc offer_groups(struct offer *o, struct err *err) {
    struct run *r = o->r;
    if (!(o->aspects & ASPECT_MASTER) || !r->rules->send_groups || !o->caps->has_groups)
        return RC_OK;
    struct groups g = {.o = o, .parked = table_new()};
    struct buf cursor;
    char text[192];
    buf_init(&cursor, 4096);
    enum rc rc = store_parked_each(r->store, r->link, note_parked, &g, err);
    if (rc == RC_OK)
        rc = store_cursor_get(r->store, r->link, GROUPS_CURSOR, &cursor, err);
    int64_t since = since_of(&g, cursor.data);
    bool news = since < o->upto || g.force || table_count(g.parked) > 0;
    if (rc == RC_OK && news)
        rc = erp_groups_changed(r->erp, since, add_group, &g, err);
    if (rc == RC_OK)
        rc = send_levels(&g, err);
    str_fmt(text, sizeof text, "%s %lld", o->fingerprint, (long long)o->upto);
    if (rc == RC_OK && !g.failed && strcmp(text, cursor.data) != 0)
        rc = store_cursor_put(r->store, r->link, GROUPS_CURSOR, text, err);
    buf_free(&cursor);
    free_groups(&g);
    return rc;
}
