#include "tests/fakes/state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

void state_text(char *out, size_t size, const struct json *j, const char *key) {
    str_copy(out, size, json_str(j, key, ""));
}

int64_t state_number(const struct json *j, const char *key) {
    int64_t v = 0;
    (void)json_i64_lax(j, key, &v);
    return v;
}

struct json *state_parse(const char *json, size_t len) {
    struct json *root = NULL;
    enum rc rc = json_parse(json, len, &root, NULL);
    assert(rc == RC_OK);
    (void)rc;
    return root;
}

static int by_text(const void *a, const void *b) {
    char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

void state_add_sorted(struct buf *out, char **lines, size_t n) {
    qsort(lines, n, sizeof *lines, by_text);
    for (size_t i = 0; i < n; i++) {
        buf_adds(out, lines[i]);
        mem_free(lines[i]);
    }
    mem_free(lines);
}
