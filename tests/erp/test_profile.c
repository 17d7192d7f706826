/* The profile parser: good profiles, and each way to get one wrong. */
#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/erp/sql/profile.h"
#include "service/erp/sql/profile_check.h"
#include "tests/erp/company.h"
#include "tests/support/temp_folder.h"

static const char HEADER[] = "-- A profile.\n--! profile: small\n--! engine: sqlite\n--! schema: 3\n"
                             "--! aspects: stock price\n";

/* The smallest complete profile: every needed statement, saying nothing; `instead` replaces that of its name. */
static char *small_profile(const char *header, const char *name, const char *instead) {
    struct buf b;
    buf_init(&b, PROFILE_MAX_BYTES * 2);
    buf_adds(&b, header);
    for (int id = 0; id < SQL_COUNT; id++) {
        const char *statement = sql_name((enum sql_id)id);
        buf_addf(&b, "--! statement: %s\n%s\n", statement, str_eq(statement, name) ? instead : "SELECT 1");
    }
    char *text = buf_take(&b);
    buf_free(&b);
    return text;
}

static void refused_text(const char *text, size_t len, const char *why) {
    struct profile *p = NULL;
    struct err err;
    assert_int_not_equal(profile_parse("bad", text, len, &p, &err), RC_OK);
    if (!strstr(err.text, why))
        fail_msg("expected \"%s\" in: %s", why, err.text);
    assert_null(p);
}

static void refused(const char *header, const char *name, const char *instead, const char *why) {
    char *text = small_profile(header, name, instead);
    refused_text(text, strlen(text), why);
    mem_free(text);
}

static void good(void **state) {
    (void)state;
    struct profile *p = NULL;
    struct err err;
    struct buf sql;
    char *text =
        small_profile("--! profile: small\n--! title: Small\n--! engine: sqlite\n--! schema: 3\n"
                      "--! can: versions sets\n--! can: groups\n--! aspects: stock price\n"
                      "--! amounts: decimal\n--! quantities: decimal\n--! rates: percent\n"
                      "--! fragment: cols\n  a, -- gone in SQL, kept by us\n-- gone\n--{ stock\n  s,\n--}\n",
                      "offer_page",
                      "SELECT\n--= cols\n--{ price by_price\n p, '-- :no; parameter'\n--{ some_warehouses\n w,\n"
                      "--}\n--}\n z FROM t WHERE x > :after_key AND \"a:b\" = [c:d] /* ; :x */\n LIMIT :limit;");
    assert_int_equal(profile_parse("x", text, strlen(text), &p, &err), RC_OK);
    mem_free(text);
    assert_string_equal(p->name, "small");
    assert_string_equal(p->title, "Small");
    assert_int_equal(p->schema, 3);
    assert_true(p->caps.versions && p->caps.sets && p->caps.groups && !p->caps.variants);
    assert_int_equal(p->caps.aspects, ASPECT_STOCK | ASPECT_PRICE);
    assert_true(p->decimal_amounts && p->decimal_quantities && p->percent_rates);
    buf_init(&sql, 10000);
    const char *tail = "z FROM t WHERE x > :after_key AND \"a:b\" = [c:d] /* ; :x */\nLIMIT :limit;\n";
    struct {
        unsigned words;
        const char *middle;
    } cases[] = {
        {0, ""},
        {ASPECT_STOCK, "s,\n"},
        {WORD_BY_PRICE, "p, '-- :no; parameter'\n"},
        {ASPECT_PRICE | WORD_SOME_WAREHOUSES, "p, '-- :no; parameter'\nw,\n"},
        {WORD_SOME_WAREHOUSES, ""}, /* inside a block that is off */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[500];
        str_fmt(expected, sizeof expected, "SELECT\na, -- gone in SQL, kept by us\n%s%s", cases[i].middle, tail);
        buf_clear(&sql);
        assert_true(profile_sql(p, SQL_OFFER_PAGE, cases[i].words, &sql));
        assert_string_equal(sql.data, expected);
    }
    buf_free(&sql);
    profile_free(p);
}

static void wrong_headers(void **state) {
    (void)state;
    refused("--! engine: sqlite\n--! colour: blue\n", "", "", "line 2: unknown setting \"colour\"");
    refused("--! engine: sqlite\n--! can: fly\n", "", "", "line 2: unknown word \"fly\"");
    refused("--! engine: sqlite\n--! aspects: by_any\n", "", "", "line 2: unknown word \"by_any\"");
    refused("--! engine: sqlite\n--! schema: many\n", "", "", "not a schema version");
    refused("--! engine: sqlite\n--! amounts: float\n", "", "", "unknown value \"float\"");
    refused("--! engine sqlite\n", "", "", "expected \"--! key: value\"");
    refused("--! engine:\n", "", "", "no value for \"engine\"");
    refused("SELECT 1\n", "", "", "line 1: SQL before the first");
    refused("--! aspects: stock\n", "", "", "names no engine");
    refused("--! engine: sqlite\n", "", "", "names no aspects");
    refused("--! engine: sqlite\n--! aspects: stock\n--! can: aspect_versions\n", "", "", "needs versions");
    refused("--! statement: nothing\nSELECT 1\n", "", "", "unknown statement \"nothing\"");
    refused("--! statement: version\nSELECT 1\n", "", "", "a second statement \"version\"");
    refused("--! fragment: a\nx\n--! fragment: a\ny\n", "", "", "line 3: a second fragment \"a\"");
    refused("--! fragment: a\nx\n--! engine: sqlite\n", "", "", "a setting stands before");
    refused("--! fragment: a\n--= a\n", "", "", "no fragment before this line is named \"a\"");
}

