/* Inside of the offer flows (flow_offer*.c, sku_guard.c, why.c); nobody else includes it. README.md, "The offer",
 * says how the pieces play together. */
#ifndef SERVICE_SYNC_FLOW_OFFER_INT_H
#define SERVICE_SYNC_FLOW_OFFER_INT_H

#include "common/base/str.h"
#include "common/base/table.h"
#include "service/model/price.h"
#include "service/sync/run.h"

#define OFFER_KEY_SIZE       64
#define OFFER_HELD_BYTES_MAX ((size_t)12 << 20) /* of items under way */
#define OFFER_ATTRIBUTES_MAX 64                 /* of one item */
#define FLOW_OFFER_NAME      "offer"
#define FLOW_STOCK_NAME      "stock"
#define FLOW_PRICES_NAME     "prices"
#define FLOW_GROUPS_NAME     "groups"
#define FLOW_FAMILY_NAME     "family" /* parked rows that say: the variants of this parent are to be sent again */

/* What may hold an item back. Codes are stored and shown, so they are stable. */
#define CODE_INTERRUPTED "interrupted"
#define CODE_LATER       "later"
#define CODE_GONE        "gone"
#define CODE_PARENT      "parent"
#define CODE_FAMILY      "family"
#define CODE_SKU_HELD    "sku_held"
#define CODE_DUPLICATE   "sku_duplicate"
#define CODE_ALIKE       "sku_alike"
#define CODE_ATTRIBUTE   "attribute"
#define CODE_REJECTED    "rejected"
#define CODE_CONFLICT    "conflict"
#define CODE_SWAP        "sku_swap"

/* A part of the reading; when all its lines are dealt with, the cursor may stand behind it (or the note be removed). */
struct offer_origin {
    struct offer_origin *next;
    bool page;       /* of the stream: counts for the cursor; pages are kept in the order they were read */
    bool closed;     /* no more lines will join */
    bool failed;     /* a line was left to a later run */
    size_t left;     /* lines not dealt with */
    int64_t version; /* place behind its last row */
    char key[OFFER_KEY_SIZE];
    char family[OFFER_KEY_SIZE]; /* parent whose note FLOW_FAMILY_NAME is removed at the end, or "" */
};

/* An item that has, or is to get, a temporary SKU: see flow_offer_swap.c. */
enum swap_state { SWAP_OUT, SWAP_AWAY, SWAP_BACK };
struct offer_swap {
    enum swap_state state;
    struct item item;                  /* as the work's, with the SKU below */
    char sku[SKU_MAX + 1];             /* that is sent in its place */
    char code[48], text[ERR_TEXT_MAX]; /* SWAP_BACK: why */
};

/* One item under way: copied from the ERP's row, with everything a line needs. */
struct offer_work {
    struct offer_work *next;
    struct item item;
    struct offer_line line; /* template; its texts point into this struct or into the rules */
    char *name;
    char (*attribute_ids)[REMOTE_ID_SIZE];
    struct digest digest[ASPECT_COUNT]; /* of exactly what the line says */
    char sku[SKU_MAX + 1];              /* normal form; "" when it has none */
    char label[160];                    /* for people: the SKU, or what else tells which item it is */
    char old_sku[128];                  /* under which the shop knew it before */
    char parent_remote[REMOTE_ID_SIZE];
    char retry_code[48];     /* it was parked for this; "" = not from the list of parked things */
    int64_t old_stock;       /* told before, INT64_MIN none */
    unsigned have;           /* aspects that were read, so that it could be created from this */
    unsigned spoiled;        /* aspects that its data do not allow to be sent; it was put aside for them */
    unsigned orders_epoch;   /* what was known of sold goods when its quantity was computed */
    struct offer_swap *swap; /* NULL: none */
    bool conflicted;         /* refused for its SKU once, while SKUs were being swapped */
    bool deferred;           /* in that list */
    bool freed;              /* the hidden product with its SKU was asked once to give it up */
    bool bound, hidden, forced, recreated, no_pull, attributes_missing, tax_missing, rate_missing, held_back, looked_up,
        counted;
    unsigned attempts;
    unsigned shrink; /* batches with it are cut to batch_max >> shrink, to find the one line that spoils them */
    int64_t due_us;
    struct offer_origin *origin;
    size_t bytes;
};

struct offer_bucket {
    struct offer_bucket *next;
    char parent[REMOTE_ID_SIZE]; /* remote id that its lines share, "" for items that are no variants */
    struct offer_work *first, *last;
    size_t count;
};

