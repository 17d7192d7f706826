#include "tests/sim/faults.h"

#include "tests/sim/control.h"
#include "tests/sim/order.h"
#include "tests/sim/product.h"
#include "tests/sim/text.h"

#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rule {
    regex_t match;
    char *action;
    cJSON *json; /* the rule itself, for its parameters */
    long nth, every, times, skip, seen, used;
    double probability;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rule *rules;
static int n_rules;
static double chaos;
static uint64_t random_state = 1;
static struct ids chaos_kinds; /* indexes into kinds[] */
static long max_delay = 200;
static int chaos_retry_after = 1; /* of 503: ten minutes, as the original says, no test would wait */

/* Every kind, how often it was used, and is it one that loses nothing on the shop's side (default for chaos). */
static struct {
    const char *name;
    bool gentle;
    long used;
} kinds[] = {{"delay", true, 0},
             {"cut_before", true, 0},
             {"cut_after", true, 0},
             {"cut_body", true, 0},
             {"429", true, 0},
             {"401", true, 0},
             {"403", true, 0},
             {"login", true, 0},
             {"redirect", true, 0},
             {"413", true, 0},
             {"500", true, 0},
             {"502", true, 0},
             {"503", true, 0},
             {"db", true, 0},
             {"warning", true, 0},
             {"notice", true, 0},
             {"bom", true, 0},
             {"fatal_in_batch", true, 0},
             {"wrong_page", true, 0},
             {"repeat_page", true, 0},
             {"insert", true, 0},
             {"partial", true, 0},
             {"shuffle", true, 0},
             {"error_after", true, 0},
             {"duplicate_keys", true, 0},
             {"huge", false, 0},
             {"deep", false, 0},
             {"clock_skew", false, 0},
             {"remove", false, 0},
             {"silent_delete", false, 0},
             {"trash", false, 0}};
#define N_KINDS (sizeof kinds / sizeof *kinds)

static uint64_t random_next(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * 2685821657736338717ULL;
}

static double random_part(void) {
    return (double)(random_next() >> 11) / 9007199254740992.0;
}

static int kind_index(const char *name) {
    for (size_t i = 0; i < N_KINDS; i++) {
        if (!strcmp(kinds[i].name, name))
            return (int)i;
    }
    return -1;
}

/* ---- loading ---- */

static void clear(void) {
    for (int i = 0; i < n_rules; i++) {
        regfree(&rules[i].match);
        xfree(rules[i].action);
        cJSON_Delete(rules[i].json);
    }
    xfree(rules);
    rules = NULL;
    n_rules = 0;
    chaos = 0;
    max_delay = 200;
    chaos_kinds.n = 0;
    for (size_t i = 0; i < N_KINDS; i++)
        kinds[i].used = 0;
}

static char *load_rule(const cJSON *r) {
    const char *match = *js_str(r, "match") ? js_str(r, "match") : ".";
    struct rule *x;
    char *action = js_text(js_get(r, "action"));

    if (kind_index(action) < 0) {
        char *text = xfmt("unknown action \"%s\"", action);

        xfree(action);
        return text;
    }
    rules = xgrow(rules, (size_t)(n_rules + 1) * sizeof *rules);
    x = &rules[n_rules];
    memset(x, 0, sizeof *x);
    if (regcomp(&x->match, match, REG_EXTENDED | REG_NOSUB)) {
        xfree(action);
        return xfmt("match is not a regular expression: %s", match);
    }
    n_rules++;
    x->action = action;
    x->json = cJSON_Duplicate(r, true);
    x->nth = js_id(r, "nth");
    x->every = js_id(r, "every");
    x->times = js_has(r, "times") ? js_id(r, "times") : -1;
    x->skip = js_id(r, "skip");
    x->probability = js_has(r, "probability") ? js_double(js_get(r, "probability")) : 1;
    return NULL;
}

static char *load_kinds(const cJSON *list) {
    const cJSON *i;

    for (size_t k = 0; !list && k < N_KINDS; k++) {
        if (kinds[k].gentle)
            ids_add(&chaos_kinds, (long)k);
    }
    cJSON_ArrayForEach(i, list) {
        char *name = js_text(i);
        int k = kind_index(name);

        if (k < 0) {
            char *text = xfmt("unknown kind \"%s\"", name);

            xfree(name);
            return text;
        }
        ids_add(&chaos_kinds, k);
        xfree(name);
    }
    return NULL;
}

