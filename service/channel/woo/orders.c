/* Reading orders by modification time, paged so that nothing is missed while the list moves (rule R7).
 *
 * The list is sorted by id ascending. A page starts one entry before where the last one ended: that entry (the anchor)
 * must come again. If it does not, something before it left the list and everything moved up: we step back. If entries
 * came in before it, they were changed after the window was opened, and the next window brings them. So no order that
 * was in the window when it was opened can be missed, without holding the list in memory.
 *
 * Time is the shop's own (rule R8): a window begins at the newest modification time seen, less the overlap, and this
 * watermark never passes the shop's clock at the moment the last window was opened, by its Date header. Our clock only
 * measures how long ago that was: if by that measure the shop's clock went back meanwhile, the window begins earlier.
 */
#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

#define STEP_BACKS_MAX 8
#define PAGE_LEAST     2
#define AGAIN_MAX      2 /* then a page without news is believed; the count at the end still checks */

/* Where reading is; the cursor's text. All times in seconds of the shop's clock, 0 unknown. */
struct place {
    int64_t since;    /* the watermark the window was opened with */
    int64_t closed;   /* our clock when the window before this one was opened */
    int64_t opened;   /* the shop's clock when this window's first page was read; 0: no window is open */
    int64_t ours;     /* our clock at that moment */
    int64_t position; /* entries of the window's list behind us */
    int64_t last_id;
    int64_t seen_max; /* newest modification time seen in this window */
    int64_t seen;     /* orders told in this window whose time is not after `opened` */
    int64_t again;    /* the window was read again because the count did not fit */
    int64_t missing;  /* entries that the shop counts but persistently does not show */
    int64_t odd;      /* entries without an id, right behind last_id, that were counted already */
};

static bool read_place(const char *cursor, struct place *p) {
    int64_t *fields[] = {&p->since,    &p->closed, &p->opened, &p->ours,    &p->position, &p->last_id,
                         &p->seen_max, &p->seen,   &p->again,  &p->missing, &p->odd};
    size_t n = sizeof fields / sizeof fields[0];
    char text[256];
    memset(p, 0, sizeof *p);
    if (!str_copy(text, sizeof text, cursor) || !str_starts(text, "1:"))
        return false;
    char *at = text + 2;
    for (size_t i = 0; i < n; i++) {
        char *end = strchr(at, ':');
        if (end ? i == n - 1 : i + 2 < n) /* without the last one: a cursor from before it was there */
            return false;
        if (end)
            *end = '\0';
        if (!str_to_i64(at, fields[i]) || *fields[i] < 0)
            return false;
        if (!end)
            break;
        at = end + 1;
    }
    return true;
}

static void write_place(const struct place *p, char out[256]) {
    str_fmt(out, 256, "1:%lld:%lld:%lld:%lld:%lld:%lld:%lld:%lld:%lld:%lld:%lld", (long long)p->since,
            (long long)p->closed, (long long)p->opened, (long long)p->ours, (long long)p->position,
            (long long)p->last_id, (long long)p->seen_max, (long long)p->seen, (long long)p->again,
            (long long)p->missing, (long long)p->odd);
}

/* --- asking --- */

/* Where the page begins: at the anchor. */
static int64_t offset_of(const struct place *p) {
    return p->position > 0 ? p->position - 1 : 0;
}

static void add_time(struct buf *query, const char *name, int64_t seconds) {
    char text[ISO_SIZE];
    iso_plain(seconds * 1000, text); /* the plain form with dates_are_gmt=true is the only right one (hazard 19) */
    woo_query_add(query, name, text);
}

/* The window's beginning: exclusive and in whole seconds, so one second is stepped back besides the overlap. */
static int64_t window_start(const struct woo *w, const struct place *p) {
    int64_t start = p->since - w->set.overlap_s - 1;
    return start > 0 ? start : 0;
}

static enum rc ask_page(struct woo *w, const struct place *p, struct woo_reply *reply, struct err *err) {
    struct buf query;
    buf_init(&query, WOO_URL_MAX);
    add_time(&query, "modified_after", window_start(w, p));
    woo_query_add(&query, "dates_are_gmt", "true");
    woo_query_add(&query, "orderby", "id");
    woo_query_add(&query, "order", "asc");
    woo_query_add_i64(&query, "per_page", w->set.page_size);
    woo_query_add_i64(&query, "offset", offset_of(p));
    struct woo_request request = {.method = "GET", .path = "orders", .query = query.data};
    enum rc rc = woo_call(w, &request, reply, err);
    buf_free(&query);
    return rc;
}

