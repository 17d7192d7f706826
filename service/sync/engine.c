/* sync_run: the documented order of flows on one link (README.md of this folder, capability C-22), and the one place
 * that turns what happened into a result. */
#include "service/sync/run.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/str.h"
#include "service/sync/flows.h"
#include "service/sync/lease.h"

#define SUMMARY_MAX (256 * 1024)

/* What this run does: the explicit options, or the link's switches where none is given. */
struct tasks {
    bool orders, stock, prices, offer;
    bool read_orders; /* into the inbox, because stock is sent */
};

static struct tasks tasks_of(const struct run *r) {
    const struct run_options *o = r->options;
    const struct link_rules *rules = r->rules;
    bool chosen = o->send_offer || o->fetch_orders || o->stock_only || o->prices_only;
    struct tasks t = {
        .orders = chosen ? o->fetch_orders : rules->fetch_orders,
        .offer = chosen ? o->send_offer : rules->send_offer,
        .stock = chosen ? o->stock_only : rules->send_stock,
        .prices = chosen ? o->prices_only : rules->send_prices && !rules->send_offer,
    };
    /* An offer sends quantities of its items too; they go first, for what the shop has already. */
    if (t.offer && rules->send_stock)
        t.stock = true;
    if (!(rules->owned & ASPECT_STOCK))
        t.stock = false;
    if (!(rules->owned & ASPECT_PRICE))
        t.prices = false;
    t.read_orders = rules->fetch_orders && (t.stock || t.offer);
    return t;
}

/* A document may only be made by an operator who exists and has the right (capability C-23): asked before the first. */
static enum rc precheck(struct run *r, const struct tasks *t, struct err *err) {
    if (!t->orders)
        return RC_OK;
    enum rc rc = erp_operator_check(r->erp, r->rules->operator_name, err);
    if ((rc == RC_DENIED || rc == RC_NOT_FOUND) && err && err->reach < REACH_FLOW)
        err->reach = REACH_FLOW;
    return rc;
}

struct flow_step {
    const char *flow;
    bool wanted;
    enum rc (*run)(struct run *r, struct err *err);
};

static bool ends_run(enum rc rc, const struct err *err) {
    return rc == RC_STOPPED || err->reach >= REACH_LINK;
}

static enum rc one_flow(struct run *r, const struct flow_step *step, struct err *err) {
    r->flow = step->flow;
    lease_doing(r->lease, step->flow);
    enum rc rc = run_check_stop(r, err);
    if (rc == RC_OK)
        rc = step->run(r, err);
    if (rc == RC_STOPPED)
        run_log(r, LOG_INFO, NULL, "%s", err->text);
    if (rc != RC_OK && rc != RC_STOPPED) {
        summary_broken(r->summary, step->flow, err->text);
        run_log(r, LOG_ERROR, NULL, "%s", err->text);
    }
    r->flow = NULL;
    store_rest(r->store);
    return rc;
}

/* A pass for stock alone is for speed where the offer is long; where it is short the quantities go with it, so that an
 * item with several changes is sent once (rule R33). */
static enum rc stock_before_offer(struct run *r, struct err *err) {
    bool small = false;
    enum rc rc = flow_offer_is_small(r, &small, err);
    return rc != RC_OK || small ? rc : flow_stock(r, err);
}

/* Orders first: they change what may be told as available, and they are what hurts most when late. Stock of existing
 * items before the catalogue: an oversold item costs more than a late description. */
