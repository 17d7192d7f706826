#include "service/app/session.h"

#include <string.h>

#include "common/base/civil.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/secret/secret.h"
#include "service/app/shop_address.h"
#include "service/channel/proxy.h"
#include "service/channel/registry.h"
#include "service/erp/proxy.h"
#include "service/erp/sql/sql_erp.h"

#define USER_AGENT "Shopferry/" SHOPFERRY_VERSION

/* A folder name for a company: its own name would allow "..", "/" and names Windows keeps for devices. Letters and
 * digits of ASCII stay for people, the rest is percent-encoded. */
static void company_folder(const struct app *app, const char *company, char *out, size_t size) {
    struct buf name;
    buf_init(&name, 2000);
    buf_adds(&name, "company-");
    for (const unsigned char *c = (const unsigned char *)company; *c; c++) {
        bool plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        if (plain)
            buf_addc(&name, (char)*c);
        else
            buf_addf(&name, "%%%02x", *c);
    }
    char state[APP_PATH_SIZE];
    os_path_join(state, sizeof(state), app->data_folder, "state");
    os_path_join(out, size, state, name.data);
    buf_free(&name);
}

/* --- one process at a time on a company --- */

/* Beside the lock stands who holds it, for the message only; the lock itself is the operating system's. */
static void tell_owner(const struct session *s, const char *path) {
    char machine[128], account[128], since[ISO_SIZE], text[512];
    os_machine_name(machine, sizeof(machine));
    os_account_name(account, sizeof(account));
    iso_utc(clock_wall_ms(s->app->clock), since);
    str_fmt(text, sizeof(text), "process %ld of %s on %s, since %s", os_process_id(), account, machine, since);
    (void)os_file_replace(path, text, strlen(text), false, NULL);
}

static enum rc take_lock(struct session *s, struct err *err) {
    char lock_path[APP_PATH_SIZE], owner_path[APP_PATH_SIZE];
    os_path_join(lock_path, sizeof(lock_path), s->folder, "run.lock");
    os_path_join(owner_path, sizeof(owner_path), s->folder, "run.owner");
    struct err local;
    enum rc rc = os_lock_take(lock_path, &s->lock, &local);
    if (rc == RC_OK) {
        tell_owner(s, owner_path);
        return RC_OK;
    }
    if (rc != RC_CONFLICT) {
        if (err)
            *err = local;
        return rc;
    }
    struct buf owner;
    bool known = os_read_file(owner_path, 4096, &owner, NULL) == RC_OK;
    err_set(err, RC_CONFLICT, REACH_LINK,
            "The company \"%s\" is being synchronised already (%s). Nothing was started. Try again when that run is "
            "over; `shopferry status` shows it.",
            conf_name(s->company), known ? owner.data : "by another process");
    if (known)
        buf_free(&owner);
    return RC_CONFLICT;
}

bool session_is_running(const struct session *s, char *owner, size_t size) {
    char path[APP_PATH_SIZE];
    struct os_lock *lock = NULL;
    struct buf text;
    str_copy(owner, size, "");
    os_path_join(path, sizeof(path), s->folder, "run.lock");
    if (os_lock_take(path, &lock, NULL) != RC_CONFLICT) {
        os_lock_release(lock);
        return false;
    }
    os_path_join(path, sizeof(path), s->folder, "run.owner");
    if (os_read_file(path, 4096, &text, NULL) == RC_OK)
        str_copy(owner, size, text.data);
    buf_free(&text);
    return true;
}

/* --- state --- */

static enum rc open_store(struct session *s, bool scratch, struct err *err) {
    char path[APP_PATH_SIZE], scratch_path[APP_PATH_SIZE], token[37], name[64];
    os_path_join(path, sizeof(path), s->folder, "state.db");
    enum rc rc;
    if (scratch) {
        os_token(token);
        str_fmt(name, sizeof(name), "preview-%s.db", token);
        os_path_join(scratch_path, sizeof(scratch_path), s->folder, name);
        rc = store_open_scratch(path, scratch_path, s->app->clock, &s->store, err);
    } else {
        rc = store_open(path, s->app->clock, &s->store, err);
    }
    if (rc == RC_OK && s->link)
        rc = store_link(s->store, conf_name(s->link), &s->link_number, err);
    return rc;
}

/* --- one link, one shop --- */

enum rc session_rebind(struct session *s, struct err *err) {
    enum rc rc = shop_bound_once(s->store, s->link, err);
    if (rc == RC_OK)
        rc = store_cursor_put(s->store, s->link_number, SHOP_BOUND_STREAM, shop_address(s->link), err);
    return rc;
}

