#include "service/sync/order_unreadable.h"

#include <string.h>

#include "common/base/str.h"
#include "service/sync/flows.h"

/* What an entry without an id goes by: the same bytes are the same entry. */
static void key_of(const struct order_unreadable *u, const struct digest *digest, char key[REMOTE_ID_SIZE]) {
    const unsigned char *b = digest->bytes;
    str_copy(key, REMOTE_ID_SIZE, u->remote_id);
    if (key[0] == '\0')
        str_fmt(key, REMOTE_ID_SIZE, "unreadable-%02x%02x%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5],
                b[6], b[7]);
}

static enum rc keep_one(struct run *r, const struct order_unreadable *u, struct err *err) {
    char key[REMOTE_ID_SIZE], object[96], text[ERR_TEXT_MAX];
    struct inbox_order in = {.remote_id = key, .status = "", .raw = u->raw, .raw_len = u->raw_len, .take = true};
    in.content = digest_of(u->raw, u->raw_len);
    key_of(u, &in.content, key);
    in.number = u->number[0] != '\0' ? u->number : key;
    struct inbox_put put = {0};
    enum rc rc = store_inbox_put(r->store, r->link, &in, &put, err);
    if (rc != RC_OK || !put.changed)
        return rc;
    bool imported = put.after == INBOX_CREATED || put.after == INBOX_ACKNOWLEDGED;
    str_fmt(text, sizeof text,
            imported
                ? "The shop now lists the order so that it cannot be read: %s. The ERP's document stays as it is."
                : "The shop lists the order so that it cannot be read: %s. It is kept as the shop sent it; save it "
                  "in the shop once, or enter it by hand.",
            u->why);
    if (!imported)
        rc = store_inbox_park(r->store, put.id, "unreadable", text, err);
    str_fmt(object, sizeof object, EVENT_ORDER "%s", key);
    if (rc == RC_OK)
        rc = store_event(r->store, r->link, object, text, err);
    run_expect(r, 1);
    run_park(r, "unreadable", in.number, text);
    return rc;
}

enum rc order_unreadable_keep(struct run *r, const struct order_page *page, struct err *err) {
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < page->unreadable_count; i++)
        rc = keep_one(r, &page->unreadable[i], err);
    return rc;
}

/* Every order that was read has a status. */
bool order_is_unreadable(const struct inbox_row *row) {
    return row->state == INBOX_PARKED && row->status[0] == '\0';
}
