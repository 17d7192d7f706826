/* Everything that is wrong is told at once, each in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/str.h"
#include "tests/conf/kinds.h"

static const char *const full_of_mistakes =
    "{\"version\": 1, \"newer_thing\": {\"a\": [1, 2.5, null]},"
    " \"program\": {\"log_file_mib\": 0, \"log_level\": \"loud\", \"colour_of_logs\": \"red\"},"
    " \"companies\": ["
    "  {\"name\": \"A\", \"database\": \"/a\", \"operator\": \"\", \"links\": ["
    "   {\"name\": \"l\", \"kind\": \"parrot\", \"enabled\": true, \"base_url\": \"ftp://x\", \"volume\": \"loud\","
    "    \"words\": [\"a\", 5], \"translations\": [], \"loud\": 1, \"interval_seconds\": 9.5,"
    "    \"consumer_secret\": \"cs_123456\"},"
    "   {\"name\": \"L\", \"kind\": \"parrot\", \"enabled\": true, \"order_statuses\": []},"
    "   {\"kind\": \"stone\"},"
    "   {\"name\": \"m\", \"kind\": \"dinosaur\", \"enabled\": true, \"teeth\": 60},"
    "   {\"name\": \"n\", \"kind\": \"dinosaur\"},"
    "   {\"name\": \"o\"},"
    "   7]},"
    "  {\"name\": \"A\", \"links\": {}},"
    "  {\"name\": \"B\", \"enabled\": false},"
    "  {\"name\": \"D\", \"database\": \"/d\", \"links\": [{\"name\": \"cap\", \"kind\": \"stone\", \"stock_cap\": 3,"
    "   \"stock_floor\": 4}]},"
    "  [], null]}";

static void all_at_once(void **state) {
    (void)state;
    struct conf *c = parsed(full_of_mistakes);
    static const struct {
        const char *section, *key;
        bool error;
    } expected[] = {
        {"", "newer_thing", false},
        {"", "log_file_mib", true},
        {"", "log_level", true},
        {"", "colour_of_logs", false},
        {"A", "operator", true},
        {"A / l", "base_url", true},
        {"A / l", "volume", true},
        {"A / l", "words", true},
        {"A / l", "translations", true},
        {"A / l", "loud", true},
        {"A / l", "interval_seconds", true},
        {"A / l", "consumer_secret", false},
        {"A / L", "name", true},
        {"A / L", "base_url", true},
        {"A / L", "order_statuses", true},
        {"A / (without a name)", "name", true}, /* two of them: the stone and the 7 */
        {"A / m", "kind", true},
        {"A / m", "teeth", false},
        {"A / n", "kind", false},
        {"A / o", "kind", true},
        {"A / (without a name)", "", true},
        {"A / (without a name)", "kind", true},
        {"A", "name", true},
        {"A", "links", true},
        {"A", "database", true},
        {"B", "database", false},
        {"D / cap", "stock_cap", true},
        {"(without a name)", "", true},
        {"(without a name)", "name", true},
    };
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        if (problems_of(c, expected[i].section, expected[i].key, expected[i].error) == 0) {
            fail_msg("not told: %s, %s", expected[i].section, expected[i].key);
        }
        assert_int_equal(problems_of(c, expected[i].section, expected[i].key, !expected[i].error), 0);
    }
    conf_free(c);
}

static void secrets_in_the_file_go_nowhere(void **state) {
    (void)state;
    struct conf *c = parsed(full_of_mistakes);
    struct conf_problems p = {0};
    struct buf out;
    conf_validate(c, &p);
    for (size_t i = 0; i < p.count; i++) {
        assert_null(strstr(p.items[i].text, "cs_123456"));
    }
    conf_problems_free(&p);
    buf_init(&out, CONF_FILE_MAX);
    assert_int_equal(conf_write(c, &out, NULL), RC_OK);
    assert_null(strstr(out.data, "cs_123456"));
    buf_clear(&out);
    assert_int_equal(conf_export(c, NULL, NULL, &out, NULL), RC_OK);
    assert_null(strstr(out.data, "cs_123456"));
    buf_free(&out);
    conf_free(c);
}

/* Unusable values are never used, but they are still in the file. */
static void defaults_stand_in(void **state) {
    (void)state;
    struct conf *c = parsed(full_of_mistakes);
    struct conf_section *l = conf_link(conf_company(c, "A"), "l");
    assert_int_equal(conf_i64(conf_program(c), "log_file_mib"), 10);
    assert_string_equal(conf_text(conf_program(c), "log_level"), "info");
    assert_int_equal(conf_i64(l, "volume"), 5);
    assert_int_equal(conf_i64(l, "interval_seconds"), 300);
    assert_string_equal(conf_text(l, "base_url"), "");
    assert_int_equal(conf_list_count(l, "words"), 0);
    assert_false(conf_is_set(l, "volume"));
    struct buf out;
    buf_init(&out, CONF_FILE_MAX);
    assert_int_equal(conf_write(c, &out, NULL), RC_OK);
    const char *const kept[] = {"\"volume\": \"loud\"",        "ftp://x",     "9.5", "\"teeth\": 60",
                                "\"colour_of_logs\": \"red\"", "newer_thing", "2.5"};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        assert_non_null(strstr(out.data, kept[i]));
    }
    assert_int_equal(conf_set(l, "volume", "3", NULL), RC_OK); /* setting it right cures it */
    assert_int_equal(problems_of(c, "A / l", "volume", true), 0);
    conf_unset(l, "base_url");
    assert_int_equal(problems_of(c, "A / l", "base_url", true), 1); /* now missing */
    buf_free(&out);
    conf_free(c);
}