char *faults_load(const cJSON *script) {
    const cJSON *list = cJSON_IsArray(script) ? script : js_get(script, "rules"), *i;
    char *trouble = NULL;

    pthread_mutex_lock(&lock);
    clear();
    random_state =
        js_has(script, "seed") ? (uint64_t)js_id(script, "seed") * 0x9E3779B97F4A7C15ULL + 1 : 88172645463325252ULL;
    chaos_retry_after = js_has(script, "retry_after") ? (int)js_id(script, "retry_after") : 1;
    if (js_has(script, "max_delay_ms"))
        max_delay = js_id(script, "max_delay_ms");
    cJSON_ArrayForEach(i, list) {
        trouble = trouble ? trouble : load_rule(i);
    }
    if (!trouble && js_has(script, "chaos"))
        trouble = load_kinds(js_get(script, "kinds"));
    chaos = js_double(js_get(script, "chaos"));
    if (trouble)
        clear();
    pthread_mutex_unlock(&lock);
    return trouble;
}

void faults_counts(struct sbuf *b, const char *key) {
    pthread_mutex_lock(&lock);
    jw_open(b, key, '{');
    for (size_t i = 0; i < N_KINDS; i++) {
        if (kinds[i].used)
            jw_int(b, kinds[i].name, kinds[i].used);
    }
    jw_close(b, '}');
    pthread_mutex_unlock(&lock);
}

/* ---- deciding ---- */

static void set_cut(struct fault_plan *plan, const char *how) {
    plan->cut = !strcmp(how, "chunked") ? CUT_CHUNKED : !strcmp(how, "close") ? CUT_CLOSE : CUT_LENGTH;
}

static void set_retry_after(struct fault_plan *plan, const cJSON *v) {
    if (cJSON_IsNumber(v))
        snprintf(plan->retry_after, sizeof plan->retry_after, "%lld", js_int(v));
    else if (cJSON_IsString(v) && !strcmp(v->valuestring, "date"))
        wp_http_date(plan->retry_after, sizeof plan->retry_after, wp_now() + 2);
    else if (cJSON_IsString(v) && strcmp(v->valuestring, "none"))
        snprintf(plan->retry_after, sizeof plan->retry_after, "%s", v->valuestring);
}

static bool set_flag(struct fault_plan *plan, const char *a) {
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"wrong_page", &plan->wrong_page},
                 {"repeat_page", &plan->repeat_page},
                 {"insert", &plan->insert},
                 {"remove", &plan->remove},
                 {"silent_delete", &plan->gone},
                 {"trash", &plan->trash},
                 {"partial", &plan->partial},
                 {"shuffle", &plan->shuffle},
                 {"warning", &plan->warning},
                 {"notice", &plan->notice},
                 {"bom", &plan->bom},
                 {"duplicate_keys", &plan->duplicate},
                 {"huge", &plan->huge},
                 {"deep", &plan->deep}};

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!strcmp(flags[i].name, a)) {
            *flags[i].flag = true;
            return true;
        }
    }
    return false;
}

static void plan_cut(struct fault_plan *plan, const char *a, const cJSON *p) {
    static const char *const hows[] = {"length", "chunked"};

    if (!strcmp(a, "cut_before"))
        plan->cut = CUT_BEFORE;
    else if (!strcmp(a, "cut_after"))
        plan->cut = CUT_AFTER;
    else
        set_cut(plan, p ? js_str(p, "how") : hows[random_next() % 2]);
}

/* An answer that is not the shop's, in place of the right one or after the work was done. */
static void plan_instead(struct fault_plan *plan, const char *a, const cJSON *p) {
    if (!strcmp(a, "error_after")) {
        snprintf(plan->instead_after, sizeof plan->instead_after, "%ld",
                 js_has(p, "status") ? js_id(p, "status") : 500);
    } else {
        snprintf(plan->instead, sizeof plan->instead, "%s", a);
        snprintf(plan->target, sizeof plan->target, "%s", js_str(p, "to"));
    }
    plan->html = js_truth(js_get(p, "html"));
    set_retry_after(plan, js_get(p, "retry_after"));
    if (!p && !strcmp(a, "429") && random_next() % 2)
        snprintf(plan->retry_after, sizeof plan->retry_after, "1");
    if (!p && !strcmp(a, "503"))
        snprintf(plan->retry_after, sizeof plan->retry_after, "%d", chaos_retry_after);
}

