/* Private to sku.c: one character without case and accents. */
#ifndef COMMON_BASE_SKU_FOLD_H
#define COMMON_BASE_SKU_FOLD_H

#include <stddef.h>
#include <stdint.h>

#define SKU_FOLD_MAX 4

/* Writes what stands for the character in a collation key and returns its bytes; 0 for what a collation ignores
 * (combining marks, invisible format characters). Folds rather too much than too little: two SKUs held apart by mistake
 * would be merged in the shop, two taken for equal by mistake are reported to a human. */
size_t sku_fold(char out[SKU_FOLD_MAX], uint32_t code_point);

#endif
