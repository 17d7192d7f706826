#include "tests/base/check.h"

#include "common/base/log.h"
#include "common/base/str.h"

struct sink {
    struct log log;
    int lines;
    enum log_level level;
    char link[50];
    char text[LOG_LINE_MAX + 1];
};

static void take_line(struct log *log, enum log_level level, const struct log_context *about, const char *text) {
    struct sink *s = (struct sink *)log;
    s->lines++;
    s->level = level;
    assert_non_null(about);
    str_copy(s->link, sizeof s->link, about->link);
    assert_true(str_copy(s->text, sizeof s->text, text));
}

static const struct log_vt vt = {take_line};

static void hands_on_what_it_was_given(void **state) {
    (void)state;
    struct sink s = {.log = {&vt}};
    struct log_context about = {.company = "Firma", .link = "Sklep"};
    log_line(&s.log, LOG_WARNING, &about, "%d items of %s", 5, "Łódź");
    assert_int_equal(s.lines, 1);
    assert_int_equal(s.level, LOG_WARNING);
    assert_string_equal(s.link, "Sklep");
    assert_string_equal(s.text, "5 items of Łódź");
    log_line(&s.log, LOG_ERROR, NULL, "no context");
    assert_int_equal(s.lines, 2);
    assert_string_equal(s.link, "");
    log_line(NULL, LOG_ERROR, NULL, "nobody %s", "listens");
}

static void one_event_is_one_line(void **state) {
    (void)state;
    struct sink s = {.log = {&vt}};
    log_line(&s.log, LOG_INFO, NULL, "a\nb\r\nc\td\x1b[31m%s",
             "\xC2\x85\xE2\x80\xA8"
             "e\xFF\x7F");
    assert_string_equal(s.text, "a b  c d [31m  e\xEF\xBF\xBD ");
    assert_int_equal(s.lines, 1);
}

static void long_lines_end_in_dots(void **state) {
    (void)state;
    struct sink s = {.log = {&vt}};
    log_line(&s.log, LOG_INFO, NULL, "%0*d", LOG_LINE_MAX, 7);
    assert_int_equal(strlen(s.text), LOG_LINE_MAX);
    assert_int_equal(s.text[LOG_LINE_MAX - 1], '7');
    for (int shift = 0; shift < 4; shift++) {
        char text[LOG_LINE_MAX * 2];
        size_t len = (size_t)shift;
        memset(text, 'x', len);
        while (len + 5 < sizeof text) {
            memcpy(text + len, "🍎", 4);
            len += 4;
        }
        text[len] = '\0';
        log_line(&s.log, LOG_INFO, NULL, "%s", text);
        assert_true(strlen(s.text) <= LOG_LINE_MAX && strlen(s.text) >= LOG_LINE_MAX - 4);
        assert_true(str_ends(s.text, "🍎..."));
        assert_true(utf8_valid(s.text, strlen(s.text)));
    }
}

static void levels_have_names(void **state) {
    (void)state;
    assert_string_equal(log_level_name(LOG_DEBUG), "debug");
    assert_string_equal(log_level_name(LOG_INFO), "info");
    assert_string_equal(log_level_name(LOG_WARNING), "warning");
    assert_string_equal(log_level_name(LOG_ERROR), "error");
    assert_string_equal(log_level_name((enum log_level)77), "unnamed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_on_what_it_was_given),
        cmocka_unit_test(one_event_is_one_line),
        cmocka_unit_test(long_lines_end_in_dots),
        cmocka_unit_test(levels_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
