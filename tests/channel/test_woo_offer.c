/* The offer against a running simulator: what is in the shop afterwards, and how many requests it took. */
#include "tests/channel/sim.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

static const char *sim_program;
static struct sim sim;

/* --- a small engine --- */

struct engine {
    struct offer_batch *batches;
    size_t count, given, back;
};

static enum rc give(void *ctx, struct offer_batch **out, int64_t *wait_ms, struct err *err) {
    struct engine *e = ctx;
    (void)err;
    *out = e->given < e->count ? &e->batches[e->given++] : NULL;
    *wait_ms = -1;
    return RC_OK;
}

static enum rc take(void *ctx, struct offer_batch *batch, struct err *err) {
    struct engine *e = ctx;
    (void)err;
    assert_true(batch >= e->batches && batch < e->batches + e->count);
    e->back++;
    return RC_OK;
}

static enum rc put(struct sim_channel *c, struct offer_batch *batches, size_t count, struct err *err) {
    struct engine e = {.batches = batches, .count = count};
    struct offer_stream stream = {&e, give, take};
    err_clear(err);
    enum rc rc = chan_offer_put(c->channel, &stream, err);
    assert_int_equal(e.back, e.given);
    return rc;
}

/* --- items --- */

#define ITEMS_MAX 250

/* Items and lines that belong together. */
struct goods {
    struct item items[ITEMS_MAX];
    struct offer_line lines[ITEMS_MAX];
    struct offer_batch batch;
};

static void add_item(struct goods *g, enum item_kind kind, const char *sku, unsigned aspects) {
    size_t i = g->batch.line_count++;
    struct item *item = &g->items[i];
    memset(item, 0, sizeof *item);
    item->key = mem_strdup(sku);
    item->sku = mem_strdup(sku);
    item->kind = kind;
    item->published = true;
    item->name = mem_printf("Towar %s", sku);
    item->description = mem_strdup("<p>Opis</p>");
    item->weight_g = 1500;
    item->ean = NULL;
    item->vat_rate = 230000;
    item->price.has_price = true;
    str_copy(item->price.currency, sizeof item->price.currency, "EUR");
    struct offer_line *line = &g->lines[i];
    memset(line, 0, sizeof *line);
    line->item = item;
    line->aspects = aspects;
    line->regular = 1000 + (int64_t)i;
    line->sale = -1;
    line->sale_from_ms = INT64_MIN;
    line->sale_to_ms = INT64_MAX;
    line->available = 5000;
    line->tax_class = "";
    line->name = item->name;
    g->batch.lines = g->lines;
}

static void goods_free(struct goods *g) {
    for (size_t i = 0; i < g->batch.line_count; i++)
        item_free_fields(&g->items[i]);
    memset(g, 0, sizeof *g);
}

static struct goods goods;

#define FULL (ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK)

/* Sends the goods as one batch; the stream itself must succeed. */
static void send_goods(struct sim_channel *c) {
    struct err err;
    if (put(c, &goods.batch, 1, &err))
        fail_msg("%s: %s", rc_name(err.rc), err.text);
}

static void expect(size_t line, enum verdict_kind kind, const char *says) {
    const struct verdict *v = &goods.lines[line].verdict;
    if (v->kind != kind || !strstr(v->text, says))
        fail_msg("line %zu: verdict %d, code %s, \"%s\"", line, v->kind, v->code, v->text);
    if (kind == VERDICT_DONE)
        assert_true(v->remote_id[0] != '\0');
}

/* What engine does after a run: the id is kept. */
static void keep_ids(void) {
    for (size_t i = 0; i < goods.batch.line_count; i++)
        str_copy(goods.lines[i].remote_id, REMOTE_ID_SIZE, goods.lines[i].verdict.remote_id);
}

static void check_product(const char *sku, const char *field, const char *want) {
    struct json *p = sim_product(&sim, sku);
    struct buf have;
    buf_init(&have, 4096);
    if (!p)
        fail_msg("%s is not in the shop", sku);
    if (!json_text_lax(p, field, &have))
        buf_adds(&have, "(none)");
    if (!str_eq(have.data, want))
        fail_msg("%s: %s is \"%s\", not \"%s\"", sku, field, have.data, want);
    buf_free(&have);
    json_free(p);
}

