/* What the pipe's descriptor says, ACE by ACE. Whether Windows obeys it cannot be seen under Wine; what we ask for can.
 */
#include <windows.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sddl.h>

#include "common/base/mem.h"
#include "common/ipc/win/caller.h"
#include "common/os/win/wide.h"

static PSECURITY_DESCRIPTOR descriptor(const struct ipc_groups *names) {
    struct caller_groups groups;
    struct buf sddl;
    PSECURITY_DESCRIPTOR out = NULL;
    buf_init(&sddl, 2000);
    caller_groups_find(names, NULL, &groups);
    assert_true(caller_sddl(&groups, &sddl));
    print_message("%s\n", sddl.data);
    wchar_t *wide = wide_from_utf8(sddl.data);
    assert_true(ConvertStringSecurityDescriptorToSecurityDescriptorW(wide, SDDL_REVISION_1, &out, NULL));
    mem_free(wide);
    buf_free(&sddl);
    return out;
}

static ACL *list_of(PSECURITY_DESCRIPTOR d) {
    ACL *acl = NULL;
    BOOL present = FALSE, defaulted = TRUE;
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD revision;
    assert_true(GetSecurityDescriptorDacl(d, &present, &acl, &defaulted));
    assert_true(present && acl); /* no list at all would let everyone in */
    assert_true(GetSecurityDescriptorControl(d, &control, &revision));
    assert_true(control & SE_DACL_PROTECTED);
    return acl;
}

/* The first ACE about that SID: its type, and its rights. */
static bool find(ACL *acl, PSID sid, BYTE *type, DWORD *rights, DWORD *place) {
    for (DWORD i = 0; i < acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace = NULL; /* a denying one has the same shape */
        assert_true(GetAce(acl, i, (void **)&ace));
        if (EqualSid((PSID)&ace->SidStart, sid)) {
            *type = ace->Header.AceType;
            *rights = ace->Mask;
            *place = i;
            return true;
        }
    }
    return false;
}

static void well_known(WELL_KNOWN_SID_TYPE type, union caller_sid *out) {
    DWORD size = sizeof *out;
    assert_true(CreateWellKnownSid(type, NULL, out, &size));
}

static void expect(ACL *acl, WELL_KNOWN_SID_TYPE who, BYTE type, DWORD rights) {
    union caller_sid sid;
    BYTE found_type;
    DWORD found_rights, place;
    well_known(who, &sid);
    assert_true(find(acl, &sid, &found_type, &found_rights, &place));
    assert_int_equal(found_type, type);
    assert_int_equal(found_rights, rights);
}

static void nobody_but_the_service_may_make_an_instance(void **state) {
    (void)state;
    PSECURITY_DESCRIPTOR d = descriptor(NULL);
    ACL *acl = list_of(d);
    /* FILE_CREATE_PIPE_INSTANCE is the bit of FILE_APPEND_DATA. */
    assert_int_equal(CLIENT_RIGHTS & FILE_APPEND_DATA, 0);
    assert_int_equal(CLIENT_RIGHTS & (WRITE_DAC | WRITE_OWNER | DELETE), 0);
    expect(acl, WinNetworkSid, ACCESS_DENIED_ACE_TYPE, FILE_ALL_ACCESS);
    expect(acl, WinAnonymousSid, ACCESS_DENIED_ACE_TYPE, FILE_ALL_ACCESS);
    expect(acl, WinBuiltinGuestsSid, ACCESS_DENIED_ACE_TYPE, FILE_ALL_ACCESS);
    expect(acl, WinLocalSystemSid, ACCESS_ALLOWED_ACE_TYPE, CLIENT_RIGHTS);
    expect(acl, WinBuiltinAdministratorsSid, ACCESS_ALLOWED_ACE_TYPE, CLIENT_RIGHTS);
    DWORD full = 0;
    for (DWORD i = 0; i < acl->AceCount; i++) {
        ACCESS_ALLOWED_ACE *ace = NULL;
        assert_true(GetAce(acl, i, (void **)&ace));
        assert_int_equal(ace->Header.AceType, i < 3 ? ACCESS_DENIED_ACE_TYPE : ACCESS_ALLOWED_ACE_TYPE);
        full += i >= 3 && ace->Mask == FILE_ALL_ACCESS;
    }
    assert_int_equal(full, 1); /* our own account */
    assert_int_equal(acl->AceCount, 6);
    (void)LocalFree(d);
}

static void only_groups_that_exist_are_let_in(void **state) {
    (void)state;
    union caller_sid everyone;
    BYTE type;
    DWORD rights, place;
    wchar_t name[256], domain[256];
    DWORD name_size = 256, domain_size = 256;
    SID_NAME_USE use;
    /* Any group whose name this system knows, in its own language. */
    well_known(WinBuiltinUsersSid, &everyone);
    assert_true(LookupAccountSidW(NULL, &everyone, name, &name_size, domain, &domain_size, &use));
    char *users = utf8_from_wide(name);
    const struct ipc_groups groups = {.readers = "no such group (Shopferry)", .operators = users, .administrators = ""};
    PSECURITY_DESCRIPTOR d = descriptor(&groups);
    ACL *acl = list_of(d);
    assert_int_equal(acl->AceCount, 7);
    assert_true(find(acl, &everyone, &type, &rights, &place));
    assert_int_equal(type, ACCESS_ALLOWED_ACE_TYPE);
    assert_int_equal(rights, CLIENT_RIGHTS);
    (void)LocalFree(d);
    mem_free(users);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_but_the_service_may_make_an_instance),
        cmocka_unit_test(only_groups_that_exist_are_let_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
