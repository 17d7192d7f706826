#include "service/app/rules.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/app/shop_address.h"
#include "service/model/order.h"

#define DAY_MS INT64_C(86400000)

static unsigned owned_aspects(const struct conf_section *link) {
    static const struct {
        const char *key;
        enum aspect aspect;
    } owners[] = {{"owner_master", ASPECT_MASTER},
                  {"owner_text", ASPECT_TEXT},
                  {"owner_price", ASPECT_PRICE},
                  {"owner_stock", ASPECT_STOCK}};
    unsigned owned = 0;
    for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
        if (str_eq(conf_text(link, owners[i].key), "erp"))
            owned |= owners[i].aspect;
    return owned;
}

static void fill_switches(struct link_rules *r, const struct conf_section *link) {
    r->send_offer = conf_bool(link, "catalogue");
    r->send_groups = r->send_offer;
    r->send_stock = conf_bool(link, "stock");
    r->send_prices = conf_bool(link, "prices");
    r->fetch_orders = conf_bool(link, "orders");
    r->owned = owned_aspects(link);
    r->batch_size = (size_t)conf_i64(link, "batch_size");
    const char *creation = conf_text(link, "creation");
    r->creation = str_eq(creation, "erp_creates")    ? CREATION_ERP
                  : str_eq(creation, "shop_creates") ? CREATION_SHOP
                                                     : CREATION_NEVER;
}

static void fill_required(struct required_fields *f, const struct conf_section *link) {
    f->name = conf_list_has(link, "required_fields", "name");
    f->price = conf_list_has(link, "required_fields", "price");
    f->group = conf_list_has(link, "required_fields", "group");
    f->vat = conf_list_has(link, "required_fields", "vat");
    f->ean = conf_list_has(link, "required_fields", "ean");
    f->weight = conf_list_has(link, "required_fields", "weight");
}

static void fill_availability(struct availability_rule *a, const struct conf_section *link) {
    int64_t cap = conf_i64(link, "stock_cap");
    a->include_incoming = conf_bool(link, "stock_include_incoming");
    a->buffer = conf_i64(link, "stock_buffer") * QUANTITY_SCALE;
    a->cap = cap < 0 ? -1 : cap * QUANTITY_SCALE;
    a->floor = conf_i64(link, "stock_floor") * QUANTITY_SCALE;
    a->step = conf_i64(link, "stock_step") * QUANTITY_SCALE;
}

static void fill_maps(struct rules *rules, const struct conf_section *link) {
    struct link_rules *r = &rules->link;
    const char *left = NULL, *right = NULL;
    size_t n = conf_map_count(link, "tax_classes");
    rules->tax_classes = mem_zalloc(n + 1, sizeof(*rules->tax_classes));
    for (size_t i = 0; conf_map_at(link, "tax_classes", i, &left, &right); i++)
        rules->tax_classes[i] = (struct tax_class_rule){.vat_code = left, .rate = RATE_UNTAXED, .tax_class = right};
    r->tax_classes = rules->tax_classes;
    r->tax_class_count = n;
    n = conf_map_count(link, "name_replacements");
    rules->name_rules = mem_zalloc(n + 1, sizeof(*rules->name_rules));
    for (size_t i = 0; conf_map_at(link, "name_replacements", i, &left, &right); i++)
        rules->name_rules[i] = (struct name_rule){.from = left, .to = right};
    r->name_rules = rules->name_rules;
    r->name_rule_count = n;
}

static void fill_orders(struct rules *rules, const struct conf_section *link) {
    struct link_rules *r = &rules->link;
    r->currency = conf_text(link, "currency");
    r->sale_country = conf_text(link, "sale_country");
    r->take_statuses = conf_list(link, "order_statuses");
    r->ack_status = conf_text(link, "acknowledge_status");
    r->ack_meta = conf_bool(link, "acknowledge_meta");
    r->create_customers = conf_bool(link, "create_missing_customers");
    r->lookback_ms = conf_i64(link, "order_lookback_days") * DAY_MS;
    r->rounding_limit = conf_i64(link, "rounding_limit_minor");
    r->operator_name = conf_text(conf_parent(link), "operator");
    const char *match = conf_text(link, "match_by");
    bool both = str_eq(match, "both");
    r->match_by = (both || str_eq(match, "internet_number") ? MATCH_INTERNET_NUMBER : 0u) |
                  (both || str_eq(match, "customer_number") ? MATCH_CUSTOMER_NUMBER : 0u);
    char day[32];
    str_fmt(day, sizeof(day), "%sT00:00:00", conf_text(link, "orders_from"));
    if (!iso_parse(day, &r->orders_from_ms))
        r->orders_from_ms = 0; /* no such day: an older order that is paid only now is not left out */
}

/* Orders that ended are left alone, but for statuses that the settings take on purpose. */
static void fill_ended(struct rules *rules, const struct conf_section *link, const char *const *ended) {
    size_t n = 0;
    while (ended && ended[n])
        n++;
    rules->ended = mem_zalloc(n + 1, sizeof(*rules->ended));
    for (size_t i = 0, kept = 0; i < n; i++)
        if (!conf_list_has(link, "order_statuses", ended[i]))
            rules->ended[kept++] = ended[i];
    rules->link.ack_unless = rules->ended;
    rules->link.dead_statuses = rules->ended;
}

/* The company's links to other shops, switched off ones too: what they wrote stays theirs. */
static void fill_others(struct rules *rules, const struct conf_section *link) {
    const struct conf_section *company = conf_parent(link);
    size_t n = conf_link_count(company), kept = 0;
    rules->others = mem_zalloc(n + 1, sizeof(*rules->others));
    for (size_t i = 0; i < n; i++) {
        const struct conf_section *other = conf_link_at(company, i);
        if (!str_eq(conf_name(other), conf_name(link)) && !shop_address_same(shop_address(other), shop_address(link)))
            rules->others[kept++] = conf_name(other);
    }
    rules->link.other_links = rules->others;
}

/* How the company is looked at (session.c hands the same to the ERP): another price list or other warehouses make every
 * price or quantity another one, without any item having changed. */
static void fill_view(struct rules *rules, const struct conf_section *link) {
    struct buf id;
    buf_init(&id, (size_t)1 << 16);
    buf_adds(&id, conf_text(link, "price_list"));
    buf_addc(&id, '\n');
    buf_adds(&id, conf_text(link, "sale_country"));
    const char *const *warehouses = conf_list(link, "warehouses");
    for (size_t i = 0; i < conf_list_count(link, "warehouses"); i++) {
        buf_addc(&id, '\n');
        buf_adds(&id, warehouses[i]);
    }
    rules->view_id = buf_take(&id);
    buf_free(&id);
    rules->link.view_id = rules->view_id;
}

void rules_fill(struct rules *rules, const struct conf_section *link, const char *const *ended_statuses) {
    memset(rules, 0, sizeof(*rules));
    link_rules_defaults(&rules->link);
    fill_switches(&rules->link, link);
    fill_required(&rules->link.required, link);
    fill_availability(&rules->link.availability, link);
    fill_maps(rules, link);
    fill_orders(rules, link);
    fill_ended(rules, link, ended_statuses);
    fill_others(rules, link);
    fill_view(rules, link);
}

void rules_free(struct rules *rules) {
    mem_free(rules->tax_classes);
    mem_free(rules->name_rules);
    mem_free(rules->ended);
    mem_free(rules->others);
    mem_free(rules->view_id);
    memset(rules, 0, sizeof(*rules));
}