/* --- tests: the plain road --- */

static void create_then_update(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    add_item(&goods, ITEM_SIMPLE, "CU-1", FULL);
    add_item(&goods, ITEM_SIMPLE, "CU-2 ąę \"x\"", FULL);
    add_item(&goods, ITEM_SET, "CU-3", FULL);
    send_goods(&c);
    for (size_t i = 0; i < 3; i++)
        expect(i, VERDICT_DONE, "");
    check_product("CU-1", "regular_price", "10.00");
    check_product("CU-1", "stock_quantity", "5");
    check_product("CU-1", "weight", "1.500");
    check_product("CU-2 ąę \"x\"", "name", "Towar CU-2 ąę \"x\"");
    keep_ids();
    sim_reset_requests(&sim);
    for (size_t i = 0; i < 3; i++) {
        goods.lines[i].aspects = ASPECT_STOCK;
        goods.lines[i].available = 9999;
    }
    send_goods(&c);
    expect(2, VERDICT_DONE, "");
    check_product("CU-1", "stock_quantity", "9");
    check_product("CU-1", "regular_price", "10.00");
    assert_int_equal(sim_count_requests(&sim, "POST", "products/batch"), 1);
    assert_int_equal(sim_count_requests(&sim, "GET", "/"), 0);
    goods_free(&goods);
    sim_channel_close(&c);
}

/* 1,000 lines in ten batches: ten requests and nothing else. */
static void a_batch_is_one_request(void **state) {
    (void)state;
    struct sim_channel c;
    struct offer_batch batches[2];
    struct err err;
    sim_channel_open(&c, &sim, "parallel_requests", "4", NULL);
    for (int i = 0; i < 200; i++) {
        char sku[32];
        str_fmt(sku, sizeof sku, "MANY-%d", i);
        add_item(&goods, ITEM_SIMPLE, sku, FULL);
        goods.items[i].weight_g = -1;
    }
    for (size_t b = 0; b < 2; b++)
        batches[b] = (struct offer_batch){.lines = goods.lines + 100 * b, .line_count = 100};
    sim_reset_requests(&sim);
    assert_int_equal(put(&c, batches, 2, &err), RC_OK);
    for (size_t i = 0; i < 200; i++)
        expect(i, VERDICT_DONE, "");
    assert_int_equal(sim_count_requests(&sim, "POST", ""), 2);
    assert_int_equal(sim_count_requests(&sim, "GET", "/"), 0);
    goods_free(&goods);
    sim_channel_close(&c);
}

/* --- adoption, re-binding, conflicts --- */

static void adopts_by_exact_sku(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    add_item(&goods, ITEM_SIMPLE, "AD-1", FULL);
    add_item(&goods, ITEM_SIMPLE, "ŻÓŁ-AD", FULL);
    add_item(&goods, ITEM_SIMPLE, "A,B-AD", FULL);
    send_goods(&c);
    char first[REMOTE_ID_SIZE], comma[REMOTE_ID_SIZE];
    str_copy(first, sizeof first, goods.lines[0].verdict.remote_id);
    str_copy(comma, sizeof comma, goods.lines[2].verdict.remote_id);
    size_t before = sim_product_count(&sim);
    goods_free(&goods);
    add_item(&goods, ITEM_SIMPLE, "AD-1", FULL);
    goods.lines[0].regular = 4200;
    add_item(&goods, ITEM_SIMPLE, "zol-ad", FULL); /* the shop takes it for ŻÓŁ-AD; we do not */
    add_item(&goods, ITEM_SIMPLE, "A,B-AD", FULL);
    add_item(&goods, ITEM_SIMPLE, "AD-NEW", ASPECT_STOCK); /* too little known to create it */
    send_goods(&c);
    expect(0, VERDICT_DONE, "had a product with SKU AD-1 already");
    assert_true(goods.lines[0].verdict.adopted);
    assert_string_equal(goods.lines[0].verdict.remote_id, first);
    expect(1, VERDICT_CONFLICT, "does not tell capital letters and accents apart");
    expect(2, VERDICT_DONE, "already");
    assert_string_equal(goods.lines[2].verdict.remote_id, comma);
    expect(3, VERDICT_NOT_FOUND, "no product with this SKU");
    check_product("AD-1", "regular_price", "42.00");
    assert_int_equal(sim_product_count(&sim), before);
    goods_free(&goods);
    sim_channel_close(&c);
}

