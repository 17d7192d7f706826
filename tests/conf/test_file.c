/* The file: there and back, torn, hostile, of a newer program, and never made worse than it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "tests/conf/kinds.h"
#include "tests/support/temp_folder.h"

static char folder[1024];
static char path[2048];

static int make_folder(void **state) {
    (void)state;
    temp_folder_make(folder, sizeof(folder));
    os_path_join(path, sizeof(path), folder, CONF_FILE_NAME);
    return 0;
}

static int drop_folder(void **state) {
    (void)state;
    temp_folder_remove(folder);
    return 0;
}

static struct conf *example(void) {
    struct conf *c = conf_new(&test_kinds);
    struct conf_section *company = NULL;
    struct conf_section *link = NULL;
    assert_int_equal(conf_set(conf_program(c), "log_level", "debug", NULL), RC_OK);
    assert_int_equal(conf_company_add(c, "Zażółć \"gęślą\" \\ sp. z o.o.", &company, NULL), RC_OK);
    assert_int_equal(conf_set(company, "database", "C:\\Firmy\\Zażółć.db", NULL), RC_OK);
    assert_int_equal(conf_link_add(company, "butik.example å ä ö", "parrot", &link, NULL), RC_OK);
    static const char *const pairs[][2] = {
        {"base_url", "https://butik.example"},
        {"enabled", "true"},
        {"volume", "-7"},
        {"words", "[\"a, b\",\"[{\\\"\"]"},
        {"translations", "A=1"},
        {"colour", "red"},
        {"cage", "/srv/papuga"},
        {"short_text", "żż"},
        {"required_fields", ""},
        {"name_replacements", "{\"\\\"\":\"\",\"&\":\"i\"}"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_int_equal(conf_set(link, pairs[i][0], pairs[i][1], NULL), RC_OK);
    }
    assert_int_equal(conf_company_add(c, "Empty", &company, NULL), RC_OK);
    assert_int_equal(conf_set(company, "enabled", "false", NULL), RC_OK);
    return c;
}

static void there_and_back(void **state) {
    (void)state;
    struct conf *c = example();
    struct conf *again = NULL;
    struct buf first;
    struct buf second;
    assert_int_equal(conf_save(c, path, NULL), RC_OK);
    assert_int_equal(conf_load(path, &test_kinds, &again, NULL), RC_OK);
    struct conf_section *l = conf_link_at(conf_company(again, "Zażółć \"gęślą\" \\ sp. z o.o."), 0);
    assert_string_equal(conf_name(l), "butik.example å ä ö");
    assert_string_equal(conf_text(conf_program(again), "log_level"), "debug");
    assert_int_equal(conf_i64(l, "volume"), -7);
    assert_true(conf_enabled(l));
    assert_string_equal(conf_list_at(l, "words", 1), "[{\"");
    assert_string_equal(conf_map_get(l, "name_replacements", "\""), "");
    assert_int_equal(conf_list_count(l, "required_fields"), 0); /* set to nothing is not the default */
    assert_int_equal(conf_list_count(l, "order_statuses"), 2);
    assert_int_equal(conf_save(again, path, NULL), RC_OK);
    buf_init(&first, CONF_FILE_MAX);
    assert_int_equal(conf_write(c, &first, NULL), RC_OK);
    assert_int_equal(os_read_file(path, CONF_FILE_MAX, &second, NULL), RC_OK);
    assert_string_equal(first.data, second.data);
    assert_non_null(strstr(first.data, "\n  \"companies\": [\n    {\n      \"name\": ")); /* for people to read */
    buf_free(&first);
    buf_free(&second);
    conf_free(again);
    conf_free(c);
}

static void unknown_keys_survive(void **state) {
    (void)state;
    const char *text = "{\"version\":1,\"future\":{\"deep\":[{\"a\":null},true,1.5,\"ż\"]},\"program\":{\"p\":[]},"
                       "\"companies\":[{\"name\":\"A\",\"enabled\":false,\"q\":\"{\\\"\",\"links\":[{\"name\":\"l\","
                       "\"kind\":\"stone\",\"r\":{}}]}]}";
    struct conf *c = parsed(text);
    struct conf *again = NULL;
    struct buf out;
    assert_int_equal(problems_of(c, "", "future", false), 1);
    assert_int_equal(problems_of(c, "", "p", false), 1);
    assert_int_equal(problems_of(c, "A", "q", false), 1);
    assert_int_equal(problems_of(c, "A / l", "r", false), 1);
    assert_int_equal(conf_save(c, path, NULL), RC_OK);
    assert_int_equal(conf_load(path, &test_kinds, &again, NULL), RC_OK);
    assert_int_equal(problems_of(again, NULL, NULL, false), problems_of(c, NULL, NULL, false));
    assert_int_equal(os_read_file(path, CONF_FILE_MAX, &out, NULL), RC_OK);
    /* without the white space it is what it was */
    size_t n = 0;
    bool in_text = false;
    for (size_t i = 0; i < out.len; i++) {
        in_text = out.data[i] == '"' && (i == 0 || out.data[i - 1] != '\\') ? !in_text : in_text;
        if (in_text || (out.data[i] != ' ' && out.data[i] != '\n')) {
            out.data[n++] = out.data[i];
        }
    }
    out.data[n] = '\0';
    assert_string_equal(out.data, text);
    buf_free(&out);
    conf_free(again);
    conf_free(c);
}

