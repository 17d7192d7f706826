/* shop_sim: a WooCommerce shop in memory, for tests. README.md tells how to use it. */
#include "tests/sim/control.h"
#include "tests/sim/faults.h"
#include "tests/sim/http.h"
#include "tests/sim/order.h"
#include "tests/sim/route.h"
#include "tests/sim/settings.h"
#include "tests/sim/tax.h"
#include "tests/sim/terms.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const option_names[] = {"--http",         "--https",      "--cert",      "--key-file",
                                           "--ready-file",   "--faults",     "--seed",      "--throttle-batch-ms",
                                           "--max-parallel", "--zone",       "--keys-file", "--tick",
                                           "--products",     "--orders",     "--legacy",    "--currency",
                                           "--wc-version",   "--wp-version", "--prices",    NULL};
enum option {
    O_HTTP,
    O_HTTPS,
    O_CERT,
    O_KEY,
    O_READY,
    O_FAULTS,
    O_SEED,
    O_THROTTLE,
    O_PARALLEL,
    O_ZONE,
    O_KEYS,
    O_TICK,
    O_PRODUCTS,
    O_ORDERS,
    O_LEGACY,
    O_CURRENCY,
    O_WC,
    O_WP,
    O_PRICES,
    O_COUNT
};

static const char *values[O_COUNT];

static bool complain(const char *what, const char *name) {
    fprintf(stderr, "shop_sim: %s: %s\n", what, name);
    return false;
}

static bool read_options(int argc, char **argv) {
    for (int i = 1; i < argc; i += 2) {
        int k = 0;

        while (option_names[k] && strcmp(option_names[k], argv[i]))
            k++;
        if (!option_names[k])
            return complain("unknown option", argv[i]);
        if (i + 1 == argc)
            return complain("no value for", argv[i]);
        values[k] = argv[i + 1];
    }
    return true;
}

static long number(enum option o, long otherwise) {
    return values[o] ? strtol(values[o], NULL, 10) : otherwise;
}

static char *read_file(const char *path) {
    struct sbuf b = {0};
    char buf[8192];
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        complain(strerror(errno), path);
        return NULL;
    }
    while ((n = read(fd, buf, sizeof buf)) > 0)
        sb_add(&b, buf, (size_t)n);
    close(fd);
    return sb_take(&b);
}

/* The value behind "name=" on a line of its own; "" if missing. */
static char *line_value(const char *text, const char *name) {
    size_t n = strlen(name);

    for (const char *p = text; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        if (!strncmp(p, name, n) && p[n] == '=')
            return xdupn(p + n + 1, strcspn(p + n + 1, "\r\n"));
    }
    return xdup("");
}

static bool load_keys(void) {
    static const char *const names[] = {"rw_key", "rw_secret", "ro_key", "ro_secret", "app_user", "app_password"};
    char *text = values[O_KEYS] ? read_file(values[O_KEYS]) : NULL, *v[6];

    if (!text)
        return values[O_KEYS] ? false : complain("needed", "--keys-file");
    for (int i = 0; i < 6; i++)
        v[i] = line_value(text, names[i]);
    auth_keys(v[0], v[1], v[2], v[3], v[4], v[5]);
    for (int i = 0; i < 6; i++)
        xfree(v[i]);
    xfree(text);
    return true;
}

static bool load_faults(void) {
    char *text, *trouble;
    cJSON *script;

    if (!values[O_FAULTS])
        return true;
    text = read_file(values[O_FAULTS]);
    script = text ? js_parse(text, strlen(text)) : NULL;
    trouble = script ? faults_load(script) : xdup("not JSON");
    if (trouble)
        complain(trouble, values[O_FAULTS]);
    cJSON_Delete(script);
    xfree(text);
    if (!trouble)
        return true;
    xfree(trouble);
    return false;
}

/* Written whole under another name first, so that nobody reads half of it. */
static bool write_ready(const struct http_options *o) {
    char *temp, *text;
    bool ok;
    int fd;

    if (!values[O_READY])
        return true;
    temp = xfmt("%s.new", values[O_READY]);
    text = xfmt("http=%d\nhttps=%d\npid=%ld\n", o->http_port, o->https_port, (long)getpid());
    fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    ok = ok && !renameat(AT_FDCWD, temp, AT_FDCWD, values[O_READY]);
    if (!ok)
        complain(strerror(errno), values[O_READY]);
    xfree(temp);
    xfree(text);
    return ok;
}

/* Some orders from earlier; the first of them is done with. */
static void seed_orders(long n) {
    random_orders(n);
    for (long id = 0; n > 0 && id < S.n_posts; id++) {
        if (S.posts[id].kind == POST_ORDER) {
            order_set_status(S.posts[id].p, "completed");
            return;
        }
    }
}

static bool money_options(void) {
    if (values[O_CURRENCY] && !settings_currency(values[O_CURRENCY]))
        return complain("unknown currency", values[O_CURRENCY]);
    if (values[O_PRICES] && !settings_prices(values[O_PRICES]))
        return complain("prices are gross or net, not", values[O_PRICES]);
    return true;
}

static bool prepare(struct http_options *o) {
    const char *zone = values[O_ZONE] ? values[O_ZONE] : "Europe/Warsaw";

    if (!wp_zone(zone))
        return complain("unknown time zone", zone);
    store_init();
    S.legacy = number(O_LEGACY, 0) != 0;
    store_version(values[O_WC] ? values[O_WC] : S.legacy ? "7.9.0" : "10.0.2", &S.wc, &S.wc_at);
    store_version(values[O_WP] ? values[O_WP] : S.legacy ? "6.1.9" : "6.8.8", &S.wp, &S.wp_at);
    settings_init();
    if (!money_options())
        return false;
    taxes_init();
    terms_init();
    random_seed((unsigned long)number(O_SEED, 1));
    wp_tick_size(number(O_TICK, 0));
    random_products(number(O_PRODUCTS, 0));
    seed_orders(number(O_ORDERS, 0));
    o->http_port = (int)number(O_HTTP, -1);
    o->https_port = (int)number(O_HTTPS, -1);
    o->throttle_batch_ms = number(O_THROTTLE, 0);
    o->max_parallel = (int)number(O_PARALLEL, 0);
    if (o->https_port >= 0) {
        if (!values[O_CERT] || !values[O_KEY])
            return complain("--https needs", "--cert and --key-file");
        o->cert = read_file(values[O_CERT]);
        o->key = read_file(values[O_KEY]);
        if (!o->cert || !o->key)
            return false;
    }
    return load_keys() && load_faults();
}

int main(int argc, char **argv) {
    struct http_options o = {0};
    sigset_t set;
    int got;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!read_options(argc, argv) || !prepare(&o))
        return 2;
    if (!http_start(&o) || !write_ready(&o))
        return 1;
    sigwait(&set, &got);
    http_stop();
    return 0;
}
