/* A profile: the SQL and the settings that teach the driver one ERP's schema. Its text is a file of SQL; what is not
 * SQL stands in comment lines:
 *
 *   --! key: value          header, before the first statement: profile title engine schema can aspects amounts
 *                           quantities rates
 *   --! fragment: name      the lines up to the next --! are a piece that statements include
 *   --! statement: name     the lines up to the next --! are that statement (statements.def)
 *   --= name                here come the lines of a fragment
 *   --{ word word           the lines up to the matching --} are part of the statement only while one of the words is
 *   --}                     on: master text price stock images (aspects asked for), by_any by_master by_price by_stock
 *                           (whose version counts), all_warehouses some_warehouses
 *   -- anything else        a comment
 *
 * Everything is checked when the profile is read: unknown keys, statements, parameters and words are errors with their
 * line. The text may come from anyone: all sizes are bounded. */
#ifndef SERVICE_ERP_SQL_PROFILE_H
#define SERVICE_ERP_SQL_PROFILE_H

#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "service/erp/erp.h"

enum sql_id {
#define SQL_STATEMENT(id, name, need, params, columns, extras) id,
#include "service/erp/sql/statements.def"
#undef SQL_STATEMENT
    SQL_COUNT
};
const char *sql_name(enum sql_id id);
/* Columns a statement must give, then those it may give, one list separated by blanks. */
const char *sql_columns(enum sql_id id);
const char *sql_extra_columns(enum sql_id id);

/* Words of blocks, as bits; the aspects come first and are those of enum aspect. */
enum profile_word {
    WORD_BY_ANY = 1u << 8,
    WORD_BY_MASTER = 1u << 9,
    WORD_BY_PRICE = 1u << 10,
    WORD_BY_STOCK = 1u << 11,
    WORD_ALL_WAREHOUSES = 1u << 12,
    WORD_SOME_WAREHOUSES = 1u << 13
};

struct profile {
    char name[64];
    char title[128];
    char engine[16];
    long schema; /* the value of company.schema_version this profile is for */
    struct erp_caps caps;
    bool decimal_amounts;        /* amounts are decimal text ("12.30"), not minor units */
    bool decimal_quantities;     /* quantities are decimal text, not thousandths */
    bool percent_rates;          /* rates are decimal percent ("23.0000"), not RATE_SCALE units */
    char *statements[SQL_COUNT]; /* with its block marks; NULL: not there */
};

#define PROFILE_MAX_BYTES (256 * 1024)

/* INVALID with the line number when the text breaks a rule. `name` is for messages and when the header names none. */
enum rc profile_parse(const char *name, const char *text, size_t len, struct profile **out, struct err *err);
/* A built-in profile by name, or a file when the name ends in ".sql". NOT_FOUND names the built-in ones. */
enum rc profile_load(const char *name, struct profile **out, struct err *err);
void profile_free(struct profile *p); /* NULL allowed */
/* The SQL of a statement with these words on. false: the profile has no such statement. */
bool profile_sql(const struct profile *p, enum sql_id id, unsigned words, struct buf *out);

/* Files built into the program: "reference.sql", "reference_schema.sql". NULL: no such file. */
const char *profile_builtin(const char *file, size_t *len);

#endif
