#include "service/app/shop_address.h"

#include <string.h>

#include "common/base/str.h"
#include "service/channel/registry.h"

const char *shop_address(const struct conf_section *link) {
    const struct channel_vt *vt = channel_kind_find(conf_text(link, "kind"));
    return vt && vt->identity ? conf_text(link, vt->identity) : "";
}

static const char *without_scheme(const char *url) {
    const char *host = strstr(url, "://");
    return host ? host + 3 : url;
}

static size_t without_slashes(const char *text) {
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '/')
        n--;
    return n;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool shop_address_same(const char *a, const char *b) {
    a = without_scheme(a);
    b = without_scheme(b);
    size_t n = without_slashes(a);
    if (n == 0 || n != without_slashes(b))
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

struct bound_search {
    const char *name, *address;
    char found[256];
};

static enum rc look(void *ctx, const char *link_name, const char *value, struct err *err) {
    (void)err;
    struct bound_search *search = ctx;
    if (!str_eq(link_name, search->name) && shop_address_same(value, search->address))
        str_copy(search->found, sizeof search->found, link_name);
    return RC_OK;
}

enum rc shop_bound_once(struct store *store, const struct conf_section *link, struct err *err) {
    struct bound_search search = {.name = conf_name(link), .address = shop_address(link)};
    enum rc rc = store_cursor_each_link(store, SHOP_BOUND_STREAM, look, &search, err);
    if (rc != RC_OK || search.found[0] == '\0')
        return rc;
    const struct conf_section *company = conf_parent(link);
    if (conf_link(company, search.found))
        return err_set(err, RC_INVALID, REACH_LINK,
                       "The link \"%s\" of this company works with the shop %s already. Two links would write each "
                       "order twice. Nothing was sent or fetched. Do all of it with one link, and remove the link "
                       "\"%s\" from the settings.",
                       search.found, search.address, search.name);
    return err_set(err, RC_INVALID, REACH_LINK,
                   "The shop %s belongs to the link \"%s\", which is in the settings no more. Nothing was sent or "
                   "fetched: a new link does not know which orders and items are there already. If \"%s\" is that link "
                   "under another name, say `shopferry rebind --company \"%s\" --link \"%s\" --from \"%s\"`.",
                   search.address, search.found, search.name, conf_name(company), search.name, search.found);
}
