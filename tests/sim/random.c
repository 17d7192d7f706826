/* Believable orders and products, the same for the same seed. */
#include "tests/sim/control.h"

#include "tests/sim/order.h"
#include "tests/sim/product.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint64_t state = 0x2545F4914F6CDD1DULL;

void random_seed(unsigned long seed) {
    state = (uint64_t)seed * 0x9E3779B97F4A7C15ULL + 0x1234567;
}

static unsigned long below(unsigned long n) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return n ? (unsigned long)((state * 2685821657736338717ULL) >> 33) % n : 0;
}

#define PICK(list) list[below(sizeof list / sizeof *list)]

static const char *const first_names[] = {"Jan",   "Anna", "Łukasz",  "Żaneta", "Ștefan", "Ioana",
                                          "Björn", "Åsa",  "Øystein", "Ingrid", "Zażółć"};
static const char *const last_names[] = {"Kowalski", "Żółć-Łęcka", "Nowak",  "Popescu",
                                         "Țurcanu",  "Lindström",  "Hansen", "O'Brien"};
static const char *const streets[] = {"ul. Łąkowa 5/7", "Strada Ștefan cel Mare 12", "Storgatan 3 B", "Øvre gate 9",
                                      "ul. Krótka 1"};
static const char *const remarks[] = {"Proszę o szybką wysyłkę", "Zadzwonić przed dostawą 😀",
                                      "Sunați la sosire\nScara B", "   ", "Ring på & vänta <tack>"};
static const struct {
    const char *city, *post, *country;
} cities[] = {{"Łódź", "90-001", "PL"},        {"Kraków", "30-001", "PL"}, {"Gdańsk", "80-001", "PL"},
              {"Cluj-Napoca", "400001", "RO"}, {"Malmö", "211 20", "SE"},  {"Tromsø", "9008", "NO"}};

/* One that can be sold: published, with a price, not a parent of variants. Tries a few. */
static struct product *any_product(void) {
    for (int i = 0; i < 400 && S.n_posts; i++) {
        struct product *p = product_get((long)below((unsigned long)S.n_posts));

        if (p && !p->trashed && p->type != PT_VARIABLE && *p->price && !strcmp(p->status, "publish"))
            return p;
    }
    return NULL;
}

static void put_person(struct sbuf *b, long number) {
    size_t at = below(sizeof cities / sizeof *cities);
    const char *first = PICK(first_names), *last = PICK(last_names);
    char *email = xfmt("kupujacy%ld@example.test", number), *street = xdup(PICK(streets));
    bool company = !below(4);

    for (int i = 0; i < 2; i++) {
        jw_open(b, i ? "shipping" : "billing", '{');
        jw_str(b, "first_name", first);
        jw_str(b, "last_name", last);
        jw_str(b, "company", company && !i ? "Żółć & Synowie Sp. z o.o." : "");
        jw_str(b, "address_1", street);
        jw_str(b, "city", cities[at].city);
        jw_str(b, "postcode", cities[at].post);
        jw_str(b, "country", cities[at].country);
        if (!i)
            jw_str(b, "email", email);
        jw_str(b, "phone", "+48600100200");
        jw_close(b, '}');
    }
    xfree(email);
    xfree(street);
}

static void put_lines(struct sbuf *b) {
    int n = 1 + (int)below(4);

    jw_open(b, "line_items", '[');
    for (int i = 0; i < n; i++) {
        const struct product *p = any_product();

        if (!p)
            continue;
        jw_open(b, NULL, '{');
        jw_int(b, "product_id", p->type == PT_VARIATION ? p->parent_id : p->id);
        if (p->type == PT_VARIATION)
            jw_int(b, "variation_id", p->id);
        jw_int(b, "quantity", 1 + (long long)below(3));
        jw_close(b, '}');
    }
    jw_close(b, ']');
}

static void put_rest(struct sbuf *b, long number) {
    static const char *const prices[] = {"9.99", "0", "12.30", "7.31"};
    char t[16];

    jw_open(b, "shipping_lines", '[');
    jw_open(b, NULL, '{');
    jw_str(b, "method_id", "flat_rate");
    jw_str(b, "method_title", "Kurier");
    jw_str(b, "total", PICK(prices));
    jw_close(b, '}');
    jw_close(b, ']');
    if (!below(3))
        jw_str(b, "customer_note", PICK(remarks));
    jw_str(b, "payment_method", "bacs");
    jw_str(b, "payment_method_title", "Przelew");
    jw_bool(b, "set_paid", true);
    jw_str(b, "created_via", "checkout");
    jw_open(b, "meta_data", '[');
    jw_open(b, NULL, '{');
    jw_str(b, "key", "_paczkomat");
    snprintf(t, sizeof t, "LDZ%02ldA", number % 100);
    jw_str(b, "value", t);
    jw_close(b, '}');
    jw_close(b, ']');
}

long random_orders(long n) {
    long made = 0;

    for (long i = 0; i < n; i++) {
        struct call c = {0};
        struct sbuf b = {0};
        struct order *o = order_new();
        cJSON *in;

        jw_open(&b, NULL, '{');
        put_person(&b, o->id);
        put_lines(&b);
        put_rest(&b, o->id);
        jw_close(&b, '}');
        in = js_parse(b.p, b.n);
        if (in && order_apply(&c, o, in, true))
            made++;
        else
            order_delete(o);
        cJSON_Delete(in);
        sb_free(&b);
        call_free(&c);
    }
    return made;
}

long random_products(long n) {
    static const char *const names[] = {"Śruba M8", "Kubek 300 ml",  "Świeca & lampa",
                                        "Koszulka", "Bułka 0,05 kg", "Klucz 13"};
    static const char *const classes[] = {"", "", "", "reduced-rate", "zero-rate"};

    for (long i = 0; i < n; i++) {
        struct call c = {0};
        struct product *p = product_new(PT_SIMPLE, NULL);
        char *text =
            xfmt("{\"name\":\"%s %ld\",\"sku\":\"RND-%ld\",\"regular_price\":\"%lu.%02lu\",\"manage_stock\":true,"
                 "\"stock_quantity\":%lu,\"tax_class\":\"%s\"}",
                 names[i % 6], p->id, p->id, 1 + below(200), below(100), below(500), PICK(classes));
        cJSON *in = js_parse(text, strlen(text));

        product_apply(&c, p, in, true);
        cJSON_Delete(in);
        xfree(text);
        call_free(&c);
    }
    return n;
}
