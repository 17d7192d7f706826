/* Words of the demo company, in the languages of its customers. */
#ifndef SERVICE_ERP_DEMO_DEMO_WORDS_H
#define SERVICE_ERP_DEMO_DEMO_WORDS_H

#include <stddef.h>

#define DEMO_LANGUAGES  4
#define DEMO_NOUNS      14
#define DEMO_ADJECTIVES 8
#define DEMO_MATERIALS  6
#define DEMO_TRIMS      6
#define DEMO_COLOURS    6
#define DEMO_SIZES      5
#define DEMO_SENTENCES  6
#define DEMO_NAMES      8

struct demo_noun {
    const char *text;
    int gender;       /* which form of the adjective goes with it */
    const char *code; /* start of its SKUs */
};
struct demo_language {
    const char *country;
    struct demo_noun nouns[DEMO_NOUNS];
    const char *adjectives[DEMO_ADJECTIVES][3];
    const char *materials[DEMO_MATERIALS];
    const char *trims[DEMO_TRIMS]; /* how big, how many */
    const char *colour, *size;     /* names of the attributes */
    const char *colours[DEMO_COLOURS];
    const char *sentences[DEMO_SENTENCES];
    const char *first_names[DEMO_NAMES], *last_names[DEMO_NAMES], *streets[DEMO_NAMES], *cities[DEMO_NAMES];
    const char *firm; /* what follows a last name in a firm's name */
};
extern const struct demo_language DEMO_LANGUAGE[DEMO_LANGUAGES];
extern const char *const DEMO_SIZE_NAMES[DEMO_SIZES];

/* Names of groups: a top one and what is under it. */
#define DEMO_TOP_GROUPS 8
#define DEMO_SUB_GROUPS 5
struct demo_group {
    const char *name;
    const char *sub[DEMO_SUB_GROUPS];
};
extern const struct demo_group DEMO_GROUPS[DEMO_TOP_GROUPS];

/* What people and programs put into names, all of it legal. */
extern const char *const DEMO_ODDITIES[];
extern const size_t DEMO_ODDITY_COUNT;

#endif
