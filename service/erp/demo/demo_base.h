/* What a demo company has before its first item: SQL with its master data. Private to this folder. */
#ifndef SERVICE_ERP_DEMO_DEMO_BASE_H
#define SERVICE_ERP_DEMO_DEMO_BASE_H

extern const char demo_base_sql[];

#define DEMO_PRICE_LISTS 5 /* ids 1 (default, PLN gross), 2 (EUR net), 3 (RON), 4 (SEK), 5 (NOK) */
#define DEMO_WAREHOUSES  3

#endif
