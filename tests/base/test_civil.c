#include "tests/base/check.h"

#include "common/base/civil.h"
#include "common/base/rng.h"

#define DAY INT64_C(86400000)

/* A calendar that counts day after day: the oracle. */
struct day {
    int year, month, day, weekday;
};

static bool is_leap(int year) {
    if (year % 400 == 0)
        return true;
    if (year % 100 == 0)
        return false;
    return year % 4 == 0;
}

static void tomorrow(struct day *d) {
    static const int lengths[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    d->weekday = (d->weekday + 1) % 7;
    int length = lengths[d->month] + (d->month == 2 && is_leap(d->year));
    if (++d->day <= length)
        return;
    d->day = 1;
    if (++d->month <= 12)
        return;
    d->month = 1;
    d->year++;
}

static void check_day(const struct day *d, int64_t ms) {
    struct civil c;
    civil_from_ms(ms + DAY - 1, &c);
    CHECK(c.year == d->year && c.month == d->month && c.day == d->day);
    CHECK(c.hour == 23 && c.minute == 59 && c.second == 59 && c.ms == 999);
    CHECK(civil_valid(&c) && civil_to_ms(&c) == ms + DAY - 1);
    civil_from_ms(ms, &c);
    CHECK(c.day == d->day && c.hour == 0 && c.ms == 0 && civil_to_ms(&c) == ms);
    CHECK(civil_weekday(ms) == d->weekday && civil_weekday(ms + DAY - 1) == d->weekday);
}

/* All days of the years 1 to 9999: leap days, ends of centuries, and 1970 to 2100 among them. */
static void every_day_agrees_with_counting(void **state) {
    (void)state;
    struct day d = {1, 1, 1, 0}; /* 0001-01-01 was a Monday in the proleptic Gregorian calendar */
    int64_t ms = INT64_C(-62135596800000);
    for (; d.year <= 9999; tomorrow(&d), ms += DAY) {
        check_day(&d, ms);
        if (d.year == 1970 && d.month == 1 && d.day == 1)
            CHECK(ms == 0);
    }
}

static void every_second_of_a_day(void **state) {
    (void)state;
    for (int64_t s = 0; s < 86400; s++) {
        struct civil c;
        civil_from_ms((s - 86400) * 1000 + 7, &c);
        CHECK(c.hour * 3600 + c.minute * 60 + c.second == s && c.ms == 7 && c.year == 1969);
    }
}

static void what_is_no_date(void **state) {
    (void)state;
    static const struct civil bad[] = {
        {2026, 0, 1, 0, 0, 0, 0},  {2026, 13, 1, 0, 0, 0, 0}, {2026, 1, 0, 0, 0, 0, 0},  {2026, 1, 32, 0, 0, 0, 0},
        {2026, 4, 31, 0, 0, 0, 0}, {2026, 2, 29, 0, 0, 0, 0}, {1900, 2, 29, 0, 0, 0, 0}, {2100, 2, 29, 0, 0, 0, 0},
        {2026, 1, 1, 24, 0, 0, 0}, {2026, 1, 1, 0, 60, 0, 0}, {2026, 1, 1, 0, 0, 60, 0}, {2026, 1, 1, 0, 0, 0, 1000},
        {2026, 1, 1, -1, 0, 0, 0}, {0, 1, 1, 0, 0, 0, 0},     {10000, 1, 1, 0, 0, 0, 0}, {2026, 1, 1, 0, 0, 0, -1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (civil_valid(&bad[i]))
            fail_msg("accepted number %zu", i);
    }
    assert_true(civil_valid(&(struct civil){2024, 2, 29, 23, 59, 59, 999}));
    assert_true(civil_valid(&(struct civil){2000, 2, 29, 0, 0, 0, 0}));
}

static void iso_texts(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00", 0},
        {"2026-03-01T10:22:33", INT64_C(1772360553000)},
        {"2026-03-01T10:22:33Z", INT64_C(1772360553000)},
        {"2026-03-01 10:22:33", INT64_C(1772360553000)},
        {"2026-03-01T10:22:33.5", INT64_C(1772360553500)},
        {"2026-03-01T10:22:33.123999Z", INT64_C(1772360553123)},
        {"2026-03-01T10:22:33.000000000001", INT64_C(1772360553000)},
        {"2026-03-01T12:22:33+02:00", INT64_C(1772360553000)},
        {"2026-03-01T04:52:33-05:30", INT64_C(1772360553000)},
        {"2026-03-01T10:22:33.25+00:00", INT64_C(1772360553250)},
        {"1969-12-31T23:59:59.999", -1},
        {"2024-02-29T00:00:00", INT64_C(1709164800000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = 0;
        if (!iso_parse(cases[i].text, &ms) || ms != cases[i].ms)
            fail_msg("%s", cases[i].text);
    }
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-03-01",
                                      "2026-03-01T",
                                      "2026-03-01T10:22",
                                      "2026-3-1T10:22:33",
                                      "2026-02-30T00:00:00",
                                      "2026-13-01T00:00:00",
                                      "0000-00-00T00:00:00",
                                      "0000-00-00 00:00:00",
                                      "2026-03-01T24:00:00",
                                      "2026-03-01T10:60:00",
                                      "2026-03-01T10:22:60",
                                      "2026-03-01T10:22:33.",
                                      "2026-03-01T10:22:33.Z",
                                      "2026-03-01T10:22:33z",
                                      "2026-03-01T10:22:33ZZ",
                                      "2026-03-01T10:22:33+2",
                                      "2026-03-01T10:22:33+02",
                                      "2026-03-01T10:22:33+0200",
                                      "2026-03-01T10:22:33+24:00",
                                      "2026-03-01T10:22:33+02:60",
                                      "2026-03-01T10:22:33 ",
                                      " 2026-03-01T10:22:33",
                                      "2026/03/01T10:22:33",
                                      "2026-03-01X10:22:33",
                                      "-026-03-01T10:22:33",
                                      "2026-03-01T10:22:33+02:00x",
                                      "20260301T102233"};
    int64_t ms = 9;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (iso_parse(bad[i], &ms))
            fail_msg("accepted \"%s\"", bad[i]);
    }
    assert_int_equal(ms, 9);
}

static void iso_goes_round(void **state) {
    (void)state;
    char text[ISO_SIZE];
    iso_plain(INT64_C(1772360553999), text);
    assert_string_equal(text, "2026-03-01T10:22:33");
    iso_utc(INT64_C(1772360553007), text);
    assert_string_equal(text, "2026-03-01T10:22:33.007Z");
    iso_plain(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59");
    iso_utc(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999Z");
    iso_utc(INT64_MIN, text);
    assert_string_equal(text, "0001-01-01T00:00:00.000Z");
    struct rng r;
    rng_seed(&r, 4);
    for (int i = 0; i < 200000; i++) {
        int64_t ms = (int64_t)rng_below(&r, UINT64_C(315537897600000)) - INT64_C(62135596800000), back = 0;
        iso_utc(ms, text);
        CHECK(strlen(text) == 24 && iso_parse(text, &back) && back == ms);
        iso_plain(ms, text);
        CHECK(strlen(text) == 19 && iso_parse(text, &back) && back <= ms && ms - back < 1000);
    }
}

static void http_dates(void **state) {
    (void)state;
    /* The three examples of RFC 9110 section 5.6.7 are one instant. */
    static const char *const same[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                       "Sun Nov  6 08:49:37 1994"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        int64_t ms = 0;
        assert_true(http_date_parse(same[i], &ms));
        assert_true(ms == INT64_C(784111777000));
    }
    int64_t ms;
    assert_true(http_date_parse("Mon, 23 Nov 2026 13:06:00 GMT", &ms) && ms == INT64_C(1795439160000));
    assert_true(http_date_parse("Thu, 29 Feb 2024 00:00:00 GMT", &ms) && ms == INT64_C(1709164800000));
    assert_true(http_date_parse("Sat, 31 Dec 2016 23:59:60 GMT", &ms) && ms == INT64_C(1483228800000));
    assert_true(http_date_parse("Wednesday, 01-Jan-25 00:00:00 GMT", &ms) && ms == INT64_C(1735689600000));
    assert_true(http_date_parse("Wed Jan 15 10:00:00 2025", &ms) && ms == INT64_C(1736935200000));
    static const char *const bad[] = {"",
                                      "0",
                                      "120",
                                      "Sun",
                                      "Sun, ",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Xyz, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nox 1994 08:49:37 GMT",
                                      "Sun, 32 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 25:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 GMT ",
                                      "sun, 06 nov 1994 08:49:37 gmt",
                                      "Sun, 30 Feb 2025 00:00:00 GMT",
                                      "Sun Nov 6 08:49:37 1994",
                                      "2026-03-01T10:22:33Z",
                                      "Sunday, 06-Nov-1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:61 GMT"};
    ms = 9;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (http_date_parse(bad[i], &ms))
            fail_msg("accepted \"%s\"", bad[i]);
    }
    assert_int_equal(ms, 9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_agrees_with_counting),
        cmocka_unit_test(every_second_of_a_day),
        cmocka_unit_test(what_is_no_date),
        cmocka_unit_test(iso_texts),
        cmocka_unit_test(iso_goes_round),
        cmocka_unit_test(http_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
