/* Customers. Number 1 is the administrator. */
#include "tests/sim/order.h"
#include "tests/sim/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The order of the address fields differs from that of orders. */
static const enum addr order_of[] = {AD_FIRST, AD_LAST,    AD_COMPANY, AD_1,     AD_2,    AD_CITY,
                                     AD_POST,  AD_COUNTRY, AD_STATE,   AD_EMAIL, AD_PHONE};

static struct customer *add(const char *email, const char *username) {
    struct customer *x;

    S.customers = xgrow(S.customers, (size_t)(S.n_customers + 1) * sizeof *S.customers);
    x = &S.customers[S.n_customers++];
    memset(x, 0, sizeof *x);
    x->id = S.n_customers;
    x->email = xdup(email);
    x->username = xdup(username);
    x->first = xdup("");
    x->last = xdup("");
    x->role = xdup("customer");
    x->created = x->modified = wp_now();
    for (int i = 0; i < AD_COUNT; i++) {
        x->bill[i] = xdup("");
        x->ship[i] = xdup("");
    }
    return x;
}

static void admin(void) {
    if (!S.n_customers)
        set_text(&add("admin@example.test", "admin")->role, "administrator");
}

static struct customer *find(long id) {
    admin();
    if (id < 1 || id > S.n_customers || S.customers[id - 1].dead)
        return NULL;
    return &S.customers[id - 1];
}

bool customer_exists(long id) {
    return find(id) != NULL;
}

static struct customer *by_email(const char *email) {
    admin();
    for (long i = 0; i < S.n_customers; i++) {
        if (!S.customers[i].dead && !strcasecmp(S.customers[i].email, email))
            return &S.customers[i];
    }
    return NULL;
}

static void put_address(struct sbuf *b, const char *key, char *const *a, bool billing) {
    jw_open(b, key, '{');
    for (size_t i = 0; i < sizeof order_of / sizeof *order_of; i++) {
        if (order_of[i] != AD_EMAIL || billing)
            jw_str(b, addr_keys[order_of[i]], a[order_of[i]]);
    }
    jw_close(b, '}');
}

static bool is_paying(long id) {
    for (long i = 0; i < S.n_posts; i++) {
        const struct order *o = S.posts[i].kind == POST_ORDER ? S.posts[i].p : NULL;

        if (o && o->customer_id == id && !strcmp(o->status, "completed"))
            return true;
    }
    return false;
}

static void put_customer(struct sbuf *b, struct call *c, const struct customer *x) {
    char *self = xfmt("customers/%ld", x->id);

    jw_open(b, NULL, '{');
    jw_int(b, "id", x->id);
    jw_times(b, "date_created", x->created);
    jw_times(b, "date_modified", x->modified);
    jw_str(b, "email", x->email);
    jw_str(b, "first_name", x->first);
    jw_str(b, "last_name", x->last);
    jw_str(b, "role", x->role);
    jw_str(b, "username", x->username);
    put_address(b, "billing", x->bill, true);
    put_address(b, "shipping", x->ship, false);
    jw_bool(b, "is_paying_customer", is_paying(x->id));
    jw_str(b, "avatar_url", "https://secure.gravatar.com/avatar/0?s=96&d=mm&r=g");
    jw_metas(b, &x->meta, false);
    jw_links(b, c, self, "customers", NULL, ALLOW_ALL);
    jw_close(b, '}');
    xfree(self);
}

static void text(char **at, const cJSON *in, const char *key) {
    if (js_has(in, key))
        set_owned(at, js_text(js_get(in, key)));
}

static void fields(struct customer *x, const cJSON *in) {
    text(&x->email, in, "email");
    text(&x->first, in, "first_name");
    text(&x->last, in, "last_name");
    for (int i = 0; i < AD_COUNT; i++) {
        text(&x->bill[i], js_get(in, "billing"), addr_keys[i]);
        text(&x->ship[i], js_get(in, "shipping"), addr_keys[i]);
    }
    if (js_has(in, "meta_data"))
        meta_apply(&x->meta, js_get(in, "meta_data"));
    x->modified = wp_now();
}

