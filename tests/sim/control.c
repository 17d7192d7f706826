/* /_sim/...: what a test does behind the API's back. */
#include "tests/sim/control.h"

#include "tests/sim/faults.h"
#include "tests/sim/http.h"
#include "tests/sim/order.h"
#include "tests/sim/product.h"
#include "tests/sim/tax.h"
#include "tests/sim/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct { long every, left, seen; } trickle;

static void done(struct call *c, const char *key, long n) {
    jw_open(&c->out, NULL, '{');
    jw_bool(&c->out, "ok", true);
    jw_int(&c->out, key, n);
    jw_close(&c->out, '}');
}

static void refuse(struct call *c, const char *text) {
    c->status = 400;
    jw_open(&c->out, NULL, '{');
    jw_bool(&c->out, "ok", false);
    jw_str(&c->out, "error", text);
    jw_close(&c->out, '}');
}

static long number(const struct call *c, const char *key, long otherwise) {
    return js_has(c->params, key) ? js_id(c->params, key) : otherwise;
}

/* ---- orders ---- */

static void put_ids(struct call *c, const struct ids *l) {
    jw_open(&c->out, NULL, '{');
    jw_bool(&c->out, "ok", true);
    jw_ids(&c->out, "ids", l);
    jw_close(&c->out, '}');
}

/* {"orders": [bodies as recorded]} and {"create": [bodies as for POST /orders]} */
static void add_orders(struct call *c) {
    bool keep = js_truth(js_get(c->params, "keep")), reduce = js_truth(js_get(c->params, "reduce_stock"));
    struct ids made = {0};
    const cJSON *i;

    cJSON_ArrayForEach(i, js_get(c->params, "orders")) {
        struct order *o = order_inject(i, keep);

        if (reduce)
            order_stock_reduce(o);
        ids_add(&made, o->id);
    }
    cJSON_ArrayForEach(i, js_get(c->params, "create")) {
        struct order *o = order_new();

        if (order_apply(c, o, i, true))
            ids_add(&made, o->id);
        else
            order_delete(o);
    }
    put_ids(c, &made);
    ids_free(&made);
}

static void add_random(struct call *c) {
    if (js_has(c->params, "seed"))
        random_seed((unsigned long)number(c, "seed", 1));
    done(c, "orders", random_orders(number(c, "count", 1)));
}

static void set_trickle(struct call *c) {
    trickle.every = number(c, "every", 5);
    trickle.left = number(c, "count", 100);
    trickle.seen = 0;
    if (js_has(c->params, "seed"))
        random_seed((unsigned long)number(c, "seed", 1));
    done(c, "every", trickle.every);
}

void control_trickle(void) {
    if (trickle.left <= 0 || trickle.every <= 0 || ++trickle.seen % trickle.every)
        return;
    trickle.left--;
    random_orders(1);
}

/* ---- products ---- */

static void sell(struct call *c) {
    char *fold = text_fold(js_str(c->params, "sku"), true);
    struct product *p = *fold ? sku_next(fold, NULL) : NULL;
    long long before = 0, after = 0;

    xfree(fold);
    if (!p) {
        refuse(c, "no such sku");
    } else if (!product_stock_add(p, -(long long)number(c, "quantity", 1), &before, &after)) {
        refuse(c, "this product keeps no stock");
    } else {
        done(c, "stock_quantity", (long)after);
    }
}

/* {"action": "trash"|"delete"|"restore"|"edit", fields...} */
static void change_product(struct call *c, long id) {
    struct product *p = product_get(id);
    const char *action = js_str(c->params, "action");
    cJSON *in;

    if (!p) {
        refuse(c, "no such product");
        return;
    }
    if (!strcmp(action, "trash")) {
        product_trash(p);
    } else if (!strcmp(action, "delete")) {
        product_delete(p);
    } else if (!strcmp(action, "restore")) {
        product_restore(p, "publish");
    } else {
        in = cJSON_Duplicate(c->params, true);
        if (!product_apply(c, p, in, false)) {
            refuse(c, c->err_message);
            c->err_code = NULL;
            cJSON_Delete(in);
            return;
        }
        cJSON_Delete(in);
    }
    done(c, "id", id);
}

/* ---- looking ---- */

