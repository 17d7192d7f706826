#include "tests/base/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"

static struct json *parse(const char *text) {
    struct json *j = NULL;
    struct err err;
    if (json_parse(text, strlen(text), &j, &err) != RC_OK)
        fail_msg("%s: %s", text, err.text);
    return j;
}

static void must_refuse(const char *text, size_t len) {
    struct json *j = (struct json *)"untouched";
    struct err err;
    /* An exact copy, so that a sanitizer sees a look behind the end. */
    char *copy = mem_dup(text, len);
    enum rc rc = json_parse(copy, len, &j, &err);
    mem_free(copy);
    if (rc != RC_INVALID)
        fail_msg("\"%s\" gave %s", text, rc_name(rc));
    assert_string_equal((char *)j, "untouched");
    assert_non_null(strstr(err.text, "not valid JSON"));
}

#define REFUSE(literal) must_refuse(literal, sizeof(literal) - 1)

static void what_is_no_json(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",          " ",           "{",
        "}",         "[",           "]",
        "[1",        "[1,",         "[1,]",
        "[,1]",      "[1 2]",       "[1,,2]",
        "{\"a\"",    "{\"a\":",     "{\"a\":1",
        "{\"a\":1,", "{\"a\":1,}",  "{a:1}",
        "{1:1}",     "{\"a\" 1}",   "{,}",
        "[}",        "{]",          "[1}",
        "{\"a\":1]", "\"",          "\"abc",
        "\"a\\\"",   "'a'",         "tru",
        "True",      "nul",         "NaN",
        "Infinity",  "-Infinity",   "undefined",
        "01",        "-01",         "00",
        "1.",        ".5",          "-.5",
        "+1",        "-",           "--1",
        "1e",        "1e+",         "1.e1",
        "1.5e",      "0x10",        "1a",
        "1 2",       "null null",   "[] []",
        "{}x",       "[1]]",        "\"\\x\"",
        "\"\\u12\"", "\"\\u12G4\"", "\"\\u\"",
        "\"\\\"",    "\"\t\"",      "\"\n\"",
        "\"\x01\"",  "/**/1",       "1//",
        "[1]#",      "\"a\" \"b\"", "{\"a\":1 \"b\":2}",
        "[\"a\":1]", "{\"a\",1}",   "{\"a\":1:2}",
        "tfalse",    "[true,fals]", "-a",
        "<html>",    "(",           "\f1",
        "\v[]",      "1\xC2\xA0",   "<br />\n<b>Warning</b>: x in <b>y.php</b>{\"id\":1}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        must_refuse(texts[i], strlen(texts[i]));
    REFUSE("\xEF\xBB\xBF{}");
    REFUSE("[1]\0");
    REFUSE("[1]\0[2]");
    REFUSE("\0");
    REFUSE("\"a\0b\"");
    REFUSE("[\"\xFF\"]");
    REFUSE("\"\xC0\xAF\"");
    REFUSE("\"\xED\xA0\x80\"");
    REFUSE("\"\xF4\x90\x80\x80\"");
    REFUSE("\"\xC5");
    REFUSE("\"\xC5\"");
    REFUSE("{\"\xFF\":1}");
    REFUSE("\xFF");
    REFUSE("1\xFF");
}

static void same_key_twice(void **state) {
    (void)state;
    REFUSE("{\"a\":1,\"a\":1}");
    REFUSE("[[{\"x\":{\"b\":1,\"c\":2,\"b\":3}}]]");
    REFUSE("{\"a\":1,\"\\u0061\":2}");
    REFUSE("{\"\":1,\"\":2}");
    REFUSE("{\"a\":[{\"k\":1},{\"k\":1,\"k\":2}]}");
    json_free(parse("{\"a\":1,\"A\":2,\"b\":{\"a\":3},\"c\":[{\"a\":1},{\"a\":1}]}"));
    struct err err;
    struct json *j;
    const char *text = "{\"price\":1,\"price\":2}";
    json_parse(text, strlen(text), &j, &err);
    assert_non_null(strstr(err.text, "\"price\""));
}

/* Every place of the second key in an object of every size where the check changes its way of looking. */
static void same_key_twice_in_objects_of_many_sizes(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 100000);
    for (int size = 2; size <= 40; size++) {
        for (int first = 0; first < size; first++) {
            for (int second = first + 1; second < size; second++) {
                buf_clear(&b);
                for (int i = 0; i < size; i++)
                    buf_addf(&b, "%c\"k%d\":%d", i == 0 ? '{' : ',', i == second ? first : i, i);
                buf_addc(&b, '}');
                struct json *j;
                CHECK(json_parse(b.data, b.len, &j, NULL) == RC_INVALID);
            }
        }
    }
    buf_free(&b);
}