static bool username_taken(const char *username) {
    for (long i = 0; i < S.n_customers; i++) {
        if (!S.customers[i].dead && !strcasecmp(S.customers[i].username, username))
            return true;
    }
    return false;
}

/* As WordPress writes a name: no accents, no tags, lower case if it is made of an address. */
static char *plain_username(const char *s) {
    char *clean = text_clean(s), *plain = text_fold(clean, true);

    xfree(clean);
    return plain;
}

static char *free_username(const char *email) {
    static const char common[] = " sales hello mail contact info ";
    size_t n = strcspn(email, "@");
    char *word = xfmt(" %.*s ", (int)n, email),
         *base = strstr(common, word) ? xdup(email + n + (email[n] == '@')) : xdupn(email, n);
    char *name;

    /* Of an address such as info@ the part behind the @ tells more. */
    xfree(word);
    set_owned(&base, plain_username(base));
    name = xdup(base);

    for (int i = 2; username_taken(name); i++)
        set_owned(&name, xfmt("%s-%d", base, i));
    xfree(base);
    return name;
}

static bool create(struct call *c, const cJSON *in, struct sbuf *out, long *id) {
    const char *email = js_str(in, "email"), *username = js_str(in, "username");
    struct customer *x;
    char *name;

    if (by_email(email) && wc_before(900))
        return fail(
            c, 400, "registration-error-email-exists",
            "An account is already registered with your email address. <a href=\"#\" class=\"showlogin\">Please log "
            "in.</a>");
    if (by_email(email))
        return fail_with(
            c, 400, "registration-error-email-exists",
            xfmt("An account is already registered with %s. Please log in or use a different email address.", email),
            NULL);
    if (*username && username_taken(username))
        return fail(c, 400, "registration-error-username-exists",
                    "An account is already registered with that username. Please choose another.");
    if (!text_email(email))
        return fail(c, 400, "customer_invalid_email", "Invalid email address");
    if (*username) {
        char *clean = text_clean(username);

        name = text_fold(clean, false);
        xfree(clean);
    } else {
        name = free_username(email);
    }
    x = add(email, name);
    xfree(name);
    if (!js_has(in, "password") && !wc_before(904))
        meta_set(&x->meta, "default_password_nag", "\"1\"");
    fields(x, in);
    *id = x->id;
    put_customer(out, c, x);
    return true;
}

/* From 10.0 on the check of rights, which a batch does not make, says that there is nobody. Before, each handler did.
 */
static struct customer *own(struct call *c, int status, const char *message) {
    struct customer *x = find(c->ids[0]);

    if (!x && !wc_before(1000) && !c->is_batch)
        fail(c, 404, "wc_user_invalid_id", "Invalid user ID.");
    else if (!x)
        fail(c, status, "woocommerce_rest_invalid_id", message);
    return x;
}

static bool get(struct call *c, struct sbuf *out) {
    const struct customer *x = own(c, 404, "Invalid resource ID.");

    if (x)
        put_customer(out, c, x);
    return x != NULL;
}

static bool update(struct call *c, const cJSON *in, struct sbuf *out) {
    struct customer *x = own(c, 400, "Invalid resource ID.");
    const char *email = js_str(in, "email");

    if (!x)
        return false;
    if (*email && by_email(email) && by_email(email) != x)
        return fail(c, 400, "woocommerce_rest_customer_invalid_email", "Email address is invalid.");
    if (*js_str(in, "username") && strcmp(js_str(in, "username"), x->username) != 0)
        return fail(c, 400, "woocommerce_rest_customer_invalid_argument", "Username isn't editable.");
    fields(x, in);
    put_customer(out, c, x);
    return true;
}

static bool remove_customer(struct call *c, bool force, struct sbuf *out) {
    struct customer *x = own(c, 400, "Invalid resource id.");

    if (!x && (force || !strcmp(c->err_code, "wc_user_invalid_id")))
        return false;
    if (!force)
        return fail(c, 501, "woocommerce_rest_trash_not_supported", "Customers do not support trashing.");
    put_customer(out, c, x);
    x->dead = true;
    return true;
}

