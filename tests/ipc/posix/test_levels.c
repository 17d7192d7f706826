/* Real accounts on a real socket: a stranger, a reader, an operator and an administrator, each another process that
 * gave root up. Only root can play them: for anyone else the test is skipped. */
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/ipc/rig.h"
#include "tests/support/spawn.h"

/* Groups every Debian has; their members here are only who takes the number on. */
#define READERS        "games"
#define OPERATORS      "users"
#define ADMINISTRATORS "mail"
#define STRANGER       65534

enum { GREETED = 10, DENIED = 20, NOT_LET_IN = 21, BROKEN = 22 };

/* The child: becomes account STRANGER with one more group, and comes back with the level it got. */
static int child(const char *endpoint, const char *group) {
    struct group *g = getgrnam(group);
    gid_t groups[2] = {STRANGER, g ? g->gr_gid : STRANGER};
    if (setgroups(2, groups) != 0 || setgid(STRANGER) != 0 || setuid(STRANGER) != 0)
        return BROKEN;
    const struct ipc_client_options o = {.endpoint = endpoint, .program = "child"};
    struct ipc_client *c = NULL;
    struct ipc_message answer;
    struct err err;
    enum rc rc = ipc_client_open(&o, &c, &err);
    if (rc != RC_OK)
        return rc == RC_DENIED ? err.os_code != 0 ? NOT_LET_IN : DENIED : BROKEN;
    enum ipc_level level = ipc_client_level(c);
    /* One operation of each level: what is above ours is refused, what is ours is not. */
    static const char *const ops[] = {"status", "settings_get", "secret_set"};
    for (int i = 0; i < 3; i++) {
        const char *args = i == 2 ? "{\"company\":\"a\",\"link\":\"b\",\"key\":\"k\"}" : NULL;
        rc = ipc_client_call(c, ops[i], args, 20000, NULL, &answer, &err);
        if (rc != ((int)level > i ? RC_OK : RC_DENIED))
            return BROKEN;
        if (rc == RC_OK)
            ipc_message_free(&answer);
    }
    ipc_client_close(c);
    return GREETED + (int)level;
}

static int as(struct rig *r, const char *group) {
    char self[1000];
    test_self(self, sizeof self);
    const char *const argv[] = {self, "--child", r->endpoint, group, NULL};
    return test_spawn(argv);
}

static void each_account_gets_its_level(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    struct rig r;
    rig_start(&r, &(struct ipc_server_options){
                      .groups = {.readers = READERS, .operators = OPERATORS, .administrators = ADMINISTRATORS}});
    assert_int_equal(chmod(r.folder, 0755), 0);
    assert_int_equal(as(&r, "nogroup"), DENIED);
    assert_int_equal(as(&r, READERS), GREETED + IPC_READER);
    assert_int_equal(as(&r, OPERATORS), GREETED + IPC_OPERATOR);
    assert_int_equal(as(&r, ADMINISTRATORS), GREETED + IPC_ADMINISTRATOR);
    rig_until(&r, RIG_FIELD(connections), 0, 0);
    rig_stop(&r);
}

static void without_groups_the_folder_is_shut(void **state) {
    (void)state;
    if (geteuid() != 0)
        skip();
    struct rig r;
    rig_start(&r, &(struct ipc_server_options){.groups = {.readers = "no-such-group-shopferry"}});
    assert_int_equal(chmod(r.folder, 0755), 0);
    assert_int_equal(as(&r, READERS), NOT_LET_IN);
    rig_stop(&r);
}

int main(int argc, char **argv) {
    if (argc == 4 && str_eq(argv[1], "--child"))
        return child(argv[2], argv[3]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_account_gets_its_level),
        cmocka_unit_test(without_groups_the_folder_is_shut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