static int64_t total_of(const struct woo_reply *reply) {
    char text[32];
    int64_t total;
    if (!http_answer_header(&reply->http, "x-wp-total", text, sizeof text) || !str_to_i64(str_trim(text), &total))
        return -1;
    return total;
}

/* How many orders of the window were last changed before it was opened: each of them must have been told. */
static enum rc ask_count(struct woo *w, const struct place *p, int64_t *count, struct err *err) {
    struct woo_reply reply;
    struct buf query;
    buf_init(&query, WOO_URL_MAX);
    add_time(&query, "modified_after", window_start(w, p));
    add_time(&query, "modified_before", p->opened);
    woo_query_add(&query, "dates_are_gmt", "true");
    woo_query_add_i64(&query, "per_page", 1);
    woo_query_add(&query, "_fields", "id");
    struct woo_request request = {.method = "GET", .path = "orders", .query = query.data};
    enum rc rc = woo_call(w, &request, &reply, err);
    if (rc == RC_OK)
        *count = total_of(&reply);
    buf_free(&query);
    woo_reply_free(&reply);
    return rc;
}

/* --- reading a page --- */

/* What of an order is looked at before it is kept. */
struct head {
    struct slice order, number, status, modified;
    int64_t id; /* 0: unreadable */
    bool whole; /* none of these names stands twice */
};

#define HEAD_FIELDS(head, id)                                                     \
    {                                                                             \
        {"id", (id)}, {"number", &(head)->number}, {"status", &(head)->status}, { \
            "date_modified_gmt", &(head)->modified                                \
        }                                                                         \
    }
#define HEAD_COUNT 4

static void read_id(struct head *head, struct slice id) {
    if (!(head->whole ? slice_i64(id, &head->id) : scan_i64(head->order, "id", &head->id)) || head->id < 0)
        head->id = 0;
}

static void read_head(struct slice order, struct head *head) {
    struct slice id;
    const struct scan_field fields[HEAD_COUNT] = HEAD_FIELDS(head, &id);
    head->order = order;
    head->whole = scan_fields(order, fields, HEAD_COUNT);
    read_id(head, id);
}

static bool next_head(struct scan *list, struct head *head) {
    struct slice id;
    const struct scan_field fields[HEAD_COUNT] = HEAD_FIELDS(head, &id);
    if (!scan_item_fields(list, &head->order, fields, HEAD_COUNT, &head->whole))
        return false;
    read_id(head, id);
    return true;
}

/* All its bytes, whatever they are: a length that is kept beside a copy must be the copy's. With a NUL behind. */
static char *copy_of(struct slice s) {
    char *copy = mem_alloc(s.len + 1);
    memcpy(copy, s.p, s.len);
    copy[s.len] = '\0';
    return copy;
}

/* NULL, or why it cannot be read: the middle of a sentence. Then only its number and time are there, if anything. */
static const char *make_raw(const struct head *head, struct order_raw *raw) {
    char modified[40] = "";
    memset(raw, 0, sizeof *raw);
    slice_text(head->number, raw->number, sizeof raw->number);
    slice_text(head->status, raw->status, sizeof raw->status);
    slice_text(head->modified, modified, sizeof modified);
    bool timed = iso_parse(modified, &raw->modified_ms);
    if (head->id <= 0)
        return "it has no id that can be read";
    str_fmt(raw->remote_id, sizeof raw->remote_id, "%lld", (long long)head->id);
    if (!head->whole)
        return "one of its fields stands in it twice, or it breaks off";
    if (!raw->status[0])
        return "it has no status";
    if (!timed)
        return "the time of its last change is missing or malformed";
    if (!raw->number[0])
        str_copy(raw->number, sizeof raw->number, raw->remote_id);
    raw->raw = copy_of(head->order);
    raw->raw_len = head->order.len;
    return NULL;
}

/* A page before anything is decided. */
struct page {
    struct head *heads;
    size_t count;
    bool sorted;
};

static void page_free(struct page *page) {
    mem_free(page->heads);
}

