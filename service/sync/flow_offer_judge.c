/* The rules that may keep an item out of the shop, in the order in which they are asked; the first that does not pass
 * decides. The run asks them before it sends, and "why is this SKU not in the shop" walks the same table, so that both
 * can only say the same. Rules are asked only of items that differ from what the shop was told. */
#include <string.h>

#include "common/base/buf.h"
#include "service/model/item_name.h"
#include "service/sync/canonical.h"
#include "service/sync/flow_offer_int.h"
#include "service/sync/sku_guard.h"

typedef enum rc (*rule_ask)(struct judge_case *c, enum judgement *out, struct err *err);

static enum rc hold(struct judge_case *c, enum judgement *out, enum judgement how, const char *code, const char *text) {
    str_copy(c->code, sizeof c->code, code);
    if (text != c->text)
        str_copy(c->text, sizeof c->text, text);
    *out = how;
    return RC_OK;
}

static enum rc ask_sku(struct judge_case *c, enum judgement *out, struct err *err) {
    (void)err;
    if (c->sku[0] || (c->bound && !(c->have & ASPECT_MASTER)))
        return RC_OK;
    bool none = str_blank(c->item->sku);
    struct buf text;
    char label[160];
    item_label(label, sizeof label, c->item);
    buf_init(&text, sizeof c->text);
    if (none)
        buf_addf(&text, "The item %s has no SKU in the ERP.", label);
    else
        buf_addf(&text, "The SKU of the item %s has more than %d bytes or characters that no shop takes.", label,
                 SKU_MAX);
    if (c->bound)
        buf_addf(&text,
                 " It is still sold in the shop as product %s: its stock goes on being sent there, but its name and "
                 "other master data stay as they are.",
                 c->remote_id ? c->remote_id : "?");
    buf_adds(&text, none ? " Give it one in the ERP; it is sent with the next run then." : " Correct it in the ERP.");
    str_copy(c->text, sizeof c->text, text.data);
    buf_free(&text);
    c->spoils = ASPECT_MASTER;
    return hold(c, out, JUDGE_PARK, none ? "sku_empty" : "sku_malformed", c->text);
}

static enum rc ask_published(struct judge_case *c, enum judgement *out, struct err *err) {
    (void)err;
    if (c->item->published || c->bound)
        return RC_OK;
    return hold(c, out, JUDGE_SKIP, "not_published", "The item is not published on this link in the ERP.");
}

static enum rc ask_creation(struct judge_case *c, enum judgement *out, struct err *err) {
    (void)err;
    const struct link_rules *rules = c->o->r->rules;
    if (c->bound)
        return RC_OK;
    if (rules->creation == CREATION_SHOP)
        return hold(c, out, JUDGE_SKIP, "not_in_shop",
                    "The shop has no product with this SKU, and on this link products are created in the shop.");
    if (rules->creation == CREATION_NEVER)
        return hold(c, out, JUDGE_SKIP, "not_in_shop",
                    "The shop has no product with this SKU, and this link creates none.");
    if (!(rules->owned & ASPECT_MASTER))
        return hold(c, out, JUDGE_SKIP, "not_in_shop",
                    "The shop has no product with this SKU, and this link may not write names and other master data, "
                    "so it cannot create one.");
    if (!c->o->creates)
        return hold(c, out, JUDGE_SKIP, "not_in_shop",
                    "The item is not in the shop yet. It is created with the next run that sends the offer.");
    return RC_OK;
}

static void add_missing(struct buf *list, bool missing, const char *field) {
    if (!missing)
        return;
    if (list->len > 0)
        buf_adds(list, ", ");
    buf_adds(list, field);
}

/* What is not there may not overwrite what the shop has: an empty name, no tax class, no price. */
static unsigned spoilt_data(const struct required_fields *q, const struct item *item, unsigned have) {
    unsigned mask = 0;
    if (str_blank(item->name) || (q->vat && str_empty(item->vat_code) && item->vat_rate < 0))
        mask |= ASPECT_MASTER;
    if (q->price && item->kind != ITEM_VARIANT_PARENT && !item->price.has_price)
        mask |= ASPECT_PRICE;
    return mask & have;
}