/* 300,000 keys are looked at in a moment; compared pairwise they would take half a minute. */
static void many_keys(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 20000000);
    buf_addc(&b, '{');
    for (int i = 0; i < 300000; i++)
        buf_addf(&b, "\"key%d\":%d,", i, i);
    buf_adds(&b, "\"last\":0}");
    struct json *j;
    clock_t start = clock();
    assert_int_equal(json_parse(b.data, b.len, &j, NULL), RC_OK);
    assert_true(clock() - start < 8 * CLOCKS_PER_SEC);
    assert_int_equal(json_count(j), 300001);
    json_free(j);
    memcpy(b.data + b.len - strlen("last\":0}"), "key7", 4);
    assert_int_equal(json_parse(b.data, b.len, &j, NULL), RC_INVALID);
    buf_free(&b);
}

static void nesting(void **state) {
    (void)state;
    char text[200001];
    for (int kind = 0; kind < 2; kind++) {
        for (int depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
            struct buf b;
            buf_init(&b, 10000);
            for (int i = 0; i < depth; i++)
                buf_adds(&b, kind == 0 ? "[" : "{\"a\":");
            buf_adds(&b, "1");
            for (int i = 0; i < depth; i++)
                buf_adds(&b, kind == 0 ? "]" : "}");
            struct json *j;
            enum rc rc = json_parse(b.data, b.len, &j, NULL);
            assert_int_equal(rc, depth <= JSON_DEPTH_MAX ? RC_OK : RC_INVALID);
            if (rc == RC_OK)
                json_free(j);
            buf_free(&b);
        }
    }
    memset(text, '[', sizeof text);
    must_refuse(text, sizeof text - 1);
    /* Many lists beside each other are not deep. */
    for (size_t i = 1; i + 4 < sizeof text; i += 3)
        memcpy(text + i, "[],", 3);
    memcpy(text + 199999 - 3, "1]", 3);
    struct json *j = NULL;
    char *end = strchr(text, '1');
    assert_int_equal(json_parse(text, (size_t)(end - text) + 2, &j, NULL), RC_OK);
    json_free(j);
}

static void the_offset_is_told(void **state) {
    (void)state;
    struct err err;
    struct json *j;
    json_parse("[1,2,x]", 7, &j, &err);
    assert_non_null(strstr(err.text, "at byte 5 of 7"));
    json_parse("\"ab\xFF\"", 5, &j, &err);
    assert_non_null(strstr(err.text, "UTF-8"));
    assert_non_null(strstr(err.text, "at byte 3"));
    json_parse("{} x", 4, &j, &err);
    assert_non_null(strstr(err.text, "at byte 3"));
    assert_int_equal(err.reach, REACH_FLOW);
    const char *lines = "{\n \"a\": \"\xC5\xBC\",\r\n \"b\": x}";
    json_parse(lines, strlen(lines), &j, &err);
    assert_non_null(strstr(err.text, "in line 3, column 7 "));
    lines = "{\"\xC5\xBC\": x}"; /* a character is one column */
    json_parse(lines, strlen(lines), &j, &err);
    assert_non_null(strstr(err.text, "in line 1, column 7 "));
}

