/* One process of the lease storm (lease_storm.py): again and again it tries to run on some link of a company database,
 * does what a run does (steps, orders, calls that take longer than the lease), and keeps a journal of what it believed.
 *
 *   lease_worker --make DATABASE
 *   lease_worker DATABASE FOLDER JOURNAL SEED LENGTH_MS LINKS     until there is a file FOLDER/stop
 *
 * A line of the journal: microseconds of the monotonic clock, a word, link, epoch, text. The time of "act" was taken
 * before the lease was asked, that of "began" after it was taken: so an act that is later than the next owner's
 * beginning was certainly made by two runs at once. */
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "service/erp/demo/demo_company.h"
#include "service/erp/sql/sql_erp.h"
#include "service/sync/lease.h"

#define LINKS_MAX 8

struct worker {
    const char *database, *folder;
    FILE *journal;
    struct rng rng;
    struct clock *clock;
    struct lease_owner self;
    struct erp *erp[LINKS_MAX], *keeper[LINKS_MAX];
    struct lease_watch watch[LINKS_MAX];
    int64_t length_ms, links, orders;
    struct err err;
};

static int64_t now_us(const struct worker *w) {
    return clock_monotonic_us(w->clock);
}

static int64_t below(struct worker *w, int64_t n) {
    return (int64_t)rng_below(&w->rng, (uint64_t)n);
}

static void note(struct worker *w, int64_t at_us, const char *word, int64_t link, int64_t epoch, const char *text) {
    (void)fprintf(w->journal, "%lld %s %lld %lld %s\n", (long long)at_us, word, (long long)link, (long long)epoch,
                  text);
    (void)fflush(w->journal);
}

static int fail(const char *doing, const struct err *err) {
    (void)fprintf(stderr, "%s: %s\n", doing, err->text);
    return 1;
}

static enum rc write_order(struct worker *w, int64_t link, const char *channel, const char *token) {
    struct order *o = order_new();
    struct erp_document document;
    order_set(&o->remote_id, token);
    order_set(&o->number, token);
    str_copy(o->currency, sizeof o->currency, "PLN");
    o->decimals = 2;
    o->created_ms = clock_wall_ms(w->clock);
    o->total = 1230;
    o->total_vat = 230;
    order_set(&o->billing.last_name, "Nowak");
    struct order_line *l = order_add_line(o);
    l->kind = LINE_GOODS;
    order_set(&l->name, "Kubek");
    l->quantity = 1000;
    l->net = 1000;
    l->vat = 230;
    l->rate = 230000;
    const struct erp_order_line line = {.line = l, .item_key = "5", .vat_code = "A"};
    const struct erp_order order = {
        .order = o, .lines = &line, .line_count = 1, .operator_name = "ADMIN", .channel = channel, .token = token};
    enum rc rc = erp_order_create(w->erp[link], &order, &document, &w->err);
    order_free(o);
    return rc;
}

/* One step: a call, sometimes longer than the lease, then a document; now and then without asking before it writes, as
 * a process does that wakes up between the two. false: the run is over. */
static bool step(struct worker *w, struct lease_hold *hold, int64_t link, const char *channel, bool ask) {
    int64_t at = now_us(w), epoch = lease_epoch(hold);
    enum rc rc = ask ? lease_step(hold, "a step", &w->err) : RC_OK;
    if (rc != RC_OK) {
        note(w, now_us(w), rc == RC_STOPPED ? "stopped" : "lost", link, epoch, w->err.text);
        return false;
    }
    if (ask)
        note(w, at, "act", link, epoch, "");
    char token[64];
    str_fmt(token, sizeof token, "%lld.%lld.%lld.%lld", (long long)link, (long long)epoch, (long long)w->self.process,
            (long long)w->orders++);
    rc = write_order(w, link, channel, token);
    if (rc == RC_OK)
        note(w, now_us(w), "wrote", link, epoch, token);
    else
        note(w, now_us(w), rc == RC_CONFLICT && w->err.reach == REACH_LINK ? "fenced" : "error", link, epoch,
             w->err.text);
    return rc == RC_OK || rc == RC_LATER;
}

