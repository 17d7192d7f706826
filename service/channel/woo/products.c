/* Reading products: for adoption and for verification. */
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/driver.h"

#define PRODUCT_FIELDS \
    "id,sku,name,type,status,parent_id,regular_price,sale_price,manage_stock,stock_quantity,variations"
#define PAGE           100
#define SKUS_BYTES_MAX 3000

static char *text_of(const struct json *j, const char *key) {
    struct buf raw, plain;
    buf_init(&raw, 1024 * 1024);
    buf_init(&plain, 1024 * 1024);
    if (json_text_lax(j, key, &raw))
        html_add_unescaped(&plain, raw.data);
    char *text = mem_strdup(plain.data);
    buf_free(&raw);
    buf_free(&plain);
    return text;
}

/* false: no id. */
static bool read_product(const struct json *j, struct remote_product *p) {
    int64_t number;
    memset(p, 0, sizeof *p);
    if (!json_i64_lax(j, "id", &number) || number <= 0)
        return false;
    str_fmt(p->remote_id, sizeof p->remote_id, "%lld", (long long)number);
    if (json_i64_lax(j, "parent_id", &number) && number > 0)
        str_fmt(p->remote_parent, sizeof p->remote_parent, "%lld", (long long)number);
    struct buf sku;
    buf_init(&sku, 64 * 1024);
    json_text_lax(j, "sku", &sku);
    p->sku = mem_strdup(sku.data);
    buf_free(&sku);
    p->name = text_of(j, "name");
    p->price = text_of(j, "regular_price");
    p->sale_price = text_of(j, "sale_price");
    /* "parent" stands there when a variation uses its parent's stock (hazard 16): not a stock of its own. */
    p->has_stock = json_bool(j, "manage_stock", false) && json_i64_lax(j, "stock_quantity", &number);
    p->stock = p->has_stock && number < INT64_MAX / 1000 && number > INT64_MIN / 1000 ? number * 1000 : 0;
    str_copy(p->status, sizeof p->status, json_str(j, "status", ""));
    return true;
}

enum rc woo_products_parse(struct slice answer, struct remote_product **out, size_t *count, struct err *err) {
    struct json *root;
    struct err syntax;
    if (json_parse(answer.p, answer.len, &root, &syntax))
        return err_set(err, RC_LATER, REACH_LINK, "The shop's list of products cannot be read: %s", syntax.text);
    size_t n = 0;
    struct remote_product *list = mem_zalloc(json_count(root) + 1, sizeof *list);
    for (const struct json *j = json_is_array(root) ? json_first(root) : NULL; j; j = json_next(j)) {
        if (read_product(j, &list[n]))
            n++;
    }
    json_free(root);
    *out = list;
    *count = n;
    return RC_OK;
}

/* Where reading products is. Variations are no rows of the product list, so each variable product is walked into right
 * after its row was told. */
struct walk {
    int64_t offset;  /* products behind us */
    int64_t last_id; /* the last one told */
    int64_t parent;  /* the variable product we are in, 0 none */
    int64_t page;    /* of its variations, from 1 */
};

static bool read_walk(const char *cursor, struct walk *walk) {
    int64_t *fields[] = {&walk->offset, &walk->last_id, &walk->parent, &walk->page};
    char text[256];
    memset(walk, 0, sizeof *walk);
    walk->page = 1;
    if (str_empty(cursor))
        return true;
    if (!str_copy(text, sizeof text, cursor))
        return false;
    char *p = text;
    for (size_t i = 0; i < 4; i++) {
        char *end = strchr(p, ':');
        if (end)
            *end = '\0';
        if (!str_to_i64(p, fields[i]) || (!end && i < 3))
            return false;
        p = end ? end + 1 : p;
    }
    return true;
}

static void write_walk(const struct walk *walk, char out[256]) {
    str_fmt(out, 256, "%lld:%lld:%lld:%lld", (long long)walk->offset, (long long)walk->last_id, (long long)walk->parent,
            (long long)walk->page);
}

static bool is_variable(struct slice item) {
    char type[32];
    return scan_text(item, "type", type, sizeof type) && str_eq(type, "variable");
}

