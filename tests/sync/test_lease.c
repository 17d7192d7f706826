/* The life of a lease with a clock that is moved by hand: who is dead, who is told what, who stops whom, and that there
 * are never two owners who may work. The thread that gives signs of life is tested with real time. */
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "common/os/life.h"
#include "tests/erp/company.h"
#include "tests/fakes/fake_lease.h"
#include "tests/support/temp_folder.h"

#define LENGTH 60000

static struct fixed_clock now;
static struct fake_lease fake;
static struct err err;

static const struct lease_owner anna = {
    .machine = "SRV-ERP", .place = "one", .account = "anna", .process = 41, .process_started = 1};
static const struct lease_owner piotr = {
    .machine = "KASA-2", .place = "two", .account = "piotr", .process = 42, .process_started = 2};

static int setup(void **state) {
    (void)state;
    fixed_clock_init(&now, COMPANY_NOW_MS);
    memset(&fake, 0, sizeof fake);
    err_clear(&err);
    return 0;
}

static struct lease_args args_of(const struct lease_owner *who) {
    return (struct lease_args){.place = fake_lease_place(&fake),
                               .link = "shop",
                               .self = who,
                               .purpose = "schedule",
                               .doing = "orders",
                               .length_ms = LENGTH,
                               .clock = &now.clock,
                               .no_thread = true};
}

static struct lease_hold *begin(const struct lease_owner *who) {
    struct lease_args args = args_of(who);
    struct lease_hold *hold = NULL;
    assert_int_equal(lease_begin(&args, LEASE_WHEN_FREE, 0, &hold, NULL, &err), RC_OK);
    return hold;
}

static int64_t now_us(void) {
    return clock_monotonic_us(&now.clock);
}

/* --- who is dead --- */

static void an_owner_elsewhere_is_known_by_its_counter_alone(void **state) {
    (void)state;
    struct lease_watch w = {0};
    struct lease l = {.epoch = 3, .owner = anna, .length_ms = LENGTH, .heartbeat = 7};
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_FREE);
    l.held = true;
    l.since_ms = COMPANY_NOW_MS + INT64_C(400) * 86400000; /* its clock is more than a year ahead: no matter */
    l.heartbeat++;
    l.epoch++;
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_UNSURE);
    now.now_ms += LENGTH;
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_UNSURE);
    l.heartbeat++;
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_LIVE);
    now.now_ms += LENGTH;
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_LIVE);
    now.now_ms += 1;
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_DEAD);
    l.heartbeat++; /* it was only slow */
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_LIVE);
    l.epoch++; /* another one took it: he is not known yet */
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_UNSURE);
    l.length_ms = 1000; /* it is the length in the row that counts */
    now.now_ms += 1001;
    assert_int_equal(lease_judge(&w, &l, &piotr, now_us()), LEASE_DEAD);
}

static void an_owner_here_is_known_by_its_process_too(void **state) {
    (void)state;
    struct lease_watch w = {0};
    struct lease_owner self = anna;
    struct lease l = {.epoch = 1, .held = true, .owner = anna, .length_ms = LENGTH, .heartbeat = 1};
    l.owner.process = os_process_id();
    l.owner.process_started = os_process_started();
    assert_int_equal(lease_judge(&w, &l, &self, now_us()), LEASE_LIVE);
    now.now_ms += LENGTH + 1; /* it exists, but is frozen */
    assert_int_equal(lease_judge(&w, &l, &self, now_us()), LEASE_DEAD);
    w = (struct lease_watch){0};
    l.owner.process_started ^= 1; /* its number was given to another process */
    assert_int_equal(lease_judge(&w, &l, &self, now_us()), LEASE_DEAD);
    /* The same numbers elsewhere, or where nobody knows, mean nothing. */
    str_copy(self.place, sizeof self.place, "two");
    assert_int_equal(lease_judge(&w, &l, &self, now_us()), LEASE_UNSURE);
    self.place[0] = l.owner.place[0] = '\0';
    assert_int_equal(lease_judge(&w, &l, &self, now_us()), LEASE_UNSURE);
}

