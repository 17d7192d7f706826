/* The ERP driver for every ERP whose data lies in a database: it knows no table name, a profile tells it. */
#ifndef SERVICE_ERP_SQL_SQL_ERP_H
#define SERVICE_ERP_SQL_SQL_ERP_H

#include "service/erp/erp.h"

/* Opens the company database `args->database` as profile `args->profile` teaches it: the name of a built-in profile, or
 * the path of a profile file ending in ".sql". The database must exist; nothing is created.
 * INVALID: the profile, the view (unknown price list, warehouse) or a database of another schema; NOT_FOUND: no such
 * profile or database file; DENIED, IO, LATER as the database says. */
enum rc sql_erp_open(const struct erp_open_args *args, struct erp **out, struct err *err);

#endif
