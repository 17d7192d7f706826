#include "service/erp/demo/demo_names.h"

#include <inttypes.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* One name in so many carries awkward characters. */
#define AWKWARD_EVERY 37

static const struct demo_words words[DEMO_LANGUAGES] = {
    [DEMO_POLISH] = {.sku = "PL-",
                     .groups = {"Dom i ogród", "Kuchnia", "Łazienka", "Oświetlenie", "Meble", "Ogród", "Narzędzia",
                                "Podróże", "Prezenty & dekoracje"},
                     .colour = "Kolor",
                     .size = "Rozmiar",
                     .colours = {"biały", "czarny", "czerwony", "zielony", "żółty", "niebieski"},
                     .sizes = {"mały", "średni", "duży", "XL", "XXL"},
                     .set = "Zestaw",
                     .description =
                         "<p>%s. Solidne wykonanie, gwarancja 24 miesiące.</p><ul><li>wysyłka w 24 godziny</li>"
                         "<li>zwrot do 30 dni</li></ul>"},
    [DEMO_ROMANIAN] = {.sku = "RO-",
                       .groups = {"Casă și grădină", "Bucătărie", "Baie", "Iluminat", "Mobilă", "Grădină", "Unelte",
                                  "Călătorii", "Cadouri și decorațiuni"},
                       .colour = "Culoare",
                       .size = "Mărime",
                       .colours = {"alb", "negru", "roșu", "verde", "galben", "albastru"},
                       .sizes = {"mic", "mijlociu", "mare", "XL", "XXL"},
                       .set = "Set",
                       .description =
                           "<p>%s. Fabricație solidă, garanție 24 de luni.</p><ul><li>livrare în 24 de ore</li>"
                           "<li>retur în 30 de zile</li></ul>"},
    [DEMO_SWEDISH] = {.sku = "SE-",
                      .groups = {"Hem & trädgård", "Kök", "Badrum", "Belysning", "Möbler", "Trädgård", "Verktyg",
                                 "Resor", "Presenter"},
                      .colour = "Färg",
                      .size = "Storlek",
                      .colours = {"vit", "svart", "röd", "grön", "gul", "blå"},
                      .sizes = {"liten", "mellan", "stor", "XL", "XXL"},
                      .set = "Paket",
                      .description = "<p>%s. Gediget utförande, två års garanti.</p><ul><li>skickas inom 24 timmar</li>"
                                     "<li>30 dagars öppet köp</li></ul>"},
    [DEMO_NORWEGIAN] = {.sku = "NO-",
                        .groups = {"Hus og hage", "Kjøkken", "Bad", "Belysning", "Møbler", "Hage", "Verktøy", "Reise",
                                   "Gaver"},
                        .colour = "Farge",
                        .size = "Størrelse",
                        .colours = {"hvit", "svart", "rød", "grønn", "gul", "blå"},
                        .sizes = {"liten", "mellomstor", "stor", "XL", "XXL"},
                        .set = "Pakke",
                        .description = "<p>%s. Solid utførelse, to års garanti.</p><ul><li>sendes innen 24 timer</li>"
                                       "<li>30 dagers åpent kjøp</li></ul>"},
};

static const char *const polish_things[] = {"Kubek",     "Talerz", "Dzbanek", "Garnek",   "Wazon",  "Koc",
                                            "Ręcznik",   "Stolik", "Regał",   "Fotel",    "Plecak", "Kosz",
                                            "Świecznik", "Zegar",  "Obrus",   "Pojemnik", "Młotek", "Wąż ogrodowy"};
static const char *const polish_kinds[] = {"ceramiczny",      "szklany",  "stalowy", "dębowy",
                                           "wełniany",        "składany", "okrągły", "podróżny",
                                           "ręcznie robiony", "łączony",  "żeliwny"};
static const char *const romanian_things[] = {"Scaun",   "Vas", "Dulap",  "Covor", "Ceas",   "Rucsac", "Tablou",
                                              "Sfeșnic", "Coș", "Prosop", "Raft",  "Ciocan", "Furtun", "Bol"};
static const char *const romanian_kinds[] = {"ceramic",      "metalic",  "țesut",      "pliabil",       "rotund",
                                             "de călătorie", "din lemn", "din sticlă", "lucrat manual", "îngust"};
static const char *const swedish_things[] = {"kopp", "tallrik", "kanna",          "gryta",  "vas",
                                             "filt", "handduk", "hylla",          "fåtölj", "ryggsäck",
                                             "korg", "klocka",  "trädgårdsslang", "hammare"};
static const char *const swedish_kinds[] = {"Keramisk", "Rund",    "Hopfällbar", "Handgjord", "Vävd",
                                            "Smal",     "Rostfri", "Blåmålad",   "Lätt"};
static const char *const norwegian_things[] = {"kopp",  "tallerken", "mugge",      "gryte",  "vase",  "kurv", "klokke",
                                               "hylle", "ryggsekk",  "hageslange", "hammer", "lampe", "pute", "stol"};
static const char *const norwegian_kinds[] = {"Keramisk", "Rund",    "Sammenleggbar", "Håndlaget", "Vevd",
                                              "Smal",     "Rustfri", "Blåmalt",       "Lett"};

static const struct {
    const char *const *things, *const *kinds;
    size_t thing_count, kind_count;
    bool kind_first; /* the Nordic languages put the adjective in front */
} parts[DEMO_LANGUAGES] = {
    [DEMO_POLISH] = {polish_things, polish_kinds, COUNT(polish_things), COUNT(polish_kinds), false},
    [DEMO_ROMANIAN] = {romanian_things, romanian_kinds, COUNT(romanian_things), COUNT(romanian_kinds), false},
    [DEMO_SWEDISH] = {swedish_things, swedish_kinds, COUNT(swedish_things), COUNT(swedish_kinds), true},
    [DEMO_NORWEGIAN] = {norwegian_things, norwegian_kinds, COUNT(norwegian_things), COUNT(norwegian_kinds), true},
};

/* Legal in every shop, and each has broken some integration: quotes, ampersand, inch and percent signs, an entity meant
 * literally, a comma, letters outside Latin, right-to-left, a combining accent, an emoji, a no-break space, a dash. */
static const char *const awkward[] = {
    " \"Premium\"",
    " R&D",
    " 5\" x 7\"",
    " 100 % wełny",
    " l'été",
    " 1,5 l",
    " „Gęślą jaźń”",
    " дача",
    " עברית",
    " cafe\xcc\x81",
    " 😀",
    " no\xc2\xa0"
    "break",
    " – nowość",
    " 2 < 3",
    " Ærø (Ø 12 mm)",
    " #1 [a/b]",
    " 50+50",
    " it's \\ fine",
};

const struct demo_words *demo_words(enum demo_language language) {
    return &words[language];
}

void demo_add_name(struct buf *out, enum demo_language language, int64_t number, struct rng *rng) {
    const char *thing = parts[language].things[rng_below(rng, parts[language].thing_count)];
    const char *kind = parts[language].kinds[rng_below(rng, parts[language].kind_count)];
    buf_addf(out, "%s %s %04" PRId64, parts[language].kind_first ? kind : thing,
             parts[language].kind_first ? thing : kind, number);
    if (number % AWKWARD_EVERY == 0)
        buf_adds(out, awkward[(size_t)(number / AWKWARD_EVERY) % COUNT(awkward)]);
}
