/* An item of the ERP as the shop is to see it: the link's rules applied, and the digest of each aspect. This runs for
 * every item of a full comparison, so it allocates nothing but the first time. */
#include <string.h>

#include "common/base/mem.h"
#include "service/model/item_name.h"
#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"

/* Raised when the meaning of a digest or a line changes: every item is compared anew once. */
#define VIEW_VERSION 1

static bool replace_all(struct buf *out, const char *text, const struct name_rule *rule) {
    size_t from_len = strlen(rule->from);
    bool any = false;
    const char *hit;
    while (from_len > 0 && (hit = strstr(text, rule->from)) != NULL) {
        buf_add(out, text, (size_t)(hit - text));
        buf_adds(out, rule->to);
        text = hit + from_len;
        any = true;
    }
    buf_adds(out, text);
    return any;
}

/* Tabs, line ends and other characters that no name may have become a space, as the check says. */
static const char *clean_name(struct offer *o, const char *name) {
    uint32_t bad = 0;
    int place = 0;
    if (!item_name_disallowed(name, &bad, &place))
        return name;
    buf_clear(&o->name);
    item_name_clean(&o->name, name);
    return o->name.data;
}

/* The item's name after the link's replacements; borrowed from the item or from o->name. */
static const char *shop_name(struct offer *o, const char *name) {
    const struct link_rules *rules = o->r->rules;
    if (!name)
        return "";
    const char *now = clean_name(o, name);
    for (size_t i = 0; i < rules->name_rule_count; i++) {
        const struct name_rule *rule = &rules->name_rules[i];
        if (str_empty(rule->from) || !strstr(now, rule->from))
            continue;
        struct buf next;
        buf_init(&next, 1 << 20);
        replace_all(&next, now, rule);
        buf_clear(&o->name);
        buf_add(&o->name, next.data, next.len);
        buf_free(&next);
        now = o->name.data;
    }
    return now;
}

static const char *shop_tax_class(const struct link_rules *rules, const struct item *item, bool *missing) {
    *missing = false;
    for (size_t i = 0; i < rules->tax_class_count; i++) {
        const struct tax_class_rule *rule = &rules->tax_classes[i];
        if (!str_empty(rule->vat_code) && item->vat_code && strcmp(rule->vat_code, item->vat_code) == 0)
            return rule->tax_class;
    }
    for (size_t i = 0; i < rules->tax_class_count; i++) {
        const struct tax_class_rule *rule = &rules->tax_classes[i];
        if (str_empty(rule->vat_code) && rule->rate == item->vat_rate)
            return rule->tax_class;
    }
    *missing = rules->tax_class_count > 0;
    return "";
}

/* A profile that does not tell the component's key: the item that was sent under its SKU. */
static enum rc part_unimported(struct offer *o, struct set_component *part, struct err *err) {
    char sku[SKU_MAX + 1] = "", key[OFFER_KEY_SIZE] = "";
    if (part->sku && !sku_normal(sku, part->sku))
        sku[0] = '\0';
    enum rc rc = RC_OK;
    if (str_empty(part->key) && sku[0] != '\0')
        rc = store_map_by_sku(o->r->store, o->r->link, sku, key, err);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    return store_unimported(o->r->store, str_empty(part->key) ? key : part->key, sku, &part->stock.unimported, err);
}

/* The goods of shop orders that the ERP does not know yet, of the item and of what a set is made of. */
static enum rc add_unimported(struct offer *o, struct offer_view *v, struct err *err) {
    if (o->no_unimported)
        return RC_OK;
    const char *mine = v->sku_ok || !o->shop_sku ? v->sku : o->shop_sku;
    enum rc rc = store_unimported(o->r->store, v->item.key, mine, &v->item.stock.unimported, err);
    if (rc != RC_OK || v->item.component_count == 0)
        return rc;
    size_t bytes = v->item.component_count * sizeof *o->components;
    if (v->item.component_count > o->component_capacity) {
        o->components = mem_realloc(o->components, bytes);
        o->component_capacity = v->item.component_count;
    }
    memcpy(o->components, v->item.components, bytes);
    v->item.components = o->components;
    for (size_t i = 0; i < v->item.component_count && rc == RC_OK; i++)
        rc = part_unimported(o, &o->components[i], err);
    return rc;
}