static void rebinds_when_the_id_is_gone(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    add_item(&goods, ITEM_SIMPLE, "RB-1", FULL);
    send_goods(&c);
    char real[REMOTE_ID_SIZE];
    str_copy(real, sizeof real, goods.lines[0].verdict.remote_id);
    str_copy(goods.lines[0].remote_id, REMOTE_ID_SIZE, "99999999");
    goods.lines[0].aspects = ASPECT_STOCK;
    goods.lines[0].available = 3000;
    add_item(&goods, ITEM_SIMPLE, "RB-NONE", ASPECT_STOCK);
    str_copy(goods.lines[1].remote_id, REMOTE_ID_SIZE, "99999998");
    send_goods(&c);
    expect(0, VERDICT_DONE, "now keeps SKU RB-1");
    assert_string_equal(goods.lines[0].verdict.remote_id, real);
    check_product("RB-1", "stock_quantity", "3");
    expect(1, VERDICT_NOT_FOUND, "no product with this SKU");
    goods_free(&goods);
    sim_channel_close(&c);
}

static void takes_out_of_the_trash(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    add_item(&goods, ITEM_SIMPLE, "TR-1", FULL);
    send_goods(&c);
    char id[REMOTE_ID_SIZE];
    char path[128];
    str_copy(id, sizeof id, goods.lines[0].verdict.remote_id);
    str_fmt(path, sizeof path, "product/%s", id);
    sim_tell(&sim, path, "{\"action\":\"trash\"}");
    goods.lines[0].aspects = ASPECT_STOCK;
    str_copy(goods.lines[0].remote_id, REMOTE_ID_SIZE, id);
    send_goods(&c);
    expect(0, VERDICT_NOT_FOUND, "trash"); /* a stock run may not touch the status */
    check_product("TR-1", "status", "trash");
    goods.lines[0].aspects = FULL;
    goods.lines[0].remote_id[0] = '\0';
    send_goods(&c);
    expect(0, VERDICT_DONE, "");
    assert_string_equal(goods.lines[0].verdict.remote_id, id);
    check_product("TR-1", "status", "publish");
    goods_free(&goods);
    sim_channel_close(&c);
}

static void a_taken_sku_is_a_conflict(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    add_item(&goods, ITEM_SIMPLE, "TK-1", FULL);
    add_item(&goods, ITEM_SIMPLE, "TK-2", FULL);
    send_goods(&c);
    keep_ids();
    mem_free(goods.items[1].sku);
    goods.items[1].sku = mem_strdup("TK-1"); /* renamed to the other's */
    send_goods(&c);
    expect(0, VERDICT_DONE, "");
    expect(1, VERDICT_CONFLICT, "already used");
    goods_free(&goods);
    sim_channel_close(&c);
}

static void a_taken_ean_is_a_conflict(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    add_item(&goods, ITEM_SIMPLE, "EA-1", FULL);
    add_item(&goods, ITEM_SIMPLE, "EA-2", FULL);
    for (size_t i = 0; i < 2; i++)
        goods.items[i].ean = mem_strdup("5901234123457");
    send_goods(&c);
    expect(0, VERDICT_DONE, "");
    expect(1, VERDICT_CONFLICT, "EAN 5901234123457 is already used");
    goods_free(&goods);
    sim_channel_close(&c);
}

/* --- variants --- */

