/* Where leases lie: the company database, or our own state. */
#include "service/store/lease.h"
#include "service/sync/lease.h"

static enum rc erp_take(void *ctx, const char *link, const struct lease_claim *claim, const struct lease *dead,
                        struct lease *out, struct err *err) {
    return erp_lease_take(ctx, link, claim, dead, out, err);
}

static enum rc erp_renew(void *ctx, const char *link, int64_t epoch, const char *doing, struct lease *out,
                         struct err *err) {
    return erp_lease_renew(ctx, link, epoch, doing, out, err);
}

static enum rc erp_release(void *ctx, const char *link, int64_t epoch, struct err *err) {
    return erp_lease_release(ctx, link, epoch, err);
}

static enum rc erp_read(void *ctx, const char *link, struct lease *out, struct err *err) {
    return erp_lease_read(ctx, link, out, err);
}

static enum rc erp_ask_stop(void *ctx, const char *link, int64_t epoch, const char *by, struct err *err) {
    return erp_lease_ask_stop(ctx, link, epoch, by, err);
}

struct lease_place lease_place_erp(struct erp *erp) {
    static const struct lease_place_vt vt = {erp_take, erp_renew, erp_release, erp_read, erp_ask_stop};
    return (struct lease_place){&vt, erp};
}

static enum rc own_take(void *ctx, const char *link, const struct lease_claim *claim, const struct lease *dead,
                        struct lease *out, struct err *err) {
    return store_lease_take(ctx, link, claim, dead, out, err);
}

static enum rc own_renew(void *ctx, const char *link, int64_t epoch, const char *doing, struct lease *out,
                         struct err *err) {
    return store_lease_renew(ctx, link, epoch, doing, out, err);
}

static enum rc own_release(void *ctx, const char *link, int64_t epoch, struct err *err) {
    return store_lease_release(ctx, link, epoch, err);
}

static enum rc own_read(void *ctx, const char *link, struct lease *out, struct err *err) {
    return store_lease_read(ctx, link, out, err);
}

static enum rc own_ask_stop(void *ctx, const char *link, int64_t epoch, const char *by, struct err *err) {
    return store_lease_ask_stop(ctx, link, epoch, by, err);
}

struct lease_place lease_place_store(struct store *store) {
    static const struct lease_place_vt vt = {own_take, own_renew, own_release, own_read, own_ask_stop};
    return (struct lease_place){&vt, store};
}
