/* Whom the client trusts: refusals with real certificates, natively (under Wine a refusal proves less). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/str.h"
#include "common/os/os.h"
#include "service/net/http.h"
#include "tests/net/certs.h"
#include "tests/support/temp_folder.h"

/* A TLS server that answers every connection once. */
struct server {
    SSL_CTX *ctx;
    int listener, port;
    int requests;
    pthread_t thread;
};

/* Reads the whole request: data left unread would make the close a reset. */
static bool read_request(SSL *ssl) {
    char request[4096];
    size_t len = 0;
    for (;;) {
        int n = SSL_read(ssl, request + len, (int)(sizeof request - 1 - len));
        if (n <= 0)
            return false;
        len += (size_t)n;
        request[len] = '\0';
        if (strstr(request, "\r\n\r\n{}"))
            return true;
    }
}

static void serve_one(struct server *s, int fd) {
    SSL *ssl = SSL_new(s->ctx);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1 && read_request(ssl)) {
        static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        s->requests++;
        SSL_write(ssl, answer, sizeof answer - 1);
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    close(fd);
}

static void *run(void *arg) {
    struct server *s = arg;
    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        serve_one(s, fd);
    }
}

static void server_start(struct server *s, const struct cert *cert, int max_version) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    signal(SIGPIPE, SIG_IGN);
    memset(s, 0, sizeof *s);
    s->ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(s->ctx, 0); /* so that it can offer what nobody should take */
    SSL_CTX_set_min_proto_version(s->ctx, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(s->ctx, max_version);
    assert_int_equal(SSL_CTX_use_certificate(s->ctx, cert->x509), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(s->ctx, cert->key), 1);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&address, &len), 0);
    s->port = ntohs(address.sin_port);
    pthread_create(&s->thread, NULL, run, s);
}

static void server_stop(struct server *s) {
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
    SSL_CTX_free(s->ctx);
}

struct fixture {
    char folder[512], ca_file[600];
    struct cert ca, other_ca;
};

static int set_up(void **state) {
    static struct fixture f;
    temp_folder_make(f.folder, sizeof f.folder);
    os_path_join(f.ca_file, sizeof f.ca_file, f.folder, "ca.pem");
    f.ca = cert_make("Our CA", NULL, NULL, -3600, 3600);
    f.other_ca = cert_make("Their CA", NULL, NULL, -3600, 3600);
    cert_write(&f.ca, f.ca_file);
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    cert_free(&f->ca);
    cert_free(&f->other_ca);
    temp_folder_remove(f->folder);
    return 0;
}

/* One request to a server with this certificate; says in `text` what went wrong. */
static enum http_fault ask(const char *ca_file, const struct cert *cert, int max_version, const char *host, char *text,
                           int *requests) {
    struct server server;
    struct http_client *client;
    struct http_answer answer;
    char url[128];
    server_start(&server, cert, max_version);
    struct http_options options = {
        .ca_file = ca_file,
        .parallel = 1,
        .connect_timeout_ms = 5000,
        .timeout_ms = 5000,
        .answer_max = 1000,
        .clock = os_clock(),
    };
    assert_int_equal(http_open(&options, &client, NULL), RC_OK);
    str_fmt(url, sizeof url, "https://%s:%d/", host, server.port);
    struct http_request request = {
        .method = "POST", .url = url, .user = "ck_x", .password = "cs_y", .body = "{}", .body_len = 2};
    http_send(client, &request, &answer);
    enum http_fault fault = answer.fault;
    if (fault)
        assert_false(answer.maybe_acted);
    str_copy(text, ERR_TEXT_MAX, answer.text);
    http_answer_free(&answer);
    http_close(client);
    server_stop(&server);
    *requests = server.requests;
    return fault;
}

static void expect(struct fixture *f, struct cert cert, const char *ca_file, int max_version, const char *host,
                   const char *says) {
    char text[ERR_TEXT_MAX];
    int requests;
    (void)f;
    enum http_fault fault = ask(ca_file, &cert, max_version, host, text, &requests);
    if (says) {
        if (fault != HTTP_FAULT_TLS || !strstr(text, says))
            fail_msg("%s: %s", http_fault_name(fault), text);
        assert_int_equal(requests, 0); /* not a byte of the request left */
    } else {
        assert_int_equal(fault, HTTP_FAULT_NONE);
        assert_int_equal(requests, 1);
    }
    cert_free(&cert);
}

static void the_right_one_is_trusted(void **state) {
    struct fixture *f = *state;
    expect(f, cert_make("shop", "IP:127.0.0.1", &f->ca, -60, 3600), f->ca_file, TLS1_3_VERSION, "127.0.0.1", NULL);
    expect(f, cert_make("shop", "DNS:localhost", &f->ca, -60, 3600), f->ca_file, TLS1_2_VERSION, "localhost", NULL);
}

static void another_authority_is_refused(void **state) {
    struct fixture *f = *state;
    expect(f, cert_make("shop", "IP:127.0.0.1", &f->other_ca, -60, 3600), f->ca_file, TLS1_3_VERSION, "127.0.0.1",
           "not trusted");
    /* ours is not in the system's list */
    expect(f, cert_make("shop", "IP:127.0.0.1", &f->ca, -60, 3600), NULL, TLS1_3_VERSION, "127.0.0.1", "not trusted");
}

static void signed_by_itself_is_refused(void **state) {
    struct fixture *f = *state;
    expect(f, cert_make("shop", "IP:127.0.0.1", NULL, -60, 3600), f->ca_file, TLS1_3_VERSION, "127.0.0.1",
           "not trusted");
}

static void another_name_is_refused(void **state) {
    struct fixture *f = *state;
    expect(f, cert_make("shop", "DNS:other.example", &f->ca, -60, 3600), f->ca_file, TLS1_3_VERSION, "127.0.0.1",
           "another name");
    expect(f, cert_make("shop", "DNS:other.example", &f->ca, -60, 3600), f->ca_file, TLS1_3_VERSION, "localhost",
           "another name");
}

static void out_of_its_time_is_refused(void **state) {
    struct fixture *f = *state;
    expect(f, cert_make("shop", "IP:127.0.0.1", &f->ca, -3600, -60), f->ca_file, TLS1_3_VERSION, "127.0.0.1",
           "expired");
    expect(f, cert_make("shop", "IP:127.0.0.1", &f->ca, 3600, 7200), f->ca_file, TLS1_3_VERSION, "127.0.0.1",
           "not valid yet");
}

static void old_encryption_is_refused(void **state) {
    struct fixture *f = *state;
    expect(f, cert_make("shop", "IP:127.0.0.1", &f->ca, -60, 3600), f->ca_file, TLS1_1_VERSION, "127.0.0.1",
           "was not trusted");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_one_is_trusted),    cmocka_unit_test(another_authority_is_refused),
        cmocka_unit_test(signed_by_itself_is_refused), cmocka_unit_test(another_name_is_refused),
        cmocka_unit_test(out_of_its_time_is_refused),  cmocka_unit_test(old_encryption_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
