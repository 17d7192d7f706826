/* Our own state of one company: one SQLite file (WAL, synchronous=FULL). Every SQL statement of ours is in this folder.
 *
 * What is here: links, cursors, the inbox of orders, the journal of steps with their tokens, the id map with digests,
 * parked things, the run log. What a function changes is durable when it returns, unless a transaction is open
 * (store_begin): then when store_commit returns. A file written by a newer program is refused, never repaired.
 * One store is used by one thread. A visitor may read and write the same store; rows it changes may or may not be
 * visited again, so callers that change what they select go by after_id or after_key. `link` is the number that
 * store_link() gave. Instants are UTC milliseconds. */
#ifndef SERVICE_STORE_STORE_H
#define SERVICE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/digest.h"
#include "common/base/err.h"
#include "service/model/item.h"

struct store;

/* Called after each durable write with a counter that only grows; crash tests end the process here. NULL: nothing. */
typedef void (*store_durable_hook)(void *ctx, const char *what);

enum rc store_open(const char *path, struct clock *clock, struct store **out, struct err *err);
/* A copy of the file at scratch_path, replaced if there is one, opened for a preview: nothing it changes reaches the
 * original. Removed when it is closed. */
enum rc store_open_scratch(const char *path, const char *scratch_path, struct clock *clock, struct store **out,
                           struct err *err);
void store_close(struct store *s);
void store_on_durable(struct store *s, store_durable_hook hook, void *ctx);
/* Transactions do not nest. A failed commit has rolled back. */
enum rc store_begin(struct store *s, struct err *err);
enum rc store_commit(struct store *s, struct err *err);
void store_rollback(struct store *s);
/* For many reads in a row: one view of the records for all of them, taken and given back once instead of each time.
 * Ends with store_snapshot_end(), or by itself at the first write; nobody may wait for a network meanwhile (rule R35).
 * It cannot fail: without it the reads are only slower. */
void store_snapshot(struct store *s);
void store_snapshot_end(struct store *s);
/* Between two flows, which read other rows: gives back the memory of the pages that were kept for reading again. */
void store_rest(struct store *s);

/* The link's number, made when new. */
enum rc store_link(struct store *s, const char *link_name, int64_t *out, struct err *err);
/* All records of the link `from` are those of `to` from now on, in one transaction. NOT_FOUND: there are none of
 * `from`; CONFLICT: `to` has records of its own, nothing was changed. A number of `to` given before is void. */
enum rc store_link_rename(struct store *s, const char *from, const char *to, struct err *err);

/* --- cursors: opaque text by (link, stream) --- */
enum rc store_cursor_get(struct store *s, int64_t link, const char *stream, struct buf *out,
                         struct err *err); /* "" if none */
enum rc store_cursor_put(struct store *s, int64_t link, const char *stream, const char *cursor, struct err *err);
/* The cursors of one stream, of every link there ever was in this company; texts borrowed for the call. */
enum rc store_cursor_each_link(struct store *s, const char *stream,
                               enum rc (*visit)(void *ctx, const char *link_name, const char *value, struct err *err),
                               void *ctx, struct err *err);

/* --- runs --- */
struct run_counts {
    int64_t expected, done, skipped, failed, parked; /* rule R23 */
    int64_t requests;
};
enum rc store_run_begin(struct store *s, int64_t link, const char *flow, const char *trigger, int64_t *run,
                        struct err *err);
enum rc store_run_end(struct store *s, int64_t run, const struct run_counts *counts, const char *result,
                      const char *summary, struct err *err);
struct run_row {
    int64_t run, link, begun_ms, ended_ms; /* ended_ms 0: interrupted, or running now */
    char flow[32], trigger[16], result[16];
    struct run_counts counts;
    const char *summary; /* borrowed for the call */
};
/* Newest first. */
enum rc store_runs(struct store *s, int64_t link, size_t limit, void (*visit)(void *ctx, const struct run_row *row),
                   void *ctx, struct err *err);

