/* A page of orders, from the shop's answer to the bytes in our records. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/digest.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"
#include "service/store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct store *records(int64_t *link) {
    static struct fixed_clock clock;
    static struct store *store;
    static int64_t number;
    if (!store) {
        fixed_clock_init(&clock, 1700000000000);
        enum rc rc = store_open(":memory:", &clock.clock, &store, NULL);
        assert(rc == RC_OK);
        rc = store_link(store, "shop", &number, NULL);
        assert(rc == RC_OK);
    }
    *link = number;
    return store;
}

static void keep(struct store *store, int64_t link, const struct order_raw *raw) {
    struct inbox_order in = {.remote_id = raw->remote_id, .number = raw->number, .status = raw->status, .take = true};
    struct inbox_put put;
    in.modified_ms = raw->modified_ms;
    in.raw = raw->raw;
    in.raw_len = raw->raw_len;
    in.content = digest_of(raw->raw, raw->raw_len);
    assert(raw->remote_id[0] && raw->number[0] && raw->status[0]);
    assert(raw->raw[raw->raw_len] == '\0' && strlen(raw->raw) == raw->raw_len);
    enum rc rc = store_inbox_put(store, link, &in, &put, NULL);
    assert(rc == RC_OK && put.id > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct woo_reply reply;
    struct order_page page;
    struct err err;
    int64_t link;
    struct store *store = records(&link);
    memset(&reply, 0, sizeof reply);
    http_answer_init(&reply.http);
    buf_free(&reply.http.body);
    buf_init(&reply.http.body, WOO_ANSWER_MAX);
    buf_add(&reply.http.body, data, size);
    reply.http.status = 200;
    err_clear(&err);
    if (woo_judge(&reply, false, &err) == RC_OK && woo_orders_parse(reply.json, &page, &err) == RC_OK) {
        enum rc rc = store_begin(store, NULL);
        assert(rc == RC_OK);
        for (size_t i = 0; i < page.count; i++)
            keep(store, link, &page.orders[i]);
        for (size_t i = 0; i < page.unreadable_count; i++) {
            const struct order_unreadable *u = &page.unreadable[i];
            assert(u->why && u->raw_len > 0 && strlen(u->raw) == u->raw_len);
        }
        store_rollback(store);
        order_page_free_fields(&page);
    } else {
        assert(err.text[0]);
    }
    woo_reply_free(&reply);
    return 0;
}
