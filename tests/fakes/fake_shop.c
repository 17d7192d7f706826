#include "tests/fakes/fake_shop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "tests/fakes/state.h"

#define RAW_MAX (1024 * 1024)

static struct fake_shop *self(struct channel *c) {
    return (struct fake_shop *)(void *)c;
}

unsigned fake_faults_draw(struct fake_faults *faults, unsigned ways) {
    if (faults->percent == 0 || rng_below(&faults->rng, 100) >= faults->percent)
        return 0;
    return 1 + (unsigned)rng_below(&faults->rng, ways);
}

static unsigned begin_call(struct fake_shop *s, bool writes) {
    s->calls++;
    s->writes += writes;
    if (s->meanwhile)
        s->meanwhile(s->meanwhile_ctx, s);
    return fake_faults_draw(&s->faults, 4);
}

static enum rc busy(struct err *err) {
    err_set(err, RC_LATER, REACH_LINK, "The shop is busy.");
    return RC_LATER;
}

/* --- finding --- */

struct fake_product *fake_shop_find(struct fake_shop *shop, const char *sku) {
    for (size_t i = 0; i < shop->product_count; i++)
        if (str_eq(shop->products[i].sku, sku))
            return &shop->products[i];
    return NULL;
}

static struct fake_product *by_id(struct fake_shop *s, const char *id) {
    for (size_t i = 0; i < s->product_count; i++)
        if (str_eq(s->products[i].remote_id, id))
            return &s->products[i];
    return NULL;
}

struct fake_order *fake_shop_find_order(struct fake_shop *shop, const char *number) {
    for (size_t i = 0; i < shop->order_count; i++)
        if (str_eq(shop->orders[i].number, number))
            return &shop->orders[i];
    return NULL;
}

static struct fake_order *order_by_id(struct fake_shop *s, const char *id) {
    int64_t number = 0;
    if (!str_to_i64(id, &number))
        return NULL;
    /* Ids are given in order of adding. */
    size_t low = 0, high = s->order_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->orders[mid].id < number)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->order_count && s->orders[low].id == number ? &s->orders[low] : NULL;
}

/* --- orders --- */

static int64_t now_ms(const struct fake_shop *s) {
    return s->clock ? s->clock->now_ms : 1700000000000;
}

struct fake_order *fake_shop_order(struct fake_shop *shop, const struct fake_order *spec) {
    mem_grow((void **)&shop->orders, &shop->order_capacity, shop->order_count, sizeof *shop->orders);
    struct fake_order *o = &shop->orders[shop->order_count++];
    *o = *spec;
    o->id = shop->next_order++;
    o->seq = shop->next_seq++;
    o->created_ms = o->created_ms ? o->created_ms : now_ms(shop);
    o->modified_ms = now_ms(shop);
    if (o->number[0] == '\0')
        str_fmt(o->number, sizeof o->number, "%lld", (long long)o->id);
    if (o->currency[0] == '\0')
        str_copy(o->currency, sizeof o->currency, "PLN");
    if (o->total == 0)
        for (size_t i = 0; i < o->line_count; i++)
            o->total += o->lines[i].net + o->lines[i].vat;
    return o;
}

void fake_shop_touch(struct fake_shop *shop, struct fake_order *order) {
    order->seq = shop->next_seq++;
    order->modified_ms = now_ms(shop);
}

static void add_order_json(struct json_writer *w, const struct fake_order *o) {
    jw_object(w, NULL);
    jw_i64(w, "id", o->id);
    jw_str(w, "number", o->number);
    jw_str(w, "status", o->status);
    jw_str(w, "currency", o->currency);
    jw_str(w, "email", o->email);
    jw_i64(w, "total", o->total);
    jw_i64(w, "refunded", o->refunded);
    jw_i64(w, "created", o->created_ms);
    jw_i64(w, "modified", o->modified_ms);
    jw_i64(w, "seq", o->seq);
    jw_str(w, "token", o->token);
    jw_str(w, "document", o->document);
    jw_array(w, "lines");
    for (size_t i = 0; i < o->line_count; i++) {
        const struct fake_order_line *l = &o->lines[i];
        jw_object(w, NULL);
        jw_str(w, "sku", l->sku);
        jw_str(w, "name", l->name);
        jw_str(w, "product", l->product_id);
        jw_str(w, "variant", l->variant_id);
        jw_i64(w, "kind", l->kind);
        jw_i64(w, "quantity", l->quantity);
        jw_i64(w, "net", l->net);
        jw_i64(w, "vat", l->vat);
        jw_i64(w, "rate", l->rate);
        jw_end(w, '}');
    }
    jw_end(w, ']');
    jw_end(w, '}');
}

