#include "service/model/order.h"

#include <string.h>

#include "common/base/mem.h"

static char *empty(void) {
    return mem_strdup("");
}

void order_set(char **field, const char *value) {
    char *copy = mem_strdup(value ? value : "");
    mem_free(*field);
    *field = copy;
}

static void address_init(struct order_address *a) {
    char **texts[] = {&a->first_name, &a->last_name, &a->company, &a->street, &a->street2, &a->city,
                      &a->postcode,   &a->state,     &a->country, &a->email,  &a->phone};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = empty();
}

static void address_free(struct order_address *a) {
    char *texts[] = {a->first_name, a->last_name, a->company, a->street, a->street2, a->city,
                     a->postcode,   a->state,     a->country, a->email,  a->phone};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        mem_free(texts[i]);
}

struct order *order_new(void) {
    struct order *o = MEM_NEW(struct order);
    char **texts[] = {&o->remote_id,  &o->number,         &o->status,        &o->remark,         &o->customer_id,
                      &o->vat_number, &o->payment_method, &o->payment_title, &o->transaction_id, &o->pickup_point};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = empty();
    address_init(&o->billing);
    address_init(&o->shipping);
    return o;
}

static void line_free_fields(struct order_line *l) {
    char *texts[] = {l->remote_id, l->sku, l->product_id, l->variant_id, l->name, l->tax_class};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        mem_free(texts[i]);
}

void order_free(struct order *o) {
    if (!o)
        return;
    char *texts[] = {o->remote_id,  o->number,         o->status,        o->remark,         o->customer_id,
                     o->vat_number, o->payment_method, o->payment_title, o->transaction_id, o->pickup_point};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        mem_free(texts[i]);
    address_free(&o->billing);
    address_free(&o->shipping);
    for (size_t i = 0; i < o->line_count; i++)
        line_free_fields(&o->lines[i]);
    mem_free(o->lines);
    for (size_t i = 0; i < o->tax_count; i++)
        mem_free(o->taxes[i].remote_id);
    mem_free(o->taxes);
    for (size_t i = 0; i < o->coupon_count; i++)
        mem_free(o->coupons[i]);
    mem_free(o->coupons);
    mem_free(o);
}

struct order_line *order_add_line(struct order *o) {
    o->lines = mem_realloc(o->lines, (o->line_count + 1) * sizeof *o->lines);
    struct order_line *l = &o->lines[o->line_count++];
    memset(l, 0, sizeof *l);
    char **texts[] = {&l->remote_id, &l->sku, &l->product_id, &l->variant_id, &l->name, &l->tax_class};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = empty();
    return l;
}

struct order_tax *order_add_tax(struct order *o) {
    o->taxes = mem_realloc(o->taxes, (o->tax_count + 1) * sizeof *o->taxes);
    struct order_tax *t = &o->taxes[o->tax_count++];
    memset(t, 0, sizeof *t);
    t->remote_id = empty();
    return t;
}
