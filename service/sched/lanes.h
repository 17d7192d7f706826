/* What a link does next (rule R34): lanes by what waiting costs. Pure: what is due and what is under way in, a decision
 * out. One run at a time on a link; a long flow stops behind each batch and asks here again. */
#ifndef SERVICE_SCHED_LANES_H
#define SERVICE_SCHED_LANES_H

#include <stdbool.h>
#include <stdint.h>

/* In the order of what waiting costs: the first is never kept waiting by the others for more than one batch. */
enum lane { LANE_ORDERS, LANE_STOCK, LANE_PRICES, LANE_CATALOGUE, LANE_IMAGES };
#define LANE_COUNT 5
#define LANE_NONE  (-1)

const char *lane_name(enum lane lane); /* "orders", "stock", "prices", "catalogue", "images": as in logs and settings */

/* What one link has to do. */
struct lanes {
    bool item_by_hand;            /* a single item sent by hand waits (capability G-13) */
    bool due[LANE_COUNT];         /* due and allowed now; also a flow that stopped behind a batch and has more */
    int64_t since_us[LANE_COUNT]; /* of a lane that is due: since when it waits, or its last batch ended; monotonic */
    int running;                  /* the lane whose batch has just ended and that has more, or LANE_NONE */
};

enum lane_act {
    LANE_IDLE,  /* nothing to do */
    LANE_ITEM,  /* send the single item; then ask again */
    LANE_START, /* begin, or take up again, the lane named; if `running` is another lane, that one yields */
    LANE_GO_ON  /* the running lane's next batch */
};
struct lane_choice {
    enum lane_act act;
    int lane; /* of LANE_START and LANE_GO_ON, else LANE_NONE */
};

/* The single item first; then the lane that waiting costs most. So that a lane is not starved by others that always
 * have work, one that had waited for its patience (lane_patience_us) when the first came gets one batch before its
 * turn. */
struct lane_choice lanes_choose(const struct lanes *lanes, int64_t now_us);
int64_t lane_patience_us(enum lane lane);

#endif
