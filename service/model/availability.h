/* The one availability function (rules R5 and R16, capability G-20). Every path that tells a shop a quantity goes
 * through it. */
#ifndef SERVICE_MODEL_AVAILABILITY_H
#define SERVICE_MODEL_AVAILABILITY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "service/model/item.h"

/* A link's rule. Quantities in thousandths. */
struct availability_rule {
    bool include_incoming;
    int64_t buffer; /* kept back */
    int64_t cap;    /* never tell more; < 0: no cap */
    int64_t floor;  /* never tell less (e.g. goods made to order); 0 normally, never negative */
    int64_t step;   /* round down to whole steps, e.g. 1000 for shops that know whole pieces; 0: none */
};
/* on hand - reserved (+ incoming) - unimported - buffer, rounded down to a step, at most cap, at least floor. For a
 * set: the smallest of its components' quantities (each without buffer and caps) divided by what one set needs, whole
 * sets only, then minus the set's own unimported pieces and buffer and so on. */
int64_t availability(const struct item *item, const struct availability_rule *rule);
/* The sum in words for people: "12 on hand - 3 reserved - 2 buffer = 7". */
void availability_explain(struct buf *out, const struct item *item, const struct availability_rule *rule);

#endif