/* Product and order ids kept in our state are those of one shop. In another one they are somebody else's products. */
static enum rc check_bound(struct session *s, struct err *err) {
    struct buf bound;
    buf_init(&bound, APP_PATH_SIZE);
    enum rc rc = store_cursor_get(s->store, s->link_number, SHOP_BOUND_STREAM, &bound, err);
    if (rc == RC_OK && bound.len == 0)
        rc = session_rebind(s, err);
    else if (rc == RC_OK && !shop_address_same(bound.data, shop_address(s->link)))
        rc = err_set(err, RC_INVALID, REACH_LINK,
                     "This link was bound to the shop %s, the settings say %s now. Nothing was sent or fetched. For "
                     "another shop make a new link with a name of its own; if the same shop has a new address, say "
                     "`shopferry rebind --company \"%s\" --link \"%s\"`.",
                     bound.data, shop_address(s->link), conf_name(s->company), conf_name(s->link));
    buf_free(&bound);
    return rc;
}

/* --- drivers --- */

static char *link_secret(void *ctx, const char *key) {
    struct session *s = ctx;
    struct buf name;
    buf_init(&name, SECRET_NAME_MAX);
    conf_secret_name(s->link, key, &name);
    char *value = NULL;
    if (secret_get(s->app->data_folder, name.data, &value, NULL) != RC_OK)
        value = NULL;
    buf_free(&name);
    return value;
}

/* A secret that is kept but cannot be opened any more is no missing one: the person has to know that it must be entered
 * again, and why. */
static enum rc secrets_open(struct session *s, const struct channel_vt *vt, struct err *err) {
    enum rc rc = RC_OK;
    for (const struct setting_def *def = vt->settings; rc == RC_OK && def->key; def++) {
        if (!(def->flags & SETTING_SECRET))
            continue;
        struct buf name;
        char *value = NULL;
        buf_init(&name, SECRET_NAME_MAX);
        conf_secret_name(s->link, def->key, &name);
        if (secret_exists(s->app->data_folder, name.data))
            rc = secret_get(s->app->data_folder, name.data, &value, err);
        secret_free(value);
        buf_free(&name);
    }
    return rc;
}

static enum rc open_channel(struct session *s, const struct session_preview *preview, struct err *err) {
    const struct channel_vt *vt = channel_kind_find(conf_text(s->link, "kind"));
    if (!vt)
        return err_set(err, RC_UNSUPPORTED, REACH_LINK, "This program has no driver for a shop of the kind \"%s\".",
                       conf_text(s->link, "kind"));
    const struct channel_open_args args = {.link = s->link,
                                           .secret = link_secret,
                                           .secret_ctx = s,
                                           .company = conf_name(s->company),
                                           .link_name = conf_name(s->link),
                                           .clock = s->app->clock,
                                           .stop = s->app->stop,
                                           .log = app_log(s->app),
                                           .user_agent = USER_AGENT};
    struct channel *driver = NULL;
    enum rc rc = secrets_open(s, vt, err);
    if (rc == RC_OK)
        rc = vt->open(&args, &driver, err);
    if (rc != RC_OK)
        return rc;
    const struct driver_hooks hooks = {.log = app_log(s->app),
                                       .about = {.company = conf_name(s->company), .link = conf_name(s->link)},
                                       .clock = s->app->clock,
                                       .stop = s->app->stop,
                                       .planned = preview ? preview->sink : NULL,
                                       .planned_ctx = preview ? preview->ctx : NULL};
    s->channel = channel_proxy_new(driver, &hooks);
    return RC_OK;
}

static void no_entry(void *ctx, const char *name) {
    (void)ctx;
    (void)name;
}

/* A database that cannot be opened is a fault of this machine, whatever the engine calls it: not of the shop, and
 * nothing that somebody asked for by name. The cure is named. */
static enum rc erp_failed(const struct session *s, enum rc rc, const struct err *told, struct err *err) {
    const char *path = conf_text(s->company, "database");
    if (rc != RC_NOT_FOUND && rc != RC_DENIED && rc != RC_IO) {
        if (err)
            *err = *told;
        return rc;
    }
    if (os_list_dir(path, no_entry, NULL, NULL) == RC_OK)
        return err_set(err, RC_IO, REACH_LINK,
                       "%s is a folder, not a company database. Correct the setting database of the company \"%s\".",
                       path, conf_name(s->company));
    return err_set(err, RC_IO, REACH_LINK, "%s Check the setting database of the company \"%s\".", told->text,
                   conf_name(s->company));
}