static void read_order_json(const struct json *j, struct fake_order *o) {
    memset(o, 0, sizeof *o);
    o->id = state_number(j, "id");
    state_text(o->number, sizeof o->number, j, "number");
    state_text(o->status, sizeof o->status, j, "status");
    state_text(o->currency, sizeof o->currency, j, "currency");
    state_text(o->email, sizeof o->email, j, "email");
    o->total = state_number(j, "total");
    o->refunded = state_number(j, "refunded");
    o->created_ms = state_number(j, "created");
    o->modified_ms = state_number(j, "modified");
    o->seq = state_number(j, "seq");
    state_text(o->token, sizeof o->token, j, "token");
    state_text(o->document, sizeof o->document, j, "document");
    const struct json *line = json_first(json_get(j, "lines"));
    for (; line && o->line_count < FAKE_LINES_MAX; line = json_next(line)) {
        struct fake_order_line *l = &o->lines[o->line_count++];
        state_text(l->sku, sizeof l->sku, line, "sku");
        state_text(l->name, sizeof l->name, line, "name");
        state_text(l->product_id, sizeof l->product_id, line, "product");
        state_text(l->variant_id, sizeof l->variant_id, line, "variant");
        l->kind = (enum order_line_kind)state_number(line, "kind");
        l->quantity = state_number(line, "quantity");
        l->net = state_number(line, "net");
        l->vat = state_number(line, "vat");
        l->rate = state_number(line, "rate");
    }
}

static void to_raw(const struct fake_order *o, struct order_raw *raw) {
    struct buf b;
    buf_init(&b, RAW_MAX);
    struct json_writer w;
    jw_init(&w, &b);
    add_order_json(&w, o);
    memset(raw, 0, sizeof *raw);
    str_fmt(raw->remote_id, sizeof raw->remote_id, "%lld", (long long)o->id);
    str_copy(raw->number, sizeof raw->number, o->number);
    str_copy(raw->status, sizeof raw->status, o->status);
    raw->modified_ms = o->modified_ms;
    raw->raw_len = b.len;
    raw->raw = buf_take(&b);
    buf_free(&b);
}

static int by_seq(const void *a, const void *b) {
    const struct fake_order *const *x = a, *const *y = b;
    return (*x)->seq < (*y)->seq ? -1 : (*x)->seq > (*y)->seq;
}

/* The page behind a place in the order of changes; each page begins with the last order of the page before, as an
 * overlap would. */
static void fill_page(struct fake_shop *s, int64_t after, struct order_page *out) {
    const struct fake_order **found = mem_zalloc(s->order_count + 1, sizeof *found);
    size_t n = 0;
    for (size_t i = 0; i < s->order_count; i++)
        if (s->orders[i].seq >= after)
            found[n++] = &s->orders[i];
    qsort(found, n, sizeof *found, by_seq);
    size_t take = n < s->page_size ? n : s->page_size;
    memset(out, 0, sizeof *out);
    out->orders = mem_zalloc(take + 1, sizeof *out->orders);
    out->count = take;
    for (size_t i = 0; i < take; i++)
        to_raw(found[i], &out->orders[i]);
    out->more = n > take;
    str_fmt(out->cursor, sizeof out->cursor, "%lld", (long long)(take > 0 ? found[take - 1]->seq : after));
    mem_free(found);
}

static enum rc fake_orders_since(struct channel *c, const char *cursor, int64_t start_ms, struct order_page *out,
                                 struct err *err) {
    (void)start_ms;
    struct fake_shop *s = self(c);
    if (begin_call(s, false) != 0)
        return busy(err);
    int64_t after = 0;
    (void)str_to_i64(cursor, &after);
    fill_page(s, after, out);
    return RC_OK;
}

static enum rc fake_order_get(struct channel *c, const char *remote_id, struct order_raw *out, struct err *err) {
    struct fake_shop *s = self(c);
    if (begin_call(s, false) != 0)
        return busy(err);
    const struct fake_order *o = order_by_id(s, remote_id);
    if (!o)
        return err_set(err, RC_NOT_FOUND, REACH_ITEM, "The shop has no such order.");
    to_raw(o, out);
    return RC_OK;
}