unsigned offer_spoils(const struct offer *o, const struct item *item, unsigned have) {
    char normal[SKU_MAX + 1];
    unsigned mask = spoilt_data(&o->r->rules->required, item, have);
    if (!item->sku || !sku_normal(normal, item->sku))
        mask |= have & ASPECT_MASTER;
    return mask;
}

static enum rc ask_data(struct judge_case *c, enum judgement *out) {
    const struct required_fields *q = &c->o->r->rules->required;
    const struct item *item = c->item;
    c->spoils = spoilt_data(q, item, c->have);
    if (c->spoils == 0)
        return RC_OK;
    struct buf list;
    buf_init(&list, 256);
    if (c->spoils & ASPECT_MASTER) {
        add_missing(&list, str_blank(item->name), "name");
        add_missing(&list, q->vat && str_empty(item->vat_code) && item->vat_rate < 0, "VAT rate");
    }
    add_missing(&list, c->spoils & ASPECT_PRICE, "price");
    str_fmt(c->text, sizeof c->text,
            "In the ERP it has no: %s. In the shop (product %s) its %s as it is; its stock is still sent. Fill this in "
            "in the ERP; the next run sends it.",
            list.data, c->remote_id ? c->remote_id : "?",
            c->spoils == ASPECT_PRICE                               ? "price stays"
            : c->spoils == (unsigned)(ASPECT_MASTER | ASPECT_PRICE) ? "name, other master data and price stay"
                                                                    : "name and other master data stay");
    buf_free(&list);
    return hold(c, out, JUDGE_PARK, "incomplete", c->text);
}

/* Capability M-04, mode B: created once its basic data are complete. */
static enum rc ask_required(struct judge_case *c, enum judgement *out, struct err *err) {
    (void)err;
    if (!c->item->published)
        return RC_OK;
    if (c->bound)
        return ask_data(c, out);
    const struct required_fields *q = &c->o->r->rules->required;
    const struct item *item = c->item;
    bool own_price = item->kind != ITEM_VARIANT_PARENT;
    bool whole = item->kind != ITEM_VARIANT;
    struct buf list;
    buf_init(&list, 256);
    add_missing(&list, str_blank(item->name), "name");
    add_missing(&list, q->vat && str_empty(item->vat_code) && item->vat_rate < 0, "VAT rate");
    add_missing(&list, q->ean && own_price && str_blank(item->ean), "EAN");
    add_missing(&list, q->weight && own_price && item->weight_g < 0, "weight");
    add_missing(&list, q->group && whole && str_empty(item->group_key), "item group");
    add_missing(&list, q->price && own_price && !item->price.has_price, "price");
    bool missing = list.len > 0;
    if (missing)
        str_fmt(c->text, sizeof c->text,
                "Not created in the shop yet, because it has no: %s. Fill this in in the ERP; the next run creates it.",
                list.data);
    buf_free(&list);
    return missing ? hold(c, out, JUDGE_PARK, "incomplete", c->text) : RC_OK;
}

static enum rc ask_tax(struct judge_case *c, enum judgement *out, struct err *err) {
    (void)err;
    if (!c->tax_missing || !(c->aspects & ASPECT_MASTER) || !c->item->published)
        return RC_OK;
    str_fmt(
        c->text, sizeof c->text,
        "No tax class of the shop is set for the item's VAT rate (%s). Add it to the link's settings, or correct the "
        "item's VAT in the ERP.",
        c->item->vat_code ? c->item->vat_code : "none");
    c->spoils = ASPECT_MASTER;
    return hold(c, out, JUDGE_PARK, "vat", c->text);
}

static enum rc ask_price(struct judge_case *c, enum judgement *out, struct err *err) {
    (void)err;
    if (!c->item->published)
        return RC_OK;
    if (c->o->no_prices && !c->bound)
        return hold(c, out, JUDGE_SKIP, "price_refused",
                    "The item is not in the shop yet, and it is not created there without its price, which may not be "
                    "sent now. It follows as soon as prices go again.");
    if (!c->rate_missing || !(c->aspects & ASPECT_PRICE))
        return RC_OK;
    c->spoils = ASPECT_PRICE;
    return hold(c, out, JUDGE_PARK, "price_vat",
                "The price list and the shop differ in whether prices include VAT, and without a VAT rate of the item "
                "in the country of sale its price cannot be worked out. Give the item a VAT rate in the ERP.");
}

