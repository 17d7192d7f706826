#include "tests/base/check.h"

#include "common/base/uuid.h"

static void version_and_variant(void **state) {
    (void)state;
    unsigned char random[16];
    char out[UUID_SIZE];
    memset(random, 0, sizeof random);
    uuid_from_random(random, out);
    assert_string_equal(out, "00000000-0000-4000-8000-000000000000");
    memset(random, 0xFF, sizeof random);
    uuid_from_random(random, out);
    assert_string_equal(out, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    for (int i = 0; i < 16; i++)
        random[i] = (unsigned char)(i * 17);
    uuid_from_random(random, out);
    assert_string_equal(out, "00112233-4455-4677-8899-aabbccddeeff");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(version_and_variant)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