static enum rc fake_order_parse(struct channel *c, const char *raw, size_t len, struct order **out, struct err *err) {
    (void)c;
    struct json *j = NULL;
    enum rc rc = json_parse(raw, len, &j, err);
    if (rc != RC_OK)
        return rc;
    struct fake_order f;
    read_order_json(j, &f);
    json_free(j);
    if (f.id == 0)
        return err_set(err, RC_INVALID, REACH_ITEM, "The order has no id.");
    struct order *o = order_new();
    char id[32];
    str_fmt(id, sizeof id, "%lld", (long long)f.id);
    order_set(&o->remote_id, id);
    order_set(&o->number, f.number);
    order_set(&o->status, f.status);
    str_copy(o->currency, sizeof o->currency, f.currency);
    o->decimals = 2;
    o->total = f.total;
    o->refunded = f.refunded;
    o->created_ms = f.created_ms;
    o->modified_ms = f.modified_ms;
    order_set(&o->billing.email, f.email);
    order_set(&o->billing.country, "PL");
    o->billing.country_valid = true;
    for (size_t i = 0; i < f.line_count; i++) {
        struct order_line *l = order_add_line(o);
        l->kind = f.lines[i].kind;
        str_fmt(id, sizeof id, "%zu", i + 1);
        order_set(&l->remote_id, id);
        order_set(&l->sku, f.lines[i].sku);
        order_set(&l->name, f.lines[i].name);
        order_set(&l->product_id, f.lines[i].product_id);
        order_set(&l->variant_id, f.lines[i].variant_id);
        l->quantity = f.lines[i].quantity;
        l->net = f.lines[i].net;
        l->vat = f.lines[i].vat;
        l->rate = f.lines[i].rate;
        o->total_vat += l->vat;
    }
    *out = o;
    return RC_OK;
}

static void ack_one(struct fake_shop *s, struct order_ack *ack) {
    struct fake_order *o = order_by_id(s, ack->remote_id);
    memset(&ack->verdict, 0, sizeof ack->verdict);
    ack->verdict.retry_after_s = -1;
    if (!o) {
        ack->verdict.kind = VERDICT_NOT_FOUND;
        return;
    }
    bool leave = false;
    for (const char *const *u = ack->unless_status; u && *u; u++)
        leave = leave || str_eq(*u, o->status);
    if (ack->status && !leave)
        str_copy(o->status, sizeof o->status, ack->status);
    if (ack->token)
        str_copy(o->token, sizeof o->token, ack->token);
    if (ack->document_number)
        str_copy(o->document, sizeof o->document, ack->document_number);
    fake_shop_touch(s, o);
    ack->verdict.kind = VERDICT_DONE;
    str_copy(ack->verdict.remote_id, sizeof ack->verdict.remote_id, ack->remote_id);
}

static enum rc fake_orders_ack(struct channel *c, struct order_ack *acks, size_t n, struct err *err) {
    struct fake_shop *s = self(c);
    unsigned fault = begin_call(s, true);
    if (fault == 1)
        return busy(err);
    for (size_t i = 0; i < n; i++) {
        if (fault == 2 && i > n / 2) { /* cut in the middle */
            acks[i].verdict.kind = VERDICT_NONE;
            continue;
        }
        ack_one(s, &acks[i]);
        if (fault == 3) /* done, but the answer was lost */
            acks[i].verdict.kind = VERDICT_UNKNOWN;
        if (fault == 4 && i % 2 == 0)
            acks[i].verdict.kind = VERDICT_LATER;
    }
    return fault == 2 ? busy(err) : RC_OK;
}

/* --- offer --- */

static struct fake_group *put_named(struct fake_group **list, size_t *count, size_t *capacity, const char *name,
                                    const char *parent) {
    for (size_t i = 0; i < *count; i++)
        if (str_eq((*list)[i].name, name) && str_eq((*list)[i].parent, parent))
            return &(*list)[i];
    mem_grow((void **)list, capacity, *count, sizeof **list);
    struct fake_group *g = &(*list)[(*count)++];
    memset(g, 0, sizeof *g);
    str_copy(g->name, sizeof g->name, name);
    str_copy(g->parent, sizeof g->parent, parent);
    return g;
}

