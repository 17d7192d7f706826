/* The HTTP client against a server that breaks its answers in every way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/os/os.h"
#include "service/net/http.h"
#include "tests/net/raw_server.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-One: 1\r\n\r\n{}"

struct fixture {
    struct raw_server *server;
    struct http_client *client;
    struct stop *stop;
    char url[256];
};

static struct http_options options_of(struct fixture *f) {
    return (struct http_options){
        .user_agent = "test",
        .parallel = 4,
        .connect_timeout_ms = 3000,
        .timeout_ms = 5000,
        .answer_max = 10000,
        .clock = os_clock(),
        .stop = f->stop,
    };
}

static void begin(struct fixture *f, void (*serve)(void *ctx, struct raw_server *s, int fd), void *ctx,
                  const struct http_options *changed) {
    memset(f, 0, sizeof *f);
    f->server = raw_server_start(serve, ctx);
    f->stop = stop_new();
    struct http_options options = changed ? *changed : options_of(f);
    options.stop = f->stop;
    assert_int_equal(http_open(&options, &f->client, NULL), RC_OK);
    str_fmt(f->url, sizeof f->url, "http://127.0.0.1:%d/wp-json?consumer_secret=cs_0123456789",
            raw_server_port(f->server));
}

static void end(struct fixture *f) {
    http_close(f->client);
    raw_server_stop(f->server);
    stop_free(f->stop);
}

static struct http_answer send_it(struct fixture *f, const char *method, const char *body) {
    struct http_answer answer;
    struct http_request request = {.method = method, .url = f->url, .body = body, .body_len = body ? strlen(body) : 0};
    http_send(f->client, &request, &answer);
    return answer;
}

/* Sends one request and checks what became of it. */
static void expect(struct fixture *f, const char *method, const char *body, enum http_fault fault, int status,
                   bool acted) {
    struct http_answer a = send_it(f, method, body);
    if (a.fault != fault || a.status != status || (body && a.maybe_acted != acted))
        fail_msg("fault %s, status %d, acted %d, \"%s\"", http_fault_name(a.fault), a.status, a.maybe_acted, a.text);
    assert_null(strstr(a.text, "cs_0123"));
    if (fault)
        assert_true(a.text[0] != '\0');
    http_answer_free(&a);
}

/* --- servers --- */

static void serve_ok(void *ctx, struct raw_server *s, int fd) {
    (void)ctx;
    char request[RAW_REQUEST_MAX];
    while (raw_read_request(s, fd, request))
        raw_write(fd, OK_ANSWER);
}

/* Reads the whole request, answers ctx and closes. */
static void serve_text(void *ctx, struct raw_server *s, int fd) {
    char request[RAW_REQUEST_MAX];
    if (raw_read_request(s, fd, request))
        raw_write(fd, ctx);
}

/* The first request of a connection is answered, the second is read and the connection then dies. */
static void serve_once(void *ctx, struct raw_server *s, int fd) {
    (void)ctx;
    char request[RAW_REQUEST_MAX];
    if (raw_read_request(s, fd, request)) {
        raw_write(fd, OK_ANSWER);
        raw_read_request(s, fd, request);
    }
}

/* Answers nobody before three requests are there. */
static void serve_together(void *ctx, struct raw_server *s, int fd) {
    (void)ctx;
    char request[RAW_REQUEST_MAX];
    if (raw_read_request(s, fd, request) && raw_wait_requests(s, 3))
        raw_write(fd, OK_ANSWER);
}

static void serve_silence(void *ctx, struct raw_server *s, int fd) {
    (void)ctx;
    char request[RAW_REQUEST_MAX];
    if (raw_read_request(s, fd, request))
        raw_wait_requests(s, 1000);
}

/* --- tests --- */

static void one_connection_for_many_requests(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, serve_ok, NULL, NULL);
    for (int i = 0; i < 5; i++)
        expect(&f, i % 2 ? "POST" : "GET", i % 2 ? "{}" : NULL, HTTP_FAULT_NONE, 200, true);
    assert_int_equal(raw_server_connections(f.server), 1);
    assert_int_equal(raw_server_requests(f.server), 5);
    assert_int_equal(http_requests_sent(f.client), 5);
    end(&f);
}