static enum rc carry_out(struct run *r, const struct tasks *t, bool may_import, struct err *err) {
    const struct flow_step steps[] = {
        {"orders", t->orders && may_import, flow_orders_resume},
        {"orders", t->orders || t->read_orders, flow_orders_read},
        {"orders", t->orders && may_import, flow_restored},
        {"orders", t->orders && may_import, flow_orders_import},
        {"acknowledgement", t->orders && may_import, flow_orders_acknowledge},
        {"orders", t->stock, flow_orders_refresh},
        {"stock", t->stock, t->offer ? stock_before_offer : flow_stock},
        {"prices", t->prices, flow_prices},
        {"offer", t->offer, flow_offer},
        {"orders", t->orders && may_import, flow_restored_seen},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (!steps[i].wanted)
            continue;
        struct err local;
        err_clear(&local);
        enum rc rc = one_flow(r, &steps[i], &local);
        if (rc != RC_OK && ends_run(rc, &local)) {
            if (err)
                *err = local;
            return rc;
        }
    }
    return RC_OK;
}

/* What else the run does goes on: stock and orders are right in any currency. The offer leaves prices out by itself. */
static void check_prices(struct run *r, struct tasks *t) {
    char text[ERR_TEXT_MAX];
    if (!(t->prices || t->offer) || !(r->rules->owned & ASPECT_PRICE) ||
        !rules_refuse_prices(r->rules, erp_currency(r->erp), text, sizeof text))
        return;
    t->prices = false;
    summary_broken(r->summary, "prices", text);
    run_log(r, LOG_ERROR, NULL, "%s", text);
}

static const char *flow_words(const struct tasks *t) {
    if (t->offer)
        return t->orders ? "offer+orders" : "offer";
    if (t->orders)
        return t->stock || t->prices ? "orders+stock" : "orders";
    if (t->stock)
        return t->prices ? "stock+prices" : "stock";
    return t->prices ? "prices" : "none";
}

/* The run's end is written even when it failed; a failure to write it is told only if there is none before it. */
static enum rc finish(struct run *r, enum rc rc, struct err *err) {
    struct buf text;
    buf_init(&text, SUMMARY_MAX);
    summary_text(r->summary, &text);
    if (rc != RC_OK && rc != RC_STOPPED && err && text.len == 0)
        buf_addf(&text, "The run ended early: %s\n", err->text);
    r->counts = summary_counts(r->summary);
    r->counts.requests = chan_requests(r->channel) - r->requests_before;
    const char *result = summary_result(r->summary, rc == RC_STOPPED);
    str_copy(r->result, sizeof r->result, result);
    enum rc end = store_run_end(r->store, r->run_id, &r->counts, result, text.data, rc == RC_OK ? err : NULL);
    run_log(r, str_eq(result, "done") || str_eq(result, "nothing") ? LOG_INFO : LOG_WARNING, NULL, "Run %lld: %s. %s",
            (long long)r->run_id, result, text.data);
    buf_free(&text);
    summary_free(r->summary);
    r->summary = NULL;
    return rc != RC_OK ? rc : end;
}

static void prepare(struct run *r) {
    unsigned char seed[8];
    uint64_t value = 0;
    os_random(seed, sizeof seed);
    memcpy(&value, seed, sizeof value);
    rng_seed(&r->rng, value);
    r->summary = summary_new();
    r->orders_read_us = INT64_MIN;
    r->not_before_ms = 0;
    r->flow = NULL;
    r->result[0] = '\0';
    r->counts = (struct run_counts){0};
}

enum rc sync_run(struct run *r, struct err *err) {
    struct err local;
    if (!err)
        err = &local;
    err_clear(err);
    struct tasks t = tasks_of(r);
    enum rc rc =
        store_run_begin(r->store, r->link, flow_words(&t), r->trigger ? r->trigger : "manual", &r->run_id, err);
    if (rc != RC_OK)
        return rc;
    prepare(r);
    r->requests_before = chan_requests(r->channel);
    rc = precheck(r, &t, err);
    bool may_import = rc == RC_OK;
    if (!may_import) {
        summary_broken(r->summary, "orders", err->text);
        run_log(r, LOG_ERROR, NULL, "%s No document was made.", err->text);
    }
    check_prices(r, &t);
    if (may_import || err->reach <= REACH_FLOW)
        rc = carry_out(r, &t, may_import, err);
    return finish(r, rc, err);
}