/* What is looked at once more whatever its version: parked before, or sold meanwhile. */
struct offer_again {
    char key[OFFER_KEY_SIZE];
    char sku[SKU_MAX + 1];
    char code[48];
    bool family, variant, plain; /* variant, plain: known after the first look */
};

/* An item with the link's rules applied; borrowed from the row it was made of. */
struct offer_view {
    struct item item;
    struct offer_line line;
    char sku[SKU_MAX + 1];
    bool sku_ok, attributes_missing, tax_missing, rate_missing;
    struct digest digest[ASPECT_COUNT];
};

enum offer_mode {
    MODE_CHANGED, /* versions behind the cursor */
    MODE_FULL,    /* everything, compared */
    MODE_FORCE,   /* everything, sent */
    MODE_SINCE,   /* rows changed since an instant, sent */
    MODE_ONE      /* one SKU, sent */
};
enum offer_source { SOURCE_AGAIN, SOURCE_SOLD, SOURCE_PAGES, SOURCE_END };

/* One of the two streams of a flow: items that are no variants, then variants. */
struct offer_stream_state {
    bool variants;
    char cursor_name[48];
    char saved[192]; /* cursor text in the store */
    enum offer_mode mode;
    enum offer_source source;
    size_t again_at;
    char sold_after[OFFER_KEY_SIZE];
    struct offer_query query;
    size_t page_limit;
    struct offer_origin *pages, *pages_last; /* not yet behind the cursor */
    int64_t low_version;                     /* cursor place: everything up to here is dealt with */
    char low_key[OFFER_KEY_SIZE];
    bool low_moved, failed;
    int64_t saved_us;
    int64_t upto; /* where the cursor will stand at the end */
    bool idle;    /* the shop has nothing of ours yet: nothing is read and no cursor moves */
    int64_t total, seen;
};

struct sku_guard;

struct offer {
    struct run *r;
    unsigned aspects; /* asked for, owned, and possible */
    unsigned read;    /* those, and what is needed to work them out: a price may need the VAT rate */
    bool no_prices;   /* refused, see rules_refuse_prices */
    bool creates;     /* this flow may create items in the shop */
    int64_t upto;     /* the ERP's version, read before anything else */
    char fingerprint[2 * DIGEST_SIZE + 1];
    const struct channel_caps *caps;
    size_t batch_max, window;

    struct buf scratch, name;
    char ids[OFFER_ATTRIBUTES_MAX][REMOTE_ID_SIZE];
    const char *shop_sku;     /* of the item being compared, as the shop knows it; NULL: not known */
    struct table *groups;     /* key -> remote id, or "" = not in the shop */
    struct table *attributes; /* see flow_offer_attributes.c */
    bool group_rebound;       /* a group got an id it did not have when its items were sent */
    struct set_component *components;
    size_t component_capacity;
    struct sku_guard *guard;
    char parent_key[OFFER_KEY_SIZE]; /* the parent looked up last */
    struct map_row parent;
    bool parent_known;

    struct offer_again *again;
    size_t again_count, again_capacity;
    bool again_alike; /* one of them was parked for a SKU like another's: only a pass over all can tell */

    struct offer_stream_state s;
    struct offer_batch *prepared; /* its intent is durable already, written with the verdicts of another batch */
    struct offer_origin *notes;   /* open origins that are no pages */
    struct table *under_way;      /* key -> struct offer_work */
    struct offer_work *candidates, *candidates_last;
    struct offer_work *waiting;  /* need an attribute made, or a look at whether the shop has the product */
    struct offer_work *deferred; /* their SKU is held by another item that may move in this run */
    struct offer_work *later;    /* to be sent again, by due_us */
    struct offer_bucket *buckets, *buckets_last;
    size_t held, in_flight; /* works in all lists; batches given out */
    size_t held_bytes;
    unsigned orders_epoch;
    bool no_unimported; /* as of orders_epoch */
    bool any_parked;
    bool swaps;                       /* SKUs are being swapped, or were when an earlier run ended */
    char (*families)[OFFER_KEY_SIZE]; /* forced run: parents of one page */
    size_t family_count, family_capacity;
    bool give_up; /* the shop wants to be left alone */
    bool pause;   /* between two rounds: attributes to make, orders to read */
    int64_t round_us;
    int64_t wait_ms; /* pause given to lines of the batch being applied; -1 none yet */
    bool broken;     /* done() failed: nothing more is given out */
    char last_pulled[OFFER_KEY_SIZE];
    int64_t sent; /* lines given out, for progress */
};