/* p: the rule's parameters, NULL for chaos. */
static void plan_action(struct fault_plan *plan, const char *a, const cJSON *p) {
    size_t n = strlen(plan->name);

    kinds[kind_index(a)].used++;
    snprintf(plan->name + n, sizeof plan->name - n, "%s%s", n ? " " : "", a);
    if (set_flag(plan, a)) {
        if (!strcmp(a, "silent_delete") || !strcmp(a, "trash"))
            snprintf(plan->target, sizeof plan->target, "%s", js_str(p, "sku"));
    } else if (!strcmp(a, "delay")) {
        plan->delay_ms += p ? js_id(p, "ms") : (long)(random_part() * (double)max_delay);
    } else if (!strncmp(a, "cut_", 4)) {
        plan_cut(plan, a, p);
    } else if (!strcmp(a, "fatal_in_batch")) {
        plan->fatal_after = p ? (int)js_id(p, "after") : 1 + (int)(random_next() % 20);
    } else if (!strcmp(a, "clock_skew")) {
        plan->has_skew = true;
        plan->skew = p ? js_id(p, "seconds") : (long)(random_next() % 600) - 300;
    } else {
        plan_instead(plan, a, p);
    }
}

static bool due(struct rule *r) {
    long n = ++r->seen - r->skip;

    if (n <= 0 || (r->times >= 0 && r->used >= r->times))
        return false;
    if (r->nth && n != r->nth)
        return false;
    if (r->every && n % r->every)
        return false;
    return r->probability >= 1 || random_part() < r->probability;
}

void faults_plan(const struct call *c, struct fault_plan *plan) {
    char *line = xfmt("%s %s", c->method, c->raw_uri);

    pthread_mutex_lock(&lock);
    for (int i = 0; i < n_rules; i++) {
        if (regexec(&rules[i].match, line, 0, NULL, 0) || !due(&rules[i]))
            continue;
        rules[i].used++;
        plan_action(plan, rules[i].action, rules[i].json);
    }
    if (chaos > 0 && chaos_kinds.n && random_part() < chaos) {
        plan->chaos = true;
        plan_action(plan, kinds[chaos_kinds.v[random_next() % (unsigned)chaos_kinds.n]].name, NULL);
    }
    pthread_mutex_unlock(&lock);
    xfree(line);
}

/* ---- answers in place of ours ---- */

static bool wants_json(const struct call *c) {
    return c->accept && strstr(c->accept, "application/json");
}

static void page(struct call *c, int status, const char *type, const char *text) {
    sb_free(&c->out);
    c->status = status;
    c->type = type;
    sb_puts(&c->out, text);
}

static void fatal(struct call *c, bool html) {
    const char *message =
        "<p>There has been a critical error on this website.</p><p><a href=\"https://wordpress.org/documentation/"
        "article/faq-troubleshooting/\">Learn more about troubleshooting WordPress.</a></p>";

    if (html || !wants_json(c)) {
        page(c, 500, "text/html; charset=UTF-8",
             "<!DOCTYPE html>\n<html dir='ltr'>\n<head>\n<title>WordPress &rsaquo; Error</title>\n</head>\n<body "
             "id=\"error-page\">\n");
        sb_printf(&c->out, "<div class=\"wp-die-message\">%s</div></body>\n</html>\n", message);
        return;
    }
    page(c, 500, "application/json; charset=UTF-8", "");
    jw_open(&c->out, NULL, '{');
    jw_str(&c->out, "code", "internal_server_error");
    jw_str(&c->out, "message", message);
    jw_open(&c->out, "data", '{');
    jw_int(&c->out, "status", 500);
    jw_open(&c->out, "error", '{');
    jw_int(&c->out, "type", 1);
    jw_str(&c->out, "message",
           "Uncaught Error: Call to undefined function no_such_function_here() in "
           "/var/www/html/wp-content/mu-plugins/fault.php:7\nStack trace:\n#0 "
           "/var/www/html/wp-includes/class-wp-hook.php(324): "
           "{closure}()\n#1 {main}\n  thrown");
    jw_str(&c->out, "file", "/var/www/html/wp-content/mu-plugins/fault.php");
    jw_int(&c->out, "line", 7);
    jw_close(&c->out, '}');
    jw_close(&c->out, '}');
    jw_raw(&c->out, "additional_errors", "[]");
    jw_close(&c->out, '}');
}

