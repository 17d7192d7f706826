#include "tests/base/check.h"

#include "common/base/str.h"

/* Another way to say what well-formed UTF-8 is: decode by shifting, then demand the shortest form. */
static bool oracle(const unsigned char *s, size_t len) {
    for (size_t i = 0; i < len;) {
        unsigned c = s[i];
        size_t n = c < 0x80 ? 1 : (c & 0xE0) == 0xC0 ? 2 : (c & 0xF0) == 0xE0 ? 3 : (c & 0xF8) == 0xF0 ? 4 : 0;
        if (n == 0 || i + n > len)
            return false;
        static const unsigned first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
        static const unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
        uint32_t value = c & first_bits[n];
        for (size_t k = 1; k < n; k++) {
            if (s[i + k] >> 6 != 2)
                return false;
            value = value << 6 | (s[i + k] & 0x3F);
        }
        if (value < smallest[n] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
            return false;
        i += n;
    }
    return true;
}

static void every_character_goes_round(void **state) {
    (void)state;
    for (uint32_t c = 1; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char bytes[5] = {0};
        size_t len = utf8_encode(bytes, c);
        CHECK(utf8_valid(bytes, len) && oracle((unsigned char *)bytes, len));
        const char *p = bytes;
        CHECK(utf8_next(&p, bytes + len) == c && p == bytes + len);
        CHECK(utf8_chars(bytes) == 1);
        for (size_t max = 0; max < len; max++)
            CHECK(utf8_cut(bytes, max) == 0);
        CHECK(utf8_cut(bytes, len) == len);
    }
}

static void what_is_no_character_becomes_the_replacement(void **state) {
    (void)state;
    char bytes[4];
    for (uint32_t c = 0xD800; c <= 0xDFFF; c++) {
        CHECK(utf8_encode(bytes, c) == 3 && memcmp(bytes, "\xEF\xBF\xBD", 3) == 0);
        unsigned char raw[3] = {(unsigned char)(0xE0 | c >> 12), (unsigned char)(0x80 | (c >> 6 & 63)),
                                (unsigned char)(0x80 | (c & 63))};
        CHECK(!utf8_valid((char *)raw, 3));
    }
    assert_int_equal(utf8_encode(bytes, 0x110000), 3);
    assert_int_equal(utf8_encode(bytes, UINT32_MAX), 3);
}

/* All texts of one and two bytes, all of three with each lead byte, and of four where the borders are. */
static void validity_agrees_with_the_oracle(void **state) {
    (void)state;
    unsigned char s[4];
    for (unsigned a = 0; a < 256; a++) {
        s[0] = (unsigned char)a;
        CHECK(utf8_valid((char *)s, 1) == oracle(s, 1));
        for (unsigned b = 0; b < 256; b++) {
            s[1] = (unsigned char)b;
            CHECK(utf8_valid((char *)s, 2) == oracle(s, 2));
        }
    }
    static const unsigned char border[] = {0x00, 0x41, 0x7F, 0x80, 0x81, 0x8F, 0x90,
                                           0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xFF};
    for (unsigned a = 0xC0; a < 256; a++) {
        s[0] = (unsigned char)a;
        for (unsigned b = 0; b < 256; b++) {
            s[1] = (unsigned char)b;
            for (unsigned c = 0; c < 256; c++) {
                s[2] = (unsigned char)c;
                CHECK(utf8_valid((char *)s, 3) == oracle(s, 3));
            }
            for (size_t c = 0; c < sizeof border; c++) {
                s[2] = border[c];
                for (size_t d = 0; d < sizeof border; d++) {
                    s[3] = border[d];
                    CHECK(utf8_valid((char *)s, 4) == oracle(s, 4));
                }
            }
        }
    }
}

static void a_bad_byte_is_stepped_over_alone(void **state) {
    (void)state;
    const char *text = "a\xC5\xC5\x82\xFF";
    const char *end = text + strlen(text);
    assert_int_equal(utf8_next(&text, end), 'a');
    assert_int_equal(utf8_next(&text, end), 0xFFFD);
    assert_int_equal(utf8_next(&text, end), 0x142);
    assert_int_equal(utf8_next(&text, end), 0xFFFD);
    assert_ptr_equal(text, end);
    assert_int_equal(utf8_chars("a\xC5\xC5\x82\xFF"), 4);
}

static void cuts_between_characters(void **state) {
    (void)state;
    const char *text = "aé中🍎"; /* 1 + 2 + 3 + 4 bytes */
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (size_t max = 0; max < sizeof expected / sizeof expected[0]; max++)
        assert_int_equal(utf8_cut(text, max), expected[max]);
    assert_int_equal(utf8_cut(text, SIZE_MAX), 10);
    assert_int_equal(utf8_cut("", 5), 0);
    /* A text that already ends inside a character loses the stump. */
    assert_int_equal(utf8_cut("ab\xF0\x9F\x8D", 10), 2);
    /* Malformed text is cut somewhere, but inside its bounds. */
    assert_true(utf8_cut("\x80\x80\x80\x80\x80\x80", 4) <= 4);
}

static void spaces_and_controls(void **state) {
    (void)state;
    static const uint32_t spaces[] = {9,      10,     11,     12,     13,     0x20,   0x85,   0xA0,   0x1680,
                                      0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008,
                                      0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
    size_t found = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (!utf8_is_space(c))
            continue;
        CHECK(found < sizeof spaces / sizeof spaces[0] && spaces[found] == c);
        found++;
    }
    assert_int_equal(found, sizeof spaces / sizeof spaces[0]);
    assert_true(utf8_is_control(0) && utf8_is_control(0x1F) && utf8_is_control(0x7F) && utf8_is_control(0x9F));
    assert_false(utf8_is_control(' ') || utf8_is_control(0xA0) || utf8_is_control('~'));
}

static void check_clean(const char *in, size_t len, bool drop, const char *expected) {
    struct buf b;
    buf_init(&b, 1000);
    utf8_add_clean(&b, in, len, drop);
    assert_string_equal(b.data, expected);
    assert_int_equal(b.len, strlen(expected));
    buf_free(&b);
}

static void cleaning(void **state) {
    (void)state;
    static const char mixed[] = "Łódź\xFF\x01\t\n.\xE2\x82";
    check_clean(mixed, sizeof mixed - 1, false, "Łódź\xEF\xBF\xBD\x01\t\n.\xEF\xBF\xBD\xEF\xBF\xBD");
    check_clean(mixed, sizeof mixed - 1, true, "Łódź\xEF\xBF\xBD\xEF\xBF\xBD\t\n.\xEF\xBF\xBD\xEF\xBF\xBD");
    check_clean("a\0b", 3, true,
                "a\xEF\xBF\xBD"
                "b");
    check_clean("a\r\nb\rc\r", 7, true, "a\nb\nc\n");
    check_clean("a\r\nb", 4, false, "a\r\nb");
    check_clean("\xEF\xBF\xBD", 3, true, "\xEF\xBF\xBD"); /* a real U+FFFD stays */
    check_clean("\xC2\x85", 2, true, "\xEF\xBF\xBD");
    /* Right to left, combining marks, joined emoji pass byte for byte. */
    static const char *const texts[] = {
        "שלום עולם", "مرحبا بالعالم", "e\xCC\x81 n\xCC\x83", "👩‍👩‍👧‍👦🏽🇵🇱",
        "हिन्दी",     "ภาษาไทย"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check_clean(texts[i], strlen(texts[i]), true, texts[i]);
        assert_true(utf8_valid(texts[i], strlen(texts[i])));
    }
}

/* Whatever comes in, what comes out is UTF-8, and cleaning it again changes nothing. */
static void cleaned_is_valid_and_stays(void **state) {
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char in[40];
        for (size_t i = 0; i < sizeof in; i++) {
            seed = seed * 1664525 + 1013904223;
            in[i] = (char)(seed >> 24);
        }
        struct buf once, twice;
        buf_init(&once, 1000);
        buf_init(&twice, 1000);
        utf8_add_clean(&once, in, sizeof in, round % 2);
        CHECK(utf8_valid(once.data, once.len));
        utf8_add_clean(&twice, once.data, once.len, round % 2);
        CHECK(twice.len == once.len && memcmp(once.data, twice.data, once.len) == 0);
        buf_free(&once);
        buf_free(&twice);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_goes_round),
        cmocka_unit_test(what_is_no_character_becomes_the_replacement),
        cmocka_unit_test(validity_agrees_with_the_oracle),
        cmocka_unit_test(a_bad_byte_is_stepped_over_alone),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(spaces_and_controls),
        cmocka_unit_test(cleaning),
        cmocka_unit_test(cleaned_is_valid_and_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