static void verdict_done(struct verdict *v, const char *remote_id) {
    memset(v, 0, sizeof *v);
    v->kind = VERDICT_DONE;
    v->retry_after_s = -1;
    str_copy(v->remote_id, sizeof v->remote_id, remote_id);
}

static enum rc fake_groups_put(struct channel *c, struct group_line *lines, size_t n, struct err *err) {
    struct fake_shop *s = self(c);
    unsigned fault = begin_call(s, true);
    if (fault == 1)
        return busy(err);
    for (size_t i = 0; i < n; i++) {
        struct fake_group *g = NULL;
        for (size_t j = 0; j < s->group_count; j++)
            if (lines[i].remote_id[0] != '\0' && str_eq(s->groups[j].remote_id, lines[i].remote_id))
                g = &s->groups[j];
        if (!g)
            g = put_named(&s->groups, &s->group_count, &s->group_capacity, lines[i].group->name,
                          lines[i].remote_parent);
        if (g->remote_id[0] == '\0')
            str_fmt(g->remote_id, sizeof g->remote_id, "g%lld", (long long)s->next_id++);
        str_copy(g->name, sizeof g->name, lines[i].group->name);
        str_copy(g->parent, sizeof g->parent, lines[i].remote_parent);
        verdict_done(&lines[i].verdict, g->remote_id);
        if (fault == 2 && i % 2 == 1)
            lines[i].verdict.kind = VERDICT_LATER;
    }
    return RC_OK;
}

static enum rc fake_attributes_put(struct channel *c, struct attribute_line *lines, size_t n, struct err *err) {
    struct fake_shop *s = self(c);
    if (begin_call(s, true) == 1)
        return busy(err);
    for (size_t i = 0; i < n; i++) {
        struct fake_group *a =
            put_named(&s->attributes, &s->attribute_count, &s->attribute_capacity, lines[i].name, "");
        if (a->remote_id[0] == '\0')
            str_fmt(a->remote_id, sizeof a->remote_id, "a%lld", (long long)s->next_id++);
        verdict_done(&lines[i].verdict, a->remote_id);
    }
    return RC_OK;
}

static struct fake_product *hold_product(struct fake_shop *s, const struct offer_line *line, const char *sku,
                                         bool *adopted) {
    struct fake_product *p = line->remote_id[0] != '\0' ? by_id(s, line->remote_id) : NULL;
    if (p)
        return p;
    p = fake_shop_find(s, sku);
    *adopted = p != NULL;
    if (p || line->remote_id[0] != '\0')
        return p; /* re-bound; or gone for good: not found */
    mem_grow((void **)&s->products, &s->product_capacity, s->product_count, sizeof *s->products);
    p = &s->products[s->product_count++];
    memset(p, 0, sizeof *p);
    str_fmt(p->remote_id, sizeof p->remote_id, "p%lld", (long long)s->next_id++);
    str_copy(p->sku, sizeof p->sku, sku);
    p->regular = p->sale = -1;
    return p;
}

static void write_product(struct fake_product *p, const struct offer_line *line) {
    if (line->unpublish) {
        p->hidden = true;
        return;
    }
    p->written |= line->aspects;
    if (line->aspects & ASPECT_MASTER) {
        p->hidden = false;
        str_copy(p->group, sizeof p->group, line->remote_group);
        str_copy(p->tax_class, sizeof p->tax_class, line->tax_class ? line->tax_class : "");
    }
    if (line->aspects & (ASPECT_MASTER | ASPECT_TEXT))
        if (line->name || line->item->name)
            str_copy(p->name, sizeof p->name, line->name ? line->name : line->item->name);
    if (line->aspects & ASPECT_PRICE) {
        p->regular = line->regular;
        p->sale = line->sale;
    }
    if (line->aspects & ASPECT_STOCK)
        p->stock = line->available;
}

