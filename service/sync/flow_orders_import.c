/* Orders in, middle part: stored orders become documents, once each (rules R2, R4).
 *
 * A page of orders costs three durable writes of ours: INTENT of all with their tokens, one ERP transaction each, then
 * the results of all. An INTENT found by a start is settled by its token: the ERP has it, or it is planned again. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "service/sync/flows.h"
#include "service/sync/order_check.h"
#include "service/sync/order_match.h"
#include "service/sync/order_unreadable.h"

#define STEP_KIND    "order"
#define CHUNK        100
#define ATTEMPTS_MAX 4 /* the first may be a neighbour's fault; then the order is imported alone, three times */

enum fate { FATE_WRITE, FATE_LINK, FATE_HOLD, FATE_LATER, FATE_DONE };

struct one {
    int64_t inbox, attempts, step;
    char remote_id[64], number[64], was_code[48], token[40];
    struct order *order;
    struct resolved resolved;
    struct hold hold;
    struct erp_document document;
    enum fate fate;
    bool linked;
    bool unclear; /* nobody can tell whether it was written: its step stays open */
    char later[ERR_TEXT_MAX];
};

struct chunk {
    struct run *r;
    struct one ones[CHUNK];
    size_t count;
    bool closed; /* the next one must begin a chunk of its own */
};

static enum rc event(struct run *r, const char *remote_id, const char *what, struct err *err) {
    char object[96];
    str_fmt(object, sizeof object, EVENT_ORDER "%s", remote_id);
    return store_event(r->store, r->link, object, what, err);
}

/* --- collecting --- */

static enum rc collect(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct chunk *c = ctx;
    if (c->closed || c->count == CHUNK || (row->attempts > 0 && c->count > 0)) {
        c->closed = true;
        return RC_OK;
    }
    c->closed = row->attempts > 0;
    struct one *one = &c->ones[c->count++];
    memset(one, 0, sizeof *one);
    hold_init(&one->hold);
    one->inbox = row->id;
    one->attempts = row->attempts;
    str_copy(one->remote_id, sizeof one->remote_id, row->remote_id);
    str_copy(one->number, sizeof one->number, row->number);
    if (row->state == INBOX_PARKED)
        str_copy(one->was_code, sizeof one->was_code, row->reason_code);
    struct err local;
    err_clear(&local);
    if (order_is_unreadable(row))
        hold_set(&one->hold, "unreadable", "%s", row->reason);
    else if (chan_order_parse(c->r->channel, row->raw, row->raw_len, &one->order, &local) != RC_OK)
        hold_set(&one->hold, "unreadable", "The order cannot be understood: %s It is kept as the shop sent it.",
                 local.text);
    return RC_OK;
}

static void empty_chunk(struct chunk *c) {
    for (size_t i = 0; i < c->count; i++) {
        order_free(c->ones[i].order);
        resolved_free(&c->ones[i].resolved);
        hold_free(&c->ones[i].hold);
    }
    c->count = 0;
    c->closed = false;
}

/* --- deciding --- */

static enum rc decide(struct run *r, struct one *one, struct err *err) {
    bool found = false;
    enum rc rc = order_match(r, one->order, &found, &one->document, &one->hold, err);
    if (rc != RC_OK || hold_is_set(&one->hold))
        return rc;
    if (found) {
        one->fate = FATE_LINK;
        return RC_OK;
    }
    order_check(one->order, r->rules, &one->hold);
    if (hold_is_set(&one->hold))
        return RC_OK;
    rc = order_resolve(r, one->order, &one->resolved, &one->hold, err);
    if (rc != RC_OK || hold_is_set(&one->hold))
        return rc;
    order_balance(one->order);
    os_token(one->token);
    one->fate = FATE_WRITE;
    return RC_OK;
}

/* A failure of one order is that order's; a wider one ends the flow before anything is written. */
static enum rc prepare(struct run *r, struct one *one, struct err *err) {
    struct err local;
    err_clear(&local);
    enum rc rc = RC_OK;
    if (one->attempts >= ATTEMPTS_MAX)
        hold_set(&one->hold, "crash",
                 "Importing this order ended the program %lld times, so it is left aside. Enter it "
                 "by hand and tell us.",
                 (long long)one->attempts);
    if (!hold_is_set(&one->hold))
        rc = decide(r, one, &local);
    if (rc != RC_OK && (local.reach > REACH_ITEM || rc == RC_STOPPED)) {
        if (err)
            *err = local;
        return rc;
    }
    if (rc == RC_LATER) {
        one->fate = FATE_LATER;
        str_copy(one->later, sizeof one->later, local.text);
        return RC_OK;
    }
    if (rc != RC_OK)
        hold_set(&one->hold, rc_name(rc), "%s", local.text);
    if (hold_is_set(&one->hold))
        one->fate = FATE_HOLD;
    return RC_OK;
}

