/* Takes secrets out of text before it reaches a log, an error or a screen. Every text that came from a request or from
 * an answer goes through here: shops echo what they were sent (keys in the query come back in the Link header). */
#ifndef SERVICE_NET_REDACT_H
#define SERVICE_NET_REDACT_H

#include <stddef.h>

#include "common/base/buf.h"

/* Appends text with these replaced by "***": the values of query parameters and form fields that carry credentials
 * (consumer_key, consumer_secret, oauth_*, password, token, key, ...), the credentials of Authorization headers (Basic,
 * Bearer, OAuth), user and password in front of a host, consumer keys and secrets (ck_..., cs_...) wherever they stand.
 */
void redact_add(struct buf *out, const char *text, size_t len);
/* The same into a fixed buffer, cut at a character. */
void redact(char *out, size_t size, const char *text);

#endif
