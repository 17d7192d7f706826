/* A change that a preview would have made: what a driver's proxy reports instead of sending. */
#ifndef SERVICE_MODEL_PLANNED_H
#define SERVICE_MODEL_PLANNED_H

/* Texts are borrowed for the call. */
struct planned_change {
    const char *what;      /* "create", "update", "hide", "group", "attribute", "order", "order status" */
    const char *object;    /* SKU, name of the group, number of the order */
    const char *field;     /* "name", "regular_price", "stock", ... */
    const char *old_value; /* as the other side tells it now; NULL: not known, or there is none */
    const char *new_value;
};
typedef void (*planned_sink)(void *ctx, const struct planned_change *change);

#endif