/* --- flow_offer_view.c --- */
enum rc offer_view_make(struct offer *o, const struct item *item, unsigned need, struct offer_view *out,
                        struct err *err);
/* Deep copy of a view for sending. */
struct offer_work *offer_work_new(const struct offer_view *view);
void offer_work_free(struct offer_work *w);
void offer_redo_digest(struct offer *o, struct offer_work *w, enum aspect one); /* after its line changed */
/* Digest of the rules that shape what is sent of these aspects. */
void offer_fingerprint(const struct run *r, unsigned aspects, char out[2 * DIGEST_SIZE + 1]);
enum rc offer_parent_row(struct offer *o, const char *parent_key, const struct map_row **out, struct err *err);

/* --- flow_offer_judge.c --- */
enum judgement { JUDGE_PASS, JUDGE_SKIP, JUDGE_PARK };
struct judge_case {
    struct offer *o;
    const struct item *item;
    const char *sku; /* normal form, "" none */
    bool bound, tax_missing, rate_missing;
    bool sku_moves;   /* the shop knows it under another SKU, or not at all */
    unsigned aspects; /* to be sent */
    unsigned have;    /* may be sent: what a product that is there is judged by */
    const char *parent_remote, *remote_id;
    unsigned spoils; /* JUDGE_PARK of a product that is there: these aspects stay as they are, the rest is sent */
    char code[48];
    char text[ERR_TEXT_MAX]; /* plain sentence for JUDGE_SKIP and JUDGE_PARK */
};
/* First rule that does not pass decides. *rule: its name in words, for people ("has a SKU"). */
enum rc offer_judge(struct judge_case *c, enum judgement *out, const char **rule, struct err *err);
/* Aspects of `have` that the item's own data do not allow to be sent to the product that is there already. */
unsigned offer_spoils(const struct offer *o, const struct item *item, unsigned have);
size_t offer_rule_count(void);
const char *offer_rule_name(size_t at);
enum rc offer_rule_ask(size_t at, struct judge_case *c, enum judgement *out, struct err *err);

/* --- flow_offer_compare.c --- */
struct offer_consider {
    struct offer *o;
    struct offer_origin *origin;
    const char *retry_code; /* NULL: not from the list of parked things */
    bool forced, no_pull;
};

/* An erp_item_visit; ctx is a struct offer_consider. Inside of a reading: no other question to the ERP, no request. */
enum rc offer_consider(void *ctx, const struct item *item, struct err *err);

/* --- flow_offer_settle.c --- */
enum rc offer_settle_all(struct offer *o, struct err *err); /* every candidate */
/* Nothing else moves: what waits for a SKU is judged again; swaps begin; the rest is put aside. */
enum rc offer_undefer(struct offer *o, struct err *err);
void offer_defer(struct offer *o, struct offer_work *w);          /* waits for its SKU */
void offer_wait_for_pause(struct offer *o, struct offer_work *w); /* for attributes, or for a look at the shop */

/* --- flow_offer_cursor.c --- */
#define OFFER_PAGE_MAX   500
#define OFFER_PAGE_FIRST 60 /* of variants with their quantities, see fit_page */
enum rc offer_stream_begin(struct offer *o, bool variants, struct err *err);
enum rc offer_stream_finish(struct offer *o, struct err *err); /* all was dealt with, or left to a later run */
void offer_stream_end(struct offer *o);
/* After changes of origins: moves the low-water mark, frees finished pages; writes the cursor if `write`. */
enum rc offer_cursor_move(struct offer *o, bool write, struct err *err);
struct offer_origin *offer_origin_new(struct offer *o, bool page); /* borrowed; the offer's until it is finished */
enum rc offer_origin_close(struct offer *o, struct offer_origin *origin, struct err *err);
enum rc offer_origin_left(struct offer *o, struct offer_origin *origin, bool failed, struct err *err);
/* Is what is left undone found again by the cursor? Else it must be noted. */
bool offer_guarded(const struct offer *o, const struct offer_origin *origin);

/* --- flow_offer_read.c --- */
/* Reads on until a full batch is ready, the window is full, or some time went by. */
enum rc offer_fill(struct offer *o, struct err *err);

