#include "tests/channel/sim.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "service/channel/woo/woo.h"
#include "tests/support/temp_folder.h"

static void read_key(struct sim *s, const char *name, char *out, size_t size) {
    char path[700];
    struct buf text;
    os_path_join(path, sizeof path, s->folder, name);
    assert_int_equal(os_read_file(path, 1024, &text, NULL), RC_OK);
    str_copy(out, size, str_trim(text.data));
    buf_free(&text);
}

static void read_assignment(struct sim *s, char *line) {
    int64_t pid;
    char *value = strchr(line, '=');
    if (!value)
        return;
    *value++ = '\0';
    str_trim(value);
    if (str_eq(line, "SIM_HTTPS"))
        str_copy(s->https, sizeof s->https, value);
    else if (str_eq(line, "SIM_HTTP"))
        str_copy(s->http, sizeof s->http, value);
    else if (str_eq(line, "SIM_PID") && str_to_i64(value, &pid))
        s->pid = (long)pid;
}

void sim_start(struct sim *s, const char *program) {
    char line[1024];
    memset(s, 0, sizeof *s);
    temp_folder_make(s->folder, sizeof s->folder);
    char *command = mem_printf("'%s/tests/sim/start.sh' '%s' '%s'", SF_SOURCE_DIR, program, s->folder);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    while (fgets(line, sizeof line, out))
        read_assignment(s, line);
    assert_int_equal(pclose(out), 0);
    mem_free(command);
    assert_true(s->pid > 0);
    os_path_join(s->ca, sizeof s->ca, s->folder, "ca.pem");
    read_key(s, "rw_key", s->key, sizeof s->key);
    read_key(s, "rw_secret", s->secret, sizeof s->secret);
    read_key(s, "ro_key", s->ro_key, sizeof s->ro_key);
    read_key(s, "ro_secret", s->ro_secret, sizeof s->ro_secret);
    struct http_options options = {.parallel = 1,
                                   .connect_timeout_ms = 5000,
                                   .timeout_ms = 60000,
                                   .answer_max = 64 * 1024 * 1024,
                                   .clock = os_clock()};
    assert_int_equal(http_open(&options, &s->client, NULL), RC_OK);
}

void sim_stop(struct sim *s) {
    http_close(s->client);
    if (s->pid > 0)
        kill((pid_t)s->pid, SIGTERM);
    temp_folder_remove(s->folder);
}

static char *ask(struct sim *s, const char *method, const char *what, const char *json) {
    char *url = mem_printf("%s/_sim/%s", s->http, what);
    struct http_answer answer;
    struct http_request request = {.method = method, .url = url, .body = json, .body_len = json ? strlen(json) : 0};
    http_send(s->client, &request, &answer);
    if (answer.fault || answer.status != 200)
        fail_msg("%s %s: %s %d %s", method, what, http_fault_name(answer.fault), answer.status, answer.body.data);
    char *text = buf_take(&answer.body);
    http_answer_free(&answer);
    mem_free(url);
    return text;
}

void sim_tell(struct sim *s, const char *what, const char *json) {
    mem_free(ask(s, "POST", what, json));
}

void sim_tellf(struct sim *s, const char *what, const char *format, ...) {
    char text[4096];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_true(n > 0 && (size_t)n < sizeof text);
    sim_tell(s, what, text);
}

char *sim_get(struct sim *s, const char *what) {
    return ask(s, "GET", what, NULL);
}

void sim_faults(struct sim *s, const char *rules) {
    char *script = mem_printf("{\"rules\":[%s]}", rules);
    sim_tell(s, "faults", script);
    mem_free(script);
}

static struct json *find_line(struct sim *s, const char *what, const char *key, const char *value) {
    char *text = sim_get(s, what);
    struct json *found = NULL;
    for (char *line = text; *line && !found;) {
        char *end = strchr(line, '\n');
        size_t len = end ? (size_t)(end - line) : strlen(line);
        struct json *j;
        struct buf have;
        buf_init(&have, 4096);
        assert_int_equal(json_parse(line, len, &j, NULL), RC_OK);
        if (json_text_lax(j, key, &have) && str_eq(have.data, value))
            found = j;
        else
            json_free(j);
        buf_free(&have);
        line += len + (end != NULL);
    }
    mem_free(text);
    return found;
}

struct json *sim_product(struct sim *s, const char *sku) {
    return find_line(s, "dump/products.ndjson", "sku", sku);
}

static void free_product(void *product) {
    json_free(product);
}

struct table *sim_products(struct sim *s) {
    char *text = sim_get(s, "dump/products.ndjson");
    struct table *all = table_new();
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        struct json *j;
        assert_non_null(end);
        assert_int_equal(json_parse(line, (size_t)(end - line), &j, NULL), RC_OK);
        const char *sku = json_str(j, "sku", "");
        free_product(sku[0] ? table_put(all, sku, j) : j);
        line = end + 1;
    }
    mem_free(text);
    return all;
}

void sim_products_free(struct table *products) {
    table_free(products, free_product);
}

struct json *sim_order(struct sim *s, const char *id) {
    return find_line(s, "dump/orders.ndjson", "id", id);
}

size_t sim_product_count(struct sim *s) {
    char *text = sim_get(s, "dump/products.ndjson");
    size_t n = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        n++;
    mem_free(text);
    return n;
}

void sim_reset_requests(struct sim *s) {
    sim_tell(s, "requests/reset", "{}");
}

size_t sim_count_requests(struct sim *s, const char *method, const char *path_part) {
    char *text = sim_get(s, "requests?last=100000");
    struct json *log;
    size_t n = 0;
    assert_int_equal(json_parse(text, strlen(text), &log, NULL), RC_OK);
    const struct json *list = json_get(log, "last");
    assert_true(json_is_array(list));
    for (const struct json *r = json_first(list); r; r = json_next(r)) {
        const char *line = json_str(r, "request", "");
        n += str_starts(line, method) && line[strlen(method)] == ' ' && strstr(line, path_part);
    }
    json_free(log);
    mem_free(text);
    return n;
}

void sim_channel_open(struct sim_channel *c, struct sim *s, ...) {
    va_list args;
    const char *key;
    struct err err;
    link_conf_make(&c->conf, s->https);
    link_conf_set(&c->conf, "ca_file", s->ca);
    c->keys = (struct two_keys){s->key, s->secret};
    c->stop = stop_new();
    va_start(args, s);
    while ((key = va_arg(args, const char *)) != NULL) {
        const char *value = va_arg(args, const char *);
        if (str_eq(key, "key"))
            c->keys.key = value;
        else if (str_eq(key, "secret"))
            c->keys.secret = value;
        else
            link_conf_set(&c->conf, key, value);
    }
    va_end(args);
    struct channel_open_args open = {
        .link = c->conf.link,
        .secret = two_keys_get,
        .secret_ctx = &c->keys,
        .company = "Firma",
        .link_name = "shop",
        .clock = os_clock(),
        .stop = c->stop,
        .user_agent = "shopferry-test",
    };
    if (woo_vt.open(&open, &c->channel, &err))
        fail_msg("%s", err.text);
}

void sim_channel_close(struct sim_channel *c) {
    chan_close(c->channel);
    stop_free(c->stop);
    link_conf_free(&c->conf);
}
