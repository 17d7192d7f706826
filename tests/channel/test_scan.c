/* The walker over JSON text: finds what is there, and never runs past the end of what is broken. */
#include "tests/channel/support.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "service/channel/woo/scan.h"

static struct slice of(const char *text) {
    return (struct slice){text, strlen(text)};
}

static void members(void **state) {
    (void)state;
    const char *text =
        "{ \"id\" : 12 , \"t\":\"a \\\"b\\\" \\u0105\",\"n\":null,\"o\":{\"id\":[1,{\"x\":\"}]\"}]},\"e\":\"\" }";
    char out[64];
    int64_t number;
    struct slice value;
    assert_true(scan_i64(of(text), "id", &number));
    assert_int_equal(number, 12);
    assert_true(scan_text(of(text), "t", out, sizeof out));
    assert_string_equal(out, "a \"b\" ą");
    assert_true(scan_find(of(text), "n", &value));
    assert_false(slice_text(value, out, sizeof out));
    assert_true(scan_find(of(text), "o", &value));
    assert_true(slice_is_object(value));
    assert_true(scan_text(of(text), "e", out, sizeof out));
    assert_string_equal(out, "");
    assert_false(scan_find(of(text), "x", &value));
    assert_true(scan_i64(of("{\"a\":\"007\"}"), "a", &number));
    assert_int_equal(number, 7);
    assert_false(scan_i64(of("{\"a\":1.5}"), "a", &number));
    assert_false(scan_text(of("{\"a\":\"too long\"}"), "a", out, 4));
}

static void no_name_stands_twice(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ambiguous;
    } cases[] = {
        {"{\"id\":1,\"id\":2}", true},
        {"{\"id\":1,\"id\":1}", true},
        {"{\"id\":1,\"x\":{\"a\":[]},\"id\":null}", true},
        {"{\"id\":1,\"\\u0069d\":2}", true},
        {"{\"id\":1,\"x\":{\"id\":2},\"Id\":3,\"y\":[{\"id\":4}]}", false},
        {"{\"x\":2,\"\\u0069d\":1}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        int64_t number = 0;
        struct slice id = {NULL, 0}, missing = {NULL, 0};
        const struct scan_field fields[] = {{"missing", &missing}, {"id", &id}};
        struct json *tree = NULL;
        bool refused = json_parse(text, strlen(text), &tree, NULL) != RC_OK;
        if (refused != cases[i].ambiguous || scan_fields(of(text), fields, 2) == refused ||
            scan_find(of(text), "id", &id) == refused || scan_i64(of(text), "id", &number) == refused)
            fail_msg("%s: the tree and the walk do not agree", text);
        if (refused)
            continue;
        int64_t by_tree = 0;
        assert_true(json_i64_lax(tree, "id", &by_tree));
        assert_int_equal(by_tree, 1);
        assert_int_equal(number, 1);
        assert_null(missing.p);
        json_free(tree);
    }
}

static size_t count_items(const char *text, bool *broken) {
    struct scan s;
    struct slice item;
    size_t n = 0;
    if (!scan_array(&s, of(text)))
        return 999;
    while (scan_item(&s, &item))
        n++;
    *broken = s.broken;
    return n;
}

static void arrays(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t count;
        bool broken;
    } cases[] = {
        {"[]", 0, false},     {"[ ]", 0, false},  {"[1]", 1, false}, {"[1 , {\"a\":[2,3]},\"x]\"]", 3, false},
        {"[1 2]", 1, true},   {"[,]", 0, true},   {"[1,]", 1, true}, {"[{\"a\":1]", 0, true},
        {"[\"abc]", 0, true}, {"[{]}]", 0, true}, {"[:]", 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool broken = false;
        size_t n = count_items(cases[i].text, &broken);
        if (n != cases[i].count || broken != cases[i].broken)
            fail_msg("%s: %zu items, broken %d", cases[i].text, n, broken);
    }
    bool broken;
    assert_int_equal(count_items("{}", &broken), 999);
    assert_int_equal(count_items("", &broken), 999);
}

static bool same_slice(struct slice a, struct slice b) {
    return a.p == b.p && (a.p == NULL || a.len == b.len);
}

