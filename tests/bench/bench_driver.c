/* The product's own channel driver does what official_client.js does, and nothing more: it sends the same quantities in
 * the same batches, pulls the same orders page by page, and keeps what it pulled in a file.
 *
 *     bench_driver JOB.json
 *
 * The job: {"url", "ca_file", "key", "secret", "batches": [[[id, sku, quantity], ...], ...], "since_ms", "out": file}.
 * Each order is also read into a struct order, as an import would, for the client gets objects and not text. A page is
 * on the disk before the next one is asked for. Writes {"updated", "pulled"} as the client does. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/conf/conf.h"
#include "common/os/os.h"
#include "service/channel/registry.h"
#include "service/channel/woo/woo.h"

#define JOB_MAX      (16 * 1024 * 1024)
#define WRITE_BUFFER (64 * 1024)

struct bench {
    const struct json *job;
    struct channel *channel;
    /* pushing */
    const struct json *next_batch; /* NULL: all were given out */
    int64_t updated;
    /* pulling */
    FILE *out;
    int64_t pulled;
};

/* --- pushing --- */

/* One entry of the job, [id, sku, quantity]. The texts stay the job's. */
static void read_line(const struct json *entry, struct item *item, struct offer_line *line) {
    int64_t id = 0, pieces = 0;
    const struct json *sku = json_at(entry, 1);
    json_i64_value(json_at(entry, 0), &id);
    json_i64_value(json_at(entry, 2), &pieces);
    item->kind = ITEM_SIMPLE;
    item->published = true;
    item->sku = (char *)json_string_value(sku);
    line->item = item;
    line->aspects = ASPECT_STOCK;
    line->available = pieces * 1000;
    line->sale = -1;
    str_fmt(line->remote_id, sizeof line->remote_id, "%" PRId64, id);
}

static enum rc next(void *ctx, struct offer_batch **out, int64_t *wait_ms, struct err *err) {
    (void)err;
    struct bench *b = ctx;
    *out = NULL;
    *wait_ms = -1;
    if (!b->next_batch)
        return RC_OK;
    size_t count = json_count(b->next_batch), i = 0;
    struct item *items = mem_zalloc(count, sizeof *items);
    struct offer_batch *batch = MEM_NEW(struct offer_batch);
    batch->lines = mem_zalloc(count, sizeof *batch->lines);
    batch->line_count = count;
    batch->engine = items;
    for (const struct json *e = json_first(b->next_batch); e; e = json_next(e), i++)
        read_line(e, &items[i], &batch->lines[i]);
    b->next_batch = json_next(b->next_batch);
    *out = batch;
    return RC_OK;
}

static enum rc done(void *ctx, struct offer_batch *batch, struct err *err) {
    (void)err;
    struct bench *b = ctx;
    for (size_t i = 0; i < batch->line_count; i++)
        b->updated += batch->lines[i].verdict.kind == VERDICT_DONE;
    mem_free(batch->engine);
    mem_free(batch->lines);
    mem_free(batch);
    return RC_OK;
}

static enum rc push(struct bench *b, struct err *err) {
    const struct offer_stream stream = {.ctx = b, .next = next, .done = done};
    b->next_batch = json_first(json_get(b->job, "batches"));
    return chan_offer_put(b->channel, &stream, err);
}

/* --- pulling --- */

static enum rc keep_page(struct bench *b, const struct order_page *page, struct err *err) {
    for (size_t i = 0; i < page->count; i++) {
        const struct order_raw *raw = &page->orders[i];
        struct order *order = NULL;
        enum rc rc = chan_order_parse(b->channel, raw->raw, raw->raw_len, &order, err);
        if (rc)
            return rc;
        order_free(order);
        if (fwrite(raw->raw, 1, raw->raw_len, b->out) != raw->raw_len || fputc('\n', b->out) == EOF)
            return err_set(err, RC_IO, REACH_FLOW, "The orders cannot be written.");
        b->pulled++;
    }
    if (fflush(b->out) != 0 || fsync(fileno(b->out)) != 0)
        return err_set(err, RC_IO, REACH_FLOW, "The orders cannot be written to the disk.");
    return RC_OK;
}