static void variants_live_in_their_parent(void **state) {
    (void)state;
    struct sim_channel c;
    static char red[] = "Czerwony & biały", blue[] = "Niebieski", colour[] = "Kolor";
    static char *options[] = {red, blue}, *one[] = {red}, *two[] = {blue};
    struct attribute_line attribute = {.name = "Kolor", .options = options, .option_count = 2};
    struct err err;
    sim_channel_open(&c, &sim, NULL);
    assert_int_equal(chan_attributes_put(c.channel, &attribute, 1, &err), RC_OK);
    assert_int_equal(attribute.verdict.kind, VERDICT_DONE);
    char id[1][REMOTE_ID_SIZE];
    str_copy(id[0], REMOTE_ID_SIZE, attribute.verdict.remote_id);
    memset(&attribute.verdict, 0, sizeof attribute.verdict);
    size_t posts = sim_count_requests(&sim, "POST", "attributes");
    assert_int_equal(chan_attributes_put(c.channel, &attribute, 1, &err), RC_OK); /* again: everything is there */
    assert_string_equal(attribute.verdict.remote_id, id[0]);
    assert_int_equal(sim_count_requests(&sim, "POST", "attributes"), posts);

    struct item_attribute both = {colour, options, 2}, first = {colour, one, 1}, second = {colour, two, 1};
    add_item(&goods, ITEM_VARIANT_PARENT, "VP", FULL);
    goods.items[0].attributes = &both;
    goods.items[0].attribute_count = 1;
    goods.lines[0].attribute_ids = (const char(*)[REMOTE_ID_SIZE])id;
    send_goods(&c);
    expect(0, VERDICT_DONE, "");
    char parent[REMOTE_ID_SIZE];
    str_copy(parent, sizeof parent, goods.lines[0].verdict.remote_id);
    check_product("VP", "type", "variable");
    goods.items[0].attribute_count = 0;
    goods.items[0].attributes = NULL;
    goods_free(&goods);

    add_item(&goods, ITEM_VARIANT, "VP-1", FULL);
    add_item(&goods, ITEM_VARIANT, "VP-2", FULL);
    goods.items[0].attributes = &first;
    goods.items[1].attributes = &second;
    for (size_t i = 0; i < 2; i++) {
        goods.items[i].attribute_count = 1;
        goods.lines[i].attribute_ids = (const char(*)[REMOTE_ID_SIZE])id;
    }
    str_copy(goods.batch.remote_parent, REMOTE_ID_SIZE, parent);
    send_goods(&c);
    expect(0, VERDICT_DONE, "");
    expect(1, VERDICT_DONE, "");
    check_product("VP-1", "parent_id", parent);
    check_product("VP-2", "stock_quantity", "5");
    /* again without ids: adopted; and one hidden */
    send_goods(&c);
    expect(0, VERDICT_DONE, "already");
    keep_ids();
    goods.lines[1].unpublish = true;
    send_goods(&c);
    check_product("VP-2", "status", "private");
    for (size_t i = 0; i < 2; i++) {
        goods.items[i].attribute_count = 0;
        goods.items[i].attributes = NULL;
    }
    goods_free(&goods);

    /* A variation's SKU on a plain item, and a parent that shall become plain. */
    add_item(&goods, ITEM_SIMPLE, "VP-1", FULL);
    add_item(&goods, ITEM_SIMPLE, "VP", FULL);
    send_goods(&c);
    expect(0, VERDICT_CONFLICT, "the variation number");
    expect(1, VERDICT_REJECTED, "would delete the variations");
    str_copy(goods.lines[1].remote_id, REMOTE_ID_SIZE, parent);
    goods.batch.line_count = 2;
    send_goods(&c);
    expect(1, VERDICT_REJECTED, "would delete the variations");
    check_product("VP", "type", "variable");
    check_product("VP-1", "parent_id", parent);
    goods_free(&goods);
    sim_channel_close(&c);
}

/* --- groups --- */