static enum rc view_master(struct offer *o, struct offer_view *v, struct err *err) {
    v->line.name = shop_name(o, v->item.name);
    v->line.tax_class = shop_tax_class(o->r->rules, &v->item, &v->tax_missing);
    const char *group = NULL;
    enum rc rc = RC_OK;
    if (v->item.group_key && v->item.kind != ITEM_VARIANT && o->r->rules->send_groups && o->caps->has_groups)
        rc = offer_group_remote(o, v->item.group_key, &group, err);
    str_copy(v->line.remote_group, sizeof v->line.remote_group, group ? group : "");
    if (rc == RC_OK && v->item.attribute_count > 0 && o->caps->has_attributes) {
        if (v->item.attribute_count > OFFER_ATTRIBUTES_MAX)
            return err_set(err, RC_TOO_BIG, REACH_ITEM, "The item has more than %d attributes.", OFFER_ATTRIBUTES_MAX);
        rc = offer_attribute_ids(o, &v->item, o->ids, &v->attributes_missing, err);
        v->line.attribute_ids = (const char(*)[REMOTE_ID_SIZE])o->ids;
    }
    return rc;
}

enum rc offer_view_make(struct offer *o, const struct item *item, unsigned need, struct offer_view *v,
                        struct err *err) {
    v->item = *item;
    v->attributes_missing = v->tax_missing = v->rate_missing = false;
    v->sku_ok = item->sku && sku_normal(v->sku, item->sku);
    if (!v->sku_ok)
        v->sku[0] = '\0';
    v->line.item = &v->item;
    v->line.remote_id[0] = v->line.remote_group[0] = '\0';
    v->line.name = item->name ? item->name : "";
    v->line.tax_class = "";
    v->line.attribute_ids = NULL;
    v->line.unpublish = v->line.sku_too = false;
    enum rc rc = RC_OK;
    if (need & ASPECT_MASTER)
        rc = view_master(o, v, err);
    if (rc == RC_OK && (need & ASPECT_PRICE)) {
        struct effective_price price = price_effective(&item->price);
        v->rate_missing = !price_for_shop(&item->price, item->vat_rate, &o->r->rules->shop, &price) &&
                          item->kind != ITEM_VARIANT_PARENT;
        v->line.regular = price.regular;
        v->line.sale = price.sale;
        v->line.sale_from_ms = price.sale_from_ms;
        v->line.sale_to_ms = price.sale_to_ms;
    }
    if (rc == RC_OK && (need & ASPECT_STOCK)) {
        rc = add_unimported(o, v, err);
        v->line.available = availability(&v->item, &o->r->rules->availability);
    }
    for (unsigned bit = 0; bit < ASPECT_COUNT && rc == RC_OK; bit++) {
        if (!(need & (1u << bit)))
            continue;
        v->digest[bit] = canonical_digest(&o->scratch, &v->line, (enum aspect)(1u << bit));
        if (v->rate_missing && (1u << bit) == ASPECT_PRICE)
            memset(&v->digest[bit], 0, sizeof v->digest[bit]); /* like nothing the shop was ever told */
    }
    return rc;
}

static size_t text_size(const char *text) {
    return text ? strlen(text) + 1 : 0;
}

struct offer_work *offer_work_new(const struct offer_view *view) {
    struct offer_work *w = MEM_NEW(struct offer_work);
    item_copy(&w->item, &view->item);
    w->line = view->line;
    w->line.item = &w->item;
    w->name = mem_strdup(view->line.name);
    w->line.name = w->name;
    if (view->line.attribute_ids) {
        w->attribute_ids = mem_dup(view->line.attribute_ids, view->item.attribute_count * sizeof *w->attribute_ids);
        w->line.attribute_ids = (const char(*)[REMOTE_ID_SIZE])w->attribute_ids;
    }
    memcpy(w->digest, view->digest, sizeof w->digest);
    str_copy(w->sku, sizeof w->sku, view->sku);
    if (view->sku_ok)
        str_copy(w->label, sizeof w->label, view->sku);
    else
        item_label(w->label, sizeof w->label, &view->item);
    w->attributes_missing = view->attributes_missing;
    w->rate_missing = view->rate_missing;
    w->old_stock = INT64_MIN;
    w->bytes = sizeof *w + text_size(w->item.description) + text_size(w->item.short_description) +
               2 * text_size(w->item.name) + 512;
    return w;
}

