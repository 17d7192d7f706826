/* What WordPress does to texts: folding, slugs, escaping, cleaning. All results are new texts (xfree). */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include "tests/sim/mem.h"

/* Letters without accents, lower case if asked; other characters stay. */
char *text_fold(const char *s, bool lower);
/* sanitize_title: "Świece & lampy" -> "swiece-lampy". Letters of other scripts become %xx. */
char *text_slug(const char *s);
/* sanitize_text_field: no tags, no line breaks, single spaces, trimmed. */
char *text_clean(const char *s);
/* wp_kses_post: keeps harmless tags, drops others (their text stays), escapes lone & and <. */
char *text_kses(const char *s);
/* Term names: no tags, & escaped. */
char *text_term(const char *s);
/* esc_html: & < > and both quotes. */
char *text_html(const char *s);
/* wc_format_decimal of a text: "12,50" -> "1250", "9.99 EUR" -> "9.99". */
char *text_decimal(const char *s);
/* Is it well-formed UTF-8. */
bool text_utf8(const char *s, size_t n);
/* is_email, roughly. */
bool text_email(const char *s);
/* Do all words of `words` occur in `s` (without case and accents). */
bool text_search(const char *s, const char *words);

#endif
