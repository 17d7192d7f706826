/* What `check` says about prices and taxes: pure, from what the company database and the shop told. */
#ifndef SERVICE_APP_CHECK_MONEY_H
#define SERVICE_APP_CHECK_MONEY_H

#include "service/app/session.h"

enum finding_level { FINDING_OK, FINDING_NOTE, FINDING_BLOCKER };

#define VAT_USES_MAX 40
/* What the link's price list and items are like; all zero: not known. */
struct list_money {
    bool known; /* whether includes_tax is */
    bool includes_tax;
    struct {
        char code[32];
        int64_t rate; /* RATE_SCALE units, -1 unknown in the country of sale */
    } vats[VAT_USES_MAX];
    size_t vat_count;
};

/* Reads it: one pass over the published items. */
enum rc list_money_read(struct erp *erp, struct list_money *out, struct err *err);

struct finding_sink {
    void (*tell)(void *ctx, enum finding_level level, const char *what, const char *text);
    void *ctx;
};
void check_money(const struct finding_sink *to, const struct link_rules *rules, const struct list_money *list,
                 const struct channel_report *shop);

#endif
