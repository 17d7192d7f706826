#include "tests/sim/store.h"

#include "tests/sim/text.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLUG_BUCKETS 262144u

struct store S;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void store_version(const char *text, const char **at, int *number) {
    char *end;
    long major = strtol(text, &end, 10), minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

    *at = text;
    *number = (int)(major * 100 + minor);
}

bool wc_before(int version) {
    return S.wc_at < version;
}

void store_lock(void) {
    pthread_mutex_lock(&lock);
}

void store_unlock(void) {
    pthread_mutex_unlock(&lock);
}

static void resize_skus(size_t n) {
    struct product **old = S.skus;
    size_t n_old = S.n_buckets;

    S.skus = xalloc(n * sizeof *S.skus);
    S.n_buckets = n;
    S.n_skus = 0;
    for (size_t i = 0; i < n_old; i++) {
        struct product *next;

        for (struct product *p = old[i]; p; p = next) {
            next = p->sku_next;
            sku_link(p);
        }
    }
    xfree(old);
}

void store_init(void) {
    memset(&S, 0, sizeof S);
    S.n_posts = 10; /* a fresh shop has a few pages already */
    S.cap_posts = 1024;
    S.posts = xalloc((size_t)S.cap_posts * sizeof *S.posts);
    resize_skus(4096);
    S.slugs = xalloc(SLUG_BUCKETS * sizeof *S.slugs);
    S.counts_stale = true;
    S.next_rate = S.next_meta = S.next_item = S.next_note = 1;
    S.next_term = 15;
}

long post_new(enum post_kind kind, void *p) {
    if (S.n_posts == S.cap_posts) {
        S.cap_posts *= 2;
        S.posts = xgrow(S.posts, (size_t)S.cap_posts * sizeof *S.posts);
        memset(S.posts + S.n_posts, 0, (size_t)(S.cap_posts - S.n_posts) * sizeof *S.posts);
    }
    S.posts[S.n_posts].kind = (unsigned char)kind;
    S.posts[S.n_posts].p = p;
    S.posts[S.n_posts].hidden = false;
    S.posts[S.n_posts].modified = wp_now();
    S.n_products += kind == POST_PRODUCT;
    S.n_orders += kind == POST_ORDER;
    return S.n_posts++;
}

void *post_get(long id, enum post_kind kind) {
    if (id <= 0 || id >= S.n_posts || S.posts[id].kind != (unsigned char)kind)
        return NULL;
    return S.posts[id].p;
}

void post_drop(long id) {
    S.n_products -= S.posts[id].kind == POST_PRODUCT;
    S.n_orders -= S.posts[id].kind == POST_ORDER;
    S.posts[id].kind = POST_NONE;
    S.posts[id].p = NULL;
}

void post_touch(long id, int64_t when) {
    S.posts[id].modified = when;
}

struct product *product_get(long id) {
    struct product *p = post_get(id, POST_PRODUCT);

    return p ? p : post_get(id, POST_VARIATION);
}

struct order *order_get(long id) {
    return post_get(id, POST_ORDER);
}

void set_owned(char **at, char *s) {
    xfree(*at);
    *at = s;
}

void set_text(char **at, const char *s) {
    set_owned(at, xdup(s));
}

/* ---- meta data ---- */

static struct meta *meta_find(struct metas *m, const char *key, long id) {
    for (int i = 0; i < m->n; i++) {
        if (id ? m->v[i].id == id : !strcmp(m->v[i].key, key))
            return &m->v[i];
    }
    return NULL;
}

static void meta_drop(struct metas *m, struct meta *x) {
    xfree(x->key);
    xfree(x->json);
    memmove(x, x + 1, (size_t)(m->v + m->n - x - 1) * sizeof *x);
    m->n--;
}

void meta_add(struct metas *m, long id, const char *key, const char *json) {
    struct meta *x;

    m->v = xgrow(m->v, (size_t)(m->n + 1) * sizeof *m->v);
    x = &m->v[m->n++];
    x->id = id ? id : S.next_meta++;
    x->key = xdup(key);
    x->json = xdup(json);
}

void meta_set(struct metas *m, const char *key, const char *json) {
    struct meta *x = meta_find(m, key, 0);

    if (x)
        set_text(&x->json, json);
    else
        meta_add(m, 0, key, json);
}

const char *meta_value(const struct metas *m, const char *key) {
    for (int i = 0; i < m->n; i++) {
        if (!strcmp(m->v[i].key, key))
            return m->v[i].json;
    }
    return NULL;
}

void meta_remove(struct metas *m, const char *key) {
    struct meta *x = meta_find(m, key, 0);

    if (x)
        meta_drop(m, x);
}