static void all_kinds_of_values(void **state) {
    (void)state;
    struct json *j =
        parse(" \r\n\t{\"s\":\"ż\",\"n\":-1.5e2,\"t\":true,\"f\":false,\"z\":null,\"a\":[1,[],{}],\"o\":{\"\":0}} \n");
    assert_true(json_is_object(j) && !json_is_array(j) && !json_is_null(j));
    assert_int_equal(json_count(j), 7);
    assert_true(json_is_string(json_get(j, "s")));
    assert_true(json_is_number(json_get(j, "n")));
    assert_true(json_is_bool(json_get(j, "t")) && json_is_bool(json_get(j, "f")));
    assert_true(json_is_null(json_get(j, "z")));
    assert_null(json_get(j, "absent"));
    assert_null(json_get(j, "S"));
    assert_false(json_is_null(json_get(j, "absent")));
    const struct json *a = json_get(j, "a");
    assert_true(json_is_array(a));
    assert_int_equal(json_count(a), 3);
    assert_true(json_is_object(json_at(a, 2)));
    assert_null(json_at(a, 3));
    assert_null(json_at(j, 0));
    assert_null(json_get(a, "a"));
    assert_null(json_key(json_at(a, 0)));
    assert_string_equal(json_key(json_first(j)), "s");
    assert_string_equal(json_key(json_next(json_first(j))), "n");
    assert_string_equal(json_key(json_first(json_get(j, "o"))), "");
    assert_null(json_next(json_at(a, 2)));
    assert_null(json_first(json_at(a, 1)));
    assert_null(json_first(json_get(j, "s")));
    assert_int_equal(json_count(json_get(j, "s")), 0);
    json_free(j);
}

static void absent_is_allowed_everywhere(void **state) {
    (void)state;
    int64_t v = 5;
    struct buf b;
    buf_init(&b, 10);
    assert_false(json_is_object(NULL) || json_is_array(NULL) || json_is_string(NULL) || json_is_number(NULL));
    assert_false(json_is_bool(NULL) || json_is_null(NULL));
    assert_null(json_get(NULL, "a"));
    assert_null(json_at(NULL, 0));
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_null(json_key(NULL));
    assert_null(json_string_value(NULL));
    assert_int_equal(json_count(NULL), 0);
    assert_string_equal(json_str(NULL, "a", "f"), "f");
    assert_true(json_bool(NULL, "a", true));
    assert_false(json_i64_lax(NULL, "a", &v) || json_i64_value(NULL, &v) || json_text_lax(NULL, "a", &b));
    assert_int_equal(v, 5);
    json_add(&b, NULL);
    assert_string_equal(b.data, "null");
    buf_free(&b);
    json_free(NULL);
}

static void defaults_for_the_wrong_type(void **state) {
    (void)state;
    struct json *j = parse("{\"n\":1,\"z\":null,\"s\":\"x\",\"e\":\"\",\"t\":true,\"o\":{}}");
    assert_string_equal(json_str(j, "s", "d"), "x");
    assert_string_equal(json_str(j, "e", "d"), "");
    assert_string_equal(json_str(j, "n", "d"), "d");
    assert_string_equal(json_str(j, "z", "d"), "d");
    assert_null(json_str(j, "o", NULL));
    assert_true(json_bool(j, "t", false));
    assert_true(json_bool(j, "n", true));
    assert_false(json_bool(j, "s", false));
    json_free(j);
}