static enum rc pull(struct bench *b, struct err *err) {
    char cursor[256] = "";
    int64_t since_ms = 0;
    json_i64_lax(b->job, "since_ms", &since_ms);
    b->out = os_open_write(json_str(b->job, "out", ""), err);
    if (!b->out)
        return err->rc;
    (void)setvbuf(b->out, NULL, _IOFBF, WRITE_BUFFER);
    enum rc rc = RC_OK;
    bool more = true;
    while (rc == RC_OK && more) {
        struct order_page page = {0};
        rc = chan_orders_since(b->channel, cursor, since_ms, &page, err);
        if (rc == RC_OK)
            rc = keep_page(b, &page, err);
        more = page.more;
        str_copy(cursor, sizeof cursor, page.cursor);
        order_page_free_fields(&page);
    }
    if (fclose(b->out) != 0 && rc == RC_OK)
        rc = err_set(err, RC_IO, REACH_FLOW, "The orders cannot be written.");
    return rc;
}

/* --- the link --- */

static const struct setting_def *kind_settings(void *ctx, const char *kind) {
    (void)ctx;
    const struct channel_vt *vt = channel_kind_find(kind);
    return vt ? vt->settings : NULL;
}

static const char *kind_name(void *ctx, size_t index) {
    (void)ctx;
    const struct channel_vt *vt = channel_kind_at(index);
    return vt ? vt->kind : NULL;
}

static char *secret(void *ctx, const char *key) {
    const struct json *job = ctx;
    return mem_strdup(json_str(job, str_eq(key, "consumer_key") ? "key" : "secret", ""));
}

static enum rc make_link(struct conf *conf, const struct json *job, struct conf_section **out, struct err *err) {
    struct conf_section *company = NULL;
    enum rc rc = conf_company_add(conf, "Bench", &company, err);
    if (rc == RC_OK)
        rc = conf_link_add(company, "shop", woo_vt.kind, out, err);
    if (rc == RC_OK)
        rc = conf_set(*out, "url", json_str(job, "url", ""), err);
    if (rc == RC_OK)
        rc = conf_set(*out, "ca_file", json_str(job, "ca_file", ""), err);
    if (rc == RC_OK)
        rc = conf_set(*out, "parallel_requests", "1", err); /* the client waits for each answer, too */
    return rc == RC_OK ? conf_set(*out, "order_overlap_minutes", "0", err) : rc;
}

static enum rc run(struct json *job, struct err *err) {
    static const struct conf_kinds kinds = {.settings = kind_settings, .name = kind_name};
    channel_kind_add(&woo_vt);
    struct bench b = {.job = job};
    struct conf *conf = conf_new(&kinds);
    struct stop *stop = stop_new();
    struct channel_open_args args = {.secret = secret,
                                     .secret_ctx = job,
                                     .company = "Bench",
                                     .link_name = "shop",
                                     .clock = os_clock(),
                                     .stop = stop,
                                     .user_agent = "shopferry-bench"};
    struct conf_section *link = NULL;
    enum rc rc = make_link(conf, job, &link, err);
    args.link = link;
    if (rc == RC_OK)
        rc = channel_kind_find(woo_vt.kind)->open(&args, &b.channel, err);
    if (rc == RC_OK)
        rc = push(&b, err);
    if (rc == RC_OK)
        rc = pull(&b, err);
    if (rc == RC_OK)
        (void)printf("{\"updated\": %" PRId64 ", \"pulled\": %" PRId64 "}\n", b.updated, b.pulled);
    chan_close(b.channel);
    stop_free(stop);
    conf_free(conf);
    return rc;
}

int main(int argc, char **argv) {
    struct buf text = {0};
    struct json *job = NULL;
    struct err err = {0};
    if (argc != 2) {
        (void)fprintf(stderr, "usage: bench_driver JOB.json\n");
        return 2;
    }
    enum rc rc = os_read_file(argv[1], JOB_MAX, &text, &err);
    if (rc == RC_OK)
        rc = json_parse(text.data, text.len, &job, &err);
    if (rc == RC_OK)
        rc = run(job, &err);
    if (rc != RC_OK)
        (void)fprintf(stderr, "bench_driver: %s\n", err.text);
    json_free(job);
    buf_free(&text);
    return rc == RC_OK ? 0 : 1;
}