static void this_process_has_a_name(void **state) {
    (void)state;
    char folder[512];
    struct lease_owner one, two;
    temp_folder_make(folder, sizeof folder);
    assert_int_equal(lease_self(folder, &one, &err), RC_OK);
    assert_int_equal(lease_self(folder, &two, &err), RC_OK);
    assert_string_equal(one.place, two.place);
    assert_true(*one.place && *one.machine && *one.account);
    assert_int_equal(one.process, os_process_id());
    temp_folder_remove(folder);
    temp_folder_make(folder, sizeof folder);
    assert_int_equal(lease_self(folder, &two, &err), RC_OK);
    assert_string_not_equal(one.place, two.place); /* another installation */
    temp_folder_remove(folder);
}

/* --- the life of a hold --- */

static void from_taking_to_giving_back(void **state) {
    (void)state;
    struct lease_hold *hold = begin(&anna);
    assert_int_equal(lease_epoch(hold), 1);
    assert_true(fake.row.held && fake.row.length_ms == LENGTH && fake.row.since_ms == COMPANY_NOW_MS);
    int64_t before = fake.row.heartbeat;
    int calls = fake.calls;
    now.now_ms += LENGTH / 3;
    assert_int_equal(lease_step(hold, "stock 1 of 2", &err), RC_OK);
    assert_int_equal(fake.calls, calls); /* costs nothing while the thread is in time */
    lease_beat(hold);
    assert_int_equal(fake.row.heartbeat, before + 1);
    assert_string_equal(fake.row.doing, "stock 1 of 2");
    lease_end(hold);
    assert_true(!fake.row.held && fake.row.epoch == 1);
    hold = begin(&piotr);
    assert_int_equal(lease_epoch(hold), 2);
    lease_end(hold);
    assert_int_equal(lease_step(NULL, "x", &err), RC_OK);
    lease_end(NULL);
}

static void who_is_refused_is_told_by_whom(void **state) {
    (void)state;
    struct lease_hold *hold = begin(&anna), *none = NULL;
    struct lease_refusal r;
    struct lease_args args = args_of(&piotr);
    struct lease_watch watch = {0};
    args.watch = &watch;
    assert_int_equal(lease_begin(&args, LEASE_WHEN_FREE, LENGTH, &none, &r, &err), RC_CONFLICT);
    assert_int_equal(err.reach, REACH_LINK);
    assert_non_null(
        strstr(err.text, "process 41 of anna on SRV-ERP (schedule, since 2026-11-23T00:00:00.000Z: orders)"));
    assert_non_null(strstr(err.text, "Nothing was started"));
    assert_int_equal(r.verdict, LEASE_UNSURE);
    assert_string_equal(r.lease.owner.machine, "SRV-ERP");
    lease_beat(hold);
    assert_int_equal(lease_begin(&args, LEASE_WHEN_FREE, 0, &none, &r, &err), RC_CONFLICT);
    assert_int_equal(r.verdict, LEASE_LIVE);
    now.now_ms += LENGTH + 1;
    /* A person is told that it was interrupted, and asked (C-30). */
    assert_int_equal(lease_begin(&args, LEASE_WHEN_FREE, 0, &none, &r, &err), RC_CONFLICT);
    assert_int_equal(r.verdict, LEASE_DEAD);
    assert_int_equal(r.silent_ms, LENGTH + 1);
    assert_non_null(strstr(err.text, "interrupted"));
    assert_string_equal(fake.row.stop_by, ""); /* nobody was asked to stop */
    assert_null(none);
    lease_end(hold);
}

/* Waiting moves the clock; `owner` works meanwhile. */
struct meanwhile {
    struct lease_hold *owner;
    int64_t beat_every_ms, next_beat_ms, waited_ms;
    int64_t steps_after_ms; /* the owner comes to its next step when so much was waited; 0 never */
    enum rc at_step;
    char text[ERR_TEXT_MAX];
};