static void wrong_statements(void **state) {
    (void)state;
    refused(HEADER, "version", "SELECT :version", "statement version has no parameter \":version\"");
    refused(HEADER, "version", "SELECT ?", "parameter without a name");
    refused(HEADER, "version", "SELECT :", "has no parameter \":\"");
    refused(HEADER, "version", "SELECT 'open", "not closed");
    refused(HEADER, "version", "SELECT 1; DROP TABLE item", "more than one");
    refused(HEADER, "version", "-- only a comment", "empty");
    refused(HEADER, "version", "--= none", "no fragment before this line is named \"none\"");
    refused(HEADER, "version", "SELECT 1\n--{ stock\n, 2", "not closed by --}");
    refused(HEADER, "version", "SELECT 1\n--}", "a --} without its --{");
    refused(HEADER, "version", "SELECT 1\n--{\n--}", "without a word");
    refused(HEADER, "version", "SELECT 1\n--{ stocks\n--}", "unknown word \"stocks\"");
    refused(HEADER, "version", "SELECT 1\n--{ stock\n--{ stock\n--{ stock\n--{ stock\n--{ stock\n--}", "too deep");
}

static void needed_statements(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    buf_adds(&b, HEADER);
    buf_adds(&b, "--! statement: company\nSELECT 1\n");
    refused_text(b.data, b.len, "the statement \"view_price_list\" is missing");
    buf_free(&b);
}

static void hostile_sizes(void **state) {
    (void)state;
    size_t len = PROFILE_MAX_BYTES + 1;
    char *text = mem_alloc(len + 1);
    memset(text, '-', len);
    text[len] = 0;
    refused_text(text, len, "is bigger than");
    refused_text("--! engine: sq\0lite", 19, "not UTF-8");
    refused_text("--! engine: \xff", 13, "not UTF-8");
    mem_free(text);
    /* A fragment that doubles with each step ends at the ceiling, not at the end of memory. */
    struct buf b;
    buf_init(&b, 100000);
    buf_adds(&b, "--! fragment: f0\n0123456789 0123456789 0123456789 0123456789\n");
    for (int i = 1; i < 40; i++)
        buf_addf(&b, "--! fragment: f%d\n--= f%d\n--= f%d\n", i, i - 1, i - 1);
    refused_text(b.data, b.len, "too long");
    buf_clear(&b);
    for (int i = 0; i < 100; i++)
        buf_addf(&b, "--! fragment: f%d\nx\n", i);
    refused_text(b.data, b.len, "too many fragments");
    buf_free(&b);
}

static void built_in_and_from_a_file(void **state) {
    (void)state;
    struct company f = {.folder = ""};
    struct profile *p = NULL;
    size_t len = 0;
    assert_ok(&f, profile_load("reference", &p, &f.err));
    assert_true(p->caps.versions && p->caps.aspect_versions && p->caps.both_order_keys);
    profile_free(p);
    assert_int_equal(profile_load("sage", &p, &f.err), RC_NOT_FOUND);
    assert_non_null(strstr(f.err.text, "\"reference\""));
    temp_folder_make(f.folder, sizeof f.folder);
    os_path_join(f.path, sizeof f.path, f.folder, "mine.sql");
    const char *text = profile_builtin("reference.sql", &len);
    assert_ok(&f, os_file_replace(f.path, text, len, false, &f.err));
    assert_ok(&f, profile_load(f.path, &p, &f.err));
    assert_string_equal(p->name, "reference");
    profile_free(p);
    assert_ok(&f, os_remove(f.path, &f.err));
    assert_int_not_equal(profile_load(f.path, &p, &f.err), RC_OK);
    temp_folder_remove(f.folder);
}

/* Windows editors. */
static void carriage_returns(void **state) {
    (void)state;
    struct profile *p = NULL;
    struct err err;
    struct buf b;
    char *text = small_profile(HEADER, "", "");
    buf_init(&b, 100000);
    for (const char *c = text; *c; c++)
        buf_adds(&b, *c == '\n' ? "\r\n" : (char[]){*c, 0});
    assert_int_equal(profile_parse("x", b.data, b.len, &p, &err), RC_OK);
    assert_string_equal(p->engine, "sqlite");
    assert_string_equal(p->statements[SQL_VERSION], "SELECT 1\n");
    profile_free(p);
    mem_free(text);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),
        cmocka_unit_test(wrong_headers),
        cmocka_unit_test(wrong_statements),
        cmocka_unit_test(needed_statements),
        cmocka_unit_test(hostile_sizes),
        cmocka_unit_test(built_in_and_from_a_file),
        cmocka_unit_test(carriage_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