/* --- journal of steps (rules R2, R4): INTENT is durable before the act --- */
enum rc store_step_intent(struct store *s, int64_t run, int64_t link, const char *kind, const char *token,
                          const char *subject, const char *payload, int64_t *step, struct err *err);
enum rc store_step_done(struct store *s, int64_t step, const char *result, struct err *err);
struct step_row {
    int64_t step, run, begun_ms;
    int64_t attempts; /* how often it was found in INTENT by a start */
    char kind[32], token[40];
    const char *subject, *payload; /* borrowed for the call */
};
/* Open steps of a link, oldest first. Finished ones lose their payload at once and are removed in time. */
enum rc store_steps_open(struct store *s, int64_t link,
                         enum rc (*visit)(void *ctx, const struct step_row *row, struct err *err), void *ctx,
                         struct err *err);
enum rc store_step_attempt(struct store *s, int64_t step, struct err *err); /* counts one more attempt */

/* --- id map and digests --- */
enum map_kind { MAP_GROUP, MAP_ATTRIBUTE, MAP_ITEM };
struct map_row {
    char remote_id[64];
    char remote_parent[64];
    char sku[128];                      /* normal form under which it was sent; "" for groups */
    struct digest digest[ASPECT_COUNT]; /* per aspect: of what the channel confirmed last; zero = never */
    int64_t stock_told;                 /* thousandths last confirmed; INT64_MIN never */
    bool dirty_stock;                   /* sold in the shop since: send again even if the digest is equal (hazard 12) */
    bool exists;                        /* false: never confirmed */
};
enum rc store_map_get(struct store *s, int64_t link, enum map_kind kind, const char *key, struct map_row *out,
                      struct err *err); /* NOT_FOUND leaves *out zeroed and sets no text */
/* An item that gets this SKU takes the goods over that were kept for the SKU alone. */
enum rc store_map_put(struct store *s, int64_t link, enum map_kind kind, const char *key, const struct map_row *row,
                      struct err *err);
enum rc store_map_remove(struct store *s, int64_t link, enum map_kind kind, const char *key, struct err *err);
/* Rows of a kind in the order of their keys (bytes), behind after_key ("" = from the start), at most limit. */
enum rc store_map_each(struct store *s, int64_t link, enum map_kind kind, const char *after_key, size_t limit,
                       enum rc (*visit)(void *ctx, const char *key, const struct map_row *row, struct err *err),
                       void *ctx, struct err *err);
/* Key bound to a remote id: RC_OK with the key, or NOT_FOUND. */
enum rc store_map_by_remote(struct store *s, int64_t link, enum map_kind kind, const char *remote_parent,
                            const char *remote_id, char key[64], struct err *err);
/* Key of the item that was sent under this SKU (normal form). */
enum rc store_map_by_sku(struct store *s, int64_t link, const char *sku, char key[64], struct err *err);
enum rc store_map_mark_sold(struct store *s, int64_t link, const char *key, struct err *err);
/* Keys with dirty_stock, for the next stock pass. Ordered by key, behind after_key. */
enum rc store_map_sold(struct store *s, int64_t link, const char *after_key, size_t limit,
                       enum rc (*visit)(void *ctx, const char *key, const char *sku, struct err *err), void *ctx,
                       struct err *err);