static void die(struct call *c, int status, const char *code, const char *message, bool html) {
    if (html || !wants_json(c)) {
        page(c, status, "text/html; charset=UTF-8",
             "<!DOCTYPE html>\n<html dir='ltr'>\n<head>\n\t<title>Error</title>\n</head>\n<body>");
        sb_printf(&c->out, "<h1>%s</h1></body>\n</html>\n", message);
        return;
    }
    page(c, status, "application/json; charset=UTF-8", "");
    jw_open(&c->out, NULL, '{');
    jw_str(&c->out, "code", code);
    jw_str(&c->out, "message", message);
    jw_open(&c->out, "data", '{');
    jw_int(&c->out, "status", status);
    jw_close(&c->out, '}');
    jw_raw(&c->out, "additional_errors", "[]");
    jw_close(&c->out, '}');
}

static const char nginx_413[] =
    "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request "
    "Entity Too Large</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";
static const char nginx_429[] =
    "<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n<body>\r\n<center><h1>429 Too Many "
    "Requests</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";
static const char nginx_502[] =
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>"
    "\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n";
static const char firewall[] =
    "<!DOCTYPE html>\n<html><head><title>Attention Required!</title></head><body><h1>Sorry, you have been "
    "blocked</h1><p>The request was blocked by the firewall. Reference: 8a7b6c5d</p></body></html>\n";
static const char login[] =
    "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>Log In &lsaquo; Test shop &#8212; WordPress</title></head>\n"
    "<body class=\"login\"><form name=\"loginform\" action=\"/wp-login.php\" method=\"post\"></form></body></html>\n";

void faults_instead(struct call *c, const struct fault_plan *plan, const char *kind) {
    const char *html = "text/html";

    if (!strcmp(kind, "429")) {
        page(c, 429, html, nginx_429);
    } else if (!strcmp(kind, "401")) {
        page(c, 401, "application/json; charset=UTF-8",
             "{\"code\":\"woocommerce_rest_cannot_view\",\"message\":\"Sorry, you cannot list "
             "resources.\",\"data\":{\"status\":401}}");
    } else if (!strcmp(kind, "403")) {
        page(c, 403, html, firewall);
    } else if (!strcmp(kind, "login")) {
        page(c, 200, "text/html; charset=UTF-8", login);
    } else if (!strcmp(kind, "redirect")) {
        page(c, 301, html, "<html><head><title>301 Moved Permanently</title></head></html>\r\n");
        call_header(c, "Location", *plan->target ? plan->target : "https://other.example.test/");
    } else if (!strcmp(kind, "413")) {
        page(c, 413, html, nginx_413);
    } else if (!strcmp(kind, "502")) {
        page(c, 502, html, nginx_502);
    } else if (!strcmp(kind, "503")) {
        die(c, 503, "wp_die", "Briefly unavailable for scheduled maintenance. Check back in a minute.", plan->html);
        call_header(c, "Retry-After", *plan->retry_after ? plan->retry_after : "600");
    } else if (!strcmp(kind, "db")) {
        die(c, 500, "internal_server_error", "Error establishing a database connection", plan->html);
    } else {
        fatal(c, plan->html);
    }
    if (*plan->retry_after && strcmp(kind, "503"))
        call_header(c, "Retry-After", plan->retry_after);
}

/* ---- before the effect ---- */

static void set_page(struct call *c, long number) {
    cJSON_DeleteItemFromObjectCaseSensitive(c->params, "page");
    cJSON_AddNumberToObject(c->params, "page", (double)number);
}

/* A product by sku, or the first one there is. */
static struct product *victim(const char *sku) {
    char *fold = text_fold(sku, true);
    struct product *p = *fold ? sku_next(fold, NULL) : NULL;

    xfree(fold);
    for (long id = 0; !*sku && !p && id < S.n_posts; id++) {
        if (S.posts[id].kind == POST_PRODUCT && !((struct product *)S.posts[id].p)->trashed)
            p = S.posts[id].p;
    }
    return p;
}

