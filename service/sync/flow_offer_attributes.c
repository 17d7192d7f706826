/* Attributes and their options exist in some shops as things of their own, to be made before an item names them.
 * Which are there is kept in the id map under the digest of the name, or of name and option. */
#include <string.h>

#include "common/base/mem.h"
#include "service/sync/flow_offer_int.h"

#define LINES_MAX 512

struct known {
    char remote_id[REMOTE_ID_SIZE]; /* of the attribute; "" = not in the shop */
    char *refused;                  /* why the shop does not take it, in this run */
};

static void free_known(void *value) {
    struct known *k = value;
    mem_free(k->refused);
    mem_free(k);
}

void offer_attributes_free(struct offer *o) {
    table_free(o->attributes, free_known);
    o->attributes = NULL;
}

static void key_of(const char *name, const char *option, char out[2 * DIGEST_SIZE + 1]) {
    struct buf b, hex;
    buf_init(&b, 1 << 20);
    buf_init(&hex, 2 * DIGEST_SIZE);
    buf_adds(&b, name);
    if (option) {
        buf_addc(&b, '\0');
        buf_adds(&b, option);
    }
    struct digest digest = digest_of(b.data, b.len);
    hex_add(&hex, digest.bytes, DIGEST_SIZE);
    str_copy(out, 2 * DIGEST_SIZE + 1, hex.data);
    buf_free(&hex);
    buf_free(&b);
}

static enum rc find(struct offer *o, const char *name, const char *option, struct known **out, struct err *err) {
    char key[2 * DIGEST_SIZE + 1];
    key_of(name, option, key);
    if (!o->attributes)
        o->attributes = table_new();
    struct known *k = table_get(o->attributes, key);
    if (!k) {
        struct map_row row;
        enum rc rc = store_map_get(o->r->store, o->r->link, MAP_ATTRIBUTE, key, &row, err);
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
        k = MEM_NEW(struct known);
        str_copy(k->remote_id, sizeof k->remote_id, row.remote_id);
        table_put(o->attributes, key, k);
    }
    *out = k;
    return RC_OK;
}

enum rc offer_attribute_ids(struct offer *o, const struct item *item, char (*ids)[REMOTE_ID_SIZE], bool *missing,
                            struct err *err) {
    *missing = false;
    for (size_t i = 0; i < item->attribute_count; i++) {
        const struct item_attribute *a = &item->attributes[i];
        struct known *k = NULL;
        const char *name = a->name ? a->name : "";
        enum rc rc = find(o, name, NULL, &k, err);
        if (rc != RC_OK)
            return rc;
        str_copy(ids[i], REMOTE_ID_SIZE, k->remote_id);
        *missing |= !k->remote_id[0];
        for (size_t j = 0; j < a->option_count && k->remote_id[0]; j++) {
            struct known *option = NULL;
            rc = find(o, name, a->options[j], &option, err);
            if (rc != RC_OK)
                return rc;
            *missing |= !option->remote_id[0];
        }
    }
    return RC_OK;
}

/* --- making them --- */

struct lines {
    struct attribute_line *at;
    size_t count;
};

static void lines_free(struct lines *l) {
    for (size_t i = 0; i < l->count; i++)
        mem_free(l->at[i].options);
    mem_free(l->at);
}

static struct attribute_line *line_for(struct lines *l, const char *name) {
    for (size_t i = 0; i < l->count; i++)
        if (strcmp(l->at[i].name, name) == 0)
            return &l->at[i];
    if (l->count == LINES_MAX)
        return NULL;
    struct attribute_line *line = &l->at[l->count++];
    memset(line, 0, sizeof *line);
    line->name = name;
    return line;
}

static bool has_option(const struct attribute_line *line, const char *option) {
    for (size_t i = 0; i < line->option_count; i++)
        if (strcmp(line->options[i], option) == 0)
            return true;
    return false;
}

static enum rc add_needed(struct offer *o, struct lines *l, const struct item_attribute *a, struct err *err) {
    struct known *k = NULL;
    const char *name = a->name ? a->name : "";
    enum rc rc = find(o, name, NULL, &k, err);
    if (rc != RC_OK || k->refused)
        return rc;
    struct attribute_line *line = NULL;
    if (!k->remote_id[0])
        line = line_for(l, name);
    for (size_t j = 0; j < a->option_count; j++) {
        struct known *option = NULL;
        rc = find(o, name, a->options[j], &option, err);
        if (rc != RC_OK)
            return rc;
        if (option->remote_id[0] || !(line = line_for(l, name)) || has_option(line, a->options[j]))
            continue;
        line->options = mem_realloc(line->options, (line->option_count + 1) * sizeof *line->options);
        line->options[line->option_count++] = a->options[j];
    }
    if (line)
        str_copy(line->remote_id, sizeof line->remote_id, k->remote_id);
    return RC_OK;
}

