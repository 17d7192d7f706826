/* Orders that a shop lists so that they cannot be read: none is lost behind the place where reading stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/engine/world.h"

static enum rc (*told_well)(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                            struct err *err);
static bool broken;

/* The fake's page; order 1000 is told without a status, and an entry without an id stands before it. */
static enum rc told_badly(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                          struct err *err) {
    enum rc rc = told_well(c, cursor, start_ms, out, err);
    if (rc != RC_OK || !broken)
        return rc;
    out->unreadable = mem_zalloc(2, sizeof *out->unreadable);
    out->unreadable[out->unreadable_count++] =
        (struct order_unreadable){.why = "it has no id", .raw = mem_strdup("[]"), .raw_len = 2};
    for (size_t i = 0; i < out->count; i++) {
        if (!str_eq(out->orders[i].remote_id, "1000"))
            continue;
        struct order_unreadable *u = &out->unreadable[out->unreadable_count++];
        *u = (struct order_unreadable){.remote_id = "1000", .why = "it has no status"};
        u->raw = out->orders[i].raw;
        u->raw_len = out->orders[i].raw_len;
        out->count--;
        memmove(&out->orders[i], &out->orders[i + 1], (out->count - i) * sizeof *out->orders);
        break;
    }
    return RC_OK;
}

static int setup(void **state) {
    struct world *w = world_new(NULL);
    fake_erp_item(w->erp, "A", "Apple", 1230, 100);
    w->options.fetch_orders = true;
    told_well = w->shop->vt.orders_since;
    w->shop->vt.orders_since = told_badly;
    broken = true;
    *state = w;
    return 0;
}

static int teardown(void **state) {
    world_free(*state);
    return 0;
}

static void run(struct world *w, const char *result) {
    if (world_sync(w) != RC_OK)
        fail_msg("%s", w->err.text);
    assert_string_equal(w->run.result, result);
}

static struct fake_order *place(struct world *w) {
    struct fake_order o = one_line("A", 2, "processing");
    return fake_shop_order(w->shop, &o);
}

static void parked_under_its_id_until_it_can_be_read(void **state) {
    struct world *w = *state;
    char code[48];
    struct fake_order *o = place(w);
    place(w);
    run(w, "partly");
    assert_int_equal(w->run.counts.parked, 2);
    assert_int_equal(world_order_state(w, "1000", code), INBOX_PARKED);
    assert_string_equal(code, "unreadable");
    assert_int_equal(world_order_state(w, "1001", NULL), INBOX_ACKNOWLEDGED);
    run(w, "nothing"); /* it comes again with the page's overlap and is not told again */
    w->clock.now_ms += w->rules.parked_again_ms + 1;
    run(w, "partly"); /* tried again: still as it was, however readable its text looks by itself */
    assert_int_equal(world_order_state(w, "1000", NULL), INBOX_PARKED);
    assert_int_equal(w->erp->document_count, 1);
    broken = false;
    fake_shop_touch(w->shop, fake_shop_find_order(w->shop, o->number));
    run(w, "done");
    assert_int_equal(world_order_state(w, "1000", NULL), INBOX_ACKNOWLEDGED);
    assert_int_equal(w->erp->document_count, 2);
}

static void an_imported_one_stays_imported(void **state) {
    struct world *w = *state;
    broken = false;
    struct fake_order *o = place(w);
    run(w, "done");
    broken = true;
    fake_shop_touch(w->shop, o);
    run(w, "partly");
    assert_int_equal(world_order_state(w, "1000", NULL), INBOX_ACKNOWLEDGED);
    assert_int_equal(w->erp->document_count, 1);
    broken = false;
    fake_shop_touch(w->shop, o);
    run(w, "nothing");
    assert_int_equal(w->erp->document_count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parked_under_its_id_until_it_can_be_read, setup, teardown),
        cmocka_unit_test_setup_teardown(an_imported_one_stays_imported, setup, teardown),
    };
    return cmocka_run_group_tests_name("engine/unreadable", tests, NULL, NULL);
}
