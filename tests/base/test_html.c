#include "tests/base/check.h"

#include "common/base/str.h"

typedef void adder(struct buf *b, const char *s);

static void check(adder *add, const char *in, const char *expected) {
    struct buf b;
    buf_init(&b, 10000);
    add(&b, in);
    assert_string_equal(b.data, expected);
    buf_free(&b);
}

static void entities_that_shops_send(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"A &amp; B", "A & B"},
        {"&lt;b&gt; &quot;x&quot; &apos;y&apos;", "<b> \"x\" 'y'"},
        {"&#39;&#039;&#0039;", "'''"},
        {"a&nbsp;b", "a\xC2\xA0"
                     "b"},
        {"1&ndash;2&mdash;3&hellip;", "1–2—3…"},
        {"&euro;&pound;&copy;&reg;&trade;", "€£©®™"},
        {"&oacute;&Oacute;&szlig;&oslash;&aring;&thetasym;", "óÓßøåϑ"},
        {"&#8211;&#8217;&#x2013;&#X2019;", "–’–’"},
        {"&#x1F34E;&#127822;", "🍎🍎"},
        {"&#322;&#x142;", "łł"},
        {"&amp;amp; &amp;lt;", "&amp; &lt;"}, /* once, not twice */
        {"&#150;&#128;&#x92;", "–€’"},        /* Windows-1252, as browsers take it */
        {"&#0;&#xD800;&#x110000;&#99999999999;", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        check(html_add_unescaped, pairs[i][0], pairs[i][1]);
}

static void what_is_no_entity_stays(void **state) {
    (void)state;
    static const char *const texts[] = {"",          "&",      "&&",       "a & b",  "&amp",
                                        "&unknown;", "&Amp;",  "&#;",      "&#x;",   "&#12a;",
                                        "&#xg;",     "&nbsp ", "AT&T;Co;", "R&D;&;", "&verylongnamethatisnone;",
                                        "&#-5;"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(html_add_unescaped, texts[i], texts[i]);
}

static void escape_and_back(void **state) {
    (void)state;
    check(html_add_escaped, "<a href=\"x\">'&'</a>", "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    uint32_t seed = 5;
    for (int round = 0; round < 5000; round++) {
        static const char letters[] = "&<>\"';#amplt39xż";
        char text[30];
        for (size_t i = 0; i + 1 < sizeof text; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = letters[(seed >> 16) % (sizeof letters - 1)];
        }
        text[sizeof text - 1] = '\0';
        struct buf escaped, back;
        buf_init(&escaped, 1000);
        buf_init(&back, 1000);
        html_add_escaped(&escaped, text);
        CHECK(strpbrk(escaped.data, "<>\"'") == NULL);
        html_add_unescaped(&back, escaped.data);
        CHECK(strcmp(back.data, text) == 0);
        buf_free(&escaped);
        buf_free(&back);
    }
}

static void add_text_of_page(struct buf *b, const char *s) {
    html_add_text(b, s, 5000);
}

static void text_of_a_page(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"", ""},
        {"  plain \n\n text\t", "plain text"},
        {"<p>One</p><p>Two</p>", "One Two"},
        {"un<b>believ</b>able <a href='x>y'>link</a>ed", "unbelievable linked"},
        {"<html><head><title>503</title><style>p{a:b}</style><script>if(a<b)alert('</p>')</script></head>"
         "<body><h1>Service &ndash; down</h1></body></html>",
         "503 Service – down"},
        {"a<!-- <b>no</b> -->b<br/>c", "ab c"},
        {"<!DOCTYPE html><?php x ?>Hi", "Hi"},
        {"1 < 2 & 3 > 2", "1 < 2 & 3 > 2"},
        {"&lt;b&gt;kept&lt;/b&gt;", "<b>kept</b>"},
        {"a&nbsp;&nbsp;b", "a b"},
        {"<SCRIPT type=x>var s='<a>';</SCRIPT >after", "after"},
        {"<script>never closed", ""},
        {"<b unclosed", ""},
        {"<!-- unclosed", ""},
        {"x<", "x<"},
        {"bad\xFF byte \x01 control", "bad\xEF\xBF\xBD byte control"},
        {"Błąd <strong>SKU</strong>: &#8222;ŻÓŁ-1&#8221;", "Błąd SKU: „ŻÓŁ-1”"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        check(add_text_of_page, pairs[i][0], pairs[i][1]);
}

static void text_is_cut_at_max(void **state) {
    (void)state;
    const char *html = "<p>ż ó</p> &euro;&euro; 🍎 end";
    const char *whole = "ż ó €€ 🍎 end";
    for (size_t max = 0; max <= strlen(whole) + 3; max++) {
        struct buf b;
        buf_init(&b, 1000);
        buf_adds(&b, "<");
        html_add_text(&b, html, max);
        assert_true(b.len - 1 <= max);
        assert_true(utf8_valid(b.data, b.len));
        assert_memory_equal(b.data + 1, whole, b.len - 1);
        assert_true(b.len - 1 + 5 > (max < strlen(whole) ? max : strlen(whole)));
        buf_free(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entities_that_shops_send), cmocka_unit_test(what_is_no_entity_stays),
        cmocka_unit_test(escape_and_back),          cmocka_unit_test(text_of_a_page),
        cmocka_unit_test(text_is_cut_at_max),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