static void put_line(struct fake_shop *s, const struct offer_batch *batch, struct offer_line *line) {
    char sku[SKU_MAX + 1];
    memset(&line->verdict, 0, sizeof line->verdict);
    line->verdict.retry_after_s = -1;
    if (!sku_normal(sku, line->item->sku) || str_eq(line->item->name, FAKE_REFUSED) ||
        (batch->remote_parent[0] != '\0' && !by_id(s, batch->remote_parent))) {
        line->verdict.kind = VERDICT_REJECTED;
        str_copy(line->verdict.text, sizeof line->verdict.text, "The shop refused the item.");
        return;
    }
    bool adopted = false, renames = (line->aspects & ASPECT_MASTER) && (!line->unpublish || line->sku_too);
    struct fake_product *p = hold_product(s, line, sku, &adopted);
    if (!p) {
        line->verdict.kind = VERDICT_NOT_FOUND;
        return;
    }
    const struct fake_product *holder = fake_shop_find(s, sku);
    if (renames && holder && holder != p) {
        line->verdict.kind = VERDICT_CONFLICT;
        str_copy(line->verdict.text, sizeof line->verdict.text, "Another product has this SKU.");
        return;
    }
    str_copy(p->parent, sizeof p->parent, batch->remote_parent);
    if (renames)
        str_copy(p->sku, sizeof p->sku, sku);
    write_product(p, line);
    s->lines_written++;
    verdict_done(&line->verdict, p->remote_id);
    line->verdict.adopted = adopted;
}

static void put_batch(struct fake_shop *s, struct offer_batch *batch) {
    unsigned fault = begin_call(s, true);
    s->batches++;
    for (size_t i = 0; i < batch->line_count; i++) {
        struct offer_line *line = &batch->lines[i];
        if (fault == 1 || (fault == 2 && i > batch->line_count / 2)) {
            memset(&line->verdict, 0, sizeof line->verdict);
            line->verdict.kind = VERDICT_LATER;
            line->verdict.retry_after_s = -1;
            continue;
        }
        put_line(s, batch, line);
        if (fault == 3)
            line->verdict.kind = VERDICT_UNKNOWN;
    }
}

static enum rc fake_offer_put(struct channel *c, const struct offer_stream *stream, struct err *err) {
    struct fake_shop *s = self(c);
    for (;;) {
        struct offer_batch *batch = NULL;
        int64_t wait_ms = -1;
        enum rc rc = stream->next(stream->ctx, &batch, &wait_ms, err);
        if (rc != RC_OK || (!batch && wait_ms < 0))
            return rc;
        if (stop_is_set(s->stop))
            return err_set(err, RC_STOPPED, REACH_LINK, "The run was asked to stop.");
        if (!batch) {
            assert(s->clock && "a shop that is asked to wait needs a clock to move");
            s->clock->now_ms += wait_ms > 0 ? wait_ms : 1;
            continue;
        }
        put_batch(s, batch);
        rc = stream->done(stream->ctx, batch, err);
        if (rc != RC_OK)
            return rc;
    }
}

static void tell_product(const struct fake_product *p, struct remote_product *out) {
    memset(out, 0, sizeof *out);
    str_copy(out->remote_id, sizeof out->remote_id, p->remote_id);
    str_copy(out->remote_parent, sizeof out->remote_parent, p->parent);
    out->sku = mem_strdup(p->sku);
    out->name = mem_strdup(p->name);
    out->price = p->regular < 0
                     ? mem_strdup("")
                     : mem_printf("%lld.%02lld", (long long)(p->regular / 100), (long long)(p->regular % 100));
    out->sale_price = p->sale < 0 ? mem_strdup("")
                                  : mem_printf("%lld.%02lld", (long long)(p->sale / 100), (long long)(p->sale % 100));
    out->has_stock = true;
    out->stock = p->stock;
    str_copy(out->status, sizeof out->status, p->hidden ? "hidden" : "publish");
}

static enum rc fake_products_page(struct channel *c, const char *cursor, struct remote_product **out, size_t *count,
                                  char next_cursor[256], bool *more, struct err *err) {
    struct fake_shop *s = self(c);
    if (begin_call(s, false) != 0)
        return busy(err);
    int64_t at = 0;
    (void)str_to_i64(cursor, &at);
    size_t from = (size_t)at, n = s->product_count > from ? s->product_count - from : 0;
    n = n > 100 ? 100 : n;
    *out = mem_zalloc(n + 1, sizeof **out);
    for (size_t i = 0; i < n; i++)
        tell_product(&s->products[from + i], &(*out)[i]);
    *count = n;
    *more = from + n < s->product_count;
    str_fmt(next_cursor, 256, "%zu", from + n);
    return RC_OK;
}