static void headers_can_be_asked(void **state) {
    (void)state;
    struct fixture f;
    char value[16];
    begin(&f, serve_ok, NULL, NULL);
    struct http_answer a = send_it(&f, "GET", NULL);
    assert_true(http_answer_header(&a, "x-one", value, sizeof value));
    assert_string_equal(value, "1");
    assert_false(http_answer_header(&a, "x-two", value, sizeof value));
    assert_string_equal(a.body.data, "{}");
    http_answer_free(&a);
    end(&f);
}

static void broken_answers(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        enum http_fault fault;
        int status;
    } cases[] = {
        {"", HTTP_FAULT_CUT, 0},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":", HTTP_FAULT_CUT, 200},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"id\":", HTTP_FAULT_CUT, 200},
        {"hello, I am no web server\r\n", HTTP_FAULT_OTHER, 0},
        {"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", HTTP_FAULT_NONE, 301},
        {"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n", HTTP_FAULT_NONE, 500},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP_FAULT_NONE, 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture f;
        begin(&f, serve_text, (char *)(uintptr_t)cases[i].answer, NULL);
        struct http_answer a = send_it(&f, "POST", "{\"a\":1}");
        bool garbage = cases[i].fault == HTTP_FAULT_OTHER;
        if ((garbage ? a.fault == HTTP_FAULT_NONE : a.fault != cases[i].fault) || a.status != cases[i].status)
            fail_msg("case %zu: %s, status %d, %s", i, http_fault_name(a.fault), a.status, a.text);
        assert_true(a.maybe_acted); /* the server had read it all */
        assert_int_equal(raw_server_requests(f.server), 1);
        http_answer_free(&a);
        end(&f);
    }
}

/* libcurl repeats a request by itself when a kept-alive connection dies unanswered. A write must not be repeated. */
static void a_write_is_never_repeated(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, serve_once, NULL, NULL);
    expect(&f, "POST", "{\"n\":1}", HTTP_FAULT_NONE, 200, true);
    expect(&f, "POST", "{\"n\":2}", HTTP_FAULT_CUT, 0, true);
    assert_int_equal(raw_server_requests(f.server), 2);
    expect(&f, "GET", NULL, HTTP_FAULT_NONE, 200, true);
    end(&f);
}

static void nothing_was_sent(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, serve_ok, NULL, NULL);
    struct raw_server *gone = raw_server_start(serve_ok, NULL);
    str_fmt(f.url, sizeof f.url, "http://127.0.0.1:%d/", raw_server_port(gone));
    raw_server_stop(gone);
    expect(&f, "POST", "{}", HTTP_FAULT_CONNECT, 0, false);
    str_copy(f.url, sizeof f.url, "http://no-such-host.invalid/");
    struct http_answer a = send_it(&f, "POST", "{}");
    assert_true(a.fault == HTTP_FAULT_DNS ||
                a.fault == HTTP_FAULT_CONNECT); /* the latter where no name server answers */
    assert_false(a.maybe_acted);
    http_answer_free(&a);
    str_copy(f.url, sizeof f.url, "ftp://127.0.0.1/x");
    expect(&f, "POST", "{}", HTTP_FAULT_URL, 0, false);
    str_copy(f.url, sizeof f.url, "file:///etc/passwd");
    expect(&f, "GET", NULL, HTTP_FAULT_URL, 0, false);
    str_copy(f.url, sizeof f.url, "http://");
    expect(&f, "POST", "{}", HTTP_FAULT_URL, 0, false);
    end(&f);
}

static void too_big(void **state) {
    (void)state;
    struct fixture f;
    char *answer = mem_printf("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n%020000d", 7);
    begin(&f, serve_text, answer, NULL);
    expect(&f, "POST", "{}", HTTP_FAULT_TOO_BIG, 200, true);
    end(&f);
    mem_free(answer);
}

static void no_answer_in_time(void **state) {
    (void)state;
    struct fixture f;
    struct http_options options = options_of(&f);
    options.timeout_ms = 300;
    begin(&f, serve_silence, NULL, &options);
    expect(&f, "POST", "{}", HTTP_FAULT_TIMEOUT, 0, true);
    end(&f);
}

static void three_at_once_count(void *ctx, struct http_answer *answer) {
    int *good = ctx;
    *good += answer->fault == HTTP_FAULT_NONE && answer->status == 200;
}

