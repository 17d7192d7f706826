/* Who may do what, every case: all 1,024 sets of facts about a caller, and every operation from every level. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/ipc/access.h"
#include "common/ipc/operations.h"

/* The rule once more, told another way, as an oracle. */
static enum ipc_level expected_level(unsigned facts) {
    bool known = facts & 1, shut_out = facts & (2 | 4 | 8);
    if (!known || shut_out)
        return IPC_NONE;
    if (facts & (16 | 32 | 64 | 512))
        return IPC_ADMINISTRATOR;
    return facts & 256 ? IPC_OPERATOR : facts & 128 ? IPC_READER : IPC_NONE;
}

static void every_caller_has_one_level(void **state) {
    (void)state;
    unsigned counts[4] = {0};
    for (unsigned f = 0; f < 1024; f++) {
        struct ipc_caller c = {.known = f & 1,
                               .anonymous = f & 2,
                               .network = f & 4,
                               .low_integrity = f & 8,
                               .system = f & 16,
                               .machine_administrator = f & 32,
                               .own_account = f & 64,
                               .in_readers = f & 128,
                               .in_operators = f & 256,
                               .in_administrators = f & 512};
        assert_int_equal(ipc_level_of(&c), expected_level(f));
        counts[ipc_level_of(&c)]++;
    }
    /* Of the 64 that are known and not shut out: 60 administrators, and one of each pair of groups. */
    assert_int_equal(counts[IPC_ADMINISTRATOR], 60);
    assert_int_equal(counts[IPC_OPERATOR], 2);
    assert_int_equal(counts[IPC_READER], 1);
    assert_int_equal(counts[IPC_NONE], 961);
}

/* The complete matrix, written out: r may be done by a reader, o by an operator, a by an administrator. */
static const struct {
    const char *name, *may;
} matrix[] = {
    {"status", "roa"},   {"links", "roa"},  {"progress", "roa"}, {"parked", "roa"},      {"differences", "roa"},
    {"where", "roa"},    {"why", "roa"},    {"history", "roa"},  {"log", "roa"},         {"lease", "roa"},
    {"check", "oa"},     {"probe", "oa"},   {"run", "oa"},       {"cancel", "oa"},       {"stop_request", "oa"},
    {"retry", "oa"},     {"approve", "oa"}, {"undo", "oa"},      {"settings_get", "oa"}, {"settings_put", "a"},
    {"secret_set", "a"},
};

static void every_operation_from_every_level(void **state) {
    (void)state;
    size_t rows = sizeof matrix / sizeof matrix[0], allowed = 0, refused = 0;
    assert_null(ipc_operation_at(rows));
    for (size_t i = 0; i < rows; i++) {
        const struct ipc_operation *op = ipc_operation(matrix[i].name);
        assert_non_null(op);
        for (int level = IPC_NONE; level <= IPC_ADMINISTRATOR; level++) {
            struct err err;
            err_clear(&err);
            bool may = level > IPC_NONE && strchr(matrix[i].may, "-roa"[level]);
            enum rc rc = ipc_allowed((enum ipc_level)level, op->level, &err);
            assert_int_equal(rc, may ? RC_OK : RC_DENIED);
            assert_int_equal(err.text[0] != '\0', !may);
            allowed += may;
            refused += !may;
        }
    }
    print_message("%d operations: %d allowed, %d refused\n", (int)rows, (int)allowed, (int)refused);
    assert_int_equal(allowed + refused, rows * 4);
    assert_int_equal(allowed, 10 * 3 + 9 * 2 + 2);
    /* An operation nobody gave a level would be nobody's. */
    assert_int_equal(ipc_allowed(IPC_ADMINISTRATOR, IPC_NONE, NULL), RC_DENIED);
}

static void a_higher_level_may_send_more(void **state) {
    (void)state;
    assert_int_equal(ipc_request_max(IPC_READER), 5 * 1024);
    assert_int_equal(ipc_request_max(IPC_OPERATOR), 5 * 1024);
    assert_int_equal(ipc_request_max(IPC_ADMINISTRATOR), 8 * 1024 * 1024);
}

static void levels_have_names(void **state) {
    (void)state;
    enum ipc_level level = IPC_READER;
    for (int i = IPC_NONE; i <= IPC_ADMINISTRATOR; i++) {
        assert_true(ipc_level_from(ipc_level_name((enum ipc_level)i), &level));
        assert_int_equal(level, i);
    }
    assert_false(ipc_level_from("root", &level));
    assert_int_equal(level, IPC_ADMINISTRATOR);
}

static enum ipc_trust trust(bool process_known, long process, bool asked, bool running, long service) {
    struct ipc_server_facts f = {.process_known = process_known,
                                 .process = process,
                                 .service_asked = asked,
                                 .service_running = running,
                                 .service_process = service};
    return ipc_server_trust(&f);
}

static void a_server_is_proven_or_not_trusted(void **state) {
    (void)state;
    assert_int_equal(trust(true, 4120, true, true, 4120), IPC_TRUSTED);
    assert_int_equal(trust(true, 4121, true, true, 4120), IPC_IMPOSTOR);
    assert_int_equal(trust(true, 4120, true, false, 0), IPC_IMPOSTOR);
    assert_int_equal(trust(true, 4120, true, false, 4120), IPC_IMPOSTOR);
    /* What the system does not say is never a success. */
    assert_int_equal(trust(false, 0, true, true, 4120), IPC_UNPROVEN);
    assert_int_equal(trust(true, 0, true, true, 4120), IPC_UNPROVEN);
    assert_int_equal(trust(true, 0, true, true, 0), IPC_UNPROVEN);
    assert_int_equal(trust(true, 4120, true, true, 0), IPC_UNPROVEN);
    assert_int_equal(trust(true, 4120, false, true, 4120), IPC_UNPROVEN);
    assert_int_equal(trust(true, 4120, false, false, 0), IPC_UNPROVEN);
    struct ipc_server_facts account = {.account_known = true, .account_trusted = true};
    assert_int_equal(ipc_server_trust(&account), IPC_TRUSTED);
    account.account_trusted = false;
    assert_int_equal(ipc_server_trust(&account), IPC_IMPOSTOR);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_caller_has_one_level),        cmocka_unit_test(every_operation_from_every_level),
        cmocka_unit_test(a_higher_level_may_send_more),      cmocka_unit_test(levels_have_names),
        cmocka_unit_test(a_server_is_proven_or_not_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
