#include "common/base/sku_fold.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/str.h"

/* Two bytes for each character: its base letters in lower case by the decompositions of the Unicode Character Database,
 * and for the letters with strokes, hooks and bars, which do not decompose, the letter they look like; ".." is none. */
static const char latin[] = "a a a a a a aec e e e e i i i i d n o o o o o ..o u u u u y thss" /* U+00C0 */
                            "a a a a a a aec e e e e i i i i d n o o o o o ..o u u u u y thy " /* U+00E0 */
                            "a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g " /* U+0100 */
                            "g g g g h h h h i i i i i i i i i i ijijj j k k k l l l l l l l " /* U+0120 */
                            "l l l n n n n n n n n n o o o o o o oeoer r r r r r s s s s s s " /* U+0140 */
                            "s s t t t t t t u u u u u u u u u u u u w w y y y z z z z z z s " /* U+0160 */
                            "b b b b ....o c c d d d d ..e e ..f f g ..hv..i k k l ....n n o " /* U+0180 */
                            "o o oioip p ..........t t t t u u ..v y y z z .................." /* U+01A0 */
                            "........dzdzdzljljljnjnjnja a i i o o u u u u u u u u u u e a a " /* U+01C0 */
                            "a a aeaeg g g g k k o o o o ....j dzdzdzg g hv..n n a a aeaeo o " /* U+01E0 */
                            "a a a a e e e e i i i i o o o o r r r r u u u u s s t t ....h h " /* U+0200 */
                            "n d ououz z a a e e o o o o o o o o y y l n t j dbqpa c c l t s " /* U+0220 */
                            "z ....b u ..e e j j q q r r y y " /* U+0240 */;

static const char latin_additional[] = "a a b b b b b b c c d d d d d d d d d d e e e e e e e e e e f f " /* U+1E00 */
                                       "g g h h h h h h h h h h i i i i k k k k k k l l l l l l l l m m " /* U+1E20 */
                                       "m m m m n n n n n n n n o o o o o o o o p p p p r r r r r r r r " /* U+1E40 */
                                       "s s s s s s s s s s t t t t t t t t u u u u u u u u u u v v v v " /* U+1E60 */
                                       "w w w w w w w w w w x x x x y y z z z z z z h t w y a s s s ss.." /* U+1E80 */
                                       "a a a a a a a a a a a a a a a a a a a a a a a a e e e e e e e e " /* U+1EA0 */
                                       "e e e e e e e e i i i i o o o o o o o o o o o o o o o o o o o o " /* U+1EC0 */
                                       "o o o o u u u u u u u u u u u u u u y y y y y y y y llllv v y y " /* U+1EE0 */;

static bool between(uint32_t c, uint32_t first, uint32_t last) {
    return c >= first && c <= last;
}

/* Marks that sit on the letter before, and characters that cannot be seen. */
static bool ignored(uint32_t c) {
    return between(c, 0x0300, 0x036F) || between(c, 0x0483, 0x0489) || between(c, 0x1AB0, 0x1AFF) ||
           between(c, 0x1DC0, 0x1DFF) || between(c, 0x20D0, 0x20FF) || between(c, 0xFE20, 0xFE2F) || c == 0x00AD ||
           between(c, 0x200B, 0x200F) || between(c, 0x202A, 0x202E) || between(c, 0x2060, 0x2064) ||
           between(c, 0xFE00, 0xFE0F) || c == 0xFEFF;
}

static uint32_t fold_greek(uint32_t c) {
    static const uint16_t accented[][2] = {
        {0x386, 0x3B1}, {0x388, 0x3B5}, {0x389, 0x3B7}, {0x38A, 0x3B9}, {0x38C, 0x3BF}, {0x38E, 0x3C5}, {0x38F, 0x3C9},
        {0x390, 0x3B9}, {0x3AA, 0x3B9}, {0x3AB, 0x3C5}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5}, {0x3AE, 0x3B7}, {0x3AF, 0x3B9},
        {0x3B0, 0x3C5}, {0x3C2, 0x3C3}, {0x3CA, 0x3B9}, {0x3CB, 0x3C5}, {0x3CC, 0x3BF}, {0x3CD, 0x3C5}, {0x3CE, 0x3C9},
    };
    for (size_t i = 0; i < sizeof accented / sizeof accented[0]; i++) {
        if (accented[i][0] == c)
            return accented[i][1];
    }
    return between(c, 0x391, 0x3A9) && c != 0x3A2 ? c + 32 : c; /* 3A2 is unassigned */
}

static uint32_t fold_cyrillic(uint32_t c) {
    if (between(c, 0x400, 0x40F))
        c += 80;
    else if (between(c, 0x410, 0x42F))
        c += 32;
    else if ((between(c, 0x460, 0x481) || between(c, 0x48A, 0x4BF) || between(c, 0x4D0, 0x52F)) && c % 2 == 0)
        c++;
    switch (c) {
    case 0x439:               /* short i */
    case 0x45D: return 0x438; /* i with grave */
    case 0x450:               /* ie with grave */
    case 0x451: return 0x435; /* io */
    case 0x457: return 0x456; /* yi */
    default: return c;
    }
}

/* Digits of the scripts that shops in reach use, raised and lowered digits: 0 to 9, or -1. */
static int digit(uint32_t c) {
    static const uint16_t zeros[] = {'0', 0x660, 0x6F0, 0x966, 0xFF10};
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
        if (between(c, zeros[i], zeros[i] + 9u))
            return (int)(c - zeros[i]);
    }
    switch (c) {
    case 0xB9: return 1;
    case 0xB2: return 2;
    case 0xB3: return 3;
    default:
        return between(c, 0x2080, 0x2089)                  ? (int)(c - 0x2080)
               : c == 0x2070 || between(c, 0x2074, 0x2079) ? (int)(c - 0x2070)
                                                           : -1;
    }
}

/* The pair of bytes from the tables, NULL if there is none. */
static const char *latin_pair(uint32_t c) {
    const char *pair = NULL;
    if (between(c, 0xC0, 0x24F))
        pair = latin + (c - 0xC0) * 2;
    else if (between(c, 0x1E00, 0x1EFF))
        pair = latin_additional + (c - 0x1E00) * 2;
    else if (c == 0xAA)
        pair = "a ";
    else if (c == 0xBA)
        pair = "o ";
    else if (between(c, 0xFB00, 0xFB02))
        pair = &"fffifl"[(c - 0xFB00) * 2];
    return pair != NULL && *pair != '.' ? pair : NULL;
}

size_t sku_fold(char out[SKU_FOLD_MAX], uint32_t c) {
    /* Full-width forms of ASCII, as a Japanese keyboard writes them. */
    if (between(c, 0xFF01, 0xFF5E))
        c -= 0xFEE0;
    int value = digit(c);
    if (value >= 0) {
        out[0] = (char)('0' + value);
        return 1;
    }
    if (c < 0x80) {
        out[0] = (char)(between(c, 'A', 'Z') ? c + 32 : c);
        return 1;
    }
    if (ignored(c))
        return 0;
    const char *pair = latin_pair(c);
    if (pair != NULL) {
        size_t len = pair[1] == ' ' ? 1 : 2;
        memcpy(out, pair, len);
        return len;
    }
    if (between(c, 0x370, 0x3FF))
        c = fold_greek(c);
    else if (between(c, 0x400, 0x52F))
        c = fold_cyrillic(c);
    else if (between(c, 0x531, 0x556)) /* Armenian */
        c += 48;
    return utf8_encode(out, c);
}
