/* The HTTP side (libmicrohttpd): sockets, threads, request log. */
#ifndef SIM_HTTP_H
#define SIM_HTTP_H

#include "tests/sim/call.h"

struct http_options {
    int http_port, https_port; /* 0: the system chooses; -1: none. Filled with the ports in use. */
    char *cert, *key;          /* PEM texts */
    long throttle_batch_ms;    /* each batch request takes at least so long, without the lock */
    int max_parallel;          /* requests at once, the others wait; 0 no limit */
};

/* Listens on loopback. False: a message is on stderr. */
bool http_start(struct http_options *o);
void http_stop(void);

/* /_sim/requests */
void log_write(struct sbuf *b, long last);
void log_reset(void);

/* control.c: /_sim/... ; store locked. */
void control_answer(struct call *c);
/* control.c: after each request, for orders that trickle in. Store locked. */
void control_trickle(void);

#endif