static bool wait_meanwhile(void *ctx, int64_t ms) {
    struct meanwhile *m = ctx;
    now.now_ms += ms;
    m->waited_ms += ms;
    if (m->owner && m->beat_every_ms && m->waited_ms >= m->next_beat_ms) {
        lease_beat(m->owner);
        m->next_beat_ms += m->beat_every_ms;
    }
    if (m->owner && m->steps_after_ms && m->waited_ms >= m->steps_after_ms) {
        struct err told;
        m->at_step = lease_step(m->owner, NULL, &told);
        str_copy(m->text, sizeof m->text, told.text);
        lease_end(m->owner);
        m->owner = NULL;
    }
    return false;
}

static void the_automaton_takes_over_from_the_dead(void **state) {
    (void)state;
    struct lease_hold *hold = begin(&anna), *mine = NULL;
    struct meanwhile m = {0};
    struct lease_args args = args_of(&piotr);
    args.wait = wait_meanwhile;
    args.wait_ctx = &m;
    /* Unsure and not patient enough. */
    assert_int_equal(lease_begin(&args, LEASE_WHEN_DEAD, LENGTH / 2, &mine, NULL, &err), RC_CONFLICT);
    assert_in_range(m.waited_ms, LENGTH / 2, LENGTH / 2 + 500);
    /* Patient enough. */
    assert_int_equal(lease_begin(&args, LEASE_WHEN_DEAD, 2 * LENGTH, &mine, NULL, &err), RC_OK);
    assert_int_equal(lease_epoch(mine), 2);
    assert_int_equal(lease_step(hold, NULL, &err), RC_CONFLICT);
    assert_int_equal(err.reach, REACH_LINK);
    assert_non_null(strstr(err.text, "piotr on KASA-2"));
    assert_int_equal(lease_step(hold, NULL, &err), RC_CONFLICT); /* and stays so */
    lease_end(hold);
    assert_true(fake.row.held && fake.row.epoch == 2); /* what is not its own it does not give back */
    lease_end(mine);
}

static void who_has_watched_before_need_not_wait(void **state) {
    (void)state;
    struct lease_hold *hold = begin(&anna), *mine = NULL;
    struct lease_watch watch = {0};
    struct lease_args args = args_of(&piotr);
    args.watch = &watch;
    assert_int_equal(lease_begin(&args, LEASE_WHEN_DEAD, 0, &mine, NULL, &err), RC_CONFLICT);
    now.now_ms += LENGTH / 2;
    lease_beat(hold);
    assert_int_equal(lease_begin(&args, LEASE_WHEN_DEAD, 0, &mine, NULL, &err), RC_CONFLICT);
    now.now_ms += LENGTH / 2 + 1;
    assert_int_equal(lease_begin(&args, LEASE_WHEN_DEAD, 0, &mine, NULL, &err), RC_CONFLICT);
    now.now_ms += LENGTH / 2;
    assert_int_equal(lease_begin(&args, LEASE_WHEN_DEAD, 0, &mine, NULL, &err), RC_OK);
    lease_end(mine);
    lease_end(hold);
}

static void run_anyway_asks_the_living_to_stop_and_waits(void **state) {
    (void)state;
    struct lease_hold *mine = NULL;
    struct meanwhile m = {.owner = begin(&anna), .beat_every_ms = LENGTH / 6, .steps_after_ms = 3 * LENGTH};
    struct lease_args args = args_of(&piotr);
    args.wait = wait_meanwhile;
    args.wait_ctx = &m;
    assert_int_equal(lease_begin(&args, LEASE_ANYWAY, 4 * LENGTH, &mine, NULL, &err), RC_OK);
    assert_int_equal(m.at_step, RC_STOPPED);
    assert_non_null(strstr(m.text, "piotr on KASA-2 (process 42)"));
    assert_null(m.owner);
    assert_int_equal(lease_epoch(mine), 2);
    assert_string_equal(fake.row.stop_by, "");
    lease_end(mine);
}