/* --- flow_offer_queue.c --- */
bool offer_full(const struct offer *o);                      /* no more may be read until something is dealt with */
void offer_take(struct offer *o, struct offer_work *w);      /* now ours: in under_way */
void offer_drop(struct offer *o, struct offer_work *w);      /* out of under_way, freed */
void offer_candidate(struct offer *o, struct offer_work *w); /* to be judged (again) */
void offer_queue(struct offer *o, struct offer_work *w);     /* into its bucket */
void offer_queue_later(struct offer *o, struct offer_work *w, int64_t wait_ms);
void offer_queue_due(struct offer *o);
bool offer_batch_ready(const struct offer *o, bool partial_too);
struct offer_batch *offer_batch_take(struct offer *o, bool partial_too);
void offer_batch_free(struct offer_batch *batch);
struct offer_batch_own {
    struct offer_work **works;
    size_t count;
    int64_t step;
};
void offer_queue_free(struct offer *o);

/* --- flow_offer_send.c --- */
enum rc offer_send_all(struct offer *o, struct err *err);
/* Puts an item that is not sent aside with its reason: in the store, in the summary and in the log. */
enum rc offer_park(struct offer *o, const struct offer_work *w, const char *code, const char *text, struct err *err);

/* --- flow_offer_apply.c --- */
enum rc offer_apply(struct offer *o, struct offer_work *w, const struct verdict *verdict, struct err *err);
/* Out of the run for good: counted already. */
enum rc offer_finish(struct offer *o, struct offer_work *w, bool failed, struct err *err);
enum rc offer_unpark(struct offer *o, const char *key, struct err *err);
void offer_forget_content(struct map_row *row, unsigned aspects); /* what the shop holds of these is not known */

/* --- flow_offer_adopt.c --- */
/* On a link that creates nothing: which waiting works the shop has under their SKU. */
bool offer_adopts(const struct offer *o);
enum rc offer_adopt(struct offer *o, struct err *err);

/* --- flow_offer_resume.c --- */
/* Batches an earlier run left open: what the shop holds is not known, so their items are sent again. */
enum rc offer_resume(struct offer *o, struct err *err);
enum rc offer_again_load(struct offer *o, struct err *err);

/* --- flow_offer_swap.c --- */
/* Begins with every pair among the deferred. `alone`: with every one of which an earlier run could not learn what SKU
 * it has in the shop: that is made certain, and the SKUs it may have are free. */
enum rc offer_swap_begin(struct offer *o, bool alone, bool *begun, struct err *err);
/* *sent: the work cannot have its SKU, and the shop has it under a temporary one; it is sent with its old SKU first. */
enum rc offer_swap_back(struct offer *o, struct offer_work *w, const char *code, const char *text, bool *sent,
                        struct err *err);
/* The shop says that another product has the SKU that was sent. True: that may be one whose SKU is being swapped, so
 * the work is not given up yet. */
bool offer_swap_frees(struct offer *o, struct offer_work *w);
bool offer_swap_sending(const struct offer_work *w); /* its line has another SKU than its item */
void offer_swap_end(struct offer_work *w);
/* Is it a temporary SKU of this item? And: the shop may have that one, or what it had before, or what it is to get. */
bool offer_swap_marked(const char *sku, const char *key);
void offer_swap_mark(struct map_row *row, const char *key);
enum rc offer_swap_doubt(struct offer *o, struct offer_work *w, struct err *err); /* sent, and no answer */
enum rc offer_swap_note(struct offer *o, const struct offer_work *w, struct err *err);
enum rc offer_swap_done(struct offer *o, struct offer_work *w, struct err *err); /* the shop took such a line */

/* --- flow_offer_groups.c --- */
enum rc offer_groups(struct offer *o, struct err *err);
enum rc offer_group_remote(struct offer *o, const char *key, const char **out, struct err *err);

/* --- flow_offer_attributes.c --- */
/* ids parallel to the item's attributes; *missing: one or an option of one is not in the shop yet. */
enum rc offer_attribute_ids(struct offer *o, const struct item *item, char (*ids)[REMOTE_ID_SIZE], bool *missing,
                            struct err *err);
/* Makes what the waiting works need and moves these to the candidates. */
enum rc offer_attributes_put(struct offer *o, struct err *err);
void offer_attributes_free(struct offer *o);

/* --- flow_offer.c --- */
void offer_name_aspects(unsigned aspects, struct buf *out); /* "price, stock" */

#endif