/* One entry more than asked for is let pass; a list without end would fill the memory before anyone looks at it. */
static enum rc page_read(struct slice answer, int64_t asked, struct page *page, struct err *err) {
    struct scan s;
    struct head head;
    size_t capacity = 0;
    int64_t before = 0;
    memset(page, 0, sizeof *page);
    page->sorted = true;
    if (!scan_array(&s, answer))
        return err_set(err, RC_LATER, REACH_LINK, "The shop answered with something that is not a list of orders.");
    while (next_head(&s, &head)) {
        if ((int64_t)page->count > asked) {
            page_free(page);
            return err_set(err, RC_LATER, REACH_LINK,
                           "The shop answered with more than the %lld orders asked for, so that is not the page asked "
                           "for. A plugin that changes the shop's REST API may be the reason.",
                           (long long)asked);
        }
        mem_grow((void **)&page->heads, &capacity, page->count, sizeof *page->heads);
        page->heads[page->count++] = head;
        int64_t id = head.id;
        page->sorted = page->sorted && (id == 0 || id > before);
        before = id ? id : before;
    }
    if (!s.broken)
        return RC_OK;
    page_free(page);
    return err_set(err, RC_LATER, REACH_LINK, "The shop's list of orders breaks off in the middle.");
}

static void add_unreadable(struct order_page *out, const struct head *head, const struct order_raw *raw,
                           const char *why) {
    out->unreadable = mem_realloc(out->unreadable, (out->unreadable_count + 1) * sizeof *out->unreadable);
    struct order_unreadable *u = &out->unreadable[out->unreadable_count++];
    memset(u, 0, sizeof *u);
    str_copy(u->remote_id, sizeof u->remote_id, raw->remote_id);
    str_copy(u->number, sizeof u->number, raw->number);
    u->why = why;
    u->raw = copy_of(head->order);
    u->raw_len = head->order.len;
}

/* An entry that was not told yet. One without an id may have been, when the reader stepped back: then `counted`. */
static void take_entry(const struct head *head, struct place *p, struct order_page *out, bool counted) {
    struct order_raw *raw = &out->orders[out->count];
    const char *why = make_raw(head, raw);
    if (why)
        add_unreadable(out, head, raw, why);
    else
        out->count++;
    int64_t modified = raw->modified_ms / 1000; /* 0 when it cannot be read */
    if (!why)
        p->seen_max = modified > p->seen_max ? modified : p->seen_max;
    if (!counted)
        p->seen += modified <= p->opened;
}

/* How many entries stand on the page up to the last one that was told, by the ids. */
static size_t told_before(const struct page *page, int64_t told) {
    size_t n = page->count;
    while (n > 0 && !(page->heads[n - 1].id && page->heads[n - 1].id <= told))
        n--;
    return n;
}

/* Moves what is new on the page to out. */
static void take_page(const struct page *page, struct place *p, struct order_page *out) {
    out->orders = mem_zalloc(page->count + 1, sizeof *out->orders);
    int64_t counted = p->odd;
    for (size_t i = told_before(page, p->last_id); i < page->count; i++) {
        const struct head *head = &page->heads[i];
        bool again = head->id == 0 && counted > 0;
        take_entry(head, p, out, again);
        if (head->id) {
            p->last_id = head->id;
            p->odd = counted = 0;
        } else if (again) {
            counted--;
        } else {
            p->odd++;
        }
    }
}

enum rc woo_orders_parse(struct slice answer, struct order_page *out, struct err *err) {
    struct place p = {0};
    struct page page;
    enum rc rc = page_read(answer, WOO_BATCH_MAX, &page, err);
    if (rc)
        return rc;
    memset(out, 0, sizeof *out);
    take_page(&page, &p, out);
    page_free(&page);
    return RC_OK;
}

/* --- the window --- */

/* The first page of a window came. False: the window has to begin earlier, ask again. */
static bool open_window(struct woo *w, struct place *p, const struct woo_reply *reply) {
    if (p->opened)
        return true;
    int64_t ours = clock_wall_ms(w->clock) / 1000;
    int64_t shop = reply->http.date_ms >= 0 ? reply->http.date_ms / 1000 : ours;
    /* What the shop's clock, as it goes now, showed when the last window was opened. */
    int64_t then = shop - (ours - p->closed);
    if (p->closed > 0 && then > 0 && then < window_start(w, p)) {
        log_line(w->log, LOG_WARNING, &w->about,
                 "The shop's clock went back by about %lld seconds; orders are read again from the earlier time.",
                 (long long)(p->since - then));
        p->since = then;
        return false;
    }
    p->opened = shop;
    p->ours = ours;
    return true;
}

/* Can a page be used as it is? */
enum fit { PAGE_FITS, PAGE_MOVED, PAGE_AGAIN };