static enum rc ask_duplicate(struct judge_case *c, enum judgement *out, struct err *err) {
    if (!c->sku_moves || !c->item->published)
        return RC_OK;
    struct err why = {0};
    enum rc rc = sku_guard_ask(c->o->guard, c->item->key, c->sku, &why);
    c->spoils = ASPECT_MASTER;
    if (rc == RC_CONFLICT)
        return hold(c, out, JUDGE_PARK, str_eq(why.code, CODE_ALIKE) ? CODE_ALIKE : CODE_DUPLICATE, why.text);
    if (rc != RC_OK && err)
        *err = why;
    return rc;
}

static enum rc ask_parent(struct judge_case *c, enum judgement *out, struct err *err) {
    (void)err;
    if (c->item->kind != ITEM_VARIANT || (c->parent_remote && c->parent_remote[0]))
        return RC_OK;
    return hold(
        c, out, JUDGE_PARK, CODE_PARENT,
        "The item it is a variant of is not in the shop. Once that is there, its variants follow by themselves.");
}

/* A product taken out of the offer is taken over by a new item with its SKU; from one that has a product of its own the
 * SKU is kept until the hidden one got another (flow_offer_swap.c). One still offered keeps its own. */
static enum rc ask_held(struct judge_case *c, enum judgement *out, struct err *err) {
    if (!c->sku_moves || !c->item->published)
        return RC_OK;
    char key[OFFER_KEY_SIZE];
    struct run *r = c->o->r;
    enum rc rc = store_map_by_sku(r->store, r->link, c->sku, key, err);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && strcmp(key, c->item->key) == 0))
        return RC_OK;
    struct map_row holder;
    if (rc == RC_OK)
        rc = store_map_get(r->store, r->link, MAP_ITEM, key, &holder, err);
    if (rc != RC_OK)
        return rc;
    struct digest out_of_offer = canonical_unpublished();
    bool takes_over = !c->bound && str_eq(holder.remote_parent, c->parent_remote ? c->parent_remote : "");
    if (takes_over && digest_eq(&holder.digest[0], &out_of_offer))
        return RC_OK;
    str_fmt(
        c->text, sizeof c->text,
        "The shop still has the product of another item (%s) under the SKU %s. It is sent as soon as that one has its "
        "new SKU or left the offer. Two items that swap their SKUs need no help, unless just one of them is a variant; "
        "for those, and where three or more pass their SKUs on in a ring, give one of them another SKU for one run.",
        key, c->sku);
    c->spoils = ASPECT_MASTER;
    return hold(c, out, JUDGE_PARK, CODE_SKU_HELD, c->text);
}

static const struct {
    const char *name;
    rule_ask ask;
} rules[] = {
    {"has a usable SKU", ask_sku},
    {"is published on this link", ask_published},
    {"is in the shop or may be created there", ask_creation},
    {"has a price in the shop's terms", ask_price},
    {"has the data a product needs", ask_required},
    {"has a VAT rate the shop knows", ask_tax},
    {"is the only item with its SKU", ask_duplicate},
    {"has its parent in the shop", ask_parent},
    {"its SKU is free in the shop", ask_held},
};

size_t offer_rule_count(void) {
    return sizeof rules / sizeof rules[0];
}

const char *offer_rule_name(size_t at) {
    return rules[at].name;
}

enum rc offer_rule_ask(size_t at, struct judge_case *c, enum judgement *out, struct err *err) {
    *out = JUDGE_PASS;
    c->spoils = 0;
    return rules[at].ask(c, out, err);
}

enum rc offer_judge(struct judge_case *c, enum judgement *out, const char **rule, struct err *err) {
    enum rc rc = RC_OK;
    *out = JUDGE_PASS;
    for (size_t i = 0; i < offer_rule_count() && rc == RC_OK && *out == JUDGE_PASS; i++) {
        *rule = rules[i].name;
        rc = offer_rule_ask(i, c, out, err);
    }
    return rc;
}