static bool listed(const struct call *c, long id) {
    struct ids ids;
    bool ok = true;

    if (param_ids(c->params, "include", &ids))
        ok = ids_has(&ids, id);
    ids_free(&ids);
    if (param_ids(c->params, "exclude", &ids))
        ok = ok && !ids_has(&ids, id);
    ids_free(&ids);
    return ok;
}

static bool shown(const struct call *c, const struct customer *x) {
    const char *email = js_str(c->params, "email"), *search = js_str(c->params, "search"),
               *role = js_str(c->params, "role");

    if (*email && strcasecmp(email, x->email))
        return false;
    if (strcmp(role, "all") && strcmp(*role ? role : "customer", x->role))
        return false;
    if (!listed(c, x->id))
        return false;
    return !*search || text_search(x->email, search) || text_search(x->username, search);
}

static bool list(struct call *c) {
    struct ids found = {0};
    struct page page;
    long from, to;

    for (long i = 1; i <= S.n_customers; i++) {
        if (find(i) && shown(c, find(i)))
            ids_add(&found, i);
    }
    page_read(c, &page, "name", false);
    page_reply(c, &page, found.n, false, &from, &to);
    jw_open(&c->out, NULL, '[');
    for (long i = from; i < to; i++)
        put_customer(&c->out, c, find(found.v[page.desc ? found.n - 1 - i : i]));
    jw_close(&c->out, ']');
    ids_free(&found);
    return true;
}

static char *location(struct call *c, long id) {
    return call_url(c, "customers/%ld", id);
}

static const char *const orders[] = {"asc", "desc", NULL};
static const char *const orderbys[] = {"id", "include", "name", "registered_date", NULL};
static const char *const roles[] = {"all",        "administrator", "editor",       "author", "contributor",
                                    "subscriber", "customer",      "shop_manager", NULL};
static const struct arg list_args[] = {{.name = "page", .type = 'i', .min = 1},
                                       {.name = "per_page", .type = 'i', .min = 1, .max = 100},
                                       {.name = "search", .type = 's'},
                                       {.name = "exclude", .type = 'a'},
                                       {.name = "include", .type = 'a'},
                                       {.name = "offset", .type = 'i'},
                                       {.name = "order", .type = 's', .one_of = orders},
                                       {.name = "orderby", .type = 's', .one_of = orderbys},
                                       {.name = "email", .type = 'e'},
                                       {.name = "role", .type = 's', .one_of = roles},
                                       {0}};

#define TEXT(word) \
    { .name = word, .type = 's' }
#define ADDRESS                                                                                                 \
    TEXT("first_name"), TEXT("last_name"), TEXT("company"), TEXT("address_1"), TEXT("address_2"), TEXT("city"), \
        TEXT("state"), TEXT("postcode"), TEXT("country"), TEXT("phone")
static const struct arg billing[] = {ADDRESS, {.name = "email", .type = 'e'}, {0}};
static const struct arg shipping[] = {ADDRESS, {0}};
static const struct arg meta[] = {{.name = "id", .type = 'i'}, TEXT("key"), {0}};

#define FIELDS                                                                                                  \
    TEXT("first_name"), TEXT("last_name"), TEXT("username"), TEXT("password"),                                  \
        {.name = "billing", .type = 'o', .sub = billing}, {.name = "shipping", .type = 'o', .sub = shipping}, { \
        .name = "meta_data", .type = 'a', .sub = meta                                                           \
    }
/* A new customer's e-mail is looked at later. */
static const struct arg create_args[] = {{.name = "email", .type = 's', .required = true}, FIELDS, {0}};
static const struct arg update_args[] = {{.name = "email", .type = 'e'}, FIELDS, {0}};
const struct resource customers_resource = {list,      get,         create,      update,   remove_customer,
                                            list_args, create_args, update_args, location, 0};
