/* No credential gets through the one place that takes them out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"
#include "service/net/redact.h"

static void check(const char *in, const char *want) {
    struct buf out;
    buf_init(&out, 64 * 1024);
    redact_add(&out, in, strlen(in));
    assert_string_equal(out.data, want);
    buf_free(&out);
}

static void secrets_are_masked(void **state) {
    (void)state;
    check("https://s/wp-json/wc/v3/orders?consumer_key=ck_0123456789&consumer_secret=cs_abcdefgh&page=2",
          "https://s/wp-json/wc/v3/orders?consumer_key=***&consumer_secret=***&page=2");
    check("link: <https://s/x?consumer_key=ck_1&consumer_secret=cs_2&page=2>; rel=\"next\"",
          "link: <https://s/x?consumer_key=***&consumer_secret=***&page=2>; rel=\"next\"");
    check("Authorization: Basic Y2tfMTpjc18y\r\nAccept: x", "Authorization: Basic ***\r\nAccept: x");
    check("authorization: bearer abc.def", "authorization: bearer ***");
    check("the key ck_0123456789abcdef is unknown", "the key *** is unknown");
    check("CS_0123456789ABCDEF", "***");
    check("{\"consumer_secret\":\"cs_x\",\"a\":1}", "{\"consumer_secret\":\"***\",\"a\":1}");
    check("{\\\"password\\\": \\\"geheim\\\"}", "{\\\"password\\\": \\\"***\\\"}");
    check("https://user:pass@shop.example/x", "https://***@shop.example/x");
    check("oauth_signature=a%2Fb%3D&oauth_nonce=77&sku=A", "oauth_signature=***&oauth_nonce=***&sku=A");
    check("redirect?to=consumer_key%3Dck_1%26x", "redirect?to=consumer_key%3D***");
}

static void plain_text_stays(void **state) {
    (void)state;
    check("", "");
    check("Invalid ID. //host/path a@b.example", "Invalid ID. //host/path a@b.example");
    check("back_office check_key ck_short", "back_office check_key ck_short");
    check("a basic rule", "a basic ***"); /* one word too many is the safe side */
    check("the password is wrong", "the password is wrong");
    check("zażółć gęślą jaźń", "zażółć gęślą jaźń");
}

static void cut_at_a_character(void **state) {
    (void)state;
    char out[8];
    redact(out, sizeof out, "abcdefżó");
    assert_true(utf8_valid(out, strlen(out)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