static void groups_are_a_tree(void **state) {
    (void)state;
    struct sim_channel c;
    struct err err;
    static char k1[] = "1", k2[] = "2", k3[] = "3", n1[] = "Śruby & nakrętki", n2[] = "Małe", n3[] = "Duże";
    struct item_group groups[] = {
        {.key = k1, .name = n1}, {.key = k2, .parent_key = k1, .name = n2}, {.key = k3, .parent_key = k2, .name = n3}};
    struct group_line lines[3] = {{.group = &groups[0]}, {.group = &groups[1]}, {.group = &groups[2]}};
    sim_channel_open(&c, &sim, NULL);
    assert_int_equal(chan_groups_put(c.channel, lines, 3, &err), RC_OK);
    char ids[3][REMOTE_ID_SIZE];
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(lines[i].verdict.kind, VERDICT_DONE);
        assert_false(lines[i].verdict.adopted);
        str_copy(ids[i], REMOTE_ID_SIZE, lines[i].verdict.remote_id);
    }
    assert_int_equal(chan_groups_put(c.channel, lines, 3, &err), RC_OK); /* without ids: adopted by name and parent */
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(lines[i].verdict.kind, VERDICT_DONE);
        assert_true(lines[i].verdict.adopted);
        assert_string_equal(lines[i].verdict.remote_id, ids[i]);
        str_copy(lines[i].remote_id, REMOTE_ID_SIZE, ids[i]);
    }
    str_copy(lines[2].remote_id, REMOTE_ID_SIZE, "99999999"); /* deleted in the shop */
    static char renamed[] = "Średnie";
    groups[2].name = renamed;
    assert_int_equal(chan_groups_put(c.channel, lines, 3, &err), RC_OK);
    assert_int_equal(lines[2].verdict.kind, VERDICT_DONE);
    assert_string_not_equal(lines[2].verdict.remote_id, ids[2]);
    add_item(&goods, ITEM_SIMPLE, "GR-1", FULL);
    str_copy(goods.lines[0].remote_group, REMOTE_ID_SIZE, ids[1]);
    send_goods(&c);
    struct json *p = sim_product(&sim, "GR-1");
    int64_t id, want;
    assert_true(json_i64_value(json_first(json_get(p, "categories")), &id));
    assert_true(str_to_i64(ids[1], &want));
    assert_int_equal(id, want);
    json_free(p);
    goods_free(&goods);
    sim_channel_close(&c);
}

/* --- faults --- */

static void add_many(int n, const char *prefix, unsigned aspects) {
    for (int i = 0; i < n; i++) {
        char sku[32];
        str_fmt(sku, sizeof sku, "%s-%d", prefix, i);
        add_item(&goods, ITEM_SIMPLE, sku, aspects);
        goods.items[i].weight_g = -1;
    }
}

/* Whatever happens to the first request, afterwards each item is in the shop at most once, every DONE is true, and a
 * second send makes all of them done. */
static void check_done(const struct table *shop, size_t line) {
    const struct json *p = table_get(shop, goods.items[line].sku);
    struct buf id;
    if (!p)
        fail_msg("%s is done but not in the shop", goods.items[line].sku);
    buf_init(&id, 64);
    assert_true(json_text_lax(p, "id", &id));
    assert_string_equal(id.data, goods.lines[line].verdict.remote_id);
    assert_string_equal(json_str(p, "status", ""), "publish");
    buf_free(&id);
}

static void any_fault_once(const char *prefix, const char *rule) {
    struct sim_channel c;
    struct err err;
    sim_channel_open(&c, &sim, "request_timeout_seconds", "5", NULL);
    size_t before = sim_product_count(&sim);
    add_many(20, prefix, FULL);
    sim_faults(&sim, rule);
    put(&c, &goods.batch, 1, &err);
    sim_faults(&sim, "");
    size_t done = 0;
    struct table *shop = sim_products(&sim);
    for (size_t i = 0; i < 20; i++) {
        if (goods.lines[i].verdict.kind == VERDICT_DONE)
            check_done(shop, i);
        else if (goods.lines[i].verdict.kind == VERDICT_REJECTED)
            fail_msg("%s: line %zu was refused: %s", rule, i, goods.lines[i].verdict.text);
        done += goods.lines[i].verdict.kind == VERDICT_DONE;
    }
    sim_products_free(shop);
    sim_channel_close(&c);
    sim_channel_open(&c, &sim, NULL);
    if (done < 20)
        send_goods(&c);
    shop = sim_products(&sim);
    for (size_t i = 0; i < 20; i++) {
        expect(i, VERDICT_DONE, "");
        check_done(shop, i);
    }
    sim_products_free(shop);
    if (sim_product_count(&sim) != before + 20)
        fail_msg("%s: %zu products more, not 20", rule, sim_product_count(&sim) - before);
    goods_free(&goods);
    sim_channel_close(&c);
}

