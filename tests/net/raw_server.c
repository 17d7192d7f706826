#include "tests/net/raw_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#define CONNECTIONS_MAX 64

struct raw_server {
    void (*serve)(void *ctx, struct raw_server *s, int fd);
    void *ctx;
    int listener, port;
    bool stopping;
    int connections, requests;
    int fds[CONNECTIONS_MAX];
    pthread_t threads[CONNECTIONS_MAX];
    pthread_t acceptor;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

struct connection {
    struct raw_server *server;
    int fd;
};

static void *run_connection(void *arg) {
    struct connection *c = arg;
    c->server->serve(c->server->ctx, c->server, c->fd);
    shutdown(c->fd, SHUT_RDWR);
    mem_free(c);
    return NULL;
}

static void *run_acceptor(void *arg) {
    struct raw_server *s = arg;
    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        pthread_mutex_lock(&s->lock);
        assert(s->connections < CONNECTIONS_MAX);
        struct connection *c = MEM_NEW(struct connection);
        c->server = s;
        c->fd = fd;
        s->fds[s->connections] = fd;
        pthread_create(&s->threads[s->connections], NULL, run_connection, c);
        s->connections++;
        pthread_mutex_unlock(&s->lock);
    }
}

struct raw_server *raw_server_start(void (*serve)(void *ctx, struct raw_server *s, int fd), void *ctx) {
    struct raw_server *s = MEM_NEW(struct raw_server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    signal(SIGPIPE, SIG_IGN);
    s->serve = serve;
    s->ctx = ctx;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    int bound = bind(s->listener, (struct sockaddr *)&address, sizeof address);
    int listening = listen(s->listener, 16);
    int named = getsockname(s->listener, (struct sockaddr *)&address, &len);
    assert(bound == 0 && listening == 0 && named == 0);
    s->port = ntohs(address.sin_port);
    pthread_create(&s->acceptor, NULL, run_acceptor, s);
    return s;
}

void raw_server_stop(struct raw_server *s) {
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->acceptor, NULL);
    close(s->listener);
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->changed);
    for (int i = 0; i < s->connections; i++)
        shutdown(s->fds[i], SHUT_RDWR);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < s->connections; i++) {
        pthread_join(s->threads[i], NULL);
        close(s->fds[i]);
    }
    mem_free(s);
}

int raw_server_port(const struct raw_server *s) {
    return s->port;
}

int raw_server_connections(struct raw_server *s) {
    pthread_mutex_lock(&s->lock);
    int n = s->connections;
    pthread_mutex_unlock(&s->lock);
    return n;
}

int raw_server_requests(struct raw_server *s) {
    pthread_mutex_lock(&s->lock);
    int n = s->requests;
    pthread_mutex_unlock(&s->lock);
    return n;
}

static size_t body_length(const char *head) {
    int64_t n = 0;
    const char *at = strcasestr(head, "\r\ncontent-length:");
    if (at) {
        char number[32];
        const char *from = at + strlen("\r\ncontent-length:");
        from += strspn(from, " ");
        str_fmt(number, sizeof number, "%.*s", (int)strcspn(from, "\r"), from);
        if (!str_to_i64(number, &n))
            n = 0;
    }
    return (size_t)n;
}

bool raw_read_request(struct raw_server *s, int fd, char request[RAW_REQUEST_MAX]) {
    size_t len = 0;
    for (;;) {
        request[len] = '\0';
        const char *end = strstr(request, "\r\n\r\n");
        if (end && len >= (size_t)(end + 4 - request) + body_length(request))
            break;
        ssize_t n = recv(fd, request + len, RAW_REQUEST_MAX - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
    }
    pthread_mutex_lock(&s->lock);
    s->requests++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return true;
}

void raw_write(int fd, const char *text) {
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

bool raw_wait_requests(struct raw_server *s, int n) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&s->lock);
    int rc = 0;
    while (s->requests < n && !s->stopping && rc == 0)
        rc = pthread_cond_timedwait(&s->changed, &s->lock, &until);
    bool reached = s->requests >= n;
    pthread_mutex_unlock(&s->lock);
    return reached;
}