static enum rc fake_products_find(struct channel *c, const char *const *skus, size_t n, struct remote_product *found,
                                  struct err *err) {
    struct fake_shop *s = self(c);
    if (begin_call(s, false) != 0)
        return busy(err);
    for (size_t i = 0; i < n; i++) {
        const struct fake_product *p = fake_shop_find(s, skus[i]);
        memset(&found[i], 0, sizeof found[i]);
        if (p)
            tell_product(p, &found[i]);
    }
    return RC_OK;
}

static enum rc fake_probe(struct channel *c, struct channel_report *out, struct err *err) {
    (void)err;
    (void)begin_call(self(c), false);
    memset(out, 0, sizeof *out);
    str_copy(out->currency, sizeof out->currency, "PLN");
    out->currency_decimals = 2;
    return RC_OK;
}

static enum rc fake_open(const struct channel_open_args *args, struct channel **out, struct err *err) {
    (void)args;
    (void)out;
    return err_set(err, RC_UNSUPPORTED, REACH_LINK, "A shop in memory is made by its test.");
}

static void fake_close(struct channel *c) {
    (void)c;
}

static const struct channel_vt fake_vt = {
    .kind = "fake",
    .display_name = "Shop in memory",
    .caps = {.batch_max = 100,
             .variants_batch_by_parent = true,
             .has_groups = true,
             .has_attributes = true,
             .has_modified_filter = true,
             .sku_ignores_case = true,
             .can_acknowledge_status = true,
             .can_acknowledge_meta = true,
             .aspects = ASPECT_MASTER | ASPECT_TEXT | ASPECT_PRICE | ASPECT_STOCK},
    .mapping_version = 1,
    .open = fake_open,
    .close = fake_close,
    .probe = fake_probe,
    .groups_put = fake_groups_put,
    .attributes_put = fake_attributes_put,
    .offer_put = fake_offer_put,
    .products_page = fake_products_page,
    .products_find = fake_products_find,
    .orders_since = fake_orders_since,
    .order_get = fake_order_get,
    .order_parse = fake_order_parse,
    .orders_ack = fake_orders_ack,
};

struct fake_shop *fake_shop_new(struct fixed_clock *clock) {
    struct fake_shop *s = MEM_NEW(struct fake_shop);
    s->vt = fake_vt;
    s->channel.vt = &s->vt;
    s->clock = clock;
    s->next_id = 5000;
    s->next_order = 1000;
    s->next_seq = 1;
    s->page_size = 100;
    rng_seed(&s->faults.rng, 1);
    return s;
}

void fake_shop_free(struct fake_shop *shop) {
    if (!shop)
        return;
    mem_free(shop->products);
    mem_free(shop->groups);
    mem_free(shop->attributes);
    mem_free(shop->orders);
    mem_free(shop);
}

/* --- state --- */

static void save_named(struct json_writer *w, const char *key, const struct fake_group *list, size_t n) {
    jw_array(w, key);
    for (size_t i = 0; i < n; i++) {
        jw_object(w, NULL);
        jw_str(w, "id", list[i].remote_id);
        jw_str(w, "name", list[i].name);
        jw_str(w, "parent", list[i].parent);
        jw_end(w, '}');
    }
    jw_end(w, ']');
}

void fake_shop_save(const struct fake_shop *shop, struct buf *out) {
    struct json_writer w;
    jw_init(&w, out);
    jw_object(&w, NULL);
    jw_i64(&w, "next_id", shop->next_id);
    jw_i64(&w, "next_order", shop->next_order);
    jw_i64(&w, "next_seq", shop->next_seq);
    save_named(&w, "groups", shop->groups, shop->group_count);
    save_named(&w, "attributes", shop->attributes, shop->attribute_count);
    jw_array(&w, "products");
    for (size_t i = 0; i < shop->product_count; i++) {
        const struct fake_product *p = &shop->products[i];
        jw_object(&w, NULL);
        jw_str(&w, "id", p->remote_id);
        jw_str(&w, "parent", p->parent);
        jw_str(&w, "sku", p->sku);
        jw_str(&w, "name", p->name);
        jw_str(&w, "group", p->group);
        jw_str(&w, "tax", p->tax_class);
        jw_i64(&w, "regular", p->regular);
        jw_i64(&w, "sale", p->sale);
        jw_i64(&w, "stock", p->stock);
        jw_i64(&w, "hidden", p->hidden);
        jw_i64(&w, "written", p->written);
        jw_end(&w, '}');
    }
    jw_end(&w, ']');
    jw_array(&w, "orders");
    for (size_t i = 0; i < shop->order_count; i++)
        add_order_json(&w, &shop->orders[i]);
    jw_end(&w, ']');
    jw_end(&w, '}');
}

