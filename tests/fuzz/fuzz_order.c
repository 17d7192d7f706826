/* A stored order, as any shop or attacker may have written it. What is understood must be well-formed. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/str.h"
#include "service/channel/woo/driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const vat[] = {"billing_nip", "_vat", NULL};
    static const char *const pickup[] = {"_paczkomat", NULL};
    static const struct woo_settings set = {.vat_number_meta = vat, .pickup_meta = pickup};
    struct order *o = NULL;
    struct err err;
    enum rc rc = woo_order_parse(&set, (const char *)data, size, &o, &err);
    if (rc) {
        assert(rc == RC_INVALID && err.reach == REACH_ITEM && err.text[0] && !o);
        assert(utf8_valid(err.text, strlen(err.text)));
        return 0;
    }
    assert(o->remote_id[0] && o->number[0] && o->status[0] && o->currency[0] && o->decimals >= 0);
    for (size_t i = 0; i < o->line_count; i++) {
        assert(o->lines[i].quantity >= 0 && o->lines[i].rate >= RATE_UNTAXED);
        assert(utf8_valid(o->lines[i].name, strlen(o->lines[i].name)));
    }
    order_free(o);
    return 0;
}