/* --- inbox of orders (rule R1). States, each visible and apart (capability G-07) --- */
enum inbox_state {
    INBOX_WAITING,      /* stored; its shop status is not one we take (yet) */
    INBOX_STORED,       /* stored raw, to be imported */
    INBOX_PARKED,       /* held with a reason */
    INBOX_CREATED,      /* in the ERP, document number known */
    INBOX_ACKNOWLEDGED, /* and the shop was told */
    INBOX_IGNORED       /* gone or cancelled before we took it: nothing to do */
};
const char *inbox_state_name(enum inbox_state state);
struct inbox_row {
    int64_t id;
    char remote_id[64], number[64], status[64];
    enum inbox_state state;
    int64_t seen_ms, modified_ms, created_ms, acknowledged_ms; /* ours, shop's clock, ours, ours; 0 = not yet */
    char document_key[64], document_number[64], token[40];
    char reason_code[48];
    int64_t attempts;   /* how often a start found its import begun and not done (rule R4) */
    int64_t tried_ms;   /* when it was parked last, 0 = never */
    bool linked;        /* an existing ERP order was linked instead of a new one made */
    bool changed_after; /* the shop's order differs from what was imported: a visible difference (capability G-10) */
    char import_status[64]; /* of the shop when it was imported; "" not known */
    char change[24];        /* what the caller called the difference: "cancelled", "edited"...; "" none or not known */
    int64_t changed_ms;     /* since when, ours; 0 none or not known */
    const char *reason;     /* borrowed for the call */
    const char *raw;        /* borrowed for the call */
    size_t raw_len;
};
/* An order as it came. `content` is the digest of what matters of it (lines, amounts, addresses, not status or meta
 * data), so that our own acknowledgement coming back is no change. */
struct inbox_order {
    const char *remote_id, *number, *status;
    int64_t modified_ms;
    const char *raw;
    size_t raw_len;
    struct digest content;
    bool take;          /* its status is one that this link imports */
    bool dead;          /* its status is one that is never imported any more: cancelled, failed */
    const char *change; /* how a difference is called if it is in the ERP already; NULL = "" */
};
struct inbox_put {
    int64_t id;
    bool known;           /* was stored before */
    bool changed;         /* new, or anything differs from before; false: nothing was written */
    bool content_changed; /* new, or what matters of it differs */
    bool change_is_new;   /* it is in the ERP, and what differs now was not told before */
    enum inbox_state before, after;
    char document_number[64]; /* "" before it is in the ERP */
};
/* Stores or updates by (link, remote_id). Not imported yet: take gives STORED (a PARKED one of the same content stays
 * parked), dead gives IGNORED, else WAITING. A CREATED or ACKNOWLEDGED order stays so; when its content differs it gets
 * changed_after, and the raw payload that the import used is kept beside the later one. */
enum rc store_inbox_put(struct store *s, int64_t link, const struct inbox_order *order, struct inbox_put *out,
                        struct err *err);
/* Visits orders in a state, oldest id first, behind after_id; at most limit. */
enum rc store_inbox_in_state(struct store *s, int64_t link, enum inbox_state state, int64_t after_id, size_t limit,
                             enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                             struct err *err);
/* Imported orders that differ from what was imported, since that instant or later (0: all), newest difference first. */
enum rc store_inbox_changed(struct store *s, int64_t link, int64_t since_ms, size_t limit,
                            enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                            struct err *err);
/* Imported orders whose document we wrote ourselves since that instant, newest first; at most limit. */
enum rc store_inbox_written(struct store *s, int64_t link, int64_t since_ms, size_t limit,
                            enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                            struct err *err);
/* The ERP lost its document: the order, as the shop had it last, is STORED again. Inside a transaction. */
enum rc store_inbox_lost(struct store *s, int64_t id, struct err *err);
/* Its document was deleted by a person: it stays imported, and its document is not asked for any more. */
enum rc store_inbox_forget(struct store *s, int64_t id, struct err *err);
/* The shop does not have that imported order any more: a difference of its own, `change` as in inbox_order. */
enum rc store_inbox_gone(struct store *s, int64_t id, const char *change, struct err *err);
/* Parked orders that were tried last at or before that instant, longest waiting first; at most limit. */
enum rc store_inbox_parked(struct store *s, int64_t link, int64_t tried_until_ms, size_t limit,
                           enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                           struct err *err);
