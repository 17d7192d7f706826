/* Kills every scenario at every durable write and behind every call that changed something on the other side, lets a
 * new process resume, and compares with the end of the uninterrupted story; then once more with two deaths.
 *
 *   crash_every_step [--twice-every K] [SCENARIO ...]    the test; the second death only at every Kth point
 *   crash_every_step --child SCENARIO FOLDER CRASH_AT [FOLDER CRASH_AT]    one process of it; 0 = lives. The second
 * story begins when the first came to its end: processes are dear under Wine
 *
 * The other sides outlive a process: its last act before it dies is to save them, since a shop does not crash with us.
 */
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "tests/engine/scenarios.h"
#include "tests/support/spawn.h"
#include "tests/support/temp_folder.h"

#define DIED 99
#define BIG  (64 * 1024 * 1024)
#define RUNS 20 /* a phase must end well within so many runs */

/* --- the process that dies --- */

struct child {
    struct world *w;
    const struct scenario *scenario;
    int phase;
    int64_t crash_at, passed;
    char remote[600], result[600];
};

static void must(enum rc rc, const struct err *err, const char *what) {
    if (rc == RC_OK)
        return;
    (void)fprintf(stderr, "%s: %s %s\n", what, rc_name(rc), err->text);
    os_die_now(2);
}

static void save(struct child *c) {
    struct buf b, shop, erp;
    struct err err;
    buf_init(&b, BIG);
    buf_init(&shop, BIG);
    buf_init(&erp, BIG);
    fake_shop_save(c->w->shop, &shop);
    fake_erp_save(c->w->erp, &erp);
    struct json_writer jw;
    jw_init(&jw, &b);
    jw_object(&jw, NULL);
    jw_i64(&jw, "phase", c->phase);
    jw_i64(&jw, "now", c->w->clock.now_ms);
    jw_raw(&jw, "shop", shop.data);
    jw_raw(&jw, "erp", erp.data);
    jw_end(&jw, '}');
    must(os_file_replace(c->remote, b.data, b.len, false, &err), &err, "save");
    buf_free(&erp);
    buf_free(&shop);
    buf_free(&b);
}

static void die(void *ctx) {
    save(ctx);
    os_die_now(DIED);
}

static void point(struct child *c) {
    if (++c->passed == c->crash_at)
        die(c);
}

static void on_durable(void *ctx, const char *what) {
    (void)what;
    point(ctx);
}

static enum rc on_call(void *ctx, const char *slot, bool writes, enum rc rc, struct err *err) {
    (void)slot;
    (void)err;
    if (writes)
        point(ctx);
    return rc;
}

static void load_part(const struct json *j, void (*load)(void *side, const char *json, size_t len), void *side) {
    struct buf b;
    buf_init(&b, BIG);
    json_add(&b, j);
    load(side, b.data, b.len);
    buf_free(&b);
}

static void load_shop(void *side, const char *json, size_t len) {
    fake_shop_load(side, json, len);
}

static void load_erp(void *side, const char *json, size_t len) {
    fake_erp_load(side, json, len);
}

/* Tells the story again up to the saved phase, then puts the saved state of the other sides over it. */
static void begin_or_resume(struct child *c) {
    c->scenario->begin(c->w);
    if (!os_exists(c->remote)) {
        c->scenario->change(c->w, 0);
        return;
    }
    struct buf b;
    struct err err;
    struct json *j = NULL;
    must(os_read_file(c->remote, BIG, &b, &err), &err, "load");
    must(json_parse(b.data, b.len, &j, &err), &err, "load");
    int64_t phase = 0, now = 0;
    (void)json_i64_lax(j, "phase", &phase);
    (void)json_i64_lax(j, "now", &now);
    for (int p = 0; p <= phase; p++)
        if (p < c->scenario->phases)
            c->scenario->change(c->w, p);
    c->phase = (int)phase;
    load_part(json_get(j, "shop"), load_shop, c->w->shop);
    load_part(json_get(j, "erp"), load_erp, c->w->erp);
    c->w->clock.now_ms = now;
    json_free(j);
    buf_free(&b);
}

/* A run may leave something for the next one, but not for ever. */
static void run_until_quiet(struct child *c) {
    for (int i = 0; i < RUNS; i++) {
        int64_t writes = c->w->shop->writes, creates = c->w->erp->creates;
        must(world_sync(c->w), &c->w->err, "run");
        if (c->w->shop->writes == writes && c->w->erp->creates == creates)
            return;
    }
    (void)fprintf(stderr, "%s: still writing after %d runs\n", c->scenario->name, RUNS);
    os_die_now(2);
}

struct tally {
    struct buf *out;
    int state;
};

static enum rc tell_row(void *ctx, const struct inbox_row *row, struct err *err) {
    (void)err;
    struct tally *t = ctx;
    buf_addf(t->out, "inbox %s %s %s%s%s\n", row->number, inbox_state_name(row->state), row->reason_code,
             row->linked ? " linked" : "", row->changed_after ? " changed" : "");
    return RC_OK;
}