/* --- first transaction: intents --- */

static enum rc intend(struct run *r, struct chunk *c, struct err *err) {
    bool any = false;
    for (size_t i = 0; i < c->count; i++)
        any = any || c->ones[i].fate == FATE_WRITE;
    if (!any)
        return RC_OK;
    enum rc rc = store_begin(r->store, err);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < c->count; i++) {
        struct one *one = &c->ones[i];
        if (one->fate != FATE_WRITE)
            continue;
        char payload[24];
        str_fmt(payload, sizeof payload, "%lld", (long long)one->inbox);
        rc = store_step_intent(r->store, r->run_id, r->link, STEP_KIND, one->token, one->remote_id, payload, &one->step,
                               err);
    }
    if (rc != RC_OK) {
        store_rollback(r->store);
        return rc;
    }
    return store_commit(r->store, err);
}

/* --- the act --- */

/* The ERP's answer was no plain yes: only a look-up can tell. */
static enum rc look_up(struct run *r, struct one *one, enum rc why, const struct err *told, struct err *err) {
    bool found = false;
    struct err local;
    err_clear(&local);
    const char *internet = why == RC_CONFLICT ? one->remote_id : "";
    enum rc rc = order_find_ours(r, one->token, internet, &found, &one->document, &local);
    if (rc != RC_OK) {
        one->unclear = true;
        if (err)
            *err = local;
        return rc;
    }
    if (found) {
        one->fate = FATE_DONE;
        one->linked = why == RC_CONFLICT;
        if (one->linked)
            one->token[0] = '\0'; /* the document has another one: ours from before our records were lost */
        return RC_OK;
    }
    if (why == RC_CONFLICT) {
        one->fate = FATE_HOLD;
        hold_set(&one->hold, "conflict", "%s", told->text);
        return RC_OK;
    }
    one->fate = FATE_LATER;
    str_copy(one->later, sizeof one->later, told->text);
    if (told->reach <= REACH_ITEM && why != RC_STOPPED)
        return RC_OK;
    if (err)
        *err = *told;
    return why;
}

static bool is_refusal(enum rc rc) {
    return rc == RC_REJECTED || rc == RC_INVALID || rc == RC_NOT_FOUND || rc == RC_TOO_BIG || rc == RC_UNSUPPORTED;
}

static enum rc act(struct run *r, struct one *one, struct err *err) {
    const struct erp_order order = {.order = one->order,
                                    .lines = one->resolved.lines,
                                    .line_count = one->order->line_count,
                                    .customer_key = one->resolved.customer_key[0] ? one->resolved.customer_key : NULL,
                                    .operator_name = r->rules->operator_name,
                                    .channel = r->link_name,
                                    .token = one->token};
    struct err local;
    err_clear(&local);
    enum rc rc = erp_order_create(r->erp, &order, &one->document, &local);
    if (rc == RC_OK) {
        one->fate = FATE_DONE;
        return RC_OK;
    }
    if (rc == RC_CONFLICT && local.reach >= REACH_LINK) { /* the fence: the lease is lost, nothing was written */
        one->fate = FATE_LATER;
        str_copy(one->later, sizeof one->later, local.text);
        if (err)
            *err = local;
        return rc;
    }
    if (is_refusal(rc) && local.reach <= REACH_ITEM) {
        one->fate = FATE_HOLD;
        hold_set(&one->hold, rc_name(rc), "The ERP refused the order: %s", local.text);
        return RC_OK;
    }
    return look_up(r, one, rc, &local, err);
}

/* --- second transaction: results --- */

static enum rc keep_hold(struct run *r, const struct one *one, struct err *err) {
    enum rc rc = store_inbox_park(r->store, one->inbox, one->hold.code, one->hold.text.data, err);
    if (rc == RC_OK && !str_eq(one->was_code, one->hold.code)) {
        struct buf what;
        buf_init(&what, 2 * ERR_TEXT_MAX);
        buf_addf(&what, "Put aside: %.*s", (int)utf8_cut(one->hold.text.data, 1000), one->hold.text.data);
        rc = event(r, one->remote_id, what.data, err);
        buf_free(&what);
    }
    return rc;
}