static void the_old_file_stays_when_the_new_is_wrong(void **state) {
    (void)state;
    struct conf *c = example();
    struct conf_section *s = NULL;
    struct buf before;
    struct buf after;
    struct err err;
    assert_int_equal(conf_save(c, path, NULL), RC_OK);
    assert_int_equal(os_read_file(path, CONF_FILE_MAX, &before, NULL), RC_OK);
    assert_int_equal(conf_company_add(c, "No database", &s, NULL), RC_OK);
    assert_int_equal(conf_save(c, path, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "No database: "));
    assert_int_equal(os_read_file(path, CONF_FILE_MAX, &after, NULL), RC_OK);
    assert_string_equal(before.data, after.data);
    buf_free(&before);
    buf_free(&after);
    conf_free(c);
}

static enum rc load_text(const char *text, size_t len, struct err *err) {
    struct conf *c = NULL;
    assert_int_equal(os_file_replace(path, text, len, true, NULL), RC_OK);
    enum rc rc = conf_load(path, &test_kinds, &c, err);
    assert_true((rc == RC_OK) == (c != NULL));
    conf_free(c);
    return rc;
}

static void a_newer_file_is_refused_and_left_alone(void **state) {
    (void)state;
    struct err err;
    const char *newer = "{\"version\":2,\"companies\":[]}";
    assert_int_equal(load_text(newer, strlen(newer), &err), RC_UNSUPPORTED);
    assert_non_null(strstr(err.text, "newer Shopferry"));
    struct buf b;
    assert_int_equal(os_read_file(path, CONF_FILE_MAX, &b, NULL), RC_OK);
    assert_string_equal(b.data, newer);
    buf_free(&b);
}

static void torn_and_hostile_files(void **state) {
    (void)state;
    struct err err;
    struct conf *c = example();
    struct buf text;
    buf_init(&text, CONF_FILE_MAX);
    assert_int_equal(conf_write(c, &text, NULL), RC_OK);
    conf_free(c);
    for (size_t cut = 0; cut + 2 < text.len; cut += 7) {
        struct conf *torn = NULL;
        assert_int_equal(conf_parse(text.data, cut, &test_kinds, &torn, &err), RC_INVALID);
        assert_null(torn);
    }
    const char *const bad[] = {"",
                               "[]",
                               "null",
                               "\"settings\"",
                               "{\"version\":0}",
                               "{\"version\":-1}",
                               "{\"version\":1.5}",
                               "{\"version\":true}",
                               "{}{}",
                               "{\"program\":{\"log_level\":\"info\",\"log_level\":\"debug\"}}",
                               "{\"a\":\"\xff\"}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (load_text(bad[i], strlen(bad[i]), &err) != RC_INVALID) {
            fail_msg("taken: %s", bad[i]);
        }
        assert_true(strlen(err.text) > 0);
    }
    assert_int_equal(load_text("\xEF\xBB\xBF{}", 5, &err), RC_OK); /* Notepad's mark */
    assert_int_equal(load_text("{}", 2, &err), RC_OK);
    char *deep = mem_zalloc(200001, 1);
    memset(deep, '[', 200000);
    assert_int_equal(load_text(deep, 200000, &err), RC_INVALID);
    mem_free(deep);
    assert_int_equal(os_remove(path, NULL), RC_OK);
    c = NULL;
    assert_int_equal(conf_load(path, &test_kinds, &c, &err), RC_NOT_FOUND);
    buf_free(&text);
}

