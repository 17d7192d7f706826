/* Our reader beside another one, cJSON: what a real shop wrote, and the same with a byte changed here and there, must
 * become the same tree in both. */
#include "tests/base/check.h"

#include <cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/buf.h"
#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "common/os/os.h"

#define FILE_MAX (64 * 1024 * 1024)

static void same_value(const struct json *ours, const cJSON *theirs);

static void same_number(const struct json *ours, const cJSON *theirs) {
    struct buf text;
    int64_t whole;
    buf_init(&text, 1000);
    json_add(&text, ours);
    if (isinf(theirs->valuedouble)) /* 1e999 is a number, but none that can be told */
        assert_string_equal(text.data, "null");
    else
        assert_true(strtod(text.data, NULL) == theirs->valuedouble);
    if (json_i64_value(ours, &whole))
        assert_true((double)whole == theirs->valuedouble);
    buf_free(&text);
}

static void same_children(const struct json *ours, const cJSON *theirs) {
    const struct json *child = json_first(ours);
    for (const cJSON *other = theirs->child; other != NULL; other = other->next) {
        assert_non_null(child);
        assert_int_equal(json_key(child) != NULL, json_is_object(ours));
        if (json_is_object(ours)) {
            assert_string_equal(json_key(child), other->string);
            assert_ptr_equal(json_get(ours, other->string), child);
        }
        same_value(child, other);
        child = json_next(child);
    }
    assert_null(child);
}

static void same_value(const struct json *ours, const cJSON *theirs) {
    assert_int_equal(json_is_object(ours), cJSON_IsObject(theirs));
    assert_int_equal(json_is_array(ours), cJSON_IsArray(theirs));
    assert_int_equal(json_is_string(ours), cJSON_IsString(theirs));
    assert_int_equal(json_is_number(ours), cJSON_IsNumber(theirs));
    assert_int_equal(json_is_bool(ours), cJSON_IsBool(theirs));
    assert_int_equal(json_is_null(ours), cJSON_IsNull(theirs));
    if (json_is_string(ours))
        assert_string_equal(json_string_value(ours), theirs->valuestring);
    else if (json_is_number(ours))
        same_number(ours, theirs);
    else
        same_children(ours, theirs);
}

/* False: our reader refuses it, and what the other one makes of it does not matter. */
static bool same_text(const char *text, size_t len) {
    struct json *ours;
    if (json_parse(text, len, &ours, NULL) != RC_OK)
        return false;
    cJSON *theirs = cJSON_ParseWithLength(text, len);
    assert_non_null(theirs);
    same_value(ours, theirs);
    cJSON_Delete(theirs);
    json_free(ours);
    return true;
}

static char *read_file(const char *path, size_t *len) {
    FILE *f = os_open_read(path, NULL);
    if (f == NULL)
        fail_msg("%s cannot be opened", path);
    struct buf all;
    buf_init(&all, FILE_MAX);
    char piece[65536];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(&all, piece, n);
    fclose(f);
    *len = all.len;
    return buf_take(&all);
}

/* A byte becomes another one that means something in JSON. Escapes are let be: \u0000 and half a surrogate pair are
 * read in our own way. */
static void spoil(char *text, size_t len, struct rng *r) {
    static const char bytes[] = "{}[]\",: 019.-eE+tfnu\n";
    size_t at = (size_t)rng_below(r, len);
    size_t from = at < 12 ? 0 : at - 12;
    if (memchr(text + from, '\\', at - from + 1) == NULL)
        text[at] = bytes[rng_below(r, sizeof bytes - 1)];
}

/* One JSON text in each line. */
static void same_lines(const char *path, size_t at_least) {
    size_t len, lines = 0, spoilt = 0;
    struct rng r;
    rng_seed(&r, 11);
    char *all = read_file(path, &len);
    for (char *line = all; line < all + len;) {
        char *end = memchr(line, '\n', (size_t)(all + len - line));
        size_t n = end == NULL ? (size_t)(all + len - line) : (size_t)(end - line);
        if (!same_text(line, n))
            fail_msg("%s, line %zu is refused", path, lines + 1);
        lines++;
        for (int i = 0; i < 20 && n < 100000; i++) {
            char *copy = mem_dup(line, n);
            spoil(copy, n, &r);
            spoilt += same_text(copy, n);
            mem_free(copy);
        }
        line += n + 1;
    }
    mem_free(all);
    assert_true(lines >= at_least && spoilt >= at_least);
}

static void recorded_orders(void **state) {
    (void)state;
    same_lines(SF_SOURCE_DIR "/tests/conformance/woo/orders-a.jsonl", 60);
}

static void recorded_exchanges(void **state) {
    (void)state;
    same_lines(SF_SOURCE_DIR "/tests/conformance/woo/wc-10.0.2-hpos.jsonl", 400);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(recorded_orders), cmocka_unit_test(recorded_exchanges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
