/* Private to html.c. */
#ifndef COMMON_BASE_HTML_ENTITIES_H
#define COMMON_BASE_HTML_ENTITIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character that the entity at s (an ampersand) stands for and the entity's length with its semicolon; 0 and *len
 * untouched if it is none we know. Numbers that name no character give U+FFFD. */
uint32_t html_entity(const char *s, size_t *len);

#endif
