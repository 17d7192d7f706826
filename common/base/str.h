/* UTF-8 text. All lengths are bytes unless a name says chars. */
#ifndef COMMON_BASE_STR_H
#define COMMON_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/buf.h"

/* printf into a fixed buffer, always terminated, cut at a character boundary. Returns false if it was cut. */
bool str_fmt(char *out, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool str_copy(char *out, size_t size, const char *s); /* same, without a format; NULL copies "" */
bool str_eq(const char *a, const char *b);            /* NULL equals only NULL */
bool str_empty(const char *s);                        /* NULL or "" */
bool str_blank(const char *s);                        /* NULL, or only white space (Unicode spaces too) */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* In place: removes white space (Unicode's) at both ends, returns s. */
char *str_trim(char *s);

bool utf8_valid(const char *s, size_t len); /* RFC 3629: no overlong forms, no surrogates, at most U+10FFFF */
/* Decodes one character at *s (< end) and moves *s on; U+FFFD for a bad byte, which is stepped over alone. */
uint32_t utf8_next(const char **s, const char *end);
/* Encodes one character, returns its 1 to 4 bytes; what is no character (a surrogate, past U+10FFFF) becomes U+FFFD. */
size_t utf8_encode(char out[4], uint32_t code_point);
bool utf8_is_space(uint32_t code_point);   /* Unicode property White_Space */
bool utf8_is_control(uint32_t code_point); /* U+0000..001F and U+007F..009F */
void utf8_add(struct buf *b, uint32_t code_point);
size_t utf8_chars(const char *s);
/* Longest prefix of s with at most max_bytes bytes that ends at a character. */
size_t utf8_cut(const char *s, size_t max_bytes);
/* Appends s with every malformed byte replaced by U+FFFD and, if asked, control characters (but \n \t) too; then
 * \r\n and a lone \r become \n. */
void utf8_add_clean(struct buf *b, const char *s, size_t len, bool drop_controls);

/* Appends s with the entities of HTML that shops send (&amp; &lt; &gt; &quot; &apos; &#39; &#039; &#NNN; &#xHHH; &nbsp;
 * &ndash; ...) turned into characters; an unknown entity stays as it is. */
void html_add_unescaped(struct buf *b, const char *s);
void html_add_escaped(struct buf *b, const char *s); /* & < > " ' */
/* Appends the text of an HTML page or message: tags, scripts, styles and comments dropped, entities read, white space
 * folded to single spaces, cut at a character after at most max bytes. */
void html_add_text(struct buf *b, const char *s, size_t max);

/* SKU normal form, the one rule for the whole product (rule R14, capability M-05): white space at both ends removed,
 * inner runs of white space become one space, control characters refused; case, accents and leading zeros are kept
 * and count. Writes at most SKU_MAX bytes. false: empty, too long, or malformed. */
#define SKU_MAX 100
bool sku_normal(char out[SKU_MAX + 1], const char *sku);
/* The collation key under which shops may call two SKUs equal (WooCommerce: case and accents ignored, hazard 14 of the
 * recordings). Two different SKUs with one key cannot both be sent. Latin letters with diacritics fold to ASCII. */
void sku_collation_key(struct buf *out, const char *sku_normal_form);

/* Whole decimal number, optional sign, nothing else around it. false if malformed or out of range. */
bool str_to_i64(const char *s, int64_t *out);

/* Base64 (RFC 4648, with padding). */
void base64_add(struct buf *out, const void *data, size_t len);
void hex_add(struct buf *out, const void *data, size_t len);
int hex_digit(char c); /* value of one digit, capital or small; -1 when it is none */
bool hex_decode(const char *hex, void *out, size_t out_len); /* exactly out_len bytes */

#endif