static void run_anyway_never_runs_beside_the_living(void **state) {
    (void)state;
    struct lease_hold *mine = NULL;
    struct lease_refusal r;
    struct meanwhile m = {.owner = begin(&anna), .beat_every_ms = LENGTH / 6};
    struct lease_args args = args_of(&piotr);
    args.wait = wait_meanwhile;
    args.wait_ctx = &m;
    assert_int_equal(lease_begin(&args, LEASE_ANYWAY, 3 * LENGTH, &mine, &r, &err), RC_CONFLICT);
    assert_in_range(m.waited_ms, 3 * LENGTH, 3 * LENGTH + 500);
    assert_int_equal(r.verdict, LEASE_LIVE);
    assert_non_null(strstr(err.text, "asked to stop"));
    assert_int_equal(lease_epoch(m.owner), fake.row.epoch);
    lease_end(m.owner);
}

static void run_anyway_takes_over_from_the_dead(void **state) {
    (void)state;
    struct lease_hold *mine = NULL, *hold = begin(&anna);
    struct meanwhile m = {0};
    struct lease_args args = args_of(&piotr);
    args.wait = wait_meanwhile;
    args.wait_ctx = &m;
    assert_int_equal(lease_begin(&args, LEASE_ANYWAY, 2 * LENGTH, &mine, NULL, &err), RC_OK);
    assert_in_range(m.waited_ms, LENGTH, LENGTH + 1000);
    lease_end(mine);
    lease_end(hold);
    /* Crashed on this machine: at once. */
    struct lease_owner here = anna;
    here.process = os_process_id();
    here.process_started = os_process_started() ^ 1;
    hold = begin(&here);
    m.waited_ms = 0;
    args.self = &here;
    assert_int_equal(lease_begin(&args, LEASE_ANYWAY, 2 * LENGTH, &mine, NULL, &err), RC_OK);
    assert_int_equal(m.waited_ms, 0);
    lease_end(mine);
    lease_end(hold);
}

static bool stop_at_once(void *ctx, int64_t ms) {
    (void)ctx;
    (void)ms;
    return true;
}

static void stop_ends_the_waiting(void **state) {
    (void)state;
    struct lease_hold *mine = NULL, *hold = begin(&anna);
    struct lease_args args = args_of(&piotr);
    args.wait = stop_at_once;
    assert_int_equal(lease_begin(&args, LEASE_ANYWAY, LENGTH, &mine, NULL, &err), RC_STOPPED);
    assert_null(mine);
    lease_end(hold);
}

static void who_slept_asks_before_going_on(void **state) {
    (void)state;
    struct lease_hold *hold = begin(&anna);
    now.now_ms += 10 * LENGTH; /* frozen; nobody wanted the lease meanwhile */
    assert_int_equal(lease_step(hold, NULL, &err), RC_OK);
    assert_true(fake.row.held && fake.row.epoch == 1);
    struct lease_watch w = {0};
    (void)lease_judge(&w, &fake.row, &piotr, now_us());
    now.now_ms += LENGTH + 1; /* frozen again; now somebody did */
    assert_int_equal(lease_judge(&w, &fake.row, &piotr, now_us()), LEASE_DEAD);
    struct lease_args args = args_of(&piotr);
    struct lease_hold *mine = NULL;
    args.watch = &w;
    assert_int_equal(lease_begin(&args, LEASE_WHEN_DEAD, 0, &mine, NULL, &err), RC_OK);
    assert_int_equal(lease_step(hold, NULL, &err), RC_CONFLICT);
    lease_end(hold);
    lease_end(mine);
}

