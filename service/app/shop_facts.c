#include "service/app/shop_facts.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/digest.h"
#include "common/base/str.h"
#include "service/channel/registry.h"

#define STREAM "shop.money"
#define DAY_MS INT64_C(86400000)
#define PARTS  5 /* asked at, currency or "-", decimals, enum shop_tax, digest of the settings */

static void settings_digest(const struct session *s, char out[2 * DIGEST_SIZE + 1]) {
    const struct channel_vt *vt = channel_kind_find(conf_text(s->link, "kind"));
    struct buf b, hex;
    buf_init(&b, (size_t)1 << 16);
    buf_adds(&b, vt && vt->identity ? conf_text(s->link, vt->identity) : "");
    buf_addc(&b, '\n');
    buf_adds(&b, conf_text(s->link, "price_list"));
    buf_addc(&b, '\n');
    buf_adds(&b, conf_text(s->link, "currency"));
    struct digest digest = digest_of(b.data, b.len);
    buf_init(&hex, 2 * DIGEST_SIZE);
    hex_add(&hex, digest.bytes, DIGEST_SIZE);
    str_copy(out, 2 * DIGEST_SIZE + 1, hex.data);
    buf_free(&hex);
    buf_free(&b);
}

/* Cuts the text at its blanks. */
static bool split(char *text, char *parts[PARTS]) {
    for (size_t n = 0; n < PARTS; n++) {
        parts[n] = text;
        char *end = strchr(text, ' ');
        if (!end)
            return n + 1 == PARTS;
        *end = '\0';
        text = end + 1;
    }
    return true;
}

/* False: nothing is kept. *fresh: the shop need not be asked. */
static bool load(struct session *s, struct shop_money *out, bool *fresh) {
    struct buf text;
    char *parts[PARTS], digest[2 * DIGEST_SIZE + 1];
    int64_t at = 0, decimals = -1, tax = 0;
    buf_init(&text, 1000);
    *fresh = false;
    bool there = store_cursor_get(s->store, s->link_number, STREAM, &text, NULL) == RC_OK && text.len > 0 &&
                 split(text.data, parts) && str_to_i64(parts[0], &at) && str_to_i64(parts[2], &decimals) &&
                 str_to_i64(parts[3], &tax) && tax >= SHOP_TAX_UNTOLD && tax <= SHOP_TAX_GROSS;
    if (there) {
        int64_t age = clock_wall_ms(s->app->clock) - at;
        settings_digest(s, digest);
        *fresh = age >= 0 && age < DAY_MS && str_eq(parts[4], digest);
        *out = (struct shop_money){.has_decimals = decimals >= 0, .decimals = (int)decimals, .tax = (enum shop_tax)tax};
        str_copy(out->currency, sizeof(out->currency), str_eq(parts[1], "-") ? "" : parts[1]);
    }
    buf_free(&text);
    return there;
}

void shop_facts_load(struct session *s) {
    struct shop_money money;
    bool fresh = false;
    if (load(s, &money, &fresh))
        s->rules.link.shop = money;
}

enum rc shop_facts_keep(struct session *s, const struct shop_money *money, struct err *err) {
    char text[256], digest[2 * DIGEST_SIZE + 1];
    settings_digest(s, digest);
    str_fmt(text, sizeof(text), "%lld %s %d %d %s", (long long)clock_wall_ms(s->app->clock),
            money->currency[0] ? money->currency : "-", money->has_decimals ? money->decimals : -1, (int)money->tax,
            digest);
    s->rules.link.shop = *money;
    return store_cursor_put(s->store, s->link_number, STREAM, text, err);
}

void shop_facts_need(struct session *s) {
    struct shop_money money = {.tax = SHOP_TAX_UNTOLD};
    struct err err;
    bool fresh = false;
    if (!(s->rules.link.owned & ASPECT_PRICE))
        return;
    bool there = load(s, &money, &fresh);
    if (there)
        s->rules.link.shop = money;
    if (fresh)
        return;
    const struct log_context about = {.company = conf_name(s->company), .link = conf_name(s->link)};
    err_clear(&err);
    if (chan_money(s->channel, &money, &err) == RC_OK) {
        if (shop_facts_keep(s, &money, &err) != RC_OK)
            log_line(app_log(s->app), LOG_WARNING, &about, "%s", err.text);
        return;
    }
    s->rules.link.shop_silent = !there;
    log_line(app_log(s->app), LOG_WARNING, &about, "The shop did not say how it counts its money: %s", err.text);
}
