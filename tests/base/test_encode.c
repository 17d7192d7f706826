#include "tests/base/check.h"

#include "common/base/buf.h"
#include "common/base/json.h"
#include "common/base/str.h"

static void percent_encoding(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    buf_add_url(&b, "AZaz09-._~");
    assert_string_equal(b.data, "AZaz09-._~");
    buf_clear(&b);
    buf_add_url(&b, "a b&c=d/e?f#g%h+i,ż🍎'\"");
    assert_string_equal(b.data, "a%20b%26c%3Dd%2Fe%3Ff%23g%25h%2Bi%2C%C5%BC%F0%9F%8D%8E%27%22");
    /* Every other byte is escaped, so nothing can end the value. */
    for (int c = 1; c < 256; c++) {
        char one[2] = {(char)c, '\0'};
        buf_clear(&b);
        buf_add_url(&b, one);
        bool plain = c < 128 && (strchr("-._~", c) != NULL || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                 (c >= 'A' && c <= 'Z'));
        assert_int_equal(b.len, plain ? 1 : 3);
    }
    buf_free(&b);
}

static void json_strings(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    buf_add_json(&b, "a\"\\/\b\f\n\r\t\x01\x1f\x7fż🍎");
    assert_string_equal(b.data, "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7fż🍎\"");
    buf_clear(&b);
    buf_add_json(&b, "x\xFFy\xC5");
    assert_string_equal(b.data, "\"x\xEF\xBF\xBDy\xEF\xBF\xBD\"");
    buf_clear(&b);
    buf_add_json(&b, NULL);
    assert_string_equal(b.data, "null");
    buf_clear(&b);
    buf_add_json(&b, "");
    assert_string_equal(b.data, "\"\"");
    buf_free(&b);
}

/* What the writer escapes the reader gives back, for every character there is. */
static void json_strings_go_round(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    for (uint32_t c = 1; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 13) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char text[7] = {0};
        text[0] = 'a';
        size_t len = 1 + utf8_encode(text + 1, c);
        text[len] = 'b';
        buf_clear(&b);
        buf_add_json(&b, text);
        struct json *j;
        CHECK(json_parse(b.data, b.len, &j, NULL) == RC_OK);
        CHECK(strcmp(json_string_value(j), text) == 0);
        json_free(j);
    }
    buf_free(&b);
}

static void base64_vectors(void **state) {
    (void)state;
    /* RFC 4648 section 10 */
    static const char *const vectors[][2] = {{"", ""},
                                             {"f", "Zg=="},
                                             {"fo", "Zm8="},
                                             {"foo", "Zm9v"},
                                             {"foob", "Zm9vYg=="},
                                             {"fooba", "Zm9vYmE="},
                                             {"foobar", "Zm9vYmFy"}};
    struct buf b;
    buf_init(&b, 100);
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        buf_clear(&b);
        base64_add(&b, vectors[i][0], strlen(vectors[i][0]));
        assert_string_equal(b.data, vectors[i][1]);
    }
    buf_clear(&b);
    base64_add(&b, "\xFF\xFE\xFB\x00", 4);
    assert_string_equal(b.data, "//77AA==");
    buf_free(&b);
}

static void hex_goes_round(void **state) {
    (void)state;
    unsigned char all[256], back[256];
    for (int i = 0; i < 256; i++)
        all[i] = (unsigned char)i;
    struct buf b;
    buf_init(&b, 1000);
    hex_add(&b, all, sizeof all);
    assert_int_equal(b.len, 512);
    assert_memory_equal(b.data, "000102", 6);
    assert_true(hex_decode(b.data, back, sizeof back));
    assert_memory_equal(all, back, sizeof all);
    buf_free(&b);
    assert_true(hex_decode("aBCd", back, 2) && back[0] == 0xAB && back[1] == 0xCD);
    assert_false(hex_decode("abc", back, 2) || hex_decode("abcde", back, 2) || hex_decode("abcg", back, 2));
    assert_true(hex_decode("", back, 0));
    assert_int_equal(hex_digit('9'), 9);
    assert_int_equal(hex_digit('f'), 15);
    assert_int_equal(hex_digit('A'), 10);
    assert_int_equal(hex_digit('g'), -1);
    assert_int_equal(hex_digit('\0'), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percent_encoding), cmocka_unit_test(json_strings),   cmocka_unit_test(json_strings_go_round),
        cmocka_unit_test(base64_vectors),   cmocka_unit_test(hex_goes_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