static void mistakes_of_people_are_told_with_the_cure(void **state) {
    (void)state;
    struct err err;
    const char *lone = "{\n  \"companies\": [{\"name\": \"A\",\n    \"database\": \"C:\\Shopferry\\demo.db\"}]\n}";
    assert_int_equal(load_text(lone, strlen(lone), &err), RC_INVALID);
    assert_non_null(strstr(err.text, "in line 3, column 20 "));
    assert_non_null(strstr(err.text, "each backslash is written twice, for instance \"C:\\\\Shopferry\\\\demo.db\""));
    const char *comma = "{\n \"version\": 1,\n}";
    assert_int_equal(load_text(comma, strlen(comma), &err), RC_INVALID);
    assert_non_null(strstr(err.text, "in line 3, column 1 "));
    assert_null(strstr(err.text, "backslash"));
    const char *twice = "{\"companies\":[],\"companies\":[]}";
    assert_int_equal(load_text(twice, strlen(twice), &err), RC_INVALID);
    assert_non_null(strstr(err.text, "the name \"companies\" stands twice"));
    static const char *const utf16[] = {"\xFF\xFE{\0}", "\xFE\xFF\0{\0}", "{\0}"};
    static const size_t utf16_len[] = {5, 6, 4};
    for (size_t i = 0; i < sizeof(utf16) / sizeof(utf16[0]); i++) {
        assert_int_equal(load_text(utf16[i], utf16_len[i], &err), RC_INVALID);
        assert_non_null(strstr(err.text, "UTF-16"));
        assert_non_null(strstr(err.text, path));
    }
}

/* More companies, links, or shapes than anyone has: told, not stumbled over. */
static void too_many_of_everything(void **state) {
    (void)state;
    struct buf text;
    buf_init(&text, CONF_FILE_MAX);
    buf_adds(&text, "{\"companies\":[");
    for (int i = 0; i <= CONF_COMPANIES_MAX; i++) {
        buf_addf(&text, "%s{\"name\":\"c%d\",\"enabled\":false}", i == 0 ? "" : ",", i);
    }
    buf_adds(&text, "]}");
    struct conf *c = parsed(text.data);
    assert_int_equal(conf_company_count(c), CONF_COMPANIES_MAX);
    assert_int_equal(problems_of(c, "", "companies", true), 1);
    conf_free(c);
    buf_free(&text);
    const char *const shapes[] = {"{\"program\":5}",
                                  "{\"program\":[],\"companies\":{}}",
                                  "{\"companies\":\"x\"}",
                                  "{\"companies\":[[[]]]}",
                                  "{\"companies\":[{\"name\":[],\"links\":[[]]}]}",
                                  "{\"companies\":[{\"links\":[{\"kind\":{}}]}]}"};
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        c = parsed(shapes[i]);
        assert_true(problems_of(c, NULL, NULL, true) > 0);
        assert_int_equal(conf_save(c, path, NULL), RC_INVALID);
        conf_free(c);
    }
}

static bool only_the_key(void *ctx, const char *secret_name) {
    ++*(int *)ctx;
    return str_ends(secret_name, "/consumer_key");
}

static void an_export_tells_which_secrets_are_set(void **state) {
    (void)state;
    struct conf *c = example();
    struct buf out;
    struct buf plain;
    int asked = 0;
    buf_init(&out, CONF_FILE_MAX);
    buf_init(&plain, CONF_FILE_MAX);
    assert_int_equal(conf_export(c, only_the_key, &asked, &out, NULL), RC_OK);
    assert_int_equal(asked, 2);
    assert_non_null(strstr(out.data, "\"consumer_key\": \"set\""));
    assert_non_null(strstr(out.data, "\"consumer_secret\": \"not set\""));
    struct conf *again = parsed(out.data); /* an export can be read; the remarks on secrets are no settings */
    assert_int_equal(problems_of(again, NULL, NULL, true), 0);
    buf_clear(&out);
    assert_int_equal(conf_write(again, &out, NULL), RC_OK);
    assert_int_equal(conf_write(c, &plain, NULL), RC_OK);
    assert_string_equal(out.data, plain.data);
    buf_free(&out);
    buf_free(&plain);
    conf_free(again);
    conf_free(c);
}

int main(void) {
#define ONE(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)
    const struct CMUnitTest tests[] = {ONE(there_and_back),
                                       ONE(unknown_keys_survive),
                                       ONE(the_old_file_stays_when_the_new_is_wrong),
                                       ONE(a_newer_file_is_refused_and_left_alone),
                                       ONE(torn_and_hostile_files),
                                       ONE(mistakes_of_people_are_told_with_the_cure),
                                       ONE(too_many_of_everything),
                                       ONE(an_export_tells_which_secrets_are_set)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