/* Scalars are texts in the database; objects and lists stay what they are. */
/* PHP does not know an empty object from an empty list. */
static void empty_lists(cJSON *v) {
    for (cJSON *i = v->child; i; i = i->next)
        empty_lists(i);
    if (cJSON_IsObject(v) && !v->child)
        v->type = (v->type & ~0xff) | cJSON_Array;
}

static char *stored(const cJSON *v) {
    struct sbuf b = {0};
    char *s;

    if (cJSON_IsArray(v) || cJSON_IsObject(v)) {
        cJSON *copy = cJSON_Duplicate(v, true);

        empty_lists(copy);
        jw_value(&b, NULL, copy);
        cJSON_Delete(copy);
        return sb_take(&b);
    }
    s = js_text(v);
    jw_str(&b, NULL, s);
    xfree(s);
    return sb_take(&b);
}

void meta_apply(struct metas *m, const cJSON *list) {
    const cJSON *i;

    cJSON_ArrayForEach(i, list) {
        const cJSON *value = js_get(i, "value");
        const char *key = js_str(i, "key");
        struct meta *x = meta_find(m, key, js_id(i, "id"));
        char *json;

        if (!value || cJSON_IsNull(value)) {
            if (x)
                meta_drop(m, x);
            continue;
        }
        json = stored(value);
        if (x) {
            set_text(&x->json, json);
            if (*key)
                set_text(&x->key, key);
        } else if (*key) {
            /* An id that is not there: whatever has the key gives way. */
            while (js_id(i, "id") && meta_value(m, key))
                meta_remove(m, key);
            meta_set(m, key, json);
        }
        xfree(json);
    }
}

static int by_key(const void *a, const void *b) {
    const struct meta *const *x = a, *const *y = b;
    int c = strcmp((*x)->key, (*y)->key);

    return c ? c : (*x)->id < (*y)->id ? -1 : 1;
}

void jw_metas(struct sbuf *b, const struct metas *m, bool sorted) {
    const struct meta **v = xalloc(((size_t)m->n + 1) * sizeof *v);

    for (int i = 0; i < m->n; i++)
        v[i] = &m->v[i];
    if (sorted)
        qsort(v, (size_t)m->n, sizeof *v, by_key);
    jw_open(b, "meta_data", '[');
    for (int i = 0; i < m->n; i++) {
        jw_open(b, NULL, '{');
        jw_int(b, "id", v[i]->id);
        jw_str(b, "key", v[i]->key);
        jw_raw(b, "value", v[i]->json);
        jw_close(b, '}');
    }
    jw_close(b, ']');
    xfree(v);
}

void metas_free(struct metas *m) {
    while (m->n)
        meta_drop(m, &m->v[m->n - 1]);
    xfree(m->v);
    m->v = NULL;
}

/* ---- slugs ---- */

static struct slug *slug_entry(const char *text) {
    size_t h = 1469598103u;
    struct slug *s;

    for (const char *p = text; *p; p++)
        h = (h ^ (unsigned char)*p) * 1099511628211u;
    h = (h ^ h >> 29) & (SLUG_BUCKETS - 1);
    for (s = S.slugs[h]; s; s = s->next) {
        if (!strcmp(s->text, text))
            return s;
    }
    s = xalloc(sizeof *s);
    s->text = xdup(text);
    s->next = S.slugs[h];
    S.slugs[h] = s;
    return s;
}

char *slug_unique(const char *slug) {
    struct slug *s = slug_entry(slug);

    if (++s->used == 1)
        return xdup(slug);
    for (;;) {
        char *t = xfmt("%s-%d", slug, s->used);
        struct slug *other = slug_entry(t);

        if (++other->used == 1)
            return t;
        xfree(t);
        s->used++;
    }
}

/* ---- SKUs ---- */

static size_t bucket(const char *fold) {
    size_t h = 1469598103u;

    for (; *fold; fold++)
        h = (h ^ (unsigned char)*fold) * 1099511628211u;
    return (h ^ h >> 29) & (S.n_buckets - 1);
}

void sku_link(struct product *p) {
    struct product **at;

    if (!*p->fold)
        return;
    if (S.n_skus > S.n_buckets)
        resize_skus(S.n_buckets * 4);
    at = &S.skus[bucket(p->fold)];
    while (*at && (*at)->id < p->id)
        at = &(*at)->sku_next;
    p->sku_next = *at;
    *at = p;
    S.n_skus++;
}

void sku_unlink(struct product *p) {
    if (!*p->fold)
        return;
    for (struct product **at = &S.skus[bucket(p->fold)]; *at; at = &(*at)->sku_next) {
        if (*at == p) {
            *at = p->sku_next;
            S.n_skus--;
            return;
        }
    }
}

struct product *sku_next(const char *fold, const struct product *after) {
    struct product *p = after ? after->sku_next : S.skus[bucket(fold)];

    while (p && strcmp(p->fold, fold))
        p = p->sku_next;
    return p;
}
