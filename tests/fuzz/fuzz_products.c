/* A shop's answer before anyone trusts it: finding the JSON in it, judging it, walking it, reading products. The first
 * byte chooses the status it came with. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct slice value, int depth) {
    struct scan s;
    struct slice key, item;
    char text[64];
    int64_t number;
    slice_text(value, text, sizeof text);
    slice_i64(value, &number);
    if (depth == 0)
        return;
    if (scan_array(&s, value)) {
        while (scan_item(&s, &item))
            walk(item, depth - 1);
    } else if (scan_object(&s, value)) {
        while (scan_member(&s, &key, &item))
            walk(item, depth - 1);
    }
}

static void read_products(struct slice answer) {
    struct remote_product *list;
    size_t n;
    if (woo_products_parse(answer, &list, &n, NULL))
        return;
    for (size_t i = 0; i < n; i++) {
        assert(list[i].remote_id[0] && list[i].sku && list[i].name);
        remote_product_free_fields(&list[i]);
    }
    mem_free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int statuses[] = {200, 201, 400, 401, 403, 404, 413, 500, 503};
    if (size == 0)
        return 0;
    struct woo_reply reply;
    struct err err;
    memset(&reply, 0, sizeof reply);
    http_answer_init(&reply.http);
    buf_free(&reply.http.body);
    buf_init(&reply.http.body, WOO_ANSWER_MAX);
    buf_add(&reply.http.body, data + 1, size - 1);
    reply.http.status = statuses[data[0] % (sizeof statuses / sizeof statuses[0])];
    if (woo_judge(&reply, data[0] & 0x80, &err) == RC_OK) {
        assert(reply.json.len > 0 && reply.json.p >= reply.http.body.data &&
               reply.json.p + reply.json.len <= reply.http.body.data + reply.http.body.len);
        walk(reply.json, 4);
        read_products(reply.json);
        woo_map_same(reply.json, reply.json);
    } else {
        assert(err.text[0]);
    }
    woo_reply_free(&reply);
    return 0;
}