static void every_fault_leaves_each_item_once(void **state) {
    (void)state;
    static const char *const rules[] = {
        "\"action\":\"cut_before\",\"nth\":1",
        "\"action\":\"cut_after\",\"nth\":1",
        "\"action\":\"cut_body\",\"nth\":1",
        "\"action\":\"429\",\"nth\":1",
        "\"action\":\"500\",\"nth\":1",
        "\"action\":\"502\",\"nth\":1",
        "\"action\":\"503\",\"nth\":1",
        "\"action\":\"db\",\"nth\":1",
        "\"action\":\"warning\",\"nth\":1",
        "\"action\":\"notice\",\"nth\":1",
        "\"action\":\"bom\",\"nth\":1",
        "\"action\":\"partial\",\"nth\":1",
        "\"action\":\"shuffle\",\"nth\":1",
        "\"action\":\"error_after\",\"nth\":1",
        "\"action\":\"fatal_in_batch\",\"after\":7,\"nth\":1",
        "\"action\":\"413\",\"nth\":1",
        "\"action\":\"login\",\"nth\":1",
        "\"action\":\"redirect\",\"nth\":1",
        "\"action\":\"403\",\"nth\":1",
        "\"action\":\"401\",\"nth\":1",
        "\"action\":\"duplicate_keys\",\"nth\":1",
        "\"action\":\"error_after\",\"status\":504,\"nth\":1",
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        char prefix[16], rule[256];
        str_fmt(prefix, sizeof prefix, "F%zu", i);
        str_fmt(rule, sizeof rule, "{\"match\":\"POST .*products/batch\",%s}", rules[i]);
        any_fault_once(prefix, rule);
    }
}

/* One line on which the shop always dies must not hold up the others (rule R24). */
static void a_poison_line_stands_alone(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    add_many(20, "PO", FULL);
    sim_faults(&sim, "{\"match\":\"POST .*products/batch\",\"action\":\"413\",\"times\":1}");
    send_goods(&c);
    for (size_t i = 0; i < 20; i++)
        expect(i, VERDICT_DONE, "");
    sim_faults(&sim, "");
    goods_free(&goods);
    sim_channel_close(&c);
}

/* The shop dies after a few lines of every request. What it did is recognised, the rest is sent in smaller parts, and
 * nothing is made twice. */
static void a_shop_that_dies_in_every_batch(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    size_t before = sim_product_count(&sim);
    add_many(40, "DY", FULL);
    sim_faults(&sim, "{\"match\":\"POST .*products/batch\",\"action\":\"fatal_in_batch\",\"after\":6}");
    send_goods(&c);
    for (size_t i = 0; i < 40; i++)
        expect(i, VERDICT_DONE, "");
    assert_int_equal(sim_product_count(&sim), before + 40);
    sim_faults(&sim, "");
    goods_free(&goods);
    sim_channel_close(&c);
}

/* A look-up whose answer is spoilt proves nothing: no line is given up because of it. */
static void a_spoilt_lookup_proves_nothing(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    add_item(&goods, ITEM_SIMPLE, "SP-1", FULL);
    send_goods(&c);
    goods.lines[0].remote_id[0] = '\0';
    sim_faults(&sim, "{\"match\":\"GET .*products\",\"action\":\"duplicate_keys\"}");
    send_goods(&c);
    expect(0, VERDICT_LATER, "could not be read");
    sim_faults(&sim, "");
    send_goods(&c);
    expect(0, VERDICT_DONE, "already");
    goods_free(&goods);
    sim_channel_close(&c);
}

static void a_silent_shop_ends_the_stream(void **state) {
    (void)state;
    struct sim_channel c;
    struct err err;
    sim_channel_open(&c, &sim, NULL);
    add_many(5, "SI", FULL);
    sim_faults(&sim, "{\"match\":\".\",\"action\":\"429\",\"retry_after\":7}");
    assert_int_equal(put(&c, &goods.batch, 1, &err), RC_LATER);
    assert_int_equal(err.reach, REACH_LINK);
    assert_int_equal(err.retry_after_s, 7);
    expect(0, VERDICT_LATER, "more slowly");
    assert_int_equal(goods.lines[0].verdict.retry_after_s, 7);
    sim_faults(&sim, "");
    goods_free(&goods);
    sim_channel_close(&c);
}