/* One look finds what two looks find, whatever is wrong with the text. */
static void one_look_or_two(const char *text, size_t len) {
    struct scan one, two;
    struct slice item, again, id, sku, id2, sku2;
    const struct scan_field fields[] = {{"id", &id}, {"sku", &sku}}, fields2[] = {{"id", &id2}, {"sku", &sku2}};
    bool whole = false;
    if (!scan_array(&one, (struct slice){text, len}))
        return;
    two = one;
    while (scan_item(&two, &again)) {
        assert_true(scan_item_fields(&one, &item, fields, 2, &whole));
        assert_true(same_slice(item, again));
        assert_int_equal(whole, scan_fields(again, fields2, 2));
        assert_true(same_slice(id, id2) && same_slice(sku, sku2));
    }
    assert_false(scan_item_fields(&one, &item, fields, 2, &whole));
    assert_int_equal(one.broken, two.broken);
}

static void items_with_their_fields(void **state) {
    (void)state;
    static const char good[] =
        "[{\"id\":1,\"sku\":\"A\"},{\"x\":[{\"id\":2}],\"sku\":null , \"id\":\"\\\"}\"}, {} ,7,\"a\",[1],"
        "{\"id\":3,\"id\":4},{\"i\\u0064\":5}]";
    static const char marks[] = "{}[]\",:\\ 1i";
    struct rng rng;
    rng_seed(&rng, 7);
    one_look_or_two(good, strlen(good));
    for (int turn = 0; turn < 20000; turn++) {
        char *text = mem_strdup(good);
        for (uint64_t n = rng_below(&rng, 4) + 1; n > 0; n--)
            text[1 + rng_below(&rng, sizeof good - 3)] = marks[rng_below(&rng, sizeof marks - 1)];
        one_look_or_two(text, strlen(text));
        mem_free(text);
    }
}

static void depth_is_bounded(void **state) {
    (void)state;
    char text[4096];
    struct slice value;
    memset(text, '[', 2000);
    memset(text + 2000, ']', 2000);
    assert_false(scan_one(text, 4000, &value));
    assert_true(scan_one(text + 2000 - 512, 2 * 512, &value)); /* what PHP writes at most */
    assert_false(scan_one(text + 2000 - 600, 2 * 600, &value));
}

static void a_deep_member_spoils_only_its_own_item(void **state) {
    (void)state;
    char text[1024] = "[{\"a\":";
    size_t at = strlen(text), deep = (size_t)JSON_DEPTH_MAX + 20;
    memset(text + at, '[', deep);
    memset(text + at + deep, ']', deep);
    str_copy(text + at + 2 * deep, sizeof text - at - 2 * deep, "},{\"a\":1}]");
    bool broken = true;
    assert_int_equal(count_items(text, &broken), 2);
    assert_false(broken);
}

/* Every prefix and many mutations of a real answer: the sanitizers watch. Buffers have exactly the text's size. */
static void broken_texts_stay_inside(void **state) {
    (void)state;
    static const char text[] = "{\"create\":[{\"id\":12,\"sku\":\"A\\\"1\",\"error\":{\"code\":\"x\",\"data\":{"
                               "\"status\":400}}},[],null,true],"
                               "\"update\":[{\"id\":\"7\",\"_links\":{\"self\":[{\"href\":\"https:\\/\\/a\"}]}}]}";
    struct rng rng;
    rng_seed(&rng, 11);
    int answers = 0;
    for (int round = 0; round < 20000; round++) {
        size_t len = 1 + rng_below(&rng, sizeof text - 1);
        char *copy = mem_dup(text, len);
        for (uint64_t n = rng_below(&rng, 4); n > 0; n--)
            copy[rng_below(&rng, len)] = "{}[]\",:\\ 0a"[rng_below(&rng, 11)];
        struct slice value, found;
        int64_t number;
        char out[32];
        struct slice trimmed = slice_trim((struct slice){copy, len});
        assert_true(trimmed.p >= copy && trimmed.p + trimmed.len <= copy + len);
        bool whole = scan_answer(copy, len, &found);
        if (whole)
            answers++;
        if (scan_one(copy, len, &value)) {
            assert_true(value.p >= copy && value.p + value.len <= copy + len);
            assert_true(!whole || (found.p == value.p && found.len == value.len));
            whole = false;
            if (scan_find(value, "update", &found))
                assert_true(found.p >= copy && found.p + found.len <= copy + len);
            scan_i64(value, "create", &number);
            scan_text(value, "update", out, sizeof out);
        }
        assert_false(whole);
        mem_free(copy);
    }
    assert_true(answers > 10);
}

