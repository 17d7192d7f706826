/* What a profile's statements must keep to; used by the parser alone. */
#ifndef SERVICE_ERP_SQL_PROFILE_CHECK_H
#define SERVICE_ERP_SQL_PROFILE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "service/erp/sql/profile.h"

/* Takes the next word of a list separated by blanks; a word that does not fit is cut. false: no more. */
bool list_next(const char **list, char *word, size_t size);
bool list_has(const char *list, const char *word);
/* Bit of a block's word (an aspect or enum profile_word), 0 when unknown. */
unsigned profile_word(const char *word);
/* One statement, with its quotes closed and only parameters it may have. */
enum rc profile_check_sql(enum sql_id id, const char *sql, struct err *err);
/* Header complete, and each statement there that its capabilities need. Text is a sentence without its subject. */
enum rc profile_check_complete(const struct profile *p, struct err *err);

#endif
