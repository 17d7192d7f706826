/* POST .../batch: create, update, delete, one after the other, each with its own verdict. */
#include "tests/sim/route.h"

#include <stdlib.h>
#include <string.h>

static long count(const cJSON *v) {
    return cJSON_IsArray(v) || cJSON_IsObject(v) ? cJSON_GetArraySize(v) : 0;
}

static void put_failure(struct call *c, struct sbuf *b, const cJSON *id, bool zero) {
    jw_open(b, NULL, '{');
    if (zero)
        jw_int(b, "id", 0);
    else
        jw_value(b, "id", id);
    jw_error(c, b, "error");
    jw_close(b, '}');
}

/* Did the fault script put a fatal error behind this item. */
static bool fatal(struct call *c) {
    return c->fatal_after > 0 && --c->fatal_after == 0;
}

static void put_item(struct call *c, struct sbuf *b, struct sbuf *item, bool ok, const cJSON *id, bool zero) {
    if (ok)
        jw_raw(b, NULL, sb_text(item));
    else
        put_failure(c, b, id, zero);
    sb_free(item);
}

static bool run_create(struct call *c, const struct resource *r, const cJSON *list, struct sbuf *b) {
    const cJSON *i;

    jw_open(b, "create", '[');
    cJSON_ArrayForEach(i, list) {
        struct sbuf item = {0};
        long id = 0;
        bool ok = r->create(c, i, &item, &id);

        put_item(c, b, &item, ok, NULL, true);
        if (fatal(c))
            return false;
    }
    jw_close(b, ']');
    return true;
}

static bool run_update(struct call *c, const struct resource *r, const cJSON *list, struct sbuf *b) {
    const cJSON *i;

    jw_open(b, "update", '[');
    cJSON_ArrayForEach(i, list) {
        struct sbuf item = {0};
        const cJSON *id = js_get(i, "id");
        bool ok;

        c->ids[r->depth] = id ? (long)js_int(id) : 0;
        if (cJSON_IsString(id)) {
            c->word[1][0] = 0;
            strncat(c->word[1], id->valuestring, sizeof c->word[1] - 1);
        }
        ok = r->update(c, i, &item);
        put_item(c, b, &item, ok, id, false);
        if (fatal(c))
            return false;
    }
    jw_close(b, ']');
    return true;
}

static bool run_delete(struct call *c, const struct resource *r, const cJSON *list, struct sbuf *b) {
    const cJSON *i;

    jw_open(b, "delete", '[');
    cJSON_ArrayForEach(i, list) {
        struct sbuf item = {0};
        const cJSON *id = cJSON_IsObject(i) ? js_get(i, "id") : i;
        bool ok;

        c->ids[r->depth] = (long)js_int(id);
        ok = r->remove(c, true, &item);
        put_item(c, b, &item, ok, id, false);
        if (fatal(c))
            return false;
    }
    jw_close(b, ']');
    return true;
}

bool batch_run(struct call *c, const struct resource *r) {
    const cJSON *create = js_get(c->params, "create"), *update = js_get(c->params, "update"),
                *del = js_get(c->params, "delete");
    bool whole = true;

    c->is_batch = true;
    c->edit = true;
    c->nested = true;
    c->status = 200;
    if (count(create) + count(update) + count(del) > 100)
        return fail(c, 413, "woocommerce_rest_request_entity_too_large",
                    "Unable to accept more than 100 items for this request.");
    if (!count(create) && !count(update) && !count(del)) {
        jw_raw(&c->out, NULL, "[]");
        return true;
    }
    jw_open(&c->out, NULL, '{');
    if (count(create) && r->create)
        whole = run_create(c, r, create, &c->out);
    if (whole && count(update) && r->update)
        whole = run_update(c, r, update, &c->out);
    if (whole && count(del) && r->remove)
        whole = run_delete(c, r, del, &c->out);
    if (!whole)
        return false; /* a fatal error in the middle: the caller makes its page */
    jw_close(&c->out, '}');
    return true;
}