static void check_names_the_first_and_counts_the_rest(void **state) {
    (void)state;
    struct err err;
    struct conf *c = parsed("{\"companies\":[{\"name\":\"Zażółć\"}]}");
    assert_int_equal(conf_check(c, &err), RC_INVALID);
    assert_string_equal(err.text, "Zażółć: The setting \"Company database\" is missing.");
    conf_free(c);
    c = parsed(full_of_mistakes);
    assert_int_equal(conf_check(c, &err), RC_INVALID);
    assert_non_null(strstr(err.text,
                           "program: The setting \"Size of one log file (MiB)\" must be a whole number from 1 "
                           "to 1024"));
    assert_non_null(strstr(err.text, " more)"));
    assert_int_equal(conf_check(c, NULL), RC_INVALID);
    conf_free(c);
}

static void half_made_settings_are_only_warned_of(void **state) {
    (void)state;
    struct conf *c = parsed("{\"companies\":[{\"name\":\"A\",\"enabled\":false,\"links\":[{\"name\":\"l\","
                            "\"kind\":\"parrot\",\"enabled\":true}]},"
                            "{\"name\":\"B\",\"database\":\"/b\",\"links\":[{\"name\":\"l\",\"kind\":\"parrot\"}]}]}");
    assert_int_equal(problems_of(c, NULL, NULL, true), 0);
    assert_int_equal(problems_of(c, "A", "database", false), 1);
    assert_int_equal(problems_of(c, "A / l", "base_url", false), 1);
    assert_int_equal(problems_of(c, "B / l", "base_url", false), 1);
    assert_int_equal(conf_check(c, NULL), RC_OK);
    conf_free(c);
}

static void values_may_be_texts(void **state) {
    (void)state;
    struct conf *c = parsed("{\"companies\":[{\"name\":\"A\",\"database\":\"/a\",\"links\":[{\"name\":\"l\","
                            "\"kind\":\"parrot\",\"volume\":\"-3\",\"loud\":\"true\",\"words\":\"a, b\","
                            "\"translations\":\"x=y\",\"colour\":null}]}]}");
    struct conf_section *l = conf_link(conf_company(c, "A"), "l");
    assert_int_equal(problems_of(c, NULL, NULL, true), 0);
    assert_int_equal(conf_i64(l, "volume"), -3);
    assert_true(conf_bool(l, "loud"));
    assert_true(conf_list_has(l, "words", "b"));
    assert_string_equal(conf_map_get(l, "translations", "x"), "y");
    assert_string_equal(conf_text(l, "colour"), "green");
    conf_free(c);
}

static void without_drivers_every_kind_passes(void **state) {
    (void)state;
    struct conf *c = NULL;
    const char *text = "{\"companies\":[{\"name\":\"A\",\"database\":\"/a\",\"links\":[{\"name\":\"l\","
                       "\"kind\":\"parrot\",\"enabled\":true,\"volume\":77}]}]}";
    assert_int_equal(conf_parse(text, strlen(text), NULL, &c, NULL), RC_OK);
    assert_int_equal(conf_check(c, NULL), RC_OK);
    assert_int_equal(problems_of(c, "A / l", "volume", false), 1);
    conf_free(c);
}

/* A service is started in a folder of its own, so where a relative path leads nobody can say. */
static void paths_are_whole(void **state) {
    (void)state;
    static const struct {
        const char *path;
        bool good;
    } cases[] = {{"demo.db", false},
                 {"data\\\\demo.db", false},
                 {"C:demo.db", false},
                 {"./demo.db", false},
                 {"C:\\temp\\new.db", false}, /* as JSON: C:, a tab, "emp", a line break, "ew.db" */
                 {"C:\\\\Firmy\\\\demo.db", true},
                 {"\\\\\\\\server\\\\share\\\\demo.db", true},
                 {"/srv/demo.db", true},
                 {"DSN=firma;Database=x", true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[400];
        str_fmt(text, sizeof(text), "{\"companies\":[{\"name\":\"A\",\"database\":\"%s\"}]}", cases[i].path);
        struct conf *c = parsed(text);
        if (problems_of(c, "A", "database", true) != (cases[i].good ? 0u : 1u)) {
            fail_msg("%s", cases[i].path);
        }
        conf_free(c);
    }
}

static void what_is_missing_is_marked(void **state) {
    (void)state;
    struct conf *c =
        parsed("{\"companies\":[{\"name\":\"A\",\"database\":\"/a\",\"links\":[{\"name\":\"l\","
               "\"kind\":\"parrot\",\"colour\":\"pink\",\"beak\":1},{\"name\":\"m\",\"kind\":\"dodo\"}]}]}");
    struct conf_problems p = {0};
    size_t incomplete = 0;
    conf_validate(c, &p);
    for (size_t i = 0; i < p.count; i++) {
        const struct conf_problem *one = &p.items[i];
        bool expected = strcmp(one->key, "base_url") == 0 || strcmp(one->key, "kind") == 0;
        assert_int_equal(one->incomplete, expected);
        incomplete += one->incomplete;
    }
    assert_int_equal(incomplete, 2);
    conf_problems_free(&p);
    conf_free(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_at_once),
                                       cmocka_unit_test(secrets_in_the_file_go_nowhere),
                                       cmocka_unit_test(defaults_stand_in),
                                       cmocka_unit_test(check_names_the_first_and_counts_the_rest),
                                       cmocka_unit_test(half_made_settings_are_only_warned_of),
                                       cmocka_unit_test(values_may_be_texts),
                                       cmocka_unit_test(without_drivers_every_kind_passes),
                                       cmocka_unit_test(paths_are_whole),
                                       cmocka_unit_test(what_is_missing_is_marked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