static void an_owner_who_cannot_renew_stops_before_others_may_take_over(void **state) {
    (void)state;
    struct rng rng;
    int64_t taken_over = 0, allowed = 0;
    rng_seed(&rng, 3);
    struct lease_hold *hold = begin(&anna);
    struct lease_watch w = {0};
    for (int i = 0; i < 200000; i++) {
        now.now_ms += (int64_t)rng_below(&rng, LENGTH / 4);
        if (rng_below(&rng, 4) == 0)
            fake.fails = fake.fails == RC_OK ? RC_LATER : RC_OK;
        if (rng_below(&rng, 3) == 0)
            lease_beat(hold);
        if (rng_below(&rng, 3) == 0)
            allowed += lease_step(hold, NULL, &err) == RC_OK;
        if (rng_below(&rng, 2) == 0 || lease_judge(&w, &fake.row, &piotr, now_us()) != LEASE_DEAD)
            continue;
        fake.fails = RC_LATER; /* the owner cannot ask: it has to know by itself */
        assert_int_equal(lease_step(hold, NULL, &err), RC_CONFLICT);
        fake.fails = RC_OK;
        taken_over++;
        lease_end(hold);
        struct lease gone = fake.row;
        gone.held = false; /* as the one who took over would have left it */
        fake.row = gone;
        hold = begin(&anna);
    }
    assert_true(taken_over > 1000 && allowed > 10000);
    fake.fails = RC_OK;
    lease_end(hold);
}

/* --- every place keeps the same rules --- */

static void contract(struct lease_place one, struct lease_place two) {
    struct lease l, seen;
    const struct lease_claim claim = {
        .owner = &anna, .purpose = "manual", .doing = "Zażółć", .since_ms = 5, .length_ms = LENGTH};
    assert_int_equal(one.vt->read(one.ctx, "shop", &l, &err), RC_OK);
    assert_true(!l.held && l.epoch == 0);
    assert_int_equal(one.vt->take(one.ctx, "shop", &claim, NULL, &l, &err), RC_OK);
    assert_int_equal(two.vt->take(two.ctx, "shop", &claim, NULL, &l, &err), RC_CONFLICT);
    assert_int_equal(two.vt->read(two.ctx, "shop", &seen, &err), RC_OK);
    assert_memory_equal(&seen.owner.process, &anna.process, sizeof seen.owner.process);
    assert_string_equal(seen.owner.machine, "SRV-ERP");
    assert_string_equal(seen.owner.place, "one");
    assert_string_equal(seen.owner.account, "anna");
    assert_string_equal(seen.purpose, "manual");
    assert_string_equal(seen.doing, "Zażółć");
    assert_true(seen.held && seen.epoch == 1 && seen.length_ms == LENGTH && seen.since_ms == 5);
    assert_true(seen.owner.process_started == 1);
    assert_int_equal(two.vt->ask_stop(two.ctx, "shop", 1, "piotr", &err), RC_OK);
    assert_int_equal(one.vt->renew(one.ctx, "shop", 1, "more", &l, &err), RC_OK);
    assert_string_equal(l.stop_by, "piotr");
    assert_true(l.heartbeat > seen.heartbeat);
    assert_int_equal(two.vt->take(two.ctx, "shop", &claim, &seen, &l, &err), RC_CONFLICT); /* it moved */
    assert_int_equal(two.vt->read(two.ctx, "shop", &seen, &err), RC_OK);
    assert_string_equal(seen.doing, "more");
    assert_int_equal(two.vt->take(two.ctx, "shop", &claim, &seen, &l, &err), RC_OK);
    assert_int_equal(l.epoch, 2);
    assert_int_equal(one.vt->renew(one.ctx, "shop", 1, NULL, &l, &err), RC_CONFLICT);
    assert_int_equal(one.vt->release(one.ctx, "shop", 1, &err), RC_CONFLICT);
    assert_int_equal(one.vt->ask_stop(one.ctx, "shop", 1, "x", &err), RC_NOT_FOUND);
    assert_int_equal(two.vt->release(two.ctx, "shop", 2, &err), RC_OK);
    assert_int_equal(one.vt->take(one.ctx, "shop", &claim, NULL, &l, &err), RC_OK);
    assert_true(l.epoch == 3 && l.heartbeat > seen.heartbeat);
}