static enum rc remember(struct offer *o, const char *name, const char *option, const char *remote_id, struct err *err) {
    struct known *k = NULL;
    enum rc rc = find(o, name, option, &k, err);
    if (rc != RC_OK)
        return rc;
    char key[2 * DIGEST_SIZE + 1];
    key_of(name, option, key);
    struct map_row row = {.exists = true, .stock_told = INT64_MIN};
    str_copy(k->remote_id, sizeof k->remote_id, remote_id);
    str_copy(row.remote_id, sizeof row.remote_id, remote_id);
    return store_map_put(o->r->store, o->r->link, MAP_ATTRIBUTE, key, &row, err);
}

static enum rc keep_verdict(struct offer *o, const struct attribute_line *line, struct err *err) {
    const struct verdict *v = &line->verdict;
    if (v->kind == VERDICT_DONE) {
        enum rc rc = remember(o, line->name, NULL, v->remote_id[0] ? v->remote_id : line->remote_id, err);
        for (size_t i = 0; i < line->option_count && rc == RC_OK; i++)
            rc = remember(o, line->name, line->options[i], v->remote_id[0] ? v->remote_id : line->remote_id, err);
        return rc;
    }
    struct known *k = NULL;
    enum rc rc = find(o, line->name, NULL, &k, err);
    if (rc == RC_OK && !k->refused)
        k->refused = mem_printf("The attribute \"%s\" could not be made in the shop: %s", line->name,
                                v->text[0] ? v->text : "it gave no answer");
    return rc;
}

static enum rc put_lines(struct offer *o, struct lines *l, struct err *err) {
    struct err said = {0};
    unsigned attempts = 0;
    enum rc rc;
    do {
        rc = chan_attributes_put(o->r->channel, l->at, l->count, &said);
    } while (rc != RC_OK && run_try_again(o->r, &said, &attempts));
    if (rc != RC_OK) {
        if (err)
            *err = said;
        return rc;
    }
    rc = store_begin(o->r->store, err);
    for (size_t i = 0; i < l->count && rc == RC_OK; i++)
        rc = keep_verdict(o, &l->at[i], err);
    if (rc == RC_OK)
        return store_commit(o->r->store, err);
    store_rollback(o->r->store);
    return rc;
}

static enum rc refused_text(struct offer *o, const struct item *item, const char **out, struct err *err) {
    *out = NULL;
    for (size_t i = 0; i < item->attribute_count && !*out; i++) {
        struct known *k = NULL;
        enum rc rc = find(o, item->attributes[i].name ? item->attributes[i].name : "", NULL, &k, err);
        if (rc != RC_OK)
            return rc;
        *out = k->refused;
    }
    return RC_OK;
}

/* Back to be judged, now with ids; or aside, if the shop refused what it needs. */
static enum rc release(struct offer *o, struct offer_work *w, struct err *err) {
    if (!w->attribute_ids)
        return RC_OK;
    enum rc rc = offer_attribute_ids(o, &w->item, w->attribute_ids, &w->attributes_missing, err);
    const char *refused = NULL;
    if (rc == RC_OK && w->attributes_missing)
        rc = refused_text(o, &w->item, &refused, err);
    if (rc != RC_OK)
        return rc;
    if (refused) {
        rc = offer_park(o, w, CODE_ATTRIBUTE, refused, err);
        return rc == RC_OK ? offer_finish(o, w, false, err) : rc;
    }
    offer_redo_digest(o, w, ASPECT_MASTER);
    offer_candidate(o, w);
    return RC_OK;
}

enum rc offer_attributes_put(struct offer *o, struct err *err) {
    struct lines l = {.at = mem_zalloc(LINES_MAX, sizeof *l.at)};
    enum rc rc = RC_OK;
    for (const struct offer_work *w = o->waiting; w && rc == RC_OK; w = w->next)
        for (size_t i = 0; i < w->item.attribute_count && rc == RC_OK; i++)
            rc = add_needed(o, &l, &w->item.attributes[i], err);
    if (rc == RC_OK && l.count > 0)
        rc = put_lines(o, &l, err);
    lines_free(&l);
    struct offer_work *rest = o->waiting;
    o->waiting = NULL;
    while (rest && rc == RC_OK) {
        struct offer_work *w = rest;
        rest = w->next;
        rc = release(o, w, err);
    }
    return rc;
}