static void requests_run_in_parallel(void **state) {
    (void)state;
    struct fixture f;
    int good = 0;
    begin(&f, serve_together, NULL, NULL);
    struct http_request request = {.method = "GET", .url = f.url};
    for (int i = 0; i < 3; i++)
        http_start(f.client, &request, three_at_once_count, &good);
    assert_int_equal(http_running(f.client), 3);
    assert_true(http_may_start(f.client));
    while (http_running(f.client) > 0)
        http_poll(f.client, 10000);
    assert_int_equal(good, 3);
    end(&f);
}

struct stopper {
    struct raw_server *server;
    struct stop *stop;
};

static void stop_when_asked(void *arg) {
    struct stopper *s = arg;
    raw_wait_requests(s->server, 1);
    stop_set(s->stop);
}

static void stop_leaves_at_once(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, serve_silence, NULL, NULL);
    struct stopper stopper = {f.server, f.stop};
    struct os_thread *thread = os_thread_start(stop_when_asked, &stopper);
    int64_t start = clock_monotonic_us(os_clock());
    expect(&f, "POST", "{}", HTTP_FAULT_STOPPED, 0, true);
    assert_true(clock_monotonic_us(os_clock()) - start < 3000000);
    os_thread_join(thread);
    expect(&f, "POST", "{}", HTTP_FAULT_STOPPED, 0, false); /* and nothing leaves any more */
    assert_int_equal(raw_server_requests(f.server), 1);
    end(&f);
}

static void retry_after(void **state) {
    (void)state;
    static const struct {
        const char *answer;
        long wait;
    } cases[] = {
        {"HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", 120},
        {"HTTP/1.1 503 No\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT\r\n"
         "Content-Length: 0\r\n\r\n",
         30},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture f;
        begin(&f, serve_text, (char *)(uintptr_t)cases[i].answer, NULL);
        struct http_answer a = send_it(&f, "POST", "{}");
        assert_int_equal(a.retry_after_s, cases[i].wait);
        http_answer_free(&a);
        a = send_it(&f, "POST", "{}");
        assert_int_equal(a.fault, HTTP_FAULT_BLOCKED);
        assert_false(a.maybe_acted);
        assert_true(a.retry_after_s > cases[i].wait - 10 && a.retry_after_s <= cases[i].wait);
        assert_int_equal(raw_server_requests(f.server), 1);
        http_answer_free(&a);
        end(&f);
    }
}

/* What the service's environment says about proxies is not for us. */
static void no_proxy_from_the_environment(void **state) {
    (void)state;
    struct fixture f;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    begin(&f, serve_ok, NULL, NULL);
    expect(&f, "GET", NULL, HTTP_FAULT_NONE, 200, true);
    end(&f);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

struct kept_log {
    struct log log;
    char text[4096];
};

static void keep(struct log *log, enum log_level level, const struct log_context *about, const char *text) {
    (void)level;
    (void)about;
    struct kept_log *kept = (struct kept_log *)log;
    str_copy(kept->text, sizeof kept->text, text);
}

static void the_log_has_no_secret(void **state) {
    (void)state;
    static const struct log_vt vt = {keep};
    struct kept_log kept = {.log.vt = &vt};
    struct fixture f;
    struct http_options options = options_of(&f);
    options.log = &kept.log;
    begin(&f, serve_ok, NULL, &options);
    expect(&f, "GET", NULL, HTTP_FAULT_NONE, 200, true);
    assert_non_null(strstr(kept.text, "consumer_secret=***"));
    assert_non_null(strstr(kept.text, "200"));
    assert_null(strstr(kept.text, "cs_0123"));
    end(&f);
}

static void a_missing_ca_file_is_told(void **state) {
    (void)state;
    struct fixture f = {0};
    struct http_client *client;
    struct http_options options = options_of(&f);
    struct err err;
    options.ca_file = "/nowhere/ca.pem";
    assert_int_equal(http_open(&options, &client, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "/nowhere/ca.pem"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_connection_for_many_requests),
        cmocka_unit_test(headers_can_be_asked),
        cmocka_unit_test(broken_answers),
        cmocka_unit_test(a_write_is_never_repeated),
        cmocka_unit_test(nothing_was_sent),
        cmocka_unit_test(too_big),
        cmocka_unit_test(no_answer_in_time),
        cmocka_unit_test(requests_run_in_parallel),
        cmocka_unit_test(stop_leaves_at_once),
        cmocka_unit_test(retry_after),
        cmocka_unit_test(no_proxy_from_the_environment),
        cmocka_unit_test(the_log_has_no_secret),
        cmocka_unit_test(a_missing_ca_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