static void refused_before_it_is_sent(void **state) {
    (void)state;
    struct sim_channel c;
    sim_channel_open(&c, &sim, NULL);
    size_t before = sim_product_count(&sim);
    add_item(&goods, ITEM_SIMPLE, "", FULL);
    add_item(&goods, ITEM_SIMPLE, "<b>X</b>", FULL);
    add_item(&goods, ITEM_VARIANT_PARENT, "NP-1", ASPECT_STOCK);
    str_copy(goods.lines[2].remote_id, REMOTE_ID_SIZE, "77");
    add_item(&goods, ITEM_SIMPLE, "NP-2", FULL);
    goods.lines[3].unpublish = true;
    send_goods(&c);
    expect(0, VERDICT_REJECTED, "no SKU");
    expect(1, VERDICT_REJECTED, "< or >");
    expect(2, VERDICT_DONE, ""); /* a parent has no stock of its own: nothing to say */
    expect(3, VERDICT_NOT_FOUND, "nothing to hide");
    assert_int_equal(sim_product_count(&sim), before);
    goods_free(&goods);
    sim_channel_close(&c);
}

/* --- reading back --- */

static void pages_tell_everything_once(void **state) {
    (void)state;
    struct sim_channel c;
    char cursor[256] = "";
    bool more = true;
    size_t told = 0, variations = 0;
    int64_t last = 0;
    sim_channel_open(&c, &sim, NULL);
    while (more) {
        struct remote_product *list;
        size_t n;
        char next[256];
        assert_int_equal(chan_products_page(c.channel, cursor, &list, &n, next, &more, NULL), RC_OK);
        for (size_t i = 0; i < n; i++) {
            int64_t id;
            assert_true(str_to_i64(list[i].remote_id, &id));
            if (list[i].remote_parent[0]) {
                variations++;
            } else {
                assert_true(id > last);
                last = id;
            }
            told++;
            remote_product_free_fields(&list[i]);
        }
        mem_free(list);
        str_copy(cursor, sizeof cursor, next);
    }
    assert_int_equal(variations, 2);
    assert_int_equal(told, sim_product_count(&sim));
    const char *skus[] = {"CU-1", "nothing", "A,B-AD", "CU-3", "VP-1"};
    struct remote_product found[5];
    assert_int_equal(chan_products_find(c.channel, skus, 5, found, NULL), RC_OK);
    assert_string_equal(found[0].sku, "CU-1");
    assert_string_equal(found[0].price, "10.00");
    assert_true(found[0].has_stock && found[0].stock == 9000);
    assert_string_equal(found[1].remote_id, "");
    assert_string_equal(found[2].sku, "A,B-AD");
    assert_string_equal(found[3].sku, "CU-3");
    assert_true(found[4].remote_parent[0] != '\0');
    for (size_t i = 0; i < 5; i++)
        remote_product_free_fields(&found[i]);
    sim_channel_close(&c);
}

static int set_up(void **state) {
    (void)state;
    sim_start(&sim, sim_program);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    sim_stop(&sim);
    return 0;
}

/* A test that failed leaves goods behind; the next begins without. */
static int fresh(void **state) {
    (void)state;
    memset(&goods, 0, sizeof goods);
    sim_faults(&sim, "");
    return 0;
}

#define TEST(function) cmocka_unit_test_setup(function, fresh)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TEST(create_then_update),
        TEST(a_batch_is_one_request),
        TEST(adopts_by_exact_sku),
        TEST(rebinds_when_the_id_is_gone),
        TEST(takes_out_of_the_trash),
        TEST(a_taken_sku_is_a_conflict),
        TEST(a_taken_ean_is_a_conflict),
        TEST(variants_live_in_their_parent),
        TEST(groups_are_a_tree),
        TEST(every_fault_leaves_each_item_once),
        TEST(a_poison_line_stands_alone),
        TEST(a_shop_that_dies_in_every_batch),
        TEST(a_spoilt_lookup_proves_nothing),
        TEST(a_silent_shop_ends_the_stream),
        TEST(refused_before_it_is_sent),
        TEST(pages_tell_everything_once),
    };
    if (argc < 2) {
        print_error("usage: %s SHOP_SIM\n", argv[0]);
        return 2;
    }
    sim_program = argv[1];
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