/* Cuts the page behind its first variable product that is new, so that its variations follow it. Returns what to tell.
 */
static struct slice cut_page(struct slice answer, struct walk *walk, size_t *items, bool *cut) {
    struct scan s;
    struct slice item;
    int64_t id;
    int64_t told = walk->last_id;
    *items = 0;
    *cut = false;
    if (!scan_array(&s, answer))
        return answer;
    while (scan_item(&s, &item)) {
        (*items)++;
        if (!scan_i64(item, "id", &id) || id <= told)
            continue;
        walk->last_id = id > walk->last_id ? id : walk->last_id;
        if (is_variable(item)) {
            walk->parent = id;
            walk->page = 1;
            *cut = true;
            return (struct slice){answer.p, (size_t)(item.p + item.len - answer.p)};
        }
    }
    return answer;
}

static enum rc parse_cut(struct slice part, bool cut, struct remote_product **out, size_t *count, struct err *err) {
    if (!cut)
        return woo_products_parse(part, out, count, err);
    struct buf closed;
    buf_init(&closed, WOO_ANSWER_MAX);
    buf_add(&closed, part.p, part.len);
    buf_addc(&closed, ']');
    enum rc rc = woo_products_parse((struct slice){closed.data, closed.len}, out, count, err);
    buf_free(&closed);
    return rc;
}

/* A product that was told before stays out: the list moved under us. */
static void drop_told(struct remote_product *list, size_t *count, int64_t last_id) {
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        int64_t id = 0;
        str_to_i64(list[i].remote_id, &id);
        if (id > last_id)
            list[kept++] = list[i];
        else
            remote_product_free_fields(&list[i]);
    }
    *count = kept;
}

static int64_t first_id(const struct remote_product *list, size_t count) {
    int64_t id = 0;
    if (count)
        str_to_i64(list[0].remote_id, &id);
    return id;
}

static enum rc take_products(struct slice answer, struct walk *walk, struct remote_product **out, size_t *count,
                             bool *more, struct err *err) {
    struct walk before = *walk;
    bool cut;
    size_t items;
    struct slice part = cut_page(answer, walk, &items, &cut);
    enum rc rc = parse_cut(part, cut, out, count, err);
    if (rc)
        return rc;
    if (before.offset > 0 && *count && first_id(*out, *count) > before.last_id) {
        /* The product told last is not where it was: something before it went away. Step back and tell nothing. */
        drop_told(*out, count, INT64_MAX);
        *walk = before;
        walk->offset = before.offset > PAGE ? before.offset - PAGE : 0;
        *more = true;
        return RC_OK;
    }
    walk->offset += (int64_t)items - (before.offset > 0);
    drop_told(*out, count, before.last_id);
    *more = cut || items == PAGE;
    return RC_OK;
}

static enum rc products_step(struct woo *w, struct walk *walk, struct remote_product **out, size_t *count, bool *more,
                             struct err *err) {
    struct woo_reply reply;
    struct buf query;
    buf_init(&query, WOO_URL_MAX);
    woo_query_add_i64(&query, "per_page", PAGE);
    /* The last one told comes again, to show that nothing moved. */
    woo_query_add_i64(&query, "offset", walk->offset > 0 ? walk->offset - 1 : 0);
    woo_query_add(&query, "orderby", "id");
    woo_query_add(&query, "order", "asc");
    woo_query_add(&query, "_fields", PRODUCT_FIELDS);
    struct woo_request request = {.method = "GET", .path = "products", .query = query.data};
    enum rc rc = woo_call(w, &request, &reply, err);
    buf_free(&query);
    if (rc == RC_OK)
        rc = take_products(reply.json, walk, out, count, more, err);
    woo_reply_free(&reply);
    return rc;
}

