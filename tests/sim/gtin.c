/* Codes such as an EAN: one product each. */
#include "tests/sim/product.h"

#include <ctype.h>
#include <string.h>

/* Digits and hyphens of a code such as an EAN; anything else is dropped. */
char *gtin_clean(const char *s) {
    struct sbuf b = {0};

    for (; *s; s++) {
        if (isdigit((unsigned char)*s) || *s == '-')
            sb_putc(&b, *s);
    }
    return sb_take(&b);
}

/* Who had a code last. The product itself tells whether it still has it. */
static struct gtin {
    char *code;
    long id;
} * gtins;
static size_t n_gtins, cap_gtins;

/* Where the code stands or would stand. */
static struct gtin *gtin_place(const char *code) {
    size_t at = 5381;

    if (2 * n_gtins >= cap_gtins) {
        size_t old = cap_gtins;
        struct gtin *from = gtins;

        cap_gtins = old ? 4 * old : 1024;
        gtins = xalloc(cap_gtins * sizeof *gtins);
        for (size_t i = 0; i < old; i++) {
            if (from[i].code)
                *gtin_place(from[i].code) = from[i];
        }
        xfree(from);
    }
    for (const char *s = code; *s; s++)
        at = at * 33 + (unsigned char)*s;
    for (at %= cap_gtins; gtins[at].code && strcmp(gtins[at].code, code) != 0;)
        at = (at + 1) % cap_gtins;
    return &gtins[at];
}

void gtin_note(const struct product *p) {
    struct gtin *g = *p->gtin ? gtin_place(p->gtin) : NULL;

    if (g && !g->code) {
        g->code = xdup(p->gtin);
        n_gtins++;
    }
    if (g)
        g->id = p->id;
}

/* Another product's code is refused, as an SKU is. */
bool gtin_check(struct call *c, const struct product *p, const cJSON *in) {
    const struct product *x;
    char *code, *raw;
    long holder = 0;

    if (!js_has(in, "global_unique_id") || wc_before(901))
        return true;
    raw = js_text(js_get(in, "global_unique_id"));
    code = gtin_clean(raw);
    x = *code ? product_get(gtin_place(code)->id) : NULL;
    if (x && x != p && !x->trashed && !strcmp(x->gtin, code))
        holder = x->id;
    xfree(raw);
    xfree(code);
    return !holder ||
           fail_with(c, 400, "product_invalid_global_unique_id", xdup("Invalid or duplicated GTIN, UPC, EAN or ISBN."),
                     xfmt("\"resource_id\":%ld", holder));
}