static void dump_product(struct sbuf *b, const struct product *p) {
    static const char *const types[] = {"simple", "grouped", "external", "variable", "variation"};
    struct sbuf line = {0};
    char *title = p->type == PT_VARIATION ? variation_title(p) : NULL;

    jw_open(&line, NULL, '{');
    jw_int(&line, "id", p->id);
    jw_int(&line, "parent_id", p->parent_id);
    jw_str(&line, "type", types[p->type]);
    jw_str(&line, "status", p->status);
    jw_str(&line, "sku", p->sku);
    jw_str(&line, "name", title ? title : p->name);
    jw_str(&line, "regular_price", p->regular);
    jw_str(&line, "sale_price", p->sale);
    jw_str(&line, "price", p->price);
    jw_bool(&line, "manage_stock", p->manage);
    if (p->manage)
        jw_int(&line, "stock_quantity", p->stock);
    else
        jw_null(&line, "stock_quantity");
    jw_str(&line, "stock_status", p->stock_status);
    jw_str(&line, "weight", p->weight);
    jw_str(&line, "tax_class", p->tax_class);
    jw_str(&line, "description", p->description);
    jw_str(&line, "global_unique_id", p->gtin);
    jw_ids(&line, "categories", &p->cats);
    jw_pattrs(&line, p);
    jw_time(&line, "date_modified_gmt", p->modified, true);
    jw_metas(&line, &p->meta, false);
    jw_close(&line, '}');
    sb_add(b, line.p, line.n);
    sb_putc(b, '\n');
    sb_free(&line);
    xfree(title);
}

static void dump_order(struct sbuf *b, const struct order *o) {
    struct sbuf line = {0};

    jw_open(&line, NULL, '{');
    jw_int(&line, "id", o->id);
    jw_str(&line, "number", o->number);
    jw_str(&line, "status", o->status);
    jw_str(&line, "currency", o->currency);
    jw_micro(&line, "total", o->total, -1);
    jw_int(&line, "lines", o->lines[LINE_ITEM].n);
    jw_str(&line, "email", o->bill[AD_EMAIL]);
    jw_time(&line, "date_modified_gmt", o->modified, true);
    jw_int(&line, "notes", o->n_notes);
    jw_metas(&line, &o->meta, true);
    jw_close(&line, '}');
    sb_add(b, line.p, line.n);
    sb_putc(b, '\n');
    sb_free(&line);
}

static void dump(struct call *c, bool products) {
    c->type = "application/x-ndjson";
    for (long id = 0; id < S.n_posts; id++) {
        int kind = S.posts[id].kind;

        if (products && (kind == POST_PRODUCT || kind == POST_VARIATION))
            dump_product(&c->out, S.posts[id].p);
        else if (!products && kind == POST_ORDER)
            dump_order(&c->out, S.posts[id].p);
    }
}

static void set_faults(struct call *c) {
    char *trouble = c->body ? faults_load(c->body) : xdup("the body is not JSON");

    if (trouble)
        refuse(c, trouble);
    else
        done(c, "faults", 1);
    xfree(trouble);
}

static void state(struct call *c) {
    jw_open(&c->out, NULL, '{');
    jw_int(&c->out, "products", S.n_products);
    jw_int(&c->out, "orders", S.n_orders);
    jw_int(&c->out, "ids", S.n_posts);
    jw_time(&c->out, "now_gmt", wp_now(), true);
    jw_close(&c->out, '}');
}

static void set_clock(struct call *c) {
    if (js_has(c->params, "tick"))
        wp_tick_size(number(c, "tick", 0));
    if (js_has(c->params, "skew"))
        wp_skew(number(c, "skew", 0));
    done(c, "now", (long)wp_now());
}

static void seed(struct call *c) {
    if (js_has(c->params, "seed"))
        random_seed((unsigned long)number(c, "seed", 1));
    if (number(c, "taxes", 0))
        taxes_seed();
    done(c, "products", random_products(number(c, "products", 0)));
}

static bool post_answer(struct call *c, const char *what) {
    static const struct {
        const char *path;
        void (*run)(struct call *c);
    } table[] = {{"orders", add_orders},
                 {"orders/random", add_random},
                 {"orders/trickle", set_trickle},
                 {"seed", seed},
                 {"sale", sell},
                 {"faults", set_faults},
                 {"clock", set_clock}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!strcmp(table[i].path, what)) {
            table[i].run(c);
            return true;
        }
    }
    if (!strcmp(what, "requests/reset")) {
        log_reset();
        done(c, "total", 0);
    } else if (!strncmp(what, "product/", 8)) {
        change_product(c, strtol(what + 8, NULL, 10));
    } else {
        return false;
    }
    return true;
}

static bool get_answer(struct call *c, const char *what) {
    if (!strcmp(what, "dump/products.ndjson"))
        dump(c, true);
    else if (!strcmp(what, "dump/orders.ndjson"))
        dump(c, false);
    else if (!strcmp(what, "requests"))
        log_write(&c->out, number(c, "last", 50));
    else if (!strcmp(what, "state"))
        state(c);
    else
        return false;
    return true;
}

void control_answer(struct call *c) {
    const char *what = c->path + 6;
    bool known = !strcmp(c->method, "POST") ? post_answer(c, what) : get_answer(c, what);

    if (known)
        return;
    refuse(c, "no such thing; see tests/sim/README.md");
    c->status = 404;
}