/* Values without a tree are what they are in one. */
static void values_as_in_a_tree(void **state) {
    (void)state;
    static const char *const values[] = {
        "\"\"",
        "\"x\"",
        "\" x \"",
        "\"a\\\"b\"",
        "\"\\u0142\\ud83c\\udf4e\"",
        "\"ż\"",
        "\"\\u0000\"",
        "\"\\ud800x\"",
        "\"12\"",
        "\"007\"",
        "\"-5\"",
        "\"1.50\"",
        "0",
        "-0",
        "7",
        "-7",
        "1.5",
        "1.50",
        "0.10",
        "-0.5",
        "5.0",
        "1e3",
        "1E-7",
        "1e999",
        "-1e999",
        "1e21",
        "123456789012",
        "1234567890123456",
        "9007199254740992",
        "9007199254740994",
        "12345678901234567890",
        "0.30000000000000004",
        "true",
        "false",
        "null",
        "[]",
        "[1]",
        "{}",
        "{\"v\":1}",
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct buf text, ours, theirs;
        struct json *tree;
        struct slice value;
        char fixed[64] = "untouched";
        int64_t a = -99, b = -99;
        buf_init(&text, 200);
        buf_init(&ours, 200);
        buf_init(&theirs, 200);
        buf_addf(&text, "{\"v\":%s}", values[i]);
        assert_int_equal(json_parse(text.data, text.len, &tree, NULL), RC_OK);
        assert_true(scan_find(of(text.data), "v", &value));
        bool told = json_text_lax(tree, "v", &theirs);
        if (slice_add_text(value, &ours) != told || slice_lax(value, fixed, sizeof fixed) != told)
            fail_msg("%s", values[i]);
        assert_string_equal(ours.data, theirs.data);
        assert_true(!told || str_eq(fixed, theirs.data));
        assert_int_equal(slice_i64_lax(value, &a), json_i64_lax(tree, "v", &b));
        assert_int_equal(a, b);
        assert_true(!told || !slice_lax(value, fixed, theirs.len)); /* one byte short */
        json_free(tree);
        buf_free(&theirs);
        buf_free(&ours);
        buf_free(&text);
    }
    struct buf none;
    buf_init(&none, 10);
    assert_false(slice_add_text((struct slice){NULL, 0}, &none) || slice_is_plain((struct slice){NULL, 0}));
    buf_free(&none);
}

static size_t listed(const char *text, char firsts[8]) {
    struct scan_list list;
    struct slice item, value = {text, text ? strlen(text) : 0};
    size_t n = 0;
    scan_list(&list, value);
    while (n < 7 && scan_list_item(&list, &item))
        firsts[n++] = item.p[0];
    firsts[n] = '\0';
    return n;
}

static void lists_of_both_forms(void **state) {
    (void)state;
    char firsts[8];
    assert_int_equal(listed("[1,\"b\", {}]", firsts), 3);
    assert_string_equal(firsts, "1\"{");
    assert_int_equal(listed("{\"0\":7,\"2\": [8]}", firsts), 2);
    assert_string_equal(firsts, "7[");
    assert_int_equal(listed("[]", firsts), 0);
    assert_int_equal(listed("{}", firsts), 0);
    assert_int_equal(listed("5", firsts), 0);
    assert_int_equal(listed("null", firsts), 0);
    assert_int_equal(listed(NULL, firsts), 0);
}

static void control_characters_are_seen_anywhere(void **state) {
    (void)state;
    for (size_t len = 0; len <= 40; len++) {
        char text[40];
        memset(text, 'x', sizeof text);
        assert_false(slice_has_control((struct slice){text, len}));
        for (size_t at = 0; at < len; at++) {
            for (int c = 0; c < 256; c++) {
                text[at] = (char)c;
                bool allowed = c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
                assert_int_equal(slice_has_control((struct slice){text, len}), !allowed);
            }
            text[at] = 'x';
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members),
        cmocka_unit_test(control_characters_are_seen_anywhere),
        cmocka_unit_test(no_name_stands_twice),
        cmocka_unit_test(arrays),
        cmocka_unit_test(values_as_in_a_tree),
        cmocka_unit_test(lists_of_both_forms),
        cmocka_unit_test(items_with_their_fields),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(a_deep_member_spoils_only_its_own_item),
        cmocka_unit_test(broken_texts_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