static enum rc variations_step(struct woo *w, struct walk *walk, struct remote_product **out, size_t *count, bool *more,
                               struct err *err) {
    struct woo_reply reply;
    struct buf query;
    char path[64];
    buf_init(&query, WOO_URL_MAX);
    woo_query_add_i64(&query, "per_page", PAGE);
    woo_query_add_i64(&query, "page", walk->page);
    woo_query_add(&query, "orderby", "id");
    woo_query_add(&query, "order", "asc");
    woo_query_add(&query, "_fields", PRODUCT_FIELDS);
    str_fmt(path, sizeof path, "products/%lld/variations", (long long)walk->parent);
    struct woo_request request = {.method = "GET", .path = path, .query = query.data};
    enum rc rc = woo_call(w, &request, &reply, err);
    buf_free(&query);
    if (rc == RC_OK)
        rc = woo_products_parse(reply.json, out, count, err);
    if (rc == RC_NOT_FOUND) { /* deleted since its row was told */
        *out = mem_zalloc(1, sizeof **out);
        *count = 0;
        rc = RC_OK;
    }
    if (rc == RC_OK) {
        for (size_t i = 0; i < *count; i++)
            str_fmt((*out)[i].remote_parent, sizeof(*out)[i].remote_parent, "%lld", (long long)walk->parent);
        walk->page++;
        if (*count < PAGE)
            walk->parent = 0;
        *more = true;
    }
    woo_reply_free(&reply);
    return rc;
}

enum rc woo_products_page(struct channel *c, const char *cursor, struct remote_product **out, size_t *count,
                          char next_cursor[256], bool *more, struct err *err) {
    struct walk walk;
    if (!read_walk(cursor, &walk))
        return err_set(err, RC_INVALID, REACH_FLOW, "The place where reading products stopped cannot be understood.");
    struct remote_product *list = NULL;
    size_t n = 0;
    bool again = false;
    enum rc rc = walk.parent ? variations_step(woo_of(c), &walk, &list, &n, &again, err)
                             : products_step(woo_of(c), &walk, &list, &n, &again, err);
    if (rc)
        return rc;
    write_walk(&walk, next_cursor);
    *out = list;
    *count = n;
    *more = again;
    return RC_OK;
}

/* --- by SKU --- */

static enum rc find_some(struct woo *w, const char *list, const char *const *skus, size_t n,
                         struct remote_product *found, struct err *err) {
    struct woo_reply reply;
    struct buf query;
    struct remote_product *rows = NULL;
    size_t count = 0;
    buf_init(&query, WOO_URL_MAX);
    woo_query_add(&query, "sku", list);
    woo_query_add_i64(&query, "per_page", PAGE);
    woo_query_add(&query, "_fields", PRODUCT_FIELDS);
    struct woo_request request = {.method = "GET", .path = "products", .query = query.data};
    enum rc rc = woo_call(w, &request, &reply, err);
    buf_free(&query);
    if (rc == RC_OK)
        rc = woo_products_parse(reply.json, &rows, &count, err);
    woo_reply_free(&reply);
    if (rc)
        return rc;
    for (size_t k = 0; k < count; k++) {
        char ours[SKU_MAX + 1], theirs[SKU_MAX + 1];
        size_t i = 0;
        while (i < n && !(sku_normal(theirs, rows[k].sku) && sku_normal(ours, skus[i]) && str_eq(ours, theirs) &&
                          !found[i].remote_id[0]))
            i++;
        if (i < n)
            found[i] = rows[k];
        else
            remote_product_free_fields(&rows[k]);
    }
    mem_free(rows);
    return RC_OK;
}

enum rc woo_products_find(struct channel *c, const char *const *skus, size_t n, struct remote_product *found,
                          struct err *err) {
    struct buf list;
    enum rc rc = RC_OK;
    buf_init(&list, WOO_URL_MAX);
    memset(found, 0, n * sizeof *found);
    size_t from = 0;
    for (size_t i = 0; i <= n && rc == RC_OK; i++) {
        bool alone = i < n && strchr(skus[i], ',');
        bool last = i > from && strchr(skus[i - 1], ',');
        if (i > from && (i == n || alone || last || 3 * (list.len + strlen(skus[i])) > SKUS_BYTES_MAX)) {
            rc = find_some(woo_of(c), list.data, skus + from, i - from, found + from, err);
            buf_clear(&list);
            from = i;
        }
        if (i < n) {
            if (i > from)
                buf_addc(&list, ',');
            buf_adds(&list, skus[i]);
        }
    }
    buf_free(&list);
    for (size_t i = 0; rc && i < n; i++)
        remote_product_free_fields(&found[i]);
    return rc;
}