/* Is that ERP document the import of an order, of any link of this company? *id: the inbox row, 0 if of none. */
enum rc store_inbox_of_document(struct store *s, const char *document_key, int64_t *id, struct err *err);
/* The same order as another link brought it: its number at the shop and its content are the same, and it is in the ERP.
 * So it looks when a link got another name, or when two links read one shop. A text that does not fit is cut. */
struct inbox_twin {
    bool found;
    char link_name[256], document_key[64], document_number[64];
};
enum rc store_inbox_twin(struct store *s, int64_t link, const char *remote_id, const struct digest *content,
                         struct inbox_twin *out, struct err *err);
enum rc store_inbox_find(struct store *s, int64_t link, const char *remote_id_or_number,
                         enum rc (*visit)(void *ctx, const struct inbox_row *row, struct err *err), void *ctx,
                         struct err *err);
enum rc store_inbox_park(struct store *s, int64_t id, const char *reason_code, const char *reason, struct err *err);
enum rc store_inbox_created(struct store *s, int64_t id, const char *token, const char *document_key,
                            const char *document_number, bool linked, struct err *err);
enum rc store_inbox_acknowledged(struct store *s, int64_t id, struct err *err);
/* Counts one more start that found the order's import begun and not done. */
enum rc store_inbox_attempt(struct store *s, int64_t id, struct err *err);
/* Only for orders not imported yet. IGNORED drops what was kept of its goods; STORED clears the reason. */
enum rc store_inbox_set_state(struct store *s, int64_t id, enum inbox_state state, struct err *err);
enum rc store_inbox_counts(struct store *s, int64_t link, int64_t counts[6], int64_t *oldest_open_ms, struct err *err);
/* Goods of orders not in the ERP yet, for availability (rule R5): of an item of the ERP, whose SKU may change
 * meanwhile; of a SKU (normal form) only while no item is bound under it. Kept when an order is stored (lines given by
 * the caller, the same goods may come more than once), gone when it is CREATED or IGNORED. All links of the company
 * count. `fresh`: the order was not known before; else items whose goods differ from before are marked as sold. */
struct goods {
    const char *item; /* key, "" none */
    const char *sku;  /* counts only without an item */
    int64_t quantity; /* thousandths, > 0 */
};
enum rc store_unimported_set(struct store *s, int64_t inbox_id, bool fresh, const struct goods *goods, size_t n,
                             struct err *err);
/* Of the item and of its SKU, each may be "". */
enum rc store_unimported(struct store *s, const char *item, const char *sku, int64_t *thousandths, struct err *err);
/* Is there any such order at all? Mostly not, and then nobody needs to ask for each item. */
enum rc store_unimported_any(struct store *s, bool *any, struct err *err);

/* --- parked items (orders are parked in the inbox) --- */
struct parked_row {
    char key[64], sku[128], flow[32], code[48];
    int64_t since_ms, last_ms, times;
    const char *reason; /* borrowed: what, why, and the cure */
};
enum rc store_parked_put(struct store *s, int64_t link, const char *flow, const char *key, const char *sku,
                         const char *code, const char *reason, struct err *err);
enum rc store_parked_clear(struct store *s, int64_t link, const char *flow, const char *key, struct err *err);
enum rc store_parked_each(struct store *s, int64_t link, void (*visit)(void *ctx, const struct parked_row *row),
                          void *ctx, struct err *err);
enum rc store_parked_count(struct store *s, int64_t link, int64_t *out, struct err *err);

/* --- timeline of one object: each event that `where ORDER` and `why SKU` show ---
 * object: EVENT_ORDER and the order's remote id, or EVENT_ITEM and the item's key in the ERP. */
#define EVENT_ORDER "order/"
#define EVENT_ITEM  "item/"
enum rc store_event(struct store *s, int64_t link, const char *object, const char *what, struct err *err);
enum rc store_events(struct store *s, int64_t link, const char *object,
                     void (*visit)(void *ctx, int64_t at_ms, const char *what), void *ctx, struct err *err);

#endif
