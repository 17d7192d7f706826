/* The sentences of http.c. */
#ifndef SERVICE_NET_HTTP_TEXT_H
#define SERVICE_NET_HTTP_TEXT_H

#include <stddef.h>

#include "service/net/http.h"

/* What a fault means, for a shopkeeper; names the host only, never the whole address. `detail` is the library's own
 * wording (redacted here). */
void http_fault_text(char *out, size_t size, enum http_fault fault, const char *url, const char *detail,
                     long retry_after_s);

#endif