void offer_redo_digest(struct offer *o, struct offer_work *w, enum aspect one) {
    for (unsigned bit = 0; bit < ASPECT_COUNT; bit++)
        if (one == (enum aspect)(1u << bit))
            w->digest[bit] = canonical_digest(&o->scratch, &w->line, one);
}

void offer_work_free(struct offer_work *w) {
    if (!w)
        return;
    item_free_fields(&w->item);
    mem_free(w->name);
    mem_free(w->attribute_ids);
    mem_free(w->swap);
    mem_free(w);
}

static void add_field(struct buf *b, const char *text) {
    buf_adds(b, text);
    buf_addc(b, '\n');
}

static void add_number(struct buf *b, int64_t value) {
    buf_add_i64(b, value);
    buf_addc(b, '\n');
}

static void add_master_rules(struct buf *b, const struct run *r) {
    const struct link_rules *rules = r->rules;
    add_number(b, rules->send_groups);
    add_number(b, rules->hide_unpublished);
    for (size_t i = 0; i < rules->tax_class_count; i++) {
        add_field(b, rules->tax_classes[i].vat_code);
        add_number(b, rules->tax_classes[i].rate);
        add_field(b, rules->tax_classes[i].tax_class);
    }
    add_field(b, "names");
    for (size_t i = 0; i < rules->name_rule_count; i++) {
        add_field(b, rules->name_rules[i].from);
        add_field(b, rules->name_rules[i].to);
    }
    /* These decide whether an item may be created at all. */
    const struct required_fields *q = &rules->required;
    add_number(b, q->ean | q->weight << 1 | q->group << 2 | q->vat << 3 | q->price << 4 | q->name << 5);
    add_number(b, rules->creation);
}

void offer_fingerprint(const struct run *r, unsigned aspects, char out[2 * DIGEST_SIZE + 1]) {
    const struct channel_vt *vt = r->channel->vt;
    const struct availability_rule *a = &r->rules->availability;
    struct buf b, hex;
    buf_init(&b, 1 << 20);
    add_number(&b, VIEW_VERSION);
    add_field(&b, vt->kind);
    add_number(&b, vt->mapping_version);
    add_number(&b, aspects);
    add_field(&b, r->rules->view_id);
    add_number(&b, vt->caps.has_groups | vt->caps.has_attributes << 1 | vt->caps.has_points << 2);
    if (aspects & ASPECT_MASTER)
        add_master_rules(&b, r);
    if ((aspects & ASPECT_PRICE) && r->rules->shop.tax != SHOP_TAX_UNTOLD) {
        add_field(&b, "shop");
        add_number(&b, r->rules->shop.tax);
        add_number(&b, r->rules->shop.has_decimals ? r->rules->shop.decimals : -1);
    }
    if (aspects & ASPECT_STOCK) {
        add_number(&b, a->include_incoming);
        add_number(&b, a->buffer);
        add_number(&b, a->cap);
        add_number(&b, a->floor);
        add_number(&b, a->step);
    }
    struct digest digest = digest_of(b.data, b.len);
    buf_init(&hex, 2 * DIGEST_SIZE);
    hex_add(&hex, digest.bytes, DIGEST_SIZE);
    str_copy(out, 2 * DIGEST_SIZE + 1, hex.data);
    buf_free(&hex);
    buf_free(&b);
}

enum rc offer_parent_row(struct offer *o, const char *parent_key, const struct map_row **out, struct err *err) {
    if (!o->parent_known || strcmp(o->parent_key, parent_key) != 0) {
        enum rc rc = store_map_get(o->r->store, o->r->link, MAP_ITEM, parent_key, &o->parent, err);
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
        str_copy(o->parent_key, sizeof o->parent_key, parent_key);
        o->parent_known = true;
    }
    *out = &o->parent;
    return RC_OK;
}
