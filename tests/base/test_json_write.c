#include "tests/base/check.h"

#include "common/base/json.h"

static void writes_commas_itself(void **state) {
    (void)state;
    struct buf b;
    struct json_writer w;
    buf_init(&b, 1000);
    jw_init(&w, &b);
    jw_object(&w, NULL);
    jw_str(&w, "name", "Ż \"1\"");
    jw_i64(&w, "id", -5);
    jw_bool(&w, "on", true);
    jw_bool(&w, "off", false);
    jw_null(&w, "nothing");
    jw_str(&w, "absent", NULL);
    jw_array(&w, "list");
    jw_i64(&w, NULL, 1);
    jw_object(&w, NULL);
    jw_end(&w, '}');
    jw_array(&w, NULL);
    jw_end(&w, ']');
    jw_raw(&w, NULL, "{\"raw\":[1]}");
    jw_str(&w, NULL, "x");
    jw_end(&w, ']');
    jw_object(&w, "last \\key");
    jw_i64(&w, "a", INT64_MAX);
    jw_end(&w, '}');
    jw_end(&w, '}');
    assert_string_equal(
        b.data, "{\"name\":\"Ż \\\"1\\\"\",\"id\":-5,\"on\":true,\"off\":false,\"nothing\":null,\"absent\":null,"
                "\"list\":[1,{},[],{\"raw\":[1]},\"x\"],\"last \\\\key\":{\"a\":9223372036854775807}}");
    struct json *j;
    assert_int_equal(json_parse(b.data, b.len, &j, NULL), RC_OK);
    struct buf again;
    buf_init(&again, 1000);
    json_add(&again, json_get(j, "list"));
    assert_string_equal(again.data, "[1,{},[],{\"raw\":[1]},\"x\"]");
    json_free(j);
    buf_free(&again);
    buf_free(&b);
}

static void reaches_the_full_depth(void **state) {
    (void)state;
    struct buf b;
    struct json_writer w;
    buf_init(&b, 1000);
    jw_init(&w, &b);
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        jw_array(&w, NULL);
    jw_i64(&w, NULL, 1);
    jw_i64(&w, NULL, 2);
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        jw_end(&w, ']');
    struct json *j;
    assert_int_equal(json_parse(b.data, b.len, &j, NULL), RC_OK);
    json_free(j);
    buf_free(&b);
}

static void two_values_in_one_buffer_need_two_writers(void **state) {
    (void)state;
    struct buf b;
    struct json_writer w;
    buf_init(&b, 1000);
    for (int i = 0; i < 2; i++) {
        jw_init(&w, &b);
        jw_array(&w, NULL);
        jw_i64(&w, NULL, i);
        jw_end(&w, ']');
        buf_addc(&b, '\n');
    }
    assert_string_equal(b.data, "[0]\n[1]\n");
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_commas_itself),
        cmocka_unit_test(reaches_the_full_depth),
        cmocka_unit_test(two_values_in_one_buffer_need_two_writers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