static void move_pages(const struct call *c, const struct fault_plan *plan) {
    bool is_orders = strstr(c->path, "/orders") != NULL;

    if (plan->insert && is_orders)
        random_orders(1);
    else if (plan->insert && !plan->chaos) /* a product nobody knows would disturb comparisons */
        random_products(1);
    for (long id = 0; plan->remove && id < S.n_posts; id++) {
        if (is_orders && S.posts[id].kind == POST_ORDER && !((struct order *)S.posts[id].p)->trashed) {
            order_trash(S.posts[id].p);
            return;
        }
        if (!is_orders && S.posts[id].kind == POST_PRODUCT && !((struct product *)S.posts[id].p)->trashed) {
            product_trash(S.posts[id].p);
            return;
        }
    }
}

void faults_before(struct call *c, const struct fault_plan *plan) {
    struct product *p;
    long number = js_has(c->params, "page") ? js_id(c->params, "page") : 1;

    if (plan->has_skew)
        wp_skew(plan->skew);
    if (plan->wrong_page && number > 1)
        set_page(c, 1);
    if (plan->repeat_page && number > 1)
        set_page(c, number - 1);
    if (plan->insert || plan->remove)
        move_pages(c, plan);
    if (plan->gone && (p = victim(plan->target)))
        product_delete(p);
    if (plan->trash && (p = victim(plan->target)))
        product_trash(p);
}

/* ---- after it ---- */

static void around(struct call *c, const char *before, const char *after) {
    struct sbuf b = {0};

    sb_puts(&b, before);
    sb_add(&b, sb_text(&c->out), c->out.n);
    sb_puts(&b, after);
    sb_free(&c->out);
    c->out = b;
}

/* Loses the last verdict of each list of a batch, or turns them round. */
static void spoil_batch(struct call *c, const struct fault_plan *plan) {
    cJSON *all = cJSON_Parse(sb_text(&c->out)), *list;
    struct sbuf out = {0};

    jw_open(&out, NULL, '{');
    cJSON_ArrayForEach(list, all) {
        int n = cJSON_GetArraySize(list);

        jw_open(&out, list->string, '[');
        for (int i = 0; i < n - plan->partial; i++)
            jw_value(&out, NULL, cJSON_GetArrayItem(list, plan->shuffle ? n - 1 - i : i));
        jw_close(&out, ']');
    }
    jw_close(&out, '}');
    sb_free(&c->out);
    c->out = out;
    cJSON_Delete(all);
}

/* Puts text behind the first '{'. */
static void into_object(struct call *c, const char *text) {
    const char *p = strchr(sb_text(&c->out), '{');
    struct sbuf b = {0};

    if (!p || p[1] == '}')
        return;
    sb_add(&b, c->out.p, (size_t)(p + 1 - c->out.p));
    sb_puts(&b, text);
    sb_puts(&b, p + 1);
    sb_free(&c->out);
    c->out = b;
}

static char *repeated(const char *begin, char c, size_t n, const char *middle, char d, const char *end) {
    struct sbuf b = {0};

    sb_puts(&b, begin);
    for (size_t i = 0; i < n; i++)
        sb_putc(&b, c);
    sb_puts(&b, middle);
    for (size_t i = 0; d && i < n; i++)
        sb_putc(&b, d);
    sb_puts(&b, end);
    return sb_take(&b);
}

void faults_after(struct call *c, const struct fault_plan *plan) {
    char *text;

    if ((plan->partial || plan->shuffle) && c->is_batch && c->status == 200)
        spoil_batch(c, plan);
    if (plan->duplicate)
        into_object(c, "\"id\":0,\"sku\":\"\",\"status\":\"duplicate\",");
    if (plan->deep) {
        text = repeated("\"deep\":", '[', 5000, "", ']', ",");
        into_object(c, text);
        xfree(text);
    }
    if (plan->huge) {
        text = repeated("\"huge\":\"", 'x', 70u << 20, "", 0, "\",");
        into_object(c, text);
        xfree(text);
    }
    if (plan->warning)
        around(c,
               "<br />\n<b>Warning</b>:  Undefined variable $tax in "
               "<b>/var/www/html/wp-content/plugins/some-plugin/some-plugin.php</b> "
               "on line <b>42</b><br />\n",
               "");
    if (plan->notice)
        around(c, "",
               "\n<br />\n<b>Deprecated</b>:  Creation of dynamic property is deprecated in "
               "<b>/var/www/html/wp-content/plugins/some-plugin/b.php</b> on line <b>7</b><br />\n");
    if (plan->bom)
        around(c, "\xef\xbb\xbf", "");
}
