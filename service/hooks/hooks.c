#include "service/hooks/hooks.h"

int64_t hooks_now_us(const struct driver_hooks *h) {
    return h->clock ? clock_monotonic_us(h->clock) : 0;
}

enum rc hooks_before(const struct driver_hooks *h, const char *slot, bool writes, struct err *err) {
    return h->before ? h->before(h->hook_ctx, slot, writes, err) : RC_OK;
}

enum rc hooks_after(const struct driver_hooks *h, const char *side, const char *slot, bool writes, int64_t begun_us,
                    enum rc rc, struct err *err) {
    if (h->log)
        log_line(h->log, LOG_DEBUG, &h->about, "%s %s: %s, %lld us.", side, slot, rc_name(rc),
                 (long long)(hooks_now_us(h) - begun_us));
    return h->after ? h->after(h->hook_ctx, slot, writes, rc, err) : rc;
}