static void whole_numbers(void **state) {
    (void)state;
    struct json *j = parse(
        "{\"a\":42,\"b\":\"42\",\"c\":\"-7\",\"d\":1.5,\"e\":1e3,\"f\":9007199254740992,\"g\":9007199254740994,"
        "\"h\":\"9007199254740993\",\"i\":\"12x\",\"j\":\"\",\"k\":null,\"l\":true,\"m\":1e999,\"n\":-9007199254740992,"
        "\"o\":\"007\",\"p\":5.0,\"q\":\" 5\",\"r\":\"-9007199254740992\"}");
    static const struct {
        const char *key;
        bool ok;
        int64_t value;
    } cases[] = {{"a", true, 42},     {"b", true, 42},
                 {"c", true, -7},     {"d", false, 0},
                 {"e", true, 1000},   {"f", true, INT64_C(9007199254740992)},
                 {"g", false, 0},     {"h", false, 0},
                 {"i", false, 0},     {"j", false, 0},
                 {"k", false, 0},     {"l", false, 0},
                 {"m", false, 0},     {"n", true, INT64_C(-9007199254740992)},
                 {"o", true, 7},      {"p", true, 5},
                 {"q", false, 0},     {"r", true, INT64_C(-9007199254740992)},
                 {"absent", false, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t v = -99;
        if (json_i64_lax(j, cases[i].key, &v) != cases[i].ok)
            fail_msg("key %s", cases[i].key);
        assert_int_equal(v, cases[i].ok ? cases[i].value : -99);
    }
    json_free(j);
}

static void text_of_numbers(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"19.99", "19.99"},
        {"0.1", "0.1"},
        {"1e2", "100"},
        {"-0", "0"},
        {"-0.5", "-0.5"},
        {"1E-7", "0.0000001"},
        {"123456789012", "123456789012"},
        {"0.30000000000000004", "0.30000000000000004"},
        {"1e20", "100000000000000000000"},
        {"1e21", "1e21"},
        {"1.5e300", "1.5e300"},
        {"-2.5e-30", "-2.5e-30"},
        {"4.10", "4.1"},
        {"1000000", "1000000"},
        {"\"0,5 kg\"", "0,5 kg"},
        {"\"\"", ""},
        {"5e-324", "5e-324"},
        {"1.7976931348623157e308", "1.7976931348623157e308"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct buf b;
        buf_init(&b, 1000);
        buf_addf(&b, "{\"v\":%s}", pairs[i][0]);
        struct json *j = parse(b.data);
        buf_clear(&b);
        assert_true(json_text_lax(j, "v", &b));
        assert_string_equal(b.data, pairs[i][1]);
        json_free(j);
        buf_free(&b);
    }
    struct json *j = parse("{\"a\":null,\"b\":true,\"c\":[],\"d\":1e999}");
    struct buf b;
    buf_init(&b, 10);
    assert_false(json_text_lax(j, "a", &b) || json_text_lax(j, "b", &b) || json_text_lax(j, "c", &b));
    assert_false(json_text_lax(j, "d", &b) || json_text_lax(j, "e", &b));
    assert_int_equal(b.len, 0);
    json_free(j);
    buf_free(&b);
}

static void numbers_go_round(void **state) {
    (void)state;
    struct rng r;
    rng_seed(&r, 7);
    struct buf b;
    buf_init(&b, 1000);
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = rng_next(&r);
        double d;
        memcpy(&d, &bits, sizeof d);
        if (i % 2 == 0) /* prices rather than stars */
            d = ((double)(bits % 2000000000) - 1e9) / 10000;
        if (!isfinite(d))
            continue;
        char text[60];
        snprintf(text, sizeof text, "%.17g", d);
        struct json *j = parse(text);
        buf_clear(&b);
        json_add(&b, j);
        json_free(j);
        CHECK(strtod(b.data, NULL) == d);
        CHECK(i % 2 != 0 || b.len <= 12);
    }
    buf_free(&b);
}

static void strings(void **state) {
    (void)state;
    struct json *j = parse(
        "[\"\\\"\\\\\\/"
        "\\b\\f\\n\\r\\t\",\"\\u0141\\u00f3d\\u017a\",\"\\ud83c\\udf4e\",\"🍎\",\"a\\u0000b\",\"\\ud800\",\"\\udc00x\","
        "\"\\ud83cx\",\"\\ud83c\\ud83c\\udf4e\",\"\\\\u0000\",\"\\uD83C\\uDF4E\"]");
    static const char *const expected[] = {"\"\\/\b\f\n\r\t",
                                           "Łódź",
                                           "🍎",
                                           "🍎",
                                           "a\xEF\xBF\xBD"
                                           "b",
                                           "\xEF\xBF\xBD",
                                           "\xEF\xBF\xBDx",
                                           "\xEF\xBF\xBDx",
                                           "\xEF\xBF\xBD🍎",
                                           "\\u0000",
                                           "🍎"};
    size_t i = 0;
    for (const struct json *s = json_first(j); s != NULL; s = json_next(s), i++)
        assert_string_equal(json_string_value(s), expected[i]);
    assert_int_equal(i, sizeof expected / sizeof expected[0]);
    json_free(j);
    j = parse("{\"a\\u0000b\":1}");
    assert_non_null(json_get(j, "a\xEF\xBF\xBD"
                                "b"));
    json_free(j);
}

