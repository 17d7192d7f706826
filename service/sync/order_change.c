#include "service/sync/order_change.h"

#include "common/base/str.h"

static const struct {
    const char *change, *what, *cure;
} words[] = {
    {"edited", "was edited", "compare the two and correct the document in the ERP"},
    {"cancelled", "was cancelled", "do not ship it; cancel the document in the ERP"},
    {"failed", "got the status \"failed\", it is not paid", "do not ship it; cancel the document in the ERP"},
    {"refunded", "was refunded", "do not ship it; cancel the document in the ERP"},
    {"partly refunded", "was refunded in part", "ship only what is left; correct the document in the ERP"},
    {"given up", "was given up", "do not ship it; cancel the document in the ERP"},
    {ORDER_CHANGE_GONE, "was deleted or put into the trash", "do not ship it; cancel the document in the ERP"},
};
#define WORDS_COUNT (sizeof words / sizeof words[0])

static size_t find(const char *change) {
    for (size_t i = 0; i < WORDS_COUNT; i++)
        if (str_eq(words[i].change, change))
            return i;
    return WORDS_COUNT;
}

const char *order_change_of(const struct link_rules *rules, const char *status, const struct order *order) {
    if (rule_list_has(rules->dead_statuses, status)) {
        if (str_eq(status, "trash"))
            return ORDER_CHANGE_GONE;
        size_t i = find(status);
        return i < WORDS_COUNT ? words[i].change : "given up";
    }
    return order && order->refunded > 0 ? "partly refunded" : "edited";
}

void order_change_say(const char *change, const char *number, const char *document, struct buf *out) {
    size_t i = find(change);
    if (i == WORDS_COUNT)
        i = 0;
    buf_addf(out, "Order %s %s in the shop after it became %s: %s.", number, words[i].what, document, words[i].cure);
}
