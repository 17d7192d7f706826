/* The command line: every option where it belongs, every mistake explained, nothing guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/app/cli_args.h"

static int no_run(const struct cli_args *args, const struct platform *platform) {
    (void)args;
    (void)platform;
    return 0;
}

static const struct cli_verb verb = {.name = "probe",
                                     .takes = "company link send-offer items",
                                     .required = "company",
                                     .subject = "[THING]",
                                     .what = "A verb for this test.",
                                     .run = no_run};

static int exit_of(int argc, const char **argv, struct cli_args *out) {
    int code = -1;
    if (cli_args_read(&verb, argc, (char **)(uintptr_t)argv, out, &code))
        return -1;
    return code;
}

static void test_values_are_taken_in_both_forms(void **state) {
    (void)state;
    struct cli_args args;
    const char *line[] = {
        "--company", "Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87", "--link=shop=1", "--items", "37", "thing", "--send-offer"};
    assert_int_equal(exit_of(7, line, &args), -1);
    assert_string_equal(args.company, "Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87");
    assert_string_equal(args.link, "shop=1");
    assert_int_equal(args.items, 37);
    assert_string_equal(args.subject, "thing");
    assert_true(args.send_offer);
    assert_false(args.fetch_orders);
}

static void test_mistakes_are_usage_errors(void **state) {
    (void)state;
    struct cli_args args;
    const char *unknown[] = {"--company", "a", "--nonsense"};
    const char *not_of_this_verb[] = {"--company", "a", "--json"};
    const char *no_value[] = {"--company"};
    const char *value_for_flag[] = {"--company", "a", "--send-offer=yes"};
    const char *no_number[] = {"--company", "a", "--items", "12x"};
    const char *negative[] = {"--company", "a", "--items", "-1"};
    const char *two_words[] = {"--company", "a", "one", "two"};
    const char *missing[] = {"--link", "a"};
    const char *prefix[] = {"--company", "a", "--send"};
    assert_int_equal(exit_of(3, unknown, &args), CLI_EXIT_USAGE);
    assert_int_equal(exit_of(3, not_of_this_verb, &args), CLI_EXIT_USAGE);
    assert_int_equal(exit_of(1, no_value, &args), CLI_EXIT_USAGE);
    assert_int_equal(exit_of(3, value_for_flag, &args), CLI_EXIT_USAGE);
    assert_int_equal(exit_of(4, no_number, &args), CLI_EXIT_USAGE);
    assert_int_equal(exit_of(4, negative, &args), CLI_EXIT_USAGE);
    assert_int_equal(exit_of(4, two_words, &args), CLI_EXIT_USAGE);
    assert_int_equal(exit_of(2, missing, &args), CLI_EXIT_USAGE);
    assert_int_equal(exit_of(3, prefix, &args), CLI_EXIT_USAGE);
}

static void test_help_is_no_error(void **state) {
    (void)state;
    struct cli_args args;
    const char *line[] = {"--help"};
    assert_int_equal(exit_of(1, line, &args), CLI_EXIT_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_taken_in_both_forms),
        cmocka_unit_test(test_mistakes_are_usage_errors),
        cmocka_unit_test(test_help_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