static enum rc tell_step(void *ctx, const struct step_row *row, struct err *err) {
    (void)err;
    buf_addf(ctx, "open step %s %s\n", row->kind, row->subject);
    return RC_OK;
}

static void write_result(struct child *c) {
    struct buf b;
    struct err err;
    buf_init(&b, BIG);
    fake_shop_dump(c->w->shop, &b);
    fake_erp_dump(c->w->erp, &b);
    struct store *s = c->w->store;
    struct tally t = {&b, 0};
    for (int state = INBOX_WAITING; state <= INBOX_IGNORED; state++)
        must(store_inbox_in_state(s, c->w->run.link, (enum inbox_state)state, 0, 1000, tell_row, &t, &err), &err,
             "dump");
    must(store_steps_open(s, c->w->run.link, tell_step, &b, &err), &err, "dump");
    int64_t parked = 0, held = 0;
    must(store_parked_count(s, c->w->run.link, &parked, &err), &err, "dump");
    static const char *const skus[] = {"A", "B", "C", "MISSING"};
    for (size_t i = 0; i < 4; i++) {
        char key[16];
        str_fmt(key, sizeof key, "k-%s", skus[i]);
        must(store_unimported(s, key, skus[i], &held, &err), &err, "dump");
        buf_addf(&b, "not imported %s %lld\n", skus[i], (long long)held);
    }
    buf_addf(&b, "parked items %lld, sold %lld\n#%lld\n", (long long)parked, (long long)world_sold(c->w),
             (long long)c->passed);
    must(os_file_replace(c->result, b.data, b.len, false, &err), &err, "dump");
    buf_free(&b);
}

static int run_child(const char *name, const char *folder, const char *crash_at) {
    struct child c = {.scenario = scenario_find(name)};
    if (!c.scenario || !str_to_i64(crash_at, &c.crash_at))
        return 2;
    os_path_join(c.remote, sizeof c.remote, folder, "remote.json");
    os_path_join(c.result, sizeof c.result, folder, "result.txt");
    c.w = world_new(folder);
    begin_or_resume(&c);
    save(&c);
    c.w->channel_hooks.after = c.w->erp_hooks.after = on_call;
    c.w->channel_hooks.hook_ctx = c.w->erp_hooks.hook_ctx = &c;
    c.w->erp->killer = die;
    c.w->erp->killer_ctx = &c;
    world_open(c.w);
    store_on_durable(c.w->store, on_durable, &c);
    while (c.phase < c.scenario->phases) {
        run_until_quiet(&c);
        if (++c.phase == c.scenario->phases)
            break;
        c.scenario->change(c.w, c.phase);
        save(&c);
    }
    write_result(&c);
    world_free(c.w);
    return 0;
}

/* --- the one that watches --- */

static char self[1024];

/* One process: the first folder's story to its end, then the second's, which dies at a point. Either may be NULL. */
static int chain(const char *scenario, const char *live, const char *folder, int64_t crash_at) {
    char number[24];
    str_fmt(number, sizeof number, "%lld", (long long)crash_at);
    const char *argv[] = {self, "--child", scenario, live, "0", folder, number, NULL};
    if (!live) {
        argv[3] = folder;
        argv[4] = number;
        argv[5] = NULL;
    } else if (!folder) {
        argv[5] = NULL;
    }
    return test_spawn(argv);
}

static int child(const char *scenario, const char *folder, int64_t crash_at) {
    return chain(scenario, NULL, folder, crash_at);
}

/* What a child left; the number behind # is how many points it passed. */
static char *result_of(const char *folder, int64_t *points) {
    char path[600];
    struct buf b;
    os_path_join(path, sizeof path, folder, "result.txt");
    if (os_read_file(path, BIG, &b, NULL) != RC_OK)
        return NULL;
    char *mark = strchr(b.data, '#');
    if (points && mark) {
        mark[strlen(mark) - 1] = '\0';
        (void)str_to_i64(mark + 1, points);
    }
    if (mark)
        *mark = '\0';
    char *result = buf_take(&b);
    buf_free(&b);
    return result;
}

static bool compare(const char *scenario, int64_t at, int64_t second, const char *folder, const char *whole) {
    char *now = result_of(folder, NULL);
    bool same = now && str_eq(now, whole);
    if (!same)
        (void)fprintf(stderr, "%s, killed at %lld and %lld: the end differs\n--- uninterrupted\n%s--- resumed\n%s",
                      scenario, (long long)at, (long long)second, whole, now ? now : "(nothing)\n");
    mem_free(now);
    return same;
}

