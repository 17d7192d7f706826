#include "tests/base/check.h"

#include "common/base/str.h"

static void normal(const char *in, const char *expected) {
    char out[SKU_MAX + 1];
    if (!sku_normal(out, in))
        fail_msg("refused \"%s\"", in);
    assert_string_equal(out, expected);
    char again[SKU_MAX + 1];
    assert_true(sku_normal(again, out));
    assert_string_equal(again, out);
}

static void normal_form(void **state) {
    (void)state;
    normal("ABC-1", "ABC-1");
    normal("  ABC-1\t", "ABC-1");
    normal("A \t\n B", "A B");
    normal("A\xC2\xA0\xE2\x80\x83 B\xE3\x80\x80", "A B");
    normal("0007", "0007");
    normal("abc", "abc");
    normal("ŻÓŁ-1", "ŻÓŁ-1");
    normal("e\xCC\x81", "e\xCC\x81"); /* not composed: what the shop holds byte for byte is law */
    normal("🍎/,;'\"<>%_", "🍎/,;'\"<>%_");
    normal("מקט-1", "מקט-1");
}

static void refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      " ",
                                      "\xC2\xA0\t",
                                      "A\x01"
                                      "B",
                                      "A\x7F",
                                      "\xC2\x80",
                                      "\x1B[31m",
                                      "\xFF",
                                      "A\xC5",
                                      "\xED\xA0\x80"};
    char out[SKU_MAX + 1] = "untouched";
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (sku_normal(out, bad[i]))
            fail_msg("accepted number %zu", i);
    }
    assert_false(sku_normal(out, NULL));
    assert_string_equal(out, "untouched");
}

static void length_is_counted_after_normalising(void **state) {
    (void)state;
    char in[300], out[SKU_MAX + 1];
    memset(in, ' ', sizeof in);
    memset(in + 50, 'x', SKU_MAX);
    in[sizeof in - 1] = '\0';
    assert_true(sku_normal(out, in));
    assert_int_equal(strlen(out), SKU_MAX);
    in[50 + SKU_MAX] = 'x';
    assert_false(sku_normal(out, in));
    in[50 + SKU_MAX] = ' ';
    in[60 + SKU_MAX] = 'y';
    assert_false(sku_normal(out, in));
    /* A character that would pass the limit is not split: the SKU is refused. */
    memset(in, 'x', SKU_MAX - 1);
    memcpy(in + SKU_MAX - 1, "ż", 3);
    assert_false(sku_normal(out, in));
    memset(in, 'x', SKU_MAX - 2);
    memcpy(in + SKU_MAX - 2, "ż", 3);
    assert_true(sku_normal(out, in));
}

static void key_is(const char *sku, const char *expected) {
    struct buf b;
    buf_init(&b, 1000);
    sku_collation_key(&b, sku);
    assert_string_equal(b.data, expected);
    buf_free(&b);
}

static void same_key_in_a_shop(void **state) {
    (void)state;
    key_is("ŻÓŁ-1", "zol-1");
    key_is("zol-1", "zol-1");
    key_is("ĄĆĘŁŃÓŚŹŻ ąćęłńóśźż", "acelnoszz acelnoszz");
    key_is("ĂÂÎȘŞȚŢ ăâîșşțţ", "aaisstt aaisstt");
    key_is("ÅÄÖÆØ åäöæø", "aaoaeo aaoaeo");
    key_is("Straße STRASSE ẞ", "strasse strasse ss");
    key_is("ĐđÐðÞþ", "ddddthth");
    key_is("ČĎĚŇŘŠŤŮŽ čďěňřšťůž", "cdenrstuz cdenrstuz");
    key_is("ŐŰ őű ĞİıŞ ğ", "ou ou giis g");
    key_is("ÀÉÎÕÜÇÑ œ ŀl Ŀ", "aeioucn oe ll l");
    key_is("Ệ ẩ ữ Ẁ ẑ", "e a u w z");
    key_is("e\xCC\x81 o\xCC\x88\xCC\xB1", "e o");
    key_is("ＡＢＣ－１２", "abc-12");
    key_is("x² ³ ¹ ₅ ٣", "x2 3 1 5 3");
    key_is("ΆΛΦΑ άλφα Σς", "αλφα αλφα σσ");
    key_is("ЙОЁЖ йоёж", "иоеж иоеж");
    key_is("A\xC2\xAD"
           "B\xE2\x80\x8B"
           "C\xEF\xBB\xBF",
           "abc");
    key_is("ﬁx ﬂ", "fix fl");
}

static void different_key(const char *a, const char *b) {
    struct buf x, y;
    buf_init(&x, 1000);
    buf_init(&y, 1000);
    sku_collation_key(&x, a);
    sku_collation_key(&y, b);
    assert_string_not_equal(x.data, y.data);
    buf_free(&x);
    buf_free(&y);
}

static void what_counts(void **state) {
    (void)state;
    different_key("007", "7");
    different_key("A-1", "A1");
    different_key("A 1", "A1");
    different_key("A.1", "A-1");
    different_key("A×B", "AxB");
    different_key("🍎", "🍏");
    different_key("中", "国");
    different_key("A/1", "A\\1");
}

/* The key of a key is the key, and it never grows without bound. */
static void keys_are_stable(void **state) {
    (void)state;
    struct buf once, twice;
    buf_init(&once, 100);
    buf_init(&twice, 100);
    for (uint32_t c = 0x20; c <= 0x2FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char text[5] = {0};
        size_t len = utf8_encode(text, c);
        buf_clear(&once);
        buf_clear(&twice);
        sku_collation_key(&once, text);
        sku_collation_key(&twice, once.data);
        CHECK(strcmp(once.data, twice.data) == 0);
        CHECK(once.len <= len && utf8_valid(once.data, once.len));
    }
    buf_free(&once);
    buf_free(&twice);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_form),
        cmocka_unit_test(refused),
        cmocka_unit_test(length_is_counted_after_normalising),
        cmocka_unit_test(same_key_in_a_shop),
        cmocka_unit_test(what_counts),
        cmocka_unit_test(keys_are_stable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