static enum rc keep_document(struct run *r, const struct one *one, struct err *err) {
    enum rc rc = store_inbox_created(r->store, one->inbox, one->token, one->document.key, one->document.number,
                                     one->linked, err);
    if (rc != RC_OK)
        return rc;
    char what[160];
    str_fmt(what, sizeof what,
            one->linked ? "Is in the ERP already as %s; linked to it." : "Written into the ERP as %s.",
            one->document.number);
    return event(r, one->remote_id, what, err);
}

static enum rc keep_one(struct run *r, const struct one *one, struct err *err) {
    enum rc rc = RC_OK;
    if (one->fate == FATE_DONE || one->fate == FATE_LINK)
        rc = keep_document(r, one, err);
    else if (one->fate == FATE_HOLD)
        rc = keep_hold(r, one, err);
    if (rc == RC_OK && one->step != 0 && !one->unclear)
        rc = store_step_done(r->store, one->step, one->fate == FATE_DONE ? one->document.number : "not written", err);
    return rc;
}

static enum rc keep_results(struct run *r, const struct chunk *c, struct err *err) {
    enum rc rc = store_begin(r->store, err);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < c->count; i++)
        rc = keep_one(r, &c->ones[i], err);
    if (rc != RC_OK) {
        store_rollback(r->store);
        return rc;
    }
    return store_commit(r->store, err);
}

static void tell_one(struct run *r, const struct one *one) {
    char total[40] = "";
    if (one->order)
        decimal_fmt(total, sizeof total, one->order->total, one->order->decimals);
    switch (one->fate) {
    case FATE_DONE:
    case FATE_LINK:
        run_done(r, 1);
        run_log(r, LOG_INFO, one->number,
                one->linked ? "Is in the ERP already as %s; linked (%s %s)."
                            : "Written into the "
                              "ERP as %s (%s %s).",
                one->document.number, total, one->order->currency);
        break;
    case FATE_HOLD: run_park(r, one->hold.code, one->number, one->hold.text.data); break;
    case FATE_LATER: run_fail(r, "later", one->number, one->later); break;
    case FATE_WRITE: break; /* not reached in this run */
    }
}

/* --- a chunk --- */

static enum rc act_on_all(struct run *r, struct chunk *c, struct err *err) {
    bool customers_made = false;
    for (size_t i = 0; i < c->count; i++) {
        struct one *one = &c->ones[i];
        if (one->fate != FATE_WRITE)
            continue;
        enum rc rc = run_check_stop(r, err);
        /* Two orders of one new buyer in one chunk: the first made the customer of the second. */
        if (rc == RC_OK && customers_made && one->resolved.customer_key[0] == '\0')
            rc = order_resolve_customer(r, one->order, &one->resolved, &one->hold, err);
        if (rc == RC_OK && hold_is_set(&one->hold))
            one->fate = FATE_HOLD;
        else if (rc == RC_OK)
            rc = act(r, one, err);
        if (rc != RC_OK)
            return rc;
        customers_made = customers_made || one->resolved.customer_key[0] == '\0';
    }
    return RC_OK;
}

static enum rc import_chunk(struct run *r, struct chunk *c, struct err *err) {
    run_expect(r, (int64_t)c->count);
    for (size_t i = 0; i < c->count; i++) {
        enum rc rc = prepare(r, &c->ones[i], err);
        if (rc != RC_OK)
            return rc;
        if (c->ones[i].fate == FATE_LINK)
            c->ones[i].linked = true;
    }
    enum rc rc = intend(r, c, err);
    if (rc != RC_OK)
        return rc;
    enum rc acted = act_on_all(r, c, err);
    rc = keep_results(r, c, acted == RC_OK ? err : NULL);
    if (rc == RC_OK)
        for (size_t i = 0; i < c->count; i++)
            tell_one(r, &c->ones[i]);
    return acted != RC_OK ? acted : rc;
}

/* A person who starts a run has mended something and wants to see it go; what this run itself parks is not tried twice.
 */