static enum rc open_erp(struct session *s, const struct session_preview *preview, struct err *err) {
    const char *const *warehouses = conf_list(s->link, "warehouses");
    const struct erp_open_args args = {.profile = conf_text(s->company, "profile"),
                                       .database = conf_text(s->company, "database"),
                                       .view = {.price_list = conf_text(s->link, "price_list"),
                                                .warehouses = warehouses,
                                                .warehouse_count = conf_list_count(s->link, "warehouses"),
                                                .sale_country = conf_text(s->link, "sale_country"),
                                                .channel = conf_name(s->link)},
                                       .clock = s->app->clock,
                                       .stop = s->app->stop,
                                       .log = app_log(s->app)};
    struct erp *driver = NULL;
    struct err told;
    enum rc rc = sql_erp_open(&args, &driver, &told);
    if (rc != RC_OK)
        return erp_failed(s, rc, &told, err);
    const struct driver_hooks hooks = {.log = app_log(s->app),
                                       .about = {.company = conf_name(s->company), .link = conf_name(s->link)},
                                       .clock = s->app->clock,
                                       .planned = preview ? preview->sink : NULL,
                                       .planned_ctx = preview ? preview->ctx : NULL};
    s->erp = erp_proxy_new(driver, &hooks);
    if (str_empty(s->rules.link.currency)) /* else an order in any currency would pass (rule R18) */
        s->rules.link.currency = erp_currency(s->erp);
    return RC_OK;
}

/* --- the whole --- */

static enum rc find_sections(struct session *s, const char *company, const char *link_name, struct err *err) {
    struct conf_section *section = NULL;
    enum rc rc = app_find_company(s->app, company, &section, err);
    s->company = section;
    if (rc != RC_OK || !link_name)
        return rc;
    rc = app_find_link(s->app, company, link_name, &section, err);
    if (rc != RC_OK)
        return rc;
    s->link = section;
    const struct channel_vt *vt = channel_kind_find(conf_text(s->link, "kind"));
    rules_fill(&s->rules, s->link, vt ? vt->ended_statuses : NULL);
    return RC_OK;
}

enum rc session_open(struct app *app, const char *company, const char *link_name, unsigned needs,
                     const struct session_preview *preview, struct session **out, struct err *err) {
    struct session *s = MEM_NEW(struct session);
    s->app = app;
    enum rc rc = find_sections(s, company, link_name, err);
    if (rc == RC_OK) {
        company_folder(app, conf_name(s->company), s->folder, sizeof(s->folder));
        rc = os_mkdirs(s->folder, err);
    }
    if (rc == RC_OK && (needs & SESSION_LOCK))
        rc = take_lock(s, err);
    if (rc == RC_OK && (needs & SESSION_STORE))
        rc = open_store(s, preview != NULL, err);
    if (rc == RC_OK && s->store && (needs & SESSION_CHANNEL))
        rc = check_bound(s, err);
    if (rc == RC_OK && (needs & SESSION_ERP))
        rc = open_erp(s, preview, err);
    if (rc == RC_OK && (needs & SESSION_CHANNEL))
        rc = open_channel(s, preview, err);
    if (rc != RC_OK) {
        session_close(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

void session_close(struct session *s) {
    if (!s)
        return;
    chan_close(s->channel);
    erp_close(s->erp);
    store_close(s->store);
    os_lock_release(s->lock);
    rules_free(&s->rules);
    mem_free(s);
}

enum rc session_has_item(struct session *s, const char *sku, struct err *err) {
    char normal[SKU_MAX + 1];
    struct item item = {0};
    struct err local;
    if (!sku_normal(normal, sku))
        return err_set(err, RC_NOT_FOUND, REACH_ITEM,
                       "\"%s\" is not a usable SKU: empty, too long, or with control characters.", sku);
    enum rc rc = erp_item_by_sku(s->erp, normal, 0, &item, &local);
    item_free_fields(&item);
    if (rc == RC_NOT_FOUND)
        err_set(err, rc, REACH_ITEM, "The company has no item with the SKU \"%s\" that this link could see.", normal);
    else if (rc != RC_OK && err)
        *err = local;
    return rc;
}

bool session_has_secret(void *app, const char *secret_name) {
    return secret_exists(((const struct app *)app)->data_folder, secret_name);
}