static void the_rules_in_memory(void **state) {
    (void)state;
    contract(fake_lease_place(&fake), fake_lease_place(&fake));
}

static void the_rules_in_our_own_state(void **state) {
    (void)state;
    char folder[512], path[600];
    struct store *one = NULL, *two = NULL;
    temp_folder_make(folder, sizeof folder);
    os_path_join(path, sizeof path, folder, "state.db");
    assert_int_equal(store_open(path, &now.clock, &one, &err), RC_OK);
    assert_int_equal(store_open(path, &now.clock, &two, &err), RC_OK);
    contract(lease_place_store(one), lease_place_store(two));
    store_close(one);
    store_close(two);
    temp_folder_remove(folder);
}

static struct erp *second_handle(struct company *c) {
    struct erp *erp = NULL;
    const struct erp_open_args args = {
        .profile = "reference", .database = c->path, .view = {.channel = "shop"}, .clock = &c->clock.clock};
    assert_ok(c, sql_erp_open(&args, &erp, &c->err));
    return erp;
}

static void the_rules_in_the_company_database(void **state) {
    (void)state;
    struct company *c = MEM_NEW(struct company);
    company_make(c, 5, 0);
    struct erp *two = second_handle(c);
    contract(lease_place_erp(c->erp), lease_place_erp(two));
    erp_close(two);
    company_free(c);
    mem_free(c);
}

/* --- real time --- */

/* One call of the run that takes one and a half times the lease's length: an observer never finds the owner dead. */
static void a_long_call_loses_nothing(void **state) {
    (void)state;
    struct company *c = MEM_NEW(struct company);
    company_make(c, 5, 0);
    struct erp *two = second_handle(c);
    struct lease_args args = args_of(&anna);
    struct lease_hold *hold = NULL;
    struct lease_watch w = {0};
    struct lease first = {0}, l = {0};
    args.place = lease_place_erp(c->erp);
    args.clock = os_clock();
    args.length_ms = 1500;
    args.no_thread = false;
    assert_int_equal(lease_begin(&args, LEASE_WHEN_FREE, 0, &hold, NULL, &err), RC_OK);
    int64_t end = clock_monotonic_us(os_clock()) + 2250000;
    assert_int_equal(erp_lease_read(two, "shop", &first, &err), RC_OK);
    while (clock_monotonic_us(os_clock()) < end) {
        assert_int_equal(erp_lease_read(two, "shop", &l, &err), RC_OK);
        assert_int_not_equal(lease_judge(&w, &l, &piotr, clock_monotonic_us(os_clock())), LEASE_DEAD);
        (void)os_wait(NULL, 20);
    }
    assert_true(l.heartbeat >= first.heartbeat + 3);
    assert_int_equal(lease_step(hold, NULL, &err), RC_OK);
    lease_end(hold);
    assert_int_equal(erp_lease_read(two, "shop", &l, &err), RC_OK);
    assert_false(l.held);
    erp_close(two);
    company_free(c);
    mem_free(c);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        TEST(an_owner_elsewhere_is_known_by_its_counter_alone),
        TEST(an_owner_here_is_known_by_its_process_too),
        TEST(this_process_has_a_name),
        TEST(from_taking_to_giving_back),
        TEST(who_is_refused_is_told_by_whom),
        TEST(the_automaton_takes_over_from_the_dead),
        TEST(who_has_watched_before_need_not_wait),
        TEST(run_anyway_asks_the_living_to_stop_and_waits),
        TEST(run_anyway_never_runs_beside_the_living),
        TEST(run_anyway_takes_over_from_the_dead),
        TEST(stop_ends_the_waiting),
        TEST(who_slept_asks_before_going_on),
        TEST(an_owner_who_cannot_renew_stops_before_others_may_take_over),
        TEST(the_rules_in_memory),
        TEST(the_rules_in_our_own_state),
        TEST(the_rules_in_the_company_database),
        TEST(a_long_call_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