static void load_named(const struct json *list, struct fake_group **out, size_t *count, size_t *capacity) {
    *count = 0;
    for (const struct json *j = json_first(list); j; j = json_next(j)) {
        mem_grow((void **)out, capacity, *count, sizeof **out);
        struct fake_group *g = &(*out)[(*count)++];
        memset(g, 0, sizeof *g);
        state_text(g->remote_id, sizeof g->remote_id, j, "id");
        state_text(g->name, sizeof g->name, j, "name");
        state_text(g->parent, sizeof g->parent, j, "parent");
    }
}

void fake_shop_load(struct fake_shop *shop, const char *json, size_t len) {
    struct json *root = state_parse(json, len);
    shop->next_id = state_number(root, "next_id");
    shop->next_order = state_number(root, "next_order");
    shop->next_seq = state_number(root, "next_seq");
    load_named(json_get(root, "groups"), &shop->groups, &shop->group_count, &shop->group_capacity);
    load_named(json_get(root, "attributes"), &shop->attributes, &shop->attribute_count, &shop->attribute_capacity);
    shop->product_count = shop->order_count = 0;
    for (const struct json *j = json_first(json_get(root, "products")); j; j = json_next(j)) {
        mem_grow((void **)&shop->products, &shop->product_capacity, shop->product_count, sizeof *shop->products);
        struct fake_product *p = &shop->products[shop->product_count++];
        memset(p, 0, sizeof *p);
        state_text(p->remote_id, sizeof p->remote_id, j, "id");
        state_text(p->parent, sizeof p->parent, j, "parent");
        state_text(p->sku, sizeof p->sku, j, "sku");
        state_text(p->name, sizeof p->name, j, "name");
        state_text(p->group, sizeof p->group, j, "group");
        state_text(p->tax_class, sizeof p->tax_class, j, "tax");
        p->regular = state_number(j, "regular");
        p->sale = state_number(j, "sale");
        p->stock = state_number(j, "stock");
        p->hidden = state_number(j, "hidden") != 0;
        p->written = (unsigned)state_number(j, "written");
    }
    for (const struct json *j = json_first(json_get(root, "orders")); j; j = json_next(j)) {
        mem_grow((void **)&shop->orders, &shop->order_capacity, shop->order_count, sizeof *shop->orders);
        read_order_json(j, &shop->orders[shop->order_count++]);
    }
    json_free(root);
}

static const char *group_name(const struct fake_shop *s, const char *id) {
    for (size_t i = 0; i < s->group_count; i++)
        if (str_eq(s->groups[i].remote_id, id))
            return s->groups[i].name;
    return "";
}

static const char *sku_of(const struct fake_shop *s, const char *id) {
    for (size_t i = 0; i < s->product_count; i++)
        if (str_eq(s->products[i].remote_id, id))
            return s->products[i].sku;
    return "";
}

void fake_shop_dump(const struct fake_shop *shop, struct buf *out) {
    char **lines = mem_zalloc(shop->product_count + shop->order_count + shop->group_count + 1, sizeof *lines);
    size_t n = 0;
    for (size_t i = 0; i < shop->product_count; i++) {
        const struct fake_product *p = &shop->products[i];
        lines[n++] =
            mem_printf("product %s of %s \"%s\" in %s tax %s price %lld sale %lld stock %lld%s\n", p->sku,
                       sku_of(shop, p->parent), p->name, group_name(shop, p->group), p->tax_class,
                       (long long)p->regular, (long long)p->sale, (long long)p->stock, p->hidden ? " hidden" : "");
    }
    for (size_t i = 0; i < shop->group_count; i++)
        lines[n++] = mem_printf("group %s in %s\n", shop->groups[i].name, group_name(shop, shop->groups[i].parent));
    for (size_t i = 0; i < shop->order_count; i++) {
        const struct fake_order *o = &shop->orders[i];
        lines[n++] = mem_printf("order %s %s total %lld told %d\n", o->number, o->status, (long long)o->total,
                                o->document[0] != '\0');
    }
    state_add_sorted(out, lines, n);
}
