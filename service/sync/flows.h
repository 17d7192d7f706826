/* The flows, one file each. A flow returns RC_OK when it came to its end, whatever single items or orders met: those
 * are counted in the run. Another code ends the flow, and with reach LINK or SERVICE the run. */
#ifndef SERVICE_SYNC_FLOWS_H
#define SERVICE_SYNC_FLOWS_H

#include "service/sync/run.h"

/* --- orders (flow_orders.c) --- */

/* Settles steps of order imports that an earlier run left open: found in the ERP by token -> taken over; not there ->
 * planned again. */
enum rc flow_orders_resume(struct run *r, struct err *err);
/* Was the company database put back from an older copy? Then what it lost goes back to be written again (a document
 * that a person deleted does not), and the offer is compared in full. Right before the import: what goes back has a
 * status in the shop that is not one to import. */
enum rc flow_restored(struct run *r, struct err *err);
/* At the end of a run: the ERP's version that was seen. */
enum rc flow_restored_seen(struct run *r, struct err *err);
/* Reads new and changed orders into the inbox. Nothing is imported. */
enum rc flow_orders_read(struct run *r, struct err *err);
/* The same if they were read longer ago than the link's refresh_orders_ms, and orders are this link's at all. To be
 * called right before stock is sent, and now and then while much stock is sent. */
enum rc flow_orders_refresh(struct run *r, struct err *err);
/* Checks, matches and writes stored orders into the ERP, once each. */
enum rc flow_orders_import(struct run *r, struct err *err);
/* Tells the shop which orders arrived. */
enum rc flow_orders_acknowledge(struct run *r, struct err *err);

/* --- offer --- */

/* Quantities of items the shop has already: changed ones, and those sold meanwhile (store_map_sold). */
enum rc flow_stock(struct run *r, struct err *err);
/* Prices of items the shop has already. */
enum rc flow_prices(struct run *r, struct err *err);
/* Whether so little is left for flow_offer that quantities may go with it: then a pass for stock alone would send items
 * twice. `flow` of the run is set for the question and put back. */
enum rc flow_offer_is_small(struct run *r, bool *small, struct err *err);
/* Groups, attributes, items, variants with everything the link owns. */
enum rc flow_offer(struct run *r, struct err *err);

#endif
