/* The profile parser: whatever comes in, it is refused with a line people can read, or understood; what was understood
 * gives SQL for every choice of words, within its ceiling, with every block mark gone. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "common/base/str.h"
#include "service/erp/sql/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SQL_MAX (1 << 20)

static void look_at(const struct profile *p) {
    static const unsigned WORDS[] = {0, ASPECT_STOCK | WORD_BY_STOCK | WORD_SOME_WAREHOUSES,
                                     ASPECT_ALL | WORD_BY_ANY | WORD_ALL_WAREHOUSES, ~0u};
    struct buf sql;
    buf_init(&sql, SQL_MAX);
    assert(*p->engine && p->caps.aspects && p->schema >= 0);
    for (int id = 0; id < SQL_COUNT; id++) {
        for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
            buf_clear(&sql);
            assert(profile_sql(p, (enum sql_id)id, WORDS[i], &sql) == (p->statements[id] != NULL));
            assert(!sql.full && utf8_valid(sql.data, sql.len));
            assert(!str_starts(sql.data, "--{") && !strstr(sql.data, "\n--{") && !strstr(sql.data, "\n--}"));
        }
    }
    buf_free(&sql);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct profile *p = NULL;
    struct err err;
    enum rc rc = profile_parse("fuzz", (const char *)data, size, &p, &err);
    assert(rc == RC_OK || rc == RC_INVALID || rc == RC_TOO_BIG);
    if (rc != RC_OK) {
        assert(p == NULL && err.rc == rc && err.text[0] != '\0' && utf8_valid(err.text, strlen(err.text)));
        return 0;
    }
    look_at(p);
    profile_free(p);
    return 0;
}