static void long_numbers(void **state) {
    (void)state;
    char text[100];
    memset(text, '1', sizeof text);
    struct json *j;
    assert_int_equal(json_parse(text, 63, &j, NULL), RC_OK);
    json_free(j);
    must_refuse(text, 64);
}

static void scalars_at_the_top(void **state) {
    (void)state;
    static const char *const texts[] = {"1", "\"x\"", "true", "false", "null", "[]", "{}", " -0.5e-3 "};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        json_free(parse(texts[i]));
}

/* --- texts made at random --- */

static void add_random(struct buf *b, struct rng *r, int depth) {
    static const char *const scalars[] = {
        "null", "true", "false", "0", "-12.5", "1e5", "\"\"", "\"ż\\n🍎\"", "\"\\u0142\\ud83c\\udf4e\""};
    uint64_t kind = rng_below(r, depth > 5 ? 1 : 3);
    if (kind == 0) {
        buf_adds(b, scalars[rng_below(r, sizeof scalars / sizeof scalars[0])]);
        return;
    }
    uint64_t n = rng_below(r, 6);
    buf_addc(b, kind == 1 ? '[' : '{');
    for (uint64_t i = 0; i < n; i++) {
        if (i > 0)
            buf_adds(b, rng_below(r, 2) ? "," : " ,\n");
        if (kind == 2)
            buf_addf(b, "\"k%d\":", (int)i);
        add_random(b, r, depth + 1);
    }
    buf_addc(b, kind == 1 ? ']' : '}');
}

/* Reads, writes, reads, writes: the two written texts are the same. */
static void check_round(const char *text, size_t len) {
    struct json *j;
    if (json_parse(text, len, &j, NULL) != RC_OK)
        return;
    struct buf once, twice;
    buf_init(&once, 1000000);
    buf_init(&twice, 1000000);
    json_add(&once, j);
    json_free(j);
    CHECK(json_parse(once.data, once.len, &j, NULL) == RC_OK);
    json_add(&twice, j);
    json_free(j);
    CHECK(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    buf_free(&once);
    buf_free(&twice);
}

static void random_texts(void **state) {
    (void)state;
    struct rng r;
    rng_seed(&r, 42);
    struct buf b;
    buf_init(&b, 1000000);
    for (int i = 0; i < 5000; i++) {
        buf_clear(&b);
        add_random(&b, &r, 0);
        struct json *j;
        CHECK(json_parse(b.data, b.len, &j, NULL) == RC_OK);
        json_free(j);
        check_round(b.data, b.len);
        /* Cut anywhere, an object or array is never whole; a changed byte may do anything but crash. */
        if (b.data[0] == '[' || b.data[0] == '{')
            CHECK(json_parse(b.data, rng_below(&r, b.len), &j, NULL) == RC_INVALID);
        for (int k = 0; k < 5; k++) {
            char *at = b.data + rng_below(&r, b.len);
            char was = *at;
            *at = (char)rng_next(&r);
            check_round(b.data, b.len);
            *at = was;
        }
    }
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_json),
        cmocka_unit_test(same_key_twice),
        cmocka_unit_test(same_key_twice_in_objects_of_many_sizes),
        cmocka_unit_test(many_keys),
        cmocka_unit_test(nesting),
        cmocka_unit_test(the_offset_is_told),
        cmocka_unit_test(all_kinds_of_values),
        cmocka_unit_test(absent_is_allowed_everywhere),
        cmocka_unit_test(defaults_for_the_wrong_type),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(text_of_numbers),
        cmocka_unit_test(numbers_go_round),
        cmocka_unit_test(strings),
        cmocka_unit_test(long_numbers),
        cmocka_unit_test(scalars_at_the_top),
        cmocka_unit_test(random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
