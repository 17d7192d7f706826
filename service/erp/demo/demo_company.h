/* A believable company database to try things with, of the profile "reference". The same arguments give the same
 * bytes: nothing in it comes from the clock or the machine. */
#ifndef SERVICE_ERP_DEMO_DEMO_COMPANY_H
#define SERVICE_ERP_DEMO_DEMO_COMPANY_H

#include <stdint.h>

#include "common/base/err.h"
#include "common/os/os.h"

/* The items' keys are "1" to "N" in this order: simple items (60 %, the first ones, so "1" to "6" of each ten), sets
 * (2 %), then variant parents each followed by its variants. Fewer than 10 items are all simple. All are published on
 * every channel and none has anything that keeps it from being sent, except the awkward ones, which are the last simple
 * items: by turns without a SKU, with the SKU of item "1", without a VAT code, without a price. */
struct demo_company_args {
    int64_t items;   /* sendable items: simple, sets, variant parents and variants; 1 to 5,000,000 */
    int64_t awkward; /* how many of them cannot be sent; at most the simple ones less one */
    uint64_t seed;
    struct stop *stop; /* may be NULL */
    /* NULL: none. `what` is what is being written now, done and total count items. */
    void (*progress)(void *ctx, const char *what, int64_t done, int64_t total);
    void *progress_ctx;
};

#define DEMO_COMPANY_NAME "Zażółć Gęślą Jaźń sp. z o.o."
#define DEMO_ITEMS_MAX    5000000

/* Writes the database to `path`; the file alone is complete. CONFLICT: the file exists (it is never overwritten).
 * INVALID: arguments. STOPPED and failures leave no file. */
enum rc demo_company_write(const char *path, const struct demo_company_args *args, struct err *err);

#endif
