/* A server of bare sockets on loopback, for every way an answer can break. POSIX. */
#ifndef TESTS_NET_RAW_SERVER_H
#define TESTS_NET_RAW_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#define RAW_REQUEST_MAX 65536

struct raw_server;
/* Serves each connection in a thread of its own with `serve`, until it returns. */
struct raw_server *raw_server_start(void (*serve)(void *ctx, struct raw_server *s, int fd), void *ctx);
void raw_server_stop(struct raw_server *s); /* closes what is open and waits */
int raw_server_port(const struct raw_server *s);
int raw_server_connections(struct raw_server *s); /* accepted so far */
int raw_server_requests(struct raw_server *s);    /* read by raw_read_request so far */

/* Reads one request with its body (Content-Length); false when the connection ended before it was whole. */
bool raw_read_request(struct raw_server *s, int fd, char request[RAW_REQUEST_MAX]);
void raw_write(int fd, const char *text);
/* Waits until n requests have been read in all; false after 10 s. */
bool raw_wait_requests(struct raw_server *s, int n);

#endif
