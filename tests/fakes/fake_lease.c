#include "tests/fakes/fake_lease.h"

static enum rc enter(struct fake_lease *f, struct err *err) {
    f->calls++;
    return f->fails == RC_OK ? RC_OK : err_set(err, f->fails, REACH_FLOW, "The place of the leases does not answer.");
}

static enum rc leave(struct fake_lease *f, enum rc rule, const struct lease *next, struct lease *out) {
    if (rule != RC_OK)
        return rule;
    f->row = *next;
    if (out)
        *out = *next;
    return RC_OK;
}

static enum rc fake_take(void *ctx, const char *link, const struct lease_claim *claim, const struct lease *dead,
                         struct lease *out, struct err *err) {
    struct fake_lease *f = ctx;
    struct lease next;
    (void)link;
    enum rc rc = enter(f, err);
    return rc != RC_OK ? rc : leave(f, lease_rule_take(&f->row, claim, dead, &next, err), &next, out);
}

static enum rc fake_renew(void *ctx, const char *link, int64_t epoch, const char *doing, struct lease *out,
                          struct err *err) {
    struct fake_lease *f = ctx;
    struct lease next;
    (void)link;
    enum rc rc = enter(f, err);
    return rc != RC_OK ? rc : leave(f, lease_rule_renew(&f->row, epoch, doing, &next, err), &next, out);
}

static enum rc fake_release(void *ctx, const char *link, int64_t epoch, struct err *err) {
    struct fake_lease *f = ctx;
    struct lease next;
    (void)link;
    enum rc rc = enter(f, err);
    return rc != RC_OK ? rc : leave(f, lease_rule_release(&f->row, epoch, &next, err), &next, NULL);
}

static enum rc fake_read(void *ctx, const char *link, struct lease *out, struct err *err) {
    struct fake_lease *f = ctx;
    (void)link;
    enum rc rc = enter(f, err);
    if (rc == RC_OK)
        *out = f->row;
    return rc;
}

static enum rc fake_ask_stop(void *ctx, const char *link, int64_t epoch, const char *by, struct err *err) {
    struct fake_lease *f = ctx;
    struct lease next;
    (void)link;
    enum rc rc = enter(f, err);
    return rc != RC_OK ? rc : leave(f, lease_rule_ask_stop(&f->row, epoch, by, &next, err), &next, NULL);
}

struct lease_place fake_lease_place(struct fake_lease *fake) {
    static const struct lease_place_vt vt = {fake_take, fake_renew, fake_release, fake_read, fake_ask_stop};
    return (struct lease_place){&vt, fake};
}
