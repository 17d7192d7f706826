/* Orders: their money, their life, their stock. */
#ifndef SIM_ORDER_H
#define SIM_ORDER_H

#include "tests/sim/route.h"

extern const char *const order_statuses[];
extern const char *const addr_keys[AD_COUNT];
const char *order_status_name(const char *status);

/* ---- money ---- */
micro micro_parse(const char *s);
micro micro_of(const cJSON *v);
micro micro_round(micro m, int decimals);
/* m * num / den, rounded to the millionth. */
micro micro_scale(micro m, double factor);
void jw_micro(struct sbuf *b, const char *key, micro m, int decimals);
int shop_decimals(void);

/* ---- life ---- */
struct order *order_new(void);
void order_delete(struct order *o);
void order_trash(struct order *o);
/* Takes over a request. False: error noted. `fresh`: it is being created. */
bool order_apply(struct call *c, struct order *o, const cJSON *in, bool fresh);
void order_set_status(struct order *o, const char *status);
void order_payment_complete(struct order *o);
void order_touch(struct order *o);
bool order_needs_processing(const struct order *o);
bool order_needs_payment(const struct order *o);
struct note *order_note(struct order *o, const char *text, const char *author, bool customer);
/* Stock notes in passing: reduces or gives back what the lines hold. */
void order_stock_reduce(struct order *o);
void order_stock_return(struct order *o);
void order_line_stock(struct order *o, struct oline *l, long long qty, bool quiet);

struct oline *line_add(struct order *o, enum line_kind kind);
struct oline *line_find(struct order *o, enum line_kind kind, long id);
void line_remove(struct order *o, enum line_kind kind, struct oline *l);
/* Taxes of all lines, tax lines, totals. */
void order_totals(struct order *o);
bool order_apply_lines(struct call *c, struct order *o, const cJSON *in, bool *changed);

/* An order from a recorded body. keep: with its id, number and dates. */
struct order *order_inject(const cJSON *body, bool keep);

void jw_order(struct sbuf *b, struct call *c, struct order *o);
void jw_lines(struct sbuf *b, struct call *c, const struct order *o, enum line_kind kind, int dp);
void jw_refund(struct sbuf *b, struct call *c, struct order *r);

/* coupons.c: takes the coupons of a request into the order. */
bool coupons_apply(struct call *c, struct order *o, const cJSON *lines, bool fresh);
bool customer_exists(long id);

#endif