static void run(struct worker *w, struct lease_hold *hold, int64_t link, const char *channel) {
    int64_t steps = 2 + below(w, 5);
    bool on = true;
    erp_fence(w->erp[link], lease_epoch(hold));
    for (int64_t i = 0; on && i < steps; i++) {
        on = step(w, hold, link, channel, i == 0 || below(w, 4) == 0);
        /* The very first runs, while nobody is frozen yet, make a long call each: they lose nothing by it. */
        bool long_call = (lease_epoch(hold) <= 2 && i == 0) || below(w, 12) == 0;
        if (on)
            (void)os_wait(NULL, long_call ? w->length_ms * 3 / 2 : below(w, 80));
    }
    int64_t at = now_us(w);
    if (on && lease_step(hold, NULL, &w->err) == RC_OK)
        note(w, at, "ended", link, lease_epoch(hold), "");
    lease_end(hold);
    erp_fence(w->erp[link], 0);
}

static void trigger(struct worker *w) {
    static const char *const words[] = {"free", "dead", "anyway"};
    int64_t link = below(w, w->links), dice = below(w, 10);
    enum lease_how how = dice < 2 ? LEASE_WHEN_FREE : dice < 7 ? LEASE_WHEN_DEAD : LEASE_ANYWAY;
    char channel[32];
    str_fmt(channel, sizeof channel, "shop%lld", (long long)link);
    note(w, now_us(w), "trigger", link, 0, words[how]);
    const struct lease_args args = {.place = lease_place_erp(w->keeper[link]),
                                    .link = channel,
                                    .self = &w->self,
                                    .purpose = how == LEASE_WHEN_DEAD ? "schedule" : "manual",
                                    .doing = "begins",
                                    .length_ms = w->length_ms,
                                    .clock = w->clock,
                                    .watch = &w->watch[link]};
    struct lease_hold *hold = NULL;
    enum rc rc = lease_begin(&args, how, below(w, 2) ? 0 : w->length_ms, &hold, NULL, &w->err);
    if (rc == RC_OK) {
        note(w, now_us(w), "began", link, lease_epoch(hold), words[how]);
        run(w, hold, link, channel);
    } else {
        note(w, now_us(w), rc == RC_CONFLICT ? "refused" : "error", link, 0, w->err.text);
    }
}

static enum rc open_all(struct worker *w) {
    enum rc rc = RC_OK;
    for (int64_t i = 0; i < w->links && rc == RC_OK; i++) {
        char channel[32];
        str_fmt(channel, sizeof channel, "shop%lld", (long long)i);
        const struct erp_open_args args = {
            .profile = "reference", .database = w->database, .view = {.channel = channel}, .clock = w->clock};
        rc = sql_erp_open(&args, &w->erp[i], &w->err);
        if (rc == RC_OK)
            rc = sql_erp_open(&args, &w->keeper[i], &w->err);
    }
    return rc;
}

static int work(struct worker *w) {
    char stop[1024];
    os_path_join(stop, sizeof stop, w->folder, "stop");
    if (lease_self(w->folder, &w->self, &w->err) != RC_OK)
        return fail("who we are", &w->err);
    char wall[32]; /* Windows counts its monotonic time otherwise: this tells by how much */
    str_fmt(wall, sizeof wall, "%lld", (long long)clock_wall_ms(w->clock));
    note(w, now_us(w), "process", 0, w->self.process, wall);
    while (open_all(w) != RC_OK)
        if (w->err.rc != RC_LATER)
            return fail("opening", &w->err);
    while (!os_exists(stop)) {
        trigger(w);
        (void)os_wait(NULL, below(w, 40));
    }
    for (int64_t i = 0; i < w->links; i++) {
        erp_close(w->erp[i]);
        erp_close(w->keeper[i]);
    }
    return 0;
}

int main(int argc, char **argv) {
    struct worker w = {.clock = os_clock()};
    int64_t seed = 0;
    if (argc == 3 && str_eq(argv[1], "--make")) {
        const struct demo_company_args args = {.items = 20, .seed = 7};
        return demo_company_write(argv[2], &args, &w.err) == RC_OK ? 0 : fail("the company", &w.err);
    }
    if (argc != 7 || !str_to_i64(argv[4], &seed) || !str_to_i64(argv[5], &w.length_ms) ||
        !str_to_i64(argv[6], &w.links) || w.links < 1 || w.links > LINKS_MAX)
        return 2;
    w.database = argv[1];
    w.folder = argv[2];
    w.journal = os_open_append(argv[3], &w.err);
    if (!w.journal)
        return fail("the journal", &w.err);
    rng_seed(&w.rng, (uint64_t)seed);
    int code = work(&w);
    (void)fclose(w.journal);
    return code;
}
