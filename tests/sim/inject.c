/* Orders from recorded bodies: served as they are, but for what changes afterwards. */
#include "tests/sim/order.h"
#include "tests/sim/product.h"
#include "tests/sim/text.h"

#include <string.h>

static int64_t moment(const cJSON *body, const char *key) {
    const char *s = js_str(body, key);
    int64_t t;

    return *s && wp_parse(s, true, &t) ? t : NO_TIME;
}

static void text(char **at, const cJSON *in, const char *key) {
    if (js_has(in, key))
        set_owned(at, js_text(js_get(in, key)));
}

/* A line whose SKU this shop has speaks of this shop's product. */
static void bind(cJSON *line, struct oline *l) {
    char *fold = text_fold(js_str(line, "sku"), true);
    struct product *p = *fold ? sku_next(fold, NULL) : NULL;
    const struct product *parent = p ? product_parent(p) : NULL;

    xfree(fold);
    l->qty = js_int(js_get(line, "quantity"));
    set_text(&l->name, js_str(line, "name"));
    l->product_id = js_id(line, "product_id");
    l->variation_id = js_id(line, "variation_id");
    if (!p)
        return;
    l->product_id = parent ? parent->id : p->id;
    l->variation_id = parent ? p->id : 0;
    cJSON_ReplaceItemInObjectCaseSensitive(line, "product_id", cJSON_CreateNumber((double)l->product_id));
    cJSON_ReplaceItemInObjectCaseSensitive(line, "variation_id", cJSON_CreateNumber((double)l->variation_id));
}

struct order *order_inject(const cJSON *given, bool keep) {
    struct order *o = order_new();
    cJSON *body = cJSON_Duplicate(given, true), *line;
    struct sbuf b = {0};
    int64_t now = wp_now();

    text(&o->status, body, "status");
    text(&o->currency, body, "currency");
    text(&o->transaction, body, "transaction_id");
    text(&o->customer_note, body, "customer_note");
    text(&o->payment, body, "payment_method");
    for (int i = 0; i < AD_COUNT; i++) {
        text(&o->bill[i], js_get(body, "billing"), addr_keys[i]);
        text(&o->ship[i], js_get(body, "shipping"), addr_keys[i]);
    }
    o->customer_id = js_id(body, "customer_id");
    o->total = micro_of(js_get(body, "total"));
    o->trashed = !strcmp(o->status, "trash");
    o->paid = moment(body, "date_paid_gmt");
    o->completed = moment(body, "date_completed_gmt");
    o->created = keep && moment(body, "date_created_gmt") != NO_TIME ? moment(body, "date_created_gmt") : now;
    o->modified = keep && moment(body, "date_modified_gmt") != NO_TIME ? moment(body, "date_modified_gmt") : now;
    if (keep)
        text(&o->number, body, "number");
    cJSON_ArrayForEach(line, js_get(body, "meta_data")) {
        struct sbuf value = {0};

        jw_value(&value, NULL, js_get(line, "value"));
        meta_add(&o->meta, js_id(line, "id"), js_str(line, "key"), value.p);
        sb_free(&value);
    }
    cJSON_ArrayForEach(line, js_get(body, "line_items")) {
        bind(line, line_add(o, LINE_ITEM));
    }
    jw_value(&b, NULL, body);
    o->raw = sb_take(&b);
    post_touch(o->id, o->modified);
    cJSON_Delete(body);
    return o;
}