static int64_t parked_until(const struct run *r) {
    bool by_hand = r->trigger && str_eq(r->trigger, "manual");
    return clock_wall_ms(r->clock) - (by_hand ? 1 : r->rules->parked_again_ms);
}

enum rc flow_orders_import(struct run *r, struct err *err) {
    struct chunk *c = mem_zalloc(1, sizeof *c);
    c->r = r;
    int64_t after = 0, done = 0, until = parked_until(r);
    enum rc rc = RC_OK;
    while (rc == RC_OK) {
        rc = run_check_stop(r, err);
        if (rc == RC_OK)
            rc = store_inbox_in_state(r->store, r->link, INBOX_STORED, after, CHUNK, collect, c, err);
        if (rc != RC_OK || c->count == 0)
            break;
        after = c->ones[c->count - 1].inbox;
        rc = import_chunk(r, c, err);
        done += (int64_t)c->count;
        run_progress(r, "importing orders", done, -1);
        empty_chunk(c);
    }
    /* Parked ones whose cause may be gone; each is tried once, its time of trying moves it to the end. */
    for (size_t tried = 0; rc == RC_OK && tried < r->rules->parked_again_max;) {
        empty_chunk(c);
        rc = store_inbox_parked(r->store, r->link, until, CHUNK, collect, c, err);
        if (rc != RC_OK || c->count == 0)
            break;
        tried += c->count;
        rc = import_chunk(r, c, err);
        for (size_t i = 0; i < c->count; i++)
            if (c->ones[i].fate == FATE_LATER) /* its time of trying did not move: it would come again at once */
                tried = r->rules->parked_again_max;
    }
    empty_chunk(c);
    mem_free(c);
    return rc;
}

/* --- what an earlier run left open --- */

struct open_step {
    int64_t step, inbox;
    char token[40], remote_id[64];
    bool found;
    struct erp_document document;
};
struct open_steps {
    struct open_step *steps;
    size_t count, capacity;
};

static enum rc collect_open(void *ctx, const struct step_row *row, struct err *err) {
    (void)err;
    struct open_steps *open = ctx;
    if (!str_eq(row->kind, STEP_KIND))
        return RC_OK;
    mem_grow((void **)&open->steps, &open->capacity, open->count, sizeof *open->steps);
    struct open_step *step = &open->steps[open->count++];
    memset(step, 0, sizeof *step);
    step->step = row->step;
    str_copy(step->token, sizeof step->token, row->token);
    str_copy(step->remote_id, sizeof step->remote_id, row->subject);
    if (!str_to_i64(row->payload, &step->inbox))
        step->inbox = 0;
    return RC_OK;
}

static enum rc settle_open(struct run *r, const struct open_step *step, struct err *err) {
    enum rc rc = RC_OK;
    if (step->found) {
        rc = store_inbox_created(r->store, step->inbox, step->token, step->document.key, step->document.number, false,
                                 err);
        if (rc == RC_OK)
            rc = event(r, step->remote_id, "Found in the ERP after an interruption; it was written there before it.",
                       err);
    } else if (step->inbox != 0) {
        rc = store_inbox_attempt(r->store, step->inbox, err);
    }
    if (rc == RC_OK)
        rc = store_step_done(r->store, step->step, step->found ? step->document.number : "not written", err);
    return rc;
}

static enum rc settle_all(struct run *r, const struct open_steps *open, struct err *err) {
    enum rc rc = store_begin(r->store, err);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < open->count; i++)
        rc = settle_open(r, &open->steps[i], err);
    if (rc != RC_OK) {
        store_rollback(r->store);
        return rc;
    }
    return store_commit(r->store, err);
}

enum rc flow_orders_resume(struct run *r, struct err *err) {
    struct open_steps open = {0};
    enum rc rc = store_steps_open(r->store, r->link, collect_open, &open, err);
    size_t found = 0;
    for (size_t i = 0; rc == RC_OK && i < open.count; i++) {
        rc = order_find_ours(r, open.steps[i].token, "", &open.steps[i].found, &open.steps[i].document, err);
        found += open.steps[i].found;
    }
    if (rc == RC_OK && open.count > 0) {
        rc = settle_all(r, &open, err);
        run_log(r, LOG_INFO, NULL,
                "An earlier run was interrupted while it wrote orders: %zu of %zu were in the ERP, the others are "
                "written now.",
                found, open.count);
    }
    mem_free(open.steps);
    return rc;
}