/* Where the anchor stands on the page; -1 when it does not. */
static int64_t anchor_at(const struct page *page, const struct place *p) {
    for (size_t i = 0; p->position > 0 && i < page->count; i++) {
        if (page->heads[i].id && page->heads[i].id == p->last_id)
            return (int64_t)i;
    }
    return -1;
}

/* How many entries the page lacks by the shop's own total; negative: it has more than it should. */
static int64_t shortage(const struct page *page, const struct place *p, int64_t total, int64_t page_size) {
    int64_t left = total - offset_of(p);
    if (total < 0 || (total == 0 && page->count == 0)) /* past the end newer shops say 0 (hazard 20) */
        return 0;
    left = left < 0 ? 0 : left > page_size ? page_size : left;
    return left - (int64_t)page->count;
}

static enum fit page_fit(const struct page *page, const struct place *p, int64_t total, int64_t page_size) {
    int64_t first = 0, last = 0;
    if (!page->sorted || shortage(page, p, total, page_size) != 0)
        return PAGE_AGAIN;
    for (size_t i = 0; i < page->count; i++) {
        if (page->heads[i].id == 0)
            return PAGE_AGAIN; /* an entry without a number: perhaps only this answer was spoilt */
        first = first ? first : page->heads[i].id;
        last = page->heads[i].id ? page->heads[i].id : last;
    }
    if (p->position == 0 || last == 0)
        return PAGE_FITS;
    if (first > p->last_id)
        return PAGE_MOVED; /* the anchor is gone: entries before it left the list */
    /* Nothing new is only to be believed of the anchor alone at the list's end. */
    if (last < p->last_id || (last == p->last_id && offset_of(p) + (int64_t)page->count < total))
        return PAGE_AGAIN;
    return PAGE_FITS;
}

/* The window was read to its end: the next one begins at the newest time seen, but never after the moment this one was
 * opened (what changed since then may stand behind us). */
static void close_window(struct place *p) {
    int64_t newest = p->seen_max < p->opened ? p->seen_max : p->opened;
    int64_t since = newest > p->since ? newest : p->since;
    int64_t ours = p->ours;
    memset(p, 0, sizeof *p);
    p->since = since;
    p->closed = ours;
}

static void begin_again(struct place *p, int64_t again) {
    int64_t since = p->since, closed = p->closed;
    memset(p, 0, sizeof *p);
    p->since = since;
    p->closed = closed;
    p->again = again;
}

/* The end was reached with fewer orders than the shop counts: were some of them not told? */
static enum rc check_count(struct woo *w, struct place *p, bool *complete, struct err *err) {
    int64_t count = -1;
    enum rc rc = ask_count(w, p, &count, err);
    if (rc)
        return rc;
    if (count > p->seen && count <= p->seen + p->missing)
        log_line(w->log, LOG_WARNING, &w->about,
                 "The shop counts %lld orders more than it shows; they are probably damaged in its database.",
                 (long long)(count - p->seen));
    *complete = count <= p->seen + p->missing;
    if (*complete || p->again == 0)
        return RC_OK;
    return err_set(
        err, RC_LATER, REACH_LINK,
        "The shop says it has %lld changed orders but shows only %lld of them. A cache in front of the shop may "
        "be the reason; it must not cache the REST API.",
        (long long)count, (long long)p->seen);
}

/* What came on a page, and where that leaves us. */
static enum rc digest_page(struct woo *w, struct place *p, const struct page *page, int64_t total,
                           struct order_page *out, struct err *err) {
    bool complete = true;
    int64_t anchor = anchor_at(page, p), count = (int64_t)page->count;
    int64_t end = offset_of(p) + count;
    bool at_end = count == 0 || (total >= 0 ? end >= total : count < w->set.page_size);
    /* An anchor that stands later than asked for: entries came in before it, or this is an earlier page. Counting as if
     * it stood where it should reads some entries again and skips none. */
    p->position = anchor > 0 && anchor < count - 1 ? end - anchor : end;
    take_page(page, p, out);
    out->more = true;
    if (!at_end)
        return RC_OK;
    if (total > p->seen || page->count == 0) {
        enum rc rc = check_count(w, p, &complete, err);
        if (rc)
            return rc;
    }
    if (complete) {
        close_window(p);
        out->more = false;
    } else {
        begin_again(p, 1);
    }
    return RC_OK;
}