/* Two deaths; false: the end differs. */
static bool try_twice(const char *scenario, int64_t at, int64_t second, const char *whole) {
    char folder[512];
    temp_folder_make(folder, sizeof folder);
    int code = child(scenario, folder, at);
    if (code == DIED)
        code = child(scenario, folder, second);
    if (code == DIED)
        code = child(scenario, folder, 0);
    bool good = code == 0 && compare(scenario, at, second, folder, whole);
    if (code != 0)
        (void)fprintf(stderr, "%s, killed at %lld and %lld: the resumed process ended with %d\n", scenario,
                      (long long)at, (long long)second, code);
    temp_folder_remove(folder);
    return good;
}

/* One death at every point there is. Each process resumes what the one before it left, compares, and dies in a story of
 * its own one point later. Gives the number of points, -1 when an end differs. */
static int64_t die_everywhere(const char *scenario, const char *whole) {
    char before[512] = "", folder[512];
    for (int64_t at = 1;; at++) {
        temp_folder_make(folder, sizeof folder);
        int code = chain(scenario, before[0] != '\0' ? before : NULL, folder, at);
        bool good = (code == DIED || code == 0) && (at == 1 || compare(scenario, at - 1, 0, before, whole));
        if (code != DIED && code != 0)
            (void)fprintf(stderr, "%s, behind a death at %lld: the process ended with %d\n", scenario,
                          (long long)(at - 1), code);
        if (at > 1)
            temp_folder_remove(before);
        if (!good || code == 0) {
            temp_folder_remove(folder);
            return good ? at - 1 : -1;
        }
        str_copy(before, sizeof before, folder);
    }
}

static bool whole_story(const char *scenario, char **whole, int64_t *points) {
    char folder[512];
    temp_folder_make(folder, sizeof folder);
    int code = child(scenario, folder, 0);
    *whole = code == 0 ? result_of(folder, points) : NULL;
    temp_folder_remove(folder);
    return *whole != NULL;
}

static int run_scenario(const char *scenario, int64_t twice_every) {
    char *whole = NULL;
    int64_t points = 0;
    if (!whole_story(scenario, &whole, &points)) {
        (void)fprintf(stderr, "%s: the uninterrupted story failed\n", scenario);
        return 1;
    }
    struct rng rng;
    rng_seed(&rng, 11);
    int64_t died = die_everywhere(scenario, whole);
    int bad = died < 0;
    if (!bad && died != points) {
        (void)fprintf(stderr, "%s: %lld points, but it died at %lld\n", scenario, (long long)points, (long long)died);
        bad = 1;
    }
    for (int64_t at = twice_every; bad == 0 && at <= points; at += twice_every)
        bad += !try_twice(scenario, at, 1 + (int64_t)rng_below(&rng, (uint64_t)points), whole);
    (void)printf("%-16s %4lld points, each killed once, %s twice: %s\n", scenario, (long long)points,
                 twice_every == 1 ? "each" : "some", bad ? "DIFFERS" : "same end");
    (void)fflush(stdout);
    mem_free(whole);
    return bad;
}

/* An order that kills the program is set aside after a few starts; its neighbours arrive. */
static int run_poison(void) {
    char folder[512];
    int starts = 0, code = DIED;
    temp_folder_make(folder, sizeof folder);
    while (code == DIED && starts < 10) {
        code = child("poison", folder, 0);
        starts++;
    }
    char *end = code == 0 ? result_of(folder, NULL) : NULL;
    bool good = end && strstr(end, "inbox 1002 parked crash\n") && starts <= 5;
    for (int n = 1000; good && n < 1005; n++) {
        char line[64];
        str_fmt(line, sizeof line, "inbox %d acknowledged \n", n);
        good = n == 1002 || strstr(end, line);
    }
    (void)printf("%-16s %4d starts: %s\n", "poison", starts, good ? "set aside, the others arrived" : "WRONG");
    if (!good)
        (void)fprintf(stderr, "%s", end ? end : "no end\n");
    mem_free(end);
    temp_folder_remove(folder);
    return good ? 0 : 1;
}

static int run_named(const char *name, int64_t twice_every) {
    return str_eq(name, scenario_poison.name) ? run_poison() : run_scenario(name, twice_every);
}

int main(int argc, char **argv) {
    if ((argc == 5 || argc == 7) && str_eq(argv[1], "--child")) {
        int code = run_child(argv[2], argv[3], argv[4]);
        return code == 0 && argc == 7 ? run_child(argv[2], argv[5], argv[6]) : code;
    }
    test_self(self, sizeof self);
    int first = 1, bad = 0;
    int64_t twice_every = 1;
    if (argc > 2 && str_eq(argv[1], "--twice-every") && str_to_i64(argv[2], &twice_every) && twice_every > 0)
        first = 3;
    for (int i = first; i < argc; i++)
        bad += run_named(argv[i], twice_every);
    for (size_t i = 0; argc == first && i < scenario_count; i++)
        bad += run_scenario(scenarios[i].name, twice_every);
    if (argc == first)
        bad += run_poison();
    return bad ? 1 : 0;
}
