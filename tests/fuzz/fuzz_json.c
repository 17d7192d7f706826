/* The JSON reader: whatever comes in, it is refused or understood; what was understood is written and read back as the
 * same; the getters stand every tree. */
#include <assert.h>
#include <stdint.h>

#include "common/base/json.h"
#include "common/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX (64 << 20)

static void look_at(const struct json *j) {
    int64_t number = 0;
    struct buf text;
    buf_init(&text, OUT_MAX);
    assert(!json_i64_value(j, &number) || (number <= INT64_C(1) << 53 && number >= -(INT64_C(1) << 53)));
    for (const struct json *child = json_first(j); child != NULL; child = json_next(child)) {
        const char *key = json_key(child);
        assert((key != NULL) == json_is_object(j));
        if (key != NULL) {
            assert(json_get(j, key) == child); /* no key twice */
            assert(utf8_valid(key, strlen(key)));
            json_i64_lax(j, key, &number);
            json_text_lax(j, key, &text);
            json_bool(j, key, false);
        }
        const char *value = json_string_value(child);
        assert(value == NULL || utf8_valid(value, strlen(value)));
        look_at(child);
    }
    buf_free(&text);
}

static void check_round(const struct json *j) {
    struct buf once, twice;
    struct json *again;
    buf_init(&once, OUT_MAX);
    buf_init(&twice, OUT_MAX);
    json_add(&once, j);
    enum rc rc = json_parse(once.data, once.len, &again, NULL);
    assert(rc == RC_OK);
    json_add(&twice, again);
    assert(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    json_free(again);
    buf_free(&once);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct json *j = NULL;
    struct err err;
    enum rc rc = json_parse((const char *)data, size, &j, &err);
    /* Anything else would mean that our scan lets pass what cJSON does not take. */
    assert(rc == RC_OK || rc == RC_INVALID);
    if (rc != RC_OK) {
        assert(j == NULL && err.rc == rc && err.text[0] != '\0' && utf8_valid(err.text, strlen(err.text)));
        return 0;
    }
    look_at(j);
    check_round(j);
    json_free(j);
    return 0;
}