/* Some plugins keep pictures in an order's meta data: a full page may be more than is taken of one answer. Two are the
 * least, for one of them is the anchor. */
static bool smaller_pages(struct woo *w) {
    if (w->set.page_size <= PAGE_LEAST)
        return false;
    w->set.page_size = w->set.page_size / 4 > PAGE_LEAST ? w->set.page_size / 4 : PAGE_LEAST;
    log_line(w->log, LOG_INFO, &w->about, "The shop's orders are large; they are read %lld at a time from now on.",
             (long long)w->set.page_size);
    return true;
}

/* The answer and what stands in it; both are the caller's to free when it is OK. */
static enum rc fetch_page(struct woo *w, const struct place *p, struct woo_reply *reply, struct page *page,
                          struct err *err) {
    for (;;) {
        enum rc rc = ask_page(w, p, reply, err);
        if (rc == RC_OK)
            rc = page_read(reply->json, w->set.page_size, page, err);
        if (rc == RC_OK)
            return RC_OK;
        woo_reply_free(reply);
        if (rc != RC_TOO_BIG || !smaller_pages(w))
            return rc;
    }
}

static enum rc read_page(struct woo *w, struct place *p, struct order_page *out, struct err *err) {
    int tries_again = 0;
    for (int tries = 0; tries < STEP_BACKS_MAX; tries++) {
        struct woo_reply reply;
        struct page page;
        enum rc rc = fetch_page(w, p, &reply, &page, err);
        if (rc)
            return rc;
        int64_t total = total_of(&reply);
        enum fit fit = page_fit(&page, p, total, w->set.page_size);
        bool use = fit == PAGE_FITS || (fit == PAGE_AGAIN && page.sorted && ++tries_again > AGAIN_MAX);
        if (use && !open_window(w, p, &reply))
            use = false;
        if (use) {
            int64_t lacks = shortage(&page, p, total, w->set.page_size);
            p->missing += lacks > 0 ? lacks : 0;
            rc = digest_page(w, p, &page, total, out, err);
        } else if (fit == PAGE_MOVED) {
            p->position -= p->position > w->set.page_size / 2 ? (w->set.page_size + 1) / 2 : p->position;
        }
        page_free(&page);
        woo_reply_free(&reply);
        if (use)
            return rc;
    }
    return err_set(err, RC_LATER, REACH_LINK,
                   "The shop's list of orders does not stand still or is not sorted as asked; it is read again later.");
}

enum rc woo_orders_since(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                         struct err *err) {
    struct woo *w = woo_of(c);
    struct place p = {.since = start_ms > 0 ? start_ms / 1000 : 0};
    struct order_page page = {0};
    if (!str_empty(cursor) && !read_place(cursor, &p))
        return err_set(err, RC_INVALID, REACH_FLOW, "The place where reading orders stopped cannot be understood.");
    if (p.again && !w->orders_read)
        begin_again(&p, 0); /* the count did not fit last time: a new run reads the window anew */
    w->orders_read = true;
    enum rc rc = read_page(w, &p, &page, err);
    if (rc) {
        order_page_free_fields(&page);
        return rc;
    }
    write_place(&p, page.cursor);
    *out = page;
    return RC_OK;
}

enum rc woo_order_get(struct channel *c, const char *remote_id, struct order_raw *out, struct err *err) {
    struct woo_reply reply;
    char path[64 + REMOTE_ID_SIZE];
    int64_t id;
    if (!str_to_i64(remote_id, &id) || id <= 0)
        return err_set(err, RC_NOT_FOUND, REACH_ITEM, "The shop has no such order.");
    str_fmt(path, sizeof path, "orders/%lld", (long long)id);
    struct woo_request request = {.method = "GET", .path = path};
    enum rc rc = woo_call(woo_of(c), &request, &reply, err);
    struct order_raw raw;
    struct head head = {0};
    if (rc == RC_OK)
        read_head(reply.json, &head);
    if (rc == RC_OK && head.id > 0 && head.id != id)
        rc = err_set(err, RC_LATER, REACH_ITEM, "The shop was asked for order %s and answered with order %lld.",
                     remote_id, (long long)head.id);
    if (rc == RC_OK && make_raw(&head, &raw))
        rc = err_set(err, RC_INVALID, REACH_ITEM, "What the shop answered for order %s is not an order.", remote_id);
    woo_reply_free(&reply);
    if (rc)
        return rc;
    *out = raw;
    return RC_OK;
}
