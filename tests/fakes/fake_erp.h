/* An ERP in memory behind the ERP trait, for tests of the engine. It refuses a second order with the same token or the
 * same (channel, internet number), reserves goods, and can fail before or after an effect. */
#ifndef TESTS_FAKES_FAKE_ERP_H
#define TESTS_FAKES_FAKE_ERP_H

#include "common/base/clock.h"
#include "service/erp/erp.h"
#include "tests/fakes/fake_shop.h"

struct fake_document {
    char key[64], number[64], token[40], channel[64], internet[64], customer[64], operator_name[64], currency[4];
    int64_t total, lines_gross, created_ms;
    char made_customer[96]; /* e-mail address of the customer made with it; "" if none was */
    int64_t vat_by_rate[16], rates[16];
    size_t rate_count;
};

struct fake_erp {
    struct erp erp;
    struct erp_caps caps;
    struct clock *clock;
    struct item *items; /* in any order */
    size_t item_count, item_capacity;
    struct item_group *groups;
    size_t group_count, group_capacity;
    struct fake_document *documents;
    size_t document_count, document_capacity;
    int64_t version;
    const char *operators[4]; /* known ones; default ADMIN */
    const char *blocked_email;
    int64_t known_rates[16]; /* ended by -1; default 0, 5, 8, 9, 12, 19, 23, 25 % */
    struct fake_faults faults;
    /* Called when an order with the SKU "KILLER" is to be written: a test ends the process there. */
    void (*killer)(void *ctx);
    void *killer_ctx;
    int64_t creates; /* calls that reached the ERP */
};

struct fake_erp *fake_erp_new(struct clock *clock);
void fake_erp_free(struct fake_erp *erp); /* closing its handle does nothing */

/* Adds a simple item; key = "k-" + sku. The pointer is good until the next one is added. */
struct item *fake_erp_item(struct fake_erp *erp, const char *sku, const char *name, int64_t price, int64_t pieces);
struct item_group *fake_erp_group(struct fake_erp *erp, const char *key, const char *name, const char *parent);
struct item *fake_erp_find(struct fake_erp *erp, const char *sku);
void fake_erp_touch(struct fake_erp *erp, struct item *item); /* it changed: next version */
/* A document that somebody else wrote; the returned one may be changed further. */
struct fake_document *fake_erp_foreign(struct fake_erp *erp, const char *channel, const char *internet_number,
                                       const char *customer_number, int64_t total);
struct fake_document *fake_erp_document(struct fake_erp *erp, const char *internet_number);

/* Documents, reservations and versions as JSON; items themselves are set up by the test. */
void fake_erp_save(const struct fake_erp *erp, struct buf *out);
void fake_erp_load(struct fake_erp *erp, const char *json, size_t len);
void fake_erp_dump(const struct fake_erp *erp, struct buf *out);

#endif
