/* Products and variations. */
#ifndef SIM_PRODUCT_H
#define SIM_PRODUCT_H

#include "tests/sim/route.h"

extern const char *const product_statuses[];

struct product *product_new(enum ptype type, struct product *parent);
/* Takes over what `in` says. False: error noted and nothing changed. `fresh`: it is being created (sku must not even be
 * in the trash). */
bool product_apply(struct call *c, struct product *p, const cJSON *in, bool fresh);
/* Price and stock status from the rest; of the parent too. Sets modified. */
void product_save(struct product *p);
void product_save_at(struct product *p, int64_t when);
/* With its variations. */
void product_delete(struct product *p);
void product_trash(struct product *p);
void product_restore(struct product *p, const char *status);
/* Stock as a sale or its return changes it. Returns false if this product keeps no stock. */
bool product_stock_add(struct product *p, long long delta, long long *before, long long *after);
/* The one that keeps the stock: the variation or its parent. NULL: none. */
struct product *product_stock_owner(struct product *p);

bool product_on_sale(const struct product *p);
bool product_purchasable(const struct product *p);
/* The parent of a variation, else NULL. */
struct product *product_parent(const struct product *p);
/* The text for "parent - a, b" and for "a, b". Free with xfree(). */
char *variation_values(const struct product *v);
char *variation_title(const struct product *v);

void jw_product(struct sbuf *b, struct call *c, struct product *p);
void jw_variation(struct sbuf *b, struct call *c, struct product *p);
void jw_pattrs(struct sbuf *b, const struct product *p);

/* attributes.c part of terms */
void pattrs_free(struct pattrs *a);
void product_set_attributes(struct product *p, const cJSON *list);
void product_set_defaults(struct product *p, const cJSON *list);
void variation_set_attributes(struct product *v, const cJSON *list);

/* Codes such as an EAN (gtin.c): cleaned; refused if another product has it; noted when a product has it now. */
char *gtin_clean(const char *s);
bool gtin_check(struct call *c, const struct product *p, const cJSON *in);
void gtin_note(const struct product *p);

/* media.c: checks the list, or the one picture of a variation; false: error noted. Then takes it over. */
bool images_check(struct call *c, const cJSON *list, bool variation);
void images_apply(struct ids *images, const cJSON *list);
void jw_image(struct sbuf *b, const char *key, struct call *c, long id);
char *media_url(const struct call *c, long id);
void product_forget_image(long id);

bool variation_list_rows(struct call *c, struct product *parent);

#endif
